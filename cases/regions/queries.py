"""Places as people name them: children, the path of names, and the codes an ID number may begin with."""

from collections.abc import Collection
from functools import cache
from pathlib import Path

from django.db.models import Q, QuerySet

from cases.regions.models import Division
from cases.regions.rules import is_code, parents
from cases.text import listed, table

CITY, COUNTY, TOWN = 4, 6, 9
DATA = Path(__file__).parent / "data"


def division(code: str) -> Division | None:
    """The place of a code, or None."""
    return Division.objects.filter(code=code).first() if is_code(code) else None


def children(code: str) -> QuerySet[Division]:
    """The places one level below, in order of code."""
    return Division.objects.filter(parent_id=code).order_by("code")


def within(code: str, level: str) -> QuerySet[Division]:
    """All places of a level in an area, in order of code; uses the index of the code."""
    return Division.objects.filter(code__startswith=code, level=level).order_by("code")


def path(code: str) -> list[Division]:
    """The place and the areas it lies in, widest first; areas that are not loaded are left out."""
    if not is_code(code):
        return []
    return list(Division.objects.filter(code__in=[*parents(code), code]).order_by("code"))


def name_path(code: str, *, from_level: str = "city", english: bool = False) -> str:
    """The place with its areas, as 固原市 · 西吉县 · 吉强镇; an unknown code stands as it is."""
    return name_paths([code], from_level=from_level, english=english)[code]


def name_paths(codes: list[str], *, from_level: str = "city", english: bool = False) -> dict[str, str]:
    """The same for many places with one query."""
    wanted = {part for code in codes if is_code(code) for part in (*parents(code), code)}
    shortest = {"province": 2, "city": 4, "county": 6}.get(from_level, 4)
    names = {
        row.code: (row.name_en or row.name) if english else row.name for row in Division.objects.filter(code__in=wanted)
    }
    out = {}
    for code in codes:
        parts = [*parents(code), code] if is_code(code) else []
        shown = [names[part] for part in parts if part in names and len(part) >= min(shortest, len(code))]
        out[code] = " · ".join(shown) or code
    return out


Groups = list[tuple[str, list[tuple[str, str]]]]
DOWN_TO_TOWNS = ("province", "city", "county", "town")


def grouped(areas: Collection[str], *, levels: Collection[str] = DOWN_TO_TOWNS, english: bool = False) -> Groups:
    """选地区: the places of these areas to choose from, in groups by county (by city down to counties), each as code and words.

    A town given as an area has its villages too; one question for any number of places.
    """
    inside = Q(pk__in=[])
    for area in areas:
        inside |= Q(code__startswith=area, level__in=levels) | Q(pk=area)
        if len(area) >= TOWN:
            inside |= Q(parent=area)
    above = {code for area in areas for code in parents(area)}
    rows = Division.objects.filter(inside | Q(pk__in=above)).order_by("code")
    names = {row.code: (row.name_en or row.name) if english else row.name for row in rows}
    most = COUNTY if "town" in levels else CITY
    groups: dict[str, list[tuple[str, str]]] = {}
    for code in names:
        if any(code.startswith(area) for area in areas):
            path = [part for part in (*parents(code), code) if part in names]
            head = " · ".join(names[part] for part in path if CITY <= len(part) <= most) or names[code]
            own = [names[part] for part in path if len(part) > most] or [names[code]]
            groups.setdefault(head, []).append((code, " · ".join(own)))
    return list(groups.items())


@cache
def abolished_codes() -> dict[str, str]:
    """Abolished codes (旧区划代码) that ID cards still carry, with the present codes, several separated by ;."""
    return {row["code"]: row["now"] for row in table(DATA / "abolished.csv")}


def abolished_names() -> dict[str, str]:
    """The same with the names of the present places, for the warning under an ID number."""
    present = {code for now in abolished_codes().values() for code in now.split(";")}
    names = dict(Division.objects.filter(code__in=present).values_list("code", "name"))
    return {old: listed(names.get(code, code) for code in now.split(";")) for old, now in abolished_codes().items()}


def area_codes() -> frozenset[str]:
    """The county codes in use that are loaded: an ID number from elsewhere gives a mild warning only."""
    return frozenset(Division.objects.filter(level="county", is_pseudo=False).values_list("code", flat=True))
