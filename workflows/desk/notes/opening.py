"""The file of a case is opened for its notes (打开便签)."""

from __future__ import annotations

from typing import Any

from cases.errors import NotFound
from workflows.desk.casefile.opening import open_whole
from workflows.desk.casefile.queries import File
from workflows.desk.notes.queries import reading_post


def opened(viewer: Any, number: str) -> File:
    """The file for who reads the notes of this case. NotFound for everybody else."""
    found = open_whole(viewer, number)
    if reading_post(viewer, found.case) is None:
        raise NotFound()
    return found
