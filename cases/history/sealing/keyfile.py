"""The private keys of the seal: one file that only the sealer's machine has; the newest key first."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from project import env, keys


class NoSealKey(SystemExit):
    """The key that should sign is not in its file: one sentence that says what to do."""


def public_of(key: Ed25519PrivateKey) -> bytes:
    """The 32 public bytes of a key."""
    return key.public_key().public_bytes_raw()


def read(path: Path) -> list[Ed25519PrivateKey]:
    """All keys of the file, the newest first; none when there is no file. Raises NoSealKey when it is damaged."""
    if not path.exists():
        return []
    try:
        seeds = [env.parse_key(part.strip()) for part in path.read_text().split(",")]
    except (ValueError, UnicodeDecodeError) as fault:
        raise NoSealKey(f"{path} {fault}: put it back from a copy.") from None
    return [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]


def add_new(path: Path) -> Ed25519PrivateKey:
    """A new key, written before the others and readable by the owner alone; it signs nothing before it is registered."""
    made = [Ed25519PrivateKey.generate(), *read(path)]
    keys.store(path, ",".join(base64.b64encode(key.private_bytes_raw()).decode() for key in made))
    return made[0]


def find(path: Path, public: bytes) -> Ed25519PrivateKey:
    """The private half of a registered key. Raises NoSealKey."""
    for key in read(path):
        if public_of(key) == public:
            return key
    raise NoSealKey(
        f"{path} does not hold the key that is registered: put the file back from its copy, or, when it is lost for good, "
        "run manage.py seal_key change --lost."
    )
