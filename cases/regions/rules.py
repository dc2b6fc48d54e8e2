"""Division codes (行政区划代码): their levels, and which place lies in which."""

from enum import StrEnum


class Level(StrEnum):
    """The five levels of divisions, from province (省) to village (村)."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


LENGTHS: dict[int, Level] = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.COUNTY, 9: Level.TOWN, 12: Level.VILLAGE}


def is_code(code: str) -> bool:
    """Whether this has the form of a division code: 2, 4, 6, 9 or 12 digits."""
    return len(code) in LENGTHS and code.isascii() and code.isdigit()


def level_of(code: str) -> Level:
    """The level a code stands for. Raises ValueError for anything that is no division code."""
    if not is_code(code):
        raise ValueError(f"not a division code: {code!r}")
    return LENGTHS[len(code)]


def short(code: str) -> str:
    """The code as it stands in the table, for one written in the official form with zeros: 640000 is 64."""
    if not is_code(code):
        return code
    return next(code[:length] for length in LENGTHS if not code[length:].strip("0"))


def is_within(code: str, prefix: str) -> bool:
    """Whether a place lies in an area, an area lying in itself; an empty area holds nothing."""
    return is_code(code) and is_code(prefix) and code.startswith(prefix)


def parents(code: str) -> tuple[str, ...]:
    """The codes of the areas a place lies in, widest first, without the place itself."""
    level_of(code)
    return tuple(code[:length] for length in LENGTHS if length < len(code))


def parent_of(code: str) -> str | None:
    """The code of the area one level up, or None for a province."""
    above = parents(code)
    return above[-1] if above else None


def at_level(code: str, level: Level) -> str | None:
    """The county, city ... a place lies in, or None when the code is wider than that level."""
    level_of(code)
    length = next(length for length, its in LENGTHS.items() if its is level)
    return code[:length] if len(code) >= length else None
