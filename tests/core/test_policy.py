"""The policy header that is written out once is the one that django-csp builds."""

import pytest
from csp.exceptions import CSPNonceError
from csp.middleware import CSPMiddleware
from django.http import HttpResponse

from core.policy import PolicyMiddleware

HEADER = "Content-Security-Policy"


def answered(kind, rf, **asked):
    def view(request):
        response = HttpResponse(b"")
        for name, value in asked.items():
            setattr(response, name, value)
        return response

    request = rf.get("/")
    return request, kind(view)(request)


@pytest.mark.parametrize("asked", [{}, {"_csp_update": {"img-src": ["https://a.example"]}}, {"_csp_exempt": True}])
def test_the_header_is_django_csps_own(rf, asked):
    policies = [answered(kind, rf, **asked)[1].headers.get(HEADER) for kind in (CSPMiddleware, PolicyMiddleware)]
    assert policies[0] == policies[1]
    assert (policies[0] is None) is ("_csp_exempt" in asked)


def test_a_policy_of_the_views_own_stays(rf):
    response = PolicyMiddleware(lambda request: HttpResponse(b"", headers={HEADER: "sandbox"}))(rf.get("/"))
    assert response.headers[HEADER] == "sandbox"


def test_a_nonce_is_refused_once_the_header_is_written(rf):
    request, _ = answered(PolicyMiddleware, rf)
    with pytest.raises(CSPNonceError):
        str(request.csp_nonce)
