"""A quarter's evaluation of the branches, their answers, and who looks after which county."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import cases.sealed

HERE = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_oversight"),
        ("workflows", "0005_checks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EvaluationFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area", models.CharField(db_collation="C", max_length=6, verbose_name="县区")),
                ("code", models.CharField(max_length=8, verbose_name="指标")),
                ("counted", models.PositiveIntegerField(verbose_name="计数")),
                ("base", models.PositiveIntegerField(verbose_name="基数")),
                ("value", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="比例")),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="得分")),
            ],
        ),
        migrations.CreateModel(
            name="EvaluationAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", cases.sealed.SealedField(verbose_name="原因")),
                ("promise", cases.sealed.SealedField(verbose_name="怎样改")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.office"),
                ),
                (
                    "figure",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="workflows.evaluationfigure",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="EvaluationRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quarter", models.DateField(unique=True, verbose_name="季度第一天")),
                ("version", models.CharField(max_length=64, verbose_name="指标版本")),
                ("indicators", models.JSONField(verbose_name="指标")),
                ("digest", models.CharField(max_length=64, verbose_name="数据指纹")),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quarter__day", 1), ("quarter__month__in", [1, 4, 7, 10])),
                        name="evaluation_quarter",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="evaluationfigure",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="figures", to="workflows.evaluationround"
            ),
        ),
        migrations.CreateModel(
            name="Liaison",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("area", models.CharField(db_collation="C", max_length=6, verbose_name="县区")),
                ("starts_on", models.DateField(verbose_name="从哪天起")),
                ("ends_on", models.DateField(null=True, verbose_name="到哪天止")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="liaisons",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="evaluationfigure",
            constraint=models.UniqueConstraint(fields=("round", "area", "code"), name="evaluation_figure_once"),
        ),
        migrations.AddConstraint(
            model_name="evaluationfigure",
            constraint=models.CheckConstraint(
                condition=models.Q(("base__gt", 0), ("counted__lte", models.F("base"))), name="evaluation_figure_counts"
            ),
        ),
        migrations.AddIndex(
            model_name="liaison",
            index=models.Index(condition=models.Q(("ends_on", None)), fields=["officer"], name="liaison_of_officer"),
        ),
        migrations.AddConstraint(
            model_name="liaison",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on", None)), fields=("area",), name="liaison_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="liaison",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"),
                name="liaison_dates",
            ),
        ),
        migrations.RunSQL((HERE / "evaluation.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
