"""The door of the back office: signing in and out, passwords, the language of the pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import operations
from accounts.models import User
from accounts.operations.second_factor import has_second_factor
from accounts.operations.sessions import end_families
from backoffice import operations as door
from backoffice.forms import ChangeForm, ForgotForm, ResetForm, SampleForm, SignInForm, too_many
from backoffice.second_factor import ask_for_code
from core.admin import show_problem
from core.errors import Problem, RateLimited
from core.operation import operation_scope
from core.rates import spend
from core.request_context import origin
from notifications.devices import family_of_session, forget

TONES = ("", "info", "good", "warn", "bad")
MESSAGE_TONES = ("success", "info", "warning", "error")
COLOURS = (
    *("page-bg", "body-bg", "darkened-bg", "selected-bg", "body-fg", "body-quiet-color", "hairline-color"),
    *("primary", "link-fg", "good-fg", "warn-fg", "error-fg", "info-fg"),
    *("message-success-bg", "message-warning-bg", "message-error-bg", "info-bg"),
)


class SignIn(LoginView):
    """A session for staff, audited in the transaction that makes it."""

    authentication_form = SignInForm
    template_name = "admin/login.html"
    next_page = "admin:index"

    def form_valid(self, form: Any) -> HttpResponse:
        if has_second_factor(form.get_user()):
            return ask_for_code(self.request, form.get_user(), self.get_success_url())
        with operation_scope():
            response = super().form_valid(form)
            door.enter(form.get_user())
        return response


@never_cache
def sign_in(request: HttpRequest, site: AdminSite) -> HttpResponseBase:
    """The way in; whoever is in goes on to the home page."""
    if request.method == "GET" and site.has_permission(request):
        return HttpResponseRedirect(reverse("admin:index"))
    context = {**site.each_context(request), "title": _("Sign in")}
    return SignIn.as_view(extra_context=context)(request)


def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session, by POST alone."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("admin:index"))
    with operation_scope():
        if isinstance(request.user, User):
            door.leave(request.user)
        forget([family_of_session(str(request.session.session_key))])
        logout(request)
    response = HttpResponseRedirect(reverse("admin:login"))
    return response


@sensitive_post_parameters()
@never_cache
def change_password(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Replace one's own password: this session stays, every other one and all of the API's end."""
    form = ChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = _change(request, form)
        if isinstance(refusal, RateLimited):
            form.add_error(None, too_many(refusal))
        elif refusal is not None:
            show_problem(form, refusal)
        else:
            messages.success(request, _("Your password was changed. You were signed out everywhere else."))
            return HttpResponseRedirect(reverse("admin:index"))
    context = {**site.each_context(request), "title": _("Change password"), "form": form}
    return TemplateResponse(request, "admin/password_form.html", context)


def _change(request: HttpRequest, form: ChangeForm) -> Problem | None:
    user, data = request.user, form.cleaned_data
    assert isinstance(user, User)
    try:
        pair = operations.change_password(user.pk, old=data["old_password"], new=data["new_password"], by=user)
    except Problem as problem:
        return problem
    # The API's session that comes with the change is for its own clients; nobody holds this one.
    end_families(pair.user, "password_changed")
    update_session_auth_hash(request, pair.user)
    return None


@never_cache
@csrf_protect
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Have a link mailed; the page never says whether anybody has the address."""
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            spend("password_reset", origin().ip_address)
            operations.forgot_password(form.cleaned_data["email"])
        except RateLimited as limited:
            form.add_error(None, too_many(limited))
        else:
            return HttpResponseRedirect(f"{request.path}?sent=1")
    context = {"title": _("Forgotten password"), "form": form, "sent": "sent" in request.GET}
    return TemplateResponse(request, "admin/password_forgot.html", context)


@never_cache
@csrf_protect
@sensitive_post_parameters()
def reset_password(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a new password by a mailed link; the link works once."""
    form, done = ResetForm(request.POST or None), False
    if request.method == "POST" and form.is_valid():
        try:
            spend("password_reset", origin().ip_address)
            operations.reset_password(token, new=form.cleaned_data["new_password"])
            done = True
        except RateLimited as limited:
            form.add_error(None, too_many(limited))
        except Problem as problem:
            show_problem(form, problem)
    context = {"title": _("New password"), "form": form, "done": done}
    return TemplateResponse(request, "admin/password_reset.html", context)


def samples(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Show every part that pages are built from, for whoever builds one."""
    form = SampleForm(request.GET or None)
    form.is_valid()
    context = {**site.each_context(request), "title": _("Samples"), "trail": [(_("Samples"), "")], "form": form}
    return TemplateResponse(
        request,
        "backoffice/samples.html",
        {**context, "tones": TONES, "colours": COLOURS, "messages_tones": MESSAGE_TONES},
    )


@require_POST
@csrf_protect
def choose_language(request: HttpRequest) -> HttpResponse:
    """The language of the pages: kept with a signed-in person, else in a cookie. Goes back to where one was."""
    language, target = request.POST.get("language", ""), request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("admin:index")
    response = HttpResponseRedirect(target)
    if language not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, User):
        operations.update_profile(request.user.pk, changes={"language": language}, by=request.user)
    with override(language):
        response.headers["Content-Language"] = language
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 86400,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
    return response


@require_POST
def hold_replies(request: HttpRequest) -> HttpResponse:
    """Switch for oneself whether replies wait half a minute before they are sent, and go back."""
    assert isinstance(request.user, User)
    changes = {"holds_replies": request.POST.get("hold") == "1"}
    operations.update_profile(request.user.pk, changes=changes, by=request.user)
    back = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if own else reverse("admin:index"))
