"""Networks and client programs: what an edge sees of a request."""

from typing import NamedTuple


class Carrier(NamedTuple):
    """An autonomous system; ``octet`` is the first of its (made-up) addresses."""

    asn: int
    country: str
    octet: int


class Net(NamedTuple):
    """The first three octets of some addresses, and whose they are."""

    prefix: str
    asn: int
    country: str


class Address(NamedTuple):
    """Where a request comes from."""

    ip: str
    asn: int
    country: str


class Client(NamedTuple):
    """A program that sends requests; ``path`` is ``api`` or ``app``."""

    agent: str
    ja4: str
    path: str


ISPS = (
    Carrier(7922, "US", 73), Carrier(3320, "DE", 84), Carrier(3215, "FR", 90), Carrier(2856, "GB", 86), Carrier(9829, "IN", 117),
    Carrier(4713, "JP", 153), Carrier(28573, "BR", 177), Carrier(1136, "NL", 145), Carrier(577, "CA", 70), Carrier(4766, "KR", 121),
    Carrier(12322, "FR", 82), Carrier(9121, "TR", 88), Carrier(7018, "US", 99), Carrier(3352, "ES", 80), Carrier(5617, "PL", 83),
    Carrier(17488, "IN", 49), Carrier(7713, "ID", 36), Carrier(45899, "VN", 14),
)
HOSTING = (
    Carrier(16509, "US", 52), Carrier(14061, "US", 167), Carrier(24940, "DE", 95), Carrier(16276, "FR", 51), Carrier(396982, "US", 34),
)
VPNS = (Carrier(9009, "NL", 185), Carrier(212238, "GB", 146), Carrier(136787, "SG", 103))

_PYTHON, _NODE = "t13d1812h1_85036bcba153_b26ce05bbdd6", "t13d5911h1_a33745022dd6_1f22a2ca17c4"
REQUESTS_JA4 = "t13d4312h1_c7886603b240_b26ce05bbdd6"
NODE_JA4 = _NODE
CLIENTS = (
    Client("OpenAI/Python 1.109.1", _PYTHON, "api"),
    Client("AsyncOpenAI/Python 2.6.0", _PYTHON, "api"),
    Client("Anthropic/Python 0.71.0", _PYTHON, "api"),
    Client("OpenAI/JS 6.7.0", _NODE, "api"),
    Client("Anthropic/JS 0.68.0", _NODE, "api"),
    Client("python-requests/2.32.5", REQUESTS_JA4, "api"),
    Client("curl/8.14.1", "t13i3012h2_1d37bd780c83_8537cf56674e", "api"),
    Client("Go-http-client/2.0", "t13d1312h2_f57a46bbacb6_ab7e3b40a677", "api"),
    Client("python-httpx/0.28.1", "t13d1812h1_85036bcba153_9c9ce1a8a1b1", "api"),
    Client(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36",
        "t13d1516h2_8daaf6152771_d8a2da3f94cd", "app",
    ),
    Client(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.1 Safari/605.1.15",
        "t13d2014h2_a09f3c656075_7f0f34a4126d", "app",
    ),
    Client("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "t13d1717h2_5b57614c22b0_3cbfd9057e0d", "app"),
)
CLIENT_WEIGHTS = (20, 12, 10, 14, 6, 6, 3, 4, 4, 30, 12, 5)
SDKS, PROGRAMS = CLIENTS[:6], CLIENTS[:9]
"""Clients of those who write programs: the makers' own libraries and a plain one; all but browsers."""
