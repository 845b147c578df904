"""Slash commands as conversations, over Socket Mode and over signed HTTP alike."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from slack_rig import ANNA, BEN, GENERAL, LEADS, Talk, buttons, captured, event, talking

from bot.actions import ACTIONS

HELP = "I don't know that command. Try `/tipoff help`."


@pytest.fixture(params=["socket", "http"])
async def talk(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[Talk]:
    async with talking(sqlite_url, over_http=request.param == "http") as one:
        yield one


def origin(source: str) -> dict[str, object]:
    return {"origin": {"source": source, "medium": "cpc", "campaign": f"{source}-spring"}}


async def three_leads(talk: Talk) -> None:
    """Ana Sousa and Ana Lima came from google and asked for a call; Eve came from bing and only read."""
    ana, lima, eve = (
        {"email": f"{name}@example.com", "name": full}
        for name, full in (("ana", "Ana Sousa"), ("lima", "Ana Lima"), ("eve", "Eve Adams"))
    )
    await talk.send(
        event("lead.captured", "1", {"person": ana, "form": "Contact sales", **origin("google")}),
        event("lead.captured", "2", {"person": lima, "form": "Contact sales", **origin("google")}),
        event("lead.captured", "3", {"person": eve, "form": "Newsletter", **origin("bing")}),
        event("deal.moved", "4", {"person": ana, "deal": "d1", "stage": "won", "amount": 100}),
        event(
            "campaign.spent",
            "5",
            {"campaign": "google-spring", "day": "2026-11-01", "amount": 50, "currency": "USD"},
        ),
    )
    await talk.settled()


# /lead


async def test_lead_by_email_is_the_brief_for_the_one_who_asks_alone(talk: Talk) -> None:
    await three_leads(talk)

    said = await talk.ask("/lead", " LIMA@example.com ")

    assert said.splitlines()[:2] == [
        said.splitlines()[0],
        "Ana Lima · company/title: not captured · unassigned",
    ]
    assert said.startswith("🔥 Contact sales form · asked for a call")
    assert [one.text for one in talk.workspace.messages(LEADS, seen_by=BEN) if one.text == said] == [
        one.text for one in talk.public() if one.text == said
    ]
    assert {one.ephemeral_to for one in talk.workspace.messages(LEADS)} == {None, ANNA}


async def test_lead_by_a_name_that_one_has(talk: Talk) -> None:
    await three_leads(talk)

    assert (await talk.ask("/lead", "eve")).splitlines()[1].startswith("Eve Adams")


async def test_lead_by_a_name_that_several_have_is_a_choice_with_buttons_that_work(talk: Talk) -> None:
    await three_leads(talk)

    said = await talk.ask("/lead", "ana")
    choice = await talk.hears(ANNA, said)
    offered = buttons(choice)
    await talk.press(ANNA, "tipoff.lead", choice, value=offered[1][1])
    shown = await talk.hears(ANNA, "Contact sales form")

    assert said.splitlines()[0] == "2 leads match “ana”. Which one?"
    assert [action for action, _ in offered] == ["tipoff.lead"] * 2
    names = [re.split(r" · ", line.lstrip("•- "))[0] for line in said.splitlines() if "@example.com" in line]
    assert sorted(names) == ["Ana Lima", "Ana Sousa"]
    assert shown.text.splitlines()[1].startswith(names[1])
    assert shown.ephemeral_to == ANNA


async def test_lead_that_nobody_is(talk: Talk) -> None:
    said = await talk.ask("/lead", "<!channel> *zoe*")

    assert said.startswith("Nobody here matches “&lt;!channel&gt; *zoe*”.")


async def test_lead_without_a_name_says_what_to_type(talk: Talk) -> None:
    assert (
        await talk.ask("/lead", "  ") == "Whom shall I look up? Try `/lead ana@example.com` or `/lead Ana`."
    )


# /funnel and /campaigns


async def test_funnel_counts_the_leads_of_the_period_that_was_asked_for(talk: Talk) -> None:
    await talk.send(
        captured("1", "old@example.com", "Old", time="2025-08-15T12:00:00Z"),
        captured("2", "new@example.com", "New"),
    )
    await talk.settled()

    said = {
        period: (await talk.ask("/funnel", period)).splitlines()[:2]
        for period in ("", "last 7 days", "2025-q3", "2025-08-15..2025-08-15", "2025-09", "all")
    }

    nobody = "No leads were created in this window, so there is nothing to divide."
    one, two = (
        f"{leads} → {n} MQL (100 %) → 0 customers (0 %)" for n, leads in ((1, "1 lead"), (2, "2 leads"))
    )
    assert said == {
        "": ["Funnel: last 30 days", one],
        "last 7 days": ["Funnel: last 7 days", one],
        "2025-q3": ["Funnel: 2025-Q3", one],
        "2025-08-15..2025-08-15": ["Funnel: 2025-08-15..2025-08-15", one],
        "2025-09": ["Funnel: 2025-09", nobody],
        "all": ["Funnel: all", two.replace("2 MQL (100 %)", "2* MQL (100 %*)")],
    }


async def test_funnel_states_its_terms(talk: Talk) -> None:
    await three_leads(talk)

    said = (await talk.ask("/funnel", "this year")).splitlines()

    assert said[0] == "Funnel: this year"
    assert said[1] == "3 leads → 2 MQL (66.7 %) → 1 customer (33.3 %)"
    terms = (await talk.ask("/funnel", "last year")).splitlines()[-1]
    year = datetime.now(UTC).year
    assert terms.startswith(
        f"1 Jan – 31 Dec {year - 1} (UTC), compared with 1 Jan – 31 Dec {year - 2} · "
        "cohort: leads created in the window, and what became of them by "
    )


async def test_funnel_by_a_dimension(talk: Talk) -> None:
    await three_leads(talk)

    said = await talk.ask("/funnel", "this year by source")

    table = said.partition("Lead → customer")[2]
    rows = [line.split() for line in table.splitlines() if line.startswith(("google", "bing"))]
    assert [row[:4] for row in rows] == [["google", "2", "2", "1"], ["bing", "1", "0", "0"]]


async def test_funnel_with_a_typo_says_what_was_meant(talk: Talk) -> None:
    assert await talk.ask("/funnel", "this year by sorce") == (
        "I can't break a funnel down by “sorce”. I understood `this year`. Try `/funnel this year by source`."
    )


async def test_funnel_of_a_period_that_is_none_says_what_works(talk: Talk) -> None:
    said = await talk.ask("/funnel", "lst month")

    assert said.startswith("I don't understand “lst month”")
    assert said.endswith("Try `/funnel last month`.")


async def test_campaigns_compares_what_each_brought_and_cost(talk: Talk) -> None:
    await three_leads(talk)

    said = await talk.ask("/campaigns", "this year")

    table = said.partition("Campaign ")[2]
    rows = [line.split("  ") for line in table.splitlines() if line.startswith(("google", "bing"))]
    assert [[cell.strip() for cell in row if cell] for row in rows] == [
        ["google-spring", "demand (100 %)", "2", "2", "1", "1", "$50", "$25", "$25", "$50", "$50"],
        ["bing-spring", "–", "1", "0", "0", "0", *["no data"] * 5],
    ]


# /tipoff, and what nobody knows


@pytest.mark.parametrize("text", ["help", "", " HELP "])
async def test_help_names_every_command(sqlite_url: str, text: str) -> None:
    async with talking(sqlite_url) as talk:
        said = await talk.ask("/tipoff", text)

    assert re.findall(r"^/\w+", said, re.MULTILINE) == ["/lead", "/kpi", "/funnel", "/campaigns", "/tipoff"]


async def test_help_is_pointed_to_by_what_tipoff_does_not_know(talk: Talk) -> None:
    assert await talk.ask("/tipoff", "make coffee") == "I don't know “make coffee”. Try `/tipoff help`."


async def test_an_answer_is_seen_where_it_was_asked_and_by_nobody_else(talk: Talk) -> None:
    said = await talk.ask("/tipoff", "help", channel=GENERAL)

    assert [one.text for one in talk.workspace.messages(GENERAL, seen_by=ANNA)] == [said]
    assert talk.workspace.messages(GENERAL, seen_by=BEN) == []


async def test_an_unknown_command_is_acknowledged_with_a_hint(talk: Talk) -> None:
    error, answer = await talk.deliver("slash_commands", slash("/kaboom"))

    assert error is None
    assert answer["text"] == HELP


async def test_a_command_of_another_team_is_refused_with_a_sentence(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    await three_leads(talk)

    error, answer = await talk.deliver("slash_commands", slash("/lead", "ana", team_id="T0OTHER"))

    assert error is None
    assert answer["text"] == "I work for another workspace, so I can't answer here."
    assert not await talk.workspace.happens(lambda: bool(talk.workspace.messages(GENERAL)), within=0.1)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def slash(command: str, text: str = "", team_id: str = "T0LOCAL") -> dict[str, str]:
    return {
        "command": command,
        "text": text,
        "team_id": team_id,
        "team_domain": "x",
        "user_id": ANNA,
        "channel_id": GENERAL,
        "trigger_id": "1.2",
    }


INTERACTION = {
    "team": {"id": "T0LOCAL", "domain": "local"},
    "user": {"id": ANNA, "team_id": "T0LOCAL"},
    "api_app_id": "A0APP",
    "trigger_id": "1.2",
}
VIEW = {"id": "V1", "type": "modal", "callback_id": "nobody.knows", "state": {"values": {}}}
UNKNOWN = {
    "a button": {"type": "block_actions", "actions": [{"type": "button", "action_id": "no.such"}]},
    "a menu": {"type": "block_actions", "actions": [{"type": "overflow", "action_id": "no.such"}]},
    "a form": {"type": "view_submission", "view": VIEW},
    "a closed form": {"type": "view_closed", "view": VIEW},
    "a shortcut": {"type": "shortcut", "callback_id": "no.such"},
    "a message's shortcut": {"type": "message_action", "callback_id": "no.such", "message": {"ts": "1.2"}},
    "options": {"type": "block_suggestion", "action_id": "no.such", "block_id": "b", "value": "x"},
}


async def test_unknown_interactions_are_acknowledged(talk: Talk) -> None:
    answers = {
        name: await talk.deliver("interactive", {**INTERACTION, **payload})
        for name, payload in UNKNOWN.items()
    }

    assert answers == dict.fromkeys(UNKNOWN, (None, None))


async def test_a_press_in_another_team_is_acknowledged_and_nothing_is_done(talk: Talk) -> None:
    await three_leads(talk)
    button = {"type": "button", "action_id": "tipoff.claim", "value": "1"}
    elsewhere = {**INTERACTION, "team": {"id": "T0OTHER"}, "user": {"id": ANNA, "team_id": "T0OTHER"}}

    answer = await talk.deliver("interactive", {**elsewhere, "type": "block_actions", "actions": [button]})

    assert answer == (None, None)
    assert (await talk.tipoff.house.store.counts()).events == 5


async def test_unknown_events_are_acknowledged(talk: Talk) -> None:
    callback = {"type": "event_callback", "team_id": "T0LOCAL", "event_id": "Ev1"}
    messages = [{"type": "message", "subtype": "channel_join"}, {"type": "emoji_changed"}]

    answers = [await talk.deliver("events_api", {**callback, "event": one}) for one in messages]

    assert answers == [(None, None)] * 2


# When something fails


async def test_a_failure_of_ours_is_an_apology_with_a_reference_that_the_log_has(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody meddles with the store while the bot runs."""
    await three_leads(talk)
    database = talk.tipoff.house.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(database)) as meddler:
        meddler.execute("DROP TABLE spend")

    said = await talk.ask("/campaigns", "this year")
    reference = said.split()[-1].strip("`")
    failures = [record for record in caplog.records if reference in record.getMessage()]

    assert said.startswith("Sorry, that failed, and it is my fault.")
    assert re.fullmatch(r"[0-9a-f]{8}", reference)
    assert [(record.levelname, record.exc_info is not None) for record in failures] == [("ERROR", True)]
    assert "spend" not in said
    assert "Eve Adams" in await talk.ask("/lead", "eve")


async def test_every_listener_has_an_answer_for_a_payload_that_lacks_its_parts(
    talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    """Bolt shows an error to whoever pressed when a listener raises after its acknowledgement."""
    bare = {"type": "block_actions", "actions": [{"type": "button", "action_id": "tipoff.claim"}]}

    answers = [
        await talk.deliver(
            "interactive",
            {**INTERACTION, **bare, "actions": [{"type": "button", "action_id": action_id}]},
        )
        for action_id in ACTIONS
    ]
    answers.append(
        await talk.deliver(
            "interactive",
            {
                **INTERACTION,
                "type": "view_submission",
                "view": {**VIEW, "callback_id": "tipoff.log_call", "private_metadata": "no number"},
            },
        )
    )

    assert answers == [(None, None)] * (len(ACTIONS) + 1)
    assert await talk.ask("/tipoff") != ""
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
