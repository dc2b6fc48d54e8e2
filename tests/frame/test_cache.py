"""Counters are shared by the web processes of one machine and stand in a folder nobody else reads."""

import stat

from project.cache import FolderCache


def test_two_processes_count_together_and_the_folder_is_closed(tmp_path):
    one, other = (FolderCache(str(tmp_path / "cache"), {}) for _each in range(2))
    one.set("tries", 1)
    assert other.incr("tries") == 2
    assert one.get("tries") == 2
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700


def test_a_counter_that_is_gone_reads_as_nothing(tmp_path):
    cache = FolderCache(str(tmp_path / "cache"), {})
    assert cache.get("tries", 0) == 0
