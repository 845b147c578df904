"""Patterns of a playbook: `*` stands for any letters; case, hyphens and underscores do not matter."""

import re
from fnmatch import translate
from functools import cache, lru_cache

Globs = tuple[str, ...]


@lru_cache(2048)
def fits(text: str | None, globs: Globs) -> bool:
    """Whether `text` is what any of `globs` describes; no text fits nothing, and nothing fits no globs."""
    return bool(text and globs) and _expression(globs).match(folded(text or "")) is not None


def folded(text: str) -> str:
    """`text` in the one spelling in which names are compared."""
    return text.casefold().replace("-", " ").replace("_", " ")


@cache
def _expression(globs: Globs) -> re.Pattern[str]:
    return re.compile("|".join(translate(folded(one)) for one in globs))
