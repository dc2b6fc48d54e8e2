"""Every address of the site, room by room."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from project import health, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", include("project.preferences")),
    path("admin/", admin.site.urls),
]
for _address, _module in (("api/", "workflows.api_urls"), ("", "cases.urls"), ("", "workflows.urls")):
    if find_spec(_module) is not None:
        urlpatterns.append(path(_address, include(_module)))

handler400 = "project.faults.bad_request"
handler403 = "project.faults.permission_denied"
handler404 = "project.faults.not_found"
handler500 = "project.faults.server_error"
