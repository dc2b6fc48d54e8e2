"""Anybody may check: roots, proofs, keys and a day's page are open; only a registered witness's true word is kept."""
