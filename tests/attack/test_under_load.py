"""While others write and the sealer seals, a whole history is never blamed."""

from __future__ import annotations

import os
import threading
from random import Random

import psycopg2
from django.conf import settings

from tests.attack.world import ACT, World
from tools import reliefverify as outsider

RUNS = int(os.environ.get("CLEAN_RUNS", "4"))


def test_clean_runs_while_writers_write_and_a_sealer_seals(world: World) -> None:
    stop, wrong = threading.Event(), []

    def write(number: int) -> None:
        rng, link = Random(number), settings.EMBEDDED.connect(name=world.link.settings_dict["NAME"])
        try:
            with link.cursor() as cursor:
                while not stop.wait(0.001):
                    cursor.execute(ACT, ["attacked", str(rng.randrange(24)), "test.more", None, None, "{}"])
        except psycopg2.Error as error:
            wrong.append(error)
        finally:
            link.close()

    threads = [threading.Thread(target=write, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(RUNS):
            world.seal()
            inside = world.inside()
            link = settings.EMBEDDED.connect(name=world.link.settings_dict["NAME"])
            link.autocommit = False
            link.set_session(isolation_level="REPEATABLE READ", readonly=True)
            outside = outsider.check(outsider.Database(link=link), outsider.Trust.read(str(world.trust()))).findings
            link.close()
            assert (inside, outside) == ([], []), number
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not wrong
