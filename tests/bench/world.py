"""The database of the bench: made once by the owner, cloned for each run; its people and its policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from psycopg2 import sql

from cases.access.models import User
from project import roles
from project.embedded import NAME
from tests import database
from tests.bench import models
from tests.cast import everybody

HERE = Path(__file__).resolve().parent
COMMENT = "按办法核对过材料和事实，情况属实。"
PEOPLE = {
    "preliminary": "xiji_intake", "review": "xiji_review", "approval": "guyuan_city", "notify": "prov_review",
    "prepare": "prov_head", "applicant": "applicant1",
}  # fmt: skip
RUN = "relief_bench"


def people() -> dict[str, Any]:
    """Who does which step: one person for each, as the duties ask."""
    found = User.objects.in_bulk(PEOPLE.values(), field_name="username")
    return {step: found[name] for step, name in PEOPLE.items()}


def permit(*names: str) -> None:
    """These people may see a quarter of the tasks, as viewflow asks it."""
    kind = ContentType.objects.get_for_model(models.PlainCase)
    right, _made = Permission.objects.get_or_create(content_type=kind, codename="CTY1", defaults={"name": "CTY1"})
    for user in User.objects.filter(username__in=names):
        user.user_permissions.add(right)


def prepare() -> str:
    """A fresh database for this run, like the one that was made for these files; its name."""
    if settings.EMBEDDED is not None:
        settings.EMBEDDED.hold()
        roles.on_embedded(settings.EMBEDDED)
    else:
        roles.on_server(*settings.LOGINS)
    template = f"{RUN}_{database.fingerprint(*(f'tests/bench/{kind}' for kind in ('*.sql', 'models.py', 'world.py', 'programme.py', 'roads/*.py')))}"
    with database.alone() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [RUN])
        there = [name for (name,) in cursor.fetchall()]
        for name in there:
            if name != template:
                database.drop(cursor, name)
        if template not in there:
            half = f"{RUN}_half"
            database.drop(cursor, half)
            roles.make_database(cursor, half, template="template0", owner=settings.OWNER_DATABASE.user)
            database.use(half)
            database.shut(half)
            _fill()
            database.use(NAME)
            cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (half, template))))
        roles.make_database(cursor, RUN, template=template, owner=settings.OWNER_DATABASE.user)
    database.shut(RUN)
    database.use(RUN)
    return RUN


def _fill() -> None:
    from project.management.commands.setup_database import grant, install
    from workflows.walking.drive import publish_policy

    install(verbosity=0)
    cast = everybody()
    publish_policy(slug="bench", maker=cast["policy_edit"], publisher=cast["policy_publish"])
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute((HERE / "limit.sql").read_text())
        for name, key in models.WATCHED:
            cursor.execute("SELECT history_watch(%s, 'plain', %s)", [f"bench_{name}", key])
            cursor.execute("SELECT history_watch(%s, 'limit', %s)", [f"limit_{name}", key])
    grant()
    owner.close()


def drive_link() -> Any:
    """A connection of the driver itself, as the application role: what hand-written SQL uses."""
    place = connections["default"].settings_dict
    link = roles.connect(settings.APP_DATABASE, place["NAME"])
    link.autocommit = True
    return link
