"""Operators: what they ask through their farm, when, and through which account."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from .farms import PUBLISHED_TOOLS, Farm
from .plans import DIVERSE_ENDINGS, DIVERSE_OPENINGS, EXPANSIONS, SKILLS, Plan
from .world import NEWEST

DAY_S = 86400


class Operator(Farm):
    """One buyer of answers and the farm that serves it."""

    def __init__(self, world, plan, name, n_accounts, n_events, shop=None):
        super().__init__(world, plan, name, n_accounts, shop)
        self.n_events = n_events
        self.second_pool = []
        self.slots = [[] for _ in range(n_accounts)]
        """each slot is a chain of accounts: banned, replaced"""
        self._zone = None

    # what

    def task(self):
        """Something that the buyer wants answered."""
        world, plan = self.world, self.plan
        if world.random() < plan.bench:
            return world.pick(world.bench)
        if plan.goal == "grade":
            return world.words.task("grade", plan.language)
        return world.words.task(world.weighted(SKILLS[plan.skill]), plan.language)

    def wrap(self, task, account):
        """The system prompt and the prompt that a task is asked in."""
        world, words, random, plan = self.world, self.world.words, self.world.random, self.plan
        way = plan.template
        if way == "mixed":
            way = world.pick(("slots", "paraphrased", "none"))
        system = self.base["system"] if plan.client in PUBLISHED_TOOLS else None
        if way == "fixed":
            return (self.fixed, task) if plan.where == "system" else (system, self.fixed + "\n\n" + task)
        if way == "slots":
            return system, words.expand(world.pick(self.templates)).replace("§TASK§", task)
        if way == "paraphrased":
            wish = words.expand(world.pick(self.verdicts)) if self.verdicts else words.reason()
            return system, words.voice((task + " " + wish) if random() < 0.6 else (wish + " " + task), account.voice)
        if way == "diversified":
            prompt = words.expand(world.pick(DIVERSE_OPENINGS)) + task
            if random() < 0.5:
                prompt += words.expand(world.pick(DIVERSE_ENDINGS))
            return system, prompt
        return system, words.voice(task, account.voice) if plan.samples == 1 and random() < 0.7 else task

    # when

    def zone(self):
        """Hours from UTC at the operator's desk."""
        if self._zone is None:
            self._zone = self.world.pick((8, 8, 5.5, 3, -3, 7))
        return self._zone

    def clock(self, n):
        """Days at which about n jobs leave the queue."""
        world, rng, schedule = self.world, self.world.rng, self.plan.schedule
        first, last = self.first_day + max(0.0, self.start - self.first_day), self.last_day
        if schedule == "flat":
            t = first + rng.random(int(n * 1.25)) * (last - first)
            for _ in range(world.between(2, 5)):  # the queue stands still for all
                stop = first + world.random() * (last - first)
                t = t[(t < stop) | (t > stop + 0.1 + world.random() * 0.35)]
            t = t[:n]
        elif schedule == "office":
            t = first + rng.random(n * 6) * (last - first)
            hour = ((world.start / DAY_S + t) % 1 * 24 + self.zone()) % 24
            weekday = ((world.start / DAY_S + t + self.zone() / 24).astype(int) + 3) % 7
            t = t[(hour > 9) & (hour < 19.5) & ~((hour > 12) & (hour < 13.3)) & (weekday < 6)][:n]
        elif schedule == "batches":
            batches = first + rng.random(world.between(8, 20)) * (last - first)
            t = rng.choice(batches, n) + rng.random(n) * (0.06 + 0.1 * world.random())
        else:
            t = first + rng.random(n) * (last - first)
        return np.sort(t[t < last])

    # who

    def acquire(self):
        """Fill the slots; banned accounts are replaced within hours."""
        world, ban = self.world, self.plan.ban
        for slot in self.slots:
            account = self.new()
            slot.append(account)
            t = max(self.start, (account.created - world.start) / DAY_S)
            while ban and len(slot) < 5:
                t += world.rng.exponential(1 / ban)
                if t > min(self.last_day, world.days - 0.3):
                    break
                account.banned = world.seconds(t)
                account = self.new(at=t + 0.02 + world.rng.lognormal(-2.2, 0.8))
                slot.append(account)

    def fail_over(self):
        """One big ban wave; what remains moves to a second pool on another path."""
        world, random, plan = self.world, self.world.random, self.plan
        self.cut = cut = self.first_day + (self.last_day - self.first_day) * (0.4 + 0.2 * random())
        for slot in self.slots:
            if random() < 0.85:
                for account in slot:
                    if not account.banned or account.banned > world.seconds(cut + 0.3):
                        account.banned = max(account.created + 60, world.seconds(cut + random() * 0.15))
        new = plan.failover
        self.plan = replace(
            plan, acquire=new.get("acquire", "aged"), path=new.get("path"), ip=new.get("ip", "dc"), email="plain"
        )
        self.second_pool = [self.new(at=cut - 0.5) for _ in range(max(10, self.n_accounts // 2))]
        for account in self.second_pool:
            if new.get("other_buyers"):
                world.live(account, world.between(0, 25), lo=self.first_day)

    def at(self, slot, t):
        """The account of a slot that can be used at that time."""
        for account in self.slots[slot]:
            if account.created < t and (not account.banned or t < account.banned):
                return account
        return None

    def choose(self, t):
        """The account that takes the next job."""
        world, random, plan = self.world, self.world.random, self.plan
        for _ in range(8):
            if self.second_pool and t > world.seconds(self.cut) and random() < 0.9:
                return world.pick(self.second_pool)
            account = self.at(self._slot(), t)
            if account and (plan.load != "ramp" or random() < self._ramp(account, t)):
                return account
        return None

    def _slot(self):
        if self.plan.load == "heavy":
            return int(self.world.rng.choice(self.n_accounts, p=self.weights))
        return int(self.world.random() * self.n_accounts)

    def _ramp(self, account, t):
        in_use_days = (t - max(account.created, self.world.seconds(self.first_day))) / DAY_S
        return min(1.0, (in_use_days / self.plan.ramp_days) ** 1.4 + 0.02)

    # jobs: (time, account)

    def jobs(self):
        """All jobs of a queue, or of people who work through it."""
        world, random, plan = self.world, self.world.random, self.plan
        n_jobs = max(1, int(self.n_events / plan.turns / 1.02))
        begin = max(self.first_day, self.start)
        jobs = []
        if plan.schedule == "human":
            each = self.n_events / plan.turns / self.n_accounts
            for slot in self.slots:
                n = each * float(world.rng.lognormal(-0.15, 0.55))
                for account in slot:
                    times = world.times(account, int(world.rng.poisson(n / len(slot))), begin, self.last_day)
                    jobs += [(t, account) for t in times]
        elif plan.schedule == "drip":
            for slot in self.slots:
                jobs += [
                    (world.seconds(begin + random() * (self.last_day - self.start)), slot[-1])
                    for _ in range(world.between(*plan.drip))
                ]
        elif plan.schedule == "shifts":
            jobs = self.shifts(n_jobs)
        else:
            for day in self.clock(n_jobs):
                t = world.seconds(float(day))
                account = self.choose(t)
                if account:
                    jobs.append((t, account))
        jobs.sort(key=lambda job: job[0])
        return jobs

    def shifts(self, n_jobs):
        """Employees: eight hours, five or six days, a set of accounts each; sets change hands weekly."""
        world, random = self.world, self.world.random
        n_employees = max(3, self.n_accounts // 14)
        zone = self.zone()
        per_shift = n_jobs / n_employees / max(1, (self.last_day - self.first_day) * 5.3 / 7)
        jobs = []
        for employee in range(n_employees):
            shift = employee % 3
            day_off = world.between(0, 6)
            for day in range(int(self.first_day), int(self.last_day)):
                if day % 7 == day_off or random() < 0.1:
                    continue
                mine = [i for i in range(self.n_accounts) if (i + day // 7) % n_employees == employee]
                begin = world.start + day * DAY_S + (8 * shift + 7 - zone) * 3600 + random() * 1500
                n = max(1, int(world.rng.poisson(per_shift)))
                current = world.pick(mine) if mine else 0
                pause = 3 * 3600 + random() * 5400
                for worked in np.sort(world.rng.random(n)) * 7.6 * 3600:
                    t = worked + 1500 + random() * 900 if worked > pause else worked
                    if random() < 0.12 and mine:
                        current = world.pick(mine)
                    account = self.at(current, begin + t)
                    if account:
                        jobs.append((begin + t, account))
        return jobs

    # all of it

    def run(self):
        """Acquire accounts, ask everything, cover it."""
        world, plan = self.world, self.plan
        self.acquire()
        if plan.ban and plan.failover:
            self.fail_over()
        even = plan.load in ("even", "queue", "ramp")
        self.weights = np.ones(self.n_accounts) if even else world.rng.lognormal(0, 1.0, self.n_accounts)
        self.weights /= self.weights.sum()
        jobs = self.jobs()
        if plan.relay_users:
            self.relay()
            jobs = []
        harvested = self.serve(jobs)
        if plan.cover:
            self.cover(harvested)
        if plan.warm:  # a few harmless requests before use
            for slot in self.slots:
                for account in slot:
                    world.live(account, world.between(0, plan.warm), lo=0, hi=max(0.5, self.start), mean=1.3)
        return self

    def serve(self, jobs):
        """Ask the tasks; returns how many turns were asked."""
        world, random, plan = self.world, self.world.random, self.plan
        waiting, harvested = [], 0
        for t, account in jobs:
            if t > world.seconds(world.days):
                continue
            moved = t > world.seconds(world.release) + 900 + world.rng.exponential(7200)
            model = NEWEST if moved and account.number % 100 < plan.pivot * 100 else None
            if not waiting:
                waiting = [self.task()] * plan.samples
            system, prompt = self.wrap(waiting.pop(), account)
            n_turns = world.turns(plan.turns)
            prompts = [prompt] + [self._next_turn() for _ in range(n_turns - 1)]
            balanced = random() < plan.handoff
            if self.second_pool and account in self.second_pool and plan.failover.get("weaker"):
                model = world.pick(("heron-4-swift", "heron-4.5"))
            world.converse(
                account, t, prompts, account.used, system, campaign=self.campaign,
                gap=25 if plan.skill == "agentic" else 60, on=self._balance(t, account) if balanced else None,
                model=model,
            )
            harvested += n_turns
        return harvested

    def _next_turn(self):
        world, random, plan = self.world, self.world.random, self.plan
        if plan.skill == "agentic" and random() < 0.8:
            return world.words.task("tool")
        if plan.template in ("none", "diversified") or random() < 0.5:
            return world.words.expand("{follow}")
        return world.words.reason()

    def _balance(self, t, account):
        return lambda turn: self.choose(t) or account

    def cover(self, harvested):
        """The accounts play private people, or follow a script of small talk."""
        world, plan = self.world, self.plan
        every = [account for slot in self.slots for account in slot]
        total = harvested * plan.cover / (1 - plan.cover)
        script = [world.words.task("chat") for _ in range(60)]
        first = max(self.first_day - 2, 0)
        for account, n in zip(every, world.split(len(every), total, 0.6, lo=0), strict=True):
            if plan.cover_kind == "script":
                world.live(
                    account, n, lo=first, hi=self.last_day, mean=1.1, c=account.used, system=None,
                    task=lambda: world.pick(script), wrap=lambda p: p,
                )
            else:
                world.live(account, n, lo=first, hi=self.last_day)

    def relay(self):
        """The operator's own customers work through open tools; their turns are passed on, sticky or balanced."""
        world, random, plan = self.world, self.world.random, self.plan
        users = [
            SimpleNamespace(
                zone=self.zone(), tool=world.client(world.pick(("opencrab", "vsmate", "patchling", "pysdk"))),
                voice=world.between(0, 7), account=None,
            )
            for _ in range(plan.relay_users)
        ]
        for user, n in world.loads(users, self.n_events, 1.3):
            user.rhythm = world.pick(("office", "evening", "night"))
            user.created, user.banned = world.seconds(-99), None
            for t in world.times(user, max(1, int(n / 4)), max(self.first_day, self.start), self.last_day):
                account = user.account
                if account is None or random() < 0.15 or (account.banned and t > account.banned):
                    account = user.account = self.choose(t)
                if not account:
                    continue
                own_name = random() < 0.75
                client = dict(user.tool, ja4=self.base["ja4"])
                client["user_agent"] = user.tool["user_agent"] if own_name else self.base["user_agent"]
                agent = client["tools_key"] is not None
                ask = world.words.task("agent") if agent else world.persona_task("dev", plan.language)
                prompts = [world.words.voice(ask, user.voice)]
                for _ in range(world.turns(4) - 1):
                    tool = agent and random() < 0.8
                    prompts.append(world.words.task("tool") if tool else world.words.expand("{follow}"))
                model = NEWEST if t > world.seconds(world.release) and random() < plan.pivot else None
                balanced = random() < plan.handoff
                world.converse(
                    account, t, prompts, client, campaign=self.campaign, gap=15,
                    on=self._balance(t, account) if balanced else None, model=model,
                )


def second_stage(world, first, name, n_accounts, n_events):
    """A second farm cleans and grades what the first one took, and continues some of its conversations."""
    plan = Plan(
        name, n_accounts, n_events, acquire="aged", payment="unique", ip="dc", schedule="batches", template="fixed",
        goal="clean", client="nodesdk",
    )
    farm = Farm(world, plan, name, n_accounts)
    farm.start = first.start + 0.5
    accounts = [farm.new() for _ in range(n_accounts)]
    taken = [row for row in world.rows if row[-1] == first.campaign and row[9]]
    world.words.rng.shuffle(taken)
    for row in taken[: int(n_events)]:
        system, prompt, trace, context = row[7:11]
        account = world.pick(accounts)
        t = row[0] + 3600 * (2 + world.words.rng.expovariate(1 / 20))
        client, ip = account.used, world.pick(account.ips)
        if world.random() < 0.25:
            more = world.words.expand(world.pick(EXPANSIONS))
            world.request(t, account, more, client, ip, system, context, 600, campaign=name)
        else:
            prompt = farm.fixed + "\n\nQ: " + prompt[-500:] + "\nTrace: " + trace
            world.converse(account, t, [prompt], client, None, campaign=name)
