"""The one way out for text messages: a demonstration phone that anyone can read, or the gateway of the office."""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request
import uuid

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cases.access.models import DemoSms
from cases.calendar import clock
from cases.errors import Refusal
from cases.sealed import blind_index

log = logging.getLogger(__name__)
TIMEOUT = 5.0


class SmsUnavailable(Refusal):
    """短信发不出去: no gateway is set, or it did not take the message; nothing says that it was sent."""

    def __init__(self) -> None:
        super().__init__(
            _("短信现在发不出去，请过几分钟再试，或打咨询电话请我们帮您办。"), code="sms_unavailable", status=503
        )


def must_be_available() -> None:
    """Raises SmsUnavailable where no message can be sent at all."""
    if settings.SMS_BACKEND == "gateway" and not settings.SMS_GATEWAY_URL:
        raise SmsUnavailable


def send_sms(phone: str, text: str, *, key: str = "", by_call: bool = False) -> None:
    """发短信: hand one text to the backend of settings.SMS_BACKEND; answers only when it was taken.

    `by_call` asks for a voice that reads the text out (语音电话), for people whose text messages do not arrive. `key` names the message, so that a gateway can drop a second one. Raises SmsUnavailable. Neither number nor text is
    ever logged.
    """
    must_be_available()
    if settings.SMS_BACKEND == "demo":
        _to_demo_phone(phone, text, by_call)
    else:
        _to_gateway(phone, text, key or str(uuid.uuid4()), by_call)


def _to_demo_phone(phone: str, text: str, by_call: bool) -> None:
    values = {"phone": phone, "text": text, "by_call": by_call, "at": clock.now()}
    DemoSms.objects.update_or_create(phone_key=blind_index(phone, "user.phone"), defaults=values)


def _to_gateway(phone: str, text: str, key: str, by_call: bool) -> None:
    body = {"phone": phone, "text": text, "way": "call" if by_call else "text"}
    request = urllib.request.Request(
        str(settings.SMS_GATEWAY_URL),
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}",
            "Idempotency-Key": key,
        },
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT):
            return
    except (urllib.error.URLError, OSError) as fault:
        log.warning("the text message gateway did not take a message: %s", type(fault).__name__)
        raise SmsUnavailable from fault
