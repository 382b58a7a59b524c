"""The commands of the store as somebody types them: what cannot be is one line, and what was done is told."""

import json
import re
import shlex
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from respond_helpers import NOW, Folder, accounts, log_of, write_run

from stillwatch.cli import main
from stillwatch.keys.hashing import keyed, tenant_key
from stillwatch.respond import names
from stillwatch.respond.store import Change, Store, StoreError

Told = Callable[..., str]


def case_of_eight(store: Store, folder: Path) -> None:
    run = write_run(folder / "run", {"c-one": {"members": accounts(0, 8)}}, last_seen=NOW)
    assert main(["cases", "import", str(run), "--store", store.name]) == 0


@pytest.fixture
def url(tmp_path: Path, copied: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A store with one case of eight accounts; the files that the tests name lie in the working folder."""
    monkeypatch.chdir(tmp_path)
    url = copied("sqlite", case_of_eight)
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("junk\n")
    return url


@pytest.mark.parametrize("error", [OSError, KeyError])
def test_a_user_without_a_name_is_asked_for_one(
    url: str, error: type[Exception], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def getuser() -> str:
        raise error("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", getuser)
    monkeypatch.delenv("STILLWATCH_ACTOR", raising=False)
    capsys.readouterr()
    assert main(["cases", "list", "--store", url]) == 1
    said = capsys.readouterr().err
    assert (said.count("\n"), "Pass --as NAME or set STILLWATCH_ACTOR=NAME" in said) == (1, True), said


@pytest.fixture
def told(url: str, capsys: pytest.CaptureFixture[str]) -> Told:
    """What a command says."""

    def run(*words: str, who: str = "ana", code: int = 0) -> str:
        capsys.readouterr()
        assert main([*words, "--store", url, "--as", who]) == code
        said = capsys.readouterr()
        assert (said.err.count("\n"), "internal failure" in said.err) == (code, False), said.err
        return said.err if code else said.out

    return run


ACT = ("actions", "propose", "throttle", "--reason", "analyst_request", "--account")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("cases", "list", "--limit", "0"), "0 is no number of cases: --limit"),
        (("cases", "list", "--limit", "-5"), "-5 is no number of cases"),
        (("actions", "list", "--limit", "0"), "0 is no number of actions: --limit"),
        (("cases", "import", "empty"), "no whole run (no summary.json): empty. Pass a folder"),
        (("cases", "import", "text.txt"), "no such run folder: text.txt"),
        (("cases", "note", "case-one", " "), "an empty remark: case-one"),
        ((*ACT, ""), "'' is no identifier: --account. Pass one"),
        ((*ACT, "a\udcff"), r"'a\udcff' is no identifier: --account"),
        ((*ACT, "x" * 3000), "…"),
        (("actions", "preview", "--key", " "), "' ' is no identifier: --key"),
        (("allow", "add", "org", "", "--owner", "a", "--reason", "b", "--days", "1"), "'' is no identifier: org"),
        (("allow", "add", "org", "o", "--owner", " ", "--reason", "b", "--days", "1"), "needs an owner and a reason: o"),
        (("cases", "exclude", "case-none", "acct-00001", "--note", "x"), "no such case: case-none. See stillwatch cases list"),
        (("allow", "revoke", "9", "--note", "x"), "no allow-list entry 9 in force. See stillwatch allow list"),
        (("appeal", "receive", "case-one", "acct-00000", "--statement", " "), "an appeal needs a statement: acct-00000"),
        (("appeal", "decide", "9", "uphold", "--reason", "x"), "no such open appeal: appeal 9. See stillwatch appeal list"),
        (("policy", "promote", "9", "--note", "x"), "no policy version 9. See stillwatch policy list"),
        (("policy", "promote", "99999999999999999999", "--note", "x"), "so large a number"),
        (("allow", "revoke", "99999999999999999999", "--note", "x"), "so large a number"),
        (("appeal", "decide", "99999999999999999999", "uphold", "--reason", "x"), "so large a number"),
        (("decisions", "list", "--limit", "99999999999999999999"), "so large a number"),
        (("identify", " "), "no name. Pass names"),
        (("indicators", "import", "text.txt", "--source", ""), "'' cannot be a source's name"),
        (("webhooks", "add", "", "https://x.example", "--secret-file", "new"), "'' cannot be a receiver's name"),
        (("webhooks", "add", "w", "https://127.0.0.1/x", "--secret-file", "new"), "127.0.0.1 is not a public address"),
        (("webhooks", "add", "w", "https://x.example", "--secret-file", "new", "--allow-network", "10.0.0.0/99"), "not a network"),
        (("webhooks", "remove", "w"), "no receiver w. See stillwatch webhooks list"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_is_one_line(told: Told, words: tuple[str, ...], said: str) -> None:
    assert said in told(*words, code=1)
    assert told("actions", "list") == "no action holds\n"
    assert told("appeal", "list") == "no appeal is open\n"
    assert told("webhooks", "list") == ""


KEY = bytes(range(32))


@pytest.fixture
def hashed(told: Told, run_folder: Folder, tmp_path: Path) -> Told:
    """As ``told``, of a store that has one more case, of twenty accounts C0 to C19 by their keyed hashes; the key is in ``key``."""
    (tmp_path / "key").write_text(KEY.hex())
    told("cases", "import", str(run_folder({"c-two": {"members": [keyed(KEY, f"C{i}") for i in range(20)]}})))
    return told


ALLOW = ("--owner", "o", "--reason", "r", "--days", "9")


@pytest.mark.parametrize("words", [
    ("allow", "add", "account", "C1", *ALLOW), ("allow", "add", "org", "C1", *ALLOW), (*ACT, "C1"),
    ("actions", "preview", "--account", "C1"), ("cases", "exclude", "case-two", "C1", "--note", "n"),
    ("cases", "include", "case-two", "C1", "--note", "n"),
    ("appeal", "receive", "case-two", "C1", "--statement", "s"), ("cases", "erase", "C1", "--note", "n", "--yes"),
    ("decisions", "list", "--account", "C1"),
], ids=lambda words: " ".join(words[:3]))
def test_a_name_in_clear_is_refused_where_the_store_has_hashes_and_hashed_with_the_key(hashed: Told, words: tuple[str, ...]) -> None:
    log = hashed("audit-log", "verify")
    said = hashed(*words, code=1)
    assert "named in clear: C1. Pass its hash, which stillwatch identify C1 --key-file FILE tells" in said
    assert hashed("audit-log", "verify") == log, "nothing was written"
    if words[1] != "include":  # nobody was excluded
        hashed(*words, "--key-file", "key")


def test_with_the_key_a_name_is_its_hash_and_what_the_store_knows_is_itself(hashed: Told) -> None:
    mine, with_key = keyed(KEY, "C1"), ("--key-file", "key")
    assert f"account {mine} until" in hashed("allow", "add", "account", "C1", *ALLOW, *with_key)
    assert f"account {mine} until" in hashed("allow", "add", "account", mine, *ALLOW, *with_key)
    assert "account acct-00001 until" in hashed("allow", "add", "account", "acct-00001", *ALLOW), "known as it is, in clear"
    assert "account acct-00001 until" in hashed("allow", "add", "account", "acct-00001", *ALLOW, *with_key)
    stranger = "0" * 32  # such as a hash of another log
    assert f"account {stranger} until" in hashed("allow", "add", "account", stranger, *ALLOW, *with_key)
    assert "no such key file: other" in hashed("allow", "add", "account", "C1", *ALLOW, "--key-file", "other", code=1)
    said = hashed("actions", "preview", "--key", "sk-secret", code=1)
    assert ("identify --api-key -" in said, "sk-secret" in said) == (True, False)


def test_a_store_in_clear_takes_names_as_they_are_with_a_key_too(told: Told, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY.hex())
    for key in ((), ("--key-file", "key")):
        assert "account stranger until" in told("allow", "add", "account", "stranger", *ALLOW, *key)


@pytest.mark.parametrize("name", ["\u200bzero", "\u00a0=1103", "a\nb", "acct_A x", "a\x1b[31m", "\u202eabc"])
def test_whom_the_store_has_can_be_named(told: Told, run_folder: Folder, name: str) -> None:
    told("cases", "import", str(run_folder({"c-odd": {"members": [name, *accounts(20, 7)]}})))
    assert "not known" not in told("actions", "preview", "--account", name)
    action = json.loads(told(*ACT, name, "--mode", "enforce", "--json"))["action_id"]
    assert json.loads(told("actions", "undo", action, "--reason", "false_positive", "--account", name, "--json"))["state"] == "done"
    assert "the store knows it" in told("allow", "add", "account", name, "--owner", "o", "--reason", "r", "--days", "1")
    told("allow", "revoke", "1", "--note", "gone")
    told("cases", "erase", name, "--note", "ticket 7", "--yes")
    assert "nothing of it" in told("cases", "erase", name, "--note", "ticket 7", "--yes", code=1)


def test_the_interval_of_a_harvest_stands_beside_it(told: Told, run_folder: Folder) -> None:
    run = run_folder({"c-old": {"members": accounts(20, 9)}})
    table = pq.read_table(run / "campaigns.parquet").drop(["harvested_low", "harvested_high"])  # as an earlier version wrote it
    pq.write_table(table, run / "campaigns.parquet")
    told("cases", "import", str(run))
    old, new = sorted(line for line in told("cases", "list").splitlines() if " harvested " in line)
    assert " 72 harvested (64 to 80) " in new
    assert " 81 harvested " in old
    assert "(" not in old
    found = {case["campaign_id"]: case for case in json.loads(told("cases", "list", "--json"))["cases"]}
    assert [found[name][end] for name in ("c-one", "c-old") for end in ("harvested_low", "harvested_high")] == [64, 80, None, None]
    assert "72 (64 to 80) of their 80 requests harvested" in told("cases", "show", "case-one")
    assert "81 of their 90 requests harvested" in told("cases", "show", "case-old")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"mode": ["enforce"]}, "policy.mode is ['enforce']"),
        ({"two_person": [["block"]]}, "must be a list of actions"),
        ({"two_person": [{}, "block"]}, "must be a list of actions"),
        ({"two_person": [None, "block"]}, "must be a list of actions"),
        ({"durations_s": {"block": "1d"}}, "a day is 86400"),
        ({"durations_s": {"block": 99_999_999}}, "policy.durations_s.block is 99999999, longer than policy.max_duration_s"),
        ({"max_duration_s": 3600}, "policy.durations_s.observe is 2592000, longer than policy.max_duration_s, 3600"),
        ({"max_duration_s": 10**15}, "ten years in seconds"),
    ],
    ids=str,
)
def test_a_policy_under_which_nothing_could_be_proposed_is_not_stored(told: Told, tmp_path: Path, document: object, said: str) -> None:
    (tmp_path / "p.json").write_text(json.dumps(document))
    assert said in told("policy", "draft", "p.json", "--note", "x", code=1)
    assert told("policy", "list") == "in force     0  shadow   built in\n"


@pytest.mark.parametrize("who", ["ana ", " ", "a\nna", "x" * 65])
def test_a_blank_makes_nobody_a_second_person(told: Told, who: str) -> None:
    made = told("actions", "propose", "block", "--case", "case-one", "--reason", "analyst_request")
    action = next(word for word in made.split() if word.startswith("act-")).strip(":")
    assert "cannot be a user's name" in told("actions", "approve", action, who=who, code=1)


def test_a_policy_that_says_two_things_is_not_stored(told: Told, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"mode": "shadow", "max_accounts": 5, "mode": "enforce"}')
    assert "'mode' is there more than once" in told("policy", "draft", "p.json", "--note", "x", code=1)


def test_versions_of_the_policy_are_listed(told: Told, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"mode": "enforce"}')
    told("policy", "draft", "p.json", "--note", "go live")
    told("policy", "promote", "1", "--note", "now")
    first, last = told("policy", "list").splitlines()
    assert first.startswith("in force     1  enforce")
    assert first.endswith("ana: go live")
    assert last.split() == ["0", "shadow", "built", "in"]


def test_reasons_to_act_and_to_end_are_two_lists(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["actions", "propose", "observe", "--case", "case-one", "--reason", "false_positive"],
        ["actions", "undo", "act-x", "--reason", "coordinated_extraction"],
    ):
        with pytest.raises(SystemExit) as caught:
            main([*words, "--store", url])
        assert caught.value.code == 1
        assert "--reason" in capsys.readouterr().err


def test_who_passed_a_verification_goes_on(told: Told) -> None:
    """The step that docs/respond.md gives: of a challenge of a whole case one account is let go, by one person."""
    said = told("actions", "propose", "challenge", "--case", "case-one", "--reason", "suspected_extraction")
    action = said.splitlines()[-1].split(":")[0]
    said = told("actions", "undo", action, "--account", "acct-00003", "--reason", "identity_verified")
    assert f"lift of {action} is done" in said
    assert "account:acct-00003" not in told("actions", "show", action, "--json")
    assert "account:acct-00004" in told("actions", "show", action, "--json")


def test_a_preview_tells_what_nobody_knows_and_where_nobody_is_sent(told: Told) -> None:
    named = ("--account", "acct-none", "--reason", "analyst_request")
    stranger = told("actions", "propose", "challenge", *named)
    assert "the store does not know 1 subject (acct-none): check the identifiers" in stranger
    assert "the import had no --data" not in stranger
    assert "traffic unknown" in stranger
    assert "no verify_url" in stranger
    assert "of several actions" not in stranger
    again = ("--account", "acct-none", "--reason", "analyst_request", "--set", "verify_url=https://help.example")
    sent = told("actions", "propose", "challenge", *again)
    assert "no verify_url" not in sent
    assert "of several actions" in sent


def test_a_customer_of_no_case_is_told_from_a_misspelt_name(told: Told, run_folder: Folder, tmp_path: Path) -> None:
    """Whoever is protected before somebody accuses him is in no case, but in the log that the last import read."""
    log = log_of(tmp_path / "log", "org-x", [*accounts(0, 8), *accounts(100, 3)], verified=True)
    told("cases", "import", str(run_folder({"c-one": {"members": accounts(0, 8)}})), "--data", str(log))
    place = f"the log in {log}"
    known = f"the store does not know acct-00100, {place} does: organisation org-x, verified; 1 request in 0.0417 days"
    misspelt = f"neither the store nor {place} knows 1 subject (acct-0100): check the identifiers"
    seen = told("actions", "preview", "--account", "acct-00100")
    assert [said in seen for said in (known, "verified 1,", "a day on average", "perhaps misspelt")] == [True, True, True, False]
    wrong = told("actions", "preview", "--account", "acct-0100")
    assert all(said in wrong for said in (misspelt, "traffic unknown", "not known, perhaps misspelt: 1"))
    assert "acct-00100" in told("actions", "preview", "--key", "k-acct-00100")
    add = ("--owner", "sales", "--reason", "contract", "--days", "9")
    assert misspelt in told("allow", "add", "account", "acct-0100", *add)
    said = told("allow", "add", "account", "acct-00100", *add)
    assert known in said
    assert "check the identifiers" not in said
    assert f"it covers 11 accounts that imports or {place} told" in told("allow", "add", "org", "org-x", *add)
    assert "knows 1 subject (org-y)" in told("allow", "add", "org", "org-y", *add)
    assert "nobody to act on" in told("actions", "propose", "block", "--account", "acct-00102", "--reason", "analyst_request", code=1)
    block = ("actions", "propose", "block", "--account", "acct-9999", "--reason", "analyst_request")
    refused = told(*block, code=1)
    assert f"neither the store nor {place} knows 1 subject (acct-9999)" in refused
    assert refused.endswith("Pass --yes if they are right\n")
    assert told("actions", "list", "--json").count("act-") == 0
    assert "act-" in told(*block, "--yes")
    log.rename(tmp_path / "gone")
    said = told("actions", "preview", "--account", "acct-new")
    assert f"the log of the last import could not be looked in (no such folder: {log}" in said


def test_an_entry_of_the_allow_list_that_shields_the_accused_is_told(told: Told, run_folder: Folder, tmp_path: Path) -> None:
    """One account of an operator in an allowed organisation lets all his accounts there through."""
    log = log_of(tmp_path / "log", "org-x", [*accounts(0, 8), *accounts(100, 3)])
    told("cases", "import", str(run_folder({"c-one": {"members": accounts(0, 8)}})), "--data", str(log))
    action = told("actions", "propose", "observe", "--case", "case-one", "--reason", "analyst_request").splitlines()[-1].split(":")[0]
    add, shielded = ("--owner", "sales", "--reason", "contract", "--days", "9"), "while the entry lasts, no action touches whom it covers\n"
    assert "accused" not in told("allow", "add", "account", "acct-00100", *add)
    assert "on the allow-list" not in told("cases", "show", "case-one") + told("actions", "show", action)
    assert f"accused in case-one (1 account): {shielded}" in told("allow", "add", "key", "k-acct-00001", *add)
    assert f"accused in case-one (1 account): {shielded}" in told("allow", "add", "account", "acct-00002", *add)
    shown = told("cases", "show", "case-one")
    assert "1 account is on the allow-list, so no action touches it: stillwatch allow list\n" in shown
    assert [line.split()[0] for line in shown.splitlines() if "  allowed" in line] == ["acct-00002"]
    assert "of these 1 is on the allow-list, and let through" in told("actions", "show", action)
    said = told("allow", "add", "org", "org-x", *add)
    assert f"accused in case-one (8 accounts): {shielded}" in said
    assert "8 accounts are on the allow-list, so no action touches them" in told("cases", "show", "case-one")
    assert json.loads(told("actions", "show", action, "--json"))["allowed"] == [f"account:{name}" for name in accounts(0, 8)]
    told("actions", "undo", action, "--reason", "false_positive")
    assert "on the allow-list" not in told("actions", "show", action), "it touches nobody any more"
    told("cases", "exclude", "case-one", "acct-00002", "--note", "a colleague")
    assert "accused" not in told("allow", "add", "account", "acct-00002", *add)


def test_a_list_says_that_it_was_cut(told: Told, run_folder: Folder) -> None:
    told("cases", "import", str(run_folder({"c-two": {"members": accounts(100, 8)}, "c-three": {"members": accounts(200, 8)}})))
    for name in accounts(0, 2):
        told("allow", "add", "account", name, "--owner", "sales", "--reason", "contract", "--days", "9")
        told("appeal", "receive", "case-one", name, "--statement", "no")
    for case_id in ("case-two", "case-three"):
        told("actions", "propose", "observe", "--case", case_id, "--reason", "analyst_request", who="dee")
        told("actions", "propose", "block", "--case", case_id, "--reason", "analyst_request", who="dee")
    cut = "there are more than these 1: --limit N lists more\n"
    for words in (("cases",), ("actions",), ("actions", "--waiting"), ("appeal",), ("allow",)):
        command = (words[0], "list", *words[1:])
        assert cut in told(*command, "--limit", "1"), words
        assert "there are more" not in told(*command), words
        assert [json.loads(told(*command, "--json", *most))["more"] for most in ((), ("--limit", "1"))] == [False, True]


def test_whom_edges_that_see_keys_alone_do_not_find_is_told(told: Told, run_folder: Folder, tmp_path: Path) -> None:
    """An operator who blocks 8 accounts must not believe that all edges refuse 8."""

    def line(n: int, of: int = 8) -> str:
        none = ", unless the log names accounts by their keys. If it does not, import a log with key_id (--data), or let edges name the"
        none = f"{none} account (--account-header of serve)" if n == of else ""
        return f"for {n} of {of} accounts no API key is known: edges that see keys alone do not find them{none}\n"

    for_case = ("--case", "case-one")
    assert line(8) in told("actions", "preview", *for_case)
    said = told("actions", "propose", "observe", *for_case, "--reason", "analyst_request")
    assert line(8) in said
    action = said.splitlines()[-1].split(":")[0]
    log = log_of(tmp_path / "log", None, [*accounts(0, 5), "acct-new"])
    told("cases", "import", str(run_folder({"c-one": {"members": accounts(0, 8)}})), "--data", str(log))
    assert line(3) in told("actions", "preview", *for_case)
    assert json.loads(told("actions", "preview", *for_case, "--json"))["n_without_known_key"] == 3
    assert line(3) in told("cases", "show", "case-one")
    assert json.loads(told("cases", "show", "case-one", "--json"))["n_without_known_key"] == 3
    shown = told("actions", "show", action)
    assert line(3) in shown.partition("when proposed:")[0], "as things stand"
    assert line(8) in shown.partition("when proposed:")[2]
    assert json.loads(told("actions", "show", action, "--json"))["n_without_known_key"] == 3
    assert "no API key" not in told("actions", "preview", "--account", "acct-new", "--key", "k-acct-00001"), "the log tells its key"
    told("cases", "exclude", "case-one", "acct-00007", "--note", "staff")
    assert line(2, 7) in told("cases", "show", "case-one")
    told("actions", "undo", action, "--reason", "false_positive")
    assert "no API key" not in told("actions", "show", action).partition("when proposed:")[0], "it touches nobody any more"


def test_what_was_done_is_told(told: Told) -> None:
    assert told("cases", "assign", "case-one", "eve") == "case-one is with eve\n"
    assert told("cases", "assign", "case-one") == "case-one is with nobody\n"
    assert told("cases", "note", "case-one", "odd") == "case-one has the remark\n"
    told("actions", "propose", "observe", "--case", "case-one", "--reason", "suspected_extraction")
    said = told("cases", "exclude", "case-one", "acct-00001", "--note", "a colleague")
    assert "acct-00001 is excluded from case-one" in said
    assert "still under an action, 1 account: stillwatch actions undo act-" in said
    assert said.rstrip().endswith("--account=acct-00001")
    assert told("cases", "include", "case-one", "acct-00001", "--note", "not so") == "acct-00001 is in case-one\n"
    told("cases", "move", "case-one", "investigating")
    said = told("cases", "move", "case-one", "resolved", "--verdict", "benign", "--note", "a class")
    assert said.startswith("case-one is resolved\n")
    assert "still under an action, 8 accounts: stillwatch actions undo act-" in said
    shown = told("cases", "show", "case-one")
    assert "last found as c-one of the run imported " in shown
    assert "stillwatch export RUN --format packet --campaign c-one" in shown
    assert "it covers" not in (said := told("allow", "add", "org", "org-x", "--owner", "a", "--reason", "b", "--days", "1"))
    assert "the store does not know 1 subject (org-x): check the identifiers" in said
    assert "no import told a log to look in" in said
    assert "the store knows it" in told("allow", "add", "account", "acct-00002", "--owner", "a", "--reason", "b", "--days", "1")
    assert told("allow", "revoke", "1", "--note", "x") == "entry 1: org org-x is no longer allowed\n"


@pytest.mark.parametrize("words", [
    ("cases", "note", "case-one", "caf\udce9"),
    ("cases", "show", "caf\udce9"),
    ("cases", "move", "case-one", "triage", "--note", "caf\udce9"),
    ("actions", "propose", "throttle", "--case", "case-one", "--reason", "terms_of_use", "--note", "caf\udce9"),
    ("allow", "add", "account", "acct-00001", "--owner", "caf\udce9", "--reason", "b", "--days", "1"),
    ("appeal", "receive", "case-one", "acct-00001", "--statement", "caf\udce9"),
    ("indicators", "import", "caf.json", "--source", "peer"),
])
def test_words_that_are_not_unicode_are_refused(told: Told, words: tuple[str, ...], tmp_path: Path) -> None:
    """As the shell passes bytes of another encoding, and JSON half a surrogate pair."""
    (tmp_path / "caf.json").write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": [{
        "type": "indicator", "id": "indicator--00000000-0000-4000-8000-000000000001", "pattern_type": "stix",
        "pattern": "[domain-name:value = 'caf\ud83d.example']",
        "modified": "2026-02-01T00:00:00Z", "valid_from": "2026-02-01T00:00:00Z", "name": "caf\ud83d",
    }]}))
    before = told("audit-log", "verify")
    assert "is no Unicode text, which the store could keep" in told(*words, code=1)
    assert told("audit-log", "verify") == before, "nothing is stored"


def test_a_promotion_that_is_not_stored_is_not_told(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p.json").write_text('{"mode": "enforce"}')
    told("policy", "draft", "p.json", "--note", "x")
    told("actions", "propose", "throttle", "--case", "case-one", "--reason", "terms_of_use", "--mode", "enforce")

    def full(change: Change) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Change, "write_audit", full)
        assert main(["policy", "promote", "1", "--note", "x", "--store", f"sqlite:///{tmp_path / 'store.db'}", "--as", "dee"]) == 1
    assert capsys.readouterr().out == ""
    assert "carried out from its promotion on" in told("policy", "promote", "1", "--note", "x")


def test_what_nobody_agreed_to_in_time_is_told_as_lapsed_and_turned_down(told: Told, tmp_path: Path) -> None:
    said = told("actions", "propose", "block", "--case", "case-one", "--reason", "coordinated_extraction")
    action = said.splitlines()[-1].split(":")[0]
    assert f"stillwatch actions approve {action}" in told("cases", "show", "case-one")
    with sqlite3.connect(tmp_path / "store.db") as store:
        store.execute("UPDATE actions SET proposed_at = proposed_at - 7 * 86400 * 1000000")
    shown = told("cases", "show", "case-one")
    assert "waits for another person" not in shown
    assert f"turn it down: stillwatch actions reject {action} --note WHY" in shown
    assert f"lapsed, since nobody agreed within 7 days: {action}" in told("actions", "list")
    assert told("actions", "list", "--waiting").startswith("nothing waits for another person\nlapsed, ")
    assert told("actions", "sweep", who="dee") == "0 expired, 1 lapsed proposal turned down\n"
    assert "investigating" in told("cases", "list")


def test_what_is_told_of_an_action_is_whom_it_touches_now(told: Told) -> None:
    said = told("actions", "propose", "block", "--case", "case-one", "--reason", "coordinated_extraction")
    action = said.splitlines()[-1].split(":")[0]
    assert re.search("it would touch 8 subjects\n.*\nwhen proposed:\n", told("actions", "show", action))
    assert "      8 subjects " in told("actions", "list", "--waiting")
    for account in accounts(1, 7):
        told("cases", "exclude", "case-one", account, "--note", "staff")
    said = told("actions", "approve", action, who="ben")
    first = "it touches 1 subject, 7 spared (allowed or cleared before it took effect)"
    assert said.startswith(f"{first}\nwhen proposed:\n  8 subjects, 8 accounts")
    assert "\n  innocents expected" in said
    listed = told("actions", "list")
    assert "      1 subject " in listed
    assert ", 7 spared (" in listed
    assert "it touches 1 subject, 7 spared" in told("actions", "show", action)
    shown = json.loads(told("actions", "show", action, "--json"))
    assert shown["action"]["touched"] == {"live": 1, "spared": 7, "released": 0}
    told("actions", "undo", action, "--reason", "false_positive")
    said = told("actions", "undo", action, "--reason", "false_positive", code=1)
    assert "waits already to lift it from all of these" in said
    lift = told("actions", "list", "--waiting").split()[0]
    assert told("actions", "approve", lift, who="ben").startswith("it let go 1 subject\n")
    assert "at its end it touched 0 subjects, 7 spared (allowed or cleared before it took effect), 1 let go since" in told(
        "actions", "show", action)


def test_a_renewal_says_whom_it_spares(told: Told) -> None:
    said = told("actions", "propose", "throttle", "--case", "case-one", "--reason", "analyst_request")
    action = said.splitlines()[-1].split(":")[0]
    told("cases", "exclude", "case-one", "acct-00001", "--note", "staff")
    assert f"1 subject of {action} spared (allowed or cleared since): acct-00001\n" in told("actions", "renew", action)
    assert "\n7 subjects, 7 accounts: " in told("actions", "renew", action), "whom it touches"
    renewed = json.loads(told("actions", "renew", action, "--json"))
    assert renewed["spared"] == ["acct-00001"]
    assert "account:acct-00001" not in told("actions", "show", renewed["action_id"], "--json")


def test_who_is_let_go_and_still_held_is_told(url: str, told: Told) -> None:
    from stillwatch.respond.schema import Key
    from stillwatch.respond.store import SYSTEM, Store

    with Store.open(url).write(SYSTEM) as change:
        change.session.add(Key(key_id="k1", account_id="acct-00001"))
    named = ("--account", "acct-00001", "--reason", "analyst_request")
    first = told("actions", "propose", "block", *named).splitlines()[-1].split(":")[0]
    told("actions", "approve", first, who="ben")
    again = told("actions", "renew", first).splitlines()[-1].split(":")[0]
    told("actions", "approve", again, who="ben")
    line = f"still under block {again}, 1 subject: stillwatch actions undo {again} --reason false_positive --account=acct-00001\n"
    lifts = told("actions", "undo", first, "--reason", "false_positive")
    lift = lifts.splitlines()[-1].split(":")[0]
    assert line in lifts
    assert line in told("actions", "approve", lift, who="ben")
    assert line in told("actions", "show", lift)
    on_key = told("actions", "propose", "observe", "--key", "k1", "--reason", "analyst_request").splitlines()[-1].split(":")[0]
    assert line in told("actions", "undo", on_key, "--reason", "false_positive")
    told(*line.split("stillwatch ")[1].split())
    told("actions", "approve", told("actions", "list", "--waiting").split()[0], who="ben")
    assert "still under" not in told("actions", "show", lift)


def test_that_a_lift_of_an_overturned_appeal_was_turned_down_is_told(told: Told) -> None:
    block = told("actions", "propose", "block", "--account", "solo", "--reason", "analyst_request").splitlines()[-1].split(":")[0]
    told("actions", "approve", block, who="ben")
    told("appeal", "receive", block, "solo", "--statement", "a class")
    lift = told("appeal", "decide", "1", "overturn", "--reason", "seen", who="cem").splitlines()[-1].split(":")[0]
    assert f"ben took part in {block}" in told("actions", "reject", lift, "--note", "no", who="ben", code=1)
    said = told("actions", "reject", lift, "--note", "no", who="dee").splitlines()
    assert said[0] == "an appeal was overturned, and its lift is turned down: what the appeal decided is not done"
    assert said[1] == f"still under block {block}, 1 subject: stillwatch actions undo {block} --reason appeal_overturned --account=solo"


def test_an_action_on_a_cleared_account_is_told_before_and_refused_for_its_case(told: Told) -> None:
    assert "cleared by name" not in told("actions", "preview", "--account", "acct-00001")
    told("cases", "exclude", "case-one", "acct-00001", "--note", "staff")
    assert "cleared by name, by an exclusion or an appeal: 1; such" in told("actions", "preview", "--account", "acct-00001")
    assert "left out: 0 allowed, 1 excluded" in told("actions", "preview", "--case", "case-one")
    propose = ("actions", "propose", "observe", "--case", "case-one", "--account", "acct-00001", "--reason", "analyst_request")
    assert "people cleared acct-00001 by name" in told(*propose, code=1)


def test_a_list_of_appeals_tells_what_the_customers_say(told: Told) -> None:
    told("appeal", "receive", "case-one", "acct-00007", "--statement", "We are\na class. " + "x" * 400)
    (row, statement) = told("appeal", "list").splitlines()
    assert (row.split()[1:4], statement[:28]) == (["open", "case-one", "acct-00007"], "       We are a class. xxxxx")
    assert statement.endswith("x … (--json has all)")


def test_that_an_overturned_appeal_is_set_aside_is_told(told: Told) -> None:
    told("appeal", "receive", "case-one", "acct-00001", "--statement", "a class")
    told("appeal", "decide", "1", "overturn", "--reason", "seen", who="cem")
    said = told("cases", "include", "case-one", "acct-00001", "--note", "forged", who="dee")
    assert said == "acct-00001 is in case-one\nappeal 1, which cleared it, is set aside: it counts as innocent no more\n"


def test_an_excluded_account_learns_of_its_key(url: str, told: Told) -> None:
    from stillwatch.respond.schema import Key
    from stillwatch.respond.store import SYSTEM, Store

    with Store.open(url).write(SYSTEM) as change:
        change.session.add_all([Key(key_id="k1", account_id="acct-00001"), Key(key_id="k2", account_id="acct-00002")])
    said = told("actions", "propose", "throttle", "--case", "case-one", "--key", "k1", "--key", "k2", "--reason", "suspected_extraction")
    action = said.splitlines()[-1].split(":")[0]
    assert "6 accounts are under no action of this case" in told("cases", "show", "case-one")
    said = told("cases", "exclude", "case-one", "acct-00001", "--note", "staff")
    undo = f"stillwatch actions undo {action} --reason false_positive --key=k1"
    assert said.splitlines()[-1] == f"judged innocent and still under an action, 1 key: {undo}"
    assert json.loads(told("cases", "show", "case-one", "--json"))["cleared_and_held"] == {action: ["key:k1"]}
    told(*undo.split()[1:])
    assert "judged innocent and still" not in told("cases", "show", "case-one")


def test_a_case_that_was_judged_innocent_is_acted_on_by_nobody(told: Told) -> None:
    propose = ("actions", "propose", "block", "--case", "case-one", "--reason", "coordinated_extraction")
    action = told(*propose).splitlines()[-1].split(":")[0]
    told("cases", "move", "case-one", "resolved", "--verdict", "false_positive", "--note", "x", who="cem")
    refused = ("people judged the case false positive, so nobody is acted on for it: case-one. "
               "If that was wrong, reopen it first: stillwatch cases move case-one reopened")
    assert refused in told("actions", "approve", action, who="ben", code=1)
    assert refused in told(*propose, code=1)
    assert "innocents expected: 8; nobody accuses them, so each counts as innocent" in told("actions", "preview", "--case", "case-one")
    assert told("actions", "list").startswith("no action holds")


@pytest.mark.parametrize("change", ["at = 'garbage'", "before = x'ff00'", "actor = CAST(x'ff' AS TEXT)"])
def test_a_changed_log_is_one_line(url: str, told: Told, tmp_path: Path, change: str) -> None:
    with sqlite3.connect(tmp_path / "store.db") as store:
        store.execute("DROP TRIGGER audit_log_no_update")
        store.execute(f"UPDATE audit_log SET {change} WHERE seq = 2")
    assert "row 2 was changed (case.open of case-one by " in told("audit-log", "verify", code=1)
    assert told("audit-log", "export", "--out", "log.jsonl", code=1).startswith("stillwatch: ")


def test_a_reader_needs_the_role_of_the_console_page(url: str, told: Told, tmp_path: Path) -> None:
    from stillwatch.respond.schema import User
    from stillwatch.respond.store import SYSTEM, Store

    with Store.open(url).write(SYSTEM) as change:
        for name, role in (("vic", "viewer"), ("ana", "analyst")):
            change.session.add(User(name=name, role=role, created_at=change.now))
            change.audit("user.add", name, after=role)
    for words in (("audit-log", "export", "--out", "log.jsonl"), ("audit-log", "verify"), ("actions", "preview", "--case", "case-one")):
        assert "vic is viewer; this needs analyst" in told(*words, who="vic", code=1)
        assert not (tmp_path / "log.jsonl").exists()
        told(*words, who="ana")
        (tmp_path / "log.jsonl").unlink(missing_ok=True)
    for words in (("cases", "list"), ("cases", "show", "case-one"), ("actions", "list"), ("appeal", "list"), ("allow", "list"),
                  ("decisions", "list"), ("policy", "show"), ("policy", "list")):
        told(*words, who="vic")


def test_texts_of_a_case_are_read_in_the_console(told: Told, run_folder: Folder) -> None:
    run = run_folder({"c-text": {"members": accounts(20, 9), "details": {"templates": [{"masked": "grade this"}], "sentence": "Nine."}}})
    told("cases", "import", str(run))
    details = json.loads(told("cases", "show", "case-text", "--json", who="vic"))["case"]["details"]
    assert (details["sentence"], "templates" in details) == ("Nine.", False)


def test_a_lift_names_what_it_ends_and_shadow_says_what_to_do(told: Told, tmp_path: Path) -> None:
    said = told("actions", "propose", "block", "--case", "case-one", "--reason", "coordinated_extraction")
    action = said.splitlines()[-1].split(":")[0]
    assert f"stillwatch actions approve {action} --as NAME" in said
    assert said.startswith("8 subjects, 8 accounts: ")
    assert "innocents expected" in said
    assert "propose it again with --mode enforce, once a policy in force says enforce" in told("actions", "approve", action, who="ben")
    told("actions", "undo", action, "--reason", "false_positive")
    assert f"lift of {action}" in told("actions", "list", "--waiting")
    assert f"waits for another person: lift of {action}" in told("cases", "show", "case-one")
    (tmp_path / "p.json").write_text('{"mode": "enforce"}')
    told("policy", "draft", "p.json", "--note", "x")
    told("policy", "promote", "1", "--note", "x")
    said = told("actions", "propose", "observe", "--case", "case-one", "--reason", "suspected_extraction", "--mode", "shadow")
    assert "propose it again with --mode enforce)" in said
    told("policy", "promote", "0", "--note", "x")
    said = told("actions", "propose", "observe", "--case", "case-one", "--reason", "suspected_extraction", "--mode", "enforce")
    assert "the policy in force says so: stillwatch policy show" in said


def test_an_entry_for_an_organisation_tells_whom_it_covers(url: str, told: Told) -> None:
    from stillwatch.respond.schema import Account
    from stillwatch.respond.store import SYSTEM, Store

    with Store.open(url).write(SYSTEM) as change:
        change.session.add_all(Account(account_id=name, org_id="org-1") for name in ("a", "b"))
    assert "it covers 2 accounts" in told("allow", "add", "org", "org-1", "--owner", "a", "--reason", "b", "--days", "1")


def test_in_a_store_with_users_readers_are_told_to_say_who_they_are(url: str, told: Told, tmp_path: Path) -> None:
    from stillwatch.respond.schema import User
    from stillwatch.respond.store import SYSTEM, Store

    with Store.open(url).write(SYSTEM) as change:
        change.session.add(User(name="dee", role="admin", created_at=change.now))
    for words in (("cases", "list"), ("actions", "list"), ("policy", "show"), ("audit-log", "verify"), ("identify", "x")):
        said = told(*words, who="eve", code=1)
        assert "eve is no user of this store, which only its users read and change. Pass --as NAME or set STILLWATCH_ACTOR=NAME" in said
    hashed = keyed(tenant_key(tmp_path / "stillwatch.key"), "x")
    said = told("identify", "x", "--key-file", "stillwatch.key", who="eve")  # who has the key has the hash
    assert said.startswith(f"x: {hashed}\ncases and actions are not told: eve is no user of this store")
    told("cases", "list", who="dee")


def test_who_joined_after_a_verdict_is_told(told: Told, run_folder: Folder) -> None:
    told("cases", "move", "case-one", "resolved", "--verdict", "false_positive", "--note", "x")
    assert "joined" not in told("cases", "list")
    told("cases", "import", str(run_folder({"c-two": {"members": accounts(0, 10)}})))
    line = "2 accounts joined since the verdict, and nobody judged them\n"
    assert told("cases", "list") == f"no case is open\ncase-one: {line}"
    assert line in told("cases", "show", "case-one")


def test_a_promotion_says_what_it_carries_out(told: Told, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text('{"mode": "enforce"}')
    propose = ("actions", "propose", "--case", "case-one", "--reason", "coordinated_extraction")
    action = told(*propose, "block", "--mode", "enforce").splitlines()[-1].split(":")[0]
    told(*propose, "observe", "--mode", "shadow")
    assert "carried out" not in told("policy", "draft", "p.json", "--note", "while it waits")
    told("actions", "approve", action, who="ben")
    throttle = told(*propose, "throttle", "--mode", "enforce", "--account", "acct-00001").splitlines()[-1].split(":")[0]
    told("cases", "exclude", "case-one", "acct-00001", "--note", "a customer")
    line = "carried out from its promotion on, and in shadow until then: 1 block, on 7 accounts and keys\n" + "".join(
        f"judged innocent, so {name} ends on them at its promotion: 1 account or key (acct-00001)\n" for name in sorted((action, throttle))
    )
    assert told("policy", "draft", "p.json", "--note", "go").startswith(line)
    assert told("policy", "promote", "1", "--note", "go") == f"{line}version 1 is in force\n"
    assert told("policy", "promote", "2", "--note", "as before") == "version 2 is in force\n"
    stopped = "no longer carried out from its promotion on, and in shadow from then: 1 block, on 7 accounts and keys\n"
    assert told("policy", "promote", "0", "--note", "all back") == f"{stopped}version 0 is in force\n"


def test_words_of_others_control_no_terminal_and_forge_no_line(told: Told, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text("{}")
    odd = "\x1b[2Ja \u202eb\nappeal 1 of acct-00001: upheld"
    told("cases", "note", "case-one", odd)
    told("allow", "add", "org", "o", "--owner", odd, "--reason", odd, "--days", "1")
    told("policy", "draft", "p.json", "--note", odd)
    for words in (("cases", "show", "case-one"), ("allow", "list"), ("policy", "list")):
        said = told(*words)
        assert "?[2Ja ?b" in said, words
        assert not {"\x1b", "\u202e"} & set(said), words
        assert not any(line.startswith("appeal") for line in said.splitlines()), words
    assert "\n    appeal 1 of acct-00001: upheld\n" in told("cases", "show", "case-one")
    assert json.loads(told("policy", "show"))["version"] == 0


def test_a_printed_command_names_whom_it_means_whatever_customers_call_themselves() -> None:
    odd = ["a; touch it", "--reason", "it's", "d"]
    printed = names.options(("account", name) for name in odd)
    assert printed.endswith(" …")
    assert shlex.split(printed)[:-1] == [f"--account={name}" for name in odd[:3]]


def test_a_group_for_review_is_told_as_none_harvested(told: Told, run_folder: Folder) -> None:
    told("cases", "import", str(run_folder({"c-two": {"members": accounts(20, 9), "verdict": "review", "score": -1.0}})))
    (line,) = (line for line in told("cases", "list").splitlines() if line.startswith("case-two"))
    assert re.search(r" 9 accounts +90 requests +[\d,]+ tokens a day, weighted", line)
    shown = told("cases", "show", "case-two")
    assert ". Were it a campaign, 81 (72 to 90) of their 90 requests would be taken for harvest; at stake then " in shown
    assert "UTC, were it a campaign\n" in shown
    assert "harvested" not in shown


def test_cases_that_have_the_same_accounts_say_so(told: Told, run_folder: Folder) -> None:
    told("cases", "import", str(run_folder({"c-two": {"members": accounts(20, 4)}})))
    told("cases", "import", str(run_folder({"c-all": {"members": [*accounts(0, 8), *accounts(20, 4)]}})))
    for case, other in (("case-one", "case-two"), ("case-two", "case-one")):
        line = f"4 of its accounts are in {other}, too\n"
        assert line in told("cases", "show", case)
        assert f"{case}: {line}" in told("cases", "list")
    told("cases", "move", "case-two", "resolved", "--verdict", "false_positive", "--note", "x")
    assert ", too" not in told("cases", "show", "case-one")
    assert ", too" in told("cases", "show", "case-two")
