"""What was unsealed while a page was made, whether it stands in the answer, and which looks had been stored by then."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cases import sealed
from cases.access.models import User
from cases.dossier.models import Answer
from cases.history.models import Access
from cases.programme import programme

OFFICIAL = {
    "cases_user.name": "who works at an office, or opens the page himself; an applicant's account is listed nowhere",
    "cases_provider.holder": "the account of a hospital is in its own name",
    "cases_standin.reason": "why somebody of an office stands in; shown to the two",
    "cases_relative.name": "one's own declaration, shown to who made it",
    "workflows_plan.reason": "why an office moves many cases; of the work, not of a person",
    "workflows_suspension.reason": "why a road stands still; of the work, not of a person",
}
"""Sealed columns that may be read without a look, each with its reason."""


@dataclass
class Reading:
    """One request: (column, value) of all that was unsealed, and the looks that it left."""

    opened: list[tuple[str, str]] = field(default_factory=list)
    looks: list[Access] = field(default_factory=list)

    @property
    def nameless(self) -> list[str]:
        """Looks that say neither what was read nor, where the role or an export asks for it, why."""
        bare = [look for look in self.looks if not json.loads(look.fields)["fields"]]
        why = [look for look in self.looks if look.acting_role == "INS" or look.action == "export"]
        return [f"{look.action} {look.object_type}" for look in [*bare, *(look for look in why if not look.purpose)]]

    def shown(self, answer: Any, who: User | None, plain: set[str]) -> list[str]:
        """The columns whose values stand in the answer; of a file that is no text, all that was unsealed for it."""
        own = {who.name, who.phone} if who else set()
        given = [
            (column, value) for column, value in self.opened if column not in OFFICIAL and value not in own | plain
        ]
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("image/"):
            return ["a paper"]
        try:
            text = html.unescape(body.decode("gb18030" if kind == "application/octet-stream" else "utf-8"))  # for banks
        except UnicodeDecodeError:
            return sorted({column for column, _value in given})
        if kind.startswith("application/json"):
            text = json.dumps(json.loads(text), ensure_ascii=False)
        return sorted({column for column, value in given if is_telling(value) and value in text})


def is_telling(value: str) -> bool:
    """Whether a value is long enough to be looked for in a page."""
    return len(value) > 4 or (len(value) > 1 and not value.isascii())


@contextmanager
def watched() -> Iterator[Reading]:
    """Listen at the one door through which every sealed value comes."""
    reading, real = Reading(), sealed.unseal
    last = Access.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    def listening(token: str, column: str) -> str:
        value = real(token, column)
        inner = json.loads(value) if column == "cases_answer.value" else value
        if isinstance(inner, str):
            reading.opened.append((column, inner))
        return value

    sealed.unseal = listening
    try:
        yield reading
    finally:
        sealed.unseal = real
        reading.looks = list(Access.objects.filter(pk__gt=last))


def plain_answers() -> set[str]:
    """What people answered to questions that are not sensitive: a place's code, a yes, a kind of household."""
    found = set()
    for row in Answer.objects.select_related("case"):
        asked = next((one for one in programme(row.case.programme).questions() if one.key == row.key), None)
        if (asked is None or not asked.sensitive) and isinstance(row.value, str):
            found.add(row.value)
    return found
