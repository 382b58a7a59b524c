"""Actions: two people, undo, expiry, the cap, what is in force, and whom one would hit; on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from respond_helpers import ANA, BEN, CEM, DEE, EXTRACTION, NOW, VIC, Folder, accounts, approved, imported, proposed, served, the_case
from sqlalchemy import event
from sqlalchemy.orm import Session

from stillwatch.errors import InputError
from stillwatch.respond import action_jobs, action_queries, actions, cases, policy, promotion
from stillwatch.respond.policy import Policy
from stillwatch.respond.schema import Account, Case, Key, Target
from stillwatch.respond.store import SYSTEM, Actor, ForbiddenError, Store
from stillwatch.respond.vocabulary import Action, ActionState, Mode, Reason, Standing, State, Subject, Verdict
from stillwatch.serve.decisions import NAMES


def test_a_whole_campaign_is_blocked_at_once_by_two_people(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    assert row.state == ActionState.PROPOSED
    assert the_case(store).state == State.PENDING_ACTION
    assert served(store, NOW).accounts == {}
    before = store.revision()
    assert approved(store, row.action_id).state == ActionState.IN_FORCE
    assert store.revision() == before + 1
    snapshot = served(store, NOW)
    assert sorted(snapshot.accounts) == accounts(0, 10)
    (rule,) = snapshot.rules
    assert (rule.action, rule.mode, rule.reason, rule.case_id) == ("block", "shadow", EXTRACTION, case_id)
    assert rule.expires_at == NOW + timedelta(days=30)


@pytest.mark.parametrize("by", [ANA, VIC, SYSTEM, *(Actor(name, BEN.role) for name in ("ana", "ANA", "Ana", "System"))])
def test_who_may_not_be_the_second_person(store: Store, case_id: str, by: Actor) -> None:
    row = proposed(store, case_id=case_id)
    with pytest.raises(ForbiddenError):
        approved(store, row.action_id, by)
    assert served(store, NOW).accounts == {}


def test_a_parameter_that_is_told_twice_is_refused() -> None:
    assert policy.parse_pairs(["requests_per_min=1", "case_requests_per_min=2"]) == {"requests_per_min": 1, "case_requests_per_min": 2}
    for again in ("requests_per_min=0", "requests_per_min=1"):
        with pytest.raises(InputError):
            policy.parse_pairs(["requests_per_min=1", again])


def test_a_parameter_nested_too_deeply_is_one_short_line() -> None:
    for deep in (9_000, 100_000):
        told = policy.parse_pairs([f"requests_per_min={'[' * deep}{']' * deep}"])
        with pytest.raises(InputError, match=r"^requests_per_min of throttle is [^:]*\. Write a number") as caught:
            policy.checked_parameters(Action.THROTTLE, told)
        assert len(str(caught.value)) < 400


def test_the_proposer_takes_back_in_any_case(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    with store.write(Actor("ANA", ANA.role), now=NOW) as change:
        assert actions.reject(change, row.action_id, "taken back").state == ActionState.REJECTED


@pytest.mark.parametrize("kind", [k for k in Action if k is not Action.BLOCK])
def test_milder_actions_take_one_person_and_are_undone_by_one(store: Store, case_id: str, kind: Action) -> None:
    row = proposed(store, kind=kind, case_id=case_id)
    assert row.state == ActionState.IN_FORCE
    assert len(served(store, NOW).accounts) == 10
    with store.write(ANA, now=NOW) as change:
        assert actions.undo(change, row.action_id, Reason.FALSE_POSITIVE).state == ActionState.DONE
    assert served(store, NOW).accounts == {}


def test_an_unblock_takes_two_people(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    approved(store, row.action_id)
    with store.write(CEM, now=NOW) as change:
        lift = actions.undo(change, row.action_id, Reason.FALSE_POSITIVE)
    assert lift.state == ActionState.PROPOSED
    assert len(served(store, NOW).accounts) == 10
    with pytest.raises(ForbiddenError):
        approved(store, lift.action_id, CEM)
    approved(store, lift.action_id, BEN)
    assert served(store, NOW).accounts == {}
    with store.read() as session:
        assert action_queries.get(session, row.action_id).state == ActionState.UNDONE


def test_a_rejected_proposal_does_nothing(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    with store.write(BEN, now=NOW) as change:
        assert actions.reject(change, row.action_id, "no").state == ActionState.REJECTED
    with pytest.raises(InputError, match="rejected"):
        approved(store, row.action_id, CEM)


def test_a_proposal_lapses_after_a_week_and_a_lift_does_not(store: Store, case_id: str) -> None:
    row, late = proposed(store, case_id=case_id), NOW + timedelta(days=7)
    with pytest.raises(InputError, match=rf"nobody agreed within 7 days, so the proposal has lapsed: .*actions reject {row.action_id}"):
        approved(store, row.action_id, now=late)
    with store.write(BEN, now=late) as change:
        _, held = policy.active(change.session)
        just = late - timedelta(microseconds=1)
        assert [action_queries.standing(row, held, at) for at in (just, late)] == [ActionState.PROPOSED, Standing.LAPSED]
        actions.reject(change, row.action_id, "too late")
    again = proposed(store, case_id=case_id, now=late)
    assert approved(store, again.action_id, now=late + timedelta(days=6)).state == ActionState.IN_FORCE
    with store.write(ANA, now=late + timedelta(days=6)) as change:
        lift = actions.undo(change, again.action_id, Reason.FALSE_POSITIVE)
    assert approved(store, lift.action_id, now=late + timedelta(days=14)).state == ActionState.DONE


def test_a_lapsed_proposal_waits_for_nobody_and_its_case_neither_once_swept(store: Store, case_id: str) -> None:
    old, late = proposed(store, case_id=case_id), NOW + timedelta(days=7)
    with store.read() as session:
        found = [(len(action_queries.waiting(session, at)), len(action_queries.lapsed(session, at, case_id=case_id))) for at in (NOW, late)]
    assert found == [(1, 0), (0, 1)]
    new = proposed(store, case_id=case_id, now=late - timedelta(days=1))
    with store.write(SYSTEM, now=late) as change:
        assert actions.sweep(change) == ([], [old.action_id])
        assert cases.get(change.session, case_id).state == State.PENDING_ACTION, "another one waits"
    with store.write(SYSTEM, now=late + timedelta(days=7)) as change:
        assert actions.sweep(change).lapsed == [new.action_id]
        assert cases.get(change.session, case_id).state == State.INVESTIGATING
        assert action_queries.get(change.session, old.action_id).state == ActionState.REJECTED


def test_many_cases_and_actions_take_no_more_statements_than_one(store: Store, run_folder: Folder) -> None:
    imported(store, run_folder({f"c-{i}": {"members": accounts(2 * i, 3)} for i in range(5)}))
    told: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *seen: told.append(seen[2]))

    def statements(read: Callable[[Session], Any]) -> tuple[int, Any]:
        told.clear()
        with store.read() as session:
            found = read(session)
        return sum("FROM" in statement for statement in told), found

    names = [f"case-{i}" for i in range(5)]
    pairs = {name: {f"case-{j}": 1 for j in (i - 1, i + 1) if 0 <= j < 5} for i, name in enumerate(names)}
    for some in (names[:1], names):
        assert statements(lambda session, some=some: cases.overlaps(session, some)) == (1, {name: pairs[name] for name in some})
    counts = []
    for _ in range(3):
        proposed(store, kind=Action.THROTTLE, case_id="case-0", mode=Mode.ENFORCE)
        counts.append(statements(lambda session: action_queries.uncovered(session, NOW, "case-0")))
    assert counts == counts[:1] * 3
    with store.write(DEE, now=NOW) as change:
        promotion.promote(change, policy.draft(change, Policy(mode=Mode.ENFORCE), "go").version, "go")
    n, effect = statements(lambda session: promotion.promotion_effect(session, NOW, Policy()))
    assert (n, effect.stopped, effect.n_stopped) == (3, {"throttle": 3}, 3), "the policy, the actions and their subjects"


def test_one_account_is_let_go_and_the_rest_stays(store: Store, case_id: str) -> None:
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id)
    with store.write(ANA, now=NOW) as change:
        actions.undo(change, row.action_id, Reason.FALSE_POSITIVE, subjects=[(Subject.ACCOUNT, "acct-00004")])
    assert sorted(served(store, NOW).accounts) == [a for a in accounts(0, 10) if a != "acct-00004"]
    with pytest.raises(InputError), store.write(ANA, now=NOW) as change:
        actions.undo(change, row.action_id, Reason.FALSE_POSITIVE, subjects=[(Subject.ACCOUNT, "acct-00004")])


def test_an_action_expires_and_can_be_renewed(store: Store, case_id: str) -> None:
    row = proposed(store, kind=Action.CHALLENGE, case_id=case_id, duration_s=3600)
    just, after = NOW + timedelta(seconds=3599), NOW + timedelta(seconds=3600)
    assert len(served(store, just).accounts) == 10
    with pytest.raises(InputError, match="would end before what it renews"), store.write(ANA, now=NOW) as change:
        actions.renew(change, row.action_id, duration_s=3599)
    assert served(store, after).accounts == {}, "also before anybody sweeps"
    with store.write(SYSTEM, now=after) as change:
        assert actions.sweep(change) == ([row.action_id], [])
    with store.write(ANA, now=after) as change:
        again = actions.renew(change, row.action_id, duration_s=60)
    assert again.state == ActionState.IN_FORCE
    assert len(served(store, after).accounts) == 10


def test_renewing_a_block_takes_two_people_again(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    approved(store, row.action_id)
    with store.write(ANA, now=NOW + timedelta(days=29)) as change:
        assert actions.renew(change, row.action_id).state == ActionState.PROPOSED
    assert served(store, NOW + timedelta(days=31)).accounts == {}


def test_the_cap_and_the_longest_duration_hold(store: Store, case_id: str) -> None:
    with store.write(DEE, now=NOW) as change:
        promotion.promote(change, policy.draft(change, policy.Policy(max_accounts=9), "small").version, "small")
    with pytest.raises(InputError, match="cap of 9"):
        proposed(store, case_id=case_id)
    proposed(store, case_id=case_id, subjects=[(Subject.ACCOUNT, a) for a in accounts(0, 9)])
    with pytest.raises(InputError, match="duration"):
        proposed(store, subjects=[(Subject.ACCOUNT, "a")], duration_s=10**9)


def test_enforced_only_where_action_and_policy_say_so(store: Store, case_id: str) -> None:
    proposed(store, kind=Action.THROTTLE, case_id=case_id, mode=Mode.ENFORCE)
    assert served(store, NOW).rules[0].mode == Mode.SHADOW
    with store.write(DEE, now=NOW) as change:
        promotion.promote(change, policy.draft(change, policy.Policy(mode="enforce"), "go").version, "go")
    assert served(store, NOW).rules[0].mode == Mode.ENFORCE
    proposed(store, kind=Action.OBSERVE, subjects=[(Subject.ACCOUNT, "other")], mode=Mode.SHADOW)
    assert {rule.action: rule.mode for rule in served(store, NOW).rules} == {"throttle": "enforce", "observe": "shadow"}


def test_the_strongest_action_decides(store: Store, case_id: str) -> None:
    for kind in (Action.RESTRICT, Action.THROTTLE, Action.OBSERVE, Action.CHALLENGE):
        proposed(store, kind=kind, case_id=case_id)
    snapshot = served(store, NOW)
    assert {NAMES[entry.action] for entry in snapshot.accounts.values()} == {"restrict"}
    assert len(snapshot.rules) == 4


@pytest.mark.parametrize(("kind", "strict", "mild"), [
    (Action.THROTTLE, {"requests_per_min": 1}, {"requests_per_min": 60}),
    (Action.THROTTLE, {"case_requests_per_min": 9}, {"case_requests_per_min": 0}),
    (Action.RESTRICT, {"max_tokens": 16}, {"max_tokens": 4096}), (Action.RESTRICT, {"max_tokens": 16}, {"max_tokens": 0}),
])
def test_of_two_of_a_kind_the_stricter_decides(
    store: Store, case_id: str, kind: Action, strict: dict[str, int], mild: dict[str, int]
) -> None:
    proposed(store, kind=kind, case_id=case_id, parameters=mild, duration_s=7 * 86_400)
    proposed(store, kind=kind, case_id=case_id, parameters=strict, duration_s=86_400)
    ends = (NOW + timedelta(days=1)).timestamp()
    assert [entry.expires_at for entry in served(store, NOW).accounts.values()] == [ends] * 10, "the strict one's"


def test_an_action_on_an_account_reaches_its_keys(store: Store, case_id: str) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add(Key(key_id="k-1", account_id="acct-00001"))
        change.session.add(Key(key_id="k-9", account_id="somebody-else"))
    proposed(store, kind=Action.THROTTLE, case_id=case_id)
    assert set(served(store, NOW).keys) == {"k-1"}


def test_a_parameter_that_the_action_does_not_have_is_refused(store: Store, case_id: str) -> None:
    for kind, parameters in (
        (Action.THROTTLE, {"rate": 6}), (Action.THROTTLE, {"requests_per_min": "6"}), (Action.BLOCK, {"max_tokens": 1}),
    ):
        with pytest.raises(InputError):
            proposed(store, kind=kind, case_id=case_id, parameters=parameters)
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id, parameters={"case_requests_per_min": 30})
    (rule,) = served(store, NOW).rules
    assert (row.action_id, rule.parameters) == (rule.action_id, {"requests_per_min": 6, "case_requests_per_min": 30})


@pytest.mark.parametrize(
    ("parameters", "people"),
    [({}, 0), ({"requests_per_min": 0}, 1), ({"requests_per_min": 1e-9}, 1), ({"requests_per_min": 0.2}, 0),
     ({"requests_per_min": 6, "case_requests_per_min": 1e-6}, 1), ({"case_requests_per_min": 0}, 0), ({"case_requests_per_min": 1}, 0)],
)
def test_a_throttle_that_lets_none_through_takes_the_people_of_a_block(
    store: Store, case_id: str, parameters: dict[str, float], people: int
) -> None:
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id, parameters=parameters)
    assert (row.needed_approvals, row.state == ActionState.IN_FORCE) == (people, not people)
    assert bool(served(store, NOW).accounts) is not bool(people)
    if people:
        approved(store, row.action_id)
    with store.write(ANA, now=NOW) as change:
        assert (actions.undo(change, row.action_id, Reason.FALSE_POSITIVE).state == ActionState.DONE) is not bool(people)


def test_a_policy_that_lets_none_through_does_not_let_one_person_do_it(store: Store, case_id: str) -> None:
    before = proposed(store, kind=Action.THROTTLE, case_id=case_id)
    none = policy.parse({"parameters": {"throttle": {"requests_per_min": 0}}})
    with store.write(DEE, now=NOW) as change:
        version = policy.draft(change, none, "stop").version
    refused = f"would let none through: {before.action_id}.*two people"
    with pytest.raises(InputError, match=refused), store.write(DEE, now=NOW) as change:
        promotion.promote(change, version, "stop")
    assert served(store, NOW).rules[0].parameters["requests_per_min"] == 6, "nobody is blocked by one admin"
    with store.write(ANA, now=NOW) as change:
        assert actions.undo(change, before.action_id, Reason.FALSE_POSITIVE).state == ActionState.DONE
    with store.write(DEE, now=NOW) as change:
        promotion.promote(change, version, "stop")
    none_left = proposed(store, kind=Action.THROTTLE, case_id=case_id)
    assert none_left.state == ActionState.PROPOSED
    approved(store, none_left.action_id)
    milder = proposed(store, kind=Action.THROTTLE, case_id=case_id, parameters={"requests_per_min": 6})
    assert milder.state == ActionState.IN_FORCE
    with store.write(DEE, now=NOW) as change:
        promotion.promote(change, version, "again: two people agreed to the one that lets none through")


def test_nothing_takes_effect_for_longer_than_the_policy_allows_then(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id, duration_s=90 * policy.DAY_S)
    day = policy.parse({"max_duration_s": policy.DAY_S, "durations_s": dict.fromkeys(Action, policy.DAY_S)})
    with store.write(DEE, now=NOW) as change:
        promotion.promote(change, policy.draft(change, day, "short").version, "short")
    refused = f"its 90 days are more than the policy's 1: {row.action_id}.*--days 1"
    with pytest.raises(InputError, match=refused):
        approved(store, row.action_id)
    assert served(store, NOW).accounts == {}


def test_a_second_undo_says_that_one_waits(store: Store, case_id: str) -> None:
    row = proposed(store, case_id=case_id)
    approved(store, row.action_id)
    with store.write(ANA, now=NOW) as change:
        one = actions.undo(change, row.action_id, Reason.FALSE_POSITIVE, subjects=[(Subject.ACCOUNT, "acct-00001")]).action_id
    for subjects in ([(Subject.ACCOUNT, "acct-00001")], None):
        if subjects is None:
            with store.write(ANA, now=NOW) as change:
                actions.undo(change, row.action_id, Reason.FALSE_POSITIVE)
        told = f"{one if subjects else 'act-'}.* waits already.*stillwatch actions approve act-"
        with pytest.raises(InputError, match=told), store.write(CEM, now=NOW) as change:
            actions.undo(change, row.action_id, Reason.FALSE_POSITIVE, subjects=subjects)
    with store.write(BEN, now=NOW) as change:
        for lift in action_queries.waiting(change.session, NOW):
            actions.reject(change, lift.action_id, "no")
    with store.write(ANA, now=NOW) as change:
        assert actions.undo(change, row.action_id, Reason.FALSE_POSITIVE).state == ActionState.PROPOSED, "that one was turned down"


def test_who_is_freed_does_not_wait_for_what_becomes_of_the_others(store: Store, case_id: str) -> None:
    row, one = proposed(store, case_id=case_id), [(Subject.ACCOUNT, "acct-00001")]
    approved(store, row.action_id)
    with store.write(ANA, now=NOW) as change:
        whole = actions.undo(change, row.action_id, Reason.FALSE_POSITIVE)
    with store.write(ANA, now=NOW) as change:
        own = actions.undo(change, row.action_id, Reason.FALSE_POSITIVE, subjects=one)
    approved(store, own.action_id)
    assert sorted(served(store, NOW).accounts) == [a for a in accounts(0, 10) if a != "acct-00001"]
    later = NOW + timedelta(hours=1)
    approved(store, whole.action_id, now=later)
    assert served(store, NOW).accounts == {}
    with store.read() as session:
        ended = {t.subject_id: t.ended_at for t in session.query(Target).filter_by(action_id=row.action_id)}
    assert ended == {name: NOW if name == "acct-00001" else later for name in accounts(0, 10)}, "when each was let go"


def test_an_action_is_refused_in_the_words_that_tell_how_it_stands(store: Store, case_id: str) -> None:
    row = proposed(store, kind=Action.THROTTLE, case_id=case_id)
    with pytest.raises(InputError, match="the action is in shadow: it waits for nobody"):
        approved(store, row.action_id)
    with store.write(DEE, now=NOW) as change:
        promotion.promote(change, policy.draft(change, policy.Policy(mode="enforce"), "go").version, "go")
    enforced = proposed(store, kind=Action.OBSERVE, case_id=case_id, mode=Mode.ENFORCE)
    with pytest.raises(InputError, match="the action is in force: it waits for nobody"):
        approved(store, enforced.action_id)
    waits = proposed(store, case_id=case_id)
    for act in (actions.undo, actions.renew):
        with pytest.raises(InputError, match=r"that is proposed|the action is proposed"), store.write(ANA, now=NOW) as change:
            act(change, waits.action_id, *([Reason.FALSE_POSITIVE] if act is actions.undo else []))


def test_what_expired_is_undone_by_nobody_whether_or_not_it_was_swept(store: Store, case_id: str) -> None:
    row, block = proposed(store, kind=Action.THROTTLE, case_id=case_id, duration_s=3600), proposed(store, case_id=case_id, duration_s=3600)
    approved(store, block.action_id)
    with store.write(ANA, now=NOW) as change:
        lift = actions.undo(change, block.action_id, Reason.FALSE_POSITIVE)
    after = NOW + timedelta(hours=1)
    with pytest.raises(InputError, match="the action is expired, so there is nothing to undo"), store.write(ANA, now=after) as change:
        actions.undo(change, row.action_id, Reason.FALSE_POSITIVE)
    assert approved(store, lift.action_id, now=after).state == ActionState.DONE
    with store.write(SYSTEM, now=after) as change:
        assert set(actions.sweep(change).expired) == {row.action_id, block.action_id}
        assert action_queries.get(change.session, block.action_id).ended_by == SYSTEM.name
    with pytest.raises(InputError, match="expired"), store.write(ANA, now=after) as change:
        actions.undo(change, row.action_id, Reason.FALSE_POSITIVE)


def test_who_was_judged_innocent_and_is_still_under_an_action_is_told(store: Store, case_id: str) -> None:
    def told() -> dict[str, list[str]]:
        with store.read() as session:
            return {act: [one.subject_id for one in held] for act, held in action_queries.cleared_and_held(session, NOW, case_id).items()}

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


def test_a_case_is_pending_action_only_while_something_waits(store: Store, case_id: str) -> None:
    block, other = proposed(store, case_id=case_id), proposed(store, case_id=case_id, subjects=[(Subject.ACCOUNT, "acct-00003")])
    approved(store, block.action_id)
    assert the_case(store).state == State.PENDING_ACTION, "the other waits"
    with store.write(CEM, now=NOW) as change:
        actions.reject(change, other.action_id, "one is enough")
    assert the_case(store).state == State.INVESTIGATING


@pytest.mark.parametrize("how", ["expired", "undone"])
def test_a_lift_of_what_is_over_waits_for_nobody(store: Store, case_id: str, how: str) -> None:
    block = proposed(store, case_id=case_id)
    approved(store, block.action_id)
    with store.write(ANA, now=NOW) as change:
        lift = actions.undo(change, block.action_id, Reason.FALSE_POSITIVE, subjects=[(Subject.ACCOUNT, "acct-00003")])
        every = None if how == "expired" else actions.undo(change, block.action_id, Reason.FALSE_POSITIVE)
    assert the_case(store).state == State.PENDING_ACTION
    if every is None:
        with store.write(SYSTEM, now=NOW + timedelta(days=40)) as change:
            assert actions.sweep(change).expired == [block.action_id]
    else:
        assert approved(store, every.action_id).state == ActionState.DONE
    with store.read() as session:
        assert action_queries.waiting(session, NOW) == []
        assert action_queries.get(session, lift.action_id).state == ActionState.REJECTED
    assert the_case(store).state == State.INVESTIGATING


def test_an_action_is_in_force_only_where_it_is_carried_out(store: Store, case_id: str) -> None:
    shadow = proposed(store, kind=Action.THROTTLE, case_id=case_id, mode=Mode.SHADOW).action_id
    enforce = proposed(store, kind=Action.OBSERVE, case_id=case_id, mode=Mode.ENFORCE).action_id
    held, off = Policy(mode=Mode.ENFORCE), Policy()
    blocked = proposed(store, kind=Action.BLOCK, case_id=case_id, mode=Mode.ENFORCE).action_id
    with store.read() as session:
        one, other = action_queries.get(session, shadow), action_queries.get(session, enforce)
        assert action_queries.standing(one, held, NOW) == action_queries.standing(other, off, NOW) == Standing.SHADOW
        assert action_queries.standing(other, held, NOW) == Standing.IN_FORCE
        assert action_queries.standing(other, held, NOW + timedelta(days=91)) == Standing.EXPIRED, "whether or not it was swept"
        assert action_queries.standing(action_queries.get(session, blocked), held, NOW) == ActionState.PROPOSED


def test_who_joins_later_is_under_no_action_until_somebody_decides(store: Store, run_folder: Folder, case_id: str) -> None:
    proposed(store, kind=Action.THROTTLE, case_id=case_id)
    imported(store, run_folder({"c-two": {"members": accounts(0, 13)}}, last_seen=NOW + timedelta(hours=1)))
    assert len(served(store, NOW).accounts) == 10
    with store.read() as session:
        assert action_queries.uncovered(session, NOW, case_id) == accounts(10, 3)


def test_the_blast_radius_counts_who_could_be_innocent(store: Store, case_id: str) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        for i, account_id in enumerate(accounts(0, 9)):
            change.session.add(Account(
                account_id=account_id, kind="education" if i < 4 else "startup", verified=i == 0, n_events=70,
                output_tokens=700, window_days=7.0, created_at=NOW - timedelta(days=400 if i < 2 else 10),
                org_id="o1" if i < 3 else None, access_type="passthrough" if i == 8 else None, banned_at=None,
            ))
        case = change.session.get(Case, case_id)
        assert case is not None
        case.q_value = 0.25
        change.session.add(Account(account_id="rare", n_events=2, output_tokens=2500, window_days=7.0))
        cases.label(change, "acct-00008", innocent=True, source="appeal", case_id=case_id)
    with store.read() as session:
        seen = actions.preview(session, NOW, case_id=case_id)
        strangers = actions.preview(session, NOW, subjects=[(Subject.ACCOUNT, "nobody-accused"), (Subject.ACCOUNT, "acct-00001")])
        rare = actions.preview(session, NOW, subjects=[(Subject.ACCOUNT, "rare")])
        cleared = actions.preview(session, NOW, subjects=[(Subject.ACCOUNT, "acct-00008")])
    assert (seen["by_kind"], seen["n_excluded_left_out"]) == ({"education": 4, "startup": 4, "unknown": 1}, 1), "one was cleared"
    assert seen["expected_innocent_by_kind"] == {"education": 1.0, "startup": 1.0, "unknown": 0.25}, "each at 0.25"
    assert cleared["expected_innocent_by_kind"] == {"startup": 1.0}
    assert (seen["n_cleared"], cleared["n_cleared"]) == (0, 1)
    assert strangers["expected_innocent"] == 1.25, "whom no case accuses counts as innocent"
    assert (seen["n_not_accused"], strangers["n_not_accused"], cleared["n_not_accused"]) == (0, 1, 1)
    assert (seen["n_verified"], cleared["n_contracted_resellers"], seen["n_older_than_a_year"], seen["n_organisations"]) == (1, 1, 2, 1)
    assert (seen["requests_per_day"], seen["output_tokens_per_day"], seen["log_days"]) == (80.0, 800.0, 7.0)
    assert (rare["requests_per_day"], rare["output_tokens_per_day"]) == (0.286, 357.1), "a few are not none"
    assert any("0.286 requests and 357 answer tokens a day" in line for line in action_jobs._blast_lines(rare))


def test_what_ends_soon_is_told_until_somebody_proposes_it_again(store: Store, case_id: str) -> None:
    def ends(at: datetime) -> list[str]:
        with store.read() as session:
            return [row.action_id for row in action_queries.ending_soon(session, at)]

    late = NOW + timedelta(days=28)
    block = proposed(store, case_id=case_id).action_id
    approved(store, block)
    throttle = proposed(store, kind=Action.THROTTLE, case_id=case_id, duration_s=86_400).action_id
    assert (ends(NOW), ends(late)) == ([throttle], [block]), "a block lasts thirty days"
    with store.write(ANA, now=late) as change:
        actions.renew(change, throttle)
        again = actions.renew(change, block).action_id
    assert ends(late) == [], "it waits for a second person"
    with store.write(BEN, now=late) as change:
        actions.reject(change, again, "not needed")
    assert ends(late) == [block]
    proposed(store, case_id=case_id, subjects=[(Subject.ACCOUNT, "acct-00001")], now=late)
    assert ends(late) == [block], "of one account alone"
    proposed(store, case_id=case_id, now=late - timedelta(days=7))
    assert ends(late) == [block], "it has lapsed"
    assert ends(NOW + timedelta(days=31)) == []


def test_an_action_in_shadow_goes_on_for_no_enforced_one(store: Store, case_id: str) -> None:
    modes = {Mode.SHADOW: 30, Mode.ENFORCE: 7}
    of = {"kind": Action.THROTTLE, "case_id": case_id}
    _, enforced = (proposed(store, **of, mode=mode, duration_s=days * 86_400) for mode, days in modes.items())
    late = NOW + timedelta(days=6)
    with store.read() as session:
        assert [row.action_id for row in action_queries.ending_soon(session, late)] == [enforced.action_id]
    proposed(store, **of, mode=Mode.ENFORCE, now=late)
    with store.read() as session:
        assert action_queries.ending_soon(session, late) == []


def test_a_key_of_nobody_known_is_a_risk_too(store: Store, case_id: str) -> None:
    with store.write(SYSTEM, now=NOW) as change:
        change.session.add(Key(key_id="own", account_id="acct-00001"))
        case = change.session.get(Case, case_id)
        assert case is not None
        case.q_value = 0.25
    with store.read() as session:
        seen = actions.preview(session, NOW, subjects=[(Subject.KEY, "own"), (Subject.KEY, "stray")])
    assert (seen["n_subjects"], seen["n_accounts"], seen["n_not_known"], seen["n_without_known_key"]) == (2, 1, 1, 0)
    assert seen["by_kind"] == {"unknown": 1, "key of unknown owner": 1}
    assert seen["expected_innocent_by_kind"] == {"unknown": 0.25, "key of unknown owner": 1.0}


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


def test_when_an_action_was_carried_out(store: Store, case_id: str) -> None:
    """It is in shadow until a policy enforces it, and again from its rollback on; two policies that enforce it are one spell."""
    hours = [NOW + timedelta(hours=n) for n in range(8)]
    with store.write(DEE, now=hours[0]) as change:
        one, two = (policy.draft(change, policy.parse({"mode": "enforce"}), "go").version for _ in range(2))
    row = approved(store, proposed(store, case_id=case_id, mode="enforce", now=hours[1]).action_id, now=hours[1])
    shadow = proposed(store, case_id=case_id, kind=Action.OBSERVE, mode="shadow", now=hours[1])
    for now, version in zip(hours[2:6], (one, two, policy.BUILT_IN, two), strict=True):
        with store.write(DEE, now=now) as change:
            promotion.promote(change, version, "x")
    with store.write(DEE, now=hours[7]) as change:
        assert action_queries.enforced_periods(change.session, action_queries.get(change.session, shadow.action_id)) == []
        row = action_queries.get(change.session, row.action_id)
        assert action_queries.enforced_periods(change.session, row) == [(hours[2], hours[4], one), (hours[5], row.expires_at, two)]
        row.ended_at = hours[6]
        assert action_queries.enforced_periods(change.session, row) == [(hours[2], hours[4], one), (hours[5], hours[6], two)]
