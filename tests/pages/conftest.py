"""One browser for all tests of a process."""

from collections.abc import Iterator

import pytest

from tests.pages.browsing import end_all


@pytest.fixture(scope="session", autouse=True)
def one_browser() -> Iterator[None]:
    """The browser that the first test starts ends with the last."""
    yield
    end_all()
