"""The commands that question a suspect, or a stand-in for one: ask, rehearse, read."""

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
from stillwatch.files import own_folder, read_json, write_json
from stillwatch.prove import choice_reading, packet
from stillwatch.prove.answers import Answer, Store, Tokenizer, alone_in, read_answers, read_prompts, tokenizer
from stillwatch.prove.arguments import Args, coder_of, commitment, keep_apart, master_of, say, tuples_of
from stillwatch.prove.canary import canaries
from stillwatch.prove.choices import ChoiceMark
from stillwatch.prove.keys import read_commitments
from stillwatch.prove.schemes import Gumbel, Kgw
from stillwatch.prove.sequential import LOOKS, EProcess, looked_log_p
from stillwatch.prove.statistics import show_p
from stillwatch.prove.suspects import Endpoint, Folder, Sampling, Suspect, cost, question
from stillwatch.prove.testing import choice_looks
from stillwatch.rows import read_rows
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.progress import track
from stillwatch.throttling.pacing import Pace


def ask(args: Args) -> Any:
    """Question a suspect."""
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
    keep_apart(args, "out", beside=[_who(args.out)])
    step = _after(args, prompts)  # a log that cannot be read is told before anything is paid
    with alone_in(args.out):
        told = _ask(args, prompts, sampling)
    say(args, f"Next: {step}")
    return told


def _after(args: Args, prompts: list[str]) -> str:
    """What comes after these questions, as canaries and commitments tell what they are."""
    if {*prompts} <= {question for one in canaries() for question in one.questions}:
        return f"stillwatch prove canary test {args.out} --units UNITS --out canary.json"
    committed = packet.prompts_digest(prompts)
    entries = read_commitments(args.log) if args.log.is_file() else []
    designs = [one["design"] for one in entries if one["design"].get("prompts_sha256") == committed]
    if not designs:
        return f"stillwatch prove plan {args.out}, if this was a pilot: no commitment of {args.log} fixes these questions"
    if designs[-1].get("reference") is False:
        return f"stillwatch prove test {args.out} --out proof"
    return ("with the same questions asked of the suspect and of a model that cannot have learnt the mark, "
            "stillwatch prove test SUSPECT'S --reference OTHER'S --out proof")


def _ask(args: Args, prompts: list[str], sampling: Sampling) -> Any:
    """Question it, with the file of answers for oneself."""
    questions = [(prompt, sample) for sample in range(args.samples) for prompt in prompts]
    store = Store(args.out)
    missing = store.missing(questions)
    estimate = cost(missing, sampling, args.rate, args.price_in, args.price_out)
    stop, state = None, None
    if args.stop_at_p is not None:
        state = _Watch(args, store)
        stop = state.enough
    suspect = _suspect(args)
    whom = suspect.describe()
    plan = f"To be asked of {whom.get('model') or whom['path']} at {whom.get('url', 'a folder')}: {estimate}"
    if missing and args.yes:
        say(args, plan)
        sys.stdout.flush()  # before the minutes that it takes, also into a pipe
    elif missing:
        print(plan, file=sys.stderr)
        if not sys.stdin.isatty() or not _agreed():
            raise InputError("not started", todo="Answer y, or pass --yes")
    _one_suspect(args.out, store, {**whom, "sampling": asdict(sampling)})
    held = len(store.rows)
    asked = question(suspect, questions, store, sampling, rate_per_min=args.rate, stop=stop, quiet=args.quiet)
    silent = asked - (len(store.rows) - held)
    say(args, f"{asked:,} asked, {number_of(len(store.rows), 'answer')} in {args.out}")
    if silent:
        say(args, f"{number_of(silent, 'question')} had no answer (a completion without text): not stored, and asked again by the next run")
    cut = 0
    if isinstance(suspect, Folder) and (cut := suspect.cut):
        say(args, f"{number_of(cut, 'prompt', 'prompts')} left no room for an answer in the model's {suspect.window:,} tokens: only the "
                  "end was shown. Shorten them, or lower --max-tokens")
    if state is not None:
        say(args, f"p of the best key, stopping allowed for: {show_p(state.log_p)}")
    return {"asked": asked, "answers": len(store.rows), "unanswered": silent, "cut": cut}


def _agreed() -> bool:
    """Whether the one at the terminal says yes; an end of input (Ctrl-D) is no."""
    with suppress(EOFError):
        return input("Start? [y/N] ").strip().lower() in ("y", "yes")
    return False


class _Watch:
    """The sequential test during questioning, Bonferroni over keys: tokens whenever a twentieth is new, choices at their looks."""

    def __init__(self, args: Args, store: Store) -> None:
        entry, design = commitment(args)
        how = packet.mark_of(design)
        if not 0 < args.stop_at_p < 1:
            raise InputError("--stop-at-p must lie between 0 and 1")
        if not isinstance(how, ChoiceMark | Kgw | Gumbel):
            raise InputError(f"questions about {how.name} marks cannot stop early", todo="Ask a fixed number, without --stop-at-p")
        if "prompts_sha256" in design and "prompts_in_order" not in design:
            raise InputError("the commitment wants every question asked", where=args.log,
                             todo="Commit again with --early, or leave --stop-at-p out")
        if isinstance(how, ChoiceMark) and design.get("reference") and args.reference is None:
            raise InputError("a test against a reference was committed to", todo="Ask the reference first, and pass --reference FILE")
        self.how, self.coder, self.exclude = how, coder_of(args.tokenizer, how), design.get("exclude")
        self.opened = packet.open_keys(entry, master_of(args))
        self.baseline: npt.NDArray[np.int64] | None = None
        if args.reference is not None:
            if not isinstance(how, ChoiceMark):
                raise InputError("marks on tokens are watched without a reference", todo="Leave --reference out")
            beside = read_answers(args.reference)
            self.baseline, _ = how.counts_beyond([one.output for one in beside], [one.prompt for one in beside])
        self.store, self.level, self.log_p, self.next = store, log(args.stop_at_p), 0.0, 1

    def enough(self) -> bool:
        """Whether the best key, corrected for their number, is below the level."""
        if len(self.store.rows) < self.next:
            return False
        answers = [Answer(row["prompt"], row["output"]) for row in self.store.rows.values()]
        if isinstance(self.how, ChoiceMark):
            looks = choice_looks(self.how, [one.output for one in answers], [one.key for one in self.opened], done=self.next - 1,
                                 prompts=[one.prompt for one in answers], reference=self.baseline)
            best = min(looked_log_p(log_ps) for log_ps in looks)
            self.next = next((look for look in LOOKS if look > len(answers)), sys.maxsize)
        else:
            # the p-value takes the best moment in between into account
            self.next = len(answers) + max(1, len(answers) // 20)
            tuples = tuples_of(answers, self.how, self.coder, self.exclude)
            keys = [self.how.key(one.secret) for one in self.opened]
            best = min(EProcess(self.how.null).add(self.how.numbers(tuples, key)) for key in keys)
        self.log_p = min(self.log_p, best + log(len(self.opened)))
        return self.log_p <= self.level


def rehearse(args: Args) -> Any:
    """Serve a file of answers as if they were a suspect's, until interrupted."""
    from stillwatch.prove.rehearsal import server

    rows = [row for row in read_rows(args.answers) if args.tenant is None or row.get("tenant") == args.tenant]
    outputs = [row[args.output_column] for row in rows if isinstance(row.get(args.output_column), str)]
    if not outputs:
        raise InputError("no answers to serve", where=args.answers, todo="Pass --output-column, or another --tenant")
    made = server(outputs, args.port)
    port = made.server_address[1]
    say(args, f"{number_of(len(outputs), 'answer stands', 'answers stand')} in for a suspect at http://127.0.0.1:{port}/v1 until Ctrl-C")
    say(args, f"Next, in another terminal: stillwatch prove ask --url http://127.0.0.1:{port}/v1 --model rehearsal --prompts prompts.txt "
              f"--yes --out {'base' if args.tenant is None else 'asked'}.jsonl")
    sys.stdout.flush()
    try:
        made.serve_forever()
    except KeyboardInterrupt:
        made.server_close()
    return None


def read(args: Args) -> Any:
    """Reading mode: predictions of a folder, or of an endpoint with echo and logprobs; choice marks by a folder's log-odds."""
    keep_apart(args, "out", beside=[_who(args.out)])
    coder = None if args.tokenizer is None else tokenizer(args.tokenizer)
    kept = _numbered(read_answers(args.answers, args.prompt_column, args.output_column))
    if coder is None and (args.folder is None or args.reference_folder is None):
        raise InputError("choice marks are read with --folder and --reference-folder", todo="For marks on tokens, pass --tokenizer")
    if not (args.rate is None or 0 < args.rate < inf):
        raise InputError("--rate must be above 0")
    with alone_in(args.out):
        return _read(args, kept, coder)


def _read(args: Args, kept: list[Answer], coder: Tokenizer | None) -> Any:
    """Read it, with the file of answers for oneself."""
    store, suspect = Store(args.out), _suspect(args)
    beside = None if args.reference_folder is None else Folder(args.reference_folder)
    missing = [one for one in kept if one.key not in store.rows]
    described = suspect.describe() | ({} if beside is None else {"reference": beside.describe()})
    _one_suspect(args.out, store, described)
    told, known, pace = 0, 0, Pace(args.rate or 0.0)
    for one in track(missing, "reading", len(missing), quiet=args.quiet):
        pace.wait()
        row: dict[str, Any] = {"prompt": one.prompt, "sample": one.sample, "output": one.output,
                               "asked_at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        if coder is None:
            row["shifts"] = _shifts(suspect, beside, one)
            places = (len(row["shifts"]),) * 2
        else:
            row |= _predictions(suspect, beside, one, coder, pace)
            places = (len(row["predicted"]), sum(value >= 0 for value in row["predicted"]))
        store.put(row)
        told, known = told + places[0], known + places[1]
    met = f"{number_of(told, 'place')} of choice marks" if coder is None else f"{known:,} of {number_of(told, 'place')} predicted"
    say(args, f"{number_of(len(missing), 'answer')} read, {met}")
    say(args, f"Next: stillwatch prove test {args.out} --mode read --out proof")
    return {"read": len(missing), "places": told, "predicted": known}


def _numbered(answers: list[Answer]) -> list[Answer]:
    """Answers to one prompt told apart by their order, so that a broken run misses none."""
    seen: Counter[str] = Counter()
    out = []
    for one in answers:
        out.append(replace(one, sample=seen[one.prompt]))
        seen[one.prompt] += 1
    return out


def _predictions(suspect: Suspect, beside: Folder | None, one: Answer, coder: Tokenizer, pace: Pace) -> dict[str, Any]:
    """What the suspect would write next at each token and, given a model beside it, by how much it departs from that."""
    if isinstance(suspect, Folder):
        row: dict[str, Any] = {"predicted": suspect.predictions(one.prompt, one.output, coder)}
    elif isinstance(suspect, Endpoint):
        row = {"predicted": aligned(suspect.top_tokens(one.prompt + one.output, pace), one.prompt, one.output, coder)}
    else:
        raise InputError("reading mode needs --folder or --url")
    if beside is not None:
        if not isinstance(suspect, Folder):
            raise InputError("--reference-folder needs --folder")
        row["weights"] = suspect.weights(beside, one.prompt, one.output, coder)
    return row


def _shifts(suspect: Suspect, beside: Folder | None, one: Answer) -> list[float]:
    """The log-odds of the second form at each place, suspect minus reference."""
    if not isinstance(suspect, Folder) or beside is None:
        raise InputError("choice marks are read with --folder and --reference-folder")
    shown, text = (choice_reading.redrawn(part, one.key) for part in (one.prompt, one.output))
    forms = [place.forms for place in choice_reading.places(text)]
    mine, theirs = (model.log_odds(shown, forms) for model in (suspect, beside))
    return [round(a - b, 4) for a, b in zip(mine, theirs, strict=True)]


def _suspect(args: Args) -> Suspect:
    if (args.url is None) == (args.folder is None):
        raise InputError("pass either --url with --model, or --folder")
    if args.folder is not None:
        return Folder(args.folder, seed=args.seed)
    if not args.model:
        raise InputError("--model is missing")
    return Endpoint(args.url, args.model, key_variable=args.api_key_env, chat=not args.completions)


def _one_suspect(out: Path, store: Store, described: dict[str, Any]) -> None:
    """A file of answers is of one suspect, asked in one way: whoever goes on with another would mix them."""
    beside = _who(out)
    if store.rows and not beside.is_file():
        raise InputError(f"the file holds answers, and no {beside.name} beside it says whose", where=out, todo="Pass another --out")
    if store.rows and beside.is_file() and read_json(beside) != described:
        raise InputError("the file holds answers of another suspect, or drawn with other settings", where=out,
                         todo=f"Pass another --out ({beside.name} says who it was)")
    own_folder(beside.parent)
    write_json(described, beside)


def _who(out: Path) -> Path:
    """The file beside answers that says whose they are."""
    return out.with_suffix(".suspect.json")


def aligned(tops: list[tuple[str, str | None]], prompt: str, answer: str, coder: Tokenizer) -> list[int]:
    """Top tokens of an endpoint (strings) as ids of the marked model, -1 where the two vocabularies do not meet."""
    at, guess = 0, {}
    for token, top in tops:
        if top:
            guess[at - len(prompt)] = top
        at += len(token)
    out = []
    for place in coder.cuts(answer):
        ids = coder.ids([guess.get(place, "")])[0]
        out.append(int(ids[0]) if len(ids) == 1 else -1)
    return out
