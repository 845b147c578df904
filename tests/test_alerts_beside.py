"""Thresholds and other counts as a marketer lives them: conversations with a running Tipoff."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from alerts_rig import NEVER_QUIET, NOON, SPRING, Clock, Marketing, learn, marketing
from alerts_rig import RULES as ALERTS
from slack_rig import MAYA
from watch_rig import finding

from bot.alerting import message
from bot.asking import Asked, gather
from bot.scheduled import digest, digest_key
from funnel.answer import Answer
from funnel.case import Case, Judgement, opened
from funnel.events import LeadEngaged, Person
from funnel.incident import Incident
from funnel.playbook import parse_playbook
from storage.store import Store
from storage.watching import Seen

RULES = f"""
timezone: Europe/Berlin
alerts:
  to: "#marketing"
  {NEVER_QUIET}
  thresholds:
    - {{ name: dear-leads, when: "cpl by campaign last 30 days > 50" }}
"""
COUNTS = f"""
timezone: Europe/Berlin
alerts:
  to: "#marketing"
  {NEVER_QUIET}
  watch:
    - {{ name: unsubscriptions, count: unsubscribes }}
"""
WEEKLY = f"""{ALERTS}
digests:
  marketing: {{to: "#marketing", at: "0 9 * * mon", ask: [/tipoff alerts]}}
"""
HOUR = timedelta(hours=1)


def spent(number: int, amount: str, at: datetime) -> dict[str, Any]:
    """What a day of the campaign cost."""
    data = {
        "campaign": SPRING,
        "day": f"{at:%Y-%m-%d}",
        "amount": amount,
        "currency": "USD",
        "kind": f"ad {number}",
    }
    event = {"specversion": "1.0", "type": "tipoff.campaign.spent", "source": f"/ads/{number}"}
    return {**event, "id": f"spent-{number}", "time": at.isoformat(), "data": data}


async def an_hour_later(here: Marketing) -> list[str]:
    """What stands in the channel an hour later: the first line of each card."""
    await here.after(60)
    return [card.text.splitlines()[0] for card in here.cards]


async def test_a_number_that_crosses_its_line_is_one_card_that_follows_it_back(
    database_url: str, tmp_path: Path
) -> None:
    await learn(database_url)
    async with marketing(database_url, tmp_path, Clock(), RULES) as here:
        await here.come(1)
        await here.stage.send(spent(1, "40", NOON))
        assert await an_hour_later(here) == []

        await here.stage.send(spent(2, "50", NOON - 24 * HOUR))
        assert await an_hour_later(here) == ["📏 CPL above its line: 1 campaign"]
        assert here.card.text.splitlines()[2] == f"• {SPRING}: $90 ($90/1) where the line is $50"
        asked = here.card.text.splitlines()[-1]
        assert asked == f"{SPRING}: /kpi cpl 2026-05-18..2026-06-16 where campaign={SPRING}"
        assert await an_hour_later(here) == ["📏 CPL above its line: 1 campaign"]

        await here.come(1)
        assert await an_hour_later(here) == ["📏 CPL: back within its line"]
        await here.stage.send(spent(3, "50", NOON - 48 * HOUR))
        assert await an_hour_later(here) == [
            "📏 CPL: back within its line",
            "📏 CPL above its line: 1 campaign",
        ]
        assert here.history == [
            f"Began · {{time}} · {SPRING}: $90 where the line is $50",
            "Ended · {time} · back within the line of $50",
            f"Began · {{time}} · {SPRING}: $70 where the line is $50",
        ]


async def test_a_threshold_that_was_told_is_not_told_again_after_a_restart(
    sqlite_url: str, tmp_path: Path
) -> None:
    await learn(sqlite_url)
    clock = Clock()
    async with marketing(sqlite_url, tmp_path, clock, RULES) as here:
        await here.come(1)
        await here.stage.send(spent(1, "90", NOON))
        assert await an_hour_later(here) == ["📏 CPL above its line: 1 campaign"]
    async with marketing(sqlite_url, tmp_path, clock, RULES) as here:
        assert await an_hour_later(here) == []


async def test_a_line_about_nobody_that_is_known_ends_no_look(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    odd = '\n    - { name: gone, when: "cpl last 30 days where campaign=nowhere > 50" }\n'
    async with marketing(sqlite_url, tmp_path, Clock(), RULES.rstrip() + odd) as here:
        await here.come(1)
        await here.stage.send(spent(1, "90", NOON))

        assert await an_hour_later(here) == ["📏 CPL above its line: 1 campaign"]


async def test_a_line_that_the_playbook_has_no_more_is_over(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    clock = Clock()
    async with marketing(sqlite_url, tmp_path, clock, RULES) as here:
        await here.come(1)
        await here.stage.send(spent(1, "90", NOON))
        await here.after(60)
    async with marketing(sqlite_url, tmp_path, clock, COUNTS) as here:
        await here.after(60)
        cases = await here.stage.tipoff.house.store.watching.cases(NOON, clock.now + HOUR)

    assert [(case.incident.kind, case.over) for case in cases] == [("threshold", True)]


async def unsubscribe(database_url: str, *times: datetime, first: int = 0) -> None:
    """People leave our mails at these times."""
    playbook = parse_playbook(COUNTS, "rules")
    events = [
        LeadEngaged(
            id=f"left-{first + number}",
            source="mail",
            time=at,
            person=Person(email=f"left{first + number}@example.com"),
            kind="email_unsubscribed",
        )
        for number, at in enumerate(times)
    ]
    async with Store.open(database_url) as store:
        await store.record(events)
        while (await store.tell(playbook, NOON)).events:
            pass


async def test_another_count_is_watched_by_its_own_past(database_url: str, tmp_path: Path) -> None:
    await learn(database_url)
    usual = [NOON - timedelta(days=day, minutes=30 * part) for day in range(1, 56) for part in range(2)]
    await unsubscribe(database_url, *usual)
    async with marketing(database_url, tmp_path, Clock(), COUNTS) as here:
        await here.after(10)
        assert here.cards == []
        burst = [here.clock.now - timedelta(minutes=2 * part) for part in range(14)]
        await unsubscribe(database_url, *burst, first=1000)
        await here.after(5)

        lines = here.card.text.splitlines()
        assert lines[0] == "📈 Surge: unsubscriptions"
        assert lines[1].startswith("14 unsubscriptions in ")
        house, question = here.stage.tipoff.house, lines[-1].removeprefix("14 unsubscriptions: /kpi ")
        answer = await gather(house.store, house.playbook, Asked("kpi", question, here.clock.now))
        assert isinstance(answer, Answer)
        assert answer.total.values["unsubscribes"].value == 14

        await here.after(100)
        assert here.card.text.splitlines()[0] == "📈 Surge, over: unsubscriptions"
        assert here.history == [
            f"{what} · {{time}} · 14 unsubscriptions in {{long}} where {{usual}} were expected"
            for what in ("Began", "Ended")
        ]
        again = [here.clock.now - timedelta(minutes=2 * part) for part in range(14)]
        await unsubscribe(database_url, *again, first=2000)
        await here.after(10)
        assert here.lines[0] == "📈 Surge: unsubscriptions"
        assert here.lines[2] == "Since {time} · surged again {time}"
        states = await house.store.watching.states()
        assert states["count:unsubscriptions"] == "active"


async def test_a_count_that_the_playbook_watches_no_more_is_over_and_its_card_stays(
    sqlite_url: str, tmp_path: Path
) -> None:
    await learn(sqlite_url)
    await unsubscribe(sqlite_url, *(NOON - timedelta(days=day) for day in range(1, 56)))
    clock = Clock()
    async with marketing(sqlite_url, tmp_path, clock, COUNTS) as here:
        burst = [clock.now - timedelta(minutes=2 * part) for part in range(14)]
        await unsubscribe(sqlite_url, *burst, first=1000)
        await here.after(5)
        assert here.lines[0] == "📈 Surge: unsubscriptions"
    async with marketing(sqlite_url, tmp_path, clock, RULES) as here:
        await here.after(5)
        house = here.stage.tipoff.house
        (case,) = await house.store.watching.cases(NOON, clock.now + HOUR)
        said = await message(house, case)

    assert case.over
    assert said.plain.splitlines()[0] == "📈 Surge, over: unsubscriptions"


def ignored(day: int) -> Case:
    """A surge of a campaign on some day before, which was told."""
    at = NOON - timedelta(days=day)
    found = replace(finding(f"campaign:{SPRING}"), at=at, since=at - HOUR)
    incident = Incident(f"surge:{day}", "surge", (found,), at, at, at + HOUR)
    return replace(opened(incident, "#marketing"), told_at=at)


async def told_in_vain(database_url: str, count: int) -> None:
    """So many surges of campaigns, one a day, that somebody called not useful."""
    async with Store.open(database_url) as store:
        begun = await store.watching.begin(NOON + timedelta(seconds=1))
        assert begun is not None
        cases = [ignored(day) for day in range(1, count + 1)]
        await store.watching.finish(begun, Seen(NOON, begun.learned, {}, cases, (), ()))
        for case in cases:
            said = Judgement("not useful", MAYA, "", case.incident.opened_at)
            await store.watching.judge(case.incident.key, said)


async def test_an_alert_that_nobody_acts_on_has_no_card_and_says_so(
    database_url: str, tmp_path: Path
) -> None:
    await learn(database_url)
    await told_in_vain(database_url, 6)
    async with marketing(database_url, tmp_path, Clock(), WEEKLY) as here:
        await here.come(10)
        await here.after(10)

        assert here.cards == []
        said = await here.ask("/tipoff", "alerts")
        assert said.splitlines()[0] == "Watching 5 segments; 7 alerts in the last 7 days, 1 going on"
        assert "Demoted: surge of a campaign. Of its last 6 incidents 0 % were acted on" in said
        weekly = await digest(here.stage.tipoff.house, digest_key("marketing", here.clock.now))
        assert weekly is not None
        assert next(line for line in weekly.plain.splitlines() if line.startswith("•")).startswith(
            f"• Surge of campaign {SPRING}, 16 Jun, 14:05 CEST: 10 "
        )
        assert "Demoted: surge of a campaign." in weekly.plain


async def test_an_alert_that_was_told_in_vain_less_often_has_its_card(
    sqlite_url: str, tmp_path: Path
) -> None:
    await learn(sqlite_url)
    await told_in_vain(sqlite_url, 5)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        await here.come(10)
        await here.after(10)

        assert here.lines[0] == f"📈 Surge: campaign “{SPRING}”"
