"""Sessions that a stolen database does not give away: the row holds a keyed digest of the key, and sealed content."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from cases.sealed import blind_index, seal, unseal

COLUMN = "django_session.session_data"


def stored_key(key: str) -> str:
    """What stands in the table in the place of a session key."""
    return blind_index(key, "session")[:40]


class SessionStore(DatabaseStore):
    """会话: Django's database sessions, found by digest and stored sealed."""

    def _get_session_from_db(self) -> Any:
        cookie = self._session_key
        row = self.model.objects.filter(session_key=stored_key(cookie or ""), expire_date__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return super().exists(stored_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=stored_key(key)).delete()

    def encode(self, session_dict: dict[str, Any]) -> str:
        return seal(json.dumps(session_dict, separators=(",", ":")), COLUMN)

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        try:
            value = json.loads(unseal(str(session_data), COLUMN))
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}
