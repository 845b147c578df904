"""What people say of an alert: pressed on its card, shown on it, and remembered."""

import csv
import io
import json
import re
from datetime import timedelta
from html import unescape
from itertools import product
from pathlib import Path

from alerts_rig import MARKETING, NOON, RULES, SPRING, Clock, Marketing, learn, marketing
from slack_rig import ANNA, MAYA, buttons, menus
from store_rig import change
from test_workspace_page import send
from watch_rig import case, finding, over
from workspace_rig import page_of

from bot import asking
from bot.asking import Asked
from bot.incidents import alert
from funnel.alert import Outcome
from funnel.answer import Answer
from storage import tables
from workspace.payloads import message_action

TOM = "U0TOM"
HOSTILE = "<!channel> *free* `/forget`\n\n# \u202egnihctaC \u2066" + "x" * 10_000
ROLES = RULES + "people: {default: rep, members: {U0TOM: marketer}, count: [marketer], reveal: [rep]}\n"


async def a_surge(here: Marketing) -> None:
    """Ten leads of one campaign in half an hour, and its card."""
    await here.come(10)
    await here.after(5)


# Every number can be asked again


async def test_every_number_on_a_card_is_what_its_question_answers(database_url: str, tmp_path: Path) -> None:
    await learn(database_url)
    async with marketing(database_url, tmp_path, Clock()) as here:
        await a_surge(here)
        house = here.stage.tipoff.house
        metadata = here.card.metadata
        assert metadata is not None
        case = await house.store.watching.case(metadata["event_payload"]["key"])
        assert case is not None
        told = await alert(house, case)
        names = {str(question): name for name, question in told.questions.items()}
        answers = {}
        for words in re.findall(r"^.*: /kpi (.*)$", unescape(here.card.text), re.MULTILINE):
            asked = Asked("kpi", words, here.clock.now)
            reply = await asking.gather(house.store, house.playbook, asked)
            assert isinstance(reply, Answer)
            answers[names[str(asked.understood(house.playbook))]] = reply

    def total(name: str) -> float | None:
        return answers[name].total.values[answers[name].metrics[0].name].value

    assert {name: total(name) for name in ("leads", "known", "machine", "unclaimed")} == {
        "leads": told.count,
        "known": told.known,
        "machine": told.machine,
        "unclaimed": told.unclaimed,
    }
    assert told.causes
    for cause in told.causes:
        metric = answers[cause.dimension].metrics[0].name
        groups = {line.by: line.values[metric].value for line in answers[cause.dimension].lines}
        assert {part.name: part.count for part in cause.parts} == groups
        assert sum(part.percent for part in cause.parts) + cause.others == 100
    hours = {line.by: line.values["leads"].value for line in answers["hours"].lines}
    assert {name: count for name, count, _ in told.hours if count} == {
        hour: count for hour, count in hours.items() if count
    }


async def test_what_became_of_a_surge_is_counted_and_what_it_cost(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        spent = {"campaign": SPRING, "day": "2026-06-16", "amount": "120"}
        envelope = {"specversion": "1.0", "type": "tipoff.campaign.spent", "source": "/ads", "id": "s"}
        await here.stage.send({**envelope, "time": NOON.isoformat(), "data": spent})
        await a_surge(here)
        await here.after(120)

        assert "Outcome:   0 MQLs, 0 asked to talk · $12 a lead" in here.lines


# Show leads


async def test_the_leads_are_a_file_for_whoever_asks_and_that_is_written_down(
    database_url: str, tmp_path: Path
) -> None:
    await learn(database_url)
    async with marketing(database_url, tmp_path, Clock()) as here:
        await a_surge(here)
        await here.press(ANNA, "tipoff.show_leads")
        said = await here.hears(ANNA, "behind this number")
        (file,) = [one for one in here.stage.workspace.slack.uploads.values() if one]
        (deed,) = await here.stage.tipoff.house.store.audit.latest(5)
        metadata = here.card.metadata
        assert metadata is not None
        case = await here.stage.tipoff.house.store.watching.case(metadata["event_payload"]["key"])

    assert said.startswith("The 10 leads behind this number are in `leads-surge-")
    assert len(list(csv.DictReader(io.StringIO(file.decode())))) == 10
    assert (deed.actor, deed.channel) == (ANNA, MARKETING)
    assert deed.action.startswith("leads of an alert, /kpi leads ")
    assert deed.action.endswith(": 10 leads")
    assert case is not None
    assert case.judgement is not None
    assert (case.judgement.verdict, case.judgement.who) == ("useful", ANNA)


async def test_roles_say_who_may_see_the_leads_and_who_may_judge(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    async with marketing(sqlite_url, tmp_path, Clock(), ROLES) as here:
        await a_surge(here)
        await here.press(TOM, "tipoff.show_leads")
        assert await here.hears(TOM, "Only reps may see what is hidden here; your role is marketer.")
        await here.press(ANNA, "tipoff.not_useful")
        assert await here.hears(ANNA, "Only marketers may ask for numbers; your role is rep.")
        await here.choose(ANNA, "tipoff.mute", "hour")
        await here.press(ANNA, "tipoff.expected")
        audit = here.stage.tipoff.house.store.audit
        refused = [(one.actor, one.action) for one in await audit.latest(5)]
        while len(refused) < 4:
            refused = [(one.actor, one.action) for one in await audit.latest(5)]

        assert sorted(refused) == [
            (ANNA, "expected refused"),
            (ANNA, "mute refused"),
            (ANNA, "not_useful refused"),
            (TOM, "show_leads refused"),
        ]
        assert here.stage.workspace.modal(ANNA) is None


# Not useful


async def test_a_card_shows_who_finds_it_of_no_use(database_url: str, tmp_path: Path) -> None:
    await learn(database_url)
    async with marketing(database_url, tmp_path, Clock()) as here:
        await a_surge(here)
        await here.press(MAYA, "tipoff.not_useful")
        await here.shows(f"Not useful, said @{MAYA}")

        await here.press(ANNA, "tipoff.not_useful")
        await here.shows(f"Not useful, said @{ANNA}")
        assert f"@{MAYA}" not in here.card.text


# Expected


async def test_what_was_expected_is_said_on_the_card_and_not_told_again_that_day(
    database_url: str, tmp_path: Path
) -> None:
    await learn(database_url)
    async with marketing(database_url, tmp_path, Clock()) as here:
        await a_surge(here)
        await here.fill_in(MAYA, "tipoff.expected", why="the spring\nnewsletter", often="once")
        await here.shows(f"Expected: the spring newsletter, said @{MAYA}")
        (learned,) = await here.stage.tipoff.house.store.watching.calendar()

        assert (learned.segment, learned.weekly, learned.by) == (f"campaign:{SPRING}", False, MAYA)
        assert learned.until == NOON.replace(hour=22)  # midnight in Berlin


async def test_what_comes_every_week_is_told_once(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    clock = Clock()
    async with marketing(sqlite_url, tmp_path, clock) as here:
        await a_surge(here)
        await here.fill_in(MAYA, "tipoff.expected", why="newsletter", often="weekly")
        await here.shows("Expected: newsletter")
        await here.after(120)
        clock.now = NOON + timedelta(days=7) - timedelta(minutes=5)
        await here.after(5)
        await here.come(12)
        await here.after(30)
        (first, second) = await here.stage.tipoff.house.store.watching.cases(NOON, NOON + timedelta(days=8))

        assert (first.hushed, second.hushed) == (False, True)
        assert len(here.cards) == 1


# Mute


async def test_a_muted_card_is_left_alone_for_an_hour_and_says_so(database_url: str, tmp_path: Path) -> None:
    await learn(database_url)
    clock = Clock()
    async with marketing(database_url, tmp_path, clock) as here:
        await a_surge(here)
        await here.choose(MAYA, "tipoff.mute", "hour")
        await here.shows(f"Muted until {{time}} (everything), said @{MAYA}".split("{time}", maxsplit=1)[0])
        muted = here.card.text
        await here.come(10, every=0.4)
        await here.after(55)
        assert here.card.text == muted

        await here.come(4, every=1.2)
        await here.after(5)

        assert here.lines[1].startswith("24 leads in ")
        assert "Muted" not in here.card.text


async def test_nobody_is_told_of_a_campaign_that_was_muted(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    clock = Clock()
    async with marketing(sqlite_url, tmp_path, clock) as here:
        await a_surge(here)
        await here.choose(MAYA, "tipoff.mute", "segment")
        await here.shows("Muted until 23 Jun, 14:05 CEST, said @U0MAYA")
        await here.after(120)
        clock.now = NOON + timedelta(days=2)
        await here.after(5)
        await here.come(12)
        await here.after(180)

        assert len(here.cards) == 1


async def test_until_midnight_is_that_of_the_company(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        await a_surge(here)
        await here.choose(MAYA, "tipoff.mute", "today")
        await here.shows("Muted until 17 Jun, 00:00 CEST (everything), said @U0MAYA")


async def test_the_menu_is_drawn_in_the_browser_and_muting_there_is_heard(
    sqlite_url: str, tmp_path: Path
) -> None:
    await learn(sqlite_url)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        await a_surge(here)
        workspace = here.stage.workspace
        page = await page_of(workspace, f"/?as={MAYA}&channel={MARKETING}")
        words = ["Mute", "Everything, for an hour", "Everything, until midnight", "This campaign, for a week"]
        assert re.findall(r"<option[^>]*>([^<]*)</option>", page) == words

        row = next(block["block_id"] for block in here.card.blocks if block["type"] == "actions")
        pressed = json.dumps({"block_id": row, "action_id": "tipoff.mute", "value": None})
        chosen = menus(here.card)["tipoff.mute"][1]
        fields = [
            ("as", MAYA),
            ("channel", MARKETING),
            ("ts", here.card.ts),
            ("click", pressed),
            (json.dumps([row, "tipoff.mute"]), chosen),
        ]
        assert (await send(workspace, "click", fields))[0] == 303

        await here.shows("Muted until 17 Jun, 00:00 CEST (everything), said @U0MAYA")


# What is forged, or hostile

PRESSED = ("tipoff.show_leads", "tipoff.expected", "tipoff.not_useful", "tipoff.mute")


async def test_a_forged_button_is_answered_with_a_sentence(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        await a_surge(here)
        workspace = here.stage.workspace

        def told() -> list[str]:
            return [one.text for one in workspace.messages(MARKETING) if one.ephemeral_to == ANNA]

        forged = [*product(PRESSED, ["", "x", "1:2", "0" * 16])]
        for place, (action, value) in enumerate(forged):
            button = {"type": "button", "action_id": action, "block_id": "b", "value": value}
            payload = message_action(workspace.slack, workspace.people.user(ANNA), here.card, [button], {})
            await workspace.people.delivery.ask("interactive", payload)
            await workspace.wait_for(lambda seen=place: told()[seen:])

        assert told() == ["That button belongs to no alert that I know."] * len(forged)


async def test_a_hostile_campaign_is_shown_and_not_obeyed(sqlite_url: str, tmp_path: Path) -> None:
    """It is literal and clipped, its buttons work, and its numbers are counted."""
    await learn(sqlite_url, NOON, HOSTILE)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        await here.come(10, HOSTILE)
        await here.after(5)
        assert here.lines[0].startswith(
            "📈 Surge: campaign “&lt;!channel&gt; *free* `/forget` # gnihctaC xxx"
        )
        assert len(here.lines[0]) < 130
        assert here.lines[1].startswith("10 leads in ")
        assert next(action for action, _ in buttons(here.card)) == "tipoff.show_leads"

        await here.press(MAYA, "tipoff.not_useful")
        await here.shows(f"Not useful, said @{MAYA}")
        await here.press(ANNA, "tipoff.show_leads")
        assert (await here.hears(ANNA, "behind this number")).startswith("The 10 leads")


async def test_a_forged_silence_is_none(sqlite_url: str, tmp_path: Path) -> None:
    await learn(sqlite_url)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        await a_surge(here)
        about = menus(here.card)["tipoff.mute"][0].partition(" ")[2]
        slack, people = here.stage.workspace.slack, here.stage.workspace.people
        for how_long in ("year", ""):
            option = {"text": {"type": "plain_text", "text": "For ever"}, "value": f"{how_long} {about}"}
            menu = {"type": "static_select", "action_id": "tipoff.mute", "block_id": "b"}
            chosen = {**menu, "selected_option": option}
            payload = message_action(slack, people.user(ANNA), here.card, [chosen], {})
            await people.delivery.ask("interactive", payload)

        assert await here.hears(ANNA, "That is no time for which I can be silent.")
        assert await here.stage.tipoff.house.store.watching.mutes(NOON) == []


async def test_leads_of_several_assets_have_no_opener_and_gone_leads_no_file(
    sqlite_url: str, tmp_path: Path
) -> None:
    await learn(sqlite_url)
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        for title in ("One guide", "Another guide"):
            await here.come(5, every=3, asset=title)
        await here.come(1, "search")
        await here.after(5)
        assert "Open with" not in here.card.text
        assert "Content: Another guide 50 % (5) · One guide 50 % (5)" in here.lines

        await change(sqlite_url, tables.lead.update().values(created_at=NOON - timedelta(days=9)))
        await here.press(ANNA, "tipoff.show_leads")
        assert await here.hears(ANNA, "There is nobody behind this number.")


async def test_a_source_has_an_outcome_without_a_cost(sqlite_url: str, tmp_path: Path) -> None:
    """What a campaign cost is known; what a source did, nobody says."""
    async with marketing(sqlite_url, tmp_path, Clock()) as here:
        told = await alert(here.stage.tipoff.house, over(case(finding("source:google"))))

    assert told.outcome == Outcome(mqls=0, hand_raisers=0)
    assert (told.causes, told.opening, told.count) == ((), None, 0)
