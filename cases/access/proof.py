"""Do these keys open this database? One sealed word answers, at set-up and at every start."""

from __future__ import annotations

from cases.access.models import KeyProof
from cases.sealed import blind_index

WORD = "relief"


class OtherKeys(SystemExit):
    """The keys given are not those of this database: going on would make two halves that nobody can read together."""


def keep() -> None:
    """Seal the word in a new database; in one that has it, the keys must open it. Raises OtherKeys."""
    told = fault()
    if told:
        raise OtherKeys(told)
    KeyProof.objects.get_or_create(pk=1, defaults={"word": WORD, "digest": blind_index(WORD, "key.proof")})


def fault() -> str | None:
    """One sentence when the keys are others than those that sealed this database, else None."""
    try:
        row = KeyProof.objects.first()
    except ValueError:
        return "RELIEF_FIELD_KEYS do not open this database: give the keys that sealed it, the current one first"
    if row is not None and row.digest != blind_index(WORD, "key.proof"):
        return "RELIEF_INDEX_KEY is not the one of this database: give the key with which it was set up"
    return None
