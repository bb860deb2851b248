"""The second factor at the door and on one's own page: the second step of signing in, setting up, switching off."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import operations
from accounts.models import User
from accounts.operations.second_factor import (
    check_code,
    has_second_factor,
    must_set_up,
    pending_device,
    recovery_codes_left,
)
from accounts.throttle import count_attempt
from backoffice import operations as door
from backoffice.forms import CodeForm, SwitchOffForm, too_many
from backoffice.qr import qr_svg
from core.admin import show_problem
from core.errors import Problem, RateLimited
from core.operation import operation_scope
from core.request_context import origin

# What a session holds between the password and the code, and for how many seconds.
_HALFWAY = "second_factor"
_HALFWAY_SECONDS = 600


def ask_for_code(request: HttpRequest, user: User, target: str) -> HttpResponse:
    """Send someone whose password was right to the page that asks for the code; nobody is signed in by this."""
    request.session.cycle_key()
    request.session[_HALFWAY] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "until": time.time() + _HALFWAY_SECONDS,
        "next": target,
    }
    return HttpResponseRedirect(reverse("admin:sign_in_code"))


@never_cache
@csrf_protect
@sensitive_post_parameters()
def enter_code(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """The second step of signing in."""
    user = _halfway(request)
    if user is None:
        return HttpResponseRedirect(reverse("admin:login"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal = _pass(user, form.cleaned_data["code"])
        if refusal is None:
            return _enter(request, user)
        _show(form, refusal)
    context = {**site.each_context(request), "title": _("Second step"), "form": form}
    return TemplateResponse(request, "admin/sign_in_code.html", context)


def _halfway(request: HttpRequest) -> User | None:
    """Return who gave the right password in this session a short while ago, and may still come in."""
    held = request.session.get(_HALFWAY)
    if not held or held["until"] < time.time():
        return None
    user = get_user_model().objects.with_rights().filter(pk=held["user"]).first()
    if user is None or not user.is_staff:
        return None
    return user if constant_time_compare(held["password"], user.get_session_auth_hash()) else None


def _pass(user: User, code: str) -> Problem | None:
    try:
        count_attempt("sign_in_address", origin().ip_address)
        count_attempt("sign_in", user.audit_name)
        check_code(user, code)
    except Problem as problem:
        return problem
    return None


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    target = request.session.pop(_HALFWAY)["next"]
    with operation_scope():
        login(request, user)
        door.enter(user)
    return HttpResponseRedirect(target)


@sensitive_post_parameters()
def second_factor(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """One's own second factor: off, waiting for its first code, or on."""
    user = request.user
    assert isinstance(user, User)
    acts = {"start": _start, "confirm": _confirm, "disable": _disable}
    act = acts.get(request.POST.get("act", "")) if request.method == "POST" else None
    found = act(request, user) if act else {}
    if isinstance(found, HttpResponse):
        return found
    context = {**site.each_context(request), "title": _("Second factor"), **_state(user), **found}
    return TemplateResponse(request, "admin/second_factor.html", context)


def _state(user: User) -> dict[str, Any]:
    if has_second_factor(user):
        return {"is_on": True, "codes_left": recovery_codes_left(user), "form": SwitchOffForm()}
    device = pending_device(user)
    shown = _secret(device) if device else {}
    return {"is_on": False, "must": must_set_up(user), "form": CodeForm(), **shown}


def _secret(device: TOTPDevice) -> dict[str, Any]:
    """The secret as a picture, as a link for an app on this device, and in groups to type."""
    link = device.config_url
    key = link.split("secret=")[1].split("&")[0]
    groups = [key[start : start + 4] for start in range(0, len(key), 4)]
    return {"qr": qr_svg(link, _("QR code for your authenticator app")), "link": link, "groups": groups}


def _start(request: HttpRequest, user: User) -> HttpResponse | dict[str, Any]:
    try:
        operations.start_second_factor(user.pk, by=user)
    except Problem as problem:
        messages.error(request, str(problem))
    return HttpResponseRedirect(reverse("admin:second_factor"))


def _confirm(request: HttpRequest, user: User) -> HttpResponse | dict[str, Any]:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            return {
                "recovery_codes": operations.confirm_second_factor(user.pk, code=form.cleaned_data["code"], by=user)
            }
        except Problem as problem:
            _show(form, problem)
    return {"form": form} if pending_device(user) else HttpResponseRedirect(reverse("admin:second_factor"))


def _disable(request: HttpRequest, user: User) -> HttpResponse | dict[str, Any]:
    form = SwitchOffForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            operations.disable_second_factor(user.pk, password=data["password"], code=data["code"], by=user)
        except Problem as problem:
            _show(form, problem)
        else:
            messages.success(request, _("The second factor is off."))
            return HttpResponseRedirect(reverse("admin:second_factor"))
    return {"form": form} if has_second_factor(user) else HttpResponseRedirect(reverse("admin:second_factor"))


def _show(form: Any, problem: Problem) -> None:
    if isinstance(problem, RateLimited):
        form.add_error(None, too_many(problem))
    else:
        show_problem(form, problem)
