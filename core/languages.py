"""The language that a caller's Accept-Language asks for."""

OURS = ("ar", "en")


def language_asked(accept: str) -> str:
    """Return which of our languages a header ranks first, empty when it wants neither (as `*` and `fr` do not say)."""
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        tag, _, parameters = part.partition(";")
        language = tag.strip().partition("-")[0]
        if language in OURS:
            weights[language] = max(weights.get(language, 0.0), _quality(parameters))
    first = max(weights, key=weights.__getitem__, default="")
    return first if first and weights[first] > 0 else ""


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        quality = float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0
