"""All innocent crowds by name."""

from collections.abc import Callable

from . import learning, machines, private, working

CROWDS: dict[str, Callable[..., None]] = {
    crowd.__name__: crowd
    for crowd in (
        private.people, private.families, private.vpn_users, private.cgnat_users, private.movers, private.flash,
        private.prompt_pack, private.coworking, private.popular_agent, private.niche_agent, private.plugin_users,
        private.shop_buyers, private.credit_farmers, learning.bootcamp, learning.classroom, learning.hackathon,
        learning.tutors, learning.contest, learning.social_sim, learning.eval_labs, working.firms_org,
        working.firms_plain, working.franchise, working.marketplace, working.call_centre, working.labelling_vendor,
        working.translators, working.freelancers, working.gig_writers, machines.service_platform, machines.key_rotation,
        machines.ci_fleet, machines.game_npc, machines.group_bots, machines.resellers, machines.synth_customer,
        machines.oncall,
    )
}
