"""A ticket's SLA clock, for staff: by segment, and where each promise stands."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from core import clock
from core.api.permissions import Staff
from core.api.requests import ApiRequest
from core.api.schema import describe
from core.api.serializers import Bilingual, FormOut
from core.api.views import ApiView, ok
from tickets import queries
from tickets.models import SlaPolicy
from tickets.sla.clock import Clock, Cycle, Metric, State
from tickets.sla.recompute import clock_as_of


class SegmentOut(FormOut):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=[str(state) for state in State])
    cause = serializers.CharField()
    business_seconds = serializers.IntegerField()


class PromiseOut(FormOut):
    metric = serializers.ChoiceField(choices=[str(metric) for metric in Metric])
    started_at = serializers.DateTimeField()
    target_seconds = serializers.IntegerField()
    elapsed_seconds = serializers.IntegerField()
    remaining_seconds = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    warning_at = serializers.DateTimeField(allow_null=True)
    fulfilled_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    state = serializers.ChoiceField(choices=["running", "paused", "met", "breached"])


class ClockOut(FormOut):
    policy = Bilingual(allow_null=True)
    paused = serializers.BooleanField()
    segments = SegmentOut(many=True)
    promises = PromiseOut(many=True)


class Sla(ApiView):
    permission_classes = [Staff]

    @describe("A ticket's SLA clock", answer=ClockOut)
    def get(self, request: ApiRequest, ref: str) -> Response:
        ticket = queries.find(ref, request.user)
        now = clock.now()
        return ok(ClockOut.show(clock_data(clock_as_of(ticket, now))))


def clock_data(told: Clock) -> dict[str, Any]:
    """Return a clock as `ClockOut` takes it."""
    return {
        "policy": SlaPolicy.objects.filter(pk=told.policy_id).first() if told.policy_id else None,
        "paused": told.is_paused,
        "segments": [
            {
                "start": segment.start,
                "end": segment.end,
                "state": str(segment.state),
                "cause": segment.cause,
                "business_seconds": int(segment.seconds),
            }
            for segment in told.segments
        ],
        "promises": [_promise(cycle) for cycle in told.cycles],
    }


def _promise(cycle: Cycle) -> dict[str, Any]:
    is_over = cycle.fulfilled_at is not None
    return {
        "metric": str(cycle.metric),
        "started_at": cycle.started_at,
        "target_seconds": cycle.target,
        "elapsed_seconds": int(cycle.elapsed),
        "remaining_seconds": int(cycle.remaining),
        "due_at": None if is_over else cycle.due_at,
        "warning_at": None if is_over else cycle.warning_at,
        "fulfilled_at": cycle.fulfilled_at,
        "breached_at": cycle.breached_at,
        "state": cycle.state,
    }
