"""The frame as a Django app: its commands and start-up checks."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ProjectConfig(AppConfig):
    name = "project"
    verbose_name = "框架"

    def ready(self) -> None:
        from project import checks  # noqa: F401  registers the checks

        autodiscover_modules("tasks")  # who asks for work has to know how a worker is rung, not the worker alone
