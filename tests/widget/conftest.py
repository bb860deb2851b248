"""A storage folder for each of the widget's tests, and the shop and help center that they share."""

from tests.storage import storage
from tests.widget.site import help_site, shop

__all__ = ["help_site", "shop", "storage"]
