"""Finds every word people read that goes through gettext, and puts those without a row into the English catalogue.

`.venv/bin/python tools/messages.py` adds missing rows with an empty translation, marks unused ones obsolete and prints
what is still to be translated. Needs no gettext program. The source language is Chinese.
"""

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "project" / "locale" / "en" / "LC_MESSAGES" / "django.po"
ROOMS = ("project", "cases", "workflows")
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
MARKS = re.compile(r"[，。；：、！？（）《》【】]")
"""Marks as Chinese writes them (全角标点); English has its own."""

# function -> places of (context, singular, plural) among its arguments
SHAPES: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}


@dataclass(frozen=True)
class Message:
    """One msgid with its context, its plural and where it stands."""

    text: str
    context: str | None
    plural: str | None
    where: str

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text


class NotConstant(ValueError):
    """A gettext call whose words cannot be read from the source."""


def _message(call: ast.Call, name: str, where: str) -> Message:
    def constant(place: int | None) -> str | None:
        if place is None:
            return None
        if place >= len(call.args):
            raise NotConstant(f"{where}: {name} has too few words")
        value = call.args[place]
        if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            raise NotConstant(f"{where}: the words given to {name} are not a plain string")
        return value.value

    context, text, plural = (constant(place) for place in SHAPES[name])
    return Message(text or "", context, plural, where)


def calls(path: Path) -> Iterator[tuple[ast.Call, str, str]]:
    """Every gettext call of a module, under whatever name the function was imported, and where it stands."""
    tree = ast.parse(path.read_text("utf-8"))
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in SHAPES}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = names.get(function.id, "") if isinstance(function, ast.Name) else ""
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            name = function.attr if function.value.id == "translation" and function.attr in SHAPES else ""
        if name:
            yield node, name, f"{path.relative_to(ROOT)}:{node.lineno}"


def from_python(path: Path) -> Iterator[Message]:
    """Every message of a module whose words stand in the source."""
    for node, name, where in calls(path):
        with suppress(NotConstant):
            yield _message(node, name, where)


def unreadable(path: Path) -> Iterator[str]:
    """The gettext calls of a module whose words nobody can translate, because they are put together on the spot."""
    for node, name, where in calls(path):
        if any(isinstance(part, ast.JoinedStr | ast.BinOp) for part in node.args):
            yield f"{where}: the words given to {name} are put together on the spot"


_CALL = re.compile(r"(?<![\w.])(_|(?:n|p|np)?gettext)\(")


def from_template(path: Path) -> Iterator[Message]:
    """Every translate, blocktranslate and _("…") of a template."""
    source = templatize(path.read_text("utf-8"), origin=str(path))
    for match in _CALL.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        for end in (found.end() for found in re.finditer(r"\)", source[match.start() :])):
            try:
                node = ast.parse(source[match.start() : match.start() + end].replace("\n", " "), mode="eval").body
            except SyntaxError:
                continue
            if isinstance(node, ast.Call):
                name = "gettext" if match[1] == "_" else match[1]
                yield _message(node, name, f"{path.relative_to(ROOT)}:{line}")
                break


def python_files() -> list[Path]:
    """The product's modules (tests and migrations speak to nobody)."""
    found = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return sorted(path for path in found if not {"migrations", "tests"} & set(path.parts) and path.name != "tests.py")


def template_files() -> list[Path]:
    """All templates."""
    folders = [ROOT / "templates", *(ROOT / room for room in ROOMS)]
    return sorted(
        path
        for folder in folders
        for kind in ("*.html", "*.txt")
        for path in folder.rglob(kind)
        if path.name != "requirements.txt"
    )


def messages() -> list[Message]:
    """Every message of the product."""
    found = [message for path in python_files() for message in from_python(path)]
    return found + [message for path in template_files() for message in from_template(path)]


def catalogue() -> polib.POFile:
    """The English catalogue, a new one when there is none."""
    if CATALOGUE.exists():
        return polib.pofile(str(CATALOGUE))
    made = polib.POFile(wrapwidth=110)
    made.metadata = {
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return made


def is_chinese(text: str) -> bool:
    """Whether a message needs English words: it has Chinese characters or marks."""
    return bool(CHINESE.search(text) or MARKS.search(text))


def untranslated(book: polib.POFile, wanted: list[Message]) -> list[Message]:
    """Chinese messages without a full English row, each once."""
    done = {(entry.msgctxt, entry.msgid) for entry in book if entry.translated()}
    missing = {message.key: message for message in wanted if is_chinese(message.text) and message.key not in done}
    return list(missing.values())


def update() -> list[Message]:
    """Brings the catalogue up to the sources and gives back what still has no English."""
    book, wanted = catalogue(), messages()
    known = {(entry.msgctxt, entry.msgid): entry for entry in book}
    used = {message.key for message in wanted}
    for message in wanted:
        if message.key in known or not is_chinese(message.text):
            continue
        entry = polib.POEntry(msgid=message.text, msgctxt=message.context)
        if message.plural:
            entry.msgid_plural, entry.msgstr_plural = message.plural, {0: "", 1: ""}
        known[message.key] = entry
        book.append(entry)
    for key, entry in known.items():
        entry.obsolete = key not in used
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    book.sort(key=lambda entry: (entry.obsolete, entry.msgid, entry.msgctxt or ""))
    book.save(str(CATALOGUE))
    return untranslated(book, wanted)


if __name__ == "__main__":
    settings.configure(USE_I18N=True)
    left = update()
    for message in left:
        sys.stdout.write(f"{message.where}: {message.text}\n")
    sys.stdout.write(f"{len(left)} without English\n")
