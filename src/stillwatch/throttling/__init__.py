"""Rate limits: of throttled accounts, and of our own requests to other people's endpoints; and deadlines of such requests."""
