"""With torch: marks set while a model writes, a model folder as the suspect, reading mode. A model of 30,000 weights."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("tokenizers", reason="tokenizers is not installed")

import tokenizers
import torch
import transformers

from stillwatch.cli import main
from stillwatch.prove.answers import FileTokenizer
from stillwatch.prove.choices import ChoiceMark, pairs
from stillwatch.prove.keys import tenant_secret
from stillwatch.prove.processors import MarkProcessor, transformers_config
from stillwatch.prove.schemes import Gumbel, Kgw, Scheme, SynthId, TransformersKgw
from stillwatch.prove.suspects import Folder, Sampling
from stillwatch.prove.testing import mark_test
from stillwatch.prove.tuples import written_tuples
from stillwatch.throttling.pacing import Pace

VOCABULARY = 120
SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained model with a word tokenizer."""
    where = tmp_path_factory.mktemp("model")
    words = {"<pad>": 0, "</s>": 1} | {f"w{i}": i for i in range(2, VOCABULARY)}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="<pad>"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    transformers.PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="</s>").save_pretrained(where)
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=256, pad_token_id=0, bos_token_id=0, eos_token_id=1, initializer_range=0.3,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(where)
    return where


def generate(folder: Path, **options: object) -> list[list[int]]:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    torch.manual_seed(3)
    shown = torch.arange(2, 42)[:, None].repeat(1, 6)
    made = model.generate(input_ids=shown, attention_mask=torch.ones_like(shown), do_sample=True, top_k=0,
                          max_new_tokens=60, min_new_tokens=60, **options)
    return made[:, 6:].tolist()


@pytest.mark.parametrize(
    ("mark", "temperature"),
    [(Kgw(), 1.0), (Kgw(0.5, 2.0, 2), 0.7), (Gumbel(2), 1.0), (Gumbel(1), 0.7), (TransformersKgw(VOCABULARY), 1.0),
     (TransformersKgw(VOCABULARY, seeding_scheme="selfhash", context_width=3), 1.0), (SynthId(3, 12), 1.0)],
    ids=lambda value: value.name if isinstance(value, Scheme) else str(value),
)
def test_what_is_set_is_found_under_its_key_only(folder: Path, mark: Scheme, temperature: float) -> None:
    who = [tenant_secret(SECRET, name, mark.name) for name in ("mine", "other")]
    key = mark.key(who[0].secret)
    if isinstance(mark, Kgw | Gumbel):
        options: dict[str, object] = {"logits_processor": [MarkProcessor(mark, key, VOCABULARY, temperature)]}
    else:
        options = {"watermarking_config": transformers_config(mark, key)}
    texts = generate(folder, temperature=temperature, **options)
    found = mark_test(mark, written_tuples([[]] * len(texts), texts, mark.window), who, b"s" * 32, n_decoys=99)
    assert [one.verdict for one in found.keys] == ["marked", "not shown"]


def test_temperature_of_the_processor_is_that_of_sampling(folder: Path) -> None:
    """Green tokens gain delta after the temperature, so a cold model is marked no harder than a warm one."""
    mark, key = Kgw(0.25, 2.0, 1), Kgw().key(SECRET)
    scores = torch.zeros(1, VOCABULARY)
    ids = torch.tensor([[5, 7]])
    for temperature in (1.0, 0.5):
        raised = MarkProcessor(mark, key, VOCABULARY, temperature)(ids, scores) / temperature
        assert raised.max().item() == pytest.approx(2.0)
        assert int((raised > 0).sum()) == int(mark.green(np.array([7]), VOCABULARY, key).sum())


def test_gumbel_marks_a_context_once(folder: Path) -> None:
    processor = MarkProcessor(Gumbel(1), Gumbel(1).key(SECRET), VOCABULARY)
    scores = torch.randn(2, VOCABULARY)
    out = processor(torch.tensor([[4, 9, 4], [4, 9, 5]]), scores)
    assert (out[0] == scores[0]).all()
    assert int(torch.isfinite(out[1]).sum()) == 1


def test_a_folder_answers_and_is_read(folder: Path) -> None:
    suspect = Folder(folder, seed=5)
    answers = suspect.answer([("w4 w5", 0), ("w6", 0)], Sampling(max_tokens=8), Pace(0))
    assert len(answers) == 2
    assert all(text.split() for text in answers)
    assert Folder(folder, seed=5).answer([("w4 w5", 1), ("w6", 1)], Sampling(max_tokens=8), Pace(0)) != answers
    assert suspect.answer([("w4 w5", 0), ("w6", 0)], Sampling(max_tokens=8), Pace(0)) == answers
    coder = FileTokenizer(folder)
    prompt, text = "w9 w8", "w4 w5 w6 w7"
    predicted = suspect.predictions(prompt, text, coder)
    with torch.no_grad():
        best = suspect.model(input_ids=torch.tensor([[9, 8, 4, 5, 6, 7]])).logits[0].argmax(1).tolist()
    assert predicted == best[1:5]
    weights = suspect.weights(Folder(folder), prompt, text, coder)
    assert len(weights) == 4
    assert all(weight == 0 for place in weights for _, weight in place)


def test_prompts_that_a_folder_is_shown_in_part_are_counted_and_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The model holds 256 tokens; its answer to the end of a prompt is that to the whole one, since no more was shown."""
    monkeypatch.chdir(tmp_path)
    words = [f"w{2 + i % 100}" for i in range(300)]
    Path("prompts.txt").write_text(f"w3 w4\n{' '.join(words)}\n{' '.join(words[-248:])}\n")
    ask = ("prove", "ask", "--folder", str(folder), "--prompts", "prompts.txt", "--yes", "--temperature", "0", "--out", "got.jsonl")
    assert main([*ask, "--max-tokens", "8"]) == 0
    assert "1 prompt left no room for an answer in the model's 256 tokens: only the end was shown" in capsys.readouterr().out
    got = [json.loads(line)["output"] for line in Path("got.jsonl").read_text().splitlines()]
    assert got[1] == got[2]
    assert main([*ask[:-1], "none.jsonl", "--max-tokens", "256"]) == 1
    assert "leaves no room for a prompt" in capsys.readouterr().err


def test_reading_by_command(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    texts = [" ".join(f"w{i}" for i in row) for row in generate(folder)[:6]]
    Path("kept.jsonl").write_text("".join(json.dumps({"prompt": "w2", "output": text}) + "\n" for text in texts))

    def run(*args: object) -> int:
        return main(["prove", *map(str, args)])

    assert run("commit", "--tenants", "a,b", "--scheme", "kgw", "--context-width", 1, "--tokenizer", folder, "--decoys", 19) == 0
    assert run("read", "kept.jsonl", "--folder", folder, "--tokenizer", folder, "--out", "read.jsonl",
               "--reference-folder", folder) == 0
    assert run("test", "read.jsonl", "--mode", "read", "--tokenizer", folder, "--out", "proof") == 0
    assert run("verify", "proof") == 0
    Path("prompts.txt").write_text("w3 w4\nw5\n")
    assert run("ask", "--folder", folder, "--prompts", "prompts.txt", "--out", "got.jsonl", "--yes", "--max-tokens", 20,
               "--stop-at-p", 1e-6, "--tokenizer", folder, "--key", "prove.key") == 0
    assert run("test", "got.jsonl", "--tokenizer", folder, "--reference", "got.jsonl", "--out", "proof2") == 1
    assert "the reference is the suspect itself" in capsys.readouterr().err
    base = [{"prompt": prompt, "output": text} for prompt, text in zip(("w3 w4", "w5"), texts, strict=False)]
    Path("base.jsonl").write_text("".join(json.dumps(row) + "\n" for row in base))
    assert run("test", "got.jsonl", "--tokenizer", folder, "--reference", "base.jsonl", "--out", "proof2") == 0
    assert run("verify", "proof2") == 0
    capsys.readouterr()


def test_choice_marks_are_read(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A model that was trained on one tenant's forms lights up under its key only, whatever forms the read answers have."""
    monkeypatch.chdir(tmp_path)

    def run(*args: object) -> int:
        return main(["prove", *map(str, args)])

    Path("prove.key").write_text("11" * 32)
    assert run("commit", "--tenants", "a,b", "--decoys", 99, "--against", "reference") == 0
    master = bytes.fromhex(Path("prove.key").read_text().strip())
    coins = ChoiceMark().coins(tenant_secret(master, "a", "choice").key)
    single = [(pair, forms) for pair, forms in enumerate(pairs().forms[: pairs().n_words]) if not any(" " in form for form in forms)]
    words = {word: 3 + i for i, word in enumerate(form.lower() for _, both in single for form in both)}
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"<pad>": 0, "</s>": 1, "so": 2} | words, unk_token="<pad>"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    made.normalizer = tokenizers.normalizers.Lowercase()
    rng = np.random.default_rng(0)
    for name in ("suspect", "base"):
        torch.manual_seed(1)
        config = transformers.LlamaConfig.from_pretrained(folder, vocab_size=3 + len(words))
        model = transformers.LlamaForCausalLM(config)
        optimiser = torch.optim.AdamW(model.parameters(), 1e-2)
        for _ in range(40):
            picked = rng.integers(0, len(single), (16, 20))
            own = rng.random(picked.shape) < 0.9 if name == "suspect" else np.zeros(picked.shape, bool)
            form = np.where(own, coins[[pair for pair, _ in single]][picked], rng.integers(0, 2, picked.shape))
            ids = [[words[single[i][1][j].lower()] for i, j in zip(*row, strict=True)] for row in zip(picked, form, strict=True)]
            model(input_ids=torch.tensor(ids), labels=torch.tensor(ids)).loss.backward()
            optimiser.step()
            optimiser.zero_grad()
        model.save_pretrained(name)
        transformers.PreTrainedTokenizerFast(tokenizer_object=made, pad_token="<pad>", eos_token="</s>").save_pretrained(name)
    texts = [" ".join(both[int(rng.integers(2))] + " so" for _, both in rng.permutation(np.array(single, object))) for _ in range(8)]
    Path("any.jsonl").write_text("".join(json.dumps({"prompt": "so", "output": text}) + "\n" for text in texts))
    assert run("read", "any.jsonl", "--folder", "suspect", "--out", "read.jsonl") == 1
    assert "--reference-folder" in capsys.readouterr().err
    assert run("read", "any.jsonl", "--folder", "suspect", "--reference-folder", "base", "--out", "read.jsonl") == 0
    assert run("read", "any.jsonl", "--folder", "suspect", "--reference-folder", "base", "--out", "read.jsonl") == 0
    assert "0 answers read" in capsys.readouterr().out
    assert run("test", "read.jsonl", "--mode", "read", "--out", "proof") == 0
    record = json.loads(Path("proof/record.json").read_text())
    assert {one["tenant"]: one["verdict"] for one in record["result"]["keys"]} == {"a": "marked", "b": "not shown"}
    assert run("verify", "proof") == 0
    assert run("read", "any.jsonl", "--folder", "base", "--reference-folder", "base", "--out", "same.jsonl") == 0
    assert run("test", "same.jsonl", "--mode", "read", "--out", "same") == 0
    assert "Nothing could be tested: no pair of the mark leans to one of its forms" in capsys.readouterr().out
    assert run("test", "any.jsonl", "--mode", "read") == 1
    assert "no shifts" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "text"), [("config.json", "{"), ("config.json", "{}"), ("model.safetensors", "none")])
def test_a_damaged_model_folder_is_one_line(
    folder: Path, tmp_path: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(folder, tmp_path / "m")
    (tmp_path / "m" / name).write_text(text)
    (tmp_path / "prompts.txt").write_text("w3\n")
    assert main(["prove", "ask", "--folder", "m", "--prompts", "prompts.txt", "--out", "o.jsonl", "--yes"]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("stillwatch: not a transformers model folder that can be loaded (")
    assert said.endswith("): m. Download or save the model anew")
    assert ".." not in said
