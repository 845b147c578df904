"""The vocabulary of complaints. Every rule yields sentences and never raises."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

Problems = Iterator[str]
Rule = Callable[[Any, str], Problems]


def problem(sentence: str, pointer: str) -> str:
    return f"{sentence} [json-pointer:{pointer or '/'}]"


def length(value: Any, pointer: str, *, most: int, least: int = 1) -> Problems:
    if not isinstance(value, str):
        yield problem("must be a string", pointer)
    elif len(value) < least:
        yield problem(f"must be more than {least - 1} characters", pointer)
    elif len(value) > most:
        yield problem(f"must be less than {most + 1} characters", pointer)


def count(value: Any, pointer: str, *, most: int, least: int = 1) -> Problems:
    if not isinstance(value, list):
        yield problem("must be an array", pointer)
    elif len(value) < least:
        yield problem(f"no less than {least} items allowed", pointer)
    elif len(value) > most:
        yield problem(f"no more than {most} items allowed", pointer)


def required(holder: Mapping[str, Any], fields: Iterable[str], pointer: str) -> Problems:
    for name in fields:
        if holder.get(name) is None:
            yield problem(f"missing required field: {name}", pointer)


def one_of(value: Any, allowed: Collection[str], pointer: str) -> Problems:
    if value not in allowed:
        yield problem(f"must be one of: {', '.join(sorted(allowed))}", pointer)


def each(values: Any, rule: Rule, pointer: str) -> Problems:
    """Apply the rule to every item of a list; `count` complains if it is none."""
    for index, value in enumerate(values if isinstance(values, list) else []):
        yield from rule(value, f"{pointer}/{index}")


def lengths(holder: Mapping[str, Any], limits: Mapping[str, int], pointer: str) -> Problems:
    """Check the strings that are there against their limits; an absent one is fine."""
    for name, most in limits.items():
        if holder.get(name) is not None:
            yield from length(holder[name], f"{pointer}/{name}", most=most, least=0)
