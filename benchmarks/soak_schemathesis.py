"""The long run of generated calls: every operation of the OpenAPI document, other data each time."""

import secrets

GROUPS = {
    "schemathesis": (
        "600 generated calls an operation by four actors, every hostile value in every field: no fault",
        [
            *("tests/schemathesis", "tests/hostile"),
            *("tests/crosscut/test_hostile_input.py", "tests/crosscut/test_mass_assignment.py"),
        ],
        {"SOAK": "1", "SCHEMATHESIS_EXAMPLES": "600", "SCHEMATHESIS_SEED": str(secrets.randbelow(2**31))},
        1,
    ),
}
