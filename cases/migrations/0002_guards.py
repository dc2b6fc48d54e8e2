"""Functions, triggers and watched tables of the rooms of cases: the database says no first."""

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent / "sql"
ORDER = [
    "clock.sql",
    "history.sql",
    "access.sql",
    "consent.sql",
    "dossier.sql",
    "parties.sql",
    "money.sql",
    "notices.sql",
    "people.sql",
    "policy.sql",
    "publicity.sql",
    "evidence.sql",
    "providers.sql",
    "screening.sql",
    "duplicates.sql",
    "stock.sql",
    "follow_up.sql",
    "urgent.sql",
    "watch.sql",
]


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [
        migrations.RunSQL((HERE / name).read_text(encoding="utf-8"), migrations.RunSQL.noop) for name in ORDER
    ]
