"""The world of the matrix: cases at many steps, a batch at the bank, a public list, a meeting."""

from tests.matrix.conftest import world

__all__ = ["world"]
