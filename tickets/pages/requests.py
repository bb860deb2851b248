"""Define what requests of a ticket's page and of a chat's have in common: canned responses, files, refusals."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.realtime_auth import SESSION
from core.api.problems import refusal_hook
from core.errors import Forbidden, Invalid, NotFound, Problem
from core.ids import as_number
from tickets.models import CannedResponse
from tickets.pages.fields import WithFiles, new_id
from uploads.links import as_id, signed_url
from uploads.models import Attachment
from uploads.operations import store_files
from uploads.queries import may_read

Fill = Callable[[CannedResponse, str], str]
"""A canned response in a language, as it would be sent here."""


def person(request: HttpRequest) -> User:
    """Whoever asks; the back office lets nobody in who is not signed in."""
    assert isinstance(request.user, User)
    request.user.sign_in = f"{SESSION}{request.session.session_key}"
    return request.user


def note_refusal(request: HttpRequest, problem: Problem) -> None:
    """A right that was missing goes to the audit log, as at every door."""
    if isinstance(problem, Forbidden):
        refusal_hook()(request.user, problem, f"{request.method} {request.path}")


def keep(form: WithFiles, by: User) -> None:
    """Store the files that came with a form; whatever happens next, the form brings them along."""
    form.find_stored(by)
    sent = form.cleaned_data.get("attachments") or []
    if sent:
        form.stored += tuple(store_files(sent, by=by))


def sent_before(form: WithFiles) -> Invalid:
    """Why a form whose message is stored, but says something else now, is shown again; sent once more it is another."""
    form.put("client_message_id", new_id())
    return Invalid(_("This form was sent before. Send it again to add the changed text as another message."))


def insert_canned(form: WithFiles, by: User, fill: Fill) -> None:
    """Without scripts: put the chosen canned response at the end of what was typed; files are kept meanwhile."""
    form.is_valid()
    form.errors.clear()
    keep(form, by)
    text = _canned(form.data.get("canned", ""), fill)
    if text is None:
        raise Invalid(fields={"canned": [_("Choose a canned response.")]})
    typed = form.data.get("body", "").rstrip()
    form.put("body", f"{typed}\n\n{text}" if typed else text)


def canned_answer(request: HttpRequest, fill: Fill) -> HttpResponse:
    """A canned response filled in, as plain text (`?canned=12:ar`)."""
    text = _canned(request.GET.get("canned", ""), fill)
    if text is None:
        raise NotFound
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


def _canned(chosen: str, fill: Fill) -> str | None:
    ref, _colon, language = chosen.partition(":")
    pk = as_number(ref)
    if language not in {"ar", "en"} or pk is None:
        return None
    response = CannedResponse.objects.filter(pk=pk).first()
    return fill(response, language) if response else None


def file_answer(user: User, attachment_id: str) -> HttpResponse:
    """On to a link signed now for this reader; signed links live five minutes, pages stay open for longer."""
    identity = as_id(attachment_id)
    attachment = Attachment.objects.filter(pk=identity).first() if identity else None
    if attachment is None or not may_read(user, attachment):
        raise NotFound
    return HttpResponseRedirect(signed_url(str(attachment.pk), attachment.filename, user))
