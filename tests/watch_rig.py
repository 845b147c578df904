"""What tests of alerts share: findings, incidents and what people say of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from funnel.again import Lately, begun_again
from funnel.alert import Alert, Opening, questions
from funnel.brief import Consumed, Fact, Opener
from funnel.case import Case, Judgement, followed, opened
from funnel.causes import Cause, Part
from funnel.incident import Finding, Incident, Kind, Verdict
from funnel.playbook import Playbook
from funnel.stage import Stage
from funnel.talk import pitch

ONE_O_CLOCK = datetime(2026, 6, 16, 13, tzinfo=UTC)  # a Tuesday
CAMPAIGN = "campaign:spring-webinar"


def later(minutes: float) -> datetime:
    """So many minutes after one o'clock."""
    return ONE_O_CLOCK + timedelta(minutes=minutes)


def finding(segment: str = CAMPAIGN, at: float = 120, kind: Kind = "surge", **fields: Any) -> Finding:
    """37 leads in two hours, where 12 were expected."""
    found = Finding(kind, segment, later(at), later(at - 120), 37, 12.0, 4.0, 90_000.0, 6.5)
    return replace(found, **fields)


def incident(*findings: Finding, at: float = 120, **fields: Any) -> Incident:
    """One that was found so many minutes after one o'clock."""
    found = findings or (finding(at=at),)
    key = f"{found[0].kind}:{later(at):%Y-%m-%dT%H%MZ}:{found[0].segment}"
    return replace(Incident(key, found[0].kind, found, later(at), later(at)), **fields)


def case(*findings: Finding, channel: str = "#leads", **fields: Any) -> Case:
    return opened(incident(*findings, **fields), channel)


def keys(cases: Sequence[Case]) -> list[str]:
    return [one.incident.key for one in cases]


ZONE = ZoneInfo("Europe/Berlin")
GUIDE = Consumed(
    Fact("10 Tips for Improving your Widget ROI", ()), "white paper", "widget", later(60), "downloaded"
)
OPENING = Opening(Opener(None, (GUIDE,), pitch(Playbook().talk_tracks, None, "widget", Stage.MQL)))


def over(one: Case, *, told: float = 0) -> Case:
    """The same surge after its three hours; somebody was told so many minutes after one o'clock."""
    whole = replace(one.found, at=later(180), since=later(0), count=52, expected=14.0)
    ended = replace(one.incident, closed_at=later(240), seen_at=later(240))
    return replace(followed(one, ended, whole), told_at=later(told))


def again(one: Case) -> Case:
    """A surge that is over, when a second rush has begun."""
    (resumed,) = begun_again([one], [finding(at=300, new=False)], lambda _found: Lately(12, 0.5, 0.8))
    return resumed


def judged(one: Case, verdict: Verdict, why: str = "", who: str = "U0MAYA") -> Case:
    return replace(one, judgement=Judgement(verdict, who, why, later(130)))


def alert(one: Case, **fields: Any) -> Alert:
    """The card of a case: what the store would have counted."""
    told = Alert(
        one,
        ZONE,
        one.found,
        count=37,
        known=8,
        machine=2,
        unclaimed=21,
        causes=(
            Cause("source", (Part("google", 36, 100),), 0),
            Cause("landing", (Part("/roi", 25, 71), Part("/pricing", 6, 17)), 12),
            Cause("form", (Part("White paper", 33, 90), Part(None, 4, 10)), 0),
            Cause("asset", (Part("10 Tips for Improving your Widget ROI", 33, 100),), 0),
        ),
        hours=tuple((f"{hour:02}", float(hour % 5), 2.5) for hour in range(21 - 18, 21)),
        opening=OPENING,
        questions=questions(one.found, Playbook(timezone="Europe/Berlin")),
    )
    return replace(told, **fields)
