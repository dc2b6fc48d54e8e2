"""The parts pages are built from: `{% load ui %}`; each part is shown in docs/ui-kit.md."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import segno
from django import forms, template
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases import text
from project.values import date_zh, money

register = template.Library()

TAG_COLOURS = ("grey", "blue", "yellow", "turquoise", "green", "orange")
PAGER_KEYS = ("after", "before")


def _attributes(given: dict[str, Any]) -> SafeString:
    """Keyword arguments as HTML attributes: `aria_label="…"` becomes `aria-label="…"`; empty ones are dropped."""
    return flatatt({name.replace("_", "-"): value for name, value in given.items() if value not in ("", None, False)})


# --- buttons --------------------------------------------------------------------------------------------------------
def _classes(kind: str) -> str:
    return f"button button--{kind}" if kind else "button"


@register.simple_tag
def button(label: str, kind: str = "", type: str = "submit", **attributes: Any) -> SafeString:
    """提交按钮: `kind` is "" (the one main button), plain, stop or quiet; `name`, `value` … become attributes."""
    return format_html(
        '<button type="{}" class="{}"{}>{}</button>', type, _classes(kind), _attributes(attributes), label
    )


@register.simple_tag
def link_button(label: str, href: str, kind: str = "", **attributes: Any) -> SafeString:
    """A link that looks like a button: for going somewhere, not for changing something."""
    return format_html('<a class="{}" href="{}"{}>{}</a>', _classes(kind), href, _attributes(attributes), label)


@register.simple_block_tag
def buttons(content: str) -> SafeString:
    """A row of buttons; full width and stacked on a phone."""
    return format_html('<div class="buttons">{}</div>', content)


# --- boxes ----------------------------------------------------------------------------------------------------------
@register.simple_block_tag
def panel(content: str, title: str) -> SafeString:
    """办成了: the green panel of a receipt; it holds the page's first heading."""
    return format_html('<div class="panel"><h1>{}</h1>{}</div>', title, content)


@register.simple_block_tag
def notification(content: str, title: str, kind: str = "") -> SafeString:
    """通知: a blue banner; `kind` success is green, turn is yellow (it is the reader's turn)."""
    extra = f" banner--{kind}" if kind else ""
    return format_html(
        '<section class="banner{}" aria-label="{}"><p class="banner-head">{}</p>'
        '<div class="banner-body">{}</div></section>',
        extra, title, title, content,
    )  # fmt: skip


@register.simple_block_tag
def inset(content: str) -> SafeString:
    """提示: text set apart by a line."""
    return format_html('<div class="inset">{}</div>', content)


@register.simple_block_tag
def box(content: str) -> SafeString:
    """A framed part of a page."""
    return format_html('<div class="box">{}</div>', content)


@register.simple_block_tag
def details(content: str, summary: str, open: bool = False) -> SafeString:
    """展开说明: hidden until the reader asks."""
    return format_html(
        '<details{}><summary>{}</summary><div class="details-body">{}</div></details>',
        mark_safe(" open") if open else "", summary, content,
    )  # fmt: skip


# --- facts and tasks ------------------------------------------------------------------------------------------------
@register.simple_block_tag
def summary_list(content: str) -> SafeString:
    """核对清单: holds `row` parts."""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_tag
def row(name: str, value: Any, href: str = "", change: str = "") -> SafeString:
    """One fact; with `href` a link 修改 that says what it changes to those who cannot see the row."""
    shown = _("没有填写") if value in (None, "") else value
    return _row(name, format_html("{}", shown), href, change)


@register.simple_block_tag
def row_block(content: str, name: str, href: str = "", change: str = "") -> SafeString:
    """One fact whose value is markup (several lines, a tag, a picture)."""
    return _row(name, content, href, change)


def _row(name: str, value: str, href: str, change: str) -> SafeString:
    link: str = ""
    if href:
        words = change or _("修改")
        link = format_html('<dd class="change"><a href="{}">{}<span class="vh"> {}</span></a></dd>', href, words, name)
    return format_html("<div><dt>{}</dt><dd>{}</dd>{}</div>", name, value, link)


@register.simple_block_tag
def task_list(content: str) -> SafeString:
    """办理清单: holds `task` parts."""
    return format_html('<ul class="tasks">{}</ul>', content)


@register.simple_tag
def task(name: str, href: str, status: str, colour: str = "grey", hint: str = "") -> SafeString:
    """One task; without `href` it cannot be opened yet."""
    words = format_html('<a href="{}">{}</a>', href, name) if href else format_html("<span>{}</span>", name)
    below = format_html('<p class="hint">{}</p>', hint) if hint else ""
    return format_html("<li>{} {}{}</li>", words, tag(status, colour), below)


@register.simple_tag
def tag(label: Any, colour: str = "", staff: bool = False) -> SafeString:
    """状态标签: words and a colour, or a state of cases/states.py in the applicant's words (`staff`: the office's)."""
    if hasattr(label, "applicant"):
        label, colour = (label.staff if staff else label.applicant), colour or label.tag
    colour = colour or "grey"
    if colour not in TAG_COLOURS:
        raise ValueError(f"no tag is {colour}: {', '.join(TAG_COLOURS)}")
    return format_html('<strong class="tag tag--{}">{}</strong>', colour, label)


@register.inclusion_tag("parts/steps.html")
def steps(road: Sequence[Any]) -> dict[str, Any]:
    """五步进度: each has `name`, `state` (done, current, todo) and may have `date` and `note`."""
    return {"road": road}


# --- tables, tabs, filters, pages -----------------------------------------------------------------------------------
@register.simple_block_tag
def table(content: str, caption: str, hide_caption: bool = False, stack: bool = True) -> SafeString:
    """表格: rows become cards on a phone (give each td a data-label); `stack=False` scrolls sideways instead."""
    kind = mark_safe(' class="table--stack"') if stack else ""
    hidden = mark_safe(' class="vh"') if hide_caption else ""
    return format_html(
        '<div class="table-wrap" role="region" aria-label="{}" tabindex="0">'
        "<table{}><caption{}>{}</caption>{}</table></div>",
        caption, kind, hidden, caption, content,
    )  # fmt: skip


@register.inclusion_tag("parts/tabs.html")
def tabs(items: Sequence[Any], label: str) -> dict[str, Any]:
    """标签页 as plain links: each item has `label`, `href`, `current` and may have `count`."""
    return {"items": items, "label": label}


def _query(request: HttpRequest, drop: Sequence[str], **put: str) -> str:
    query = request.GET.copy()
    for name in drop:
        query.pop(name, None)
    for name, value in put.items():
        query[name] = value
    return f"?{query.urlencode()}" if query else request.path


@register.inclusion_tag("parts/pager.html", takes_context=True)
def keyset_pager(context: Context, after: Any = "", before: Any = "") -> dict[str, Any]:
    """上一页/下一页 by key: `after` and `before` are the cursors of the neighbours, empty at an end."""
    request = context["request"]
    return {
        "next": _query(request, PAGER_KEYS, after=str(after)) if after else "",
        "previous": _query(request, PAGER_KEYS, before=str(before)) if before else "",
    }


@register.inclusion_tag("parts/filters.html", takes_context=True)
def filters(context: Context, form: forms.Form) -> dict[str, Any]:
    """筛选: the GET form and a pill for each filter in force; the address can be kept as a link.

    The fields that a form calls `rare` stand behind a fold, open while one of them is in force.
    """
    request = context["request"]
    pills = []
    for bound in form:
        value = request.GET.get(bound.html_name, "")
        if value and not bound.is_hidden:
            choices = dict(getattr(bound.field, "choices", ()))
            words = choices.get(value, value)
            pills.append(
                {"words": text.named(bound.label, words), "href": _query(request, (bound.html_name, *PAGER_KEYS))}
            )
    rare = getattr(form, "rare", ())
    return {
        "form": form,
        "often": [bound for bound in form if bound.name not in rare],
        "rare": [bound for bound in form if bound.name in rare],
        "is_open": any(request.GET.get(name) for name in rare),
        "pills": pills,
        "action": request.path,
    }


# --- forms ----------------------------------------------------------------------------------------------------------
@register.inclusion_tag("parts/error_summary.html")
def error_summary(*given: forms.BaseForm) -> dict[str, Any]:
    """出错提示: at the top of the page, each sentence a link to its field; nothing when all is well."""
    errors = []
    for form in given:
        if not form.is_bound:
            continue
        errors += [{"words": words, "href": ""} for words in form.non_field_errors()]
        for field in form:
            href = f"#{field.id_for_label or f'{field.auto_id}_0'}"
            errors += [{"words": words, "href": href} for words in field.errors]
    return {"errors": errors}


for value in (money, date_zh):
    register.simple_tag(value)
    register.filter(value.__name__, value)


@register.simple_tag
def due(days: int | None, paused: bool = False, provisional: bool = False, near: bool = False) -> SafeString:
    """剩余工作日: 剩 3 天, 今天, 超 2 天; blue when `near`; 暂停 while the clock stands; 暂定 beyond the loaded calendar."""
    if paused:
        return tag(_("暂停计时"), "grey")
    if days is None:
        return SafeString("—")
    if days > 0:
        shown = tag(ngettext("剩 %(n)s 天", "剩 %(n)s 天", days) % {"n": days}, "blue" if near else "grey")
    elif days == 0:
        shown = tag(_("今天到期"), "yellow")
    else:
        shown = tag(ngettext("超 %(n)s 天", "超 %(n)s 天", -days) % {"n": -days}, "orange")
    return format_html("{} {}", shown, _("（暂定）")) if provisional else shown


@register.simple_tag
def masked(value: str, href: str = "", what: str = "") -> SafeString:
    """遮盖的值: 138****5678; with `href` a link 查看 whose use is recorded."""
    if not href:
        return format_html('<span class="masked">{}</span>', value)
    words = _("查看")
    return format_html(
        '<span class="masked">{}</span> <a href="{}">{}<span class="vh"> {}</span></a>', value, href, words, what
    )


@register.inclusion_tag("parts/file_thumb.html")
def file_thumb(name: str, href: str, picture: str = "", note: str = "", kind: str = "PDF") -> dict[str, Any]:
    """材料缩略图: `picture` is the address of a small image, without it the kind of file is written."""
    return {"name": name, "href": href, "picture": picture, "note": note, "kind": kind}


@register.simple_tag
def qr(address: str, label: str) -> SafeString:
    """二维码 drawn as SVG inside the page, so that no other address is asked for it."""
    drawing = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawing,
        kind="svg",
        xmldecl=False,
        svgclass="qr",
        lineclass=None,
        omitsize=True,
        border=4,
        light="#fff",
        nl=False,
    )
    return format_html('<span role="img" aria-label="{}">{}</span>', label, mark_safe(drawing.getvalue().decode()))
