"""What a briefed lead does becomes replies: bursts of it, in which each thing is said once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.activity import Burst, activity
from funnel.brief import build
from funnel.events import (
    Asset,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadForgotten,
    LeadStaged,
    Mail,
    Page,
    Person,
)
from funnel.journey import tell
from funnel.playbook import Playbook
from funnel.threads import Threads
from funnel.triggers import episodes

ANA = Person(email="ana@example.com")
POSTED = datetime(2026, 11, 20, 9, tzinfo=UTC)
PLAYBOOK = Playbook(timezone="Europe/Berlin")
LATER = 400 * 24 * 60  # minutes; longer than any playbook takes for one episode
PRICING = Page(url="https://widgets.example.com/pricing", title="Pricing")
CASES = Page(url="https://widgets.example.com/cases", title="Cases")
MAIL = Mail(subject="Is your widget paying its way?")


def at(minutes: float, **more: Any) -> dict[str, Any]:
    """The envelope of an event so many minutes after the brief was posted."""
    time = POSTED + timedelta(minutes=minutes)
    return {"id": f"e{minutes}", "source": "test", "time": time, "person": ANA} | more


def did(minutes: float, kind: str = "page_viewed", **more: Any) -> LeadEngaged:
    return LeadEngaged.model_validate(at(minutes, kind=kind) | more)


def asked(minutes: float = -1, **more: Any) -> LeadCaptured:
    return LeadCaptured(**at(minutes), form="Contact sales", **more)


def since(*events: LeadEvent, playbook: Playbook = PLAYBOOK, episode: int = 1) -> tuple[Burst, ...]:
    """The bursts after the brief, of a lead who asked for a call a minute before."""
    return activity(tell([asked(), *events], playbook), POSTED, playbook, episode=episode)


def said(bursts: tuple[Burst, ...]) -> list[list[tuple[str, str | None, int]]]:
    return [[(line.kind, line.title, line.times) for line in burst.lines] for burst in bursts]


def receipts(bursts: tuple[Burst, ...]) -> list[str]:
    return [receipt.id for burst in bursts for line in burst.lines for receipt in line.receipts]


def test_nothing_since_is_no_burst() -> None:
    assert since(did(-30)) == ()


def test_five_views_of_a_page_are_one_line() -> None:
    assert said(since(*(did(minute, page=PRICING) for minute in range(1, 6)))) == [
        [("page_viewed", "Pricing", 5)]
    ]


def test_different_things_are_lines_in_the_order_in_which_they_began() -> None:
    bursts = since(did(1, page=PRICING), did(2, page=CASES), did(3, page=PRICING), did(4, "asset_downloaded"))

    assert said(bursts) == [
        [("page_viewed", "Pricing", 2), ("page_viewed", "Cases", 1), ("asset_downloaded", None, 1)]
    ]
    assert bursts[0].actions == 4


def test_a_line_has_its_last_time_in_the_playbooks_zone_and_every_receipt() -> None:
    [burst] = since(did(1, page=PRICING), did(7, page=PRICING))

    [line] = burst.lines
    assert line.at.isoformat() == "2026-11-20T10:07:00+01:00"
    assert [receipt.id for receipt in line.receipts] == ["e1", "e7"]


@pytest.mark.parametrize(("pause", "bursts"), [(30, 1), (31, 2)])
def test_a_longer_pause_than_the_playbooks_begins_a_new_burst(pause: int, bursts: int) -> None:
    assert len(since(did(1), did(1 + pause))) == bursts


def test_the_pause_is_counted_from_the_last_thing_they_did() -> None:
    assert len(since(did(1), did(25), did(50), did(75))) == 1


def test_the_playbook_says_how_long_a_pause_is() -> None:
    short = Playbook(threads=Threads(gap_minutes=5))

    assert len(since(did(1), did(7), playbook=short)) == 2


def test_a_burst_quotes_the_newest_thing_they_wrote() -> None:
    first, second = asked(1, comment="Hello?"), asked(2, comment="Call me on Monday.")

    assert [burst.comment for burst in since(first, second, did(3))] == ["Call me on Monday."]
    assert [burst.comment for burst in since(asked(1, comment=" "))] == [None]


def test_content_taken_through_a_form_says_both() -> None:
    [burst] = since(LeadCaptured(**at(1), form="Gate", asset=Asset(title="White paper")))

    assert [(line.title, line.detail) for line in burst.lines] == [("White paper", "Gate")]


def test_a_confirmed_click_is_told_from_an_open() -> None:
    [burst] = since(did(1, "email_opened", email=MAIL), did(2, "email_clicked", email=MAIL), did(3))

    assert [line.trust for line in burst.lines] == ["low", "confirmed", "certain"]


@pytest.mark.parametrize(
    "event",
    [
        did(1, quiet=True),
        did(1, "email_sent", email=MAIL),
        did(1, "call_made", label="connected"),
        LeadStaged(**at(1), stage="sal", owner="U0MAYA"),
        LeadForgotten(**at(1)),
    ],
    ids=["history", "our send", "our call", "our claim", "a wish to be forgotten"],
)
def test_silence_for(event: LeadEvent) -> None:
    assert since(event) == ()


def test_silence_for_a_machine() -> None:
    scan = did(1, user_agent="Googlebot/2.1", method="HEAD")

    assert since(scan) == ()
    assert since(scan, did(2)) != ()


def test_the_brief_itself_is_no_activity_though_the_senders_clock_is_ahead() -> None:
    lead = tell([asked(1), did(2)], PLAYBOOK)

    assert said(activity(lead, POSTED, PLAYBOOK)) == [[("page_viewed", None, 1)]]


def test_what_follows_a_new_episode_is_that_ones() -> None:
    lead = tell([asked(), did(5), asked(LATER), did(LATER + 5)], PLAYBOOK)
    [_, second] = episodes(lead, PLAYBOOK)

    assert receipts(activity(lead, POSTED, PLAYBOOK)) == ["e5"]
    assert receipts(activity(lead, second.at, PLAYBOOK, episode=2)) == [f"e{LATER + 5}"]


def test_each_episode_has_a_brief_of_its_own_occasion() -> None:
    lead = tell([asked(), asked(LATER)], PLAYBOOK)
    briefs = [build(42, lead, PLAYBOOK, episode) for episode in (1, 2, 3)]

    assert [one.occasion.receipt.id for one in briefs if one] == ["e-1", f"e{LATER}", f"e{LATER}"]


@given(st.lists(st.integers(min_value=1, max_value=600), unique=True), st.integers(min_value=1, max_value=90))
def test_everything_they_did_is_told_once(minutes: list[int], gap: int) -> None:
    playbook = Playbook(threads=Threads(gap_minutes=gap))
    pages = [PRICING, CASES, None]
    bursts = since(*(did(minute, page=pages[minute % 3]) for minute in minutes), playbook=playbook)

    assert sorted(receipts(bursts)) == sorted(f"e{minute}" for minute in minutes)
    assert sum(burst.actions for burst in bursts) == len(minutes)
    assert len(bursts) == sum(
        later - one > gap for one, later in zip([-600, *sorted(minutes)], sorted(minutes), strict=False)
    )
