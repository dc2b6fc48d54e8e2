"""What this room knows of each relief programme: its name, the example it ships, and what its road asks for.

Filled from above when a programme is registered, so that policies know no programme themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Card:
    """One programme as policy sees it; ``needs`` gives section -> keys that a version must have to be published.

    ``award`` works out a whole application of the programme: answers, policy and earlier aid in, the award out.
    """

    slug: str
    name: Any
    example: Mapping[str, Any]
    needs: Callable[[], Mapping[str, Sequence[str]]]
    award: Callable[[Mapping[str, Any], Any, Any], Any]


_cards: dict[str, Card] = {}


def know(card: Card) -> None:
    """Make a programme's policy needs known; called when the programme is registered."""
    _cards[card.slug] = card


def card(slug: str) -> Card:
    """The card of a programme. Raises KeyError for one that is not registered."""
    return _cards[slug]


def cards() -> list[Card]:
    """All known programmes in the order of their slugs."""
    return [_cards[slug] for slug in sorted(_cards)]
