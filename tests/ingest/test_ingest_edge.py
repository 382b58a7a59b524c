"""Which address is the client's, the join with the edge log, and the account registry."""

import csv
import ipaddress
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ingest_helpers import KEY, envelope, event, payload

from stillwatch.ingest.index import Index
from stillwatch.ingest.registry import email, payment, phone
from stillwatch.ingest.tenant import client_address, networks
from stillwatch.keys.hashing import keyed

PROXIES = "10.0.0.0/8, 2001:db8:1::/48"


@pytest.mark.parametrize(
    ("remote", "forwarded", "trusted", "client"),
    [
        ("203.0.113.9", None, "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "", "203.0.113.9"),  # a header of nobody we trust
        ("203.0.113.9", "198.51.100.1", PROXIES, "203.0.113.9"),  # not from our proxy: forged
        ("10.0.0.1", "198.51.100.1", PROXIES, "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", PROXIES, "198.51.100.1"),  # what stands left was sent by the client
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.2.0.1", PROXIES, "198.51.100.1"),
        ("10.0.0.1", "10.9.9.9, 198.51.100.1, 10.2.0.1", PROXIES, "198.51.100.1"),
        ("10.0.0.1", None, PROXIES, None),  # the proxy itself
        ("10.0.0.1", "10.0.0.2", PROXIES, None),
        ("10.0.0.1", "unknown", PROXIES, None),
        ("10.0.0.1", "198.51.100.1, garbage", PROXIES, None),
        (None, "198.51.100.1", "", None),  # no socket address and nobody trusted
        (None, "1.1.1.1, 198.51.100.1", PROXIES, "198.51.100.1"),
        ("[2001:db8:1::5]:443", "2001:db8:2::7", PROXIES, "2001:db8:2::7"),
        ("::ffff:10.0.0.1", '"198.51.100.1:4711"', PROXIES, "198.51.100.1"),
        ("fe80::1%eth0", None, "", "fe80::1"),
        ("", "", PROXIES, None),
        (None, None, "", None),
    ],
)
def test_client_address(remote, forwarded, trusted, client):
    expected = None if client is None else ipaddress.ip_address(client)
    assert client_address(remote, forwarded, networks(trusted)) == expected


def test_network_is_what_is_hashed(run, write):
    addresses = ["203.0.113.9", "203.0.113.77", "203.0.114.9", "2001:db8:5::1", "2001:db8:5:ff::1", "2001:db8:6::1"]
    records = [envelope({}, {}, request_id=str(at), remote_address=one) for at, one in enumerate(addresses)]
    ips = [row["ip"] for row in run(write(records), "openai").rows]
    assert ips[0] == ips[1] == keyed(KEY, "203.0.113.0/24")
    assert ips[3] == ips[4] == keyed(KEY, "2001:db8:5::/48")
    assert len(set(ips)) == 4


def litellm_ip(run, write, address, header, **options):
    record = payload(requester_ip_address=address)
    record["metadata"]["requester_metadata"]["headers"] = {"x-forwarded-for": header} if header else {}
    return run(write([record]), "litellm", **options).rows[0]["ip"]


def test_litellm_logs_a_header_in_place_of_the_address(run, write):
    real, proxied = keyed(KEY, "203.0.113.0/24"), {"trusted_proxies": "10.0.0.0/8"}
    assert litellm_ip(run, write, "203.0.113.9", None) == real
    assert litellm_ip(run, write, "203.0.113.9", "1.1.1.1") == real
    # use_x_forwarded_for: anyone can write the header, so it counts only behind declared proxies, from the right
    assert litellm_ip(run, write, "203.0.113.9", "203.0.113.9") is None
    assert litellm_ip(run, write, "1.1.1.1, 203.0.113.9", "1.1.1.1, 203.0.113.9") is None
    assert litellm_ip(run, write, "1.1.1.1, 203.0.113.9", "1.1.1.1, 203.0.113.9", **proxied) == real
    assert litellm_ip(run, write, "1.1.1.1, 203.0.113.9", None, **proxied) == real
    assert litellm_ip(run, write, "10.0.0.3", "1.1.1.1, 203.0.113.9, 10.0.0.4", **proxied) == real


def envoy(**fields):
    return {
        "start_time": "2026-02-20T10:00:01.123Z", "request_id": "edge-1", "remote_address": "198.51.100.7",
        "x_forwarded_for": None, "user_agent": "real/1.0", "ja4": "t13d_edge",
    } | fields


def test_edge_fills_events(run, write):
    result = run(write([payload()]), "litellm", edge=[write([envoy(asn=64500, country="NL")], "edge.log")])
    (row,) = result.rows
    assert (row["ip"], row["ja4"], row["user_agent"]) == (keyed(KEY, "198.51.100.0/24"), "t13d_edge", "real/1.0")
    assert (row["asn"], row["country"]) == (64500, "NL")
    filled = dict.fromkeys(("asn", "country", "ip", "ja4", "user_agent"), 1.0)
    counts = {"read": 1, "joined": 1, "far_in_time": 0, "ambiguous": 0}
    assert result.summary["edge"] == counts | {"filled": filled, "quarantined": {}, "examples": {}}


def test_operators_of_envoy_in_lower_case_are_understood(run, write):
    """docs/ingest.md names the first; the others are what a log format of Envoy commonly has."""
    for name in ("downstream_direct_remote_address_without_port", "downstream_remote_address_without_port", "downstream_remote_address"):
        line = envoy(**{name: "198.51.100.7", "remote_address": None, "ja4": None, "tls_ja4_fingerprint": "t13d_named"})
        (row,) = run(write([payload()]), "litellm", edge=[write([line], "edge.log")]).rows
        assert (row["ip"], row["ja4"]) == (keyed(KEY, "198.51.100.0/24"), "t13d_named"), name


def test_edge_joins_by_any_identifier_the_gateway_knows(run, write):
    for known in ("edge-1", "call-1", "chatcmpl-1"):
        rows = run(write([payload()]), "litellm", edge=[write([envoy(request_id=known)], "edge.log")]).rows
        assert rows[0]["ja4"] == "t13d_edge"


def test_edge_joins_canonical_events(run, write):
    (row,) = run(write([event(event_id="edge-1")]), "canonical", edge=[write([envoy()], "edge.log.gz")]).rows
    assert row["ja4"] == "t13d_edge"


def test_edge_nulls_do_not_overwrite(run, write):
    edge = write([envoy(user_agent="-", ja4=None, remote_address="-")], "edge.log")
    (row,) = run(write([payload()]), "litellm", edge=[edge]).rows
    assert (row["ip"], row["ja4"], row["user_agent"]) == (
        keyed(KEY, "203.0.113.0/24"), "t13d_1", "OpenAI/Python 3.57.0",
    )


def test_edge_applies_the_proxy_rule(run, write):
    edge = write([envoy(remote_address="10.0.0.1", x_forwarded_for="1.1.1.1,203.0.115.1")], "edge.log")
    rows = run(write([payload()]), "litellm", edge=[edge], trusted_proxies="10.0.0.0/8").rows
    assert rows[0]["ip"] == keyed(KEY, "203.0.115.0/24")


def test_edge_identifier_used_again_at_another_time_is_not_joined(run, write):
    edge = write([envoy(start_time="2026-02-20T18:00:00Z")], "edge.log")
    result = run(write([payload()]), "litellm", edge=[edge])
    assert result.rows[0]["ja4"] == "t13d_1"
    assert result.summary["edge"]["far_in_time"] > 0


def told(row):
    return row["ip"], row["ja4"]


GATEWAY = (keyed(KEY, "203.0.113.0/24"), "t13d_1")


@pytest.mark.parametrize("other", [{"remote_address": "192.0.2.7"}, {"ja4": "t13d_other"}])
def test_an_identifier_that_several_clients_send_joins_none_of_them(run, write, other):
    """Clients that set the header themselves, all to one value, would else have one address."""
    later = envoy(start_time="2026-02-20T10:30:00Z")
    edge = [write([envoy(), envoy(**other), later], "edge.log")]
    result = run(write([payload(), payload(id="2", litellm_call_id="call-2")]), "litellm", edge=edge)
    assert [told(row) for row in result.rows] == [GATEWAY, GATEWAY]
    assert (result.summary["edge"]["ambiguous"], result.summary["edge"]["joined"]) == (2, 0)


def test_an_identifier_of_two_clients_a_day_apart_is_two_requests(run, write):
    edge = [write([envoy(start_time="2026-02-19T10:00:00Z", remote_address="192.0.2.7"), envoy()], "edge.log")]
    result = run(write([payload()]), "litellm", edge=edge)
    assert told(result.rows[0]) == (keyed(KEY, "198.51.100.0/24"), "t13d_edge")
    assert result.summary["edge"]["ambiguous"] == 0


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("last", ["10:40", "11:20", "11:59"])
def test_an_identifier_that_comes_back_takes_nothing_from_the_request_before(run, write, last, backwards):
    """A client that chooses identifiers would else wipe its own fingerprint, or the order of the edge's lines would decide."""
    sent = (("09:02", "t13d_edge"), ("10:10", None), (last, "t13d_edge"))
    lines = [envoy(start_time=f"2026-02-20T{at}:00Z", ja4=ja4) for at, ja4 in sent]
    edge = [write(lines[::-1] if backwards else lines, "edge.log")]
    result = run(write([payload()]), "litellm", edge=edge)
    assert told(result.rows[0]) == (keyed(KEY, "198.51.100.0/24"), "t13d_edge")
    assert (result.summary["edge"]["joined"], result.summary["edge"]["far_in_time"]) == (1, 0)


def test_another_client_an_hour_and_more_away_is_another_request(run, write):
    edge = [write([envoy(), envoy(start_time="2026-02-20T11:30:00Z", remote_address="192.0.2.7", ja4="t13d_other")], "edge.log")]
    result = run(write([payload()]), "litellm", edge=edge)
    assert told(result.rows[0]) == (keyed(KEY, "198.51.100.0/24"), "t13d_edge")


def test_two_edges_that_a_request_passes_tell_it_together(run, write):
    edge = [write([envoy(ja4=None)], "outer.log"), write([envoy(remote_address=None, user_agent="hop/1")], "inner.log")]
    (row,) = run(write([payload()]), "litellm", edge=edge).rows
    assert (*told(row), row["user_agent"]) == (keyed(KEY, "198.51.100.0/24"), "t13d_edge", "hop/1")


@pytest.mark.parametrize("format_", ["litellm", "openai"])
def test_an_identifier_that_no_client_sets_counts_before_the_header(run, write, format_):
    edge = [write([envoy(), envoy(request_id="chatcmpl-1", ja4="t13d_own")], "edge.log")]
    answered = {"id": "chatcmpl-1", "choices": []}
    record = payload() if format_ == "litellm" else envelope({}, answered, headers={"x-request-id": "edge-1"})
    assert run(write([record]), format_, edge=edge).rows[0]["ja4"] == "t13d_own"


def test_an_answer_from_the_cache_is_not_joined_with_the_request_that_filled_it(run, write):
    edge = [write([envoy(request_id="chatcmpl-1")], "edge.log")]
    result = run(write([payload(), payload(cache_hit=True, litellm_call_id="call-2")]), "litellm", edge=edge)
    assert [row["ja4"] for row in result.rows] == ["t13d_edge", "t13d_1"]


def test_bad_edge_lines_are_put_aside(run, write):
    good, nameless = json.dumps(envoy()), json.dumps(envoy(request_id="-"))
    lines = f'{good}\nnot json\n{nameless}\n{{"request_id": "a", "asn": "x"}}\n'
    result = run(write([payload()]), "litellm", edge=[write(lines.encode(), "edge.log")])
    assert result.summary["edge"]["quarantined"] == {"not_json": 1, "no_request_id": 1, "wrong_type": 1}
    assert result.summary["quarantined"] == {}
    assert result.rows[0]["ja4"] == "t13d_edge"
    assert [bad["line"] for bad in result.aside] == [2, 3, 4]


def test_index_folds_and_replaces(monkeypatch):
    monkeypatch.setattr("stillwatch.ingest.index.RECENT", 4)
    index = Index()
    for at in range(-11, 11):
        index.put(at, at * 10)
    index.put(-11, 7)
    for at in range(4):
        index.put(100 + at, 1)
    assert [index.get(at) for at in (-11, -10, 0, 10, 103, 11)] == [7, -100, 0, 100, 1, None]


REGISTRY = [
    {
        "account_id": "ada", "created_at": "2026-01-05T00:00:00Z", "kind": "Research", "org_id": "o",
        "verified": "true", "access_type": " Application", "email": "A.da+x@Gmail.com", "phone": "0044 20 7123-4567",
        "payment": "4242 4242", "signup_ip": "203.0.113.9", "country": "NL", "plan": "pro",
    },
    {
        "account_id": "bob", "kind": "martian", "access_type": "vip", "email_hash": "already", "payment_hash": "hashed", "phone_hash": "p",
        "email_domain": "example.com", "signup_ip": "hash-of-a-network", "banned_at": "2026-02-01 10:00:00",
    },
]


@pytest.mark.parametrize("container", ["csv", "jsonl", "parquet", "csv.gz"])
def test_registry(run, write, tmp_path, container):
    import gzip

    path = tmp_path / f"accounts.{container}"
    if container.startswith("csv"):
        names = list(REGISTRY[0] | REGISTRY[1])
        opener = gzip.open if container.endswith("gz") else open
        with opener(path, "wt", newline="") as handle:
            writer = csv.DictWriter(handle, names)
            writer.writeheader()
            writer.writerows(REGISTRY)
    elif container == "jsonl":
        write(REGISTRY, "accounts.jsonl")
    else:
        first = dict.fromkeys(REGISTRY[1]) | REGISTRY[0]
        pq.write_table(pa.Table.from_pylist([first, REGISTRY[1]]), path)
    result = run(write([payload()]), "litellm", accounts=path)
    ada, bob = result.accounts
    assert ada["account_id"] == keyed(KEY, "ada") == result.rows[0]["account_id"]
    assert (ada["email_hash"], ada["email_domain"]) == (keyed(KEY, "ada@gmail.com"), "gmail.com")
    assert (ada["phone_hash"], ada["payment_hash"]) == (keyed(KEY, "+442071234567"), keyed(KEY, "42424242"))
    assert (ada["kind"], ada["verified"], ada["plan"]) == ("research", True, "pro")
    assert (ada["access_type"], bob["access_type"]) == ("application", None)
    assert ada["signup_ip"] == keyed(KEY, "203.0.113.0/24")
    assert ada["created_at"].year == 2026
    assert (bob["kind"], bob["email_hash"], bob["payment_hash"], bob["phone_hash"]) == (None, "already", "hashed", "p")
    assert bob["signup_ip"] == "hash-of-a-network"
    place = f"{path}, line {3 if container.startswith('csv') else 2}"
    assert result.summary["accounts"] == {
        "read": 2, "written": 2, "known_requests": 1, "unknown_words": 2, "impossible_times": 0, "unknown_columns": [], "empty_columns": [],
        "quarantined": {}, "examples": {}, "unread_fields": {
            "kind": {"rows": 1, "first": f"{place}: kind is none of individual, education, research, startup, enterprise: 'martian'"},
            "access_type": {"rows": 1, "first": f"{place}: access_type is none of application, passthrough: 'vip'"},
        },
    }


def test_registry_of_canonical_events_keeps_identifiers(run, write):
    result = run(write([event(account_id="ada")]), "canonical", accounts=write(REGISTRY, "accounts.jsonl"))
    assert [row["account_id"] for row in result.accounts] == ["ada", "bob"]


def test_registry_takes_litellm_names_and_puts_bad_rows_aside(run, write):
    rows = [
        {"user_id": "ada", "user_email": "a@x.org", "organization_id": "o"}, {"user_id": "ada"}, {"user_id": None},
        {"user_id": "c", "created_at": "soon"}, {"user_id": "d", "email": "nobody"}, {"user_id": "e", "kind": 7},
    ]
    result = run(write([payload()]), "litellm", accounts=write(rows, "users.jsonl"))
    ada, c, d, e = result.accounts
    assert (c["created_at"], e["kind"]) == (None, None), "an optional field costs nobody his row"
    assert (d["email_hash"], d["email_domain"]) == (keyed(KEY, "nobody"), None)
    assert ada["email_hash"] == keyed(KEY, "a@x.org")
    assert ada["org_id"] == keyed(KEY, "o")
    aside = {"duplicate_account_id": 1, "no_account_id": 1}
    assert result.summary["accounts"]["quarantined"] == aside


def test_normalisation():
    assert email(" Ada.L+spam@GoogleMail.com ") == ("adal@gmail.com", "gmail.com")
    assert email("Ada.L+spam@Example.org") == ("ada.l@example.org", "example.org")
    assert email("+tag@example.org")[0] == "+tag@example.org"
    assert phone("(0)20 7123") == "0207123"
    assert payment("4242-4242 4242") == "424242424242"


@pytest.mark.parametrize(("told", "kept"), [("AS64500", 64500), (4_200_000_000, None), ("AS4294967294", None)])
def test_a_private_number_of_32_bits_costs_the_number_and_not_the_request(told, kept, run, write):
    result = run(write([payload()]), "litellm", edge=[write([envoy(asn=told)], "edge.log")])
    assert [row["asn"] for row in result.rows] == [kept]
