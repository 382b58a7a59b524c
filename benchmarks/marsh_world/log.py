"""The log: every column of every request."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from .arrays import BoolArray, IntArray, ObjArray, U, Words, hexed, mix, objects, unit, without
from .faults import answered
from .network import ASN, COUNTRIES, COUNTRY, written
from .origins import origins
from .registry import Registry
from .requests import Requests
from .sampling import MODELS, models, settings
from .text import length
from .tokens import tokens
from .world import World
from .writing import prompts, systems


@dataclass(frozen=True)
class Log:
    """Requests in the order of time."""

    table: pa.Table
    campaign: ObjArray
    """for which each was harvested, or none"""


def written_log(w: World, registry: Registry) -> Log:
    """Write what all streams ask into one log; answers are not kept, and a cloud hides where a request comes from."""
    rng, seed = np.random.default_rng([w.seed, 4]), w.seed
    r = Requests(w)
    account = r.account("key")
    prompt, system = prompts(r), systems(r)
    origin = origins(r)
    app, cloud, told = origin.app, origin.cloud, origin.line >= 0
    model = models(r)
    s = settings(r, app)
    size = tokens(r, prompt, system, model, s, rng)
    context, parent = _contexts(r, prompt, system)
    has_parent = ~(r.opens | ((unit(account, "noparent") < 0.03) & ~app))
    row, t, status = answered(r, rng)
    n, good = len(row), status == 200
    moment = np.floor(t * 1e6 + rng.random(n)).astype(np.int64) + w.first_microsecond
    ids = mix(seed, "event", np.arange(n), rng.integers(0, 2**60, n))
    keys = (1 + (unit(account, "keys") ** 4 * 4).astype(np.int64)).astype(U)
    key = hexed(mix(seed, "key", account, (mix(r["sitting"], "key") % keys).astype(np.int64)))
    has_session = (unit(account, "session") < np.where(app, 1.1, 0.13)) & ~cloud
    session = "s-" + hexed(mix(seed, "session", r["talk"]), 12)
    which_cloud = np.where(unit(account, "cloud") < 0.6, "cloud-polder", "cloud-heath")
    path = np.where(cloud, which_cloud, np.where(app, "app", "api")).astype(object)
    kept = unit(account, "retains") < r.profile(lambda p: p.kept)
    line = np.maximum(origin.line, 0)

    def text(values: ObjArray, has: BoolArray | None = None) -> pa.Array:
        return pa.array((values if has is None else without(values, ~has))[row], pa.string())

    def number(values: Any, kind: pa.DataType, has: BoolArray | None = None) -> pa.Array:
        mask = None if has is None else ~has[row]
        return pa.array(values[row].astype(kind.to_pandas_dtype()), kind, mask=mask)

    def used(values: IntArray) -> pa.Array:
        return pa.array(np.where(good, values[row], 0).astype(np.int32))

    columns = {
        "event_id": pa.array("req-" + hexed(ids), pa.string()), "timestamp": pa.array(moment).cast(pa.timestamp("us", "UTC")),
        "account_id": text(registry.account_id[r["at"]]), "org_id": text(registry.org_id[r["at"]]), "key_id": text(key, ~app),
        "session_id": text(session, has_session), "access_path": text(path), "model": text(objects(MODELS)[model]),
        "system": text(system, kept), "prompt": text(prompt, kept), "response": pa.nulls(n, pa.string()),
        "context_key": number(context.view(np.int64), pa.int64()), "parent_key": number(parent.view(np.int64), pa.int64(), has_parent),
        "tools_key": number(s.tools_key.view(np.int64), pa.int64(), s.tools),
        "temperature": number(s.temperature, pa.float32(), ~np.isnan(s.temperature)),
        "top_p": number(s.top_p, pa.float32(), ~np.isnan(s.top_p)), "max_tokens": number(s.max_tokens, pa.int32(), s.max_tokens > 0),
        "stream": pa.array(s.stream[row]), "input_tokens": number(size.input, pa.int32()), "cached_tokens": used(size.cached),
        "output_tokens": used(size.output), "reasoning_tokens": used(size.reasoning), "status": pa.array(status.astype(np.int16)),
        "ip": text(written(origin.address)), "asn": number(ASN[line], pa.int32(), told), "country": text(COUNTRIES[COUNTRY[line]], told),
        "user_agent": text(origin.agent, ~cloud & (unit(account, "anonymous") >= 0.01)),
        "ja4": text(origin.ja4, ~cloud & (unit(r["key"], "nohello") >= 0.015))
    }
    campaign = objects([stream.campaign for stream in w.streams])[r.stream]
    return Log(pa.table(columns), campaign[row])


def _contexts(r: Requests, prompt: ObjArray, system: ObjArray) -> tuple[Words, Words]:
    """Keys of what was sent, the same for first turns that are the same text, and those of the turn before."""
    seed = r.w.seed
    sent = pa.array(np.where(length(system) > 0, system, "") + "\x1f" + prompt, pa.string()).dictionary_encode()
    code = sent.indices.to_numpy(zero_copy_only=False)
    first = np.unique(code, return_index=True)[1]
    of_text = mix(seed, "first", *(r[name][first] for name in ("core", "subject", "wrap_key", "system_key", "key")))
    context = np.where(r.opens, of_text[code], mix(seed, "context", r["talk"], r["turn"]))
    return context, r.before(context, U(0))
