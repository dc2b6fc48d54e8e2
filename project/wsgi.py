"""The web application for gunicorn."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

from django.core.wsgi import get_wsgi_application

from project import checks

application = get_wsgi_application()
checks.must_be_fit()
