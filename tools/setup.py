"""Makes the virtual environment and installs the packages when they changed. Standard library alone."""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036  this file is what says so
        sys.exit(
            f"Python {sys.version.split()[0]} is too old: install Python 3.11 or newer, then: make PYTHON=python3.11 ..."
        )
    wanted = ROOT / ("requirements-dev.txt" if "--dev" in sys.argv else "requirements.txt")
    if os.geteuid() == 0:
        _reachable_for_others()
    stamp = VENV / f".{wanted.stem}"
    key = _key()
    if stamp.exists() and stamp.read_text() == key and _runs():
        return
    if not _runs():
        _make()
    print(f"Installing the packages of {wanted.name} ...", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-r", str(wanted)]
    if subprocess.run(pip, check=False).returncode:
        sys.exit(
            "The packages could not be installed: see the lines above, check the network or pip's settings, and run this again."
        )
    stamp.write_text(key)
    if "--dev" in sys.argv:
        (VENV / ".requirements").write_text(key)


def _key() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name in ("requirements.txt", "requirements-dev.txt"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _runs() -> bool:
    if not PYTHON.exists():
        return False
    return subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def _make() -> None:
    if find_spec("ensurepip") is None or find_spec("venv") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"This Python has no ensurepip: on Debian or Ubuntu run apt-get install python{version}-venv, then this again."
        )
    if VENV.exists():
        shutil.rmtree(VENV)
    print("Making the virtual environment .venv ...", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False).returncode:
        sys.exit("The virtual environment could not be made: see the lines above.")


def _reachable_for_others() -> None:
    """As root the embedded database runs as another user, who has to reach its programs in .venv."""
    if os.environ.get("DATABASE_URL"):
        return
    for folder in [*reversed(ROOT.parents), ROOT]:
        if not folder.stat().st_mode & 0o001:
            sys.exit(
                f"You are root, and no other user may enter {folder}: the embedded database could not run from here. "
                "Move the project to /srv or /opt, run this as a normal user, or set DATABASE_URL and DATABASE_OWNER_URL."
            )


if __name__ == "__main__":
    main()
