"""What people do, through the pages: triage, block with two people, undo, appeal, texts, policy; and what the store then says."""

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from console_kit import PASSWORD, PREFIX, Client
from respond_helpers import log_of, served
from respond_postgres import DATABASES, statement
from sqlalchemy import event, select, update

from stillwatch.console import accounts, people, policy_pages
from stillwatch.keys.hashing import keyed
from stillwatch.respond import action_queries, actions, allow, cases, policy, promotion
from stillwatch.respond.names import line
from stillwatch.respond.policy import parse
from stillwatch.respond.schema import Account, AllowEntry, Annotation, AuditRow, Case, Key, Member, Run
from stillwatch.respond.snapshot import Decision, append_decisions
from stillwatch.respond.store import Actor, Store
from stillwatch.respond.vocabulary import Action, Reason, Role, State, Subject, Verdict
from stillwatch.serve.decisions import NAMES

pytestmark = pytest.mark.parametrize("store", DATABASES, indirect=True)
Clients = Callable[[str], Client]
ANA, DEE = Actor("ana", Role.ANALYST), Actor("dee", Role.ADMIN)


@pytest.fixture
def case_id(store: Store) -> str:
    """The case on top."""
    with store.read() as session:
        return cases.queue(session)[0].case_id


def member(store: Store, case_id: str, at: int = 0) -> str:
    with store.read() as session:
        return cases.members(session, case_id)[at].account_id


def enforce(store: Store) -> None:
    with store.write(DEE) as change:
        promotion.promote(change, policy.draft(change, parse({"mode": "enforce"}), "go").version, "go")


def plain_text(page: str) -> str:
    """The words of a page without its tags."""
    return re.sub(r" ([),.:;])", r"\1", " ".join(html.unescape(re.sub("<[^>]+>", " ", page)).split())).replace("( ", "(")


def followed(client: Client, answer: Any) -> Any:
    assert answer.status_code == 303, answer.text
    return client.http.get(answer.headers["location"])


def block(clients: Clients, case_id: str) -> str:
    """Propose as ana and approve as ben; returns the action."""
    ana = clients("ana")
    answer = ana.post("/actions/new", case=case_id, kind="block", reason="coordinated_extraction", mode="enforce")
    action_id = re.findall(r"act-[0-9a-f]+", answer.headers["location"])[0]
    assert clients("ben").post(f"/actions/{action_id}/approve", note="seen").status_code == 303
    return action_id


def test_the_queue_ranks_by_expected_loss(client: Clients, store: Store) -> None:
    with store.read() as session:
        wanted = [case.case_id for case in session.scalars(select(Case).order_by(Case.loss.desc()))]
    text = client("vic").get("/?state=all").text
    assert re.findall(r'<th scope="row"><a href="/console/cases/(case-[^"]+)"', text) == wanted
    assert len(wanted) > 1


def test_the_interval_of_a_harvest_stands_beside_it(client: Clients, store: Store) -> None:
    with store.read() as session:
        told = {case.campaign_id: case.case_id for case in session.scalars(select(Case))}
    visitor = client("vic")
    queue = visitor.get("/?state=all").text
    cells = re.findall(r'data-name="Harvested">(.*?)</td>', queue)
    assert [cell for cell in cells if " to " in cell] == ['10,214,732<br><span class="note">9,104,000 to 11,900,000</span>']
    assert "812,000" in cells, "a run that told none is shown as it was"
    page = visitor.get(f"/cases/{told['c-4be0a1']}").text
    assert "9,104,000 to 11,900,000 (90 % interval)" in page
    assert "a person asks first, to the end.</li>" in page  # a sentence of ours is never cut
    assert "interval" not in visitor.get(f"/cases/{told['c-90ff32']}").text


def test_the_case_shows_what_the_report_shows(client: Clients, case_id: str) -> None:
    text = client("vic").get(f"/cases/{case_id}").text
    for part in ("Reasons", "Over time", "Who is linked with whom", "What they share", "Innocent explanations considered",
                 "Accounts by time", "What would change this verdict"):
        assert part in text, part
    for part in ("The <em>trees</em> are what sees how pieces go together", 'class="bar">Adds<', "beyond nearly all innocent groups",
                 '49.9<br><span class="note tight">requests a day</span></td>\n<td class="n" data-name="Expected">2.54'):
        assert part in text, part
    assert "Propose a block" not in text, "a viewer is offered nothing"


def test_a_case_for_review_that_was_accused_before_says_so(client: Clients, store: Store, case_id: str) -> None:
    vic, told = client("vic"), "ccused before, by a run of requests to"
    pages = ("/", f"/cases/{case_id}")
    assert not any(told in plain_text(vic.get(page).text) for page in pages)
    with store.write(DEE) as change:
        change.session.execute(update(Case).where(Case.case_id == case_id).values(detected="review"))
    assert all(told in plain_text(vic.get(page).text) for page in pages)


def test_reasons_that_all_accounts_have_are_told_once(client: Clients, store: Store, case_id: str) -> None:
    with store.write(DEE) as change:
        change.session.execute(update(Member).where(Member.case_id == case_id).values(reasons=["One card pays."]))
    assert client("vic").get(f"/cases/{case_id}").text.count("One card pays.") == 1
    with store.write(DEE) as change:
        one = change.session.scalars(select(Member).where(Member.case_id == case_id).order_by(Member.score.desc())).first()
        assert one is not None
        one.reasons = ["Two cards pay."]
    text = client("vic").get(f"/cases/{case_id}").text
    assert (text.count("Two cards pay."), text.count("One card pays.") > 1) == (1, True)


def test_the_case_names_its_proofs(client: Clients, store: Store, case_id: str) -> None:
    proof = {"manifest_sha256": "ab" * 32, "says": "1 of 2 keys is marked in the suspect's answers", "suspect": "<rival>", "about": "its "
             "ledger has the harvest of c-1", "committed_at": "2026-01-01T00:00:00+00:00", "published": True, "signed_by": "0123",
             "passed": {"files": "", "keys": ""}}
    assert "Proofs" not in client("vic").get(f"/cases/{case_id}").text
    with store.write(ANA) as change:
        cases.attach(change, case_id, proof, "asked in May")
    page = client("vic").get(f"/cases/{case_id}").text
    for told in ("1 of 2 keys is marked", "&lt;rival&gt;", "Its ledger has the harvest of c-1", "2 checks passed when ana", "ab" * 32,
                 "signed by 0123", "compared with what was published", "asked in May", "case.attach"):
        assert told in page
    with store.write(ANA) as change:
        cases.detach(change, case_id, "ab" * 32, "another model")
    assert "ab" * 32 not in client("vic").get(f"/cases/{case_id}").text


def test_triage(client: Clients, store: Store, case_id: str) -> None:
    with store.write(DEE) as change:
        people.add(change, "eve", Role.APPROVER, PASSWORD)
        people.disable(change, "eve")
    ana = client("ana")
    page = followed(ana, ana.post(f"/cases/{case_id}/move", to="triage"))
    assert "The case was moved." in page.text
    ana.post(f"/cases/{case_id}/assign", assignee="ana")
    for nobody in ("anna", "vic", "eve"):
        assert ana.post(f"/cases/{case_id}/assign", assignee=nobody).status_code == 400
    ana.post(f"/cases/{case_id}/remark", text="<script>alert(1)</script> & so on")
    assert ana.post(f"/cases/{case_id}/move", to="closed").status_code == 400
    assert ana.post(f"/cases/{case_id}/move", to="nonsense").status_code == 400
    text = ana.get(f"/cases/{case_id}").text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    ana.post(f"/cases/{case_id}/move", to="resolved", verdict="true_positive", note="sure")
    with store.read() as session:
        case = cases.get(session, case_id)
        log = session.scalars(select(AuditRow.action).where(AuditRow.object == case_id)).all()
    assert (case.state, case.verdict, case.assignee) == (State.RESOLVED, "true_positive", "ana")
    assert {"case.move", "case.assign", "case.annotate"} <= set(log)


def test_from_block_to_overturned_appeal(client: Clients, store: Store, case_id: str) -> None:
    enforce(store)
    account = member(store, case_id)
    ana, ben, cem, dee = (client(name) for name in ("ana", "ben", "cem", "dee"))
    preview = ana.get(f"/actions/new?case={case_id}&kind=block").text
    assert "Innocents expected" in preview
    assert "needs a second person" in preview
    page = followed(
        ana, ana.post("/actions/new", case=case_id, kind="block", reason="coordinated_extraction", mode="enforce")
    )
    assert "waits for a second person" in page.text
    action_id = re.findall(r"act-[0-9a-f]+", page.text)[0]
    assert not served(store, datetime.now(UTC)).accounts
    assert ana.post(f"/actions/{action_id}/approve").status_code == 403
    assert "waits for a second person" in dee.get("/").text
    followed(ben, ben.post(f"/actions/{action_id}/approve", note="seen"))
    decided = served(store, datetime.now(UTC))
    assert (NAMES[decided.accounts[account].action], decided.accounts[account].enforce) == (Action.BLOCK, True)

    followed(ana, ana.post(f"/cases/{case_id}/appeal", account_id=account, statement="I teach a class.\n<b>Really</b>"))
    appeal = ana.get("/appeals/1").text
    assert "&lt;b&gt;Really" in appeal
    assert ben.post("/appeals/1/decide", outcome="overturned", reason="a class").status_code == 400, (
        "ben approved the block"
    )
    followed(cem, cem.post("/appeals/1/decide", outcome="overturned", reason="a class, seen the list"))
    lift = next(i for i in re.findall(r"act-[0-9a-f]+", dee.get("/actions").text) if i != action_id)
    assert account in served(store, datetime.now(UTC)).accounts, "an unblock needs two people too"
    followed(dee, dee.post(f"/actions/{lift}/approve"))
    after = served(store, datetime.now(UTC)).accounts
    assert account not in after
    assert member(store, case_id, 1) in after, "the others stay blocked"
    shown = ana.get(f"/accounts?name={account}").text
    assert "No action is in force" in shown
    assert re.findall(r"Judged innocent by cem \((\w+)", shown) == ["appeal"], "one judgement, once"
    assert "are whole" in ana.get("/audit?verify=1").text


def test_an_action_without_a_case_is_appealed_on_its_page(client: Clients, store: Store) -> None:
    enforce(store)
    ana, cem, vic = (client(name) for name in ("ana", "cem", "vic"))
    answer = ana.post("/actions/new", subjects="account:solo", kind="throttle", reason="analyst_request", mode="enforce")
    action_id = re.findall(r"act-[0-9a-f]+", answer.headers["location"])[0]
    assert "Record an appeal" in ana.get(f"/actions/{action_id}").text
    assert "Record an appeal" not in vic.get(f"/actions/{action_id}").text
    assert ana.post(f"/actions/{action_id}/appeal", account_id="other", statement="x").status_code == 400
    page = followed(ana, ana.post(f"/actions/{action_id}/appeal", account_id="solo", statement="It is <my> course."))
    assert "The appeal was received." in page.text
    for shown in (page.text, ana.get("/appeals").text, ana.get("/accounts?name=solo").text):
        assert 'href="/console/appeals/1"' in shown
    appeal = cem.get("/appeals/1").text
    assert "It is &lt;my&gt; course." in appeal
    assert f'href="/console/actions/{action_id}"' in appeal
    assert "/console/cases/" not in appeal, "there is none"
    followed(cem, cem.post("/appeals/1/decide", outcome="overturned", reason="seen the list"))
    assert "solo" not in served(store, datetime.now(UTC)).accounts
    assert "Judged innocent by cem (appeal" in ana.get("/accounts?name=solo").text


def test_a_lapsed_proposal_is_not_told_as_one_that_waits(client: Clients, store: Store, case_id: str) -> None:
    with store.write(ANA, now=datetime.now(UTC) - action_queries.AGREE_WITHIN) as change:
        actions.propose(change, Action.BLOCK, Reason.TERMS_OF_USE, case_id=case_id)
    vic = client("vic")
    assert "for a second person" not in vic.get("/").text
    listed = vic.get("/actions").text
    assert "Nothing waits for a second person." in listed
    assert "s-lapsed" in listed


def test_undo_reject_and_renew(client: Clients, store: Store, case_id: str) -> None:
    action_id = block(client, case_id)
    ana, cem = client("ana"), client("cem")
    account = member(store, case_id)
    answer = ana.post(f"/actions/{action_id}/undo", reason="false_positive", subjects=account)
    lift = re.findall(r"act-[0-9a-f]+", answer.headers["location"])[0]
    assert cem.post(f"/actions/{lift}/reject").status_code == 400, "a rejection says why"
    assert cem.post(f"/actions/{lift}/reject", note="no").status_code == 303
    assert followed(ana, ana.post(f"/actions/{action_id}/renew", note="goes on")).status_code == 200
    assert ana.post(f"/actions/{action_id}/undo", reason="false_positive", subjects="nobody-here").status_code == 400


def test_a_renewal_says_before_whom_it_hits(client: Clients, store: Store, case_id: str) -> None:
    ana = client("ana")
    fields = {"kind": "throttle", "reason": "suspected_extraction", "mode": "enforce"}
    page = followed(ana, ana.post("/actions/new", subjects="solo\nduo", **fields))
    renewal = page.text.partition('<h3>Renewing would touch</h3>')[2].partition("/renew")[0]
    assert "Innocents expected" in renewal
    assert "2 are not known, perhaps misspelt" in renewal
    assert "Renewing would touch" not in client("vic").get(str(page.url.path).removeprefix(PREFIX)).text


def test_names_that_neither_store_nor_log_knows_are_acted_on_once_somebody_says_that_they_are_right(
    client: Clients, store: Store, tmp_path: Path
) -> None:
    ana, log = client("ana"), log_of(tmp_path / "log", None, ["here"])
    with store.write(ANA) as change:
        for run in change.session.scalars(select(Run)):
            run.summary = run.summary | {"log_folder": str(log)}
    fields = {"kind": "throttle", "reason": "suspected_extraction", "mode": "enforce"}
    for subjects, asked in (("solo\nduo", True), ("solo\nhere", False)):
        assert ('name="sure"' in ana.get("/actions/new", params={"subjects": subjects}).text) == asked
    refused = ana.post("/actions/new", subjects="solo\nduo", **fields)
    assert (refused.status_code, "Tick that the names are right" in refused.text) == (400, True)
    assert ana.post("/actions/new", subjects="solo\nduo", sure="yes", **fields).status_code == 303


@pytest.mark.parametrize("subject", ["key:", "account:", "key:" + 3000 * "x", '"a', '"a" b', 'key:"\\ud800"'])
def test_the_console_takes_no_subject_that_the_command_line_refuses(client: Clients, store: Store, subject: str) -> None:
    ana = client("ana")
    answer = ana.post("/actions/new", subjects=f"solo\n{subject}", kind="throttle", reason="suspected_extraction", mode="enforce")
    assert answer.status_code == 400
    assert "is no identifier" in answer.text
    assert ana.get("/actions/new", params={"subjects": subject}).status_code == 400
    with store.read() as session:
        assert not action_queries.in_force(session, datetime.now(UTC))


@pytest.mark.parametrize("name", ["solo x", "a\nsolo\r\n", " solo", "\u00a0solo\u200b", '"solo"', "key:solo"])
def test_exactly_the_named_account_is_meant(client: Clients, store: Store, case_id: str, name: str) -> None:
    """What a browser would send: the link of the account's page, then the fields of the forms as they come."""
    with store.write(DEE) as change:
        change.session.execute(update(Member).where(Member.account_id == member(store, case_id)).values(account_id=name))
    enforce(store)
    ana, ben = client("ana"), client("ben")
    page = ben.get("/accounts", params={"name": name}).text
    act, allow = (html.unescape(re.findall(rf'href="{PREFIX}(/{path}[^"]+)', page)[0]) for path in ("actions/new", "allow"))
    form = ana.get(act).text
    typed, hidden = (html.unescape(re.findall(rf'name="subjects"{rest}', form, re.DOTALL)[0])
                     for rest in (' rows="4">(.*?)</textarea>', ' value="(.*?)">'))
    assert typed == hidden
    assert "not known" not in ana.get("/actions/new", params={"subjects": typed.replace("\n", "\r\n")}).text
    answer = ana.post("/actions/new", subjects=hidden, kind="throttle", reason="suspected_extraction", mode="enforce")
    action_id = re.findall(r"act-[0-9a-f]+", answer.headers["location"])[0]
    with store.read() as session:
        assert action_queries.targets(session, action_id) == [(Subject.ACCOUNT, name)]
    assert ana.post(f"/actions/{action_id}/undo", reason="false_positive", subjects="solo").status_code == 400
    assert ana.post(f"/actions/{action_id}/undo", reason="false_positive", subjects=typed).status_code == 303
    subject_id = html.unescape(re.findall(r'name="subject_id" value="(.*?)"', ben.get(allow).text, re.DOTALL)[0])
    assert "\n" not in subject_id, "a field of one line would lose it"
    followed(ben, ben.post("/allow", subject="account", subject_id=subject_id, owner="sales", reason="contract", days="30"))
    ana.post(f"/cases/{case_id}/member", account_id=subject_id, belongs="no", note="staff")
    with store.read() as session:
        assert not action_queries.targets(session, action_id, live=True)
        assert session.scalars(select(AllowEntry.subject_id)).all() == [name]
        assert session.get_one(Member, (case_id, name)).excluded


def test_milder_actions_on_named_accounts(client: Clients, store: Store, case_id: str) -> None:
    ana = client("ana")
    account = member(store, case_id)
    page = followed(
        ana,
        ana.post(
            "/actions/new",
            subjects=f"account:{account}\r\n key:k-1 ",
            kind="throttle",
            reason="suspected_extraction",
            mode="shadow",
            days="1.5",
        ),
    )
    assert "nothing is carried out" in page.text
    for shown in (page.text, ana.get("/actions").text, ana.get(f"/accounts?name={account}").text):
        assert "s-shadow" in shown, "shadow is not shown as in force"
        assert "s-in_force" not in shown
        assert "The action is in force" not in shown
    assert "In shadow, recorded only" in ana.get(f"/accounts?name={account}").text
    assert "End within 3 days, and nobody proposed them again" in ana.get("/actions").text
    with store.read() as session:
        row = action_queries.in_force(session, datetime.now(UTC))[0]
        assert row.duration_s == 1.5 * 86400
        assert len(action_queries.targets(session, row.action_id)) == 2
    for days in ("nan", "inf", "-1", "1e9", "x"):
        assert (
            ana.post(
                "/actions/new",
                subjects=account,
                kind="throttle",
                reason="suspected_extraction",
                mode="shadow",
                days=days,
            ).status_code
            == 400
        ), days
    followed(ana, ana.post("/actions/new", case=case_id, kind="observe", reason="terms_of_use", mode="shadow"))
    assert f"/decisions?case={case_id}" in ana.get(f"/cases/{case_id}").text


def test_texts_are_covered_until_a_reason_is_given_and_logged(client: Clients, store: Store, case_id: str) -> None:
    with store.read() as session:
        secret = cases.get(session, case_id).details["templates"][0]["masked"][:25]
    ana, ben = client("ana"), client("ben")
    assert secret not in ana.get(f"/cases/{case_id}").text
    assert "▒▒" in ana.get(f"/cases/{case_id}").text
    assert ana.post(f"/cases/{case_id}/reveal", reason="  ").status_code == 400
    assert client("vic").post(f"/cases/{case_id}/reveal", reason="curious").status_code == 403
    assert ana.post("/cases/case-nowhere/reveal", reason="x").status_code == 404
    followed(ana, ana.post(f"/cases/{case_id}/reveal", reason="compare with ticket 12"))
    assert secret in ana.get(f"/cases/{case_id}").text.replace("&#39;", "'")
    assert secret not in ben.get(f"/cases/{case_id}").text, "only for who gave the reason"
    with store.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "text.reveal")).one()
    assert (row.actor, row.object, row.reason) == ("ana", case_id, "compare with ticket 12")
    again = client("ana")
    assert secret not in again.get(f"/cases/{case_id}").text, "only in that session"


def test_texts_are_covered_again(client: Clients, store: Store, case_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stillwatch.console.case_pages.REVEAL", timedelta(0))
    ana = client("ana")
    ana.post(f"/cases/{case_id}/reveal", reason="compare")
    assert "Covered text" in ana.get(f"/cases/{case_id}").text


def test_members_who_do_not_belong(client: Clients, store: Store, case_id: str) -> None:
    ana = client("ana")
    account = member(store, case_id)
    assert ana.post(f"/cases/{case_id}/member", account_id=account, belongs="no").status_code == 400
    ana.post(f"/cases/{case_id}/member", account_id=account, belongs="no", note="staff")
    with store.read() as session:
        assert session.get_one(Member, (case_id, account)).excluded
    ana.post(f"/cases/{case_id}/member", account_id=account, belongs="yes", note="no staff after all")
    with store.read() as session:
        assert not session.get_one(Member, (case_id, account)).excluded


def test_allow_list(client: Clients, store: Store, case_id: str) -> None:
    ben = client("ben")
    account = member(store, case_id)
    entry = {"subject": "account", "subject_id": account, "owner": "sales", "reason": "contract 7", "days": "30"}
    assert client("ana").post("/allow", **entry).status_code == 403
    assert ben.post("/allow", **{**entry, "days": "inf"}).status_code == 400
    observed = client("ana").post("/actions/new", case=case_id, kind="observe", reason="analyst_request", mode="shadow")
    action = observed.headers["location"].removeprefix(PREFIX)
    assert "on the allow-list" not in plain_text(ben.get(action).text)
    assert "contract 7" in followed(ben, ben.post("/allow", **entry)).text
    assert "no import, log or action knows it" not in ben.get("/allow").text
    assert plain_text(ben.get("/allow").text).count(f"accused in {case_id} (1 account)") == 1
    assert f"{account} is accused in {case_id} (1 account). While an entry lasts" in plain_text(ben.get(f"/allow?account={account}").text)
    assert "1 account is on the allow-list, so no action touches it." in plain_text(ben.get(f"/cases/{case_id}").text)
    assert "1 of these is on the allow-list, and let through" in plain_text(ben.get(action).text)
    assert "<small>1 allowed, 0 excluded" in ben.get(f"/actions/new?case={case_id}").text
    assert ben.post("/allow/1/revoke", note="ended").status_code == 303
    assert "contract 7" not in ben.get("/allow").text
    assert "is on the allow-list," not in plain_text(ben.get(f"/cases/{case_id}").text)
    with store.write(DEE) as change:
        change.session.add_all(Account(account_id=name, org_id="org-1") for name in (account, "acct-colleague"))
    organisation = followed(ben, ben.post("/allow", **{**entry, "subject": "org", "subject_id": "org-1"}))
    assert f"org org-1 2 accounts accused in {case_id} (1 account)" in plain_text(organisation.text)
    ben.post(f"/cases/{case_id}/member", account_id=account, belongs="no", note="staff")
    assert "accused in" not in plain_text(ben.get("/allow").text)
    stray = {**entry, "subject": "org", "subject_id": "misspelt"}
    assert "no import, log or action knows it" in followed(ben, ben.post("/allow", **stray)).text


def test_a_kind_of_links_has_an_address(client: Clients, case_id: str) -> None:
    vic = client("vic")
    chosen = r'value="(\w+)" checked> <span class="family'
    assert not re.findall(chosen, vic.get(f"/cases/{case_id}").text)
    assert re.findall(chosen, vic.get(f"/cases/{case_id}?links=identity").text) == ["identity"]
    assert not re.findall(chosen, vic.get(f"/cases/{case_id}?links=nothing").text)
    view = vic.get(f"/cases/{case_id}?links=identity.payment").text
    assert re.findall(chosen.replace(r"\w+", r"[\w.]+"), view) == ["identity.payment"], "a single view has one, too"
    assert view.count(" checked> ") == 1


def test_find_by_any_name(client: Clients, store: Store, case_id: str) -> None:
    vic = client("vic")
    with store.read() as session:
        campaign = cases.get(session, case_id).campaign_id
    account = member(store, case_id)
    for name, path in (
        (case_id, f"/cases/{case_id}"),
        (campaign, f"/cases/{case_id}"),
        (account, f"/accounts?name={account}"),
    ):
        assert vic.get("/find", params={"q": name}).headers["location"] == f"/console{path}"
    assert vic.get("/find", params={"q": "nothing"}).status_code == 404
    odd = ["x" * 1000, "ends with a blank ", "a\nb", '"quoted"']
    with store.write(DEE) as change:
        change.session.add_all(Account(account_id=name) for name in odd)
    for name in odd:
        found = vic.get("/find", params={"q": f" {line(name)} "})
        assert found.headers["location"] == f"/console/accounts?{urlencode({'name': name})}"
    assert "written as JSON" in vic.get("/find", params={"q": '"quoted'}).text


def test_a_name_in_clear_is_looked_up_by_its_hash_too(client: Clients, store: Store, case_id: str) -> None:
    key = bytes(32)
    hashed = keyed(key, "C100014")
    with store.write(DEE) as change:
        for i, row in enumerate(change.session.scalars(select(Member))):
            row.account_id = keyed(key, f"M{i}")
        change.session.flush()
        change.session.scalars(select(Member).where(Member.case_id == case_id)).first().account_id = hashed  # type: ignore[union-attr]
    vic, ben, with_key = client("vic"), client("ben"), Client(store, "ben", key=key)
    for page in ("/accounts?name=C100014", "/find?q=C100014"):
        shown = vic.get(page)
        assert (shown.status_code, "stillwatch identify C100014 --key-file FILE" in shown.text) == (404, True)
    shown = with_key.get("/accounts?name=C100014").text
    assert ("Found by the keyed hash of <code>C100014</code>" in shown, f"/cases/{case_id}" in shown) == (True, True)
    assert "Found by" not in with_key.get(f"/accounts?name={hashed}").text
    assert with_key.get("/find?q=C100014").headers["location"].endswith(hashed)
    assert "neither so nor by its keyed hash: C7" in with_key.get("/accounts?name=C7").text
    assert with_key.get("/decisions?account=C100014").text.count(hashed), "the filter is the hash"
    form = {"subject": "account", "owner": "o", "reason": "r", "days": "9"}
    assert ben.post("/allow", subject_id="C100014", **form).status_code == 400
    assert with_key.post("/allow", subject_id="C100014", **form).status_code == 303
    seen = with_key.get("/actions/new", params={"subjects": "account:C100014"})
    assert (seen.status_code, ben.get("/actions/new", params={"subjects": "account:C100014"}).status_code) == (200, 400)
    with store.write(DEE) as change:
        assert [row.subject_id for row in change.session.scalars(select(AllowEntry))] == [hashed]
        # and what an earlier version took in clear does not hide the account
        change.session.add(Account(account_id="C100014"))
    assert hashed in with_key.get("/accounts?name=C100014").text
    with_key.close()


@pytest.mark.parametrize("name", ["a\nb", "solo\n", "..", "a/../b", "ä\u200b", "a b&c=d#e"])
def test_an_account_of_any_name_has_an_address(client: Clients, store: Store, case_id: str, name: str) -> None:
    with store.write(DEE) as change:
        change.session.execute(update(Member).where(Member.account_id == member(store, case_id)).values(account_id=name))
    vic = client("vic")
    link = next(x for x in re.findall(rf'href="{PREFIX}(/accounts[^"]+)', vic.get(f"/cases/{case_id}").text) if "acct" not in x)
    text = vic.get(html.unescape(link)).text
    assert f"/cases/{case_id}" in text
    assert "Reasons are what speaks for all accounts of the case together" in text
    assert client("").login("vic", back=PREFIX + link).headers["location"] == PREFIX + link, "after the login it opens"


def test_a_policy_is_tried_on_the_last_days_before_it_is_promoted(client: Clients, store: Store, case_id: str) -> None:
    action_id = block(client, case_id)
    now = datetime.now(UTC)
    names = [member(store, case_id, i) for i in range(3)]
    append_decisions(store, [
        Decision(f"r-{i}", now - timedelta(days=i % 9, minutes=1), "decide", names[i % 3], None, "allow", "block", "shadow", "x",
                 case_id, 0, 10)
        for i in range(90)
    ] + [  # let through within a throttle's rate, or observed; and an outage
        Decision(f"p-{i}", now, "decide", names[0], None, "allow", action, "enforce", "terms_of_use", case_id, 0)
        for i, action in enumerate(("allow", "unavailable"))
    ])
    append_decisions(store, [  # an edge knows keys alone
        Decision(f"e-{i}", now, "envoy", None, f"k{i % 2}", "allow", "throttle", "shadow", "x", case_id, 0) for i in range(6)
    ])
    ben, dee = client("ben"), client("dee")
    document = json.dumps({"mode": "enforce", "max_accounts": 5, "max_duration_s": 3600, "durations_s": dict.fromkeys(Action, 3600)})
    page = followed(ben, ben.post("/policy", document=document, note="smaller steps"))
    assert "it is not in force" in page.text
    with store.read() as session:
        tried, shadow = policy_pages.backtests(session, [parse(json.loads(document)), parse({})], now)
    assert tried.traffic == [
        {"action": "block", "requests": 70, "subjects": 3, "then": 0, "now": 70},
        {"action": "throttle", "requests": 6, "subjects": 2, "then": 0, "now": 0},
    ]
    shown = ben.get("/policy/1").text
    assert '<td class="n" data-name="Requests">6</td><td class="n" data-name="Accounts or keys">2</td>' in shown
    assert shadow.traffic[0]["now"] == 0
    assert [row.action_id for row in tried.over_cap] == [action_id]
    assert [row.action_id for row in tried.too_long] == [action_id]
    assert not shadow.over_cap
    assert not shadow.too_long
    assert ben.post("/policy/1/promote", note="go").status_code == 403
    followed(dee, dee.post("/policy/1/promote", note="go"))
    with store.read() as session:
        assert policy.active(session)[1].max_accounts == 5
    for bad in ("[]", "{", '{"mode": 1}', "[" * 50_000):
        assert ben.post("/policy", document=bad, note="x").status_code == 400


def test_a_throttle_is_tried_by_its_rate(client: Clients, store: Store, case_id: str) -> None:
    """Two accounts of thirty requests in three minutes and in a month: the log has them all, refused or not."""
    names = [member(store, case_id, i) for i in range(2)]
    now = datetime.now(UTC)
    with store.write(ANA, now=now - timedelta(hours=2)) as change:
        actions.propose(change, Action.THROTTLE, Reason.TERMS_OF_USE, subjects=[(Subject.ACCOUNT, name) for name in names])
    append_decisions(store, [
        Decision(f"t-{name}-{i}", now - timedelta(hours=1) + timedelta(seconds=step_s * i), "decide", name, None, "allow",
                 "throttle" if i % 2 else "allow", "shadow", "terms_of_use", None, 0, 10)
        for name, step_s in ((names[0], 6), (names[1], 100)) for i in range(30)
    ])
    ben = client("ben")
    with store.read() as session:
        rates = [parse({"parameters": {"throttle": {"requests_per_min": rate}}}) for rate in (1, 60)]
        (slow,), (fast,) = (test.throttled for test in policy_pages.backtests(session, rates, now))
    assert (slow.own.n_requests, slow.own.n_passed, slow.own.n_ever_refused) == (60, 33, 1), "one in ten of the quick one's"
    assert (fast.own.n_passed, fast.own.n_ever_refused) == (60, 0)
    assert {row.each_per_min: row.n_passed for row in slow.sent.rates if row.each_per_min}[12.0] == 60
    page = followed(ben, ben.post("/policy", document='{"parameters": {"throttle": {"requests_per_min": 1}}}', note="slow"))
    assert "Version 1: 1 each" in page.text
    assert "55\u00a0%" in page.text


def test_a_back_test_reads_once_for_all_versions_and_tries_the_latest_throttles(
    client: Clients, store: Store, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_pages, "MOST_THROTTLES", 2)
    now, name = datetime.now(UTC), member(store, case_id)
    append_decisions(store, [
        Decision("one", now, "decide", name, None, "allow", "throttle", "shadow", "terms_of_use", None, 0, 10)
    ])

    def statements(n_throttles: int, n_policies: int) -> int:
        for _ in range(n_throttles):
            with store.write(ANA, now=now - timedelta(hours=2)) as change:
                actions.propose(change, Action.THROTTLE, Reason.TERMS_OF_USE, subjects=[(Subject.ACCOUNT, name)], duration_s=86_400)
        told: list[str] = []
        listen = (store.engine, "before_cursor_execute", lambda *seen: told.append(seen[2]))
        event.listen(*listen)
        with store.read() as session:
            found = policy_pages.backtests(session, [policy.Policy()] * n_policies, now + timedelta(hours=1))
        event.remove(*listen)
        assert [len(test.throttled) for test in found] == [2] * n_policies
        return len(told)

    assert statements(2, 1) == statements(0, 2) == statements(5, 2)
    dee = client("dee")
    dee.post("/policy", document="{}", note="as it is")
    assert "5 earlier throttles were not tried." in dee.get("/policy/1").text


def test_the_tail_of_decisions(client: Clients, store: Store, case_id: str) -> None:
    now = datetime.now(UTC)
    append_decisions(store, [
        Decision(f"r-{i}", now + timedelta(seconds=i), "envoy", None, f"key-{i}", "allow", None, "shadow", None, None, None, 7)
        for i in range(150)
    ])
    shown = re.findall(r"<code>(key-\d+)</code>", client("vic").get("/decisions").text)
    assert shown == [f"key-{i}" for i in range(149, 49, -1)]
    assert "None." in client("vic").get("/decisions?decision=block").text
    assert re.findall(r"<code>(key-\d+)</code>", client("vic").get("/decisions?account=key-7").text) == ["key-7"]


def test_data_health_names_what_was_blind(client: Clients, store: Store) -> None:
    text = client("vic").get("/health").text
    assert "Not stored as a whole" not in text
    with store.write(DEE) as change:
        change.session.execute(update(Run).values(finished_at=None))
    assert "Not stored as a whole" in client("vic").get("/health").text
    assert "cases import RUN --data DIR" in text, "no import told its log"
    told = {"table": "events", "source": "litellm", "n_rows": 200, "until": None, "feeds": "shared networks"}
    told["since"] = "2026-02-02T12:00:00+00:00"
    rows = [told | {"column": "ip", "n_told": 150}, told | {"column": "ja4", "n_told": 0, "source": "nothing", "since": None}]
    with store.write(DEE) as change:
        (run,) = change.session.scalars(select(Run))
        run.summary = {**run.summary, "columns": rows}
    shown = plain_text(client("vic").get("/health").text)
    assert "ja4 nothing 100 % – – shared networks ip litellm 25 % 2026-02-02 12:00 – shared networks" in shown
    assert "Blind evidence" in text
    assert "infra.ja4" in text


def test_a_damaged_log_is_told(client: Clients, store: Store) -> None:
    with store.connect(writing=True) as connection:
        if connection.dialect.name == "sqlite":
            for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'").scalars().all():
                connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
        else:
            connection.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER USER")
        connection.exec_driver_sql("UPDATE audit_log SET actor = 'mallory' WHERE seq = 2")
    text = client("ana").get("/audit?verify=1").text
    assert "row 2 was changed" in text
    assert "are whole" not in text


def test_a_store_that_does_not_answer(client: Clients, store: Store) -> None:
    dee = client("dee")
    store.close()
    url = store.engine.url
    if url.get_backend_name() == "sqlite":
        Path(str(url.database)).write_bytes(b"no database" * 1000)
        for leftover in ("-wal", "-shm"):
            Path(str(url.database) + leftover).unlink(missing_ok=True)
    else:
        statement(f"postgresql://{url.host}:{url.port}", f"DROP DATABASE {url.database} WITH (FORCE)")
    answer = dee.get("/")
    assert answer.status_code == 503
    assert "Traceback" not in answer.text


def test_an_account_shows_what_edges_were_answered_about_its_keys(client: Clients, store: Store, case_id: str) -> None:
    account = member(store, case_id)
    with store.write(DEE) as change:
        change.session.add(Key(key_id="key-of-it", account_id=account))
    append_decisions(store, [
        Decision(f"k-{key}", datetime.now(UTC), "nginx", None, key, "allow", "block", "shadow", f"about_{key}", case_id, 0)
        for key in ("key-of-it", "key-of-another")
    ])
    page = client("vic").get(f"/accounts?name={account}").text
    assert "about key-of-it" in page
    assert "key-of-another" not in page


def test_an_account_shows_nothing_of_another_customers_key_of_the_same_name(client: Clients, store: Store, case_id: str) -> None:
    """Gateways that count accounts and keys from 1 have an account 9 and a key 9, of different customers."""
    account = member(store, case_id)
    with store.write(DEE) as change:
        change.session.add(Key(key_id=account, account_id="another"))
        actions.propose(change, Action.THROTTLE, Reason.TERMS_OF_USE, subjects=[(Subject.KEY, account)])
    append_decisions(store, [
        Decision("d", datetime.now(UTC), "nginx", None, account, "throttle", "throttle", "shadow", "about_another", None, 0)
    ])
    vic = client("vic")
    pages = {name: vic.get(f"/accounts?name={name}").text for name in (account, "another")}
    assert [("throttle" in page, "about another" in page) for page in pages.values()] == [(False, False), (True, True)]


def test_an_account_with_many_keys_and_actions_is_not_shown_as_free(
    client: Clients, store: Store, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = member(store, case_id)
    monkeypatch.setattr(accounts, "ACTIONS", 1)
    enforce(store)
    with store.write(DEE) as change:
        change.session.merge(Account(account_id=account, kind="individual"))
        change.session.add_all(Key(key_id=f"k{i:03}", account_id=account) for i in range(accounts.KEYS + 3))
        for i, kind in ((0, Action.THROTTLE), (1, Action.OBSERVE)):
            actions.propose(change, kind, Reason.TERMS_OF_USE, subjects=[(Subject.KEY, f"k{accounts.KEYS + i:03}")])
        allow.add(change, Subject.KEY, f"k{accounts.KEYS + 2:03}", owner="sales", reason="a contract",
                  expires_at=change.now + timedelta(days=30))
    append_decisions(store, [
        Decision("d", datetime.now(UTC), "nginx", None, f"k{accounts.KEYS:03}", "throttle", "throttle", "enforce", "terms_of_use", None, 0)
    ])
    page = client("vic").get(f"/accounts?name={account}").text
    told = re.sub("<[^>]+>", "", page)
    assert sorted(re.findall(r"\w+(?=[,.])", re.findall("In force on it:(.*)", told)[0])) == ["observe", "throttle"]
    assert f"Keys{accounts.KEYS + 3}" in told
    assert f"Keys, the first {accounts.KEYS}" in told
    assert "Allow-list, key: a contract" in told
    assert f"k{accounts.KEYS:03}" in page.split('id="decisions"')[1]


def test_a_case_that_the_last_whole_run_does_not_accuse_says_so(client: Clients, store: Store, case_id: str) -> None:
    vic = client("vic")
    pages = [vic.get(url).text for url in ("/", f"/cases/{case_id}")]
    assert not any("last whole run" in page for page in pages)
    with store.write(DEE) as change:
        at = datetime.now(UTC)
        change.session.add(Run(run_id="later", imported_at=at, imported_by="dee", finished_at=at, last_seen=at, summary={"start": None}))
    assert "not by the last whole run, of requests to <time>" in vic.get("/").text
    assert "The last whole run does not accuse it." in vic.get(f"/cases/{case_id}").text


def test_the_built_in_policy_can_be_put_in_force_again(client: Clients, store: Store) -> None:
    enforce(store)
    dee, ana = client("dee"), client("ana")
    assert "Promote version 0" not in ana.get("/policy").text
    assert "Promote version 0" in dee.get("/policy").text
    page = followed(dee, dee.post("/policy/0/promote", note="too early"))
    assert "Policy 0, the built-in one" in page.text
    assert "Promote version 0" not in page.text


def test_an_action_can_have_settings_of_its_own(client: Clients, store: Store, case_id: str) -> None:
    ana = client("ana")
    assert "requests_per_min=6" in ana.get(f"/actions/new?case={case_id}").text
    asked = {"case": case_id, "kind": "throttle", "reason": "suspected_extraction", "mode": "shadow"}
    for wrong in ("case_requests_per_min", "case_requests_per_min=many", "speed=3"):
        assert ana.post("/actions/new", **asked, parameters=wrong).status_code == 400, wrong
    page = followed(ana, ana.post("/actions/new", **asked, parameters="case_requests_per_min=30 requests_per_min=2"))
    assert "&#34;case_requests_per_min&#34;: 30" in page.text
    with store.read() as session:
        (row,) = action_queries.in_force(session, datetime.now(UTC))
    assert row.parameters == {"case_requests_per_min": 30, "requests_per_min": 2}


def test_who_was_judged_innocent_and_is_still_under_an_action_is_told(client: Clients, store: Store, case_id: str) -> None:
    account, ana = member(store, case_id), client("ana")
    followed(ana, ana.post("/actions/new", case=case_id, kind="observe", reason="terms_of_use", mode="shadow"))
    assert "still under an action" not in ana.get(f"/cases/{case_id}").text
    page = followed(ana, ana.post(f"/cases/{case_id}/member", account_id=account, belongs="no", note="a colleague"))
    assert "1 account that was judged innocent is still under an action" in page.text
    assert account in re.findall(r"Undo it</a> on <code>([^<]+)</code>", page.text)


def test_pages_tell_whom_an_action_touches_now_and_keys_too(client: Clients, store: Store, case_id: str) -> None:
    account, ana = member(store, case_id), client("ana")
    with store.write(DEE) as change:
        change.session.add(Key(key_id="k1", account_id=account))
        whole = actions.propose(change, Action.BLOCK, Reason.SUSPECTED_EXTRACTION, case_id=case_id)
        n = len(action_queries.targets(change.session, whole.action_id))
        actions.propose(change, Action.OBSERVE, Reason.SUSPECTED_EXTRACTION, case_id=case_id, subjects=[(Subject.KEY, "k1")])
    no_key = f"For {n - 1} of {n} accounts no API key is known: edges that see keys alone do not find them."
    assert no_key in ana.get(f"/cases/{case_id}").text
    assert no_key in ana.get(f"/actions/new?case={case_id}").text
    of_action = ana.get(f"/actions/{whole.action_id}").text.partition('id="whom"')
    assert no_key in of_action[0], "what the proposer saw"
    assert no_key in of_action[2], "as things stand"
    assert "unless the log names accounts by their keys" not in of_action[0] + of_action[2]
    with store.write(DEE) as change:
        change.session.delete(change.session.get_one(Key, "k1"))
    assert "do not find them, unless the log names accounts by their keys. If it does not, import a log with key_id" in plain_text(
        ana.get(f"/cases/{case_id}").text)
    with store.write(DEE) as change:
        change.session.add(Key(key_id="k1", account_id=account))
    page = followed(ana, ana.post(f"/cases/{case_id}/member", account_id=account, belongs="no", note="a colleague"))
    assert "still under an action, itself or by a key" in page.text
    assert re.findall(r"Undo it</a> on <code>([^<]+)</code>", page.text) == ["key:k1"]
    assert f'data-name="Subjects">{n}</td>' in ana.get("/actions").text
    page = followed(client("ben"), client("ben").post(f"/actions/{whole.action_id}/approve", note="seen"))
    assert f"{n - 1} subjects; 1 spared, allowed or cleared before it took effect." in page.text
    assert "When proposed: what the proposer saw" in page.text
    assert f'data-name="Subjects">{n - 1} of {n}</td>' in ana.get("/actions").text


def test_a_case_that_was_judged_innocent_is_acted_on_by_nobody(client: Clients, store: Store, case_id: str) -> None:
    ana, ben = client("ana"), client("ben")
    wanted = {"case": case_id, "kind": "block", "reason": "coordinated_extraction", "mode": "enforce"}
    action_id = re.findall(r"act-[0-9a-f]+", ana.post("/actions/new", **wanted).headers["location"])[0]
    ana.post(f"/cases/{case_id}/move", to="resolved", verdict="false_positive", note="a class")
    form = ana.get(f"/actions/new?case={case_id}").text
    assert "People judged this case innocent" in form
    assert "<h2 id=\"propose\">" not in form
    for answer in (ana.post("/actions/new", **wanted), ben.post(f"/actions/{action_id}/approve")):
        assert answer.status_code == 400
        assert "nobody is acted on for it" in answer.text
    assert not served(store, datetime.now(UTC)).accounts
    ana.post(f"/cases/{case_id}/move", to="reopened")
    assert "<h2 id=\"propose\">" in ana.get(f"/actions/new?case={case_id}").text


def test_who_took_part_reads_who_could_decide_an_appeal(client: Clients, store: Store, case_id: str) -> None:
    block(client, case_id)
    ana, ben, cem = (client(name) for name in ("ana", "ben", "cem"))
    ana.post(f"/cases/{case_id}/move", to="resolved", verdict="true_positive", note="sure")
    followed(ana, ana.post(f"/cases/{case_id}/appeal", account_id=member(store, case_id), statement="I teach a class."))
    page = ben.get("/appeals/1").text
    assert "You took part in" in page
    assert "cem, dee could decide." in page
    assert "Decide</button>" not in page
    assert "Decide</button>" in cem.get("/appeals/1").text


def test_an_action_whose_time_is_over_is_not_undone(client: Clients, store: Store, case_id: str) -> None:
    with store.write(ANA, now=datetime.now(UTC) - timedelta(days=2)) as change:
        row = actions.propose(change, Action.THROTTLE, Reason.SUSPECTED_EXTRACTION, case_id=case_id, duration_s=3600)
    ana = client("ana")
    assert ">Undo</button>" not in ana.get(f"/actions/{row.action_id}").text
    assert "the action is expired" in ana.post(f"/actions/{row.action_id}/undo", reason="false_positive").text


def test_a_name_that_the_store_does_not_know_is_told(client: Clients, case_id: str) -> None:
    """A customer's name where tables hold its hash: the action would touch nobody."""
    page = client("ana").get("/actions/new?subjects=account:ada").text
    assert "1 is not known, perhaps misspelt" in page
    assert "The store does not know 1 subject (ada): check the identifiers" in page
    assert "not known" not in client("ana").get(f"/actions/new?case={case_id}").text, "a case without registry facts"


def test_no_confidence_is_told_where_nobody_is_accused(client: Clients, store: Store) -> None:
    """A group for review may score high: a gate or an everyday reason keeps it from being a campaign."""
    with store.write(DEE) as change:
        for case in change.session.scalars(select(Case)):
            case.detected, case.score = "review", 9.0
        case_id = case.case_id
    vic = client("vic")
    for page in (vic.get("/?state=all"), vic.get(f"/cases/{case_id}")):
        assert "very high" not in page.text
        assert "were it a campaign" in page.text, "nothing is told as harvested where nobody is accused"
        assert "<dt>Harvested</dt>" not in page.text
    assert "the detector accuses nobody here" in page.text


def test_a_case_says_which_other_has_its_accounts(client: Clients, store: Store, case_id: str) -> None:
    with store.write(DEE) as change:
        other = change.session.scalars(select(Case.case_id).where(Case.case_id != case_id)).first()
        one = cases.members(change.session, case_id)[0]
        columns = {c.name: getattr(one, c.name) for c in Member.__table__.columns}
        change.session.add(Member(**columns | {"case_id": other}))
    told = f'1 of its accounts is in <a href="/console/cases/{other}">'
    assert told in client("vic").get(f"/cases/{case_id}").text


def test_times_and_facts_are_named_as_what_they_are(client: Clients, case_id: str) -> None:
    vic = client("vic")
    assert "Last seen" not in (queue := vic.get("/").text)
    assert '<th scope="col">Harvest until</th>' in queue
    assert "<dt>Harvest period</dt>" in vic.get(f"/cases/{case_id}").text
    assert "What is known of the accounts of cases, those of groups for review among them" in vic.get("/health").text


def test_evidence_without_weight_is_drawn_as_in_the_report(client: Clients, case_id: str) -> None:
    page = client("vic").get(f"/cases/{case_id}").text
    assert "Seen, but without weight in this verdict (less than 0.05 either way)" in page
    assert "Weighed, and of no consequence here" in page


def test_beyond_the_last_accounts_of_a_case_are_the_last(client: Clients, case_id: str) -> None:
    vic = client("vic")
    told = [re.findall("<caption>([^<]+), most suspicious first", vic.get(f"/cases/{case_id}?members={n}").text) for n in (1, 2, 9999)]
    assert told == [["1 to 50 of 60"], ["51 to 60 of 60"], ["51 to 60 of 60"]]


def test_who_joined_after_a_verdict_is_told(client: Clients, store: Store, case_id: str) -> None:
    ana = client("ana")
    ana.post(f"/cases/{case_id}/move", to="resolved", verdict="false_positive", note="a class")
    assert "joined since the verdict" not in ana.get("/").text + ana.get(f"/cases/{case_id}").text
    with store.write(DEE) as change:
        one = cases.members(change.session, case_id)[0]
        columns = {c.name: getattr(one, c.name) for c in Member.__table__.columns}
        change.session.add(Member(**columns | {"account_id": "new", "joined_at": change.now}))
    assert "1 account joined since the verdict" in ana.get(f"/cases/{case_id}").text
    assert f"<code>{case_id}</code></a> (1)." in ana.get("/").text
    assert "1 joined since the verdict" in ana.get("/?state=resolved").text


def test_a_version_says_what_it_would_carry_out(client: Clients, store: Store, case_id: str) -> None:
    block(client, case_id)
    with store.write(DEE) as change:
        for mode in ("enforce", "shadow"):
            policy.draft(change, parse({"mode": mode}), mode)
        cleared = cases.members(change.session, case_id)[0].account_id
        cases.exclude(change, case_id, cleared, "a customer")
        n = len(cases.members(change.session, case_id, acting_on=True))
    dee = client("dee")
    assert f"which ends on them at its promotion: <code>{cleared}</code>." in dee.get("/policy/1").text
    told = f"carry out 1 action that is in shadow until then:</strong> 1 block, on {n} accounts and keys."
    assert told in dee.get("/policy/1").text
    assert "in shadow until then" not in dee.get("/policy/2").text
    dee.post("/policy/1/promote", note="go")
    assert "in shadow until then" not in dee.get("/policy/1").text
    told = f"would no longer carry out 1 action that is carried out until then:</strong> 1 block, on {n} accounts and keys."
    assert told in dee.get("/policy/2").text
    assert told in dee.get("/policy").text, "before version 0 is promoted"


def test_a_page_tells_since_when_an_action_is_carried_out(client: Clients, store: Store, case_id: str) -> None:
    url = f"/actions/{block(client, case_id)}"
    assert "In shadow: recorded, and at no time carried out." in client("vic").get(url).text
    enforce(store)
    page = client("vic").get(url).text
    assert "at no time" not in page
    assert re.search("proposed as enforce under policy 0 .*Took effect .*Carried out</strong> from .* under policy 1, to ", page, re.S)


def test_renewing_is_told_as_it_would_be(client: Clients, store: Store, case_id: str) -> None:
    action_id = block(client, case_id)
    with store.write(DEE) as change:
        n = len(cases.members(change.session, case_id, acting_on=True))
        cases.exclude(change, case_id, cases.members(change.session, case_id)[0].account_id, "a customer")
    renewal = client("ana").get(f"/actions/{action_id}").text.partition("Renewing would touch</h3>")[2]
    assert f"<dt>Accounts</dt><dd>{n - 1}<small>" in renewal
    with store.write(DEE) as change:
        cases.move(change, case_id, State.RESOLVED, verdict=Verdict.FALSE_POSITIVE, note="x")
    page = client("ana").get(f"/actions/{action_id}").text
    assert "/renew" not in page
    assert "It cannot be renewed: nobody is left to act on: all were cleared since." in page


def seen(page: str) -> str:
    return re.findall(r'name="seen" value="([^"]+)"', page)[0]


def test_a_stale_page_does_not_undo_what_a_colleague_did(client: Clients, store: Store, case_id: str) -> None:
    ana, ben = client("ana"), client("ben")
    stale = seen(ben.get(f"/cases/{case_id}").text)
    page = followed(ana, ana.post(f"/cases/{case_id}/assign", assignee="ana", seen=stale))
    followed(ana, ana.post(f"/cases/{case_id}/move", to="investigating", seen=seen(page.text)))
    for path, fields in (("move", {"to": "triage"}), ("assign", {"assignee": "ben"}), ("move", {"to": "resolved", "verdict": "benign"})):
        page = followed(ben, ben.post(f"/cases/{case_id}/{path}", seen=stale, **fields))
        assert "Somebody changed this case since your page was loaded, so nothing was done." in page.text
    with store.read() as session:
        case = cases.get(session, case_id)
    assert (case.state, case.assignee) == (State.INVESTIGATING, "ana")
    followed(ben, ben.post(f"/cases/{case_id}/move", to="triage", seen=seen(page.text)))
    with store.read() as session:
        assert cases.get(session, case_id).state == State.TRIAGE


def test_an_approver_reads_of_open_appeals_of_whom_it_would_touch(client: Clients, store: Store, case_id: str) -> None:
    account, ana, ben = member(store, case_id), client("ana"), client("ben")
    with store.write(DEE) as change:
        change.session.add(Key(key_id="k1", account_id=account))
        whole = actions.propose(change, Action.BLOCK, Reason.SUSPECTED_EXTRACTION, case_id=case_id).action_id
        key = actions.propose(change, Action.BLOCK, Reason.SUSPECTED_EXTRACTION, subjects=[(Subject.KEY, "k1")]).action_id
        other = actions.propose(change, Action.BLOCK, Reason.SUSPECTED_EXTRACTION, subjects=[(Subject.ACCOUNT, "x")]).action_id
    followed(ana, ana.post(f"/cases/{case_id}/appeal", account_id=account, statement="We are a lab."))
    for action_id in (whole, key):
        text = ben.get(f"/actions/{action_id}").text
        assert "1 appeal is open</strong> of its case, or of whom it would touch" in text
        assert 'href="/console/appeals/1"' in text
    assert "appeals/1" not in ben.get(f"/actions/{other}").text


def test_lines_of_a_browser_are_lines(client: Clients, store: Store, case_id: str) -> None:
    ana = client("ana")
    ana.post(f"/cases/{case_id}/remark", text="one\r\ntwo\rthree")
    assert "U+000D" not in ana.get(f"/cases/{case_id}").text
    with store.read() as session:
        assert session.scalars(select(Annotation.text)).all() == ["one\ntwo\nthree"]
