"""The check that holds every answer to the OpenAPI document looks at the address that answered."""

from typing import Any

import pytest
from django.http import JsonResponse

from tests.contract import check_response


def answer(path: str, status: int = 200) -> Any:
    content = {"success": True, "data": {}}
    response: Any = JsonResponse(content, status=status)
    response.request, response.json = {"PATH_INFO": path}, lambda: content
    return response


def test_an_answer_of_a_method_that_the_address_lacks_is_refused():
    """`/tickets/upload` takes POST; that `/tickets/{ref}` takes GET says nothing about it."""
    with pytest.raises(AssertionError, match="is not documented"):
        check_response("GET", answer("/tickets/upload"))
    check_response("GET", answer("/tickets/upload", 405))


def test_an_answer_of_another_shape_is_refused():
    with pytest.raises(AssertionError, match="GET /tickets/7 200"):
        check_response("GET", answer("/tickets/7"))
