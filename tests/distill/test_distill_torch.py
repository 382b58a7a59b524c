"""Routes that need torch, on models built here from nothing: small, random, deterministic."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

pytest.importorskip("torch", reason="torch not installed")
pytest.importorskip("transformers", reason="transformers not installed")

import torch
import transformers

from stillwatch.cli import main
from stillwatch.distill import harvest, manifest, measures, store
from stillwatch.distill.exchange import Reply, TopK, ask
from stillwatch.distill.students import language, layers, loop, static
from stillwatch.distill.teachers.encoder import Encoder
from stillwatch.distill.teachers.language import LanguageModel
from stillwatch.errors import InputError

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *[f"w{i}" for i in range(200)]]


@pytest.fixture(scope="module")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of four layers whose vectors are dominated by the words they read."""
    folder = tmp_path_factory.mktemp("encoder")
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY))
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=32, num_hidden_layers=4, num_attention_heads=4, intermediate_size=64,
        max_position_embeddings=64, initializer_range=0.08,
    )
    transformers.BertModel(config).save_pretrained(folder)
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    backend = Tokenizer(models.WordPiece({word: i for i, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder)
    return folder


def told(entries: dict[str, object], folder: Path, kind: str, **changes: object) -> manifest.Manifest:
    return manifest.parse(entries | {"kind": kind, "location": str(folder)} | changes)


def sentences(n: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(f"w{i}" for i in rng.integers(0, 200, rng.integers(4, 12))) for _ in range(n)]


def test_vectors_do_not_depend_on_the_batch(encoder_folder: Path, entries: dict[str, object]) -> None:
    teacher = Encoder(told(entries, encoder_folder, "encoder"))
    given = sentences(40, 1)
    together, lengths = teacher.embed(given)
    alone = np.concatenate([teacher.embed([text])[0] for text in given])
    np.testing.assert_allclose(together.astype(float), alone.astype(float), atol=2e-3)
    np.testing.assert_allclose(np.linalg.norm(together.astype(float), axis=1), 1, atol=2e-3)
    assert lengths.tolist() == [len(text.split()) + 2 for text in given]


def bert_tokenizer(words: list[str]) -> Any:
    from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens([AddedToken("[SEP]", special=True)])
    return tokenizer


WORDS = ["[UNK]", "[SEP]", "[unused0]", "a", "b", "##a", "##b", ".", "-", "e", "中", "[", "]"]


@drawn(st.lists(st.text("ab e.-\t\n\r\x00\x1c\u00a0\u2003é中[]"), max_size=4), st.integers(1, 9))
def test_tokens_remembered_by_the_word_are_those_of_the_text(texts: list[str], most: int) -> None:
    encoder = static.StaticEncoder(bert_tokenizer(WORDS), np.eye(len(WORDS), dtype=np.float32), most)
    assert encoder._tokens_of_word is not None
    texts += ["a[SEP]b [SEP] ab"]
    for _ in range(2):  # unknown words, then known ones
        assert encoder.ids(texts) == encoder._tokenise(texts)


def test_memory_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static, "MAX_WORDS", 3)
    encoder = static.StaticEncoder(bert_tokenizer(WORDS), np.eye(len(WORDS), dtype=np.float32), 9)
    for text in ("a b", "ab ba", "aab abb"):
        assert encoder.ids([text]) == encoder._tokenise([text])
        assert encoder._tokens_of_word is not None
        assert len(encoder._tokens_of_word) <= 3


def test_places_without_a_text_are_left_out_of_a_static_student() -> None:
    before = bert_tokenizer(WORDS)
    names = [word for word in WORDS if word != "[unused0]"]
    told = static.renumbered(json.loads(before.to_str()), names)
    after = type(before).from_str(json.dumps(told))
    for text in ("ab ba.", "[SEP] a", "[unused0] 中é"):
        read = [tok.encode(text, add_special_tokens=False).tokens for tok in (before, after)]
        assert read[0] == read[1]
    assert after.get_vocab_size() == len(names)


def test_a_static_student_comes_near_its_teacher(
    encoder_folder: Path, entries: dict[str, object], tmp_path: Path
) -> None:
    teacher = Encoder(told(entries, encoder_folder, "encoder"))
    given, held = sentences(1500, 2), sentences(200, 3)
    vectors, reference = teacher.embed(given)[0], teacher.embed(held)[0].astype(np.float32)
    start = static.token_pass(teacher, given)
    made = static.train(start, given, vectors, loop.Schedule(epochs=12, seed=1), quiet=True, rate=1e-2)
    before, after = ((m.encode(held) * reference).sum(1).mean() for m in (start, made.model))
    assert after > before
    assert after > 0.9
    size = made.model.save(tmp_path / "f32")
    small = made.model.save(tmp_path / "i8", quantise=True)
    assert small < size
    np.testing.assert_allclose(
        static.StaticEncoder.load(tmp_path / "f32").encode(held), made.model.encode(held), atol=1e-6
    )
    eight = static.StaticEncoder.load(tmp_path / "i8").encode(held)
    assert (eight * made.model.encode(held)).sum(1).min() > 0.999
    model2vec = pytest.importorskip("model2vec", reason="model2vec is optional")
    np.testing.assert_allclose(model2vec.StaticModel.from_pretrained(tmp_path / "i8").encode(held), eight, atol=1e-3)


def test_training_goes_on_from_its_checkpoint(encoder_folder: Path, entries: dict[str, object], tmp_path: Path) -> None:
    teacher = Encoder(told(entries, encoder_folder, "encoder"))
    given = sentences(300, 4)
    vectors = teacher.embed(given)[0]
    start = static.token_pass(teacher, given)
    whole = static.train(start, given, vectors, loop.Schedule(epochs=6), quiet=True)
    calls = 0
    original = loop.track

    def stops(items: Any, *args: Any, **options: Any) -> Any:
        nonlocal calls
        for item in original(items, *args, **options):
            calls += 1
            if calls == 4:
                raise KeyboardInterrupt
            yield item

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "track", stops)
        with pytest.raises(KeyboardInterrupt):
            static.train(start, given, vectors, loop.Schedule(epochs=6), folder=tmp_path, quiet=True)
    assert (tmp_path / loop.CHECKPOINT).is_file()
    for others, seed in ((given, 1), (given[::-1], 0)):  # it would be of neither the one nor the other
        with pytest.raises(InputError, match="the checkpoint is of another student"):
            static.train(start, others, vectors, loop.Schedule(epochs=6, seed=seed), folder=tmp_path, quiet=True)
    again = static.train(start, given, vectors, loop.Schedule(epochs=6), folder=tmp_path, quiet=True)
    np.testing.assert_allclose(again.history.validation, whole.history.validation, rtol=1e-5)
    np.testing.assert_allclose(again.model.table, whole.model.table, atol=1e-5)
    assert not (tmp_path / loop.CHECKPOINT).exists()


def test_fewer_layers_come_nearer_with_training(
    encoder_folder: Path, entries: dict[str, object], tmp_path: Path
) -> None:
    teacher = Encoder(told(entries, encoder_folder, "encoder"))
    given = sentences(600, 5)
    vectors = teacher.embed(given)[0]
    made = layers.train(teacher, (0, 3), given, vectors, loop.Schedule(epochs=4), quiet=True, rate=2e-3)
    assert made.history.validation[made.history.best_epoch] > made.history.validation[0] or made.history.best_epoch == 0
    assert max(made.history.validation) > 0.9
    made.save(tmp_path)
    again = Encoder(told(entries, tmp_path, "encoder"))
    assert again.model.config.num_hidden_layers == 2
    np.testing.assert_allclose(again.embed(given[:20])[0].astype(float), made.encode(given[:20]), atol=5e-3)
    for wrong in ((0, 9), (-1, 0)):
        with pytest.raises(InputError, match="The teacher's are 0 to 3"):
            layers.cut(teacher, wrong)


def test_fewer_layers_are_kept_in_the_precision_of_the_manifest(
    encoder_folder: Path, entries: dict[str, object], tmp_path: Path
) -> None:
    teacher = Encoder(told(entries | {"precision": "bfloat16"}, encoder_folder, "encoder"))
    given = sentences(300, 6)
    made = layers.train(teacher, (0, 3), given, teacher.embed(given)[0], loop.Schedule(epochs=1), quiet=True)
    made.save(tmp_path)
    again = Encoder(told(entries | {"precision": "bfloat16"}, tmp_path, "encoder"))
    assert {weight.dtype for weight in made.teacher.model.parameters()} == {torch.bfloat16}
    np.testing.assert_array_equal(again.embed(given[:20])[0].astype(np.float32), made.encode(given[:20]))


def test_narrow_layers_keep_the_neurons_that_move_the_output(encoder_folder: Path, entries: dict[str, object], tmp_path: Path) -> None:
    teacher = Encoder(told(entries, encoder_folder, "encoder"))
    given = sentences(100, 7)
    whole = layers.cut(teacher, (0, 3))
    # every other neuron gives the same whatever it reads: nothing is lost without it
    with torch.no_grad():
        for layer in whole.model.encoder.layer:
            layer.intermediate.dense.weight[::2] = 0.0
            layer.intermediate.dense.bias[::2] = 2.0
    before = whole.embed(given)[0].astype(float)
    layers.narrow(whole, 0.5, given)
    np.testing.assert_allclose(whole.embed(given)[0].astype(float), before, atol=2e-3)
    inner = whole.model.encoder.layer[1]
    assert inner.intermediate.dense.weight.shape == inner.output.dense.weight.shape == (32, 32)
    more = sentences(300, 9)
    made = layers.train(teacher, (0, 3), more, teacher.embed(more)[0], loop.Schedule(epochs=1), width=0.25, quiet=True)
    made.save(tmp_path)
    again = Encoder(told(entries, tmp_path, "encoder"))
    assert again.model.config.intermediate_size == 16
    np.testing.assert_allclose(again.embed(given[:20])[0].astype(float), made.encode(given[:20]), atol=5e-3)


def test_a_small_harvest_trains_layers_and_a_tiny_one_is_refused(encoder_folder: Path, entries: dict[str, object]) -> None:
    """256 texts were held back, and of 256 none was left to train on."""
    teacher = Encoder(told(entries, encoder_folder, "encoder"))
    given = sentences(100, 9)
    vectors = teacher.embed(given)[0]
    made = layers.train(teacher, (0, 3), given, vectors, loop.Schedule(epochs=2), quiet=True, rate=2e-3)
    assert made.history.validation[1] != made.history.validation[0]
    with pytest.raises(InputError, match="30 answers are too few"):
        layers.train(teacher, (0, 3), given[:30], vectors[:30], loop.Schedule(epochs=1), quiet=True)


def test_a_checkpoint_of_another_width_is_named(encoder_folder: Path, entries: dict[str, object], tmp_path: Path) -> None:
    teacher = Encoder(told(entries, encoder_folder, "encoder"))
    given = sentences(300, 8)
    vectors = teacher.embed(given)[0]

    def first(items: Any, *_: Any, **__: Any) -> Any:
        yield items[0]
        raise KeyboardInterrupt

    def train(width: float) -> layers.Layered:
        return layers.train(teacher, (0, 3), given, vectors, loop.Schedule(epochs=2), width=width, folder=tmp_path, quiet=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "track", first)
        with pytest.raises(KeyboardInterrupt):
            train(0.5)
    with pytest.raises(InputError, match="the checkpoint is of another student"):
        train(0.75)
    assert len(train(0.5).history.validation) == 2


def test_the_static_route_end_to_end(encoder_folder: Path, entries: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(
        "\n".join(
            f"{k} = {json.dumps(v)}"
            for k, v in (entries | {"kind": "encoder", "location": str(encoder_folder)}).items()
        )
    )
    (tmp_path / "p.txt").write_text("\n".join(sentences(400, 6)))
    rows = [
        {"text": t, "label": "even" if len(t) % 2 == 0 else "odd", "split": s}
        for s, seed in (("train", 7), ("test", 8))
        for t in sentences(60, seed)
    ]
    (tmp_path / "h.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert (
        main(
            [
                "distill",
                "harvest",
                "-q",
                "--teacher",
                str(path),
                "--prompts",
                str(tmp_path / "p.txt"),
                "--out",
                str(tmp_path / "s"),
            ]
        )
        == 0
    )
    argv = [
        "distill",
        "train",
        "static",
        "-q",
        "--teacher",
        str(path),
        "--store",
        str(tmp_path / "s"),
        "--held-out",
        str(tmp_path / "h.jsonl"),
    ]
    assert main([*argv, "--epochs", "3", "--out", str(tmp_path / "m")]) == 0
    told_rows = json.loads((tmp_path / "m" / "comparison.json").read_text())["rows"]
    assert [row["model"] for row in told_rows] == [
        "teacher",
        "its token vectors, untrained",
        "student",
        "student, int8",
    ]
    assert told_rows[0]["quality"]["neighbour overlap"] == 1
    assert told_rows[3]["size"] < told_rows[2]["size"]
    ort = pytest.importorskip("onnxruntime", reason="onnxruntime is optional")
    assert main(["distill", "export", str(tmp_path / "m"), "--out", str(tmp_path / "m.onnx")]) == 0
    model = static.StaticEncoder.load(tmp_path / "m")
    ids = np.array([[5, 6, 7], [8, 9, 0]])
    mask = np.array([[1, 1, 1], [1, 1, 0]], np.float32)
    got = ort.InferenceSession(str(tmp_path / "m.onnx")).run(None, {"ids": ids, "mask": mask})[0]
    np.testing.assert_allclose(
        got, static.unit(np.stack([model.table[[5, 6, 7]].sum(0), model.table[[8, 9]].sum(0)])), atol=1e-5
    )


@pytest.fixture(scope="module")
def language_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama of three layers with a whitespace tokenizer."""
    folder = tmp_path_factory.mktemp("language")
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["<pad>", "<unk>", "<eos>", *[f"w{i}" for i in range(60)]]
    backend = Tokenizer(models.WordLevel({word: i for i, word in enumerate(words)}, unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        unk_token="<unk>",
        eos_token="<eos>",
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = (
        "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }} <eos>{% endgeneration %}"
        "{% else %}{{ m.content }} w0 {% endif %}{% endfor %}"
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
        intermediate_size=64, max_position_embeddings=128, bos_token_id=2, eos_token_id=2, pad_token_id=0, initializer_range=0.3,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def test_a_language_teacher_gives_answers_and_the_same_cache_as_scoring(
    language_folder: Path, entries: dict[str, object]
) -> None:
    teacher = LanguageModel(told(entries, language_folder, "transformers"))
    requests = [ask(f"w{i} w{i + 1}", max_tokens=6, top_k=5) for i in range(4)]
    together = teacher.ask(requests)
    assert [r.answer for r in together] == [teacher.ask([request])[0].answer for request in requests]
    reply = together[0]
    assert reply.top is not None
    prompt = teacher.ids(requests[0].messages)
    answer = teacher.tokenizer(reply.answer, add_special_tokens=False)["input_ids"]
    scored = teacher.score([[*prompt, *answer]], 5)[0]
    np.testing.assert_allclose(
        reply.top.logprobs[: len(answer)].astype(float),
        scored.logprobs[len(prompt) - 1 :][: len(answer)].astype(float),
        atol=2e-2,
    )
    drawn = [teacher.ask([ask("w1", temperature=1.0, sample=i, max_tokens=6)])[0].answer for i in range(4)]
    assert len(set(drawn)) > 1
    assert drawn == [
        r.answer for r in teacher.ask([ask("w1", temperature=1.0, sample=i, max_tokens=6) for i in range(4)])
    ]


def test_prompts_that_a_local_teacher_reads_in_part_are_counted_and_told(
    language_folder: Path, encoder_folder: Path, entries: dict[str, object], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A window of 20 tokens, 12 of them for the answer of the language model: of three prompts the longest alone is cut."""
    long = " ".join(f"w{i}" for i in range(40))
    (tmp_path / "p.txt").write_text(f"w1 w2\n{long}\nw3\n")
    for kind, folder, part in (("transformers", language_folder, "end"), ("encoder", encoder_folder, "start")):
        path = tmp_path / f"{kind}.toml"
        what = entries | {"kind": kind, "location": str(folder), "max_length": 20}
        path.write_text("".join(f"{k} = {json.dumps(v)}\n" for k, v in what.items()))
        argv = ["distill", "harvest", "--teacher", str(path), "--prompts", str(tmp_path / "p.txt"), "--max-tokens", "12"]
        assert main([*argv, "--out", str(tmp_path / kind)]) == 0
        assert f"1 prompt was longer than this teacher reads (20 tokens), and only the {part} was read" in capsys.readouterr().out
        assert main([*argv, "--out", str(tmp_path / f"{kind}-again"), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["cut"] == 1
        assert main([*argv, "--out", str(tmp_path / f"{kind}-again"), "--json"]) == 0  # nothing is asked any more
        assert json.loads(capsys.readouterr().out)["cut"] == 0


def test_the_loss_is_zero_for_the_teacher_itself_and_the_tail_counts() -> None:
    rng = np.random.default_rng(0)
    logits = torch.tensor(rng.normal(size=(1, 6, 20)), dtype=torch.float32)
    full = TopK.of(logits[0].log_softmax(-1).numpy()[1:5], 4)
    one = language.Tokens([1, 2, 3, 4, 5, 6], 2, full)
    assert float(language.loss(torch, logits, [one], 1.0)) == pytest.approx(0, abs=1e-3)
    # all mass moved from the tail to the k: divergence over the k alone would not see it
    moved = logits.clone()
    outside = torch.ones_like(moved, dtype=torch.bool)
    for j, ids in enumerate(full.ids):
        outside[0, j + 1, ids] = False
    moved = moved.masked_fill(outside, -30.0)
    assert float(language.loss(torch, moved, [one], 1.0)) > 0.1
    assert float(language.loss(torch, moved, [one], 1.0, True)) > 0.1


def test_logits_of_prompts_are_left_out_without_changing_the_loss(language_folder: Path, entries: dict[str, object]) -> None:
    model = LanguageModel(told(entries, language_folder, "transformers")).model
    batch = [language.Tokens(list(range(1, n)), start, None) for n, start in ((12, 6), (20, 4), (9, 7))]
    ids, mask = language.pad(torch, batch, 0)
    with torch.inference_mode():
        whole = language.loss(torch, model(input_ids=ids, attention_mask=mask).logits, batch, 0.0)
        logits, first = language.read(torch, model, batch, 0)
        assert (first, logits.shape[1]) == (3, ids.shape[1] - 3)
        assert float(language.loss(torch, logits, batch, 0.0, first=first)) == pytest.approx(float(whole), abs=1e-5)


def harvested(teacher: LanguageModel, what: manifest.Manifest, folder: Path, n: int = 60) -> list[Any]:
    rng = np.random.default_rng(0)
    wanted = [ask(" ".join(f"w{j}" for j in rng.integers(1, 59, 3)), max_tokens=8, top_k=8) for _ in range(n)]
    with harvest.open_store(folder, teacher, what) as opened:
        harvest.run(opened, teacher, what, wanted, quiet=True)
    return store.read(folder)


def test_a_student_learns_from_the_cache(language_folder: Path, entries: dict[str, object], tmp_path: Path) -> None:
    what = told(entries, language_folder, "transformers")
    teacher = LanguageModel(what)
    rows = harvested(teacher, what, tmp_path / "s", 120)
    data = language.sequences(teacher, rows)
    assert np.mean([one.top is not None for one in data]) > 0.5  # answers with special tokens inside lose their cache
    assert len({tuple(one.ids) for one in data}) > 20
    torch.manual_seed(0)
    student = language.cut(teacher.model, (0, 2))
    before = language.held_loss(student, data[:20], pad_token=0)
    language.train(student, data[20:], data[:20], loop.Schedule(epochs=6), pad_token=0, quiet=True, rate=3e-3)
    after = language.held_loss(student, data[:20], pad_token=0)
    assert after < before - 0.1
    assert language.parameters(student) < language.parameters(teacher.model)


def test_a_student_of_another_vocabulary_is_refused(language_folder: Path, entries: dict[str, object], tmp_path: Path) -> None:
    teacher = LanguageModel(told(entries, language_folder, "transformers"))
    assert language.parameters(language.load_start(language_folder, teacher)) == language.parameters(teacher.model)
    shutil.copytree(language_folder, other := tmp_path / "other")
    tokenizer = transformers.AutoTokenizer.from_pretrained(other)
    tokenizer.add_tokens(["another"])
    tokenizer.save_pretrained(other)
    with pytest.raises(InputError, match="another vocabulary"):
        language.load_start(other, teacher)


@pytest.mark.parametrize(
    ("route", "options"),
    [("language", ()), ("language", ("--loss", "reverse")), ("language", ("--loss", "sequences")), ("on-policy", ())],
)
def test_the_language_routes_end_to_end(
    route: str, options: tuple[str, ...], language_folder: Path, entries: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    if route == "on-policy" or "sequences" in options:
        pytest.importorskip("trl", reason="trl not installed")
        from stillwatch.distill.students import trl_adapter

        name = "on_policy" if route == "on-policy" else "sequences"
        real = getattr(trl_adapter, name)

        def spied(*args: Any, **named: Any) -> Any:
            turns = next(arg for arg in args if isinstance(arg, list))
            asked.extend(one[-2]["content"] for one in turns)
            return real(*args, **named)

        monkeypatch.setattr(trl_adapter, name, spied)
    what = told(entries, language_folder, "transformers")
    harvested(LanguageModel(what), what, tmp_path / "s", 40)
    path = tmp_path / "t.toml"
    changes = {"kind": "transformers", "location": str(language_folder)}
    path.write_text("\n".join(f"{k} = {json.dumps(v)}" for k, v in (entries | changes).items()))
    argv = [
        "distill",
        "train",
        route,
        "--json",
        "--teacher",
        str(path),
        "--store",
        str(tmp_path / "s"),
        "--out",
        str(tmp_path / "m"),
    ]
    assert main([*argv, *options, "--epochs", "1", "--layers", "0,2"]) == 0
    rows = json.loads((tmp_path / "m" / "comparison.json").read_text())["rows"]
    assert [row["model"] for row in rows] == ["teacher", "student without teacher (its start)", "student"]
    assert all(row["cpu_s"] > 0 and row["cost_per_million"] > 0 for row in rows)
    told_of = (tmp_path / "m" / "README.md").read_text()
    assert ("loss: reverse" in told_of) == ("reverse" in options)
    assert "kept back to compare on" in told_of, "fewer were trained on than the store has"
    assert not list((tmp_path / "m").glob("checkpoint*"))
    if asked:  # what is held out was not trained on
        answers = sum(bool(row.reply.answer) for row in store.read(tmp_path / "s"))
        assert 0 < len(asked) <= answers - rows[0]["n_test"]
    student = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "m")
    assert student.config.num_hidden_layers == 2
    assert "Example Ltd" in (tmp_path / "m" / "README.md").read_text()


def test_sequences_through_trl(language_folder: Path, entries: dict[str, object], tmp_path: Path) -> None:
    pytest.importorskip("trl", reason="trl not installed")
    from stillwatch.distill.students import trl_adapter

    what = told(entries, language_folder, "transformers")
    teacher = LanguageModel(what)
    rows = harvested(teacher, what, tmp_path / "s", 40)
    turns = [
        [{"role": "user", "content": row.prompt}, {"role": "assistant", "content": row.reply.answer or "w1"}]
        for row in rows
    ]
    student = language.cut(teacher.model, (0, 2))
    data = language.sequences(teacher, rows)
    before = language.held_loss(student, data, pad_token=0)
    trl_adapter.sequences(student, teacher.tokenizer, turns, tmp_path / "out", loop.Schedule(epochs=4), rate=3e-3)
    assert language.held_loss(student, data, pad_token=0) < before


def test_a_model_that_is_none(entries: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no weights"):
        LanguageModel(told(entries, tmp_path, "transformers"))
    (tmp_path / "model.safetensors").write_bytes(b"x")
    with pytest.raises(InputError, match="cannot load"):
        Encoder(told(entries, tmp_path, "encoder"))
    assert Reply(None).finish == "stop"
    assert measures.size_bytes(tmp_path) == 1
