"""What numbers need to know of a lead: when it came how far, where it came from, and what came before.

Everything here is a function of the told lead and the playbook, so that a rebuild finds it again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from funnel.channels import EMAIL, channel, path_of, words_of
from funnel.events import Origin
from funnel.lead import Deal, Lead, ProfileField, Touch
from funnel.playbook import Playbook
from funnel.scoring import fit, group_sums, worth
from funnel.scoring_rules import Grade
from funnel.stage import EXITS, FUNNEL, Stage
from funnel.triggers import episodes

Device = Literal["desktop", "mobile", "tablet"]

PROFILE: tuple[ProfileField, ...] = ("name", "email", "company", "title", "phone", "country")
INDUSTRY = ("traits.industry",)
SIZE = ("traits.size", "traits.company_size", "traits.employees", "traits.employee_count")
SALES_KINDS = frozenset({"call_made", "meeting_booked", "meeting_held", "reply_received"})
OUR_TOUCHES = frozenset({"call_made", "email_sent"})
PERSISTENT = timedelta(days=14)
RETURN = timedelta(days=180)
EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Milestones:
    """When a lead first entered each stage, and the rest of what it is counted by.

    `answered_at` is the first time that a person of ours spoke or wrote to them after they became known: a
    call, a meeting, or an e-mail whose event says `human: true`; never one that may be automatic.
    `answer_due_at` is when the playbook's `sla` wanted such a touch, `answer_came_at` the first one since it
    was owed. `left` has when the lead left a stage, which is when it entered one that it skipped.
    `alerted_at` is the first occasion for a brief, `acted_at` when one of us first did something about it.
    `points` are the engagement of each group of rules, before caps, at `scored_at`.
    """

    entered: Mapping[Stage, datetime]
    left: Mapping[Stage, datetime]
    hand_raised_at: datetime | None
    answered_at: datetime | None
    answer_due_at: datetime | None
    answer_came_at: datetime | None
    alerted_at: datetime | None
    acted_at: datetime | None
    followups: int
    returned_at: datetime | None
    captured_fields: int
    fit: Grade | None
    band: str
    points: Mapping[str, float]
    scored_at: datetime | None
    channel: str | None
    form: str | None
    landing: str | None
    industry: str | None
    size: str | None
    device: Device | None
    reason: str | None
    touches_before_mql: int | None
    touches_before_deal: int | None
    content_before_deal: bool


def milestones(lead: Lead, playbook: Playbook) -> Milestones:
    """How far a lead came, and by what."""
    theirs = [touch for touch in lead.touches if touch.by == "they" and not touch.machine]
    ours = [touch for touch in lead.touches if by_a_person_of_ours(touch)]
    entered = {entry.stage: entry.at for entry in lead.stages}
    known, mql, won = lead.created_at, entered.get(Stage.MQL), entered.get(Stage.CUSTOMER)
    raised = _hand_raised(theirs, playbook)
    alerted = next((occasion.at for occasion in episodes(lead, playbook)), None)
    owed, due = _owed(raised, mql, playbook)
    grade = fit(lead, playbook, EVER) if playbook.score.fit else None
    sums = group_sums(lead.touches, playbook)
    scored_at = lead.touches[-1].at if lead.touches else None
    return Milestones(
        entered=entered,
        left=dict(_left(lead)),
        hand_raised_at=raised,
        answered_at=_first_since(ours, known),
        answer_due_at=due,
        answer_came_at=_first_since(ours, owed),
        alerted_at=alerted,
        acted_at=_acted(lead, ours, alerted),
        followups=_followups(lead, known),
        returned_at=_returned(lead),
        captured_fields=sum(name in lead.profile and not lead.profile[name].inferred for name in PROFILE),
        fit=grade,
        band=f"{grade or ''}{playbook.score.level(worth(sums, playbook))}",
        points={group or "": points for group, points in sums.items()},
        scored_at=scored_at,
        channel=channel_of(lead, playbook),
        form=next((touch.form for touch in theirs if touch.form), None),
        landing=_landing(lead.origin, theirs),
        industry=_trait(lead, INDUSTRY),
        size=_trait(lead, SIZE),
        device=next((device(touch.user_agent) for touch in theirs if touch.user_agent), None),
        reason=next((move.reason for move in reversed(lead.history) if move.stage in EXITS), None),
        touches_before_mql=len(_until(theirs, mql)) if mql else None,
        touches_before_deal=len(_campaigns(_until(theirs, won))) if won else None,
        content_before_deal=any(touch.asset for touch in _until(theirs, won)) if won else False,
    )


def by_a_person_of_ours(touch: Touch) -> bool:
    """Whether one of us spoke or wrote to them; an e-mail only if its event says so."""
    return touch.kind in {"call_made", "meeting_held"} or (touch.kind == "email_sent" and touch.human)


def is_marketings(touch: Touch) -> bool:
    """Whether a touch is theirs and marketing's doing: no machine's, no mail of ours, no talk with sales."""
    return touch.by == "they" and not touch.machine and touch.kind not in SALES_KINDS


def is_of_sales(touch: Touch) -> bool:
    """Whether a touch is sales' doing: a person of ours, or a talk with one."""
    return touch.kind in SALES_KINDS or by_a_person_of_ours(touch)


def is_gated(touch: Touch) -> bool | None:
    """Whether content was taken through a form; None of what is no content."""
    if touch.asset is None:
        return None
    return touch.kind == "captured" or bool(touch.asset.gated)


def channel_of(lead: Lead, playbook: Playbook) -> str | None:
    """The channel that a lead first came through."""
    return channel(words_of(lead.origin), playbook.channel_groups)


def came_through(touch: Touch, playbook: Playbook) -> str | None:
    """The channel of a touch; a click in a mail of ours came by e-mail even if nothing else says so."""
    found = channel(words_of(touch.origin, touch.page), playbook.channel_groups)
    return found or (EMAIL if touch.kind == "email_clicked" else None)


def sourced(lead: Lead) -> bool:
    """Whether marketing had the first touch; what machines did is none."""
    first = next((touch for touch in lead.touches if not touch.machine), None)
    return first is not None and is_marketings(first)


def influenced(lead: Lead, deal: Deal) -> bool:
    """Whether any touch of marketing came before the deal was opened."""
    return any(is_marketings(touch) for touch in _until(lead.touches, deal.opened_at))


def first_of_mail(touches: Iterable[Touch]) -> Iterator[Touch]:
    """The opens and clicks that are the first of their kind since a mail was sent, by people.

    A mail is known by its subject and campaign; the same one sent again may be opened again.
    """
    seen: dict[tuple[str, str], set[str]] = {}
    for touch in touches:
        mail = (touch.email and touch.email.subject) or "", (touch.origin and touch.origin.campaign) or ""
        if touch.kind == "email_sent":
            seen[mail] = set()
        elif touch.kind in {"email_opened", "email_clicked"} and not touch.machine:
            done = seen.setdefault(mail, set())
            if touch.kind not in done:
                done.add(touch.kind)
                yield touch


def device(user_agent: str | None) -> Device | None:
    """What kind of device a browser says it runs on."""
    words = (user_agent or "")[:400].casefold()
    if not words:
        return None
    if "ipad" in words or "tablet" in words or ("android" in words and "mobile" not in words):
        return "tablet"
    return "mobile" if re.search("mobi|iphone|ipod|android", words) else "desktop"


def _hand_raised(theirs: Iterable[Touch], playbook: Playbook) -> datetime | None:
    return next((one.at for one in theirs if one.form and playbook.hand_raise.matches(one.form)), None)


def _owed(
    raised: datetime | None, mql: datetime | None, playbook: Playbook
) -> tuple[datetime | None, datetime | None]:
    """Since when an answer has been owed, and when it was due; whatever is due first counts."""
    found = [
        (since + timedelta(minutes=allowed), since)
        for since, allowed in ((raised, playbook.sla.hand_raise), (mql, playbook.sla.qualified))
        if since
    ]
    if not found:
        return None, None
    due, since = min(found)
    return since, due


def _first_since(touches: Iterable[Touch], since: datetime | None) -> datetime | None:
    return next((touch.at for touch in touches if since and touch.at >= since), None)


def _acted(lead: Lead, ours: Iterable[Touch], alerted: datetime | None) -> datetime | None:
    """When one of us first claimed the lead, or spoke or wrote to them, after the first brief was due."""
    if alerted is None:
        return None
    deeds = [touch.at for touch in ours] + ([lead.owner.at] if lead.owner else [])
    return min((at for at in deeds if at >= alerted), default=None)


def _followups(lead: Lead, known: datetime | None) -> int:
    """Our calls and e-mails within 14 days of their becoming known."""
    if known is None:
        return 0
    return sum(
        touch.kind in OUR_TOUCHES and timedelta(0) <= touch.at - known <= PERSISTENT for touch in lead.touches
    )


def _returned(lead: Lead) -> datetime | None:
    """When a lead that was recycled was qualified again, if within 180 days."""
    recycled: datetime | None = None
    for move in lead.history:
        if move.stage is Stage.RECYCLED:
            recycled = move.at
        elif recycled and move.stage in FUNNEL[1:] and move.at - recycled <= RETURN:
            return move.at
    return None


def _left(lead: Lead) -> Iterator[tuple[Stage, datetime]]:
    """When the lead first left each stage; one that was skipped, in the moment it was entered."""
    for place, entry in enumerate(lead.stages):
        later = lead.stages[place + 1 :]
        if entry.stage not in EXITS and later:
            after = (one.at for one in later if one.at > entry.at and not entry.implied)
            yield entry.stage, next(after, entry.at)


def _landing(origin: Origin | None, theirs: Iterable[Touch]) -> str | None:
    if origin and origin.landing_page:
        return path_of(origin.landing_page)
    return next((path_of(touch.page.url) for touch in theirs if touch.page), None)


def _trait(lead: Lead, names: Sequence[str]) -> str | None:
    """The newest word on the first of these traits that anybody named."""
    return next((lead.said[name][-1].value for name in names if lead.said.get(name)), None)


def _until(touches: Sequence[Touch], end: datetime | None) -> list[Touch]:
    return [touch for touch in touches if end and touch.at <= end]


def _campaigns(touches: Iterable[Touch]) -> set[str]:
    return {touch.origin.campaign for touch in touches if touch.origin and touch.origin.campaign}
