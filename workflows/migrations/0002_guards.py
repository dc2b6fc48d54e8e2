"""Functions, triggers and watched tables of the road: the database says no first."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent / "sql"
ORDER = [
    "duties.sql",
    "panel.sql",
    "notes.sql",
    "errands.sql",
    "operations.sql",
    "clearing.sql",
    "scoring.sql",
    "watch.sql",
]


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial"), ("cases", "0002_guards")]
    operations = [
        migrations.RunSQL((HERE / name).read_text(encoding="utf-8"), migrations.RunSQL.noop) for name in ORDER
    ]
