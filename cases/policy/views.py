"""The pages of policy: all versions, one version as a table, editing a draft, what changed, publishing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.calendar import clock
from cases.errors import Invalid
from cases.history.record import record_access
from cases.policy import actions, queries
from cases.policy.cards import card
from cases.policy.evaluations import evaluation_for, quotes_of
from cases.policy.forms import DraftForm, Kind, RowForm
from cases.policy.models import Clause, PolicyVersion
from cases.policy.tables import decision_tables, overview, sections_of, side_by_side, table_of
from cases.policy.words import SECTION_NAMES, SHAPE_NAMES


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """政策: each programme with its versions."""
    versions = list(queries.versions(request.user))
    context = {
        "groups": overview(versions, clock.today()),
        "may_edit": queries.post_with(request.user, queries.EDIT),
        "local_post": queries.post_with(request.user, queries.LOCAL),
    }
    return render(request, "policy/home.html", context)


@login_required
@require_POST
def new(request: HttpRequest, programme: str) -> HttpResponse:
    """起草: a copy of the newest version, or the example the programme ships when there is none."""
    draft = actions.begin_draft(card=queries.card_of(request.user, programme), by=request.user)
    messages.success(request, _("草稿已建好。改好以后，请另一位同事发布。"))
    return redirect("policy:version", draft.pk)


@login_required
@require_POST
def local(request: HttpRequest, programme: str) -> HttpResponse:
    """起草市县条目: rows of the editor's own place over the version in force."""
    draft = actions.begin_local(card=queries.card_of(request.user, programme, queries.LOCAL), by=request.user)
    messages.success(request, _("草稿已建好。改好以后，请省级的同事发布。"))
    return redirect("policy:version", draft.pk)


@login_required
@require_GET
def basis(request: HttpRequest) -> HttpResponse:
    """按决定书查依据: from the reference printed under a sum to the rows and clauses that made it."""
    ref, context = request.GET.get("ref", ""), {}
    queries.versions(request.user)
    if ref:
        kept = evaluation_for(request.user, ref)
        case = kept.evaluation.case
        record_access(
            "read",
            object=kept.evaluation,
            fields=["award"],
            by=request.user,
            case_id=case.pk,
            purpose=gettext_lazy("查依据"),
        )
        context = {"evaluations": [kept], "case": case, "quotes": quotes_of(kept, get_language() or "")}
    return render(request, "policy/basis.html", {**context, "ref": ref})


@login_required
@require_GET
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """决策表: conditions as columns, for reading and printing."""
    held = queries.version_for(request.user, pk)
    policy = queries.policy_for(held.pk)
    context = {"version": held, "programme": card(held.programme), "tables": decision_tables(policy)}
    return render(request, "policy/table.html", context)


@login_required
@require_GET
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version as a table of decisions."""
    held = queries.version_for(request.user, pk)
    return render(request, "policy/version.html", _context(request, held))


def _context(request: HttpRequest, held: PolicyVersion, **extra: Any) -> dict[str, Any]:
    policy = queries.policy_for(held.pk)
    is_draft = held.status == PolicyVersion.DRAFT
    return {
        "version": held,
        "programme": card(held.programme),
        "sections": sections_of(policy),
        "shapes": SHAPE_NAMES.items(),
        "problems": actions.problems_of(held) if is_draft else [],
        "may_edit": queries.may_edit(request.user, held),
        "may_publish": queries.post_with(request.user, queries.PUBLISH),
        "is_draft": is_draft,
        "before": queries.version_before(held),
        "beside": side_by_side(held),
        **extra,
    }


@login_required
@require_GET
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What is different from the version before, or from any other that is chosen."""
    held = queries.version_for(request.user, pk)
    before = queries.version_to_compare(request.user, held, request.GET.get("with", ""))
    others = queries.versions(request.user).filter(programme=held.programme).exclude(pk=held.pk)
    context: dict[str, Any] = {"version": held, "before": before, "programme": card(held.programme)}
    context |= {"rows": table_of(before, held), "others": others}
    return render(request, "policy/changes.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, pk: int, section: str, key: str) -> HttpResponse:
    """改一条 of a draft."""
    held, found = queries.draft_row(request.user, pk, section, key)
    kind = Kind(section, str(found.value.get("shape", "")) if section == "award" else "", key)
    return _edit(request, held, RowForm(request.POST or None, kind=kind, clauses=_clauses(held), row=found))


@login_required
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """加一条 to a draft; for amounts ``?shape=`` says which way of counting."""
    held = queries.draft_for(request.user, pk, section)
    shape = request.GET.get("shape", "band")
    kind = Kind(section, (shape if shape in SHAPE_NAMES else "band") if section == "award" else "")
    return _edit(request, held, RowForm(request.POST or None, kind=kind, clauses=_clauses(held)))


def _clauses(held: PolicyVersion) -> list[Clause]:
    return list(queries.clauses_of(held.programme))


def _edit(request: HttpRequest, held: PolicyVersion, form: RowForm) -> HttpResponse:
    if form.is_valid():
        try:
            kept = actions.edit_row(version=held, row=form.to_row(), by=request.user, is_new=form.row is None)
        except Invalid as refusal:
            form.take(refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect(f"{held.get_absolute_url()}#{kept.section}")
    section = SECTION_NAMES[form.kind.section]
    context = {"version": held, "form": form, "programme": card(held.programme), "section": section}
    return render(request, "policy/row.html", context, status=200 if not form.errors else 422)


@login_required
@require_POST
def remove(request: HttpRequest, pk: int, section: str, key: str) -> HttpResponse:
    """删一条 of a draft."""
    held, _found = queries.draft_row(request.user, pk, section, key)
    actions.remove_row(version=held, section=section, key=key, by=request.user)
    messages.success(request, _("已删去。"))
    return redirect("policy:version", pk)


@login_required
@require_http_methods(["GET", "POST"])
def date(request: HttpRequest, pk: int) -> HttpResponse:
    """改名称和施行日期 of a draft."""
    held = queries.draft_for(request.user, pk)
    form = DraftForm(request.POST or None, initial={"title": held.title, "effective_from": held.effective_from})
    if form.is_valid():
        actions.set_effective_date(version=held, by=request.user, **form.cleaned_data)
        return redirect("policy:version", pk)
    return render(request, "policy/date.html", {"version": held, "form": form}, status=200 if not form.errors else 422)


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """发布: what changes is shown first, then the second person confirms."""
    held = queries.version_for(request.user, pk)
    queries.require_post(request.user, queries.PUBLISH)
    context = _context(request, held, rows=table_of(queries.version_before(held), held))
    if request.method == "POST":
        try:
            actions.publish(version=held, by=request.user)
        except Invalid as refusal:
            return render(request, "policy/publish.html", {**context, "refusal": refusal}, status=422)
        messages.success(request, _("已发布。施行日期起，新受理的案卷用这一版。"))
        return redirect("policy:version", pk)
    return render(request, "policy/publish.html", context)


@login_required
@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """停用 a published version."""
    actions.retire(version=queries.version_for(request.user, pk), by=request.user)
    messages.success(request, _("已停用。已受理的案卷仍用这一版。"))
    return redirect("policy:version", pk)
