"""Commands for cases, actions, the allow-list, appeals, policies, decisions and the audit log. Parsing only; nothing heavy is imported."""

import argparse
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from stillwatch.errors import MissingExtraError
from stillwatch.respond.vocabulary import AGAINST, FOR, Action, Mode, State, Subject, Verdict

Add = Callable[..., argparse.ArgumentParser]
Job = Callable[[argparse.Namespace], Any]
Sub = Callable[[str, str, str], argparse.ArgumentParser]


def store_option(parser: Any) -> None:
    """``--store``: every command that has one finds the store in the same way."""
    parser.add_argument("--store", metavar="URL", default=os.environ.get("STILLWATCH_STORE") or None,
                        help="sqlite:///file.db, a path or postgresql://… (default: $STILLWATCH_STORE, else ./stillwatch.db)")


def actor_option(parser: argparse.ArgumentParser) -> None:
    """``--as``."""
    parser.add_argument("--as", dest="actor", metavar="NAME", default=os.environ.get("STILLWATCH_ACTOR") or None,
                        help="who acts (default: $STILLWATCH_ACTOR, else the login name)")


def key_option(parser: argparse.ArgumentParser) -> None:
    """``--key-file``, of commands that take an account, a key or an organisation."""
    parser.add_argument("--key-file", type=Path, metavar="FILE",
                        help="the tenant's key that ingest hashed identifiers with: names are hashed where the store has hashes "
                             "(default: they are taken as they are)")


def register(add: Add, shared: argparse.ArgumentParser, attach: Job, erase: Job) -> None:
    """Add the commands to the command line; ``add`` makes a top command, ``shared`` has the options of all.

    ``attach`` does ``cases attach``: it verifies a proof, which cases know nothing of. ``erase`` does ``cases erase``: it also
    reaches folders of logs and runs.
    """

    def made(name: str, jobs: str, help_: str) -> Sub:
        return group(add, shared, name, f"stillwatch.respond.{jobs}", help_)

    _cases(made("cases", "case_jobs", "what people make of the campaigns that were found"), attach, erase)
    _actions(made("actions", "action_jobs", "observe, throttle, challenge, restrict or block, and undo it"))
    _allow(made("allow", "register_jobs", "accounts, keys and organisations that no action touches"))
    _appeal(made("appeal", "register_jobs", "what accused customers say, and what was decided"))
    _policy(made("policy", "policy_jobs", "caps, durations, shadow or enforce; versions of them"))
    _decisions(made("decisions", "decision_jobs", "what services answered about accounts under an action"))
    log = made("audit-log", "register_jobs", "the record of who did what")
    verify = log("verify", "verify_log", "check that no row was changed, removed or reordered")
    verify.add_argument("--head", metavar="SEQ:HASH", help="what an earlier verification printed; the log must still hold it")
    export = log("export", "export_log", "write the log as JSON, one row a line")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")


def group(add: Add, shared: argparse.ArgumentParser, name: str, module: str, help_: str) -> Sub:
    """A top command whose subcommands work on the store; returns what adds one: its word, a function of the module, its help."""
    store = type(shared)(add_help=False)
    store_option(store)
    actor_option(store)
    subs = add(name, lambda _: None, help_).add_subparsers(required=True, metavar="COMMAND", title="commands")

    def sub(word: str, does: str, what: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = subs.add_parser(word, help=what, description=what, parents=[shared, store])
        made.set_defaults(command=job(module, does))
        return made

    return sub


def job(module: str, name: str) -> Job:
    """What a command does: a function of a module that is imported only when the command runs.

    Raises:
        MissingExtraError: (when it runs) the module stands on something that is not installed.
    """

    def run(args: argparse.Namespace) -> Any:
        try:
            jobs = import_module(module)
        except ModuleNotFoundError as error:
            missing = str(error.name).partition(".")[0]
            extras = "'.[serve]', or '.[prove]'," if missing == "cryptography" else "'.[serve]'"
            raise MissingExtraError(f"{missing} is not installed", todo=f"pip install {extras} in a checkout of Stillwatch") from error
        return getattr(jobs, name)(args)

    return run


def _words(enum: Any) -> list[str]:
    return [str(word) for word in enum]


def _cases(sub: Sub, attach: Job, erase: Job) -> None:
    import_ = sub("import", "import_run", "open or update the cases of a run")
    import_.add_argument("run", type=Path, metavar="RUN")
    import_.add_argument("--data", type=Path, metavar="DIR", help="the folder that detect read: registry facts, traffic and keys")
    list_ = sub("list", "list_cases", "cases, highest expected loss first")
    list_.add_argument("--state", action="append", choices=_words(State), help="only this one; may be repeated (default: the open ones)")
    _limit(list_)
    sub("show", "show_case", "one case with its accounts, actions and remarks").add_argument("case", metavar="CASE")
    move = sub("move", "move_case", "bring a case into another state")
    move.add_argument("case", metavar="CASE")
    move.add_argument("state", choices=_words(State))
    move.add_argument("--verdict", choices=_words(Verdict), help="with resolved: what was concluded")
    move.add_argument("--note", default="", help="why; is kept")
    assign = sub("assign", "assign_case", "give a case to somebody, or to nobody")
    assign.add_argument("case", metavar="CASE")
    assign.add_argument("name", nargs="?", metavar="NAME")
    note = sub("note", "note_case", "add a remark")
    note.add_argument("case", metavar="CASE")
    note.add_argument("text", metavar="TEXT")
    made = sub("attach", "", "verify a proof of stillwatch prove test and name it on a case")
    made.set_defaults(command=attach)
    made.add_argument("case", metavar="CASE")
    made.add_argument("proof", type=Path, metavar="PROOF", help="folder of the proof")
    made.add_argument("--public-key", type=Path, metavar="FILE", help="the signer's public key (PEM), not taken from the proof")
    made.add_argument("--published", metavar="HASH", help="the commitment's hash, from where it was published")
    made.add_argument("--note", default="", help="how it concerns the case")
    made = sub("detach", "detach_proof", "say that a proof does not concern a case after all; the log keeps both")
    made.add_argument("case", metavar="CASE")
    made.add_argument("proof", metavar="SHA256", help="of the proof's manifest.json, as cases show says")
    made.add_argument("--note", required=True, help="why; is kept")
    for word, what in (("exclude", "judge that an account does not belong to a case"), ("include", "take an exclusion back")):
        made = sub(word, f"{word}_account", what)
        made.add_argument("case", metavar="CASE")
        made.add_argument("account", metavar="ACCOUNT")
        key_option(made)
        made.add_argument("--note", required=True, help="why; is kept")
    erased = sub("erase", "", "erase an account from the store, logs and runs, as a customer may ask; needs an admin of the store")
    erased.set_defaults(command=erase)
    erased.add_argument("account", metavar="ACCOUNT", help="as the tables have it; stillwatch identify tells it from a customer's name")
    erased.add_argument("--note", required=True, help="which request asks for it; is kept, so without the customer's name")
    erased.add_argument("--from", dest="folders", type=Path, nargs="+", action="extend", default=[], metavar="FOLDER",
                        help="also from these: folders that detect read (with events/), runs beside the logs they were made of, "
                             "replays, the state of serve --run, and single tables such as ledgers")
    erased.add_argument("--also", action="append", default=[], metavar="NAME", help="a further name to erase from texts; may be repeated")
    erased.add_argument("--key-file", type=Path, metavar="FILE",
                        help="the tenant's key: ACCOUNT is hashed with it where the store has hashes, and put on the list beside it "
                             "of those that ingest leaves out (default: stillwatch.key in the folders of logs, where there is one)")
    erased.add_argument("--yes", action="store_true", help="do it, rather than only count what would be erased")
    labels = sub("labels", "write_labels", "write what people found out about accounts, in the form of a truth table")
    labels.add_argument("--out", type=Path, required=True, metavar="FILE", help="Parquet")


def _limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=int, default=50, help="at most so many (default: 50)")


def _subjects(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--account", action="append", default=[], metavar="ID", help="only this account; may be repeated")
    parser.add_argument("--key", action="append", default=[], metavar="ID", help="only this key; may be repeated")
    key_option(parser)


def _actions(sub: Sub) -> None:
    list_ = sub("list", "list_actions", "actions in force, or waiting for another person")
    list_.add_argument("--waiting", action="store_true", help="those that wait for another person")
    _limit(list_)
    sub("show", "show_action", "one action with its approvals and blast radius").add_argument("action", metavar="ACTION")
    preview = sub("preview", "preview_action", "whom an action would touch; nothing is stored")
    propose = sub("propose", "propose_action", "propose an action on a whole case or on some subjects")
    propose.add_argument("kind", choices=_words(Action))
    for made in (preview, propose):
        made.add_argument("--case", metavar="CASE", help="all accounts of this case")
        _subjects(made)
    propose.add_argument("--reason", required=True, choices=_words(AGAINST), help="which the customer is told")
    propose.add_argument("--mode", choices=_words(Mode), help="default: the policy's, shadow unless it says otherwise")
    propose.add_argument("--days", type=float, help="how long (default: the policy's)")
    propose.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="parameters",
                         help="what it means at the gateway, over the policy's, such as case_requests_per_min=30; may be repeated")
    propose.add_argument("--note", default="", help="why; is kept")
    propose.add_argument("--yes", action="store_true", help="the names are right, though neither the store nor the log knows any of them")
    for word, what in (("approve", "agree to somebody else's proposal"), ("reject", "turn a proposal down, or take one's own back")):
        made = sub(word, f"{word}_action", what)
        made.add_argument("action", metavar="ACTION")
        made.add_argument("--note", default="", required=word == "reject", help="why; is kept")
    undo = sub("undo", "undo_action", "end an action, on all or some of its subjects")
    undo.add_argument("action", metavar="ACTION")
    _subjects(undo)
    undo.add_argument("--reason", required=True, choices=_words(FOR), help="why it ends")
    undo.add_argument("--note", default="", help="why; is kept")
    renew = sub("renew", "renew_action", "propose an action again before or after it expires")
    renew.add_argument("action", metavar="ACTION")
    renew.add_argument("--days", type=float, help="how long (default: the policy's)")
    renew.add_argument("--note", default="", help="why; is kept")
    sub("sweep", "sweep_actions", "mark what has expired, and turn down proposals that lapsed")


def _allow(sub: Sub) -> None:
    add = sub("add", "add_allowed", "allow a subject until a time")
    add.add_argument("subject", choices=_words(Subject))
    add.add_argument("id", metavar="ID")
    key_option(add)
    add.add_argument("--owner", required=True, help="who answers for it")
    add.add_argument("--reason", required=True, help="why; is kept")
    add.add_argument("--days", type=float, required=True, help="how long")
    _limit(sub("list", "list_allowed", "entries in force"))
    revoke = sub("revoke", "revoke_allowed", "end an entry now")
    revoke.add_argument("entry", type=int, metavar="ENTRY")
    revoke.add_argument("--note", required=True, help="why; is kept")


def _appeal(sub: Sub) -> None:
    receive = sub("receive", "receive_appeal", "record what an accused customer says")
    receive.add_argument("about", metavar="CASE|ACTION|CAMPAIGN", help="what the customer was told: in X-Guard-Case, or in a statement")
    receive.add_argument("account", metavar="ACCOUNT", help="who appeals; stillwatch identify tells it from a customer's name")
    key_option(receive)
    receive.add_argument("--statement", required=True, help="what the customer says")
    list_ = sub("list", "list_appeals", "open appeals")
    list_.add_argument("--all", action="store_true", help="decided ones too")
    _limit(list_)
    decide = sub("decide", "decide_appeal", "uphold the actions, or overturn them")
    decide.add_argument("appeal", type=int, metavar="APPEAL")
    decide.add_argument("outcome", choices=("uphold", "overturn"))
    decide.add_argument("--reason", required=True, help="why; is kept")


def _decisions(sub: Sub) -> None:
    list_ = sub("list", "list_decisions", "the last ones that were logged, newest first")
    list_.add_argument("--case", metavar="CASE", help="only of this case, or action of none")
    list_.add_argument("--account", metavar="ID", help="only of this account or key")
    key_option(list_)
    _limit(list_)
    prune = sub("prune", "prune_decisions", "remove those that are older than some days; needs an admin")
    prune.add_argument("--days", type=float, required=True, help="keep the decisions of so many days")


def _policy(sub: Sub) -> None:
    sub("show", "show_policy", "the policy in force")
    draft = sub("draft", "draft_policy", "store a version; it is not in force until promoted")
    draft.add_argument("file", type=Path, metavar="FILE", help="JSON; what it leaves out is as in the built-in policy")
    draft.add_argument("--note", required=True, help="why; is kept")
    tried = sub("throttle", "try_throttle", "what throttles would have let through of a log: each open case, and other accounts")
    tried.add_argument("data", type=Path, metavar="DIR", help="the folder that detect read")
    tried.add_argument("--case", action="append", metavar="CASE", help="only this one; may be repeated (default: the open ones)")
    tried.add_argument("--rate", type=float, action="append", metavar="N",
                       help="requests a minute of each account; may be repeated (default: 60 to 0.2)")
    tried.add_argument("--policy", type=Path, metavar="FILE", help="whose throttle is tried too (default: the policy in force)")
    sub("list", "list_policies", "all versions, the one in force marked")
    promote = sub("promote", "promote_policy", "put a version in force; an earlier one, or 0 for the built-in one, is a rollback")
    promote.add_argument("version", type=int, metavar="VERSION")
    promote.add_argument("--note", required=True, help="why; is kept")
