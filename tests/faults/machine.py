"""A partner's machine in a process of its own: it fetches one order over HTTP, does it, answers; of ours it knows the address.

python -m tests.faults.machine <where it stops>   "fetched", "worked", or "" when it goes on to the end

Where it stops it says what it holds and waits to be told to go on, which nobody does: it is killed there.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from typing import Any

TOPIC, SECONDS = "test.bureau", 60


def ask(address: str, given: dict[str, Any], **headers: str) -> dict[str, Any]:
    """What another system answers; nothing when it has nothing to say."""
    asked = urllib.request.Request(address, json.dumps(given).encode(), {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(asked, timeout=40) as answer:
        said: dict[str, Any] = json.loads(answer.read() or b"{}")
    return said


def say(**words: Any) -> None:
    """Tell whoever started this process."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main(stop: str) -> None:
    """Fetch, enter the case in the register outside under the key of the order, answer."""
    site, register = os.environ["MACHINE_SITE"], os.environ["FAULT_GATEWAY"]
    key = {"Authorization": f"Bearer {os.environ['MACHINE_KEY']}"}
    [order] = ask(f"{site}/api/v1/work/fetch/", {"topic": TOPIC, "seconds": SECONDS}, **key)["results"]
    if stop == "fetched":
        say(order=order)
        sys.stdin.read()
    ask(register, {}, **{"Idempotency-Key": order["key"]})
    if stop == "worked":
        say(order=order)
        sys.stdin.read()
    answer = ask(f"{site}/api/v1/work/{order['lease']}/complete/", {"result": {"entry": "4712"}}, **key)
    say(order=order, answer=answer)


if __name__ == "__main__":
    main(sys.argv[1])
