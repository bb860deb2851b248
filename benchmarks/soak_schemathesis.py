"""The long run of generated calls: every operation of the OpenAPI document, other data each time."""

import secrets

GROUPS = {
    "schemathesis": (
        "600 generated calls an operation by four actors: no fault, nothing undocumented, every answer valid",
        ["tests/schemathesis", "tests/hostile"],
        {"SCHEMATHESIS_EXAMPLES": "600", "SCHEMATHESIS_SEED": str(secrets.randbelow(2**31))},
        1,
    ),
}
