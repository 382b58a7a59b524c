"""Policy files: what is read, and what is one line of error."""

import json
from pathlib import Path
from typing import Any

import pytest

from stillwatch.errors import InputError
from stillwatch.replay.policy import DEFAULT, Reply, Rung, as_json, read_policies


def written(folder: Path, value: Any) -> Path:
    path = folder / "policy.json"
    path.write_text(json.dumps(value))
    return path


def test_without_a_file_there_are_five_policies() -> None:
    assert read_policies(None) == (DEFAULT, Reply())
    assert [policy.act_on for policy in DEFAULT] == ["nobody", "campaign", "campaign", "campaign", "account"]


def test_what_is_told_reads_back(tmp_path: Path) -> None:
    assert read_policies(written(tmp_path, as_json(DEFAULT, Reply(failover=0.1)))) == (DEFAULT, Reply(failover=0.1))


def test_what_operators_answer_is_one_set_in_whatever_order(tmp_path: Path) -> None:
    _, reply = read_policies(written(tmp_path, {"reply": {"answers": ["block", "challenge", "block"]}}))
    assert reply == Reply(answers=("challenge", "block"))
    assert read_policies(written(tmp_path, as_json(DEFAULT, reply))) == (DEFAULT, reply)
    assert read_policies(written(tmp_path, {"reply": {"answers": []}}))[1].answers == ()


def test_parts_may_be_absent(tmp_path: Path) -> None:
    policies, reply = read_policies(
        written(tmp_path, {"policies": [{"name": "a", "ladder": [{"after": 3, "action": "challenge"}]}]})
    )
    assert (policies[0].ladder, policies[0].act_on, reply) == ((Rung(3, "challenge"),), "campaign", Reply())


def test_a_policy_that_acts_on_nobody_has_no_ladder(tmp_path: Path) -> None:
    policies, _ = read_policies(written(tmp_path, {"policies": [{"name": "a", "act_on": "nobody"}]}))
    assert policies[0].ladder == ()
    assert read_policies(written(tmp_path, as_json(policies, Reply())))[0] == policies


BAD = {
    "no object": [],
    "another key": {"policy": []},
    "no policies": {"policies": []},
    "a count that is none": {"policies": [{"name": "a", "ladder": [{"after": True, "action": "block"}]}]},
    "a count a day that is none": {"policies": [{"name": "a", "act_on": "account", "per_day": True}]},
    "no name": {"policies": [{}]},
    "an empty name": {"policies": [{"name": ""}]},
    "a name of two lines": {"policies": [{"name": "a\nb"}]},
    "a word for a policy": {"policies": ["shadow"]},
    "a word for a rung": {"policies": [{"name": "a", "ladder": ["block"]}]},
    "no reply": {"reply": None},
    "a count a day of campaigns": {"policies": [{"name": "a", "per_day": 5}]},
    "reviews that nobody follows": {"policies": [{"name": "a", "act_on": "nobody", "follow_review": True}]},
    "reviews that follow accounts": {"policies": [{"name": "a", "act_on": "account", "follow_review": True}]},
    "the same name": {"policies": [{"name": "a"}, {"name": "a"}]},
    "another field": {"policies": [{"name": "a", "speed": 1}]},
    "another subject": {"policies": [{"name": "a", "act_on": "key"}]},
    "no ladder": {"policies": [{"name": "a", "ladder": 3}]},
    "half a rung": {"policies": [{"name": "a", "ladder": [{"after": 1}]}]},
    "another action": {"policies": [{"name": "a", "ladder": [{"after": 1, "action": "sue"}]}]},
    "after nothing": {"policies": [{"name": "a", "ladder": [{"after": 0, "action": "block"}]}]},
    "a milder action later": {"policies": [{"name": "a", "ladder": [{"after": 2, "action": "throttle"}, {"after": 1, "action": "block"}]}]},
    "two actions at once": {"policies": [{"name": "a", "ladder": [{"after": 1, "action": "throttle"}, {"after": 1, "action": "block"}]}]},
    "a ladder for nobody": {"policies": [{"name": "a", "act_on": "nobody", "ladder": [{"after": 1, "action": "block"}]}]},
    "no list for nobody": {"policies": [{"name": "a", "act_on": "nobody", "ladder": 0}]},
    "a time back": {"policies": [{"name": "a", "review_hours": -1}]},
    "a truth for a number": {"policies": [{"name": "a", "review_hours": True}]},
    "nobody a day": {"policies": [{"name": "a", "act_on": "account", "per_day": 0}]},
    "reviews of accounts": {"policies": [{"name": "a", "act_on": "account", "review_ladder": [{"after": 2, "action": "observe"}]}]},
    "no review ladder": {"policies": [{"name": "a", "review_ladder": "challenge"}]},
    "followed perhaps": {"policies": [{"name": "a", "follow_review": 1}]},
    "more than all": {"reply": {"replaced": 1.2}},
    "words": {"reply": {"failover_hours": "soon"}},
    "an answer to what nobody notices": {"reply": {"answers": ["observe"]}},
    "answers that are no list": {"reply": {"answers": "challenge"}},
    "an answer that is no word": {"reply": {"answers": [["block"]]}},
    "no sign-ups": {"reply": {"signups_per_day": 0}},
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_policies(written(tmp_path, BAD[name]))
    assert "policy.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("value", "said"), [
    ({"policies": [{}]}, r"a policy lacks name: \{\}: .*policy\.json\. A policy has act_on, "),
    ({"policies": [{"name": "a", "ladder": [{"after": 1}]}]}, r"a rung lacks action: .*A rung has action, after$"),
    ({"policies": [{"name": "a", "speed": 1}]}, "a policy has no speed: "),
    ({"policies": ["shadow"]}, "not a JSON object, where a policy is needed: 'shadow': "),
    ({"policies": [{"name": "a", "per_day": 5}]}, "policy a: per_day where act_on is campaign: "),
    ({"policies": [{"name": "a", "act_on": "nobody", "follow_review": True}]}, "policy a: follow_review where act_on is nobody: "),
])
def test_what_is_wrong_is_told(value: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        read_policies(written(tmp_path, value))


def test_a_key_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text('{"reply": {"replaced": 0, "replaced": 1}}')
    with pytest.raises(InputError, match="'replaced' is there more than once"):
        read_policies(path)


def test_the_file_in_the_documentation_is_the_default(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "replay.md").read_text(encoding="utf-8")
    block = page.split("```json\n")[1].split("```")[0]
    assert read_policies(written(tmp_path, json.loads(block))) == (DEFAULT, Reply())
