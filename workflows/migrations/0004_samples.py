"""Samples, the lists they were drawn from, the drawn cases and what looking at them brought."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import cases.sealed

HERE = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_oversight"),
        ("workflows", "0003_findings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                ("filters", models.JSONField(default=dict, verbose_name="范围")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("none", "不分层"),
                            ("county", "按县区"),
                            ("amount", "按金额"),
                            ("risk", "按风险"),
                            ("county_amount", "按县区和金额"),
                        ],
                        max_length=14,
                        verbose_name="分层",
                    ),
                ),
                ("by_risk", models.BooleanField(default=False, verbose_name="风险高的多抽")),
                ("rule", models.JSONField(verbose_name="风险权重")),
                ("seed", models.CharField(max_length=64, verbose_name="签种")),
                ("frame_hash", models.CharField(max_length=64, verbose_name="抽样框指纹")),
                ("frame_size", models.PositiveIntegerField(verbose_name="抽样框件数")),
                ("strata", models.JSONField(verbose_name="各层")),
                ("at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SampleCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stratum", models.CharField(max_length=30)),
                ("position", models.PositiveIntegerField()),
                ("risks", models.JSONField(default=list)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="samples", to="cases.case"
                    ),
                ),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="workflows.sample"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SampleCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_fine", models.BooleanField(verbose_name="没有问题")),
                ("words", cases.sealed.SealedField(blank=True, default="", verbose_name="说明")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="check_made",
                        to="workflows.samplecase",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SampleFrame",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                (
                    "sample",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="frame", to="workflows.sample"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_by", None)),
                    models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                    _connector="OR",
                ),
                name="sample_closed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="samplecase",
            constraint=models.UniqueConstraint(fields=("sample", "case"), name="sample_case_once"),
        ),
        migrations.AddConstraint(
            model_name="samplecase",
            constraint=models.UniqueConstraint(fields=("sample", "position"), name="sample_position_once"),
        ),
        migrations.RunSQL((HERE / "samples.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
