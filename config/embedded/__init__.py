"""A real PostgreSQL and a real Valkey from wheels, in the project's own folder, when no URLs are given; no Django."""

from config.embedded.errors import EmbeddedError, ServicesBusy
from config.embedded.layout import Urls, urls
from config.embedded.services import Services, running

__all__ = ["EmbeddedError", "Services", "ServicesBusy", "Urls", "running", "urls"]
