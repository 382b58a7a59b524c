"""Where requests come from: networks, addresses, clients."""

from dataclasses import dataclass

import numpy as np

from .arrays import BoolArray, IntArray, ObjArray, pick, unit
from .clients import FAMILY, IS_APP, clients
from .network import CLOUD, HOME, MOBILE, SITE, addresses
from .requests import Requests

OTHER_TOOLS = np.array([FAMILY["curl"], FAMILY["http"], FAMILY["python"]])
"""second clients of who uses the API"""


@dataclass(frozen=True)
class Origins:
    """One row a request."""

    cloud: BoolArray
    app: BoolArray
    """whether it comes by the provider's own app"""
    address: IntArray
    line: IntArray
    """row of the network, -1 for a cloud"""
    agent: ObjArray
    ja4: ObjArray


def origins(r: Requests) -> Origins:
    """Where requests come from; people are elsewhere now and then, or use a second client."""
    account, usual = r.account("key"), r.account("net")
    away = r.registered(lambda p: p.roam) * (unit(account, "phone") < 0.6) * 1.6
    roams = (unit(r["sitting"], "roams") < away) & np.isin(usual, (HOME, SITE))
    net = np.where(roams, np.where(unit(account, "second") < 0.6, MOBILE, HOME), usual)
    group = r.account("group")
    address, line = addresses(net, account, group, r.account("country"), r["sitting"], r["talk"], r["t"], r.w.seed)
    family = _families(r, roams & (net == MOBILE))
    agent, ja4 = clients(family, account, group, r.account("boxed") & (net == SITE), r["t"], r.w.seed)
    cloud = net == CLOUD
    return Origins(cloud, IS_APP[family] & ~cloud, address, line, agent, ja4)


def _families(r: Requests, out: BoolArray) -> IntArray:
    """The client of each request; who is out uses the app on a phone."""
    account, family = r.account("key"), r.account("family")
    android, ios = FAMILY["android"], FAMILY["ios"]
    phone = out & IS_APP[family] & ~np.isin(family, [android, ios])
    family = np.where(phone, np.where(unit(account, "os") < 0.6, android, ios), family)
    other = (unit(r["talk"], "otherclient") < 0.07) & (unit(account, "twoclients") < 0.5)
    tool = OTHER_TOOLS[pick(3, account, "othertool")]
    return np.asarray(np.where(other, np.where(IS_APP[family], FAMILY["web"], tool), family))
