"""Addresses of the bot; they stand under chat's, where clients look for them."""

from django.urls import path

from bot.api import views

urlpatterns = [
    path("chat/bot/rules", views.Rules.as_view(), name="bot-rules"),
    path("chat/bot/rules/<str:ref>", views.RuleDetail.as_view(), name="bot-rule"),
    path("chat/bot/test", views.Test.as_view(), name="bot-test"),
]
