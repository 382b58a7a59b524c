"""The accounts of a world, a column of values for each thing known of them."""

import numpy as np

COLUMNS = {
    # what the provider's registry shows
    "created": float, "kind": object, "org": object, "verified": bool, "access": object, "domain": object,
    "email": object, "card": object, "phone": object, "signup_ip": int, "land": int, "banned": float, "plan": object,
    # how they call
    "zone": float, "user_agent": object, "ja4": object, "temperature": float, "top_p": float, "max_tokens": int,
    "stream": bool, "path": object, "tools": object, "system": object, "n_keys": int,
    "rotated": float,  # day on which the keys change
    "adopts": float,  # days from a release until they use the new model
    # the truth
    "crowd": object, "campaign": object,
}
MOST_LINES = 4


class Registry:
    """Columns by name, and up to four lines an account with the shares of its traffic that take them."""

    def __init__(self):
        self.columns = {name: np.empty(0, kind) for name, kind in COLUMNS.items()}
        self.lines = tuple(np.empty((0, MOST_LINES), np.int64) for _ in range(3))
        self.line_shares = np.empty((0, MOST_LINES))
        """cumulative"""

    def __len__(self):
        return len(self.line_shares)

    def __getitem__(self, name):
        return self.columns[name]

    def append(self, n, values, lines, shares):
        """Add n accounts: an array or one value for each column, a list of lines and their shares; returns where they stand."""
        if missing := self.columns.keys() ^ values.keys():
            raise ValueError(f"columns: {sorted(missing)}")
        first = len(self)
        for name, value in values.items():
            added = np.empty(n, self.columns[name].dtype)
            added[:] = value
            self.columns[name] = np.concatenate([self.columns[name], added])
        taken = [lines[min(k, len(lines) - 1)] for k in range(MOST_LINES)]
        self.lines = tuple(np.vstack([old, np.column_stack([line[part] for line in taken])]) for part, old in enumerate(self.lines))
        share = np.zeros(MOST_LINES)
        share[: len(lines)] = shares
        cumulative = np.cumsum(share / share.sum())
        self.line_shares = np.vstack([self.line_shares, np.broadcast_to(cumulative, (n, MOST_LINES))])
        return np.arange(first, first + n)

    def draw_lines(self, rng, accounts):
        """Which of its lines each call takes."""
        return (rng.random(len(accounts))[:, None] > self.line_shares[accounts]).sum(1).clip(0, MOST_LINES - 1)
