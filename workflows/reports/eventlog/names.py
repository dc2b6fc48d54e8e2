"""Names in an exported log (化名): made from a key of that export alone, the same within it, another in the next. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """化名: who and what a log speaks of. Without the key nobody turns one back, and two exports cannot be joined."""

    key: bytes
    officers: frozenset[int] = frozenset()
    """Accounts that hold or held a post: only they are called officers."""

    def of(self, kind: str, pk: object) -> str:
        """The name of one row: `officer-` and 16 hex digits."""
        return f"{kind}-{hmac.digest(self.key, f'{kind}:{pk}'.encode(), hashlib.sha256).hex()[:16]}"

    def actor(self, pk: int | None) -> str:
        """Who acted: an officer, an account of the applicant's side, or the machine."""
        return "system" if pk is None else self.of("officer" if pk in self.officers else "account", pk)

    def whose(self, name: str, candidates: Iterable[int]) -> int | None:
        """还原: which of these rows has this name."""
        kind = name.partition("-")[0]
        return next((pk for pk in candidates if hmac.compare_digest(self.of(kind, pk), name)), None)
