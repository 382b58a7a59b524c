"""Verify a proof offline. Only the packet is needed, and every number is computed again.

The checks, in order:

1. every file matches its digest in the manifest, and the record has the fixed texts of this format
2. the commitment log is an unbroken hash chain
3. every opened key matches its commitment
4. the commitment is older than the first question, and every answer has the time of its question
5. the design (mark, level, decoys, questions, kind of test) is the committed one, as far as the commitment fixes it
6. the decoy seed is derived from the commitment
7. the statistics follow from the answers, and the record states where its reference falls short
8. canaries, if there are any: the commitment is older than their questions, and their p-value follows from the answers
9. the signature belongs to the given public key, if one is given

The checks show that the numbers follow from the files. They cannot show that no other answers were collected and no other tests were
run. Whatever the commitment fixes (questions, samples, a reference) cannot be chosen afterwards; check 5 lists what it leaves open.
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
from stillwatch.prove.canary import DRAWS, SEED, Canary, Design, caveat, rerun_test
from stillwatch.prove.choices import forms_digest
from stillwatch.prove.inputs import Inputs, exclusion_rule, reference_gap, run
from stillwatch.prove.keys import broken_entry, commitment
from stillwatch.prove.packet import (
    SIGNATURE,
    Check,
    distinct_keys,
    expected_seed,
    first_and_last,
    load,
    missing_times_words,
    ordered_prompt_hashes,
    prompts_digest,
    signatures,
    statements,
)
from stillwatch.rows import read_rows
from stillwatch.terminal.counting import noun, number_of

UNLISTED = {"report.html", "manifest.json", SIGNATURE}
"""Files of a proof that its manifest does not list."""
TOLERANCE = 1e-6
"""Relative tolerance: far tails of distributions differ in the last digits between builds of scipy."""


def verify(folder: Path, published: str | None = None, public_key: Path | None = None) -> list[Check]:
    """Run all checks on a proof.

    Args:
        folder: of the proof.
        published: the commitment's hash, as it was published outside the proof.
        public_key: PEM file of the expected signer, obtained outside the proof.

    Returns:
        The checks in the order of the module's list. The proof holds if all of them passed.

    Raises:
        InputError: the folder is not a proof, or its record cannot be interpreted.
    """
    try:
        return _checks(folder, published, public_key)
    except (LookupError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        # the record is untrusted input: an inconsistency of any kind is a failed proof, not a fault of this program
        raise InputError(f"the record does not fit together ({type(error).__name__}: {error})", where=folder) from error


def _checks(folder: Path, published: str | None, public_key: Path | None) -> list[Check]:
    record, inputs = load(folder)
    checks = [_files(folder), _texts(record), _chain(record)]
    entry = _entry_of(record, record["commitment"])
    if entry is None:
        checks.append(Check("commitment", False, "no commitment was made: the keys may have been chosen to fit"))
    else:
        checks += [_openings(record, entry), commitment_time(record, entry, published, _question_times(folder)),
                   as_committed(record, entry, inputs)]
    seed = expected_seed(record)
    checks.append(Check("decoys", inputs.seed == seed, "derived from the commitment" if inputs.seed == seed
                        else "their seed is not the commitment's"))
    try:
        result, parts = run(inputs)
        gap = reference_gap(inputs)
        compared = [
            _first_difference(record["result"], result.describe()), _first_difference(record["split"], parts and parts.describe()),
            _first_difference((record["reference"] or {}).get("gap"), gap, "reference.gap"),
        ]
        differences = [difference for difference in compared if difference]
        agreement = "computed anew: the same" + (f"; {gap}" if gap else "")
        checks.append(Check("statistics", not differences, differences[0] if differences else agreement))
    except InputError as error:
        checks.append(Check("statistics", False, str(error)))
    if "canary" in record:
        checks.append(canaries_kept(record))
    if public_key is not None:
        checks.append(_signature(folder, public_key))
    return checks


def _texts(record: Mapping[str, Any]) -> Check:
    """Whether the fixed texts (claims, caveats) are unchanged, so that nobody can leave a caveat out."""
    for name, text in statements().items():
        if record.get(name) != text:
            return Check("texts", False, f"{name.replace('_', ' ')}: not as every proof of this format has it")
    return Check("texts", True, "hypotheses, other explanations, what would falsify it and what is not claimed: as in every proof")


def _entry_of(record: Mapping[str, Any], hash_: str | None) -> Mapping[str, Any] | None:
    """The entry of the commitment log with a hash, or None."""
    return next((entry for entry in record["commitment_log"] if entry.get("hash") == hash_), None)


def canaries_late(canary: Mapping[str, Any]) -> str | None:
    """Why the answers to canary questions do not show that the commitment came first, or None if they show it.

    Args:
        canary: the result of ``prove canary test``.
    """
    asked_at = [question_time(answer) for answers in canary["answers"].values() for answer in answers]
    first, _ = first_and_last(asked_at)
    if first is not None and datetime.fromisoformat(canary["committed_at"]) >= datetime.fromisoformat(first):
        return f"committed {canary['committed_at']}, first question {first}: the commitment did not come first"
    return missing_times_words(asked_at)


def canaries_kept(record: Mapping[str, Any]) -> Check:
    """Whether the canaries hold: committed to before their questions, keys that open, and a p-value that follows from the answers."""
    canary = record["canary"]
    try:
        entry = _entry_of(record, canary.get("commitment"))
        if entry is None:
            return Check("canaries", False, "no commitment in the log is theirs")
        design = Design(tuple(Canary.from_record(described) for described in canary["canaries"]))
        if entry["design"]["mark"] != design.describe():
            return Check("canaries", False, "they are not the committed ones")
        if (canary["draws"], canary["seed"]) != (DRAWS, SEED):
            return Check("canaries", False, "their counterfactual draws are not those of every proof")
        if not distinct_keys(canary["openings"]):
            return Check("canaries", False, "a unit or a key is counted twice")
        if {opening["tenant"] for opening in canary["openings"]} != set(canary["units"]):
            return Check("canaries", False, "not every unit's key was opened")
        wrong = [opening["tenant"] for opening in canary["openings"] if not _opens_commitment(opening, entry)]
        if wrong:
            return Check("canaries", False, f"keys do not open: {', '.join(wrong)}")
        if canary["committed_at"] != entry["time"]:
            return Check("canaries", False, "the time of their commitment is not the log's")
        if canary["caveat"] != (left_open := caveat(canary["units"], entry["commitments"])):
            return Check("canaries", False, f"the record does not say what it must: {left_open}")
        if late := canaries_late(canary):
            return Check("canaries", False, late)
        computed = rerun_test(canary)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        return Check("canaries", False, f"the record of the canaries is incomplete ({type(error).__name__}: {error})")
    difference = _first_difference({name: canary.get(name) for name in asdict(computed)}, asdict(computed))
    return Check("canaries", not difference, difference or f"committed {entry['time']}, computed anew: the same; {left_open}")


def _opens_commitment(opening: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Whether an opened key is the one that a log entry commits to."""
    opened = commitment(opening["tenant"], bytes.fromhex(opening["secret"]), bytes.fromhex(opening["nonce"]))
    return bool(entry["commitments"].get(opening["tenant"]) == opened)


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
    present = {path.name for path in folder.iterdir() if path.is_dir() or path.name not in UNLISTED}
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
    wrong = [opening["tenant"] for opening in record["openings"] if not _opens_commitment(opening, entry)]
    tested = {key["tenant"] for key in record["result"]["keys"]}
    unopened = tested - {opening["tenant"] for opening in record["openings"]}
    if wrong or unopened or not record["openings"]:
        return Check("keys", False, f"do not open: {', '.join([*wrong, *sorted(unopened)]) or 'none was opened'}")
    return Check("keys", True, number_of(len(record["openings"]), "key opens its commitment", "keys open their commitments"))


def _question_times(folder: Path) -> list[str | None]:
    return [question_time(row) for row in read_rows(folder / "answers.jsonl")]


def commitment_time(record: Mapping[str, Any], entry: Mapping[str, Any], published: str | None, asked_at: Sequence[str | None]) -> Check:
    """Whether the commitment is older than the first question, and every answer has the time of its question.

    Args:
        record: of the proof.
        entry: of the commitment log, which the proof is under.
        published: a hash that was published, which must be this entry's or that of an earlier one with the same keys.
        asked_at: (n_answers,) time of each answer's question, ISO 8601, or None where it is unknown.
    """
    fixed_by = "the provider's clock, unless the hash was published"
    if published is not None:
        fixed_by = _published_scope(record, entry, published)
        if not fixed_by:
            return Check("order", False, f"what was published is neither this commitment ({entry['hash']}) nor one of these keys before it")
    first = record["design"]["first_question"]
    if missing := missing_times_words(asked_at):
        return Check("order", False, missing)
    if (first, record["design"]["last_question"]) != first_and_last(asked_at):
        return Check("order", False, "the record and the answers differ in the times of the first and last question")
    try:
        earlier = datetime.fromisoformat(entry["time"]) < datetime.fromisoformat(first)
    except (ValueError, TypeError) as error:
        return Check("order", False, f"times are not readable ({error})")
    return Check("order", earlier, f"committed {entry['time']}, first question {first} ({fixed_by}); {_key_age(record)}")


def _key_age(record: Mapping[str, Any]) -> str:
    """Since when all tested keys have been committed to.

    p counts in full only against a suspect that could not be asked before: on an older one, keys may have been tried first.
    """
    with_all_keys = (
        entry for entry in record["commitment_log"] if all(_opens_commitment(opening, entry) for opening in record["openings"])
    )
    oldest = next(with_all_keys, None)
    if oldest is None:
        return "no entry commits to all tested keys"
    return (f"keys committed to since {oldest['time']}, entry {oldest['sequence']} ({oldest['hash'][:16]}…): if the suspect could be "
            "asked before, keys may have been tried on it")


def _published_scope(record: Mapping[str, Any], entry: Mapping[str, Any], published: str) -> str:
    """What a published hash fixes, in words; "" if it is neither the entry's nor that of an earlier one with every tested key."""
    if published == entry["hash"]:
        return "the commitment is the one that was published"
    keys = {opening["tenant"]: entry["commitments"].get(opening["tenant"]) for opening in record["openings"]}
    for number, earlier in enumerate(record["commitment_log"]):
        if earlier is entry:
            break
        if earlier.get("hash") == published and keys.items() <= earlier["commitments"].items():
            return (f"entry {number} was published, {earlier['time']}: it fixes the keys; that questions and kind of test were fixed "
                    "before the first question is the provider's clock")
    return ""


def as_committed(record: Mapping[str, Any], entry: Mapping[str, Any], inputs: Inputs) -> Check:
    """Whether mark, level, questions and kind of test are those that the entry commits to.

    Args:
        record: of the proof; of it, ``design``, ``result`` and ``openings`` are read.
        entry: of the commitment log, which the proof is under.
        inputs: of the test.

    Returns:
        The check; its detail names the first difference, or lists what the commitment leaves open.
    """
    used, committed = record["design"], entry["design"]
    if "exclude" in committed and committed["exclude"] is None:  # left to the default, which depends on the kind of test
        committed = {**committed, "exclude": exclusion_rule(inputs, None, record["result"]["statistic"])}
    for name in ("mark", "alpha", "n_decoys", "tokenizer", "mode", "exclude"):
        if name in committed and committed[name] != used[name]:
            return Check("design", False, f"{name} is not the committed one")
    if committed.get("forms_sha256", forms_digest()) != forms_digest():
        return Check("design", False, "the forms of choices are not those of this version: use the version that committed")
    early = committed.get("prompts_in_order")
    # ``ask`` stores no blank answers, so files from elsewhere that have some are compared without them
    answers = [answer for answer in inputs.answers if inputs.mode == "read" or answer.output.strip()]
    blank = len(inputs.answers) - len(answers)
    but_blank = f"; {blank:,} of {number_of(len(inputs.answers), 'answer')} {noun(blank, 'is', 'are')} blank, and none" if blank else ""
    if inputs.early != (early is not None):
        return Check("design", False, "a test that " + ("could" if early is not None else "could not") + " stop early was committed to")
    if early is not None:
        asked = ordered_prompt_hashes([answer.prompt for answer in answers])
        if asked != early[: len(asked)]:
            return Check("design", False, f"the questions are not the committed ones, the first of them in their order{but_blank}")
    elif "prompts_sha256" in committed and committed["prompts_sha256"] != prompts_digest([answer.prompt for answer in answers]):
        return Check("design", False, f"the questions are not the committed ones, all of them and no others{but_blank}")
    if "samples" in committed and not is_whole_sample(answers, committed["samples"], early):
        wanted = f"{committed['samples']} of every question, numbered from 0"
        return Check("design", False, f"the answers are not the committed samples, {wanted}{but_blank}")
    against = inputs.reference is not None or record["result"]["statistic"] == "weighted" or _is_choice_reading(record)
    if committed.get("reference", against) != against:
        return Check("design", False, f"a test {'against' if committed['reference'] else 'without'} a reference was committed to")
    if "together" in committed and list(committed["together"]) != list(inputs.together):
        return Check("design", False, "the keys that are tested together are not the committed ones")
    left_out = set(entry["commitments"]) - {opening["tenant"] for opening in record["openings"]}
    whole = is_whole_sample(answers, 1 + max(answer.sample for answer in inputs.answers), early)
    fixable = [("prompts_sha256", "questions"),
               ("samples", "samples of a question" + ("" if whole else " (some are missing, blank, or have no number of their own)")),
               ("mode", "whether answers are tested or read"), ("reference", "whether against a reference")]
    fixable += [("exclude", "what counts as shown to the suspect")] if record["result"]["statistic"] == "once" else []
    fixable += [("together", "which keys are tested together")] if inputs.together else []
    left_open = [what for name, what in fixable if name not in committed]
    detail = "as committed" + (f"; {len(left_out)} committed keys were not tested" if left_out else "")
    return Check("design", True, detail + (f"; left open by the commitment: {', '.join(left_open)}" if left_open else ""))


def is_whole_sample(answers: Sequence[Answer], samples: int, early: Sequence[str] | None) -> bool:
    """Whether the answers are exactly ``samples`` of each of their questions, so that none can have been picked from more.

    Args:
        answers: of the suspect.
        samples: answers to each question, numbered from 0.
        early: the committed questions in their order if the test may stop early, else None. If it may, the answers must be the first
            ones in the order in which ``ask`` draws: all questions once, then all of them again.
    """
    asked = [(answer.sample, answer.prompt) for answer in answers]
    prompts = list(dict.fromkeys(prompt for _, prompt in asked))
    drawn = list(islice(((sample, prompt) for sample in range(samples) for prompt in prompts), len(asked) + 1))
    if early is None:
        return sorted(asked) == sorted(drawn)
    return asked == drawn[: len(asked) if len(prompts) == len(early) else len(prompts)]


def _is_choice_reading(record: Mapping[str, Any]) -> bool:
    """Whether this is reading mode of choice marks, which always has a reference."""
    return bool(record["result"]["statistic"] == "choice" and record["design"]["mode"] == "read")


def _first_difference(recorded: Any, computed: Any, where: str = "") -> str | None:
    """The first difference between recorded and computed JSON values, in words, or None.

    Args:
        recorded: in the proof.
        computed: from its answers.
        where: path of the values in the record, such as ``reference.gap``.
    """
    if isinstance(computed, dict) and isinstance(recorded, dict):
        for name in sorted(set(recorded) | set(computed)):
            difference = _first_difference(recorded.get(name), computed.get(name), f"{where}.{name}".lstrip("."))
            if difference:
                return difference
        return None
    if isinstance(computed, list | tuple) and isinstance(recorded, list) and len(recorded) == len(computed):
        for index, (left, right) in enumerate(zip(recorded, computed, strict=True)):
            difference = _first_difference(left, right, f"{where}[{index}]")
            if difference:
                return difference
        return None
    if isinstance(recorded, int | float) and isinstance(computed, int | float) and not isinstance(recorded, bool):
        close = isclose(recorded, computed, rel_tol=TOLERANCE, abs_tol=TOLERANCE * 1e-9)  # infinity is close to nothing else
        return None if close else f"{where} is recorded as {recorded}, computed as {computed}"
    return None if recorded == computed else f"{where} is recorded as {recorded!r}, computed as {computed!r}"
