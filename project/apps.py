"""The frame as a Django app: its commands and start-up checks."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "project"
    verbose_name = "框架"

    def ready(self) -> None:
        from project import checks  # noqa: F401  registers the checks
