"""The clauses of a question, each read by one function: `by source`, `top 5`, `where campaign="Spring fair"`.

A clause takes the words after its keyword and gives the fields of the question that they ask for, with the
number of words it took. What it cannot read it says in a sentence, with the fields that would work instead.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple, get_args

from funnel.attribution import MODELS, Model, Touches
from funnel.counts import BY, Filter
from funnel.dimension import NAMES, dimension_named
from funnel.errors import PeriodError
from funnel.metrics import Metric, spelled
from funnel.period import Period
from funnel.period_words import Here, find_moment, find_period
from funnel.typed import Word

About = Literal["funnel", "campaigns", "kpi"]
Fields = dict[str, Any]
"""Fields of a question by name; `versus` may be `prev` or `yoy` until the period is known."""

SUBJECTS: Mapping[About, str] = {"funnel": "a funnel", "campaigns": "campaigns", "kpi": "a number"}
"""What each command is about, in a sentence."""
MOST_ROWS = 100
LONGEST_NAME = 8  # words of a metric, a dimension or a period
CLIP = 60  # characters of what was typed, in a sentence about it
PREVIOUS = ("prev", "previous", "previous period", "prior", "prior period", "the previous period")
YEAR_BEFORE = ("yoy", "a year ago", "year ago", "a year before", "same period last year")
MODELS_BY_NAME: Mapping[str, Model] = {
    "first": "first",
    "first touch": "first",
    "last": "last",
    "last touch": "last",
    "linear": "linear",
    "even": "linear",
    "u": "u",
    "u shaped": "u",
    "position based": "u",
    "w": "w",
    "w shaped": "w",
    "full": "full",
    "full path": "full",
    "z": "full",
    "z shaped": "full",
    "decay": "decay",
    "time decay": "decay",
    "markov": "markov",
}
TOUCHES: tuple[Touches, ...] = get_args(Touches)
BARE_MODELS = ("first-touch", "last-touch", "u-shaped", "w-shaped", "time-decay", "full-path", "markov")
"""Models that are understood without `model=`."""


class Read(NamedTuple):
    """What a clause asks for, and how many words after its keyword say so.

    With a `miss`, a sentence about what was not understood, `fields` are what would work instead.
    """

    fields: Fields
    took: int
    miss: str = ""


@dataclass(slots=True)
class Reading:
    """What one text asks for, as far as it has been read.

    `left` are the places of words that no clause took: the period, names of campaigns, or mistakes.
    """

    about: About
    here: Here
    metrics: Mapping[str, Metric]
    names: Mapping[str, str]
    words: Sequence[Word]
    asked: Fields = field(default_factory=dict)
    instead: Fields = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    def left_words(self) -> list[Word]:
        return [self.words[place] for place in self.left]


Clause = Callable[[Reading, Sequence[Word]], Read]


def said(words: Sequence[Word]) -> str:
    """Words as they are looked up."""
    return " ".join(word.plain for word in words)


def clipped(words: Sequence[Word]) -> str:
    """Words as they were typed, in quotation marks, as far as a sentence has room for them."""
    typed = " ".join(word.typed for word in words).replace("`", "'")  # which would show as code
    return f"“{typed if len(typed) <= CLIP else typed[:CLIP] + '…'}”"


def metric_at(reading: Reading, words: Sequence[Word]) -> tuple[str, int] | None:
    """The metric with the longest name that `words` begin with, and the length of that name in words."""
    for length in _lengths(words):
        if name := reading.names.get(spelled(said(words[:length]))):
            return name, length
    return None


def clause_at(words: Sequence[Word]) -> tuple[str, int] | None:
    """The keyword that `words` begin with, and its length in words; `source=google` needs no `where`."""
    for length in (2, 1):
        keyword = _SYNONYMS.get(said(words[:length]), said(words[:length]))
        equals = [word.typed for word in words[length : length + 1]] == ["="]
        known = keyword in CLAUSES and (equals or keyword not in _WITH_EQUALS)
        if len(words) >= length and known and not any(word.quoted for word in words[:length]):
            return keyword, length + equals
    is_pair = len(words) > len("k=") and words[1].typed == "=" and not words[1].quoted
    return ("where", 0) if is_pair and dimension_named(words[0].plain) else None


def period_at(reading: Reading, words: Sequence[Word]) -> tuple[Period, int] | None:
    """The period with the longest words that `words` begin with.

    Raises:
        PeriodError: they begin with a period that cannot be.

    """
    for length in _lengths(words):
        if period := find_period(said(words[:length]), reading.here):
            return period, length
    return None


def is_plainly_a_period(words: Sequence[Word], here: Here) -> bool:
    """Whether words say when, even beside a name: `last month`, `2026-Q3`; not so `May`, `2026`, `week`."""
    if any(word.quoted for word in words):
        return False
    if len(words) == 1 and not re.match(r"\d{4}-|[wmqy]td$|today$|yesterday$", words[0].plain):
        return False
    try:
        return find_period(said(words), here) is not None
    except PeriodError:
        return True


def _lengths(words: Sequence[Word]) -> Iterator[int]:
    """How many of the words a name may be made of, the most first."""
    return iter(range(min(len(words), LONGEST_NAME), 0, -1))


def _until_a_clause(words: Sequence[Word]) -> Sequence[Word]:
    ends = (place for place in range(len(words)) if clause_at(words[place:]))
    return words[: next(ends, len(words))]


def _by(reading: Reading, words: Sequence[Word]) -> Read:
    own = _until_a_clause(words)
    for length in _lengths(own):
        if dimension := dimension_named(said(own[:length])):
            is_given = reading.about == "campaigns" and dimension == "campaign"
            return Read({} if is_given else {"by": dimension}, length)
    if reading.about == "campaigns" and (metric := metric_at(reading, own)):
        return Read({"metric": metric[0]}, metric[1])
    if not own:
        return Read({"by": "source"}, 0, "`by` wants to know by what.")
    for length in (3, 2, 1):
        some = own[:length]
        if near := get_close_matches(spelled(said(some)), NAMES, n=1):
            return Read({"by": NAMES[near[0]]}, len(some), _unknown_dimension(reading.about, some))
    known = ", ".join(BY["leads"])
    return Read({}, 1, f"{_unknown_dimension(reading.about, own[:1])} I know: {known}.")


def _unknown_dimension(about: About, words: Sequence[Word]) -> str:
    return f"I can't break {SUBJECTS[about]} down by {clipped(words)}."


def _sort(reading: Reading, words: Sequence[Word]) -> Read:
    skipped = 1 if words and words[0].plain == "by" else 0
    if found := metric_at(reading, words[skipped:]):
        return Read({"metric": found[0]}, skipped + found[1])
    own = _until_a_clause(words[skipped:])
    if not own:
        return Read({}, skipped, "`sort` wants the metric to sort by.")
    near = get_close_matches(spelled(said(own)), reading.names, n=1)
    fields = {"metric": reading.names[near[0]]} if near else {}
    return Read(fields, skipped + len(own), f"I know no metric {clipped(own)} to sort by.")


def _top(_: Reading, words: Sequence[Word]) -> Read:
    if not words or not re.fullmatch(r"-?\d+", words[0].plain):
        return Read({"top": 10}, 0, "`top` wants a number.")
    if len(words[0].plain) > len(str(MOST_ROWS)) or not 1 <= int(words[0].plain) <= MOST_ROWS:
        return Read({"top": 10}, 1, f"`top` takes 1 to {MOST_ROWS}, not {clipped(words[:1])}.")
    return Read({"top": int(words[0].plain)}, 1)


def _where(reading: Reading, words: Sequence[Word]) -> Read:
    """`source=google`, and more of them after `and`; `none` without quotation marks is "not captured"."""
    filters: list[Filter] = []
    known = {one.dimension for one in reading.asked.get("where", ())}
    took = 0
    while not filters or (took < len(words) and words[took].plain == "and"):
        start = took + 1 if filters else took
        one = _pair(words[start:])
        took = start + one.took
        new = one.fields.get("where", ())
        twice = [f"`where {a.dimension}=` is asked twice." for a in new if a.dimension in known]
        if miss := one.miss or "".join(twice):
            return Read({"where": (*filters, *([] if twice else new))}, took, miss)
        filters += new
        known |= {a.dimension for a in new}
    return Read({"where": tuple(filters)}, took)


def _pair(words: Sequence[Word]) -> Read:
    equals = next((place for place, word in enumerate(words[:LONGEST_NAME]) if word.typed == "="), None)
    if equals is None or equals + 1 >= len(words):
        return _pair_without_equals(words)
    key, value = words[:equals], words[equals + 1]
    wanted = value.typed if value.quoted else value.typed.rstrip("?!,;")
    dimension = dimension_named(said(key))
    near = get_close_matches(spelled(said(key)), NAMES, n=1)
    dimension, miss = (dimension, "") if dimension else (NAMES[near[0]] if near else None, _no_key(key))
    if dimension is None or not wanted:
        return Read({}, equals + 2, miss or f"`where {dimension}=` wants a value.")
    is_missing = not value.quoted and wanted.casefold() == "none"
    return Read({"where": (Filter(dimension, None if is_missing else wanted),)}, equals + 2, miss)


def _pair_without_equals(words: Sequence[Word]) -> Read:
    own = _until_a_clause(words)[:2]
    dimension = dimension_named(said(own[:1]))
    value = own[1].typed.rstrip("?!,;") if len(own) > 1 and own[1].typed != "=" else ""
    fields = {"where": (Filter(dimension, value),)} if dimension and value else {}
    return Read(fields, len(own), f"`where` wants a key and a value, such as `source=google`{_but(own)}.")


def _but(words: Sequence[Word]) -> str:
    return f", not {clipped(words)}" if words else ""


def _no_key(words: Sequence[Word]) -> str:
    return f"I can't ask `where` by {clipped(words)}."


def _versus(reading: Reading, words: Sequence[Word]) -> Read:
    """What is compared: `prev`, `yoy` or a period; of campaigns, names."""
    own = _until_a_clause(words)
    for length in _lengths(own):
        if said(own[:length]) in PREVIOUS:
            return Read({"versus": "prev"}, length)
        if said(own[:length]) in YEAR_BEFORE:
            return Read({"versus": "yoy"}, length)
    if reading.about == "campaigns" and not _are_periods(reading, own):
        before = _name_before(reading)
        if before or reading.asked.get("names"):
            return _another_name(reading, before, own)
    return _versus_period(reading, own)


def _versus_period(reading: Reading, own: Sequence[Word]) -> Read:
    if not own:
        return Read({"versus": "prev"}, 0, "`vs` compares with nothing: it wants `prev`, `yoy` or a period.")
    try:
        found = None if own[0].quoted else period_at(reading, own)
    except PeriodError as error:
        return Read({"versus": find_period(error.instead, reading.here)}, len(own), error.sentence)
    if found:
        return Read({"versus": found[0]}, found[1])
    return Read({"versus": "prev"}, len(own), f"I know no period {clipped(own)} to compare with.")


def _are_periods(reading: Reading, own: Sequence[Word]) -> bool:
    """Whether `vs` stands between periods and not between names: `2026 vs 2025`, `A vs B vs last month`."""
    if _plain_period(own, reading.here):
        return True
    if not own or own[0].quoted or not reading.left:
        return False
    try:
        return all(find_period(said(side), reading.here) for side in (reading.left_words(), own))
    except PeriodError:
        return True


def _plain_period(words: Sequence[Word], here: Here) -> int:
    """With how many words a list of words begins to say plainly when."""
    return next((length for length in _lengths(words) if is_plainly_a_period(words[:length], here)), 0)


def _name_before(reading: Reading) -> str:
    """The name of a campaign that stands right before `vs`; a period beside it stays where it is."""
    words = reading.left_words()
    quoted = [place for place, word in enumerate(words) if word.quoted]
    if quoted and quoted[-1] == len(words) - 1:
        start, stop = len(words) - 1, len(words)
    else:
        begin = quoted[-1] + 1 if quoted else 0
        start, stop = (begin + place for place in _name_within(words[begin:], reading.here))
    reading.left = reading.left[:start] + reading.left[stop:]
    return _bare_name(words[start:stop])


def _another_name(reading: Reading, before: str, own: Sequence[Word]) -> Read:
    names = (*reading.asked.pop("names", ()), *([before] if before else []))
    if own and own[0].quoted:
        return Read({"names": (*names, own[0].typed)}, 1)
    bare = own[: next((place for place, word in enumerate(own) if word.quoted), len(own))]
    _, stop = _name_within(bare, reading.here)
    name = _bare_name(bare[:stop])
    return Read({"names": (*names, *([name] if name else []))}, stop)


def _name_within(words: Sequence[Word], here: Here) -> tuple[int, int]:
    """Where a name without quotation marks begins and ends, if a period stands before or after it."""
    start = _plain_period(words, here)
    rest = words[start:]
    after = (length for length in _lengths(rest) if is_plainly_a_period(rest[-length:], here))
    return start, len(words) - next(after, 0)


def _bare_name(words: Sequence[Word]) -> str:
    return " ".join(word.typed for word in words).rstrip("?!,; " if words and not words[-1].quoted else "")


def _model(_: Reading, words: Sequence[Word]) -> Read:
    for length in _lengths(words):
        if model := MODELS_BY_NAME.get(spelled(said(words[:length]))):
            return Read({"model": model}, length)
    near = get_close_matches(spelled(said(words[:1])), MODELS_BY_NAME, n=1)
    models = ", ".join(f"`{model}`" for model in MODELS)
    return Read(
        {"model": MODELS_BY_NAME[near[0]] if near else "linear"},
        len(words[:1]),
        f"I know no attribution model {clipped(words[:1])}; I know {models}.",
    )


def _touches(_: Reading, words: Sequence[Word]) -> Read:
    """Whose touches share credit; marketing's are what is meant where nobody says."""
    wanted = said(words[:1])
    if wanted in TOUCHES:
        return Read({"touches": wanted} if wanted == "all" else {}, 1)
    return Read({"touches": "all"}, len(words[:1]), f"`touches` are `marketing` or `all`{_but(words[:1])}.")


def _as_of(reading: Reading, words: Sequence[Word]) -> Read:
    own = _until_a_clause(words)
    try:
        for length in _lengths(own):
            if moment := find_moment(said(own[:length]), reading.here):
                return Read({"as_of": moment}, length)
    except PeriodError as error:
        return Read({"as_of": find_moment("yesterday", reading.here)}, length, error.sentence)
    return Read(
        {"as_of": find_moment("yesterday", reading.here)},
        len(own[:1]),
        f"`as-of` wants a date or a time, such as `2026-11-01`{_but(own[:1])}.",
    )


def _flag(fields: Fields) -> Clause:
    """A clause that is its keyword."""
    return lambda _reading, _words: Read(fields, 0)


CLAUSES: Mapping[str, Clause] = {
    "by": _by,
    "sort": _sort,
    "top": _top,
    "where": _where,
    "vs": _versus,
    "model": _model,
    "touches": _touches,
    "as-of": _as_of,
    "cohort": _flag({"clock": "cohort"}),
    "activity": _flag({"clock": "activity"}),
    "target": _flag({"target": True}),
    "why": _flag({"why": True}),
    **{words: _flag({"model": MODELS_BY_NAME[spelled(words)]}) for words in BARE_MODELS},
}
"""Every clause by its keyword."""
_WITH_EQUALS = frozenset({"touches"})
"""Keywords that begin names of metrics too."""
_SYNONYMS: Mapping[str, str] = {
    "versus": "vs",
    "against": "vs",
    "compared to": "vs",
    "compared with": "vs",
    "sorted": "sort",
    **{model.replace("-", " "): model for model in BARE_MODELS},
    "asof": "as-of",
    "as of": "as-of",
    "targets": "target",
}
