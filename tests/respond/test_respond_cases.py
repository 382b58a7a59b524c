"""Imports, states, actions, appeals and the allow-list, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from respond_helpers import ANA, BEN, CEM, DEE, NOW, VIC, accounts

from stillwatch.cli import main
from stillwatch.errors import InputError
from stillwatch.respond import actions, allow, appeals, audit, cases, importing, policy
from stillwatch.respond.policy import Policy
from stillwatch.respond.schema import Account, Case, Key, Label
from stillwatch.respond.snapshot import read_snapshot
from stillwatch.respond.store import SYSTEM, Actor, ForbiddenError, Store
from stillwatch.respond.vocabulary import STRENGTH, TRANSITIONS, Action, ActionState, Mode, Reason, Standing, State, Subject, Verdict

Folder = Callable[..., Path]
EXTRACTION = Reason.COORDINATED_EXTRACTION


def imported(store: Store, folder: Path, **options: Any) -> importing.Imported:
    return importing.import_run(store, SYSTEM, folder, **{"now": NOW, **options})


def the_case(store: Store) -> Case:
    with store.read() as session:
        (case,) = session.query(Case).all()
    return case


def held(store: Store, case_id: str) -> dict[str, tuple[bool, bool]]:
    with store.read() as session:
        return {m.account_id: (m.present, m.excluded) for m in cases.members(session, case_id)}


def proposed(store: Store, by: Actor = ANA, kind: Action = Action.BLOCK, **options: Any) -> Any:
    with store.write(by, now=options.pop("now", NOW)) as change:
        return actions.propose(change, kind, EXTRACTION, **options)


def approved(store: Store, action_id: str, by: Actor = BEN, now: Any = NOW) -> Any:
    with store.write(by, now=now) as change:
        return actions.approve(change, action_id)


@pytest.fixture
def case_id(store: Store, run_folder: Folder) -> str:
    imported(store, run_folder({"c-one": {"members": accounts(0, 10), "marks": ["t1", "t2", "t3"]}}))
    return the_case(store).case_id


# --- Imports -------------------------------------------------------------------------------------------------------


def test_the_same_run_twice_changes_nothing(store: Store, run_folder: Folder) -> None:
    folder = run_folder({"c-one": {"members": accounts(0, 5)}, "c-two": {"members": accounts(10, 5)}})
    first = imported(store, folder)
    assert len(first.opened) == 2
    with store.read() as session:
        head = audit.verify(session).head
    assert imported(store, folder).known
    with store.read() as session:
        assert session.query(Case).count() == 2
        assert audit.verify(session).head == head


def test_found_again_updates_the_case_and_keeps_its_name(store: Store, run_folder: Folder, case_id: str) -> None:
    later = NOW + timedelta(days=1)
    done = imported(store, run_folder({"c-two": {"members": accounts(5, 10), "score": 7.0}}, last_seen=later))
    assert (done.opened, done.updated, done.joined) == ([], [case_id], {case_id: 5})
    case = the_case(store)
    assert (case.campaign_id, case.score, case.n_accounts) == ("c-two", 7.0, 10)
    assert held(store, case_id) == dict.fromkeys(accounts(5, 10), (True, False)) | dict.fromkeys(accounts(0, 5), (False, False))


def test_after_a_ban_of_all_the_replacements_are_the_same_case(store: Store, run_folder: Folder, case_id: str) -> None:
    later = NOW + timedelta(days=1)
    imported(store, run_folder({"c-two": {"members": accounts(100, 10), "marks": ["t2", "t3", "t4"]}}, last_seen=later))
    assert the_case(store).case_id == case_id
    assert held(store, case_id)["acct-00100"] == (True, False)
    assert held(store, case_id)["acct-00000"] == (False, False)
    # And when only the second generation's marks are left, it is still the same case.
    imported(store, run_folder({"c-three": {"members": accounts(200, 10), "marks": ["t4", "t3"]}}, last_seen=later + timedelta(days=1)))
    assert the_case(store).case_id == case_id


def test_an_older_run_does_not_take_the_case_back(store: Store, run_folder: Folder, case_id: str) -> None:
    imported(store, run_folder({"c-old": {"members": accounts(3, 10), "score": 2.0}}, last_seen=NOW - timedelta(days=9)))
    case = the_case(store)
    assert (case.campaign_id, case.score) == ("c-one", 5.0)
    assert held(store, case_id)["acct-00009"] == (True, False)
    assert held(store, case_id)["acct-00012"] == (False, False), "seen in an older run only"


def test_an_unrelated_campaign_opens_its_own(store: Store, run_folder: Folder, case_id: str) -> None:
    assert len(imported(store, run_folder({"c-two": {"members": accounts(500, 9), "marks": ["z1", "z2"]}})).opened) == 1


def test_a_judgement_survives_every_import(store: Store, run_folder: Folder, case_id: str) -> None:
    with store.write(ANA, now=NOW) as change:
        cases.assign(change, case_id, "ana")
        cases.annotate(change, case_id, "a class of mine")
        cases.exclude(change, case_id, "acct-00003", "known customer")
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.BENIGN, note="asked them")
    for day in range(1, 4):
        folder = run_folder({f"c-{day}": {"members": accounts(day, 12), "score": 9.0}}, last_seen=NOW + timedelta(days=day))
        imported(store, folder)
    case = the_case(store)
    assert (case.state, case.verdict, case.assignee) == (State.RESOLVED, Verdict.BENIGN, "ana")
    assert held(store, case_id)["acct-00003"] == (True, True)


def test_a_confirmed_campaign_that_grows_is_reopened_and_keeps_its_verdict(store: Store, run_folder: Folder, case_id: str) -> None:
    with store.write(ANA, now=NOW) as change:
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.TRUE_POSITIVE)
    same = run_folder({"c-x": {"members": accounts(0, 9)}}, last_seen=NOW + timedelta(days=1))
    assert imported(store, same).reopened == [], "nobody new"
    more = run_folder({"c-y": {"members": accounts(0, 12)}}, last_seen=NOW + timedelta(days=2))
    assert imported(store, more).reopened == [case_id]
    assert (the_case(store).state, the_case(store).verdict) == (State.REOPENED, Verdict.TRUE_POSITIVE)


def test_who_was_cleared_by_name_stays_out_of_other_cases(store: Store, run_folder: Folder, case_id: str) -> None:
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00003", "known customer")
    done = imported(store, run_folder({"c-two": {"members": ["acct-00003", *accounts(300, 9)], "marks": ["q1", "q2"]}}))
    assert done.kept_out == 1
    assert held(store, done.opened[0])["acct-00003"] == (True, True)
    with store.write(ANA, now=NOW) as change:
        cases.include(change, case_id, "acct-00003", "was lying")
    third = imported(store, run_folder({"c-three": {"members": ["acct-00003", *accounts(600, 9)], "marks": ["r1", "r2"]}}))
    assert third.kept_out == 0


# --- Looks at the last requests alone -------------------------------------------------------------------------------


def present(store: Store, case_id: str) -> set[str]:
    return {account_id for account_id, (here, _) in held(store, case_id).items() if here}


@pytest.mark.parametrize("first", ["whole", "look"])
def test_a_look_and_the_whole_log_count_together_in_any_order(
    store: Store, store_url: str, run_folder: Folder, first: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = run_folder({"c-whole": {"members": accounts(0, 10), "score": 7.0}})
    look = run_folder({"c-look": {"members": accounts(6, 8), "score": 2.0}}, last_seen=NOW + timedelta(minutes=5), days=1)
    for folder in (whole, look) if first == "whole" else (look, whole):
        imported(store, folder)
    case = the_case(store)
    assert present(store, case.case_id) == set(accounts(0, 14))
    assert (case.campaign_id, case.score, case.n_accounts) == ("c-whole", 7.0, 10)
    assert main(["cases", "show", case.case_id, "--store", store_url]) == 0
    assert "10 accounts and 4 that another look found (0 no longer seen, 0 excluded)" in capsys.readouterr().out


@pytest.mark.parametrize("first", ["whole", "look"])
def test_whom_a_look_accuses_is_accused_though_the_whole_log_lists_him(store: Store, run_folder: Folder, first: str) -> None:
    whole = run_folder({"c-whole": {"members": accounts(0, 20), "score": -1.0, "verdict": "review"}})
    look = run_folder({"c-look": {"members": accounts(0, 12), "score": 2.0}}, days=1)
    for folder in (whole, look) if first == "whole" else (look, whole):
        imported(store, folder)
    case = the_case(store)
    assert (case.detected, case.campaign_id, case.score) == ("campaign", "c-look", 2.0)
    assert present(store, case.case_id) == set(accounts(0, 20))


def test_a_look_takes_nothing_from_an_earlier_run_of_the_whole_log(store: Store, run_folder: Folder, case_id: str) -> None:
    later = NOW + timedelta(days=4)
    imported(store, run_folder({"c-look": {"members": accounts(8, 6), "score": 2.0}}, last_seen=later, days=1))
    assert present(store, case_id) == set(accounts(0, 14))
    assert (the_case(store).campaign_id, the_case(store).n_accounts) == ("c-one", 10)


def test_an_old_look_goes_with_the_next_run_of_the_whole_log(store: Store, run_folder: Folder, case_id: str) -> None:
    """It was of another time; one of the same night stays."""
    old = [*accounts(8, 4), "acct-00020"]
    imported(store, run_folder({"c-old": {"members": old}}, last_seen=NOW + timedelta(days=1), days=1))
    assert present(store, case_id) == {*accounts(0, 10), *old}
    imported(store, run_folder({"c-new": {"members": accounts(9, 5)}}, last_seen=NOW + timedelta(days=6), days=1))
    imported(store, run_folder({"c-two": {"members": accounts(0, 9), "score": 7.0}}, last_seen=NOW + timedelta(days=6)))
    assert present(store, case_id) == set(accounts(0, 14))
    imported(store, run_folder({"c-six": {"members": accounts(0, 9), "score": 6.0}}, last_seen=NOW + timedelta(days=9)))
    assert present(store, case_id) == set(accounts(0, 9))
    assert (the_case(store).campaign_id, the_case(store).score) == ("c-six", 6.0)


def test_looks_alone_follow_each_other(store: Store, run_folder: Folder) -> None:
    imported(store, run_folder({"c-one": {"members": accounts(0, 10)}}, days=1))
    imported(store, run_folder({"c-two": {"members": accounts(5, 10), "score": 3.0}}, last_seen=NOW + timedelta(hours=2), days=1))
    case = the_case(store)
    assert (case.campaign_id, case.score) == ("c-two", 3.0)
    assert present(store, case.case_id) == set(accounts(0, 15)), "two hours later the first still counts"
    imported(store, run_folder({"c-six": {"members": accounts(5, 9)}}, last_seen=NOW + timedelta(days=6), days=1))
    assert present(store, case.case_id) == set(accounts(5, 9))
    imported(store, run_folder({"c-old": {"members": accounts(0, 10), "score": 9.0}}, last_seen=NOW + timedelta(hours=1), days=1))
    assert (the_case(store).campaign_id, present(store, case.case_id)) == ("c-six", set(accounts(5, 9))), "an old one that comes late"


# --- States --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
def test_only_legal_moves(store: Store, case_id: str, state: State) -> None:
    for to in State:
        with store.write(SYSTEM, now=NOW) as change:
            cases.get(change.session, case_id).state = state
        verdict = Verdict.SUSPICIOUS if to is State.RESOLVED else None

        def attempt(to: State = to, verdict: Verdict | None = verdict) -> None:
            with store.write(ANA, now=NOW) as change:
                cases.move(change, case_id, to, verdict=verdict)

        if to in TRANSITIONS[state]:
            attempt()
            assert the_case(store).state == to
        else:
            with pytest.raises(InputError, match="cannot become"):
                attempt()


def test_every_state_can_be_reached_and_left() -> None:
    assert {to for moves in TRANSITIONS.values() for to in moves} == set(State)
    assert all(TRANSITIONS[state] for state in State)


@pytest.mark.parametrize(("to", "verdict"), [(State.RESOLVED, None), (State.TRIAGE, Verdict.BENIGN)])
def test_a_verdict_comes_with_resolving_and_only_then(store: Store, case_id: str, to: State, verdict: Verdict | None) -> None:
    with pytest.raises(InputError, match="verdict"), store.write(ANA, now=NOW) as change:
        cases.move(change, case_id, to, verdict=verdict)


def test_a_verdict_labels_the_accounts(store: Store, case_id: str) -> None:
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00003", "customer")
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.TRUE_POSITIVE)
    with store.read() as session:
        rows = {row["account_id"]: row["campaign"] for row in cases.labels(session)}
    assert rows == {a: (None if a == "acct-00003" else case_id) for a in accounts(0, 10)}


# --- Actions -------------------------------------------------------------------------------------------------------


def test_a_whole_campaign_is_blocked_at_once_by_two_people(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    assert row.state == ActionState.PROPOSED
    assert the_case(store).state == State.PENDING_ACTION
    assert read_snapshot(store, NOW).accounts == {}
    before = store.revision()
    assert approved(store, row.action_id).state == ActionState.IN_FORCE
    assert store.revision() == before + 1
    snapshot = read_snapshot(store, NOW)
    assert sorted(snapshot.accounts) == accounts(0, 10)
    (rule,) = snapshot.rules
    assert (rule.action, rule.mode, rule.reason, rule.case_id) == ("block", "shadow", EXTRACTION, case_id)
    assert rule.expires_at == NOW + timedelta(days=30)


@pytest.mark.parametrize("by", [ANA, VIC, SYSTEM, Actor("ana", BEN.role)])
def test_who_may_not_be_the_second_person(store: Store, case_id: str, by: Actor) -> None:
    row = proposed(store, case_id=case_id)
    with pytest.raises(ForbiddenError):
        approved(store, row.action_id, by)
    assert read_snapshot(store, NOW).accounts == {}


@pytest.mark.parametrize("kind", [k for k in Action if k is not Action.BLOCK])
def test_milder_actions_take_one_person_and_are_undone_by_one(store: Store, case_id: str, kind: Action) -> None:
    row = proposed(store, kind=kind, case_id=case_id)
    assert row.state == ActionState.IN_FORCE
    assert len(read_snapshot(store, NOW).accounts) == 10
    with store.write(ANA, now=NOW) as change:
        assert actions.undo(change, row.action_id, Reason.FALSE_POSITIVE).state == ActionState.DONE
    assert read_snapshot(store, NOW).accounts == {}


def test_an_unblock_takes_two_people(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    approved(store, row.action_id)
    with store.write(CEM, now=NOW) as change:
        lift = actions.undo(change, row.action_id, Reason.FALSE_POSITIVE)
    assert lift.state == ActionState.PROPOSED
    assert len(read_snapshot(store, NOW).accounts) == 10
    with pytest.raises(ForbiddenError):
        approved(store, lift.action_id, CEM)
    approved(store, lift.action_id, BEN)
    assert read_snapshot(store, NOW).accounts == {}
    with store.read() as session:
        assert actions.get(session, row.action_id).state == ActionState.UNDONE


def test_a_rejected_proposal_does_nothing(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    with store.write(BEN, now=NOW) as change:
        assert actions.reject(change, row.action_id, "no").state == ActionState.REJECTED
    with pytest.raises(InputError, match="rejected"):
        approved(store, row.action_id, CEM)


def test_one_account_is_let_go_and_the_rest_stays(store: Store, case_id: str) -> None:
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id)
    with store.write(ANA, now=NOW) as change:
        actions.undo(change, row.action_id, Reason.FALSE_POSITIVE, subjects=[(Subject.ACCOUNT, "acct-00004")])
    assert sorted(read_snapshot(store, NOW).accounts) == [a for a in accounts(0, 10) if a != "acct-00004"]
    with pytest.raises(InputError), store.write(ANA, now=NOW) as change:
        actions.undo(change, row.action_id, Reason.FALSE_POSITIVE, subjects=[(Subject.ACCOUNT, "acct-00004")])


def test_an_action_expires_and_can_be_renewed(store: Store, case_id: str) -> None:
    row = proposed(store, kind=Action.CHALLENGE, case_id=case_id, duration_s=3600)
    just, after = NOW + timedelta(seconds=3599), NOW + timedelta(seconds=3600)
    assert len(read_snapshot(store, just).accounts) == 10
    assert read_snapshot(store, after).accounts == {}, "also before anybody sweeps"
    with store.write(SYSTEM, now=after) as change:
        assert actions.sweep(change) == [row.action_id]
    with store.write(ANA, now=after) as change:
        again = actions.renew(change, row.action_id, duration_s=60)
    assert again.state == ActionState.IN_FORCE
    assert len(read_snapshot(store, after).accounts) == 10


def test_renewing_a_block_takes_two_people_again(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    approved(store, row.action_id)
    with store.write(ANA, now=NOW + timedelta(days=29)) as change:
        assert actions.renew(change, row.action_id).state == ActionState.PROPOSED
    assert read_snapshot(store, NOW + timedelta(days=31)).accounts == {}


def test_the_cap_and_the_longest_duration_hold(store: Store, case_id: str) -> None:
    with store.write(DEE, now=NOW) as change:
        policy.promote(change, policy.draft(change, policy.Policy(max_accounts=9), "small").version, "small")
    with pytest.raises(InputError, match="cap of 9"):
        proposed(store, case_id=case_id)
    proposed(store, case_id=case_id, subjects=[(Subject.ACCOUNT, a) for a in accounts(0, 9)])
    with pytest.raises(InputError, match="duration"):
        proposed(store, subjects=[(Subject.ACCOUNT, "a")], duration_s=10**9)


def test_enforced_only_where_action_and_policy_say_so(store: Store, case_id: str) -> None:
    proposed(store, kind=Action.THROTTLE, case_id=case_id, mode=Mode.ENFORCE)
    assert read_snapshot(store, NOW).rules[0].mode == Mode.SHADOW
    with store.write(DEE, now=NOW) as change:
        policy.promote(change, policy.draft(change, policy.Policy(mode="enforce"), "go").version, "go")
    assert read_snapshot(store, NOW).rules[0].mode == Mode.ENFORCE
    proposed(store, kind=Action.OBSERVE, subjects=[(Subject.ACCOUNT, "other")], mode=Mode.SHADOW)
    assert {rule.action: rule.mode for rule in read_snapshot(store, NOW).rules} == {"throttle": "enforce", "observe": "shadow"}


def test_the_strongest_action_decides(store: Store, case_id: str) -> None:
    for kind in (Action.RESTRICT, Action.THROTTLE, Action.OBSERVE, Action.CHALLENGE):
        proposed(store, kind=kind, case_id=case_id)
    snapshot = read_snapshot(store, NOW)
    assert {snapshot.rules[i].action for i in snapshot.accounts.values()} == {"restrict"}
    assert [STRENGTH[rule.action] for rule in snapshot.rules] == sorted(STRENGTH[rule.action] for rule in snapshot.rules)


def test_an_action_on_an_account_reaches_its_keys(store: Store, case_id: str) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add(Key(key_id="k-1", account_id="acct-00001"))
        change.session.add(Key(key_id="k-9", account_id="somebody-else"))
    proposed(store, kind=Action.THROTTLE, case_id=case_id)
    assert set(read_snapshot(store, NOW).keys) == {"k-1"}


# --- Allow-list ----------------------------------------------------------------------------------------------------


def allowed(store: Store, subject: Subject, subject_id: str, days: int = 10) -> Any:
    with store.write(BEN, now=NOW) as change:
        until = NOW + timedelta(days=days)
        return allow.add(change, subject, subject_id, owner="sales", reason="contract 7", expires_at=until)


def test_the_allow_list_holds_for_accounts_keys_and_organisations(store: Store, case_id: str) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add_all([Account(account_id="acct-00001", org_id="org-1"), Key(key_id="k-1", account_id="acct-00001"),
                                Key(key_id="k-2", account_id="acct-00002")])  # fmt: skip
    allowed(store, Subject.ORG, "org-1")
    allowed(store, Subject.ACCOUNT, "acct-00002", days=5)
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id)
    assert row.blast["n_allowed_left_out"] == 2
    with store.read() as session:
        assert len(actions.targets(session, row.action_id)) == 8
    found = read_snapshot(store, NOW).allowed
    assert set(found[Subject.ACCOUNT]) == {"acct-00001", "acct-00002"}
    assert set(found[Subject.KEY]) == {"k-1", "k-2"}
    assert found[Subject.KEY]["k-2"] == NOW + timedelta(days=5)
    assert set(read_snapshot(store, NOW + timedelta(days=6)).allowed[Subject.ACCOUNT]) == {"acct-00001"}


def test_who_is_allowed_between_proposal_and_approval_is_spared(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    allowed(store, Subject.ACCOUNT, "acct-00002")
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00003", "customer")
    approved(store, row.action_id)
    assert set(accounts(0, 10)) - set(read_snapshot(store, NOW).accounts) == {"acct-00002", "acct-00003"}


def test_a_revoked_entry_allows_nothing(store: Store) -> None:
    row = allowed(store, Subject.ACCOUNT, "acct-00002")
    before = store.revision()
    with store.write(BEN, now=NOW) as change:
        allow.revoke(change, row.allow_id, "contract ended")
    assert store.revision() == before + 1
    assert read_snapshot(store, NOW).allowed[Subject.ACCOUNT] == {}


@pytest.mark.parametrize(("owner", "reason", "days"), [("", "r", 1), ("o", " ", 1), ("o", "r", 0), ("o", "r", -1)])
def test_an_entry_needs_owner_reason_and_end(store: Store, owner: str, reason: str, days: int) -> None:
    with pytest.raises(InputError), store.write(BEN, now=NOW) as change:
        allow.add(change, Subject.ACCOUNT, "a", owner=owner, reason=reason, expires_at=NOW + timedelta(days=days))


# --- Appeals -------------------------------------------------------------------------------------------------------


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
    assert sorted(read_snapshot(store, NOW).accounts) == [a for a in accounts(0, 10) if a != "acct-00005"]
    assert held(store, case_id)["acct-00005"] == (True, True)
    assert the_case(store).state == State.RESOLVED
    with store.read() as session:
        label = session.query(Label).filter_by(account_id="acct-00005").order_by(Label.label_id.desc()).first()
        assert label is not None
        assert (label.innocent, label.source) == (True, "appeal")
        assert {row["account_id"]: row["campaign"] for row in cases.labels(session)}["acct-00005"] is None


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
        assert actions.targets(session, on_keys.action_id, live=True) == [(Subject.KEY, "key-of-another")]


def test_who_was_cleared_since_a_proposal_by_name_is_spared(store: Store, case_id: str, appeal: tuple[Any, str]) -> None:
    by_name = proposed(store, by=DEE, subjects=[(Subject.ACCOUNT, "acct-00005"), (Subject.ACCOUNT, "acct-00006")])
    with store.write(CEM, now=NOW + timedelta(hours=1)) as change:
        appeals.decide(change, appeal[0].appeal_id, overturned=True, reason="contract seen")
    approved(store, by_name.action_id, now=NOW + timedelta(hours=2))
    with store.read() as session:
        assert actions.targets(session, by_name.action_id, live=True) == [(Subject.ACCOUNT, "acct-00006")]
    again = proposed(store, by=DEE, subjects=[(Subject.ACCOUNT, "acct-00005")], now=NOW + timedelta(hours=3))
    approved(store, again.action_id, now=NOW + timedelta(hours=4))
    with store.read() as session:
        assert len(actions.targets(session, again.action_id, live=True)) == 1, "who names it afterwards knows what was decided"


def test_a_parameter_that_the_action_does_not_have_is_refused(store: Store, case_id: str) -> None:
    for kind, parameters in (
        (Action.THROTTLE, {"rate": 6}), (Action.THROTTLE, {"requests_per_min": "6"}), (Action.BLOCK, {"max_tokens": 1}),
    ):  # fmt: skip
        with pytest.raises(InputError):
            proposed(store, kind=kind, case_id=case_id, parameters=parameters)
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id, parameters={"case_requests_per_min": 30})
    (rule,) = read_snapshot(store, NOW).rules
    assert (row.action_id, rule.parameters) == (rule.action_id, {"requests_per_min": 6, "case_requests_per_min": 30})


def test_who_was_judged_innocent_and_is_still_under_an_action_is_told(store: Store, case_id: str) -> None:
    def told() -> dict[str, list[str]]:
        with store.read() as session:
            return actions.cleared_and_held(session, NOW, case_id)

    row = proposed(store, kind=Action.THROTTLE, case_id=case_id)
    assert told() == {}
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00002", "a colleague")
    assert told() == {row.action_id: ["acct-00002"]}
    block = proposed(store, case_id=case_id, subjects=[(Subject.ACCOUNT, "acct-00003")])
    approved(store, block.action_id)
    with store.write(ANA, now=NOW) as change:
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.FALSE_POSITIVE)
    assert told() == {row.action_id: accounts(0, 10), block.action_id: ["acct-00003"]}
    with store.write(ANA, now=NOW) as change:
        actions.undo(change, row.action_id, Reason.FALSE_POSITIVE)
        actions.undo(change, block.action_id, Reason.FALSE_POSITIVE)
    assert told() == {}, "the lift of the block waits for a second person"


def test_an_upheld_appeal_leaves_the_block(store: Store, case_id: str, appeal: tuple[Any, str]) -> None:
    with store.write(CEM, now=NOW) as change:
        assert appeals.decide(change, appeal[0].appeal_id, overturned=False, reason="no contract") == []
    assert len(read_snapshot(store, NOW).accounts) == 10
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


def test_a_case_is_pending_action_only_while_something_waits(store: Store, case_id: str) -> None:
    block, other = proposed(store, case_id=case_id), proposed(store, case_id=case_id, subjects=[(Subject.ACCOUNT, "acct-00003")])
    approved(store, block.action_id)
    assert the_case(store).state == State.PENDING_ACTION, "the other waits"
    with store.write(CEM, now=NOW) as change:
        actions.reject(change, other.action_id, "one is enough")
    assert the_case(store).state == State.INVESTIGATING


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
    assert sorted(read_snapshot(store, NOW).accounts) == ["other"]
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
        assert actions.targets(session, on_keys, live=True) == [(Subject.KEY, "key-of-ada")]


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


# --- Blast radius and log ------------------------------------------------------------------------------------------


def test_the_blast_radius_counts_who_could_be_innocent(store: Store, case_id: str) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        for i, account_id in enumerate(accounts(0, 9)):
            change.session.add(Account(
                account_id=account_id, kind="education" if i < 4 else "startup", verified=i == 0, n_events=70,
                output_tokens=700, window_days=7.0, created_at=NOW - timedelta(days=400 if i < 2 else 10),
                org_id="o1" if i < 3 else None, access_type="passthrough" if i == 8 else None, banned_at=None,
            ))  # fmt: skip
        case = change.session.get(Case, case_id)
        assert case is not None
        case.q_value = 0.25
        cases.label(change, "acct-00008", innocent=True, source="appeal", case_id=case_id)
    with store.read() as session:
        seen = actions.preview(session, NOW, case_id=case_id)
        strangers = actions.preview(session, NOW, subjects=[(Subject.ACCOUNT, "nobody-accused"), (Subject.ACCOUNT, "acct-00001")])
    assert seen["by_kind"] == {"education": 4, "startup": 5, "unknown": 1}
    assert seen["expected_innocent_by_kind"] == {"education": 1.0, "startup": 2.0, "unknown": 0.25}, "4 and 4 at 0.25, one was cleared"
    assert strangers["expected_innocent"] == 1.25, "whom no case accuses counts as innocent"
    assert (seen["n_verified"], seen["n_contracted_resellers"], seen["n_older_than_a_year"], seen["n_organisations"]) == (1, 1, 2, 1)
    assert (seen["requests_per_day"], seen["output_tokens_per_day"]) == (90.0, 900.0)


def test_an_action_is_in_force_only_where_it_is_carried_out(store: Store, case_id: str) -> None:
    shadow = proposed(store, kind=Action.THROTTLE, case_id=case_id, mode=Mode.SHADOW).action_id
    enforce = proposed(store, kind=Action.OBSERVE, case_id=case_id, mode=Mode.ENFORCE).action_id
    held, off = Policy(mode=Mode.ENFORCE), Policy()
    blocked = proposed(store, kind=Action.BLOCK, case_id=case_id, mode=Mode.ENFORCE).action_id
    with store.read() as session:
        one, other = actions.get(session, shadow), actions.get(session, enforce)
        assert actions.standing(one, held, NOW) == actions.standing(other, off, NOW) == Standing.SHADOW
        assert actions.standing(other, held, NOW) == Standing.IN_FORCE
        assert actions.standing(other, held, NOW + timedelta(days=91)) == Standing.EXPIRED, "whether or not it was swept"
        assert actions.standing(actions.get(session, blocked), held, NOW) == ActionState.PROPOSED


def test_who_joins_later_is_under_no_action_until_somebody_decides(store: Store, run_folder: Folder, case_id: str) -> None:
    proposed(store, kind=Action.THROTTLE, case_id=case_id)
    imported(store, run_folder({"c-two": {"members": accounts(0, 13)}}, last_seen=NOW + timedelta(hours=1)))
    assert len(read_snapshot(store, NOW).accounts) == 10
    with store.read() as session:
        assert actions.uncovered(session, NOW, case_id) == accounts(10, 3)


@pytest.mark.parametrize("job", ["move", "propose", "allow", "policy", "annotate", "exclude", "appeal"])
def test_a_viewer_changes_nothing(store: Store, case_id: str, job: str) -> None:
    with store.read() as session:
        head = audit.verify(session).head
    jobs: dict[str, Callable[[Any], Any]] = {
        "move": lambda c: cases.move(c, case_id, State.TRIAGE),
        "propose": lambda c: actions.propose(c, Action.OBSERVE, EXTRACTION, case_id=case_id),
        "allow": lambda c: allow.add(c, Subject.ACCOUNT, "a", owner="o", reason="r", expires_at=NOW + timedelta(days=1)),
        "policy": lambda c: policy.draft(c, policy.Policy(), "x"),
        "annotate": lambda c: cases.annotate(c, case_id, "x"),
        "exclude": lambda c: cases.exclude(c, case_id, "acct-00001", "x"),
        "appeal": lambda c: appeals.receive(c, case_id, "acct-00001", "x"),
    }
    with pytest.raises(ForbiddenError), store.write(VIC, now=NOW) as change:
        jobs[job](change)
    with store.read() as session:
        assert audit.verify(session).head == head


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
    ]  # fmt: skip


@pytest.mark.parametrize("days", ["nan", "inf", "1e20", "-1", "0"])
def test_a_length_that_is_none_is_one_clear_line(tmp_path: Path, run_folder: Folder, days: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = str(tmp_path / "store.db")
    assert main(["cases", "import", str(run_folder({"c-one": {"members": accounts(0, 8)}})), "--store", url]) == 0
    with_days = [
        ["actions", "propose", "throttle", "--account", "acct-00001", "--reason", "terms_of_use"],
        ["allow", "add", "account", "acct-00001", "--owner", "ana", "--reason", "a customer"],
    ]
    for words in with_days:
        capsys.readouterr()
        assert main([*words, "--days", days, "--store", url]) == 1
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1)
        assert "days are not between 0 and 3650: --days" in told.err


@pytest.mark.parametrize(("details", "said"), [
    ({}, "of traces alone"),
    ({"evidence": [{"name": "x", "log_odds": 1.0, "sentence": "They do."}]}, "148 times rarer among innocent groups"),
])  # fmt: skip
def test_a_score_is_told_as_what_it_is(
    tmp_path: Path, run_folder: Folder, details: dict[str, Any], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = str(tmp_path / "store.db")
    why = {"not_accused": ["it is one customer"]}
    run = run_folder({"c-one": {"members": accounts(0, 8), "verdict": "review", "details": details | why}})
    assert main(["cases", "import", str(run), "--store", url]) == 0
    assert main(["cases", "show", "case-one", "--store", url]) == 0
    told = capsys.readouterr().out
    assert said in told
    assert "why nobody is accused:\n  it is one customer" in told


def test_lists_say_that_they_are_empty(tmp_path: Path, run_folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    url = str(tmp_path / "store.db")
    assert main(["cases", "import", str(run_folder({"c-one": {"members": accounts(0, 8)}})), "--store", url]) == 0
    capsys.readouterr()
    for words, said in (
        (["cases", "list", "--state", "closed"], "no case is closed"), (["actions", "list"], "no action holds"),
        (["actions", "list", "--waiting"], "nothing waits for another person"), (["allow", "list"], "nobody is on the allow-list"),
        (["appeal", "list"], "no appeal is open"), (["appeal", "list", "--all"], "no appeal was received"),
    ):  # fmt: skip
        assert main([*words, "--store", url]) == 0
        assert capsys.readouterr().out == said + "\n"
    assert main(["cases", "show", "case-one", "--store", url]) == 0
    assert "\n\n" not in capsys.readouterr().out
    assert main(["actions", "propose", "block", "--case", "case-one", "--reason", "coordinated_extraction", "--store", url]) == 0
    capsys.readouterr()
    assert main(["actions", "list", "--store", url]) == 0
    assert capsys.readouterr().out == "no action holds\nwaiting for another person: 1; stillwatch actions list --waiting\n"


def test_a_group_for_review_accuses_nobody(store: Store, run_folder: Folder) -> None:
    """Its rate is that of a score which a gate or an everyday reason kept from accusing: it says nothing of innocents."""
    imported(store, run_folder({"c-maybe": {"members": accounts(0, 9), "verdict": "review", "score": 10.0}}))
    with store.read() as session:
        assert actions.preview(session, NOW, case_id=the_case(store).case_id)["expected_innocent"] == 9


def test_few_expected_innocents_are_not_none(store: Store, case_id: str, tmp_path: Path) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        cases.get(change.session, case_id).q_value = 1.23456e-9
    with store.read() as session:
        assert actions.preview(session, NOW, case_id=case_id)["expected_innocent"] == 1.23e-8
