"""Nobody acts or reads beyond their role: masked channels, `Reveal`, what is refused and written down."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from bot_rig import Stage, local_slack, settings_for
from slack_rig import ANNA, BEN, GENERAL, LEADS, MAYA, Talk, buttons, captured, event, talking
from store_rig import change
from workspace_rig import page_of

from bot.actions import ACTIONS, SUBMISSIONS
from bot.commands import COMMANDS
from bot.roles import NEEDS
from bot.service import running
from briefs.message import words_of
from storage.audit import Entry
from workspace import Message, View
from workspace.payloads import message_action, view_action

TOM = "U0TOM"
PERSON = {
    "email": "quirina.sousa@initech.example",
    "name": "Quirina Sousa",
    "company": "Initech",
    "phone": "+351 555 0199",
    "title": "Plant director",
}
COMMENT = "Dana Whitfield recommended you. Call me on +351 555 0199 by next week. Quirina"
THEIRS = ("quirina", "sousa", "initech", "555 0199", "plant director", "whitfield", "recommended")
ASKED = event("lead.captured", "1", {"person": PERSON, "form": "Contact sales", "comment": COMMENT})
RULES = """
crm_url: https://crm.example/?q={{email}}
masks: {masks}
people:
  members: {{U0TOM: marketer, U0MAYA: manager}}
  reveal: {reveal}
  work: {work}
  count: [manager, marketer]
"""
NOT_SEEN = f"Only reps and managers may see what is hidden here; your role is marketer. Ask @{MAYA}."
NOT_WORKED = f"Only reps and managers may claim leads and log calls; your role is marketer. Ask @{MAYA}."
NOT_COUNTED = f"Only managers and marketers may ask for numbers; your role is rep. Ask @{TOM} or @{MAYA}."

Masked = Callable[..., AbstractAsyncContextManager[Talk]]


@pytest.fixture
def masked(sqlite_url: str, tmp_path: Path) -> Masked:
    """A Tipoff whose channels have these masks."""

    @asynccontextmanager
    async def talking_with(
        masks: str,
        *,
        reveal: str = "[rep, manager]",
        work: str = "[rep, manager]",
        more: str = "",
        over_http: bool = False,
    ) -> AsyncIterator[Talk]:
        playbook = tmp_path / "playbook.yaml"
        rules = RULES.format(masks=masks, reveal=reveal, work=work) + more
        playbook.write_text(rules, encoding="utf-8")
        async with talking(sqlite_url, over_http=over_http, playbook=playbook) as talk:
            yield talk

    return talking_with


@pytest.fixture(params=["socket", "http"])
async def talk(request: pytest.FixtureRequest, masked: Masked) -> AsyncIterator[Talk]:
    async with masked('{"#leads": id}', over_http=request.param == "http") as one:
        yield one


async def a_brief(talk: Talk) -> Message:
    """The card of Quirina, who asked for a call."""
    await talk.send(ASKED)
    (card,) = await talk.cards(1)
    await talk.settled()
    return card


def leaked(*said: Any) -> list[str]:
    """What of Quirina stands in anything that was said."""
    text = "\n".join(json.dumps(one, ensure_ascii=False, default=repr) for one in said).casefold()
    return [one for one in THEIRS if one in text]


def whole(message: Message) -> Any:
    return [message.text, list(message.blocks), message.metadata]


async def deeds(talk: Talk) -> list[tuple[str, str, int | None]]:
    """Everything in the audit trail, oldest first."""
    return [
        (one.actor, one.action, one.lead_id)
        for one in reversed(await talk.tipoff.house.store.audit.latest(99))
    ]


async def modal(talk: Talk, user: str, words: str) -> View:
    return await talk.workspace.wait_for(
        lambda: ((top := talk.workspace.modal(user)) and words in said_in(top) and top) or None
    )


def said_in(view: View) -> str:
    return "\n".join(words_of(list(view.content["blocks"])))


def pressed(talk: Talk, card: Message, action_id: str, value: str, user: str, **other: Any) -> dict[str, Any]:
    """What Slack says of a button that the card may not have."""
    button = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
    return message_action(talk.workspace.slack, talk.workspace.people.user(user), card, [button], {}) | other


# What is posted


async def test_a_masked_channel_is_told_of_a_lead_and_nothing_of_the_person(talk: Talk) -> None:
    card = await a_brief(talk)

    assert leaked(whole(card)) == []
    assert card.text.splitlines()[0].startswith(
        "🔥 Contact sales form · asked for a call · urgent · answer by "
    )
    assert card.text.splitlines()[1] == "lead 1 · unassigned"
    assert buttons(card) == [
        ("tipoff.claim", "1"),
        ("tipoff.log_call", "1"),
        ("tipoff.timeline", "1"),
        ("tipoff.reveal", "1"),
    ]


async def test_a_claim_in_a_masked_channel_changes_the_card_and_shows_nobody(talk: Talk) -> None:
    card = await a_brief(talk)
    await talk.press(ANNA, "tipoff.claim", card)

    changed = await talk.workspace.wait_for(
        lambda: next((one for one in talk.public() if one.edited_ts), None)
    )
    assert changed.text.splitlines()[1] == f"lead 1 · owner @{ANNA}"
    assert leaked(whole(changed)) == []


@pytest.mark.parametrize(
    ("masks", "briefs"),
    [
        ('{"#leads": initials}', '"#leads"'),
        ("{C0LEADS: initials}", '"#leads"'),
        ('{"#leads": initials}', "C0LEADS"),
        ("{C0LEADS: initials}", "C0LEADS"),
        ('{"#leads": full, C0LEADS: initials}', '"#leads"'),
    ],
)
async def test_a_channel_has_its_mask_by_whichever_name(masked: Masked, masks: str, briefs: str) -> None:
    async with masked(masks, more=f"channels: {{briefs: {briefs}}}") as talk:
        card = await a_brief(talk)

        assert card.text.splitlines()[1] == "Q. S. · Initech · unassigned"
        assert "Wrote: a comment: Reveal shows it" in " ".join(card.text.split())
        assert set(leaked(whole(card))) == {"initech"}


async def test_another_channel_s_mask_masks_nothing(masked: Masked) -> None:
    async with masked('{"#marketing": id}') as talk:
        card = await a_brief(talk)

        assert (
            card.text.splitlines()[1]
            == "Quirina Sousa · Plant director at Initech · +351 555 0199 · unassigned"
        )
        assert "tipoff.reveal" not in [action for action, _ in buttons(card)]


async def test_a_digest_in_a_masked_channel_is_masked(masked: Masked) -> None:
    async with masked('{"#leads": id}', more="brief_burst: 1") as talk:
        await talk.send(
            *(captured(f"{n}", f"quirina{n}@initech.example", "Quirina Sousa") for n in range(40))
        )
        await talk.settled()

        assert leaked(*(whole(one) for one in talk.public())) == []
        assert any("new leads at once" in one.text for one in talk.public())


async def test_what_stands_in_a_channel_follows_its_new_mask(sqlite_url: str, tmp_path: Path) -> None:
    rules = tmp_path / "playbook.yaml"
    seen = []
    async with local_slack() as (local, slack), aiohttp.ClientSession() as http:
        settings = settings_for(slack, sqlite_url, rules)
        for masks, words in (("{}", "Quirina"), ("{'#leads': id}", "lead 1 ·"), ("{}", "Quirina")):
            rules.write_text(f"masks: {masks}", encoding="utf-8")
            async with running(settings) as tipoff:
                stage = Stage(local, settings, tipoff, http)
                await stage.send(ASKED)
                seen += [one.ts for one in await stage.shows(words)]
                await stage.settled()

        assert seen == [seen[0]] * 3
        assert set(stage.calls("chat.update")) == {"ok"}


async def test_while_slack_does_not_say_which_channel_it_is_nothing_is_said(
    sqlite_url: str, tmp_path: Path
) -> None:
    rules = tmp_path / "playbook.yaml"
    rules.write_text("masks: {'#marketing': id}", encoding="utf-8")
    async with (
        local_slack() as (local, slack),
        aiohttp.ClientSession() as http,
        running(settings_for(slack, sqlite_url, rules)) as tipoff,
    ):
        local.workspace.fault("users.conversations", "server_error", times=2)
        stage = Stage(local, settings_for(slack, sqlite_url, rules), tipoff, http)
        await stage.send(ASKED)
        await stage.shows("Quirina")

        assert stage.calls("users.conversations") == ["server_error", "server_error", "ok"]


# Reveal


async def test_reveal_shows_the_brief_to_one_person_and_is_written_down(talk: Talk) -> None:
    card = await a_brief(talk)

    await talk.press(ANNA, "tipoff.reveal", card)
    shown = await talk.hears(ANNA, "Quirina Sousa")

    assert (
        shown.text.splitlines()[1] == "Quirina Sousa · Plant director at Initech · +351 555 0199 · unassigned"
    )
    assert shown.ephemeral_to == ANNA
    assert [action for action, _ in buttons(shown)] == [
        *("tipoff.claim", "tipoff.log_call", "tipoff.timeline", "tipoff.crm"),
    ]
    assert leaked(*(whole(one) for one in talk.workspace.messages(LEADS, seen_by=BEN))) == []
    (entry,) = await talk.tipoff.house.store.audit.latest(9)
    assert entry == Entry(entry.at, ANNA, "reveal", 1, LEADS)


async def test_what_was_revealed_is_on_one_persons_page_only(masked: Masked) -> None:
    async with masked('{"#leads": id}') as talk:
        card = await a_brief(talk)
        await talk.press(ANNA, "tipoff.reveal", card)
        await talk.hears(ANNA, "Quirina Sousa")
        hers, his = [await page_of(talk.workspace, f"/?as={user}&channel={LEADS}") for user in (ANNA, BEN)]

        assert hers.index("Only visible to you") < hers.index("Quirina Sousa")
        assert leaked(his) == []


async def test_whose_role_does_not_let_them_is_told_who_may(talk: Talk) -> None:
    card = await a_brief(talk)

    await talk.press(TOM, "tipoff.reveal", card)

    assert (await talk.hears(TOM, "may")).text == NOT_SEEN
    assert leaked(*(whole(one) for one in talk.workspace.messages(LEADS))) == []
    assert await deeds(talk) == [(TOM, "reveal refused", 1)]


async def test_a_forged_reveal_shows_nothing(talk: Talk) -> None:
    card = await a_brief(talk)
    for value in ("", "x", "-1", "9" * 40, "1; DROP", "99"):
        before = len(talk.workspace.messages(LEADS))
        await talk.deliver("interactive", pressed(talk, card, "tipoff.reveal", value, ANNA))
        await talk.workspace.wait_for(lambda seen=before: len(talk.workspace.messages(LEADS)) > seen)
    for value in ("1", "99", "x"):
        forged = pressed(talk, card, "tipoff.reveal", value, TOM)
        del forged["channel"]
        await talk.deliver(
            "interactive", forged | {"view": {"id": "V1", "private_metadata": "1:1:C0OPEN:#open"}}
        )
    stranger = pressed(talk, card, "tipoff.reveal", "1", BEN)
    stranger["user"]["team_id"] = "T0OTHER"
    await talk.deliver("interactive", stranger)
    await talk.hears(BEN, "Only members of the workspace")
    await talk.workspace.wait_for(
        lambda: len([one for one in talk.workspace.messages(LEADS) if one.text == NOT_SEEN]) == 3
    )

    assert leaked(*(whole(one) for one in talk.workspace.messages(LEADS))) == []
    assert await deeds(talk) == [(TOM, "reveal refused", lead) for lead in (1, 99, None)]


async def test_where_no_role_may_reveal_nobody_does(masked: Masked) -> None:
    async with masked('{"#leads": id}', reveal="[]") as talk:
        card = await a_brief(talk)

        await talk.press(MAYA, "tipoff.reveal", card)

        assert (await talk.hears(MAYA, "Nobody")).text == (
            "Nobody may see what is hidden here; your role is manager. Ask whoever keeps the playbook."
        )


async def test_nothing_is_shown_that_could_not_be_written_down(talk: Talk) -> None:
    card = await a_brief(talk)
    await change(talk.tipoff.house.settings.database_url, sa.text("DROP TABLE audit"))

    await talk.press(ANNA, "tipoff.reveal", card)

    await talk.hears(ANNA, "Sorry, that failed")
    assert leaked(*(whole(one) for one in talk.workspace.messages(LEADS))) == []


# Other buttons


async def test_the_timeline_of_a_masked_lead_follows_the_role_of_whoever_opens_it(talk: Talk) -> None:
    pages = [
        event(
            "lead.engaged",
            f"p{n}",
            {
                "person": {"email": PERSON["email"]},
                "kind": "page_viewed",
                "page": {"url": f"https://x.example/?email={PERSON['email']}", "title": f"For Quirina {n}"},
            },
            time=f"2026-01-{n:02}T10:00:00Z",
        )
        for n in range(1, 25)
    ]
    await talk.send(*pages)
    card = await a_brief(talk)

    await talk.press(TOM, "tipoff.timeline", card)
    masked_one = await modal(talk, TOM, "page 1 of 2")
    await talk.workspace.click(TOM, "tipoff.timeline_page", view_id=masked_one.id)
    turned = await modal(talk, TOM, "page 2 of 2")
    await talk.press(ANNA, "tipoff.timeline", card)
    full = await modal(talk, ANNA, "page 1 of 2")

    assert leaked(masked_one.content, turned.content) == []
    assert "lead 1 · 25 actions" in said_in(masked_one).replace("\n", "")
    assert "visited a page" in said_in(turned)
    assert "“For Quirina 24”" in said_in(full)
    assert await deeds(talk) == [(ANNA, "timeline", 1)]


async def test_a_forged_page_of_a_timeline_shows_no_more(talk: Talk) -> None:
    card = await a_brief(talk)
    await talk.press(TOM, "tipoff.timeline", card)
    view = await modal(talk, TOM, "page 1 of 1")

    for metadata in ("1:1", "", "x:y:z", "1:1:C0OTHER:#other", "1:1:::::", "1:1:full"):
        button = {"type": "button", "action_id": "tipoff.timeline_page", "block_id": "b", "value": "1:1"}
        payload = view_action(talk.workspace.slack, talk.workspace.people.user(TOM), view, [button])
        payload["view"]["private_metadata"] = metadata
        before = len(talk.workspace.calls)
        assert await talk.deliver("interactive", payload) == (None, None)
        await talk.workspace.wait_for(lambda seen=before: len(talk.workspace.calls) > seen)
        view = await modal(talk, TOM, "page 1 of 1")
        assert leaked(view.content) == []

    assert await deeds(talk) == []


async def test_who_may_not_work_leads_claims_nothing_and_logs_nothing(talk: Talk) -> None:
    card = await a_brief(talk)
    await talk.press(TOM, "tipoff.claim", card)
    await talk.hears(TOM, NOT_WORKED)
    await talk.press(TOM, "tipoff.log_call", card)
    await talk.workspace.wait_for(
        lambda: len([one for one in talk.workspace.messages(LEADS) if one.text == NOT_WORKED]) == 2
    )
    state = {"outcome": {"outcome": {"type": "static_select", "selected_option": {"value": "connected"}}}}
    form = {
        "type": "view_submission",
        "user": {"id": TOM, "team_id": "T0LOCAL"},
        "team": {"id": "T0LOCAL", "domain": "local"},
        "view": {
            "id": "V1",
            "type": "modal",
            "callback_id": "tipoff.log_call",
            "private_metadata": "1",
            "state": {"values": state},
        },
    }
    answer = await talk.deliver("interactive", form)
    async with asyncio.timeout(20):
        while len(await deeds(talk)) < 3:  # noqa: ASYNC110 - the store rings no bell
            await asyncio.sleep(0.01)

    assert answer == (None, {"response_action": "errors", "errors": {"outcome": NOT_WORKED}})
    assert talk.workspace.modal(TOM) is None
    assert (await talk.tipoff.house.store.counts()).events == 1
    assert await deeds(talk) == [
        (TOM, "claim refused", 1),
        (TOM, "log_call refused", 1),
        (TOM, "log_call refused", 1),
    ]


async def test_whoever_claims_a_masked_lead_after_another_is_told_by_their_role(masked: Masked) -> None:
    async with masked('{"#leads": id}', work="[rep, marketer]") as talk:
        card = await a_brief(talk)
        await talk.press(ANNA, "tipoff.claim", card)
        await talk.workspace.wait_for(lambda: talk.public()[0].edited_ts)

        for user in (TOM, BEN):
            await talk.deliver("interactive", pressed(talk, card, "tipoff.claim", "1", user))

        assert (await talk.hears(TOM, "belongs")).text == f"lead 1 belongs to @{ANNA}."
        assert (await talk.hears(BEN, "belongs")).text == f"Quirina Sousa belongs to @{ANNA}."


# Commands


async def test_the_brief_of_a_command_follows_the_role_wherever_it_is_asked(talk: Talk) -> None:
    await a_brief(talk)

    for channel in (LEADS, GENERAL):
        said = await talk.ask("/lead", PERSON["email"].upper(), user=TOM, channel=channel)
        assert said.splitlines()[1] == "lead 1 · unassigned"
        assert leaked(said) == []
        said = await talk.ask("/lead", "quirina", user=ANNA, channel=channel)
        assert (
            said.splitlines()[1] == "Quirina Sousa · Plant director at Initech · +351 555 0199 · unassigned"
        )

    assert await deeds(talk) == [(ANNA, "/lead", 1)] * 2


async def test_two_who_ask_the_same_at_once_are_each_shown_what_is_theirs_to_see(talk: Talk) -> None:
    await a_brief(talk)

    users = [ANNA, TOM, BEN, TOM, ANNA]
    await asyncio.gather(*(talk.workspace.command(user, LEADS, "/lead", PERSON["email"]) for user in users))
    told = await talk.workspace.wait_for(
        lambda: (
            (
                (some := [one for one in talk.workspace.messages(LEADS) if one.ephemeral_to])
                and len(some) == len(users)
                and some
            )
            or None
        )
    )

    seen = sorted((str(one.ephemeral_to), one.text.splitlines()[1].split(" · ")[0]) for one in told)
    assert seen == [(ANNA, "Quirina Sousa")] * 2 + [(BEN, "Quirina Sousa")] + [(TOM, "lead 1")] * 2


async def test_a_number_finds_a_lead(talk: Talk) -> None:
    await a_brief(talk)

    for text in ("1", "lead 1", "Lead 1"):
        assert (await talk.ask("/lead", text, user=TOM)).splitlines()[1] == "lead 1 · unassigned"
        assert (await talk.ask("/lead", text, user=ANNA)).splitlines()[1].startswith("Quirina Sousa")
    assert (await talk.ask("/lead", "99", user=ANNA)).startswith("Nobody here matches “99”.")


async def test_behind_a_mask_a_part_of_a_name_finds_nobody(talk: Talk) -> None:
    await a_brief(talk)

    said = {
        await talk.ask("/lead", text, user=TOM)
        for text in ("quirina", "initech", "sousa@", "99", "%", "<@U1>")
    }

    assert {one.partition(". ")[2].partition(":")[0] for one in said} == {
        "Where names are hidden I look for whole addresses and numbers"
    }


async def test_a_choice_among_leads_is_written_down_for_each(talk: Talk) -> None:
    await talk.send(*(captured(f"{n}", f"a{n}@example.com", f"Quirina {n}") for n in (1, 2)))
    await talk.settled()

    await talk.ask("/lead", "quirina", user=ANNA)
    assert sorted(await deeds(talk)) == [(ANNA, "/lead", 1), (ANNA, "/lead", 2)]


async def test_numbers_are_for_the_roles_that_may_count(talk: Talk) -> None:
    for command in ("/funnel", "/campaigns"):
        assert await talk.ask(command, user=ANNA) == NOT_COUNTED
        assert (await talk.ask(command, user=TOM)).startswith(command[1:].capitalize())

    assert await deeds(talk) == [(ANNA, "/funnel refused", None), (ANNA, "/campaigns refused", None)]


# Everything else


async def test_without_rules_nobody_is_refused_and_nothing_is_written_down(sqlite_url: str) -> None:
    async with talking(sqlite_url) as talk:
        card = await a_brief(talk)
        await talk.press(TOM, "tipoff.timeline", card)
        await talk.press(TOM, "tipoff.claim", card)
        await modal(talk, TOM, "Quirina Sousa")
        await talk.ask("/funnel", user=TOM)
        await talk.ask("/lead", "quirina", user=TOM)
        await talk.workspace.wait_for(lambda: talk.public()[0].edited_ts)

        assert await deeds(talk) == []
        assert (await talk.tipoff.house.store.counts()).events == 2


def test_every_command_button_and_form_has_its_right() -> None:
    parts = {"/tipoff alerts"}

    assert set(NEEDS) == {*(one.name for one in COMMANDS), *parts, *ACTIONS, *SUBMISSIONS}


async def test_the_leads_behind_a_number_are_for_the_roles_that_may_see_people(talk: Talk) -> None:
    await talk.send(ASKED)
    await talk.settled()
    answer = await talk.hears(TOM, (await talk.ask("/kpi", "leads", user=TOM)).splitlines()[0])
    await talk.press(TOM, "tipoff.rows", answer)

    assert (await talk.hears(TOM, "hidden here")).text == NOT_SEEN
    assert [data for data in talk.workspace.slack.uploads.values() if data] == []
    assert await deeds(talk) == [(TOM, "rows refused", None)]


async def test_what_is_shared_of_numbers_shows_nobody(talk: Talk) -> None:
    await talk.send(ASKED)
    await talk.settled()
    answer = await talk.hears(TOM, (await talk.ask("/kpi", "leads by source", user=TOM)).splitlines()[0])
    await talk.press(TOM, "tipoff.share", answer)
    await talk.workspace.wait_for(lambda: [one for one in talk.public() if "New leads" in one.text])

    assert leaked(*(whole(one) for one in talk.public() if "New leads" in one.text)) == []
    assert await deeds(talk) == [(TOM, "share /kpi leads last 30 days by source", None)]


async def test_an_answer_is_given_again_to_those_who_see_as_much(talk: Talk) -> None:
    await talk.send(ASKED)
    await talk.settled()
    carried = []
    for user in (TOM, MAYA, TOM, MAYA):
        await talk.ask("/kpi", "leads", user=user)
        own = [one for one in talk.workspace.messages(LEADS) if one.ephemeral_to == user]
        carried.append(buttons(own[-1])[0][1])

    assert carried == [*carried[:2], *carried[:2]]
    assert carried[0] != carried[1]
