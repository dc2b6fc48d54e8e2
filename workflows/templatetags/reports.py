"""Numbers of the pages of speed, and addresses of other selections."""

from __future__ import annotations

from django import template

from workflows.reports.queries import Selection

register = template.Library()


@register.simple_tag
def reselect(chosen: Selection, **changes: str) -> str:
    """The address of a selection with other parts."""
    return chosen.query(**changes)


@register.filter
def span(given: tuple[float | None, float | None]) -> str:
    """Median and p90 in workdays: 2.5 / 6."""
    median, high = given
    return "–" if median is None or high is None else f"{median:g} / {high:g}"


@register.filter
def signed(number: float | None) -> str:
    """A difference with its sign."""
    return "–" if number is None else f"{number:+g}"


@register.filter
def share(percent: float | None) -> str:
    """A share in percent."""
    return "–" if percent is None else f"{percent:g}%"
