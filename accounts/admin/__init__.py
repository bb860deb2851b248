"""People in the back office: users, teams, groups."""

from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.admin.groups import GroupAdmin
from accounts.admin.teams import TeamAdmin
from accounts.admin.users import UserAdmin
from accounts.models import Team, User

admin.site.register(User, UserAdmin)
admin.site.register(Team, TeamAdmin)
admin.site.unregister(Group)
admin.site.register(Group, GroupAdmin)
