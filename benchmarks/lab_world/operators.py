"""Operators: a pool of accounts behind a gateway, a queue of jobs, a schedule.

They draw tasks, agents and tools from the same places as innocents.
"""

import bisect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import jobs
from .networks import FREE, LANGUAGES, Network, mixed_network
from .plans import Plan
from .shared import PUBLIC, bench, heavy

DAY_S = 86400
NEVER_S = 1e18


@dataclass
class Member:
    """An account of a pool, as the gateway sees it."""

    client: int
    network: Network
    shift: float
    country: str
    weight: float
    voice: tuple[float, ...]
    app: int


class Operator:
    """One operator at work in a world."""

    def __init__(self, world, plan: Plan):
        self.world, self.plan = world, plan
        rng, text = world.rng, world.text
        self.n = n = max(24, int(plan.accounts * min(1.3, world.scale**0.5)))
        self.requests = int(plan.requests * world.scale)
        self.first_day, self.last_day = plan.first_day, plan.last_day or world.days
        self.n_asked = 0
        self.bench = bench(world, *rng.choice(PUBLIC))
        if jobs.fixed_trace in plan.make:
            opening = rng.choice(["You are a careful expert. ", "", "System notice: "])
            self.injected = opening + text.elicit(3)
        else:
            expert = "You are an expert. " + text("mcons")
            self.injected = rng.choice([None, "You are a helpful assistant.", expert])
        self.template = rng.choice(
            [
                "You are an expert in a {subject}. " + text.elicit(2) + "\nItem {i}: {q}",
                "### Task {i} ({subject})\n{q}\n### Requirements\n" + text.elicit(2) + " " + text.elicit(1),
            ]
        )
        self.rubric = text("rubric") + " " + text("rubric")
        self.pool = [text.task(rng.choice(plan.families)) for _ in range(400)]
        self.voices = [text.new_voice() for _ in range(60)]
        self.users = [self._user() for _ in range(plan.users)] if jobs.relay in plan.make else []
        self.cards = [world.card() for _ in range(max(1, n // max(1, plan.cards)))]
        self.phones = [world.hex_id(16) for _ in range(max(1, n // max(1, plan.phones)))]
        endings = [".xyz", ".top", ".site", ".online", ".club"]
        self.domains = [text("sy") + text("sy") + rng.choice(endings) for _ in range(max(2, n // 25))]
        self.exits = [world.cloud_ip() for _ in range(max(3, n // 12))]
        self.members: dict[int, Member] = {}
        stacks = [plan.client] if plan.client != "many" else ["py", "py", "node", "go"]
        self.clients = [self._client(stack, path) for stack in stacks for path in plan.paths]
        self.turn = 0
        self.slots: list[list[tuple[float, float, int]]] = []

    def _client(self, stack, path):
        plan = self.plan
        if stack == "app":
            return self.world.client("app")
        return self.world.client(stack, plan.temp, plan.top_p, plan.max_tokens, path=path)

    def _user(self):
        world, text = self.world, self.world.text
        if world.random() < 0.5:
            return "agent", world.rng.choice(world.public_agents)
        own = text.agent_prompt(text("prop"), 5)
        system = world.rng.choice([None, None, "You are a helpful assistant.", own])
        return "chat", system, text.new_voice(), world.rng.choice(["zh", "zh", None, None, "id", "es"])

    # the pool

    def network(self, country):
        """Where a new account's requests leave from."""
        world = self.world
        match self.plan.infra:
            case "sticky":
                return Network(world, "home", country, lease=2 + world.random() * 6)
            case "rotate":
                return Network(world, "rotate", country)
            case "cloud":
                return Network(world, "fixed", ips=[world.rng.choice(self.exits) for _ in range(2)])
            case "vpn":
                return Network(world, "hourly", ips=world.vpn)
            case "cgnat":
                return Network(world, "hourly", ips=world.carriers[country])
            case "person":
                return world.person_network(country)
        home, rotating = Network(world, "home", country), Network(world, "rotate", country)
        return mixed_network(world, [home, rotating, Network(world, "hourly", ips=world.vpn)], 0.6)

    def _created(self, t):
        world = self.world
        signup = self._one(self.plan.signup)
        begin = self.first_day * DAY_S
        if signup == "burst":
            at = max(begin, t) if t > begin + 1 else begin - world.rng.uniform(0.05, 1.2) * DAY_S
            return at - world.random() * 7200
        if signup == "drip":
            return t - world.rng.expovariate(1 / 2.0) * DAY_S - 600
        if signup == "late":
            return t - world.random() * 3600 - 60
        return t - world.rng.uniform(25, 320) * DAY_S

    def _one(self, choice):
        return choice if isinstance(choice, str) else self.world.rng.choice(choice)

    def _domain(self):
        match self._one(self.plan.mail):
            case "disposable":
                return self.world.rng.choice(self.domains)
            case "catchall":
                return self.domains[0]
            case "firm":
                return self.world.firm()
        return self.world.rng.choice(FREE)

    def new(self, t):
        """An account that must be ready at time t."""
        world, plan, rng = self.world, self.plan, self.world.rng
        country = plan.country if plan.country != "*" else world.country()
        network = self.network(country)
        created, domain = self._created(t), self._domain()
        kind = self._one(plan.kind)
        payment = "yes" if plan.cards == 1 else None if plan.cards == 0 else rng.choice(self.cards)
        phone = "maybe" if plan.phones == 1 else None if plan.phones == 0 else rng.choice(self.phones)
        account = world.account(
            plan.attack, campaign=plan.campaign, created=created, kind=kind, country=country, net=network,
            domain=domain, payment=payment, phone=phone, verified=False,
        )
        self.members[account] = Member(
            client=rng.choice(self.clients),
            network=network,
            shift=rng.gauss(0, 4),
            country=country,
            weight=math.exp(rng.gauss(0, plan.skew)) if plan.skew else 1.0,
            voice=world.text.new_voice(),
            app=world.client("app"),
        )
        return account

    def acquire(self):
        """Fill the slots with chains of accounts: banned, replaced."""
        world, plan = self.world, self.plan
        for _ in range(self.n):
            t, chain = self.first_day * DAY_S, []
            while t < min(self.last_day * DAY_S, world.end):
                account = self.new(t)
                ban = t + world.rng.expovariate(1 / (plan.life_days * DAY_S)) if plan.life_days else NEVER_S
                if ban < world.end:
                    world.registry["banned"][account] = ban
                    chain.append((t, ban, account))
                    t = ban + world.rng.expovariate(1 / (plan.replaced_days * DAY_S + 1))
                else:
                    chain.append((t, NEVER_S, account))
                    break
            self.slots.append(chain)
        total, self.cumulative = 0.0, []
        for chain in self.slots:
            total += self.members[chain[0][2]].weight if chain else 0.0
            self.cumulative.append(total)
        self.offsets = [world.rng.uniform(-3, 9) for _ in self.slots]
        self.days_off = [set(world.rng.sample(range(7), world.rng.choice([1, 2, 2, 3]))) for _ in self.slots]

    def at(self, slot, t):
        """The account of a slot that can be used at that time."""
        for begin, end, account in self.slots[slot]:
            if begin <= t < end:
                return account
        return None

    def _by_load(self):
        return min(self.n - 1, bisect.bisect(self.cumulative, self.world.random() * self.cumulative[-1]))

    def choose(self, t, key=None):
        """The account that takes the next job."""
        plan = self.plan
        for attempt in range(40):
            if plan.assign == "rr":
                slot = self.turn = (self.turn + 1) % self.n
            elif plan.assign == "sticky" and key is not None and attempt == 0:
                slot = key % self.n
            else:
                slot = self._by_load()
                if plan.assign == "shift" and attempt < 30 and not self._awake(slot, t):
                    continue
            account = self.at(slot, t)
            if account is not None:
                return account
        return self.world.rng.choice(list(self.members))

    def _awake(self, slot, t):
        hour = (t / 3600 + self.plan.zone + self.offsets[slot]) % 24
        weekday = int((t / 3600 + self.plan.zone) // 24) % 7
        return 8 <= hour < 20 and weekday not in self.days_off[slot]

    def where(self, account, client=None):
        """Account, client and network of a request."""
        member = self.members[account]
        return account, client if client is not None else member.client, member.network

    # the work

    def run(self):
        """Acquire accounts, do the work, cover it; returns the number of harvesting requests."""
        world, plan = self.world, self.plan
        self.acquire()
        before, made = world.size, 0
        while made < self.requests:
            for t in self.starts(self.requests - made):
                if made >= self.requests:
                    break
                size = world.size
                self.do(t)
                made += world.size - size
        harvested = world.size - before
        if plan.cover:
            self.cover(harvested)
        if plan.others:
            self.serve_others(harvested)
        if plan.history:
            self.live_before()
        return harvested

    def starts(self, missing):
        """When jobs begin; the quota cuts at random, not at the end of the window."""
        world, plan = self.world, self.plan
        long = any(make in (jobs.agent, jobs.relay, jobs.selfplay) for make in plan.make)
        n = max(20, int(missing / (4.0 if long else 1.3) / plan.samples))
        times = world.times(n, plan.rhythm, plan.zone, self.first_day, self.last_day, 0.25).tolist()
        releases = [d for _, d in world.models if d > self.first_day]
        if plan.pivot and releases:
            new = releases[0] * DAY_S
            redone = []
            for t in times:
                stays = world.random() < 0.45 or t > new
                redone.append(t if stays else new + 3600 + world.rng.expovariate(1 / 90000.0))
            times = sorted(redone)
        world.rng.shuffle(times)
        return times

    def do(self, t):
        """One job, as often as it is sampled, and what follows it."""
        world, plan = self.world, self.plan
        job = world.rng.choice(plan.make)(world, self)
        key = world.rng.getrandbits(30)
        model = world.model(t, "new" if plan.pivot or plan.prefer == "new" else plan.prefer)
        first = self.choose(t, key)
        for sample in range(plan.samples):
            account = first if sample == 0 else self.choose(t + sample)
            balanced = len(job.turns) > 1 and plan.hand
            sender = self._balanced(account, job.client) if balanced else self._sender(account, job.client)
            start = t + sample * (2 + 3 * world.random())
            client = job.client if job.client is not None else self.members[first].client
            session = world.clients[client][0] == "app" or world.random() < (0.6 if job.tools else 0.15)
            _, end, _, response = world.converse(
                start, sender, None, job.system, job.turns, None, job.out, job.gap, job.tools, model, plan.campaign,
                session=session,
            )
        if plan.verify and world.random() < plan.verify:
            self._verify(job, end, response, model)
        if plan.clean and world.random() < plan.clean:
            self._follow(end, 1 / 2000.0, lambda: world.text("tr_clean"), 700, model)

    def _balanced(self, account, client):
        """A later turn may leave from another key."""
        current, begun = account, False

        def sender(t):
            nonlocal current, begun
            if begun and self.world.random() < self.plan.hand:
                current = self.choose(t)
            begun = True
            return self.where(current, client)

        return sender

    def _sender(self, account, client):
        """A banned account's requests go to another key."""

        def sender(t):
            ban = self.world.registry["banned"][account]
            return self.where(self.choose(t) if ban is not None and t > ban else account, client)

        return sender

    def _verify(self, job, end, response, model):
        """Another account checks the answer."""
        text = self.world.text
        self._follow(
            end, 1 / 240.0, lambda: f"{text('rubric')}\n\n{job.turns[0]}\n\n{response or text('asst')}", 120, model
        )

    def _follow(self, end, rate, prompt: Callable[[], str], out: int, model: Any):
        world = self.world
        account = self.choose(end)
        t = end + world.rng.expovariate(rate)
        world.converse(
            t, lambda _: self.where(account), None, None, [prompt()], None, out, 5, None, model, self.plan.campaign,
            session=False,
        )

    # what is not harvest

    def cover(self, harvested):
        """Each account lives like somebody."""
        world, plan, rng = self.world, self.plan, self.world.rng
        accounts = [account for chain in self.slots for _, _, account in chain]
        each = harvested * plan.cover / max(0.05, 1 - plan.cover) / max(1, len(accounts))
        for account in accounts:
            member = self.members[account]
            n = each * math.exp(rng.gauss(-0.3, 0.8))
            ban = world.registry["banned"][account]
            if n < 0.5:
                continue
            rhythm = rng.choice(["mixed", "evening", "office"])
            in_app = plan.client == "app" or world.random() < 0.3
            mean = 1 + world.random() * 1.5
            language = LANGUAGES.get(member.country) if world.random() < 0.3 else None
            world.chat(
                account, n, rhythm, member.country, member.app if in_app else member.client, member.network,
                member.voice, d0=max(self.first_day, 0), d1=min(self.last_day, (ban or NEVER_S) / DAY_S), mean=mean,
                language=language,
            )

    def serve_others(self, harvested):
        """Paying customers whose traffic the pool carries as well."""
        world, plan, text = self.world, self.plan, self.world.text
        n = int(harvested * plan.others / (1 - plan.others) / 2.2)
        for t in world.times(n, "mixed", plan.zone, self.first_day, self.last_day, 0.4).tolist():
            account = self.choose(t)

            def sender(at, account=account):
                return self.where(account if world.random() < 0.8 else self.choose(at))

            own = text("sent")
            agent = world.agent(world.rng.choice(world.public_agents))[0]
            system = world.rng.choice([None, own, agent])
            world.converse(t, sender, None, system, world.turns(text.new_voice(), text.task(), 2.2), None)

    def live_before(self):
        """Bought accounts with an honest past."""
        world, plan = self.world, self.plan
        for account in [account for chain in self.slots for _, _, account in chain]:
            if world.random() < plan.history and world.registry["created"][account] < 0 and self.first_day > 0.5:
                member = self.members[account]
                world.chat(
                    account, heavy(world, 1.5, 0.8, 30), "evening", member.country, member.app,
                    world.person_network(member.country), member.voice, d0=0, d1=self.first_day,
                )
