"""Two sign-ins to one database: `default` reads and writes rows, `owner` changes tables."""

from typing import Any


class OwnerMigrates:
    """Tables are made and changed through the alias `owner` alone."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        return True
