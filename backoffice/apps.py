"""The back office: what spans apps, and the admin site that agents work in."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class BackofficeConfig(AppConfig):
    name = "backoffice"
    default = True


class BackOfficeAdminConfig(admin_apps.AdminConfig):
    default_site = "backoffice.site.BackOfficeSite"
    default = False
