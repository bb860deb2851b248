"""E-mail addresses as every door takes them."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from core.text import shows_nothing

# Beside what shows nothing: controls, lone surrogates, private and unassigned characters.
_STRANGE_KINDS = {"Cc", "Cs", "Co", "Cn"}


class AddressValidator(EmailValidator):
    """Refuse what is no address, and what reads as another one: with characters that nobody sees or that turn it."""

    def __call__(self, value: str | None) -> None:
        super().__call__(value)
        if any(shows_nothing(sign) or unicodedata.category(sign) in _STRANGE_KINDS for sign in value or ""):
            raise ValidationError(self.message, code=self.code, params={"value": value})


validate_address = AddressValidator()
