"""Loads the plugins of the test suite for every folder that holds tests."""

from hypothesis import HealthCheck, settings

settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")

pytest_plugins = ["tests.database", "tests.budget", "tests.flow_kit"]
