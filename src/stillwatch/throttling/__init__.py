"""How fast somebody may ask: accounts that are throttled, and ourselves at other people's endpoints."""
