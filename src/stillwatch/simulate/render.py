"""From batches of events to Arrow tables with text, identifiers, addresses, tokens."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stillwatch.errors import InputError
from stillwatch.simulate import kernels
from stillwatch.simulate import stock as st
from stillwatch.simulate.roster import Accounts, Array, Habits
from stillwatch.simulate.sessions import Batch, random_numbers
from stillwatch.simulate.stock import DAY_US, Stock
from stillwatch.simulate.world import API, APP, FIRST_CLOUD, PATHS
from stillwatch.tables import EVENTS

BYTES_A_TOKEN = 4.2
MAX_TEXT_BYTES = (1 << 31) - 1
"""Of the texts of one row group."""
GATEWAY_SHARE = 10  # one API account in so many has a gateway that names its sessions


@dataclass(frozen=True)
class Renderer:
    """Writes events of one world; ``release`` is when the new model came out (us)."""

    accounts: Accounts
    habits: Habits
    stock: Stock
    release: int
    ids: Array
    networks: tuple[Array, Array, Array, Array]

    def table(self, batch: Batch, event_ids: Array) -> pa.Table:
        """A table of EVENTS for events that are in the order of time."""
        a, account = self.accounts, batch["account"]
        texts = self._texts(batch)
        path = a["path"][account]
        net = self._network(batch, path >= FIRST_CLOUD)
        client = self.habits["client"][batch["habit"]].astype(np.int32)
        client = np.where(client >= 0, client, a["client"][account])
        session = random_numbers(batch["session"] ^ self.ids[account])
        named = (path == APP) | ((path == API) & (random_numbers(self.ids[account]) % np.uint64(GATEWAY_SHARE) == 0))
        key = random_numbers(self.ids[account] + random_numbers(batch["session"]) % a["keys"][account].astype(np.uint64))
        org = a["org"][account]
        columns: dict[str, Any] = {
            "event_id": hex_identifiers("req_", event_ids),
            "timestamp": pa.array(batch["time"], pa.timestamp("us", "UTC")),
            "account_id": hex_identifiers("acct_", self.ids[account]),
            "org_id": hex_identifiers("org_", random_numbers(org), org < 0),
            "key_id": hex_identifiers("", key, path == APP),
            "session_id": hex_identifiers("sess_", session, ~named, 12),
            "access_path": dictionary_array(path, PATHS),
            "model": dictionary_array(self._model(batch), st.MODELS),
            "tools_key": self._tools(batch),
            "user_agent": dictionary_array(client, self.stock.agents, path >= FIRST_CLOUD),
            "ja4": dictionary_array(client, self.stock.ja4, path >= FIRST_CLOUD),
            "response": pa.nulls(len(account), pa.string()),
            **texts,
            **net,
            **self._parameters(batch),
        }
        columns |= self._tokens(batch, columns)
        return pa.table([columns[name] for name in EVENTS.names], names=list(EVENTS.names))

    def _texts(self, batch: Batch) -> dict[str, Any]:
        n = len(batch["time"])
        phrases = self.stock.phrases
        events = kernels.EventColumns(
            batch["habit"],
            batch["session"],
            batch["turn"],
            batch["replay"],
            batch["task"],
            batch["topic"],
            batch["persona"],
        )
        text, offsets, context, parent, seed = kernels.write_prompts(
            phrases.grammar, self.habits.text, events, phrases("variation"), phrases.reserve, 0, n
        )
        symbol = self.habits["system"][batch["habit"]]
        some = symbol >= 0
        _, first, code = np.unique(seed[some] ^ random_numbers(symbol[some]), return_index=True, return_inverse=True)
        system = kernels.write_texts(
            phrases.grammar,
            symbol[some][first].astype(np.int32),
            seed[some][first],
            phrases.reserve,
            kernels.LONGEST_SYSTEM,
        )
        index = np.zeros(n, np.int32)
        found = string_array(*system).dictionary_encode()  # two seeds can give one text
        index[some] = np.asarray(found.indices)[code]
        return {
            "prompt": string_array(text, offsets),
            "system": pa.DictionaryArray.from_arrays(pa.array(index, mask=~some), found.dictionary),
            "context_key": pa.array(context),
            "parent_key": pa.array(parent, mask=parent == 0),
        }

    def _network(self, batch: Batch, hidden: Array) -> dict[str, Any]:
        a, account = self.accounts, batch["account"]
        salt = random_numbers(batch["session"] ^ np.uint64(0x5EED))
        second = (salt >> np.uint64(40)).astype(np.float64) / (1 << 24) < a["net2_share"][account]
        net = np.where(second, a["net2"][account], a["net"][account])
        mode = np.where(second, a["net2_mode"][account], a["net_mode"][account])
        owner = self.ids[account]
        day = (batch["time"] // DAY_US).astype(np.uint64)
        pick = np.select(
            [mode == st.BY_ACCOUNT, mode == st.BY_SESSION, mode == st.BY_DAY],
            [random_numbers(owner), random_numbers(salt ^ owner), random_numbers(owner + day)],
            random_numbers(owner + (day + owner % np.uint64(7)) // np.uint64(7)),
        )
        base, size, asn, country = self.networks
        address = (base[net].astype(np.uint64) + pick % size[net].astype(np.uint64)).astype(np.uint32)
        ip = pc.if_else(pa.array(hidden), pa.scalar(None, pa.string()), string_array(*kernels.dotted(address)))
        return {
            "ip": ip,
            "asn": pa.array(asn[net].astype(np.int32), mask=hidden),
            "country": dictionary_array(country[net], st.COUNTRIES, hidden),
        }

    def _model(self, batch: Batch) -> Array:
        """The account's usual model, or the new one once it is out and the account has moved."""
        a, account = self.accounts, batch["account"]
        since = (batch["time"] - self.release) / DAY_US
        return np.where(since > a["adopts"][account], st.NEW_MODEL, a["model"][account])

    def _tools(self, batch: Batch) -> pa.Array:
        tools = (self.habits["tools"][batch["habit"]] & np.uint64(0x7FFFFFFFFFFFFFFF)).astype(np.int64)
        return pa.array(tools, mask=tools == 0)

    def _parameters(self, batch: Batch) -> dict[str, Any]:
        own = self.habits["parameters"][batch["habit"]]
        code = np.where(own >= 0, own, self.accounts["parameters"][batch["account"]]).astype(np.int32)
        found = {}
        kinds = (
            ("temperature", pa.float32()),
            ("top_p", pa.float32()),
            ("max_tokens", pa.int32()),
            ("stream", pa.bool_()),
        )
        for place, (name, kind) in enumerate(kinds):
            found[name] = pa.array([row[place] for row in st.PARAMETERS], kind).take(pa.array(code))
        return found

    def _tokens(self, batch: Batch, columns: dict[str, Any]) -> dict[str, Any]:
        """Token counts and status; all draws are functions of the event, so that days can be written in any order."""
        h, habit = self.habits, batch["habit"]
        noise = random_numbers(
            batch["session"] + batch["turn"].astype(np.uint64) * np.uint64(77) + batch["replay"].astype(np.uint64)
        )
        uniform = (noise >> np.uint64(11)).astype(np.float64) / (1 << 53)
        again = (random_numbers(noise) >> np.uint64(11)).astype(np.float64) / (1 << 53)
        normal = np.sqrt(-2 * np.log(np.maximum(uniform, 1e-12))) * np.cos(2 * np.pi * again)
        status = np.select([again < 0.012, again < 0.016, again < 0.02], [429, 400, 500], 200)
        length = np.asarray(pc.binary_length(columns["prompt"]))
        system = columns["system"]
        long = np.asarray(pc.binary_length(system.dictionary)) if len(system.dictionary) else np.zeros(1, np.int64)
        before = long[np.asarray(pc.fill_null(system.indices, 0))] * np.asarray(pc.is_valid(system.indices))
        history = batch["turn"] * (60 + 0.7 * h["answer"][habit])
        sent = (before + length) / BYTES_A_TOKEN + history + 8
        cached = np.where(batch["turn"] > 0, history * 0.8 + before / BYTES_A_TOKEN, 0)
        reasoning = h["reasoning"][habit] * np.exp(0.7 * normal) * (h["reasoning"][habit] > 0)
        answer = h["answer"][habit] * np.exp(0.8 * normal - 0.3) + reasoning
        limit = np.asarray(pc.fill_null(columns["max_tokens"], 1 << 15))
        ok = status == 200
        answer = np.where(ok, np.minimum(np.maximum(answer, 1), limit), 0)

        def whole(values: Array) -> pa.Array:
            return pa.array(values.astype(np.int32))

        return {
            "input_tokens": whole(sent),
            "cached_tokens": whole(cached),
            "output_tokens": whole(answer),
            "reasoning_tokens": whole(np.minimum(reasoning, answer)),
            "status": pa.array(status.astype(np.int16)),
        }


def hex_identifiers(prefix: str, values: Array, hidden: Array | None = None, digits: int = 16) -> pa.Array:
    """Identifiers: a prefix and the value in hexadecimal; null where hidden."""
    text = kernels.hexadecimal(values.astype(np.uint64), np.frombuffer(prefix.encode(), np.uint8), digits)
    width = len(prefix) + digits
    found = string_array(text, (np.arange(len(values) + 1) * width).astype(np.int32))
    if hidden is None:
        return found
    return pc.if_else(pa.array(np.asarray(hidden, bool)), pa.scalar(None, pa.string()), found)


def string_array(text: Array, offsets: Array) -> pa.Array:
    """An Arrow string array over its bytes and offsets.

    Raises:
        InputError: offsets of 32 bits do not reach the end of the bytes.
    """
    if len(text) > MAX_TEXT_BYTES:
        raise InputError(f"the texts of {len(offsets) - 1:,} requests take {len(text):,} bytes, more than {MAX_TEXT_BYTES:,}",
                         todo="Pass shorter prompts or fewer events")
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text))


def dictionary_array(codes: Array, values: Any, hidden: Array | None = None) -> pa.Array:
    """Values by number, as a dictionary array; Parquet does not keep dictionaries with repeated values as they are."""
    unique = dict.fromkeys(values)
    place = {value: number for number, value in enumerate(unique)}
    number = np.array([place[value] for value in values], np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(number[codes.astype(np.int64)], mask=hidden), pa.array(list(unique), pa.string())
    )
