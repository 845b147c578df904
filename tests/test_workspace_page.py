"""The page: what a person sees, what they cannot be made to run, and forms that work without a script."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from workspace_rig import (
    ANNA,
    BEN,
    LEADS,
    MAYA,
    QUICK,
    Markup,
    bolt_app,
    client_of,
    connected,
    page_of,
    serving,
)

from workspace import Workspace
from workspace.page.blocks import Canvas, draw
from workspace.page.mrkdwn import mrkdwn
from workspace.page.reader import Reader

Json = dict[str, Any]
Rig = tuple[Workspace, AsyncWebClient]
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<javascript:alert(1)|click me>",
    "<img/src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "*<b>bold</b>* _<i>x</i>_ ~<s>~ `<code>` ```<pre>```",
    "<https://x.test/\"onmouseover='alert(1)'|x>",
    "' onfocus=alert(1) autofocus='",
    "</style><svg onload=alert(1)>",
    ":<b>: <!date^1^{date}^javascript:alert(1)|x>",
)
MRKDWN_TAGS = {"strong", "em", "s", "code", "pre", "blockquote", "time", "a", "span"}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    workspace = Workspace(QUICK)
    async with workspace.serve() as running:
        yield workspace, client_of(running)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrk(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def leaf(text: str, **style: bool) -> Json:
    return {"type": "text", "text": text, "style": style}


def every_block(text: str) -> list[Json]:
    """One message with a text in every place an app can put one; the limits cut it where they must."""
    short = text[:20]
    option = {"text": plain(text[:75]), "value": text[:150]}
    button = {
        "type": "button",
        "text": plain(text[:75]),
        "value": text,
        "action_id": text,
        "url": f"https://x.test/{text}",
    }
    rich = [
        leaf(text, bold=True),
        {"type": "link", "url": text, "text": text},
        {"type": "emoji", "name": text},
    ]
    rich += [{"type": "user", "user_id": text}, {"type": "date", "timestamp": 1, "format": text, "url": text}]
    points = [{"label": short, "value": 2}]
    axis = {"categories": [short], "x_label": text[:50]}
    return [
        {"type": "header", "text": plain(text)},
        {"type": "section", "text": mrk(text), "fields": [mrk(text)], "accessory": button, "block_id": text},
        {"type": "context", "elements": [mrk(text), {"type": "image", "image_url": text, "alt_text": text}]},
        {"type": "actions", "elements": [{"type": "static_select", "action_id": text, "options": [option]}]},
        {"type": "actions", "elements": [{"type": "overflow", "action_id": text, "options": [option]}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": rich}]},
        {"type": "image", "image_url": text, "alt_text": text, "title": plain(text)},
        {"type": "markdown", "text": f"{text}\n\n[x]({text}) ![y]({text}) [z](javascript:alert(1))"},
        {"type": "data_visualization", "title": text[:50], "chart": {"type": "pie", "segments": points}},
        {
            "type": "data_visualization",
            "title": text[:50],
            "chart": {"type": "bar", "series": [{"name": short, "data": points}], "axis_config": axis},
        },
        {"type": "table", "rows": [[{"type": "raw_text", "text": text}]]},
        {"type": "card", "title": plain(text), "body": mrk(text)},
        {"type": "carousel", "elements": [{"type": "card", "title": plain(text)}]},
        {"type": "container", "title": plain(text), "child_blocks": [{"type": "section", "text": mrk(text)}]},
    ]


async def harmless_tags() -> set[str]:
    """The tags of a page with the same blocks and nothing but plain words in them."""
    async with serving() as (workspace, client):
        await client.chat_postMessage(channel=LEADS, text="words", blocks=every_block("words"))
        page = Markup(await page_of(workspace, f"/?as={ANNA}&channel={LEADS}"))
    return {tag for tag, _ in page.tags}


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_never_becomes_markup(rig: Rig, text: str) -> None:
    workspace, client = rig
    await client.chat_postMessage(channel=LEADS, text=text, blocks=every_block(text))
    await client.chat_postMessage(channel=LEADS, text=text)
    await workspace.say(ANNA, LEADS, text)
    page = Markup(await page_of(workspace, f"/?as={ANNA}&channel={LEADS}"))
    harmless = await harmless_tags()

    assert {tag for tag, _ in page.tags} <= harmless | MRKDWN_TAGS
    assert [attributes.get("src") for attributes in page.all("script")] == ["/live.js"]
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        if tag == "a":
            assert str(attributes["href"]).startswith(("/?", "https://", "http://", "mailto:")), attributes
        if tag == "link":
            assert str(attributes["href"]).startswith("/")


async def test_hostile_names_and_titles_never_become_markup() -> None:
    workspace = Workspace(QUICK)
    async with workspace.serve() as running:
        blocks = [
            {
                "type": "input",
                "block_id": text,
                "label": plain(text),
                "hint": plain(text),
                "element": {
                    "type": "plain_text_input",
                    "action_id": text,
                    "initial_value": text,
                    "placeholder": plain(text),
                },
            }
            for text in HOSTILE
        ]
        view = {
            "type": "modal",
            "title": plain(HOSTILE[0][:24]),
            "submit": plain(HOSTILE[1][:24]),
            "blocks": blocks,
        }
        trigger_id = workspace.slack.triggers.issue(ANNA)
        await client_of(running).views_open(trigger_id=trigger_id, view=view)
        page = Markup(await page_of(workspace, f"/?as={ANNA}"))

    assert not {"img", "i", "iframe", "svg", "style"} & {tag for tag, _ in page.tags}
    assert len(page.all("script")) == 1
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    typed = [attributes.get("value") for attributes in page.all("input") if attributes.get("type") == "text"]
    assert set(HOSTILE) <= set(typed)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~no~ `x`", "<strong>bold</strong> <em>it</em> <s>no</s> <code>x</code>"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("a &amp; b &lt;c&gt;", "a &amp; b &lt;c&gt;"),
        (
            "<@U0BEN> in <#C0LEADS>",
            '<span class="mention">@Ben Okafor</span> in <span class="mention">#leads</span>',
        ),
        (
            "<!here> <!subteam^S1|@sales>",
            '<span class="mention">@here</span> <span class="mention">@sales</span>',
        ),
        ("<#G0MANAGERS>", '<span class="mention">#private channel</span>'),
        (":fire: :not_an_emoji:", "🔥 :not_an_emoji:"),
        (":wave::skin-tone-3:", "👋"),
        ("before\n&gt; quoted\nafter", "before<blockquote>quoted</blockquote>after"),
        ("```x &lt; *1*```", "<pre>x &lt; *1*</pre>"),
        ("<!date^1700000000^{date_num} {time}|then>", '<time title="then">2023-11-14 23:13</time>'),
        ("*<@U0BEN>*", '<strong><span class="mention">@Ben Okafor</span></strong>'),
        ("<javascript:alert(1)>", "&lt;javascript:alert(1)&gt;"),
    ],
)
async def test_mrkdwn_reads_as_in_slack(text: str, html: str) -> None:
    world = Workspace(QUICK).world
    assert str(mrkdwn(text, Reader(world, world.users[ANNA]))) == html


async def test_links_lead_outside_without_telling_where_from() -> None:
    world = Workspace(QUICK).world
    page = Markup(str(mrkdwn("<https://x.test/?a=1&amp;b=2|here>", Reader(world, world.users[ANNA]))))
    (link,) = page.all("a")
    assert (link["href"], page.text) == ("https://x.test/?a=1&b=2", "here")
    assert link["rel"] == "noopener noreferrer nofollow"


async def test_a_block_the_page_does_not_know_is_shown_in_an_honest_box() -> None:
    world = Workspace(QUICK).world
    block = {"type": "hologram", "text": "<script>alert(1)</script>"}
    page = Markup(str(draw(block, Canvas(Reader(world, world.users[ANNA])))))
    assert "This local workspace does not draw the block type “hologram” yet." in page.text
    assert '"text": "<script>alert(1)</script>"' in page.text
    assert page.all("script") == []


async def test_charts_are_drawn_as_svg(rig: Rig) -> None:
    workspace, client = rig
    weeks, values = ["W1", "W2", "W3"], [5, -2, 12_500]
    data = [{"label": week, "value": value} for week, value in zip(weeks, values, strict=True)]
    for kind in ("bar", "line", "area"):
        chart = {
            "type": kind,
            "series": [{"name": "Leads", "data": data}],
            "axis_config": {"categories": weeks},
        }
        block = {"type": "data_visualization", "title": "Leads", "chart": chart}
        await client.chat_postMessage(channel=LEADS, text="chart", blocks=[block])
    page = Markup(await page_of(workspace, f"/?as={ANNA}&channel={LEADS}"))
    assert len([tag for tag, attributes in page.tags if tag == "rect" and attributes.get("height")]) == 3
    assert (len(page.all("polyline")), len(page.all("polygon"))) == (2, 1)
    assert "Leads: 12,500" in page.text


async def test_an_ephemeral_is_on_one_persons_page_only(rig: Rig) -> None:
    workspace, client = rig
    await client.chat_postEphemeral(channel=LEADS, user=ANNA, text="psst")
    hers = Markup(await page_of(workspace, f"/?as={ANNA}&channel={LEADS}")).text
    his = Markup(await page_of(workspace, f"/?as={BEN}&channel={LEADS}")).text
    assert "Only visible to you" in hers
    assert "psst" in hers
    assert "psst" not in his


async def test_a_private_channel_is_listed_for_its_members_only(rig: Rig) -> None:
    path = "/?as={}&channel=G0MANAGERS"
    hers, his = [Markup(await page_of(rig[0], path.format(user))).text for user in (MAYA, BEN)]
    assert "sales-managers" in hers
    assert "sales-managers" not in his


async def test_threads_open_beside_the_channel(rig: Rig) -> None:
    workspace, client = rig
    root = await client.chat_postMessage(channel=LEADS, text="root")
    await workspace.say(BEN, LEADS, "a reply", thread_ts=root["ts"])
    channel = Markup(await page_of(workspace, f"/?as={ANNA}&channel={LEADS}")).text
    thread = Markup(await page_of(workspace, f"/?as={ANNA}&channel={LEADS}&thread={root['ts']}")).text
    assert "1 reply" in channel
    assert "a reply" not in channel
    assert "a reply" in thread


async def test_the_policy_forbids_everything_from_elsewhere(rig: Rig) -> None:
    async with aiohttp.ClientSession() as session, session.get(rig[0].slack.url) as response:
        policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; object-src 'none'")
    assert "unsafe" not in policy


async def send(
    workspace: Workspace, deed: str, fields: list[tuple[str, str]], **headers: str
) -> tuple[int, str]:
    """Send a form as a browser without scripts does, and return where it leads."""
    url = f"{workspace.slack.url}/do/{deed}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=fields, allow_redirects=False, headers=headers) as response,
    ):
        return response.status, response.headers.get("Location", "")


async def test_the_composer_says_text_and_runs_commands() -> None:
    workspace = Workspace(QUICK)
    async with workspace.serve() as running:
        app = bolt_app(running)

        @app.command("/echo")
        async def echo(ack: AsyncAck, command: Json) -> None:
            await ack(f"echo {command['text']}")

        @app.event("message")
        async def heard() -> None:
            pass

        async with connected(app, workspace, running):
            here = [("as", ANNA), ("channel", LEADS)]
            assert await send(workspace, "say", [*here, ("text", "hello")]) == (
                303,
                f"/?as={ANNA}&channel={LEADS}",
            )
            await send(workspace, "say", [*here, ("text", "/echo  last 30 days ")])
            page = Markup(await page_of(workspace, f"/?as={ANNA}&channel={LEADS}"))

    assert [message.text for message in workspace.messages(LEADS)] == ["hello", "echo last 30 days"]
    assert "echo last 30 days" in page.text
    assert "Says it again" in page.text  # the command's description, in the list of commands


async def test_a_modal_can_be_filled_in_with_forms_alone() -> None:
    workspace = Workspace(QUICK)
    button = {"type": "button", "action_id": "open", "text": plain("Open")}
    field = {"type": "plain_text_input", "action_id": "v", "min_length": 2}
    ticks = {"type": "checkboxes", "action_id": "v", "options": [{"text": plain("A"), "value": "a"}]}
    ticks["initial_options"] = ticks["options"]
    view = {
        "type": "modal",
        "callback_id": "note",
        "title": plain("A note"),
        "submit": plain("Save"),
        "blocks": [
            {"type": "input", "block_id": "note", "label": plain("Note"), "element": field},
            {
                "type": "input",
                "block_id": "ticks",
                "optional": True,
                "label": plain("Also"),
                "element": ticks,
            },
        ],
    }
    values: list[Json] = []
    async with workspace.serve() as running:
        app = bolt_app(running)

        @app.action("open")
        async def open_it(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=view)

        @app.view("note")
        async def submitted(ack: AsyncAck, view: Json) -> None:
            values.append(view["state"]["values"])
            await ack(
                **({"response_action": "errors", "errors": {"note": "Longer."}} if len(values) == 1 else {})
            )

        async with connected(app, workspace, running):
            posted = await client_of(running).chat_postMessage(
                channel=LEADS, text="x", blocks=[{"type": "actions", "block_id": "row", "elements": [button]}]
            )
            here = [("as", ANNA), ("channel", LEADS)]
            click = json.dumps({"action_id": "open", "block_id": "row", "value": None})
            await send(workspace, "click", [*here, ("ts", posted["ts"]), ("click", click)])
            page = Markup(await page_of(workspace, f"/?as={ANNA}&channel={LEADS}"))
            (view_id,) = {a["value"] for a in page.all("input") if a.get("name") == "view_id"}
            filled = [*here, ("view_id", str(view_id)), ('["note", "v"]', "hm")]
            await send(workspace, "submit", filled)
            told = Markup(await page_of(workspace, f"/?as={ANNA}&channel={LEADS}")).text
            await send(workspace, "submit", filled)

    assert "A note" in page.text
    assert "Longer." in told
    assert workspace.modal(ANNA) is None
    assert values[0]["note"]["v"]["value"] == "hm"
    assert values[0]["ticks"]["v"]["selected_options"] == []  # a box that was unticked


async def test_a_form_of_another_site_does_nothing(rig: Rig) -> None:
    fields = [("as", ANNA), ("channel", LEADS), ("text", "forged")]
    assert (await send(rig[0], "say", fields, Origin="https://evil.test"))[0] == 403
    assert rig[0].messages(LEADS) == []


async def test_a_click_on_what_is_gone_leads_back(rig: Rig) -> None:
    click = json.dumps({"action_id": "go", "block_id": "row", "value": None})
    fields = [("as", ANNA), ("channel", LEADS), ("ts", "1.000001"), ("click", click)]
    assert await send(rig[0], "click", fields) == (303, f"/?as={ANNA}&channel={LEADS}")


async def test_news_of_changes_comes_as_server_sent_events(rig: Rig) -> None:
    workspace, client = rig
    async with aiohttp.ClientSession() as session, session.get(f"{workspace.slack.url}/events") as stream:
        await client.chat_postMessage(channel=LEADS, text="news")
        lines = [await stream.content.readline() for _ in range(2)]
    assert stream.content_type == "text/event-stream"
    assert lines[0].strip() == b"event: change"


async def test_the_one_script_is_small_and_its_own(rig: Rig) -> None:
    script = await page_of(rig[0], "/live.js")
    assert len(script.splitlines()) < 80
    assert "http" not in script
    assert script == (Path(__file__).parent.parent / "workspace/page/live.js").read_text(encoding="utf-8")


async def test_buttons_with_an_address_lead_there_and_modals_close_without_a_script() -> None:
    workspace = Workspace(QUICK)
    link = {"type": "button", "action_id": "open", "text": plain("Open"), "url": "https://x.test/lead"}
    evil = {"type": "button", "action_id": "evil", "text": plain("Open"), "url": "javascript:alert(1)"}
    pick = {"type": "static_select", "action_id": "pick", "options": [{"text": plain("A"), "value": "a"}]}
    view = {
        "type": "modal",
        "title": plain("Hi"),
        "blocks": [{"type": "actions", "block_id": "m", "elements": [pick]}],
    }
    heard: list[Json] = []
    async with workspace.serve() as running:
        app = bolt_app(running)

        @app.action({"type": "block_actions", "block_id": "row"})
        @app.action({"type": "block_actions", "block_id": "m"})
        async def note(ack: AsyncAck, action: Json) -> None:
            await ack()
            heard.append(action)

        async with connected(app, workspace, running):
            client = client_of(running)
            blocks = [{"type": "actions", "block_id": "row", "elements": [link, evil]}]
            posted = await client.chat_postMessage(channel=LEADS, text="x", blocks=blocks)
            here = [("as", ANNA), ("channel", LEADS)]

            async def click(block_id: str, action_id: str, *more: tuple[str, str]) -> tuple[int, str]:
                click = json.dumps({"action_id": action_id, "block_id": block_id, "value": None})
                return await send(workspace, "click", [*here, *more, ("click", click)])

            assert await click("row", "open", ("ts", posted["ts"])) == (303, "https://x.test/lead")
            assert await click("row", "evil", ("ts", posted["ts"])) == (303, f"/?as={ANNA}&channel={LEADS}")
            await client.views_open(trigger_id=workspace.slack.triggers.issue(ANNA), view=view)
            modal = workspace.modal(ANNA)
            assert modal is not None
            await click("m", "pick", ("view_id", modal.id), ('["m", "pick"]', "a"))
            await send(workspace, "close", here)
            gone = await click("m", "pick", ("view_id", modal.id))

    assert [action["action_id"] for action in heard] == ["open", "evil", "pick"]
    assert heard[2]["selected_option"]["value"] == "a"
    assert workspace.modal(ANNA) is None
    assert gone == (303, f"/?as={ANNA}&channel={LEADS}")


async def test_an_old_address_leads_to_a_place_that_exists(rig: Rig) -> None:
    page = Markup(await page_of(rig[0], "/?as=U0NOBODY&channel=C0NOWHERE&thread=1.5&tab=home"))
    assert "This is the very beginning of #leads." in page.text
