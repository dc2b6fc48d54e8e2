"""Loads the plugins of the test suite for every folder that holds tests."""

pytest_plugins = ["tests.database", "tests.budget", "tests.flow_kit"]
