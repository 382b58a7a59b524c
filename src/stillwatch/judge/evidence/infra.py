"""Evidence in networks and their providers."""

import numpy as np
from scipy import stats

from stillwatch.judge.evidence.finding import LEAST_EXPECTED_REPEATS, Finding, poisson_p, ratio
from stillwatch.judge.scene import Scene


def network(scene: Scene) -> Finding:
    """Accounts of different owners come from the same /24 or /48 networks.

    Observed is the number of owners beyond the first of each network, over the group's networks. Null: owners meet as in the median
    group. Blind behind proxies that are never reused, and where addresses are unknown; campuses, offices, carriers and VPNs put innocents
    on one network.
    """
    sample = scene.sample
    # net_expected counts pairs, of which there are more than owners beyond the first: so the p-value errs towards chance.
    p = poisson_p(sample.net_repeats, np.maximum(sample.net_expected, LEAST_EXPECTED_REPEATS))
    # Two owners meet with this probability if they fall on 1 / pair_probability equally likely networks; that gives the expected
    # number beyond the first of each.
    n_owners = sample.net_known
    pair_probability = np.maximum(sample.net_usual, 1e-12)
    expected = np.maximum(n_owners + np.expm1(n_owners * np.log1p(-np.minimum(pair_probability, 1 - 1e-12))) / pair_probability, 0)
    sampled = sample.net_repeats, sample.net_repeats2, scene.net_most - 1
    return Finding(scene.net_share, sample.net_repeats, expected, np.where(n_owners < 2, np.nan, p), sampled=sampled)


def rotation(scene: Scene) -> Finding:
    """Each account comes from many networks that accounts of other owners use too, as behind one proxy's pool of exits.

    Observed is the mean number of such networks of an account. The value is 1 where an account has ten of them or more and the group
    forty, and never less than the value of :func:`hopping`. There is no null. Blind behind exits that no two accounts share, unless they
    hop; subscribers of one carrier, customers of one VPN and cloud runners rotate as well.
    """
    networks_each, n_accounts = np.nan_to_num(scene.sample.net_each), np.maximum(scene.groups.sizes(), 1)
    none = np.full(scene.n, np.nan)
    sampled = networks_each / scene.sample.one_in, scene.sample.net_met2 / n_accounts**2, scene.net_most / n_accounts
    return Finding(scene.rotating, networks_each, none, none, sampled=sampled)


def hopping(scene: Scene) -> Finding:
    """Accounts go from one network provider to the next within hours, time and again, as behind rotating residential proxies.

    Observed is the number of accounts that do: eight providers or more, and four changes between two of them within six hours. Null: as
    often as the log's other accounts that send as many requests (binomial). Blind where autonomous systems are unknown, for accounts of
    fewer than eight requests and behind proxies that keep one exit a day; users of Tor, or of a VPN that changes servers by itself, hop
    as well.
    """
    n_hopping, n_known, expected = scene.hopping
    p = np.where(n_known > 0, stats.binom.sf(n_hopping - 1, n_known, ratio(expected, n_known)), np.nan)
    return Finding(scene.hopping_share, n_hopping, expected, p)
