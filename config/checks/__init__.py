"""System checks: settings and stores that are unsafe or odd, each with an id and what to do about it.

`manage.py check` looks at what would break or endanger any installation and is silent on a trial; `--deploy` adds what
a public site needs; `--database default` (as `migrate` does) adds the stores themselves.
"""

from config.checks import site, stores

__all__ = ["site", "stores"]
