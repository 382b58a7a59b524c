"""The engine that makes a group of accounts work: crowds and operators alike."""

from dataclasses import replace

import numpy as np

from .people import DAY, HOUR, SECOND
from .places import HOURS


class Group:
    """One group in a world: its accounts, its task bank, its jobs."""

    def __init__(self, world, settings, n_accounts, n_events):
        self.world, self.settings = world, settings
        rng, numpy, words = world.rng, world.numpy, world.words
        n_accounts = max(1, int(n_accounts))
        country = settings.countries if settings.countries != "world" else None
        if country is None and settings.ip in ("site", "pool"):
            settings.countries = country = [world.any_country()]
        begin = settings.signup[1] if settings.signup[0] == "burst" else 0
        self.shared = {
            "burst": world.start + int(begin * world.days * DAY),
            "site": world.site("isp", (country or ["US"])[0], settings.n_ips),
            "org": "org_" + world.hex_id(10),
        }
        first = [world.person(settings, j, self.shared) for j in range(n_accounts)]
        self.bank_seed, self.tag = int(numpy.integers(1 << 40)), rng.getrandbits(30)
        self.chains = [self._chain(n_accounts + j, person) for j, person in enumerate(first)]
        """each place is a chain of accounts: banned, replaced"""
        self.people = [person for chain in self.chains for person in chain]
        for chain in self.chains:
            if rng.random() < settings.decoy:
                for person in chain:
                    person.decoy = True
        self.places = [chain for chain in self.chains if not chain[0].decoy]
        self.weights = self._calendar()
        self.n_jobs, self.n_own = int(n_events * settings.share / settings.turns), n_events * (1 - settings.share)
        if settings.pools is None:
            self.n_jobs, self.n_own = 0, n_events
        self.systems = self._systems()
        self.openings = [words.expand("pa") for _ in range(3)]
        self.ending = settings.ending or ("pb" if settings.steps else "pc")
        self.endings = [words.expand(self.ending) for _ in range(3)]
        self.template = words.manual(self.tag + 99, 3).split("\n", 1)[1]
        if settings.bank[0] in ("cover", "zipf"):
            self.order = numpy.permutation(settings.bank[1])
            self.zipf = np.cumsum(1 / (np.arange(settings.bank[1]) + 3.0))
            self.zipf /= self.zipf[-1]
        self.n_taken, self.asked = 0, []

    def _chain(self, j, person):
        world, settings, rng = self.world, self.settings, self.world.rng
        chain = [person]
        while rng.random() < settings.ban and len(chain) < 6:
            first = max(person.first, world.start + int(settings.active[0] * world.days * DAY))
            ban = first + int((0.08 + 0.9 * rng.random()) * (world.end - first))
            person.last = person.row["banned_at"] = ban
            if settings.replaced_h is None or ban > world.end - 8 * HOUR:
                break
            person = world.person(settings, j, self.shared)
            delay = int(rng.expovariate(1 / settings.replaced_h) * HOUR)
            person.first = ban + delay + 5 * 60 * SECOND
            if settings.signup[0] != "aged":
                person.row["created_at"] = ban + delay
            chain.append(person)
            if person.first > world.end - 4 * HOUR:
                break
        return chain

    def _calendar(self):
        """How likely each hour is, beside people's own clocks."""
        settings, n_hours = self.settings, self.world.days * 24
        elapsed = np.arange(n_hours) / n_hours
        weights = ((elapsed >= settings.active[0]) & (elapsed < settings.active[1])).astype(float)
        if settings.ramp:
            weights *= np.exp(settings.ramp * elapsed)
        if settings.pause:
            weights[(elapsed > settings.pause[0]) & (elapsed < settings.pause[1])] = 0.02
        if settings.bursts:
            bursts = np.zeros(n_hours)
            for day, hour, width in settings.bursts:
                bursts += np.exp(-0.5 * ((np.arange(n_hours) - day * 24 - hour) / width) ** 2)
            weights = weights * bursts
        return weights

    def _systems(self):
        settings, manual = self.settings, self.world.words.manual
        if settings.system.startswith("shared"):
            return [manual(int(settings.system.removeprefix("shared")), settings.n_rules)]
        match settings.system:
            case "fixed":
                return [manual(self.tag, settings.n_rules)]
            case "short":
                return ["You are a helpful assistant."]
            case "many":
                return [manual(self.tag + k, settings.n_rules) for k in range(7)]
            case "agent":
                return None
        return [""]

    # what is asked

    def _item(self, t, place):
        """The number of the next item of the bank."""
        world, rng, bank = self.world, self.world.rng, self.settings.bank
        match bank[0]:
            case "cover":
                self.n_taken += 1
                return int(self.order[(self.n_taken - 1) % bank[1]])
            case "terr":
                return place * 100000 + int(rng.random() * bank[1])
            case "zipf":
                return int(self.order[min(bank[1] - 1, int(np.searchsorted(self.zipf, rng.random())))])
        day = int((t - world.start) // (bank[2] * DAY))
        return day * 1000 + int(rng.random() * bank[1])

    def _task(self, t, place):
        settings, rng, words = self.settings, self.world.rng, self.world.words
        pool = settings.pools[int(rng.random() * len(settings.pools))]
        if settings.languages and rng.random() < settings.languages[1]:
            pool = rng.choice(settings.languages[0])
        if settings.repeats and self.asked and rng.random() < settings.repeats:
            return rng.choice(self.asked[-400:])
        if settings.bank[0] == "free":
            task = words.expand(pool)
        else:
            item = self._item(t, place)
            own_pool = settings.pools[item % len(settings.pools)] if not settings.languages else pool
            task = words.task(own_pool, self.bank_seed + item)
        if settings.repeats:
            self.asked.append(task)
        return task

    def prompt(self, t, person, place):
        """A task in the group's wording."""
        settings, rng, words = self.settings, self.world.rng, self.world.words
        text = self._task(t, place)
        match settings.wording:
            case "fixed":
                text = self.template + "\n\n" + text
            case "slots":
                opening = self.openings[int(rng.random() * 3)]
                text = f"{opening}\n{text}\n{self.endings[int(rng.random() * 3)]}"
            case "para":
                opening = words.expand("pa") + " " if rng.random() < 0.6 else ""
                text = opening + text + (" " + words.expand(self.ending) if rng.random() < 0.8 else "")
        if settings.steps and rng.random() < settings.steps:
            text += "\n" + words.expand("steps")
        return words.voice(text, person.manner, person.introduction) if settings.style == "human" else text

    def next_turn(self, person):
        """A turn after the first."""
        settings, rng, words = self.settings, self.world.rng, self.world.words
        if settings.agent:
            return words.expand("tool") if rng.random() < 0.9 else words.expand("follow")
        if rng.random() < settings.elicit:
            text = words.expand("elicit")
        elif settings.languages and rng.random() < 0.5:
            return words.expand(settings.languages[0][0])
        else:
            text = words.expand("follow")
        return words.voice(text, person.manner, person.introduction) if settings.style == "human" else text

    # who and when: jobs are (time, place, person)

    def at(self, t):
        """Anybody of the group who can work at that time."""
        for _ in range(12):
            for person in self.places[int(self.world.rng.random() * len(self.places))]:
                if person.first <= t < person.last:
                    return person
        return None

    def own_jobs(self, loads):
        """Everybody has work of their own."""
        world, settings = self.world, self.settings
        jobs = []
        for place, n in enumerate(world.numpy.multinomial(self.n_jobs, loads)):
            chain = self.places[place]
            for person in chain:
                n_here = round(int(n) * (person.last - person.first) / max(1, world.end - chain[0].first))
                clock = settings.hours or person.clock
                times = world.times(n_here, clock, person.zone, person.first, person.last, self.weights)
                if settings.every_min:
                    tick = settings.every_min * 60 * SECOND
                    apart = 0 if settings.siblings == 1 else person.number * 7919 % 50 * SECOND
                    jitter = world.numpy.integers(0, 3 * SECOND, len(times))
                    times = (times - world.start) // tick * tick + world.start + apart + jitter
                jobs += [(int(t), place, person) for t in times]
        return jobs

    def queue_jobs(self, loads):
        """Work comes from one queue."""
        world, settings, rng = self.world, self.settings, self.world.rng
        cumulative, n = np.cumsum(loads), len(self.places)
        clock, zone = settings.hours or "mixed", self.people[0].zone
        jobs = []
        for k, t in enumerate(world.times(self.n_jobs, clock, zone, world.start, world.end, self.weights).tolist()):
            for attempt in range(20):
                if settings.assign == "rr":
                    place = (k + attempt) % n
                elif settings.load != "equal":
                    place = min(n - 1, int(np.searchsorted(cumulative, rng.random())))
                else:
                    place = int(rng.random() * n)
                person = next((person for person in self.places[place] if person.first <= t < person.last), None)
                if person and settings.shifts and attempt < 19 and not self._awake(person, t):
                    person = None
                if person:
                    jobs.append((t, place, person))
                    break
        return jobs

    def _awake(self, person, t):
        """Workers take an item only in their own waking hours."""
        world = self.world
        hour = ((t - world.start) // HOUR + person.zone + world.weekday * 24) % 168
        return world.rng.random() <= HOURS[person.clock][hour] + 0.03

    def _actors(self, person, t, n):
        """Who sends the turns: one account, or several that pass the conversation on."""
        settings, rng = self.settings, self.world.rng
        if not settings.hop or rng.random() >= settings.hop:
            return [person]
        if settings.assign != "own" or settings.campaign:
            return [person] + [self.at(t) or person for _ in range(n - 1)]
        return [person] * (1 + int(rng.random() * n)) + [self.at(t) or person] * n

    # all of it

    def work(self):
        """The group's jobs and its people's own use; returns the people."""
        loads = np.array([chain[0].load for chain in self.places])
        loads = loads / loads.sum()
        if self.n_jobs:
            jobs = self.own_jobs(loads) if self.settings.assign == "own" else self.queue_jobs(loads)
            for t, place, person in sorted(jobs, key=lambda job: job[0]):
                self.do(t, place, person)
        if self.n_own >= 1:
            self.live()
        return self.people

    def do(self, t, place, person):
        """One job."""
        world, settings, rng = self.world, self.settings, self.world.rng
        n = 1
        while rng.random() < 1 - 1 / settings.turns and n < 60:
            n += 1
        prompts = [self.prompt(t, person, place)] + [self.next_turn(person) for _ in range(n - 1)]
        actors = self._actors(person, t, n)
        if self.systems is None:
            system, settings.tools = world.agent_system(person, settings.n_rules)
        elif len(self.systems) == 1:
            system = self.systems[0]
        else:
            system = self.systems[(place if settings.bank[0] == "terr" else rng.randrange(99)) % len(self.systems)]
        model = rng.choice(settings.models) if settings.models and t < person.adopts_at else None
        stands_in = settings.replaced_h and settings.campaign
        world.converse(
            actors, t, prompts, settings, settings.job_client, system, harvest=bool(settings.campaign),
            agent=settings.agent, other=self.at if stands_in else None, model=model,
        )

    def live(self):
        """What people ask for themselves; for an operator, cover."""
        world = self.world
        loads = np.array([person.load * (person.last > person.first) for person in self.people])
        loads /= loads.sum()
        settings = replace(
            self.settings, temperature=None, max_tokens=None, paths=None, tools=None, out_tokens=280, gap="human"
        )
        for person, n in zip(self.people, world.numpy.multinomial(int(self.n_own / 1.75), loads), strict=True):
            for t in world.times(int(n), person.clock, person.zone, person.first, person.last):
                world.own_use(person, settings, int(t))


def group(world, name, settings, n_accounts, n_events, campaign=None):
    """Make a group and let it work; returns its people."""
    return Group(world, replace(settings, name=name, campaign=campaign), n_accounts, n_events).work()
