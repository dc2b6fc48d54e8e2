"""The keys and passwords of an embedded run: made once, kept under var/ in files that only their owner reads."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
KINDS = ("demo", "office")


def random_key() -> str:
    """32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


MAKERS: dict[str, Callable[[], str]] = {
    "keys/secret_key": lambda: secrets.token_urlsafe(64),
    "keys/field_keys": lambda: f"k1:{random_key()}",
    "keys/index_key": random_key,
    "passwords/superuser": lambda: secrets.token_hex(24),
    "passwords/owner": lambda: secrets.token_hex(24),
    "passwords/app": lambda: secrets.token_hex(24),
    "passwords/sealer": lambda: secrets.token_hex(24),
    "passwords/inspector": lambda: secrets.token_hex(24),
}
LATER = {"passwords/sealer", "passwords/inspector"}
"""Made beside data that is there already: set-up gives these roles their passwords anew, and nothing is sealed with them."""


FILES = {
    "RELIEF_SECRET_KEY": "keys/secret_key",
    "RELIEF_FIELD_KEYS": "keys/field_keys",
    "RELIEF_INDEX_KEY": "keys/index_key",
}
"""The environment variable that takes the place of each key file."""


class KeysLost(SystemExit):
    """Data without its keys: going on with new keys would make every sealed column unreadable for ever."""


class NotWritable(SystemExit):
    """The folder of keys and files cannot be written: one line that names the variable."""


class Damaged(SystemExit):
    """A file under var/ holds something that it cannot hold: one sentence that says what to do."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Something is about to be written under var/. Raises NotWritable when the folder does not let it."""
    try:
        yield
    except OSError as fault:
        raise NotWritable(
            f"RELIEF_VAR: {path.parent} cannot be written ({fault.strerror}); for example RELIEF_VAR=/var/lib/relief"
        ) from None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds an exclusive lock on a file; the kernel frees it when the process ends, however it ends."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = open(path, "a")  # noqa: SIM115  closed below
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def store(path: Path, value: str) -> None:
    """Writes a 0600 file in one piece: a reader sees all of it or none of it."""
    with writing(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = path.with_name(f".{path.name}.half")
        half.unlink(missing_ok=True)
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(value + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(half, path)


def kind(var: Path) -> str:
    """What this place was set up as: demo, office, or "" before that. Raises Damaged."""
    path = var / "kind"
    if not path.exists():
        return ""
    found = path.read_text(errors="replace").strip()
    if found not in KINDS:
        raise Damaged(
            f"{path} holds {found[:20]!r} and should hold demo or office: write there what this place is for."
        )
    return found


def office_words(var: Path) -> dict[str, str]:
    """What an office answered at its first start: its name, its help line, the hours; by variable. Raises Damaged."""
    path = var / "office.json"
    try:
        found = json.loads(path.read_text()) if path.exists() else {}
        return {str(name): str(value) for name, value in found.items()}
    except (ValueError, AttributeError):
        raise Damaged(f"{path} is not in the right form: remove it, and the next start asks again.") from None


def read(var: Path, name: str, parse: Callable[[str], T]) -> T:
    """A stored key as `parse` reads it. Raises Damaged."""
    try:
        return parse(load(var, name))
    except ValueError as fault:
        raise Damaged(f"{var / name} {fault}: put {var / name.split('/')[0]} back from a backup.") from None


def load(var: Path, name: str) -> str:
    """The stored value of one of MAKERS, made now when nothing is stored yet.

    Raises KeysLost when the embedded database exists and its keys are gone, Damaged when the file is empty.
    """
    path = var / name
    if path.exists():
        return _content(path)
    with locked(var / "keys.lock"):
        if path.exists():
            return _content(path)
        if (var / "pg").exists() and name not in LATER:
            raise KeysLost(
                f"{path} is gone but {var / 'pg'} holds data that only this key opens: "
                f"put {var / name.split('/')[0]} back from a backup, or move {var} away to start empty."
            )
        value = MAKERS[name]()
        store(path, value)
        return value


def _content(path: Path) -> str:
    value = path.read_text(errors="replace").strip()
    if not value:
        raise Damaged(f"{path} is empty: put {path.parent} back from a backup.")
    return value
