"""Commands of the policy: show, draft, try a throttle on a log, promote."""

import json
import math
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.errors import InputError
from stillwatch.files import read_json, reject_repeated_keys
from stillwatch.respond import cases, policy, promotion, throttle
from stillwatch.respond.acting import Args, as_json, reading, say, writing
from stillwatch.respond.runs import read_requests
from stillwatch.respond.schema import PolicyVersion
from stillwatch.respond.vocabulary import OPEN_STATES
from stillwatch.terminal.counting import number_of


def show_policy(args: Args) -> dict[str, Any]:
    """``policy show``."""
    with reading(args) as session:
        version, held = policy.active(session)
    result = {"version": version, "document": policy.document(held)}
    say(args, *json.dumps(result, indent=1).splitlines())
    return result


def list_policies(args: Args) -> dict[str, Any]:
    """``policy list``."""
    with reading(args) as session:
        in_force, _ = policy.active(session)
        rows = policy.versions(session)
    for row in rows:
        say(args, f"{_mark(row.version, in_force)} {row.version:>5}  {row.document.get('mode', ''):7}  {row.created_at:%Y-%m-%d}  "
                  f"{row.created_by}: {row.note}")
    say(args, f"{_mark(policy.BUILT_IN, in_force)} {policy.BUILT_IN:>5}  {policy.Policy().mode:7}  built in")
    return {"in_force": in_force, "versions": [as_json(row) for row in rows]}


def _mark(version: int, in_force: int) -> str:
    return "in force" if version == in_force else " " * 8


def draft_policy(args: Args) -> dict[str, Any]:
    """``policy draft``."""
    document = read_json(args.file, reject_repeated_keys)
    if not isinstance(document, dict):
        raise InputError("not a JSON object", where=args.file)
    with writing(args, create=True) as change:
        drafted = policy.parse(document)
        row = policy.draft(change, drafted, args.note)
        effect = promotion.promotion_effect(change.session, change.now, drafted)
    say(args, *_promotion_lines(effect), f"version {row.version}; promote it with: stillwatch policy promote {row.version} --note …")
    return as_json(row)


MOST_OTHERS = 2000
"""Most accounts of no case on which throttles are tried, to see what a rate does to customers."""


MOST_CASES = 50
"""Most open cases that are tried when no case is named."""


def try_throttle(args: Args) -> dict[str, Any]:
    """``policy throttle``."""
    rates = tuple(args.rate) if args.rate else throttle.RATES
    if not all(math.isfinite(rate) and rate > 0 for rate in rates):
        raise InputError("a rate must be above 0", where="--rate", todo="Write requests a minute, such as 6 or 0.2")
    with reading(args) as session:
        version, held = policy.active(session)
        wanted = [cases.get(session, name) for name in args.case] if args.case else cases.queue(
            session, states=tuple(OPEN_STATES), limit=MOST_CASES
        )
        accounts = {case.case_id: [m.account_id for m in cases.members(session, case.case_id, acting_on=True)] for case in wanted}
        n_open = sum(n for state, n in cases.counts(session).items() if state in OPEN_STATES)
        suspected = cases.suspected(session)
    if args.policy is not None:
        document = read_json(args.policy, reject_repeated_keys)
        if not isinstance(document, dict):
            raise InputError("not a JSON object", where=args.policy)
        held, version = policy.parse(document), -1
    accused = sorted({name for names in accounts.values() for name in names})
    found, n_others = read_requests(args.data, accused, MOST_OTHERS, suspected)
    not_tried = 0 if args.case else n_open - len(accounts)
    n_left_out = len(set(suspected) - set(accused))
    result: dict[str, Any] = {
        "policy_version": None if version < 0 else version, "cases": {}, "others": None, "n_others": n_others, "n_left_out": n_left_out,
        "n_cases_not_tried": not_tried,
    }
    for group in (*accounts, ""):
        of_group = pc.is_in(found["account_id"], pa.array(accounts[group], pa.string())) if group else pc.invert(found["wanted"])
        mine = found.filter(of_group)
        sent = throttle.Requests(mine["at_s"].to_numpy(), mine["account_id"].to_pylist())
        n_accounts, n_requests = pc.count_distinct(mine["account_id"]).as_py(), len(mine)
        rows = throttle.try_rates(sent, rates, throttle.SHARES if group else ())
        own = throttle.try_policy(sent, held)
        what = {
            "n_accounts": n_accounts, "n_requests": n_requests, "per_min": sent.per_min,
            "policy": throttle.as_json(own), "tried": [throttle.as_json(row) for row in rows],
        }
        if group:
            result["cases"][group] = what
        else:
            result["others"] = what
        title = group or f"accounts that no case holds or accuses ({what['n_accounts']:,} of {n_others:,}, by hash)"
        together = f"{sent.per_min:.3g} a minute together"
        say(args, f"{title}: {number_of(n_accounts, 'account')}, {number_of(n_requests, 'request')}, {together}",
            *(_result_line(_limit(row), row) for row in rows), _result_line(f"the policy: {_limit(own)}", own))
    if not_tried:
        say(args, f"not tried: {number_of(not_tried, 'open case')} of less expected loss; --case names one")
    if n_left_out:
        say(args, f"left out everywhere: {number_of(n_left_out, 'account')} of cases that were not tried")
    return result


def _result_line(limit: str, row: throttle.ThrottleResult) -> str:
    return f"  {limit:36} lets {_passed(row):>6} through; refuses {number_of(row.n_ever_refused, 'account')} at times"


def _limit(row: throttle.ThrottleResult) -> str:
    limits = (("each", row.each_per_min), ("together", row.together_per_min))
    return ", ".join(f"{whom} {rate:g} a minute" for whom, rate in limits if rate is not None)


def _passed(row: throttle.ThrottleResult) -> str:
    return "none" if row.share_passed is None else f"{row.share_passed:.1%}"


def promote_policy(args: Args) -> dict[str, Any]:
    """``policy promote``."""
    with writing(args) as change:
        wanted = change.session.get(PolicyVersion, args.version)
        new = policy.Policy() if wanted is None else policy.stored(wanted.document)
        effect = promotion.promotion_effect(change.session, change.now, new)
        row = promotion.promote(change, args.version, args.note)
    say(args, *_promotion_lines(effect), f"version {args.version} is in force")
    return {"version": policy.BUILT_IN} if row is None else as_json(row)


def _promotion_lines(effect: promotion.PromotionEffect) -> list[str]:
    """Which actions a promotion starts or stops enforcing, and on whom it ends some, in lines."""
    turns = (
        ("carried out from its promotion on, and in shadow until then", effect.kinds, effect.n_subjects),
        ("no longer carried out from its promotion on, and in shadow from then", effect.stopped, effect.n_stopped),
    )
    return [
        *(f"{what}: {', '.join(number_of(count, kind) for kind, count in kinds.items())}, on "
          f"{number_of(n, 'account or key', 'accounts and keys')}" for what, kinds, n in turns if kinds),
        *(f"judged innocent, so {action_id} ends on them at its promotion: {number_of(len(spared), 'account or key', 'accounts and keys')} "
          f"({', '.join(subject_id for _, subject_id in spared[:5])}{' …' if len(spared) > 5 else ''})"
          for action_id, spared in effect.spared.items()),
    ]
