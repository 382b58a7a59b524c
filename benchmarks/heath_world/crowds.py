"""Innocents: crowds that fraud desks wrongly ban, by what makes them alike, and residents who have nothing in common."""

from collections.abc import Callable

from .parties import ANY_WORK, Draw, Group, Habit, Maker

CROWDS: dict[str, Maker] = {}
WHY: dict[str, str] = {}

CODE = {"python": 5.0, "node": 3.0, "curl": 1.0, "go": 1.0}
RENTED = {"server": 3.0, "lambda": 2.0, "home": 1.0}
HOMELY = {"chat": 6.0, "rewrite": 2.0, "translate": 2.0, "summary": 1.0, "reason": 1.0}
WIDE = (0.0, 0.2, 0.7, 1.0, None, None)
PLAIN = {"browser": 4.0, "phone": 2.0}
FIRM = {"startup": 3.0, "enterprise": 1.0}


def crowd(why: str) -> Callable[[Maker], Maker]:
    """Enter a crowd under its function's name, with what makes it alike."""

    def enter(make: Maker) -> Maker:
        name = make.__name__
        CROWDS[name], WHY[name] = make, why
        return make

    return enter


# --- One purse, one line, one house -----------------------------------------------------------------------------------


@crowd("purse")
def families(d: Draw) -> Group:
    return Group(
        "families", d.count(60, 500),
        (Habit(d.between(1, 4), HOMELY, frame="person", nets={"unit_home": 3.0, "mobile": 1.0}, hours="waking", turns=1.4),),
        unit=d.flat(2, 4), card_by="unit", paying=1.2, home_by="unit", phone_by=d.one("own", "unit"),
    )


@crowd("purse")
def dorm_floors(d: Draw) -> Group:
    works = {"reason": 3.0, "summary": 2.0, "rewrite": 2.0, "chat": 2.0}
    return Group(
        "dorm_floors", d.count(60, 400),
        (Habit(d.between(1.5, 4), works, frame="person", nets={"office": 4.0, "mobile": 1.0}, hours="evening", turns=1.2),),
        unit=d.flat(15, 60), home_by="unit", kinds={"education": 3.0, "individual": 1.0}, born=("wave", 0.2, 4.0), paying=0.4,
    )


@crowd("purse")
def cyber_cafe_guests(d: Draw) -> Group:
    return Group(
        "cyber_cafe_guests", d.count(40, 300),
        (Habit(d.between(1, 3), HOMELY, frame="person", nets={"office": 1.0}, hours="afternoon", turns=1.0, client_by="unit"),),
        unit=d.flat(15, 70), home_by="unit", paying=0.15, phoned=0.7, homes=("NG", "SN", "ID", "PH", "KE", "CO"),
    )


@crowd("purse")
def co_working_space(d: Draw) -> Group:
    return Group(
        "co_working_space", d.count(20, 120),
        (
            Habit(
                d.between(2, 8), ANY_WORK, nets={"group_office": 4.0, "mobile": 1.0},
                clients={"browser": 2.0, "python": 1.0, "agent_tool": 1.0}, turns=1.0,
            ),
        ),
        homes=("DE", "GB", "PT"), home_by="group", kinds={"startup": 2.0, "individual": 2.0}, paying=1.2,
    )


@crowd("purse")
def refugee_programme(d: Draw) -> Group:
    works = {"translate": 4.0, "reply": 2.0, "rewrite": 2.0, "chat": 3.0}
    return Group(
        "refugee_programme", d.count(30, 200),
        (
            Habit(
                d.between(1, 3), works, topics=("housing", "law", "clinic", "school"), frame="person",
                nets={"one_carrier": 3.0, "office": 1.0}, clients={"phone": 1.0}, client_by="few2", hours="waking", turns=1.2,
            ),
        ),
        card_by="lot12", paying=1.5, phone_by="lot2", unit=25, homes=("DE", "PL", "FR"), home_by="group", born=("lots", 3, 0.6),
        mail=d.one("group", "public"),
    )


@crowd("purse")
def masked_mail_users(d: Draw) -> Group:
    return Group(
        "masked_mail_users", d.count(60, 400),
        (
            Habit(
                d.between(1, 6), ANY_WORK, nets={"vpn": 6.0, "resold": 1.0}, clients={"browser": 4.0, "python": 1.0},
                hours="waking", turns=1.2, temps=WIDE,
            ),
        ),
        mail="masked", phoned=0.2, signup="vpn",
    )


@crowd("purse")
def one_carrier_town(d: Draw) -> Group:
    return Group(
        "one_carrier_town", d.count(100, 900),
        (
            Habit(
                d.between(1, 4), HOMELY, frame="person", nets={"one_carrier": 1.0}, clients={"phone": 6.0, "browser": 1.0},
                client_by="public5", hours="waking", turns=1.0,
            ),
        ),
        homes=("SN", "ID", "KE"), home_by="group", card_by="few40", paying=0.6, born=("old", 0.4, 0.0),
    )


@crowd("purse")
def lost_phone_returners(d: Draw) -> Group:
    return Group(
        "lost_phone_returners", d.count(30, 200),
        (
            Habit(
                d.between(1, 5), ANY_WORK, topics_by="unit", frame="person", frame_by="unit",
                nets={"unit_home": 2.0, "mobile": 1.0}, hours="waking", turns=1.0,
            ),
        ),
        unit=2, exact=True, home_by="unit", card_by="unit", born=("chain", 0.0, 0.0), phone_by="own",
    )


@crowd("purse")
def free_tier_hoppers(d: Draw) -> Group:
    return Group(
        "free_tier_hoppers", d.count(40, 300),
        (
            Habit(
                d.between(4, 14), {"chat": 6.0, "rewrite": 1.0, "code": 1.0}, topics_by="unit", frame="person", frame_by="unit",
                nets={"unit_home": 3.0, "vpn": 1.0}, client_by="unit", hours="evening", turns=2.0,
            ),
        ),
        unit=d.flat(3, 6), home_by="unit", plans={"free": 1.0}, paying=0.0, mail=d.one("thrown", "public"),
        born=("chain", 0.0, 0.0), chain_bans=0.3, phoned=0.4,
    )


@crowd("purse")
def seat_sharers(d: Draw) -> Group:
    return Group(
        "seat_sharers", d.count(30, 200),
        (Habit(d.between(3, 12), ANY_WORK, frame="person", nets={"home": 2.0, "mobile": 2.0, "vpn": 1.0}, hours="waking", turns=1.0),),
        unit=d.flat(3, 9), card_by="unit", paying=1.4, org_by="unit", home_by="own", plans={"team": 1.0, "pay": 2.0},
    )


@crowd("purse")
def charity_card_learners(d: Draw) -> Group:
    works = {"chat": 2.0, "reason": 2.0, "rewrite": 2.0, "code": 1.0}
    return Group(
        "charity_card_learners", d.count(20, 150),
        (Habit(d.between(2, 6), works, frame="person", nets={"mobile": 1.0, "office": 1.0}, hours="afternoon", turns=1.5),),
        card_by="group", paying=2.0, unit=20, homes=("KE", "NG", "IN"), home_by="group", kinds={"education": 1.0}, mail="group",
        born=("lots", 2, 0.5), org_by="group",
    )


# --- One firm under many accounts ------------------------------------------------------------------------------------


@crowd("firm")
def account_per_environment(d: Draw) -> Group:
    return Group(
        "account_per_environment", d.count(40, 250),
        (
            Habit(
                d.between(10, 60), {"extract": 2.0, "reply": 2.0, "summary": 1.0}, topics_by="unit", system="product",
                system_by="unit", frame="form", frame_by="unit", clients=CODE, client_by="unit", nets={"unit_server": 1.0},
                hours=d.one("day", "always"), spread=1.5, temp_by="unit", temps=WIDE,
            ),
        ),
        unit=d.flat(3, 7), card_by="unit", org_by="unit", mail="unit", mail_by="unit", home_by="unit", kinds=FIRM,
        phone_by="unit", plans={"pay": 1.0}, paying=1.4,
    )


@crowd("firm")
def account_per_client(d: Draw) -> Group:
    works = {"reply": 2.0, "rewrite": 2.0, "summary": 1.0, "label": 1.0}
    return Group(
        "account_per_client", d.count(20, 160),
        (
            Habit(
                d.between(5, 30), works, system="product", frame="form", frame_by="unit", clients=CODE, client_by="unit",
                nets={"unit_server": 1.0}, spread=1.1, temps=(0.3,), hours="waking",
            ),
        ),
        unit=d.flat(8, 30), card_by="unit", mail="unit", home_by="unit", kinds=FIRM, phone_by="unit", plans={"pay": 1.0},
        paying=1.4, born=("old", 0.3, 0.0), org_by=d.one("", "unit"),
    )


@crowd("firm")
def account_per_tenant(d: Draw) -> Group:
    return Group(
        "account_per_tenant", d.count(60, 600),
        (
            Habit(
                d.between(3, 12), {"summary": 2.0, "extract": 2.0, "chat": 2.0}, system="product", system_by="group",
                frame="form", frame_by="group", clients={"node": 1.0}, client_by="group", nets={"group_server": 1.0},
                hours="day", spread=1.3, temps=(0.2,), turns=0.5,
            ),
        ),
        card_by="group", paying=2.0, mail="group", mail_by="group", kinds={"startup": 1.0}, plan_by="group", phone_by="group",
        plans={"pay": 1.0}, born=("old", 0.5, 0.0), org_by="group",
    )


@crowd("firm")
def account_per_model(d: Draw) -> Group:
    return Group(
        "account_per_model", d.count(12, 60),
        (
            Habit(
                d.between(20, 120), {"extract": 3.0, "label": 2.0, "query": 1.0}, topics_by="unit", pool="private:900",
                pool_by="unit", frame="json", frame_by="unit", clients={"python": 1.0}, client_by="unit",
                nets={"unit_server": 1.0}, model="eval", temps=(0.0,), active=0.4,
            ),
        ),
        unit=4, card_by="unit", org_by="unit", mail="unit", mail_by="unit", home_by="unit", kinds=FIRM, plans={"pay": 1.0},
        paying=1.4,
    )


@crowd("firm")
def account_per_employee(d: Draw) -> Group:
    return Group(
        "account_per_employee", d.count(60, 500),
        (
            Habit(
                d.between(2, 8), ANY_WORK, frame="person", nets={"office": 3.0, "home": 1.0},
                clients={"browser": 3.0, "agent_tool": 1.0, "desktop": 1.0}, turns=1.3,
            ),
        ),
        unit=d.flat(8, 60), card_by="unit", org_by="unit", mail="unit", home_by="unit", kinds=FIRM, plans={"team": 1.0},
        plan_by="unit", paying=1.4, born=("old", 0.2, 0.0),
    )


@crowd("firm")
def virtual_card_staff(d: Draw) -> Group:
    return Group(
        "virtual_card_staff", d.count(30, 200),
        (
            Habit(
                d.between(2, 8), ANY_WORK, frame="person", nets={"group_office": 1.0},
                clients={"browser": 2.0, "agent_tool": 2.0}, client_by="few3", turns=1.4,
            ),
        ),
        mail="group", org_by="group", home_by="group", kinds={"enterprise": 1.0}, born=("lots", 4, 0.5), paying=1.4,
        plans={"pay": 1.0},
    )


@crowd("firm")
def one_exit_enterprise(d: Draw) -> Group:
    return Group(
        "one_exit_enterprise", d.count(150, 1200),
        (
            Habit(
                d.between(1, 4), ANY_WORK, frame="form", frame_share=0.3, frame_by="few12", nets={"group_office": 1.0},
                clients=PLAIN, client_by="few2", turns=1.0,
            ),
        ),
        mail="group", org_by="group", kinds={"enterprise": 1.0}, verified=1.0, plans={"enterprise": 1.0}, paying=0.0,
        signup="group_office", born=("wave", 0.3, 5.0),
    )


@crowd("firm")
def pool_of_an_agent_product(d: Draw) -> Group:
    return Group(
        "pool_of_an_agent_product", d.count(12, 60),
        (
            Habit(
                d.between(15, 60), {"agent": 4.0, "code": 2.0}, system="agent", system_by="group", tools_by="group",
                clients={"node": 1.0}, client_by="group", nets={"group_server": 1.0}, hours="waking", turns=3.0, machine=True,
                handover="group", handover_share=0.4, spread=0.15, model="best",
            ),
        ),
        card_by="lot6", paying=2.0, mail="group", mail_by="group", home_by="group", org_by="group", kinds={"startup": 1.0},
        plans={"pay": 1.0}, phone_by="group", born=("lots", 3, 0.5),
    )


@crowd("firm")
def failover_firms(d: Draw) -> Group:
    return Group(
        "failover_firms", d.count(16, 90),
        (
            Habit(
                d.between(20, 90), {"reply": 3.0, "extract": 2.0, "translate": 1.0}, topics_by="unit", system="product",
                system_by="unit", clients={"java": 1.0, "proxy": 1.0}, client_by="unit", nets={"unit_server": 1.0},
                hours="waking", turns=0.8, fails=0.06, retries=0.9, failover="unit", handover="unit", handover_share=0.2,
                spread=0.3,
            ),
        ),
        unit=d.flat(2, 5), card_by="unit", org_by="unit", mail="unit", home_by="unit", kinds=FIRM, plans={"pay": 1.0},
        paying=1.4,
    )


@crowd("firm")
def whole_team_migrating(d: Draw) -> Group:
    return Group(
        "whole_team_migrating", d.count(20, 120),
        (
            Habit(
                d.between(4, 15), {"code": 3.0, "agent": 2.0, "query": 1.0}, topics_by="unit", system="agent", system_by="unit",
                tools_by="unit", frame="person", frame_by="unit", clients={"agent_tool": 1.0}, client_by="unit",
                nets={"office": 1.0}, turns=2.5, handover="unit", handover_share=0.05,
            ),
        ),
        unit=2, exact=True, card_by="group", paying=1.4, org_by="group", mail="group", mail_by="unit", home_by="group",
        kinds=FIRM, born=("chain", 0.0, 0.0), plans={"team": 1.0},
    )


# --- Shifts and back offices -----------------------------------------------------------------------------------------


@crowd("shift")
def call_centre(d: Draw) -> Group:
    return Group(
        "call_centre", d.count(60, 500),
        (
            Habit(
                d.between(8, 30), {"reply": 6.0, "translate": 1.0, "summary": 1.0}, topics=("billing", "retail", "logistics"),
                frame="form", frame_by="few3", nets={"group_office": 1.0}, clients={"browser": 1.0}, client_by="few2",
                hours="shift", turns=0.4, spread=0.35,
            ),
        ),
        mail="group", org_by="group", homes=("PH", "IN", "MX", "PL"), home_by="group", kinds={"enterprise": 1.0}, verified=0.7,
        plans={"team": 1.0}, card_by="group", born=("lots", 5, 0.4), signup="group_office",
    )


@crowd("shift")
def claims_back_office(d: Draw) -> Group:
    return Group(
        "claims_back_office", d.count(30, 250),
        (
            Habit(
                d.between(15, 60), {"extract": 4.0, "label": 2.0, "summary": 2.0}, topics=("clinic", "law", "billing"),
                frame="json", frame_by="group", system="product", system_by="group", nets={"group_office": 1.0},
                clients={"java": 1.0}, client_by="group", hours="shift", temps=(0.0,), spread=0.3, most=(512,),
            ),
        ),
        mail="group", org_by="group", homes=("IN", "PH", "PL"), home_by="group", kinds={"enterprise": 1.0}, verified=0.6,
        plans={"enterprise": 1.0}, card_by="group", plan_by="group",
    )


@crowd("shift")
def night_ward(d: Draw) -> Group:
    return Group(
        "night_ward", d.count(12, 90),
        (
            Habit(
                d.between(3, 9), {"summary": 4.0, "rewrite": 1.0, "chat": 1.0}, topics=("clinic",), frame="form",
                frame_by="group", nets={"group_office": 1.0}, clients={"browser": 1.0}, client_by="few2", hours="night",
                turns=0.5,
            ),
        ),
        mail="group", org_by="group", home_by="group", kinds={"enterprise": 1.0}, verified=0.5, paying=0.2,
        born=("lots", 2, 0.3), signup="group_office",
    )


@crowd("shift")
def subcontractors_on_prepaid_cards(d: Draw) -> Group:
    return Group(
        "subcontractors_on_prepaid_cards", d.count(20, 160),
        (
            Habit(
                d.between(8, 30), {"translate": 3.0, "rewrite": 2.0}, pool="private:2500", pool_how="split", pool_share=0.8,
                topics=("retail", "travel"), frame="form", frame_by="group", frame_share=0.7, nets={"home": 3.0, "mobile": 1.0},
                clients=PLAIN, hours="waking", turns=0.6,
            ),
        ),
        card_by="lot5", paying=1.5, homes=("CO", "MX", "BR", "KE"), mail="public", born=("lots", 3, 0.4), plans={"pay": 1.0},
    )


@crowd("shift")
def agency_temps(d: Draw) -> Group:
    return Group(
        "agency_temps", d.count(20, 120),
        (
            Habit(
                d.between(5, 20), {"extract": 3.0, "reply": 2.0, "query": 1.0}, topics_by="unit", frame="form", frame_by="unit",
                nets={"office": 1.0}, clients={"browser": 1.0, "sheet": 1.0}, client_by="unit", hours="day",
            ),
        ),
        unit=12, mail="group", org_by="group", card_by="group", home_by="unit", kinds={"enterprise": 1.0}, lives=9,
        born=("lots", 5, 0.8), plans={"team": 1.0}, paying=1.3,
    )


# --- A product or a template speaks for them -------------------------------------------------------------------------


@crowd("product")
def own_key_desktop_app(d: Draw) -> Group:
    return Group(
        "own_key_desktop_app", d.count(150, 1200),
        (
            Habit(
                d.between(1, 4), HOMELY, system="product", system_by="group", clients={"desktop": 1.0}, client_by="few3",
                hours="waking", turns=1.5, temps=(0.7,),
            ),
        ),
    )


@crowd("product")
def no_code_template(d: Draw) -> Group:
    return Group(
        "no_code_template", d.count(60, 600),
        (
            Habit(
                d.between(3, 16), {"summary": 2.0, "label": 2.0, "reply": 2.0}, frame="json", frame_by="few2",
                clients={"flow": 1.0}, client_by="group", nets={"lambda": 1.0}, hours=d.one("always", "cron"), temps=(0.0, 0.3),
                temp_by="few2", spread=1.1,
            ),
        ),
        mail=d.one("public", "own"), plans={"pay": 1.0}, paying=1.2, born=("old", 0.35, 0.0),
    )


@crowd("product")
def sold_bot_with_own_keys(d: Draw) -> Group:
    return Group(
        "sold_bot_with_own_keys", d.count(100, 1200),
        (
            Habit(
                d.between(2, 8), {"chat": 5.0, "reply": 2.0}, system="product", system_by="group", tools_by="group",
                clients={"bot_host": 1.0}, client_by="few2", nets={"group_server": 2.0, "server": 1.0}, hours="waking",
                turns=1.2, temps=(0.8,), temp_by="group", spread=1.2,
            ),
        ),
        plans={"pay": 1.0, "free": 1.0}, born=("old", 0.3, 0.0),
    )


@crowd("product")
def guild_bots(d: Draw) -> Group:
    return Group(
        "guild_bots", d.count(20, 160),
        (
            Habit(
                d.between(3, 15), {"chat": 6.0, "translate": 1.0}, topics=("games",), system="product", system_by="few4",
                clients={"bot_host": 2.0, "node": 1.0}, client_by="few4", nets={"server": 1.0, "home": 1.0}, hours="evening",
                turns=2.0,
            ),
        ),
        plans={"free": 2.0, "pay": 1.0}, paying=0.6, card_by="own", born=("wave", 0.4, 3.0),
    )


@crowd("product")
def open_agent_users(d: Draw) -> Group:
    return Group(
        "open_agent_users", d.count(60, 600),
        (
            Habit(
                d.between(2, 7), {"code": 3.0, "agent": 4.0}, system="agent", system_by="public5", tools_by="public5",
                clients={"agent_tool": 1.0}, nets={"home": 2.0, "office": 1.0, "vpn": 1.0}, hours="waking", turns=4.0,
                machine=True, model="best",
            ),
        ),
        kinds={"individual": 2.0, "startup": 1.0}, plans={"pay": 1.0}, paying=1.2,
    )


@crowd("product")
def sheet_add_on_users(d: Draw) -> Group:
    return Group(
        "sheet_add_on_users", d.count(40, 300),
        (
            Habit(
                d.between(4, 18), {"label": 3.0, "extract": 2.0, "translate": 1.0, "rewrite": 1.0}, frame="form",
                frame_by="few2", clients={"sheet": 1.0}, client_by="few2", nets={"lambda": 1.0}, temps=(0.0,), active=0.35,
                spread=1.2,
            ),
        ),
        mail=d.one("public", "own"), paying=1.2,
    )


@crowd("product")
def wrapper_with_seat_accounts(d: Draw) -> Group:
    return Group(
        "wrapper_with_seat_accounts", d.count(30, 250),
        (
            Habit(
                d.between(3, 10), {"chat": 3.0, "rewrite": 2.0, "reason": 1.0}, system="product", system_by="group",
                clients={"node": 1.0}, client_by="group", nets={"group_server": 1.0}, hours="waking", turns=1.5,
                handover="group", handover_share=0.06,
            ),
        ),
        card_by="lot10", paying=1.6, mail="group", kinds={"startup": 1.0}, plans={"pay": 1.0}, born=("old", 0.5, 0.0),
        home_by="group", org_by="group",
    )


# --- Machines and batches ---------------------------------------------------------------------------------------------


@crowd("machine")
def load_testers(d: Draw) -> Group:
    at = d.flat(0.1, 0.8)
    return Group(
        "load_testers", d.count(8, 40),
        (
            Habit(
                d.between(120, 400), {"chat": 1.0, "reason": 1.0}, pool="private:25", window=(at, at + 0.06),
                clients={"python": 1.0, "go": 1.0}, client_by="group", nets={"group_server": 1.0}, hours="always", spread=0.1,
                fails=0.2, retries=0.8, temps=(0.0,), temp_by="group", most=(256,), active=1.0,
            ),
            Habit(1.5, {"code": 1.0, "query": 1.0}, clients=CODE, nets={"office": 1.0}),
        ),
        unit=8, card_by="group", mail="group", mail_by="group", org_by="group", home_by="group", kinds={"enterprise": 1.0},
        born=("lots", 1, 0.2), plans={"pay": 1.0}, paying=1.4,
    )


@crowd("machine")
def backfill_firms(d: Draw) -> Group:
    at = d.flat(0.2, 0.7)
    return Group(
        "backfill_firms", d.count(10, 60),
        (
            Habit(
                d.between(60, 250), {"extract": 2.0, "summary": 2.0, "label": 1.0}, topics_by="unit", window=(at, at + 0.2),
                frame="json", frame_by="unit", clients={"python": 1.0}, client_by="unit", nets={"unit_server": 1.0},
                hours="always", spread=0.25, temps=(0.0,), active=1.0, model="cheap",
            ),
            Habit(
                3, {"extract": 2.0, "summary": 2.0}, topics_by="unit", frame="json", frame_by="unit", clients={"python": 1.0},
                client_by="unit", nets={"unit_server": 1.0},
            ),
        ),
        unit=d.flat(3, 8), card_by="unit", mail="unit", org_by="unit", home_by="unit", kinds=FIRM, plans={"pay": 1.0},
        paying=1.4,
    )


@crowd("machine")
def nightly_batches(d: Draw) -> Group:
    return Group(
        "nightly_batches", d.count(30, 200),
        (
            Habit(
                d.between(6, 40), {"summary": 3.0, "query": 2.0, "label": 2.0}, topics_by="unit", frame="form", frame_by="unit",
                clients=CODE, client_by="unit", nets=RENTED, hours="cron", spread=0.3, temps=(0.0, 0.2, None), active=0.95,
                retries=0.9,
            ),
        ),
        unit=d.flat(1, 4), card_by="unit", mail="own", home_by="unit", kinds={"startup": 2.0, "individual": 1.0},
        plans={"pay": 1.0}, paying=1.3,
    )


@crowd("machine")
def retry_storm(d: Draw) -> Group:
    at = d.flat(0.2, 0.8)
    return Group(
        "retry_storm", d.count(15, 100),
        (
            Habit(
                d.between(4, 12), {"reply": 1.0, "extract": 1.0, "chat": 1.0}, system="product",
                clients={"node": 2.0, "java": 1.0}, nets={"server": 1.0, "lambda": 1.0}, hours="waking",
            ),
            Habit(
                d.between(30, 90), {"reply": 1.0, "extract": 1.0}, pool="private:12", pool_by="own", window=(at, at + 0.03),
                system="product", clients={"node": 2.0, "java": 1.0}, nets={"server": 1.0, "lambda": 1.0}, hours="always",
                fails=0.6, retries=1.0, active=1.0,
            ),
        ),
        kinds=FIRM, plans={"pay": 1.0}, mail="own", paying=1.2,
    )


@crowd("machine")
def synthetic_data_customers(d: Draw) -> Group:
    return Group(
        "synthetic_data_customers", d.count(10, 60),
        (
            Habit(
                d.between(15, 90), {"synth": 3.0, "rewrite": 1.0}, topics_by="unit", frame="json", frame_by="unit",
                clients={"python": 1.0}, client_by="unit", nets={"unit_server": 1.0}, hours="always", temps=(0.9, 1.0),
                temp_by="unit", active=0.5, verbose=1.2,
            ),
        ),
        unit=d.flat(1, 4), card_by="unit", mail="unit", org_by="unit", home_by="unit",
        kinds={"enterprise": 1.0, "research": 1.0}, verified=1.0, plans={"enterprise": 1.0}, paying=1.4,
    )


# --- Lessons, contests, research --------------------------------------------------------------------------------------


@crowd("lesson")
def evaluation_harness_users(d: Draw) -> Group:
    return Group(
        "evaluation_harness_users", d.count(20, 200),
        (
            Habit(
                d.between(20, 90), {"reason": 1.0}, pool=d.one("sums", "katas", "turns"), pool_how="walk", frame="cot",
                frame_by="few2", system="bench", system_by="public5", clients={"harness": 1.0},
                nets={"server": 2.0, "home": 1.0, "campus": 1.0}, temps=(0.0,), model="eval", active=0.2, hours="always",
                most=(1024,), spread=0.6,
            ),
        ),
        kinds={"research": 2.0, "startup": 1.0, "individual": 1.0}, paying=1.3, born=("old", 0.3, 0.0),
    )


@crowd("lesson")
def paper_reproducers(d: Draw) -> Group:
    return Group(
        "paper_reproducers", d.count(10, 80),
        (
            Habit(
                d.between(15, 60), {"grade": 1.0}, pool=d.one("marks", "pleas"), pool_how="walk", frame="rubric",
                frame_by="group", clients={"python": 1.0}, nets={"server": 1.0, "home": 1.0, "vpn": 1.0}, temps=(0.0,),
                active=0.25, hours="waking", spread=0.5,
            ),
        ),
        kinds={"research": 2.0, "individual": 1.0}, paying=1.2, born=("wave", 0.4, 4.0),
    )


@crowd("lesson")
def tuning_tutorial_readers(d: Draw) -> Group:
    return Group(
        "tuning_tutorial_readers", d.count(40, 400),
        (
            Habit(
                d.between(20, 70), {"synth": 1.0}, pool="seeds", pool_how="walk", frame="form", frame_by="few2",
                clients={"python": 1.0}, client_by="few4", nets={"home": 3.0, "lambda": 2.0}, temps=(0.7,), active=0.12,
                hours="evening", model="cheap", spread=0.5,
            ),
            Habit(1.0, {"code": 3.0, "chat": 2.0}, frame="person", hours="evening", turns=1.0),
        ),
        plans={"free": 2.0, "pay": 1.0}, born=("wave", 0.3, 5.0),
    )


@crowd("lesson")
def distil_a_model_course(d: Draw) -> Group:
    at = d.flat(0.1, 0.5)
    return Group(
        "distil_a_model_course", d.count(25, 160),
        (
            Habit(
                d.between(15, 50), {"reason": 2.0, "label": 1.0}, pool="sums", pool_how="popular", frame="cot", frame_by="few3",
                clients={"python": 1.0}, client_by="few3", nets={"campus": 3.0, "home": 2.0}, window=(at, at + 0.3),
                temps=(0.0, 0.7), temp_by="few2", hours="evening", active=0.4,
            ),
            Habit(1.0, {"code": 3.0, "chat": 1.0}, frame="person", turns=1.0),
        ),
        mail="group", kinds={"education": 1.0}, org_by="group", home_by="group", born=("wave", 0.1, 2.0), paying=0.3,
        card_by="own",
    )


@crowd("lesson")
def generate_a_dataset_course(d: Draw) -> Group:
    at = d.flat(0.1, 0.5)
    return Group(
        "generate_a_dataset_course", d.count(25, 200),
        (
            Habit(
                d.between(10, 40), {"synth": 3.0, "label": 1.0}, frame="json", frame_by="few4",
                clients={"python": 1.0, "browser": 1.0}, nets={"campus": 3.0, "home": 1.0}, window=(at, at + 0.25),
                hours="class", active=0.5, temps=(1.0, None),
            ),
            Habit(0.8, {"code": 2.0, "summary": 1.0}, frame="person", turns=1.0),
        ),
        unit=30, home_by="group", mail="group", org_by="group", kinds={"education": 1.0}, card_by="group", paying=1.2,
        born=("lots", 2, 0.2),
    )


@crowd("lesson")
def contest_labellers(d: Draw) -> Group:
    at = d.flat(0.2, 0.5)
    return Group(
        "contest_labellers", d.count(25, 300),
        (
            Habit(
                d.between(20, 80), {"label": 1.0}, pool="opinions", pool_how="popular", frame="json",
                clients={"python": 4.0, "node": 1.0}, nets={"home": 2.0, "lambda": 2.0}, temps=WIDE,
                window=(at, min(1.0, at + 0.45)), hours="evening", active=0.35, spread=0.9,
            ),
        ),
        kinds={"individual": 3.0, "research": 1.0}, born=("wave", 0.35, 3.0),
    )


@crowd("lesson")
def hackathon_teams(d: Draw) -> Group:
    at = d.flat(0.2, 0.7)
    return Group(
        "hackathon_teams", d.count(25, 200),
        (
            Habit(
                d.between(12, 40), {"code": 3.0, "agent": 2.0, "chat": 2.0}, topics_by="unit", system="agent", system_by="few2",
                tools_by="few2", clients={"python": 2.0, "node": 1.0, "browser": 1.0}, nets={"group_office": 1.0},
                window=(at, at + 0.12), hours="always", turns=1.0, active=1.0,
            ),
        ),
        unit=4, home_by="group", born=("wave", at, 0.1), card_by="group", paying=0.8, plans={"trial": 1.0},
    )


@crowd("lesson")
def consortium_labs(d: Draw) -> Group:
    return Group(
        "consortium_labs", d.count(20, 140),
        (
            Habit(
                d.between(6, 30), {"extract": 2.0, "grade": 1.0, "reason": 1.0}, pool="private:4000", pool_how="split",
                pool_share=0.7, topics=("clinic", "farming"), frame="json", frame_by="group", frame_share=0.8,
                clients={"python": 1.0}, client_by="unit", nets={"office": 2.0, "unit_server": 1.0}, temps=(0.0,), active=0.5,
                handover="unit", handover_share=0.05,
            ),
        ),
        unit=d.flat(4, 10), card_by="unit", mail="unit", org_by="unit", home_by="unit", kinds={"research": 1.0}, verified=0.4,
    )


@crowd("lesson")
def homework_classes(d: Draw) -> Group:
    return Group(
        "homework_classes", d.count(60, 500),
        (
            Habit(
                d.between(1.5, 5), {"reason": 2.0, "synth": 1.0, "rewrite": 1.0}, pool="private:30", pool_by="unit",
                pool_share=0.7, topics=("school",), frame="person", nets={"campus": 1.0, "home": 2.0}, hours="class", turns=1.0,
            ),
        ),
        unit=28, home_by="group", mail="group", org_by="group", kinds={"education": 1.0}, paying=0.1, born=("lots", 6, 0.3),
    )


# --- Shared lists, honestly split -------------------------------------------------------------------------------------


@crowd("list")
def citizen_scientists(d: Draw) -> Group:
    return Group(
        "citizen_scientists", d.count(30, 250),
        (
            Habit(
                d.between(3, 12), {"label": 3.0, "extract": 1.0}, pool="private:3000", pool_how="split",
                topics=("farming", "energy"), frame="form", frame_by="group", clients=PLAIN, nets={"home": 3.0, "mobile": 1.0},
                hours="evening", active=0.5, turns=0.3,
            ),
        ),
        paying=0.1, plans={"free": 1.0}, mail="public",
    )


@crowd("list")
def record_transcribers(d: Draw) -> Group:
    return Group(
        "record_transcribers", d.count(20, 150),
        (
            Habit(
                d.between(4, 14), {"extract": 3.0, "rewrite": 1.0, "summary": 1.0}, pool="private:2500", pool_how="split",
                topics=("law", "housing"), frame="form", frame_by="few2", clients={"browser": 1.0}, nets={"home": 1.0},
                hours="evening", active=0.45, turns=0.8,
            ),
        ),
        paying=0.3, born=("old", 0.2, 0.0),
    )


@crowd("list")
def software_localisers(d: Draw) -> Group:
    return Group(
        "software_localisers", d.count(25, 200),
        (
            Habit(
                d.between(6, 25), {"translate": 1.0}, pool="phrases", pool_how="split", frame="form", frame_by="few3",
                clients={"python": 1.0, "desktop": 1.0, "browser": 1.0}, nets={"home": 2.0, "office": 1.0, "vpn": 1.0},
                hours="waking", active=0.4, temps=(0.2, None),
            ),
        ),
        paying=0.5,
    )


@crowd("list")
def encyclopaedia_volunteers(d: Draw) -> Group:
    return Group(
        "encyclopaedia_volunteers", d.count(25, 200),
        (
            Habit(
                d.between(2, 9), {"summary": 2.0, "rewrite": 2.0, "translate": 1.0}, pool="private:1200", pool_how="any",
                pool_share=0.6, topics=("travel", "law", "farming"), frame="form", frame_by="few2", frame_share=0.5,
                clients={"browser": 3.0, "python": 1.0}, nets={"home": 3.0, "vpn": 1.0}, hours="evening", turns=0.6,
            ),
        ),
        mail=d.one("public", "masked"), paying=0.3,
    )


@crowd("list")
def medical_case_reviewers(d: Draw) -> Group:
    return Group(
        "medical_case_reviewers", d.count(12, 90),
        (
            Habit(
                d.between(5, 20), {"grade": 2.0, "reason": 2.0, "summary": 1.0}, pool="private:1500", pool_how="split",
                topics=("clinic",), frame="cot", frame_by="group", clients={"browser": 1.0, "python": 1.0},
                nets={"home": 1.0, "office": 1.0}, hours="evening", active=0.5, temps=(0.0,), turns=0.4,
            ),
        ),
        unit=6, kinds={"research": 1.0, "individual": 1.0}, paying=1.1, mail="unit", org_by="unit", home_by="unit",
    )


@crowd("list")
def literature_screeners(d: Draw) -> Group:
    return Group(
        "literature_screeners", d.count(8, 60),
        (
            Habit(
                d.between(20, 80), {"label": 2.0, "extract": 1.0}, pool="private:5000", pool_how="split",
                topics=("clinic", "school"), frame="rubric", frame_by="group", clients={"python": 1.0}, client_by="group",
                nets={"office": 1.0, "home": 1.0}, hours="day", active=0.4, temps=(0.0,), temp_by="group",
            ),
        ),
        unit=5, kinds={"research": 1.0}, mail="unit", org_by="unit", card_by="unit", home_by="unit",
    )


@crowd("list")
def exam_markers(d: Draw) -> Group:
    at = d.flat(0.2, 0.6)
    return Group(
        "exam_markers", d.count(15, 120),
        (
            Habit(
                d.between(10, 40), {"grade": 1.0}, pool="private:3000", pool_how="split", topics=("school",), frame="rubric",
                frame_by="group", clients={"browser": 1.0}, nets={"home": 2.0, "campus": 1.0}, window=(at, at + 0.35),
                hours="evening", active=0.7, spread=0.4,
            ),
        ),
        home_by="group", mail="group", org_by="group", kinds={"education": 1.0}, paying=0.3, born=("lots", 2, 0.3),
    )


# --- Markets ----------------------------------------------------------------------------------------------------------


@crowd("market")
def search_rank_agencies(d: Draw) -> Group:
    return Group(
        "search_rank_agencies", d.count(20, 150),
        (
            Habit(
                d.between(10, 45), {"rewrite": 3.0, "synth": 1.0, "summary": 1.0}, topics_by="unit", pool="private:500",
                pool_by="unit", pool_share=0.4, frame="form", frame_by="unit",
                clients={"python": 1.0, "sheet": 1.0, "flow": 1.0}, client_by="unit", nets={"office": 1.0, "unit_server": 1.0},
                hours="always", verbose=1.6, temps=(0.8, 1.0), temp_by="unit",
            ),
        ),
        unit=d.flat(4, 14), card_by="unit", mail="unit", home_by="unit", kinds={"startup": 1.0, "individual": 1.0},
        plans={"pay": 1.0}, paying=1.3,
    )


@crowd("market")
def content_mill(d: Draw) -> Group:
    return Group(
        "content_mill", d.count(30, 220),
        (
            Habit(
                d.between(8, 30), {"rewrite": 3.0, "synth": 2.0, "chat": 1.0},
                topics=d.some(("travel", "cooking", "retail", "games", "housing"), 2), frame="form", frame_by="few6",
                clients=PLAIN, nets={"home": 3.0, "mobile": 1.0, "vpn": 1.0}, hours="waking", verbose=1.7, turns=0.5,
                spread=0.4,
            ),
        ),
        homes=("KE", "PH", "IN", "ID"), card_by="lot8", paying=1.2, born=("lots", 6, 0.7), plans={"pay": 1.0},
    )


@crowd("market")
def translators_on_a_market(d: Draw) -> Group:
    return Group(
        "translators_on_a_market", d.count(30, 250),
        (
            Habit(
                d.between(6, 25), {"translate": 5.0, "rewrite": 2.0}, frame="form", frame_by="few8", frame_share=0.6,
                clients={"browser": 2.0, "desktop": 1.0}, nets={"home": 3.0, "vpn": 1.0}, hours="waking", turns=0.5,
            ),
        ),
        paying=1.2, plans={"pay": 1.0},
    )


@crowd("market")
def tutors_on_a_market(d: Draw) -> Group:
    return Group(
        "tutors_on_a_market", d.count(30, 250),
        (
            Habit(
                d.between(4, 15), {"reason": 3.0, "synth": 3.0, "grade": 1.0}, topics=("school",), frame="cot", frame_by="few5",
                frame_share=0.5, clients=PLAIN, nets={"home": 3.0, "mobile": 1.0}, hours="afternoon", turns=1.0,
            ),
        ),
        homes=("IN", "PH", "GB", "NG"),
    )


@crowd("market")
def customers_of_a_reseller(d: Draw) -> Group:
    return Group(
        "customers_of_a_reseller", d.count(60, 500),
        (
            Habit(
                d.between(2, 9), ANY_WORK, clients={"proxy": 1.0}, client_by="group", nets={"group_server": 1.0},
                hours="waking", turns=1.0, temps=WIDE, spread=1.3,
            ),
        ),
        card_by="group", paying=2.0, mail="public", passthrough=True, verified=0.9, kinds=FIRM, phone_by="group",
        plans={"pay": 1.0}, born=("old", 0.4, 0.0), org_by="group", signup="group_server",
    )


@crowd("market")
def signed_up_by_a_distributor(d: Draw) -> Group:
    return Group(
        "signed_up_by_a_distributor", d.count(60, 500),
        (
            Habit(
                d.between(1.5, 6), HOMELY, frame="person", nets={"office": 1.0, "home": 1.0, "mobile": 1.0}, clients=PLAIN,
                hours="day", turns=1.0,
            ),
        ),
        unit=5, mail="own", home_by="group", signup="group_office", card_by="lot20", paying=1.3, phone_by="unit",
        born=("lots", 8, 0.9), plans={"team": 1.0}, kinds={"startup": 1.0},
    )


@crowd("market")
def unlicensed_seat_resale(d: Draw) -> Group:
    return Group(
        "unlicensed_seat_resale", d.count(40, 300),
        (Habit(d.between(2, 9), ANY_WORK, frame="person", nets={"home": 2.0, "mobile": 2.0}, clients=PLAIN, hours="waking", turns=1.5),),
        card_by="lot9", paying=1.6, mail="thrown", signup="group_server", born=("lots", 9, 0.9), phone_by="lot4",
        plans={"pay": 1.0},
    )


@crowd("market")
def shop_sellers_with_one_guide(d: Draw) -> Group:
    return Group(
        "shop_sellers_with_one_guide", d.count(40, 400),
        (
            Habit(
                d.between(2, 8), {"rewrite": 3.0, "reply": 2.0, "translate": 1.0}, topics=("retail",), frame="form",
                frame_by="few4", clients=PLAIN, hours="evening", turns=0.4,
            ),
        ),
        kinds={"individual": 2.0, "startup": 1.0}, born=("wave", 0.4, 6.0),
    )


# --- Waves ------------------------------------------------------------------------------------------------------------


@crowd("wave")
def launch_week_newcomers(d: Draw) -> Group:
    return Group(
        "launch_week_newcomers", d.count(150, 1200),
        (
            Habit(
                d.between(1, 5), HOMELY, frame="person", pool="private:60", pool_how="popular", pool_share=0.3, hours="waking",
                turns=1.2, model="move",
            ),
        ),
        born=("wave", 0.5, 1.0), plans={"free": 3.0, "pay": 1.0}, lives=6,
    )


@crowd("wave")
def holiday_phones(d: Draw) -> Group:
    return Group(
        "holiday_phones", d.count(80, 700),
        (
            Habit(
                d.between(1, 5), HOMELY, frame="person", clients={"phone": 1.0}, client_by="few2",
                nets={"home": 2.0, "mobile": 2.0}, hours="waking", turns=1.5,
            ),
        ),
        born=("wave", 0.35, 0.8), plans={"free": 3.0, "pay": 1.0}, paying=0.5,
    )


@crowd("wave")
def viral_prompt_copiers(d: Draw) -> Group:
    return Group(
        "viral_prompt_copiers", d.count(80, 700),
        (
            Habit(
                d.between(1, 4), {"chat": 1.0, "reason": 1.0}, pool="private:8", pool_share=0.55, frame="cot", frame_by="few2",
                frame_share=0.6, clients=PLAIN, hours="evening", turns=1.0, active=0.5,
            ),
        ),
    )


@crowd("wave")
def private_line_commuters(d: Draw) -> Group:
    return Group(
        "private_line_commuters", d.count(60, 500),
        (Habit(d.between(1, 6), ANY_WORK, frame="person", nets={"vpn": 3.0, "mobile": 1.0}, clients=PLAIN, hours="waking", turns=1.2),),
        signup="vpn", mail=d.one("public", "masked"),
    )


# --- Residents --------------------------------------------------------------------------------------------------------


def residents(d: Draw, size: int) -> list[Group]:
    """People and programs who have nothing in common but popular software, public lists and ways of asking that go round."""
    people = Habit(1.0, ANY_WORK, frame="person", hours="waking", spread=1.1, turns=1.5, active=0.5)
    evening = Habit(1.0, HOMELY, frame="person", hours="evening", spread=1.0, turns=1.8, active=0.4)
    office = Habit(
        1.3, {"rewrite": 2.0, "summary": 2.0, "reply": 2.0, "query": 1.0, "translate": 1.0}, frame="person",
        nets={"office": 3.0, "home": 1.0}, turns=1.0, spread=1.0,
    )
    coder = Habit(
        1.5, {"code": 4.0, "agent": 1.0, "reason": 1.0}, system="agent", system_by="public5", tools_by="public5",
        clients={"agent_tool": 2.0, "desktop": 1.0}, nets={"home": 2.0, "office": 2.0, "vpn": 0.5}, turns=2.5, spread=1.2,
    )
    program = Habit(
        3.0, {"extract": 2.0, "label": 2.0, "summary": 2.0, "reply": 1.0, "translate": 1.0, "synth": 0.7}, system="product",
        frame="form", clients=CODE, nets=RENTED, hours="always", temps=WIDE, most=(None, None, 512, 1024, 2048), spread=1.5,
    )
    nightly = Habit(
        2.5, {"summary": 1.0, "query": 1.0, "label": 1.0, "grade": 0.7}, frame="json", clients=CODE, nets=RENTED, hours="cron",
        temps=WIDE, spread=1.2, active=0.9,
    )
    tester = Habit(
        1.6, ANY_WORK, pool=d.one("turns", "sums", "seeds", "opinions"), pool_share=0.7, frame="cot",
        clients={"python": 3.0, "harness": 1.0}, nets=RENTED, temps=WIDE, model="eval", spread=1.3, active=0.3,
    )
    shares = ((people, 0.34), (evening, 0.24), (office, 0.16), (coder, 0.1), (program, 0.09), (nightly, 0.04), (tester, 0.03))
    made = []
    for habit, share in shares:
        machine = habit in (program, nightly, tester)
        kinds = (
            {"individual": 2.0, "startup": 2.0, "research": 0.4}
            if machine or habit is office
            else {"individual": 6.0, "education": 1.0, "startup": 1.0}
        )
        plans = {"pay": 3.0, "free": 1.0} if machine else {"free": 3.0, "pay": 2.0}
        made.append(
            Group(
                "resident", max(3, round(size * share)), (habit,), kinds=kinds, plans=plans,
                mail="own" if machine or habit is office else "public", org_by="own" if machine or habit is office else "",
                unit=1, verified=0.06,
            )
        )
    return made
