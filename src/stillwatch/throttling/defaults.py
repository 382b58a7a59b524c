"""Default limits of throttle and restrict, where neither the action nor the policy sets them.

The built-in policy, the decision service, back-tests and replay all read them here, so that they agree.
"""

REQUESTS_PER_MIN = 6.0
"""Requests a minute of a throttled account."""
MAX_TOKENS = 1024
"""Longest answer to a restricted account, tokens."""
