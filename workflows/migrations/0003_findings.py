"""Findings of inspectors, their steps, evidence and files; notes of inspectors."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import cases.sealed

HERE = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0005_oversight"),
        ("workflows", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "severity",
                    models.CharField(choices=[("minor", "一般"), ("serious", "较重"), ("grave", "严重")], max_length=8),
                ),
                ("title", cases.sealed.SealedField(verbose_name="题目")),
                ("facts", cases.sealed.SealedField(verbose_name="事实")),
                ("clause", models.CharField(max_length=200, verbose_name="依据")),
                ("days", models.PositiveSmallIntegerField(verbose_name="整改期限（工作日）")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "未发出"),
                            ("sent", "待整改"),
                            ("answered", "已答复"),
                            ("rectified", "待复查"),
                            ("rechecked", "待销号"),
                            ("closed", "已销号"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=0, verbose_name="第几次要求整改")),
                ("due_on", models.DateField(null=True)),
                ("due_provisional", models.BooleanField(default=False, verbose_name="暂定")),
                ("at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True, verbose_name="发出")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="销号或撤回")),
                ("escalated_at", models.DateTimeField(null=True, verbose_name="超期上报")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="cases.case"
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="cases.office"
                    ),
                ),
                (
                    "owner",
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
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("event", "留痕"), ("file", "文件"), ("hit", "检查命中"), ("sample", "抽样")],
                        max_length=8,
                    ),
                ),
                ("ref", models.CharField(max_length=64)),
                ("digest", models.CharField(blank=True, default="", max_length=64, verbose_name="指纹")),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="workflows.finding"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FindingStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("send", "发出"),
                            ("answer", "答复"),
                            ("rectify", "报告整改完成"),
                            ("recheck", "复查合格"),
                            ("back", "退回再改"),
                            ("close", "销号"),
                            ("withdraw", "撤回"),
                        ],
                        max_length=10,
                    ),
                ),
                ("from_state", models.CharField(max_length=10)),
                ("to_state", models.CharField(max_length=10)),
                ("words", cases.sealed.SealedField(blank=True, default="", verbose_name="说明")),
                ("role", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="workflows.finding"
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.office"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FindingFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("token", models.UUIDField(unique=True)),
                ("kind", models.CharField(max_length=12)),
                ("sha256", models.CharField(max_length=64, verbose_name="上传件摘要")),
                ("stored_sha256", models.CharField(max_length=64, verbose_name="留存件摘要")),
                ("size", models.PositiveIntegerField()),
                ("pages", models.PositiveSmallIntegerField(default=1)),
                ("path", models.CharField(max_length=120)),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="workflows.finding"
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="workflows.findingstep"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="InspectionNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", cases.sealed.SealedField(verbose_name="底稿")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="inspection_notes", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["case", "id"], name="finding_by_case"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["office", "id"], name="finding_by_office"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["owner", "id"], name="finding_by_owner"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(fields=["state", "id"], name="finding_by_state"),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                condition=models.Q(("state__in", ["sent", "answered"])), fields=["due_on", "id"], name="finding_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__gte", 1), ("days__lte", 250)), name="finding_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["draft", "withdrawn"]),
                    models.Q(("due_on__isnull", False), ("sent_at__isnull", False)),
                    _connector="OR",
                ),
                name="finding_sent_has_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state__in", ["closed", "withdrawn"])),
                    models.Q(models.Q(("state__in", ["closed", "withdrawn"]), _negated=True), ("ended_at", None)),
                    _connector="OR",
                ),
                name="finding_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(fields=("finding", "kind", "ref"), name="finding_evidence_once"),
        ),
        migrations.AddConstraint(
            model_name="findingfile",
            constraint=models.UniqueConstraint(fields=("step", "number"), name="finding_file_once"),
        ),
        migrations.AddIndex(
            model_name="inspectionnote",
            index=models.Index(fields=["case", "id"], name="inspection_note_by_case"),
        ),
        migrations.RunSQL((HERE / "findings.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
