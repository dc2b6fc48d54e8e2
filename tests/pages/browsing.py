"""A real browser that looks at pages as somebody would, and says what is wrong with them."""

import asyncio
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from tests.browser import BROWSER as CHROMIUM

Act = Callable[[Any], None]
NARROWEST = 320
ENGLISH_AND_CHINESE_MARK = re.compile(r"^[^\u3400-\u9fff\n]*[A-Za-z][^\u3400-\u9fff\n]*?[：（），。；、！？]", re.M)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = {"runOnly": RULES, "resultTypes": ["violations"]}
"""What is in order is counted, not described: half the time on a long page."""


@dataclass(frozen=True)
class Fault:
    """What is wrong on which page, seen as whom and how."""

    page: str
    what: str

    def __str__(self) -> str:
        return f"{self.page}: {self.what}"


class _Chromium:
    """One chromium for all tests of a process; between tests its loop is out of sight, for the ORM refuses beside one."""

    def __init__(self) -> None:
        driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
        self.driver = driver.sync_playwright().start()
        self.loop = asyncio.get_running_loop()
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        self.chromium = self.driver.chromium.launch(executable_path=CHROMIUM, args=arguments)

    def seen(self, is_seen: bool) -> None:
        asyncio._set_running_loop(self.loop if is_seen else None)

    def end(self) -> None:
        self.seen(True)
        self.chromium.close()
        self.driver.stop()
        self.seen(False)


_running: list[_Chromium] = []


def end_all() -> None:
    """Ends the chromium of this process."""
    while _running:
        _running.pop().end()


class Browser:
    """Debian's chromium; skips the test with a reason when it or axe is missing. Makes pictures when PAGE_SHOTS is set."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.shots = os.environ.get("PAGE_SHOTS", "")

    def __enter__(self) -> Self:
        driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
        self.axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
        if not CHROMIUM:
            pytest.skip("no chromium found: install it or set CHROMIUM")
        self.too_late: type[Exception] = driver.TimeoutError
        if not _running:
            _running.append(_Chromium())
        _running[0].seen(True)
        self.chromium = _running[0].chromium
        self.contexts: dict[str | None, Any] = {}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for context in self.chromium.contexts:
            context.close()
        _running[0].seen(False)

    def look(
        self,
        path: str,
        *,
        who: str | None,
        cookies: dict[str, str],
        language: str,
        size: str,
        width: int,
        act: Act | None = None,
        status: int = 200,
    ) -> list[Fault]:
        """What is wrong on this page for this person, language, letter size and screen; `act` does something there first."""
        name = f"{who or 'nobody'} {path} {language} {size} {width}"
        found: list[Fault] = []
        context = self.contexts.get(who) or self.contexts.setdefault(who, self.chromium.new_context())
        jar = {"django_language": language, "text_size": size, **cookies}
        context.add_cookies([{"name": key, "value": value, "url": self.home} for key, value in jar.items()])
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.on(
            "console", lambda said: found.append(Fault(name, said.text)) if "Content Security" in said.text else None
        )
        page.on("pageerror", lambda fault: found.append(Fault(name, str(fault))))
        answer = page.goto(self.home + path)
        if act is not None:
            with page.expect_navigation() as following:
                act(page)
            answer = following.value
        if answer.status != status:
            found.append(Fault(name, f"answers {answer.status}, not {status}"))
        found += self._axe(page, name)
        found += self._marks(page, name) if language == "en" else []
        for narrow in (width, NARROWEST):
            page.set_viewport_size({"width": narrow, "height": 900})
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > narrow:
                found.append(Fault(name, f"scrolls sideways to {wide} px at {narrow} px"))
        if self.shots:
            page.screenshot(
                path=Path(self.shots) / (name.replace("/", "_").replace(" ", "-")[:120] + ".png"), full_page=True
            )
        page.close()
        return found

    def _marks(self, page: Any, name: str) -> list[Fault]:
        """Chinese marks among English words; what people wrote in Chinese keeps its own."""
        words = page.inner_text("body")
        return [
            Fault(name, f"a Chinese mark after English words: {met[0][-60:]}")
            for met in ENGLISH_AND_CHINESE_MARK.finditer(words)
        ]

    def _axe(self, page: Any, name: str) -> list[Fault]:
        answer = self.axe.run(page, options=AXE).response
        return [
            Fault(name, f"{rule['id']}: {[node['html'][:160] for node in rule['nodes'][:3]]}")
            for rule in answer["violations"]
        ]
