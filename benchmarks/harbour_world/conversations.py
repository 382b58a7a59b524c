"""What is said: conversations of some turns, as columns of requests."""

import numpy as np

from .text import key64, mix
from .world import MODEL_AT

USUAL_MODELS = {"pier-mini-2": 50, "pier-xl-2": 30, "pier-reason-1": 12, "pier-code-1": 6, "pier-mini-1": 2}
CLIENT_COLUMNS = ("user_agent", "ja4", "temperature", "top_p", "max_tokens", "stream", "path", "tools")
LETTERS_A_TOKEN = 3.9
TOKENS_OF_TOOLS = 900


def to_others(rng, pool, share):
    """A hand-over: a share of later turns goes to another account of a pool, whichever it is."""

    def hand_over(accounts, turn):
        at = np.flatnonzero((turn > 0) & (rng.random(len(accounts)) < share))
        accounts = accounts.copy()
        accounts[at] = pool[rng.integers(0, len(pool), len(at))]
        return accounts

    return hand_over


def talk(
    world,
    accounts,
    times,
    first,
    turns=None,
    follow=None,
    trade=None,
    system=None,
    models=None,
    gap=75.0,
    hand_over=None,
    harvest=False,
    lines=None,
    answer=420.0,
    old_key=False,
    sessions=True,
    worn=None,
):
    """Hold conversations; whatever is not said is as the account has it.

    Args:
        world: where they are held.
        accounts: account of each conversation.
        times: start of each, Unix time.
        first: first prompt of each.
        turns: number of requests of each, by default one.
        follow: symbols of later prompts by weight.
        trade: trade number of each.
        system: system prompt of each.
        models: names by weight, or a number for each.
        gap: usual seconds between turns.
        hand_over: (account, turn) of every request to the account that sends it.
        harvest: whether these requests are harvest.
        lines: (address, network, country) of each.
        answer: usual tokens of an answer.
        old_key: calls with the first key of the account, rotated or not.
        sessions: whether a session may be logged.
        worn: client columns that differ from those of the account (a stolen key in another client), each an array or one value.
    """
    rng, registry, n_talks = world.rng, world.registry, len(accounts)
    if n_talks == 0:
        return
    turns = np.ones(n_talks, int) if turns is None else np.maximum(1, turns)
    begins = np.cumsum(turns) - turns
    of = np.repeat(np.arange(n_talks), turns)
    n = len(of)
    turn = np.arange(n) - begins[of]
    account = accounts[of] if hand_over is None else hand_over(accounts[of], turn)

    prompt = np.asarray(first, object)[of]
    later = np.flatnonzero(turn > 0)
    if len(later):
        prompt[later] = mix(rng, follow or {"follow": 1}, len(later), None if trade is None else trade[of][later])
    instruction = registry["system"][account] if system is None else system[of]
    context, parent = _chain(instruction, prompt, turn)
    when = _turn_times(rng, times, of, begins, turn, gap)
    when = _not_before_registration(rng, when, registry["created"][account], turn)
    if lines is None:
        line = registry.draw_lines(rng, accounts)[of]
        ip, asn, country = (column[account, line] for column in registry.lines)
    else:
        ip, asn, country = (column[of] for column in lines)
    if not isinstance(models, np.ndarray):
        models = models or USUAL_MODELS
        share = np.array(list(models.values()), float)
        models = np.array([MODEL_AT[name] for name in models])[rng.choice(len(share), n_talks, p=share / share.sum())]
    model = models[of]
    client = _client(registry, account, of, n_talks, worn or {})
    key = rng.integers(0, 1 << 30, n_talks)[of] % registry["n_keys"][account]
    key += np.where(when > world.at_day(registry["rotated"][account]), 10, 0)
    logged = ((turns > 1) | (rng.random(n_talks) < 0.35))[of] & sessions
    name = np.char.add(f"{len(world.blocks)}.", of.astype(str)).astype(object)
    world.blocks.append(
        client
        | _tokens(rng, registry, account, prompt, instruction, model, begins[of], answer)
        | {
            "account": account, "time": when, "prompt": prompt, "system": instruction, "context": context,
            "parent": parent, "turn": turn, "model": model, "ip": ip, "asn": asn, "country": country,
            "key": np.zeros(n, int) if old_key else key, "session": np.where(logged, name, None),
            "harvest": np.full(n, harvest),
        }
    )


def _turn_times(rng, times, of, begins, turn, gap):
    waits = np.where(turn > 0, rng.lognormal(np.log(gap), 0.8, len(of)), 0)
    passed = np.cumsum(waits)
    return times[of] + passed - passed[begins[of]]


def _not_before_registration(rng, when, created, turn):
    """A talk that reaches an account before it is registered waits for it, and so do the turns after."""
    early = when < created
    when = np.where(early, created + rng.exponential(1800, len(when)) + 20, when)
    for k in range(1, int(turn.max()) + 1):
        at = np.flatnonzero(turn == k)
        when[at] = np.maximum(when[at], when[at - 1] + 2)
    return when


def _chain(instruction, prompt, turn):
    """Keys of what a request holds: of the system prompt and the prompts up to its own, and up to the one before."""
    seen: dict = {}
    base = np.array([seen[s] if s in seen else seen.setdefault(s, key64(s or "")) for s in instruction], np.int64)
    said = np.array([key64(text) for text in prompt], np.int64)
    context, parent = np.zeros(len(turn), np.int64), np.zeros(len(turn), np.int64)
    with np.errstate(over="ignore"):
        for k in range(int(turn.max()) + 1):
            at = np.flatnonzero(turn == k)
            if k:
                parent[at] = context[at - 1]
            before = parent[at] if k else base[at]
            mixed = (before * np.int64(6364136223846793005)) ^ (said[at] * np.int64(-7046029254386353131) + np.int64(1442695040888963407))
            context[at] = mixed ^ (mixed >> 29)
    return context, parent


def _client(registry, account, of, n_talks, worn):
    columns = {}
    for name in CLIENT_COLUMNS:
        columns[name] = registry[name][account]
        if name in worn:
            value = np.empty(n_talks, columns[name].dtype)
            value[:] = worn[name]
            columns[name] = value[of]
    return columns


def _tokens(rng, registry, account, prompt, instruction, model, begin, answer):
    """Tokens sent, read from a cache, answered and thought; a later turn sends all that went before it."""
    n = len(account)
    of_prompt = np.array([len(text) for text in prompt]) / LETTERS_A_TOKEN
    of_system = np.array([len(text) if text else 0 for text in instruction]) / LETTERS_A_TOKEN
    of_tools = np.array([0 if tools is None else TOKENS_OF_TOOLS for tools in registry["tools"][account]])
    small = np.where(model == MODEL_AT["pier-mini-2"], 0.7, 1)
    answered = rng.lognormal(np.log(answer), 0.55, n) * (0.5 + np.minimum(of_prompt, 900) / 300) * small
    answered = np.maximum(1, answered).astype(int)
    most = registry["max_tokens"][account]
    answered = np.minimum(answered, np.where(most > 0, np.maximum(most, 64), 16000))
    thinks = np.isin(model, (MODEL_AT["pier-reason-1"], MODEL_AT["pier-reason-2"]))
    thought = np.where(thinks, rng.lognormal(6.6, 0.7, n), 0).astype(int)
    before = np.cumsum(of_prompt + answered) - (of_prompt + answered)
    history = before - before[begin]
    head = of_system + of_tools + history
    sent = (of_prompt + head + 6).astype(int)
    cached = np.where((head > 256) & (rng.random(n) < 0.75), head.astype(int) // 128 * 128, 0)
    return {"sent": sent, "cached": np.minimum(cached, sent), "answered": answered, "thought": thought}
