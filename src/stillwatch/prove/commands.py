"""The commands ``stillwatch prove …``. Nothing heavy is imported before a command runs."""

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from stillwatch.prove import lineage_commands
from stillwatch.terminal.seeds import seed

Sub = Callable[[str, str, str], argparse.ArgumentParser]
"""Adds a command: its name, the module that does it, its help."""


def register(add: Callable[..., argparse.ArgumentParser], commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add ``prove`` and its subcommands to the command line."""
    help_ = "prove that a model was trained on one's answers: marks, commitments, tests, canaries, a verifiable record"
    top = commands.add_parser("prove", help=help_, description=help_)
    below = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def sub(name: str, jobs: str, what: str) -> argparse.ArgumentParser:
        def run(args: argparse.Namespace) -> Any:
            return getattr(import_module(f"stillwatch.prove.{jobs}"), name)(args)

        found: argparse.ArgumentParser = below.add_parser(name, help=what, description=what, parents=[shared])
        found.set_defaults(command=run)
        return found

    _keys_and_marks(sub)
    _questions(sub)
    _proofs(sub)
    lineage_commands.register(below, shared)  # which have no key and no p-value of their own, so they live apart


def _keys_and_marks(sub: Sub) -> None:
    """Before there is a suspect: keys and design, marks, who saw them, how many answers a test needs."""
    commit = sub("commit", "mark_jobs", "commit to tenants' keys and the design of the test, before anybody is tested")
    _master(commit)
    commit.add_argument("--tenants", required=True, help="names, comma-separated, or a file with one a line")
    commit.add_argument("--log", type=Path, default=Path("commitments.jsonl"), help="hash-chained log (default: commitments.jsonl)")
    commit.add_argument("--scheme", choices=("choice", "kgw", "gumbel", "hf_kgw", "synthid", "canary"), default="choice",
                        help="the kind of mark (default: choice, on finished text)")
    commit.add_argument("--gamma", type=float, default=0.25, help="kgw, hf_kgw: share of green tokens")
    commit.add_argument("--delta", type=float, default=2.0, help="kgw, hf_kgw: what green logits gain, nats")
    commit.add_argument("--context-width", type=int, default=2, help="kgw, gumbel: tokens that decide; hf_kgw: as configured")
    commit.add_argument("--seeding-scheme", choices=("lefthash", "selfhash"), default="lefthash", help="hf_kgw")
    commit.add_argument("--ngram-len", type=int, default=5, help="synthid")
    commit.add_argument("--depth", type=int, default=30, help="synthid: number of keys")
    commit.add_argument("--rate", type=float, default=3.0, help="choice: changed words in a hundred, and up to two more an answer")
    commit.add_argument("--buckets", type=int, default=1, help="choice: classes of the word before")
    commit.add_argument("--canaries", type=Path, help="canary: JSON of name, forms, questions (default: those of the package)")
    commit.add_argument("--vocab-size", type=int, help="hf_kgw: of the model's configuration")
    commit.add_argument("--tokenizer", help="tokenizer.json or folder of the marked model, or 'bytes' (not for choice)")
    commit.add_argument("--epoch", default="", help="keys rotate by it, such as 2026-11")
    commit.add_argument("--decoys", type=int, default=999, help="decoy keys; the rank p is at least 1/(decoys + 1)")
    commit.add_argument("--alpha", type=float, default=1e-5, help="level over all keys")
    commit.add_argument("--prompts", type=Path, help="the questions that will be asked, all of them: only their hash is written")
    commit.add_argument("--prompt-column", default="prompt", help="of --prompts (default: prompt)")
    commit.add_argument("--samples", type=int, help="answers to each question that will count (prove ask --samples), no more and no fewer")
    commit.add_argument("--mode", choices=("written", "read"), help="whether the suspect's answers will be tested, or what prove read made")
    commit.add_argument("--exclude", choices=("window", "tuple"),
                        help="marks on tokens: what will count as shown to the suspect (default: by the width)")
    commit.add_argument("--against", choices=("reference", "nothing"), help="whether the test will be against a reference")
    commit.add_argument("--early", action="store_true",
                        help="questioning may stop early (prove ask --stop-at-p): the test then allows for it; needs --prompts")
    commit.add_argument("--together", metavar="TENANTS", help="keys to test as one beside each: 'all', or names with commas between")
    commit.add_argument("--note", default="", help="where the hash will be published, for instance")

    mark = sub("mark", "mark_jobs", "mark finished answers by keyed choices (text only), or print transformers' configuration")
    _committed(mark)
    mark.add_argument("source", nargs="?", type=Path, metavar="ANSWERS", help="JSONL, CSV or Parquet of event_id, output, tenant")
    mark.add_argument("--out", type=Path, help="JSONL to write")
    mark.add_argument("--mark-log", type=Path, help="Parquet for the exposure ledger: which answer carries whose mark")
    mark.add_argument("--tenant", help="one tenant for all answers (default: the column tenant)")
    mark.add_argument("--output-column", default="output", help="of the answers (default: output)")
    mark.add_argument("--config", action="store_true", help="print the tenant's transformers watermarking configuration")

    ledger = sub("ledger", "mark_jobs", "exposure ledger: which account saw which marked answer, from a detect run")
    ledger.add_argument("marks", type=Path, metavar="MARK_LOG")
    ledger.add_argument("--run", type=Path, required=True, help="folder of stillwatch detect")
    ledger.add_argument("--events", type=Path, help="folder of events, where the log lacks accounts or times")
    ledger.add_argument("--elicited", type=Path, metavar="FILE",
                        help="JSONL to write: marked answers that campaigns elicited, for reading mode (needs --events with text)")
    ledger.add_argument("--campaign", action="append", default=[], help="with --elicited: only this one; may be repeated (default: all)")
    ledger.add_argument("--out", type=Path, required=True, help="Parquet to write")

    plan = sub("plan", "mark_jobs", "how many answers a test needs")
    plan.add_argument("pilot", type=Path, metavar="ANSWERS", help="some answers of the suspect, or of any like model")
    plan.add_argument("--log", type=Path, default=Path("commitments.jsonl"), help="commitment log")
    plan.add_argument("--entry", type=int, help="number of the commitment (default: the last)")
    plan.add_argument("--tokenizer", help="as committed")
    plan.add_argument("--shifts", help="what to plan for: relative excesses of the mean (default: 0.01,0.02,0.05,0.1,0.2); choice: "
                                       "shares of the places where the suspect writes the key's form (default: 0.05,0.1,0.2,0.4)")
    plan.add_argument("--p", type=float, default=1e-6, help="p-value to reach")
    plan.add_argument("--power", type=float, default=0.9, help="how often a marked suspect should be shown (default: 0.9)")
    _columns(plan)


def _questions(sub: Sub) -> None:
    """Questioning a suspect, or a stand-in for one."""
    ask = sub("ask", "ask_jobs", "question a suspect: resumable, rate-limited, costed and confirmed before it starts")
    _suspect(ask)
    ask.add_argument("--prompts", type=Path, required=True, help="text (one a line), JSONL, JSON or Parquet")
    ask.add_argument("--prompt-column", default="prompt", help="of --prompts (default: prompt)")
    ask.add_argument("--samples", type=int, default=1, help="answers to each prompt")
    ask.add_argument("--max-tokens", type=int, default=256, help="of an answer (default: 256)")
    ask.add_argument("--temperature", type=float, default=1.0, help="of the suspect's sampling (default: 1)")
    ask.add_argument("--top-p", type=float, default=1.0, help="of the suspect's sampling (default: 1)")
    ask.add_argument("--price-in", type=float, help="per million tokens")
    ask.add_argument("--price-out", type=float, help="per million tokens")
    ask.add_argument("--yes", action="store_true", help="do not ask before starting")
    ask.add_argument("--stop-at-p", type=float, help="stop once the p that allows for stopping is below it (prove commit --early)")
    ask.add_argument("--reference", type=Path, metavar="FILE",
                     help="with --stop-at-p, choice marks: answers of a model that cannot have learnt the mark")
    _committed(ask)
    ask.add_argument("--tokenizer", help="as committed")

    rehearse = sub("rehearse", "ask_jobs", "a stand-in suspect: serve a file of answers at a URL of this machine, to try the whole way")
    rehearse.add_argument("answers", type=Path, metavar="ANSWERS", help="marked answers for the suspect, unmarked ones for the reference")
    rehearse.add_argument("--port", type=int, default=8901, help="default: 8901")
    rehearse.add_argument("--tenant", help="only answers of this tenant: as if one campaign had harvested them")
    rehearse.add_argument("--output-column", default="output", help="of the answers (default: output)")

    read = sub("read", "ask_jobs", "reading mode: what the suspect would write next at each token of kept answers")
    _suspect(read)
    read.add_argument("answers", type=Path, metavar="ANSWERS", help="kept marked answers: prompt, output; for choice marks any answers")
    read.add_argument("--tokenizer", help="of the marked model; without it, the places of choice marks are read")
    read.add_argument("--reference-folder", type=Path,
                      help="the suspect's base, or for choice marks any model that cannot have learnt them: its chances are set against")
    _columns(read)


def _proofs(sub: Sub) -> None:
    """The test of what came back, and the proof of it."""
    test = sub("test", "proof_jobs", "test a suspect's answers under committed keys; writes a proof")
    test.add_argument("answers", type=Path, metavar="ANSWERS", help="JSONL, CSV or Parquet of prompt, output")
    _committed(test)
    test.add_argument("--tenants", help="keys to try, comma-separated (default: all of the commitment)")
    test.add_argument("--together", metavar="TENANTS",
                      help="keys to test as one beside each, such as those a campaign harvested: 'all', or names (default: as committed)")
    test.add_argument("--mode", choices=("written", "read"),
                      help="written: answers of the suspect; read: what prove read made (default: as committed, else written)")
    test.add_argument("--exclude", choices=("window", "tuple"),
                      help="what the suspect was shown (default: as committed, else by the width)")
    test.add_argument("--tokenizer", help="as committed")
    test.add_argument("--reference", type=Path,
                      help="answers of a model that cannot have learnt the mark: draws are then weighted against it")
    test.add_argument("--ledger", type=Path, help="exposure ledger: tells direct harvest from web spill")
    test.add_argument("--campaign", action="append", default=[], help="only this one of the ledger; may be repeated (default: all)")
    test.add_argument("--config", type=Path, help="instead of a commitment: a transformers watermarking configuration")
    test.add_argument("--vocab-size", type=int, help="with --config")
    test.add_argument("--canaries", type=Path, help="result of prove canary test, to put into the record")
    test.add_argument("--suspect", default="", help="a name for the record")
    test.add_argument("--out", type=Path, help="folder of the proof")
    _signer(test)
    _columns(test)

    canary = sub("canary", "canary_jobs", "canaries: questions to ask back, planting, and the rank test")
    canary.add_argument("step", choices=("questions", "plant", "test"), help="what to do")
    canary.add_argument("source", nargs="?", type=Path, metavar="ANSWERS", help="plant: answers to change; test: what was asked")
    _committed(canary)
    canary.add_argument("--canaries", type=Path, help="JSON of name, forms, questions (default: eleven of the package)")
    canary.add_argument("--units", default="", help="test: units of the campaign, comma-separated, or a file")
    canary.add_argument("--unit", help="plant: one unit for all answers (default: the column tenant)")
    canary.add_argument("--out", type=Path, help="file to write; questions without it are printed")

    report = sub("report", "proof_jobs", "write the page of a proof")
    report.add_argument("folder", type=Path, metavar="PROOF")
    _signer(report)
    verify = sub("verify", "proof_jobs", "verify a proof offline: files, commitments, order, and every number anew")
    verify.add_argument("folder", type=Path, metavar="PROOF")
    verify.add_argument("--published", metavar="HASH", help="the commitment's hash, from where it was published")
    verify.add_argument("--public-key", type=Path, metavar="FILE", help="the signer's public key (PEM), not taken from the proof")


def _master(to: argparse.ArgumentParser) -> None:
    to.add_argument("--key", type=Path, metavar="FILE", default=Path("prove.key"),
                    help="the master secret, made if absent (default: prove.key)")


def _committed(to: argparse.ArgumentParser) -> None:
    to.add_argument("--key", type=Path, metavar="FILE", default=Path("prove.key"), help="the master secret")
    to.add_argument("--log", type=Path, default=Path("commitments.jsonl"), help="commitment log")
    to.add_argument("--entry", type=int, help="number of the commitment (default: the last)")


def _signer(to: argparse.ArgumentParser) -> None:
    to.add_argument("--sign", type=Path, metavar="FILE", help="sign with this key (PEM), made if absent with its public key beside it")


def _columns(to: argparse.ArgumentParser) -> None:
    to.add_argument("--prompt-column", default="prompt", help="of the answers (default: prompt)")
    to.add_argument("--output-column", default="output", help="of the answers (default: output)")


def _suspect(to: argparse.ArgumentParser) -> None:
    to.add_argument("--url", help="OpenAI-compatible endpoint, such as http://localhost:8000/v1")
    to.add_argument("--model", help="name of the model there")
    to.add_argument("--api-key-env", help="environment variable with the API key")
    to.add_argument("--completions", action="store_true", help="POST /completions instead of /chat/completions")
    to.add_argument("--folder", type=Path, help="transformers model folder instead of an endpoint")
    to.add_argument("--rate", type=float, help="questions a minute, at most")
    to.add_argument("--seed", type=seed, default=1, help="of a folder's sampling")
    to.add_argument("--out", type=Path, required=True, help="JSONL; what stands there is not asked again")
