"""The standing checks."""
