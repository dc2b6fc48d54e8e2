"""Sessions of people who signed in before a page is looked at."""

from typing import Any

from django.conf import settings
from django.test import Client


def session(person: Any) -> dict[str, str]:
    """The cookie of somebody who is signed in; make it before the browser starts."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
