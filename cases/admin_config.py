"""Names our site for administrators instead of Django's own."""

from django.contrib.admin.apps import AdminConfig


class ReliefAdminConfig(AdminConfig):
    default_site = "cases.admin_site.ReliefAdminSite"
