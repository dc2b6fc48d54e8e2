"""Signed notes in the form of C2SP: a root with its signature, and what a witness writes below it. Pure.

signed-note: text, an empty line, then for each signature `— <name> <base64 of 4 bytes key id and the signature>`.
tlog-checkpoint: the text is origin, size and base64 of the root, a line each. tlog-cosignature: a witness signs the time too.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 0x01, 0x04
"""Kinds of signatures: Ed25519 over the text; Ed25519 over `cosignature/v1`, time and text."""
DASH = "—"
NAME = re.compile(r"[^\s+]{1,255}")


class WrongNote(ValueError):
    """Not in the form of C2SP: the fault in plain words."""


@dataclass(frozen=True)
class Signature:
    """签名行: who signed, with which key (its id), and the bytes after the id."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """The line below the text."""
        return f"{DASH} {self.name} {_text(self.key_id + self.value)}\n"


@dataclass(frozen=True)
class Checkpoint:
    """检查点: what the text of a note says."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"


@dataclass(frozen=True)
class Note:
    """签名文本: a text and the signatures below it."""

    body: str
    signatures: tuple[Signature, ...]

    def text(self) -> str:
        """The whole note."""
        return self.body + "\n" + "".join(signature.line() for signature in self.signatures)


@dataclass(frozen=True)
class Key:
    """公钥: a name, a kind and 32 bytes, written as C2SP's vkey `name+id+base64`."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def vkey(self) -> str:
        """The key in one line, to be pinned elsewhere."""
        return f"{self.name}+{self.id.hex()}+{_text(bytes([self.kind]) + self.public)}"


def read_vkey(text: str) -> Key:
    """A key out of its line. Raises WrongNote."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3 or not NAME.fullmatch(parts[0]):
        raise WrongNote("a key is written name+id+base64")
    raw = _bytes(parts[2])
    if len(raw) != 33 or raw[0] not in (LOG, WITNESS):
        raise WrongNote("the key is neither one of a log nor one of a witness")
    key = Key(parts[0], raw[0], raw[1:])
    if key.id.hex() != parts[1]:
        raise WrongNote("the id does not fit the key")
    return key


def read_note(text: str) -> Note:
    """A note out of its text; no signature is checked. Raises WrongNote."""
    body, gap, below = text.rpartition("\n\n")
    if not gap or not body or not below.endswith("\n") or len(text) > 100_000:
        raise WrongNote("a note is a text, an empty line and signatures, each with a line feed")
    return Note(body + "\n", tuple(_signature(line) for line in below[:-1].split("\n")))


def read_signature(line: str) -> Signature:
    """One line of signature. Raises WrongNote."""
    return _signature(line.removesuffix("\n"))


def _signature(line: str) -> Signature:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH or not NAME.fullmatch(parts[1]):
        raise WrongNote("a signature is written — name base64")
    raw = _bytes(parts[2])
    if len(raw) < 5:
        raise WrongNote("a signature has four bytes of key id before it")
    return Signature(parts[1], raw[:4], raw[4:])


def read_checkpoint(body: str) -> Checkpoint:
    """What a note says of a tree; lines after the third are left alone. Raises WrongNote."""
    lines = body.split("\n")
    if len(lines) < 4 or not lines[0] or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]):
        raise WrongNote("a checkpoint has three lines: origin, size, root")
    root = _bytes(lines[2])
    if len(root) != 32:
        raise WrongNote("a root has 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def sign(body: str, *, name: str, key: Ed25519PrivateKey) -> Signature:
    """签名: the log signs the text."""
    return Signature(name, Key(name, LOG, key.public_key().public_bytes_raw()).id, key.sign(body.encode()))


def is_signed(note: Note, key: Key) -> bool:
    """Whether this key of a log signed the note."""
    return any(
        _right(key, signature, signature.value, note.body.encode()) for signature in note.signatures if key.kind == LOG
    )


def cosigned_at(body: str, signature: Signature, key: Key) -> int | None:
    """The second at which this witness signed the text; None when it did not."""
    if key.kind != WITNESS or len(signature.value) != 72:
        return None
    at: int = struct.unpack(">Q", signature.value[:8])[0]
    return at if _right(key, signature, signature.value[8:], _seen(body, at)) else None


def _seen(body: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{body}".encode()


def _right(key: Key, signature: Signature, value: bytes, message: bytes) -> bool:
    if (signature.name, signature.key_id) != (key.name, key.id):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(value, message)
    except InvalidSignature:
        return False
    return True


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise WrongNote("is not base64") from None
