"""The Web API refuses what Slack refuses, in Slack's words, to a real slack_sdk client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from workspace_rig import ANNA, APP, BEN, GENERAL, LEADS, MANAGERS, MAYA, QUICK, error_of, serving

from workspace import Channel, Config, Workspace

Rig = tuple[Workspace, AsyncWebClient]
DIVIDER = {"type": "divider"}
METADATA = {"event_type": "card", "event_payload": {"key": "brief:1"}}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with serving() as served:
        yield served


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


async def test_who_am_i_is_answered_with_the_bot(rig: Rig) -> None:
    answer = await rig[1].auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0APP", "B0APP", "T0LOCAL")


@pytest.mark.parametrize(
    ("token", "error"), [("xoxb-wrong", "invalid_auth"), ("xapp-local-workspace", "not_allowed_token_type")]
)
async def test_a_wrong_token_is_refused(rig: Rig, token: str, error: str) -> None:
    stranger = AsyncWebClient(token=token, base_url=rig[1].base_url, retry_handlers=[])
    assert await error_of(stranger.auth_test()) == error


async def test_no_token_is_not_authed(rig: Rig) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{rig[1].base_url}auth.test") as response:
        assert await response.json() == {"ok": False, "error": "not_authed"}


async def test_a_revoked_token_opens_nothing(rig: Rig) -> None:
    workspace, client = rig
    workspace.revoke_tokens()
    assert await error_of(client.auth_test()) == "token_revoked"


async def test_an_unknown_method_is_named_so(rig: Rig) -> None:
    assert await error_of(rig[1].api_call("chat.shout")) == "unknown_method"


async def test_a_missing_scope_says_what_is_needed_and_what_is_there() -> None:
    config = replace(QUICK, app=replace(APP, scopes=frozenset({"commands", "users:read"})))
    async with serving(config) as (_, client):
        with pytest.raises(SlackApiError) as refusal:
            await client.chat_postMessage(channel=LEADS, text="hello")
    answer = refusal.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")
    assert answer["provided"] == "commands,users:read"


async def test_a_missing_argument_is_pointed_out(rig: Rig) -> None:
    with pytest.raises(SlackApiError) as refusal:
        await rig[1].api_call("chat.postMessage", json={"text": "hello"})
    assert refusal.value.response["error"] == "invalid_arguments"
    messages = refusal.value.response["response_metadata"]["messages"]
    assert messages == ["[ERROR] missing required field: channel"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "hello"}, "channel_not_found"),
        ({"channel": GENERAL, "text": "hello"}, "not_in_channel"),
        ({"channel": LEADS}, "no_text"),
        ({"channel": LEADS, "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": LEADS, "text": "x", "metadata": "{"}, "invalid_metadata_format"),
        ({"channel": LEADS, "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        (
            {
                "channel": LEADS,
                "text": "x",
                "metadata": {"event_type": "a", "event_payload": {"k": "v" * 20_000}},
            },
            "metadata_too_large",
        ),
        ({"channel": LEADS, "text": "x", "thread_ts": "1.000001"}, "cannot_reply_to_message"),
        ({"channel": LEADS, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"channel": LEADS, "blocks": [section("x" * 2900)] * 5}, "msg_blocks_too_long"),
    ],
)
async def test_post_message_refuses_in_slacks_words(rig: Rig, arguments: dict[str, Any], error: str) -> None:
    assert await error_of(rig[1].api_call("chat.postMessage", json=arguments)) == error


async def test_an_archived_channel_takes_no_message() -> None:
    attic = Channel("C0ATTIC", "attic", members=frozenset({"U0APP"}), is_archived=True)
    async with serving(replace(QUICK, channels=(*QUICK.channels, attic))) as (_, client):
        assert await error_of(client.chat_postMessage(channel=attic.id, text="x")) == "is_archived"


async def test_a_private_channel_without_the_bot_does_not_exist() -> None:
    vault = Channel("G0VAULT", "vault", members=frozenset({MAYA}), is_private=True)
    async with serving(replace(QUICK, channels=(*QUICK.channels, vault))) as (_, client):
        assert await error_of(client.chat_postMessage(channel=vault.id, text="x")) == "channel_not_found"
        assert await error_of(client.conversations_info(channel=vault.id)) == "channel_not_found"


async def test_the_public_scope_posts_without_joining() -> None:
    config = replace(QUICK, app=replace(APP, scopes=APP.scopes | {"chat:write.public"}))
    async with serving(config) as (_, client):
        assert (await client.chat_postMessage(channel=GENERAL, text="hello"))["ok"]


async def test_a_message_to_a_user_lands_in_their_direct_message(rig: Rig) -> None:
    posted = await rig[1].chat_postMessage(channel=ANNA, text="hello")
    opened = await rig[1].conversations_open(users=[ANNA])
    assert posted["channel"] == opened["channel"]["id"] == "D0ANNA"
    assert await error_of(rig[1].chat_update(channel=ANNA, ts=posted["ts"], text="x")) == "channel_not_found"


async def test_arguments_may_come_as_query_form_or_json(rig: Rig) -> None:
    client = rig[1]
    arguments = {"channel": LEADS, "text": "hello", "team_id": "T0LOCAL"}
    await client.api_call("chat.postMessage", params=arguments)
    await client.api_call("chat.postMessage", data=arguments)
    await client.api_call("chat.postMessage", json=arguments)
    history = await client.api_call("conversations.history", http_verb="GET", params={"channel": LEADS})
    assert [message["text"] for message in history["messages"]] == ["hello"] * 3


async def test_metadata_comes_back_only_when_asked_for(rig: Rig) -> None:
    client = rig[1]
    posted = await client.chat_postMessage(channel=LEADS, text="card", metadata=METADATA)
    await client.chat_update(channel=LEADS, ts=posted["ts"], text="card, changed")

    silent = await client.conversations_history(channel=LEADS)
    told = await client.conversations_history(channel=LEADS, include_all_metadata=True)
    in_thread = await client.conversations_replies(channel=LEADS, ts=posted["ts"], include_all_metadata=True)

    assert "metadata" not in silent["messages"][0]
    assert told["messages"][0]["metadata"] == METADATA
    assert in_thread["messages"][0]["metadata"] == METADATA


async def test_an_update_with_text_alone_takes_the_blocks_away(rig: Rig) -> None:
    workspace, client = rig
    posted = await client.chat_postMessage(channel=LEADS, text="card", blocks=[section("hello")])
    await client.chat_update(channel=LEADS, ts=posted["ts"], text="only text")
    (message,) = workspace.messages(LEADS)
    assert (message.text, message.blocks) == ("only text", ())
    assert message.edited_ts is not None


async def test_only_own_messages_may_be_changed(rig: Rig) -> None:
    workspace, client = rig
    said = await workspace.say(ANNA, LEADS, "mine")
    assert await error_of(client.chat_update(channel=LEADS, ts=said.ts, text="x")) == "cant_update_message"
    assert await error_of(client.chat_delete(channel=LEADS, ts=said.ts)) == "cant_delete_message"
    assert await error_of(client.chat_update(channel=LEADS, ts="1.000001", text="x")) == "message_not_found"


async def test_a_long_update_is_too_long(rig: Rig) -> None:
    posted = await rig[1].chat_postMessage(channel=LEADS, text="short")
    assert (
        await error_of(rig[1].chat_update(channel=LEADS, ts=posted["ts"], text="x" * 4001)) == "msg_too_long"
    )


async def test_a_deleted_message_is_gone(rig: Rig) -> None:
    workspace, client = rig
    posted = await client.chat_postMessage(channel=LEADS, text="oops")
    await client.chat_delete(channel=LEADS, ts=posted["ts"])
    assert workspace.messages(LEADS) == []


async def test_an_ephemeral_is_seen_by_one_and_cannot_be_updated(rig: Rig) -> None:
    workspace, client = rig
    posted = await client.chat_postEphemeral(channel=LEADS, user=ANNA, text="psst")
    assert [each.text for each in workspace.messages(LEADS, seen_by=ANNA)] == ["psst"]
    assert workspace.messages(LEADS, seen_by=BEN) == []
    assert (await client.conversations_history(channel=LEADS))["messages"] == []
    changed = client.chat_update(channel=LEADS, ts=posted["message_ts"], text="x")
    assert await error_of(changed) == "message_not_found"


async def test_an_ephemeral_needs_its_reader_in_the_channel(rig: Rig) -> None:
    posted = rig[1].chat_postEphemeral(channel=MANAGERS, user=ANNA, text="psst")
    assert await error_of(posted) == "user_not_in_channel"


async def test_replies_live_in_their_thread(rig: Rig) -> None:
    client = rig[1]
    root = await client.chat_postMessage(channel=LEADS, text="root")
    await client.chat_postMessage(channel=LEADS, text="reply", thread_ts=root["ts"])

    history = await client.conversations_history(channel=LEADS)
    thread = await client.conversations_replies(channel=LEADS, ts=root["ts"])

    assert [(each["text"], each["reply_count"]) for each in history["messages"]] == [("root", 1)]
    assert [each["text"] for each in thread["messages"]] == ["root", "reply"]
    assert [call.thread_ts for call in rig[0].calls if call.method == "chat.postMessage"] == [
        None,
        root["ts"],
    ]


async def test_replies_outlive_the_message_that_they_stand_under(rig: Rig) -> None:
    client = rig[1]
    root = await client.chat_postMessage(channel=LEADS, text="root")
    reply = await client.chat_postMessage(channel=LEADS, text="reply", thread_ts=root["ts"])
    await client.chat_delete(channel=LEADS, ts=root["ts"])

    thread = await client.conversations_replies(channel=LEADS, ts=root["ts"])
    assert [each["text"] for each in thread["messages"]] == ["reply"]
    await client.chat_delete(channel=LEADS, ts=reply["ts"])
    assert await error_of(client.conversations_replies(channel=LEADS, ts=root["ts"])) == "thread_not_found"


async def test_history_pages_from_the_newest(rig: Rig) -> None:
    client = rig[1]
    stamps = [(await client.chat_postMessage(channel=LEADS, text=str(n)))["ts"] for n in range(5)]
    texts: list[str] = []
    cursor: str | None = None
    while cursor != "":
        page = await client.conversations_history(channel=LEADS, limit=2, cursor=cursor)
        texts += [each["text"] for each in page["messages"]]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
    between = await client.conversations_history(channel=LEADS, oldest=stamps[1], latest=stamps[3])
    around = await client.conversations_history(
        channel=LEADS, oldest=stamps[1], latest=stamps[3], inclusive=True
    )

    assert texts == ["4", "3", "2", "1", "0"]
    assert [each["text"] for each in between["messages"]] == ["2"]
    assert [each["text"] for each in around["messages"]] == ["3", "2", "1"]
    assert await error_of(client.conversations_history(channel=LEADS, cursor="nonsense")) == "invalid_cursor"


async def test_stamps_rise_and_are_never_given_twice(rig: Rig) -> None:
    posted = await asyncio.gather(*(rig[1].chat_postMessage(channel=LEADS, text="x") for _ in range(20)))
    stamps = [each["ts"] for each in posted]
    assert len(set(stamps)) == 20
    assert [message.ts for message in rig[0].messages(LEADS)] == sorted(stamps)


async def test_people_and_channels_can_be_looked_up(rig: Rig) -> None:
    client = rig[1]
    assert (await client.users_info(user=ANNA))["user"]["real_name"] == "Anna Rivera"
    assert (await client.users_lookupByEmail(email="Maya@example.com"))["user"]["id"] == MAYA
    assert await error_of(client.users_info(user="U0NOBODY")) == "user_not_found"
    assert await error_of(client.users_lookupByEmail(email="x@example.com")) == "users_not_found"
    channels = await client.conversations_list(types="public_channel,private_channel")
    assert {each["name"] for each in channels["channels"]} == {
        "leads",
        "marketing",
        "general",
        "sales-managers",
    }
    assert ANNA in (await client.conversations_members(channel=LEADS))["members"]


async def test_joining_makes_the_bot_a_member(rig: Rig) -> None:
    await rig[1].conversations_join(channel=GENERAL)
    assert (await rig[1].chat_postMessage(channel=GENERAL, text="hello"))["ok"]


async def test_a_file_goes_up_in_two_steps(rig: Rig) -> None:
    workspace, client = rig
    await client.files_upload_v2(
        content="a,b\n1,2\n", filename="rows.csv", channel=LEADS, initial_comment="The rows"
    )
    (message,) = workspace.messages(LEADS)
    assert message.text == "The rows"
    assert [workspace.slack.uploads[file_id] for file_id in message.files] == [b"a,b\n1,2\n"]


async def test_one_message_a_second_and_channel() -> None:
    async with serving(Config(app=APP)) as (workspace, client):
        await client.chat_postMessage(channel=LEADS, text="one")
        await client.chat_postMessage(channel="C0MARKETING", text="another channel")
        with pytest.raises(SlackApiError) as refusal:
            await client.chat_postMessage(channel=LEADS, text="two")
        kept = [message.text for message in workspace.messages(LEADS)]

    assert refusal.value.response.status_code == 429
    assert refusal.value.response.headers["Retry-After"] == "1"
    assert refusal.value.response["error"] == "ratelimited"
    assert kept == ["one"]
    assert [violation.channel for violation in workspace.violations] == [LEADS]


async def test_who_waits_as_long_as_told_is_let_through() -> None:
    async with serving(Config(app=APP, rate=20.0)) as (workspace, client):
        await client.chat_postMessage(channel=LEADS, text="one")
        with pytest.raises(SlackApiError) as refusal:
            await client.chat_postMessage(channel=LEADS, text="two")
        await asyncio.sleep(float(refusal.value.response.headers["Retry-After"]))
        await client.chat_postMessage(channel=LEADS, text="two")
        assert len(workspace.messages(LEADS)) == 2


async def test_every_call_is_in_the_log_with_its_outcome(rig: Rig) -> None:
    workspace, client = rig
    await client.chat_postMessage(channel=LEADS, text="hello")
    await error_of(client.chat_postMessage(channel="C0NOWHERE", text="hello"))
    told = [(call.method, call.channel, call.outcome) for call in workspace.calls]
    assert told == [
        ("chat.postMessage", LEADS, "ok"),
        ("chat.postMessage", "C0NOWHERE", "channel_not_found"),
    ]


async def test_api_test_echoes_and_fails_on_request(rig: Rig) -> None:
    assert (await rig[1].api_test(foo="bar"))["args"] == {"foo": "bar"}
    assert await error_of(rig[1].api_test(error="my_error")) == "my_error"


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_a_body_that_is_no_json_object_is_refused(rig: Rig, body: str, error: str) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {APP.bot_token}"}
    url = f"{rig[1].base_url}chat.postMessage"
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        assert (await response.json())["error"] == error


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("conversations.history", {"channel": LEADS, "limit": "many"}, "invalid_arguments"),
        ("conversations.history", {"channel": LEADS, "limit": 1000}, "invalid_arguments"),
        ("conversations.history", {"channel": LEADS, "oldest": "noon"}, "invalid_ts_oldest"),
        ("conversations.history", {"channel": GENERAL}, "not_in_channel"),
        ("conversations.replies", {"channel": LEADS, "ts": "1.000001"}, "thread_not_found"),
        ("conversations.list", {"types": "secret"}, "invalid_types"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": f"{ANNA},{BEN}"}, "too_many_users"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
        ("conversations.join", {"channel": MANAGERS}, "method_not_supported_for_channel_type"),
        ("chat.postMessage", {"channel": {"id": LEADS}, "text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": LEADS, "text": "x", "metadata": [1]}, "invalid_metadata_format"),
        ("chat.postMessage", {"channel": LEADS, "markdown_text": "x" * 12_001}, "msg_too_long"),
        (
            "chat.postMessage",
            {"channel": LEADS, "attachments": [{"text": "x"}] * 101},
            "too_many_attachments",
        ),
        ("chat.postEphemeral", {"channel": LEADS, "user": ANNA, "text": "x" * 40_001}, "msg_too_long"),
        ("chat.getPermalink", {"channel": LEADS, "message_ts": "1.000001"}, "message_not_found"),
        ("files.completeUploadExternal", {"files": []}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": [{"id": "F0"}]}, "file_not_found"),
        ("views.publish", {"user_id": "U0NOBODY", "view": {"type": "home", "blocks": []}}, "user_not_found"),
        ("views.publish", {"user_id": ANNA, "view": "x"}, "invalid_arguments"),
        ("views.publish", {"user_id": ANNA, "view": [1]}, "invalid_arguments"),
        ("views.update", {"view": {"type": "home", "blocks": []}}, "invalid_arguments"),
    ],
)
async def test_every_family_refuses_in_slacks_words(
    rig: Rig, method: str, arguments: dict[str, Any], error: str
) -> None:
    assert await error_of(rig[1].api_call(method, json=arguments)) == error


async def test_a_view_may_be_too_large_twice_named_or_unwelcome(rig: Rig) -> None:
    workspace, client = rig
    title = {"type": "plain_text", "text": "x"}
    named = {"type": "modal", "title": title, "external_id": "mine", "blocks": [DIVIDER]}
    huge = {"type": "modal", "title": title, "blocks": [section("x" * 2900)] * 90}

    def trigger() -> str:
        return workspace.slack.triggers.issue(ANNA)

    assert await error_of(client.views_open(trigger_id=trigger(), view=huge)) == "view_too_large"
    assert await error_of(client.views_push(trigger_id=trigger(), view=named)) == "not_found"
    assert await error_of(client.views_open(trigger_id=trigger(), view=named)) == "ok"
    assert await error_of(client.views_push(trigger_id=trigger(), view=named)) == "duplicate_external_id"
    home = {"type": "home", "blocks": [DIVIDER]}
    assert await error_of(client.views_open(trigger_id=trigger(), view=home)) == "invalid_arguments"


async def test_an_app_without_a_home_tab_publishes_none() -> None:
    async with serving(replace(QUICK, app=replace(APP, home_tab=False))) as (_, client):
        home = {"type": "home", "blocks": [DIVIDER]}
        assert await error_of(client.views_publish(user_id=ANNA, view=home)) == "not_enabled"


async def test_markdown_becomes_a_block_and_long_text_is_cut(rig: Rig) -> None:
    workspace, client = rig
    await client.chat_postMessage(channel=LEADS, markdown_text="**hello**")
    answer = await client.chat_postMessage(channel=LEADS, text="x" * 40_001)
    told = workspace.messages(LEADS)
    assert told[0].blocks[0]["text"] == "**hello**"
    assert answer["response_metadata"]["warnings"] == ["message_truncated"]
    assert len(told[1].text) == 40_000


async def test_an_update_with_blocks_alone_keeps_the_text(rig: Rig) -> None:
    workspace, client = rig
    posted = await client.chat_postMessage(channel=LEADS, text="fallback")
    arguments = {"channel": LEADS, "ts": posted["ts"], "blocks": [section("new")]}
    await client.api_call("chat.update", json=arguments)
    (message,) = workspace.messages(LEADS)
    assert (message.text, message.blocks[0]["text"]["text"]) == ("fallback", "new")


async def test_a_reply_to_a_reply_joins_the_thread_and_deleting_it_leaves_the_rest(rig: Rig) -> None:
    workspace, client = rig
    root = await client.chat_postMessage(channel=LEADS, text="root")
    reply = await client.chat_postMessage(channel=LEADS, text="reply", thread_ts=root["ts"])
    deeper = await client.chat_postMessage(channel=LEADS, text="deeper", thread_ts=reply["ts"])
    await client.chat_delete(channel=LEADS, ts=reply["ts"])
    assert [each.ts for each in workspace.world.replies(LEADS, root["ts"])] == [deeper["ts"]]


async def test_a_message_has_an_address(rig: Rig) -> None:
    posted = await rig[1].chat_postMessage(channel=LEADS, text="x")
    link = await rig[1].chat_getPermalink(channel=LEADS, message_ts=posted["ts"])
    assert link["permalink"].endswith(f"/archives/{LEADS}/p{posted['ts'].replace('.', '')}")


async def test_an_open_conversation_can_be_told_in_full(rig: Rig) -> None:
    opened = await rig[1].conversations_open(users=[ANNA], return_im=True)
    again = await rig[1].conversations_open(channel="D0ANNA")
    everyone = await rig[1].users_list()
    assert (opened["channel"]["user"], again["channel"]["id"]) == (ANNA, "D0ANNA")
    assert {"U0ANNA", "U0APP", "USLACKBOT"} <= {each["id"] for each in everyone["members"]}


async def test_a_file_needs_its_address() -> None:
    async with (
        serving() as (workspace, _),
        aiohttp.ClientSession() as session,
        session.post(f"{workspace.slack.url}/upload/F0NONE", data=b"x") as response,
    ):
        assert response.status == 404
