"""The Celery application: tasks are found in each app's tasks module."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

app = Celery("support")
app.conf.update(settings.CELERY)
app.autodiscover_tasks()
