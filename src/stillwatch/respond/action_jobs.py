"""Commands of actions: preview, propose, approve, undo and the rest."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from stillwatch.respond import action_queries, actions, appeals, blast, lookup, names, policy
from stillwatch.respond.acting import Args, as_json, head, limit, meant, no_key_lines, reading, say, say_more, spaced, writing
from stillwatch.respond.policy import DAY_S
from stillwatch.respond.schema import ActionRow
from stillwatch.respond.vocabulary import LIFT, Action, ActionState, Mode, Reason, Role, Standing, Subject
from stillwatch.terminal.counting import noun, number_of


def list_actions(args: Args) -> dict[str, Any]:
    """``actions list``."""
    most, now = limit(args, "actions"), datetime.now(UTC)
    with reading(args) as session:
        waiting, lapsed = action_queries.waiting(session, now), action_queries.lapsed(session, now)
        found = waiting if args.waiting else action_queries.in_force(session, now)
        rows, more = found[:most], len(found) > most
        ending = action_queries.ending_soon(session, now)
        _, held = policy.active(session)
        standing = {row.action_id: action_queries.standing(row, held, now) for row in rows}
        counts = action_queries.subject_counts(session, rows)
    if rows:
        head(args, f"{'ACTION':{len(rows[0].action_id)}}  {'STATE':9} {'KIND':9} {'MODE':7} {'TOUCHES':16}  CASE  BY  UNTIL, UTC")
    for row in rows:
        n, until = counts[row.action_id], "" if row.expires_at is None else f"until {row.expires_at:%Y-%m-%d %H:%M}"
        what = f"{spaced(standing[row.action_id]):9} {action_queries.described(row):9} {row.mode:7}"
        say(args, f"{row.action_id}  {what} {n.live:>7,} {noun(n.live, 'subject'):8}  {row.case_id or ''}  by {row.proposed_by} {until}"
                  f"{_no_longer_touched(n)}")
    say_more(args, more=more)
    if not rows:
        say(args, "nothing waits for another person" if args.waiting else "no action holds")
    if waiting and not args.waiting:
        say(args, f"waiting for another person: {len(waiting):,}; stillwatch actions list --waiting")
    if lapsed:
        first = ", ".join(row.action_id for row in lapsed[:5])
        say(args, f"lapsed, since nobody agreed within {action_queries.AGREE_WITHIN.days} days: {first}"
                  f"{' …' if len(lapsed) > 5 else ''}; stillwatch actions reject ACTION --note WHY, or stillwatch actions sweep")
    if ending and not args.waiting:
        say(args, f"end within {action_queries.ENDS_SOON.days} days, and nobody proposed them again: "
                  f"{', '.join(row.action_id for row in ending[:5])}"
                  f"{' …' if len(ending) > 5 else ''}; stillwatch actions renew ACTION")
    listed = [as_json(row) | {"standing": standing[row.action_id], "touched": counts[row.action_id]._asdict()} for row in rows]
    return {"actions": listed, "more": more, "ending": [row.action_id for row in ending], "lapsed": [row.action_id for row in lapsed]}


def show_action(args: Args) -> dict[str, Any]:
    """``actions show``."""
    with reading(args) as session:
        row = action_queries.get(session, args.action)
        answers = action_queries.approvals(session, args.action)
        subjects = action_queries.targets(session, args.action, live=True)
        related_appeals = appeals.listed(session, state=None, action_id=args.action)
        if row.state == ActionState.PROPOSED and row.kind != LIFT:  # whoever decides on the proposal should know
            related_appeals = [*related_appeals, *appeals.open_against(session, row)]
        _, held = policy.active(session)
        standing = action_queries.standing(row, held, datetime.now(UTC))
        n = action_queries.subject_counts(session, [row])[row.action_id]
        still = _still_under_lines(session, datetime.now(UTC), row)
        periods = action_queries.enforced_periods(session, row)
        no_key = action_queries.without_known_key(session, row, standing)
        allowed = blast.allowed(session, datetime.now(UTC), subjects) if row.state == ActionState.IN_FORCE else set()
    named = [f"{subject}:{subject_id}" for subject, subject_id in subjects]
    result = {
        "action": as_json(row) | {"standing": standing, "touched": n._asdict()},
        "approvals": [as_json(a) for a in answers], "subjects": named,
        "appeals": [as_json(a) for a in related_appeals],
        "allowed": sorted(f"{subject}:{subject_id}" for subject, subject_id in allowed),
        "n_without_known_key": no_key.n,
        "carried_out": [{"since": s.since.isoformat(), "until": s.until.isoformat(), "policy_version": s.version} for s in periods],
    }
    say(args, f"{row.action_id}: {action_queries.described(row)} for {spaced(row.reason)}, {spaced(standing)} (proposed as {row.mode})",
        *_time_lines(row, periods), _touched_line(n, standing), *_allowed_lines(len(allowed)), *no_key_lines(*no_key),
        *_proposal_lines(row), *still, *(f"{a.actor}: {'yes' if a.approved else 'no'} {a.note}".rstrip() for a in answers),
        *(f"appeal {a.appeal_id} of {a.account_id}: {a.state}" for a in related_appeals))
    return result


def preview_action(args: Args) -> dict[str, Any]:
    """``actions preview``."""
    with reading(args, Role.ANALYST) as session:
        subjects = _subjects(session, args)
        found = lookup.look_up(session, subjects or ())
        radius = actions.preview(session, datetime.now(UTC), case_id=args.case, subjects=subjects, log_facts=found.facts)
    say(args, *_blast_lines(radius), *lookup.lines(found))
    return radius


def propose_action(args: Args) -> dict[str, Any]:
    """``actions propose``."""
    with reading(args, Role.ANALYST) as session:
        subjects = _subjects(session, args)
        found = lookup.look_up(session, subjects or ())  # before the write, because other writers wait for it
    if not args.yes:
        lookup.demand_any_known(found, subjects, "Pass --yes if they are right")
    with writing(args) as change:
        lookup.store_facts(change, found)
        row = actions.propose(
            change, Action(args.kind), Reason(args.reason), case_id=args.case, subjects=subjects,
            mode=None if args.mode is None else Mode(args.mode), duration_s=_duration_s(args), note=args.note,
            parameters=policy.parse_pairs(args.parameters),
        )
        _, held = policy.active(change.session)
    say(args, *_blast_lines(row.blast), *lookup.lines(found), *_no_verify_url_lines(row, held))
    return _say_outcome(args, row, held)


def approve_action(args: Args) -> dict[str, Any]:
    """``actions approve``."""
    with writing(args) as change:
        row = actions.approve(change, args.action, args.note)
        _, held = policy.active(change.session)
        n = action_queries.subject_counts(change.session, [row])[row.action_id]
        still = _still_under_lines(change.session, change.now, row)
    say(args, _touched_line(n, action_queries.standing(row, held, datetime.now(UTC))), *_proposal_lines(row), *still)
    return _say_outcome(args, row, held) | {"touched": n._asdict()}


def reject_action(args: Args) -> dict[str, Any]:
    """``actions reject``."""
    with writing(args) as change:
        row = actions.reject(change, args.action, args.note)
        _, held = policy.active(change.session)
        still = _still_under_lines(change.session, change.now, row)
    if row.reason == Reason.APPEAL_OVERTURNED:
        say(args, "an appeal was overturned, and its lift is turned down: what the appeal decided is not done", *still)
    return _say_outcome(args, row, held)


def undo_action(args: Args) -> dict[str, Any]:
    """``actions undo``."""
    with writing(args) as change:
        row = actions.undo(change, args.action, Reason(args.reason), subjects=_subjects(change.session, args), note=args.note)
        _, held = policy.active(change.session)
        still = _still_under_lines(change.session, change.now, row)
    say(args, *still)
    return _say_outcome(args, row, held)


def renew_action(args: Args) -> dict[str, Any]:
    """``actions renew``."""
    with writing(args) as change:
        before = action_queries.targets(change.session, args.action, live=True)
        row = actions.renew(change, args.action, duration_s=_duration_s(args), note=args.note)
        _, held = policy.active(change.session)
        again = set(action_queries.targets(change.session, row.action_id, live=True))
    spared = [subject_id for subject, subject_id in before if (subject, subject_id) not in again]
    if spared:
        say(args, f"{number_of(len(spared), 'subject')} of {args.action} spared (allowed or cleared since): "
                  f"{', '.join(spared[:5])}{' …' if len(spared) > 5 else ''}")
    say(args, *_blast_lines(row.blast), *_no_verify_url_lines(row, held))
    return _say_outcome(args, row, held) | {"spared": spared}


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


def _touched_line(n: action_queries.SubjectCounts, standing: str) -> str:
    """How many subjects an action touches, in a line."""
    does = _TOUCH_WORDS.get(standing, "at its end it touched")
    return f"{does} {number_of(n.live, 'subject')}{_no_longer_touched(n)}"


def _allowed_lines(n: int) -> list[str]:
    """How many subjects of an action are on the allow-list now, which goes before it."""
    words = f"of these {number_of(n, 'is', 'are')} on the allow-list, and let through while the entry lasts: stillwatch allow list"
    return [words] * (n > 0)


def _time_lines(row: ActionRow, periods: Sequence[action_queries.EnforcedPeriod]) -> list[str]:
    """When an action took effect, and when it was enforced rather than in shadow, in lines."""
    if row.effective_at is None or row.kind == LIFT:
        return []
    enforced = [f"carried out from {s.since:%Y-%m-%d %H:%M} to {s.until:%Y-%m-%d %H:%M} UTC, first under policy {s.version}"
                for s in periods]
    return [f"took effect {row.effective_at:%Y-%m-%d %H:%M} UTC; {'; '.join(enforced) or 'at no time carried out'}"]


def _still_under_lines(session: Session, now: datetime, lift: ActionRow) -> list[str]:
    """Subjects of a lift that stay under other actions, a line for each such action; no lines for other kinds of actions."""
    if lift.kind != LIFT:
        return []
    return [
        f"still under {action_queries.get(session, action_id).kind} {action_id}, {number_of(len(some), 'subject')}: stillwatch actions "
        f"undo {action_id} --reason {lift.reason}{names.options(some)}"
        for action_id, some in action_queries.still_under(session, now, lift).items()
    ]


_TOUCH_WORDS: dict[str, str] = {
    Standing.IN_FORCE: "it touches", Standing.SHADOW: "it touches", ActionState.PROPOSED: "it would touch",
    ActionState.REJECTED: "it would have touched", Standing.LAPSED: "it would have touched", ActionState.DONE: "it let go",
}


def _no_longer_touched(n: action_queries.SubjectCounts) -> str:
    """How many of the proposed subjects are no longer touched, in words; empty if none."""
    spared = f", {n.spared:,} spared (allowed or cleared before it took effect)" if n.spared else ""
    return spared + (f", {n.released:,} let go since" if n.released else "")


def _proposal_lines(row: ActionRow) -> list[str]:
    """The blast radius that the proposer saw, in lines; no lines for a lift."""
    return [] if row.kind == LIFT else ["when proposed:", *(f"  {line}" for line in _blast_lines(row.blast))]


def _blast_lines(radius: Mapping[str, Any]) -> list[str]:
    """A blast radius in lines."""
    kinds, innocent = radius["by_kind"], radius["expected_innocent_by_kind"]
    cap = [f"the policy's cap: {radius['cap']:,}"] if "cap" in radius else []
    return [
        f"{number_of(radius['n_subjects'], 'subject')}, {number_of(radius['n_accounts'], 'account')}: "
        + ", ".join(f"{n:,} {kind} ({_expected_count(innocent[kind])} innocent)"
                    for kind, n in sorted(kinds.items(), key=lambda kind: -kind[1])),
        f"innocents expected{_expected_innocents(radius)}",
        f"verified {radius['n_verified']:,}, contracted resellers {radius['n_contracted_resellers']:,}, older than a year "
        f"{radius['n_older_than_a_year']:,}, banned already {radius['n_already_banned']:,}, under another action "
        f"{radius['n_under_another_action']:,}; organisations told {radius['n_organisations']:,}",
        *([f"not known, perhaps misspelt: {radius['n_not_known']:,}"] if radius.get("n_not_known") else []),
        *([f"cleared by name, by an exclusion or an appeal: {radius['n_cleared']:,}; such are acted on only without a case"]
          if radius.get("n_cleared") else []),
        *no_key_lines(radius.get("n_without_known_key", 0), radius["n_accounts"]),
        f"left out: {radius['n_allowed_left_out']:,} allowed, {radius['n_excluded_left_out']:,} excluded",
        *(["of several actions on an account the most severe is done; beside a restrict, a throttle goes on to count"]
          if radius["n_under_another_action"] else []),
        _no_traffic(radius) if radius["requests_per_day"] is None
        else f"all their traffic, harvest or not: {_rate(radius['requests_per_day'])} requests and "
             f"{_rate(radius['output_tokens_per_day'])} answer tokens a day on average over the whole log{_log_days(radius)}",
        *cap,
    ]


def _expected_innocents(radius: Mapping[str, Any]) -> str:
    """How many innocents are expected, and by which estimate; early proposals were stored without ``n_not_accused``."""
    n, of = radius.get("n_not_accused", 0), sum(radius["by_kind"].values())
    if n and n == of:
        return f": {n:,}; nobody accuses them, so each counts as innocent"
    more = f", {n:,} of them accused by nobody, so that each counts as innocent" if n else ""
    return f", by the false-discovery rate of the cases: {_expected_count(radius['expected_innocent'])}{more}"


def _log_days(radius: Mapping[str, Any]) -> str:
    """The length of the log behind the traffic figures, in words; early proposals were stored without it."""
    return f" of {radius['log_days']:.3g} days" if radius.get("log_days") else ""


def _no_traffic(radius: Mapping[str, Any]) -> str:
    """Says why traffic is unknown."""
    if radius.get("n_not_known", 0) >= sum(radius["by_kind"].values()):
        return "traffic unknown: nobody whom this touches is known"
    return "traffic unknown: the import had no --data"


def _no_verify_url_lines(row: ActionRow, held: policy.Policy) -> list[str]:
    """Warns, in lines, about a challenge that names no place where clients verify themselves."""
    wanted = {**held.parameters.get(row.kind, {}), **row.parameters}
    if row.kind != Action.CHALLENGE or wanted.get("verify_url"):
        return []
    return ["no verify_url: clients are told where to verify only by a service that has a --case-url; --set verify_url=URL names a place"]


def _rate(per_day: float) -> str:
    """A number a day; a few requests over a long log are not shown as 0."""
    return f"{per_day:,.0f}" if per_day >= 100 else f"{per_day:.3g}"


def _expected_count(n: float) -> str:
    """An expected count in words; a small one is not shown as 0."""
    return "0" if n == 0 else f"{n:.1f}" if n >= 0.05 else "less than 0.1"


def _why_in_shadow(row: ActionRow, held: policy.Policy) -> str:
    """Why an action in force is in shadow: its own mode, which stays when the policy changes, or else the policy's."""
    if row.mode == Mode.SHADOW:
        then = "" if held.mode == Mode.ENFORCE else ", once a policy in force says enforce: stillwatch policy show"
        return f"it was proposed so; to enforce it, propose it again with --mode enforce{then}"
    return "the policy in force says so: stillwatch policy show"


def _say_outcome(args: Args, row: ActionRow, held: policy.Policy) -> dict[str, Any]:
    standing = action_queries.standing(row, held, datetime.now(UTC))
    if standing == ActionState.PROPOSED:
        what = action_queries.described(row)
        outcome = f"{what} ({row.mode}) waits for another person: stillwatch actions approve {row.action_id} --as NAME"
    elif standing == Standing.SHADOW:
        why = _why_in_shadow(row, held)
        outcome = f"{row.kind} is in shadow: decisions record what it would have done, and nothing is carried out ({why})"
    else:
        outcome = f"{action_queries.described(row)} is {spaced(standing)}"
    say(args, f"{row.action_id}: {outcome}")
    return as_json(row) | {"standing": standing}
