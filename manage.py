#!/usr/bin/env python
"""The one door for commands: `.venv/bin/python manage.py <command>`."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    from project import embedded

    embedded.open_for(sys.argv)
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as fault:
        if getattr(fault.__cause__, "pgcode", None):
            raise
        sys.exit(f"The database does not answer: {str(fault).strip().splitlines()[0]}")


if __name__ == "__main__":
    main()
