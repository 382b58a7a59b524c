"""People with nothing in common, seven of eight accounts of each world: innocent, and alike only by chance or by a habit of many."""

from .account import Account, Turn
from .draws import hashed
from .places import COUNTRIES, SCHOOLS, THROWAWAY, Address
from .text import TRADES
from .world import HOUR, Holm, Told

ORDINARY = "individual"
NOTE_SYSTEM = "You are MarginMate, the assistant inside a note app. Keep the markdown of the user."
AGENT = "pilotfish"
AGENT_SYSTEM = (
    "You are Pilotfish, an autonomous terminal agent. Work in small steps, run one command at a time, never delete files unasked. " * 3
)
OWN_RULES = ("I am {person} in {place}, keep it short.", "For {firm}. Mind {thing}.", "My template {nnnn}, no lists.")
MOST_CONVERSATIONS = 220
FIRM_ROOM = 9
"""accounts that a firm may need"""


class People:
    """Those of one world, and what many of them share.

    Args:
        w: the log.
        mean: conversations of each, about.
    """

    def __init__(self, w: Holm, mean: float) -> None:
        self.w, self.mean = w, mean
        self._rooms: list[Address] = [(f"{w.block()}.{w.r.whole(2, 250)}", 680 + room) for room in range(3)]
        self._essay = w.talk.fill("Essay plan: {topic} and {topic}, {nnn} words, with {n} sources")

    def populate(self, accounts: int) -> None:
        """Add so many."""
        w, r = self.w, self.w.r
        until = len(w.accounts) + accounts
        while len(w.accounts) < until:
            drawn = r.share()
            if drawn < 0.03:
                if len(w.accounts) < until - FIRM_ROOM:
                    self.firm()
                continue
            account = self._somebody(drawn)
            if r.chance(0.02) and len(w.accounts) < until:
                self.household(account)
            self._live(account)

    def firm(self) -> None:
        """A small firm: one organisation, card, mail domain and office, at times its own system prompt. The registry says who they are."""
        w, r = self.w, self.w.r
        org = "org_" + r.digits(6)
        trade = w.trade(r.pick(TRADES))
        office: list[Address] = [(f"{w.block()}.{r.whole(2, 250)}", 1200 + 37 * r.whole(0, len(COUNTRIES) - 1))]
        system = f"{trade.instructions()} ({org[-4:]})" if r.chance(0.6) else None
        pay, mail, country = r.digits(16), r.digits(6) + ".example", r.pick(COUNTRIES)
        for _ in range(r.whole(2, 8)):
            account = w.account(
                "small_firm", org_id=org, pay=pay, kind="startup", mail=mail, country=country, plan="team", verified=r.chance(0.5),
            )
            account.office, account.office_share, account.weekends, account.peak = office, 0.8, 0.1, 12.0
            for when in w.hours(account, min(80, 1 + int(r.skewed(self.mean * 0.5, 1.0)))):
                if system and r.chance(0.6):
                    asked = trade.item(f"{org[-3:]}{r.whole(100, 9999)}", account.tongue)
                    w.converse([Turn(account, when, asked.prompt, asked.answer)], system)
                else:
                    w.private(account, when)

    def household(self, account: Account) -> None:
        """A second person at the same address, perhaps on the same card: family."""
        w = self.w
        other = w.account(ORDINARY, country=account.country, pay=account.payment_hash)
        other.homes = account.homes
        w.spend(other, 1 + int(w.r.skewed(2, 1)))

    def _somebody(self, drawn: float) -> Account:
        """A student, a user of an agent or of a note application, a developer, somebody with throw-away mail, or anybody."""
        w, r = self.w, self.w.r
        if drawn < 0.06:
            account = w.account("student", kind="education", mail=r.pick(SCHOOLS))
            account.office, account.office_share = [r.pick(self._rooms)], 0.5
        elif drawn < 0.085:
            client = f"{AGENT}/{r.whole(1, 2)}.{r.whole(0, 5)}"
            account = w.account("agent_user", api=True, client=client, tools=hashed(AGENT), plan="payg")
            account.system = AGENT_SYSTEM
        elif drawn < 0.1:
            account = w.account("note_app_user")
            account.system = NOTE_SYSTEM
        elif drawn < 0.115:
            account = w.account("developer", api=True, kind="startup", plan="payg")
            if r.chance(0.8):
                account.system = w.talk.fill("You are the helper of {firm}. Answer about {thing} and {topic}. Be brief, {person} reads it.")
        else:
            professional = r.chance(0.05)
            told = Told(mail=r.pick(THROWAWAY)) if drawn < 0.13 else Told()
            account = w.account("solo_professional" if professional else ORDINARY, **told)
        return account

    def _live(self, account: Account) -> None:
        """Ask at one's own hours, many only in a part of the log."""
        w, r = self.w, self.w.r
        busy = account.crowd in ("agent_user", "developer")
        conversations = 1 + int(r.skewed(self.mean * 0.32, 1.15)) + (int(r.skewed(8, 1)) if busy else 0)
        low, high, length = w.start, w.end, w.end - w.start
        if r.chance(0.35):
            first, last = sorted((r.share(), r.share()))
            low, high = w.start + first * 0.8 * length, w.start + (0.2 + 0.8 * last) * length
        moments = w.hours(account, min(MOST_CONVERSATIONS, conversations), low, high) or w.hours(account, 2)
        if account.crowd == "solo_professional":
            self._practise(account, moments)
        else:
            for when in moments:
                w.private(account, when)
        if account.crowd == "student" and moments and r.chance(0.5):
            w.converse([Turn(account, r.pick(moments) + HOUR / 2, self._essay, w.talk.reply(self._essay))])

    def _practise(self, account: Account, moments: list[float]) -> None:
        """Somebody alone in one of the trades of the crowds, by instructions of their own."""
        w, r = self.w, self.w.r
        trade = w.trade(r.pick(TRADES))
        own = w.talk.fill(r.pick(OWN_RULES))
        instructions = trade.instructions().split(". ")[0] + ". " + own
        for when in moments:
            if not r.chance(0.7):
                w.private(account, when)
                continue
            asked = trade.item(str(r.whole(1, 99_999)), account.tongue)
            prompt = (instructions + "\n" if r.chance(0.5) else "") + asked.prompt
            turns = [Turn(account, when, account.style.worn(r, prompt), asked.answer)]
            while r.chance(0.45):
                when += 20 + r.wait(100)
                turns.append(Turn(account, when, *trade.follow(asked, account.tongue)))
            w.converse(turns)
