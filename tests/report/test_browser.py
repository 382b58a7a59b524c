"""The page in a real browser: it draws, asks for nothing, reads well on a phone, in the dark and on paper."""

import re
from collections.abc import Iterator
from pathlib import Path

import browser
import pytest
import report_run
from test_report_page import hostile

from stillwatch import report

EXECUTABLE = browser.installed()

pytestmark = [
    pytest.mark.real_peer,
    pytest.mark.skipif(EXECUTABLE is None, reason="chromium is not installed (apt-get install chromium)"),
]

# WCAG 2.2, 1.4.3: text at least 4.5 to 1 against what is behind it, large text (24 px, or bold from 18.66 px) 3 to 1.
LOW_CONTRAST = """(() => {
  const rgba = text => { const v = text.match(/[\\d.]+/g).map(Number); return v.length < 4 ? [...v, 1] : v; };
  const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor);
    if (c[3] > .99) return c; } return [255, 255, 255, 1]; };
  const bad = [];
  for (const e of document.body.querySelectorAll('*')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    if (e.closest('svg') || !e.getClientRects().length) continue;
    const style = getComputedStyle(e), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const [a, b] = [light(rgba(style.color).slice(0, 3)), light(behind(e).slice(0, 3))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < (large ? 3 : 4.5)) bad.push(`${e.tagName} ${ratio.toFixed(2)} ${e.textContent.trim().slice(0, 40)}`);
  }
  return bad;
})()"""
# What sticks out of the window, unless it stands in a box that scrolls by itself.
TOO_WIDE = """[...document.body.querySelectorAll('*')].filter(e => !e.closest('.scroll, .skip, svg')
  && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName + ' ' + e.className + ' ' + e.textContent.trim().slice(0, 40))"""
# Words of row headers that stand on more than one line.
BROKEN = """[...document.querySelectorAll('th[scope=row]')].flatMap(th => {
  const walk = document.createTreeWalker(th, NodeFilter.SHOW_TEXT), bad = [];
  for (let node; (node = walk.nextNode());) for (const word of node.data.matchAll(/\\S+/g)) {
    const range = document.createRange();
    range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) bad.push(word[0]);
  }
  return bad; })"""
TEXTS = """[...document.body.querySelectorAll('*')].filter(
  e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())).length"""


@pytest.fixture(scope="module")
def tab() -> Iterator[browser.Page]:
    assert EXECUTABLE is not None
    with browser.browser(EXECUTABLE) as page:
        yield page


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report.run(report_run.full(tmp_path_factory.mktemp("run")))


def test_asks_for_nothing_and_complains_of_nothing(tab: browser.Page, page: Path) -> None:
    tab.open(page)
    assert tab.requests[0] == page.resolve().as_uri()
    assert all(url.startswith("data:image/png;base64,") for url in tab.requests[1:])
    assert tab.messages == []
    assert tab.ask("document.scripts.length") == 0


def test_pictures_are_drawn(tab: browser.Page, page: Path) -> None:
    tab.open(page)
    assert tab.ask("[...document.images].map(i => i.naturalWidth > 0 && i.getBoundingClientRect().width > 200)") == [
        True,
        True,
    ]
    boxes = tab.ask("[...document.querySelectorAll('.plot svg path')].map(p => p.getBoundingClientRect().height)")
    assert len(boxes) == 4
    assert all(height > 50 for height in boxes)
    # Each facet draws its links again by reference.
    facets = tab.ask("[...document.querySelectorAll('.facets svg')].map(s => s.querySelector('use').getBBox().width)")
    assert len(facets) == 5
    assert all(width > 50 for width in facets)


def test_one_family_of_links_can_be_shown_alone(tab: browser.Page, page: Path) -> None:
    """Without a script: the other links go from the large picture, not from the small ones, and untouched accounts fade."""
    tab.open(page)
    seen = "[...document.querySelectorAll('#campaign-1 .graphs > div:first-child .edges')].map(g => g.getBoundingClientRect().width > 0)"
    assert tab.ask(seen) == [True] * 4, "identity has two views"
    tab.ask("document.querySelector('#campaign-1 .only input.o-identity').click()")
    shown = tab.ask(
        "[...document.querySelectorAll('#campaign-1 .graphs > div:first-child .edges')]"
        ".filter(g => g.getBoundingClientRect().width > 0).map(g => g.classList[1])"
    )
    assert shown == ["e-identity", "e-identity"]
    faded = (
        "[...document.querySelectorAll('#campaign-1 .nodes circle')]"
        ".every(c => (getComputedStyle(c).opacity < 1) !== c.matches('.n-identity'))"
    )
    assert tab.ask(faded)
    facets = tab.ask("[...document.querySelectorAll('#campaign-1 .facets svg')].map(s => s.querySelector('use').getBBox().width)")
    assert all(width > 50 for width in facets)
    tab.ask("document.querySelector('#campaign-1 .only input[value=all]').click()")
    assert tab.ask(seen) == [True] * 4


def test_one_view_of_links_can_be_shown_alone(tab: browser.Page, page: Path) -> None:
    tab.open(page)
    groups = "[...document.querySelectorAll('#campaign-1 .graphs > div:first-child .view')]"
    numbers = tab.ask(f"{groups}.map(g => g.classList[1])")
    assert sorted(numbers) == ["v0", "v0", "v1", "v2"]
    tab.ask("document.querySelector('#campaign-1 .only input[value=\"identity.payment\"]').click()")
    chosen = tab.ask("document.querySelector('#campaign-1 .only input:checked').className.slice(2)")
    assert tab.ask(f"{groups}.filter(g => g.getBoundingClientRect().width > 0).map(g => g.classList[1])") == [chosen]
    faded = "[...document.querySelectorAll('#campaign-1 .nodes circle')].map(c => getComputedStyle(c).opacity < 1)"
    touched = tab.ask(f"[...document.querySelectorAll('#campaign-1 .nodes circle')].map(c => !c.matches('.n-{chosen}'))")
    assert tab.ask(faded) == touched
    assert set(touched) == {True, False}
    facets = tab.ask("[...document.querySelectorAll('#campaign-1 .facets svg')].map(s => s.querySelector('use').getBBox().width)")
    assert all(width > 50 for width in facets), "the small pictures stay whole"


@pytest.mark.parametrize("dark", [False, True])
def test_contrast(tab: browser.Page, page: Path, dark: bool) -> None:
    tab.open(page, dark=dark)
    background = tab.ask("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(21, 24, 27)") is dark
    assert tab.ask(TEXTS) > 300
    assert tab.ask(LOW_CONTRAST) == []


@pytest.mark.parametrize("width", [320, 390, 768])
def test_fits_a_narrow_window(tab: browser.Page, page: Path, width: int) -> None:
    tab.open(page, width=width)
    assert tab.ask("document.documentElement.scrollWidth") <= width
    assert tab.ask(TOO_WIDE) == []


@pytest.mark.parametrize(("width", "media"), [(1100, ""), (800, ""), (390, ""), (750, "print")])
def test_no_word_of_a_row_header_is_broken(tab: browser.Page, tmp_path: Path, width: int, media: str) -> None:
    """Where a unit is long, too, as of networks that were counted in a sample. An A4 page is 688 pixels wide within
    its margins, and to rules for narrow windows as wide as with some of them."""
    said = "How many networks an account of the group uses, of those that it shares with others of the group."
    piece = report_run.evidence("infra.rotation", said, 38.4, 5.2, 3.0) | {"sampled_one_in": 8, "in_all": [5.4, 10.0]}
    rhythm = report_run.evidence("timing.one_rhythm", said, 0.21, 0.5, 2.0)
    row = report_run.row("c-1", "campaign", 5.0, (9, 90, 80), ["infra"], {"evidence": [piece, rhythm, piece | {"log_odds": 0.01}]})
    run = report_run.write(tmp_path, [row], {})
    report_run.write_cleared(run, report_run.cleared())
    tab.open(report.run(run), width=width)
    tab.call("Emulation.setEmulatedMedia", media=media, features=[])
    if media:
        tab.ask("document.body.style.width = '688px'")
    assert tab.ask(BROKEN) == []
    tab.call("Emulation.setEmulatedMedia", media="", features=[])


@pytest.mark.parametrize("width", [320, 1280])
def test_long_hostile_text_does_not_run_and_does_not_break_the_page(
    tab: browser.Page, tmp_path: Path, width: int
) -> None:
    # Without its content security policy the page has only its escaping, which must be enough.
    text = report.run(hostile(tmp_path)).read_text(encoding="utf-8")
    bare, n = re.subn(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", text)
    assert n == 1
    path = tmp_path / "bare.html"
    path.write_text(bare, encoding="utf-8")
    tab.open(path, width=width)
    assert tab.ask("typeof pwned") == "undefined"
    assert tab.ask("document.scripts.length") == 0
    assert tab.ask("document.documentElement.scrollWidth") <= width
    assert all(url.startswith(("file:", "data:image/png")) for url in tab.requests)


def test_prints_on_a4_and_starts_campaigns_on_a_page(tab: browser.Page, page: Path, tmp_path: Path) -> None:
    tab.open(page, dark=True)
    tab.pdf(tmp_path / "page.pdf")
    data = (tmp_path / "page.pdf").read_bytes()
    boxes = {tuple(round(float(v)) for v in box.split()) for box in re.findall(rb"/MediaBox \[([^\]]+)\]", data)}
    assert boxes == {(0, 0, 595, 842)}
    assert 8 <= len(re.findall(rb"/Type /Page\b", data)) <= 25
    tab.call("Emulation.setEmulatedMedia", media="print", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    # On paper the dark palette would be dark grey on nothing.
    assert tab.ask("getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
    assert tab.ask("getComputedStyle(document.querySelector('#campaign-2')).breakBefore") == "page"
    tab.call("Emulation.setEmulatedMedia", media="", features=[])
