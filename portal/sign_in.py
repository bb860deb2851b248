"""Signing in to /help: by password, or by a link that is mailed; out again; the language."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operations
from accounts.models import TokenFamily
from accounts.tokens import Pair, pair
from core.api.problems import problem_response
from core.errors import Problem, RateLimited, Unauthenticated
from core.rates import spend
from core.request_context import origin
from portal.forms import LinkForm, SignInForm
from portal.pages import CHOSEN_COOKIE, choose_language_here, help_page, keep_language, page
from portal.session import customer_of, enter, leave


@help_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Lead on: to one's tickets, or to the sign-in."""
    return HttpResponseRedirect(reverse("help-tickets" if customer_of(request) else "help-sign-in"))


@sensitive_post_parameters("password")
@help_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with e-mail and password; whoever is in goes on."""
    if request.method != "POST" and customer_of(request):
        return HttpResponseRedirect(_target(request))
    form = SignInForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            found = operations.sign_in_customer(form.cleaned_data["email"], form.cleaned_data["password"])
            return _entered(request, found, _target(request))
        except Problem as problem:
            form.refuse(problem)
            return _sign_in_page(request, form, problem.status)
    return _sign_in_page(request, form, 400 if form.is_bound else 200)


def _sign_in_page(request: HttpRequest, form: SignInForm, status: int) -> HttpResponse:
    context = {"title": _("Sign in"), "form": form, "next": request.GET.get("next", "")}
    return page(request, "portal/sign_in.html", context, status)


def _target(request: HttpRequest) -> str:
    """Return where to go on after signing in: a page of ours that was asked for, else the tickets."""
    target = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours and target.startswith(reverse("help-home")) else reverse("help-tickets")


@help_page
@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Have a sign-in link mailed; the page never says whether anybody has the address."""
    form = LinkForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            spend("password_reset", origin().ip_address)
            operations.ask_for_sign_in_link(form.cleaned_data["email"])
            return HttpResponseRedirect(f"{request.path}?sent=1")
        except RateLimited as limited:
            form.refuse(limited)
    context = {"title": _("Sign in by e-mail"), "form": form, "sent": "sent" in request.GET}
    return page(request, "portal/link.html", context, 400 if form.is_bound else 200)


@help_page
@require_http_methods(["GET", "HEAD", "POST"])
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a mailed link: only the button does, since mail programs open links by themselves."""
    if request.method != "POST":
        return page(request, "portal/follow_link.html", {"title": _("Sign in")})
    try:
        spend("password_reset", origin().ip_address)
        return _entered(request, operations.sign_in_by_link(token), reverse("help-tickets"))
    except Problem as problem:
        return page(request, "portal/follow_link.html", {"title": _("Sign in"), "problem": problem}, problem.status)


def _entered(request: HttpRequest, found: Pair, target: str) -> HttpResponse:
    """Keep the sign-in, and the customer's language for pages that are shown before they sign in again.

    A language that the address of the sign-in asked for is a choice, as one made by the switch is, and goes on.
    """
    enter(request, found)
    response = HttpResponseRedirect(target)
    keep_language(response, found.user.language)
    if request.GET.get("language") in dict(settings.LANGUAGES):
        choose_language_here(response, request.GET["language"])
    return response


@help_page
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this sign-in, by POST alone."""
    customer, family = customer_of(request), leave(request)
    if customer is not None and family:
        operations.end_family(family, by=customer)
    response = HttpResponseRedirect(reverse("help-sign-in"))
    response.delete_cookie(CHOSEN_COOKIE)
    return response


@help_page
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the pages: kept with a signed-in customer, else in this browser, for their sign-in too."""
    language, target = request.POST.get("language", ""), request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("help-home")
    response = HttpResponseRedirect(_without_language(target))
    if language in dict(settings.LANGUAGES):
        customer = customer_of(request)
        if customer is not None:
            operations.update_profile(customer.pk, changes={"language": language}, by=customer)
            response.delete_cookie(CHOSEN_COOKIE)
        else:
            choose_language_here(response, language)
        keep_language(response, language)
    return response


def _without_language(address: str) -> str:
    """Return an address that asks for no language, so that the one just chosen is shown there."""
    parts = urlsplit(address)
    asked = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "language"]
    return urlunsplit(parts._replace(query=urlencode(asked)))


@never_cache
@csrf_exempt  # other sites cannot send the header that is asked for, and read no answer
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Answer an access token of this sign-in, for the scripts and the widget of these pages."""
    customer = customer_of(request) if request.headers.get("X-Requested-With") else None
    family = TokenFamily.objects.filter(pk=customer.sign_in, ended_at=None).first() if customer else None
    if customer is None or family is None:
        return problem_response(Unauthenticated())
    return JsonResponse({"token": pair(customer, family).access}, headers={"Cache-Control": "no-store"})
