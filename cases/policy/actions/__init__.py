"""What people do with policies: draft, edit, cite, test, publish."""

from cases.policy.actions.measures import add_measure, new_edition, remove_clause, set_clause
from cases.policy.actions.rows import edit_row, put_rows, remove_row
from cases.policy.actions.vectors import remove_vector, set_vector
from cases.policy.actions.versions import (
    begin_draft,
    begin_local,
    load_policy,
    new_draft,
    problems_of,
    publish,
    retire,
    set_effective_date,
)

__all__ = [
    "add_measure",
    "begin_draft",
    "begin_local",
    "edit_row",
    "load_policy",
    "new_draft",
    "new_edition",
    "problems_of",
    "publish",
    "put_rows",
    "remove_clause",
    "remove_row",
    "remove_vector",
    "retire",
    "set_clause",
    "set_effective_date",
    "set_vector",
]
