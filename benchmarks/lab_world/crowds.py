"""All innocent crowds by name, in the order in which they are made."""

from collections.abc import Callable

from . import firms, people, scholars, staff

CROWDS: dict[str, Callable[..., None]] = {
    crowd.__name__: crowd
    for crowd in (
        firms.saas_tenant, firms.one_key_app, scholars.uni_harness, scholars.benchmark_fan, people.oss_agent,
        people.niche_agent, people.discord_bot, scholars.tutoring_co, staff.translation_crowd, scholars.mooc_cohort,
        scholars.kaggle_comp, staff.label_coop, staff.bpo_support, people.country_office, scholars.hackathon,
        scholars.classroom, firms.key_rotator, firms.contract_reseller, people.family_card, people.vpn_user,
        people.viral_prompt, firms.ci_fleet, firms.synth_licensed, staff.agency_subs, people.game_npc,
        people.shared_link, people.plugin_user, scholars.cot_reading_group, staff.pilot_rollout, firms.shared_gateway,
        scholars.research_annotators, people.aged_comeback, firms.support_saas_handoff,
    )
}
