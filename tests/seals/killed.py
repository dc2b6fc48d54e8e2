"""Sealers that are killed with SIGKILL: at each point of a pass, or at any moment while others write. Prints what it saw."""

import json
import os
import random
import signal
import sys
import threading

import django
from django.db import connections

django.setup()

from django.conf import settings  # noqa: E402

from cases.history.sealing import sealer  # noqa: E402

POINTS = ["INSERT INTO cases_leaf", "DELETE FROM cases_pending", "INSERT INTO cases_checkpoint", "remember"]


def end(*_values):
    """As a machine ends that loses its power."""
    os.kill(os.getpid(), signal.SIGKILL)


def child(does):
    """A process of its own that does this; its number."""
    connections.close_all()
    pid = os.fork()
    if not pid:
        try:
            does()
        finally:
            os._exit(3)
    return pid


def at(point):
    """One pass that ends right after a statement, or before the sealer notes what it signed."""

    def after(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        return end() if sql.startswith(point) else answer

    def does():
        sealer._remember = end
        with connections["sealer"].execute_wrapper(after):
            sealer.Sealer(settings.SEAL_KEY_FILE).one_pass()

    return does


def on_and_on():
    """Pass after pass."""
    one = sealer.Sealer(settings.SEAL_KEY_FILE)
    while True:
        one.one_pass()


def leaves():
    with connections["sealer"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_leaf")
        return cursor.fetchone()[0]


seen = []
if sys.argv[1] == "points":
    for point in POINTS:
        status = os.waitpid(child(at(point)), 0)[1]
        seen.append([point, os.WTERMSIG(status), leaves()])
else:
    for _round in range(int(sys.argv[1])):
        before, pid = leaves(), child(on_and_on)
        while leaves() == before:
            threading.Event().wait(0.01)
        threading.Event().wait(random.random() / 10)
        os.kill(pid, signal.SIGKILL)
        seen.append(["load", os.WTERMSIG(os.waitpid(pid, 0)[1]), leaves()])
print(json.dumps(seen))
