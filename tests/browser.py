"""Where the browser of the page tests is: the headless build, which starts no window machinery, before the full one."""

import os
import shutil

BROWSER = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
)
