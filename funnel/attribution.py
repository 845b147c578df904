"""Whom a conversion is owed to: its credit, shared among the touches before it.

Every conversion is worth 1, whatever the model. The touches of the look-back share it, up to the conversion
itself and never later ones; a conversion without any is credited to None, "not captured".
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import fsum
from typing import Literal, NamedTuple, get_args

from funnel.attribution_rules import Attribution
from funnel.events import EventKey
from funnel.markov import NOT_CAPTURED, Ends, Key, TouchPath, alphabetical, markov_shares

Heuristic = Literal["first", "last", "linear", "u", "w", "full", "decay"]
Model = Heuristic | Literal["markov"]
Touches = Literal["marketing", "all"]
"""Whose touches share credit: what marketing did, or what sales did too."""
HEURISTICS: tuple[Heuristic, ...] = get_args(Heuristic)
MODELS: tuple[Model, ...] = (*HEURISTICS, "markov")
USUAL = Attribution()


class Touchpoint(NamedTuple):
    """A touch that may be credited, by its `key` (campaign, source, ...); None was not captured."""

    at: datetime
    receipt: EventKey
    key: Key


@dataclass(frozen=True, slots=True)
class Conversion:
    """That a lead converted, with all of its touches in any order.

    `value` is what it is worth in any one unit: 1 of a head that is counted, or an amount. The lead became
    known at `created_at`, its deal was opened at `opportunity_at`; of a time that is None or after the
    conversion, nothing is known.
    """

    at: datetime
    touches: tuple[Touchpoint, ...]
    value: float = 1
    created_at: datetime | None = None
    opportunity_at: datetime | None = None


class Credit(NamedTuple):
    """How many conversions a key is credited with, and what they are worth together."""

    conversions: float
    value: float


def named(model: Model, rules: Attribution = USUAL) -> str:
    """How a model is said: `time decay, half-life 7 days`."""
    return f"time decay, half-life {rules.half_life_days:g} days" if model == "decay" else _NAMES[model]


_NAMES: Mapping[Model, str] = {
    "first": "first touch",
    "last": "last touch",
    "linear": "linear",
    "u": "U-shaped 40/20/40",
    "w": "W-shaped 30/30/30, 10 for the rest",
    "full": "full path 22.5/22.5/22.5/22.5, 10 for the rest",
    "markov": "Markov chain of order 1, by removal effects",
}


def attribute(
    conversions: Collection[Conversion],
    nulls: Mapping[TouchPath, int],
    model: Model,
    rules: Attribution = USUAL,
) -> dict[Key, Credit]:
    """What each key is credited with, keys in alphabetical order; together, exactly the conversions.

    `nulls` says how many did not convert by the path that they went (`path_of`); only the Markov model asks.
    """
    if model == "markov":
        return _by_removal(conversions, nulls, rules)
    heads: defaultdict[Key, list[float]] = defaultdict(list)
    worth: defaultdict[Key, list[float]] = defaultdict(list)
    for conversion in conversions:
        for key, share in credits_of(conversion, model, rules).items():
            heads[key].append(share)
            worth[key].append(share * conversion.value)
    return {key: Credit(fsum(heads[key]), fsum(worth[key])) for key in sorted(heads, key=alphabetical)}


def ranks(
    conversions: Collection[Conversion],
    nulls: Mapping[TouchPath, int],
    models: Iterable[Model] = MODELS,
    rules: Attribution = USUAL,
) -> dict[Model, tuple[Key, ...]]:
    """The keys under each model, the most credited first."""
    return {model: ranked(attribute(conversions, nulls, model, rules)) for model in models}


def ranked(credited: Mapping[Key, Credit]) -> tuple[Key, ...]:
    """The keys, the most credited first; those with the same credit in alphabetical order."""
    return tuple(sorted(credited, key=lambda key: (-_rounded(credited, key), alphabetical(key))))


def _rounded(credited: Mapping[Key, Credit], key: Key) -> float:
    """The conversions of a key without the noise of their last digits, which would break ties."""
    return round(credited[key].conversions, 9) if key in credited else 0


def credits_of(conversion: Conversion, model: Heuristic, rules: Attribution = USUAL) -> dict[Key, float]:
    """The share of one conversion that each key is owed; they sum to 1.

    The moments that a model names (first, lead created, opportunity opened, last) are each the last touch
    until then. One touch that stands for two moments has the share of both; the share of a moment without a
    touch, or of the rest where there is none, is spread over the others in proportion.
    """
    touches = _credited(conversion.touches, conversion.at, rules)
    if not touches:
        return {NOT_CAPTURED: 1.0}
    weights = _fading(touches, rules) if model == "decay" else _shaped(touches, conversion, _SHAPES[model])
    total = fsum(weights)
    by_key: defaultdict[Key, list[float]] = defaultdict(list)
    for touch, weight in zip(touches, weights, strict=True):
        if weight:
            by_key[touch.key].append(weight / total)
    return {key: fsum(by_key[key]) for key in sorted(by_key, key=alphabetical)}


def path_of(conversion: Conversion, rules: Attribution = USUAL) -> TouchPath:
    """The keys of the touches that share a conversion, in order."""
    return tuple(touch.key for touch in _credited(conversion.touches, conversion.at, rules))


def _credited(touches: Iterable[Touchpoint], until: datetime, rules: Attribution) -> list[Touchpoint]:
    """The touches of the look-back in order of occurrence; ties fall by the event's key."""
    window = timedelta(days=rules.lookback_days)
    return sorted(
        (touch for touch in touches if timedelta(0) <= until - touch.at <= window),
        key=lambda touch: (touch.at, touch.receipt),
    )


Moment = Literal["first", "created", "opportunity", "last"]


class _Shape(NamedTuple):
    """The share of each moment's touch, and what all other touches have together."""

    moments: Mapping[Moment, float]
    rest: float = 0


_SHAPES: Mapping[Heuristic, _Shape] = {
    "first": _Shape({"first": 1}),
    "last": _Shape({"last": 1}),
    "linear": _Shape({}, rest=1),
    "u": _Shape({"first": 0.4, "last": 0.4}, rest=0.2),
    "w": _Shape({"first": 0.3, "created": 0.3, "opportunity": 0.3}, rest=0.1),
    "full": _Shape({"first": 0.225, "created": 0.225, "opportunity": 0.225, "last": 0.225}, rest=0.1),
}


def _shaped(touches: Sequence[Touchpoint], conversion: Conversion, shape: _Shape) -> list[float]:
    """A weight for each touch; they need not sum to 1."""
    weights = [0.0] * len(touches)
    for moment, share in shape.moments.items():
        place = _place(moment, touches, conversion)
        if place is not None:
            weights[place] += share
    others = weights.count(0)
    return [weight or shape.rest / others for weight in weights]


def _place(moment: Moment, touches: Sequence[Touchpoint], conversion: Conversion) -> int | None:
    match moment:
        case "first":
            return 0
        case "last":
            return len(touches) - 1
        case "created":
            return _last_until(conversion.created_at, touches, conversion)
        case "opportunity":
            return _last_until(conversion.opportunity_at, touches, conversion)


def _last_until(time: datetime | None, touches: Sequence[Touchpoint], conversion: Conversion) -> int | None:
    """The place of the last touch until then, if the conversion had not come before."""
    if time is None or time > conversion.at:
        return None
    return max((place for place, touch in enumerate(touches) if touch.at <= time), default=None)


def _fading(touches: Sequence[Touchpoint], rules: Attribution) -> list[float]:
    """A weight for each touch, halved with every half-life by which the last touch is younger."""
    half_life = timedelta(days=rules.half_life_days)
    return [2.0 ** -((touches[-1].at - touch.at) / half_life) for touch in touches]


def _by_removal(
    conversions: Collection[Conversion], nulls: Mapping[TouchPath, int], rules: Attribution
) -> dict[Key, Credit]:
    """The Markov shares of all conversions, and of all that they are worth."""
    if not conversions:
        return {}
    converted = Counter(path_of(one, rules) for one in conversions)
    paths = {path: Ends(converted[path], nulls.get(path, 0)) for path in converted | Counter(nulls)}
    worth = fsum(one.value for one in conversions)
    shares = markov_shares(paths)
    return {key: Credit(share * len(conversions), share * worth) for key, share in shares.items()}
