"""Innocent crowds, one of each kind that is mistaken for a campaign, with their shares of accounts and requests."""

from dataclasses import replace

from stillwatch.simulate.world import Crowd

API = (("api", 1.0),)
APP = (("app", 1.0),)
CLOUDS = (("api", 0.7), ("cloud-north", 0.2), ("cloud-south", 0.1))
STUDENTS = (("education", 1.0),)
FIRMS = (("enterprise", 0.6), ("startup", 0.4))

# (crowd with accounts and requests in thousandths of all innocents)
CROWDS: tuple[Crowd, ...] = (
    Crowd("individuals", 500, 225, (("chat", 0.85), ("code", 0.1), ("viral", 0.05)), spread=1.5),
    Crowd("free_tier", 120, 20, (("chat", 1.0),), spread=0.9, paths=APP),
    Crowd("popular_tool", 90, 130, (("popular_tool", 0.8), ("chat", 0.2)), spread=1.3, hours="office", paths=API),
    Crowd("niche_tool", 22, 36, (("niche_tool", 0.9), ("chat", 0.1)), group=60, paths=API, hours="office"),
    Crowd("classroom", 30, 14, (("assignment", 0.8), ("chat", 0.2)), group=28, spread=0.5, network="campus", network_share=0.85,
          mail=0.9, kinds=STUDENTS, hours="student", window=9, org=0.5, verified=0.6),
    Crowd("classroom_new", 16, 8, (("assignment", 0.85), ("chat", 0.15)), group=26, spread=0.45, network="campus",
          network_share=0.8, kinds=(("individual", 0.7), ("education", 0.3)), tenure="week", hours="student", window=8),
    Crowd("university", 50, 38, (("chat", 0.7), ("code", 0.2), ("assignment", 0.1)), group=240, network="campus", network_share=0.7,
          mail=0.95, kinds=(("education", 0.8), ("research", 0.2)), org=0.8, verified=0.8, hours="student"),
    Crowd("company", 46, 70, (("template", 0.5), ("app", 0.2), ("code", 0.3)), group=22, network="office", network_share=0.9,
          card=0.97, org=0.9, verified=0.6, mail=0.95, kinds=FIRMS, hours="office", weekend=0.15, own_client=0.3, paths=CLOUDS),
    Crowd("company_loose", 6, 8, (("template", 0.7), ("chat", 0.3)), group=7, network="office", network_share=0.9, card=0.9,
          mail=0.5, kinds=(("startup", 0.6), ("individual", 0.4)), hours="office", weekend=0.2, own_client=0.4, paths=API),
    Crowd("evaluation", 2, 40, (("benchmark", 0.95), ("chat", 0.05)), group=2, spread=0.25, group_spread=0.3, network="cloud",
          card=0.8, org=0.4, verified=0.3, kinds=(("research", 0.6), ("startup", 0.4)), tenure="years", hours="flat", weekend=1.0,
          window=4, paths=API, own_client=0.5),
    Crowd("hackathon", 12, 10, (("starter", 0.75), ("code", 0.25)), group=70, spread=0.8, network="venue", network_share=0.9,
          tenure="event", hours="evening", weekend=1.4, window=2.6, own_client=0.5, paths=API),
    Crowd("vpn", 24, 18, (("chat", 0.8), ("code", 0.2)), network="vpn"),
    Crowd("cgnat", 34, 20, (("chat", 0.9), ("viral", 0.1)), network="cgnat"),
    Crowd("viral_prompt", 18, 9, (("viral", 0.6), ("chat", 0.4)), spread=0.8, window=5),
    Crowd("tutorial", 8, 6, (("starter", 0.7), ("plain", 0.3)), group=90, spread=0.6, tenure="week", window=6, own_client=0.4, paths=API),
    Crowd("key_rotation", 4, 40, (("app", 0.6), ("template", 0.4)), group=14, spread=0.3, network="cloud", card=1.0, org=1.0,
          verified=1.0, mail=1.0, kinds=FIRMS, handoff=0.6, turns=1.6, hours="human", own_client=0.0, paths=CLOUDS, end_users=400),
    Crowd("reseller", 2, 60, (("chat", 0.6), ("app", 0.4)), group=6, spread=0.4, network="cloud", card=1.0, org=1.0, verified=1.0,
          passthrough=True, mail=1.0, kinds=FIRMS, handoff=0.3, hours="human", weekend=0.9, end_users=20000, own_client=0.0,
          paths=API),
    Crowd("synthetic_data", 2, 50, (("synthetic", 0.95), ("plain", 0.05)), group=8, spread=0.25, network="cloud", card=1.0,
          org=1.0, verified=1.0, mail=0.9, kinds=FIRMS, hours="flat", weekend=1.0, own_client=0.0, paths=CLOUDS),
    Crowd("labelling", 3, 60, (("template", 1.0),), group=2, spread=0.8, network="cloud", card=0.9, org=0.6, verified=0.4,
          kinds=FIRMS, hours="flat", weekend=0.9, own_client=0.2, paths=CLOUDS),
    Crowd("app", 2, 80, (("app", 1.0),), spread=1.2, network="cloud", kinds=FIRMS, hours="human", weekend=0.95, end_users=50000,
          paths=CLOUDS),
    Crowd("ci", 5, 34, (("ci", 1.0),), group=6, spread=0.4, network="cloud", card=0.95, org=0.8, verified=0.4, kinds=FIRMS,
          hours="clockwork", weekend=0.8, own_client=0.1, paths=API),
    Crowd("family", 9, 5, (("chat", 1.0),), group=3, spread=1.0, network="office", network_share=0.8, card=1.0, paths=APP),
    Crowd("agency", 5, 7, (("code", 0.6), ("chat", 0.4)), group=8, spread=0.9, card=0.9, hours="office", kinds=(("individual", 1.0),),
          weekend=0.4),
)
LEAST = {"evaluation": 4, "synthetic_data": 4, "reseller": 3, "key_rotation": 6, "labelling": 3, "app": 2, "ci": 4}


def crowds(accounts: int, events: int) -> tuple[Crowd, ...]:
    """All crowds with so many accounts and requests together."""
    total_accounts = sum(crowd.accounts for crowd in CROWDS)
    total_events = sum(crowd.events for crowd in CROWDS)
    return tuple(
        replace(
            crowd, accounts=max(round(accounts * crowd.accounts / total_accounts), LEAST.get(crowd.name, 6)),
            events=round(events * crowd.events / total_events),
        )
        for crowd in CROWDS
    )
