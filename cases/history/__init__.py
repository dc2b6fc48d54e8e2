"""History (留痕): append-only events, their chains, and the boundary of an action."""
