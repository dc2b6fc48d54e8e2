"""A browser without script (无脚本浏览器): follows links, reads forms, keeps cookies; what `walk` looks at pages with."""

from __future__ import annotations

import re
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any

SKIPPED = {"submit", "image", "button", "reset"}


@dataclass
class Form:
    """One form of a page: where it goes and what it holds."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._select = self._area = self._link = self._button = ""
        self._taken: list[str] = []
        self._hidden = 0
        self._main = False
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "title"):
            self._hidden += 1
        self._main = self._main or tag == "main"
        if tag == "a" and given.get("href"):
            self._link, self._taken = given["href"], []
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        if self._form is not None:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name = self._form, given.get("name", "")
        assert form is not None
        kind = given.get("type", "submit" if tag == "button" else "text")
        if tag == "button":
            self._button, self._taken = name or "-", []
            form.buttons.append((name, given.get("value", ""), ""))
        elif tag == "select" and name:
            self._select = name
            form.fields.setdefault(name, [])
            form.choices[name] = []
        elif tag == "option" and self._select:
            form.choices[self._select].append(given.get("value", ""))
            if "selected" in given:
                form.fields[self._select].append(given.get("value", ""))
        elif tag == "textarea" and name:
            self._area = name
            form.fields[name] = [""]
        elif tag == "input" and name and kind not in SKIPPED:
            self._input(form, name, kind, given)

    @staticmethod
    def _input(form: Form, name: str, kind: str, given: dict[str, str]) -> None:
        if kind == "file":
            form.files.append(name)
        elif kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            form.fields.setdefault(name, [])
            if "checked" in given:
                form.fields[name].append(given.get("value", "on"))
        else:
            form.fields.setdefault(name, []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "title"):
            self._hidden -= 1
        self._main = self._main and tag != "main"
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "a" and self._link:
            self.links.append((self._link, " ".join("".join(self._taken).split())))
            self._link = ""
        elif tag == "button" and self._button and self._form is not None:
            name, value, _text = self._form.buttons[-1]
            self._form.buttons[-1] = (name, value, " ".join("".join(self._taken).split()))
            self._button = ""

    def handle_data(self, data: str) -> None:
        if self._area and self._form is not None:
            self._form.fields[self._area][0] += data
        if self._link or self._button:
            self._taken.append(data)
        if not self._hidden:
            self.text.append(data)
            if self._main:
                self.said.append(data)


@dataclass
class Page:
    """What came back: address, status, forms, links and the text that a person reads."""

    url: str
    status: int
    body: bytes
    forms: list[Form]
    links: list[tuple[str, str]]
    text: str
    said: str

    def form(self, *names: str) -> Form:
        """The form that has all these fields (or files, or goes to an address that ends so)."""
        for form in self.forms:
            known = {*form.fields, *form.choices, *form.files, *(button[0] for button in form.buttons)}
            address = urllib.parse.urlsplit(form.action).path.rstrip("/")
            if all(name in known or (name.startswith("/") and address.endswith(name.rstrip("/"))) for name in names):
                return form
        raise LookupError(f"{self.url}: no form with {', '.join(names)}; the page says: {self.sentence()}")

    def link(self, pattern: str) -> str:
        """The first link whose address matches."""
        for href, _text in self.links:
            if re.search(pattern, href):
                return href
        raise LookupError(f"{self.url}: no link like {pattern}; the page says: {self.sentence()}")

    def sentence(self) -> str:
        """What the page itself says, shortened; without the strip and the foot that every page has."""
        return " ".join((self.said or self.text).split())[:600]


class Browser:
    """One person at one browser."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> Page:
        """Open an address."""
        return self._send(urllib.request.Request(self._full(path, self.base + "/")))

    def post(
        self, page: Page, form: Form, values: dict[str, Any] | None = None, files: dict[str, Any] | None = None
    ) -> Page:
        """Send a form with these values in place of its own; files are (name, bytes, type)."""
        data = {name: list(given) for name, given in form.fields.items()}
        for name, value in (values or {}).items():
            data[name] = [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
        target = self._full(form.action or page.url, page.url)
        if form.method == "get":
            return self.get(f"{target.split('?')[0]}?{urllib.parse.urlencode(data, doseq=True)}")
        if form.files:
            body, kind = _multipart(data, files or {})
        else:
            body, kind = urllib.parse.urlencode(data, doseq=True).encode(), "application/x-www-form-urlencoded"
        return self._send(
            urllib.request.Request(target, data=body, headers={"Content-Type": kind, "Referer": page.url})
        )

    def _full(self, path: str, base: str) -> str:
        return urllib.parse.urljoin(base, path)

    def _send(self, request: urllib.request.Request) -> Page:
        if urllib.parse.urlsplit(request.full_url).netloc != urllib.parse.urlsplit(self.base).netloc:
            raise LookupError(f"a page leads away from {self.base}: {request.full_url}")
        try:
            with self.opener.open(request, timeout=60) as answer:
                return _page(answer.geturl(), answer.status, answer.read(), answer.headers.get_content_type())
        except urllib.error.HTTPError as fault:
            return _page(fault.geturl() or request.full_url, fault.code, fault.read(), fault.headers.get_content_type())


def _page(url: str, status: int, body: bytes, kind: str) -> Page:
    reader = _Reader()
    if kind == "text/html":
        reader.feed(body.decode("utf-8", "replace"))
    return Page(url, status, body, reader.forms, reader.links, " ".join(reader.text), " ".join(reader.said))


def _multipart(data: dict[str, list[str]], files: dict[str, Any]) -> tuple[bytes, str]:
    edge = uuid.uuid4().hex
    parts = []
    for name, values in data.items():
        for value in values:
            parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, (filename, content, kind) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    parts.append(f"--{edge}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={edge}"
