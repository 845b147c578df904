"""What stands under a brief: its timeline and what the lead did since, each reply once and kept true."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from bot_rig import (
    DELETE,
    HISTORY,
    LEADS,
    PACE,
    PATIENCE,
    POST,
    SPACING,
    Stage,
    claimed,
    eventually,
    forgotten,
    hand_over,
    key,
    local_slack,
    performing,
    settings_for,
    told,
)

from benchmarks.reliability import Child, environment, lead
from bot.service import running
from storage.store import Store
from workspace import Message, Workspace
from workspace.faults import Kind

REPLIES = "conversations.replies"
LONG_AGO = timedelta(days=400)  # longer than any playbook takes for one episode


def visited(id_: str, page: str = "Pricing", number: int = 1, **envelope: Any) -> dict[str, Any]:
    """The lead with that number looks at a page, now unless the envelope says otherwise."""
    view = {"kind": "page_viewed", "page": {"url": f"https://example.com/{page}", "title": page}}
    return told(number, "lead.engaged", view, id_) | envelope


def ago(**delta: float) -> str:
    return (datetime.now(UTC) - timedelta(**delta)).isoformat()


def asked_long_ago(number: int) -> dict[str, Any]:
    time = (datetime.now(UTC) - LONG_AGO).isoformat()
    return {**lead(number), "id": f"long-ago-{number}", "time": time}


@pytest.fixture
def impatient(tmp_path: Path) -> Path:
    """A playbook by which three minutes are a long pause: what is dated further ahead counts for nothing."""
    playbook = tmp_path / "playbook.yaml"
    playbook.write_text("threads: {gap_minutes: 3}\n", encoding="utf-8")
    return playbook


async def briefed(stage: Stage, number: int = 1) -> Message:
    """The brief of a new lead, when its timeline stands under it too."""
    await stage.send(lead(number))
    await stage.settled()
    return stage.messages()[-1]


def thread(stage: Stage, brief: Message) -> list[str]:
    return [key(reply) for reply in stage.replies(brief)]


def posted(stage: Stage) -> int:
    """How many messages and replies Slack took."""
    return sum(call.method == POST and call.outcome == "ok" for call in stage.workspace.calls)


# The timeline.


async def test_a_brief_has_its_timeline_as_its_first_reply(database_url: str) -> None:
    async with performing(database_url) as stage:
        await stage.send(visited("before", time=ago(minutes=5)))
        brief = await briefed(stage)

        [reply] = stage.replies(brief)
        assert key(reply) == "timeline:lead-1"
        assert "They did" in reply.text
        assert "visited “Pricing”" in reply.text
        assert "filled in “Contact sales”" in reply.text
        assert posted(stage) == 2


async def test_a_digested_lead_has_no_thread(sqlite_url: str, tmp_path: Path) -> None:
    playbook = tmp_path / "playbook.yaml"
    playbook.write_text("brief_burst: 2\n", encoding="utf-8")
    async with performing(sqlite_url, playbook=playbook) as stage:
        await stage.send(*map(lead, range(4)))
        await stage.shows("4 new leads")
        await stage.send(visited("later"))
        await stage.settled()

        assert stage.replies() == []


async def test_a_late_event_stands_in_the_timeline_only(database_url: str) -> None:
    async with performing(database_url) as stage:
        brief = await briefed(stage)
        await stage.send(visited("late", page="Cases", time=ago(hours=2)))
        await stage.settled()

        [reply] = stage.replies(brief)
        assert "visited “Cases”" in reply.text
        assert reply.edited_ts


# What they did since.


async def test_five_page_views_are_one_reply(database_url: str) -> None:
    async with performing(database_url) as stage:
        brief = await briefed(stage)
        await stage.send(*(visited(f"view-{number}") for number in range(5)))
        await stage.settled()

        timeline, reply = stage.replies(brief)
        assert [key(timeline), key(reply)] == ["timeline:lead-1", "activity:lead-1:1:1"]
        assert "visited “Pricing” x5" in reply.text
        assert timeline.text.count("visited “Pricing”") == 5
        assert posted(stage) == 3


async def test_a_reply_grows_in_its_place(database_url: str) -> None:
    async with performing(database_url) as stage:
        brief = await briefed(stage)
        for number in range(20):
            await stage.send(visited(f"view-{number}"))
            await asyncio.sleep(0.02)
        await stage.settled()

        _, reply = stage.replies(brief)
        assert "visited “Pricing” x20" in reply.text
        assert posted(stage) == 3


async def test_a_reply_is_changed_once_in_its_time(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await briefed(stage)
        seen: dict[str, set[str]] = {}
        started = asyncio.get_running_loop().time()
        for number in range(40):
            await stage.send(visited(f"view-{number}"))
            for reply in stage.replies():
                seen.setdefault(key(reply), set()).add(reply.text)
        spent = asyncio.get_running_loop().time() - started

        assert all(len(texts) <= 2 + spent / PACE for texts in seen.values())
        await stage.settled()


async def test_a_long_pause_begins_a_new_reply(database_url: str, impatient: Path) -> None:
    async with performing(database_url, playbook=impatient) as stage:
        brief = await briefed(stage)
        later = datetime.now(UTC) + timedelta(minutes=4)
        await stage.send(visited("one"), visited("two", time=later.isoformat()))
        await stage.settled()

        assert thread(stage, brief) == ["timeline:lead-1", "activity:lead-1:1:1", "activity:lead-1:1:2"]


async def test_a_reply_that_another_one_swallowed_is_taken_back(sqlite_url: str, impatient: Path) -> None:
    async with performing(sqlite_url, playbook=impatient) as stage:
        brief = await briefed(stage)
        now = datetime.now(UTC) + timedelta(seconds=1)
        await stage.send(visited("one"), visited("two", time=(now + timedelta(minutes=4)).isoformat()))
        await stage.settled()
        await stage.send(visited("between", time=(now + timedelta(minutes=2)).isoformat()))
        await stage.settled()

        assert thread(stage, brief) == ["timeline:lead-1", "activity:lead-1:1:1"]
        assert "visited “Pricing” x3" in stage.replies(brief)[1].text


async def test_history_and_our_own_deeds_are_no_replies(database_url: str) -> None:
    async with performing(database_url) as stage:
        brief = await briefed(stage)
        await stage.send(
            visited("history", tipoffquiet=True),
            claimed(1, "U0ANNA"),
            told(1, "lead.engaged", {"kind": "call_made", "label": "connected"}, "call"),
            told(1, "lead.engaged", {"kind": "email_sent"}, "mail"),
        )
        await stage.settled()

        assert thread(stage, brief) == ["timeline:lead-1"]
        assert "We did" in stage.replies(brief)[0].text


async def test_who_was_turned_away_is_not_followed(database_url: str) -> None:
    async with performing(database_url) as stage:
        brief = await briefed(stage)
        await stage.send(told(1, "lead.staged", {"stage": "disqualified"}, "student"))
        await stage.settled()
        await stage.send(visited("later"))
        await stage.settled()

        assert thread(stage, brief) == ["timeline:lead-1"]


async def test_everything_about_a_forgotten_lead_is_taken_back(database_url: str) -> None:
    async with performing(database_url) as stage:
        await briefed(stage)
        await stage.send(visited("view"))
        await stage.settled()
        await stage.send(forgotten(1))
        await stage.settled()

        assert (stage.messages(), stage.replies()) == ([], [])
        assert stage.calls(DELETE) == ["ok"] * 3


async def test_a_merged_lead_leaves_no_thread_behind(database_url: str) -> None:
    async with performing(database_url) as stage:
        anonymous = visited("anonymous")
        anonymous["data"]["person"] = {"anonymous_id": "a-1"}
        await stage.send(anonymous)
        await stage.settled()
        await briefed(stage)
        same = visited("same")
        same["data"]["person"]["anonymous_id"] = "a-1"
        await stage.send(same)
        await stage.settled()

        assert stage.keys() == ["brief:lead-1"]
        assert [key(reply).partition(":")[2].split(":")[0] for reply in stage.replies()] == [
            "lead-1" for _ in stage.replies()
        ]
        assert {reply.thread_ts for reply in stage.replies()} == {stage.messages()[0].ts}


# Episodes.


async def test_two_episodes_are_two_messages_with_threads_of_their_own(database_url: str) -> None:
    async with performing(database_url) as stage:
        await stage.send(asked_long_ago(1))
        await stage.becomes("said")
        await stage.settled()
        await stage.send(lead(1))
        await eventually(lambda: stands(stage, "brief:lead-1:2"))
        await stage.settled()
        await stage.send(visited("view"))
        await stage.settled()

        first, second = stage.messages()
        assert [key(first), key(second)] == ["brief:lead-1", "brief:lead-1:2"]
        assert thread(stage, first) == ["timeline:lead-1"]
        assert thread(stage, second) == ["timeline:lead-1:2", "activity:lead-1:2:1"]


async def test_an_episode_that_is_none_any_more_is_taken_back(database_url: str, tmp_path: Path) -> None:
    playbook = tmp_path / "playbook.yaml"
    rules = 'briefs: {returns_of: []}\nhand_raise: {forms: ["*contact*"%s]}\n'
    playbook.write_text(rules % ', "*demo*"', encoding="utf-8")
    demo = told(1, "lead.captured", {"form": "Book a demo"}, "demo")
    async with local_slack() as (local, slack), aiohttp.ClientSession() as http:
        settings = settings_for(slack, database_url, playbook)
        async with running(settings) as tipoff:
            stage = Stage(local, settings, tipoff, http)
            await stage.send(asked_long_ago(1), demo)
            await stage.settled()
            assert stage.keys() == ["brief:lead-1", "brief:lead-1:2"]

        playbook.write_text(rules % "", encoding="utf-8")
        async with running(settings) as tipoff:
            stage = Stage(local, settings, tipoff, http)
            await stage.send(visited("view"))
            await stage.settled()
            assert stage.keys() == ["brief:lead-1"]
            assert list(map(key, stage.replies())) == ["timeline:lead-1", "activity:lead-1:1:1"]


async def test_a_lead_that_is_turned_away_before_anything_was_said_stays_unsaid(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.fault(POST, "ratelimited", retry_after=0.3)
        await stage.send(lead(1))
        await stage.workspace.wait_for(lambda: ratelimited(stage), PATIENCE)
        await stage.send(told(1, "lead.staged", {"stage": "disqualified"}, "student"))
        await stage.settled()

        assert (stage.messages(), stage.replies(), posted(stage)) == ([], [], 0)


async def stands(stage: Stage, card: str) -> bool:
    return card in stage.keys()  # noqa: SIM118 - the stage is no mapping


async def test_an_older_brief_is_kept_true_too(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await stage.send(asked_long_ago(1), lead(1))
        await eventually(lambda: stands(stage, "brief:lead-1:2"))
        await stage.settled()
        await stage.send(claimed(1, "U0ANNA"))

        await stage.shows("U0ANNA", "U0ANNA")
        await stage.settled()


# Whatever goes wrong.


@pytest.mark.parametrize("kind", ["processed_then_dropped", "processed_server_error"])
async def test_a_reply_whose_answer_was_lost_is_found_in_its_thread(database_url: str, kind: Kind) -> None:
    async with performing(database_url) as stage:
        brief = await briefed(stage)
        stage.workspace.fault(POST, kind)
        await stage.send(visited("view"))
        await stage.settled()

        assert thread(stage, brief) == ["timeline:lead-1", "activity:lead-1:1:1"]
        assert "ok" in stage.calls(REPLIES)
        assert stage.calls(HISTORY) == []


async def test_a_reply_that_slack_did_not_take_is_said_after_looking(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        brief = await briefed(stage)
        stage.workspace.fault(POST, "dropped")
        await stage.send(visited("view"))
        await stage.settled()

        assert thread(stage, brief) == ["timeline:lead-1", "activity:lead-1:1:1"]
        assert "ok" in stage.calls(REPLIES)


async def test_a_lost_reply_of_a_forgotten_lead_is_found_though_its_brief_is_gone(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await briefed(stage)
        stage.workspace.fault(POST, "processed_then_dropped")
        await stage.send(visited("view"))
        await stage.workspace.wait_for(lambda: len(stage.replies()) == 2, PATIENCE)
        await stage.send(forgotten(1))
        await stage.settled()

        assert (stage.messages(), stage.replies()) == ([], [])


async def test_a_kill_between_a_brief_and_its_reply_loses_and_repeats_nothing(
    database_url: str, tmp_path: Path
) -> None:
    async with local_slack() as (local, slack):
        slowly = environment(slack, database_url, TIPOFF_MESSAGE_SPACING="1")
        child = Child(slowly, tmp_path)
        async with Store.open(database_url) as store:
            await hand_over(await child.url(), 1)
            await local.workspace.wait_for(lambda: said(local.workspace), PATIENCE)
            await child.kill()
            assert said(local.workspace) == ["brief:lead-1"]

            child = Child(slowly, tmp_path)
            await local.workspace.wait_for(lambda: len(said(local.workspace)) == 2, PATIENCE)
            await eventually(lambda: nothing_due(store))
            assert await child.stop() == 0
        assert said(local.workspace) == ["brief:lead-1", "timeline:lead-1"]


def said(workspace: Workspace) -> list[str]:
    return [key(each) for each in workspace.messages(LEADS) if each.metadata]


async def nothing_due(store: Store) -> bool:
    return await store.cards.next_due() is None


async def test_a_brief_that_a_person_deleted_is_followed_no_more(database_url: str) -> None:
    async with performing(database_url) as stage:
        brief = await briefed(stage)
        stage.workspace.world.forget(brief)
        await stage.send(claimed(1, "U0ANNA"))
        await stage.settled()
        for number in range(3):
            await stage.send(visited(f"view-{number}"))
            await stage.settled()

        assert (await stage.card()).state == "deleted"
        assert (stage.messages(), stage.replies()) == ([], [])
        assert posted(stage) == 2


async def test_a_brief_that_is_deleted_before_its_timeline_was_posted_stays_deleted(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.fault(POST, "slow", seconds=0.2)
        await stage.send(lead(1))
        [brief] = await stage.shows("Lead Number1")
        stage.workspace.world.forget(brief)
        await stage.settled()

        assert (stage.messages(), stage.replies()) == ([], [])
        assert posted(stage) == 1


async def test_a_reply_that_a_person_deleted_is_not_posted_again(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        brief = await briefed(stage)
        [timeline] = stage.replies(brief)
        stage.workspace.world.forget(timeline)
        await stage.send(visited("view"))
        await stage.settled()

        assert thread(stage, brief) == ["activity:lead-1:1:1"]


async def test_a_rebuild_posts_nothing(database_url: str) -> None:
    async with performing(database_url) as stage:
        await briefed(stage)
        await stage.send(visited("view"))
        await stage.settled()
        before = len(stage.workspace.calls)
        rebuilt = await stage.tipoff.house.store.rebuild(stage.tipoff.house.playbook)
        stage.tipoff.house.unsaid.set()
        await stage.settled()

        assert rebuilt.changed == 0
        assert len(stage.workspace.calls) == before


async def test_briefs_of_others_do_not_wait_for_replies(database_url: str) -> None:
    async with performing(database_url) as stage:
        await briefed(stage)
        stage.workspace.fault(POST, "ratelimited", retry_after=0.4)  # so that all of these are due at once
        await stage.send(*(visited(f"view-{number}") for number in range(5)))
        await stage.workspace.wait_for(lambda: ratelimited(stage), PATIENCE)
        await stage.send(*(lead(number) for number in range(2, 6)))
        await stage.settled()

        posts = [call for call in stage.workspace.calls if call.method == POST and call.outcome == "ok"]
        assert [bool(call.thread_ts) for call in posts] == [False, True, *[False] * 4, *[True] * 5]
        assert min(later.monotonic - one.monotonic for one, later in pairwise(posts)) >= SPACING


def ratelimited(stage: Stage) -> bool:
    return any(call.outcome == "ratelimited" for call in stage.workspace.calls)
