"""What sketches of texts are for: prompts made from one template meet, prompts that have nothing in common do not."""

import numpy as np
import pytest
from sketch_helpers import events, read, words

from stillwatch import sketch
from stillwatch.tables import CAPABILITIES

TEMPLATE = (
    "You are a careful tutor. Below is a question from {} and the notes of a pupil about {}. Write a full solution, then "
    "check it line by line, and finish with the final result on a line of its own. Question: {}"
)


def drawn(rng: np.random.Generator, n: int, n_words: int = 6000) -> str:
    """A text of random words, hardly any two of which are the same."""
    letters = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz", np.uint8)
    return " ".join("q" + letters[[w // 676, w // 26 % 26, w % 26]].tobytes().decode() for w in rng.integers(0, n_words, n))


def sketched(prompts: list[str]) -> dict[str, np.ndarray]:
    table = sketch.sketch_events(events(prompt=prompts))
    return {name: table[name].to_numpy() for name in table.column_names}


def shingle_sets(found: dict[str, np.ndarray]) -> list[set[int]]:
    rows = np.stack([found[f"shingle_{j}"] for j in range(3)], axis=1).tolist()
    return [{value for value in row if value} for row in rows]


def filled(seed: int, n: int, task_words: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [TEMPLATE.format(drawn(rng, 2), drawn(rng, 2), drawn(rng, task_words)) for _ in range(n)]


def test_template_is_found_although_its_slots_differ() -> None:
    """Prompts of one template meet in its shingles; the tasks in its slots make each prompt its own all the same."""
    found = sketched(filled(1, 300, task_words=15))
    assert len(set(found["opening"].tolist())) == 1
    assert len(set(found["prompt"].tolist())) == 300
    sets = shingle_sets(found)
    values, counts = np.unique([value for held in sets for value in held], return_counts=True)
    marks = set(values[counts >= 60].tolist())
    # About two thirds of the shingles are the template's, so of three hardly ever none is: (1/3)**3 = 4 %.
    assert sum(bool(held & marks) for held in sets) >= 0.9 * 300
    assert len(marks) <= 12


def test_prompts_of_another_template_or_of_none_do_not_meet() -> None:
    rng = np.random.default_rng(2)
    template = sketched(filled(1, 300, task_words=15))
    others = sketched([drawn(rng, 30) for _ in range(300)])
    assert not set.union(*shingle_sets(template)) & set.union(*shingle_sets(others))
    for edge in ("opening", "closing", "prompt"):
        assert not set(template[edge].tolist()) & set(others[edge].tolist())
    assert len(set(others["opening"].tolist())) == 300


def test_long_slots_hide_shingles_but_not_the_opening() -> None:
    """The blind spot of three shingles: of a task ten times as long as the template, few of the smallest are the template's."""
    found = sketched(filled(3, 200, task_words=400))
    assert len(set(found["opening"].tolist())) == 1
    values, counts = np.unique([value for held in shingle_sets(found) for value in held], return_counts=True)
    marks = set(values[counts >= 40].tolist())
    assert sum(bool(held & marks) for held in shingle_sets(found)) < 0.5 * 200


def test_numbers_do_not_hide_a_template_and_do_tell_prompts_apart() -> None:
    found = sketched([f"Grade answer number {i} of {7 * i} against the rubric and give a score out of {i % 10}." for i in range(50)])
    for name in ("opening", "closing", "shingle_0", "shingle_1", "shingle_2", "n_words"):
        assert len(set(found[name].tolist())) == 1, name
    assert len(set(found["prompt"].tolist())) == 50


def test_what_is_between_words_does_not_matter_and_their_order_does() -> None:
    same = ["Prove that the sum is even", "PROVE  that, the sum\n- is even!", '"Prove" (that) the sum is even...']
    other = ["Prove that the sum even is", "Prove that the sum is eve", "Prove that the sum is"]
    found = sketched(same + other)
    for name in ("prompt", "opening", "closing", "shingle_0"):
        assert len(set(found[name][:3].tolist())) == 1, name
        assert len(set(found[name].tolist())) == (4 if name != "shingle_0" else len(set(found[name].tolist())))
    assert set(found["prompt"][3:].tolist()).isdisjoint(found["prompt"][:3].tolist())


@pytest.mark.parametrize("text", ["请写出完整的解题过程并检查每一步的结果", "全ての手順を書き出してから答えを確認してください"])
def test_scripts_without_spaces_have_words(text: str) -> None:
    found = sketched([text, text + "七", "七" + text])
    assert found["n_words"].tolist() == [len(text), len(text) + 1, len(text) + 1]
    assert found["opening"][0] == found["opening"][1] != found["opening"][2]
    assert found["closing"][0] == found["closing"][2] != found["closing"][1]
    assert shingle_sets(found)[0] & shingle_sets(found)[1]


def exact_jaccard(a: str, b: str) -> float:
    first, second = (
        {tuple(found[i : i + 4]) for i in range(len(found) - 3)} for found in (words(a.encode()), words(b.encode()))
    )
    return len(first & second) / len(first | second)


def estimated_jaccard(a: list[int], b: list[int]) -> float:
    """Broder's estimate (1997, section 3): of the k smallest of both together, the share that both hold."""
    first, second = ({x % 2**64 for x in values if x} for values in (a, b))
    smallest = sorted(first | second)[: len(a)]
    return sum(x in first and x in second for x in smallest) / len(smallest)


@pytest.mark.parametrize("shared", [0, 40, 80, 120, 160])
def test_bottom_k_estimates_the_resemblance_of_texts(shared: int) -> None:
    """With many shingles each estimate is close; with the three that are kept, the mean of many pairs is."""
    rng = np.random.default_rng(shared)
    pairs = []
    for _ in range(150):
        common = drawn(rng, shared)
        pairs.append((f"{common} {drawn(rng, 160 - shared)}", f"{drawn(rng, 160 - shared)} {common}"))
    truth = np.array([exact_jaccard(a, b) for a, b in pairs])
    texts = [text.encode() for pair in pairs for text in pair]
    for k, each, mean in ((96, 0.2, 0.02), (3, 1.0, 4 * np.sqrt(truth.mean() * (1 - truth.mean()) / 3 / 150) + 0.01)):
        kept = read(texts, k)["shingles"].tolist()
        estimate = np.array([estimated_jaccard(kept[2 * i], kept[2 * i + 1]) for i in range(150)])
        assert np.abs(estimate - truth).max() <= each
        assert abs((estimate - truth).mean()) <= mean


ASKED = {
    "reasoning": "Prove this theorem and solve the equation.",
    "grading": "Grade the answer against the rubric and give a score.",
    "rewriting": "Please rewrite and paraphrase this paragraph.",
    "code": "Debug this Python function; it does not compile.",
    "agentic": "Open the browser, click the button and execute the workflow in the terminal.",
    "data_analysis": "Load the CSV dataset, plot a histogram and compute the correlation of its columns.",
    "vision": "Describe the picture and write a caption for the screenshot.",
    "other": "Good morning, what shall I cook tonight?",
}


def test_capability_of_plain_requests() -> None:
    assert set(ASKED) == set(CAPABILITIES)
    found = sketched(list(ASKED.values()))
    assert [CAPABILITIES[code] for code in found["capability"]] == list(ASKED)
    compared = sketched(["Name a river.\n\nAnswer A: the Nile.\n\nAnswer B: the Danube.", "Is that an answer? A bee said so."])
    assert [CAPABILITIES[code] for code in compared["capability"]] == ["grading", "other"]
    one_word_and_a_tie = sketched(["Prove it.", "Prove it with an image.", "Rewrite the code."])
    assert [CAPABILITIES[code] for code in one_word_and_a_tie["capability"]] == ["reasoning", "vision", "rewriting"]


IN_OTHER_LANGUAGES = {
    "reasoning": "Resuelve la ecuación. | Calcule a probabilidade. | Démontre que la somme est paire. | "
                 "Löse die Gleichung. | Dimostra il teorema. | Докажи, что число чётное. | 请证明这个命题。 | "
                 "この命題を証明してください。 | 이 명제를 증명하세요.",
    "grading": "Evalúa esta respuesta. | Avalie a resposta. | Évalue cette réponse. | Bewerte die Antwort. | Giudica la risposta. | "
               "Оцени этот ответ. | 请给这个回答评分。 | この回答を採点して。 | 이 답변을 채점해 주세요.",
    "rewriting": "Traduce esta carta. | Traduza esta carta. | Traduis cette lettre. | Übersetze diesen Brief. | Traduci questa lettera. | "
                 "Переведи это письмо. | 翻译这封信。 | この手紙を翻訳して。 | 이 편지를 번역해 줘.",
    "code": "Escribe una función que sume. | Escreva uma função que some. | Écris un algorithme de tri. | "
            "Programmiere eine Sortierung. | Scrivi il codice per ordinare. | Напиши функцию сортировки. | "
            "写一个排序函数。 | 並べ替える関数を書いて。 | 정렬 함수를 써 줘.",
    "data_analysis": "Ordena la tabla. | Faz um histograma. | Lis ce tableau. | Lies diese Tabelle. | Leggi questa tabella. | "
                     "Построй график по таблице. | 分析这些数据。 | この統計を見て。 | 이 통계를 봐 줘.",
    "other": "¿Qué cocino esta noche? | O que cozinho hoje? | Que cuisiner ce soir ? | Was koche ich heute Abend? | Cosa cucino stasera? | "
             "Что приготовить вечером? | 今晚吃什么好呢? | 今晩は何を食べよう。 | 오늘 저녁 뭐 먹지?",
}


@pytest.mark.parametrize("asked", IN_OTHER_LANGUAGES)
def test_capability_in_other_languages(asked: str) -> None:
    texts = IN_OTHER_LANGUAGES[asked].split(" | ")
    assert [CAPABILITIES[code] for code in sketched(texts)["capability"]] == [asked] * len(texts)


def test_reasoning_is_asked_for_in_other_languages() -> None:
    asked = ["Explícalo paso a paso.", "Passo a passo, por favor.", "Procède étape par étape.", "Geh Schritt für Schritt vor.",
             "Fallo passo per passo.", "Объясни шаг за шагом.", "请逐步说明。", "段階的に説明して。", "단계별로 설명해 줘."]
    assert (sketched(asked)["elicitation"] >= 1).all()


def test_requests_to_write_the_reasoning_out_are_counted() -> None:
    found = sketched(["Think step by step and explain your reasoning process.", "What is the capital?", "reasoning process " * 500])
    assert found["elicitation"][0] >= 2
    assert found["elicitation"][1] == 0
    assert found["elicitation"][2] == 255


@pytest.mark.parametrize("times", [65_535, 65_536, 70_000])
def test_a_huge_text_keeps_its_capability(times: int) -> None:
    """Counts stop at what 16 bits hold; they used to begin again at 0."""
    found = sketched(["code " * times + "picture", "step by step " * times])
    assert CAPABILITIES[found["capability"][0]] == "code"
    assert found["elicitation"][1] == 255
    assert found["n_words"].tolist() == [times + 1, 3 * times]
