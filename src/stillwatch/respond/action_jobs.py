"""What the commands of actions do: preview, propose, approve, undo."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from stillwatch.respond import actions, appeals, lookup, names, policy
from stillwatch.respond.acting import Args, as_json, head, meant, reading, say, spaced, writing
from stillwatch.respond.policy import DAY_S
from stillwatch.respond.schema import ActionRow
from stillwatch.respond.vocabulary import LIFT, Action, ActionState, Mode, Reason, Role, Standing, Subject
from stillwatch.terminal.counting import noun, number_of


def list_actions(args: Args) -> dict[str, Any]:
    """``actions list``."""
    now = datetime.now(UTC)
    with reading(args) as session:
        waiting, lapsed = actions.waiting(session, now), actions.lapsed(session, now)
        rows = waiting if args.waiting else actions.in_force(session, now)
        ends = actions.ending_soon(session, now)
        _, held = policy.active(session)
        stand = {row.action_id: actions.standing(row, held, now) for row in rows}
        counts = actions.subject_counts(session, rows)
    if rows:
        head(args, f"{'ACTION':{len(rows[0].action_id)}}  {'STATE':9} {'KIND':9} {'MODE':7} {'TOUCHES':16}  CASE  BY  UNTIL, UTC")
    for row in rows:
        n, until = counts[row.action_id], "" if row.expires_at is None else f"until {row.expires_at:%Y-%m-%d %H:%M}"
        what = f"{spaced(stand[row.action_id]):9} {actions.described(row):9} {row.mode:7}"
        say(args, f"{row.action_id}  {what} {n.live:>7,} {noun(n.live, 'subject'):8}  {row.case_id or ''}  by {row.proposed_by} {until}"
                  f"{_besides(n)}")
    if not rows:
        say(args, "nothing waits for another person" if args.waiting else "no action holds")
    if waiting and not args.waiting:
        say(args, f"waiting for another person: {len(waiting):,}; stillwatch actions list --waiting")
    if lapsed:
        say(args, f"lapsed, since nobody agreed within {actions.AGREE_WITHIN.days} days: {', '.join(row.action_id for row in lapsed[:5])}"
                  f"{' …' if len(lapsed) > 5 else ''}; stillwatch actions reject ACTION --note WHY, or stillwatch actions sweep")
    if ends and not args.waiting:
        say(args, f"end within {actions.ENDS_SOON.days} days, and nobody proposed them again: "
                  f"{', '.join(row.action_id for row in ends[:5])}"
                  f"{' …' if len(ends) > 5 else ''}; stillwatch actions renew ACTION")
    listed = [as_json(row) | {"standing": stand[row.action_id], "touched": counts[row.action_id]._asdict()} for row in rows]
    return {"actions": listed, "ending": [row.action_id for row in ends], "lapsed": [row.action_id for row in lapsed]}


def show_action(args: Args) -> dict[str, Any]:
    """``actions show``."""
    with reading(args) as session:
        row = actions.get(session, args.action)
        said = actions.approvals(session, args.action)
        subjects = actions.targets(session, args.action, live=True)
        heard = appeals.listed(session, state=None, action_id=args.action)
        if row.state == ActionState.PROPOSED and row.kind != LIFT:  # whoever agrees should know
            heard = [*heard, *appeals.open_against(session, row)]
        _, held = policy.active(session)
        stand = actions.standing(row, held, datetime.now(UTC))
        n = actions.subject_counts(session, [row])[row.action_id]
        still = _still_held(session, datetime.now(UTC), row)
        periods = actions.enforced_periods(session, row)
    named = [f"{subject}:{subject_id}" for subject, subject_id in subjects]
    result = {
        "action": as_json(row) | {"standing": stand, "touched": n._asdict()}, "approvals": [as_json(a) for a in said], "subjects": named,
        "appeals": [as_json(a) for a in heard],
        "carried_out": [{"since": s.since.isoformat(), "until": s.until.isoformat(), "policy_version": s.version} for s in periods],
    }
    say(args, f"{row.action_id}: {actions.described(row)} for {spaced(row.reason)}, {spaced(stand)} (proposed as {row.mode})",
        *_times(row, periods), _touches(n, stand), *_proposed(row), *still,
        *(f"{a.actor}: {'yes' if a.approved else 'no'} {a.note}" for a in said),
        *(f"appeal {a.appeal_id} of {a.account_id}: {a.state}" for a in heard))
    return result


def preview_action(args: Args) -> dict[str, Any]:
    """``actions preview``."""
    with reading(args, Role.ANALYST) as session:
        subjects = _subjects(session, args)
        found = lookup.look_up(session, subjects or ())
        seen = actions.preview(session, datetime.now(UTC), case_id=args.case, subjects=subjects, log_facts=found.facts)
    say(args, *_blast(seen), *lookup.lines(found))
    return seen


def propose_action(args: Args) -> dict[str, Any]:
    """``actions propose``."""
    with reading(args, Role.ANALYST) as session:
        subjects = _subjects(session, args)
        found = lookup.look_up(session, subjects or ())  # before the write, for which others wait
    if not args.yes:
        lookup.demand_any_known(found, subjects, "Pass --yes if they are right")
    with writing(args) as change:
        lookup.store_facts(change, found)
        row = actions.propose(
            change, Action(args.kind), Reason(args.reason), case_id=args.case, subjects=subjects,
            mode=None if args.mode is None else Mode(args.mode), duration_s=_duration_s(args), note=args.note,
            parameters=policy.written(args.parameters),
        )
        _, held = policy.active(change.session)
    say(args, *_blast(row.blast), *lookup.lines(found), *_nowhere(row, held))
    return _told(args, row, held)


def approve_action(args: Args) -> dict[str, Any]:
    """``actions approve``."""
    with writing(args) as change:
        row = actions.approve(change, args.action, args.note)
        _, held = policy.active(change.session)
        n = actions.subject_counts(change.session, [row])[row.action_id]
        still = _still_held(change.session, change.now, row)
    say(args, _touches(n, actions.standing(row, held, datetime.now(UTC))), *_proposed(row), *still)
    return _told(args, row, held) | {"touched": n._asdict()}


def reject_action(args: Args) -> dict[str, Any]:
    """``actions reject``."""
    with writing(args) as change:
        row = actions.reject(change, args.action, args.note)
        _, held = policy.active(change.session)
        still = _still_held(change.session, change.now, row)
    if row.reason == Reason.APPEAL_OVERTURNED:
        say(args, "an appeal was overturned, and its lift is turned down: what the appeal decided is not done", *still)
    return _told(args, row, held)


def undo_action(args: Args) -> dict[str, Any]:
    """``actions undo``."""
    with writing(args) as change:
        row = actions.undo(change, args.action, Reason(args.reason), subjects=_subjects(change.session, args), note=args.note)
        _, held = policy.active(change.session)
        still = _still_held(change.session, change.now, row)
    say(args, *still)
    return _told(args, row, held)


def renew_action(args: Args) -> dict[str, Any]:
    """``actions renew``."""
    with writing(args) as change:
        before = actions.targets(change.session, args.action, live=True)
        row = actions.renew(change, args.action, duration_s=_duration_s(args), note=args.note)
        _, held = policy.active(change.session)
        again = set(actions.targets(change.session, row.action_id, live=True))
    spared = [subject_id for subject, subject_id in before if (subject, subject_id) not in again]
    if spared:
        say(args, f"{number_of(len(spared), 'subject')} of {args.action} spared (allowed or cleared since): "
                  f"{', '.join(spared[:5])}{' …' if len(spared) > 5 else ''}")
    say(args, *_blast(row.blast), *_nowhere(row, held))
    return _told(args, row, held) | {"spared": spared}


def sweep_actions(args: Args) -> dict[str, Any]:
    """``actions sweep``."""
    with writing(args) as change:
        over = actions.sweep(change)
    say(args, f"{len(over.expired)} expired, {number_of(len(over.lapsed), 'lapsed proposal')} turned down")
    return over._asdict()


def _subjects(session: Session, args: Args) -> list[tuple[Subject, str]] | None:
    named = [(Subject.ACCOUNT, names.identifier(x, "--account")) for x in args.account]
    named += [(Subject.KEY, names.identifier(x, "--key")) for x in args.key]
    return meant(session, args, *named) or None


def _duration_s(args: Args) -> float | None:
    return None if args.days is None else args.days * DAY_S


def _touches(n: actions.SubjectCounts, stand: str) -> str:
    """Whom an action touches, in a line."""
    does = _DOES.get(stand, "at its end it touched")
    return f"{does} {number_of(n.live, 'subject')}{_besides(n)}"


def _times(row: ActionRow, periods: Sequence[actions.EnforcedPeriod]) -> list[str]:
    """When an action took effect, and when it was carried out rather than in shadow, in lines."""
    if row.effective_at is None or row.kind == LIFT:
        return []
    enforced = [f"carried out from {s.since:%Y-%m-%d %H:%M} to {s.until:%Y-%m-%d %H:%M} UTC, first under policy {s.version}"
                for s in periods]
    return [f"took effect {row.effective_at:%Y-%m-%d %H:%M} UTC; {'; '.join(enforced) or 'at no time carried out'}"]


def _still_held(session: Session, now: datetime, lift: ActionRow) -> list[str]:
    """Who goes on to be under other actions whatever becomes of a lift, in lines; nothing for other actions."""
    if lift.kind != LIFT:
        return []
    return [
        f"still under {actions.get(session, action_id).kind} {action_id}, {number_of(len(some), 'subject')}: stillwatch actions undo "
        f"{action_id} --reason {lift.reason}{names.options(some)}"
        for action_id, some in actions.still_under(session, now, lift).items()
    ]


_DOES: dict[str, str] = {
    Standing.IN_FORCE: "it touches", Standing.SHADOW: "it touches", ActionState.PROPOSED: "it would touch",
    ActionState.REJECTED: "it would have touched", Standing.LAPSED: "it would have touched", ActionState.DONE: "it let go",
}


def _besides(n: actions.SubjectCounts) -> str:
    """Subjects that were proposed and are not touched any more."""
    spared = f", {n.spared:,} spared (allowed or cleared before it took effect)" if n.spared else ""
    return spared + (f", {n.released:,} let go since" if n.released else "")


def _proposed(row: ActionRow) -> list[str]:
    """What the proposer saw, in lines; nothing for a lift."""
    return [] if row.kind == LIFT else ["when proposed:", *(f"  {line}" for line in _blast(row.blast))]


def _blast(seen: Mapping[str, Any]) -> list[str]:
    """A blast radius in lines."""
    kinds, doubted = seen["by_kind"], seen["expected_innocent_by_kind"]
    cap = [f"the policy's cap: {seen['cap']:,}"] if "cap" in seen else []
    return [
        f"{number_of(seen['n_subjects'], 'subject')}, {number_of(seen['n_accounts'], 'account')}: "
        + ", ".join(f"{n:,} {kind} ({_few(doubted[kind])} innocent)" for kind, n in sorted(kinds.items(), key=lambda kind: -kind[1])),
        f"innocents expected{_by(seen)}",
        f"verified {seen['n_verified']:,}, contracted resellers {seen['n_contracted_resellers']:,}, older than a year "
        f"{seen['n_older_than_a_year']:,}, banned already {seen['n_already_banned']:,}, under another action "
        f"{seen['n_under_another_action']:,}; organisations told {seen['n_organisations']:,}",
        *([f"not known, perhaps misspelt: {seen['n_not_known']:,}"] if seen.get("n_not_known") else []),
        f"left out: {seen['n_allowed_left_out']:,} allowed, {seen['n_excluded_left_out']:,} excluded",
        *(["of several actions on an account the most severe is done; beside a restrict, a throttle goes on to count"]
          if seen["n_under_another_action"] else []),
        _no_traffic(seen) if seen["requests_per_day"] is None
        else f"all their traffic, harvest or not: {seen['requests_per_day']:,.0f} requests and {seen['output_tokens_per_day']:,.0f} answer "
             f"tokens a day on average over the whole log{_log_days(seen)}",
        *cap,
    ]


def _by(seen: Mapping[str, Any]) -> str:
    """How many innocents are expected, and by what; proposals that were stored without do not tell whom nobody accuses."""
    n, of = seen.get("n_not_accused", 0), sum(seen["by_kind"].values())
    if n and n == of:
        return f": {n:,}; nobody accuses them, so each counts as innocent"
    more = f", {n:,} of them accused by nobody, so that each counts as innocent" if n else ""
    return f", by the false-discovery rate of the cases: {_few(seen['expected_innocent'])}{more}"


def _log_days(seen: Mapping[str, Any]) -> str:
    """How long the log is that traffic is told of; nothing for proposals that were stored without."""
    return f" of {seen['log_days']:.3g} days" if seen.get("log_days") else ""


def _no_traffic(seen: Mapping[str, Any]) -> str:
    """Why the traffic is not told."""
    if seen.get("n_not_known", 0) >= sum(seen["by_kind"].values()):
        return "traffic unknown: nobody whom this touches is known"
    return "traffic unknown: the import had no --data"


def _nowhere(row: ActionRow, held: policy.Policy) -> list[str]:
    """Where clients may be sent to verify themselves and nobody says where."""
    wanted = {**held.parameters.get(row.kind, {}), **row.parameters}
    if row.kind != Action.CHALLENGE or wanted.get("verify_url"):
        return []
    return ["no verify_url: clients are told where to verify only by a service that has a --case-url; --set verify_url=URL names a place"]


def _few(n: float) -> str:
    """A count that is expected; a small one is not none."""
    return "0" if n == 0 else f"{n:.1f}" if n >= 0.05 else "less than 0.1"


def _why(row: ActionRow, held: policy.Policy) -> str:
    """Why an action that holds is in shadow. Its own mode stays when the policy changes, so that is told first."""
    if row.mode == Mode.SHADOW:
        then = "" if held.mode == Mode.ENFORCE else ", once a policy in force says enforce: stillwatch policy show"
        return f"it was proposed so; to enforce it, propose it again with --mode enforce{then}"
    return "the policy in force says so: stillwatch policy show"


def _told(args: Args, row: ActionRow, held: policy.Policy) -> dict[str, Any]:
    stand = actions.standing(row, held, datetime.now(UTC))
    if stand == ActionState.PROPOSED:
        said = f"{actions.described(row)} ({row.mode}) waits for another person: stillwatch actions approve {row.action_id} --as NAME"
    elif stand == Standing.SHADOW:
        said = f"{row.kind} is in shadow: decisions record what it would have done, and nothing is carried out ({_why(row, held)})"
    else:
        said = f"{actions.described(row)} is {spaced(stand)}"
    say(args, f"{row.action_id}: {said}")
    return as_json(row) | {"standing": stand}
