"""Backup and restore of one place, in two files: the data with the files of people, and the keys that open them.

The keys of erased people are gone from every later file of keys: kept for 30 days at most, no copy of the data outlives an erasure.
"""

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from project import embedded, env, keys, roles

FORMAT = 2
Part = io.BufferedReader | io.BytesIO
DUMP, SUBJECTS, LIST = "database.dump", "subject_keys.dump", "contents.json"
SUBJECT_TABLE = "cases_subjectkey"
KEYS_LIVE = timedelta(days=30)
"""After so long a file of keys is thrown away, and not taken any more: who was erased since would be readable again."""


class CannotRestore(SystemExit):
    """The archive or the place is not right: one sentence; nothing was changed."""


class CannotBackUp(SystemExit):
    """PostgreSQL's pg_dump failed: its own words."""


def keys_beside(target: Path) -> Path:
    """The file of keys that belongs to a file of data."""
    return target.with_name(f"{target.stem}.keys{target.suffix}")


def backup(target: Path) -> dict[str, str]:
    """Writes two tar files, readable by their owner alone; returns the SHA-256 of each part of the data. Raises CannotBackUp.

    The keys come last, so that they open all of the data. The data alone open nothing; with both everything can be read.
    """
    with tempfile.TemporaryDirectory(prefix="relief-backup-") as folder:
        dump, subjects = Path(folder) / DUMP, Path(folder) / SUBJECTS
        form = ["pg_dump", "--format=custom", "--no-owner"]
        _program([*form, f"--exclude-table-data=public.{SUBJECT_TABLE}", f"--file={dump}"], CannotBackUp)
        sums = _write(target, _parts(dump))
        _program([*form, "--data-only", f"--table=public.{SUBJECT_TABLE}", f"--file={subjects}"], CannotBackUp)
        _write(keys_beside(target), _keys(subjects))
    return sums


def _write(target: Path, parts: Iterator[tuple[str, Part]]) -> dict[str, str]:
    half = target.with_name(f".{target.name}.half")
    half.unlink(missing_ok=True)
    sums: dict[str, str] = {}
    with (
        open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
        tarfile.open(fileobj=out, mode="w") as tar,
    ):
        for name, data in parts:
            with closing(data):
                sums[name] = hashlib.file_digest(data, "sha256").hexdigest()
                data.seek(0, os.SEEK_END)
                _add(tar, name, data)
        contents = {
            "format": FORMAT, "kind": settings.RELIEF_ENV, "app_role": settings.APP_DATABASE.user, "sha256": sums,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
        }  # fmt: skip
        _add(tar, LIST, io.BytesIO(json.dumps(contents, indent=1).encode()))
    os.replace(half, target)
    return sums


def _add(tar: tarfile.TarFile, name: str, data: Part) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = data.seek(0, os.SEEK_END), 0o600
    data.seek(0)
    tar.addfile(info, data)


def _parts(dump: Path) -> Iterator[tuple[str, Part]]:
    yield DUMP, dump.open("rb")
    root = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    for path in sorted(root.rglob("*")) if root.exists() else []:
        if path.is_file():
            yield f"files/{path.relative_to(root)}", path.open("rb")


def _keys(subjects: Path) -> Iterator[tuple[str, Part]]:
    yield SUBJECTS, subjects.open("rb")
    ring = ",".join(f"{kid}:{_text(key)}" for kid, key in settings.FIELD_KEYS.items())
    for name, value in {
        "keys/secret_key": settings.SECRET_KEY, "keys/field_keys": ring, "keys/index_key": _text(settings.INDEX_KEY)
    }.items():  # fmt: skip
        yield name, io.BytesIO(value.encode())


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def restore(source: Path, own_keys: Path | None = None) -> int:
    """Puts the data of one file and the keys of another into an empty place; returns the number of files of people.

    Keys may be newer than the data: who was erased in between stays erased. Raises CannotRestore before any change.
    """
    with tempfile.TemporaryDirectory(prefix="relief-restore-") as folder:
        place, held = Path(folder) / "data", Path(folder) / "keys"
        contents = _open(source, place)
        _must_live(_open(own_keys or keys_beside(source), held))
        _must_suit(contents, held)
        _database_must_be_empty()
        scripts = [_script(place / DUMP), _script(held / SUBJECTS)]
        _program(["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
                  *(f"--file={script}" for script in scripts), "--command=SELECT public.privacy_after_restore()"],
                 CannotRestore)  # fmt: skip
        for name in keys.FILES.values():
            keys.store(settings.VAR / name, (held / name).read_text().strip())
        settings.KIND_FILE.unlink(missing_ok=True)
        keys.store(settings.KIND_FILE, contents["kind"])
        root = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
        files = [name for name in contents["sha256"] if name.startswith("files/")]
        for name in files:
            target = root / name.removeprefix("files/")
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write((place / name).read_bytes())
    return len(files)


def _script(dump: Path) -> Path:
    """The SQL of a dump."""
    _program(["pg_restore", "--no-owner", f"--file={dump.with_suffix('.sql')}", str(dump)], CannotRestore)
    return _for_older_servers(dump.with_suffix(".sql"))


def _must_live(contents: dict[str, Any]) -> None:
    """Keys of the last 30 days: older ones open people who were erased since."""
    if SUBJECTS not in contents["sha256"]:
        raise CannotRestore("The second file holds no keys: name the data first, then the file of keys.")
    if datetime.now(UTC) - datetime.fromisoformat(contents["made"]) > KEYS_LIVE:
        raise CannotRestore(
            f"The keys are of {contents['made'][:10]} and older than {KEYS_LIVE.days} days: take the newest file of keys."
        )


def _for_older_servers(script: Path) -> Path:
    """The same script without the one setting that PostgreSQL 15 and 16 do not know."""
    fitting = script.with_suffix(".fitting.sql")
    with script.open("rb") as old, fitting.open("wb") as new:
        for line in old:
            if line == b"SET transaction_timeout = 0;\n":
                break
            new.write(line)
        shutil.copyfileobj(old, new)
    script.unlink()
    return fitting


def _open(source: Path, place: Path) -> dict[str, Any]:
    """Unpacks, compares every sum, and returns the list of contents."""
    if not source.is_file():
        raise CannotRestore(f"{source} is no file.")
    try:
        with tarfile.open(source) as tar:
            tar.extractall(place, filter="data")
        contents: dict[str, Any] = json.loads((place / LIST).read_text())
        wrong = [
            name
            for name, good in contents["sha256"].items()
            if hashlib.sha256((place / name).read_bytes()).hexdigest() != good
        ]
    except (tarfile.TarError, OSError, ValueError, KeyError) as fault:
        raise CannotRestore(f"{source} is no whole backup ({fault}): take another copy of it.") from None
    if wrong:
        raise CannotRestore(f"{source} is damaged at {wrong[0]}: take another copy of it.")
    if contents["format"] != FORMAT:
        raise CannotRestore(
            f"{source} has format {contents['format']} and this version reads {FORMAT}: use the version that wrote it."
        )
    return contents


def _must_suit(contents: dict[str, Any], place: Path) -> None:
    """The place has no files yet, brings no other keys, and names the application role whose rights are in the dump."""
    root = Path(settings.STORAGES["default"]["OPTIONS"]["location"])
    if root.exists() and any(root.iterdir()):
        raise CannotRestore(
            f"{root} holds files: restore into an empty place, for example with RELIEF_VAR=/var/lib/relief-restored."
        )
    if contents["app_role"] != settings.APP_DATABASE.user:
        raise CannotRestore(
            f"The rights in this backup are those of the role {contents['app_role']}: name it in DATABASE_URL."
        )
    ring = env.parse_keyring((place / "keys/field_keys").read_text().strip())
    if "RELIEF_FIELD_KEYS" in settings.KEYS_GIVEN and not ring.items() <= settings.FIELD_KEYS.items():
        raise CannotRestore("RELIEF_FIELD_KEYS lacks a key of this backup: its sealed columns would stay closed.")
    index = env.parse_key((place / "keys/index_key").read_text().strip())
    if "RELIEF_INDEX_KEY" in settings.KEYS_GIVEN and index != settings.INDEX_KEY:
        raise CannotRestore(
            "RELIEF_INDEX_KEY is not that of this backup: people and accounts could not be found again."
        )


def _database_must_be_empty() -> None:
    if settings.EMBEDDED is not None:
        settings.EMBEDDED.hold()
        roles.on_embedded(settings.EMBEDDED)
    else:
        roles.on_server(*settings.LOGINS)
    with closing(roles.connect(settings.OWNER_DATABASE)) as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        if cursor.fetchone()[0]:
            raise CannotRestore(
                "The database is not empty: restore into an empty place, for example with RELIEF_VAR=/var/lib/relief-restored."
            )


def _program(command: list[str], fault: type[SystemExit]) -> None:
    """Runs one of PostgreSQL's programs, signed in as the owner role."""
    place: env.Database = settings.OWNER_DATABASE
    given = {
        "PATH": os.environ.get("PATH", ""),
        "PGUSER": place.user,
        "PGPASSWORD": place.password,
        "PGDATABASE": place.name,
    }
    given |= {name: value for name, value in {"PGHOST": place.host, "PGPORT": place.port}.items() if value}
    given |= {f"PG{name.upper()}": value for name, value in place.options if name in {"sslmode", "sslrootcert"}}
    done = subprocess.run(
        [str(embedded.programs() / command[0]), *command[1:]], env=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise fault(f"{command[0]} failed: {done.stderr.strip()}")
