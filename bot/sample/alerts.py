"""Alerts of the sample company: what their cards say, without a store."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.sample.catalog import ASSETS
from funnel.alert import Alert, Opening, Outcome, questions
from funnel.brief import Consumed, Fact, Opener
from funnel.case import Case, Judgement, followed
from funnel.causes import Cause, Part
from funnel.incident import Finding, Incident, Kind
from funnel.playbook import Playbook
from funnel.silence import Mute
from funnel.stage import Stage
from funnel.talk import pitch

SEGMENT = "campaign:seo-widget-roi-hub"
PAPER = ASSETS["roi-tips"]


def case(now: datetime, kind: Kind = "surge") -> Case:
    """Something unusual about one campaign in the two hours before `now`."""
    since = now - timedelta(minutes=4 if kind == "import" else 120)
    count = {"surge": 37, "drought": 1, "import": 412}.get(kind, 0)
    found = Finding(kind, SEGMENT, now, since, count, 12.0, 4.0, 90_000.0, 6.5)
    incident = Incident(f"{kind}:sample", kind, (found,), now, now)
    return replace(followed(Case(incident, "#marketing", found), incident, found), told_at=now)


def over(now: datetime) -> Case:
    """The surge, when it is over."""
    one = case(now)
    later = now + timedelta(hours=1)
    return followed(one, replace(one.incident, closed_at=later), replace(one.found, at=later, count=52))


def surge(rules: Playbook, now: datetime) -> Alert:
    """A surge that goes on, with everything that a card may say."""
    one = replace(
        case(now), judgement=Judgement("expected", "U0TOM", "the newsletter of Plant Engineer Weekly", now)
    )
    taken = Consumed(Fact(PAPER.title, ()), PAPER.type, PAPER.topic, now, "downloaded")
    return Alert(
        one,
        rules.zone,
        one.found,
        count=37,
        imported=3,
        known=8,
        machine=2,
        unclaimed=21,
        causes=(
            Cause("source", (Part("google", 36, 100),), 0),
            Cause("landing", (Part("/blog/roi-formula", 25, 71), Part(None, 6, 17)), 12),
            Cause("asset", (Part(PAPER.title, 33, 100),), 0),
        ),
        hours=tuple((f"{hour:02}", float(count), 5.5) for hour, count in enumerate((4, 6, 5, 18, 19), 9)),
        opening=Opening(Opener(None, (taken,), pitch(rules.talk_tracks, None, PAPER.topic, Stage.MQL))),
        muted=Mute(None, now + timedelta(hours=1), "U0TOM"),
        questions=questions(one.found, rules),
    )


def late(rules: Playbook, now: datetime) -> Alert:
    """The surge, told when it was over."""
    one = replace(over(now), told_at=now + timedelta(hours=9))
    return replace(
        surge(rules, now),
        case=one,
        found=one.found,
        count=52,
        opening=None,
        outcome=Outcome(mqls=7, hand_raisers=3, cost=1240, currency=rules.currency),
    )


def other(rules: Playbook, now: datetime, kind: Kind) -> Alert:
    """A drought, or an import."""
    one = case(now, kind)
    return replace(
        surge(rules, now), case=one, found=one.found, count=one.found.count, opening=None, muted=None
    )
