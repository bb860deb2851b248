"""E-mail addresses as every door takes them."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

# Control, format and direction characters, lone surrogates, private and unassigned ones, separators.
_UNSEEN_KINDS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
# Letters and marks that show nothing: fillers, variation selectors, the joiner of graphemes.
_UNSEEN = {"\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", *"\u180b\u180c\u180d", *map(chr, range(0xFE00, 0xFE10))}


class AddressValidator(EmailValidator):
    """Refuse what is no address, and what reads as another one: with characters that nobody sees or that turn it."""

    def __call__(self, value: str | None) -> None:
        super().__call__(value)
        if any(sign in _UNSEEN or unicodedata.category(sign) in _UNSEEN_KINDS for sign in value or ""):
            raise ValidationError(self.message, code=self.code, params={"value": value})


validate_address = AddressValidator()
