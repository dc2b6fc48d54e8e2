"""A web server and a browser for the gallery; no database is needed, nor allowed."""

import copy
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import pytest
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

from tests.browser import BROWSER

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir></fontconfig>"""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        return


@pytest.fixture(scope="module")
def gallery_address() -> Iterator[str]:
    """The address of a server that shows the gallery."""
    engines: Any = copy.deepcopy(settings.TEMPLATES)
    engines[0]["DIRS"].append(Path(__file__).parent)
    with override_settings(
        TEMPLATES=engines,
        ROOT_URLCONF="tests.pages.gallery.urls",
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    ):
        server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
        server.set_app(StaticFilesHandler(get_wsgi_application()))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Debian's chromium with a Chinese face, or a skip that says what is missing."""
    if not BROWSER:
        pytest.skip("no chromium found: install it or set CHROMIUM")
    folder = tmp_path_factory.mktemp("fonts")
    (folder / "fonts.conf").write_text(FONTS.format(fonts=Path(pylopdf_fonts_zh_cn.__file__).parent, cache=folder))
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-dev-shm-usage"],
            env={**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")},
        )
        yield chromium
        chromium.close()
