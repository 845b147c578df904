"""Patterns of a playbook: `*` stands for any letters; case, hyphens and underscores do not matter."""

import re
from fnmatch import translate
from functools import cache, lru_cache

Globs = tuple[str, ...]
LONGEST = 4000  # characters of a text that are looked at, and kept in mind


def fits(text: str | None, globs: Globs) -> bool:
    """Whether `text`, as far as `LONGEST`, is what any of `globs` describes.

    No text fits nothing, and nothing fits no globs.
    """
    return bool(text and globs) and _fits((text or "")[:LONGEST], globs)


@lru_cache(2048)
def _fits(text: str, globs: Globs) -> bool:
    return _expression(globs).match(folded(text)) is not None


def folded(text: str) -> str:
    """`text` in the one spelling in which names are compared."""
    return text.casefold().replace("-", " ").replace("_", " ")


@cache
def _expression(globs: Globs) -> re.Pattern[str]:
    return re.compile("|".join(translate(folded(one)) for one in globs))
