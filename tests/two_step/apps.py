"""viewflow finds a road only inside an installed app; starting it registers the programme."""

from django.apps import AppConfig


class TwoStepConfig(AppConfig):
    name = "tests.two_step"
    label = "two_step"

    def ready(self) -> None:
        from tests.two_step import programme  # noqa: F401
