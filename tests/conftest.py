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
def published_with(cast):
    """The shipped example policy from today on, with another value in one row."""
    from cases.calendar import clock
    from cases.policy import actions
    from cases.policy.models import PolicyRow
    from cases.programme import programme

    def publish(slug, key, value):
        shipped = {**programme(slug).policy, "effective_from": clock.today().isoformat()}
        draft = actions.load_policy(programme=slug, version=shipped, by=cast["policy_edit"])
        assert PolicyRow.objects.filter(version=draft, key=key).update(value=value) == 1
        return actions.publish(version=draft, by=cast["policy_publish"])

    return publish


@pytest.fixture
def funded(cast):
    """A fund of a programme with so many yuan in it."""
    from workflows.walking import drive

    return lambda slug, yuan: drive.fund(slug=slug, yuan=yuan, by=cast["fin_make"])
