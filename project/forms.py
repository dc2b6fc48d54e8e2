"""How form fields are drawn."""

from django.forms.renderers import TemplatesSetting


class ReliefRenderer(TemplatesSetting):
    """Form templates come from templates/."""
