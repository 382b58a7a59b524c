"""All innocent crowds by name."""

from collections.abc import Callable

from . import learning, machines, private, working

CROWDS: dict[str, Callable[..., None]] = {
    crowd.__name__: crowd
    for crowd in (
        private.household, private.vpn_users, private.viral_prompt, private.deal_hunters, private.game_guild,
        private.congregations, private.accessibility_tool, private.extension_users, private.partner_app_users,
        private.cybercafe, private.script_panel, learning.students, learning.classrooms, learning.cram_school,
        learning.bootcamp, learning.teachers, learning.tutoring_startup, learning.benchmark_runners, learning.hackathon,
        working.shopkeepers, working.call_centre, working.labelling_firm, working.translators_coop, working.freelancers,
        working.listing_agency, working.farm_cooperative, working.account_rotators, working.eval_firms,
        working.permitted_synthetic, machines.reseller_customers, machines.gateway_users, machines.merchant_bots,
        machines.cron_jobs, machines.oss_agent_users,
    )
}
