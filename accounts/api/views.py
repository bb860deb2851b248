"""Signing in and out, passwords, and one's own profile."""

from django.utils.translation import get_language
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.response import Response

from accounts import operations
from accounts.api import serializers as forms
from accounts.authentication import TokenAuthentication
from accounts.models import Role, User
from accounts.operations.server_keys import ShopCustomer, key_of
from accounts.tokens import Pair
from core.api.permissions import Public, SignedIn
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import Nothing
from core.api.views import ApiView, ok
from core.errors import Unauthenticated


def _pair(pair: Pair, status: int = 200) -> Response:
    return ok(forms.PairOut.show(pair), status)


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "ar"


def _guest_of(request: ApiRequest) -> User | None:
    """The guest whose token came along, if one did; a bad token counts as none."""
    try:
        found = TokenAuthentication().authenticate(request)
    except (Unauthenticated, AuthenticationFailed):
        return None
    return found[0] if found and found[0].role == Role.GUEST else None


class Register(ApiView):
    permission_classes = [Public]
    rate = "register"

    @describe(
        "Open a customer account; a guest's token keeps his conversations",
        body=forms.RegisterIn,
        answer=forms.PairOut,
        status={201: forms.PairOut},
    )
    def post(self, request: ApiRequest) -> Response:
        data = self.read(forms.RegisterIn, request)
        data["language"] = data["language"] or _language()
        return _pair(operations.register(data.pop("email"), guest=_guest_of(request), **data), 201)


class Login(ApiView):
    permission_classes = [Public]

    @describe("Sign in", body=forms.LoginIn, answer=forms.PairOut, refusals=(401,))
    def post(self, request: ApiRequest) -> Response:
        data = self.read(forms.LoginIn, request)
        return _pair(operations.sign_in(data["email"], password=data["password"], code=data.get("otp", "")))


class Guest(ApiView):
    permission_classes = [Public]
    rate = "guest"

    @describe("Start as a guest", body=forms.GuestIn, status={201: forms.PairOut})
    def post(self, request: ApiRequest) -> Response:
        data = self.read(forms.GuestIn, request)
        return _pair(operations.start_guest(data["name"], email=data["email"], language=_language()), 201)


class CustomerToken(ApiView):
    """For the servers of shops alone: a page that held the secret could sign in as anybody."""

    permission_classes = [Public]
    rate = "customer_token"

    @describe(
        "Sign a shop's customer in, by the shop's own server: a short token for the widget or the app",
        body=forms.CustomerTokenIn,
        status={201: forms.CustomerTokenOut},
        refusals=(401, 403),
    )
    def post(self, request: ApiRequest) -> Response:
        data = self.read(forms.CustomerTokenIn, request)
        key = key_of(data.pop("secret"))
        return ok(forms.CustomerTokenOut.show(operations.sign_in_for_shop(key, ShopCustomer(**data))), 201)


class Refresh(ApiView):
    permission_classes = [Public]

    @describe("A new pair for a refresh token", body=forms.RefreshIn, answer=forms.PairOut, refusals=(401,))
    def post(self, request: ApiRequest) -> Response:
        return _pair(operations.refresh(self.read(forms.RefreshIn, request)["refresh_token"]))


class Logout(ApiView):
    permission_classes = [SignedIn]

    @describe("End this session", body=forms.RefreshIn)
    def post(self, request: ApiRequest) -> Response:
        operations.end_session(self.read(forms.RefreshIn, request)["refresh_token"], by=request.user)
        return ok(None)


class LogoutAll(ApiView):
    permission_classes = [SignedIn]

    @describe("End all of one's sessions", body=Nothing)
    def post(self, request: ApiRequest) -> Response:
        self.read(Nothing, request)
        operations.end_sessions(request.user.pk, reason="signed_out", by=request.user)
        return ok(None)


class PasswordChange(ApiView):
    permission_classes = [SignedIn]

    @describe("Change one's password; every other session ends", body=forms.PasswordChangeIn, answer=forms.PairOut)
    def post(self, request: ApiRequest) -> Response:
        data = self.read(forms.PasswordChangeIn, request)
        user = request.user
        return _pair(operations.change_password(user.pk, old=data["old_password"], new=data["new_password"], by=user))


class PasswordForgot(ApiView):
    permission_classes = [Public]
    rate = "password_reset"

    @describe(
        "Have a reset link mailed; the answer never says whether the address is known", body=forms.PasswordForgotIn
    )
    def post(self, request: ApiRequest) -> Response:
        operations.forgot_password(self.read(forms.PasswordForgotIn, request)["email"])
        return ok(None)


class PasswordReset(ApiView):
    permission_classes = [Public]
    rate = "password_reset"

    @describe("Set a new password by a mailed token", body=forms.PasswordResetIn)
    def post(self, request: ApiRequest) -> Response:
        data = self.read(forms.PasswordResetIn, request)
        operations.reset_password(data["token"], new=data["new_password"])
        return ok(None)


class Me(ApiView):
    permission_classes = [SignedIn]

    @describe("Oneself", answer=forms.UserOut)
    def get(self, request: ApiRequest) -> Response:
        return ok(forms.UserOut.show(request.user))

    @describe("Change one's name, phone or language", body=forms.ProfileIn, answer=forms.UserOut)
    def patch(self, request: ApiRequest) -> Response:
        changes = self.read(forms.ProfileIn, request)
        user = operations.update_profile(request.user.pk, changes=changes, by=request.user)
        return ok(forms.UserOut.show(user))
