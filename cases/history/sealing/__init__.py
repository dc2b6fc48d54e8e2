"""Seals (封存): every entry of history becomes a leaf of one tree, whose root is signed, witnessed and printed."""
