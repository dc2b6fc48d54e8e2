"""Keys of subjects, requests about one's own data, and what is kept for a time."""

import uuid
from pathlib import Path

import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import cases.sealed

SQL = Path(__file__).parent / "sql" / "privacy.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_inspectors_lists"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="subject",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="subject",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
            ),
        ),
        migrations.CreateModel(
            name="SubjectKey",
            fields=[
                ("subject", models.CharField(db_collation="C", max_length=60, primary_key=True, serialize=False)),
                ("kid", models.CharField(max_length=40, verbose_name="包裹密钥")),
                ("wrapped", models.TextField(null=True)),
                ("made_at", models.DateTimeField()),
                ("restricted_at", models.DateTimeField(null=True, verbose_name="限制处理")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="销毁")),
                ("basis", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("destroyed_at", None), ("wrapped__isnull", False)),
                            models.Q(("destroyed_at__isnull", False), ("wrapped", None)),
                            _connector="OR",
                        ),
                        name="key_destroyed_or_there",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PrivacyHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("inspection", "监督检查"), ("litigation", "诉讼或仲裁")], max_length=10),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="依据")),
                ("until", models.DateField(verbose_name="到哪天止")),
                ("placed_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="cases.case"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("ended_at", None)), fields=["case"], name="hold_in_force")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["inspection", "litigation"])), name="hold_kind_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="hold_has_a_reason"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrivacyRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("copy", "复制"), ("correction", "更正"), ("erasure", "删除")], max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "已提出"),
                            ("proposed", "已提请删除，等第二人确认"),
                            ("restricted", "依法保存，限制处理"),
                            ("done", "已办"),
                            ("refused", "未同意"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("words", cases.sealed.SealedField(blank=True, default="", verbose_name="要求")),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField()),
                ("proposed_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", cases.sealed.SealedField(blank=True, default="", verbose_name="答复")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="privacy_requests", to="cases.case"
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["asked", "proposed"])),
                        fields=["due_on", "id"],
                        name="privacy_due",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["asked", "proposed", "restricted", "done", "refused"])),
                        name="privacy_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(
                                models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                                models.Q(("confirmed_by", models.F("asked_by")), _negated=True),
                                models.Q(("proposed_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="erasure_by_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "erasure"), ("state", "done"), _negated=True),
                            models.Q(("confirmed_by__isnull", False), ("proposed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="erasure_has_two_people",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "proposed"])),
                        fields=("case", "kind"),
                        name="one_open_request",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    ]
