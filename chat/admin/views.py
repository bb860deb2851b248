"""Requests of the desk: forms in, a redirect or the page with the refusal out; the bar, files, canned responses."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import Availability, User
from accounts.operations import set_availability
from chat import canned, policies
from chat.admin.actions import ACTIONS, Done
from chat.admin.desk import unread_of
from chat.admin.detail import Refusal, chat_page, desk_page, find, is_fragment, may_look
from chat.admin.forms import ReplyForm
from chat.models import Session
from chat.queries import sees
from core.api.problems import as_problem
from core.errors import Invalid, NotFound, Problem, Unavailable
from tickets.admin.actions import keep
from tickets.admin.views import note_refusal
from tickets.models import CannedResponse
from uploads.links import as_id, signed_url
from uploads.models import Attachment
from uploads.queries import may_read


def act(request: HttpRequest, site: AdminSite, ref: str, slug: str) -> HttpResponse:
    """One form of a chat: carried out and redirected, or the page again with what was typed and why not."""
    user = _person(request)
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
            _insert(form, user)
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


def _go_on(request: HttpRequest, ref: str, done: Done, slug: str) -> HttpResponse:
    if slug == "read":
        return HttpResponse("")
    if done.text and not is_fragment(request):
        messages.success(request, str(done.text))
    stays = not done.leaves and sees(ref, _person(request))
    return HttpResponseRedirect(f"{page_url(ref)}#message-last" if stays else reverse("admin:chat_desk"))


def _insert(form: ReplyForm, by: User) -> None:
    """Without scripts: put the chosen canned response at the end of what was typed; files are kept meanwhile."""
    form.is_valid()
    form.errors.clear()
    keep(form, by)
    text = _canned_text(form.data.get("canned", ""), form.session, by)
    if text is None:
        raise Invalid(fields={"canned": [_("Choose a canned response.")]})
    typed = form.data.get("body", "").rstrip()
    form.put("body", f"{typed}\n\n{text}" if typed else text)


def canned_text(request: HttpRequest, ref: str) -> HttpResponse:
    """A canned response filled in for this chat, as plain text (`?canned=12:ar`); for its agent."""
    user = _person(request)
    session = find(ref, user)
    policies.refuse_unless_takes_part(user, session)
    text = _canned_text(request.GET.get("canned", ""), session, user)
    if text is None:
        raise NotFound
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


def _canned_text(chosen: str, session: Session, by: User) -> str | None:
    pk, _colon, language = chosen.partition(":")
    if language not in {"ar", "en"} or not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    response = CannedResponse.objects.filter(pk=int(pk)).first()
    return canned.answer(response, session, by, language) if response else None


def file(request: HttpRequest, ref: str, attachment_id: str) -> HttpResponse:
    """On to a link signed now for this reader; signed links live five minutes, pages stay open for longer."""
    user = _person(request)
    find(ref, user)
    identity = as_id(attachment_id)
    attachment = Attachment.objects.filter(pk=identity).first() if identity else None
    if attachment is None or not may_read(user, attachment):
        raise NotFound
    return HttpResponseRedirect(signed_url(str(attachment.pk), attachment.filename, user))


def bar(request: HttpRequest) -> HttpResponse:
    """The piece of every page's top bar that is about chats, with its figures as they are now."""
    user = _person(request)
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
    user = _person(request)
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


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
