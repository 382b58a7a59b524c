"""The networks of the world, and mixtures of them."""

import numpy as np

from .arrays import Mix

# name: number of the autonomous system, country, kind
NETWORKS = {
    "ke_mob1": (33771, "KE", "mobile"), "ke_mob2": (36926, "KE", "mobile"), "ke_fix": (37061, "KE", "fixed"),
    "ke_fix2": (15399, "KE", "fixed"), "ng_mob1": (29465, "NG", "mobile"), "ng_mob2": (36873, "NG", "mobile"),
    "ng_mob3": (37148, "NG", "mobile"), "ng_fix": (37282, "NG", "fixed"), "gh_mob1": (30986, "GH", "mobile"),
    "gh_mob2": (29614, "GH", "mobile"), "gh_fix": (37140, "GH", "fixed"), "za_mob1": (29975, "ZA", "mobile"),
    "za_mob2": (16637, "ZA", "mobile"), "za_fix": (37457, "ZA", "fixed"), "za_fix2": (3741, "ZA", "fixed"),
    "tz_mob": (36908, "TZ", "mobile"), "ug_mob": (20294, "UG", "mobile"), "rw_mob": (36890, "RW", "mobile"),
    "et_mob": (24757, "ET", "mobile"), "ci_mob": (29571, "CI", "mobile"), "sn_mob": (8346, "SN", "mobile"),
    "zm_mob": (37287, "ZM", "mobile"), "ma_fix": (36903, "MA", "fixed"), "ke_edu": (36914, "KE", "edu"), "za_edu": (2018, "ZA", "edu"),
    "ng_edu": (37474, "NG", "edu"), "gh_edu": (37122, "GH", "edu"), "ug_edu": (37143, "UG", "edu"), "us_fix": (7922, "US", "foreign"),
    "us_fix2": (7018, "US", "foreign"), "gb_fix": (2856, "GB", "foreign"), "de_fix": (3320, "DE", "foreign"),
    "fr_fix": (3215, "FR", "foreign"), "in_mob": (55836, "IN", "foreign"), "br_fix": (28573, "BR", "foreign"),
    "vn_fix": (45899, "VN", "foreign"), "ph_fix": (9299, "PH", "foreign"), "id_fix": (7713, "ID", "foreign"),
    "pk_fix": (17557, "PK", "foreign"), "tr_fix": (9121, "TR", "foreign"), "mx_fix": (8151, "MX", "foreign"),
    "it_fix": (3269, "IT", "foreign"), "ca_fix": (812, "CA", "foreign"), "pl_fix": (5617, "PL", "foreign"),
    "aws_us": (16509, "US", "host"), "aws_za": (16509, "ZA", "host"), "aws_ie": (16509, "IE", "host"), "az_za": (8075, "ZA", "host"),
    "gcp_be": (396982, "BE", "host"), "do_nl": (14061, "NL", "host"), "do_us": (14061, "US", "host"), "hz_de": (24940, "DE", "host"),
    "ovh_fr": (16276, "FR", "host"), "cto_de": (51167, "DE", "host"), "lin_us": (63949, "US", "host"), "vul_jp": (20473, "JP", "host"),
    "ali_sg": (45102, "SG", "host"), "ten_sg": (132203, "SG", "host"), "hos_lt": (47583, "LT", "host"), "m247_gb": (9009, "GB", "vpn"),
    "dcamp_us": (60068, "US", "vpn"), "ghact_us": (36352, "US", "host"), "cf_us": (13335, "US", "edge"), "gh_actions": (8075, "US", "host")
}
FIRST_OCTETS = {
    "mobile": [41, 102, 105, 154, 196, 197], "fixed": [41, 105, 154, 196, 197], "edu": [41, 196, 197],
    "foreign": [24, 71, 86, 91, 110, 189], "host": [3, 18, 34, 51, 64, 95, 139, 167], "vpn": [89, 146, 185], "edge": [104, 172]
}
TZ = {
    "KE": 3, "TZ": 3, "UG": 3, "ET": 3, "RW": 2, "ZA": 2, "ZM": 2, "NG": 1, "GH": 0, "CI": 0, "SN": 0, "MA": 1, "US": -6, "GB": 0, "DE": 1,
    "FR": 1, "IN": 5, "BR": -3, "VN": 7, "PH": 8, "ID": 7, "PK": 5, "TR": 3, "MX": -6, "IT": 1, "CA": -5, "PL": 1, "SG": 8, "JP": 9,
    "NL": 1, "IE": 0, "BE": 1, "LT": 2
}
"""hours from UTC"""
NAMES = list(NETWORKS)
ASN = np.array([asn for asn, _, _ in NETWORKS.values()], dtype=np.int64)
COUNTRY = np.array([country for _, country, _ in NETWORKS.values()], dtype=object)
KIND = np.array([kind for _, _, kind in NETWORKS.values()], dtype=object)
ROW = {name: i for i, name in enumerate(NAMES)}

HOME_MIX: Mix = {
    "ke_mob1": 20, "ke_mob2": 6, "ke_fix": 5, "ke_fix2": 3, "ng_mob1": 17, "ng_mob2": 8, "ng_mob3": 4, "ng_fix": 2, "gh_mob1": 8,
    "gh_mob2": 3, "gh_fix": 1, "za_mob1": 5, "za_mob2": 4, "za_fix": 3, "za_fix2": 2, "tz_mob": 6, "ug_mob": 6, "rw_mob": 3, "et_mob": 3,
    "ci_mob": 3, "sn_mob": 2, "zm_mob": 2, "ma_fix": 1
}
FOREIGN_MIX: Mix = {name: 1.0 for name, (_, _, kind) in NETWORKS.items() if kind == "foreign"}
HOST_MIX: Mix = {
    "aws_us": 12, "aws_za": 9, "aws_ie": 9, "az_za": 7, "gcp_be": 6, "do_nl": 9, "do_us": 6, "hz_de": 12, "ovh_fr": 6, "cto_de": 9,
    "lin_us": 3, "vul_jp": 1, "ali_sg": 1.5, "ten_sg": 1, "hos_lt": 6, "ghact_us": 1, "cf_us": 2
}
EDU_MIX: Mix = {"ke_edu": 5, "za_edu": 3, "ng_edu": 3, "gh_edu": 2, "ug_edu": 2, "ke_fix": 1}
OFFICE_MIX: Mix = {"ke_fix": 5, "ke_fix2": 4, "ng_fix": 4, "gh_fix": 3, "za_fix": 4, "za_fix2": 4, "ma_fix": 1, "ke_mob1": 1, "ng_mob1": 1}
RESI_WORLD: Mix = {
    "us_fix": 5, "gb_fix": 3, "de_fix": 2, "fr_fix": 2, "in_mob": 3, "br_fix": 4, "vn_fix": 3, "ph_fix": 3, "id_fix": 3, "pk_fix": 1,
    "tr_fix": 2, "mx_fix": 2, "it_fix": 1, "ke_fix": 1, "za_fix": 1
}
RESI_AFRICA: Mix = {
    "ke_mob1": 5, "ng_mob1": 5, "gh_mob1": 3, "tz_mob": 2, "ug_mob": 2, "ke_fix": 2, "ng_mob2": 2, "za_mob1": 2, "za_fix": 1, "ci_mob": 1
}
CHEAP_HOST: Mix = {"cto_de": 3, "hz_de": 3, "hos_lt": 2, "ovh_fr": 1, "ten_sg": 1, "ghact_us": 2}
