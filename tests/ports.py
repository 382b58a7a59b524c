"""Ports for servers that tests start."""

import os
import socket

FIRST, LAST = 10_240, 32_767
"""Below those that the kernel gives to outgoing connections, so that none takes a port between its choice and the server's start."""

_next = FIRST + os.getpid() * 97 % (LAST - FIRST)  # workers begin at places of their own


def free_port() -> int:
    """A port that nobody listens at, another one at each call."""
    global _next
    while True:
        port, _next = _next, _next + 1 if _next < LAST else FIRST
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
