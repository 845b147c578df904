"""A score that explains itself: every point has its rule and its event.

Two axes, never blended: engagement from what they did, fit from who they say they are. What an upstream
system reports is its own (`Lead.scores`) and has no part in this.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from math import floor, fsum, inf
from operator import attrgetter
from typing import NamedTuple

from funnel.events import EventKey
from funnel.glob import Globs, fits
from funnel.identity import is_free_mail
from funnel.lead import Crossing, Lead, Said, Scored, Touch
from funnel.machines import marked, set_aside
from funnel.playbook import Playbook
from funnel.scoring_rules import Condition, EngagementRule, Grade, Level, Scoring


@dataclass(frozen=True, slots=True)
class Point:
    """What one event earned by one rule: in `full`, and what is left of it; a cap has no event."""

    rule: str
    full: float
    decayed: float
    at: datetime
    receipt: EventKey | None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class FitPoint:
    """What one fact of the profile is worth by one rule."""

    rule: str
    points: float
    said: Said


@dataclass(frozen=True, slots=True)
class Score:
    """Both axes at a time: `points` sum to `engagement` by what is left of each, `facts` to `fit_points`.

    `machines` are the touches that were set aside, `beyond_limits` counts those that earned nothing more.
    """

    at: datetime
    engagement: float
    level: Level
    points: tuple[Point, ...]
    fit: Grade
    fit_points: float
    facts: tuple[FitPoint, ...]
    machines: tuple[Touch, ...]
    beyond_limits: int

    @property
    def set_aside(self) -> int:
        return len(self.machines)


def score(lead: Lead, playbook: Playbook, at: datetime) -> Score:
    """Both scores of a lead at a time, by what had happened then; nothing later has a part in them."""
    rules = playbook.score
    touches = _until(lead.touches, at, playbook)
    met = tuple(_met(touches, rules))
    earned = tuple(_point(one, rules, at) for one in met if one.counts)
    points = (*earned, *_cuts(earned, rules, at))
    engagement = fsum(point.decayed for point in points)
    facts = fit_facts(lead, playbook, at)
    fit_points = fsum(fact.points for fact in facts)
    return Score(
        at=at,
        engagement=engagement,
        level=rules.level(engagement),
        points=points,
        fit=rules.grade(fit_points),
        fit_points=fit_points,
        facts=facts,
        machines=tuple(touch for touch in touches if touch.machine),
        beyond_limits=sum(not one.counts for one in met),
    )


def fit(lead: Lead, playbook: Playbook, at: datetime) -> Grade:
    """How well the lead fits, by what was known of them at that time."""
    return graded(fit_facts(lead, playbook, at), playbook)


def graded(facts: Iterable[FitPoint], playbook: Playbook) -> Grade:
    """The grade that facts of the profile come to."""
    return playbook.score.grade(fsum(fact.points for fact in facts))


def crossings(touches: Iterable[Touch], playbook: Playbook) -> tuple[Crossing, ...]:
    """Each time the engagement rose to `enter` after it had been below `leave`, oldest first.

    One that follows another within the playbook's cool-down is not among them.
    """
    return tuple(risen(engagement(touches, playbook.score), playbook.score))


class Step(NamedTuple):
    """A touch that earned by a rule, and what the engagement was just `before` it and `after`."""

    touch: Touch
    rule: str
    before: float
    after: float


def engagement(touches: Iterable[Touch], rules: Scoring) -> Iterator[Step]:
    """How the engagement went, from one touch that earned to the next; `touches` come oldest first."""
    standing = _Standing(rules)
    for touch, rule, counts in _met(touches, rules):
        if counts:
            standing.decay(touch.at)
            before = standing.value
            standing.earn(rule)
            yield Step(touch, rule.rule, before, standing.value)


def risen(steps: Iterable[Step], rules: Scoring) -> Iterator[Crossing]:
    """The crossings among `steps`, by the lines and the cool-down of `rules`."""
    outside, last = True, None
    for touch, _, before, after in steps:
        outside = outside or before < rules.leave
        if outside and after >= rules.enter:
            outside = False
            if last is None or touch.at - last >= timedelta(days=rules.cooldown_days):
                last = touch.at
                yield Crossing(after, touch.at, touch.receipt, touch.quiet)
        outside = outside or after < rules.leave


def crossed(scores: Iterable[Scored], rules: Scoring) -> Iterator[Scored]:
    """What an upstream system reported, oldest first, each marked whether it rose into the band."""
    inside = False
    for one in scores:
        rose = not inside and one.value >= rules.enter
        inside = one.value >= (rules.leave if inside else rules.enter)
        yield one if one.crossed == rose else replace(one, crossed=rose)


def group_sums(touches: Iterable[Touch], playbook: Playbook) -> dict[str | None, float]:
    """What each group of rules had earned with the last touch of all, machines' too, before any cap."""
    known = tuple(touches)
    standing = _Standing(playbook.score)
    for touch, rule, counts in _met(known, playbook.score):
        if counts:
            standing.decay(touch.at)
            standing.earn(rule)
    if known:
        standing.decay(known[-1].at)
    return standing.sums


def worth(sums: Mapping[str | None, float], playbook: Playbook, age: timedelta = timedelta(0)) -> float:
    """The engagement that `group_sums` come to once they are `age` old, each group worth its cap at most."""
    kept = _kept(age, playbook.score)
    return sum([min(points * kept, _cap(playbook.score, group)) for group, points in sums.items()])


class _Standing:
    """The engagement from touch to touch: one sum for each group of rules, all decayed together."""

    def __init__(self, rules: Scoring) -> None:
        self._rules = rules
        self.sums: dict[str | None, float] = {}
        self._at: datetime | None = None

    @property
    def value(self) -> float:
        """The engagement, each group worth its cap at most."""
        return sum([min(points, _cap(self._rules, group)) for group, points in self.sums.items()])

    def decay(self, at: datetime) -> None:
        """Let time pass until then."""
        if self._at and at > self._at:
            kept = _kept(at - self._at, self._rules)
            self.sums = {group: points * kept for group, points in self.sums.items()}
        self._at = at

    def earn(self, rule: EngagementRule) -> None:
        """Add what a touch earns by that rule."""
        self.sums[rule.group] = self.sums.get(rule.group, 0) + rule.points


def _cap(rules: Scoring, group: str | None) -> float:
    return rules.caps.get(group, inf) if group else inf


def _kept(age: timedelta, rules: Scoring) -> float:
    """The share of its points that something of that age still has."""
    return float(0.5 ** (age / timedelta(days=rules.half_life_days)))


class _Met(NamedTuple):
    """A touch, the rule that it met, and whether it counts or was one too many."""

    touch: Touch
    rule: EngagementRule
    counts: bool


def _met(touches: Iterable[Touch], rules: Scoring) -> Iterator[_Met]:
    """What people did that meets a rule, each with the first that it meets."""
    limits = {rule.rule: _Limit(rule) for rule in rules.rules}
    asked = {
        kind: [(rule, rule.conditions, limits[rule.rule]) for rule in some]
        for kind, some in rules.rules_of.items()
    }
    for touch in touches:
        if touch.by == "they" and not touch.signs:
            for rule, conditions, limit in asked[touch.kind]:
                if not conditions or _meets(touch, conditions):
                    yield _Met(touch, rule, limit.allows(touch.at))
                    break


class _Limit:
    """How often a rule may count, and until when each time that it did stands in the way of another."""

    def __init__(self, rule: EngagementRule) -> None:
        self._most = rule.limit
        self._window = rule.window
        self._until: deque[datetime] = deque()

    def allows(self, at: datetime) -> bool:
        """Whether the rule may count once more at that time; if so, it has."""
        if self._most is None:
            return True
        while self._window and self._until and self._until[0] <= at:
            self._until.popleft()
        if len(self._until) >= self._most:
            return False
        self._until.append(at + self._window if self._window else at)
        return True


def _meets(touch: Touch, conditions: Iterable[tuple[Condition, Globs]]) -> bool:
    for condition, globs in conditions:
        for text in _SHOWN[condition](touch):
            if fits(text, globs):
                break
        else:
            return False
    return True


_SHOWN: Mapping[Condition, Callable[[Touch], tuple[str | None, ...]]] = {
    "forms": lambda touch: (touch.form,),
    "assets": lambda touch: (touch.asset.title,) if touch.asset else (),
    "types": lambda touch: (touch.asset.type,) if touch.asset else (),
    "topics": lambda touch: (touch.asset.topic,) if touch.asset else (),
    "pages": lambda touch: (touch.page.url, touch.page.title) if touch.page else (),
    "links": lambda touch: (touch.email.link,) if touch.email else (),
    "labels": lambda touch: (touch.label,),
}


def _until(touches: Sequence[Touch], at: datetime, playbook: Playbook) -> Sequence[Touch]:
    """The touches up to a time, as they looked then: what is a machine's may show only later."""
    known = bisect_right(touches, at, key=attrgetter("at"))
    return touches if known == len(touches) else marked(touches[:known], playbook.machines)


def _point(met: _Met, rules: Scoring, at: datetime) -> Point:
    touch, rule = met.touch, met.rule
    left = rule.points * _kept(at - touch.at, rules)
    return Point(rule.rule, rule.points, left, touch.at, touch.receipt, rule.group)


def _cuts(points: Sequence[Point], rules: Scoring, at: datetime) -> Iterator[Point]:
    """What the caps take away, each as a point of its own, so that the parts sum to the whole."""
    for group, cap in rules.caps.items():
        above = fsum(point.decayed for point in points if point.group == group) - cap
        if above > 0:
            yield Point(f"{group} capped at {cap:g}", -above, -above, at, None, group)


def fit_facts(lead: Lead, playbook: Playbook, at: datetime) -> tuple[FitPoint, ...]:
    """What was known of them at that time that some rule of fit asks for."""
    found = ((rule, _known(lead, rule.field, at, playbook)) for rule in playbook.score.fit)
    return tuple(
        FitPoint(rule.rule, rule.points, said) for rule, said in found if said and fits(said.value, rule.like)
    )


def _known(lead: Lead, name: str, at: datetime, playbook: Playbook) -> Said | None:
    """The newest word on a field or a trait at that time."""
    if name == "mailbox":
        email = _known(lead, "email", at, playbook)
        free = email and is_free_mail(email.value, playbook.identity)
        return email and replace(email, value="free" if free else "company")
    return next((said for said in reversed(lead.said.get(name, ())) if said.at <= at), None)


def explained(score: Score) -> str:
    """One line that adds up: `score 34 = pricing page x2 +20, white paper +15 (3 d ago, decayed to 14)`."""
    groups = [(name, [*points]) for name, points in groupby(sorted(score.points, key=_name), key=_name)]
    worth = whole([fsum(point.decayed for point in points) for _, points in groups])
    parts = sorted(zip(worth, groups, strict=True), key=lambda part: -part[0])
    line = f"score {sum(worth)}"
    if parts:
        line += " = " + ", ".join(_part(left, name, points, score.at) for left, (name, points) in parts)
    return "; ".join(filter(None, (line, set_aside([touch.kind for touch in score.machines]))))


def _name(point: Point) -> str:
    return point.rule


def _part(left: int, name: str, points: Sequence[Point], at: datetime) -> str:
    if points[0].receipt is None:
        return f"{name} {left:+}"
    full = fsum(point.full for point in points)
    times = f" x{len(points)}" if len(points) > 1 else ""
    decayed = f" ({ago(at - points[-1].at)}, decayed to {left})" if left != full else ""
    return f"{name}{times} {full:+g}{decayed}"


def ago(age: timedelta) -> str:
    """How long ago something was: `20 min ago`, `5 h ago`, `3 d ago`."""
    minutes = int(age / timedelta(minutes=1))
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes} min ago"
    hours = minutes // 60
    return f"{hours} h ago" if hours < 24 else f"{hours // 24} d ago"  # noqa: PLR2004 - hours of a day


def whole(parts: Sequence[float]) -> list[int]:
    """The parts as whole numbers that sum to their sum, rounded: each within one of what it was."""
    floors = [floor(part) for part in parts]
    missing = round(fsum(parts)) - sum(floors)
    nearest_above = sorted(range(len(parts)), key=lambda place: floors[place] - parts[place])
    for place in nearest_above[:missing]:
        floors[place] += 1
    return floors
