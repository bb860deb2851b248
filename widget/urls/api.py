"""Addresses of what the widget asks for."""

from django.urls import path
from django.views.decorators.cache import cache_control
from django.views.i18n import JSONCatalog

from widget.api import WidgetSettings

# The Arabic of what the widget's scripts say; English stands in them.
texts = cache_control(public=True, max_age=300)(JSONCatalog.as_view(packages=["widget"]))

urlpatterns = [
    path("widget/settings", WidgetSettings.as_view(), name="widget-settings"),
    path("widget/texts", texts, name="widget-texts"),
]
