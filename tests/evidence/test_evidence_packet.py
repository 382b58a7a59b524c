"""Packets: signed, checked with the public key alone, and telling any change."""

import hashlib
import io
import json
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from evidence_helpers import NOT_ACCUSED, SECRET_TEXT, members, packed, zipped

from stillwatch.cli import main
from stillwatch.detect import pipeline
from stillwatch.errors import InputError
from stillwatch.evidence import checking, packet, pdf, rescoring, statement
from stillwatch.evidence.rescoring import rescore
from stillwatch.judge import HOUR_US
from stillwatch.keys import signing


@pytest.fixture(scope="module")
def made(run_of_two: Path, input_of_two: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with key.pem, key.pem.pub and the packets of both campaigns, without PDF so that it is quick."""
    out = tmp_path_factory.mktemp("packets")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "BROWSERS", ())
        packet.write(run_of_two, out, out / "key.pem", options=packet.Options(data=input_of_two))
    return out


@pytest.fixture
def files(made: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(made / "c-aaaa.packet.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_packet_verifies_with_the_public_key_alone(made: Path, tmp_path: Path) -> None:
    """In a process that has nothing but the packet and the public key."""
    for name in ("c-aaaa.packet.zip", "key.pem.pub"):
        (tmp_path / name).write_bytes((made / name).read_bytes())
    command = [sys.executable, "-m", "stillwatch", "verify", "c-aaaa.packet.zip", "--public-key", "key.pem.pub", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["verified"] is True
    assert told["manifest"]["campaign_id"] == "c-aaaa"
    assert "no Chromium" in told["manifest"]["missing"]["report.pdf"]
    assert oct((made / "key.pem").stat().st_mode & 0o777) == "0o600"


def test_it_holds_the_campaign_and_nobody_else(files: dict[str, bytes], made: Path, tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    for name, content in files.items():
        (tmp_path / "p" / name).write_bytes(content)
    events = pq.read_table(tmp_path / "p" / "events.parquet")
    assert set(events["account_id"].to_pylist()) == set(members("c-aaaa"))
    assert len(events) == 90
    assert {"prompt", "response", "system", "country"} & set(events.column_names) == set()
    assert len(pq.read_table(tmp_path / "p" / "links.parquet")) == 8
    assert len(pq.read_table(tmp_path / "p" / "harvest.parquet")) == 90
    others = [a.encode() for a in (*members("c-bbbb"), *members("c-review"), *NOT_ACCUSED)]
    assert [name for name, content in files.items() if any(a in content for a in others)] == []
    open_to_others = ("indicators.stix.json", "finding.ocsf.json")
    textless = [name for name in files if name.endswith(".parquet") or name in open_to_others]
    assert [name for name in textless if SECRET_TEXT.encode() in files[name]] == []


def test_text_only_where_it_was_asked_for(run_of_two: Path, input_of_two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "BROWSERS", ())
    options = packet.Options(data=input_of_two, with_text=True)
    written = packet.write(run_of_two, tmp_path, tmp_path / "key.pem", campaign_ids=["c-bbbb"], options=options)
    (path,) = written
    assert written == {path: checking.verify(path, None).manifest["missing"]}
    with zipfile.ZipFile(path) as archive, archive.open("events.parquet") as file:
        assert set(pq.read_table(file)["prompt"].to_pylist()) == {SECRET_TEXT}


Change = Callable[[dict[str, bytes]], None]


def _swapped(files: dict[str, bytes]) -> None:
    files["harvest.parquet"], files["accounts.parquet"] = files["accounts.parquet"], files["harvest.parquet"]


def _manifest(files: dict[str, bytes]) -> None:
    files["manifest.json"] = files["manifest.json"].replace(b'"c-aaaa"', b'"c-bbbb"')


CHANGES: dict[str, tuple[Change, str]] = {
    "a byte": (lambda f: f.__setitem__("campaign.json", f["campaign.json"].replace(b"4.0", b"9.0")), "campaign.json was changed"),
    "longer": (lambda f: f.__setitem__("campaign.json", f["campaign.json"] + b" "), "campaign.json was changed"),
    "removed": (lambda f: f.pop("events.parquet") and None, "removed: events.parquet"),
    "added": (lambda f: f.__setitem__("more.txt", b"x"), "added: more.txt"),
    "swapped": (_swapped, "was changed"),
    "manifest": (_manifest, "not signed"),
    "signature": (lambda f: f.__setitem__("manifest.sig", b"AAAA"), "not signed"),
    "no signature": (lambda f: f.pop("manifest.sig") and None, "has no manifest.sig"),
    "a line more": (lambda f: f.__setitem__("manifest.sig", f["manifest.sig"] + b"\n"), "manifest.sig was changed"),
    "empty signature": (lambda f: f.__setitem__("manifest.sig", b""), "not signed"),
    "path": (lambda f: f.__setitem__("../evil", b"x"), "not plain"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_is_told(files: dict[str, bytes], made: Path, tmp_path: Path, name: str) -> None:
    change, told = CHANGES[name]
    change(files)
    with pytest.raises(InputError, match=told):
        checking.verify(zipped(tmp_path / "p.zip", files), signing.public_key(made / "key.pem.pub"))


def test_all_that_was_changed_is_told_at_once(files: dict[str, bytes], made: Path, tmp_path: Path) -> None:
    _swapped(files)
    files |= {"campaign.json": b"{}", "more.txt": b""}
    del files["links.parquet"]
    with pytest.raises(InputError) as told:
        checking.verify(zipped(tmp_path / "p.zip", files), signing.public_key(made / "key.pem.pub"))
    wrong = "added: more.txt; removed: links.parquet; accounts.parquet was changed; campaign.json was changed; harvest.parquet was changed"
    assert told.value.what == f"the packet does not verify: {wrong}"


def test_a_good_packet_checked_with_another_key_says_whose_is_needed(
    files: dict[str, bytes], made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = signing.key_id(signing.signing_key(tmp_path / "other.pem").public_key())
    own = signing.key_id(signing.public_key(made / "key.pem.pub"))
    assert main(["verify", str(made / "c-aaaa.packet.zip"), "--public-key", str(tmp_path / "other.pem.pub")]) == 1
    said = capsys.readouterr().err
    assert f"was not signed by the key {other}, which you passed; it says that {own} signed it" in said
    assert ("Ask that signer for the public key" in said, said.count("\n")) == (True, 1)
    # A name that is none is not repeated.
    for named in (b'"\\u001b[2J"', b"7", b"null"):
        changed = files | {"manifest.json": files["manifest.json"].replace(f'"{own}"'.encode(), named)}
        with pytest.raises(InputError, match=rf"not signed by the key {other}, or was changed"):
            checking.verify(zipped(tmp_path / "p.zip", changed), signing.public_key(tmp_path / "other.pem.pub"))


def test_a_forger_who_signs_with_another_key_is_told(files: dict[str, bytes], made: Path, tmp_path: Path) -> None:
    key = signing.signing_key(tmp_path / "mine.pem")
    files["manifest.sig"] = signing.sign(key, files["manifest.json"])
    with pytest.raises(InputError, match="not signed by the key"):
        checking.verify(zipped(tmp_path / "p.zip", files), signing.public_key(made / "key.pem.pub"))


def test_the_same_name_twice_is_told(files: dict[str, bytes], made: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", files)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("campaign.json", b"{}")
    with pytest.raises(InputError, match="not unique"):
        checking.verify(path, signing.public_key(made / "key.pem.pub"))


def test_a_zip_bomb_is_not_unpacked(files: dict[str, bytes], made: Path, tmp_path: Path) -> None:
    bomb = tmp_path / "p.zip"
    zipped(bomb, files | {"manifest.json": bytes(200 << 20)})
    with pytest.raises(InputError, match="larger than"):
        checking.verify(bomb, signing.public_key(made / "key.pem.pub"))


@pytest.mark.parametrize("more", ["before", "behind", "comment"])
def test_what_the_file_holds_beside_the_zip_is_told(made: Path, tmp_path: Path, more: str) -> None:
    path, whole = tmp_path / "p.zip", (made / "c-aaaa.packet.zip").read_bytes()
    path.write_bytes(b"MZ" * (more == "before") + whole + b"more" * (more == "behind"))
    if more == "comment":
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = b"more"
    with pytest.raises(InputError, match="does not verify"):
        checking.verify(path, signing.public_key(made / "key.pem.pub"))


@pytest.mark.parametrize("more", ["comment", "extra", "local extra", "between", ""])
def test_what_the_zip_tells_of_its_files_beside_them_is_told(files: dict[str, bytes], made: Path, tmp_path: Path, more: str) -> None:
    """In fields that each file of a zip may have, and between files."""
    path, key = tmp_path / "p.zip", signing.public_key(made / "key.pem.pub")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, packet.STAMP)
            if name == "campaign.json":
                entry.comment = b"more" * (more == "comment")
                entry.extra = b"\xfe\xca\4\0more" * ("extra" in more)
            packed(archive, entry, content)
            entry.extra = entry.extra * (more != "local extra")
            if more == "between" and name == "campaign.json":
                assert archive.fp is not None
                archive.fp.write(b"more")
                archive.start_dir = archive.fp.tell()
    if not more:
        assert checking.verify(path, key).key_id
        return
    with pytest.raises(InputError, match="bytes before, between or after its files"):
        checking.verify(path, key)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A zip of export's with one small file."""
    (folder := tmp_path / "small").mkdir()
    (folder / "c.json").write_bytes(b"[]")
    manifest = {"format": packet.FORMAT, "files": {"c.json": {"bytes": 2, "sha256": hashlib.sha256(b"[]").hexdigest()}}}
    packet.zip_signed(folder, json.dumps(manifest).encode(), b"AA==\n", tmp_path / "small.zip")
    return tmp_path / "small.zip"


def test_each_byte_that_is_no_content_is_as_export_writes_it(small: Path) -> None:
    assert checking.verify(small, None)
    whole = small.read_bytes()
    with zipfile.ZipFile(small) as archive:
        starts = checking._content_offsets(archive)
        assert starts is not None
        content = {at for info in archive.infolist() for at in range(starts[info.filename], starts[info.filename] + info.compress_size)}
    for at in sorted(set(range(len(whole))) - content):
        small.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(InputError, match="does not verify"):
            checking.verify(small, None)


@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", "summary.json"])
@pytest.mark.parametrize("size", [1, 100, 100_000])
def test_what_stands_behind_a_compressed_stream_is_told(
    files: dict[str, bytes], made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, size: int
) -> None:
    """Where the list counts it to the file, and a reader of the stream finds what it likes, such as another file."""
    inner = zlib.compressobj

    def longer(*args: int) -> Any:
        stream = inner(*args)
        return SimpleNamespace(compress=stream.compress, flush=lambda: stream.flush() + b"PK\3\4" * size * (entry.filename == name))

    monkeypatch.setattr(zlib, "compressobj", longer)
    with zipfile.ZipFile(path := tmp_path / "p.zip", "w") as archive:
        for told, content in files.items():
            packed(archive, entry := zipfile.ZipInfo(told, packet.STAMP), content)
    with pytest.raises(InputError, match=f"{name} was changed"):
        checking.verify(path, signing.public_key(made / "key.pem.pub"))


def test_packets_of_older_versions_of_python_and_of_other_systems_verify(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python before 3.11.4 tells the lengths twice, and 20 as the version; on Windows another system is told."""
    plain = zipfile.ZipInfo.FileHeader

    def of_before(entry: zipfile.ZipInfo, zip64: bool | None = None) -> bytes:
        entry.extra = struct.pack("<2H2Q", 1, 16, entry.file_size, entry.compress_size) if zip64 else b""
        header = plain(entry, False)
        entry.extra, entry.create_system = b"", 0
        return header

    with zipfile.ZipFile(small) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    monkeypatch.setattr(zipfile.ZipInfo, "FileHeader", of_before)
    zipped(small, content)
    assert b"PK\3\4\x2d" not in small.read_bytes()
    assert checking.verify(small, None)


def test_a_packet_of_more_than_four_gigabytes_verifies(
    files: dict[str, bytes], made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1 << 13)
    path = zipped(tmp_path / "p.zip", files)
    assert b"PK\6\6" in path.read_bytes()
    assert checking.verify(path, signing.public_key(made / "key.pem.pub"))


def test_a_manifest_that_is_none_is_not_called_a_damaged_zip(made: Path, files: dict[str, bytes], tmp_path: Path) -> None:
    for manifest in (b"[" * 100_000, b"{", b"[]"):
        files["manifest.json"] = manifest
        with pytest.raises(InputError, match="not a manifest"):
            checking.verify(zipped(tmp_path / "p.zip", files), None)


def unsigned(path: Path, files: dict[str, bytes], **told: Any) -> Path:
    """A packet by anybody, in whose manifest the hashes are right and the rest is as told; None leaves out."""
    hashes = {name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()}
    manifest = {"format": packet.FORMAT, "campaign_id": "c", "created_at": "2026", "missing": {}, "software": {"stillwatch": "0"}} | told
    kept = {name: value for name, value in manifest.items() if value is not None} | {"files": hashes}
    return zipped(path, {"manifest.json": json.dumps(kept).encode(), "manifest.sig": b"AA==\n"} | files)


@pytest.mark.parametrize(
    "told",
    [{"campaign_id": None}, {"missing": []}, {"missing": None}, {"software": "0"}, {"erased": 5}, {"erasures": [1]},
     {"erasures": {"run": [{}]}}, {"erasures": {"run": [{"accounts": "x", "requests": 1, "at": 5, "note": ""}]}},
     {"proofs": [1]}, {"proofs": 1}, {"format": packet.STATEMENT}],
    ids=str,
)
def test_an_unsigned_manifest_that_tells_nonsense_is_one_line(
    tmp_path: Path, told: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(unsigned(tmp_path / "p.zip", {}, **told))
    assert main(["verify", path, "--without-signature"]) == 1
    said = capsys.readouterr()
    assert ("its manifest is not as export writes it" in said.err, said.err.count("\n"), said.out) == (True, 1, ""), said
    assert main(["verify", str(unsigned(tmp_path / "p.zip", {})), "--without-signature"]) == 0


@pytest.mark.parametrize(
    "parts",
    [{"campaign.json": b"[]"}, {"campaign.json": b'{"row": 5}'}, {"groups.json": b"{}", "campaign.json": b'{"row": {}}'},
     {"groups.json": b"[1]"}, {"groups.json": b'[{"evidence": [1], "campaign_id": "c"}]'}, {"groups.json": b'[{"evidence": 7}]'},
     {"groups.json": b"7"}],
    ids=str,
)
def test_unsigned_parts_that_tell_nonsense_are_one_line(
    tmp_path: Path, parts: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = {"campaign.json": b'{"row": {"campaign_id": "c"}}', "groups.json": b"[]", "model.json": b"{}"}
    assert main(["rescore", str(unsigned(tmp_path / "p.zip", whole | parts)), "--without-signature"]) == 1
    said = capsys.readouterr().err
    assert ("internal" in said, "not readable as a zip" in said, said.count("\n")) == (False, False, 1), said


def test_a_table_that_unpacks_to_far_more_than_its_size_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MAX_SMALL_FILE_BYTES", 1 << 16)
    files = {"campaign.json": b"{}", "groups.json": b"[]", "model.json": b"{}", "accounts.parquet": bytes(1 << 20)}
    with pytest.raises(InputError, match=r"accounts\.parquet unpacks to more than 10 times its size"):
        rescore(unsigned(tmp_path / "p.zip", files))


def test_what_is_there_and_no_file_is_not_called_absent(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "/dev/null", "--without-signature"]) == 1
    assert "no plain file: /dev/null" in capsys.readouterr().err


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.95, 0.999])
def test_a_damaged_file_is_one_line(made: Path, tmp_path: Path, share: float, capsys: pytest.CaptureFixture[str]) -> None:
    whole = (made / "c-aaaa.packet.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: int(len(whole) * share)])
    at = int(len(whole) * share)
    (tmp_path / "flip.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
    for name in ("cut.zip", "flip.zip"):
        assert main(["verify", str(tmp_path / name), "--public-key", str(made / "key.pem.pub")]) == 1
        assert capsys.readouterr().err.count("\n") == 1


def test_without_a_key_nobody_vouches(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(made / "c-aaaa.packet.zip")
    assert main(["verify", path]) == 1
    assert "--public-key" in capsys.readouterr().err
    assert main(["verify", path, "--without-signature"]) == 0
    assert "SIGNATURE NOT CHECKED" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_key_is_told(made: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(InputError, match="not a public key"):
        signing.public_key(tmp_path / "bad")
    with pytest.raises(InputError, match="private key"):
        signing.signing_key(tmp_path / "bad")


def test_a_key_that_does_not_fit_is_told_with_what_to_pass(made: Path, tmp_path: Path) -> None:
    other = rsa.generate_private_key(65537, 2048)
    (tmp_path / "rsa.pem").write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "rsa.pub").write_bytes(other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    for path in (made / "key.pem.pub", tmp_path / "rsa.pem"):
        with pytest.raises(InputError) as told:
            signing.signing_key(path)
        assert told.value.todo
    with pytest.raises(InputError) as told:
        signing.public_key(tmp_path / "rsa.pub")
    assert told.value.todo


def test_the_signature_is_one_that_openssl_accepts(files: dict[str, bytes], made: Path, tmp_path: Path) -> None:
    import base64
    import shutil

    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    (tmp_path / "manifest.json").write_bytes(files["manifest.json"])
    (tmp_path / "sig").write_bytes(base64.b64decode(files["manifest.sig"]))
    key = ["-pubin", "-inkey", str(made / "key.pem.pub")]
    command = ["openssl", "pkeyutl", "-verify", *key, "-rawin", "-in", "manifest.json", "-sigfile", "sig"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


@pytest.mark.real_peer
def test_the_pdf_is_printed_by_chromium(run_of_two: Path, tmp_path: Path) -> None:
    import shutil

    if not any(shutil.which(name) for name in pdf.BROWSERS):
        pytest.skip("Chromium is not installed")
    (path,) = packet.write(run_of_two, tmp_path, tmp_path / "key.pem", campaign_ids=["c-aaaa"], options=packet.Options())
    with zipfile.ZipFile(path) as archive:
        assert archive.read("report.pdf").startswith(b"%PDF-")
        assert "report.pdf" not in json.loads(archive.read("manifest.json"))["missing"]


# --- The verdict again ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(little_world: Path, little_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packets of a real run."""
    out = tmp_path_factory.mktemp("real")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "BROWSERS", ())
        assert packet.write(little_run, out / "packets", out / "key.pem", options=packet.Options(data=little_world))
    return out


def test_the_verdict_comes_out_again(real: Path) -> None:
    for path in sorted((real / "packets").glob("*.zip")):
        found = rescore(path)
        assert found.agrees, [c for c in found.comparisons if not c.agrees]
        assert {c.name for c in found.comparisons} >= {
            "verdict", "score", "views", "n_accounts", "n_harvested", "n_events (traces)", "n_events (events)", "first_seen",
            "last_seen", "output_tokens",
        }
        assert found.other_model_score is None


def test_what_the_run_did_not_look_at_is_not_in_it(
    little_world: Path, little_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last days before a time, in the folder of an earlier run, whose sketches still lie there: the verdict comes out again."""
    monkeypatch.setattr(pdf, "BROWSERS", ())
    run = tmp_path / "run"
    shutil.copytree(little_run, run)
    as_of = pc.max(pq.read_table(little_world / "events", columns=["timestamp"])["timestamp"]).as_py() - timedelta(days=2)
    pipeline.detect(little_world, run, as_of=as_of, recent_us=132 * HOUR_US, quiet=True, threads=1)
    made = packet.write(run, tmp_path / "packets", tmp_path / "key.pem", options=packet.Options(data=little_world))
    assert made
    for path in made:
        assert rescore(path).agrees, [c for c in rescore(path).comparisons if not c.agrees]


def test_a_run_that_accuses_nobody_says_that_there_is_no_packet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pq.write_table(pa.table({"account_id": ["a", "b"], "view": ["a.b"] * 2, "object": ["x"] * 2}), tmp_path / "traces.parquet")
    run = str(tmp_path / "run")
    assert main(["detect", "--traces", str(tmp_path / "traces.parquet"), "--out", run, "-q"]) == 0
    assert main(["export", run, "--format", "packet", "--key", str(tmp_path / "key.pem")]) == 0
    assert "accuses nobody, so no packet was made" in capsys.readouterr().out


def test_logs_that_are_others_by_now_are_told(
    little_world: Path, little_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "BROWSERS", ())
    logs = shutil.copytree(little_world, tmp_path / "logs")
    days = sorted((logs / "events").iterdir())
    days[0].unlink()
    pq.write_table(pq.read_table(days[1]).slice(1), days[1])

    def missing(data: Path) -> dict[str, str]:
        path, *_ = packet.write(little_run, tmp_path / "packets", tmp_path / "key.pem", options=packet.Options(data=data))
        with zipfile.ZipFile(path) as archive:
            found: dict[str, str] = json.loads(archive.read("manifest.json"))["missing"]
        return found

    told = missing(logs)["requests as the run read them"]
    assert told == f"1 of the {len(days)} files that the run read are gone, 1 have another digest; the first: events/{days[0].name}"
    assert "requests as the run read them" not in missing(little_world)


def test_the_wrong_logs_are_told_on_the_terminal(
    little_world: Path, little_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pdf, "BROWSERS", ())
    run, logs = shutil.copytree(little_run, tmp_path / "run"), shutil.copytree(little_world, tmp_path / "logs")
    for path in (logs / "events").iterdir():
        pq.write_table(pq.read_table(path).slice(1), path)
    for data, told in ((little_world, False), (logs, True)):
        command = ["export", str(run), "--format", "packet", "--data", str(data), "--key", str(tmp_path / "key.pem")]
        assert main([*command, "--out", str(tmp_path / "packets")]) == 0
        assert ("missing: requests as the run read them (0 of the" in capsys.readouterr().out) == told


def test_exports_of_an_earlier_run_do_not_stay_beside_the_next(
    little_world: Path, little_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = shutil.copytree(little_run, tmp_path / "run")
    for format in ("csv", "json", "stix", "ocsf"):
        assert main(["export", str(run), "--format", format]) == 0
    (run / "export" / "c-1.packet.zip").write_bytes(b"signed")
    (run / "export" / "mine.txt").write_text("mine")
    assert main(["detect", str(little_world), "--out", str(run)]) == 0
    assert sorted(path.name for path in (run / "export").iterdir()) == ["c-1.packet.zip", "mine.txt"]
    assert "1 packet of earlier runs" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["score", "evidence", "harvest", "observed", "weight", "explanations", "q"])
def test_a_packet_that_claims_more_than_it_holds_is_told(
    real: Path, tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A signer who forges: the packet verifies, and still does not give what it records."""
    path = sorted((real / "packets").glob("*.zip"))[0]
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    told = json.loads(files["campaign.json"])
    if what == "score":
        told["row"]["score"] += 1
    elif what == "harvest":
        told["row"]["n_harvested"] += 1
    elif what == "observed":
        told["details"]["evidence"][0]["observed"] = 9385
    elif what == "weight":  # in both files
        groups = json.loads(files["groups.json"])
        mine = next(group for group in groups if group["campaign_id"] == told["row"]["campaign_id"])
        for evidence in (told["details"]["evidence"], mine["evidence"]):
            evidence[-1]["log_odds"] += 5
        files["groups.json"] = json.dumps(groups).encode()
    elif what == "explanations":
        told["row"]["explanations"] = [e | {"score": 0.0} for e in told["row"]["explanations"]]
    elif what == "q":
        told["row"]["q_value"] = 1e-30
    else:
        groups = json.loads(files["groups.json"])
        for group in groups:
            for piece in group["evidence"]:
                piece["value"], piece["p_value"] = 0.0, 1.0
        files["groups.json"] = json.dumps(groups).encode()
    files["campaign.json"] = json.dumps(told).encode()
    forged = zipped(tmp_path / "forged.zip", files)
    found = rescore(forged)
    assert not found.agrees
    expected = {
        "score": {"score", "row in groups.json", "sum of the evidence"}, "harvest": {"n_harvested"},
        "observed": {"evidence in groups.json"},
        "evidence": {"verdict", "score", "views", "explanations", "evidence in groups.json", "what evidence adds"},
        "weight": {"what evidence adds", "sum of the evidence"}, "explanations": {"explanations"}, "q": {"row in groups.json"},
    }[what]
    assert {c.name for c in found.comparisons if not c.agrees} == expected
    assert main(["rescore", str(forged), "--without-signature"]) == 1


def test_what_rescore_does_not_check_is_said_and_documented(real: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = sorted((real / "packets").glob("*.zip"))[0]
    assert main(["rescore", str(path), "--without-signature"]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("NOT CHECKED"))
    docs = " ".join((Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8").split())
    assert all(what in line and what in docs for what in rescoring.NOT_CHECKED)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"{", b"\xff"])
def test_a_part_that_is_no_json_is_told(files: dict[str, bytes], tmp_path: Path, content: bytes) -> None:
    forged = zipped(tmp_path / "forged.zip", files | {"campaign.json": content})
    for read in (rescore, lambda path: statement._of_account(path, "c-aaaa-acct-0")):
        with pytest.raises(InputError, match=r"campaign\.json is not JSON"):
            read(forged)


def test_a_run_without_evidence_is_told(made: Path) -> None:
    with pytest.raises(InputError, match="no evidence to score"):
        rescore(made / "c-aaaa.packet.zip")


def test_what_somebody_else_signed_is_told_before_any_verdict(real: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Evidence, verdict and hashes all agree, and the signature is another's, or the old one over another manifest."""
    path = sorted((real / "packets").glob("*.zip"))[0]
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    accounts = pq.read_table(io.BytesIO(files["accounts.parquet"]))
    framed = accounts.set_column(0, "account_id", pa.array(["framed", *accounts["account_id"].to_pylist()[1:]]))
    out = io.BytesIO()
    pq.write_table(framed, out)
    files["accounts.parquet"] = out.getvalue()
    manifest = json.loads(files["manifest.json"])
    manifest["files"]["accounts.parquet"] = {"sha256": hashlib.sha256(out.getvalue()).hexdigest(), "bytes": len(out.getvalue())}
    own = signing.signing_key(tmp_path / "own.pem")
    files["manifest.json"] = json.dumps(manifest).encode()
    key = signing.public_path(next(real.rglob("*.pem")))
    for signature in (files["manifest.sig"], signing.sign(own, files["manifest.json"])):
        forged = str(zipped(tmp_path / "forged.zip", files | {"manifest.sig": signature}))
        for command in ("verify", "rescore"):
            capsys.readouterr()
            assert main([command, forged, "--public-key", str(key)]) == 1
            said = capsys.readouterr()
            assert (said.out, said.err.count("\n")) == ("", 1), "no verdict"
            assert "was not signed by the key" in said.err
            assert main([command, forged, "--without-signature"]) == 0
            assert "SIGNATURE NOT CHECKED" in capsys.readouterr().out.splitlines()[0]
    assert main(["rescore", str(path), "--public-key", str(key)]) == 0
    assert capsys.readouterr().out.startswith(f"signed by {signing.key_id(signing.public_key(key))}\n")


def test_a_public_key_that_others_verify_with_is_not_replaced(tmp_path: Path) -> None:
    signing.signing_key(tmp_path / "x.pem")
    known = (tmp_path / "x.pem.pub").read_bytes()
    (tmp_path / "x.pem").rename(tmp_path / "elsewhere.pem")
    with pytest.raises(InputError, match=r"would replace x\.pem\.pub"):
        signing.signing_key(tmp_path / "x.pem")
    assert (tmp_path / "x.pem.pub").read_bytes() == known
    assert not (tmp_path / "x.pem").exists()


@pytest.mark.parametrize(("told", "sent"), [({}, 1.5), ({"context.sent": 2.5}, 2.5)])
def test_a_packet_made_before_tells_what_each_account_sent(told: dict[str, float], sent: float) -> None:
    evidence = [{"name": name, "value": value} for name, value in ({"harvest.volume": 0.5, "context.crowd": 0.5} | told).items()]
    values, _ = rescoring._evidence([{"evidence": evidence}])
    assert values["context.sent"] == pytest.approx([sent])
