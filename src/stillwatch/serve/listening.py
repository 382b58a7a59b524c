"""Whether an address can be listened at.

The server shares its port with whoever asks (SO_REUSEPORT): a second service on the same port would start without a word and take
every other connection, with another snapshot.
"""

import socket

from stillwatch.errors import InputError


def free(host: str, port: int) -> None:
    """Return where nobody listens yet.

    Raises:
        InputError: somebody does, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            pass
    except (OSError, OverflowError) as error:
        raise InputError(f"cannot listen ({error})", where=f"{host}:{port}", todo="Pass another --host or --port") from error
