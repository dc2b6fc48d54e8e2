"""Sign-ins, failed ones too, and second factors: each leaves an event in the account's own chain."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from cases.access.models import User
from cases.history.record import record


def _account(action: str, user: Any, *, outcome: str = "ok", **payload: Any) -> None:
    key = user.pk if user is not None else "anonymous"
    with transaction.atomic():
        record(action, about=("account", key), object=user, by=user, outcome=outcome, payload=payload)


@receiver(user_logged_in)
def signed_in(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    _account("signin.ok", user, way="password" if user.is_office else "code")


@receiver(user_logged_out)
def signed_out(sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
    if user is not None:
        _account("signin.out", user)


@receiver(user_login_failed)
def refused(sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
    user = User.objects.filter(username=str(credentials.get("username") or "")).first()
    _account("signin.failed", user, outcome="denied")


@receiver(post_save, sender=Authenticator)
def second_factor_saved(sender: Any, instance: Any, created: bool, update_fields: Any, **kwargs: Any) -> None:
    """Told by the row itself, so that the event stands in the transaction of the change. Its mere use is no change."""
    if created:
        _account("second_factor.added", instance.user, type=str(instance.type))
    elif update_fields is None or "data" in update_fields:
        _account("second_factor.changed", instance.user, type=str(instance.type))


@receiver(post_delete, sender=Authenticator)
def second_factor_gone(sender: Any, instance: Any, **kwargs: Any) -> None:
    _account("second_factor.removed", instance.user, type=str(instance.type))
