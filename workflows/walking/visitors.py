"""The people of a walk, each at a browser of their own, signed in the way that such a person signs in."""

from __future__ import annotations

import re
from typing import Any

from cases.access.demo import CAST, PASSWORD
from workflows.walking.browser import Browser, Page


class Visitors:
    """One browser a person, opened and signed in when first needed."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.open: dict[str, Browser] = {}
        self.phones = {part.username: part.phone for part in CAST}
        self.names = list(self.phones)

    def __getitem__(self, name: str) -> Browser:
        if name not in self.open:
            browser = Browser(self.base)
            page = (
                self._by_code(browser, self.phones[name]) if self.phones.get(name) else self._by_password(browser, name)
            )
            if page.status >= 400:
                raise LookupError(f"{name} cannot sign in: {page.sentence()}")
            self.open[name] = browser
        return self.open[name]

    def fill(self, who: str, address: str, typed: dict[str, Any]) -> Page:
        """Fill in the form that a page is about, as that person; the page itself where he may not see it."""
        browser = self[who]
        page = browser.get(address)
        if page.status >= 400:
            return page
        return browser.post(page, next(form for form in page.forms if form.method == "post" and not form.action), typed)

    @staticmethod
    def _by_password(browser: Browser, name: str) -> Page:
        page = browser.get("/accounts/login/")
        after = browser.post(page, page.form("login", "password"), {"login": name, "password": PASSWORD})
        if "/accounts/login" in after.url:
            raise LookupError(f"{name} cannot sign in: {after.sentence()}")
        return after

    @staticmethod
    def _by_code(browser: Browser, phone: str) -> Page:
        page = browser.get("/accounts/login/code/")
        asked = browser.post(page, page.form("phone"), {"phone": phone})
        if not any("code" in form.fields for form in asked.forms):
            raise LookupError(f"no code can be asked for {phone}: {asked.sentence()}")
        text = browser.get(f"/accounts/demo-phone/?phone={phone}").text
        codes = re.findall(r"\b\d{6}\b", text)
        if not codes:
            raise LookupError(f"no code arrived on {phone}: {text[:200]}")
        return browser.post(asked, asked.form("code"), {"code": codes[0]})


def day(name: str, value: Any) -> dict[str, int]:
    """A date as its three boxes."""
    return {f"{name}_year": value.year, f"{name}_month": value.month, f"{name}_day": value.day}
