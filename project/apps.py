"""The frame as a Django app: its commands and start-up checks."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from cases.history import watch
from project import logs


class ProjectConfig(AppConfig):
    name = "project"
    verbose_name = "框架"

    def ready(self) -> None:
        from project import checks  # noqa: F401  registers the checks

        logs.listen()
        if settings.METRICS_TOKEN:
            from project import metrics

            watch.add(metrics.WATCHER)
        autodiscover_modules("tasks")  # who asks for work has to know how a worker is rung, not the worker alone
