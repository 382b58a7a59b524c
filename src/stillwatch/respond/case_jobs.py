"""Commands of cases: each opens the store, acts as a user, prints a few lines and returns what ``--json`` prints."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from stillwatch.files import write_parquet
from stillwatch.respond import action_queries, appeals, blast, cases, importing, inclusion, names, policy
from stillwatch.respond.acting import Args, actor, as_json, head, limit, no_key_lines, reading, say, say_more, spaced, the_account, writing
from stillwatch.respond.schema import Account, ActionRow, Annotation, Campaign, Case, Member, Run
from stillwatch.respond.store import DEFAULT_URL, Store
from stillwatch.respond.vocabulary import OPEN_STATES, Mode, Standing, State, Subject, Verdict
from stillwatch.run_details import measured_on_words, observed_and_expected, signed_score
from stillwatch.terminal.counting import noun, number_of


def import_run(args: Args) -> dict[str, Any]:
    """``cases import``."""
    store = Store.open(args.store or DEFAULT_URL)
    try:
        with store.read() as session:
            who = actor(session, args.actor)
        done = importing.import_run(store, who, args.run, data=args.data)
    finally:
        store.close()
    if done.known:
        new = [number_of(done.facts, "account")] * (done.facts > 0) + [number_of(done.keys, "key")] * (done.keys > 0)
        facts = [f"facts of {' and '.join(new)}"] * bool(new) + ["what data health tells of its log"] * done.columns
        say(args, f"imported before; now new: {'; '.join(facts)}" if facts else "imported before; nothing changed")
    else:
        if done.resumed:
            say(args, f"{number_of(done.resumed, 'was', 'were')} stored by an import that was cut off; it is finished now")
        say(args, f"{len(done.opened)} opened, {len(done.updated)} found again, {len(done.reopened)} reopened",
            *(f"{case_id}: {number_of(n, 'further account')}" for case_id, n in done.joined.items()))
        say(args, *(f"{case_id}: was for review, is accused now" for case_id in done.accused),
            *(f"{case_id}: was accused, is for review now; actions on it stay" for case_id in done.for_review))
        if done.kept_out:
            say(args, number_of(done.kept_out, "account that people judged innocent was accused again; it stays excluded",
                                "accounts that people judged innocent were accused again; they stay excluded"))
        if done.back:
            say(args, number_of(done.back, "account that was erased is in the store again: erase it here, too, and from these logs",
                                "accounts that were erased are in the store again: erase them here, too, and from these logs"))
    if done.silent:
        say(args, f"{number_of(done.silent, 'account')} of the run sent nothing in {args.data}, so their traffic counts as none: was the"
                  " run made of another log?")
    if done.older:
        say(args, number_of(done.older, "account keeps the facts that a run with later traffic told",
                            "accounts keep the facts that a run with later traffic told"))
    return vars(done)


def list_cases(args: Args) -> dict[str, Any]:
    """``cases list``."""
    most = limit(args, "cases")
    with reading(args) as session:
        states = tuple(map(State, args.state)) if args.state else tuple(OPEN_STATES)
        found = cases.queue(session, states=states, limit=most + 1)
        rows, more = found[:most], len(found) > most
        counts, joined = cases.counts(session), cases.joined_since_verdict(session)
        no_longer_accused = cases.no_longer_accused(session, [row.case_id for row in rows])
        accused_before = cases.accused_before(session, [row.case_id for row in rows])
        overlaps = cases.overlaps(session, [row.case_id for row in rows])
    if rows:
        head(args, f"{'CASE':28} {'STATE':15} {'DETECTED':9} {'ACCOUNTS':16} {'HARVEST OR REQUESTS':20} {'AT 90 %':26} {'AT STAKE':35}  "
                   "ASSIGNEE")
    for row in rows:
        accused = row.detected == "campaign"
        harvest = f"{row.n_harvested:>10,} harvested" if accused else f"{row.n_events:>10,} {noun(row.n_events, 'request'):9}"
        say(args, f"{row.case_id:28} {row.state:15} {row.detected:9} {row.n_accounts:>7,} {noun(row.n_accounts, 'account'):8} "
                  f"{harvest} {f'({row.between})' if accused and row.between else '':26} {row.loss:>12,.0f} tokens a day, weighted  "
                  f"{row.assignee or ''}")
    say_more(args, more=more)
    if not rows:
        say(args, f"no case is {' or '.join(map(spaced, states)) if args.state else 'open'}")
    say(args, *(f"{case_id}: {_joined_line(n)}" for case_id, n in list(joined.items())[:MOST_SHOWN]),
        *([f"… and {number_of(len(joined) - MOST_SHOWN, 'case')} more of this kind (--json has all)"] if len(joined) > MOST_SHOWN else []))
    say(args, *(f"{case_id}: {_overlap_line(others)}" for case_id, others in overlaps.items()))
    say(args, *(f"{case_id}: {_no_longer_accused_line(at)}" for case_id, at in no_longer_accused.items()),
        *(f"{case_id}: {_accused_before_line(at)}" for case_id, at in accused_before.items()))
    return {
        "cases": [as_json(row, "details") for row in rows], "more": more, "counts": counts, "joined_since_verdict": joined,
        "overlaps": overlaps,
        "not_accused_in_run_to": {case_id: at.isoformat() for case_id, at in no_longer_accused.items()},
        "accused_in_run_to": {case_id: at.isoformat() for case_id, at in accused_before.items()},
    }


def _no_longer_accused_line(at: datetime) -> str:
    """Says that the last run of the whole log does not accuse a case."""
    return f"the last whole run, of requests to {at:%Y-%m-%d %H:%M} UTC, does not accuse it; its figures are of an earlier run"


def _accused_before_line(at: datetime) -> str:
    """Says that a case that is for review was accused by an earlier run."""
    return f"it is for review now, but a run of requests to {at:%Y-%m-%d %H:%M} UTC accused it; actions on it stay"


def _overlap_line(others: Mapping[str, int]) -> str:
    """Says how many accounts of a case are in other open cases."""
    phrases = [f"{n:,} of its accounts {'is' if n == 1 else 'are'} in {name}, too" for name, n in others.items()]
    return "; ".join([*phrases[:3], *([f"and more in {len(phrases) - 3:,} others"] if len(phrases) > 3 else [])])


def _shared_objects_line(others: Mapping[str, int]) -> str:
    """Says which other cases of the run share the objects of a case."""
    phrases = [f"{n:,} {'is' if n == 1 else 'are'} shared by {name}, too" for name, n in others.items()]
    more = [f"others by {len(phrases) - 3:,} more"] if len(phrases) > 3 else []
    return f"of the objects that its accounts share, {'; '.join([*phrases[:3], *more])}"


def _joined_line(n: int) -> str:
    """Says how many accounts joined a case after it was judged innocent."""
    return f"{number_of(n, 'account')} joined since the verdict, and nobody judged {'it' if n == 1 else 'them'}"


def show_case(args: Args) -> dict[str, Any]:
    """``cases show``."""
    with reading(args) as session:
        row, now = cases.get(session, args.case), datetime.now(UTC)
        members = cases.members(session, args.case)
        _, held_policy = policy.active(session)
        held = action_queries.in_force(session, now, case_id=args.case)
        pending, lapsed = (proposed(session, now, case_id=args.case) for proposed in (action_queries.waiting, action_queries.lapsed))
        notes = session.scalars(select(Annotation).where(Annotation.case_id == args.case).order_by(Annotation.annotation_id)).all()
        runs = session.scalars(select(Campaign).where(Campaign.case_id == args.case)).all()
        found_at = session.get(Run, row.run_id)
        proofs = cases.proofs(session, args.case)
        case_appeals = appeals.listed(session, state=None, case_id=args.case)
        shown = members[:MOST_SHOWN]
        facts = {a.account_id: a for a in session.scalars(select(Account).where(Account.account_id.in_([m.account_id for m in shown])))}
        standings = {a.action_id: action_queries.standing(a, held_policy, now) for a in held}
        cleared = action_queries.cleared_and_held(session, now, args.case)
        joined = cases.joined_since_verdict(session, args.case).get(args.case, 0)
        overlaps, alike = cases.overlaps(session, [args.case]).get(args.case, {}), cases.sharing_objects(session, row)
        no_longer_accused = cases.no_longer_accused(session, [args.case]).get(args.case)
        accused_before = cases.accused_before(session, [args.case]).get(args.case)
        no_key = action_queries.without_known_key_in_case(session, args.case)
        allowed = {name for _, name in blast.allowed(session, now, [(Subject.ACCOUNT, m.account_id) for m in members])}
        result: dict[str, Any] = {
            "case": as_json(row, "details") | {"details": {name: part for name, part in row.details.items() if name != PROMPT_TEXTS}},
            "members": [as_json(m) for m in members],
            "actions": [as_json(a) | {"standing": standings[a.action_id]} for a in held],
            "waiting": [as_json(a) for a in pending], "lapsed": [as_json(a) for a in lapsed],
            "annotations": [as_json(n) for n in notes], "campaigns": [as_json(c) for c in runs],
            "appeals": [as_json(a) for a in case_appeals], "uncovered": action_queries.uncovered(session, now, args.case) if held else [],
            "proofs": proofs,
            "cleared_and_held": {action_id: [_subject_name(target) for target in some] for action_id, some in cleared.items()},
            "allowed": sorted(allowed), "n_without_known_key": no_key.n,
            "joined_since_verdict": joined, "overlaps": overlaps, "objects_in_common": alike,
            "not_accused_in_run_to": no_longer_accused and no_longer_accused.isoformat(),
            "accused_in_run_to": accused_before and accused_before.isoformat(),
        }
    say(args, *_finding_lines(row, members), *([_no_longer_accused_line(no_longer_accused)] if no_longer_accused else []),
        *([_accused_before_line(accused_before)] if accused_before else []))
    say(args, *([_joined_line(joined)] if joined else []), *([_overlap_line(overlaps)] if overlaps else []),
        *([_shared_objects_line(alike)] if alike else []), *no_key_lines(*no_key))
    earlier = sorted({run.campaign_id for run in runs} - {row.campaign_id})
    imported = "" if found_at is None else f" of the run imported {found_at.imported_at:%Y-%m-%d %H:%M} UTC"
    say(args, f"last found as {row.campaign_id}{imported}" + (f"; earlier as {', '.join(earlier)}" if earlier else "")
              + f"; its packet: stillwatch export RUN --format packet --campaign {row.campaign_id} --data DIR --key FILE")
    most = "" if row.detected == "campaign" else " (nobody is accused, so scores are 0 at most)"
    say(args, f"accounts, most suspicious first{most}:",
        *(_member_line(m, facts.get(m.account_id), allowed=m.account_id in allowed) for m in shown))
    if len(members) > MOST_SHOWN:
        say(args, f"  … and {len(members) - MOST_SHOWN:,} more (--json has all)")
    say(args, *(_action_line(a, standings[a.action_id]) for a in held),
        *(f"waits for another person: {action_queries.described(a)} ({a.mode}) by {a.proposed_by}; stillwatch actions approve {a.action_id}"
          for a in pending),
        *(f"lapsed, since nobody agreed within {action_queries.AGREE_WITHIN.days} days: {a.kind} ({a.mode}) by {a.proposed_by}; "
          f"turn it down: stillwatch actions reject {a.action_id} --note WHY" for a in lapsed),
        *(f"appeal {a.appeal_id} of {a.account_id}: {a.state}" for a in case_appeals),
        *(f"proof: {p['says']}; suspect {p['suspect']}; manifest.json {p['manifest_sha256']}" for p in proofs),
        *(line for n in notes for line in f"{n.at:%Y-%m-%d} {n.by}: {n.text}".replace("\n", "\n    ").split("\n")))
    say(args, *_still_held_lines(cleared))
    if allowed:
        say(args, f"{number_of(len(allowed), 'account is', 'accounts are')} on the allow-list, so no action touches"
                  f" {'it' if len(allowed) == 1 else 'them'}: stillwatch allow list")
    if result["uncovered"]:
        say(args, f"{number_of(len(result['uncovered']), 'account is', 'accounts are')} under no action of this case")
    return result


def _still_held_lines(cleared: Mapping[str, Sequence[action_queries.HeldSubject]], account: str | None = None) -> Iterator[str]:
    """A line for each action that still touches accounts judged innocent, or their keys, with the command that ends it.

    Args:
        cleared: the result of :func:`.actions.cleared_and_held`.
        account: only lines about this account.
    """
    for action_id, held in cleared.items():
        of_account = [target for target in held if account in (None, target.account_id)]
        counts = {subject: sum(target.subject is subject for target in of_account) for subject in (Subject.ACCOUNT, Subject.KEY)}
        if of_account:
            who = " and ".join(number_of(n, subject) for subject, n in counts.items() if n)
            yield (f"judged innocent and still under an action, {who}: stillwatch actions undo {action_id} "
                   f"--reason false_positive{names.options((target.subject, target.subject_id) for target in of_account)}")


def _subject_name(target: action_queries.HeldSubject) -> str:
    """A subject as ``--json`` prints it: an account by its identifier, a key with the prefix ``key:``."""
    return target.subject_id if target.subject is Subject.ACCOUNT else f"{target.subject}:{target.subject_id}"


MOST_SHOWN = 20
"""Most accounts that ``cases show`` prints, and most lines of a kind that ``cases list`` prints."""
PROMPT_TEXTS = "templates"
"""The part of a case's details with words of prompts; only the console shows it, to an analyst, and logs why."""


def _finding_lines(row: Case, members: Sequence[Member]) -> Iterator[str]:
    """What the detector and people say about a case, in lines, in the words of the report (docs/report.md)."""
    yield f"{row.case_id}: {spaced(row.state)}, with {row.assignee or 'nobody'}; verdict of people: {row.judged or 'none yet'}"
    # A run of traces alone has no calibrated evidence, and its score counts something else (docs/detection.md).
    meaning = _rarity(row.score) if row.details.get("evidence") else "of traces alone: excess in standard deviations"
    rarity = f"score {signed_score(row.score)} ({meaning}), false-discovery rate {row.q_value:.2g}"
    accused = row.detected == "campaign"
    yield f"verdict of the detector: {row.detected}, {rarity}; families that speak: {', '.join(row.views)}"
    if row.first_seen and row.last_seen:
        were = "" if accused else ", were it a campaign"
        yield f"harvest from {row.first_seen:%Y-%m-%d %H:%M} to {row.last_seen:%Y-%m-%d %H:%M} UTC{were}"
    n_gone, n_excluded = sum(not m.present for m in members), sum(m.excluded for m in members)
    n_elsewhere = len(members) - n_gone - row.n_accounts  # what a look at the last requests adds to a run of the whole log
    more = f" and {n_elsewhere:,} that another look found" if n_elsewhere > 0 else ""
    harvest = f"{row.n_harvested:,}{f' ({row.between})' if row.between else ''} of their {number_of(row.n_events, 'request')}"
    yield (f"{number_of(row.n_accounts, 'account')}{more} ({n_gone:,} no longer seen, {n_excluded:,} excluded)"
           + (f", {harvest} harvested; at stake" if accused
              else f". Were it a campaign, {harvest} would be taken for harvest; at stake then")
           + f" {row.loss:,.0f} answer tokens a day of the harvest's period, weighted by the score")
    tasks = [f"{spaced(name)} {share:.0%}" for name, share in sorted(row.capabilities.items(), key=lambda c: -(c[1] or 0)) if share]
    if tasks:
        yield f"asked for: {', '.join(tasks[:4])}"
    evidence = sorted((e for e in row.details.get("evidence", []) if e.get("sentence") and (e.get("log_odds") or 0) > 0),
                    key=lambda e: -e["log_odds"])
    if measured_on := measured_on_words(row.details):
        yield f"the group that leads it was {measured_on}"
    if evidence:
        yield "why, strongest first, with what each adds to the score:"
        yield from (f"  {e['log_odds']:+.1f}  {e['sentence']}{_observed_beside_expected(e)}" for e in evidence[:5])
    if row.details.get("not_accused"):
        yield "why nobody is accused:"
        yield from (f"  {why}" for why in row.details["not_accused"])
    innocent = sorted((e for e in row.explanations if e["score"] > 0), key=lambda e: (-e["score"], e["hypothesis"]))
    if innocent:
        sampled = (row.details.get("sampled_one_in") or 1) > 1
        fits = ", ".join(f"{e['hypothesis']} {e['score']:.2f}" for e in innocent[:4])
        more = "; networks are counted in a sample, so more share them than this says" if sampled else ""
        yield f"innocent explanations, fit from 0 to 1: {fits}{more}"
    changes = row.details.get("changes") or []
    if changes:
        yield "what would change the verdict:"
        yield from (f"  {change}" for change in changes)


def _rarity(score: float) -> str:
    """A score in words; it is no log-odds (docs/detection.md, section 5)."""
    times = math.exp(min(abs(score), 700.0))
    factor = "more than 1,000" if times > 1000 else f"{times:,.0f}" if times >= 10 else f"{times:.1f}"
    which = "rarer, as extrapolated," if score >= 0 else "more common"  # no innocent of the calibration crossed the line (docs/limits.md)
    return f"{factor} times {which} among innocent groups than the line to cross"


def _observed_beside_expected(entry: Mapping[str, Any]) -> str:
    both = entry.get("observed") is not None and entry.get("expected") is not None
    return f" ({observed_and_expected(entry, '{:.4g}'.format)})" if both else ""


def _member_line(member: Member, facts: Account | None, *, allowed: bool) -> str:
    """An account in a line, with its facts from the registry and the log, and whether it is on the allow-list."""
    words = ["excluded"] if member.excluded else [] if member.present else ["no longer seen"]
    words += ["allowed"] * allowed
    if facts is not None:
        words += [facts.kind] if facts.kind else []
        words += ["verified"] if facts.verified else []
        words += [f"since {facts.created_at:%Y-%m-%d}"] if facts.created_at else []
        words += [number_of(facts.n_events, "request")] if facts.n_events is not None else []
        words += [f"banned {facts.banned_at:%Y-%m-%d}"] if facts.banned_at else []
    return f"  {member.account_id:32} {signed_score(member.score):>6}  {', '.join(words)}".rstrip()


def _action_line(row: ActionRow, standing: str) -> str:
    """An action that took effect, and whether it is enforced, in a line."""
    until = f"until {row.expires_at:%Y-%m-%d %H:%M} UTC" if row.expires_at else ""
    if standing == Standing.IN_FORCE:
        return f"in force: {row.kind} {row.action_id} {until}"
    whose = "action" if row.mode == Mode.SHADOW else "policy"
    return f"in shadow, recorded and not carried out (the {whose} is in shadow mode): {row.kind} {row.action_id} {until}"


def detach_proof(args: Args) -> dict[str, Any]:
    """``cases detach``."""
    with writing(args) as change:
        cases.detach(change, args.case, args.proof, args.note)
    say(args, f"{args.case} names this proof no more")
    return {"case": args.case, "detached": args.proof}


def move_case(args: Args) -> dict[str, Any]:
    """``cases move``."""
    with writing(args) as change:
        verdict = None if args.verdict is None else Verdict(args.verdict)
        row = cases.move(change, args.case, State(args.state), verdict=verdict, note=args.note)
        held = action_queries.cleared_and_held(change.session, change.now, args.case)
    say(args, f"{row.case_id} is {spaced(row.state)}", *_still_held_lines(held))
    return as_json(row, "details")


def assign_case(args: Args) -> dict[str, Any]:
    """``cases assign``."""
    with writing(args) as change:
        row = cases.assign(change, args.case, args.name)
    say(args, f"{row.case_id} is with {row.assignee or 'nobody'}")
    return as_json(row, "details")


def note_case(args: Args) -> dict[str, Any]:
    """``cases note``."""
    with writing(args) as change:
        row = cases.annotate(change, args.case, args.text)
        change.session.flush()
    say(args, f"{args.case} has the remark")
    return as_json(row)


def exclude_account(args: Args) -> dict[str, Any]:
    """``cases exclude``."""
    with writing(args) as change:
        account = the_account(change.session, args)
        row = cases.exclude(change, args.case, account, args.note)
        held = action_queries.cleared_and_held(change.session, change.now, args.case)
    say(args, f"{account} is excluded from {args.case}, and counts as innocent", *_still_held_lines(held, account))
    return as_json(row)


def include_account(args: Args) -> dict[str, Any]:
    """``cases include``."""
    with writing(args) as change:
        account = the_account(change.session, args)
        cleared = cases.cleared(change.session, [account])
        row = inclusion.include(change, args.case, account, args.note)
        case_appeals = [a for a in appeals.listed(change.session, state=appeals.OVERTURNED) if a.account_id == account]
        taken_back = case_appeals if cleared - cases.cleared(change.session, [account]) else []
    say(args, f"{account} is in {args.case}",
        *(f"appeal {a.appeal_id}, which cleared it, is set aside: it counts as innocent no more" for a in taken_back))
    return as_json(row)


def write_labels(args: Args) -> dict[str, Any]:
    """``cases labels``."""
    import pyarrow as pa

    from stillwatch.tables import TRUTH

    with reading(args) as session:
        rows = cases.labels(session)
    write_parquet(pa.Table.from_pylist(rows, TRUTH.schema), args.out)
    innocent = sum(row["campaign"] is None for row in rows)
    say(args, f"{args.out}: {number_of(len(rows), 'account')}, {innocent:,} of them innocent")
    return {"file": str(args.out), "n_accounts": len(rows), "n_innocent": innocent}
