"""The app of what we know about a case."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("案卷")

    def ready(self) -> None:
        from cases.access import nav as access_nav  # noqa: F401
        from cases.access import signals  # noqa: F401  (sign-ins leave events)
        from cases.award import vectors  # noqa: F401  (the calculator that the tests of a policy use)
        from cases.consent import gate as consent_gate  # noqa: F401  (what a draft needs before it is sent)
        from cases.duplicates import nav as duplicates_nav  # noqa: F401
        from cases.evidence import gate as evidence_gate  # noqa: F401
        from cases.money import nav as money_nav  # noqa: F401
        from cases.policy import nav as policy_nav  # noqa: F401
        from cases.privacy import nav as privacy_nav  # noqa: F401
        from cases.providers import nav as providers_nav  # noqa: F401
        from cases.publicity import nav as publicity_nav  # noqa: F401  (entries of the desk's navigation)
        from cases.recusal import nav as recusal_nav  # noqa: F401
        from cases.screening import nav as screening_nav  # noqa: F401
        from cases.stock import nav as stock_nav  # noqa: F401
        from cases.urgent import nav as urgent_nav  # noqa: F401
