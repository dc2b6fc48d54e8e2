"""Law: everything people read exists in Chinese and in English."""

import ast
import re
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

from cases.access.looks import PURPOSES
from tests.laws.source import FILES, name, tree
from tools import messages

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|{(\w*)}")
QUOTED_TRANSLATION = re.compile(r"""_\((?:"[^"]*"|'[^']*')\)""")
LANGUAGE_NAME = "中文"  # the name of a language is written in that language
FROZEN = messages.ROOT / "templates" / "publicity" / "frozen.html"  # a public notice is the same bytes for every reader
OUR_TEMPLATES = [path for path in messages.template_files() if path.suffix == ".html" and path != FROZEN]


def test_every_message_has_english_words():
    left = messages.untranslated(messages.catalogue(), messages.messages())
    assert not left, "\n".join(f"{message.where}: {message.text}" for message in left)


def test_words_given_to_gettext_stand_in_the_source():
    left = [fault for path in messages.python_files() for fault in messages.unreadable(path)]
    assert not left, "\n".join(left)


def test_no_english_row_is_doubtful_or_still_chinese():
    for entry in messages.catalogue():
        if entry.obsolete:
            continue
        words = [entry.msgstr, *entry.msgstr_plural.values()]
        assert not entry.fuzzy, entry.msgid
        assert not [word for word in words if messages.is_chinese(word.replace(LANGUAGE_NAME, ""))], entry.msgid


def test_no_english_row_says_its_words_twice():
    for entry in messages.catalogue():
        for words in [entry.msgstr, *entry.msgstr_plural.values()]:
            first, second = words[: len(words) // 2].strip(), words[len(words) // 2 :].strip()
            assert not words or len(words) < 12 or first != second, entry.msgid


def test_english_rows_keep_the_blanks_that_are_filled_in():
    for entry in messages.catalogue():
        wanted = set(PLACEHOLDER.findall(entry.msgid))
        for words in [entry.msgstr] if not entry.msgid_plural else entry.msgstr_plural.values():
            assert entry.obsolete or not words or set(PLACEHOLDER.findall(words)) == wanted, entry.msgid


def _chinese_left_over(source: str) -> list[str]:
    """Chinese characters and marks in a template that go round gettext."""
    left, inside, remark = [], False, False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            name = token.contents.split()[0]
            if name in ("comment", "endcomment"):
                remark = name == "comment"
            if name in ("blocktranslate", "blocktrans", "endblocktranslate", "endblocktrans"):
                inside = not name.startswith("end")
            if name in ("translate", "trans", "blocktranslate", "blocktrans", "comment"):
                continue
        if token.token_type == TokenType.COMMENT or remark or inside:
            continue
        words = QUOTED_TRANSLATION.sub("", token.contents).replace(LANGUAGE_NAME, "")
        if messages.is_chinese(words):
            left.append(f"{token.lineno}: {words.strip()}")
    return left


@pytest.mark.parametrize("path", OUR_TEMPLATES, ids=lambda path: str(path.relative_to(messages.ROOT)))
def test_no_chinese_word_of_a_template_goes_round_gettext(path: Path):
    assert not _chinese_left_over(path.read_text("utf-8"))


def test_the_search_finds_words_that_go_round_gettext():
    assert _chinese_left_over('<p>直接写的</p>{% button "继续" %}') == ["1: <p>直接写的</p>", '1: button "继续"']
    assert _chinese_left_over('{{ name }}：{{ words|join:"；" }}') == ["1: ：", '1: words|join:"；"']
    assert not _chinese_left_over(
        '{% translate "好" %}{% button _("继续") %}{% blocktranslate %}共{{ n }}件{% endblocktranslate %}'
    )


def _spoken_outside_gettext(path: Path) -> list[str]:
    """Chinese strings of a door that people see, outside gettext and docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    quiet: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"_", *messages.SHAPES}:
            quiet |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            quiet.add(id(node.value))
    return [
        f"{path.relative_to(messages.ROOT)}:{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in quiet
        if len(messages.CHINESE.findall(node.value)) > 1
    ]


def test_forms_views_and_calls_speak_through_gettext():
    doors = [path for path in messages.python_files() if path.name in ("forms.py", "views.py", "api.py")]
    left = [words for path in doors for words in _spoken_outside_gettext(path)]
    assert not left, "\n".join(left)


CHINESE_ALONE = {
    "cases/award/rules.py": "a working is printed in Chinese and in English side by side",
    "cases/award/facts.py": "the faults of a file of sample cases, read on the command line",
    "cases/policy/shapes.py": "ranges in Chinese and in English side by side",
    "cases/policy/conditions.py": "how a condition is typed, whatever the language",
    "cases/policy/rows.py": "a clause as a letter of one language quotes it",
    "cases/policy/shipped.py": "the words of an example measure in Chinese and in English side by side",
    "cases/notices/rules.py": "a letter has a language of its own",
    "cases/money/actions/answers.py": "a reason kept as it was given",
    "workflows/letters.py": "a letter has a language of its own",
    "workflows/programmes": "what a programme says in Chinese",
    "workflows/walking": "the demonstration speaks Chinese",
    "management/commands": "answers on the command line",
    "cases/access/demo.py": "the demonstration speaks Chinese",
}


def _joined_with_chinese_marks(path: Path) -> list[str]:
    """Names and sayings that a module puts together with a mark of its own: `cases.text` knows the reader's."""
    joints = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            joints += [part for part in node.values if isinstance(part, ast.Constant)]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            joints += [node.func.value] if isinstance(node.func.value, ast.Constant) else []
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "format_lazy":
            joints += [part for part in node.args if isinstance(part, ast.Constant)]
    return [
        f"{path.relative_to(messages.ROOT)}:{part.lineno}: {part.value}"
        for part in joints
        if isinstance(part.value, str) and messages.MARKS.search(part.value)
    ]


def test_names_are_put_together_with_the_marks_of_the_readers_language():
    left = [
        fault
        for path in messages.python_files()
        if not any(place in str(path) for place in CHINESE_ALONE)
        for fault in _joined_with_chinese_marks(path)
    ]
    assert not left, "\n".join(left)


def test_a_page_that_says_of_itself_why_somebody_looks_has_words_for_it():
    """The applicant reads them under 谁看过."""
    given = [
        (name(path), word.value.value if isinstance(word.value, ast.Constant) else word.value.values[0].value)
        for path in FILES
        for word in ast.walk(tree(path))
        if isinstance(word, ast.keyword)
        and word.arg == "purpose"
        and isinstance(word.value, ast.Constant | ast.JoinedStr)
    ]
    codes = [(path, said.split()[0]) for path, said in given if isinstance(said, str) and said[:1].isascii() and said]
    assert len(codes) > 8 and not [one for one in codes if one[1] not in PURPOSES]
