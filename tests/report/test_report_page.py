"""The page: everything a run tells is on it, nothing hostile gets through, and little data is no obstacle."""

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import report_run as runs

from stillwatch import cli, report
from stillwatch.errors import InputError
from stillwatch.files import RUN_STALE, publish_together
from stillwatch.report import load
from stillwatch.report.page import capabilities
from stillwatch.tables import ACCOUNT_VERDICTS

ATTACK = (
    "</style></title></code>\"'><script>pwned=1</script><img src=x onerror=pwned=1>"
    "<a href=javascript:pwned=1>{{ 7*7 }}\u202e"
)


class Reader(HTMLParser):
    """Collect tags, attributes, text by section, and whether tags close as they opened."""

    VOID = ("meta", "img", "br", "path", "use", "link", "input")

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    assert reader.open == []
    reader.text = " ".join(reader.text.split())
    return reader


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return runs.full(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def page(run: Path) -> Reader:
    return read(report.run(run))


@pytest.mark.parametrize(
    "text",
    [
        "3 campaigns of accounts that act as one: 5,553 accounts, 11,058,604 of whose requests are taken for harvest",
        "This is a finding from traffic, with errors: a reason for a person to look, and no proof of intent. Stillwatch recommends",
        "What the harvest asks for, and by which path",
        "50,000,000 exchanges of 1,024,000 accounts, 2026-02-02 00:00 to 2026-02-15 23:59 UTC",
        "2 more groups wait for a person to decide",
        "Blind: infra.ja4 (no event carries a TLS fingerprint)",
        "1,204 rows were quarantined",
        "5,214 accounts that share no organisation",
        "This continues c-11d09f of an earlier run",
        "bans (in 4 different hours)",
        "21 of 64 prompts looked at",
        "What speaks for the accounts together, so the same for each of them: Its tasks overlap with those of the others far",
        "412 groups were judged here",
        "as ofnot given",
        "commandpython benchmarks/calibrate.py --worlds 80 --events 150000 --seed 1000 --second 4 --others 2commit1a2b3c4",
        "joins: commandpython benchmarks/calibrate.py --joins 220 --events 150000 --seed 9000seeds11, 12, 13",
        "A conversation is taken for harvest or for cover as a whole",
        "What would decide: A list of participants would settle it.Requests after the weekend would speak for a campaign.",
        "Showing 120 of 5,214 accounts.",
        "Showing 80 of 5,214 accounts, the best-linked, and 483 of 31,482 links, the strongest of each view between them.",
        "content alone: 212 of 18,600 links of 5,214 accounts",
        "identity.payment alone: 47 of 1,700 links of 801 accounts",
        "Showing 64 of 312 accounts, the best-linked, and 298 links (this run, of an earlier version, does not tell how many",
        "timing alone: 149 links of 64 accounts drawn",
        "20 of 47 objects",
        "×53,000",
        "Articulate, step by step, the internal reasoning that led to it. Question: ⟨…⟩",
        "9,812,402 requests by 5,188 accounts",
        "After large-4.5 was released (2026-02-11 15:00 UTC), its share of the harvested requests went from 0 % in the two days"
        " before to 52 % in the two days after",
        "popular or niche toolusers of one tool share its prompts, its tools and its buildfits in part0.28",
        "A contract that makes one organisation the owner of these accounts",
        "The 50 strongest of 5,214; accounts.parquet holds all",
        "continued 90 conversations of other accounts",
        "27 accounts acted together, linked by content.shingle, timing.slot; 31,872 of their 44,010 requests",
        "A starter template over one weekend",
        "Innocent explanation that fits best: popular or niche tool, fits in part (0.28)",
        "31 accounts with 4,807 exchanges",
        "9,104,000 to 11,900,000 (90 % interval)",
        "+3.4 above the log's next groups · score −1.5",
        "In common: Accounts do the same mix of work. (observed 0.97, expected 0.2)",
        "Why it passes no line: its score is below the line.",
        "watched-19; watch.parquet holds all",
        "0d0d0d0d0d0d0d0d",
        "requests a day in the group. 49.9requests a day 2.54p",
        "Seen, but without weight in this verdict (less than 0.05 either way) EvidenceObservedExpected "
        "timing.round_the_clockEach account works round the clock.0.998where 1 is a flat day0.633p 9 × 10⁻²⁵",
        "Weighed, and of no consequence here (less than 0.05 either way): timing.slot.",
        "accounts expected to be accused wrongly, if innocents are like the calibration's",
        "hold for innocents like the calibration's; at simulated providers never seen, about one innocent account in a thousand",
        "the trees, which see how pieces go together, learnt from such crowds, and are asked for few",
        "natural logarithm (in nats) of how much rarer a group is",
        "0 is that line, beyond nearly all innocent groups of the calibration. (Of a group accused for standing out in its log, it is how",
        "The line marks 0, the line to cross, beyond nearly all innocent groups of the calibration. Of harvest, context and joint, expected"
        " is what nine of ten innocent groups stay below.",
        "no hours), which costs them; many who send little from each account; small ones.",
        "Where harvest and cover do not differ, as when real users' requests are relayed, all",
        "counted here in a sample, 1 in 64 of the group's: where accounts share networks",
        "4,102 accounts, measured on 61,004 of its accounts' 98,511 requests, those that show what marks it, so counts",
        "ObservedExpectedAddsScore",
        "HarvestedAnswer tokensCapability",
        "who may share anything between them",
        "Country and nationality are never evidence",
        "very high from 6.91, high from 3.4, moderate from 0, otherwise low",
    ],
)
def test_the_page_tells(page: Reader, text: str) -> None:
    assert text.replace("\u00a0", " ") in page.text.replace("\u00a0", " ")


@pytest.mark.parametrize("text", [
    "one by one, and both errors", "Tokens answered", "Adds up", "any innocent group", "a margin", "None", "more characters)", "['", "{'",
    "accounts were replaced",
])
def test_the_page_does_not_tell(page: Reader, text: str) -> None:
    """What it once told wrongly, and how Python writes a value."""
    told = page.text.replace("None is called", "")
    assert text not in told


def test_our_own_sentences_are_never_cut(tmp_path: Path) -> None:
    """Only what comes from logs may be of any length."""
    long = "word " * 400 + "its end"
    told = {"sentence": long, "changes": [long], "not_accused": [long], "evidence": [runs.evidence("a.b", long, 1, 1, 1.0)]}
    rows = [runs.row(f"c-{verdict}", verdict, 3.0, (3, 10, 4), ["a.b"], told) for verdict in ("campaign", "review")]
    summary = {"blind_views": [{"view": "c.d", "reason": long}], "warnings": [long]}
    page = read(report.run(runs.write(tmp_path, rows, summary)))
    assert "more characters" not in page.text
    assert page.text.count("its end") == 9


def test_campaigns_that_share_objects_name_each_other(tmp_path: Path) -> None:
    def shared(*names: str) -> dict[str, Any]:
        return {"objects": [{"view": "content.opening", "object": name, "accounts": 3} for name in names]}

    found = {"c-one": shared("a", "b", "c"), "c-two": shared("a", "b"), "c-six": shared("d"), "r-one": shared("c")}
    rows = [runs.row(name, "review" if name[0] == "r" else "campaign", 3.0, (3, 10, 4), ["a.b"], told) for name, told in found.items()]
    text = read(report.run(runs.write(tmp_path, rows, {}))).text
    assert "Of these objects 2 are also shared by c-two, 1 is also shared by r-one." in text
    assert "Of these objects 2 are also shared by c-one." in text
    assert text.count("Of these objects") == 2


def test_conditions_of_a_decision_are_told_apart(tmp_path: Path) -> None:
    """Each is half a sentence; run together they were one wrong sentence."""
    conditions = ["contracts of half the accounts make it known business", "registration records that explain what is shared"]
    rows = [runs.row("r-1", "review", 0.2, (19, 2_204, 1_100), ["content.shingle"], {"changes": conditions})]
    rows.append(runs.row("r-2", "review", 0.2, (4, 158, 158), ["identity.signup"], {"n_leading": 8}))
    page = report.run(runs.write(tmp_path, rows, {})).read_text()
    assert page.count("of the group that leads it") == page.count("of the group that leads it, 8 accounts. 4 of them are not listed") == 1
    assert "<li>Contracts of half the accounts make it known business</li><li>Registration records that explain" in page


def test_largest_harvest_comes_first_and_reviews_are_not_campaigns(page: Reader) -> None:
    sections = [attrs["id"] for tag, attrs in page.tags if tag == "section"]
    assert sections == ["campaigns", "campaign-1", "campaign-2", "campaign-3", "review", "watch", "cleared", "methods"]
    assert page.text.index("One injected prompt") < page.text.index("Agentic coding") < page.text.index("c-0071aa")


def test_links_in_the_page_have_targets(page: Reader) -> None:
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    targets = [attrs["href"] for _, attrs in page.tags if attrs.get("href")]
    assert targets
    assert {target for target in targets if target} == {f"#{name}" for name in ids} & set(targets)


def self_contained(page: Reader) -> None:
    """No script, no handler, and no address but fragments and data."""
    for tag, attrs in page.tags:
        assert tag not in {"script", "link", "iframe", "object", "embed", "form", "base"}
        for name, value in attrs.items():
            assert not name.startswith("on")
            if name in {"href", "src", "xlink:href"}:
                assert value is not None
                assert value.startswith(("#", "data:image/png;base64,")), value


def test_page_is_self_contained(page: Reader, run: Path) -> None:
    self_contained(page)
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    assert "url(" not in (run / "report.html").read_text()
    assert "@import" not in (run / "report.html").read_text()


def poisoned(value: Any) -> Any:
    """The same structure with an attack appended to every text; times stay times."""
    if isinstance(value, dict):
        return {key if key in NAMES else key + ATTACK: poisoned(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [poisoned(entry) for entry in value]
    return value + ATTACK if isinstance(value, str) else value


NAMES = (
    *runs.CAPABILITIES,
    *runs.evidence("a.b", "", 1, 1, 1),
    *runs.summary(),
    "campaign_id",
    "verdict",
    "score",
    "q_value",
    "n_accounts",
    "n_events",
    "n_harvested",
    "harvested_low",
    "harvested_high",
    "first_seen",
    "last_seen",
    "views",
    "capabilities",
    "output_tokens",
    "explanations",
    "hypothesis",
    "lineage",
    "details",
    "title",
    "bias_log_odds",
    "objects",
    "view",
    "object",
    "accounts",
    "expected_accounts",
    "events",
    "templates",
    "masked",
    "timeline",
    "start_hour",
    "step_hours",
    "harvested",
    "other",
    "activity",
    "counts",
    "graph",
    "nodes",
    "edges",
    "totals",
    "links",
    "families",
    "n_objects",
    "n_leading",
    "sampled_one_in",
    "n_marked",
    "n_leading_events",
    "pathways",
    "pivots",
    "model",
    "released_at",
    "share_before",
    "share_after",
    "bans",
    "changes",
    "share",
    "path",
    "sha256",
    "bytes",
    "reason",
    "evidence",
    "of",
    "command",
    "commit",
    "rank",
    "stands_out",
    "account_ids",
    "reasons",
    "not_accused",
    "seeds",
    "joins",
)


def hostile(folder: Path) -> Path:
    """A run in which every text from a log, and every name, carries an attack."""
    clean = runs.full(folder / "clean")
    import pyarrow.parquet as pq

    campaigns = []
    for row in pq.read_table(clean / "campaigns.parquet").to_pylist():
        details = poisoned(json.loads(row.pop("details")))
        verdict = row.pop("verdict")
        campaigns.append(poisoned(row) | {"verdict": verdict, "details": json.dumps(details)})
    runs.write_watch(folder / "run", poisoned(runs.watch()))
    runs.write_cleared(folder / "run", poisoned(runs.cleared()))
    summary = runs.summary()
    times = {name: summary[name] for name in ("first_seen", "last_seen", "as_of")}  # others than times are refused
    return runs.write(folder / "run", campaigns, poisoned(summary) | times)


def test_hostile_text_is_text(tmp_path: Path) -> None:
    page = read(report.run(hostile(tmp_path)))
    self_contained(page)
    assert {tag for tag, attrs in page.tags if tag == "img" and "onerror" in attrs} == set()
    # It is there to be read, as text, in the title, evidence, objects, templates, accounts and more.
    assert page.text.count("<script>pwned=1</script>") > 200
    assert "{{ 7*7 }}" in page.text
    assert "\u202e" not in page.text
    assert "⟦U+202E⟧" in page.text
    # Classes come from a fixed list, so a name from a log is never part of one.
    assert not any("pwned" in (attrs.get("class") or "") + (attrs.get("style") or "") for _, attrs in page.tags)


def test_poison_reaches_every_text_field() -> None:
    """Guards the test above: a field missing from NAMES would be renamed, and so not be drawn at all."""

    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*map(keys, value.values()))
        return set().union(*map(keys, value)) if isinstance(value, list) else set()

    free = {"api", "cloud-a", "app", "seed", "engine", "min_families", "fdr", "sketch", "link", "group", "judge",
            "session", "content", "identity", "identity.payment", "identity.email"}
    rng = __import__("numpy").random.default_rng(0)
    told = keys(runs.hydra(rng)) | keys(runs.agentic(rng)) | keys(runs.summary()) | keys(runs.watch())
    assert told - set(NAMES) == free


def test_little_data_is_no_obstacle(tmp_path: Path) -> None:
    bare = runs.row(
        "c-1",
        "campaign",
        3.0,
        (2, 10, 4),
        [],
        {},
        capabilities=None,
        output_tokens=None,
        first_seen=None,
        last_seen=None,
        explanations=[],
    )
    folder = runs.write(tmp_path, [bare | {"details": None}], {})
    (folder / "summary.json").unlink()
    page = read(report.run(folder))
    assert "1 campaign of accounts that act as one: 2 accounts, 4 of whose requests are taken for harvest" in page.text
    assert "The run does not tell its inputs" in page.text


@pytest.mark.parametrize(
    "details",
    [
        '{"evidence": [{"name": "x"}], "objects": [{}], "templates": [{}], "pivots": [{}], "bans": []}',
        '{"evidence": [{"name": "x", "log_odds": NaN, "observed": Infinity}]}',
    ],
)
def test_incomplete_details_are_no_obstacle(tmp_path: Path, details: str) -> None:
    row = runs.row("c-1", "campaign", 3.0, (2, 10, 4), ["a.b"], {}) | {"details": details}
    assert "1 campaign" in read(report.run(runs.write(tmp_path, [row], {}))).text


def test_nothing_found(tmp_path: Path) -> None:
    page = read(report.run(runs.write(tmp_path, [], runs.summary())))
    assert "No campaign of fake accounts was found" in page.text
    assert "That is no proof that nobody harvests" in page.text


def test_groups_that_nobody_is_accused_of_are_shown_with_what_speaks_for_them(run: Path, tmp_path: Path) -> None:
    shown = read(report.run(run)).text
    assert "80 accounts 1,574 −1.0 99% are registered for education; its score is below the line; few do it; and 1 more." in shown
    assert shown.count("9 accounts 1,574") == 11  # twelve in all
    assert "cleared.parquet holds all 13" in shown
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "run" / "cleared.parquet").unlink()  # of an earlier version
    assert "Looked at and cleared" not in read(report.run(tmp_path / "run")).text


def test_a_run_without_a_watch_list_has_none_on_its_page(run: Path, tmp_path: Path) -> None:
    shutil.copytree(run, tmp_path / "run")
    (tmp_path / "run" / "watch.parquet").unlink()
    assert "Watch list" in read(report.run(run)).text
    assert "Watch list" not in read(report.run(tmp_path / "run")).text


def test_many_campaigns_are_listed_and_the_largest_drawn(tmp_path: Path) -> None:
    rows = [runs.row(f"c-{i:03}", "campaign", 3.0, (3, 10 * i, i), ["a.b"], {}) for i in range(1, 90)]
    page = read(report.run(runs.write(tmp_path, rows, {}, members=3)))
    assert sum(tag == "section" and "campaign" in (attrs.get("class") or "") for tag, attrs in page.tags) == 60
    assert "The 60 largest are drawn below; campaigns.parquet holds all 89." in page.text
    assert "c-001" in page.text


def test_same_run_same_page(run: Path, tmp_path: Path) -> None:
    first = report.run(run, out=tmp_path / "a.html").read_bytes()
    assert report.run(run, out=tmp_path / "b.html").read_bytes() == first


def test_command_writes_where_told(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "sub" / "page.html"
    assert cli.main(["report", str(run), "--out", str(target)]) == 0
    assert capsys.readouterr().out == f"{target}\n"
    assert target.is_file()


def test_bad_input_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such run folder"):
        report.run(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"no such file: .*campaigns\.parquet"):
        report.run(tmp_path)
    runs.full(tmp_path / "run")
    (tmp_path / "run" / "accounts.parquet").write_text("no")
    with pytest.raises(InputError, match=r"not readable as Parquet .*accounts\.parquet") as error:
        report.run(tmp_path / "run")
    assert "\n" not in str(error.value)
    (tmp_path / "run" / "summary.json").write_text("{")
    with pytest.raises(InputError):
        report.run(tmp_path / "run")


def curve_file(path: Path) -> Path:
    n = [16 * 2**i for i in range(9)]
    scores = [[0.9 - 0.8 / (1 + (k / 300) ** 0.9)] for k in n]
    told = {"task": "grade <essays>", "capability": "code", "student": "s", "channel": "labels", "n": n, "scores": scores,
            "zero": 0.1, "n_test": 500}
    path.write_text(json.dumps([told]))
    return path


def test_worth_of_the_harvest_stands_in_each_campaign_and_in_its_case(tmp_path: Path) -> None:
    from stillwatch.respond.runs import read_run

    run = runs.full(tmp_path / "run")
    report.run(run)
    assert "What the harvest is worth" not in (run / "report.html").read_text()
    assert cli.main(["exposure", "-q", "--curves", str(curve_file(tmp_path / "curves.json")), "--run", str(run)]) == 0
    page = read(run / "report.html")  # written anew by exposure
    assert page.text.count("What the harvest is worth") == 3  # groups to review are not drawn
    assert "grade <essays> (code)" in page.text
    assert "7 more days add" in page.text
    assert "Not valued" in page.text
    links = [attrs["href"] for tag, attrs in page.tags if tag == "a" and str(attrs.get("href")).startswith("exposure/")]
    assert "exposure/exposure.html#c-4be0a1" in links
    ids = [attrs.get("id") for _, attrs in read(run / "exposure" / "exposure.html").tags]
    assert "c-4be0a1" in ids
    by_id = {found.row["campaign_id"]: found for found in read_run(run).campaigns}
    worth = by_id["c-90ff32"].details["worth"][0]
    assert worth["n"] == pytest.approx(812_000 * 0.33)
    assert worth["gap"] is None  # 66 times beyond what was measured
    assert worth["low"] > 0.7
    elsewhere = read(report.run(run, out=tmp_path / "pages" / "r.html"))
    assert ("a", {"href": "../run/exposure/exposure.html#c-4be0a1"}) in elsewhere.tags
    with publish_together(run, ("summary.json",), RUN_STALE) as staging:  # as the next detect does
        shutil.copy(run / "summary.json", staging)
    assert "What the harvest is worth" not in report.run(run).read_text(), "it was of another harvest"
    assert (run / "exposure" / "curves.json").is_file()
    assert cli.main(["exposure", "-q", "--curves", str(curve_file(tmp_path / "curves.json")), "--run", str(run)]) == 0


def test_the_accounts_that_are_shown_are_the_most_suspicious(tmp_path: Path) -> None:
    row = runs.row("c-1", "campaign", 3.0, (5000, 10, 4), ["timing.slot"], {"title": "t"})
    (found,) = load.load(runs.write(tmp_path, [row], {}, members=load.MEMBERS_SHOWN + 5)).campaigns
    assert [member.account_id for member in found.members] == [f"c-1-{i:04d}" for i in range(load.MEMBERS_SHOWN)]


def test_what_all_accounts_have_in_common_is_said_once_and_each_has_its_own(tmp_path: Path) -> None:
    run = runs.write(tmp_path, [runs.row("c-1", "campaign", 3.0, (3, 10, 4), ["timing.slot"], {"title": "t"})], {}, members=3)
    rows = pq.read_table(run / "accounts.parquet").to_pylist()
    for n, row in enumerate(rows[:3]):
        itself = f"This account itself: {n} requests within 2.0 days (the median one here 7 requests within 9.5 days); it shares a card"
        row["reasons"] = ["they pay alike", itself]
    pq.write_table(pa.Table.from_pylist(rows, ACCOUNT_VERDICTS.schema), run / "accounts.parquet")
    text = read(report.run(run)).text
    assert text.count("They pay alike") == 1
    assert text.count("the median one here 7 requests within 9.5 days") == 1
    assert all(f"{n} requests within 2.0 days; it shares a card" in text for n in range(3))
    assert "This account itself" not in text

    rows[0]["reasons"] = ["they pay alike"]
    rows[1]["reasons"] = ["they sign up alike", rows[1]["reasons"][1]]
    pq.write_table(pa.Table.from_pylist(rows, ACCOUNT_VERDICTS.schema), run / "accounts.parquet")
    text = read(report.run(run)).text
    assert text.count("they pay alike") == 2
    assert "they sign up alike; 1 requests within 2.0 days; it shares a card" in text


def test_an_exposure_file_of_another_make_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = runs.full(tmp_path / "run")
    (run / "exposure").mkdir()
    (run / "exposure" / "exposure.json").write_text('{"campaigns": [{"campaign_id": "c-4be0a1"}]}')
    assert cli.main(["report", str(run)]) == 1
    error = capsys.readouterr().err
    assert "exposure.json" in error
    assert error.count("\n") == 1


def test_capabilities_come_largest_first_without_traces_of_others() -> None:
    shares = {"code": 0.2, "data_analysis": 0.795, "vision": 0.004, "other": None}
    assert capabilities({"capabilities": shares}) == [("data analysis", 0.795), ("code", 0.2)]
