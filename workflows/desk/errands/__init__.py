"""交办: a piece of work that whoever has a step asks of another post in his area, beside the road; it decides nothing."""
