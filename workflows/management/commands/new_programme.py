"""`manage.py new_programme SLUG NAME`: a runnable folder for another relief programme; nothing outside it changes."""

import re
from argparse import ArgumentParser
from pathlib import Path
from string import Template
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows import programmes

SKELETON = Path(__file__).parents[1] / "skeleton"
FILES = {
    "programme": "programme.py", "questions": "questions.py", "award": "award.py", "policy": "policy.py",
    "people": "people.py", "road": "roads/v1.py", "guide": "texts/guide.py", "tests": "tests.py",
}  # fmt: skip
SLUG = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class Command(BaseCommand):
    """新建救助项目."""

    help = "Make the folder of another programme: a small road that runs, example numbers, and tests that walk it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="stored in the database and never changed, e.g. family_care")
        parser.add_argument("name", help="in Chinese, as applicants read it")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, name = options["slug"], options["name"].strip()
        if not SLUG.fullmatch(slug) or len(slug) > 40:
            raise CommandError(f"{slug}: small letters, digits and single underscores, at most 40", returncode=2)
        if not name or len(name) > 40 or set(name) & set("\"'\\{}%$\n"):
            raise CommandError("name: 1 to 40 characters, no quotes, braces, dollar or percent signs", returncode=2)
        folder = Path(programmes.__path__[0]) / slug
        if folder.exists():
            raise CommandError(f"{folder} is there already", returncode=2)
        words = {"slug": slug, "name": name, "class_name": "".join(part.capitalize() for part in slug.split("_"))}
        for source, target in FILES.items():
            text = Template((SKELETON / f"{source}.txt").read_text(encoding="utf-8")).substitute(words)
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            (folder / target).write_text(text, encoding="utf-8")
        for package in (folder, folder / "roads", folder / "texts"):
            (package / "__init__.py").touch()
        self.stdout.write(f"{folder}\nNow change the files from top to bottom; docs/add-a-programme.md says how.")
