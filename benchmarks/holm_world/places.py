"""Networks, programs and mail domains."""

Address = tuple[str, int]
"""an address and its system number"""

COUNTRIES = [
    "US", "GB", "DE", "FR", "NL", "PL", "ES", "IT", "SE", "FI", "IN", "BR", "KE", "NG", "PH", "ID", "MX", "CA", "AU", "ZA", "JP", "PT",
    "CZ", "TR",
]
NETWORKS = {
    country: 1200 + 37 * place
    for place, country in enumerate(COUNTRIES)
}
"""one access network for each country"""
HOURS_EAST = {"US": -6, "CA": -5, "MX": -6, "BR": -3, "IN": 5.5, "PH": 8, "ID": 7, "JP": 9, "AU": 10, "KE": 3, "TR": 3}
"""all others are one hour east"""
TUNNEL = 9009
"""system of the one seller of tunnels"""
APPS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/14{v}.0", "Mozilla/5.0 (Macintosh) Safari/18.{v}",
    "Mozilla/5.0 (iPhone) Mobile/19.{v}", "Mozilla/5.0 (Linux; Android 16) Chrome/14{v}.0 Mobile",
    "Mozilla/5.0 (X11; Linux) Firefox/15{v}.0", "HostApp/5.{v} (iOS)", "HostApp/5.{v} (Android)",
]
"""browsers and applications; {v} is a version"""
PROGRAMS = [
    "otherhost-python/2.{v}.0", "host-sdk-python/1.{v}.2", "host-sdk-node/0.{v}.1", "python-requests/2.3{v}.0", "chainkit/0.{v}",
    "okhttp/4.1{v}", "curl/8.{v}.0",
]
"""libraries of the API, and what does without"""
MAIL = [
    *["gmail.com"] * 9, *["outlook.com"] * 3, "yahoo.com", "icloud.com", "icloud.com", "proton.me", "gmx.de", "web.de", "orange.fr",
    "seznam.cz",
]
SCHOOLS = ["st-uni.example", "polytech.example", "kollegium.example"]
THROWAWAY = ["mailnull.top", "tempbx.cc", "inbx24.site"]
