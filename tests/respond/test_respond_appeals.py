"""Appeals, the allow-list, and the log of it all; on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from respond_helpers import ANA, BEN, CEM, DEE, NOW, Folder, accounts, approved, held, imported, proposed, served, the_case

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.respond import action_queries, actions, allow, appeals, audit, cases
from stillwatch.respond.schema import Account, Key, Label
from stillwatch.respond.store import SYSTEM, Actor, Store
from stillwatch.respond.vocabulary import Action, ActionState, Reason, State, Subject, Verdict


def allowed(store: Store, subject: Subject, subject_id: str, days: int = 10) -> Any:
    with store.write(BEN, now=NOW) as change:
        until = NOW + timedelta(days=days)
        return allow.add(change, subject, subject_id, owner="sales", reason="contract 7", expires_at=until)


def test_the_allow_list_holds_for_accounts_keys_and_organisations(store: Store, case_id: str) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add_all([Account(account_id="acct-00001", org_id="org-1"), Key(key_id="k-1", account_id="acct-00001"),
                                Key(key_id="k-2", account_id="acct-00002")])
    allowed(store, Subject.ORG, "org-1")
    allowed(store, Subject.ACCOUNT, "acct-00002", days=5)
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id)
    assert row.blast["n_allowed_left_out"] == 2
    with store.read() as session:
        assert len(action_queries.targets(session, row.action_id)) == 8
    found = served(store, NOW).allowed
    assert set(found[Subject.ACCOUNT]) == {"acct-00001", "acct-00002"}
    assert set(found[Subject.KEY]) == {"k-1", "k-2"}
    assert found[Subject.KEY]["k-2"] == NOW + timedelta(days=5)
    assert set(served(store, NOW + timedelta(days=6)).allowed[Subject.ACCOUNT]) == {"acct-00001"}


def test_who_is_allowed_between_proposal_and_approval_is_spared(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    allowed(store, Subject.ACCOUNT, "acct-00002")
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00003", "customer")
    approved(store, row.action_id)
    assert set(accounts(0, 10)) - set(served(store, NOW).accounts) == {"acct-00002", "acct-00003"}


def test_a_revoked_entry_allows_nothing(store: Store) -> None:
    row = allowed(store, Subject.ACCOUNT, "acct-00002")
    before = store.revision()
    with store.write(BEN, now=NOW) as change:
        allow.revoke(change, row.allow_id, "contract ended")
    assert store.revision() == before + 1
    assert served(store, NOW).allowed[Subject.ACCOUNT] == {}


@pytest.mark.parametrize(("owner", "reason", "days"), [("", "r", 1), ("o", " ", 1), ("o", "r", 0), ("o", "r", -1)])
def test_an_entry_needs_owner_reason_and_end(store: Store, owner: str, reason: str, days: int) -> None:
    with pytest.raises(InputError), store.write(BEN, now=NOW) as change:
        allow.add(change, Subject.ACCOUNT, "a", owner=owner, reason=reason, expires_at=NOW + timedelta(days=days))


@pytest.fixture
def appeal(store: Store, case_id: str) -> tuple[Any, str]:
    """An open appeal of acct-00005 against a block in force, proposed by ana and approved by ben."""
    row = proposed(store, case_id=case_id)
    approved(store, row.action_id)
    with store.write(ANA, now=NOW) as change:
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.TRUE_POSITIVE)
        found = appeals.receive(change, case_id, "acct-00005", "we are a hospital")
    return found, row.action_id


def test_an_overturned_appeal_frees_the_account_and_is_a_label(store: Store, case_id: str, appeal: tuple[Any, str]) -> None:
    assert the_case(store).state == State.APPEALED
    with store.write(CEM, now=NOW) as change:
        (lift,) = appeals.decide(change, appeal[0].appeal_id, overturned=True, reason="contract seen")
    assert (lift.state, lift.lifts, lift.reason) == (ActionState.PROPOSED, appeal[1], Reason.APPEAL_OVERTURNED)
    approved(store, lift.action_id, BEN)
    assert sorted(served(store, NOW).accounts) == [a for a in accounts(0, 10) if a != "acct-00005"]
    assert held(store, case_id)["acct-00005"] == (True, True)
    assert the_case(store).state == State.RESOLVED
    with store.read() as session:
        label = session.query(Label).filter_by(account_id="acct-00005").order_by(Label.label_id.desc()).first()
        assert label is not None
        assert (label.innocent, label.source) == (True, "appeal")
        assert {row["account_id"]: row["campaign"] for row in cases.labels(session)}["acct-00005"] is None


@pytest.mark.parametrize("appealed_first", [True, False])
def test_a_lift_that_waits_makes_its_case_pending(store: Store, case_id: str, appealed_first: bool) -> None:
    """Until the second person answered; a case whose verdict stands stays resolved."""
    row = proposed(store, case_id=case_id)
    approved(store, row.action_id)
    with store.write(ANA, now=NOW) as change:
        if appealed_first:  # only resolved cases become appealed
            cases.get(change.session, case_id).state = State.CLOSED
        found = appeals.receive(change, case_id, "acct-00005", "we are a hospital").appeal_id
    assert the_case(store).state == (State.APPEALED if appealed_first else State.INVESTIGATING)
    with store.write(CEM, now=NOW) as change:
        (lift,) = appeals.decide(change, found, overturned=True, reason="contract seen")
    assert the_case(store).state == State.PENDING_ACTION
    approved(store, lift.action_id, BEN)
    assert the_case(store).state == State.INVESTIGATING


@pytest.mark.parametrize("name", ["ANA", "Ben"])
def test_who_took_part_does_not_decide_in_another_case(store: Store, appeal: tuple[Any, str], name: str) -> None:
    with pytest.raises(InputError), store.write(Actor(name, BEN.role), now=NOW) as change:
        appeals.decide(change, appeal[0].appeal_id, overturned=False, reason="x")


def test_an_overturned_appeal_does_not_wait_for_a_lift_of_the_whole_campaign(store: Store, case_id: str, appeal: tuple[Any, str]) -> None:
    with store.write(ANA, now=NOW) as change:
        whole = actions.undo(change, appeal[1], Reason.FALSE_POSITIVE)
    with store.write(CEM, now=NOW) as change:
        (lift,) = appeals.decide(change, appeal[0].appeal_id, overturned=True, reason="contract seen")
    assert lift.action_id != whole.action_id
    with store.write(DEE, now=NOW) as change:
        actions.reject(change, whole.action_id, "the others stay")
    approved(store, lift.action_id, BEN)
    assert sorted(served(store, NOW).accounts) == [a for a in accounts(0, 10) if a != "acct-00005"]


def test_an_overturned_appeal_frees_the_keys_of_the_account_too(store: Store, case_id: str, appeal: tuple[Any, str]) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add_all([Key(key_id="key-of-it", account_id="acct-00005"), Key(key_id="key-of-another", account_id="acct-00006")])
    keys = [(Subject.KEY, "key-of-it"), (Subject.KEY, "key-of-another")]
    on_keys = proposed(store, kind=Action.THROTTLE, subjects=keys)
    with store.write(CEM, now=NOW) as change:
        lifts = appeals.decide(change, appeal[0].appeal_id, overturned=True, reason="contract seen")
    assert {lift.lifts for lift in lifts} == {appeal[1], on_keys.action_id}
    assert {lift.lifts: lift.state for lift in lifts}[on_keys.action_id] == ActionState.DONE
    with store.read() as session:
        assert action_queries.targets(session, on_keys.action_id, live=True) == [(Subject.KEY, "key-of-another")]


def test_who_was_cleared_since_a_proposal_by_name_is_spared(store: Store, case_id: str, appeal: tuple[Any, str]) -> None:
    by_name = proposed(store, by=DEE, subjects=[(Subject.ACCOUNT, "acct-00005"), (Subject.ACCOUNT, "acct-00006")])
    with store.write(CEM, now=NOW + timedelta(hours=1)) as change:
        appeals.decide(change, appeal[0].appeal_id, overturned=True, reason="contract seen")
    approved(store, by_name.action_id, now=NOW + timedelta(hours=2))
    with store.read() as session:
        assert action_queries.targets(session, by_name.action_id, live=True) == [(Subject.ACCOUNT, "acct-00006")]
    again = proposed(store, by=DEE, subjects=[(Subject.ACCOUNT, "acct-00005")], now=NOW + timedelta(hours=3))
    approved(store, again.action_id, now=NOW + timedelta(hours=4))
    with store.read() as session:
        assert len(action_queries.targets(session, again.action_id, live=True)) == 1, "who names it afterwards knows what was decided"


@pytest.mark.parametrize("older", [False, True])
def test_who_was_cleared_since_a_proposal_is_spared_though_clocks_differ(store: Store, case_id: str, older: bool) -> None:
    """By the order of the log; labels of an older store tell their time alone."""
    row = proposed(store, subjects=[(Subject.ACCOUNT, "acct-00005"), (Subject.ACCOUNT, "acct-00006")])
    with store.write(ANA, now=NOW) as change:
        appeal = appeals.receive(change, case_id, "acct-00005", "a class").appeal_id
    with store.write(CEM, now=NOW + timedelta(seconds=3 if older else -3)) as change:
        appeals.decide(change, appeal, overturned=True, reason="seen")
        for label in change.session.query(Label):
            label.audit_seq = None if older else label.audit_seq
    approved(store, row.action_id, now=NOW + timedelta(seconds=3))
    assert list(served(store, NOW + timedelta(seconds=3)).accounts) == ["acct-00006"]
    knows = proposed(store, by=DEE, subjects=[(Subject.ACCOUNT, "acct-00005")], now=NOW + timedelta(seconds=9 if older else -9))
    approved(store, knows.action_id, now=NOW + timedelta(seconds=9))
    assert len(served(store, NOW + timedelta(seconds=9)).accounts) == 2, "who names it afterwards knows what was decided"


@pytest.mark.parametrize("kind", [Action.THROTTLE, Action.BLOCK])
def test_a_renewal_leaves_out_who_was_cleared_since_the_action(store: Store, case_id: str, kind: Action) -> None:
    """Nobody names an account that an appeal freed, so nothing puts it back under an action."""
    pair = [(Subject.ACCOUNT, "solo"), (Subject.ACCOUNT, "other")]
    row, alone, hour = on_names(store, *pair, kind=kind), on_names(store, pair[0], kind=kind), timedelta(hours=1)
    with store.write(ANA, now=NOW) as change:
        appeal = appeals.receive(change, row, "solo", "a class").appeal_id
    over = NOW + timedelta(days=91)
    with store.write(CEM, now=over) as change:
        actions.sweep(change)
        assert appeals.decide(change, appeal, overturned=True, reason="seen") == []
    for now in (over + hour, over + 2 * hour):  # the renewal is renewed, too
        with store.write(ANA, now=now) as change:
            row = actions.renew(change, row).action_id
        if kind is Action.BLOCK:
            approved(store, row, BEN, now=now)
        assert list(served(store, now).accounts) == ["other"]
    with pytest.raises(InputError, match="nobody is left to act on: all were cleared since"), store.write(ANA, now=over + hour) as change:
        actions.renew(change, alone)
    known = proposed(store, kind=Action.THROTTLE, subjects=pair[:1], now=over + hour).action_id
    with store.write(ANA, now=over + 2 * hour) as change:
        assert actions.renew(change, known).state == ActionState.IN_FORCE, "who named it afterwards knew what was decided"


def test_an_upheld_appeal_leaves_the_block(store: Store, case_id: str, appeal: tuple[Any, str]) -> None:
    with store.write(CEM, now=NOW) as change:
        assert appeals.decide(change, appeal[0].appeal_id, overturned=False, reason="no contract") == []
    assert len(served(store, NOW).accounts) == 10
    with pytest.raises(InputError, match="open"), store.write(DEE, now=NOW) as change:
        appeals.decide(change, appeal[0].appeal_id, overturned=True, reason="twice")


@pytest.mark.parametrize("by", [ANA, BEN])
def test_nobody_judges_an_appeal_against_their_own_action(store: Store, appeal: tuple[Any, str], by: Actor) -> None:
    with pytest.raises(InputError), store.write(by, now=NOW) as change:
        appeals.decide(change, appeal[0].appeal_id, overturned=False, reason="mine was right")


def test_an_appeal_needs_a_member_and_is_open_once(store: Store, case_id: str, appeal: tuple[Any, str]) -> None:
    for account in ("acct-00005", "nobody"):
        with pytest.raises(InputError), store.write(ANA, now=NOW) as change:
            appeals.receive(change, case_id, account, "again")


def on_names(store: Store, *subjects: tuple[Subject, str], kind: Action = Action.BLOCK) -> str:
    """An action of no case on accounts and keys, proposed by ana and, where it needs a second person, approved by ben."""
    row = proposed(store, kind=kind, subjects=list(subjects))
    if row.needed_approvals:
        approved(store, row.action_id)
    return str(row.action_id)


def test_an_action_of_no_case_is_appealed_by_its_name(store: Store, run_folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    blocked = on_names(store, (Subject.ACCOUNT, "solo"), (Subject.ACCOUNT, "other"))
    with store.write(ANA, now=NOW) as change:
        row = appeals.receive(change, blocked, "solo", "it is my course")
    assert (row.case_id, row.action_id) == (None, blocked)
    assert main(["actions", "show", blocked, "--store", store.engine.url.render_as_string(hide_password=False)]) == 0
    assert "appeal 1 of solo: open" in capsys.readouterr().out
    with pytest.raises(InputError, match="open already"), store.write(ANA, now=NOW) as change:
        appeals.receive(change, blocked, "solo", "again")
    for took_part in (ANA, BEN):
        with pytest.raises(InputError), store.write(took_part, now=NOW) as change:
            appeals.decide(change, row.appeal_id, overturned=True, reason="x")
    with store.write(CEM, now=NOW) as change:
        (lift,) = appeals.decide(change, row.appeal_id, overturned=True, reason="seen the course")
    approved(store, lift.action_id, BEN)
    assert sorted(served(store, NOW).accounts) == ["other"]
    with store.read() as session:
        assert {row["account_id"]: row["campaign"] for row in cases.labels(session)} == {"solo": None}
        assert audit.verify(session).whole
        assert [row.state for row in appeals.listed(session, state=None, action_id=blocked)] == [appeals.OVERTURNED]
    later = run_folder({"c-new": {"members": ["solo", *accounts(300, 9)], "marks": ["q1", "q2"]}})
    assert imported(store, later).kept_out == 1, "a later finding does not bring it back"


def test_who_may_appeal_an_action(store: Store, case_id: str) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add(Key(key_id="key-of-ada", account_id="ada"))
    on_keys = on_names(store, (Subject.KEY, "key-of-ada"), (Subject.KEY, "key-of-nobody"), kind=Action.THROTTLE)
    waits = str(proposed(store, subjects=[(Subject.ACCOUNT, "ada")]).action_id)
    for about, name in ((on_keys, "eve"), (waits, "ada"), ("act-none", "ada"), ("case-none", "ada")):
        with pytest.raises(InputError), store.write(ANA, now=NOW) as change:
            appeals.receive(change, about, name, "x")
    with store.write(ANA, now=NOW) as change:
        owner = appeals.receive(change, on_keys, "key-of-ada", "my key")
        key = appeals.receive(change, on_keys, "key-of-nobody", "mine too")
    assert (owner.account_id, key.account_id) == ("ada", "key-of-nobody")
    with store.write(CEM, now=NOW) as change:
        assert [lift.lifts for lift in appeals.decide(change, key.appeal_id, overturned=True, reason="x")] == [on_keys]
    with store.read() as session:
        assert action_queries.targets(session, on_keys, live=True) == [(Subject.KEY, "key-of-ada")]


@pytest.mark.parametrize("by_case", [False, True])
def test_an_account_is_not_taken_for_a_key_of_its_identifier(store: Store, case_id: str, by_case: bool) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add(Key(key_id="17", account_id="5"))
    of_case = {"case_id": case_id} if by_case else {}
    kinds = (Subject.ACCOUNT, Subject.KEY)
    on_account, on_key = (proposed(store, kind=Action.RESTRICT, subjects=[(kind, "17")], **of_case) for kind in kinds)
    with store.write(ANA, now=NOW) as change:
        row = appeals.receive(change, case_id if by_case else on_account.action_id, "17", "we are a class")
        of_key = appeals.receive(change, on_key.action_id, "17", "my key")
    assert (row.account_id, row.action_id, of_key.account_id) == ("17", on_account.action_id, "5")
    with store.read() as session:
        assert [one.appeal_id for one in appeals.open_against(session, action_queries.get(session, on_key.action_id))] == [of_key.appeal_id]
    with store.write(CEM, now=NOW) as change:
        assert [lift.lifts for lift in appeals.decide(change, row.appeal_id, overturned=True, reason="x")] == [on_account.action_id]
    again = proposed(store, kind=Action.RESTRICT, case_id=case_id, subjects=[(Subject.KEY, "17")])
    assert again.state == ActionState.IN_FORCE, "nobody cleared account 5"


def test_an_appeal_in_a_keys_own_name_is_the_keys_though_an_import_tells_its_owner(store: Store) -> None:
    on_key = on_names(store, (Subject.KEY, "key-of-nobody"), kind=Action.THROTTLE)
    with store.write(ANA, now=NOW) as change:
        row = appeals.receive(change, on_key, "key-of-nobody", "mine")
        change.session.add(Key(key_id="key-of-nobody", account_id="ada"))
    with store.write(CEM, now=NOW) as change:
        assert [lift.lifts for lift in appeals.decide(change, row.appeal_id, overturned=True, reason="x")] == [on_key]


def test_an_action_of_a_case_is_appealed_as_the_case_is(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    approved(store, row.action_id)
    with store.write(ANA, now=NOW) as change:
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.TRUE_POSITIVE)
        found = appeals.receive(change, row.action_id, "acct-00005", "we are a hospital")
    assert (found.case_id, found.action_id, the_case(store).state) == (case_id, row.action_id, State.APPEALED)
    with pytest.raises(InputError, match="open already"), store.write(ANA, now=NOW) as change:
        appeals.receive(change, case_id, "acct-00005", "again")
    with store.write(CEM, now=NOW) as change:
        appeals.decide(change, found.appeal_id, overturned=True, reason="contract seen")
    assert held(store, case_id)["acct-00005"] == (True, True)


def test_an_action_of_a_case_is_appealed_by_the_case_also_by_who_is_no_member(store: Store, case_id: str) -> None:
    """What clients are told of it, in X-Guard-Case, is the case."""
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add(Key(key_id="key-of-ada", account_id="ada"))
        change.session.add(Key(key_id="key-of-five", account_id="acct-00005"))
    subjects = [(Subject.ACCOUNT, "outsider"), (Subject.KEY, "key-of-ada")]
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id, subjects=subjects)
    with store.write(ANA, now=NOW) as change:
        found = [appeals.receive(change, case_id, name, "not one of them") for name in ("outsider", "key-of-ada")]
        member = appeals.receive(change, case_id, "key-of-five", "one of them")
    assert [(one.account_id, one.case_id, one.action_id) for one in found] == [(a, None, row.action_id) for a in ("outsider", "ada")]
    assert (member.account_id, member.case_id, member.action_id) == ("acct-00005", case_id, None)
    with pytest.raises(InputError, match="open already"), store.write(ANA, now=NOW) as change:
        appeals.receive(change, case_id, "outsider", "again")
    with store.write(CEM, now=NOW) as change:
        (lift,) = appeals.decide(change, found[0].appeal_id, overturned=True, reason="seen")
    assert lift.lifts == row.action_id
    waits = proposed(store, case_id=case_id, subjects=[(Subject.ACCOUNT, "eve")])
    assert waits.state == ActionState.PROPOSED
    with pytest.raises(InputError, match="has no such account"), store.write(ANA, now=NOW) as change:
        appeals.receive(change, case_id, "eve", "nobody told me")


def test_an_appeal_may_name_the_campaign_that_a_statement_names(store: Store, case_id: str, run_folder: Folder) -> None:
    imported(store, run_folder({"c-two": {"members": accounts(300, 9), "marks": ["q1", "q2"]}}))
    with store.write(ANA, now=NOW) as change:
        assert appeals.receive(change, "c-one", "acct-00005", "we are a class").case_id == case_id
    for about, account, said in (("c-two", "acct-00006", "c-two has no such account"), ("c-none", "acct-00006", "no such case")):
        with pytest.raises(InputError, match=said), store.write(ANA, now=NOW) as change:
            appeals.receive(change, about, account, "x")


def test_who_proposed_an_action_that_ended_does_not_judge_its_appeal(store: Store) -> None:
    throttled = on_names(store, (Subject.ACCOUNT, "solo"), kind=Action.THROTTLE)
    with store.write(ANA, now=NOW) as change:
        row = appeals.receive(change, throttled, "solo", "why?")
        actions.undo(change, throttled, Reason.EXPIRED_NEED)
    approver = Actor(ANA.name, BEN.role)
    with pytest.raises(InputError, match="took part"), store.write(approver, now=NOW) as change:
        appeals.decide(change, row.appeal_id, overturned=False, reason="x")
    with store.write(CEM, now=NOW) as change:
        assert appeals.decide(change, row.appeal_id, overturned=True, reason="x") == []


@pytest.mark.parametrize("what", ["undone", "expired", "waiting", "turned down", "key", "spared"])
def test_whoever_ever_acted_against_an_account_does_not_judge_its_appeal(store: Store, case_id: str, what: str) -> None:
    """dee proposes, cem agrees where two are needed; the appeal is about something else."""
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add(Key(key_id="k5", account_id="acct-00005"))
    subjects = [(Subject.KEY, "k5")] if what == "key" else [(Subject.ACCOUNT, "acct-00005"), (Subject.ACCOUNT, "acct-00006")]
    row = proposed(store, by=DEE, subjects=subjects, duration_s=60)
    if what == "spared":
        allowed(store, Subject.ACCOUNT, "acct-00005")
    if what not in ("waiting", "turned down"):
        approved(store, row.action_id, CEM)
    with store.write(BEN, now=NOW) as change:
        if what == "undone":
            actions.undo(change, row.action_id, Reason.EXPIRED_NEED)
        if what == "turned down":
            actions.reject(change, row.action_id, "no")
    if what == "undone":
        with store.read() as session:
            (lift,) = action_queries.waiting(session, NOW)
        approved(store, lift.action_id, Actor("eve", BEN.role))
    with store.write(ANA, now=NOW + timedelta(hours=1)) as change:
        appeal = appeals.receive(change, case_id, "acct-00005", "we are a class").appeal_id
    parts = [DEE, CEM] if what not in ("waiting", "turned down") else [DEE]
    for by in parts:
        told = f"{by.name} took part in {row.action_id}"
        with pytest.raises(InputError, match=told), store.write(by, now=NOW + timedelta(hours=2)) as change:
            appeals.decide(change, appeal, overturned=False, reason="x")
    with store.write(BEN, now=NOW + timedelta(hours=2)) as change:  # who lifted it, or turned it down, acted for the account
        appeals.decide(change, appeal, overturned=True, reason="x")


def test_where_all_approvers_took_part_the_line_says_who_could_decide(store: Store, case_id: str) -> None:
    from stillwatch.respond.schema import User

    def user(name: str, role: str) -> None:
        with store.write(SYSTEM, now=NOW) as change:
            change.session.add(User(name=name, role=role, created_at=NOW))

    for name, role in (("ana", "analyst"), ("ben", "approver"), ("cem", "approver")):
        user(name, role)
    past = proposed(store, by=CEM, kind=Action.THROTTLE, subjects=[(Subject.ACCOUNT, "acct-00005")])
    with store.write(ANA, now=NOW) as change:
        actions.undo(change, past.action_id, Reason.EXPIRED_NEED)
    row = proposed(store, case_id=case_id)
    approved(store, row.action_id, BEN)
    with store.write(ANA, now=NOW) as change:
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.TRUE_POSITIVE)
        appeal = appeals.receive(change, case_id, "acct-00005", "we are a class")

    def judges() -> appeals.Deciders:
        with store.read() as session:
            return appeals.deciders(session, appeal, NOW)

    assert judges().free == ("cem",), "of all approvers only he has no part in what holds"
    told = f"ben took part in {row.action_id}: appeal 1. cem could decide"
    with pytest.raises(InputError, match=told), store.write(BEN, now=NOW) as change:
        appeals.decide(change, appeal.appeal_id, overturned=False, reason="x")
    user("dee", "admin")
    assert (judges().free, judges().barred["cem"]) == (("dee",), past.action_id), "there is somebody who had no part at all"
    proposed(store, by=DEE, kind=Action.OBSERVE, case_id=case_id)
    proposed(store, by=CEM, kind=Action.OBSERVE, case_id=case_id)
    assert judges().free == ()
    told = "an admin adds one with stillwatch user add NAME --role approver"
    with pytest.raises(InputError, match=told), store.write(CEM, now=NOW) as change:
        appeals.decide(change, appeal.appeal_id, overturned=False, reason="x")


def test_an_overturned_appeal_takes_a_lift_that_waits_for_its_own(store: Store, appeal: tuple[Any, str]) -> None:
    expired = proposed(store, kind=Action.THROTTLE, subjects=[(Subject.ACCOUNT, "acct-00005")], duration_s=60)
    with store.write(ANA, now=NOW) as change:
        lift = actions.undo(change, appeal[1], Reason.FALSE_POSITIVE, subjects=[(Subject.ACCOUNT, "acct-00005")])
    with store.write(CEM, now=NOW + timedelta(hours=1)) as change:
        lifts = appeals.decide(change, appeal[0].appeal_id, overturned=True, reason="seen")
    assert [row.action_id for row in lifts] == [lift.action_id], f"{expired.action_id} is over"
    with store.read() as session:
        assert audit.verify(session).whole


@pytest.mark.parametrize("waited", [True, False])
def test_who_took_part_does_not_turn_the_lift_of_an_overturned_appeal_down(store: Store, appeal: tuple[Any, str], waited: bool) -> None:
    if waited:
        with store.write(ANA, now=NOW) as change:
            actions.undo(change, appeal[1], Reason.FALSE_POSITIVE, subjects=[(Subject.ACCOUNT, "acct-00005")])
    with store.write(CEM, now=NOW) as change:
        (lift,) = appeals.decide(change, appeal[0].appeal_id, overturned=True, reason="contract seen")
    for by in (Actor("Ben", BEN.role), ANA):
        refused = f"took part in {appeal[1]}, which an overturned appeal lifts"
        with pytest.raises(InputError, match=refused), store.write(by, now=NOW) as change:
            actions.reject(change, lift.action_id, "no")
    with store.write(DEE, now=NOW) as change:
        down = actions.reject(change, lift.action_id, "no")
        assert down.state == ActionState.REJECTED
        assert action_queries.still_under(change.session, NOW, down) == {appeal[1]: [(Subject.ACCOUNT, "acct-00005")]}


def test_everything_is_in_the_log_and_the_log_is_whole(store: Store, appeal: tuple[Any, str]) -> None:
    from stillwatch.respond.schema import AuditRow

    with store.write(CEM, now=NOW) as change:
        appeals.decide(change, appeal[0].appeal_id, overturned=True, reason="contract seen")
    with store.read() as session:
        assert audit.verify(session).whole
        did = [row.action for row in session.query(AuditRow).order_by(AuditRow.seq)]
        ip = session.query(AuditRow).filter_by(actor="ana").first()
    assert ip is not None
    assert ip.actor_ip == "192.0.2.1"
    assert did == [
        "run.import", "case.open", "action.propose", "case.move", "action.approve", "action.take_effect", "case.move", "case.move",
        "appeal.receive", "case.move", "appeal.decide", "member.exclude", "action.propose", "case.move",
    ]
