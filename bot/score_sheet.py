"""A lead's score in the terminal: every point with its rule, its event and what is left of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.cells import cell_len
from rich.text import Text

from briefs.literal import clip
from funnel.events import EventKey
from funnel.lead import Lead, Scored, Touch
from funnel.playbook import Playbook
from funnel.scoring import Point, Score, ago, explained, score, whole
from funnel.scoring_rules import Scoring

GAP = "  "
NEWEST = 3  # upstream scores that are shown
NUMBERS = frozenset({"points", "now", "score"})
Row = tuple[str, ...]


def score_sheet(lead: Lead, playbook: Playbook, at: datetime) -> list[Text]:
    """The lines of the sheet, styled; `at` in any zone, times are said in the playbook's."""
    one = score(lead, playbook, at)
    who = " · ".join(clip(value, 80) for value in (lead.fact("name"), lead.fact("email")) if value)
    return [
        Text(who or "Not known by name", "bold"),
        Text(f"as of {_moment(at, playbook)}", "dim"),
        *_engagement(one, playbook.score),
        *_fit(one, playbook.score),
        *_set_aside(one, playbook),
        *_theirs([scored for scored in lead.scores if scored.at <= at], playbook),
        Text(),
        Text(explained(one), "dim"),
    ]


def _engagement(one: Score, rules: Scoring) -> Iterator[Text]:
    tenths = whole([10 * point.decayed for point in one.points])
    yield from _heading(
        f"Engagement {sum(tenths) / 10:.1f}",
        f"level {one.level} of 4 · enters at {rules.enter:g}, leaves below {rules.leave:g} · "
        f"halves every {rules.half_life_days:g} days",
    )
    yield from _table(
        ("rule", "points", "now", "when", "event"),
        [_point(point, left, one.at) for point, left in zip(one.points, tenths, strict=True)],
        "Nothing that they did earns points.",
    )
    if one.beyond_limits:
        yield Text(f"{GAP}and {one.beyond_limits} more, beyond the limits of their rules", "dim")


def _point(point: Point, tenths: int, at: datetime) -> Row:
    return (
        point.rule,
        f"{point.full:+g}" if point.receipt else "",
        f"{tenths / 10:+.1f}",
        ago(at - point.at) if point.receipt else "",
        _receipt(point.receipt) if point.receipt else "",
    )


def _fit(one: Score, rules: Scoring) -> Iterator[Text]:
    least = ", ".join(f"{grade} from {points:g}" for grade, points in zip("ABC", rules.grades, strict=True))
    yield from _heading(f"Fit {one.fit}", f"{one.fit_points:g} points · {least}")
    yield from _table(
        ("rule", "points", "because", "event"),
        [
            (fact.rule, f"{fact.points:+g}", f"“{clip(fact.said.value, 40)}”", _receipt(fact.said.receipt))
            for fact in one.facts
        ],
        "No rule fits what is known of them."
        if rules.fit
        else "The playbook has no rules of fit: everybody fits.",
    )


def _set_aside(one: Score, playbook: Playbook) -> Iterator[Text]:
    if one.machines:
        yield from _heading(f"Set aside {one.set_aside}", "made by scanners and crawlers, worth nothing")
        yield from _table(
            ("hit", "", "when", "event", "signs"),
            [
                (
                    _kind(touch),
                    _what(touch),
                    _moment(touch.at, playbook),
                    _receipt(touch.receipt),
                    ", ".join(touch.signs),
                )
                for touch in one.machines
            ],
        )


def _theirs(scores: Sequence[Scored], playbook: Playbook) -> Iterator[Text]:
    if scores:
        newest = [*reversed(scores)][:NEWEST]
        yield from _heading(
            f"Theirs {newest[0].value:g}", "what an upstream system says, and no part of ours"
        )
        yield from _table(
            ("model", "score", "grade", "when", "event"),
            [
                (
                    clip(scored.model or scored.receipt.source, 40),
                    f"{scored.value:g}",
                    clip(scored.grade or "–", 10),
                    _moment(scored.at, playbook),
                    _receipt(scored.receipt),
                )
                for scored in newest
            ],
        )


def _heading(words: str, more: str) -> Iterator[Text]:
    yield Text()
    yield Text.assemble((words, "bold"), GAP, (more, "dim"))


def _table(names: Row, rows: Sequence[Row], nothing: str = "") -> Iterator[Text]:
    """The rows below their names, in columns; numbers to the right, the last column dim."""
    if not rows:
        yield Text(f"{GAP}{nothing}", "dim")
        return
    widths = [max(map(cell_len, column)) for column in zip(names, *rows, strict=True)]
    for place, row in enumerate((names, *rows)):
        cells = [
            _padded(cell, width, right=name in NUMBERS)
            for name, cell, width in zip(names, row, widths, strict=True)
        ]
        *facts, last = cells
        line = Text(GAP + GAP.join(facts), "" if place else "dim")
        yield line.append(f"{GAP}{last.rstrip()}", "dim")


def _padded(cell: str, width: int, *, right: bool) -> str:
    space = " " * (width - cell_len(cell))
    return space + cell if right else cell + space


def _kind(touch: Touch) -> str:
    return touch.kind.replace("_", " ").replace("email", "e-mail")


def _what(touch: Touch) -> str:
    """What was hit: the link, the mail or the page."""
    mail, page = touch.email, touch.page
    return clip((mail and (mail.link or mail.subject)) or (page and page.url) or "", 40)


def _receipt(key: EventKey) -> str:
    return clip(str(key), 80)


def _moment(at: datetime, playbook: Playbook) -> str:
    here = at.astimezone(playbook.zone)
    return f"{here.day} {here:%b %Y, %H:%M:%S %Z}"
