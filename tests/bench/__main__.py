"""`python -m tests.bench`: what `make bench` and `make bench-quick` run; `--help` says what can be chosen."""

from __future__ import annotations

import argparse
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def main() -> None:
    """Measure what was chosen, print the tables, keep the figures."""
    args = _arguments()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django

    django.setup()
    from tests.bench import plan, world
    from tests.bench.show import say

    say("making the database")
    found: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": platform.platform(),
        "cores": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version(), "quick": args.quick,
    }  # fmt: skip
    for name, part in plan.parts(quick=args.quick, most=args.most):
        if not args.only or name in args.only:
            world.prepare()
            answer = part()
            found[name] = answer
            for title, table in plan.TABLES[name](answer):
                print(f"\n## {title}\n\n{table}", flush=True)
    folder = Path(os.environ["RELIEF_TEST_VAR"])
    file = folder / f"bench-{found['at'].replace(':', '')}.json"
    file.write_text(json.dumps(found, indent=1, ensure_ascii=False))
    print(f"\nfigures: {file}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Beside plain viewflow and LIMIT.")
    parser.add_argument("--quick", action="store_true", help="small sizes, under two minutes")
    parser.add_argument(
        "--only", nargs="*", choices=["w1", "lists", "races", "timers", "seals"], help="these parts alone"
    )
    parser.add_argument("--most", type=int, default=1_000_000, help="largest number of open tasks and cases")
    return parser.parse_args()


if __name__ == "__main__":
    main()
