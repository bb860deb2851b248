"""Generated calls: which operations there are, how a call is made up, sent, judged and undone."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi import checks

from tests.contract import document
from tests.schemathesis.scene import ACTORS, Scene
from tests.schemathesis.worlds import connection_kept, undone

SEED = int(os.environ.get("SCHEMATHESIS_SEED", "20250101"))
# A call that writes takes 0.2 s to make up, send and judge; `make soak` makes 600 of each.
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "8"))

# Nobody is stopped at the door: most examples belong to those who get past it.
OFTEN = [*ACTORS, *ACTORS[1:], "administrator"]

# Left out are the checks that send requests of their own: `ignored_auth` (the actor `nobody` is that check),
# `ensure_resource_availability`, `use_after_free` and `missing_required_header` (they need a chain of calls, and each
# call here is undone), `unsupported_method` (tests/hostile sends every method to every address), and
# `positive_data_acceptance`: what fits the schema may still be refused for what the database says.
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@cache
def operations() -> dict[str, Any]:
    """Every operation of the document by its label (`GET /tickets`)."""
    schema = schemathesis.openapi.from_dict(document())
    schema.app = _closing(get_wsgi_application())
    found = [result.ok() for result in schema.get_all_operations()]
    return {operation.label: operation for operation in found}


def _closing(application: Any) -> Any:
    """The application behind a server that closes what it has sent, which Werkzeug's client leaves open."""

    def serve(environ: Any, start_response: Any) -> list[bytes]:
        answer = application(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            getattr(answer, "close", lambda: None)()

    return serve


def refuses_what_does_not_fit(ctx: Any, response: Any, case: Case) -> bool | None:
    """Data that breaks the schema is refused.

    But a parameter without a value counts as not given, as forms send it, and text where a list may stand is a list of
    one.
    """
    query = case.query if isinstance(case.query, dict) else {}
    if any(value in ("", [""]) for value in query.values()):
        return None
    if any(isinstance(query.get(name), str) for name in _lists(case.operation)):
        return None
    return bool(checks.negative_data_rejection(ctx, response, case))


def _lists(operation: Any) -> set[str]:
    """The parameters that take several values."""
    given = operation.definition.raw.get("parameters", [])
    return {each["name"] for each in given if each.get("schema", {}).get("type") == "array"}


@st.composite
def calls(draw: Any, operation: Any, scene: Scene) -> tuple[str, Case]:
    """Somebody, and a call that fits the document or does not; half of them name things that exist."""
    actor = draw(st.sampled_from(OFTEN))
    mode = draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation):
        mode = GenerationMode.POSITIVE
    fixed = None
    if "{" in operation.path and draw(st.integers(0, 3)):
        fixed = draw(st.sampled_from(scene.addresses(operation.path)))
    case = draw(operation.as_strategy(mode, path_parameters=fixed))
    if mode is GenerationMode.POSITIVE:
        _name_real_things(draw, case, scene)
    return actor, case


def _can_be_wrong(operation: Any) -> bool:
    return bool(operation.body or operation.query)


def _name_real_things(draw: Any, case: Case, scene: Scene) -> None:
    known = scene.values()
    for part in (case.body, case.query):
        if not isinstance(part, dict):
            continue
        for name in sorted(part.keys() & known.keys()):
            if draw(st.booleans()):
                part[name] = draw(st.sampled_from(known[name]))


def judge(operation: Any, actor: str, case: Case, scene: Scene) -> int:
    """Send the call; AssertionError for anything the document does not allow. Answers the status."""
    with undone(), connection_kept():
        response = case.call(headers=scene.headers(actor))
    case.validate_response(response, checks=[*CHECKS, refuses_what_does_not_fit])
    return int(response.status_code)
