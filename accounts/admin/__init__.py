"""People in the back office: users, teams, groups."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.admin.groups import GroupAdmin
from accounts.admin.server_keys import ServerKeyAdmin
from accounts.admin.teams import TeamAdmin
from accounts.admin.users import UserAdmin
from accounts.models import ServerKey, Team, User

admin.site.register(User, UserAdmin)
admin.site.register(Team, TeamAdmin)
# Secrets have no page: people set up their own second factor, and only operations change it.
admin.site.unregister([Group, TOTPDevice, StaticDevice])
admin.site.register(Group, GroupAdmin)
admin.site.register(ServerKey, ServerKeyAdmin)
