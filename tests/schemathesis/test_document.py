"""Every operation of the OpenAPI document, called by four actors with data that fits it and data that does not."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.schemathesis.calls import EXAMPLES, SEED, calls, judge, operations
from tests.schemathesis.scene import Scene

pytestmark = pytest.mark.timeout(max(120, EXAMPLES * 2))
LABELS = sorted(operations())


@pytest.mark.parametrize("label", LABELS)
def test_an_operation_answers_as_documented(label: str, scene: Scene, record_property: Any) -> None:
    operation = operations()[label]
    statuses: Counter[int] = Counter()

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(call=calls(operation, scene))
    def run(call: Any) -> None:
        actor, case = call
        statuses[judge(operation, actor, case, scene)] += 1

    run()
    record_property("statuses", dict(statuses))
