"""The bot in the back office: its rules, and the bench to try them on."""

from django.contrib import admin

from bot.admin.rules import RuleAdmin
from bot.models import Rule

admin.site.register(Rule, RuleAdmin)
