"""What an accused customer is handed: its own part of the evidence, checkable, and nothing of anybody else."""

import csv
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from evidence_helpers import SECRET_TEXT, members, zipped

from stillwatch import run_details
from stillwatch.cli import main
from stillwatch.evidence import packet, pdf, statement
from stillwatch.keys import signing

MINE, *OTHERS = members("c-aaaa")


@pytest.fixture(scope="module")
def made(run_of_two: Path, input_of_two: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with key.pem, its public key, the packet and the statement of one of its accounts."""
    out = tmp_path_factory.mktemp("statement")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "BROWSERS", ())
        packet.write(run_of_two, out, out / "key.pem", campaign_ids=["c-aaaa"], options=packet.Options(data=input_of_two))
    assert main([*stated(out), "--called", "=mallory <b>", "--contact", "Write to appeals@provider.example."]) == 0
    return out


def stated(folder: Path, account: str = MINE) -> list[str]:
    return ["statement", str(folder / "c-aaaa.packet.zip"), "--account", account, "--key", str(folder / "key.pem")]


def files(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(folder / f"{MINE}.statement.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_verifies_with_the_public_key_alone(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["verify", str(made / f"{MINE}.statement.zip"), "--public-key", str(made / "key.pem.pub")]
    assert main(command) == 0
    assert f"about account {MINE} alone" in capsys.readouterr().out
    told = files(made) | {"requests.csv": b"other\n"}
    zipped(made / "changed.zip", told)
    assert main(["verify", str(made / "changed.zip"), "--public-key", str(made / "key.pem.pub")]) == 1
    assert "requests.csv was changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@f", "'@f"), ("\t=1", "'\t=1"), ("\r=1", "⟦U+000D⟧=1"),
        ("a=1", "a=1"), (-1, "-1"), (None, ""), ("a\0\x1b[31m\x0bb", "a⟦U+0000⟧⟦U+001B⟧[31m⟦U+000B⟧b"),
    ],
)
def test_a_spreadsheet_runs_no_cell(value: object, cell: str) -> None:
    assert statement._cell(value) == cell


def test_it_names_the_packet_that_it_was_made_of(made: Path) -> None:
    from stillwatch.files import digest

    manifest = json.loads(files(made)["manifest.json"])
    assert manifest["packet"]["sha256"] == digest(made / "c-aaaa.packet.zip")
    assert manifest["packet"]["key_id"] == manifest["signer"]["key_id"]


def test_it_tells_the_account_and_nobody_else(made: Path) -> None:
    told = files(made)
    for name, content in told.items():
        assert not [other for other in OTHERS if other.encode() in content], name
        assert SECRET_TEXT.encode() not in content, name
        assert b"c-aaaa-many" not in content, f"a mark in {name}"
    rows = list(csv.DictReader(io.StringIO(told["requests.csv"].decode())))
    assert {row["event_id"] for row in rows} == {f"{MINE}-{hour}" for hour in range(10)}
    assert {row["taken_for_harvest"] for row in rows} == {"yes"}
    page = told["statement.html"].decode()
    for words in (MINE, "8 others", "Same opening", "word to the end", "classroom", "appeals@provider.example", "no proof of intent",
                  "1 in 4 of the networks (some 17 to 73 in all)",
                  "what speaks for all of them together, the same for each", "=mallory &lt;b&gt;"):
        assert words.lower() in page.lower(), words
    assert "<script" not in page
    assert '50<br><span class="note tight">requests a day</span>' in page
    encoded, _ = json.loads(told["statement.json"])["evidence"]
    assert (encoded["observed"], "unit" in encoded) == (0.5663, False)


def test_what_was_counted_in_a_sample_says_so_as_the_report_does() -> None:
    piece = {"name": "infra.network", "observed": 101, "expected": 2, "log_odds": 3.0, "sampled_one_in": 32, "in_all": [2900, 3500]}
    row = {"campaign_id": "c", "verdict": "campaign", "score": 5.0, "q_value": 0.1, "n_accounts": 900, "views": [], "explanations": []}
    account = {"account_id": MINE, "verdict": "campaign", "score": 5.0, "reasons": []}
    told = statement._statement({"row": row, "details": {"evidence": [piece], "sampled_one_in": 32}}, {}, account, None, None)
    evidence = [run_details.decode_evidence(one) for one in told["evidence"]]
    about = {"sha256": "", "created_at": "2026-02-02T00:00:00+00:00", "key_id": None}
    texts = {"called": "c", "contact": "", "missing": [], "erased": [], "version": ""}
    page = statement._template().render(statement=told, evidence=evidence, packet=about, **texts)
    assert "in a sample of 1 in 32 of the networks (some 2,900 to 3,500 in all)" in page
    assert "counted here in a sample, 1 in 32 of the group's" in page


def test_openssl_checks_it_without_stillwatch(made: Path, tmp_path: Path) -> None:
    """The commands of docs/evidence.md, as they stand there."""
    if shutil.which("openssl") is None or shutil.which("python3") is None:
        pytest.skip("openssl not installed")
    docs = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text()
    block = docs.split("<!-- tested: without stillwatch -->")[1].split("```sh\n")[1].split("```")[0]
    shutil.copy(made / f"{MINE}.statement.zip", tmp_path / "FILE.zip")
    shutil.copy(made / "key.pem.pub", tmp_path / "KEY.pub")
    done = subprocess.run(["sh", "-e", "-c", block], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Verified Successfully" in done.stdout
    assert done.stdout.count(" OK") + done.stdout.count(": OK") >= 3
    (tmp_path / "FILE" / "statement.json").write_text("{}")
    assert subprocess.run(["sh", "-e", "-c", block.split("\n", 1)[1]], cwd=tmp_path, capture_output=True).returncode != 0


def test_openssl_tells_the_id_of_a_key(made: Path, tmp_path: Path) -> None:
    """The command of docs/evidence.md, as it stands there."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl not installed")
    docs = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text()
    block = docs.split("<!-- tested: id of a key -->")[1].split("```sh\n")[1].split("```")[0]
    shutil.copy(made / "key.pem.pub", tmp_path / "KEY.pub")
    done = subprocess.run(["sh", "-e", "-c", block], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == json.loads(files(made)["manifest.json"])["signer"]["key_id"]


def test_what_cannot_be_stated_is_one_clear_line(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    signing.signing_key(tmp_path / "other.pem")
    packet_file, out = str(made / "c-aaaa.packet.zip"), ["--out", str(tmp_path / "s.zip")]
    wrong = [
        ([*stated(made, "nobody"), *out], "no such account"),
        (["statement", packet_file, "--account", MINE, "--key", str(tmp_path / "absent.pem"), *out], "no such signing key"),
        (["statement", packet_file, "--account", MINE, "--key", str(tmp_path / "other.pem"), *out], "not signed by"),
        (["statement", str(made / f"{MINE}.statement.zip"), "--account", MINE, "--key", str(made / "key.pem"), *out], "is not a packet"),
    ]
    for words, said in wrong:
        assert main(words) == 1, words
        told = capsys.readouterr()
        assert (told.out, told.err.count("\n")) == ("", 1), words
        assert said in told.err
    assert main(["rescore", str(made / f"{MINE}.statement.zip"), "--public-key", str(made / "key.pem.pub")]) == 1
    assert "Pass the packet" in capsys.readouterr().err
    assert not (tmp_path / "s.zip").exists()
    assert not (tmp_path / "absent.pem").exists()


def test_a_statement_that_was_signed_is_not_replaced(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (made / f"{MINE}.statement.zip").read_bytes()
    assert main([*stated(made), "--contact", "Write elsewhere."]) == 1
    assert ("a statement stands there" in (told := capsys.readouterr().err), told.count("\n")) == (True, 1)
    assert (made / f"{MINE}.statement.zip").read_bytes() == before


def test_it_says_what_the_packet_says_about_the_requests(
    run_of_two: Path, input_of_two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "BROWSERS", ())
    run, logs = shutil.copytree(run_of_two, tmp_path / "run"), shutil.copytree(input_of_two, tmp_path / "logs")
    summary = json.loads((run / "summary.json").read_text())
    summary["inputs"] = [{"path": "events/one.parquet", "sha256": "0" * 64}]
    (run / "summary.json").write_text(json.dumps(summary))
    gone = {"at": "2026-03-05T00:00:00+00:00", "note": "request 7 of a neighbour", "files": [], "campaigns": {}}
    (logs / "erasures.json").write_text(json.dumps([gone]))
    mine = {"campaigns": {"c-aaaa": {"accounts": 1, "requests": 10, "harvested": 0}}}
    (run / "erasures.json").write_text(json.dumps([gone | mine]))
    packet.write(run, tmp_path, tmp_path / "key.pem", campaign_ids=["c-aaaa"], options=packet.Options(data=logs))
    assert main(stated(tmp_path)) == 0
    told = files(tmp_path)
    page = " ".join(told["statement.html"].decode().split())
    assert "Requests as the run read them: 0 of the 1 file that the run read are gone, 1 have another digest<" in page
    assert "on 2026-03-05, 1 account with 10 requests of the group were erased" in page
    assert "The logs were changed by an erasure on 2026-03-05" in page
    assert not [name for name, content in told.items() if b"neighbour" in content or b"one.parquet" in content]
    capsys.readouterr()
    assert main(["verify", str(tmp_path / f"{MINE}.statement.zip"), "--public-key", str(tmp_path / "key.pem.pub")]) == 0
    said = capsys.readouterr().out
    assert "missing: requests as the run read them (0 of the 1 file that the run read are gone, 1 have another digest)" in said
    assert "1 account with 10 requests" in said


def test_why_there_are_no_requests_is_what_the_packet_says(
    run_of_two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "BROWSERS", ())
    packet.write(run_of_two, tmp_path, tmp_path / "key.pem", campaign_ids=["c-aaaa"], options=packet.Options())
    assert main(stated(tmp_path)) == 0
    told = files(tmp_path)
    assert "requests.csv" not in told
    assert "Requests.csv: missing, the packet was made without the input folder" in told["statement.html"].decode()
