"""Somebody who uses pages with the keyboard alone, and notices when the focus hides, jumps back or skips the skip link."""

import re
from typing import Any, Self

from tests.pages.browsing import Browser

WHERE = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const seen = at.type === "radio" || at.type === "checkbox" ? [at, at.closest(".choice") || at] : [at];
  const ring = seen.some(one => {
    const look = getComputedStyle(one);
    return (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none";
  });
  const column = at.closest("aside, .columns > *, header, nav, footer, main") || document.body;
  const box = at.getBoundingClientRect();
  return {
    tag: at.tagName.toLowerCase(), type: at.type || "", name: at.getAttribute("name") || "", value: at.value || "",
    words: (at.innerText || at.getAttribute("aria-label") || "").trim(), href: at.getAttribute("href") || "",
    ring: ring, column: [...document.querySelectorAll("*")].indexOf(column),
    left: box.left, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


class Keyboard:
    """A page and the keys. Every stop of Tab is looked at; `faults` says what was wrong."""

    def __init__(self, browser: Browser, *, width: int = 1280, cookies: dict[str, str] | None = None) -> None:
        self.context = browser.chromium.new_context(viewport={"width": width, "height": 900})
        given = {"django_language": "zh-hans", **(cookies or {})}
        self.context.add_cookies([{"name": key, "value": value, "url": browser.home} for key, value in given.items()])
        self.home, self.too_late = browser.home, browser.too_late
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        # With a listener from the start the browser never opens a chooser of its own, however busy the machine is.
        self.page.on("filechooser", lambda _chooser: None)
        self.faults: list[str] = []
        self._new_page()

    def open(self, path: str) -> Self:
        self.page.goto(self.home + path)
        self._new_page()
        return self

    def _new_page(self) -> None:
        self.before: dict[int, dict[str, Any]] = {}
        self.stops = 0

    def press(self, *keys: str) -> Self:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def type(self, words: str) -> Self:
        """Types over what the field holds."""
        self.press("Control+a")
        self.page.keyboard.type(words)
        return self

    def enter(self) -> Self:
        """Enter, and the page it leads to."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        self._new_page()
        return self

    def tab(self) -> dict[str, Any] | None:
        """One press of Tab; where the focus is then."""
        self.page.keyboard.press("Tab")
        stop: dict[str, Any] | None = self.page.evaluate(WHERE)
        if stop is not None:
            self._look(stop)
        return stop

    def _look(self, stop: dict[str, Any]) -> None:
        name = f"{self.page.url.removeprefix(self.home)}: {stop['tag']} {stop['name']} {stop['words'][:30]}"
        self.stops += 1
        if self.stops == 1 and stop["href"] != "#main":
            self.faults.append(f"{name}: the first stop is not the skip link")
        if not stop["ring"]:
            self.faults.append(f"{name}: nothing shows the focus")
        if not stop["seen"]:
            self.faults.append(f"{name}: the focus is outside the screen")
        last = self.before.get(stop["column"])
        if last is not None:
            above = stop["bottom"] <= last["top"] + 1
            left = (
                stop["top"] < last["bottom"] - 1 and last["top"] < stop["bottom"] - 1 and stop["right"] <= last["left"]
            )
            if above or left:
                self.faults.append(f"{name}: comes after what stands below or right of it ({last['words'][:30]})")
        self.before[stop["column"]] = stop

    def to(self, words: str = "", **wanted: str) -> Self:
        """Tabs until the focus is on something with these words (a pattern) and these values."""
        met = []
        for _press in range(120):
            stop = self.tab()
            if stop is None:
                continue
            met.append(stop["words"][:20] or stop["name"])
            if re.search(words, stop["words"]) and all(stop[key] == value for key, value in wanted.items()):
                return self
        raise LookupError(f"{words} {wanted} is not reached on {self.page.url}, only {met}")

    def choose(self, name: str, value: str) -> Self:
        """Tab to a group of radio buttons, Space, then the arrow until it is the one."""
        self.to(name=name, type="radio").press("Space")
        for _press in range(60):
            if self.page.evaluate("document.activeElement.value") == value:
                return self
            self.press("ArrowDown")
        raise LookupError(f"{name} has no {value}")

    def pick(self, name: str, value: str) -> Self:
        """Tab to a list and go down with the arrow until it is the one."""
        self.to(name=name, tag="select").press("Home")
        for _press in range(60):
            if self.page.evaluate("document.activeElement.value") == value:
                return self
            self.press("ArrowDown")
        raise LookupError(f"{name} has no {value}")

    def attach(self, name: str, file: dict[str, Any]) -> Self:
        """Tab to a file field, open the chooser with Space (again when nothing came), take a file."""
        self.to(name=name, type="file")
        for wait in (10_000, 20_000, 30_000):
            try:
                with self.page.expect_file_chooser(timeout=wait) as chooser:
                    self.press("Space")
            except self.too_late:
                continue
            chooser.value.set_files(file)
            return self
        raise LookupError(f"no chooser opens at {name}")

    @property
    def path(self) -> str:
        return str(self.page.url).removeprefix(self.home)

    @property
    def words(self) -> str:
        return str(self.page.inner_text("body"))
