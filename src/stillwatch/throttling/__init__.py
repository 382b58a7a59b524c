"""How fast somebody may ask: accounts that are throttled, and ourselves at other people's endpoints; and how long these may take."""
