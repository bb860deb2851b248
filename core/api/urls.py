"""The API's own description."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core.api.permissions import Public


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1 of every route, generated from the code."""

    permission_classes = [Public]
    authentication_classes = []


class DocsView(SpectacularSwaggerSplitView):
    """The same, to read and try in a browser; nothing is loaded from elsewhere."""

    permission_classes = [Public]
    authentication_classes = []
    template_name = "api/docs.html"


urlpatterns = [
    path("schema", SchemaView.as_view(), name="schema"),
    path("docs", DocsView.as_view(url_name="schema"), name="docs"),
]
