"""What requests ask of the provider: the model, sampling parameters, tools."""

from dataclasses import dataclass

import numpy as np

from .arrays import DAY, BoolArray, FloatArray, IntArray, U, Words, choose, mix, pick, unit
from .profiles import Profile
from .requests import Requests
from .subjects import SUBJECT

MODELS = ("heron-mini-2", "heron-2", "heron-max-2", "heron-max-3")
"""the last comes out within the window, and takes the place of the third"""
TEMPERATURES = {np.nan: 34, 0.0: 18, 0.2: 10, 0.3: 6, 0.5: 4, 0.7: 14, 0.8: 6, 1.0: 8}
TOP_PS = {np.nan: 72, 0.9: 8, 0.95: 10, 1.0: 7, 0.8: 3}
MAX_TOKENS: dict[float, int] = {0: 30, 512: 6, 1024: 14, 2048: 20, 4096: 18, 8192: 9, 16000: 3}


def models(r: Requests) -> IntArray:
    """Row of MODELS for each request; people stay with one mostly."""
    share = np.array([stream.profile.models for stream in r.w.streams])[r.stream]
    bounds = share.cumsum(1) / share.sum(1, keepdims=True)
    level = np.where(unit(r["talk"], "othermodel") < 0.12, unit(r["talk"], "model"), unit(r["actor"], "model"))
    model = (level[:, None] >= bounds[:, :2]).sum(1)
    adopt = r.profile(lambda p: p.adopt)
    late = -np.log1p(-unit(r["actor"], "adopts")) * np.maximum(adopt, 0.15)
    stays = unit(r["actor"], "pinned") < np.where(adopt > 2, 0.35, 0.05)
    return np.where((model == 2) & (r["t"] / DAY > r.w.release + late) & ~stays, 3, model)


def _crowd(p: Profile) -> str:
    """The crowd whose settings are followed, where these are of a crowd."""
    return p.settings.removeprefix("as:") if p.settings.startswith("as:") else p.name


@dataclass(frozen=True)
class Settings:
    """One row a request."""

    temperature: FloatArray
    """not a number where none is set"""
    top_p: FloatArray
    max_tokens: IntArray
    """0 where none is set"""
    stream: BoolArray
    tools: BoolArray
    """whether tools are sent"""
    tools_key: Words


def settings(r: Requests, app: BoolArray) -> Settings:
    """Sampling parameters and tools; none are set in the app."""
    seed, account = r.w.seed, r.account("key")
    whose = r.names(lambda p: p.settings)
    crowd = np.array([mix(seed, "params", _crowd(stream.profile)) for stream in r.w.streams], U)[r.stream]
    key = np.select([whose == "own", whose == "group", whose == "each"], [r["actor"], r["group"], r["talk"]], crowd)
    unset = app | (whose == "default")

    def drawn(levels: dict[float, int], salt: str, none: float) -> FloatArray:
        return np.where(unset, none, np.array(list(levels))[choose(levels.values(), key, salt)])

    stream = app | (unit(np.where(whose == "own", account, key), "stream") < 0.45)
    agentic = (r["subject"] == SUBJECT["agent"]) & ~app & (unit(r["actor"], "agentic") < 0.8)
    tools = (unit(r["actor"], "tools") < r.profile(lambda p: p.tools)) | agentic
    common = mix(seed, "tools", pick(12, account, "kit"))
    of_account = np.where(unit(account, "owntools") < 0.5, mix(account, "tools"), common)
    tools_key = np.where(r["system"] != "", mix(r["system_key"], "tools"), of_account)
    return Settings(
        drawn(TEMPERATURES, "temperature", np.nan), drawn(TOP_PS, "top_p", np.nan),
        drawn(MAX_TOKENS, "max", 0).astype(np.int64), stream, tools, tools_key
    )
