"""Ed25519 keys and signatures (RFC 8032), in the PEM files that OpenSSL reads and writes too."""

import base64
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from stillwatch.errors import InputError
from stillwatch.files import make_private_folder

OWN = "Pass the file of a private Ed25519 key, not its .pub; where there is none, a new key is made"
THEIRS = "Pass the .pub file of the signer"


def signing_key(path: Path) -> Ed25519PrivateKey:
    """The private key in a PEM file; where the file is absent, a new key is written to it, and its public key beside it.

    Raises:
        InputError: the file holds no unencrypted Ed25519 private key, or cannot be read or written, or it is absent and a public key
            lies where the new one's would.
    """
    if not path.exists():
        if public_path(path).exists():
            todo = "Put its private key back, or pass another file; remove the .pub only if nobody verifies with it"
            raise InputError(f"no such signing key, and a new one would replace {public_path(path).name} beside it", where=path, todo=todo)
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        try:
            make_private_folder(path.parent)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(pem)
            public_path(path).write_bytes(public_pem(key.public_key()))
        except OSError as error:
            raise InputError(f"cannot write the signing key ({error.strerror})", where=path) from error
        return key
    try:
        loaded = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise InputError("not an unencrypted private key in PEM", where=path, todo=OWN) from error
    if not isinstance(loaded, Ed25519PrivateKey):
        raise InputError("not an Ed25519 key", where=path, todo=OWN)
    return loaded


def public_path(path: Path) -> Path:
    """Where the public key of a new private key is written."""
    return path.with_name(path.name + ".pub")


def public_key(path: Path) -> Ed25519PublicKey:
    """The public key in a PEM file."""
    try:
        loaded = load_pem_public_key(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError("no such file", where=path) from error
    except (OSError, ValueError) as error:
        raise InputError("not a public key in PEM", where=path, todo=THEIRS) from error
    if not isinstance(loaded, Ed25519PublicKey):
        raise InputError("not an Ed25519 key", where=path, todo=THEIRS)
    return loaded


def public_pem(key: Ed25519PublicKey) -> bytes:
    """A public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: Ed25519PublicKey) -> str:
    """A short name of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def sign(key: Ed25519PrivateKey, message: bytes) -> bytes:
    """The signature in base64, with a newline."""
    return base64.b64encode(key.sign(message)) + b"\n"


def signed_by(key: Ed25519PublicKey, message: bytes, signature: bytes) -> bool:
    """Whether a signature in base64 is this key's over the message."""
    try:
        key.verify(base64.b64decode(signature.strip(), validate=True), message)
    except (InvalidSignature, ValueError):
        return False
    return True
