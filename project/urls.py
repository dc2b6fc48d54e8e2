"""Every address of the site, room by room."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from project import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
for _address, _module in (("api/", "workflows.api_urls"), ("", "cases.urls"), ("", "workflows.urls")):
    if find_spec(_module) is not None:
        urlpatterns.append(path(_address, include(_module)))
