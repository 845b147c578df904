"""Buttons and modals as conversations, over Socket Mode and over signed HTTP alike."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_rig import ANNA, BEN, LEADS, MAYA, Talk, buttons, captured, event, talking

from briefs.message import words_of
from funnel.events import LeadEvent
from workspace import Message, View
from workspace.payloads import message_action

GONE = "That lead is no longer in the store. `/lead` finds those that are."
UNKNOWN = "That button belongs to no lead that I know."
STRANGER = "Only members of the workspace that I work for can do that."


@pytest.fixture(params=["socket", "http"])
async def talk(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[Talk]:
    async with talking(sqlite_url, over_http=request.param == "http") as one:
        yield one


async def a_brief(talk: Talk) -> Message:
    """The card of Ana, who asked for a call."""
    await talk.send(captured("1", "ana@example.com", "Ana Sousa"))
    (card,) = await talk.cards(1)
    return card


async def now(talk: Talk, card: Message) -> Message:
    """What the card says once all is told and said."""
    await talk.settled()
    (found,) = [one for one in talk.public() if one.ts == card.ts]
    return found


async def recorded(talk: Talk, kind: str) -> list[LeadEvent]:
    lead = int(buttons((await talk.cards(1))[0])[-1][1])
    return [one for one in await talk.tipoff.house.store.events_of(lead) if one.type == f"tipoff.{kind}"]


def words(view: View) -> str:
    return "\n".join(words_of(list(view.content["blocks"])))


async def modal(talk: Talk, user: str, title: str) -> View:
    return await talk.workspace.wait_for(
        lambda: (
            ((top := talk.workspace.modal(user)) and top.content["title"]["text"] == title and top) or None
        )
    )


# Claim


async def test_a_claim_makes_the_card_show_the_owner_and_hides_the_button(talk: Talk) -> None:
    card = await a_brief(talk)
    assert [action for action, _ in buttons(card)] == ["tipoff.claim", "tipoff.log_call", "tipoff.timeline"]

    await talk.press(ANNA, "tipoff.claim", card)
    changed = await talk.workspace.wait_for(
        lambda: next((one for one in talk.public() if one.edited_ts), None)
    )

    assert changed.text.splitlines()[1] == f"Ana Sousa · Initech · title: not captured · owner @{ANNA}"
    assert [action for action, _ in buttons(changed)] == ["tipoff.log_call", "tipoff.timeline"]
    assert len(await talk.cards(1)) == 1


async def test_whoever_claims_after_another_is_told_whose_it_is(talk: Talk) -> None:
    card = await a_brief(talk)
    await talk.press(ANNA, "tipoff.claim", card)
    await now(talk, card)

    payload = pressed(talk, card, "tipoff.claim", buttons(card)[0][1], user=BEN)
    assert await talk.deliver("interactive", payload) == (None, None)

    assert (await talk.hears(BEN, "belongs to")).text == f"Ana Sousa belongs to @{ANNA}."
    assert [one.owner for one in await recorded(talk, "lead.staged")] == [ANNA]


async def test_two_who_claim_at_once_do_not_both_have_it(talk: Talk) -> None:
    card = await a_brief(talk)

    await asyncio.gather(*(talk.press(user, "tipoff.claim", card) for user in (ANNA, BEN, MAYA)))
    await talk.workspace.wait_for(
        lambda: len([one for one in talk.workspace.messages(LEADS) if one.ephemeral_to]) == 2
    )

    (owner,) = [one.owner for one in await recorded(talk, "lead.staged")]
    told = {one.ephemeral_to: one.text for one in talk.workspace.messages(LEADS) if one.ephemeral_to}
    assert told == {user: f"Ana Sousa belongs to @{owner}." for user in (ANNA, BEN, MAYA) if user != owner}
    assert f"owner @{owner}" in (await now(talk, card)).text


async def test_a_double_click_is_one_claim(talk: Talk) -> None:
    card = await a_brief(talk)

    await asyncio.gather(*(talk.press(ANNA, "tipoff.claim", card) for _ in range(2)))
    assert f"owner @{ANNA}" in (await until_owned(talk, card)).text

    assert len(await recorded(talk, "lead.staged")) == 1
    assert [one for one in talk.workspace.messages(LEADS) if one.ephemeral_to] == []


async def until_owned(talk: Talk, card: Message) -> Message:
    return await talk.workspace.wait_for(
        lambda: next((one for one in talk.public() if one.ts == card.ts and "owner" in one.text), None)
    )


# Timeline


async def test_the_timeline_shows_what_happened_newest_first(talk: Talk) -> None:
    person = {"email": "ana@example.com"}
    await talk.send(
        event(
            "lead.engaged",
            "0",
            {"person": person, "kind": "page_viewed", "page": {"url": "https://x.example/p"}},
        )
    )
    card = await a_brief(talk)
    await talk.settled()

    await talk.press(ANNA, "tipoff.timeline", card)
    view = await modal(talk, ANNA, "Timeline")

    said = words(view)
    assert said.index("filled in “Contact sales”") < said.index("visited “")
    assert "Ana Sousa" in said
    assert "2 actions, 0 sends · page 1 of 1" in said
    assert talk.workspace.modal(BEN) is None


async def test_a_long_timeline_has_pages(talk: Talk) -> None:
    person = {"email": "ana@example.com"}
    day = "2026-01-{:02}T10:00:00Z".format
    pages = [
        event(
            "lead.engaged",
            f"p{n}",
            {
                "person": person,
                "kind": "page_viewed",
                "page": {"url": f"https://x.example/{n}", "title": f"Page {n}"},
            },
            time=day(n),
        )
        for n in range(1, 26)
    ]
    await talk.send(*pages)
    card = await a_brief(talk)
    await talk.settled()

    await talk.press(ANNA, "tipoff.timeline", card)
    first = await modal(talk, ANNA, "Timeline")
    ack = await talk.workspace.click(ANNA, "tipoff.timeline_page", view_id=first.id)
    second = await talk.workspace.wait_for(
        lambda: ((top := talk.workspace.modal(ANNA)) and "page 2 of 2" in words(top) and top) or None
    )
    await talk.workspace.click(ANNA, "tipoff.timeline_page", view_id=first.id)
    again = await talk.workspace.wait_for(
        lambda: ((top := talk.workspace.modal(ANNA)) and "page 1 of 2" in words(top) and top) or None
    )

    assert ack.error is None
    assert second.id == first.id
    assert [n for n in range(1, 26) if f"“Page {n}”" in words(first)] == list(range(7, 26))
    assert [n for n in range(1, 26) if f"“Page {n}”" in words(second)] == list(range(1, 7))
    assert words(again) == words(first)


# Log call


async def test_a_logged_call_is_one_event_and_stands_in_the_timeline(talk: Talk) -> None:
    card = await a_brief(talk)

    await talk.press(ANNA, "tipoff.log_call", card)
    form = await modal(talk, ANNA, "Log a call")
    values = {"outcome": {"outcome": "left_message"}, "note": {"note": "Try again on Monday"}}
    ack = await talk.workspace.submit(ANNA, values)
    await talk.workspace.wait_for(lambda: talk.workspace.modal(ANNA) is None or None)
    assert ack.error is None
    await deliver_again(talk, form, values)
    changed = await talk.workspace.wait_for(
        lambda: next((one for one in talk.public() if one.edited_ts), None)
    )
    await talk.settled()
    await talk.press(BEN, "tipoff.timeline", changed)

    (call,) = [one.model_dump(mode="json") for one in await recorded(talk, "lead.engaged")]
    assert (call["kind"], call["label"], call["note"], call["by"]) == (
        "call_made",
        "left_message",
        "Try again on Monday",
        ANNA,
    )
    assert "· we called: left a message" in words(await modal(talk, BEN, "Timeline"))
    assert "we called: left a message" in (await now(talk, card)).text


async def deliver_again(talk: Talk, form: View, values: dict[str, dict[str, str]]) -> None:
    """Slack sends a form twice when an acknowledgement was lost on the way."""
    state = {
        "outcome": {
            "outcome": {"type": "static_select", "selected_option": {"value": values["outcome"]["outcome"]}}
        },
        "note": {"note": {"type": "plain_text_input", "value": values["note"]["note"]}},
    }
    view = {**form.content, "id": form.id, "state": {"values": state}}
    payload = {**person_of("T0LOCAL"), "type": "view_submission", "view": view}
    assert await talk.deliver("interactive", payload) == (None, None)


# What is forged, gone or not theirs


def person_of(team: str) -> dict[str, Any]:
    return {
        "team": {"id": "T0LOCAL", "domain": "local"},
        "user": {"id": ANNA, "team_id": team},
        "api_app_id": "A0APP",
        "trigger_id": "1.2",
    }


def pressed(talk: Talk, card: Message, action_id: str, value: str, user: str = ANNA) -> dict[str, Any]:
    """What Slack says when somebody presses a button that the card may no longer have."""
    button = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
    return message_action(talk.workspace.slack, talk.workspace.people.user(user), card, [button], {})


PRESSED = ("tipoff.claim", "tipoff.log_call", "tipoff.timeline", "tipoff.lead")


async def test_a_forged_button_is_answered_with_a_sentence(talk: Talk) -> None:
    forged = {"": UNKNOWN, "x": UNKNOWN, "-1": UNKNOWN, "9" * 40: UNKNOWN, "1; DROP": UNKNOWN, "99": GONE}
    card = await a_brief(talk)

    heard = {}
    for action_id in PRESSED:
        for value in forged:
            before = len(told(talk))
            assert await talk.deliver("interactive", pressed(talk, card, action_id, value)) == (None, None)
            heard[action_id, value] = (await talk.workspace.wait_for(lambda seen=before: told(talk)[seen:]))[
                0
            ]

    assert heard == {(action_id, value): said for action_id in PRESSED for value, said in forged.items()}
    assert (await talk.tipoff.house.store.counts()).events == 1


def told(talk: Talk) -> list[str]:
    """What Anna alone was told, oldest first."""
    return [one.text for one in talk.workspace.messages(LEADS) if one.ephemeral_to == ANNA]


async def test_a_stranger_in_a_shared_channel_may_not_act(talk: Talk) -> None:
    card = await a_brief(talk)

    for action_id in PRESSED:
        payload = pressed(talk, card, action_id, "1")
        payload["user"]["team_id"] = "T0OTHER"
        assert await talk.deliver("interactive", payload) == (None, None)
    await talk.workspace.wait_for(lambda: len(told(talk)) == len(PRESSED))

    assert told(talk) == [STRANGER] * len(PRESSED)
    assert (await talk.tipoff.house.store.counts()).events == 1
    assert talk.workspace.modal(ANNA) is None


async def test_a_strangers_form_is_not_recorded(talk: Talk) -> None:
    await a_brief(talk)
    state = {"outcome": {"outcome": {"type": "static_select", "selected_option": {"value": "connected"}}}}
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": "tipoff.log_call",
        "private_metadata": "1",
        "state": {"values": state},
    }

    error, _ = await talk.deliver(
        "interactive", {**person_of("T0OTHER"), "type": "view_submission", "view": view}
    )
    await talk.ask("/tipoff")

    assert error is None
    assert (await talk.tipoff.house.store.counts()).events == 1


async def test_a_press_on_somebody_who_was_forgotten_is_answered_with_a_sentence(talk: Talk) -> None:
    card = await a_brief(talk)
    payload = pressed(talk, card, "tipoff.claim", buttons(card)[0][1])
    await talk.send(event("lead.forgotten", "2", {"person": {"email": "ana@example.com"}}))
    await talk.settled()

    await talk.deliver("interactive", payload)

    assert (await talk.hears(ANNA, "store")).text == GONE
    assert len([one for one in talk.public() if "Ana" in one.text]) == 0
