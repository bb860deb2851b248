"""The demo shop: a page that carries the widget, for a guest or as one of the demo's customers. Only with DEMO=1."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts import operations
from accounts.models import User
from accounts.operations.server_keys import ShopCustomer
from core.public_pages import language_of, public_page

CUSTOMERS = {"customer1": "customer1@demo.test", "customer2": "customer2@demo.test"}
PRODUCTS = (
    ("phone", "رمال 7 برو", "Rimal 7 Pro", "3,899"),
    ("phone", "صقر S10", "Saqr S10", "3,299"),
    ("phone", "وهج A3", "Wahj A3", "1,199"),
    ("tablet", "صقر تاب 8", "Saqr Tab 8", "1,899"),
    ("earbuds", "سماعات رمال 2", "Rimal Buds 2", "449"),
)
KEY = "Demo shop"


@never_cache
@require_safe
def shop(request: HttpRequest) -> HttpResponse:
    """Show the shop; without the demo, go on to the help pages."""
    if not settings.DEMO:
        return HttpResponseRedirect(reverse("help-home"))
    language = language_of(request)
    chosen = request.GET.get("customer", "")
    names = dict(User.objects.filter(email__in=CUSTOMERS.values()).values_list("email", "name"))
    customers = [{"mailbox": box, "name": names[email]} for box, email in CUSTOMERS.items() if email in names]
    customer = chosen if chosen in {each["mailbox"] for each in customers} else ""
    with translation.override(language):
        products = [
            {"kind": kind, "name": english if language == "en" else arabic, "price": price}
            for kind, arabic, english, price in PRODUCTS
        ]
        context = {"customers": customers, "customer": customer, "products": products}
        return public_page(request, "widget/shop.html", context)


@csrf_exempt  # it signs in one of the demo's customers, whose password everybody knows
@require_POST
def token(request: HttpRequest, customer: str) -> HttpResponse:
    """Do what a shop's server does for its signed-in customer; here the shop and we are one process."""
    if not settings.DEMO or customer not in CUSTOMERS:
        raise Http404
    user = User.objects.filter(email=CUSTOMERS[customer]).first()
    if user is None:
        raise Http404
    known = ShopCustomer(user.email or "", user.name)
    pair = operations.sign_in_for_shop(operations.server_key(KEY), known)
    return JsonResponse({"token": pair.access}, headers={"Cache-Control": "no-store"})
