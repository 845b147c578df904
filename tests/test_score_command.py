"""`tipoff score` explains a lead's score in the terminal: both axes, every point, what was set aside."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_rig import Desk
from store_rig import take

from funnel.events import (
    Asset,
    LeadCaptured,
    LeadEngaged,
    LeadEvent,
    LeadScored,
    Mail,
    Page,
    Person,
)
from storage.store import Store

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA = Person(email="ana@initech.example", name="Ana Sousa", title="Head of Operations")
NEWS = Mail(subject="News", link="https://widgets.example")
RULES = """\
timezone: Europe/Berlin
score:
  fit:
    - { rule: decides, field: title, like: ["head of*"], points: 30 }
"""


def did(place: int, hours: float, kind: str, **more: Any) -> LeadEngaged:
    fields = {"id": f"{place}", "source": "site", "time": NOON + timedelta(hours=hours), "person": ANA}
    return LeadEngaged.model_validate({**fields, "kind": kind, **more})


HISTORY: list[LeadEvent] = [
    LeadCaptured(
        id="1",
        source="site",
        time=NOON - timedelta(days=3),
        person=ANA,
        form="White paper gate",
        asset=Asset(title="10 Tips", type="white paper"),
    ),
    did(2, -26, "page_viewed", page=Page(url="https://widgets.example/pricing")),
    did(3, -25, "page_viewed", page=Page(url="https://widgets.example/pricing")),
    did(4, -24, "page_viewed", page=Page(url="https://widgets.example/pricing")),
    did(5, -2, "email_sent", email=NEWS),
    did(6, -2 + 1 / 3600, "email_clicked", email=NEWS),
    LeadScored(id="7", source="hub", time=NOON, person=ANA, score=74, grade="A", model="Marketing Hub"),
]
SHEET = """\
Ana Sousa · ana@initech.example
as of 20 Nov 2026, 13:00:00 CET

Engagement 33.5  level 3 of 4 · enters at 60, leaves below 50 · halves every 30 days
  rule          points    now  when     event
  white paper      +15  +14.0  3 d ago  site/1
  pricing page     +10   +9.7  1 d ago  site/2
  pricing page     +10   +9.8  1 d ago  site/3
  and 1 more, beyond the limits of their rules

Fit B  30 points · A from 40, B from 20, C from 0
  rule     points  because               event
  decides     +30  “Head of Operations”  site/1

Set aside 1  made by scanners and crawlers, worth nothing
  hit                                      when                       event   signs
  e-mail clicked  https://widgets.example  20 Nov 2026, 11:00:01 CET  site/6  right after sending, \
no visit followed

Theirs 74  what an upstream system says, and no part of ours
  model          score  grade  when                       event
  Marketing Hub     74  A      20 Nov 2026, 13:00:00 CET  hub/7

score 34 = pricing page x2 +20, white paper +15 (3 d ago, decayed to 14); 1 scanner click set aside
"""


def known(folder: Path, events: Sequence[LeadEvent]) -> Desk:
    """A desk whose store knows these events."""
    desk = Desk(folder)
    desk.write("playbook.yaml", RULES)

    async def begin() -> None:
        async with Store.open(f"sqlite:///{desk.database}", migrate=True) as store:
            await take(store, events)

    asyncio.run(begin())
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return known(tmp_path, HISTORY)


def test_every_point_stands_there_with_its_rule_and_its_event(desk: Desk) -> None:
    said = desk.tipoff("score", "ana@initech.example", "--at", "2026-11-20T12:00:00Z")

    assert said == (0, SHEET, "")


def test_a_time_before_shows_what_was_known_then(desk: Desk) -> None:
    said = desk.tipoff("score", "ana", "--at", "2026-11-17T13:00:01+01:00")

    assert said.code == 0
    assert "Engagement 15.0  level 4 of 4" in said.out
    assert "Fit B  30 points" in said.out
    assert "Set aside" not in said.out
    assert "Theirs" not in said.out
    assert said.out.splitlines()[-1] == "score 15 = white paper +15"


def test_before_they_were_known_there_is_nothing(desk: Desk) -> None:
    said = desk.tipoff("score", "ana", "--at", "2026-01-01T00:00:00Z").out

    assert "  Nothing that they did earns points.\n" in said
    assert "  No rule fits what is known of them.\n" in said
    assert said.endswith("\nscore 0\n")


def test_without_a_time_it_is_the_score_of_now(desk: Desk) -> None:
    before = datetime.now(UTC)
    said = desk.tipoff("score", "Ana").out
    after = datetime.now(UTC)

    assert said in {desk.tipoff("score", "Ana", "--at", one.isoformat()).out for one in (before, after)}
    assert said != desk.tipoff("score", "Ana", "--at", "2026-11-20T12:00:00Z").out


def test_who_did_nothing_that_counts_has_a_sheet_too(tmp_path: Path) -> None:
    desk = known(tmp_path, [did(1, 0, "call_made")])
    desk.write("playbook.yaml", "")

    said = desk.tipoff("score", "ana", "--at", "2026-11-21T00:00:00Z").out

    assert "  Nothing that they did earns points.\n" in said
    assert "  The playbook has no rules of fit: everybody fits.\n" in said
    assert said.endswith("\nscore 0\n")


def test_nobody_is_a_failure(desk: Desk) -> None:
    assert desk.tipoff("score", "zoe@example.com") == (
        1,
        "",
        "Nobody is called “zoe@example.com”. Try an e-mail address or a part of a name.\n",
    )


def test_several_are_a_choice(tmp_path: Path) -> None:
    ben = Person(email="ben@initech.example", name="Ben")
    desk = known(tmp_path, [*HISTORY, HISTORY[0].model_copy(update={"id": "8", "person": ben})])

    assert desk.tipoff("score", "initech").out.startswith("2 leads match “initech”.")


@pytest.mark.parametrize(
    ("time", "sentence"),
    [
        ("yesterday", "--at “yesterday” is not a time such as 2026-11-21T09:30:00Z."),
        (
            "2026-11-20",
            "--at “2026-11-20” needs an offset, as in 2026-11-21T09:30:00Z or 2026-11-21T09:30:00+01:00.",
        ),
        (
            "0001-01-01T00:00:00+05:00",
            "--at “0001-01-01T00:00:00+05:00” is not between the years 1970 and 2199.",
        ),
    ],
)
def test_a_bad_time_is_a_sentence(desk: Desk, time: str, sentence: str) -> None:
    assert desk.tipoff("score", "ana", "--at", time) == (2, "", f"{sentence}\n")


def test_what_comes_from_outside_cannot_break_the_sheet(tmp_path: Path) -> None:
    ana = Person(email="ana@initech.example", name="[red]Ana\x1b[31m\nSousa" + "x" * 10_000)
    link = Mail(subject="News", link="https://x.example/\x1b]0;" + "y" * 10_000)
    desk = known(
        tmp_path,
        [
            did(1, 0, "email_sent", email=link, person=ana),
            did(2, 0, "email_clicked", email=link, person=ana, id="e" * 300),
        ],
    )

    said = desk.tipoff("score", "ana@initech.example")

    assert said.code == 0
    assert said.out.startswith("[red]Ana [31m Sousa")
    assert "\x1b" not in said.out
    assert max(map(len, said.out.splitlines())) < 300
