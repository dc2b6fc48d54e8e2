"""How fast it is beside plain viewflow and beside hand-written SQL: `make bench`, `make bench-quick` (docs/bench.md)."""
