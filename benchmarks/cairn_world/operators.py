"""Operators: parties that harvest. Each is a list of parties under one name; a later one continues what an earlier one began."""

from .crowds import POPULAR_AGENT, SDK
from .party import EVERYDAY, Party, Text

RESIDENTIAL = {"sticky": 1.0}
API = {"api": 1.0}
THROWAWAY = {"disposable": 0.8, "public": 0.2}
BOUGHT = {"public": 0.95, "own": 0.05}
HARD = {"math": 3.0, "science": 2.0, "code": 2.0, "grading": 0.3}
OPEN_AGENT = POPULAR_AGENT.client

WINDFALL = [Party(
    "injected_pool",
    Text(
        HARD, pool=-1, deal="split", frames={"elicit": 1}, n_frames=1, framed=0.98, injected=True, follow="follow_probe", answer="tagged",
    ),
    (210, 300), 13, 0.15, active=(0.3, 0.95), signup="burst", mail=THROWAWAY, card={"own": 1.0}, phone={"none": 1.0}, network=RESIDENTIAL,
    client={"python": 1.0}, builds=1, paths=API, pace="queue", hours="flat", turns=1.1, sampling="one", large=1.0, aside=0.01,
    plan="payg",
)]
CLOCKMILL = [Party(
    "reward_queue",
    Text(
        {"grading": 3, "rewriting": 1}, pool=9000, deal="split", frames={"rubric": 3, "safe": 1}, n_frames=5, answer="marks",
    ),
    (48, 80), 44, 0.1, active=(0.15, 0.9), signup="trickle", mail={"public": 0.7, "own": 0.3}, card={"shared": 0.8, "own": 0.2},
    per_card=5, phone={"farm": 0.5, "none": 0.5}, network={"cloud": 0.6, "sticky": 0.4}, near=True, client={"python": 0.7, "raw": 0.3},
    builds=2, paths={"api": 0.7, "nimbus": 0.3}, pace="queue", hours="block", turns=1, sampling="one", large=1.0, aside=0.0, plan="payg",
)]
TOOLBELT = [Party(
    "agent_trajectories",
    Text(
        {"agentic": 4, "code": 1, "data": 2, "vision": 1}, pool=2500, frames={"agentrun": 1}, n_frames=2, follow="follow_tool",
        answer="call",
    ),
    (90, 150), 22, 0.2, active=(0.2, 0.9), signup="trickle", mail={"disposable": 0.3, "public": 0.7}, card={"shared": 0.4, "own": 0.6},
    per_card=3, phone={"none": 1.0}, network={"rotating": 0.7, "cloud": 0.3}, client={"node": 1.0}, builds=2,
    paths={"api": 0.6, "nimbus": 0.25, "stratus": 0.15}, pace="queue", hours="flat", turns=9, gap_s=12, system="agent", n_systems=1,
    tools="one", sampling="one", large=1.0, adopts="fast", handoff=0.3, aside=0.03, plan="payg",
)]
HYDRA = [Party(
    "ban_and_replace",
    Text(
        HARD | {"knowledge": 1.0}, pool=-1, deal="split", frames={"elicit": 3, "taskmaker": 1}, n_frames=10, framed=0.9, answer="tagged",
    ),
    (60, 85), 26, 0.3, active=(0.1, 1.0), waves=((0.3, 0.9), (0.55, 0.85), (0.8, 0.9)), signup="burst",
    mail={"disposable": 0.5, "public": 0.5}, card={"shared": 0.5, "own": 0.5}, per_card=2, phone={"farm": 0.4, "none": 0.6},
    network=RESIDENTIAL, client={"python": 0.6, "raw": 0.4}, builds=3, paths={"api": 0.7, "stratus": 0.3}, pace="queue", hours="flat",
    turns=1.2, sampling="one", large=1.0, aside=0.05, plan="payg",
)]
NEWLEAF = [Party(
    "release_pivot",
    Text(
        {"agentic": 2, "code": 3}, pool=-1, deal="split", frames={"agentrun": 1}, n_frames=3, framed=0.8, follow="follow_tool",
        answer="call",
    ),
    (110, 180), 13, 0.35, active=(0.1, 1.0), signup="trickle", mail={"public": 0.8, "own": 0.1, "disposable": 0.1}, card={"own": 1.0},
    phone={"own": 0.4, "none": 0.6}, network={"sticky": 0.8, "cloud": 0.2}, client=OPEN_AGENT, builds=4,
    paths={"api": 0.8, "nimbus": 0.2}, pace="queue", hours="shifts", turns=6, gap_s=14, system="agent", n_systems=2, tools="one",
    harness="treehand",
    large=1.0, adopts="pivot", handoff=0.02, aside=0.08, plan="payg",
)]
LANTERN = [Party(
    "relay", Text(EVERYDAY | {"code": 6.0, "native": 4.0, "agentic": 1.0}, frames={"mend": 1}, n_frames=4, framed=0.06),
    (140, 220), 10, 0.2, active=(0.0, 1.0), signup="trickle", mail={"public": 0.7, "disposable": 0.2, "own": 0.1},
    card={"own": 0.9, "shared": 0.1}, per_card=3, phone={"none": 0.7, "farm": 0.3}, network={"sticky": 0.5, "cloud": 0.5}, near=True,
    client={"go": 0.6, "node": 0.4}, builds=2, paths={"api": 0.7, "nimbus": 0.3}, pace="queue", hours="home", turns=3, gap_s=75,
    system="assistant", n_systems=2, large=0.9, handoff=0.45, replay=0.05, aside=0.0, plan="payg",
)]
POOL = Text(HARD | {"agentic": 1.0}, pool=-1, deal="split", frames={"elicit": 2, "mend": 1}, n_frames=4, framed=0.95, injected=True,
    follow="follow_probe", answer="tagged")
TWO_POOLS = [
    Party(
        "first_pool", POOL, (80, 130), 17, 0.2, active=(0.0, 0.5), waves=((0.96, 1.0),), replaces=False, signup="burst", mail=THROWAWAY,
        card={"own": 1.0}, phone={"none": 1.0}, network=RESIDENTIAL, client={"python": 1.0}, builds=2, paths=API, pace="queue",
        hours="flat", turns=1.2, sampling="one", large=1.0, aside=0.02, plan="payg",
    ),
    Party(
        "rented_pool", POOL, (70, 120), 20, 0.5, active=(0.49, 1.0), signup="old", mail=BOUGHT, card={"own": 0.8, "none": 0.2},
        network={"cloud": 0.5, "sticky": 0.5}, client={"go": 0.7, "python": 0.3}, builds=3, paths={"api": 0.8, "stratus": 0.2},
        pace="queue", hours="home", turns=1.2, large=0.95, aside=0.5, plan="payg",
    ),
]
MENDERS = [Party(
    "trace_menders",
    Text(
        {"traces": 3, "math": 1, "science": 1}, pool=5000, deal="twice", frames={"mend": 3, "rubric": 1, "elicit": 1, "taskmaker": 1},
        n_frames=45,
    ),
    (34, 56), 24, 0.5, active=(0.05, 1.0), kinds={"startup": 0.6, "individual": 0.4}, verified=0.4, signup="old",
    mail={"own": 0.5, "public": 0.5}, card={"shared": 0.4, "own": 0.6}, per_card=3, network={"cloud": 0.6, "home": 0.4}, near=True,
    client={"python": 0.8, "node": 0.2}, paths={"api": 0.5, "nimbus": 0.3, "stratus": 0.2}, hours="office", sitting=9, turns=1.4,
    gap_s=20, sampling="own", large=1.0, falls=0.6, replay=0.08, aside=0.12, plan="payg",
)]
SLOW_SAP = [Party(
    "slow_burn",
    Text(
        HARD | {"data": 1.0, "knowledge": 1.0, "agentic": 0.5}, common=0.3, pool=-1, deal="split", frames={"diverse": 1}, n_frames=-1,
        framed=0.5, follow="follow",
    ),
    (250, 380), 3.6, 0.6, signup="old", mail=BOUGHT, card={"own": 0.8, "none": 0.2},
    network={"home": 0.4, "sticky": 0.4, "home_mobile": 0.2}, client={"browser": 0.5, "phone": 0.2, "python": 0.3},
    paths={"app": 0.6, "api": 0.4}, hours="home", turns=1.5, large=0.95, aside=0.2,
)]
UNDERGROWTH = [Party(
    "cover_traffic",
    Text(
        HARD, common=0.2, pool=-1, deal="split", frames={"diverse": 1, "steps_frame": 0.3, "elicit": 0.25}, n_frames=-1, framed=0.7,
        follow="follow_probe",
    ),
    (110, 170), 8.5, 0.5, signup="trickle", mail={"public": 0.9, "own": 0.1}, card={"own": 0.9, "shared": 0.1}, per_card=2,
    network={"sticky": 0.7, "home": 0.3}, client=SDK | {"browser": 0.4}, paths={"api": 0.6, "app": 0.4}, hours="shifts", near=True,
    turns=1.5, sampling="own", large=0.9, aside=0.6,
)]
CHAMELEON = [Party(
    "false_firm",
    Text(
        {"math": 2, "code": 2, "science": 1, "grading": 1}, pool=-1, deal="split", frames={"company": 2, "synth": 0.5, "rubric": 0.5},
        n_frames=6, framed=0.8, follow="follow_code",
    ),
    (20, 34), 40, 0.4, kinds={"startup": 1.0}, verified=0.8, org="one", mail={"org": 1.0}, card={"one": 1.0},
    phone={"own": 0.5, "none": 0.5}, near=True, network={"office": 0.6, "one_cloud": 0.4}, client={"python": 0.7, "browser": 0.3},
    builds=3, paths={"api": 0.8, "app": 0.2}, hours="office", sitting=10, turns=1.3, gap_s=25, sampling="own", large=0.9, aside=0.15,
    plan="team",
)]
