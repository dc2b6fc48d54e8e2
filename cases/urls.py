"""The addresses of what we know, room by room; a room that has no pages is not named."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = []
for _address, _module in (
    ("file/", "cases.evidence.urls"),
    ("money/", "cases.money.urls"),
    ("public/", "cases.publicity.urls"),
    ("policy/", "cases.policy.urls"),
    ("letter/", "cases.notices.urls"),
    ("accounts/", "cases.access.signin_urls"),
    ("account-log/", "cases.access.urls"),
    ("provider/", "cases.providers.urls"),
    ("past-grants/", "cases.duplicates.urls"),
    ("lists/", "cases.duplicates.list_urls"),
    ("hits/", "cases.duplicates.hit_urls"),
    ("screening/", "cases.screening.urls"),
    ("relatives/", "cases.recusal.urls"),
    ("stock/", "cases.stock.urls"),
    ("urgent/", "cases.urgent.urls"),
    ("fitting/", "cases.stock.fit_urls"),
    ("consent/", "cases.consent.urls"),
    ("seals/", "cases.history.sealing.urls"),
    ("privacy/", "cases.privacy.urls"),
    ("", "cases.apply.urls"),
):
    if find_spec(_module) is not None:
        urlpatterns.append(path(_address, include(_module)))
