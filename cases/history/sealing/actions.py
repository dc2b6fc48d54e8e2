"""What people and machines do about seals: keys, witnesses, receipts. The roots themselves are the sealer's."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from cases.errors import Invalid, Refusal, Stale
from cases.history import notes
from cases.history.record import action, record
from cases.history.sealing import keyfile, queries, rules, sealer
from cases.history.sealing.models import SealKey, Witness, WitnessReceipt

log = structlog.get_logger(__name__)
CHAIN = ("config", "seals")


@action("seal.key")
def change_key(*, path: Path, reason: str, is_lost: bool = False, by: Any = None, now: datetime | None = None) -> str:
    """换封存密钥: the first key, or one that follows the present one from the next root on; answers its short name.

    Old and new key sign the change, and the event holds both signatures; `is_lost`: the old one is gone and cannot.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [rules.CHANGING_KEYS])
    known, last = queries.seal_keys(), queries.latest()
    old = next((key for key in known if key.last is None), None)
    size = last.tree_size if last else 0
    if old and not is_lost and not old.signs(size):
        raise Stale(_("现在的密钥还没有签过检查点，先封存一次再换。"))
    before = keyfile.find(path, old.public) if old and not is_lost else None
    key = keyfile.add_new(path)
    public = keyfile.public_of(key)
    origin = rules.origin_of(known[0].public if known else public)
    kid = rules.kid_of(origin, public)
    text = rules.change_text(origin=origin, old=old.kid if old else "", new=kid, public=public, first=size + 1)
    if old:
        SealKey.objects.filter(kid=old.kid).update(valid_to_size=size)
    SealKey.objects.create(kid=kid, public_key=public, valid_from_size=size + 1, reason=reason)
    signed = {"signed_by_new": _text(key.sign(text)), "signed_by_old": _text(before.sign(text)) if before else ""}
    told = {
        "origin": origin,
        "old": old.kid if old else "",
        "new": kid,
        "public_key": _text(public),
        "from_size": size + 1,
    }
    record("seal.key", about=CHAIN, payload={**told, **signed, "reason": reason})
    return kid


@action("seal.accept_shorter")
def accept_shorter(*, path: Path, reason: str, by: Any = None, now: datetime | None = None) -> None:
    """认可较短的树: the database was put back to an earlier day; the sealer goes on from there. Witnesses will say that it did."""
    forgotten = sealer.forget(path)
    told = {"size": forgotten[0], "root": forgotten[1].hex()} if forgotten else {}
    record("seal.accept_shorter", about=CHAIN, payload={**told, "reason": reason})


@action("seal.witness")
def add_witness(*, vkey: str, by: Any = None, now: datetime | None = None) -> Witness:
    """登记见证方: from now on this office's cosignatures are taken; its key was handed over by another way."""
    try:
        key = notes.read_vkey(vkey)
    except notes.WrongNote as fault:
        raise Invalid(str(fault)) from None
    if key.kind != notes.WITNESS:
        raise Invalid(_("这是日志的公钥，不是见证方的。"))
    if Witness.objects.filter(name=key.name).exists():
        raise Stale(_("这个名称已经登记过；换密钥要用新的名称。"))
    assert now is not None
    row = Witness.objects.create(name=key.name, public_key=key.public, added_at=now)
    record("seal.witness", about=CHAIN, object=row, payload={"name": key.name, "public_key": _text(key.public)})
    return row


@action("seal.witness_end")
def end_witness(*, name: str, by: Any = None, now: datetime | None = None) -> None:
    """见证方退出: its cosignatures are not taken any more; its receipts stay."""
    row = Witness.objects.filter(name=name, ended_at=None).first()
    if row is None:
        raise Invalid(_("没有登记这个见证方。"))
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    record("seal.witness_end", about=CHAIN, object=row, payload={"name": name})


def take_receipt(*, text: str, channel: str, now: datetime) -> bool:
    """收见证回执: a note with a witness's line below; answers whether it is new. Nobody acts, so it is no event: it is proof itself.

    Refused: not in the form, no registered witness, or a signature that is not his (422); a size that was never sealed (409).
    A root that was signed here and is not ours for that size is kept, told aloud, and answered with 409.
    """
    note, said, line = _understood(text)
    signed_at = notes.cosigned_at(note.body, line, queries.witness_key(line.name) or notes.Key(line.name, 0, b""))
    if signed_at is None:
        raise Invalid("no registered witness signed this", code="bad_signature")
    if said.origin != queries.origin():
        raise Invalid("this is the note of another history", code="other_history")
    ours = queries.checkpoint_of(said.size)
    is_ours = ours is not None and bytes(ours.root) == said.root
    if not is_ours and not any(
        notes.is_signed(note, rules.key_of(said.origin, key.public)) for key in queries.seal_keys()
    ):
        raise Refusal("no such checkpoint was sealed", code="unknown_size", status=409)
    kept = _kept(said, line, channel, now)
    if not is_ours:
        log.error("a witness holds another root that was signed here", size=said.size, witness=line.name)
        raise Refusal("another root was signed for this size", code="fork", status=409)
    return kept


def _kept(said: notes.Checkpoint, line: notes.Signature, channel: str, now: datetime) -> bool:
    try:
        with transaction.atomic():
            WitnessReceipt.objects.create(
                tree_size=said.size,
                root=said.root,
                witness=line.name,
                channel=channel,
                cosignature=line.line(),
                received_at=now,
            )
    except IntegrityError:  # the same size of the same witness is there, perhaps since this very moment
        return False
    return True


def _understood(text: str) -> tuple[notes.Note, notes.Checkpoint, notes.Signature]:
    """The note, what it says, and its last line, the witness's. Raises Invalid."""
    try:
        note = notes.read_note(text)
        return note, notes.read_checkpoint(note.body), note.signatures[-1]
    except notes.WrongNote as fault:
        raise Invalid(str(fault), code="not_a_note") from None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
