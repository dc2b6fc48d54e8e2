"""`manage.py export_bpmn DIR`: every road as a BPMN 2.0 file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import override

from cases.access.models import Role
from cases.programme import programmes
from workflows.engine.bpmn import bpmn_xml
from workflows.flow import graph


class Command(BaseCommand):
    help = "Writes each road of each programme as <programme>-<version>.bpmn into DIR."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--language", default="zh-hans", choices=["zh-hans", "en"])

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["directory"]
        folder.mkdir(parents=True, exist_ok=True)
        column = "name" if options["language"] == "zh-hans" else "name_en"
        roles = dict(Role.objects.values_list("code", column))
        with override(options["language"]):
            for programme in programmes():
                for version, road in programme.roads.items():
                    key = f"{programme.slug}_{version}"
                    target = folder / f"{programme.slug}-{version}.bpmn"
                    target.write_text(
                        bpmn_xml(graph(road), key=key, name=str(programme.name), roles=roles), encoding="utf-8"
                    )
                    self.stdout.write(str(target))
