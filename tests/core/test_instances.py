"""Instances made by hand are those that Django makes."""

import pytest

from core.instances import made
from tickets.models import Message, Ticket


@pytest.mark.django_db
def test_an_instance_is_the_one_that_keywords_make(cast):
    values = {"subject": "x", "customer": cast.customer, "created_by": cast.agent, "team": None}
    ours, theirs = made(Ticket, **values), Ticket(**values)
    times = {field.attname for field in Ticket._meta.concrete_fields if field.attname.endswith("_at")}
    for field in Ticket._meta.concrete_fields:
        if field.attname not in times:
            assert getattr(ours, field.attname) == getattr(theirs, field.attname), field
        assert (getattr(ours, field.attname) is None) == (getattr(theirs, field.attname) is None), field
    assert ours.customer is cast.customer
    assert (ours.team, ours.created_by) == (None, cast.agent)
    assert (ours._state.adding, ours.pk) == (True, None)
    assert made(Ticket).tags is not made(Ticket).tags
    for unknown in ("subject", "author_id"):
        with pytest.raises(TypeError, match=f"Message has no field {unknown}"):
            made(Message, **{unknown: 1})
