"""What is asked before a dossier leaves."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from project.forms import CleanCharField


class DossierForm(forms.Form):
    """导出用途."""

    purpose = CleanCharField(
        label=_("导出用途（会留痕）"), min_length=2, max_length=60, error_messages={"required": _("请写明导出的用途")}
    )
