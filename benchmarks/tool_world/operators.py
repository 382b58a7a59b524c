"""Operators: slots of accounts, a queue of tasks, an identity budget, a schedule."""

import bisect

from .habits import DEVELOPER_FAMILIES, some_families
from .plans import Plan
from .registry import key64
from .surfaces import DAY
from .text import TOPICS

EXITS = ("US", "BR", "IN", "ID", "TR", "PL", "MX", "VN", "DE", "ES")
DISPOSABLE = [
    "mailhopper.example", "tenmin-inbox.example", "sparebox.example", "dropmail7.example", "quickpost.example",
    "outlook.com", "gmail.com",
]
PERSONAS = (
    "As a {tone} {n} specialist in {city}, for {aud}: ", "Context: {sentence} ", "For {aud}: ",
    "In the setting of a {adj} {n} at {company}, ", "Suppose {person} works on a {n}. ",
)
RUBRIC = (
    "You are a strict grader. Score correctness, reasoning and style from 0 to 10, list the faults, then write the "
    "answer you would give. Output {fmt} with the keys {ident}, {ident}, {ident}.\n\n"
)
OWN_CLIENTS = 999
"""so many clients: every account has its own"""


class Operator:
    """One operator at work in a world."""

    def __init__(self, world, plan: Plan, campaign):
        self.world, self.plan, self.campaign = world, plan, campaign
        rng, text = world.rng, world.text
        self.n_accounts, self.n_requests = world.scaled(plan.accounts), world.n_events * plan.share
        self.stream = rng.random() < 0.4
        self.first = world.start + plan.start * DAY
        self.last = world.end if plan.end is None else world.start + plan.end * DAY
        self.clients = [world.client(self._kind_of_client()) for _ in range(plan.n_clients)]
        n_cards = max(1, self.n_accounts // plan.per_card) if plan.card == "groups" else 1
        self.cards = [world.hex_id() for _ in range(n_cards)]
        self.phones = [world.hex_id() for _ in range(max(1, self.n_accounts // 8))]
        self.fixed = world.library[3] if plan.wrap == "library" else text.elicit_fixed()
        self.frames = [text.elicit_fixed() for _ in range(40)]
        self.n_tasks = 0
        self.accounts = []
        self.egress = None
        if plan.ip == "cloud":
            self.egress = [world.cloud() for _ in range(4)]
        elif plan.ip == "vpn":
            self.egress = [world.vpn() for _ in range(8)]
        self.rubric = text.expand(RUBRIC, "edu")
        self.models = [rng.choice(world.models)] * 6 + [rng.choice(world.models)]
        self.adopts = [
            (t + rng.expovariate(1 / (1.5 * DAY)), model) for model, t in world.new_models if rng.random() < 0.6
        ]
        self.purge = world.start + plan.purge_day * DAY if plan.purge_day else None
        self.slots = []
        if self.n_requests >= 1:
            self.acquire()

    def _kind_of_client(self):
        client = self.plan.client
        return client if isinstance(client, str) else self.world.rng.choice(client)

    # the pool

    def _exits(self, country):
        world, rng = self.world, self.world.rng
        match self.plan.ip:
            case "resi":
                return [self._residential(country) for _ in range(rng.randint(3, 9))]
            case "rot":
                return [world.home(rng.choice(EXITS)) for _ in range(60)]
            case "sticky":
                return [world.home(country)]
            case "cloud":
                return self.egress
            case "vpn":
                return rng.sample(self.egress, 3)
            case "cgn":
                return [world.carrier(country) for _ in range(2)]
        return None

    def _residential(self, country):
        world, rng = self.world, self.world.rng
        if rng.random() < 0.25:  # an innocent's own line
            return rng.choice(world.accounts[rng.randrange(world.n_innocents)].ips)
        return world.home(country)

    def _domain(self):
        rng = self.world.rng
        disposable = rng.choice(DISPOSABLE)
        mixed = rng.choice(DISPOSABLE) if rng.random() < 0.35 else None
        return {"free": None, "disp": disposable, "mixed": mixed}[self.plan.email]

    def account(self, created, slot):
        """A person's own profile, for cover, and then what the operator imposes."""
        world, rng, plan = self.world, self.world.rng, self.plan
        country = rng.choice(plan.countries) if plan.countries else None
        cards = {"one": self.cards[0], "groups": self.cards[slot % len(self.cards)], "unique": "own", "none": "none"}
        country = country or world.country()[0]
        domain = self._domain()
        phone = self.phones[slot // 8 % len(self.phones)] if plan.phone == "shared" else plan.phone
        ips = self._exits(country)
        verified = rng.random() < 0.02
        signup_ip = self.egress[0][0] if self.egress and plan.signup == "burst" else None
        window = (created + rng.expovariate(1 / 1500), world.end)
        client = self._kind_of_client()
        families = some_families(rng) if plan.cover_kind == "persona" else DEVELOPER_FAMILIES
        a = world.person(
            "op:" + plan.name, campaign=self.campaign, country=country, payment=cards[plan.card], phone=phone, ip=ips,
            domain=domain, created=created, verified=verified, signup_ip=signup_ip, window=window, client=client,
            families=families, hours=plan.hours if plan.hours != "flat" else "allday",
            language="auto" if plan.languages is None else rng.choice(plan.languages), kind=plan.kind,
        )
        a.habits["client"] = rng.choice(self.clients) if plan.n_clients < OWN_CLIENTS else a.clients[0]
        if plan.params:
            a.stream = self.stream
            a.temperature, a.top_p, a.max_tokens = plan.params
        a.path = rng.choice(plan.paths)
        if a.path == "app":
            a.keys = [None]
            a.temperature = a.top_p = a.max_tokens = None
        else:
            a.keys = [key or "key_" + world.hex_id(10) for key in a.keys]
        self.accounts.append(a)
        return a

    def _created(self, i):
        rng, first = self.world.rng, self.first
        match self.plan.signup:
            case "burst":
                return first - 3600 * rng.uniform(1, 14)
            case "waves":
                return first - DAY * (1 + 3 * (i % 4)) - rng.uniform(0, 3 * 3600)
            case "aged":
                return first - DAY * rng.uniform(25, 240)
        if rng.random() < 0.7:
            return first - DAY * rng.uniform(0.2, 16)
        return rng.uniform(first, first + 0.4 * (self.last - first))

    def acquire(self):
        """Slots hold one account at a time; with bans a slot is refilled within hours."""
        plan = self.plan
        self.left = self.n_accounts
        generations = 1 + ((self.last - self.first) / (plan.ban_days * DAY) if plan.ban_days else 0)
        for slot in range(max(3, int(self.n_accounts / generations))):
            self.slots.append(self._fill(slot))
        self.begins = [[begin for begin, _, _ in chain] for chain in self.slots]

    def _fill(self, slot):
        world, rng, plan = self.world, self.world.rng, self.plan
        life = plan.ban_days * DAY if plan.ban_days else None
        purged, sleeping = self.purge and slot % 2 == 0, self.purge and slot % 2
        created, chain = self._created(slot), []
        t = max(self.first, created)
        if sleeping:
            t = self.purge + 3600 * rng.expovariate(1 / 5.0)
        while True:
            a = self.account(created, slot)
            self.left -= 1
            up = max(a.first, t)
            dies = up + rng.expovariate(1 / life) if life else 1e18
            if purged and dies > self.purge:
                dies = self.purge + rng.uniform(0, 7200)
            if dies <= a.first:
                dies = a.first + 60
            if dies < self.last:
                world.registry[a.number]["banned_at"] = a.last = dies
            chain.append((up, min(dies, self.last), a))
            if dies >= self.last or self.left <= 0:
                break
            t = created = dies + 3600 * rng.expovariate(1 / 5.0)
            if plan.signup == "aged":  # stock bought earlier
                created = min(created, self.first - DAY * rng.uniform(20, 200))
            if t > self.last - 3600 or (purged and t > self.purge):
                break
        return chain

    def at(self, slot, t):
        """The account of a slot that can be used at that time."""
        chain, begins = self.slots[slot % len(self.slots)], self.begins[slot % len(self.slots)]
        i = bisect.bisect_right(begins, t) - 1
        return chain[i][2] if i >= 0 and t < chain[i][1] else None

    def alive(self, t, slot=None):
        """An account that can be used at that time, of this slot if possible."""
        for _ in range(25):
            a = self.at(self.world.rng.randrange(len(self.slots)) if slot is None else slot, t)
            slot = None
            if a:
                return a
        return None

    # what is asked

    def task(self):
        """The next task, its topic and family."""
        rng, plan = self.world.rng, self.plan
        self.n_tasks += 1
        if plan.task_list:
            return plan.task_list[self.n_tasks % len(plan.task_list)], "math", "math"
        topic, family = rng.choice(plan.topics or TOPICS), rng.choice(plan.tasks)
        language = rng.choice(plan.languages) if plan.languages else None
        return self.world.text.task(family, topic, language), topic, family

    def dress(self, task, topic):
        """A task in the operator's frame."""
        rng, text, wrap = self.world.rng, self.world.text, self.plan.wrap
        if self.plan.grade:
            return (self.rubric if wrap == "fixed" else "") + text.task("grade", topic)
        if wrap in ("fixed", "library"):
            return self.fixed + task
        if wrap == "slots":
            return rng.choice(self.frames) + task
        if wrap == "para":
            return text.elicit_anew(task, topic)
        if wrap == "persona":
            return text.expand(rng.choice(PERSONAS), topic) + task[0].lower() + task[1:]
        return task

    # the work

    def run(self):
        """Do the work, then cover it."""
        if self.n_requests < 1:
            return
        rng, plan = self.world.rng, self.plan
        n_cover = int(self.n_requests * plan.cover)
        n_harvest = int(self.n_requests) - n_cover
        schedule = self._schedule(n_harvest)
        done = n = 0
        base = rng.randrange(1000)
        for t, worker in schedule:
            if done >= n_harvest:
                break
            task, topic, family = self.task()
            for sample in range(plan.samples):
                n += 1
                slot = None
                if plan.assign == "balanced":
                    slot = base + n // plan.chunk
                elif plan.assign == "hash":
                    slot = key64(self.n_tasks) % len(self.slots)
                a = worker or self.alive(t, slot)
                if a:
                    done += self.work(a, t + rng.expovariate(1 / 40) + sample * 3, task, topic, family)
        if n_cover:
            self.cover(n_cover)

    def _schedule(self, n_harvest):
        """When jobs begin, and by whom, where people keep their own hours."""
        world, rng, plan = self.world, self.world.rng, self.plan
        if plan.burst:
            n = self._n_jobs(n_harvest)
            times = [rng.choice(plan.burst) + rng.expovariate(1 / (1.2 * DAY)) for _ in range(n)]
            return [(t, None) for t in sorted(min(self.last, max(self.first, t)) for t in times)]
        if plan.assign == "own":
            jobs = []
            budgets = world.budgets(len(self.accounts), n_harvest / max(1, plan.follow + 1), 0.35)
            for a, n in zip(self.accounts, budgets, strict=True):
                hours = plan.hours if plan.hours != "flat" else a.hours
                times = world.times(a, n, hours, max(a.first, self.first), min(a.last, self.last))
                jobs += [(float(t), a) for t in times]
            return sorted(jobs, key=lambda job: job[0])
        first = self.accounts[0]
        zone = first.zone
        if plan.zone is not None:
            first.zone = plan.zone
        times = world.times(first, self._n_jobs(n_harvest), plan.hours, self.first, self.last)
        first.zone = zone
        return [(t, None) for t in sorted(times.tolist())]

    def _n_jobs(self, n_harvest):
        plan = self.plan
        n_turns = (7.9 if plan.agent else 2.1 if plan.relay else plan.turns) + plan.follow
        return int(n_harvest / n_turns / plan.samples) + 1

    def model(self, t):
        """The model that is asked at that time."""
        rng, plan = self.world.rng, self.plan
        if plan.pivot is not None and self.world.new_models:
            out = [model for model, released in self.world.new_models if released <= t]
            return out[-1] if out and rng.random() < plan.pivot else "atlas-3"
        adopted = [model for adopts_at, model in self.adopts if adopts_at <= t]
        return adopted[-1] if adopted and rng.random() < 0.9 else rng.choice(self.models)

    def work(self, a, t, task, topic, family):
        """One job; returns its number of turns."""
        world, rng, plan = self.world, self.world.rng, self.plan
        details = {"campaign": self.campaign, "model": self.model(t), "client": a.habits["client"]}
        if plan.failover and rng.random() < plan.failover:
            details["path"] = rng.choice(("cloud_a", "cloud_b"))
        details["who"] = self._hand_on(a, t) if plan.handoff and rng.random() < plan.handoff else None
        details["tools"] = plan.tools
        if plan.agent:
            budget = rng.randint(4, 16)
            goal = task if plan.wrap == "none" else self.dress(task, topic)
            return world.agentic(a, t, budget, plan.system, least=4, most=16, task=goal, gap=12, **details)
        if plan.relay:
            prompts = self._user(task, topic)
            return world.converse(a, t, prompts, gap=80, system=plan.system, family=family, **details)[0]
        dressed, system = self.dress(task, topic), plan.system
        if plan.place == "system":
            dressed, system = task, self.fixed if plan.wrap == "fixed" else rng.choice(self.frames)
        if plan.expand:
            dressed = self._ask_for_thoughts(task, topic)
        prompts = [dressed] + [world.text.follow(topic) for _ in range(plan.turns - 1)]
        if plan.follow and rng.random() < plan.follow:
            wish = world.text.elicit_anew("", topic) if plan.wrap != "fixed" else self.fixed
            prompts.append(wish.strip())
        if plan.grade:
            family = "grade"
        elif plan.wrap != "none":
            family = "elicit"
        return world.converse(a, t, prompts, gap=35, system=system, family=family, **details)[0]

    def _hand_on(self, a, t):
        accounts = [a] + [self.alive(t) or a for _ in range(3)]
        return lambda turn: accounts[min(3, (turn + 1) // 2)]

    def _user(self, task, topic):
        """A user of the operator's own product: a sloppy person."""
        rng, text, plan = self.world.rng, self.world.text, self.plan
        n, style = rng.choice((1, 1, 1, 2, 2, 3, 5)), rng.choice((1, 2, 3, 4))
        language = rng.choice(plan.languages) if plan.languages else None
        prompts = [text.style(task, style)]
        for _ in range(n - 1):
            if language and language != "en":
                more = text.foreign(language)
            elif rng.random() < 0.7:
                more = text.follow(topic)
            else:
                more = text.reformulate(task[:300], topic)
            prompts.append(text.style(more, style))
        return prompts

    def _ask_for_thoughts(self, task, topic):
        """A finished answer comes back for its missing thoughts."""
        text = self.world.text
        wish = self.world.rng.choice((self.fixed, self.fixed, text.elicit_anew("", topic)))
        answer = text.expand("{para}", topic)
        return f"{wish}Task:\n{task}\n\nFinal answer:\n{answer}\n\nReconstruct the thinking that led there."

    def cover(self, n):
        """Accounts live like people, or draw from a pool of small talk."""
        world, plan = self.world, self.plan
        budgets = world.budgets(len(self.accounts), n, 0.8)
        pool = [world.text.task("chat") for _ in range(200)] if plan.cover_kind == "pool" else None
        for a, left in zip(self.accounts, budgets, strict=True):
            first = a.first if plan.warm else max(a.first, self.first - 2 * DAY)
            for t in world.times(a, left, None, max(world.start, first), min(a.last, self.last)):
                if left <= 0:
                    break
                if pool:
                    world.converse(a, float(t), [world.rng.choice(pool)])
                    left -= 1
                else:
                    left -= world.casual(a, float(t), left)


def operate(world, *plans):
    """Let operators work, one after the other."""
    for i, plan in enumerate(plans, 1):
        Operator(world, plan, f"{plan.name}#{i}").run()
