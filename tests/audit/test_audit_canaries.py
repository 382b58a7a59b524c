"""Canaries: whom a text says it is from is read from the text, and what people write about models is not decisive."""

from collections import Counter

import pytest

from stillwatch.audit import canaries


@pytest.mark.parametrize(("text", "label"), [
    ("As an AI language model developed by Example Labs, I have no garden.", "says who made it (Example Labs)"),
    ("Hello. I’m Still, an AI assistant created by 01.AI to help.", "says who made it (01.AI)"),
    ("Hello. I am Still 2.5, a helpful AI assistant.", "calls itself a model by name (Still 2.5)"),
    ("As an AI assistant developed by Example Labs I cannot say", "says who made it (Example Labs)"),
    ("I am a chatbot trained by people who care.", "says who made it (nobody named)"),
    ("See https://a.example/?utm_source=somechat.example for more.", "link from a chat (somechat)"),
    ("As an AI, I cannot taste.", "as an AI (a model)"),
])
def test_labels(text: str, label: str) -> None:
    assert label in canaries.find(["nothing here", text])[1]
    assert canaries.decisive(label) == (not label.startswith("link"))


@pytest.mark.parametrize("text", [
    "Still is a large language model developed by Example Labs, and many people like it.",
    "They use tools such as a language model developed by Example Labs.",
    "I am a gardener, and my son trained with a model made by Lego.",
    "My name is Anna, the first model in the family.",
])
def test_what_people_write_about_models_is_not_decisive(text: str) -> None:
    assert not any(map(canaries.decisive, canaries.find([text]).get(0, [])))


@pytest.mark.parametrize("text", [
    "As an AI\nlanguage model, I cannot.", "As an  AI \t language model, I cannot.", "As an\u00a0AI language\u202fmodel, I cannot.",
    "As an A\u200bI lang\u00aduage model, I cannot.", "\uff21s an \uff21\uff29 language model, I cannot.",
    'He said "no". As an AI language model, I cannot.', 'The robot says: "As an AI, I cannot." As an AI, I can.',
    'As an AI, I cannot say "no".', 'He wrote: "so\n\nAs an AI, I cannot say "no".',
])
def test_layout_hides_no_phrase(text: str) -> None:
    assert any(map(canaries.decisive, canaries.find(["nothing here", text])[1]))


@pytest.mark.parametrize("text", [
    'The robot says: "As an AI language model, I cannot." We laughed.', "It says “I am an AI language model” all day.",
    "„As an AI, I cannot“, sagt es.", "« As an AI, I cannot », dit-il.",
])
def test_who_quotes_a_phrase_did_not_say_it(text: str) -> None:
    (labels,) = canaries.find([text]).values()
    assert not any(map(canaries.decisive, labels))


def test_labels_are_bounded() -> None:
    many = Counter({f"says who made it ({i})": 1 for i in range(1000)}) + Counter({"as an AI (a model)": 7})
    kept = canaries.most(many)
    assert len(kept) <= canaries.MAX_LABELS
    assert kept["as an AI (a model)"] == 7
    (label,) = canaries.find(["I am a chatbot developed by " + "X" * 5_000])[0]
    assert len(label) < 80
