"""The commands ``stillwatch distill …``. Nothing heavy is imported before a command runs."""

import argparse
import sys
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError
from stillwatch.files import demand_new_or_own, demand_no_overlap, demand_outside_logs, folder_lock, removed_if_empty
from stillwatch.terminal.counting import number_of
from stillwatch.terminal.plain import plain, print_plain
from stillwatch.terminal.seeds import seed


def register(add: Callable[..., argparse.ArgumentParser], commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add ``distill`` and its subcommands to the command line."""
    help_ = "copy a model of your own: harvest its answers, make data, train a smaller student"
    top = commands.add_parser("distill", aliases=["distil"], help=help_, description=help_)
    below = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def sub(name: str, command: Callable[[argparse.Namespace], Any], what: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = below.add_parser(name, help=what, description=what, parents=[shared])
        parser.set_defaults(command=command)
        return parser

    harvest = sub("harvest", _harvest, "ask a teacher, keep every answer in a store; resumable")
    harvest.add_argument("--teacher", type=Path, required=True, metavar="TOML", help="the teacher's manifest")
    harvest.add_argument("--prompts", type=Path, required=True, help="text lines, JSON lines or Parquet")
    harvest.add_argument("--out", type=Path, required=True, metavar="STORE", help="folder of the store")
    harvest.add_argument("--policy", default="none", help="parts of an answer to keep: none, labels, top-k:K, no-trace, …")
    harvest.add_argument("--samples", type=int, default=1, help="answers to each prompt")
    harvest.add_argument("--temperature", type=float, default=0.0, help="of the teacher's sampling (default: 0)")
    harvest.add_argument("--max-tokens", type=int, default=256, help="of an answer (default: 256)")
    harvest.add_argument("--top-k", type=int, default=0, help="log-probabilities to keep for each token (default: none)")
    harvest.add_argument("--seed", type=seed, default=0, help="of the teacher's sampling (default: 0)")
    harvest.add_argument("--no-text", action="store_true", help="keep hashes of prompts instead of prompts")
    harvest.add_argument("--max-cost", type=float, default=inf, metavar="COST",
                         help="stop before all answers in the store together cost more than this, by the manifest's prices")
    harvest.add_argument("--dry-run", action="store_true", help="print the estimate, ask nothing")
    harvest.add_argument("--retry-in-doubt", action="store_true",
                         help="ask again where a request was sent before, has no answer on disk and may have been charged")

    train = sub("train", _train, "train a student on a store and compare it with its teacher")
    train.add_argument("route", choices=("classifier", "static", "layers", "language", "on-policy", "list"),
                       help="the kind of student, or 'list' to see them with their cost")
    train.add_argument("--store", type=Path, help="harvest store of the teacher")
    train.add_argument("--teacher", type=Path, metavar="TOML", help="the teacher's manifest (all routes but classifier need it)")
    train.add_argument("--held-out", type=Path, metavar="FILE", help="Parquet or JSON lines of text, label, split: the comparison")
    train.add_argument("--student", type=Path, metavar="DIR", help="language routes: transformers folder to start from")
    train.add_argument("--encoder", type=Path, metavar="DIR", help="classifier: static encoder, for words that the store lacks")
    train.add_argument("--loss", choices=("forward", "reverse", "sequences"), default="forward",
                       help="language: divergence from the teacher's distributions or to them, or its tokens alone (TRL's SFT)")
    train.add_argument("--layers", default="", help="layers to keep, such as 0,5 (default: two, or four of a language model)")
    train.add_argument("--width", type=float, default=1.0, metavar="SHARE",
                       help="layers: share of each layer's inner (feed-forward) neurons to keep, for speed (default: all)")
    train.add_argument("--out", type=Path, metavar="DIR", help="folder of the student")
    train.add_argument("--epochs", type=int, default=12, help="passes over the store (default: 12)")
    train.add_argument("--minutes", type=float, default=10.0, help="wall-clock limit; a checkpoint is resumed (default: 10)")
    train.add_argument("--seed", type=seed, default=0, help="of random draws (default: 0)")
    train.add_argument("--cpu-hour-price", type=float, default=0.04,
                       help="price of a CPU hour, for the cost of a million calls; in the manifest's currency (USD where it names none)")

    export = sub("export", _export, "write a student as ONNX (its own form is safetensors already)")
    export.add_argument("student", type=Path, metavar="DIR")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="ONNX file to write")

    data = sub("data", _data, "make training data: prompts, the teacher's answers, filters with reasons, a data card")
    data.add_argument("--teacher", type=Path, required=True, metavar="TOML", help="the teacher's manifest")
    data.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the data")
    data.add_argument("--seeds", type=Path, help="prompts to start from: text lines, JSON lines or Parquet")
    data.add_argument("--logs", type=Path, metavar="DIR", help="events that stillwatch ingest wrote with --privacy text")
    data.add_argument("--task", help="a description of the task, in place of seeds")
    data.add_argument("--n", type=int, help="prompts to make with seeds or a task (default: 200)")
    data.add_argument("--evolve", action="store_true", help="also rewrite prompts to be harder, narrower, more concrete")
    data.add_argument("--samples", type=int, default=1,
                      help="answers to each prompt; 3 or more (2 where seeds have answers) give preferences, too")
    data.add_argument("--temperature", type=float, default=0.7, help="of the teacher's sampling (default: 0.7)")
    data.add_argument("--max-tokens", type=int, default=256, help="of an answer (default: 256)")
    data.add_argument("--top-k", type=int, default=0, help="log-probabilities to keep for each token (default: none)")
    data.add_argument("--min-agreement", type=float, default=0.0, help="share of samples that must agree on the answer")
    data.add_argument("--contamination", type=Path, action="append", default=[],
                      help="benchmark prompts that the data must not contain; may be repeated")
    data.add_argument("--seed", type=seed, default=0, help="of random draws (default: 0)")
    data.add_argument("--dry-run", action="store_true", help="print the most it can take, ask nothing")


def _harvest(args: argparse.Namespace) -> Any:
    from contextlib import ExitStack
    from dataclasses import asdict
    from tempfile import TemporaryDirectory

    from stillwatch.distill import harvest, policies, prompts, store, teachers
    from stillwatch.distill.manifest import read as read_manifest

    manifest = read_manifest(args.teacher)
    demand_no_overlap(args.out, args.teacher, args.prompts)
    store.demand_free(args.out)
    policies.parse(args.policy)
    _check_sampling(args)
    if not args.max_cost > 0:
        raise InputError("--max-cost must be above 0")
    if args.max_cost < inf and not manifest.price_input + manifest.price_output:
        todo = "Give it price_input and price_output"
        raise InputError("the manifest has no prices, so no cost can be counted", where=args.teacher, todo=todo)
    conversations = prompts.read(args.prompts)
    teacher = teachers.load(manifest)
    if args.max_cost < inf and not teacher.remote:
        raise InputError("--max-cost is for endpoints, and this teacher runs on this machine", todo="Leave it out")
    requests = prompts.requests(
        conversations, samples=args.samples, seed=args.seed, temperature=args.temperature, max_tokens=args.max_tokens, top_k=args.top_k,
        writes=teacher.writes,
    )
    quiet = args.quiet or args.json
    with ExitStack() as stack:
        # A dry run leaves nothing behind: a store that it made would bind the harvest to its policy.
        scratch = args.dry_run and not (args.out / store.ABOUT).exists()
        folder = Path(stack.enter_context(TemporaryDirectory())) if scratch else args.out
        opened = stack.enter_context(harvest.open_store(folder, teacher, manifest, policy=args.policy, keep_text=not args.no_text))
        if args.dry_run or not quiet:
            plan = harvest.estimate(opened, teacher, manifest, requests, args.policy, retry_in_doubt=args.retry_in_doubt)
            if not quiet:
                print_plain(show_estimate(plan, manifest.currency))
            if args.dry_run:
                return asdict(plan)
        try:
            done = harvest.run(
                opened, teacher, manifest, requests, policy=args.policy, retry_in_doubt=args.retry_in_doubt, max_cost=args.max_cost,
                quiet=quiet,
            )
        except KeyboardInterrupt:
            kept = number_of(opened.kept, "exchange is", "exchanges are")
            print(f"stillwatch: {kept} on disk, and the same command goes on", file=sys.stderr)
            raise
    if not quiet:
        print(f"  {done.asked:,} asked, {done.stored:,} in the store, {done.rejected:,} rejected by the teacher: {args.out}")
        if done.total:
            print(f"  cost {done.cost:,.4f} {manifest.currency}, {done.total:,.4f} for everything in the store")
        if done.blank:
            print(f"  {number_of(done.blank, 'answer is', 'answers are')} blank")
        _print_rejection(teacher)
        _print_truncation(teacher)
        if done.skipped:
            skipped = number_of(done.skipped, "was", "were")
            print(f"  {skipped} sent before without an answer on disk, and not asked again: --retry-in-doubt asks, and may pay twice")
    return asdict(done)


def _print_rejection(teacher: Any) -> None:
    """Print why the endpoint rejected the last prompt that it rejected."""
    if why := teacher.rejection:
        print(f"  the last was rejected for {plain(why)}")


def _print_truncation(teacher: Any) -> None:
    """Print how many prompts a local teacher read only in part."""
    if n := teacher.cut:
        part, todo = ("end", ", or lower --max-tokens") if teacher.writes else ("start", "")
        print(f"  {number_of(n, 'prompt was', 'prompts were')} longer than this teacher reads ({teacher.max_length:,} tokens), and only "
              f"the {part} was read: shorten them{todo}")


def _check_sampling(args: argparse.Namespace) -> None:
    """Refuse settings that no answer can be sampled with."""
    if args.samples < 1 or args.max_tokens < 1 or args.top_k < 0 or not 0 <= args.temperature < inf:
        raise InputError("--samples and --max-tokens start at 1, --top-k and --temperature at 0")


def _train(args: argparse.Namespace) -> Any:
    from stillwatch.distill import store, train
    from stillwatch.distill.manifest import read as read_manifest
    from stillwatch.distill.students import loop

    if args.route == "list":
        for name, what in train.ROUTES.items():
            print(f"{name:12} {what}")
        return None
    if args.store is None or args.out is None:
        raise InputError("--store or --out is missing", todo="Pass the harvest store and the folder of the student")
    if (args.out / store.ABOUT).exists():
        raise InputError("a harvest store is there", where=args.out, todo="Pass another folder for the student")
    demand_no_overlap(args.out, args.store, args.teacher, args.held_out, args.student, args.encoder)
    demand_new_or_own(args.out, (train.MARK, train.COMPARISON, loop.CHECKPOINT), "a student")
    if args.epochs < 1 or not args.minutes > 0 or not 0 <= args.cpu_hour_price < inf:
        raise InputError("--epochs starts at 1, --minutes must be above 0, --cpu-hour-price be 0 or more")
    held_out = train.read_held(args.held_out) if args.held_out else None
    manifest = read_manifest(args.teacher) if args.teacher else None
    if manifest is None and args.route != "classifier":
        raise InputError("--teacher is missing", todo="Pass the teacher's manifest")
    with removed_if_empty(args.out), folder_lock(args.out, "training"):
        return _run_training(args, held_out, manifest)


def _run_training(args: argparse.Namespace, held_out: Any, manifest: Any) -> Any:
    from dataclasses import asdict

    from stillwatch.distill import measures, train
    from stillwatch.distill.students import loop

    quiet = args.quiet or args.json
    schedule = loop.Schedule(epochs=args.epochs, minutes=args.minutes, seed=args.seed)
    layers = _parse_layers(args.layers)
    if not 0 < args.width <= 1:
        todo = "Pass the share of inner neurons to keep, above 0 and at most 1"
        raise InputError(f"a width of {args.width:g}", where="--width", todo=todo)
    _refuse_unused_options(args)
    if args.route == "classifier":
        result = train.classifier(
            args.store, args.out, held=held_out, manifest=manifest, encoder=args.encoder, seed=args.seed, cpu_hour=args.cpu_hour_price,
            quiet=quiet,
        )
    elif args.route in ("static", "layers"):
        assert manifest is not None
        result = train.encoder(
            args.store, args.out, manifest, kind=args.route, held=held_out, schedule=schedule, quiet=quiet,
            cpu_hour=args.cpu_hour_price, layers=layers, width=args.width,
        )
    else:
        from stillwatch.distill.students import language

        assert manifest is not None
        result = language.run(
            args.store, args.out, manifest, on_policy=args.route == "on-policy", start=args.student, layers=layers,
            schedule=schedule, loss_kind=args.loss, cpu_hour=args.cpu_hour_price, quiet=quiet,
        )
    if not quiet:
        left = f", {result.dropped:,} left out that are in the held-out data" if held_out else ""
        print_plain(f"  trained on {number_of(result.n_exchanges, 'exchange')}{left}")
        if result.rows:
            print_plain(measures.show(result.rows))
        for note in result.notes:
            print_plain(f"  {note}")
        if held_out is None and args.route not in ("language", "on-policy"):
            print("  not compared with anything: --held-out FILE measures what is kept")
        elif result.rows and manifest is None:
            print("  --teacher TOML adds the teacher to the table")
        print(result.folder / "README.md")
    return {"folder": str(result.folder), "rows": [asdict(row) for row in result.rows]}


def _refuse_unused_options(args: argparse.Namespace) -> None:
    """Refuse options that the route has no use for."""
    languages = ("language", "on-policy")
    for option, is_given, routes in (
        ("encoder", args.encoder is not None, ("classifier",)), ("width", args.width != 1, ("layers",)),
        ("layers", args.layers != "", ("layers", *languages)), ("student", args.student is not None, languages),
        ("loss", args.loss != "forward", ("language",)),
    ):
        if is_given and args.route not in routes:
            raise InputError(f"--{option} is for {' and '.join(routes)}, not for {args.route}", todo="Leave it out")
    if args.student is not None and args.layers:
        raise InputError("--layers are the teacher's to start from, and --student starts from a model of its own", todo="Leave one out")


def _parse_layers(text: str) -> tuple[int, ...]:
    try:
        layers = tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise InputError(f"{text!r} are not layers", where="--layers", todo="Write them like 0,5") from error
    if len(set(layers)) < len(layers):
        raise InputError(f"{text!r} names a layer twice", where="--layers", todo="A student keeps a layer once: write them like 0,5")
    return layers


def _export(args: argparse.Namespace) -> Any:
    from stillwatch.distill import export

    demand_no_overlap(args.out, *(path for path in args.student.glob("*") if path.suffix != ".onnx"))
    path = export.run(args.student, args.out)
    if not (args.quiet or args.json):
        print(path)
    return {"file": str(path)}


def _data(args: argparse.Namespace) -> Any:
    from dataclasses import asdict

    from stillwatch.distill import data, teachers
    from stillwatch.distill.manifest import read as read_manifest

    manifest = read_manifest(args.teacher)
    demand_no_overlap(args.out, args.teacher, args.seeds, args.logs, *args.contamination)
    demand_new_or_own(args.out, data.MARKS, "training data")
    demand_outside_logs(args.logs, args.out, "training data")
    sources = [source for source in (args.seeds, args.logs, args.task) if source]
    if len(sources) != 1:
        raise InputError("pass one of --seeds, --logs and --task")
    if args.logs and (args.evolve or args.n is not None):
        raise InputError("--n and --evolve make prompts, and --logs has its own", todo="Leave them out, or pass --seeds")
    if (args.n is not None and args.n < 1) or not 0 <= args.min_agreement <= 1:
        raise InputError("--n starts at 1, --min-agreement lies between 0 and 1")
    _check_sampling(args)
    plan = data.Plan(
        seeds=args.seeds, logs=args.logs, task=args.task, n=args.n or (0 if args.logs else data.Plan.n), evolve=args.evolve,
        samples=args.samples, temperature=args.temperature, max_tokens=args.max_tokens, top_k=args.top_k, min_agreement=args.min_agreement,
        contamination=tuple(args.contamination), seed=args.seed,
    )
    quiet, teacher = args.quiet or args.json, teachers.load(manifest)
    if args.dry_run or not quiet:
        estimate = data.estimate(teacher, manifest, plan)
        if not quiet:
            print(f"at estimate {show_estimate(estimate, manifest.currency)}")
        if args.dry_run:
            return asdict(estimate)
    summary = data.run(teacher, manifest, plan, args.out, quiet=quiet)
    if not quiet:
        print_plain(data.show(summary))
        if summary["cost"]:
            print(f"  cost of prompts and answers, those asked before included: {summary['cost']:,.4f} {manifest.currency}")
        print_plain(args.out / "README.md")
        _print_rejection(teacher)
        _print_truncation(teacher)
    return summary


def show_estimate(plan: Any, currency: str) -> str:
    """The estimate of a harvest as one line of text."""
    text = f"{number_of(plan.exchanges, 'exchange')}, {plan.stored:,} of them in the store"
    text += f"; to ask: about {plan.input_tokens:,} tokens in, at most {plan.output_tokens:,} out"
    text += f", cost up to about {plan.cost:,.2f} {currency}"
    if plan.seconds:
        text += f", at least {plan.seconds / 60:,.1f} minutes at the rate limit"
    return text + (f"; {plan.in_doubt:,} in doubt" if plan.in_doubt else "")
