"""A draft of an invented person, and cases further on."""

from tests.dossier.conftest import browse, file_case, open_programme

__all__ = ["browse", "file_case", "open_programme"]
