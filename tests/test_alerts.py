"""Surges as a marketer lives them: conversations with a running Tipoff, on a clock that the test moves."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts_rig import MARKETING, NOON, PAPER, RULES, SPRING, Clock, Marketing, learn, look_now, marketing
from bot_rig import PATIENCE, eventually, local_slack, settings_for
from slack_rig import buttons, menus
from store_rig import change

from bot.service import running
from bot.watching import look
from funnel.surge import WHOLE, Watch
from storage import tables

OPENS = (
    "Open with: “Hello, I saw you downloaded our white paper on 10 Tips for Improving your Widget ROI. "
    "Was that helpful? Any widget initiatives I can help with, or can I connect you with a widget expert?”"
)


async def test_a_surge_is_one_card_that_opens_grows_and_closes(database_url: str, tmp_path: Path) -> None:
    await learn(database_url)
    async with marketing(database_url, tmp_path, Clock()) as here:
        await here.after(30)
        assert here.cards == []

        await here.come(10)
        await here.after(5)
        assert here.lines[:3] == [
            "📈 Surge: campaign “spring-webinar”",
            "10 leads in {long} where {usual} were expected · by chance less than one in a billion",
            "Since {time}",
        ]
        assert here.lines[4:10] == [
            "10 more than expected. What explains them, and its leads:",
            "Source:  google 100 % (10)",
            "Page:    /roi 100 % (10)",
            "Form:    White paper 100 % (10)",
            f"Content: {PAPER} 100 % (10)",
            "",
        ]
        assert here.lines[10:12] == [
            "10 new, 0 known before · 0 machine-made · 10 nobody has claimed",
            OPENS,
        ]
        assert [action for action, _ in buttons(here.card)] == [
            "tipoff.show_leads",
            "tipoff.expected",
            "tipoff.not_useful",
        ]
        assert [name.split()[0] for name in menus(here.card)["tipoff.mute"]] == ["hour", "today", "segment"]

        await here.after(10)
        await here.come(12, every=1.2)
        await here.after(10)
        assert here.lines[1].startswith("22 leads in ")

        await here.after(120)
        assert here.lines[0] == "📈 Surge, over: campaign “spring-webinar”"
        assert here.lines[1].startswith("22 leads in ")
        assert "Outcome:   0 MQLs, 0 asked to talk" in here.lines
        assert here.history == [
            f"{what} · {{time}} · {count} leads in {{long}} where {{usual}} were expected"
            for what, count in (("Began", 10), ("Grew", 22), ("Ended", 22))
        ]


async def test_a_second_rush_soon_after_opens_the_same_card_again(database_url: str, tmp_path: Path) -> None:
    await learn(database_url)
    async with marketing(database_url, tmp_path, Clock()) as here:
        await here.come(20, every=1.2)
        await here.after(100)
        assert here.lines[0] == "📈 Surge, over: campaign “spring-webinar”"
        await here.after(60)
        assert here.lines[0] == "📈 Surge, over: campaign “spring-webinar”"

        await here.come(12, every=1.2)
        await here.after(10)
        assert here.lines[0] == "📈 Surge: campaign “spring-webinar”"
        assert here.lines[1].startswith("32 leads in ")
        assert here.lines[2] == "Since {time} · surged again {time}"

        await here.after(100)
        assert here.lines[0] == "📈 Surge, over: campaign “spring-webinar”"
        assert [line.split(" · ")[0] for line in here.history] == ["Began", "Ended", "Began again", "Ended"]


async def test_a_card_is_changed_every_ten_minutes_at_most(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        await here.come(10)
        await here.after(5)
        opened = here.card.text
        await here.come(6, every=0.8)
        await here.after(5)
        assert here.card.text == opened

        await here.after(5)

        assert here.lines[1].startswith("16 leads in ")


async def test_a_card_says_nothing_of_persons_and_calls_nobody(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        await here.come(10)
        await here.after(5)
        said = f"{here.card.text} {here.card.blocks} {here.card.metadata}"

    assert [word for word in ("Quirina", "lead1@", "<!", "@here", "@channel") if word in said] == []


async def test_findings_that_share_a_cause_are_one_card(sqlite_url: str, tmp_path: Path) -> None:
    """The campaign, its source and all leads surge; what is said is the campaign."""
    await learn(sqlite_url)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        await here.come(20, every=2)
        await here.after(40)
        case = await here.stage.tipoff.house.store.watching.case(here.card.metadata["event_payload"]["key"])

    assert case is not None
    assert len(case.incident.findings) > 1
    assert here.lines[0] == "📈 Surge: campaign “spring-webinar”"


async def test_a_drought_says_what_is_missing_and_ends_when_leads_come_again(
    sqlite_url: str, tmp_path: Path
) -> None:
    await learn(sqlite_url, every=1)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        await every_campaign_brings(here, 40)
        await here.after(240)

        assert here.lines[0] == "📉 Drought: all leads"
        assert here.lines[1].startswith("0 leads in {long} where {usual} were expected · by chance ")
        assert here.lines[4].endswith("fewer than expected. What explains them, and its leads:")
        assert here.lines[5].startswith("Campaign: ")
        assert [action for action, _ in buttons(here.card)] == ["tipoff.not_useful"]
        assert [name.split()[0] for name in menus(here.card)["tipoff.mute"]] == ["hour", "today"]

        for _ in range(6):
            await here.after(60)
            await every_campaign_brings(here, 1)
        await here.after(60)

        assert here.lines[0] == "📉 Drought, over: all leads"


async def every_campaign_brings(here: Marketing, hours: int) -> None:
    """A lead an hour, as usual, for so many hours until now."""
    for campaign, source in ((SPRING, "google"), ("search", "google"), ("brand", "bing")):
        await here.come(hours, campaign, every=60, source=source)


async def test_leads_of_an_import_are_no_news(database_url: str, tmp_path: Path) -> None:
    await learn(database_url)
    async with marketing(database_url, tmp_path, Clock()) as here:
        await here.come(60, every=0.05, tipoffquiet=True)
        await here.after(30)

        assert here.cards == []


async def test_a_burst_that_nobody_called_an_import_is_told_quietly_once(
    database_url: str, tmp_path: Path
) -> None:
    await learn(database_url)
    async with marketing(database_url, tmp_path, Clock()) as here:
        await here.come(60, every=0.05)
        await here.after(60)

        (line,) = here.lines
        assert line == (
            "📥 This looks like an import of 60 leads in 3 min (campaign “spring-webinar”, {time}): no "
            "surge, and nobody needs to do anything"
        )
        assert [action for action, _ in buttons(here.card)] == ["tipoff.not_useful"]
        assert here.history == []


async def test_the_same_surge_after_a_restart_is_one_card(database_url: str, tmp_path: Path) -> None:
    await learn(database_url)
    clock = Clock()
    async with local_slack() as (local, slack):
        playbook = tmp_path / "playbook.yaml"
        playbook.write_text(RULES)
        settings = settings_for(slack, database_url, playbook, tipoff_slack_timeout=PATIENCE)
        async with marketing(database_url, tmp_path, clock) as here:
            await here.come(10)
        async with running(settings, now=clock) as first:
            clock.now += timedelta(minutes=5)
            await look_now(first.house)
        async with running(settings, now=clock) as second:
            for _ in range(6):
                clock.now += timedelta(minutes=5)
                await look_now(second.house)
            await local.workspace.wait_for(
                lambda: [one for one in local.workspace.messages(MARKETING) if one.is_reply], PATIENCE
            )
        said = [one for one in local.workspace.messages(MARKETING) if one.metadata and not one.is_reply]

    assert len(said) == 1


async def test_two_replicas_post_one_card(postgres_url: str, tmp_path: Path) -> None:
    await learn(postgres_url)
    clock = Clock()
    async with marketing(postgres_url, tmp_path, clock) as here:
        await here.come(10)
    async with local_slack() as (local, slack):
        playbook = tmp_path / "playbook.yaml"
        settings = settings_for(slack, postgres_url, playbook, tipoff_slack_timeout=PATIENCE)
        async with running(settings, now=clock) as one, running(settings, now=clock) as other:
            for _ in range(8):
                clock.now += timedelta(minutes=5)
                async with asyncio.TaskGroup() as both:
                    both.create_task(look(one.house))
                    both.create_task(look(other.house))
            await local.workspace.wait_for(
                lambda: [one for one in local.workspace.messages(MARKETING) if one.is_reply], PATIENCE
            )
        said = [one for one in local.workspace.messages(MARKETING) if one.metadata and not one.is_reply]

    assert len(said) == 1


async def test_the_first_look_learns_from_the_leads_that_the_store_has(
    database_url: str, tmp_path: Path
) -> None:
    """Also from those that a file brought long after they became known."""
    clock = Clock()
    async with marketing(database_url, tmp_path, clock, "timezone: Europe/Berlin") as here:
        await here.come(8 * 7 * 3, every=8 * 60, tipoffquiet=True)
    async with marketing(database_url, tmp_path, clock) as here:
        store = here.stage.tipoff.house.store

        async def learned() -> bool:
            return await store.watching.states() == {"overall": "active"}

        await eventually(learned)
        await here.after(10)
        assert here.cards == []


async def test_nothing_is_watched_where_nobody_would_be_told(sqlite_url: str, tmp_path: Path) -> None:
    async with marketing(sqlite_url, tmp_path, Clock(), "timezone: Europe/Berlin") as here:
        await here.stage.settled()

        assert await here.stage.tipoff.house.store.watching.learned() == {}


async def test_a_look_that_goes_wrong_gives_its_turn_back(sqlite_url: str, tmp_path: Path) -> None:
    """What was learned is damaged: it is logged, the bot goes on, and so will the next look."""
    await learn(sqlite_url)
    damage = tables.watched.update().where(tables.watched.c.segment != WHOLE)
    await change(sqlite_url, damage.values(learned=b"no such thing"))
    clock = Clock(NOON + timedelta(minutes=5))
    async with marketing(sqlite_url, tmp_path, clock) as here:
        house = here.stage.tipoff.house

        async def given_back() -> bool:
            begun = await house.store.watching.begin(clock.now)
            return begun is not None

        await eventually(given_back)
        await here.stage.send()


async def test_what_another_version_learned_is_learned_anew(database_url: str, tmp_path: Path) -> None:
    await learn(database_url)
    of_whole = tables.watched.update().where(tables.watched.c.segment == WHOLE)
    await change(database_url, of_whole.values(learned=b'{"format": 0, "began": 1}'))
    async with marketing(database_url, tmp_path, Clock()) as here:
        store = here.stage.tipoff.house.store
        assert "Nothing is watched yet" in await here.ask("/tipoff", "alerts")
        await here.after(5)

        async def learned() -> bool:
            return Watch.knows(await store.watching.learned())

        await eventually(learned)


# Quiet hours

AT_NIGHT = datetime(2026, 6, 20, 9, tzinfo=UTC)  # a Saturday
OFFICE = 'timezone: Europe/Berlin\nalerts: {to: "#marketing"}\n'
MONDAY = datetime(2026, 6, 22, 5, tzinfo=UTC)  # 07:00 in Berlin


async def test_what_was_over_before_quiet_hours_ended_is_one_line(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url, AT_NIGHT)
    clock = Clock(AT_NIGHT)
    async with marketing(sqlite_url, tmp_path, clock, OFFICE) as here:
        await here.come(10)
        await here.after(120)
        clock.now = MONDAY - timedelta(minutes=10)
        await here.after(5)
        assert here.cards == []

        await here.after(5)

        assert here.lines[0] == (
            f"📈 While it was quiet: campaign “{SPRING}” brought 10 leads in {{long}} where {{usual}} were "
            "expected, from {time} until {time} · 0 MQLs, 0 asked to talk, 10 nobody has claimed"
        )


async def test_what_still_goes_on_when_quiet_hours_end_is_a_whole_card(
    sqlite_url: str, tmp_path: Path
) -> None:
    before = MONDAY - timedelta(minutes=30)
    await learn(sqlite_url, before)
    async with marketing(sqlite_url, tmp_path, Clock(before), OFFICE) as here:
        await here.come(10)
        await here.after(25)
        assert here.cards == []

        await here.after(5)

        assert here.lines[0] == "📈 Surge: campaign “spring-webinar”"


async def test_an_urgent_card_waits_for_nobody(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url, AT_NIGHT)
    rules = OFFICE.replace('"#marketing"', '"#marketing", urgent: true')
    async with marketing(sqlite_url, tmp_path, Clock(AT_NIGHT), rules) as here:
        await here.come(10)
        await here.after(5)

        assert here.lines[0] == "📈 Surge: campaign “spring-webinar”"
