"""What Slack will not draw is said one level lower, at once, and from then on without asking."""

from typing import Any

import pytest
from bot_rig import POST, UPDATE, Stage, claimed, eventually, performing
from slack_rig import ANNA, Talk, buttons, captured, talking
from store_rig import rows

from benchmarks.reliability import lead
from storage import tables
from storage.store import Store

RICH = ["rich_text", "rich_text", "actions"]
CLASSIC = ["section", "section", "actions"]
VERBS = ["tipoff.claim", "tipoff.log_call", "tipoff.timeline"]


def refuse(stage: Stage | Talk, method: str, times: int = 1, error: str = "invalid_blocks") -> None:
    stage.workspace.fault(method, "error", times=times, error=error)


def drawn(message: Any) -> list[str]:
    return [block["type"] for block in message.blocks]


async def levels(stage: Stage) -> list[tuple[Any, ...]]:
    return await rows(stage.settings.database_url, tables.rendering, "kind", "level", "error")


async def learns(talk: Talk, kind: str, level: str) -> None:
    """This is remembered, and of nothing else, soon after it was said."""

    async def so() -> bool:
        told = await talk.tipoff.house.store.renderings()
        return [(one.kind, one.level) for one in told] == [(kind, level)]

    await eventually(so)


@pytest.mark.parametrize("error", ["invalid_blocks", "invalid_blocks_format"])
async def test_a_brief_that_slack_will_not_draw_is_said_in_classic_blocks_with_its_buttons(
    database_url: str, error: str
) -> None:
    async with performing(database_url) as stage:
        refuse(stage, POST, error=error)
        await stage.send(lead(1))
        [message] = await stage.shows("Lead Number1")
        await stage.becomes("said")

        assert drawn(message) == CLASSIC
        assert [verb for verb, _ in buttons(message)] == VERBS
        assert stage.calls(POST) == ["error", "ok"]
        assert await levels(stage) == [("new_lead", "classic", error)]


async def test_the_level_is_remembered_and_survives_a_restart(database_url: str) -> None:
    async with performing(database_url) as stage:
        refuse(stage, POST)
        await stage.send(lead(1))
        await stage.becomes("said", 1)
        await stage.send(lead(2))
        await stage.becomes("said", 2)

        assert stage.calls(POST) == ["error", "ok", "ok"]
    async with performing(database_url) as stage:
        await stage.send(lead(3))
        await stage.becomes("said", 3)

        assert stage.calls(POST) == ["ok"]
        assert [drawn(message) for message in stage.messages()] == [CLASSIC]


async def test_a_slack_that_draws_no_blocks_at_all_gets_the_text(database_url: str) -> None:
    async with performing(database_url) as stage:
        refuse(stage, POST, times=2)
        await stage.send(lead(1))
        [message] = await stage.shows("Lead Number1")
        await stage.becomes("said")

        assert message.blocks == ()
        assert await levels(stage) == [("new_lead", "text", "invalid_blocks")]


async def test_what_slack_refuses_at_every_level_waits_and_teaches_nothing(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        refuse(stage, POST, times=3)
        await stage.send(lead(1))
        card = await stage.becomes("waiting")

        assert card.error == "Slack says invalid_blocks"
        assert stage.calls(POST) == ["error"] * 3
        assert await levels(stage) == []


async def test_a_pause_that_slack_asks_for_halfway_down_is_kept_and_the_level_too(database_url: str) -> None:
    async with performing(database_url) as stage:
        refuse(stage, POST)
        stage.workspace.fault(POST, "ratelimited", retry_after=0.2)
        await stage.send(lead(1))
        await stage.becomes("said")

        assert stage.calls(POST) == ["error", "ratelimited", "ok"]
        assert [drawn(message) for message in stage.messages()] == [CLASSIC]


async def test_a_change_that_slack_will_not_draw_falls_in_its_place(database_url: str) -> None:
    async with performing(database_url) as stage:
        await stage.send(lead(1))
        await stage.settled()
        [before] = stage.messages()
        refuse(stage, UPDATE)
        await stage.send(claimed(1, "U0ANNA"))
        await stage.workspace.wait_for(lambda: len(stage.calls(UPDATE)) == 2)
        await stage.settled()
        [after] = stage.messages()

        assert (drawn(before), drawn(after)) == (RICH, CLASSIC)
        assert after.ts == before.ts
        assert "<@U0ANNA>" in str(after.blocks)


async def test_one_kind_of_message_falls_without_the_others(sqlite_url: str) -> None:
    async with talking(sqlite_url) as talk:
        refuse(talk, POST)
        await talk.send(captured("1", "ana@example.com", "Ana Sousa"))
        (card,) = await talk.cards(1)
        await talk.ask("/funnel", "all")
        said = await talk.hears(ANNA, "Funnel")

        assert drawn(card) == CLASSIC
        assert "data_table" in drawn(said)


async def test_an_answer_that_slack_will_not_draw_falls_too(database_url: str) -> None:
    async with talking(database_url) as talk:
        refuse(talk, "response_url")
        await talk.ask("/funnel", "all")
        said = await talk.hears(ANNA, "Funnel")

        assert drawn(said) == ["section", "section", "actions", "context"]
        assert "```Stage" in said.blocks[1]["text"]["text"]
        await learns(talk, "funnel", "classic")


async def test_a_modal_that_slack_will_not_draw_falls_too_and_its_form_stays(sqlite_url: str) -> None:
    async with talking(sqlite_url) as talk:
        await talk.send(captured("1", "ana@example.com", "Ana Sousa"))
        (card,) = await talk.cards(1)
        refuse(talk, "views.open", times=2)
        await talk.press(ANNA, "tipoff.log_call", card)
        form = await talk.workspace.wait_for(lambda: talk.workspace.modal(ANNA))

        assert [block["type"] for block in form.content["blocks"]] == ["section", "input", "input"]
        await learns(talk, "tipoff.log_call", "text")


async def test_the_doctor_shows_what_slack_would_not_draw_and_it_can_be_forgotten(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        refuse(stage, POST)
        await stage.send(lead(1))
        await stage.becomes("said")
        found = await stage.doctor()

        assert found.startswith("rendering: new_lead is said as classic since ")
        assert found.endswith(
            " UTC, for Slack answered invalid_blocks to more. `tipoff doctor --reset-rendering` tries again"
        )
        assert await stage.tipoff.house.store.forget_renderings() == 1
        assert await stage.doctor() == ""


async def test_a_workspace_remembers_for_itself_alone(database_url: str) -> None:
    async with (
        Store.open(database_url, workspace="one") as one,
        Store.open(database_url, workspace="two") as two,
    ):
        await one.remember_rendering("new_lead", "classic", "invalid_blocks")
        await one.remember_rendering("new_lead", "text", "invalid_blocks")

        assert [(each.kind, each.level) for each in await one.renderings()] == [("new_lead", "text")]
        assert await two.renderings() == []
        assert (await two.forget_renderings(), await one.forget_renderings()) == (0, 1)
