"""Findings that are not closed keep the data of their case from being erased."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "privacy.sql"


class Migration(migrations.Migration):
    dependencies = [("workflows", "0007_eventlog"), ("cases", "0007_privacy")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop)]
