"""No public function of the product stands idle: each is used by the product itself, not by tests alone."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("project", "cases", "workflows", "tools")
WORD = re.compile(r"[A-Za-z_]\w*")
CALLED_FROM_OUTSIDE = {
    "process_exception": "Django's middleware",
    "allow_migrate": "Django's database router",
    "allow_relation": "Django's database router",
    "db_for_read": "Django's database router",
    "db_for_write": "Django's database router",
    "to_url": "Django's converters of addresses",
    "collect": "prometheus-client asks a collector for its numbers",
    "open_for": "manage.py",
    "get_help_text": "Django's rules of passwords",
    "others_do": "a programme with a step that a partner's machine does; none that is shipped has one",
    "inclusion_proof": "the proof of a case: what leads from its entries to a signed root",
    "includes": "whoever checks such a proof",
    "bank_answers": "a case is driven by it as by the other functions of `drive`",
}
"""Names that somebody outside these folders calls."""

Defined = dict[str, str]


def product() -> Iterator[tuple[Path, ast.Module]]:
    """Every module of the product."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts and path.name != "tests.py":
                yield path, ast.parse(path.read_text("utf-8"))


def defined(module: ast.Module, where: str) -> Defined:
    """Public functions, and public methods of classes that build on nothing foreign: name -> place."""
    found = {}
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and not registered(node):
            found[node.name] = f"{where}.{node.name}"
        if isinstance(node, ast.ClassDef) and not node.bases:
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and not registered(part):
                    found[part.name] = f"{where}.{node.name}.{part.name}"
    return {name: place for name, place in found.items() if not name.startswith("_")}


def registered(function: ast.FunctionDef) -> bool:
    """Whether a decorator hands the function to somebody who calls it."""
    return any(
        isinstance(one, ast.Call | ast.Attribute | ast.Name) and called(one) in REGISTERS
        for one in function.decorator_list
    )


def called(node: ast.expr) -> str:
    """The name of a decorator."""
    target = node.func if isinstance(node, ast.Call) else node
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


REGISTERS = {"register_nav", "receiver", "handles", "doorbell", "simple_tag", "simple_block_tag", "inclusion_tag", "filter", "register", "display", "shared_task", "before_submit", "when_settled", "at_discard", "in_office"}  # fmt: skip


def used(module: ast.Module) -> Iterator[str]:
    """Every name that the code reads or says: names, attributes, words in strings; no docstrings, imports and __all__."""
    silent = {
        id(node.body[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in module.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            silent |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(module):
        if id(node) in silent:
            continue
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from WORD.findall(node.value)


def said_elsewhere() -> Iterator[str]:
    """Words of templates and of the configuration."""
    for path in [*(ROOT / "templates").rglob("*.*"), ROOT / "pyproject.toml", ROOT / "Makefile"]:
        yield from WORD.findall(path.read_text("utf-8"))


def idle(modules: list[tuple[str, ast.Module]], elsewhere: set[str]) -> list[str]:
    """The places of public functions that nothing names."""
    names = elsewhere | {name for _where, module in modules for name in used(module)}
    return sorted(
        place
        for where, module in modules
        for name, place in defined(module, where).items()
        if name not in names and name not in CALLED_FROM_OUTSIDE
    )


def test_no_public_function_is_used_by_tests_alone():
    modules = [(".".join(path.relative_to(ROOT).with_suffix("").parts), module) for path, module in product()]
    assert idle(modules, set(said_elsewhere())) == []


def test_an_idle_function_is_noticed():
    text = '"""Says lonely."""\n__all__ = ["lonely"]\ndef lonely(): ...\ndef busy(): ...\nclass A:\n    def left(self): ...\nbusy()\n'
    assert idle([("m", ast.parse(text))], set()) == ["m.A.left", "m.lonely"]
