"""The tables of a world: texts are written for all parties at once, turns are chained, and the truth is kept apart."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch.tables import ACCOUNTS, EVENTS, TRUTH

from .chance import F64, I64, U64, below, mix, unit
from .play import GENRES, LONGEST, Columns, Played
from .provider import COUNTRIES, DAY_US, MODELS, PATHS, SAMPLINGS, Provider
from .registry import dotted
from .text import LANGUAGES, TOPICS, Rows, styled, write

FRAGMENTS = {"es": "es.frase", "de": "de.satz", "fr": "fr.phrase", "id": "id.kal", "ja": "ja.bun", "zh": "zh.ju"}
FAILURES = (429, 500, 529)


@dataclass(frozen=True)
class Log:
    """A world that can be written."""

    provider: Provider
    played: list[Played]

    def write(self, out: Path) -> dict[str, int]:
        """Write all tables; returns counts."""
        names, campaigns, kinds = self._who()
        rows = self._rows()
        used = np.zeros(len(names), bool)
        used[rows["account"]] = True
        accounts, keep = self._accounts(names, used)
        prompt, system, response = _texts(rows)
        context, parent = _chain(rows, prompt, system)
        tokens = _tokens(rows, prompt, system)
        events = self._events(rows, names, (prompt, system, response), (context, parent), tokens, accounts)
        (out / "events").mkdir(parents=True, exist_ok=True)
        _write_days(events, out / "events")
        order = np.argsort(np.array(names)[keep])
        pq.write_table(accounts.take(pa.array(order)), out / "accounts.parquet")
        truth = pa.table([pa.array([column[i] for i in keep], pa.string()) for column in (names, campaigns, kinds)], schema=TRUTH.schema)
        pq.write_table(truth.sort_by("account_id"), out / "truth.parquet")
        taken = np.flatnonzero(rows["harvest"] & (rows["status"] == 200))
        ids = events_ids(rows)
        whose = pa.array([campaigns[i] for i in rows["account"][taken]], pa.string())
        found = pa.table({"event_id": pa.array([ids[i] for i in taken], pa.string()), "campaign": whose})
        pq.write_table(found.sort_by("event_id"), out / "truth_events.parquet")
        releases = [{"model": model, "released_at": _iso(at)} for model, at in self.provider.releases]
        (out / "releases.json").write_text(json.dumps(releases, indent=1) + "\n", encoding="utf-8")
        fake = sum(campaigns[i] is not None for i in keep)
        return {"events": len(events), "accounts": len(accounts), "fake": fake, "harvested": len(taken)}

    def _who(self) -> tuple[list[str], list[str | None], list[str]]:
        """Name, campaign and kind of every account."""
        names: list[str] = []
        campaigns: list[str | None] = []
        kinds: list[str] = []
        for played in self.played:
            seeds = mix(played.accounts.seed, "account id").tolist()
            names += [f"acct_{seed:016x}"[:19] for seed in seeds]
            campaigns += [played.party.campaign] * len(seeds)
            kinds += [played.party.label] * len(seeds)
        return names, campaigns, kinds

    def _rows(self) -> Columns:
        """All requests, conversations kept together; accounts numbered over the world."""
        first = np.cumsum([0] + [len(played.accounts.seed) for played in self.played])
        for start, played in zip(first, self.played, strict=False):
            played.rows["account"] = played.rows["account"] + start
        rows = {name: np.concatenate([played.rows[name] for played in self.played]) for name in self.played[0].rows}
        last = np.append(rows["turn"][1:] == 0, True)
        fails = last & (unit(rows["seed"], "fails") < 0.018)
        rows["status"] = np.where(fails, np.array(FAILURES)[below(rows["seed"], 3, "failure")], 200)
        return rows

    def _accounts(self, names: list[str], used: np.ndarray) -> tuple[pa.Table, I64]:
        """The registry, and which accounts are in it: those signed up before the log ends."""
        created = np.concatenate([played.accounts.created for played in self.played])
        banned = np.concatenate([played.accounts.banned for played in self.played])
        keep = np.flatnonzero(used | (created < self.provider.days))
        columns: dict[str, pa.Array] = {"account_id": pa.array([names[i] for i in keep])}
        for name in self.played[0].accounts.columns:
            values = [value for played in self.played for value in played.accounts.columns[name]]
            chosen = [values[i] for i in keep]
            columns[name] = pa.array([value == "1" for value in chosen]) if name == "verified" else pa.array(chosen, pa.string())
        columns["created_at"] = self._times(created[keep])
        gone = banned[keep] < self.provider.days
        columns["banned_at"] = pc.if_else(pa.array(gone), self._times(np.where(gone, banned[keep], 0)), pa.scalar(None))
        return pa.table([columns[field.name].cast(field.type) for field in ACCOUNTS.schema], schema=ACCOUNTS.schema), keep

    def _times(self, days: F64) -> pa.Array:
        return pa.array((self.provider.start_us + days * DAY_US).astype(np.int64)).cast(pa.timestamp("us", "UTC"))

    def _events(
        self,
        rows: Columns,
        names: list[str],
        texts: tuple[pa.Array, pa.Array, pa.Array],
        chain: tuple[I64, I64],
        tokens: Columns,
        accounts: pa.Table,
    ) -> pa.Table:
        """The log in order of time."""
        org = dict(zip(accounts["account_id"].to_pylist(), accounts["org_id"].to_pylist(), strict=True))
        prompt, system, response = texts
        context, parent = chain
        sampling = rows["sampling"]

        def chosen(values: list[str] | tuple[str, ...], which: np.ndarray) -> pa.Array:
            return pa.array(values, pa.string()).take(pa.array(which))

        def parameter(place: int, kind: pa.DataType) -> pa.Array:
            return pa.array([row[place] for row in SAMPLINGS], kind).take(pa.array(sampling))

        columns = {
            "event_id": pa.array(events_ids(rows)),
            "timestamp": self._times(rows["time"]),
            "account_id": chosen(names, rows["account"]),
            "org_id": pa.array(
                [org[name] for name in names] if len(org) == len(names) else [org.get(name) for name in names], pa.string()
            ).take(pa.array(rows["account"])),
            "key_id": _named("key_", rows["key"], 12),
            "session_id": _named("s-", rows["session"], 14),
            "access_path": chosen(PATHS, rows["path"]),
            "model": chosen(MODELS, rows["model"]),
            "system": system,
            "prompt": prompt,
            "response": response,
            "context_key": pa.array(context),
            "parent_key": pa.array(parent, mask=rows["turn"] == 0),
            "tools_key": pa.array(rows["tools"], mask=rows["tools"] == 0),
            "temperature": parameter(0, pa.float32()),
            "top_p": parameter(1, pa.float32()),
            "max_tokens": parameter(2, pa.int32()),
            "stream": pa.array(rows["stream"]),
            "status": pa.array(rows["status"]),
            "ip": pa.array(rows["ip"]).dictionary_encode(),
            "asn": pa.array(rows["asn"]),
            "country": chosen(COUNTRIES, rows["country"]),
            "user_agent": chosen([build.agent for build in self.provider.builds], rows["build"]),
            "ja4": chosen([build.ja4 for build in self.provider.builds], rows["build"]),
        } | {name: pa.array(values) for name, values in tokens.items()}
        ip = columns["ip"]
        columns["ip"] = pa.array([dotted(address) for address in ip.dictionary.to_pylist()]).take(ip.indices)
        table = pa.table([columns[field.name].cast(field.type) for field in EVENTS.schema], schema=EVENTS.schema)
        return table.take(pa.array(np.lexsort((mix(rows["seed"], "tie"), rows["time"]))))


def events_ids(rows: Columns) -> list[str]:
    """Identifiers of requests."""
    return [f"req_{x:016x}" for x in mix(rows["seed"], "event id").tolist()]


def _iso(us: int) -> str:
    return datetime.fromtimestamp(us // 1_000_000, UTC).isoformat()


def _named(front: str, seeds: U64, length: int) -> pa.Array:
    return pa.array([None if x == 0 else front + f"{x:016x}"[:length] for x in seeds.tolist()], pa.string())


def _by_section(number: I64, rows: Rows, none: int | None = None) -> pa.Array:
    """The text of each row's section; null where the number is ``none``."""
    order = np.argsort(number, kind="stable")
    pieces = []
    for group in np.split(order, np.flatnonzero(np.diff(number[order])) + 1):
        which = int(number[group[0]])
        pieces.append(pa.nulls(len(group), pa.string()) if which == none else write(GENRES[which], rows.take(group)))
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_arrays(pieces).take(pa.array(back))


def _texts(rows: Columns) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Prompt, system prompt and abridged answer of each request."""
    topic = rows["topic"]
    task = _by_section(rows["genre"], Rows(rows["text"], rows["author"], topic))
    own = pa.array(rows["styled"])
    task = pc.if_else(own, styled(task, Rows(rows["seed"], rows["voice"], topic)), task)
    framed = _by_section(rows["frame"], Rows(rows["frame_seed"], rows["frame_seed"], topic * 0, task), none=0)
    prompt = pc.coalesce(framed, task)
    setting = Rows(rows["system_seed"], rows["system_seed"], below(rows["system_seed"], len(TOPICS), "topic"))
    system = _by_section(rows["system_genre"], setting, none=0)
    language = np.zeros(len(topic), np.int64)
    for code, name in enumerate(LANGUAGES):
        if f"{name}.ask" in GENRES:
            language[rows["genre"] == GENRES.index(f"{name}.ask")] = code + 1
    answers = Rows(mix(rows["seed"], "answer"), rows["author"], topic)
    pieces = [write("answer", answers)] + [write(FRAGMENTS[name], answers) for name in LANGUAGES]
    response = pc.choose(pa.array(language), *pieces)
    return prompt, system, pc.if_else(pa.array(rows["status"] == 200), response, pa.scalar(None, pa.string()))


def _hashes(texts: pa.Array) -> U64:
    """A 64-bit hash of each text."""
    coded = pc.dictionary_encode(texts, null_encoding="encode")
    found = [hashlib.blake2b((text or "").encode(), digest_size=8).digest() for text in coded.dictionary.to_pylist()]
    return np.asarray(np.frombuffer(b"".join(found), np.uint64)[coded.indices.to_numpy()])


def _chain(rows: Columns, prompt: pa.Array, system: pa.Array) -> tuple[I64, I64]:
    """Keys of all messages sent; the same first question has the same key, later turns hold answers, which differ."""
    context = mix(_hashes(prompt), _hashes(system))
    parent = np.zeros(len(context), np.uint64)
    salted = mix(context, rows["seed"])
    for turn in range(1, LONGEST):
        now = np.flatnonzero(rows["turn"] == turn)
        parent[now] = context[now - 1]
        context[now] = mix(context[now - 1], salted[now])
    one = np.uint64(1)
    return (context >> one).astype(np.int64), (parent >> one).astype(np.int64)


def _tokens(rows: Columns, prompt: pa.Array, system: pa.Array) -> Columns:
    """Tokens sent, answered and thought; a conversation carries what came before."""
    size = pc.utf8_length(prompt).to_numpy(zero_copy_only=False) / 3.9
    head = pc.fill_null(pc.utf8_length(system), 0).to_numpy(zero_copy_only=False) / 3.9 + 90.0 * (rows["tools"] != 0)
    chance = np.clip(unit(rows["seed"], "long") + unit(rows["text"], "long"), 0.02, 1.98) - 1
    answered = rows["long"] * np.exp(1.1 * chance) * np.where(rows["turn"] > 0, 0.7, 1.0)
    thinks = unit(mix(rows["account"].astype(np.uint64), "thinks")) < np.where(rows["model"] == 2, 0.75, 0.35)
    thought = np.where(thinks, answered * (0.3 + 1.2 * unit(rows["seed"], "thought")), 0)
    limit = np.array([row[2] or 100_000 for row in SAMPLINGS])[rows["sampling"]]
    whole = np.minimum(answered + thought, limit)
    fine = rows["status"] == 200
    sent = size + head + 4
    cached = np.zeros(len(sent))
    for turn in range(1, LONGEST):
        now = np.flatnonzero(rows["turn"] == turn)
        sent[now] = sent[now - 1] + whole[now - 1] + size[now]
        cached[now] = np.floor(sent[now - 1] / 64) * 64
    output = np.where(fine, np.maximum(whole, 1), 0)
    values = {
        "input_tokens": sent,
        "cached_tokens": cached * fine,
        "output_tokens": output,
        "reasoning_tokens": np.minimum(thought, output),
    }
    return {name: value.astype(np.int32) for name, value in values.items()}


def _write_days(events: pa.Table, folder: Path) -> None:
    """A file for each day of the log."""
    day = events["timestamp"].cast(pa.int64()).to_numpy() // DAY_US
    for start, end in zip(*_runs(day), strict=True):
        name = datetime.fromtimestamp(int(day[start]) * 86_400, UTC).date().isoformat()
        pq.write_table(events.slice(start, end - start), folder / f"{name}.parquet")


def _runs(values: I64) -> tuple[list[int], list[int]]:
    starts = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist()]
    return starts, [*starts[1:], len(values)]
