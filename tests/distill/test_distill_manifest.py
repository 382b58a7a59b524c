"""Whose model it is: every rule of the manifest refuses by itself, with one line."""

from pathlib import Path

import pytest

from stillwatch.cli import main
from stillwatch.distill import manifest
from stillwatch.errors import InputError
from stillwatch.files import read_json


def test_a_model_of_ones_own_passes(entries: dict[str, object]) -> None:
    assert manifest.parse(entries).public()["owner"] == "Example Ltd"


@pytest.mark.parametrize("name", ["name", "kind", "location", "owner", "ownership", "licence", "terms", "distillation"])
@pytest.mark.parametrize("value", [None, "", "  ", 3])
def test_every_required_entry_is_required(entries: dict[str, object], name: str, value: object) -> None:
    entries[name] = value
    if value is None:
        del entries[name]
    with pytest.raises(InputError, match=f"does not say {name}"):
        manifest.parse(entries)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"distillation": "forbidden"}, "do not allow distillation"),
        ({"distillation": "forbidden", "permission": "letter"}, "do not allow distillation"),
        ({"licence": "Llama3"}, "restricts training"),
        ({"licence": "CC-BY-NC-4.0", "kind": "encoder"}, "restricts training"),
        ({"licence": "Meta Llama 3 Community License Agreement"}, "restricts training"),
        ({"licence": " CC_BY_NC 4.0"}, "restricts training"),
        ({"licence": "Creative Commons Attribution-NonCommercial 4.0"}, "restricts training"),
        ({"licence": "Google's Gemma terms"}, "restricts training"),
        ({"location": "file://localhost/etc"}, "not a URL"),
        ({"location": "https://api.openai.com/v1"}, "somebody else"),
        ({"location": "https://x.eu.anthropic.com:443/v1"}, "somebody else"),
        ({"location": "https://api.openai.com./v1"}, "somebody else"),
        ({"location": "https://API.\uff4fpenai.com/v1"}, "somebody else"),
        ({"location": "http://[::1"}, "not a URL"),
        ({"location": "http://localhost:99999/v1"}, "not a URL"),
        ({"timeout_s": float("nan")}, "not a float"),
        ({"model": "bedrock/claude-3"}, "somebody else"),
        ({"model": "bedrock/us.anthropic.claude-3-haiku-v1:0"}, "somebody else"),
        ({"model": "ft:gpt-4o-mini:house::x"}, "somebody else"),
        ({"model": "o1"}, "somebody else"),
        ({"model": "\uff27PT-4o"}, "somebody else"),
        ({"ownership": "found"}, "ownership"),
        ({"kind": "oracle"}, "kind"),
        ({"location": "house"}, "not a URL"),
        ({"location": "http://localhost/v 1"}, "not a URL"),
        ({"location": "http://localhost/é", "permission": "contract 12"}, "not a URL"),
        ({"location": "http://me:word@localhost/v1"}, "^location holds a user name or password. Put the key"),
        ({"location": "https://models.inference.ai.azure.com/v1"}, "somebody else"),
        ({"location": "https://router.huggingface.co/v1"}, "somebody else"),
        ({"model": "mistral/mistral-large-latest"}, "somebody else"),
        ({"licence": "mrl-0.1 Mistral Research License (non-commercial)"}, "restricts training"),
        ({"licence": "Mistral AI Non-Production License"}, "restricts training"),
        ({"licence": "House licence, non-commercial"}, "restricts training"),
        ({"concurrency": "many"}, "not a int"),
        ({"concurrency": True}, "not a int"),
        ({"idempotent": 1}, "not a bool$"),
        ({"timeout_s": 0}, "timeout_s = 0 in the manifest"),
        ({"timeout_s": 1e300}, "not a float of 0 or more"),
        ({"timeout_s": 1e9}, "timeout_s = 1000000000"),
        ({"price_input": 1e308}, "not a float of 0 or more"),
        ({"price_input": -1.0}, "0 or more"),
        ({"owner_name": "x"}, "unknown entry"),
    ],
)
def test_refusals(entries: dict[str, object], change: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        manifest.parse(entries | change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("model", ["Marco-o1", "gpt-oss-20b", "o10", "mistralai/Mistral-7B-Instruct-v0.3"])
def test_models_that_only_look_like_others_pass(entries: dict[str, object], model: str) -> None:
    assert manifest.parse(entries | {"model": model})


@pytest.mark.parametrize("location", ["https://notopenai.com/v1", "https://openai.com.house.example/v1", "http://10.0.0.3:8000/v1"])
def test_hosts_that_only_look_like_others_pass(entries: dict[str, object], location: str) -> None:
    assert manifest.parse(entries | {"location": location})


def test_every_restriction_has_its_source_and_refuses(entries: dict[str, object]) -> None:
    restricted = read_json(manifest.RESTRICTED)
    rows = [({"location": f"https://api.{host}/v1"}, row) for row in restricted["services"] for host in row["hosts"]]
    rows += [({"model": f"{name}1"}, row) for row in restricted["services"] for name in row["models"]]
    rows += [({"licence": f"{name} terms"}, row) for row in restricted["licences"] for name in row.get("begins", row.get("named"))]
    assert len(rows) > 40
    for change, row in rows:
        with pytest.raises(InputError, match="refused") as caught:
            manifest.parse(entries | change)
        assert row["source"] in str(caught.value)


def test_a_written_permission_is_kept_for_the_cards(entries: dict[str, object]) -> None:
    told = manifest.parse(entries | {"licence": "gemma", "permission": "contract 12 of 2026"})
    assert told.public()["permission"] == "contract 12 of 2026"


def test_without_a_manifest_nothing_is_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "p.txt").write_text("hello\n")
    argv = ["distill", "harvest", "--teacher", str(tmp_path / "no.toml"), "--prompts", str(tmp_path / "p.txt")]
    assert main([*argv, "--out", str(tmp_path / "store")]) == 1
    error = capsys.readouterr().err
    assert "no manifest for the teacher" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("currency", ["dollars", "", "usd", "€", "US$"])
def test_a_currency_has_three_letters(entries: dict[str, object], currency: str) -> None:
    with pytest.raises(InputError, match="currency"):
        manifest.parse(entries | {"currency": currency})
