"""Tickets in the back office: the list, the page of a ticket, opening one, and the catalogues around them."""

from django.contrib import admin

from tickets.admin.assignment_rules import AssignmentRuleAdmin
from tickets.admin.catalogue import CannedResponseAdmin, CategoryAdmin
from tickets.admin.hours import CalendarAdmin
from tickets.admin.list import TicketAdmin
from tickets.admin.macros import MacroAdmin
from tickets.admin.sla_policies import SlaPolicyAdmin
from tickets.models import AssignmentRule, BusinessCalendar, CannedResponse, Category, Macro, SlaPolicy, Ticket

admin.site.register(Ticket, TicketAdmin)
admin.site.register(Category, CategoryAdmin)
admin.site.register(CannedResponse, CannedResponseAdmin)
admin.site.register(Macro, MacroAdmin)
admin.site.register(BusinessCalendar, CalendarAdmin)
admin.site.register(SlaPolicy, SlaPolicyAdmin)
admin.site.register(AssignmentRule, AssignmentRuleAdmin)
