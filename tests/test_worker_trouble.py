"""What is said, and how often, when Slack fails, refuses, limits, or cannot be reached."""

import logging
from pathlib import Path
from typing import Any

import pytest
from bot_rig import (
    DELETE,
    HISTORY,
    LEADS,
    PATIENCE,
    POST,
    SLACK_TIMEOUT,
    TIPOFF,
    UPDATE,
    Stage,
    claimed,
    eventually,
    forgotten,
    performing,
    uninvited,
    without,
)

from benchmarks.reliability import lead
from bot.service import running
from workspace.faults import Kind

NO_HISTORY = without("channels:history", "groups:history")


async def invite(stage: Stage) -> None:
    """Somebody types /invite @Tipoff in #leads."""
    stage.workspace.world.join(LEADS, TIPOFF)
    joined = {"type": "member_joined_channel", "user": TIPOFF, "channel": LEADS, "channel_type": "C"}
    stage.workspace.event(joined)


# Nobody knows whether it was posted.


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("processed_then_dropped", {}),
        ("processed_server_error", {}),
        ("slow", {"seconds": 1.2 * SLACK_TIMEOUT}),
        ("slow", {"seconds": 1.8 * SLACK_TIMEOUT}),
    ],
)
async def test_what_slack_did_without_saying_so_is_found_and_not_done_again(
    database_url: str, kind: Kind, more: dict[str, Any]
) -> None:
    async with performing(database_url) as stage:
        stage.workspace.fault(POST, kind, **more)
        await stage.send(lead(1))
        card = await stage.becomes("said")

        assert [each.ts for each in stage.messages()] == [card.ts]
        assert len(stage.calls(POST)) == 1
        assert "ok" in stage.calls(HISTORY)


@pytest.mark.parametrize("kind", ["dropped", "server_error"])
async def test_what_slack_did_not_do_is_done_after_looking(sqlite_url: str, kind: Kind) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.fault(POST, kind)
        await stage.send(lead(1))
        await stage.becomes("said")

        assert stage.keys() == ["brief:lead-1"]
        assert stage.calls(POST) == [kind, "ok"]
        assert "ok" in stage.calls(HISTORY)


async def test_the_message_is_found_behind_many_others_and_through_limits(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.fault(POST, "processed_then_dropped")
        stage.workspace.fault(HISTORY, "ratelimited", retry_after=0.3)
        stage.workspace.fault(HISTORY, "server_error")
        await stage.send(lead(1))
        await stage.workspace.wait_for(stage.messages, PATIENCE)
        for number in range(450):
            await stage.workspace.say("U0ANNA", LEADS, f"Talk {number}")
        await stage.becomes("said")

        assert stage.calls(POST) == ["processed_then_dropped"]
        assert stage.calls(HISTORY)[:2] == ["ratelimited", "server_error"]
        assert stage.calls(HISTORY).count("ok") >= 3  # pages


async def test_what_is_found_is_brought_up_to_date(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.fault(POST, "processed_then_dropped")
        await stage.send(lead(1))
        await stage.workspace.wait_for(stage.messages, PATIENCE)
        await stage.send(claimed(1, "U0ANNA"))

        await stage.shows("U0ANNA")
        await stage.settled()
        assert stage.calls(POST) == ["processed_then_dropped"]


async def test_what_is_found_of_a_forgotten_lead_is_deleted(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.fault(POST, "processed_then_dropped")
        await stage.send(lead(1))
        await stage.workspace.wait_for(stage.messages, PATIENCE)
        await stage.send(forgotten(1))
        await stage.workspace.wait_for(lambda: not stage.messages(), PATIENCE)
        await stage.settled()

        assert stage.calls(DELETE) == ["ok"]


async def test_where_history_cannot_be_read_a_card_in_doubt_waits_and_says_so(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with performing(database_url, **NO_HISTORY) as stage:
        stage.workspace.fault(POST, "processed_then_dropped")
        await stage.send(lead(1))
        card = await stage.becomes("doubt")

        assert stage.keys() == ["brief:lead-1"]
        assert card.error is not None
        assert "may have been posted" in card.error
        assert card.error in await stage.doctor()
        assert card.error in caplog.text
        await stage.send(lead(2))  # a doubt holds up nobody else
        await stage.shows("Lead Number1", "Lead Number2")


async def test_a_doubt_is_settled_once_history_can_be_read(sqlite_url: str) -> None:
    async with performing(sqlite_url, **NO_HISTORY) as stage:
        stage.workspace.fault(POST, "processed_then_dropped")
        await stage.send(lead(1))
        await stage.becomes("doubt")
    async with performing(sqlite_url) as stage:  # reinstalled; another workspace, where nothing was posted
        await stage.shows("Lead Number1")
        await stage.settled()


# Slack says what it did not do.


async def test_a_bot_outside_the_channel_waits_with_a_sentence_and_heals_when_it_is_invited(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with performing(database_url, **uninvited()) as stage:
        await stage.send(lead(1))
        card = await stage.becomes("waiting")

        sentence = "Slack says not_in_channel: invite me there: /invite @Tipoff"
        assert card.error == sentence
        assert f"brief:lead-1 in #leads since {card.first_attempt_at:%Y-%m-%d}" in await stage.doctor()
        assert f"#leads: {sentence}" in await stage.doctor()
        assert sentence in caplog.text
        await invite(stage)
        await stage.shows("Lead Number1")


async def test_briefs_that_wait_follow_the_playbook_to_another_channel(
    database_url: str, tmp_path: Path
) -> None:
    playbook = tmp_path / "playbook.yaml"
    playbook.write_text('channels: {briefs: "#nowhere"}')
    async with performing(database_url, playbook=playbook) as stage:
        await stage.send(lead(1))
        await stage.becomes("waiting")

    playbook.write_text('channels: {briefs: "#leads"}')
    async with performing(database_url, playbook=playbook) as stage:
        await stage.shows("Lead Number1")


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "restricted_action", "no_text"])
async def test_a_refusal_is_no_doubt(sqlite_url: str, error: str) -> None:
    """Even where history cannot be read, because Slack has said that it did nothing."""
    async with performing(sqlite_url, **NO_HISTORY) as stage:
        stage.workspace.fault(POST, "error", error=error)
        await stage.send(lead(1))
        card = await stage.becomes("waiting")
        assert card.error is not None
        assert f"Slack says {error}" in card.error
        await invite(stage)

        await stage.becomes("said")
        assert stage.calls(POST) == ["error", "ok"]
        assert stage.calls(HISTORY) == []


async def test_a_refusal_after_a_doubtful_attempt_leaves_the_doubt(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.fault(POST, "server_error")
        stage.workspace.fault(POST, "error", error="is_archived")
        await stage.send(lead(1))
        await stage.becomes("waiting")
        looked = len(stage.calls(HISTORY))
        await invite(stage)

        await stage.becomes("said")
        assert len(stage.calls(HISTORY)) > looked


async def test_many_that_waited_for_an_invitation_become_a_digest(sqlite_url: str) -> None:
    async with performing(sqlite_url, **uninvited()) as stage:
        for number in range(3):
            await stage.send(*map(lead, range(number * 25, number * 25 + 25)))
            await stage.becomes("waiting", number * 25 + 24)
        await invite(stage)

        await stage.shows("75 new leads")
        await stage.settled()


async def test_a_revoked_token_waits_and_a_new_start_heals_it(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.slack.revoked.add(stage.workspace.config.app.bot_token)
        await stage.send(lead(1))
        card = await stage.becomes("waiting")
        assert card.error == "Slack says token_revoked: reinstall the app and set the new SLACK_BOT_TOKEN"
        assert card.error in await stage.doctor()
        stage.workspace.slack.revoked.clear()

        async with running(stage.settings):
            await stage.shows("Lead Number1")


async def test_what_cannot_be_deleted_is_a_sentence_for_a_person(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await stage.send(lead(1))
        await stage.settled()
        stage.workspace.fault(DELETE, "error", error="cant_delete_message")
        await stage.send(forgotten(1))
        await eventually(lambda: waits(stage, "delete the message by hand"))


async def waits(stage: Stage, words: str) -> bool:
    return any(words in each.error for each in await stage.tipoff.house.store.cards.troubles())


async def test_what_takes_long_to_find_out_is_posted_under_a_new_lease(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    playbook = tmp_path / "playbook.yaml"
    playbook.write_text('masks: {"#leads": initials}', encoding="utf-8")
    async with performing(database_url, playbook=playbook) as stage:
        for method in ("users.conversations", "conversations.info"):  # together longer than a post may wait
            stage.workspace.fault(method, "slow", seconds=0.6 * SLACK_TIMEOUT)
        await stage.send(lead(1))
        await stage.settled()

        assert stage.calls(POST) == ["ok"]
        assert caplog.messages == []


async def test_a_message_that_may_not_be_changed_any_more_is_left_alone(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await stage.send(lead(1))
        await stage.settled()
        stage.workspace.fault(UPDATE, "error", error="edit_window_closed", times=2)
        for owner in ("U0ANNA", "U0BEN"):
            await stage.send(claimed(1, owner))
            await stage.settled()

        assert stage.calls(POST) == ["ok"]
        assert (await stage.card()).state == "said"


async def test_an_update_that_failed_is_repeated_without_looking(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await stage.send(lead(1))
        await stage.settled()
        stage.workspace.fault(UPDATE, "processed_then_dropped")
        await stage.send(claimed(1, "U0ANNA"))
        await stage.settled()

        assert stage.calls(UPDATE) == ["processed_then_dropped", "ok"]
        assert stage.calls(HISTORY) == []


async def test_a_channel_that_moved_is_looked_up_again(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await stage.send(lead(1))
        await stage.settled()
        stage.workspace.fault(POST, "error", error="channel_not_found")
        await stage.send(lead(2))
        await stage.becomes("waiting", 2)
        before = len(stage.calls("users.conversations"))
        await invite(stage)

        await stage.becomes("said", 2)
        assert len(stage.calls("users.conversations")) == before + 1


# Slack is away.


async def test_leads_are_accepted_while_slack_is_away_and_said_when_it_is_back(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with performing(sqlite_url, **NO_HISTORY) as stage:
        await stage.send(lead(1))
        await stage.becomes("said")
        await stage.local.leave()
        await stage.send(lead(2), lead(3))
        await eventually(lambda: logged(caplog, "Slack cannot be reached"))
        await stage.local.arrive()

        await stage.shows("Lead Number1", "Lead Number2", "Lead Number3")
        await stage.settled()
        assert stage.workspace.violations == []


async def logged(caplog: pytest.LogCaptureFixture, words: str) -> bool:
    return words in caplog.text
