"""What the score said of one lead before anybody knew how it would end.

Nothing is judged with hindsight: a rule that earned its points only after the lead was an SQL foretold
nothing.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import add, attrgetter, sub
from typing import NamedTuple

from funnel.glob import fits
from funnel.lead import Crossing, Lead
from funnel.metrics import Ratio
from funnel.playbook import Playbook
from funnel.scoring import Step, crossed, engagement, fit, fit_facts, risen
from funnel.scoring_rules import Grade, Level, Scoring
from funnel.stage import EXITS, Stage
from funnel.standing import stage_at
from funnel.triggers import episodes, occasions

SETTLED = timedelta(days=30)
"""The first days of a lead, by which leads of any age can be compared."""


class Outcomes(NamedTuple):
    """How many leads, and how many of them have become SQLs and customers."""

    leads: int = 0
    sqls: int = 0
    wins: int = 0

    @property
    def sql_rate(self) -> Ratio:
        return Ratio(self.sqls, self.leads)

    @property
    def win_rate(self) -> Ratio:
        return Ratio(self.wins, self.leads)

    def plus(self, other: "Outcomes") -> "Outcomes":
        return Outcomes(*map(add, self, other))

    def without(self, other: "Outcomes") -> "Outcomes":
        return Outcomes(*map(sub, self, other))


class Alerted(NamedTuple):
    """How many messages come of a score, and how many later SQLs and wins nothing else tells of."""

    alerts: int = 0
    sqls: int = 0
    wins: int = 0

    def plus(self, other: "Alerted") -> "Alerted":
        return Alerted(*map(add, self, other))


@dataclass(frozen=True, slots=True)
class Settled:
    """The first 30 days of a lead: which rules had `fired` before it was an SQL, and if it became one."""

    fired: frozenset[str]
    outcome: Outcomes


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the score said of one lead, and what became of them.

    `fired` are the rules of both axes that had earned or cost them points before they were an SQL, `ever`
    those that did at any time. The band is their highest engagement and their fit before they were an SQL.
    `open` are who may still become one. `alerted` is what each line to enter the band would have alerted to,
    had their history been live.
    """

    created_at: datetime
    sql_at: datetime | None
    open: bool
    outcome: Outcomes
    fired: frozenset[str]
    ever: frozenset[str]
    band: tuple[Grade, Level]
    settled: Settled | None
    alerted: Mapping[float, Alerted]


def foresight(
    lead: Lead, playbook: Playbook, as_of: datetime, lines: Mapping[float, Scoring]
) -> Foresight | None:
    """What was foretold of a lead by `as_of`; None of who was not known then.

    `lines` are the rules of scoring with other lines to enter the band, by that line.
    """
    created = lead.created_at
    if created is None or created > as_of:
        return None
    reached = {entry.stage: entry.at for entry in lead.stages if entry.at <= as_of}
    sql_at = reached.get(Stage.SQL)
    known = sql_at - timedelta.resolution if sql_at else as_of
    outcome = Outcomes(1, int(Stage.SQL in reached), int(Stage.CUSTOMER in reached))
    past = _Past(lead, as_of, playbook)
    fired = past.fired(known)
    return Foresight(
        created_at=created,
        sql_at=sql_at,
        open=sql_at is None and stage_at(lead.history, as_of) not in EXITS,
        outcome=outcome,
        fired=fired,
        ever=fired | past.fired(as_of),
        band=past.band(known),
        settled=_settled(past, created, sql_at, as_of),
        alerted={line: _alerted(past.by(rules), known, outcome, playbook) for line, rules in lines.items()},
    )


def _settled(past: "_Past", created: datetime, sql_at: datetime | None, as_of: datetime) -> Settled | None:
    end = created + SETTLED
    if end > as_of:
        return None
    if sql_at is None or sql_at > end:
        return Settled(past.fired(end), Outcomes(1))
    return Settled(past.fired(sql_at - timedelta.resolution), Outcomes(1, 1))


def _alerted(lead: Lead, known: datetime, outcome: Outcomes, playbook: Playbook) -> Alerted:
    """The messages that a score alone is the reason for; who had asked to talk is heard of in any case."""
    alerts = [one.at for one in episodes(lead, playbook) if one.kind == "score"]
    otherwise = any(one.kind != "score" and one.at <= known for one in occasions(lead, playbook))
    told = not otherwise and any(at <= known for at in alerts)
    return Alerted(len(alerts), outcome.sqls, outcome.wins) if told else Alerted(len(alerts))


class _Past:
    """What a lead did and was known to be until a time, as if all of it had been live."""

    def __init__(self, lead: Lead, as_of: datetime, playbook: Playbook) -> None:
        touches = lead.touches[: bisect_right(lead.touches, as_of, key=attrgetter("at"))]
        self._lead = replace(
            lead,
            touches=tuple(touch._replace(quiet=False) for touch in touches),
            scores=tuple(replace(score, quiet=False) for score in lead.scores if score.at <= as_of),
        )
        self._playbook = playbook
        self._steps = tuple(engagement(self._lead.touches, playbook.score))
        self._waits_from = min(_waiting(lead, playbook), default=None)

    def fired(self, until: datetime) -> frozenset[str]:
        """The rules of either axis that had earned or cost points by then."""
        facts = fit_facts(self._lead, self._playbook, until)
        return frozenset({step.rule for step in self._until(until)} | {fact.rule for fact in facts})

    def band(self, until: datetime) -> tuple[Grade, Level]:
        """The fit then, and the level of the highest engagement until then."""
        highest = max((step.after for step in self._until(until)), default=0)
        return fit(self._lead, self._playbook, until), self._playbook.score.level(max(highest, 0))

    def by(self, rules: Scoring) -> Lead:
        """The lead with the crossings that it would have by those rules."""
        crossings = (replace(one, qualifies=self._qualifies(one)) for one in risen(self._steps, rules))
        return replace(
            self._lead, crossings=tuple(crossings), scores=tuple(crossed(self._lead.scores, rules))
        )

    def _until(self, time: datetime) -> Iterator[Step]:
        return (step for step in self._steps if step.touch.at <= time)

    def _qualifies(self, crossing: Crossing) -> bool:
        waits = self._waits_from is not None and self._waits_from <= crossing.at
        fits_well = self._playbook.score.qualifies(fit(self._lead, self._playbook, crossing.at))
        return fits_well and not waits


def _waiting(lead: Lead, playbook: Playbook) -> Iterator[datetime]:
    """When something was said of them for which the playbook says `not_yet`."""
    for rule in playbook.qualification.not_yet:
        patterns = {
            "email": rule.email,
            "title": rule.title,
            "company": rule.company,
            "country": rule.country,
        }
        for name, globs in patterns.items():
            yield from (said.at for said in lead.said.get(name, ()) if fits(said.value, globs))
        for touch in lead.touches:
            if touch.kind == "captured" and (
                fits(touch.form, rule.form) or fits(touch.comment, rule.comment)
            ):
                yield touch.at
