"""Judge: is a group a campaign, what did it harvest, and which innocent explanation fits it?"""

from stillwatch.judge.campaigns import campaigns_of, leads, suspects
from stillwatch.judge.evidence import EVIDENCE, Finding
from stillwatch.judge.harvest import Tally, worded
from stillwatch.judge.interval import between
from stillwatch.judge.joining import candidates, joining, may_join, most_met_campaign
from stillwatch.judge.lines import YARDSTICK
from stillwatch.judge.linkage import linkage, partner_campaigns
from stillwatch.judge.marking import marking, pooled
from stillwatch.judge.matcher import MOST_GROUPS, Matcher, account_codes, lookup
from stillwatch.judge.measure import Measured, devoted, hour_columns, measure
from stillwatch.judge.members import FAR, MIDDLE_POSTERIOR, MIN_POSTERIOR, NEAR_POSTERIOR, belonging
from stillwatch.judge.model import Model, calibrated
from stillwatch.judge.people import DAY_US, HOUR_US, UNKNOWN, People, customers, owners, people
from stillwatch.judge.pieces import look
from stillwatch.judge.ranking import account_scores, suspicion
from stillwatch.judge.reasons import OUTSTANDING
from stillwatch.judge.sample import Sample, sample
from stillwatch.judge.scene import Handoffs, Scene
from stillwatch.judge.second_pools import pools_elsewhere
from stillwatch.judge.standing import standing
from stillwatch.judge.templates import masked
from stillwatch.judge.unmix import SETUP, TRAITS, Conversations, conversation_roots, harvested, log_odds, setups, traits
from stillwatch.judge.verdict import MIN_GROUP_ACCOUNTS, Verdicts, judge
from stillwatch.judge.watch import Watch, cleared, look_alikes, stands_out, watched, yardstick

__all__ = [
    "DAY_US",
    "EVIDENCE",
    "FAR",
    "HOUR_US",
    "MIDDLE_POSTERIOR",
    "MIN_GROUP_ACCOUNTS",
    "MIN_POSTERIOR",
    "MOST_GROUPS",
    "NEAR_POSTERIOR",
    "OUTSTANDING",
    "SETUP",
    "TRAITS",
    "UNKNOWN",
    "YARDSTICK",
    "Conversations",
    "Finding",
    "Handoffs",
    "Matcher",
    "Measured",
    "Model",
    "People",
    "Sample",
    "Scene",
    "Tally",
    "Verdicts",
    "Watch",
    "account_codes",
    "account_scores",
    "belonging",
    "between",
    "calibrated",
    "campaigns_of",
    "candidates",
    "cleared",
    "conversation_roots",
    "customers",
    "devoted",
    "harvested",
    "hour_columns",
    "joining",
    "judge",
    "leads",
    "linkage",
    "log_odds",
    "look",
    "look_alikes",
    "lookup",
    "marking",
    "masked",
    "may_join",
    "measure",
    "most_met_campaign",
    "owners",
    "partner_campaigns",
    "people",
    "pooled",
    "pools_elsewhere",
    "sample",
    "setups",
    "standing",
    "stands_out",
    "suspects",
    "suspicion",
    "traits",
    "watched",
    "worded",
    "yardstick",
]
