"""The commands ``stillwatch distill …``. Nothing heavy is imported before a command runs."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stillwatch.errors import InputError


def register(add: Callable[..., argparse.ArgumentParser], commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add ``distill`` and its subcommands to the command line."""
    help_ = "copy a model of your own: harvest its answers, make data, train a smaller student"
    top = commands.add_parser("distill", help=help_, description=help_)
    below = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def sub(name: str, command: Callable[[argparse.Namespace], Any], what: str) -> argparse.ArgumentParser:
        found: argparse.ArgumentParser = below.add_parser(name, help=what, description=what, parents=[shared])
        found.set_defaults(command=command)
        return found

    harvest = sub("harvest", _harvest, "ask a teacher, keep every answer in a store; resumable")
    harvest.add_argument("--teacher", type=Path, required=True, metavar="TOML", help="the teacher's manifest")
    harvest.add_argument("--prompts", type=Path, required=True, help="text lines, JSON lines or Parquet")
    harvest.add_argument("--out", type=Path, required=True, metavar="STORE", help="folder of the store")
    harvest.add_argument("--policy", default="none", help="what of an answer is kept: none, labels, top-k:K, no-trace, …")
    harvest.add_argument("--samples", type=int, default=1, help="answers to each prompt")
    harvest.add_argument("--temperature", type=float, default=0.0)
    harvest.add_argument("--max-tokens", type=int, default=256)
    harvest.add_argument("--top-k", type=int, default=0, help="log-probabilities to keep of each token")
    harvest.add_argument("--seed", type=int, default=0)
    harvest.add_argument("--no-text", action="store_true", help="keep hashes of prompts instead of prompts")
    harvest.add_argument("--dry-run", action="store_true", help="print what it would take, ask nothing")
    harvest.add_argument("--retry-in-doubt", action="store_true",
                         help="ask again for what was sent before a kill and may have been charged")


def _harvest(args: argparse.Namespace) -> Any:
    from dataclasses import asdict

    from stillwatch.distill import harvest, manifest, policies, prompts, teachers

    told = manifest.read(args.teacher)
    policies.parse(args.policy)
    if args.samples < 1 or args.max_tokens < 1 or args.top_k < 0 or args.temperature < 0:
        raise InputError("--samples and --max-tokens start at 1, --top-k and --temperature at 0")
    wanted = prompts.requests(
        prompts.read(args.prompts), samples=args.samples, seed=args.seed, temperature=args.temperature,
        max_tokens=args.max_tokens, top_k=args.top_k,
    )  # fmt: skip
    teacher = teachers.load(told)
    quiet = args.quiet or args.json
    with harvest.open_store(args.out, teacher, told, policy=args.policy, keep_text=not args.no_text) as store:
        plan = harvest.estimate(store, teacher, told, wanted, args.policy)
        if not quiet:
            print(show_estimate(plan))
        if args.dry_run:
            return asdict(plan)
        done = harvest.run(
            store, teacher, told, wanted, policy=args.policy, retry_in_doubt=args.retry_in_doubt, quiet=quiet
        )
    if not quiet:
        print(f"  {done.asked:,} asked, {done.stored:,} in the store, {done.rejected:,} rejected by the teacher: {args.out}")
        if done.skipped:
            print(f"  {done.skipped:,} were sent before a kill and not asked again: --retry-in-doubt asks, and may pay twice")
    return asdict(done)


def show_estimate(plan: Any) -> str:
    """The estimate in words."""
    text = f"{plan.exchanges:,} exchanges, {plan.stored:,} of them in the store"
    text += f"; to ask: {plan.input_tokens:,} tokens in, at most {plan.output_tokens:,} out, cost at most {plan.cost:,.2f}"
    if plan.seconds:
        text += f", at least {plan.seconds / 60:,.1f} minutes at the rate limit"
    return text + (f"; {plan.in_doubt:,} in doubt" if plan.in_doubt else "")
