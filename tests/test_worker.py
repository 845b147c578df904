"""What is said of a lead, how often, and how fast, when all goes well."""

import json
from itertools import pairwise
from pathlib import Path

from bot_rig import (
    DELETE,
    LEADS,
    PATIENCE,
    POST,
    SPACING,
    UPDATE,
    Stage,
    claimed,
    eventually,
    forgotten,
    performing,
    scored,
    told,
)

from benchmarks.reliability import lead


def posted_at(stage: Stage) -> list[float]:
    """When Slack took each message and each change of one."""
    return [call.monotonic for call in stage.workspace.calls if call.method in (POST, UPDATE)]


def a_minute_holds(folder: Path, briefs: int) -> Path:
    path = folder / "playbook.yaml"
    path.write_text(f"brief_burst: {briefs}\n", encoding="utf-8")
    return path


async def test_a_brief_is_kept_with_the_events_that_prove_its_lines(database_url: str) -> None:
    async with performing(database_url) as stage:
        await stage.send(lead(1))
        card = await stage.becomes("said")

        receipts = json.loads(card.said_receipts or "")
        assert sorted(receipts) == ["intent", "opener", "source", "trigger", "who"]
        assert receipts["trigger"] == receipts["who"][:1] == receipts["opener"]


async def test_a_contact_form_is_one_brief(database_url: str) -> None:
    async with performing(database_url) as stage:
        await stage.send(lead(1))

        [message] = await stage.shows("Lead Number1")
        assert (await stage.becomes("said")).ts == message.ts


async def test_the_same_event_twice_is_one_brief(database_url: str) -> None:
    async with performing(database_url) as stage:
        await stage.send(lead(1), lead(1))
        await stage.shows("Lead Number1")
        await stage.send(lead(1))
        await stage.settled()

        assert stage.keys() == ["brief:lead-1"]
        assert stage.calls(POST) == ["ok"]


async def test_a_score_that_crosses_is_one_brief_and_a_second_crossing_adds_none(database_url: str) -> None:
    async with performing(database_url) as stage:
        for score in (40, 80, 30, 90):
            await stage.send(scored(1, score))
            await stage.settled()

        assert stage.keys() == ["brief:lead-1"]
        assert stage.calls(POST) == ["ok"]


async def test_an_engagement_alone_is_silent(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        viewed = {"kind": "page_viewed", "page": {"url": "https://example.com/pricing"}}
        await stage.send(told(1, "lead.engaged", viewed, "view-1"))
        await stage.settled()

        assert stage.messages() == []


async def test_a_claim_changes_the_brief_in_its_place(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await stage.send(lead(1))
        [before] = await stage.shows("Lead Number1")
        await stage.becomes("said")
        await stage.send(claimed(1, "U0ANNA"))

        [after] = await stage.shows("U0ANNA")
        assert (after.ts, after.metadata) == (before.ts, before.metadata)
        assert stage.calls(POST) == ["ok"]


async def test_several_quick_changes_are_one_update(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await stage.send(lead(1))
        await stage.becomes("said")
        await stage.send(*(claimed(1, f"U0REP{number}") for number in range(20)))
        await stage.settled()

        assert len(stage.calls(UPDATE)) <= 2
        await stage.shows("U0REP")


async def test_a_change_that_the_brief_does_not_show_is_not_sent(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await stage.send(lead(1))
        card = await stage.becomes("said")
        await stage.tipoff.house.store.cards.touch(1)
        stage.tipoff.house.unsaid.set()
        await stage.settled()

        assert (await stage.card()).said_version == card.said_version + 1
        assert stage.calls(UPDATE) == []


async def test_new_briefs_go_before_changes_of_old_ones(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await stage.send(lead(1), lead(2))
        await stage.settled()
        stage.workspace.fault(POST, "ratelimited", retry_after=0.3)  # so that all of these are due at once
        await stage.send(lead(3))
        await stage.workspace.wait_for(lambda: "ratelimited" in stage.calls(POST), PATIENCE)
        await stage.send(claimed(1, "U0ANNA"), claimed(2, "U0BEN"), lead(4), lead(5))
        await stage.settled()

        said = [
            call.method
            for call in stage.workspace.calls
            if call.method in (POST, UPDATE) and not call.thread_ts
        ]
        assert said == [POST] * 6 + [UPDATE] * 2


async def test_a_channel_hears_one_message_in_its_time(database_url: str) -> None:
    async with performing(database_url) as stage:
        await stage.send(*map(lead, range(12)))
        await stage.settled()

        assert len(stage.messages()) == 12
        times = posted_at(stage)
        assert min(later - one for one, later in pairwise(times)) >= SPACING
        assert stage.workspace.violations == []


async def test_retry_after_is_honoured_and_is_no_attempt(database_url: str) -> None:
    async with performing(database_url) as stage:
        stage.workspace.fault(POST, "ratelimited", times=2, retry_after=0.4)
        await stage.send(lead(1))
        await stage.shows("Lead Number1")

        first, second, third = posted_at(stage)
        assert second - first >= 0.4
        assert third - second >= 0.4
        assert stage.calls("conversations.history") == []  # nothing was ambiguous


async def test_a_limit_in_one_lane_holds_all_of_it_for_so_long(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.fault(POST, "ratelimited", retry_after=0.4)
        await stage.send(lead(1), lead(2), lead(3))
        await stage.settled()

        times = posted_at(stage)
        assert times[1] - times[0] >= 0.4
        assert stage.calls(POST) == ["ratelimited", "ok", "ok", "ok"]


async def test_more_leads_than_a_minute_holds_are_lines_of_digests_and_none_is_dropped(
    database_url: str, tmp_path: Path
) -> None:
    async with performing(database_url, playbook=a_minute_holds(tmp_path, 10)) as stage:
        stage.workspace.fault(POST, "ratelimited", retry_after=0.5)
        await stage.send(lead(0))
        await stage.workspace.wait_for(lambda: stage.calls(POST), PATIENCE)
        await stage.send(*map(lead, range(1, 200)))
        await stage.settled()

        digests = [
            each for each in stage.messages() if "Lead Number0" not in each.text or "at once" in each.text
        ]
        text = "\n".join(each.text for each in stage.messages())
        assert len(digests) >= 3
        assert len(stage.messages()) <= 5
        for number in range(200):
            assert text.count(f"Lead Number{number},") + text.count(f"Lead Number{number} ") == 1, text


async def test_a_digest_is_changed_in_its_place_when_one_of_its_leads_changes(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with performing(sqlite_url, playbook=a_minute_holds(tmp_path, 2)) as stage:
        await stage.send(*map(lead, range(4)))
        [digest] = await stage.shows("4 new leads")
        await stage.settled()
        await stage.send(forgotten(2))
        await stage.settled()

        [changed] = await stage.shows("3 new leads")
        assert changed.ts == digest.ts
        assert "Lead Number2" not in changed.text


async def test_the_message_of_a_forgotten_lead_is_deleted(database_url: str) -> None:
    async with performing(database_url) as stage:
        await stage.send(lead(1))
        await stage.becomes("said")
        await stage.send(forgotten(1))
        await stage.workspace.wait_for(lambda: not stage.messages(), PATIENCE)
        await stage.settled()

        assert set(stage.calls(DELETE)) == {"ok"}
        assert stage.replies() == []


async def test_a_lead_that_is_forgotten_before_anything_was_said_stays_unsaid(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.fault(POST, "ratelimited", retry_after=0.3)
        await stage.send(lead(1))
        await stage.workspace.wait_for(lambda: stage.calls(POST), PATIENCE)
        await stage.send(forgotten(1))
        await stage.settled()

        assert stage.messages() == []
        assert stage.calls(POST) == ["ratelimited"]


async def test_a_message_that_a_person_deleted_is_not_posted_again(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        await stage.send(lead(1))
        [message] = await stage.shows("Lead Number1")
        await stage.becomes("said")
        stage.workspace.world.forget(message)
        for owner in ("U0ANNA", "U0BEN"):
            await stage.send(claimed(1, owner), told(1, "lead.captured", {"form": "Contact sales"}, owner))
            await stage.settled()

        assert stage.messages() == []
        assert stage.calls(POST) == ["ok"]


async def test_a_limit_in_one_channel_holds_no_other(sqlite_url: str) -> None:
    async with performing(sqlite_url) as stage:
        stage.workspace.fault(POST, "ratelimited", retry_after=30, channel=LEADS)
        await stage.send(lead(1))
        await stage.workspace.wait_for(lambda: stage.calls(POST), PATIENCE)
        await eventually(stage.nobody_at_work)
        await stage.tipoff.house.store.cards.move_unposted("#marketing")
        stage.tipoff.house.unsaid.set()

        await stage.workspace.wait_for(lambda: stage.workspace.messages("C0MARKETING"), PATIENCE)
