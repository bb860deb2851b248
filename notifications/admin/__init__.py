"""Notifications in the back office: the bell, deliveries, and the pages of whoever sets them up."""

from django.contrib import admin

from notifications.admin.deliveries import DeliveryAdmin
from notifications.models import Delivery

admin.site.register(Delivery, DeliveryAdmin)
