"""The command line: parses arguments, calls one stage or the pipeline, turns errors into one line.

Heavy modules are imported inside the commands, so that ``stillwatch --help`` stays fast.
"""

import argparse
import io
import json
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from stillwatch import __version__, run_details
from stillwatch.audit import commands as audit_commands
from stillwatch.console import commands as console_commands
from stillwatch.detect import commands as detect_commands
from stillwatch.distill import commands as distill_commands
from stillwatch.errors import InputError, StillwatchError
from stillwatch.evidence import commands as evidence_commands
from stillwatch.exposure import commands as exposure_commands
from stillwatch.files import demand_outside_logs, path_argument
from stillwatch.prove import commands as prove_commands
from stillwatch.prove import corpus_commands
from stillwatch.replay import commands as replay_commands
from stillwatch.respond import commands as respond_commands
from stillwatch.terminal.plain import plain, print_plain
from stillwatch.terminal.seeds import seed
from stillwatch.terminal.times import as_of
from stillwatch.workflows import service


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 done, 1 bad input or usage, 2 internal failure)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # as standard error: not every terminal has every character
    args = argparse.Namespace(verbose=False)
    try:
        parser().parse_args(argv, args)
        result = args.command(args)
        if args.json and result is not None:
            print(json.dumps(result, sort_keys=True, default=str))
        print(end="", flush=True)  # what a pipe or a disk does not take is told here, not as the interpreter ends
    except StillwatchError as error:
        print(f"stillwatch: {plain(str(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        print("stillwatch: interrupted; nothing half-written is left to be read", file=sys.stderr)
        return 1
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        what = " ".join((error.strerror or str(error)).split()).rstrip(".")
        print(f"stillwatch: {plain(f'{what}{where}')}. Check the path, the permissions and the free space", file=sys.stderr)
        return 1
    except MemoryError:
        print("stillwatch: out of memory. Pass a smaller --memory or a machine with more", file=sys.stderr)
        return 2
    except Exception as error:
        if args.verbose:
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        what = re.sub(r"(?i)\b(bearer|basic)\b.*", r"\1 ***", what)  # http.client quotes a header that it refuses, key and all
        print(f"stillwatch: internal failure ({plain(what)}). Run again with -v for the trace", file=sys.stderr)
        return 2
    finally:
        _discard_output()
    return 0


def _discard_output() -> None:
    """Keep what could not be printed from being tried again as the interpreter ends, which prints a trace."""
    try:
        print(end="", flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """Usage errors are bad input: exit code 1, one line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As usual, but for what ``type=Path`` makes of a text."""
        super().__init__(*args, **kwargs)
        self.register("type", Path, path_argument)

    def error(self, message: str) -> Any:
        """Print one line and exit."""
        self.exit(1, f"{self.prog}: {message}. See {self.prog} --help\n")

    def exit(self, status: int = 0, message: str | None = None) -> Any:
        """As usual, but a help or version that could not be printed is an error."""
        print(end="", flush=True)
        super().exit(status, message)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As usual, but a command that does not know an argument says so itself, and names its own help."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return known, unknown


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    what = "Find networks of fake accounts that harvest a hosted language model, and leave the innocent alone."
    top = _Parser(prog="stillwatch", description=what, parents=[_common_options(False)])
    top.add_argument("--version", action="version", version=f"stillwatch {__version__}")
    common = _common_options(argparse.SUPPRESS)
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(name: str, command: Callable[[argparse.Namespace], Any], help_: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_, description=help_, parents=[common])
        sub.set_defaults(command=command)
        return sub

    demo = add("demo", _demo, "simulate a small world, detect, print the finds beside the truth, write the report")
    demo.add_argument("--out", type=Path, default=Path("demo"), help="folder to write to (default: demo)")
    demo.add_argument("--seed", type=seed, default=1, help="of what is drawn (default: 1)")

    simulate = add("simulate", _simulate, "write the logs of a simulated provider with known campaigns and crowds")
    simulate.add_argument("scenario", metavar="SCENARIO", help="a name, or 'list' to see them all")
    simulate.add_argument("--out", type=Path, help="folder to write to")
    simulate.add_argument("--events", type=int, help="number of requests, scaling the scenario")
    simulate.add_argument("--seed", type=seed, default=1, help="of what is drawn (default: 1)")
    simulate.add_argument("--prompts", type=Path, help="Parquet with a column prompt (and perhaps source), or a harvest store: task pools")
    simulate.add_argument("--rates", type=Path, help="Parquet with client, window_start_s, rate_per_s: client rates")

    ingest = add("ingest", _ingest, "turn gateway, provider and edge logs into events and accounts")
    ingest.add_argument("sources", nargs="*", type=Path, metavar="SOURCE", help="files or folders")
    ingest.add_argument("--from", dest="format", required=True, metavar="FORMAT", help="a format, or 'list'")
    ingest.add_argument("--out", type=Path, help="folder to write to")
    ingest.add_argument("--privacy", choices=("text", "features", "metadata"), default="text",
                        help="text keeps prompts; features keeps hashes and sketches; metadata reads no text")
    ingest.add_argument("--accounts", type=Path, help="account registry: CSV, JSONL or Parquet")
    ingest.add_argument("--edge", type=Path, action="append", default=[],
                        help="edge log (JSON of Envoy or nginx), joined by request id; may be repeated")
    ingest.add_argument("--trusted-proxies", default="", metavar="CIDRS",
                        help="comma-separated networks whose X-Forwarded-For entries count")
    ingest.add_argument("--key-file", type=Path,
                        help="the tenant's key for keyed hashes, made if absent (default: stillwatch.key in --out)")
    ingest.add_argument("--as-of", metavar="T", help="ISO time; events later than this are impossible (default: now)")

    receive = add("receive", _receive, "append the logs that a gateway posts (LiteLLM's generic_api) to files that ingest reads")
    receive.add_argument("--out", type=Path, required=True, help="folder of the files, one an hour")
    receive.add_argument("--host", default="127.0.0.1", help="elsewhere than on loopback a token is asked for")
    receive.add_argument("--port", type=int, default=4999, help="default: 4999")
    receive.add_argument("--token-file", type=Path, metavar="FILE", help="what callers must send as Authorization: Bearer")

    detect_commands.register(add)

    evaluate = add("evaluate", _evaluate, "compare a run with the truth")
    evaluate.add_argument("run", type=Path, metavar="RUN", help="folder that detect wrote")
    evaluate.add_argument("--truth", type=Path, required=True, help="Parquet of account_id, campaign, kind")
    evaluate.add_argument("--truth-events", type=Path, help="Parquet of event_id, campaign: harvested requests")
    evaluate.add_argument("--key-file", type=Path,
                          help="the tenant's key that ingest hashed identifiers with, where the truth has them in clear")

    report = add("report", _report, "write the report of a run as one self-contained page")
    report.add_argument("run", type=Path, metavar="RUN", help="folder that detect wrote")
    report.add_argument("--out", type=Path, help="file to write (default: RUN/report.html)")

    explain = add("explain", _explain, "tell what a run says of an account, and why nobody is accused where nobody is")
    explain.add_argument("run", type=Path, metavar="RUN", help="folder that detect wrote")
    explain.add_argument("account", metavar="ACCOUNT", help="its identifier in accounts.parquet; with --key-file, or its name in clear")
    explain.add_argument("--key-file", type=Path, metavar="FILE",
                         help="the tenant's key that ingest hashed identifiers with (default: the account is taken as it is)")

    export = add("export", _export, "write a run's campaigns and accounts in another form")
    export.add_argument("run", type=Path, metavar="RUN", help="folder that detect wrote")
    export.add_argument("--format", required=True, choices=("csv", "json", *evidence_commands.FORMATS), help="what to write")
    export.add_argument("--out", type=Path, help="folder to write to (default: RUN/export)")
    evidence_commands.export_options(export)
    distill_commands.register(add, commands, common)
    exposure_commands.register(add, commands, common)
    audit_commands.register(add, commands, common, corpus_commands)
    service.register(add)
    erase_account = respond_commands.job("stillwatch.erasure.jobs", "erase_account")
    respond_commands.register(add, common, evidence_commands.attach, erase_account)
    console_commands.register(add, common)
    evidence_commands.register(add, common)
    prove_commands.register(add, commands, common)
    replay_commands.register(add)
    return top


def _common_options(default: Any) -> _Parser:
    """The options of every command; given before a command's name they count as much as after it, which a default there would undo."""
    options = _Parser(add_help=False)
    options.add_argument("-q", "--quiet", action="store_true", default=default, help="print errors only")
    options.add_argument("-v", "--verbose", action="store_true", default=default, help="print more, and traces of internal failures")
    options.add_argument("--json", action="store_true", default=default, help="print the result as one JSON object")
    return options


def _demo(args: argparse.Namespace) -> Any:
    from stillwatch import workflows

    return workflows.demo(args.out, seed=args.seed, quiet=args.quiet or args.json)


def _simulate(args: argparse.Namespace) -> Any:
    from stillwatch import simulate

    if args.scenario == "list":
        for name, what in simulate.scenarios().items():
            print(f"{name:16} {what}")
        return None
    if args.out is None:
        raise InputError("--out is missing", todo="Pass the folder to write to")
    return simulate.run(
        args.scenario, args.out, events=args.events, seed=args.seed,
        prompts=args.prompts, rates=args.rates, quiet=args.quiet or args.json,
    )


def _ingest(args: argparse.Namespace) -> Any:
    if args.format == "list":
        from stillwatch import ingest

        for name, what in ingest.formats().items():
            print(f"{name:16} {what}")
        return None
    if args.out is None:
        raise InputError("--out is missing", todo="Pass the folder to write to")
    if not args.sources:
        raise InputError("no SOURCE", todo="Pass the log files or folders to read")
    from stillwatch import workflows

    return workflows.ingest(
        args.sources, args.format, args.out, privacy=args.privacy, accounts=args.accounts, edge=args.edge,
        trusted_proxies=args.trusted_proxies, key_file=args.key_file, as_of=as_of(args.as_of),
        quiet=args.quiet or args.json,
    )


def _receive(args: argparse.Namespace) -> None:
    from stillwatch.ingest import receive

    receive.run(args.out, args.host, args.port, args.token_file, quiet=args.quiet or args.json)


def _evaluate(args: argparse.Namespace) -> Any:
    from stillwatch import evaluate

    return evaluate.run(args.run, args.truth, truth_events=args.truth_events, key_file=args.key_file, quiet=args.quiet or args.json)


def _report(args: argparse.Namespace) -> Any:
    from stillwatch import report

    path = report.run(args.run, out=args.out)
    if not (args.quiet or args.json):
        print_plain(path)
    return {"report": str(path)}


def _explain(args: argparse.Namespace) -> Any:
    from stillwatch.keys.hashing import ingest_key
    from stillwatch.report.explain import explain, lines

    explanation = explain(args.run, args.account, None if args.key_file is None else ingest_key(args.key_file))
    if not (args.quiet or args.json):
        print(*map(plain, lines(explanation)), sep="\n")
    return explanation


def _export(args: argparse.Namespace) -> Any:
    if args.campaign and args.format != "packet":  # others would leave along with it
        raise InputError("only packets are of one campaign", where="--campaign", todo="Leave it out, or pass --format packet")
    demand_outside_logs(args.data, args.out or args.run / "export", "an export")
    if args.format in evidence_commands.FORMATS:
        return evidence_commands.export(args)
    from stillwatch import report

    paths = report.export(args.run, args.format, out=args.out)
    if not (args.quiet or args.json):
        print_plain(*paths, *(f"Note: {line}" for line in run_details.erasure_notes(run_details.erasures(args.run))))
    return {"files": [str(path) for path in paths]}
