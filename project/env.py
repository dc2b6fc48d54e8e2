"""Typed readers of environment variables: a wrong value stops the start with one line that names it."""

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, overload
from urllib.parse import parse_qsl, unquote, urlsplit


class WrongSetting(SystemExit):
    """Ends the process with status 1 and one line: variable, fault, example."""

    def __init__(self, name: str, fault: str, example: str) -> None:
        super().__init__(f"{name}: {fault}; for example {name}={example}")


@dataclass(frozen=True)
class Variable:
    """One environment variable the product reads, kept so that the manual and the tests can list all of them."""

    name: str
    what: str
    example: str
    wrong: str
    parse: Callable[[str], Any]
    """Turns the text into a value, or raises ValueError with the fault in plain words."""

    def read(self, environ: Mapping[str, str]) -> Any:
        """The value, or None when unset or blank. Raises WrongSetting."""
        text = environ.get(self.name, "").strip()
        if not text:
            return None
        try:
            return self.parse(text)
        except ValueError as fault:
            raise WrongSetting(self.name, str(fault), self.example) from None


VARIABLES: dict[str, Variable] = {}


def _read(name: str, what: str, example: str, wrong: str, parse: Callable[[str], Any]) -> Any:
    variable = Variable(name, what, example, wrong, parse)
    VARIABLES[name] = variable
    return variable.read(os.environ)


def must(name: str, fault: str) -> WrongSetting:
    """The one line for a variable that is right by itself but not in this place. Raise it."""
    return WrongSetting(name, fault, VARIABLES[name].example)


def text(name: str, what: str, *, example: str, least: int = 1) -> str | None:
    """Free text of at least `least` characters."""

    def parse(value: str) -> str:
        if len(value) < least:
            raise ValueError(f"has {len(value)} characters and needs at least {least}")
        return value

    value: str | None = _read(name, what, example, "x" if least > 1 else "", parse)
    return value


@overload
def flag(name: str, what: str) -> bool | None: ...
@overload
def flag(name: str, what: str, *, default: bool) -> bool: ...
def flag(name: str, what: str, *, default: bool | None = None) -> bool | None:
    """yes or no."""
    words = {"yes": True, "true": True, "1": True, "on": True, "no": False, "false": False, "0": False, "off": False}

    def parse(value: str) -> bool:
        if value.lower() not in words:
            raise ValueError(f"{value!r} is neither yes nor no")
        return words[value.lower()]

    value = _read(name, what, "yes", "maybe", parse)
    return default if value is None else bool(value)


def whole(name: str, what: str, *, default: int, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"{value!r} is not a whole number from {least} to {most}")
        return int(value)

    value = _read(name, what, str(default), "-1", parse)
    return default if value is None else int(value)


def choice(name: str, what: str, *, default: str, among: tuple[str, ...], example: str = "") -> str:
    """One word out of a few."""

    def parse(value: str) -> str:
        if value not in among:
            raise ValueError(f"{value!r} is none of {', '.join(among)}")
        return value

    return _read(name, what, example or default, "neither", parse) or default


LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
HOST = re.compile(rf"\*|\.?({LABEL}\.)*{LABEL}|\[[0-9A-Fa-f:.]+\]")


def hosts(name: str, what: str, *, example: str) -> list[str] | None:
    """Names of a site with commas, as a browser sends them, without a port."""

    def parse(value: str) -> list[str]:
        entries = [entry.strip() for entry in value.split(",")]
        for entry in entries:
            if not HOST.fullmatch(entry):
                raise ValueError(f"{entry!r} is not a host name without a port")
        return entries

    value: list[str] | None = _read(name, what, example, "a b,,", parse)
    return value


def listening(name: str, what: str, *, default: str) -> str:
    """An address of this machine to listen on."""

    def parse(value: str) -> str:
        if value != "localhost":
            try:
                ip_address(value)
            except ValueError:
                raise ValueError(f"{value!r} is not an IP address") from None
        return value

    return _read(name, what, default, "999.1 x", parse) or default


def folder(name: str, what: str, *, default: Path) -> Path:
    """An absolute path that is a folder or does not exist yet."""

    def parse(value: str) -> Path:
        path = Path(value)
        if not path.is_absolute():
            raise ValueError(f"{value!r} is not an absolute path")
        if path.exists() and not path.is_dir():
            raise ValueError(f"{value!r} is not a folder")
        return path

    return _read(name, what, "/var/lib/relief", "relative/path", parse) or default


def file(name: str, what: str, *, default: Path, example: str) -> Path:
    """An absolute path that is a file or does not exist yet."""

    def parse(value: str) -> Path:
        path = Path(value)
        if not path.is_absolute():
            raise ValueError(f"{value!r} is not an absolute path")
        if path.is_dir():
            raise ValueError(f"{value!r} is a folder")
        return path

    return _read(name, what, example, "relative/path", parse) or default


@dataclass(frozen=True)
class Database:
    """Where a PostgreSQL database is and who signs in."""

    host: str
    port: str
    name: str
    user: str
    password: str
    options: tuple[tuple[str, str], ...] = ()


def database(name: str, what: str, *, example: str) -> Database | None:
    """A postgresql:// address; `?host=/folder` names a socket folder, other parameters go to the driver."""

    def parse(value: str) -> Database:
        parts = urlsplit(value)
        if parts.scheme not in {"postgres", "postgresql"}:
            raise ValueError("is not an address that starts with postgresql://")
        options = dict(parse_qsl(parts.query))
        base = unquote(parts.path.removeprefix("/"))
        if not base or "/" in base:
            raise ValueError("names no database after the host")
        if not parts.username:
            raise ValueError("names no user before the host")
        try:
            port = str(parts.port or "")
        except ValueError:
            raise ValueError("has a port that is not a number") from None
        host = options.pop("host", "") or unquote(parts.hostname or "")
        user, password = unquote(parts.username), unquote(parts.password or "")
        return Database(host, options.pop("port", port), base, user, password, tuple(options.items()))

    value: Database | None = _read(name, what, example, "mysql://localhost/relief", parse)
    return value


def address(name: str, what: str, *, example: str, schemes: tuple[str, ...]) -> str | None:
    """An address whose scheme is one of `schemes`, with a host unless it is a folder of this machine."""

    def parse(value: str) -> str:
        if not value.startswith(tuple(f"{scheme}:" for scheme in schemes)):
            raise ValueError(f"does not start with one of {', '.join(s + '://' for s in schemes)}")
        try:
            parts = urlsplit(value)
            _ = parts.port  # asked for its fault alone
        except ValueError:
            raise ValueError("has a host or a port that is not in the right form") from None
        if parts.scheme != "filesystem" and not parts.hostname:
            raise ValueError("names no host after ://")
        return value

    value: str | None = _read(name, what, example, "telnet://localhost", parse)
    return value


def parse_key(text: str) -> bytes:
    """One 32-byte key out of base64. Raises ValueError."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("holds a key that is not base64") from None
    if len(key) != 32:
        raise ValueError(f"holds a key of {len(key)} bytes and needs 32")
    if len(set(key)) < 8:
        raise ValueError("holds a key that is not random")
    return key


def parse_keyring(value: str) -> dict[str, bytes]:
    """`kid:base64,kid:base64`: the first is current, the others still open old values. Raises ValueError."""
    ring: dict[str, bytes] = {}
    for entry in value.split(","):
        kid, colon, body = entry.strip().partition(":")
        if not colon or not re.fullmatch(r"[a-z0-9-]{1,16}", kid):
            raise ValueError("is not written as name:key,name:key")
        if kid in ring:
            raise ValueError(f"names the key {kid!r} twice")
        ring[kid] = parse_key(body)
    return ring


def parse_secret(value: str) -> str:
    """A secret of at least 50 characters. Raises ValueError."""
    if len(value) < 50:
        raise ValueError(f"has {len(value)} characters and needs at least 50")
    return value


EXAMPLE_KEY = "<32 random bytes in base64>"


def keyring(name: str, what: str) -> dict[str, bytes] | None:
    """Named 32-byte keys, the current one first."""
    value: dict[str, bytes] | None = _read(name, what, f"k1:{EXAMPLE_KEY}", "k1:short", parse_keyring)
    return value


def key(name: str, what: str) -> bytes | None:
    """One 32-byte key in base64."""
    value: bytes | None = _read(name, what, EXAMPLE_KEY, "c2hvcnQ=", parse_key)
    return value
