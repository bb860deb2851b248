"""Categories, canned responses and macros."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.response import Response

from core.api.permissions import SignedIn, Staff
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.views import ApiView, envelope, ok
from core.errors import NotFound
from core.idempotency import Answer
from core.ids import id_or_refuse
from tickets import operations, policies
from tickets.api import serializers as forms
from tickets.models import CannedResponse, Category, Macro


def _exists(model: type[Category] | type[CannedResponse], stored: Mapping[str, Any]) -> bool:
    return model.objects.filter(pk=stored["id"]).exists()


class Categories(ApiView):
    permission_classes = [SignedIn]

    @describe(
        "All categories one may choose; those who manage them see switched-off ones too",
        answer=forms.CategoryOut(many=True),
    )
    def get(self, request: ApiRequest) -> Response:
        rows = Category.objects.all()
        if not policies.can(request.user, policies.CATEGORIES):
            rows = rows.filter(is_active=True)
        return ok([forms.CategoryOut.show(row) for row in rows])

    @describe("Make a category", body=forms.CategoryIn, status={201: forms.CategoryOut}, once=True)
    def post(self, request: ApiRequest) -> Response:
        policies.refuse_unless(request.user, policies.CATEGORIES)
        changes = self.read(forms.CategoryIn, request)

        def run() -> Answer:
            made = operations.save_category(None, changes=changes, by=request.user)
            return Answer(201, envelope(forms.CategoryOut.show(made)))

        return self.create_once(request, run, still_visible=lambda stored: _exists(Category, stored))


class CategoryDetail(ApiView):
    permission_classes = [SignedIn]

    @describe("A category", answer=forms.CategoryOut)
    def get(self, request: ApiRequest, ref: str) -> Response:
        return ok(forms.CategoryOut.show(self._find(request, ref)))

    @describe("Change a category", body=forms.CategoryPatchIn, answer=forms.CategoryOut)
    def patch(self, request: ApiRequest, ref: str) -> Response:
        policies.refuse_unless(request.user, policies.CATEGORIES)
        pk = self._find(request, ref).pk
        changes = self.read(forms.CategoryPatchIn, request)
        return ok(forms.CategoryOut.show(operations.save_category(pk, changes=changes, by=request.user)))

    @describe("Remove a category that nothing uses")
    def delete(self, request: ApiRequest, ref: str) -> Response:
        policies.refuse_unless(request.user, policies.CATEGORIES)
        operations.delete_category(self._find(request, ref).pk, by=request.user)
        return ok(None)

    def _find(self, request: ApiRequest, ref: str) -> Category:
        rows = Category.objects.filter(pk=id_or_refuse(ref))
        if not policies.can(request.user, policies.CATEGORIES):
            rows = rows.filter(is_active=True)
        found = rows.first()
        if found is None:
            raise NotFound
        return found


class CannedResponses(ApiView):
    permission_classes = [Staff]

    @describe("Canned responses", answer=forms.CannedOut(many=True))
    def get(self, request: ApiRequest) -> Response:
        return ok([forms.CannedOut.show(row) for row in CannedResponse.objects.all()])

    @describe("Make a canned response", body=forms.CannedIn, status={201: forms.CannedOut}, once=True)
    def post(self, request: ApiRequest) -> Response:
        policies.refuse_unless(request.user, policies.CANNED)
        changes = self.read(forms.CannedIn, request)

        def run() -> Answer:
            made = operations.save_canned_response(None, changes=changes, by=request.user)
            return Answer(201, envelope(forms.CannedOut.show(made)))

        return self.create_once(request, run, still_visible=lambda stored: _exists(CannedResponse, stored))


class CannedResponseDetail(ApiView):
    permission_classes = [Staff]

    @describe("A canned response", answer=forms.CannedOut)
    def get(self, request: ApiRequest, ref: str) -> Response:
        return ok(forms.CannedOut.show(self._find(ref)))

    @describe("Change a canned response", body=forms.CannedPatchIn, answer=forms.CannedOut)
    def patch(self, request: ApiRequest, ref: str) -> Response:
        policies.refuse_unless(request.user, policies.CANNED)
        pk = self._find(ref).pk
        changes: dict[str, Any] = self.read(forms.CannedPatchIn, request)
        return ok(forms.CannedOut.show(operations.save_canned_response(pk, changes=changes, by=request.user)))

    @describe("Remove a canned response")
    def delete(self, request: ApiRequest, ref: str) -> Response:
        policies.refuse_unless(request.user, policies.CANNED)
        operations.delete_canned_response(self._find(ref).pk, by=request.user)
        return ok(None)

    def _find(self, ref: str) -> CannedResponse:
        found = CannedResponse.objects.filter(pk=id_or_refuse(ref)).first()
        if found is None:
            raise NotFound
        return found


class Macros(ApiView):
    permission_classes = [Staff]

    @describe("Macros that can be carried out on a ticket", answer=forms.MacroOut(many=True))
    def get(self, request: ApiRequest) -> Response:
        return ok([forms.MacroOut.show(row) for row in Macro.objects.filter(is_active=True)])
