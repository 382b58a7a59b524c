"""The farm of an operator: its cards, lines and exits, and the accounts it acquires."""

from .plans import fixed_prompt, slot_templates
from .vocabulary import phrases

PUBLISHED_TOOLS = ("opencrab", "vsmate", "patchling", "chainkit", "browserimp")


class Farm:
    """What an operator owns; a new account draws on it."""

    def __init__(self, world, plan, name, n_accounts, shop=None):
        self.world, self.plan, self.campaign, self.n_accounts, self.shop = world, plan, name, n_accounts, shop
        self.kind = name.split(":")[0]
        random, words = world.random, world.words
        self.first_day, self.last_day = plan.window[0] * world.days, plan.window[1] * world.days
        self.start = self.first_day + random() * 0.6
        self.cards = []
        if plan.payment.startswith(("cards", "mixed")):
            per_card = int([*plan.payment.split(), "8"][1])
            self.cards = [world.hex_id() for _ in range(max(1, int(n_accounts / per_card)))]
        self.domains = [
            words.expand("{nn}").lower() + world.pick((".xyz", ".site", ".mail", ".click", ".store"))
            for _ in range(world.between(2, 7))
        ]
        self.signup_lines = [world.proxy_ip() for _ in range(max(3, n_accounts // 12))]
        self.pool = [world.proxy_ip() for _ in range(max(40, n_accounts * 2))]
        self.datacenters = [world.datacenter_ip() for _ in range(max(3, n_accounts // 15))]
        self.desk = [world.home_ip() for _ in range(world.between(2, 4))]
        span = self.last_day - self.first_day
        self.waves = sorted(self.first_day + random() * span * 0.55 for _ in range(world.between(3, 6)))
        self.sims = [world.hex_id() for _ in range(max(2, n_accounts // 4))]
        self.base = self._client()
        self.fixed = fixed_prompt(words, plan.goal)
        self.templates = slot_templates(plan.goal)
        self.templates = self.templates[: world.between(1, len(self.templates))]
        self.verdicts = phrases("verdict") if plan.goal == "grade" else None

    def _client(self):
        world, plan = self.world, self.plan
        base = world.client(plan.client)
        if plan.own_build:
            base["ja4"] = world.new_ja4()
        if plan.params == "same":
            base.update(
                temperature=world.pick((0.6, 0.7, 1.0, 0.0)), max_tokens=world.pick((2048, 4096, 8192)),
                top_p=world.pick((None, 0.95)),
            )
        if plan.own_build:
            builds = ("python-httpx/0.27.2", "axios/1.7.4", "aiohttp/3.10.5", "Go-http-client/2.0")
            base["user_agent"] = world.pick(builds)
        if plan.client not in ("opencrab", "vsmate", "browserimp"):
            base["tools_key"] = world.words.rng.getrandbits(61) if plan.skill == "agentic" else None
        return base

    def new(self, at=None):
        """One farmed account, ready at day ``at``."""
        world, random, plan = self.world, self.world.random, self.plan
        details = {
            "persona": world.weighted({"dev": 3, "office": 2, "student": 2, "hobby": 2}),
            "language": plan.language if random() < 0.8 else "en", "path": plan.path,
        }
        exits = self._exits()
        details.update(ips=exits, country=exits[0][2] if random() < 0.8 else None)
        if plan.acquire == "shop" and self.shop:
            account = self.shop.sell(self.kind, self.campaign, **details)
        else:
            account = self._register(at, exits, details)
        account.used = self._installation()
        return account

    def _exits(self):
        world = self.world
        match self.plan.ip:
            case "sticky":
                return [world.proxy_ip()] * 4 + [world.proxy_ip()]
            case "rotating":
                return self.pool
            case "dc":
                return [world.pick(self.datacenters)]
            case "office":
                return self.desk
            case _:
                return [world.pick(self.datacenters)] if world.random() < 0.3 else [world.proxy_ip() for _ in range(3)]

    def _register(self, at, exits, details):
        world, random, plan = self.world, self.world.random, self.plan
        ready = self.start if at is None else at
        span = self.last_day - self.first_day
        in_waves = plan.acquire in ("burst", "staggered")
        created = {
            "burst": ready - random() * 1.5 - 0.2,
            "staggered": (world.pick(self.waves) if random() < 0.5 else self.first_day + random() * span * 0.7)
            - random(), "aged": -30 - random() * 320, "shop": -30 - random() * 200,
        }[plan.acquire]
        if at is not None and in_waves:
            created = min(at - 0.02 - random() * 0.2, world.days - 0.1)
        on_card = self.cards and (plan.payment.startswith("cards") or random() < 0.4)
        payment = world.pick(self.cards) if on_card else world.hex_id()
        unique_phone = world.hex_id() if random() < 0.7 else None
        phone = {"unique": unique_phone, "sims": world.pick(self.sims), "none": None}[plan.phone]
        from_lines = in_waves and random() < 0.7 and plan.ip != "sticky"
        signup_ip = world.pick(self.signup_lines)[0] if from_lines else exits[0][0]
        return world.account(
            self.kind, self.campaign, created=created, payment=payment, phone=phone, signup_ip=signup_ip,
            domain=world.pick(self.domains) if plan.email == "disposable" and random() < 0.7 else None,
            kind=world.pick(("individual",) * 6 + ("startup", "research")), **details,
        )

    def _installation(self):
        world, plan = self.world, self.plan
        client = world.client(plan.client) if plan.params != "same" else dict(self.base)
        if plan.params == "jitter":
            client.update(
                temperature=world.pick((None, 0.6, 0.7, 0.8, 1.0)),
                max_tokens=world.pick((None, 2000, 2048, 3000, 4096, 8192)),
            )
        elif not plan.own_build:
            tool = world.tools[plan.client]
            client.update(
                user_agent=world.pick(tool["user_agents"]),
                ja4=world.pick(tool["builds"]) if world.random() < 0.4 else self.base["ja4"],
            )
        return client
