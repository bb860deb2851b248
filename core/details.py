"""Say what a refusal shows of the present state: operations name it, and doors put it into the reader's form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Detail:
    """Something for one reader; `form` is a name in settings.DETAIL_FORMS, a function of the thing and the reader."""

    form: str
    thing: Any
    reader: Any

    def shown(self) -> Any:
        """Return it in the reader's form."""
        return import_string(settings.DETAIL_FORMS[self.form])(self.thing, self.reader)
