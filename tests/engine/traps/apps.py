"""viewflow finds a flow only inside an installed app."""

from django.apps import AppConfig


class TrapsConfig(AppConfig):
    name = "tests.engine.traps"
    label = "traps"
