"""Verify a proof offline: nothing but the packet is needed, and every number is computed anew.

1. every file is the one of the manifest, and the record's texts are those of every proof
2. the commitment log is an unbroken chain
3. every opened key is the one that was committed to
4. the commitment is older than the first question, and every answer says when it was asked
5. mark, level, decoys, questions and kind of test are the committed ones, as far as they were committed to
6. decoys come from the commitment
7. the statistics follow from the answers, and the record says what its reference lacks
8. canaries, where there are any: committed to before their questions, and their p-value follows
9. the signature is the given public key's, where one is given

A proof tells whether its numbers follow from its files. That these were the only answers and tests, it cannot tell;
what the commitment fixes beforehand (questions, samples, a reference) cannot be chosen afterwards, and the rest is listed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from math import isclose
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import digest, read_json
from stillwatch.prove.answers import Answer, question_time
from stillwatch.prove.canary import DRAWS, SEED, Canary, Design, again, caveat
from stillwatch.prove.choices import forms_digest
from stillwatch.prove.inputs import Inputs, exclusion, reference_gap, run
from stillwatch.prove.keys import broken_entry, commitment
from stillwatch.prove.packet import (
    SIGNATURE,
    Check,
    distinct_keys,
    expected_seed,
    first_and_last,
    in_order,
    load,
    prompts_digest,
    signatures,
    statements,
    undated,
)
from stillwatch.rows import read_rows
from stillwatch.terminal.counting import noun, number_of

FREE = {"report.html", "manifest.json", SIGNATURE}
TOLERANCE = 1e-6
"""Relative: far tails may differ in the last digits between builds of scipy."""


def verify(folder: Path, published: str | None = None, public_key: Path | None = None) -> list[Check]:
    """All checks, in order; the packet holds if all passed.

    Args:
        folder: the proof.
        published: the commitment's hash, from where it was published.
        public_key: PEM file of whoever should have signed it, not from the packet.

    Raises:
        InputError: it is no packet at all.
    """
    try:
        return _checks(folder, published, public_key)
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        # whoever made the proof wrote every byte of it: what does not fit together is a proof that does not hold
        raise InputError(f"the record does not fit together ({type(error).__name__}: {error})", where=folder) from error


def _checks(folder: Path, published: str | None, public_key: Path | None) -> list[Check]:
    record, inputs = load(folder)
    checks = [_files(folder), _texts(record), _chain(record)]
    entry = next((one for one in record["commitment_log"] if one.get("hash") == record["commitment"]), None)
    if entry is None:
        checks.append(Check("commitment", False, "no commitment was made: the keys may have been chosen to fit"))
    else:
        checks += [_openings(record, entry), in_time(record, entry, published, _asked(folder)), as_committed(record, entry, inputs)]
    seed = expected_seed(record)
    checks.append(Check("decoys", inputs.seed == seed, "derived from the commitment" if inputs.seed == seed
                        else "their seed is not the commitment's"))
    try:
        result, parts = run(inputs)
        gap = reference_gap(inputs)
        same = [_same(record["result"], result.describe()), _same(record["split"], parts and parts.describe()),
                _same((record["reference"] or {}).get("gap"), gap, "reference.gap")]
        differences = [difference for difference in same if difference]
        told = "computed anew: the same" + (f"; {gap}" if gap else "")
        checks.append(Check("statistics", not differences, differences[0] if differences else told))
    except InputError as error:
        checks.append(Check("statistics", False, str(error)))
    if "canary" in record:
        checks.append(canaries_kept(record))
    if public_key is not None:
        checks.append(_signature(folder, public_key))
    return checks


def _texts(record: Mapping[str, Any]) -> Check:
    """What is claimed and what is not stands as it does in every proof: who leaves a caveat out has another record."""
    for name, text in statements().items():
        if record.get(name) != text:
            return Check("texts", False, f"{name.replace('_', ' ')}: not as every proof of this format has it")
    return Check("texts", True, "hypotheses, other explanations, what would falsify it and what is not claimed: as in every proof")


def canaries_late(told: Mapping[str, Any]) -> str | None:
    """Why answers of canaries do not show that the commitment came before their questions, or None."""
    asked = [question_time(one) for given in told["answers"].values() for one in given]
    first, _ = first_and_last(asked)
    if first is not None and datetime.fromisoformat(told["committed_at"]) >= datetime.fromisoformat(first):
        return f"committed {told['committed_at']}, first question {first}: the commitment did not come first"
    return undated(asked)


def canaries_kept(record: Mapping[str, Any]) -> Check:
    """Canaries: committed to before they were asked, by keys that open, and their p-value anew."""
    told = record["canary"]
    try:
        entry = next((one for one in record["commitment_log"] if one.get("hash") == told.get("commitment")), None)
        if entry is None:
            return Check("canaries", False, "no commitment in the log is theirs")
        which = Design(tuple(Canary(one["name"], tuple(one["forms"]), tuple(one["questions"]), one["near"]) for one in told["canaries"]))
        if entry["design"]["mark"] != which.describe():
            return Check("canaries", False, "they are not the committed ones")
        if (told["draws"], told["seed"]) != (DRAWS, SEED):
            return Check("canaries", False, "their counterfactual draws are not those of every proof")
        if not distinct_keys(told["openings"]):
            return Check("canaries", False, "a unit or a key is counted twice")
        if {one["tenant"] for one in told["openings"]} != set(told["units"]):
            return Check("canaries", False, "not every unit's key was opened")
        wrong = [one["tenant"] for one in told["openings"] if not _opens(one, entry)]
        if wrong:
            return Check("canaries", False, f"keys do not open: {', '.join(wrong)}")
        if told["committed_at"] != entry["time"]:
            return Check("canaries", False, "the time of their commitment is not the log's")
        if told["caveat"] != (left_open := caveat(told["units"], entry["commitments"])):
            return Check("canaries", False, f"the record does not say what it must: {left_open}")
        if late := canaries_late(told):
            return Check("canaries", False, late)
        computed = again(told)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        return Check("canaries", False, f"the record of the canaries is incomplete ({type(error).__name__}: {error})")
    difference = _same({name: told.get(name) for name in asdict(computed)}, asdict(computed))
    return Check("canaries", not difference, difference or f"committed {entry['time']}, computed anew: the same; {left_open}")


def _opens(one: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    opened = commitment(one["tenant"], bytes.fromhex(one["secret"]), bytes.fromhex(one["nonce"]))
    return bool(entry["commitments"].get(one["tenant"]) == opened)


def _signature(folder: Path, public_key: Path) -> Check:
    signing, file = signatures(), folder / SIGNATURE
    key = signing.public_key(public_key)
    if not file.is_file():
        return Check("signature", False, "the proof is not signed")
    if not signing.signed_by(key, (folder / "manifest.json").read_bytes(), file.read_bytes()):
        return Check("signature", False, f"not signed by {signing.key_id(key)}, or changed since")
    return Check("signature", True, f"signed by {signing.key_id(key)}")


def _files(folder: Path) -> Check:
    manifest = read_json(folder / "manifest.json").get("files", {})
    present = {path.name for path in folder.iterdir() if path.is_dir() or path.name not in FREE}
    wrong = sorted(name for name in manifest if not (folder / name).is_file() or digest(folder / name) != manifest[name])
    extra = sorted(present - set(manifest))
    if wrong or extra or not {"record.json", "answers.jsonl"} <= set(manifest):
        return Check("files", False, f"changed or missing: {', '.join(wrong) or 'none'}; not listed: {', '.join(extra) or 'none'}")
    return Check("files", True, f"{number_of(len(manifest), 'file')} as listed")


def _chain(record: Mapping[str, Any]) -> Check:
    log = record["commitment_log"]
    broken = broken_entry(log)
    if broken is not None:
        return Check("chain", False, f"entry {broken} was changed after it was made")
    return Check("chain", True, number_of(len(log), "entry", "entries"))


def _openings(record: Mapping[str, Any], entry: Mapping[str, Any]) -> Check:
    wrong = [one["tenant"] for one in record["openings"] if not _opens(one, entry)]
    tested = {one["tenant"] for one in record["result"]["keys"]} - {one["tenant"] for one in record["openings"]}
    if wrong or tested or not record["openings"]:
        return Check("keys", False, f"do not open: {', '.join([*wrong, *sorted(tested)]) or 'none was opened'}")
    return Check("keys", True, number_of(len(record["openings"]), "key opens its commitment", "keys open their commitments"))


def _asked(folder: Path) -> list[str | None]:
    return [question_time(row) for row in read_rows(folder / "answers.jsonl")]


def in_time(record: Mapping[str, Any], entry: Mapping[str, Any], published: str | None, asked: Sequence[str | None]) -> Check:
    """Whether the commitment is older than the first question, and every answer says when it was asked."""
    whose = "the provider's clock, unless the hash was published"
    if published is not None:
        whose = _fixed_by(record, entry, published)
        if not whose:
            return Check("order", False, f"what was published is neither this commitment ({entry['hash']}) nor one of these keys before it")
    first = record["design"]["first_question"]
    if unseen := undated(asked):
        return Check("order", False, unseen)
    if (first, record["design"]["last_question"]) != first_and_last(asked):
        return Check("order", False, "the record tells other times of the first and last question than the answers")
    try:
        earlier = datetime.fromisoformat(entry["time"]) < datetime.fromisoformat(first)
    except (ValueError, TypeError) as error:
        return Check("order", False, f"times are not readable ({error})")
    told = f"committed {entry['time']}, first question {first} ({whose}); {_age(record)}"
    return Check("order", earlier, told)


def _age(record: Mapping[str, Any]) -> str:
    """Since when the tested keys are committed to: p counts in full against a suspect that is younger than that."""
    of_these = (one for one in record["commitment_log"] if all(_opens(key, one) for key in record["openings"]))
    oldest = next(of_these, None)
    if oldest is None:
        return "no entry commits to all tested keys"
    return (f"keys committed to since {oldest['time']}, entry {oldest['sequence']} ({oldest['hash'][:16]}…): if the suspect could be "
            "asked before, keys may have been tried on it")


def _fixed_by(record: Mapping[str, Any], entry: Mapping[str, Any], published: str) -> str:
    """What a published hash fixes; nothing where it is no entry up to the used one that commits to every tested key."""
    if published == entry["hash"]:
        return "the commitment is the one that was published"
    keys = {one["tenant"]: entry["commitments"].get(one["tenant"]) for one in record["openings"]}
    for number, one in enumerate(record["commitment_log"]):
        if one is entry:
            break
        if one.get("hash") == published and keys.items() <= one["commitments"].items():
            return (f"entry {number} was published, {one['time']}: it fixes the keys; that questions and kind of test were fixed "
                    "before the first question is the provider's clock")
    return ""


def as_committed(record: Mapping[str, Any], entry: Mapping[str, Any], inputs: Inputs) -> Check:
    """Whether mark, level, questions and kind of test are those that the entry commits to; what it leaves open is listed."""
    used, committed = record["design"], entry["design"]
    if "exclude" in committed and committed["exclude"] is None:  # by the kind of test
        committed = {**committed, "exclude": exclusion(inputs, None, record["result"]["statistic"])}
    for name in ("mark", "alpha", "n_decoys", "tokenizer", "mode", "exclude"):
        if name in committed and committed[name] != used[name]:
            return Check("design", False, f"{name} is not the committed one")
    if committed.get("forms_sha256", forms_digest()) != forms_digest():
        return Check("design", False, "the forms of choices are not those of this version: use the version that committed")
    early = committed.get("prompts_in_order")
    answers = [one for one in inputs.answers if inputs.mode == "read" or one.output.strip()]  # as ``ask``, which stores no blank ones
    blank = len(inputs.answers) - len(answers)
    but = f"; {blank:,} of {number_of(len(inputs.answers), 'answer')} {noun(blank, 'is', 'are')} blank, and none" if blank else ""
    if inputs.early != (early is not None):
        return Check("design", False, "a test that " + ("could" if early is not None else "could not") + " stop early was committed to")
    if early is not None:
        asked = in_order([one.prompt for one in answers])
        if asked != early[: len(asked)]:
            return Check("design", False, f"the questions are not the committed ones, the first of them in their order{but}")
    elif "prompts_sha256" in committed and committed["prompts_sha256"] != prompts_digest([one.prompt for one in answers]):
        return Check("design", False, f"the questions are not the committed ones, all of them and no others{but}")
    if "samples" in committed and not drawn_whole(answers, committed["samples"], early):
        wanted = f"{committed['samples']} of every question, numbered from 0"
        return Check("design", False, f"the answers are not the committed samples, {wanted}{but}")
    against = inputs.reference is not None or record["result"]["statistic"] == "weighted" or _choices_read(record)
    if committed.get("reference", against) != against:
        return Check("design", False, f"a test {'against' if committed['reference'] else 'without'} a reference was committed to")
    if "together" in committed and list(committed["together"]) != list(inputs.together):
        return Check("design", False, "the keys that are tested together are not the committed ones")
    left_out = set(entry["commitments"]) - {one["tenant"] for one in record["openings"]}
    whole = drawn_whole(answers, 1 + max(one.sample for one in inputs.answers), early)
    fixed = [("prompts_sha256", "questions"),
             ("samples", "samples of a question" + ("" if whole else " (some are missing, blank, or have no number of their own)")),
             ("mode", "whether answers are tested or read"), ("reference", "whether against a reference")]
    fixed += [("exclude", "what counts as shown to the suspect")] if record["result"]["statistic"] == "once" else []
    fixed += [("together", "which keys are tested together")] if inputs.together else []
    free = [what for name, what in fixed if name not in committed]
    told = "as committed" + (f"; {len(left_out)} committed keys were not tested" if left_out else "")
    return Check("design", True, told + (f"; left open by the commitment: {', '.join(free)}" if free else ""))


def drawn_whole(answers: Sequence[Answer], samples: int, early: Sequence[str] | None) -> bool:
    """Whether answers are so many samples of each of their questions, none chosen from more.

    Args:
        answers: of the suspect.
        samples: of a question, numbered from 0.
        early: the questions where they may stop early: then the answers are the first of the samples, in the order that ``ask`` draws.
    """
    asked = [(one.sample, one.prompt) for one in answers]
    prompts = list(dict.fromkeys(prompt for _, prompt in asked))
    drawn = list(islice(((sample, prompt) for sample in range(samples) for prompt in prompts), len(asked) + 1))
    if early is None:
        return sorted(asked) == sorted(drawn)
    return asked == drawn[: len(asked) if len(prompts) == len(early) else len(prompts)]


def _choices_read(record: Mapping[str, Any]) -> bool:
    """Choice marks are read against a reference always."""
    return bool(record["result"]["statistic"] == "choice" and record["design"]["mode"] == "read")


def _same(told: Any, computed: Any, where: str = "") -> str | None:
    """The first difference, or None."""
    if isinstance(computed, dict) and isinstance(told, dict):
        for name in sorted(set(told) | set(computed)):
            found = _same(told.get(name), computed.get(name), f"{where}.{name}".lstrip("."))
            if found:
                return found
        return None
    if isinstance(computed, list | tuple) and isinstance(told, list) and len(told) == len(computed):
        for index, (one, other) in enumerate(zip(told, computed, strict=True)):
            found = _same(one, other, f"{where}[{index}]")
            if found:
                return found
        return None
    if isinstance(told, int | float) and isinstance(computed, int | float) and not isinstance(told, bool):
        close = isclose(told, computed, rel_tol=TOLERANCE, abs_tol=TOLERANCE * 1e-9)  # infinity is close to nothing else
        return None if close else f"{where} is told as {told}, computed as {computed}"
    return None if told == computed else f"{where} is told as {told!r}, computed as {computed!r}"
