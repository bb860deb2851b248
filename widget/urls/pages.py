"""Addresses of the demo shop."""

from django.urls import path

from widget.shop import shop, token

urlpatterns = [
    path("", shop, name="demo-shop"),
    path("demo-shop/token/<str:customer>", token, name="demo-shop-token"),
]
