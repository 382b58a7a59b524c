"""What milder actions leave an account where neither the action nor the policy says it.

The built-in policy, the decision service, back-tests and replay read these, so that none of them promises another number.
"""

REQUESTS_PER_MIN = 6.0
"""Requests a minute of a throttled account."""
MAX_TOKENS = 1024
"""Longest answer to a restricted account, tokens."""
