"""The commands that question a suspect or a stand-in for one: ask, rehearse, read."""

import sys
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from math import inf, log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stillwatch.errors import InputError
from stillwatch.files import make_private_folder, read_json, write_json
from stillwatch.prove import choice_reading, packet
from stillwatch.prove.answers import Answer, Store, Tokenizer, lock_answers, read_answers, read_prompts, tokenizer
from stillwatch.prove.arguments import Args, commitment, demand_distinct_paths, read_master_secret, say, tokenizer_of, tuples_of
from stillwatch.prove.canary import canaries
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import read_commitments
from stillwatch.prove.schemes import Gumbel, Kgw
from stillwatch.prove.sequential import LOOKS, EProcess, looked_log_p
from stillwatch.prove.statistics import show_p
from stillwatch.prove.suspects import Endpoint, Folder, Sampling, Suspect, ask_missing, cost
from stillwatch.prove.testing import choice_looks
from stillwatch.rows import read_rows
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track
from stillwatch.throttling.pacing import Pace


def ask(args: Args) -> Any:
    """Question a suspect; answers go to ``args.out`` as they come.

    Raises:
        InputError: options contradict each other or are out of range, or the suspect does not answer.
    """
    prompts = read_prompts(args.prompts, args.prompt_column)
    sampling = Sampling(args.max_tokens, args.temperature, args.top_p)
    if args.samples < 1 or args.max_tokens < 1 or not (args.rate is None or 0 < args.rate < inf):
        raise InputError("--samples, --max-tokens and --rate must be above 0")
    if not 0 <= args.temperature < inf or not 0 < args.top_p <= 1:
        raise InputError("--temperature must be 0 or more, --top-p above 0 and at most 1")
    if not all(price is None or 0 <= price < inf for price in (args.price_in, args.price_out)):
        raise InputError("--price-in and --price-out must be 0 or more")
    if args.samples > 1 and args.temperature == 0:
        raise InputError(f"--samples {args.samples} at --temperature 0 pays for the same answer again and again",
                         todo="Ask for one sample, or at a temperature above 0")
    if args.reference is not None and args.stop_at_p is None:
        raise InputError("--reference needs --stop-at-p", todo="Ask the reference's questions of it, and pass its answers to prove test")
    demand_distinct_paths(args, "out", beside=[_suspect_file(args.out)])
    next_step = _next_command(args, prompts)  # before anything is paid for: it fails on a log that cannot be read
    with lock_answers(args.out):
        summary = _ask(args, prompts, sampling)
    say(args, f"Next: {next_step}")
    return summary


def _next_command(args: Args, prompts: list[str]) -> str:
    """The command to run after these questions, which depends on the canaries or the commitment that they belong to."""
    if {*prompts} <= {question for canary in canaries() for question in canary.questions}:
        return f"stillwatch prove canary test {args.out} --units UNITS --out canary.json"
    prompts_sha256 = packet.prompts_digest(prompts)
    entries = read_commitments(args.log) if args.log.is_file() else []
    designs = [entry["design"] for entry in entries if entry["design"].get("prompts_sha256") == prompts_sha256]
    if not designs:
        return f"stillwatch prove plan {args.out}, if this was a pilot: no commitment of {args.log} fixes these questions"
    if designs[-1].get("reference") is False:
        return f"stillwatch prove test {args.out} --out proof"
    return ("with the same questions asked of the suspect and of a model that cannot have learnt the mark, "
            "stillwatch prove test SUSPECT'S --reference OTHER'S --out proof")


def _ask(args: Args, prompts: list[str], sampling: Sampling) -> Any:
    """:func:`ask` while this process holds the lock on the file of answers."""
    questions = [(prompt, sample) for sample in range(args.samples) for prompt in prompts]
    store = Store(args.out)
    missing = store.missing(questions)
    estimate = cost(missing, sampling, args.rate, args.price_in, args.price_out)
    stop, watch = None, None
    if args.stop_at_p is not None:
        watch = _SequentialTest(args, store)
        stop = watch.enough
    suspect = _suspect(args)
    described = suspect.describe()
    plan = f"To be asked of {described.get('model') or described['path']} at {described.get('url', 'a folder')}: {estimate}"
    if missing and args.yes:
        say(args, plan)
        sys.stdout.flush()  # a pipe would otherwise get the line only after the minutes of questioning
    elif missing:
        print(plan, file=sys.stderr)
        if not sys.stdin.isatty() or not _is_confirmed():
            raise InputError("not started", todo="Answer y, or pass --yes")
    _demand_same_suspect(args.out, store, {**described, "sampling": asdict(sampling)})
    stored_before = len(store.rows)
    asked = ask_missing(suspect, questions, store, sampling, rate_per_min=args.rate, stop=stop, quiet=args.quiet)
    unanswered = asked - (len(store.rows) - stored_before)
    say(args, f"{asked:,} asked, {number_of(len(store.rows), 'answer')} in {args.out}")
    if unanswered:
        say(args, f"{number_of(unanswered, 'question')} had no answer (a completion without text): not stored, and asked again by the "
                  "next run")
    cut = 0
    if isinstance(suspect, Folder) and (cut := suspect.cut):
        say(args, f"{number_of(cut, 'prompt', 'prompts')} left no room for an answer in the model's {suspect.window:,} tokens: only the "
                  "end was shown. Shorten them, or lower --max-tokens")
    if watch is not None:
        say(args, f"p of the best key, stopping allowed for: {show_p(watch.log_p)}")
    return {"asked": asked, "answers": len(store.rows), "unanswered": unanswered, "cut": cut}


def _is_confirmed() -> bool:
    """Whether the user confirms; an end of input (Ctrl-D) is a no."""
    with suppress(EOFError):
        return input("Start? [y/N] ").strip().lower() in ("y", "yes")
    return False


class _SequentialTest:
    """The sequential test during questioning, with Bonferroni's correction over keys.

    Marks on tokens are tested whenever the number of answers has grown by a twentieth, choice marks at the fixed :data:`LOOKS`.
    """

    def __init__(self, args: Args, store: Store) -> None:
        entry, design = commitment(args)
        mark = packet.mark_of(design)
        if not 0 < args.stop_at_p < 1:
            raise InputError("--stop-at-p must lie between 0 and 1")
        if not isinstance(mark, ChoiceMark | Kgw | Gumbel):
            raise InputError(f"questions about {mark.name} marks cannot stop early", todo="Ask a fixed number, without --stop-at-p")
        if "prompts_sha256" in design and "prompts_in_order" not in design:
            raise InputError("the commitment wants every question asked", where=args.log,
                             todo="Commit again with --early, or leave --stop-at-p out")
        if isinstance(mark, ChoiceMark) and design.get("reference") and args.reference is None:
            raise InputError("a test against a reference was committed to", todo="Ask the reference first, and pass --reference FILE")
        self.mark, self.coder, self.exclude = mark, tokenizer_of(args.tokenizer, mark), design.get("exclude")
        self.opened = packet.open_keys(entry, read_master_secret(args))
        self.baseline: npt.NDArray[np.int64] | None = None
        if args.reference is not None:
            if not isinstance(mark, ChoiceMark):
                raise InputError("marks on tokens are watched without a reference", todo="Leave --reference out")
            reference = read_answers(args.reference)
            self.baseline, _ = mark.counts_beyond([answer.output for answer in reference], [answer.prompt for answer in reference])
        self.store, self.level, self.log_p, self.next_look = store, log(args.stop_at_p), 0.0, 1

    def enough(self) -> bool:
        """Whether p of the best key, corrected for the number of keys, is at or below the level."""
        if len(self.store.rows) < self.next_look:
            return False
        answers = [Answer(row["prompt"], row["output"]) for row in self.store.rows.values()]
        if isinstance(self.mark, ChoiceMark):
            looks = choice_looks(self.mark, [answer.output for answer in answers], [opened.key for opened in self.opened],
                                 done=self.next_look - 1, prompts=[answer.prompt for answer in answers], reference=self.baseline)
            best = min(looked_log_p(log_ps) for log_ps in looks)
            self.next_look = next((look for look in LOOKS if look > len(answers)), sys.maxsize)
        else:
            # looking seldom loses nothing: the p-value is the best over all moments, those between looks included
            self.next_look = len(answers) + max(1, len(answers) // 20)
            tuples = tuples_of(answers, self.mark, self.coder, self.exclude)
            keys = [self.mark.key(opened.secret) for opened in self.opened]
            best = min(EProcess(self.mark.null).add(self.mark.numbers(tuples, key)) for key in keys)
        self.log_p = min(self.log_p, best + log(len(self.opened)))
        return self.log_p <= self.level


def rehearse(args: Args) -> Any:
    """Serve a file of answers as if they were a suspect's, until interrupted."""
    from stillwatch.prove.rehearsal import server

    rows = [row for row in read_rows(args.answers) if args.tenant is None or row.get("tenant") == args.tenant]
    outputs = [row[args.output_column] for row in rows if isinstance(row.get(args.output_column), str)]
    if not outputs:
        raise InputError("no answers to serve", where=args.answers, todo="Pass --output-column, or another --tenant")
    serving = server(outputs, args.port)
    port = serving.server_address[1]
    say(args, f"{number_of(len(outputs), 'answer stands', 'answers stand')} in for a suspect at http://127.0.0.1:{port}/v1 until Ctrl-C")
    say(args, f"Next, in another terminal: stillwatch prove ask --url http://127.0.0.1:{port}/v1 --model rehearsal --prompts prompts.txt "
              f"--yes --out {'base' if args.tenant is None else 'asked'}.jsonl")
    sys.stdout.flush()
    try:
        serving.serve_forever()
    except KeyboardInterrupt:
        serving.server_close()
    return None


def read(args: Args) -> Any:
    """Reading mode: what a suspect would write next at each token of kept answers.

    Marks on tokens are read from the predictions of a model folder, or of an endpoint with echo and logprobs; choice marks from the
    log-odds of two model folders.

    Raises:
        InputError: options contradict each other or are out of range, or the suspect cannot be read.
    """
    demand_distinct_paths(args, "out", beside=[_suspect_file(args.out)])
    coder = None if args.tokenizer is None else tokenizer(args.tokenizer)
    kept = _number_samples(read_answers(args.answers, args.prompt_column, args.output_column))
    if coder is None and (args.folder is None or args.reference_folder is None):
        raise InputError("choice marks are read with --folder and --reference-folder", todo="For marks on tokens, pass --tokenizer")
    if not (args.rate is None or 0 < args.rate < inf):
        raise InputError("--rate must be above 0")
    with lock_answers(args.out):
        return _read(args, kept, coder)


def _read(args: Args, kept: list[Answer], coder: Tokenizer | None) -> Any:
    """:func:`read` while this process holds the lock on the file of answers."""
    store, suspect = Store(args.out), _suspect(args)
    reference = None if args.reference_folder is None else Folder(args.reference_folder)
    missing = [answer for answer in kept if answer.key not in store.rows]
    described = suspect.describe() | ({} if reference is None else {"reference": reference.describe()})
    _demand_same_suspect(args.out, store, described)
    n_places, n_predicted, pace = 0, 0, Pace(args.rate or 0.0)
    for answer in track(missing, "reading", len(missing), quiet=args.quiet):
        pace.wait()
        row: dict[str, Any] = {"prompt": answer.prompt, "sample": answer.sample, "output": answer.output,
                               "asked_at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        if coder is None:
            row["shifts"] = _choice_shifts(suspect, reference, answer)
            added, predicted = len(row["shifts"]), len(row["shifts"])
        else:
            row |= _predictions(suspect, reference, answer, coder, pace)
            added, predicted = len(row["predicted"]), sum(value >= 0 for value in row["predicted"])
        store.put(row)
        n_places += added
        n_predicted += predicted
    counted = number_of(n_places, "place")
    summary = f"{counted} of choice marks" if coder is None else f"{n_predicted:,} of {counted} predicted"
    say(args, f"{number_of(len(missing), 'answer')} read, {summary}")
    say(args, f"Next: stillwatch prove test {args.out} --mode read --out proof")
    return {"read": len(missing), "places": n_places, "predicted": n_predicted}


def _number_samples(answers: list[Answer]) -> list[Answer]:
    """Answers with the sample number that their order among those to the same prompt gives, so that a resumed run misses none."""
    seen: Counter[str] = Counter()
    numbered = []
    for answer in answers:
        numbered.append(replace(answer, sample=seen[answer.prompt]))
        seen[answer.prompt] += 1
    return numbered


def _predictions(suspect: Suspect, reference: Folder | None, answer: Answer, coder: Tokenizer, pace: Pace) -> dict[str, Any]:
    """What the suspect would write next at each token and, given a reference model, by how much it departs from that one."""
    if isinstance(suspect, Folder):
        row: dict[str, Any] = {"predicted": suspect.predictions(answer.prompt, answer.output, coder)}
    elif isinstance(suspect, Endpoint):
        row = {"predicted": align_tokens(suspect.top_tokens(answer.prompt + answer.output, pace), answer.prompt, answer.output, coder)}
    else:
        raise InputError("reading mode needs --folder or --url")
    if reference is not None:
        if not isinstance(suspect, Folder):
            raise InputError("--reference-folder needs --folder")
        row["weights"] = suspect.weights(reference, answer.prompt, answer.output, coder)
    return row


def _choice_shifts(suspect: Suspect, reference: Folder | None, answer: Answer) -> list[float]:
    """Log-odds (nats) of the second form at each place of a choice, suspect minus reference."""
    if not isinstance(suspect, Folder) or reference is None:
        raise InputError("choice marks are read with --folder and --reference-folder")
    prompt, text = (choice_reading.redraw_forms(part, answer.key) for part in (answer.prompt, answer.output))
    forms = [place.forms for place in choice_reading.form_places(text)]
    of_suspect, of_reference = (model.log_odds(prompt, forms) for model in (suspect, reference))
    return [round(a - b, 4) for a, b in zip(of_suspect, of_reference, strict=True)]


def _suspect(args: Args) -> Suspect:
    """The suspect that the options name."""
    if (args.url is None) == (args.folder is None):
        raise InputError("pass either --url with --model, or --folder")
    if args.folder is not None:
        return Folder(args.folder, seed=args.seed)
    if not args.model:
        raise InputError("--model is missing")
    return Endpoint(args.url, args.model, key_variable=args.api_key_env, chat=not args.completions)


def _demand_same_suspect(out: Path, store: Store, described: dict[str, Any]) -> None:
    """Note whose answers a file holds; refuse to mix those of two suspects, or of two settings.

    Raises:
        InputError: the file holds answers of another suspect, or drawn with other settings.
    """
    beside = _suspect_file(out)
    if store.rows and not beside.is_file():
        raise InputError(f"the file holds answers, and no {beside.name} beside it says whose", where=out, todo="Pass another --out")
    if store.rows and beside.is_file() and read_json(beside) != described:
        raise InputError("the file holds answers of another suspect, or drawn with other settings", where=out,
                         todo=f"Pass another --out ({beside.name} says who it was)")
    make_private_folder(beside.parent)
    write_json(described, beside)


def _suspect_file(out: Path) -> Path:
    """The file next to a file of answers that describes their suspect."""
    return out.with_suffix(".suspect.json")


def align_tokens(tops: list[tuple[str, str | None]], prompt: str, answer: str, coder: Tokenizer) -> list[int]:
    """Map an endpoint's top tokens to ids of the marked model's tokenizer.

    Args:
        tops: each token of prompt and answer, and the most likely token there (None where the server gives none).
        prompt: of the answer.
        answer: that was read.
        coder: the marked model's tokenizer.

    Returns:
        (n_tokens of the answer,) predicted ids; -1 where the two vocabularies do not meet.
    """
    offset, top_at = 0, {}  # in characters; the second from the start of the answer
    for token, top in tops:
        if top:
            top_at[offset - len(prompt)] = top
        offset += len(token)
    predicted = []
    for start in coder.cuts(answer):
        ids = coder.ids([top_at.get(start, "")])[0]
        predicted.append(int(ids[0]) if len(ids) == 1 else -1)
    return predicted
