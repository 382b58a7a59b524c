"""A case and an evidence packet name their proof: only one that verifies, and none about other campaigns."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.cli import main
from stillwatch.evidence import pdf
from stillwatch.files import digest
from stillwatch.prove.choices import pairs
from stillwatch.prove.exposure_ledger import LEDGER

SENTENCES = [f"It is {a} so." for a, _ in pairs().forms[: pairs().n_words]]


def rows(path: Path, made: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in made))
    return path


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed proof whose ledger has the harvest of c-aaaa; its key beside it."""
    where = tmp_path_factory.mktemp("proof")
    rng = np.random.default_rng(0)
    at = "2099-01-01T00:00:00+00:00"
    given = [{"prompt": f"q {i}", "output": " ".join(rng.choice(SENTENCES, 12)), "asked_at": at} for i in range(60)]
    rows(where / "base.jsonl", given)
    told = {"event_id": "e", "account_id": "a", "tenant": "acme", "scheme": "choice", "tokens": 9, "campaign_id": "c-aaaa"}
    pq.write_table(pa.Table.from_pylist([told], LEDGER.schema), where / "ledger.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(where)
        for command in (
            ["commit", "--tenants", "acme,globex", "--rate", "100", "--decoys", "199"],
            ["mark", "base.jsonl", "--tenant", "acme", "--out", "asked.jsonl"],
            ["test", "asked.jsonl", "--reference", "base.jsonl", "--suspect", "rival-1", "--sign", "sign.pem", "--out", "free"],
            ["test", "asked.jsonl", "--reference", "base.jsonl", "--suspect", "rival-1", "--sign", "sign.pem", "--out", "proof",
             "--ledger", "ledger.parquet"],
        ):
            assert main(["prove", *command, "-q"]) == 0
    assert "holds the harvest of c-aaaa" in (where / "proof" / "report.html").read_text()
    return where / "proof"


def test_a_case_names_its_proof(run_of_two: Path, proof: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", str(tmp_path / "s.db"), "--as", "ana"]
    assert main(["cases", "import", str(run_of_two), *store, "-q"]) == 0
    capsys.readouterr()
    assert main(["cases", "list", *store, "--json"]) == 0
    case = {row["campaign_id"]: row["case_id"] for row in json.loads(capsys.readouterr().out)["cases"]}
    key = ["--public-key", str(proof.parent / "sign.pem.pub")]
    assert main(["cases", "attach", case["c-aaaa"], str(proof), *key, *store]) == 0
    out = capsys.readouterr().out
    assert "1 of 2 keys is marked" in out
    assert "Its ledger has the harvest of c-aaaa" in out

    assert main(["cases", "attach", case["c-bbbb"], str(proof), *key, *store]) == 1
    assert "which case-" in capsys.readouterr().err
    assert main(["cases", "attach", case["c-bbbb"], str(proof.parent / "free"), *store]) == 0
    assert "is the word of whoever says so" in capsys.readouterr().out

    assert main(["cases", "show", case["c-aaaa"], *store, "--json"]) == 0
    (named,) = json.loads(capsys.readouterr().out)["proofs"]
    assert named["manifest_sha256"] == digest(proof / "manifest.json")
    assert named["suspect"] == "rival-1"
    assert named["signed_by"]
    assert named["attached_by"] == "ana"
    assert "acme" not in json.dumps(named)  # whose key it is stays in the proof
    assert main(["audit-log", "verify", *store, "-q"]) == 0

    assert main(["cases", "detach", case["c-aaaa"], "00", "--note", "wrong", *store]) == 1
    assert named["manifest_sha256"] in capsys.readouterr().err
    assert main(["cases", "detach", case["c-aaaa"], named["manifest_sha256"], "--note", "wrong", *store, "-q"]) == 0
    assert main(["cases", "show", case["c-aaaa"], *store, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["proofs"] == []


def test_a_proof_that_does_not_hold_is_not_named(
    run_of_two: Path, proof: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    shutil.copytree(proof, tmp_path / "changed")
    record = tmp_path / "changed" / "record.json"
    record.write_text(record.read_text().replace('"rival-1"', '"rival-2"'))
    store = ["--store", str(tmp_path / "s.db"), "--as", "ana"]
    assert main(["cases", "import", str(run_of_two), *store, "-q"]) == 0
    assert main(["cases", "attach", "case-0", str(tmp_path / "changed"), *store]) == 1
    assert "the proof does not hold (files" in capsys.readouterr().err
    assert main(["cases", "attach", "case-0", str(proof), *store]) == 1
    assert "no such case" in capsys.readouterr().err


def test_a_packet_names_the_proof_of_its_campaign(
    run_of_two: Path, proof: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pdf, "BROWSERS", ())
    key = str(tmp_path / "key.pem")
    export = ["export", str(run_of_two), "--format", "packet", "--out", str(tmp_path), "--key", key, "-q", "--proof", str(proof)]
    signer = str(proof.parent / "sign.pem.pub")
    assert main([*export, "--proof-public-key", signer]) == 0
    with zipfile.ZipFile(tmp_path / "c-aaaa.packet.zip") as archive:
        (named,) = json.loads(archive.read("manifest.json"))["proofs"]
        assert not [name for name in archive.namelist() if "record" in name]
    assert named["manifest_sha256"] == digest(proof / "manifest.json")
    with zipfile.ZipFile(tmp_path / "c-bbbb.packet.zip") as archive:
        assert json.loads(archive.read("manifest.json"))["proofs"] == []
    assert main(["verify", str(tmp_path / "c-aaaa.packet.zip"), "--public-key", f"{key}.pub"]) == 0
    assert f"names a proof, which is not in it: {named['says']}" in capsys.readouterr().out
    assert main([*export, "--campaign", "c-bbbb"]) == 1
    assert "none of which is packed" in capsys.readouterr().err
    assert main([*export, "--proof-public-key", f"{key}.pub"]) == 1
    assert "the proof does not hold (signature" in capsys.readouterr().err
