"""Tables of the seals, and the queue behind the two doors of history."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "seals.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("src", models.SmallIntegerField(choices=[(1, "Event"), (2, "Look")])),
                ("ref", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Witness",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField(unique=True)),
                ("public_key", models.BinaryField()),
                ("added_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("tree_size", models.BigIntegerField(primary_key=True, serialize=False)),
                ("root", models.BinaryField()),
                ("at", models.DateTimeField()),
                ("note", models.TextField()),
                ("kid", models.TextField()),
                ("frontier", models.BinaryField()),
                ("day_close", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("day_close", True)), fields=["at"], name="checkpoint_of_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                ("leaf", models.BigIntegerField(primary_key=True, serialize=False)),
                ("src", models.SmallIntegerField(choices=[(1, "Event"), (2, "Look")])),
                ("ref", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("src", "ref"), name="leaf_once"),
                    models.CheckConstraint(condition=models.Q(("leaf__gte", 0)), name="leaf_from_zero"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SealKey",
            fields=[
                ("kid", models.TextField(primary_key=True, serialize=False)),
                ("public_key", models.BinaryField()),
                ("valid_from_size", models.BigIntegerField()),
                ("valid_to_size", models.BigIntegerField(null=True)),
                ("reason", models.TextField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to_size", None)),
                        fields=("valid_to_size",),
                        name="seal_key_open_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("level", "index"), name="tile_once")],
            },
        ),
        migrations.CreateModel(
            name="WitnessReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tree_size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("witness", models.TextField()),
                ("channel", models.TextField()),
                ("cosignature", models.TextField()),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("witness", "tree_size"), name="receipt_once")],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
