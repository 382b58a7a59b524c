"""What the accounts of a crowd are like on paper and in their client."""

from dataclasses import dataclass, field

from .arrays import Mix
from .clients import API_MIX, APP_MIX

FREE_MAIL: Mix = {
    "gmail.com": 68, "yahoo.com": 11, "outlook.com": 7, "hotmail.com": 4, "icloud.com": 3, "proton.me": 2, "ymail.com": 2, "live.com": 1,
    "yahoo.fr": 1, "mail.com": 0.6, "gmx.com": 0.4, "tutanota.com": 0.2
}
THROWAWAY: Mix = {"mailto.plus": 2, "inboxbear.com": 2, "fexbox.org": 1, "dropmail.me": 2, "tmpbox.net": 1}
UNIVERSITIES: Mix = {".ac.ke": 4, ".edu.ng": 3, ".edu.gh": 2, ".ac.za": 2, ".ac.ug": 1}
FIRMS: Mix = {".co.ke": 3, ".com": 6, ".com.ng": 2, ".co.za": 2, ".com.gh": 1, ".africa": 0.6, ".co.tz": 0.7, ".io": 0.5, ".net": 0.4}
LIMITS = {"free": 4, "prepaid": 8, "payg": 25, "pro": 25, "team": 60, "contract": 400}
"""requests a minute"""


@dataclass(frozen=True)
class Profile:
    """Shares and habits that the accounts of a crowd are drawn from."""

    said: Mix = field(default_factory=lambda: {"individual": 1.0})
    """what they call themselves"""
    plan: Mix = field(default_factory=lambda: {"free": 0.6, "prepaid": 0.37, "pro": 0.03})
    client: Mix = field(default_factory=lambda: APP_MIX)
    path: str = "app"
    models: Mix = field(default_factory=lambda: {"baraza-mini": 0.45, "baraza-2": 0.45, "baraza-2-think": 0.1})
    email: Mix = field(default_factory=lambda: {"none": 0.45, "free": 0.55})
    """kinds of mailboxes: none, free, of a firm (corp), of a university (uni), thrown away (disp)"""
    pay: Mix = field(default_factory=lambda: {"none": 0.6, "wallet": 0.27, "till": 0.1, "card": 0.03})
    """who pays: nobody, an own wallet, a kiosk's till, a card"""
    phone: float = 0.94
    phone_shared: float = 0.06
    verified: float = 0.0
    access_type: str = "application"
    growth: float = 210.0
    """mean age in days"""
    life: float = 120.0
    """mean days until a customer stops"""
    sessions: float = 1.0
    """share of accounts that send a session's id"""
    stream: float = 1.0
    temps: tuple[float, ...] = (1.0,)
    p_temp: float = 0.0
    """share that sets one of these temperatures, and so on"""
    top_p: float = 0.0
    max_tokens: tuple[int, ...] = (0,)
    p_max: float = 0.0
    system: str = ""
    """section of system texts"""
    p_system: float = 0.0
    tools: float = 0.0
    banned: float = 0.004
    style: bool = True
    """whether people type, each in a manner of their own"""
    hours: str = "evening"
    weekend: float = 1.0
    """activity on a day off"""
    adopt: float = 25.0
    """mean days until a customer takes up a model released in the window"""


APP = Profile()
API = Profile(
    said={"individual": 0.45, "startup": 0.4, "enterprise": 0.1, "education": 0.03, "research": 0.02},
    plan={"free": 0.3, "prepaid": 0.35, "payg": 0.3, "team": 0.05}, client=API_MIX, path="api",
    models={"baraza-mini": 0.4, "baraza-2": 0.48, "baraza-2-think": 0.12}, email={"free": 0.65, "corp": 0.35},
    pay={"none": 0.3, "wallet": 0.3, "card": 0.36, "till": 0.04}, phone=0.7, sessions=0.2, stream=0.35,
    temps=(0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0), p_temp=0.55, top_p=0.12,
    max_tokens=(128, 256, 300, 500, 512, 800, 1000, 1024, 2000, 2048, 4096), p_max=0.5, system="sys_generic", p_system=0.4, style=False,
    hours="dev", weekend=0.7
)
