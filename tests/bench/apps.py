"""viewflow finds a road only inside an installed app; starting it registers the programme of the bench."""

from django.apps import AppConfig


class BenchConfig(AppConfig):
    name = "tests.bench"
    label = "bench"

    def ready(self) -> None:
        from tests.bench import programme  # noqa: F401
