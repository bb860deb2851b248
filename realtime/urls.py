"""Addresses of the socket's document; the sockets themselves are in config.routing."""

from django.urls import path

from realtime import views

urlpatterns = [path("asyncapi.json", views.asyncapi, name="asyncapi")]
