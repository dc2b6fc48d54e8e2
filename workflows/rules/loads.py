"""Who gets the next one (分派): whoever has the least in hand, among those who may and have room."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def is_full(held: int, most: int | None) -> bool:
    """手里满了: no more may be taken; without a limit never."""
    return most is not None and held >= most


def lightest(held: Mapping[int, int], *, full: Collection[int] = ()) -> int | None:
    """负荷最轻的人: person -> how many he holds; among equals the first by number, so that they come in turn."""
    free = {person: number for person, number in held.items() if person not in full}
    return min(free, key=lambda person: (free[person], person), default=None)
