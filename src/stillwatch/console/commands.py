"""Commands for the console: its users, and serving it by itself. Parsing only; nothing heavy is imported."""

import argparse
from collections.abc import Callable
from pathlib import Path

from stillwatch.respond.commands import group, job, key_option, store_option
from stillwatch.respond.vocabulary import Role

Add = Callable[..., argparse.ArgumentParser]
JOBS = "stillwatch.console.jobs"


def register(add: Add, shared: argparse.ArgumentParser) -> None:
    """Add the commands to the command line."""
    sub = group(add, shared, "user", JOBS, "who may log in to the console, and with which role")
    roles = [str(role) for role in Role]
    for word, what in (("add", "add a user; the first one must be an admin"), ("password", "set a user's password")):
        made = sub(word, f"user_{word}", what)
        made.add_argument("name", metavar="NAME")
        made.add_argument(
            "--password-file",
            type=Path,
            metavar="FILE",
            help="its first line is the password (default: asked for, or the first line of standard input)",
        )
        if word == "add":
            made.add_argument("--role", required=True, choices=roles, help="what the user may do")
    role = sub("role", "user_role", "give a user another role")
    role.add_argument("name", metavar="NAME")
    role.add_argument("role", metavar="ROLE", choices=roles)
    sub("disable", "user_disable", "shut a user out").add_argument("name", metavar="NAME")
    sub("enable", "user_enable", "let a user in again, with role and password as before").add_argument("name", metavar="NAME")
    sub("list", "user_list", "all users")

    alone = add("console", job(JOBS, "serve"), "serve the console in a process of its own")
    store_option(alone)
    key_option(alone)
    alone.add_argument("--host", default="127.0.0.1", help="address to listen at (default: loopback only)")
    alone.add_argument("--port", type=int, default=8090, help="default: 8090")
    alone.add_argument(
        "--origin",
        default="",
        metavar="URL",
        help="address that browsers use, such as https://guard.example, where a proxy stands in front",
    )
    alone.add_argument("--tls-cert", type=Path, help="certificate chain, PEM; TLS 1.3")
    alone.add_argument("--tls-key", type=Path, help="its private key, PEM")
