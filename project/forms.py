"""The form renderer and the fields people fill in on a phone: clean input, big targets, no JavaScript."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases import text
from cases.errors import Refusal

CELL = re.compile(r"[A-Z]{1,3}[0-9]+")
PHOTO_TYPES = "image/*,application/pdf"


class ReliefRenderer(TemplatesSetting):
    """Our own markup for forms and fields; widgets come from templates/forms/ and Django."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"


class ReliefForm(forms.Form):
    """A form whose missing answers are asked for by name (请填写患者姓名, never 此字段必填), and that shows what an act refused."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _missing(field, str(field.label or name))

    def take(self, refusal: Refusal) -> None:
        """Show what an act refused: each sentence at its field, the others at the top, those about cells with their address."""
        for name, sentence in refusal.fields.items():
            if name in self.fields:
                self.add_error(name, str(sentence))
            else:
                self.add_error(None, str(text.named(name, sentence) if CELL.fullmatch(name) else sentence))
        if not refusal.fields:
            self.add_error(None, str(refusal))


def _missing(field: forms.Field, label: str) -> str:
    if label.endswith(("？", "?")):
        return gettext("请回答：%(label)s") % {"label": label}
    if isinstance(field, forms.BooleanField):
        return gettext("请勾选：%(label)s") % {"label": label}
    if isinstance(field, forms.ChoiceField):
        return gettext("请选择%(label)s") % {"label": label}
    return gettext("请填写%(label)s") % {"label": label}


class _Choices:
    """Rows of choices, each with an optional hint below its words: `hints={value: words}`."""

    hints: Mapping[Any, Any]

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        option["hint"] = self.hints.get(getattr(value, "value", value), "")
        if option["hint"] and "id" in option["attrs"]:
            option["attrs"]["aria-describedby"] = f"{option['attrs']['id']}_hint"
        return option

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Choices in groups (分组) are folded: open are those with something chosen, and all of them after a fault."""
        context: dict[str, Any] = super().get_context(name, value, attrs)  # type: ignore[misc]
        is_wrong = "aria-invalid" in context["widget"]["attrs"]
        context["widget"]["groups"] = [
            (group, options, is_wrong or any(option["selected"] for option in options))
            for group, options, _index in context["widget"]["optgroups"]
        ]
        return context


class Radios(_Choices, forms.RadioSelect):
    """单选: rows of at least 44 px, 60 px in elder mode."""

    template_name = "forms/widgets/choices.html"
    use_fieldset = True

    def __init__(
        self, attrs: dict[str, Any] | None = None, choices: Iterable[Any] = (), hints: Mapping[Any, Any] | None = None
    ):
        super().__init__(attrs, choices)
        self.hints = hints or {}


class Checkboxes(_Choices, forms.CheckboxSelectMultiple):
    """多选: the same rows for several answers."""

    template_name = "forms/widgets/choices.html"
    use_fieldset = True

    def __init__(
        self, attrs: dict[str, Any] | None = None, choices: Iterable[Any] = (), hints: Mapping[Any, Any] | None = None
    ):
        super().__init__(attrs, choices)
        self.hints = hints or {}


class SometimesChoice(forms.ChoiceField):
    """有这种情况才填: one of several, asked when another answer calls for it; the form's own check knows when."""

    sometimes = True


class SometimesChoices(forms.MultipleChoiceField):
    """The same for several of them."""

    sometimes = True


class TickBox(forms.CheckboxInput):
    """One box to tick, never ticked beforehand (consents, confirmations)."""

    template_name = "forms/widgets/tick_box.html"


class DateBoxes(forms.MultiWidget):
    """年月日: three boxes; `autocomplete="bday"` lets the browser fill in a birth date."""

    template_name = "forms/widgets/date_boxes.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, autocomplete: str = ""):
        parts = {"year": "w-4", "month": "w-2", "day": "w-2"}
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            part: forms.TextInput(
                {"inputmode": "numeric", "class": width, "maxlength": 4 if part == "year" else 2}
                | ({"autocomplete": f"{autocomplete}-{part}"} if autocomplete else {})
            )
            for part, width in parts.items()
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: Any) -> list[Any]:
        return [value.year, value.month, value.day] if isinstance(value, date) else [None, None, None]

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"


class DateField(forms.MultiValueField):
    """A day given as 年 月 日; `not_after` is asked for the last day allowed (today, by the one clock)."""

    widget = DateBoxes
    default_error_messages = {
        "invalid": _("请填写正确的日期，比如 1956 年 3 月 12 日"),
        "incomplete": _("请把年、月、日都填上"),
        "future": _("日期不能晚于今天"),
    }

    def __init__(self, *, not_after: Callable[[], date] | None = None, **kwargs: Any):
        self.not_after = not_after
        fields = [_Number(min_value=1, required=False) for _part in ("year", "month", "day")]
        super().__init__(fields, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> Any:
        if isinstance(value, list | tuple) and any(value) and not all(str(part or "").strip() for part in value):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        try:
            return super().clean(value)
        except ValidationError as fault:
            if any(error.code == "required" for error in fault.error_list):
                raise
            code = fault.error_list[0].code or "invalid"
            raise ValidationError(self.error_messages.get(code, self.error_messages["invalid"]), code=code) from fault

    def compress(self, data_list: list[int]) -> date | None:
        if not data_list or not all(data_list):
            return None
        try:
            day = date(*data_list)
        except ValueError as fault:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from fault
        if self.not_after and day > self.not_after():
            raise ValidationError(self.error_messages["future"], code="future")
        return day


class _Number(forms.IntegerField):
    def to_python(self, value: Any) -> Any:
        return super().to_python(text.clean(value) if isinstance(value, str) else value)


class MoneyInput(forms.TextInput):
    """A box with 元 behind it."""

    template_name = "forms/widgets/money.html"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"inputmode": "decimal", "class": "w-6"} | (attrs or {}))


class MoneyField(forms.DecimalField):
    """金额 in yuan, two decimals, not negative; commas, full-width digits and a typed 元 are cleaned silently."""

    widget = MoneyInput
    default_error_messages = {
        "invalid": _("请填写金额，比如 1200.50"),
        "max_decimal_places": _("金额最多写到分，比如 1200.50"),
        "min_value": _("金额不能小于 %(limit_value)s 元"),
        "max_value": _("金额不能超过 %(limit_value)s 元"),
    }

    def __init__(
        self, *, min_value: Decimal = Decimal(0), max_value: Decimal | None = Decimal("99999999.99"), **kwargs: Any
    ):
        super().__init__(min_value=min_value, max_value=max_value, max_digits=14, decimal_places=2, **kwargs)
        for validator in self.validators:
            if isinstance(validator, MinValueValidator):
                validator.message = self.error_messages["min_value"]
            elif getattr(validator, "code", "") == "max_value":
                validator.message = self.error_messages["max_value"]  # type: ignore[attr-defined]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = text.clean(value).replace(",", "").replace("，", "").replace(" ", "").removesuffix("元")
        return super().to_python(value)


class PhotoInput(forms.FileInput):
    """材料照片: opens the camera first on a phone, takes pictures (HEIC too) and PDF."""

    template_name = "forms/widgets/photo.html"

    def __init__(self, attrs: dict[str, Any] | None = None, camera: bool = False):
        super().__init__({"accept": PHOTO_TYPES} | ({"capture": "environment"} if camera else {}) | (attrs or {}))


class PhotoField(forms.FileField):
    """A picture or PDF of a paper; what it really is, is decided by the server from its bytes."""

    widget = PhotoInput
    default_error_messages = {
        "required": _("请拍照或选择文件"),
        "empty": _("这个文件是空的，请重新选择"),
        "missing": _("没有收到文件，请再选一次"),
    }


class PhotosInput(PhotoInput):
    """Several pictures or PDF chosen at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class PhotosField(PhotoField):
    """Pictures or PDF, in the order in which they were chosen; none is well."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        clean_one = super().clean
        return [clean_one(one, initial) for one in data or []]


class CleanCharField(forms.CharField):
    """Text whose full-width digits and odd spaces are cleaned silently; `squeeze=True` drops all spaces and dashes."""

    def __init__(self, *, squeeze: bool = False, **kwargs: Any):
        self.squeeze = squeeze
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        words = super().to_python(value) or ""
        return text.clean_number(words) if self.squeeze else text.clean(words)
