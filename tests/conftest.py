"""What every test may use."""

import pytest
from django.utils import translation

from tests.cast import cast

__all__ = ["cast"]


@pytest.fixture(autouse=True)
def the_language_of_the_office():
    """A page that an earlier test read in English leaves that language in the thread: each test begins in Chinese."""
    translation.activate("zh-hans")


@pytest.fixture
def published(cast):
    """A programme's shipped example policy, loaded by one person and published by another."""
    from workflows.walking import drive

    return lambda slug: drive.publish_policy(slug=slug, maker=cast["policy_edit"], publisher=cast["policy_publish"])


@pytest.fixture
def funded(cast):
    """A fund of a programme with so many yuan in it."""
    from workflows.walking import drive

    return lambda slug, yuan: drive.fund(slug=slug, yuan=yuan, by=cast["fin_make"])
