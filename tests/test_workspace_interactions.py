"""Buttons, menus, modals, the Home tab and response URLs, with the real Bolt app at the other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient
from workspace_rig import ANNA, BEN, GENERAL, LEADS, QUICK, bolt_app, client_of, connected, error_of

from workspace import Workspace

Json = dict[str, Any]
Rig = tuple[Workspace, AsyncApp, AsyncWebClient]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, value: str = "1") -> Json:
    return {"type": "button", "action_id": action_id, "value": value, "text": plain("Go")}


def options(*values: str) -> list[Json]:
    return [{"text": plain(value.title()), "value": value} for value in values]


PICK = {"type": "static_select", "action_id": "pick", "options": options("won", "lost")}
CARD = [{"type": "actions", "block_id": "row", "elements": [button("go", "1"), button("go", "2"), PICK]}]
NOTE = {
    "type": "input",
    "block_id": "note",
    "label": plain("Note"),
    "element": {"type": "plain_text_input", "action_id": "v"},
}
TICKS = {
    "type": "input",
    "block_id": "ticks",
    "optional": True,
    "label": plain("Also"),
    "element": {"type": "checkboxes", "action_id": "v", "options": options("a", "b")},
}
METADATA = {"event_type": "card", "event_payload": {"key": "brief:1"}}


def modal(title: str = "First", *blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "callback_id": title.lower(), "title": plain(title), "submit": plain("Save")}
    return view | {"blocks": list(blocks) or [NOTE, TICKS]} | more


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    workspace = Workspace(replace(QUICK, ack_seconds=0.5, trigger_seconds=0.2))
    async with workspace.serve() as running:
        app = bolt_app(running)
        async with connected(app, workspace, running):
            yield workspace, app, client_of(running)


def opening(app: AsyncApp, view: Json) -> None:
    """Let the command open a modal."""

    @app.command("/echo")
    async def open_it(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)


async def opened(rig: Rig, view: Json | None = None) -> None:
    workspace, app, _ = rig
    opening(app, view or modal())
    await workspace.command(ANNA, LEADS, "/echo")
    await workspace.wait_for(lambda: workspace.modal(ANNA))


def title(workspace: Workspace) -> str | None:
    view = workspace.modal(ANNA)
    return view.content["title"]["text"] if view else None


async def pressed(rig: Rig, **how: Any) -> Json:
    """The block_actions payload of a click on the card in #leads."""
    workspace, app, client = rig
    bodies: list[Json] = []

    @app.action({"block_id": "row"})
    async def note(ack: AsyncAck, body: Json) -> None:
        await ack()
        bodies.append(body)

    posted = await client.chat_postMessage(channel=LEADS, text="card", blocks=CARD, metadata=METADATA)
    ack = await workspace.click(ANNA, channel=LEADS, ts=posted["ts"], **how)
    assert ack.error is None
    return (await workspace.wait_for(lambda: bodies))[0]


async def test_a_click_carries_who_where_and_what(rig: Rig) -> None:
    body = await pressed(rig, action_id="go", value="2")
    (action,) = body["actions"]
    assert (body["type"], body["user"]["id"], body["channel"]) == (
        "block_actions",
        ANNA,
        {"id": LEADS, "name": "leads"},
    )
    assert (action["action_id"], action["block_id"], action["value"]) == ("go", "row", "2")
    assert body["container"]["message_ts"] == body["message"]["ts"]
    assert body["message"]["metadata"] == METADATA
    assert body["team"] == {"id": "T0LOCAL", "domain": "local"}


async def test_a_choice_carries_the_option_and_becomes_state(rig: Rig) -> None:
    body = await pressed(rig, action_id="pick", selected="lost")
    (action,) = body["actions"]
    assert action["selected_option"] == {"text": plain("Lost"), "value": "lost"}
    assert body["state"]["values"]["row"]["pick"]["selected_option"]["value"] == "lost"


async def test_nobody_clicks_what_they_cannot_see(rig: Rig) -> None:
    workspace, _, client = rig
    posted = await client.chat_postEphemeral(channel=LEADS, user=ANNA, text="card", blocks=CARD)
    with pytest.raises(LookupError, match="Ben Okafor sees no message"):
        await workspace.click(BEN, "go", channel=LEADS, ts=posted["message_ts"])
    with pytest.raises(LookupError, match="nothing with the action_id 'stop'"):
        await workspace.click(ANNA, "stop", channel=LEADS, ts=posted["message_ts"])


async def test_a_response_url_replaces_and_deletes_the_original(rig: Rig) -> None:
    body = await pressed(rig, action_id="go")
    workspace = rig[0]
    url = AsyncWebhookClient(body["response_url"])
    await url.send(text="done", replace_original=True)
    assert [(each.text, each.blocks, each.metadata) for each in workspace.messages(LEADS)] == [
        ("done", (), METADATA)
    ]
    await url.send(delete_original=True)
    assert workspace.messages(LEADS) == []


async def test_a_response_url_speaks_to_one_person_unless_told_otherwise(rig: Rig) -> None:
    body = await pressed(rig, action_id="go")
    url = AsyncWebhookClient(body["response_url"])
    await url.send(text="to you")
    await url.send(text="to all", response_type="in_channel")
    assert [each.text for each in rig[0].messages(LEADS, seen_by=BEN)] == ["card", "to all"]
    assert [each.text for each in rig[0].messages(LEADS, seen_by=ANNA)] == ["card", "to you", "to all"]


async def test_a_response_url_is_good_for_five_answers(rig: Rig) -> None:
    body = await pressed(rig, action_id="go")
    url = AsyncWebhookClient(body["response_url"])
    answers = [await url.send(text=str(n)) for n in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body


async def test_a_response_url_runs_out() -> None:
    now = [1_700_000_000.0]
    workspace = Workspace(QUICK, clock=lambda: now[0])
    async with workspace.serve():
        url = AsyncWebhookClient(
            f"{workspace.slack.url}/response/{workspace.slack.response_urls.issue(LEADS, ANNA)}"
        )
        assert (await url.send(text="in time")).status_code == 200
        now[0] += 1801
        answer = await url.send(text="too late")
    assert (answer.status_code, "expired_url" in answer.body) == (404, True)


async def test_a_response_url_refuses_on_order(rig: Rig) -> None:
    body = await pressed(rig, action_id="go")
    url = AsyncWebhookClient(body["response_url"])
    rig[0].fault("response_url", "error", error="invalid_blocks")
    refused = await url.send(text="fine")
    assert (refused.status_code, "invalid_blocks" in refused.body) == (400, True)
    assert (await url.send(text="fine")).status_code == 200


async def test_a_response_url_refuses_bad_blocks_and_silence(rig: Rig) -> None:
    body = await pressed(rig, action_id="go")
    url = AsyncWebhookClient(body["response_url"])
    assert "invalid_blocks" in (await url.send(blocks=[{"type": "hologram"}])).body
    assert "no_text" in (await url.send(text="")).body


async def test_a_command_may_be_answered_where_the_bot_is_no_member(rig: Rig) -> None:
    workspace, app, _ = rig

    @app.command("/echo")
    async def echo(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("from outside")

    await workspace.command(ANNA, GENERAL, "/echo")
    (answer,) = await workspace.wait_for(lambda: workspace.messages(GENERAL))
    assert (answer.text, answer.ephemeral_to) == ("from outside", ANNA)


async def test_a_command_opens_a_modal_for_who_typed_it(rig: Rig) -> None:
    await opened(rig)
    assert title(rig[0]) == "First"
    assert rig[0].modal(BEN) is None


async def test_a_trigger_is_good_once(rig: Rig) -> None:
    body = await pressed(rig, action_id="go")
    client = rig[2]
    await client.views_open(trigger_id=body["trigger_id"], view=modal())
    assert (
        await error_of(client.views_open(trigger_id=body["trigger_id"], view=modal()))
        == "exchanged_trigger_id"
    )


async def test_a_trigger_expires(rig: Rig) -> None:
    body = await pressed(rig, action_id="go")
    await asyncio.sleep(0.25)
    late = rig[2].views_open(trigger_id=body["trigger_id"], view=modal())
    assert await error_of(late) == "expired_trigger_id"


async def test_an_invented_trigger_is_invalid(rig: Rig) -> None:
    assert await error_of(rig[2].views_open(trigger_id="1.2.3", view=modal())) == "invalid_trigger_id"


async def test_a_view_that_is_refused_does_not_spend_the_trigger(rig: Rig) -> None:
    body = await pressed(rig, action_id="go")
    client = rig[2]
    bad = modal("A title of more than twenty-four")
    assert await error_of(client.views_open(trigger_id=body["trigger_id"], view=bad)) == "invalid_arguments"
    assert (await client.views_open(trigger_id=body["trigger_id"], view=modal()))["ok"]


async def test_a_submission_carries_every_value_and_closes_the_modal(rig: Rig) -> None:
    workspace, app, _ = rig
    values: list[Json] = []

    @app.view("first")
    async def submitted(ack: AsyncAck, view: Json) -> None:
        values.append(view["state"]["values"])
        await ack()

    await opened(rig)
    ack = await workspace.submit(ANNA, {"note": {"v": "called"}, "ticks": {"v": ["b"]}})

    assert ack.error is None
    assert workspace.modal(ANNA) is None
    assert values[0]["note"]["v"] == {"type": "plain_text_input", "value": "called"}
    assert values[0]["ticks"]["v"] == {"type": "checkboxes", "selected_options": options("b")}


async def test_errors_stand_at_their_fields_and_what_was_typed_stays(rig: Rig) -> None:
    workspace, app, _ = rig

    @app.view("first")
    async def submitted(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"note": "Say more."})

    await opened(rig)
    await workspace.submit(ANNA, {"note": {"v": "hm"}})
    view = workspace.modal(ANNA)

    assert view is not None
    assert view.errors == {"note": "Say more."}
    assert view.state is not None
    assert view.state["note"]["v"]["value"] == "hm"


async def test_a_required_field_left_empty_never_reaches_the_app(rig: Rig) -> None:
    workspace = rig[0]
    await opened(rig)
    ack = await workspace.submit(ANNA, {})
    view = workspace.modal(ANNA)
    assert ack.error == "validation_failed"
    assert view is not None
    assert view.errors == {"note": "Please complete this required field."}


async def test_an_answer_may_update_push_and_clear(rig: Rig) -> None:
    workspace, app, _ = rig

    @app.view("first")
    async def first(ack: AsyncAck) -> None:
        await ack(response_action="update", view=modal("Second"))

    @app.view("second")
    async def second(ack: AsyncAck) -> None:
        await ack(response_action="push", view=modal("Third"))

    @app.view("third")
    async def third(ack: AsyncAck) -> None:
        await ack(response_action="clear")

    await opened(rig)
    titles = [title(workspace)]
    for _ in range(3):
        await workspace.submit(ANNA, {"note": {"v": "x"}})
        titles.append(title(workspace))
    assert titles == ["First", "Second", "Third", None]


async def test_a_pushed_view_knows_what_it_lies_on_and_a_fourth_is_too_much(rig: Rig) -> None:
    workspace, app, client = rig
    answers: list[str] = []

    @app.action("deeper")
    async def deeper(ack: AsyncAck, body: Json) -> None:
        await ack()
        answers.append(await error_of(client.views_push(trigger_id=body["trigger_id"], view=view)))

    view = modal("First", {"type": "actions", "block_id": "row", "elements": [button("deeper")]}, NOTE)
    await opened(rig, view)
    for times in range(1, 4):
        top = workspace.modal(ANNA)
        assert top is not None
        await workspace.click(ANNA, "deeper", view_id=top.id)
        await workspace.wait_for(lambda times=times: len(answers) == times)
    stack = workspace.world.modals[ANNA]

    assert answers == ["ok", "ok", "push_limit_reached"]
    assert [view.previous_id for view in stack] == [None, stack[0].id, stack[1].id]
    assert {view.root_id for view in stack} == {stack[0].id}


async def test_a_view_is_updated_by_its_id_or_name_unless_it_changed_meanwhile(rig: Rig) -> None:
    workspace, _, client = rig
    await opened(rig, modal(external_id="mine"))
    first = workspace.modal(ANNA)
    assert first is not None

    await client.views_update(external_id="mine", view=modal("Second", external_id="mine"))
    stale = client.views_update(view_id=first.id, view=modal("Third"), hash=first.hash)

    assert title(workspace) == "Second"
    assert await error_of(stale) == "hash_conflict"
    assert await error_of(client.views_update(view_id="V0NONE", view=modal())) == "not_found"


async def test_closing_is_told_only_if_asked_for(rig: Rig) -> None:
    workspace, app, _ = rig
    closed: list[Json] = []

    @app.view_closed("first")
    async def note(ack: AsyncAck, body: Json) -> None:
        await ack()
        closed.append(body)

    await opened(rig, modal(notify_on_close=True))
    await workspace.close(ANNA)
    await workspace.wait_for(lambda: closed)

    assert workspace.modal(ANNA) is None
    assert (closed[0]["type"], closed[0]["is_cleared"]) == ("view_closed", False)


async def test_a_submission_without_an_answer_leaves_the_modal_with_an_apology(rig: Rig) -> None:
    workspace = rig[0]
    await opened(rig)
    ack = await workspace.submit(ANNA, {"note": {"v": "x"}})
    view = workspace.modal(ANNA)
    assert ack.error == "operation_timeout"
    assert view is not None
    assert view.trouble == "We had some trouble connecting. Try again?"


async def test_opening_the_home_tab_asks_the_app_to_publish_it(rig: Rig) -> None:
    workspace, app, _ = rig

    @app.event("app_home_opened")
    async def publish(event: Json, client: AsyncWebClient) -> None:
        words = "Welcome back" if "view" in event else "Welcome"
        blocks = [{"type": "header", "text": plain(words)}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    def words() -> str | None:
        home = workspace.home_tab(ANNA)
        return home.content["blocks"][0]["text"]["text"] if home else None

    await workspace.home(ANNA)
    await workspace.wait_for(lambda: words() == "Welcome")
    await workspace.home(ANNA)
    await workspace.wait_for(lambda: words() == "Welcome back")
    assert workspace.home_tab(BEN) is None


async def test_a_home_tab_published_from_an_old_view_conflicts(rig: Rig) -> None:
    client = rig[2]
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    first = await client.views_publish(user_id=ANNA, view=home)
    await client.views_publish(user_id=ANNA, view=home, hash=first["view"]["hash"])
    stale = client.views_publish(user_id=ANNA, view=home, hash=first["view"]["hash"])
    assert await error_of(stale) == "hash_conflict"


async def test_a_menu_in_a_modal_keeps_its_choice_and_a_failure_is_told(rig: Rig) -> None:
    workspace, app, _ = rig
    chosen: list[Json] = []

    @app.action("pick")
    async def pick(ack: AsyncAck, body: Json) -> None:
        await ack()
        chosen.append(body["view"]["state"]["values"])

    await opened(rig, modal("First", *CARD, NOTE))
    view = workspace.modal(ANNA)
    assert view is not None
    await workspace.click(ANNA, "pick", view_id=view.id, selected="won")
    await workspace.wait_for(lambda: chosen)
    ack = await workspace.click(ANNA, "go", view_id=view.id, value="1")  # nobody listens to that one
    failed = workspace.modal(ANNA)

    assert chosen[0]["row"]["pick"]["selected_option"]["value"] == "won"
    assert ack.error == "operation_timeout"
    assert failed is not None
    assert failed.trouble == 'This action failed with the error "operation_timeout"'
    with pytest.raises(LookupError, match="has no view"):
        await workspace.click(BEN, "go", view_id=view.id)


async def test_an_answer_with_a_view_slack_would_not_take_is_trouble(rig: Rig) -> None:
    workspace, app, _ = rig

    @app.view("first")
    async def submitted(ack: AsyncAck) -> None:
        await ack(response_action="update", view=modal("A title of more than twenty-four"))

    await opened(rig)
    ack = await workspace.submit(ANNA, {"note": {"v": "x"}})
    view = workspace.modal(ANNA)
    assert ack.error == "invalid_arguments"
    assert view is not None
    assert view.trouble == "We had some trouble connecting. Try again?"


async def test_a_click_in_a_thread_is_answered_there(rig: Rig) -> None:
    workspace, app, client = rig

    @app.action("go")
    async def go(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("seen")

    root = await client.chat_postMessage(channel=LEADS, text="root")
    reply = await client.chat_postMessage(channel=LEADS, text="card", blocks=CARD, thread_ts=root["ts"])
    await workspace.click(ANNA, "go", channel=LEADS, ts=reply["ts"])
    answers = await workspace.wait_for(lambda: [m for m in workspace.messages(LEADS) if m.text == "seen"])
    assert (answers[0].thread_ts, answers[0].ephemeral_to) == (root["ts"], ANNA)


@pytest.mark.parametrize(("kind", "said"), [("server_error", []), ("processed_then_dropped", ["x"])])
async def test_a_response_url_may_fail_on_order(rig: Rig, kind: Any, said: list[str]) -> None:
    workspace = rig[0]
    workspace.fault("response_url", kind)
    url = f"{workspace.slack.url}/response/{workspace.slack.response_urls.issue(LEADS, ANNA)}"
    client = AsyncWebhookClient(url, retry_handlers=[])
    if kind == "server_error":
        assert (await client.send(text="x")).status_code == 500
    else:
        with pytest.raises(aiohttp.ClientConnectionError):
            await client.send(text="x")
    assert [message.text for message in workspace.messages(LEADS)] == said


async def test_a_response_url_wants_a_json_object(rig: Rig) -> None:
    workspace = rig[0]
    url = f"{workspace.slack.url}/response/{workspace.slack.response_urls.issue(LEADS, ANNA)}"
    async with aiohttp.ClientSession() as session:
        for body in ("{", "[]"):
            async with session.post(url, data=body) as response:
                assert (response.status, await response.json()) == (
                    400,
                    {"ok": False, "error": "invalid_payload"},
                )
