"""Innocent parties: people and firms of all kinds, and crowds whose members have a lot in common for everyday reasons."""

from .party import DEVELOPER, EVERYDAY, WORK, Party, Text

API = {"api": 1.0}
SDK = {"python": 0.5, "node": 0.3, "raw": 0.1, "go": 0.06, "java": 0.04}
FIRM = {"own": 0.2, "org": 0.8}
CAMPUS = {"org": 0.8, "public": 0.2}
PAID = {"own": 1.0}

PEOPLE = {
    "person": (0.60, Party(
        "person", Text(EVERYDAY),
        (1, 1), 1.6, 1.1, system="", aside=0.0, adopts="slow",
    )),
    "developer": (0.22, Party(
        "developer",
        Text(
            DEVELOPER, frames={"product": 5, "label": 1, "steps_frame": 0.5, "diverse": 2}, n_frames=0, framed=0.75, follow="follow_code",
        ),
        (1, 1), 2.4, 1.3, kinds={"individual": 0.5, "startup": 0.5}, verified=0.1, mail={"public": 0.6, "own": 0.39, "disposable": 0.01},
        card=PAID, plan="payg", network={"home": 0.45, "cloud": 0.5, "vpn": 0.05}, client=SDK,
        paths={"api": 0.85, "nimbus": 0.1, "stratus": 0.05}, hours="office", turns=1.4, gap_s=25, system="bot", tools="own",
        sampling="own", aside=0.1,
    )),
    "business": (0.12, Party(
        "business", Text(WORK, frames={"company": 2, "product": 1}, n_frames=0, framed=0.4),
        (1, 1), 2.0, 1.0, kinds={"startup": 0.5, "enterprise": 0.5}, verified=0.5, org="each", mail={"own": 1.0},
        card={"own": 0.9, "none": 0.1}, plan="team", network={"home": 0.3, "home_mobile": 0.5, "cloud": 0.2},
        client={"browser": 0.6, "python": 0.25, "node": 0.15}, paths={"app": 0.6, "api": 0.4}, hours="office", system="bot",
        sampling="own",
    )),
    "researcher": (0.06, Party(
        "researcher",
        Text(
            {"science": 2, "math": 2, "grading": 1, "data": 2, "code": 2, "knowledge": 1, "traces": 0.4, "writing": 1},
            frames={"steps_frame": 3, "rubric": 1.2, "diverse": 2, "elicit": 0.3}, n_frames=0, framed=0.5,
        ),
        (1, 1), 2.2, 1.4, kinds={"research": 0.7, "education": 0.3}, verified=0.3, mail={"own": 0.5, "public": 0.5}, plan="payg",
        network={"home": 0.6, "cloud": 0.3, "vpn": 0.1}, client={"python": 0.6, "browser": 0.4}, paths={"api": 0.6, "app": 0.4},
        sampling="own", system="assistant", aside=0.15,
    )),
}
"""Share among the accounts that belong to no crowd, and how they live."""

CLASSROOM = Party(
    "classroom",
    Text(
        {"knowledge": 2, "math": 2, "science": 1, "code": 1}, pool=14, deal="zipf", frames={"assignment": 1}, n_frames=6, framed=0.6,
    ),
    (18, 110), 2.6, lasts=7, kinds={"education": 0.7, "individual": 0.3}, verified=0.3, mail=CAMPUS, signup="trickle", near=True,
    network={"campus": 0.85, "home_mobile": 0.15}, hours="student", turns=2.0, aside=0.35, several=(2, 4), plan="free",
)
COMPANY = Party(
    "company", Text(WORK, frames={"company": 1}, n_frames=4, framed=0.6),
    (8, 70), 3.0, org="one", kinds={"enterprise": 0.7, "startup": 0.3}, verified=0.7, mail=FIRM, card={"one": 1.0}, phone={"none": 1.0},
    near=True, network={"office": 0.9, "home": 0.1}, client={"browser": 0.6, "python": 0.25, "node": 0.15}, builds=2,
    paths={"app": 0.6, "api": 0.4}, hours="office", sampling="own", aside=0.25, several=(3, 6), plan="enterprise",
)
POPULAR_AGENT = Party(
    "popular_agent",
    Text(
        {"agentic": 3, "code": 2, "data": 0.5}, frames={"agentrun": 1}, n_frames=3, framed=0.8, follow="follow_tool", answer="call",
    ),
    (90, 260), 4.5, 1.0, kinds={"individual": 0.6, "startup": 0.4}, card=PAID, mail={"public": 0.75, "own": 0.24, "disposable": 0.01},
    client={"treehand": 1.0}, paths={"api": 0.9, "nimbus": 0.1}, system="agent", n_systems=2, tools="one", harness="treehand",
    turns=7, gap_s=14, sitting=1.3, large=0.9, adopts="fast", hours="shifts", aside=0.08, plan="payg",
)
CROWDS = (
    CLASSROOM, COMPANY, POPULAR_AGENT,
    Party(
        "niche_agent", Text({"agentic": 2, "data": 2, "code": 1}, follow="follow_tool", answer="call"),
        (14, 55), 5.0, 1.0, card=PAID, client={"sedge": 1.0}, builds=2, paths=API, system="agent", n_systems=1, tools="one",
        sampling="one", turns=6, gap_s=18, large=0.8, hours="evening", several=(2, 3), plan="payg",
    ),
    Party(
        "evaluation", Text({"math": 3, "science": 2, "code": 2, "knowledge": 1}, pool=500, frames={"steps_frame": 1}, n_frames=2),
        (8, 26), 42, 0.7, lasts=4, kinds={"research": 0.6, "startup": 0.4}, verified=0.4, mail={"own": 0.8, "public": 0.2}, card=PAID,
        network={"cloud": 0.8, "home": 0.2}, client={"python": 1.0}, paths={"api": 0.8, "nimbus": 0.2}, hours="flat", sitting=30, turns=1,
        sampling="one", aside=0.1, adopts="fast", plan="payg",
    ),
    Party(
        "hackathon", Text(DEVELOPER, frames={"starter": 1}, n_frames=2, framed=0.7, follow="follow_code"),
        (25, 130), 16, 0.9, lasts=2.4, signup="burst", network={"venue": 0.9, "mobile": 0.1}, near=True,
        client={"python": 0.6, "node": 0.4}, builds=3, paths=API, hours="venue", turns=1.8, gap_s=45, system="bot", sampling="default",
        aside=0.1, several=(1, 2), mail={"public": 0.93, "own": 0.03, "disposable": 0.04}, card={"none": 0.8, "own": 0.2}, plan="free",
    ),
    Party(
        "vpn", Text(EVERYDAY),
        (60, 180), 1.5, 1.1, network={"vpn": 1.0}, mail={"public": 0.85, "own": 0.05, "disposable": 0.1},
    ),
    Party(
        "cgnat", Text(EVERYDAY),
        (70, 220), 1.4, 1.1, near=True, network={"mobile": 1.0}, client={"phone": 0.8, "browser": 0.2},
    ),
    Party(
        "viral", Text({"advice": 1, "knowledge": 1, "writing": 1}, pool=60, frames={"viral": 1}, n_frames=1),
        (50, 220), 2.5, lasts=3, aside=0.55, client={"phone": 0.7, "browser": 0.3}, hours="evening", several=(1, 3),
    ),
    Party(
        "tutorial",
        Text(
            {"code": 1, "data": 1, "writing": 1, "science": 0.5}, pool=25, frames={"lesson": 1}, n_frames=6, framed=0.8,
            follow="follow_code",
        ),
        (30, 130), 3.0, lasts=8, client={"python": 0.5, "browser": 0.5}, paths={"api": 0.5, "app": 0.5}, signup="trickle",
        hours="evening", aside=0.25, several=(1, 2), plan="free",
    ),
    Party(
        "key_rotation", Text(DEVELOPER, frames={"product": 1}, n_frames=3, follow="follow"),
        (4, 14), 16, 0.25, kinds={"startup": 0.7, "enterprise": 0.3}, verified=0.5, org="one", mail={"org": 1.0}, card={"one": 1.0},
        network={"one_cloud": 1.0}, client={"python": 0.5, "node": 0.5}, builds=1, paths=API, pace="queue", hours="shifts", turns=4,
        gap_s=90, system="bot", n_systems=2, sampling="one", handoff=0.4, aside=0.0, several=(2, 4), plan="payg",
    ),
    Party(
        "reseller", Text(EVERYDAY | {"code": 4.0}),
        (3, 9), 55, 0.6, kinds={"enterprise": 1.0}, verified=1.0, org="one", mail={"org": 1.0}, card={"one": 1.0},
        network={"one_cloud": 1.0}, client={"go": 1.0}, builds=1, paths=API, pace="queue", hours="home", turns=2.2, handoff=0.5,
        system="bot", passthrough=True, aside=0.0, several=(1, 2), plan="enterprise",
    ),
    Party(
        "synthetic_data",
        Text(
            {"math": 1, "code": 1, "knowledge": 1, "support": 1}, pool=-1, deal="split", frames={"synth": 2, "taskmaker": 1}, n_frames=5,
            answer="prose",
        ),
        (2, 8), 65, 0.5, active=(0.1, 0.95), kinds={"enterprise": 0.6, "startup": 0.4}, verified=1.0, org="one", mail={"org": 1.0},
        card={"one": 1.0}, network={"one_cloud": 1.0}, client={"python": 1.0}, builds=1, paths={"api": 0.7, "stratus": 0.3}, pace="queue",
        hours="flat", turns=1, sampling="one", aside=0.0, several=(1, 2), plan="enterprise",
    ),
    Party(
        "labelling", Text({"labelling": 1}, pool=-1, deal="split", frames={"label": 1}, n_frames=2),
        (3, 14), 42, 0.3, lasts=9, kinds={"startup": 0.6, "research": 0.4}, verified=0.4, org="one", mail={"org": 1.0}, card={"one": 1.0},
        network={"one_cloud": 0.7, "office": 0.3}, client={"python": 1.0}, builds=2, paths=API, pace="queue", hours="shifts", turns=1,
        sampling="one", large=0.2, aside=0.0, several=(1, 2), plan="payg",
    ),
    Party(
        "app_behind_key", Text({"support": 3, "advice": 2, "roleplay": 1, "native": 1}, frames={"product": 1}, n_frames=2, framed=0.8),
        (1, 1), 110, 0.5, kinds={"startup": 1.0}, verified=0.6, org="one", mail={"own": 1.0}, card=PAID, network={"cloud": 1.0},
        client={"node": 0.5, "go": 0.5}, paths=API, hours="home", turns=2.2, system="bot", n_systems=1, sampling="one", aside=0.0,
        several=(2, 4), plan="payg",
    ),
    Party(
        "clockwork", Text({"labelling": 1, "data": 1}, frames={"ci": 1}, n_frames=0),
        (20, 70), 5, 0.8, kinds={"startup": 0.6, "individual": 0.4}, card=PAID, mail={"own": 0.7, "public": 0.3}, network={"cloud": 1.0},
        client={"curl": 0.4, "python": 0.4, "go": 0.2}, paths=API, pace="clock", turns=1, large=0.3, adopts="never", aside=0.0,
        plan="payg",
    ),
    # Beyond the usual list.
    Party(
        "translation_bureau", Text({"translation": 1}, pool=-1, deal="split", frames={"bureau": 1}, n_frames=2, framed=0.9),
        (14, 50), 5, 0.4, mail={"public": 0.7, "own": 0.3}, card=PAID, hours="office", turns=1.5, handoff=0.12, several=(1, 2),
    ),
    Party(
        "exam_marking", Text({"grading": 1}, pool=-1, deal="twice", frames={"marking": 1, "rubric": 0.3}),
        (20, 80), 7, 0.35, lasts=5, kinds={"education": 0.8, "individual": 0.2}, mail={"own": 0.4, "public": 0.6}, near=True,
        hours="evening", turns=1.1, aside=0.1, signup="trickle", plan="free",
    ),
    Party(
        "systematic_review", Text({"screening": 1}, pool=-1, deal="twice", frames={"review": 1}, n_frames=1),
        (6, 22), 14, 0.4, lasts=8, kinds={"research": 1.0}, mail={"own": 0.7, "public": 0.3},
        network={"home": 0.6, "vpn": 0.15, "home_mobile": 0.25}, client={"browser": 0.6, "python": 0.4}, paths={"app": 0.6, "api": 0.4},
        hours="office", turns=1.1, several=(1, 2),
    ),
    Party(
        "story_guild", Text({"roleplay": 1}, frames={}, follow="follow"),
        (20, 90), 4, 0.8, client={"node": 0.6, "browser": 0.4}, paths=API, hours="party", turns=8, gap_s=60, system="character",
        n_systems=2, sampling="one", aside=0.05, signup="trickle",
    ),
    Party(
        "newsroom", Text({"rewriting": 2, "translation": 1, "knowledge": 1}, frames={"wire": 1}, n_frames=3),
        (15, 60), 12, 0.5, lasts=1.6, org="one", verified=0.6, kinds={"enterprise": 1.0}, mail={"org": 1.0}, card={"one": 1.0},
        network={"office": 0.4, "home_mobile": 0.6}, hours="flat", turns=1.4, handoff=0.05,
    ),
    Party(
        "bug_sprint", Text({"code": 2, "agentic": 1}, pool=-1, deal="split", frames={"triage": 1}, n_frames=2, follow="follow_code"),
        (12, 50), 9, 0.6, lasts=3, client={"python": 0.5, "treehand": 0.5}, paths=API, hours="evening", turns=1.6, sampling="default",
        aside=0.15, card=PAID,
    ),
    Party(
        "service_shifts", Text({"support": 1}, frames={"handover": 1}, n_frames=4, framed=0.9),
        (15, 60), 7, 0.3, kinds={"enterprise": 1.0}, verified=0.6, org="one", mail={"org": 1.0}, card={"none": 1.0}, phone={"none": 1.0},
        near=True, network={"office": 1.0}, client={"browser": 1.0}, builds=1, hours="shifts", pace="queue", turns=2.5, gap_s=400,
        handoff=0.3, aside=0.0, plan="enterprise",
    ),
    Party(
        "tutor_franchise", Text({"math": 2, "science": 1}, pool=90, frames={"worksheet": 1}, n_frames=3),
        (15, 65), 3.5, 0.5, kinds={"individual": 0.5, "education": 0.5}, mail={"public": 0.6, "own": 0.4}, card={"own": 0.8, "none": 0.2},
        hours="evening", turns=1.5, aside=0.15,
    ),
    Party(
        "flood_helpers", Text({"reports": 1}, pool=-1, deal="split", frames={"flood": 1}, n_frames=1),
        (25, 120), 9, 0.6, lasts=2.5, signup="burst", near=True, mail={"public": 0.85, "disposable": 0.15}, card={"none": 1.0},
        network={"mobile": 0.7, "home_mobile": 0.3}, client={"phone": 0.8, "browser": 0.2}, hours="shifts", turns=1.2, aside=0.08,
        plan="free",
    ),
    Party(
        "smart_boxes", Text({"advice": 1, "support": 1}, frames={"device": 1}, n_frames=2),
        (25, 140), 2.5, 0.25, mail={"public": 1.0}, card={"own": 1.0}, client={"device": 1.0}, builds=1, paths=API, hours="home",
        turns=1.1, system="bot", n_systems=1, sampling="one", aside=0.0, large=0.1, adopts="never", signup="trickle", plan="payg",
    ),
    Party(
        "daily_puzzle", Text({"code": 2, "math": 1}, pool=14, frames={"puzzle": 1}, n_frames=-1, framed=0.8, follow="follow_code"),
        (40, 180), 2.2, 0.9, client={"browser": 0.6, "python": 0.4}, paths={"app": 0.6, "api": 0.4}, hours="noon", turns=2, aside=0.2,
    ),
    Party(
        "thinking_course",
        Text(
            {"math": 1, "science": 1, "knowledge": 1}, pool=40, frames={"elicit": 1}, n_frames=3, framed=0.7, answer="stepwise",
        ),
        (15, 60), 3, lasts=9, signup="trickle", client={"browser": 0.7, "python": 0.3}, hours="evening", aside=0.35, plan="free",
    ),
    Party(
        "release_testers", Text({"knowledge": 1, "code": 1, "math": 1}, pool=40, frames={"diverse": 1, "probe": 1}, n_frames=-1),
        (20, 90), 5, 0.9, active=(0.4, 0.75), client=SDK, paths={"api": 0.7, "app": 0.3}, adopts="fast", large=1.0, aside=0.3, card=PAID,
    ),
)
