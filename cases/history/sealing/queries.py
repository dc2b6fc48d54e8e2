"""What is known of seals: the last root, the keys, what waits, who witnessed. Nothing here holds data of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.calendar import clock
from cases.calendar.rules import local_day, start_of
from cases.errors import Invalid, Refusal
from cases.history import merkle, notes
from cases.history.sealing import rules, tree
from cases.history.sealing.models import Checkpoint, SealKey, Witness, WitnessReceipt
from cases.history.sealing.rules import KeyRange
from cases.text import is_key

OLDEST = """
SELECT coalesce(e.recorded_at, a.recorded_at) FROM cases_pending p
LEFT JOIN cases_event e ON p.src = 1 AND e.id = p.ref LEFT JOIN cases_access a ON p.src = 2 AND a.id = p.ref
WHERE CASE p.src WHEN 1 THEN e.hash = history_event_hash(e) ELSE a.hash = history_access_hash(a) END
ORDER BY p.id LIMIT 1
"""
HELD = """
SELECT count(*) FROM (SELECT p.src, p.ref FROM cases_pending p ORDER BY p.id LIMIT 2000) p
LEFT JOIN cases_event e ON p.src = 1 AND e.id = p.ref LEFT JOIN cases_access a ON p.src = 2 AND a.id = p.ref
WHERE NOT coalesce(CASE p.src WHEN 1 THEN e.hash = history_event_hash(e) ELSE a.hash = history_access_hash(a) END, false)
"""


def lag() -> timedelta:
    """封存延迟: how long the oldest entry that can be sealed waits; zero when none does."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(relief_now() - ({OLDEST.strip()}), interval '0')")
        waited: timedelta = cursor.fetchone()[0]
    return max(waited, timedelta())


def is_awaited() -> bool:
    """Whether somebody should seal here: an office always, a demonstration once a sealer has begun."""
    return settings.RELIEF_ENV == "office" or SealKey.objects.exists()


def lateness() -> timedelta:
    """How long the oldest entry waits where somebody should seal; zero elsewhere."""
    return lag() if is_awaited() else timedelta()


def held() -> int:
    """How many entries the sealer holds back, because their content does not fit their hash or is gone."""
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        return int(cursor.fetchone()[0])


def seal_keys() -> list[KeyRange]:
    """The keys of the seal, the oldest first."""
    rows = SealKey.objects.order_by("valid_from_size", "valid_to_size", "kid")
    return [KeyRange(row.kid, bytes(row.public_key), row.valid_from_size, row.valid_to_size) for row in rows]


def origin() -> str:
    """The name of this history in its notes; "" before its first key."""
    known = seal_keys()
    return rules.origin_of(known[0].public) if known else ""


def latest() -> Checkpoint | None:
    """The last signed root."""
    return Checkpoint.objects.order_by("-tree_size").first()


def checkpoint_of(size: int) -> Checkpoint | None:
    """The signed root of exactly this size."""
    return Checkpoint.objects.filter(tree_size=size).first()


def note_of(checkpoint: Checkpoint) -> str:
    """The note as it was signed, and below it what witnesses signed of the same root."""
    lines = WitnessReceipt.objects.filter(tree_size=checkpoint.tree_size, root=checkpoint.root).order_by("pk")
    return checkpoint.note + "".join(lines.values_list("cosignature", flat=True))


def asked_checkpoint(size: str) -> Checkpoint:
    """The signed root that somebody asks for: of a size, or the newest. Raises Refusal."""
    found = (checkpoint_of(int(size)) if is_key(size) else None) if size else latest()
    if found is None:
        raise Refusal("no such checkpoint was sealed", code="unknown_size", status=404)
    return found


def asked_consistency(first: str, second: str) -> list[bytes]:
    """The proof that somebody asks for. Raises Invalid."""
    return consistency(*(int(size) if is_key(size) else 0 for size in (first, second)))


def key_lines() -> list[str]:
    """公钥: each key as a witness pins it, then the sizes that it signs: `17-` are all from 17 on."""
    name = origin()
    return [
        f"{rules.key_of(name, key.public).vkey()} {key.first}-{'' if key.last is None else key.last}"
        for key in seal_keys()
    ]


def consistency(first: int, second: int) -> list[bytes]:
    """一致性证明 between two sizes that were sealed. Raises Invalid."""
    last = latest()
    if last is None or not 0 < first <= second <= last.tree_size:
        raise Invalid("from and to are sizes of the tree, from 1 to that of the last checkpoint")
    with transaction.atomic(), connection.cursor() as cursor:
        return merkle.consistency_proof(first, second, tree.node_source(cursor))


def day_root(day: date) -> Checkpoint | None:
    """日根: the first root signed on a day in China."""
    begin, end = start_of(day), start_of(day + timedelta(days=1))
    return Checkpoint.objects.filter(day_close=True, at__gte=begin, at__lt=end).first()


def last_day_root() -> Checkpoint | None:
    """The newest day's root: what is printed today."""
    return Checkpoint.objects.filter(day_close=True).order_by("-at").first()


def day_page(day: date) -> dict[str, Any]:
    """What the page of a day shows. Raises NotFound when no root was signed on it."""
    found = day_root(day)
    if found is None:
        raise Refusal(_("这一天没有封存过，或者还没有到。请核对日期。"), code="no_day_root", status=404)
    seen = WitnessReceipt.objects.filter(tree_size=found.tree_size, root=found.root).order_by("witness")
    return {
        "day": day,
        "size": found.tree_size,
        "at": found.at,
        "root": rules.grouped(bytes(found.root)),
        "note": note_of(found),
        "witnesses": seen.values_list("witness", flat=True),
    }


@dataclass(frozen=True)
class DayRoot:
    """印在纸上的日根: the day, the short form of its root, and where the whole of it stands."""

    day: date
    short: str
    path: str


def printed_root() -> DayRoot | None:
    """The day's root that is printed now; None before the first seal."""
    found = last_day_root()
    if found is None:
        return None
    day = local_day(found.at)
    return DayRoot(day, rules.grouped(bytes(found.root)[:16]), reverse("seals:day", args=[day]))


@dataclass(frozen=True)
class Watch:
    """见证情况: a witness and its newest receipt."""

    name: str
    size: int | None
    received_at: datetime | None
    silent: timedelta
    """How long it has sent nothing, from its registration on."""

    @property
    def is_old(self) -> bool:
        """Whether that is longer than a day."""
        return rules.is_late(self.silent, rules.RECEIPT)


def witnesses() -> list[Watch]:
    """Who cosigns now, with the newest receipt of each."""
    now, found = clock.now(), []
    for witness in Witness.objects.filter(ended_at=None).order_by("name"):
        last = WitnessReceipt.objects.filter(witness=witness.name).order_by("-tree_size").first()
        size, received_at = (last.tree_size, last.received_at) if last else (None, None)
        found.append(
            Watch(witness.name, size, received_at, now - max(received_at or witness.added_at, witness.added_at))
        )
    return found


def witness_key(name: str) -> notes.Key | None:
    """The key of a witness that is registered now."""
    row = Witness.objects.filter(name=name, ended_at=None).first()
    return notes.Key(name, notes.WITNESS, bytes(row.public_key)) if row else None


@dataclass(frozen=True)
class State:
    """封存状况: what the page of what runs shows of seals."""

    waited: timedelta
    held: int
    last: Checkpoint | None
    keys: list[KeyRange]
    witnesses: list[Watch]

    @property
    def is_late(self) -> bool:
        """Whether somebody should look at once."""
        return rules.is_late(self.waited, rules.PAGE) and is_awaited()


def state() -> State:
    """Everything of it, for who looks after the site."""
    return State(lag(), held(), latest(), seal_keys(), witnesses())
