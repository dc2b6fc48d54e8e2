"""The frame: settings, start and stop, the embedded database. It knows no word of relief."""

from project.celery import app as celery_app

__all__ = ["celery_app"]
