"""Asks a Stillwatch decision service whether a request may go on."""

from stillwatch_client.guard import Guard, Verdict, restricted

__all__ = ["Guard", "Verdict", "restricted"]
