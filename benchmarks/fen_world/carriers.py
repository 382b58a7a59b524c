"""Countries and kinds of networks; where clocks stand."""

import numpy as np

# code: (share of sign-ups, hours from UTC, language family or "")
COUNTRIES: dict[str, tuple[float, float, str]] = {
    "US": (24, -6, ""), "IN": (12, 5.5, ""), "GB": (6, 0, ""), "DE": (5, 1, "de"), "FR": (4.5, 1, "fr"), "BR": (6, -3, "pt"),
    "CA": (4, -5, ""), "JP": (3.5, 9, ""), "ID": (4, 7, "id"), "MX": (3.5, -6, "es"), "ES": (3, 1, "es"), "PH": (3, 8, ""),
    "VN": (2.5, 7, ""), "TR": (2.2, 3, ""), "PL": (2, 1, ""), "NL": (1.8, 1, ""), "IT": (2.2, 1, ""), "NG": (1.8, 1, ""), "KE": (1, 3, ""),
    "CO": (1.6, -5, "es"), "AR": (1.4, -3, "es"), "SG": (1, 8, "zh"), "TW": (1.4, 8, "zh"), "AU": (2, 10, ""), "PK": (1.6, 5, ""),
    "EG": (1.2, 2, ""), "RO": (0.9, 2, ""), "UA": (0.9, 2, ""), "SE": (0.9, 1, ""), "PT": (0.8, 0, "pt"), "HK": (0.9, 8, "zh"),
    "JO": (0.4, 3, "")
}
CODES = list(COUNTRIES)
CC = {code: i for i, code in enumerate(CODES)}
TZ = np.array([v[1] for v in COUNTRIES.values()])
LANG = [v[2] for v in COUNTRIES.values()]
SHARE = np.array([v[0] for v in COUNTRIES.values()]) / sum(v[0] for v in COUNTRIES.values())
KINDS = ("home", "mobile", "edu", "biz", "host", "vpn")
CLOUD_REGIONS = ("US", "DE", "SG", "NL", "JP", "IN", "GB", "BR")
VPN_EXITS = ("US", "NL", "SG", "JP", "DE", "GB", "TW")
