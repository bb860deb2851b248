"""Requests of the desk: forms in, a redirect or the page with the refusal out; the bar, files, canned responses."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import Availability, User
from accounts.operations import set_availability
from chat import canned, policies
from chat.admin.actions import ACTIONS, Done
from chat.admin.desk import unread_of
from chat.admin.detail import chat_page, desk_page, is_fragment, may_look, way_back
from chat.admin.forms import ReplyForm
from chat.admin.panes import Refusal, find
from chat.models import Session
from chat.queries import sees
from core.admin import kept_filters
from core.api.problems import as_problem
from core.errors import NotFound, Problem, Unavailable
from tickets.pages.requests import Fill, canned_answer, file_answer, insert_canned, note_refusal, person


def act(request: HttpRequest, site: AdminSite, ref: str, slug: str) -> HttpResponse:
    """One form of a chat: carried out and redirected, or the page again with what was typed and why not."""
    user = person(request)
    action = ACTIONS.get(slug)
    if action is None:
        raise NotFound
    if request.method != "POST":
        return HttpResponseRedirect(page_url(ref) if sees(ref, user) else reverse("admin:chat_desk"))
    try:
        session = find(ref, user)
    except NotFound as gone:
        if not may_look(user):
            raise
        return desk_page(request, site, Refusal(problem=gone, status=gone.status))
    form = action.form(session, request.POST, request.FILES)
    try:
        if isinstance(form, ReplyForm) and "insert" in request.POST:
            insert_canned(form, user, _fill(session, user))
            return chat_page(request, site, ref, Refusal(form))
        if not form.is_valid():
            return chat_page(request, site, ref, Refusal(form, status=400))
        done = action.run(session, form, user)
    except (Problem, OperationalError) as error:
        problem = as_problem(error) or Unavailable()
        note_refusal(request, problem)
        form.refuse(problem)
        refusal = Refusal(form, problem, problem.status)
        return chat_page(request, site, ref, refusal) if sees(ref, user) else desk_page(request, site, refusal)
    return _go_on(request, ref, done, slug)


# Where the page stands after a form: at what was said, or, by script and without scrolling, in the box.
_PLACES = {"reply": "#message-last-{}", "note": "#message-last-{}", "accept": "#write"}


def _go_on(request: HttpRequest, ref: str, done: Done, slug: str) -> HttpResponse:
    if slug == "read":
        return HttpResponse("")
    if done.text:
        messages.success(request, str(done.text))
    stays = not done.leaves and sees(ref, person(request))
    if stays:
        return HttpResponseRedirect(page_url(ref) + kept_filters(request) + _PLACES.get(slug, "").format(ref))
    # A script has other chats open there, which it keeps.
    return HttpResponseRedirect(reverse("admin:chat_desk") if is_fragment(request) else way_back(request)[1])


def _fill(session: Session, by: User) -> Fill:
    return lambda response, language: canned.answer(response, session, by, language)


def canned_text(request: HttpRequest, ref: str) -> HttpResponse:
    """A canned response filled in for this chat; for its agent."""
    user = person(request)
    session = find(ref, user)
    policies.refuse_unless_takes_part(user, session)
    return canned_answer(request, _fill(session, user))


def file(request: HttpRequest, ref: str, attachment_id: str) -> HttpResponse:
    """A file of this chat."""
    user = person(request)
    find(ref, user)
    return file_answer(user, attachment_id)


def bar(request: HttpRequest) -> HttpResponse:
    """The piece of every page's top bar that is about chats, with its figures as they are now."""
    user = person(request)
    policies.refuse_unless(user, policies.ACCEPT)
    unread = unread_of(user)
    figures = {
        "mine": ",".join(map(str, unread)),
        "unread": sum(unread.values()),
        "waiting": Session.objects.visible_to(user).waiting().count(),
    }
    return TemplateResponse(request, "chat/bar.html", {"figures": figures})


def availability(request: HttpRequest) -> HttpResponse:
    """Say whether one takes chats, and go back to where one was."""
    user = person(request)
    policies.refuse_unless(user, policies.ACCEPT)
    status = request.POST.get("status", "")
    if request.method == "POST" and status in Availability.values:
        set_availability(user.pk, status=status, by=user)
    if is_fragment(request):
        user.availability = status if status in Availability.values else user.availability
        return bar(request)
    back = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if own else reverse("admin:chat_desk"))


def page_url(ref: str | int) -> str:
    return reverse("admin:chat_session_change", args=[ref])
