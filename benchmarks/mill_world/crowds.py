"""The innocent crowds by name."""

from collections.abc import Callable

from .firms import agency, ci_jobs, firm_gateway, migration, stage_shops, support_bots
from .gatherings import classroom, edtech_grading, hackathon, training_day, tutoring_firm, viral_tutorial
from .private import casual_app, coding_pro, hobby_api, household, parlour_users, shared_space, translation_bureau, trial_once, vpn_users
from .testers import contract_synth, eval_team, lab_survey, labelling_firm, regression_suite
from .vendors import byok_vendor, cloud_tenants, flow_users, grey_relay, plugin_users, reseller_honest, scaffold_community
from .world import World

CROWDS: dict[str, Callable[[World, int], None]] = {
    crowd.__name__: crowd
    for crowd in (
        casual_app, trial_once, hobby_api, coding_pro, vpn_users, shared_space, household, parlour_users, classroom, hackathon,
        viral_tutorial, training_day, firm_gateway, byok_vendor, plugin_users, agency, ci_jobs, migration, support_bots, stage_shops,
        eval_team, regression_suite, labelling_firm, lab_survey, contract_synth, edtech_grading, tutoring_firm, translation_bureau,
        flow_users, scaffold_community, reseller_honest, cloud_tenants, grey_relay
    )
}
