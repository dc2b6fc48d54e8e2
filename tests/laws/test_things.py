"""Law: every table that leaves row changes in history has a name that an inspector understands, in both languages."""

import pytest
from django.db import connection
from django.utils.translation import override

from workflows.inspection.things import THINGS, thing_words

pytestmark = pytest.mark.django_db


def watched() -> set[str]:
    """The tables whose rows the database watches, as the database says it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'row_history'")
        return {row[0] for row in cursor.fetchall()}


def test_every_watched_table_has_a_name_and_nothing_else_has_one():
    tables = watched()
    assert len(tables) > 50
    assert not tables - set(THINGS), sorted(tables - set(THINGS))
    assert not set(THINGS) - tables, sorted(set(THINGS) - tables)


def test_the_names_differ_in_each_language_and_the_english_ones_are_english():
    names = {}
    for language in ("zh-hans", "en"):
        with override(language):
            names[language] = {table: thing_words(table) for table in THINGS}
        assert len(set(names[language].values())) == len(THINGS), language
    assert all(word.isascii() and word != table for table, word in names["en"].items())
    assert all(not word.isascii() for word in names["zh-hans"].values())
