"""Attribution by a Markov chain of order 1: what would be lost if a key were gone.

People walk from a start from key to key (a campaign, a source, ...) until they convert or are lost; a step
depends on nothing but the key where they stand. The removal effect of a key is the share of all conversions
that would be lost if everybody who comes to it were lost there. It is exact, from the chain's own equations,
and not simulated. NumPy, which solves them, takes 20 MB and a fifth of a second: only who asks imports it.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from math import fsum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

Key = str | None
TouchPath = tuple[Key, ...]
NOT_CAPTURED: Key = None


class Ends(NamedTuple):
    """How many of those who went one way `converted`, and how many were `lost`."""

    converted: int = 0
    lost: int = 0


def markov_shares(paths: Mapping[TouchPath, Ends]) -> dict[Key, float]:
    """Each key's part of the conversions, by its removal effect; they sum to 1, or are 0 without any."""
    effects = removal_effects(paths)
    total = fsum(effects.values())
    return {key: effect / total if total else 0.0 for key, effect in effects.items()}


def removal_effects(paths: Mapping[TouchPath, Ends]) -> dict[Key, float]:
    """The removal effect of every key on `paths`, from 0 to 1, keys in alphabetical order.

    A path without touches is one whose only key was not captured.
    """
    import numpy as np  # noqa: PLC0415 - see the module's docstring

    keys, chain = _chain(paths)
    if not keys:
        return {}
    visits = np.linalg.inv(np.eye(len(keys)) - chain.onward)  # how often who is at a key will be at another
    coming = chain.first @ visits / visits.diagonal()  # the chance of ever coming to a key
    converting = visits @ chain.converting
    overall = chain.first @ converting
    effects = coming * converting / overall if overall else np.zeros(len(keys))
    return dict(zip(keys, np.clip(effects, 0, 1).tolist(), strict=True))


class _Chain(NamedTuple):
    """The chances of each step: the first, onward from a key to another, and from a key to a conversion."""

    first: "NDArray[float64]"
    onward: "NDArray[float64]"
    converting: "NDArray[float64]"


def _chain(paths: Mapping[TouchPath, Ends]) -> tuple[list[Key], _Chain]:
    import numpy as np  # noqa: PLC0415 - see the module's docstring

    walked = Counter[TouchPath]()
    converted = Counter[Key]()
    for path, ends in paths.items():
        way = path or (NOT_CAPTURED,)
        walked[way] += sum(ends)
        converted[way[-1]] += ends.converted
    walked = +walked  # a path that nobody went leads nowhere
    keys = sorted({key for path in walked for key in path}, key=alphabetical)
    place = {key: number for number, key in enumerate(keys)}
    first, onward = np.zeros(len(keys)), np.zeros((len(keys), len(keys)))
    ending = np.zeros(len(keys))
    for path, times in walked.items():
        first[place[path[0]]] += times
        ending[place[path[-1]]] += times
        for here, there in pairwise(path):
            onward[place[here], place[there]] += times
    converting = np.array([float(converted[key]) for key in keys])
    leaving = onward.sum(axis=1) + ending
    return keys, _Chain(first / (first.sum() or 1), onward / leaving[:, None], converting / leaving)


def alphabetical(key: Key) -> tuple[bool, str]:
    """The order of keys; what was not captured comes last."""
    return key is None, key or ""
