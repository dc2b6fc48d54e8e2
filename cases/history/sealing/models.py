"""What is sealed: the queue, the leaves of the tree, its signed roots, the keys, and what witnesses answered."""

from __future__ import annotations

from django.db import models

__all__ = ["Checkpoint", "Leaf", "Pending", "SealKey", "Tile", "Witness", "WitnessReceipt"]


class Source(models.IntegerChoices):
    """来源: an entry of a chain (cases_event) or a look (cases_access)."""

    EVENT = 1
    LOOK = 2


class Pending(models.Model):
    """待封存: an entry that is no leaf yet. The database puts it here with the entry; the sealer alone takes it away."""

    src = models.SmallIntegerField(choices=Source.choices)
    ref = models.BigIntegerField()

    class Meta:
        app_label = "cases"


class Leaf(models.Model):
    """叶: one entry's place in the tree, counted from 0 without a gap. `hash` is the hash stored with the entry."""

    leaf = models.BigIntegerField(primary_key=True)
    src = models.SmallIntegerField(choices=Source.choices)
    ref = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(fields=["src", "ref"], name="leaf_once"),
            models.CheckConstraint(condition=models.Q(leaf__gte=0), name="leaf_from_zero"),
        ]


class Tile(models.Model):
    """块: the root of 256 leaves, of 256 such roots (level 16) and so on; written once full. Only spares counting again."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="tile_once")]


class Checkpoint(models.Model):
    """检查点: the root of the first `tree_size` leaves, signed as a C2SP note. `frontier` are the roots of its full subtrees.

    `day_close` marks the first one made on a day in China: the day's root (日根), which is printed.
    """

    tree_size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    at = models.DateTimeField()
    note = models.TextField()
    kid = models.TextField()
    frontier = models.BinaryField()
    day_close = models.BooleanField(default=False)

    class Meta:
        app_label = "cases"
        indexes = [models.Index(fields=["at"], condition=models.Q(day_close=True), name="checkpoint_of_day")]


class SealKey(models.Model):
    """封存密钥: the public half of a key that signs roots of the sizes from `valid_from_size` to `valid_to_size`, both counted in."""

    kid = models.TextField(primary_key=True)
    public_key = models.BinaryField()
    valid_from_size = models.BigIntegerField()
    valid_to_size = models.BigIntegerField(null=True)
    reason = models.TextField()

    class Meta:
        app_label = "cases"
        constraints = [
            models.UniqueConstraint(
                fields=["valid_to_size"],
                condition=models.Q(valid_to_size=None),
                nulls_distinct=False,
                name="seal_key_open_once",
            )
        ]


class Witness(models.Model):
    """见证方: another office that keeps what it has seen of the tree and cosigns only what grew from it."""

    name = models.TextField(unique=True)
    public_key = models.BinaryField()
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "cases"


class WitnessReceipt(models.Model):
    """见证回执: one witness signed this root of this size; kept for good, also when the root here should change."""

    tree_size = models.BigIntegerField()
    root = models.BinaryField()
    witness = models.TextField()
    channel = models.TextField()
    cosignature = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        app_label = "cases"
        constraints = [models.UniqueConstraint(fields=["witness", "tree_size"], name="receipt_once")]
