"""A text read into the fields of a question: its clauses, its metric and its period, in any order."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from funnel.clauses import (
    CLAUSES,
    CLIP,
    About,
    Read,
    Reading,
    clause_at,
    clipped,
    is_plainly_a_period,
    metric_at,
    said,
)
from funnel.errors import PeriodError
from funnel.metrics import Metric, names_of
from funnel.period_words import VOCABULARY, Here, find_period
from funnel.typed import Word, fold, words

_ALWAYS = frozenset({"by", "top", "where", "versus", "model", "touches", "as_of", "clock"})
TAKES: Mapping[About, frozenset[str]] = {
    "funnel": _ALWAYS | {"target"},
    "campaigns": _ALWAYS | {"metric", "names"},
    "kpi": _ALWAYS | {"metric", "target", "why"},
}
"""The fields of a question that each command may be asked for, beside the period."""
SHORTEST_TYPO = 3  # letters of a word that a mistyped one may mean
_ASKING = frozenset(
    {"show", "me", "please", "how", "many", "much", "what", "is", "was", "are", "were", "the"}
)
FILLERS: Mapping[About, frozenset[str]] = {
    "funnel": _ASKING,
    "campaigns": frozenset({"compare"}),
    "kpi": _ASKING,
}
"""Words that people say around a question; names of campaigns may hold most of them."""


def read(about: About, text: Sequence[Word], here: Here, metrics: Mapping[str, Metric]) -> Reading:
    """Every clause of a text, its metric and its period."""
    reading = Reading(about, here, metrics, names_of(metrics), text)
    place = 0
    while place < len(text):
        place += _step(reading, place)
    _take_period(reading)
    return reading


def _step(reading: Reading, place: int) -> int:
    """Read what stands at a place; the number of words read."""
    rest = reading.words[place:]
    if reading.about == "kpi" and "metric" not in reading.asked and (found := metric_at(reading, rest)):
        reading.asked["metric"] = found[0]
        return found[1]
    if clause := clause_at(rest):
        keyword, length = clause
        read = CLAUSES[keyword](reading, rest[length:])
        _keep(reading, keyword, read)
        return length + read.took
    if rest[0].quoted or rest[0].plain not in FILLERS[reading.about]:
        reading.left.append(place)
    return 1


def _keep(reading: Reading, keyword: str, read: Read) -> None:
    """Add what a clause asks for to what was asked before it."""
    asked = dict(read.fields)
    if strangers := asked.keys() - TAKES[reading.about]:
        reading.misses.append(f"`/{reading.about}` cannot be asked for `{keyword}`.")
        asked = {name: value for name, value in asked.items() if name not in strangers}
    elif twice := (asked.keys() - {"where"}) & reading.asked.keys():
        reading.misses.append(f"`{keyword}` is asked for twice.")
        asked = {name: value for name, value in asked.items() if name not in twice}
    if "where" in asked:
        asked["where"] = (*reading.asked.get("where", ()), *asked["where"])
    if read.miss:
        reading.misses.append(read.miss)
        reading.instead.update(asked)
    else:
        reading.asked.update(asked)


def _take_period(reading: Reading) -> None:
    """Find the period in the words that no clause took; what remains is not understood."""
    left = reading.left_words()
    try:
        start, stop = _when(left, reading.here)
        if start < stop:
            reading.asked["period"] = find_period(said(left[start:stop]), reading.here)
    except PeriodError as error:
        reading.instead["period"] = find_period(error.instead, reading.here)
        reading.misses.append(error.sentence)
        reading.left = []
        return
    reading.left = [*reading.left[:start], *reading.left[stop:]]
    if reading.left:
        reading.misses.append(_unknown(reading, reading.left_words()))


def _when(left: Sequence[Word], here: Here) -> tuple[int, int]:
    """Which words say when: all of them, or the most that plainly do.

    Raises:
        PeriodError: they name a period that cannot be.

    """
    if left and find_period(said(left), here):
        return 0, len(left)
    some = range(min(len(left), 12))  # no period is as long
    spans = [(start, stop + 1) for start in some for stop in some[start:]]
    plain = [span for span in spans if is_plainly_a_period(left[slice(*span)], here)]
    return max(plain, key=lambda span: span[1] - span[0], default=(0, 0))


def _unknown(reading: Reading, left: Sequence[Word]) -> str:
    if reading.about != "kpi":
        return f"I don't understand {clipped(left)}: it names no period and no clause."
    if "metric" in reading.asked and metric_at(reading, left):
        return f"I answer one metric at a time, so not {clipped(left)} too."
    return f"I know no metric and no period {clipped(left)}."


def respelled(reading: Reading) -> Iterator[list[Word]]:
    """The words with what was not understood in other spellings.

    It may be the rest of a value that wants quotation marks, mistyped, or the name of a campaign.
    """
    if not reading.left:
        return
    text, first, after = reading.words, reading.left[0], reading.left[-1] + 1
    unknown = fold(" ".join(word.typed for word in text[first:after]))
    if first > 1 and text[first - 2].typed == "=" and not text[first - 1].quoted:
        value = Word(f"{text[first - 1].typed} {unknown}", quoted=True)
        yield [*text[: first - 1], value, *text[after:]]
    metrics = " ".join(reading.names).split() if reading.about == "kpi" else ()
    known = {*VOCABULARY, *CLAUSES, *(word for word in metrics if len(word) >= SHORTEST_TYPO)}
    spelled = [_near(one, known) if place in reading.left else one for place, one in enumerate(text)]
    if any(word and word != one for word, one in zip(spelled, text, strict=True)):
        yield [word for word in spelled if word]
    if reading.about == "campaigns" and after - first == len(reading.left):
        yield [*text[:first], *words("where campaign="), Word(unknown, quoted=True), *text[after:]]


def _near(word: Word, known: Collection[str]) -> Word | None:
    """The known word that was most likely meant; None where none is near."""
    if word.plain in known or any(letter.isdigit() for letter in word.plain):
        return word
    near = get_close_matches(word.plain[:CLIP], known, n=1)
    return Word(near[0]) if near else None
