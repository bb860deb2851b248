"""Phone numbers as every door keeps them."""

import phonenumbers

COUNTRY = "SA"


def e164(text: str) -> str:
    """Return a phone number as E.164 (`+9665…`), a national one read as Saudi; raises ValueError for what is none."""
    try:
        number = phonenumbers.parse(text, COUNTRY)
    except phonenumbers.NumberParseException as error:
        raise ValueError(text) from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
