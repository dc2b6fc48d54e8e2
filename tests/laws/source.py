"""What the laws read: the product's modules as text and as trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tools import messages

ROOT = messages.ROOT
FILES = messages.python_files()

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    """A file as people write it."""
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    """A module, parsed once."""
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> Iterator[Function]:
    """Every function and method of a module."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines of a function without its decorators and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    heading = function.body[0].lineno - function.lineno
    return heading + (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else heading


def imported(path: Path) -> set[str]:
    """Every name a module imports, with the module it comes from."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found
