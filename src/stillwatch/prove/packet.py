"""The folder of a proof: what was asked, what was answered and why it counts. Anybody can check it.

    record.json      hypotheses, design, commitments, opened keys, statistics, alternatives, what would falsify it
    answers.jsonl    every question and answer that was tested
    reference.jsonl  texts of the reference, where one was used
    tokenizer.json   the marked model's tokenizer, where one was used
    report.html      the page for people
    manifest.json    SHA-256 of every file above
    manifest.sig     Ed25519 signature over the bytes of manifest.json, where a key was given
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

from stillwatch import __version__
from stillwatch.errors import InputError, MissingExtraError
from stillwatch.files import atomic_write, digest, make_private_folder, read_json, write_json
from stillwatch.prove.answers import FileTokenizer, Tokenizer, read_answers
from stillwatch.prove.attribution import Split
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.inputs import Inputs, exclusion_rule
from stillwatch.prove.keys import OpenedKey, decoy_seed, tenant_secret
from stillwatch.prove.schemes import Scheme, scheme
from stillwatch.prove.testing import MarkTest

FORMAT = "stillwatch proof 5"
SIGNATURE = "manifest.sig"
MAX_DECOYS = 100_000
"""Each decoy costs a test. More would take hours and make the rank p little finer."""
UNCOMMITTED = b"stillwatch: no commitment was made"
"""Seed of the decoys where no commitment fixes one."""

HYPOTHESES = {
    "null": "The suspect's text does not depend on the keys under test: nobody and nothing that wrote it knew them, or"
            " learnt from text that carries their marks.",
    "alternative": "The suspect was trained on text that carries a key's mark, or is fed such text while it answers.",
}
ALTERNATIVES = (
    ("trained on marked output", "what a small p-value under a committed key supports, by whatever way the text came"),
    ("exposure through the web", "marked answers that users published were crawled: then other tenants' keys light up in"
     " proportion to what they published. See the split, where other tenants were tested"),
    ("spoofing", "somebody learnt the mark's rule from answers and writes in it, or marked text stands in the suspect's"
     " prompts: the mark's statistics cannot exclude it. Secret, rotated keys and wider contexts make it dear"),
    ("alignment shift", "likeness of style to a teacher, which 'prove lineage' scores without any key: not tested here,"
     " and no part of this p-value"),
    ("chance", "bounded by the p-values after Holm's correction over every key that was tried"),
)
FALSIFIERS = (
    "a commitment that does not open, or is younger than the questions",
    "a suspect that could be asked before the keys were committed to: keys may have been tried on it, and p is worth as many"
    " times less as were tried",
    "questions of another's choice that show no mark: whoever knows the keys can pick questions whose answers go along with them",
    "decoy keys that fall under p <= 0.01 in clearly more than 1 % of cases: then tuples were not independent",
    "a rank p that does not agree with p",
    "the same p-value from a model that cannot have seen marked text (ask one, with the same questions)",
    "prompts that carry the mark and were not excluded",
    "other answers than these, where somebody else asks the suspect or the reference the same questions: whose answers these"
    " are is the provider's word",
)
NOT_CLAIMED = (
    "Who took the text, by what way, and with what intent.",
    "How much of the suspect's training text was marked: the strength depends on the training, not on the share alone.",
    "That the suspect is clean with chance p, or trained on marked text with chance 1 - p. p is the chance of a result like"
    " this if the null hypothesis holds; how likely that was before the test, no mark can say.",
    "That nothing else was tried: other suspects, questions, answers or references whose results are not in this record. The"
    " commitment fixes what it names, and Holm's correction covers the keys of this test alone.",
)


def mark_of(design: Mapping[str, Any]) -> Scheme | ChoiceMark:
    """The mark that a design describes.

    Args:
        design: of a commitment or a record. Older ones do not name the forms of choices; then these are not checked.

    Raises:
        InputError: it describes no mark, or one with other pairs or forms than this version has.
    """
    description = design["mark"]
    if description.get("scheme") == "choice":
        from stillwatch.prove.choices import forms_digest, pairs

        if design.get("forms_sha256", forms_digest()) != forms_digest():
            raise InputError("the forms of choices are not the committed ones", todo="Use the choices.txt of the version that committed")
        known = list(pairs().names)
        if description.get("pairs", known) != known:
            raise InputError("the pairs of choices are not those of this version", todo="Use the version of the record")
        try:
            return choice_mark(float(description["rate"]), int(description["buckets"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"not a choice mark ({type(error).__name__}: {error})", todo="rate and buckets are numbers") from error
    return scheme({name: value for name, value in description.items() if name != "pairs"})


def choice_mark(rate: float, buckets: int) -> ChoiceMark:
    """A choice mark whose parameters are checked.

    Args:
        rate: changed words in a hundred, above 0 and at most 100.
        buckets: classes of the word before, 1 to 1,000.

    Raises:
        InputError: one of them is out of range.
    """
    if not 0 < rate <= 100 or not 1 <= buckets <= 1000:
        raise InputError("--rate must be above 0 and at most 100, --buckets between 1 and 1,000")
    return ChoiceMark(rate, buckets)


def open_keys(entry: Mapping[str, Any], master: bytes, names: Sequence[str] = ()) -> tuple[OpenedKey, ...]:
    """Derive the keys that an entry commits to.

    Args:
        entry: of the commitment log.
        master: the master secret.
        names: tenants; none means all of the entry.

    Raises:
        InputError: a name is not committed to, or the entry was made with another master secret.
    """
    design = entry["design"]
    wanted = list(dict.fromkeys(names)) or sorted(entry["commitments"])  # a tenant that is named twice counts once
    opened = []
    for name in wanted:
        if name not in entry["commitments"]:
            raise InputError("no commitment to this tenant", where=name, todo="Commit before you test")
        key = tenant_secret(master, name, str(design["mark"]["scheme"]), str(design.get("epoch", "")))
        if key.commitment != entry["commitments"][name]:
            raise InputError("the key does not open its commitment", where=name, todo="Pass the master key it was made with")
        opened.append(key)
    return tuple(opened)


def write(
    folder: Path, inputs: Inputs, result: MarkTest, parts: Split | None, entries: Sequence[Mapping[str, Any]],
    entry: Mapping[str, Any] | None, suspect: Mapping[str, Any], made_at: datetime,
    extra: Mapping[str, Any] | None = None, reference: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write the folder of a proof, without its page; returns the record.

    The record contains the opened keys. Whoever holds it can set these marks, so the keys must be retired.

    Args:
        folder: to write to.
        inputs: of the test.
        result: of :func:`stillwatch.prove.inputs.run`.
        parts: the split of exposure, of the same function.
        entries: the commitment log.
        entry: the one that the test is under; None if there was no commitment.
        suspect: describes who gave the answers.
        made_at: time of the record, with its zone.
        extra: further keys of the record.
        reference: describes who gave the reference's answers; None without a reference.
    """
    make_private_folder(folder)
    first, last = first_and_last([answer.asked_at for answer in inputs.answers])
    write_json({"format": FORMAT}, folder / "record.json")  # marks the folder as a proof, so that a run that was killed can be repeated
    _write_evidence(folder, inputs)
    record = {
        "format": FORMAT, "version": __version__, "made_at": made_at.astimezone(UTC).isoformat(timespec="seconds"),
        **statements(),
        "design": {
            "mark": inputs.mark.describe(), "mode": inputs.mode, "exclude": exclusion_rule(inputs, inputs.exclude, result.statistic),
            "alpha": inputs.alpha,
            "n_decoys": inputs.n_decoys, "decoy_seed": inputs.seed.hex(), "together": list(inputs.together), "early": inputs.early,
            "tokenizer": None if inputs.tokenizer is None else inputs.tokenizer.name,
            "plain_keys": {name: list(key) for name, key in inputs.plain_keys.items()},
            "first_question": first, "last_question": last,
        },
        "commitment_log": [dict(logged) for logged in entries],
        "commitment": None if entry is None else entry["hash"],
        "openings": [{"tenant": key.tenant, "secret": key.secret.hex(), "nonce": key.nonce.hex()} for key in inputs.tenants],
        "exposure": {"harvested": dict(inputs.harvested), "published": dict(inputs.published), "campaigns": sorted(inputs.campaigns)},
        "suspect": dict(suspect), "reference": None if reference is None else dict(reference),
        "result": result.describe(), "split": None if parts is None else parts.describe(),
        **(extra or {}),
    }
    write_json(record, folder / "record.json")
    seal(folder)
    return record


def _write_evidence(folder: Path, inputs: Inputs) -> None:
    """Write the answers with their times and readings, and the reference and the tokenizer if they were used."""
    answers = [
        {"prompt": answer.prompt, "sample": answer.sample, "output": answer.output, "asked_at": answer.asked_at}
        | {name: reading for name in ("predicted", "weights", "shifts") if (reading := getattr(answer, name)) is not None}
        for answer in inputs.answers
    ]
    _write_lines(folder / "answers.jsonl", answers)
    (folder / "reference.jsonl").unlink(missing_ok=True)
    (folder / "tokenizer.json").unlink(missing_ok=True)
    if inputs.reference is not None:
        _write_lines(folder / "reference.jsonl", [{"prompt": answer.prompt, "output": answer.output} for answer in inputs.reference])
    if isinstance(inputs.tokenizer, FileTokenizer):
        shutil.copyfile(inputs.tokenizer.path, folder / "tokenizer.json")


def _write_lines(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    with atomic_write(path) as partial:
        partial.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def statements() -> dict[str, Any]:
    """The fixed texts of every record, in the types that JSON reads back."""
    return {"hypotheses": HYPOTHESES, "alternatives": [list(pair) for pair in ALTERNATIVES], "falsifiers": list(FALSIFIERS),
            "not_claimed": list(NOT_CLAIMED)}


def first_and_last(times: Sequence[str | None]) -> tuple[str | None, str | None]:
    """The earliest and the latest of times of :func:`question_time`, which may have different zones; None if there are none."""
    known = sorted((time for time in times if time is not None), key=datetime.fromisoformat)
    return (known[0], known[-1]) if known else (None, None)


def missing_times_words(times: Sequence[str | None]) -> str | None:
    """Why times of :func:`question_time` cannot show that a commitment came first: some are missing. None if none is."""
    lacking = sum(time is None for time in times)
    if times and not lacking:
        return None
    which = "the answers carry" if lacking == len(times) else f"{lacking:,} of {len(times):,} answers carry"
    return (f"{which} no time (with its zone): that the commitment came first cannot be seen. Whoever asks notes it, before each question, "
            "in the column asked_at (2026-11-30T12:00:00+00:00), as prove ask does; a time that is written in later is none")


def prompts_digest(prompts: Sequence[str]) -> str:
    """SHA-256 over the distinct prompts in any order. It commits to the questions without revealing them."""
    return hashlib.sha256(json.dumps(sorted(set(prompts))).encode()).hexdigest()


def ordered_prompt_hashes(prompts: Sequence[str]) -> list[str]:
    """Short hashes of the distinct prompts in order. With these, the first few of the committed questions can be checked, too."""
    return [hashlib.sha256(prompt.encode()).hexdigest()[:24] for prompt in dict.fromkeys(prompts)]


def seal(folder: Path, key: Path | None = None) -> None:
    """Write the manifest of the folder's files, and sign it if a key is given.

    Args:
        folder: of the proof.
        key: PEM file of an Ed25519 key, made if absent.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix != ".partial")
    listed = {path.name: digest(path) for path in files if path.name not in ("manifest.json", SIGNATURE)}
    write_json({"format": FORMAT, "files": listed}, folder / "manifest.json")
    (folder / SIGNATURE).unlink(missing_ok=True)
    if key is not None:
        signing = signatures()
        private = signing.signing_key(key)
        with atomic_write(folder / SIGNATURE) as partial:
            partial.write_bytes(signing.sign(private, (folder / "manifest.json").read_bytes()))


def demand_signer(key: Path | None) -> list[Path]:
    """Check that signing will work, before the work that is to be signed; returns the files that it will write next to the key.

    Raises:
        MissingExtraError: the library for signatures is not installed.
        InputError: the file does not hold a key.
    """
    if key is None:
        return []
    signing = signatures()
    if not key.exists():
        return [signing.public_path(key)]
    signing.signing_key(key)
    return []


def signatures() -> Any:
    """The module of signatures, imported late because its library is an extra.

    Raises:
        MissingExtraError: the library is not installed.
    """
    try:
        from stillwatch.keys import signing
    except ModuleNotFoundError as error:
        raise MissingExtraError("signatures need cryptography", todo="pip install '.[prove]' in a checkout of Stillwatch") from error
    return signing


def load(folder: Path) -> tuple[dict[str, Any], Inputs]:
    """Read a proof: its record, and the inputs of its test.

    Raises:
        InputError: the folder is not a proof of this format, or its record is incomplete or inconsistent.
    """
    if not (folder / "record.json").is_file():
        raise InputError("not a proof (no record.json)", where=folder, todo="Pass the folder that prove test --out wrote")
    record = read_json(folder / "record.json")
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise InputError("not a proof of this format", where=folder / "record.json", todo=f"Expected {FORMAT!r}")
    try:
        design = record["design"]
        tokenizer_name = design["tokenizer"]
        coder: Tokenizer | None = None
        if tokenizer_name == "bytes":
            from stillwatch.prove.answers import ByteTokenizer

            coder = ByteTokenizer()
        elif tokenizer_name is not None:
            coder = FileTokenizer(folder / "tokenizer.json")
            if coder.name != tokenizer_name:
                raise InputError("the tokenizer is not the one of the record", where=folder / "tokenizer.json")
        reference = folder / "reference.jsonl"
        inputs = Inputs(
            mark=mark_of(design),
            tenants=tuple(OpenedKey(opening["tenant"], bytes.fromhex(opening["secret"]), bytes.fromhex(opening["nonce"]))
                          for opening in record["openings"]),
            answers=tuple(read_answers(folder / "answers.jsonl", repeats=True)), seed=bytes.fromhex(design["decoy_seed"]),
            plain_keys={name: tuple(key) for name, key in design["plain_keys"].items()},
            reference=tuple(read_answers(reference)) if reference.is_file() else None,
            tokenizer=coder, mode=design["mode"], exclude=design["exclude"], n_decoys=int(design["n_decoys"]),
            alpha=float(design["alpha"]), harvested=record["exposure"]["harvested"],
            published=record["exposure"]["published"], campaigns=tuple(record["exposure"].get("campaigns", ())),
            together=tuple(design.get("together", ())), early=bool(design.get("early", False)),
        )
        _demand_usable(record, inputs)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(f"the record is incomplete ({type(error).__name__}: {error})", where=folder / "record.json") from error
    return record, inputs


def _demand_usable(record: Mapping[str, Any], inputs: Inputs) -> None:
    """Refuse a record with values that could not be computed with or shown.

    Raises:
        ValueError: names the first such part.
    """
    exposed = [number for part in (inputs.harvested, inputs.published) for number in dict(part).values()]
    for what, fits in {
        "mode": inputs.mode in ("written", "read"), "exclude": inputs.exclude in (None, "window", "tuple"),
        "alpha": 0 < inputs.alpha < 1, "n_decoys": 0 < inputs.n_decoys <= MAX_DECOYS,
        "exposure": all(isinstance(number, int | float) and isfinite(number) for number in exposed),
        "suspect": isinstance(record["suspect"], dict), "openings": all(isinstance(key.tenant, str) for key in inputs.tenants),
        "openings, which hold a key twice": distinct_keys(record["openings"]),
        "reference": isinstance(record["reference"], dict) if inputs.reference is not None else record["reference"] is None,
    }.items():
        if not fits:
            raise ValueError(what)


def distinct_keys(openings: Sequence[Mapping[str, Any]]) -> bool:
    """Whether no tenant and no key occurs twice. Sums over keys take these for independent."""
    return all(len({opening[name] for opening in openings}) == len(openings) for name in ("tenant", "secret"))


@dataclass(frozen=True)
class Check:
    """One step of verification."""

    name: str
    passed: bool
    detail: str


def expected_seed(record: Mapping[str, Any]) -> bytes:
    """The decoy seed that the record's commitment fixes; :data:`UNCOMMITTED` if there is none."""
    for entry in record["commitment_log"]:
        if entry["hash"] == record["commitment"]:
            return decoy_seed(entry)
    return UNCOMMITTED
