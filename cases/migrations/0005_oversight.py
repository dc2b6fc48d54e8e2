"""Looks are found by who looked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_award_earlier"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="access",
            index=models.Index(fields=["actor", "recorded_at"], name="access_by_actor"),
        ),
    ]
