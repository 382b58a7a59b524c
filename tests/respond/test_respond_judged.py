"""What people judged innocent is not acted on: cases as a whole, accounts by name, and their keys; on both databases."""

from datetime import timedelta

import pytest
from respond_helpers import ANA, BEN, CEM, DEE, NOW, Folder, accounts, approved, held, imported, proposed, served

from stillwatch.errors import InputError
from stillwatch.respond import action_queries, actions, appeals, cases, inclusion, policy, promotion
from stillwatch.respond.schema import Case, Key
from stillwatch.respond.store import SYSTEM, Actor, ForbiddenError, Store
from stillwatch.respond.vocabulary import Action, ActionState, Role, State, Subject, Verdict

LATER = NOW + timedelta(hours=1)


def judged(store: Store, case_id: str, verdict: Verdict) -> None:
    with store.write(CEM, now=LATER) as change:
        cases.move(change, case_id, State.RESOLVED, verdict=verdict, note="looked at")


def reopened(store: Store, case_id: str) -> None:
    with store.write(CEM, now=LATER) as change:
        cases.move(change, case_id, State.REOPENED)


def owning(store: Store, **keys: str) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add_all(Key(key_id=key, account_id=account) for key, account in keys.items())


def expected(store: Store, **options: object) -> float:
    with store.read() as session:
        return float(actions.preview(session, LATER, **options)["expected_innocent"])


@pytest.mark.parametrize("verdict", [Verdict.FALSE_POSITIVE, Verdict.BENIGN])
def test_a_proposal_of_a_case_that_was_judged_innocent_since_takes_no_effect(store: Store, case_id: str, verdict: Verdict) -> None:
    row = proposed(store, case_id=case_id)
    judged(store, case_id, verdict)
    with pytest.raises(InputError, match=f"judged the case {verdict.replace('_', ' ')}.*case-one.*cases move case-one reopened"):
        approved(store, row.action_id, now=LATER)
    assert served(store, LATER).accounts == {}
    reopened(store, case_id)
    assert approved(store, row.action_id, now=LATER).state == ActionState.IN_FORCE, "who reopens it sets the verdict aside"


@pytest.mark.parametrize("state", [State.CLOSED, State.APPEALED, None])
def test_nobody_is_acted_on_for_a_case_that_was_judged_innocent(store: Store, case_id: str, state: State | None) -> None:
    judged(store, case_id, Verdict.FALSE_POSITIVE)
    if state is not None:
        with store.write(CEM, now=LATER) as change:
            cases.move(change, case_id, state)
    for options in ({}, {"subjects": [(Subject.ACCOUNT, "acct-00001")]}):
        with pytest.raises(InputError, match="nobody is acted on for it"):
            proposed(store, kind=Action.THROTTLE, case_id=case_id, now=LATER, **options)
    assert expected(store, case_id=case_id) == 10, "all count as innocent"
    reopened(store, case_id)
    assert expected(store, case_id=case_id) < 0.1
    assert proposed(store, kind=Action.THROTTLE, case_id=case_id, now=LATER).state == ActionState.IN_FORCE


@pytest.mark.parametrize("verdict", [Verdict.TRUE_POSITIVE, Verdict.SUSPICIOUS, Verdict.DUPLICATE])
def test_other_verdicts_clear_nobody(store: Store, case_id: str, verdict: Verdict) -> None:
    row = proposed(store, case_id=case_id)
    judged(store, case_id, verdict)
    assert expected(store, case_id=case_id) < 0.1
    approved(store, row.action_id, now=LATER)
    assert len(served(store, LATER).accounts) == 10


@pytest.mark.parametrize("detected", ["campaign", "review"])
def test_a_verdict_clears_by_name_whom_no_other_case_accuses(store: Store, case_id: str, detected: str) -> None:
    """A verdict is about the case: who is in another one, which stands, is accused still; one for review accuses nobody."""
    accused = 3 if detected == "campaign" else 0
    with store.write(SYSTEM, now=NOW) as change:  # three of them are in a second case as well
        case = cases.get(change.session, case_id)
        columns = {c.name: getattr(case, c.name) for c in Case.__table__.columns}
        change.session.add(Case(**columns | {"case_id": "case-two", "q_value": 0.5, "detected": detected}))
        change.session.flush()
        for member in list(cases.members(change.session, case_id))[:3]:
            values = {c.name: getattr(member, c.name) for c in type(member).__table__.columns}
            change.session.add(type(member)(**values | {"case_id": "case-two"}))
    owning(store, k3="acct-00003", k2="acct-00002")
    on = [*((Subject.ACCOUNT, a) for a in accounts(0, 10)), (Subject.KEY, "k2"), (Subject.KEY, "k3"), (Subject.KEY, "stray")]
    by_name, by_case = proposed(store, subjects=on), proposed(store, case_id="case-two", subjects=on)
    judged(store, case_id, Verdict.FALSE_POSITIVE)
    assert expected(store, subjects=on) == accused * 0.5 + (10 - accused) + 1
    for row, n in ((by_name, accused), (by_case, 3)):
        approved(store, row.action_id, now=LATER)
        left = {(Subject.ACCOUNT, a) for a in accounts(0, n)} | {(Subject.KEY, "k2")} if n else set()
        with store.read() as session:
            assert set(action_queries.targets(session, row.action_id, live=True)) == left | {(Subject.KEY, "stray")}
            assert action_queries.subject_counts(session, [row])[row.action_id] == (len(left) + 1, 12 - len(left), 0)
    after = proposed(store, kind=Action.THROTTLE, subjects=on, now=LATER + timedelta(hours=1))
    with store.read() as session:
        assert len(action_queries.targets(session, after.action_id, live=True)) == 13, "who names them afterwards knows of the verdict"


@pytest.mark.parametrize("how", ["excluded", "appealed"])
@pytest.mark.parametrize("of_case", [True, False])
def test_a_key_whose_owner_was_cleared_since_is_spared(store: Store, case_id: str, how: str, of_case: bool) -> None:
    owning(store, k1="acct-00001", k2="acct-00002")
    keys = [(Subject.KEY, "k1"), (Subject.KEY, "k2")]
    row = proposed(store, subjects=keys, **({"case_id": case_id} if of_case else {}))
    if how == "excluded":
        with store.write(CEM, now=LATER) as change:
            cases.exclude(change, case_id, "acct-00001", "staff")
    else:
        with store.write(ANA, now=LATER) as change:
            appeal = appeals.receive(change, case_id, "acct-00001", "a class").appeal_id
        with store.write(CEM, now=LATER) as change:
            appeals.decide(change, appeal, overturned=True, reason="seen")
    approved(store, row.action_id, now=LATER)
    with store.read() as session:
        assert action_queries.targets(session, row.action_id, live=True) == [(Subject.KEY, "k2")]
    assert set(served(store, LATER).keys) == {"k2"}
    alone = proposed(store, subjects=[(Subject.KEY, "k2")], now=LATER)
    with store.write(CEM, now=LATER) as change:
        cases.exclude(change, case_id, "acct-00002", "staff")
    with pytest.raises(InputError, match="nobody is left"):
        approved(store, alone.action_id, now=LATER)


def test_an_excluded_account_whose_key_is_under_an_action_is_told(store: Store, case_id: str) -> None:
    owning(store, k1="acct-00001", k2="acct-00002")
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id, subjects=[(Subject.KEY, "k1"), (Subject.KEY, "k2")])
    with store.read() as session:
        assert action_queries.uncovered(session, NOW, case_id) == [a for a in accounts(0, 10) if a not in ("acct-00001", "acct-00002")]
    with store.write(CEM, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00001", "staff")
        assert action_queries.cleared_and_held(change.session, NOW, case_id) == {row.action_id: [(Subject.KEY, "k1", "acct-00001")]}
    judged(store, case_id, Verdict.FALSE_POSITIVE)
    with store.read() as session:
        assert [one.subject_id for one in action_queries.cleared_and_held(session, LATER, case_id)[row.action_id]] == ["k1", "k2"]
    reopened(store, case_id)
    with store.read() as session:
        assert [one.subject_id for one in action_queries.cleared_and_held(session, LATER, case_id)[row.action_id]] == ["k1"]


def test_nobody_is_proposed_for_a_case_whom_people_cleared_by_name(store: Store, case_id: str) -> None:
    """Whoever agrees would not touch them, so a proposal of them alone could never take effect."""
    owning(store, k1="acct-00001")
    with store.write(CEM, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00001", "staff")
    named = [(Subject.ACCOUNT, "acct-00002"), (Subject.KEY, "k1"), (Subject.ACCOUNT, "acct-00001")]
    told = rf"people cleared acct-00001 by name .*, and 1 other of the named: {case_id}. Leave them out, or take that back first: "
    for kind in (Action.BLOCK, Action.OBSERVE):
        with pytest.raises(InputError, match=told + f"stillwatch cases include {case_id} acct-00001 --note WHY"):
            proposed(store, kind=kind, case_id=case_id, subjects=named)
        with pytest.raises(InputError, match=rf"people cleared k1 by .*Leave it out, or .* include {case_id} acct-00001 "):
            proposed(store, kind=kind, case_id=case_id, subjects=named[1:2])
    assert proposed(store, kind=Action.OBSERVE, case_id=case_id, subjects=named[:1]).state == "in_force"
    assert proposed(store, kind=Action.OBSERVE, subjects=named).state == "in_force", "by name alone, people know why"
    with store.write(CEM, now=NOW) as change:
        inclusion.include(change, case_id, "acct-00001", "no staff after all")
    assert proposed(store, kind=Action.OBSERVE, case_id=case_id, subjects=named).state == "in_force"


def test_the_one_who_agrees_learns_whom_it_touches(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    with store.write(CEM, now=LATER) as change:
        for account in accounts(1, 9):
            cases.exclude(change, case_id, account, "staff")
    with store.read() as session:
        assert action_queries.subject_counts(session, [row]) == {row.action_id: (10, 0, 0)}
    approved(store, row.action_id, BEN, now=LATER)
    with store.read() as session:
        assert action_queries.subject_counts(session, [row]) == {row.action_id: (1, 9, 0)}
        assert action_queries.subject_counts(session, []) == {}


def test_who_joined_after_the_verdict_is_not_judged_with_the_case(store: Store, run_folder: Folder, case_id: str) -> None:
    judged(store, case_id, Verdict.FALSE_POSITIVE)
    owning(store, k3="acct-00003", k12="acct-00012")
    imported(store, run_folder({"c-two": {"members": accounts(0, 14)}}, last_seen=NOW + timedelta(days=1)), now=LATER)
    on = [*((Subject.ACCOUNT, a) for a in accounts(0, 14)), (Subject.KEY, "k3"), (Subject.KEY, "k12")]
    assert 10 <= expected(store, case_id=case_id) < 10.1, "ten were judged innocent, four are accused"
    after = LATER + timedelta(hours=1)
    row = proposed(store, kind=Action.THROTTLE, subjects=on, now=after)
    with store.read() as session:
        told = action_queries.cleared_and_held(session, after, case_id)[row.action_id]
        assert {one.account_id for one in told} == set(accounts(0, 10))
        assert cases.joined_since_verdict(session) == cases.joined_since_verdict(session, case_id) == {case_id: 4}
        assert cases.acquitted(session, accounts(0, 14)) == set(accounts(0, 10))
    with pytest.raises(InputError, match="nobody is acted on for it"):
        proposed(store, kind=Action.THROTTLE, case_id=case_id, now=LATER)
    reopened(store, case_id)
    with store.read() as session:
        assert cases.joined_since_verdict(session) == {}
    judged(store, case_id, Verdict.BENIGN)
    with store.read() as session:
        assert cases.joined_since_verdict(session, case_id) == {}
    assert expected(store, case_id=case_id) == 14


def labelled(store: Store) -> dict[str, str | None]:
    """Account -> the campaign that it is labelled with, None where innocent."""
    with store.read() as session:
        return {row["account_id"]: row["campaign"] for row in cases.labels(session)}


@pytest.mark.parametrize("verdict", [None, Verdict.TRUE_POSITIVE, Verdict.FALSE_POSITIVE])
def test_an_exclusion_that_is_taken_back_leaves_the_label_of_before(store: Store, case_id: str, verdict: Verdict | None) -> None:
    if verdict is not None:
        judged(store, case_id, verdict)
    before = labelled(store)
    with store.write(ANA, now=LATER) as change:
        cases.exclude(change, case_id, "acct-00003", "misclick")
    assert labelled(store) == before | {"acct-00003": None}
    with store.write(ANA, now=LATER) as change:
        inclusion.include(change, case_id, "acct-00003", "sorry")
        assert cases.cleared(change.session, ["acct-00003"]) == set()
    assert labelled(store) == before


def test_who_is_included_in_a_case_that_was_judged_is_judged_with_it(store: Store, case_id: str) -> None:
    with store.write(ANA, now=NOW) as change:
        cases.exclude(change, case_id, "acct-00003", "misclick")
    judged(store, case_id, Verdict.TRUE_POSITIVE)
    with store.write(ANA, now=LATER) as change:
        inclusion.include(change, case_id, "acct-00003", "sorry")
    assert labelled(store) == dict.fromkeys(accounts(0, 10), case_id)


@pytest.mark.parametrize("verdict", [Verdict.INSUFFICIENT_DATA, Verdict.FALSE_POSITIVE, Verdict.TRUE_POSITIVE])
def test_a_verdict_that_is_set_aside_labels_nobody(store: Store, run_folder: Folder, case_id: str, verdict: Verdict) -> None:
    judged(store, case_id, Verdict.TRUE_POSITIVE)
    reopened(store, case_id)
    assert labelled(store) == {}
    judged(store, case_id, Verdict.TRUE_POSITIVE)
    grown = run_folder({"c-two": {"members": accounts(1, 13)}}, last_seen=NOW + timedelta(days=1))
    assert imported(store, grown, now=LATER).reopened == [case_id]
    assert labelled(store) == dict.fromkeys(accounts(0, 10), case_id), "no import changes what people said"
    judged(store, case_id, verdict)
    expected = {
        Verdict.INSUFFICIENT_DATA: {}, Verdict.FALSE_POSITIVE: dict.fromkeys(accounts(1, 13)),
        Verdict.TRUE_POSITIVE: dict.fromkeys(accounts(0, 14), case_id),
    }
    assert labelled(store) == expected[verdict]


@pytest.mark.parametrize("of_case", [True, False])
def test_what_an_overturned_appeal_cleared_takes_an_approver_who_could_decide_it(
    store: Store, run_folder: Folder, case_id: str, of_case: bool
) -> None:
    about = case_id
    if not of_case:
        about = proposed(store, kind=Action.THROTTLE, subjects=[(Subject.ACCOUNT, "solo")]).action_id
    who = "acct-00003" if of_case else "solo"
    proposed(store, subjects=[(Subject.ACCOUNT, who)])
    with store.write(ANA, now=NOW) as change:
        appeal = appeals.receive(change, about, who, "a class").appeal_id
    with store.write(CEM, now=NOW) as change:
        appeals.decide(change, appeal, overturned=True, reason="seen")
    if not of_case:  # a later finding keeps it out
        case_id = imported(store, run_folder({"c-new": {"members": [who, *accounts(300, 9)]}})).opened[0]
    with pytest.raises(ForbiddenError, match=f"it cleared {who}, and eve is analyst: appeal {appeal}"), \
            store.write(Actor("eve", Role.ANALYST), now=LATER) as change:
        inclusion.include(change, case_id, who, "no")
    with pytest.raises(InputError, match=f"it cleared {who}, and ana took part in"), \
            store.write(Actor("ana", Role.ADMIN), now=LATER) as change:
        inclusion.include(change, case_id, who, "no")
    with store.write(ANA, now=LATER) as change:
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.TRUE_POSITIVE)
    assert labelled(store)[who] is None
    assert held(store, case_id)[who] == (True, True)
    with store.write(DEE, now=LATER) as change:
        inclusion.include(change, case_id, who, "the syllabus was forged")
    assert labelled(store)[who] == case_id


def test_a_verdict_on_another_case_does_not_beat_an_overturned_appeal(store: Store, run_folder: Folder, case_id: str) -> None:
    other = imported(store, run_folder({"c-two": {"members": ["acct-00003", *accounts(300, 9)], "marks": ["q1", "q2"]}})).opened[0]
    with store.write(ANA, now=NOW) as change:
        appeal = appeals.receive(change, case_id, "acct-00003", "a class").appeal_id
    with store.write(CEM, now=NOW) as change:
        appeals.decide(change, appeal, overturned=True, reason="seen")
    judged(store, other, Verdict.TRUE_POSITIVE)
    assert labelled(store) == {"acct-00003": None} | dict.fromkeys(accounts(300, 9), other)
    with store.write(ANA, now=LATER) as change:  # a mistake of hers there is hers to take back
        cases.exclude(change, other, "acct-00003", "misclick")
        inclusion.include(change, other, "acct-00003", "sorry")


def test_a_promotion_spares_whom_people_judged_innocent_meanwhile(store: Store, case_id: str, run_folder: Folder) -> None:
    whole = approved(store, proposed(store, case_id=case_id, mode="enforce").action_id).action_id
    imported(store, run_folder({"c-two": {"members": accounts(50, 8)}}))
    with store.write(CEM, now=LATER) as change:
        cases.exclude(change, "case-two", "acct-00051", "a customer")
    part = approved(store, proposed(store, case_id="case-two", mode="enforce", now=NOW).action_id).action_id
    owning(store, k1="acct-00052")
    key = proposed(store, kind=Action.THROTTLE, case_id="case-two", subjects=[(Subject.KEY, "k1")], mode="enforce").action_id
    judged(store, "case-one", Verdict.FALSE_POSITIVE)
    with store.write(DEE, now=LATER) as change:
        cases.exclude(change, "case-two", "acct-00052", "another customer")
        for name in ("acct-00052", "acct-00001"):
            assert name in served(store, LATER).accounts, "in shadow it is recorded"
        version = policy.draft(change, policy.parse({"mode": "enforce"}), "go").version
        effect = promotion.promotion_effect(change.session, change.now, policy.parse({"mode": "enforce"}))
        assert (effect.kinds, effect.n_subjects) == ({"block": 1}, 6)
        assert {name: len(spared) for name, spared in effect.spared.items()} == {whole: 10, part: 1, key: 1}
        promotion.promote(change, version, "go")
    snapshot = served(store, LATER)
    assert sorted(snapshot.accounts) == ["acct-00050", *accounts(53, 5)]
    assert snapshot.keys == {}
    with store.read() as session:
        states = {name: action_queries.get(session, name).state for name in (whole, part, key)}
        assert states == {whole: ActionState.UNDONE, part: ActionState.IN_FORCE, key: ActionState.UNDONE}
    with store.write(DEE, now=LATER) as change:
        cases.exclude(change, "case-two", "acct-00053", "judging what is carried out still ends nothing")
        promotion.promote(change, version, "again")
    assert "acct-00053" in served(store, LATER).accounts
