"""给申请人写消息: write, look over as the applicant will read it, send."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from workflows.desk.casefile.opening import open_whole
from workflows.desk.messages.actions import message_post, send_message
from workflows.desk.messages.forms import MessageForm


@login_required
def message(request: HttpRequest, number: str) -> HttpResponse:
    """The form; with words in it the page to look them over; with the tick there, sent."""
    found = open_whole(request.user, number)
    message_post(request.user, found.case)
    form = MessageForm(request.POST or None, case=found.case)
    context = {"file": found, "case": found.case, "form": form}
    if request.method != "POST" or not form.is_valid() or request.POST.get("phase") == "back":
        return render(request, "desk/message.html", context)
    if request.POST.get("phase") == "send" and form.cleaned_data["sure"]:
        send_message(case=found.case, words=form.cleaned_data["words"], by=request.user)
        messages.success(request, _("已发给申请人。送达情况见“通知”。"))
        return redirect("case:tab", number, "letters")
    return render(request, "desk/message_check.html", context | {"was_not_sure": request.POST.get("phase") == "send"})
