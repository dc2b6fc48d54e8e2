"""File one application as a person with a phone does: question by question, paper by paper, then check and send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.programme import Programme, Question
from workflows.walking.browser import Browser, Page
from workflows.walking.papers import picture
from workflows.walking.visitors import day


def file_application(
    browser: Browser, card: Programme, given: Mapping[str, Any], *, number: int, draft: Case | None = None
) -> tuple[str, Page]:
    """Fill in everything that the pages ask and send it; answers the case number and the page that says so.

    In a `draft` that began with what the office knew only the rest is filled in.
    """
    facts = answers(draft) if draft is not None else {}
    home = f"/draft/{draft.token}" if draft is not None else _begun(browser, card)
    for question in card.questions():
        if question.key not in facts and question.key in given and (question.when is None or question.when(facts)):
            facts[question.key] = given[question.key]
            _answer(browser, f"{home}/{question.key}", question, given[question.key])
    _papers(browser, home, number)
    _consents(browser, home)
    check = browser.get(f"{home}/check")
    sent = browser.post(check, check.form("truth"), {"truth": "on"})
    found = re.search(r"/done/([0-9-]+)", sent.url)
    if found is None:
        raise LookupError(f"the application was not taken: {sent.sentence()}")
    return found.group(1), check


def _begun(browser: Browser, card: Programme) -> str:
    begun = browser.get(f"/apply/{card.slug}/start")
    draft = begun if "/draft/" in begun.url else browser.post(begun, begun.form("/begin"))
    return re.sub(r"(/draft/[0-9a-f-]+).*", r"\1", draft.url)


def _answer(browser: Browser, address: str, question: Question, value: Any) -> None:
    page = browser.get(address)
    if question.kind == "division":
        for length in (6, 9):
            page = browser.get(f"{address}?area={str(value)[:length]}")
    elif not any("value" in form.fields or "value_year" in form.fields for form in page.forms):
        label = dict(question.choices)[value]
        page = browser.get(f"{address}?{_search(page)}={_quoted(str(label))}")
    after = browser.post(page, page.form("value_year" if question.kind == "date" else "value"), _typed(question, value))
    if after.url.split("?")[0].rstrip("/") == address.rstrip("/"):
        raise LookupError(f"{question.key}: {after.sentence()}")


def _search(page: Page) -> str:
    form = next(form for form in page.forms if form.method == "get" and form.fields)
    return next(name for name in form.fields if name != "back")


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text)


def _typed(question: Question, value: Any) -> dict[str, Any]:
    if question.kind == "date":
        return day("value", date.fromisoformat(str(value)))
    if question.kind == "yes_no":
        return {"value": "yes" if value else "no"}
    return {"value": value}


def _papers(browser: Browser, home: str, number: int) -> None:
    listed = browser.get(f"{home}/materials")
    for address in dict.fromkeys(href for href, _text in listed.links if re.search(r"/materials/D\d+", href)):
        page = browser.get(address)
        form = next(form for form in page.forms if form.files)
        upload = picture(address.rstrip("/")[-3:], seed=number)
        taken = browser.post(page, form, files={form.files[0]: (upload.name, upload.read(), "image/jpeg")})
        if taken.status >= 400:
            raise LookupError(f"{address}: {taken.sentence()}")


def _consents(browser: Browser, home: str) -> None:
    page = browser.get(f"{home}/consents")
    form = page.form("publicity")
    given = {name: form.choices[name][0] for name in ("processing", "economic", "publicity")}
    after = browser.post(page, form, given)
    if after.url == page.url:
        raise LookupError(f"the consents were not taken: {after.sentence()}")
