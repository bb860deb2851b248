"""Define what became of a ticket, for staff: its audit entries."""

from rest_framework.response import Response

from audit.forms import EntryOut
from audit.queries import ENTRY_SORTS, history_of
from core.api.lists import PAGING, paginate, read_paging
from core.api.parameters import list_parameters
from core.api.permissions import Staff
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.views import ApiView, ok
from tickets import queries


class History(ApiView):
    permission_classes = [Staff]

    def parameters(self) -> set[str]:
        return PAGING

    @describe(
        "A ticket's audit entries",
        answer=EntryOut(many=True),
        meta="page",
        parameters=list_parameters(None, ENTRY_SORTS),
    )
    def get(self, request: ApiRequest, ref: str) -> Response:
        ticket = queries.find(ref, request.user)
        paging = read_paging(request.query_params, ENTRY_SORTS, "createdAt")
        page = paginate(history_of("ticket", str(ticket.pk)), paging, ENTRY_SORTS)
        return ok([EntryOut.show(row) for row in page.rows], meta=page.meta)
