"""Questions that are asked by themselves, and answered in a channel or to one person."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bot_rig import Stage, eventually, performing
from cli_rig import Desk
from slack_rig import buttons

from benchmarks.reliability import lead
from bot.scheduled import check, digest, digest_key, digest_of
from funnel.errors import PlaybookError
from funnel.playbook import parse_playbook
from workspace import Message

NOW = datetime(2026, 11, 23, 14, tzinfo=UTC)
EVERY_MINUTE = """
digests:
  managers:
    to: "{to}"
    at: "* * * * *"
    ask: ["/funnel last 30 days vs prev", "/kpi leads last 7 days by source"]
"""


@pytest.fixture
def playbook(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "playbook.yaml"
        path.write_text(text)
        return path

    return written


def digests(stage: Stage) -> list[Message]:
    """The digests in any channel."""
    return [
        message
        for channel in stage.workspace.world.channels
        for message in stage.workspace.messages(channel)
        if message.metadata and message.metadata["event_payload"]["key"].startswith("digest:managers:")
    ]


def stand(stage: Stage, count: int) -> Callable[[], Awaitable[bool]]:
    async def so() -> bool:
        return len(digests(stage)) >= count

    return so


def test_the_key_of_a_digest_tells_which_and_when() -> None:
    assert digest_key("managers", NOW) == "digest:managers:2026-11-23T1400Z"
    assert digest_of("digest:managers:2026-11-23T1400Z") == ("managers", NOW)


async def test_a_digest_is_said_once_when_it_is_due(
    database_url: str, playbook: Callable[[str], Path]
) -> None:
    rules = playbook(EVERY_MINUTE.format(to="#leads"))
    async with performing(database_url, playbook=rules) as stage:
        await eventually(stand(stage, 1))
        await stage.settled()
        (said,) = digests(stage)[:1]

        assert "Managers" in said.text
        assert "no data" not in said.text
        assert [verb for verb, _ in buttons(said)] == ["tipoff.ask", "tipoff.ask"]
    async with performing(database_url, playbook=rules) as stage:  # another start within the same minute
        await stage.settled()
        keys = [message.metadata["event_payload"]["key"] for message in digests(stage) if message.metadata]
        assert said.metadata is not None
        assert said.metadata["event_payload"]["key"] not in keys


async def test_a_digest_may_go_to_one_person(sqlite_url: str, playbook: Callable[[str], Path]) -> None:
    async with performing(sqlite_url, playbook=playbook(EVERY_MINUTE.format(to="U0ANNA"))) as stage:
        await eventually(stand(stage, 1))
        (said,) = digests(stage)[:1]

        assert said.channel.startswith("D")
        assert stage.calls("conversations.open") == ["ok"]


async def test_a_digest_says_the_same_however_often_it_is_made(
    sqlite_url: str, playbook: Callable[[str], Path]
) -> None:
    async with performing(sqlite_url, playbook=playbook(EVERY_MINUTE.format(to="#leads"))) as stage:
        at = datetime.now(UTC).replace(second=0, microsecond=0)
        before = await digest(stage.tipoff.house, digest_key("managers", at))
        await stage.send(lead(1), lead(2))
        await stage.settled()

        assert await digest(stage.tipoff.house, digest_key("managers", at)) == before


async def test_what_was_recorded_late_is_restated_in_the_next_digest(
    sqlite_url: str, playbook: Callable[[str], Path]
) -> None:
    hour = (datetime.now(UTC).hour + 12) % 24  # none is due while this runs
    daily = f'digests: {{managers: {{to: "#leads", at: "0 {hour} * * *", ask: ["/kpi leads last 7 days"]}}}}'
    async with performing(sqlite_url, playbook=playbook(daily)) as stage:
        house, rules = stage.tipoff.house, stage.tipoff.house.playbook.digests["managers"]
        late = (datetime.now(UTC) - timedelta(days=3)).isoformat()
        await stage.send({**lead(1), "time": late})
        await stage.settled()
        tomorrow = digest_key("managers", rules.after(house.now(), house.playbook.zone))
        unsaid = await digest(house, tomorrow)
        today = digest_key("managers", rules.before(house.now(), house.playbook.zone))
        await house.store.cards.open(today, "scheduled", "#leads")
        house.unsaid.set()
        await eventually(stand(stage, 1))
        await stage.settled()
        message = await digest(house, tomorrow)

    assert unsaid is not None
    assert message is not None
    assert "Restated" not in unsaid.plain  # nobody was told anything before
    assert "Restated: New leads" in message.plain
    assert "said as 0, now 1 (recorded late)" in message.plain


async def test_what_is_restated_of_a_campaign_that_was_named_in_part_is_that_campaigns(
    sqlite_url: str, playbook: Callable[[str], Path]
) -> None:
    hour = (datetime.now(UTC).hour + 12) % 24  # none is due while this runs
    asks = [f"/kpi leads last 7 days where campaign={name}" for name in ("webinar", "fair", "nobody")]
    daily = f'digests: {{managers: {{to: "#leads", at: "0 {hour} * * *", ask: {json.dumps(asks)}}}}}'
    async with performing(sqlite_url, playbook=playbook(daily)) as stage:
        house, rules = stage.tipoff.house, stage.tipoff.house.playbook.digests["managers"]
        for number, campaign in enumerate(("Spring webinar", "Spring fair", "Autumn fair")):
            came = {**lead(number), "time": (datetime.now(UTC) - timedelta(days=3)).isoformat()}
            came["data"] = {**came["data"], "origin": {"campaign": campaign}}
            await stage.send(came)
        await stage.settled()
        today = digest_key("managers", rules.before(house.now(), house.playbook.zone))
        await house.store.cards.open(today, "scheduled", "#leads")
        house.unsaid.set()
        await eventually(stand(stage, 1))
        await stage.settled()
        message = await digest(house, digest_key("managers", rules.after(house.now(), house.playbook.zone)))

    assert message is not None
    restated = [line for line in message.plain.splitlines() if line.startswith("Restated")]
    assert [line.partition(",")[0] for line in restated] == [
        'Restated: New leads where campaign="Spring webinar"'
    ]
    assert restated[0].endswith("said as 0, now 1 (recorded late).")


async def test_a_digest_that_the_playbook_does_not_have_any_more_is_not_said(
    sqlite_url: str, playbook: Callable[[str], Path]
) -> None:
    async with performing(sqlite_url, playbook=playbook("{}")) as stage:
        assert await digest(stage.tipoff.house, digest_key("managers", NOW)) is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("/kpi nonsense last week", "nonsense"),
        ("/kpi leads last weeek", "weeek"),
        ("/campaigns A vs B", "A digest asks for numbers"),
        ("/kpi list", "A digest asks for numbers"),
    ],
)
def test_a_question_that_no_digest_can_ask_does_not_start_the_bot(question: str, sentence: str) -> None:
    rules = parse_playbook(
        f'digests: {{managers: {{to: "#leads", at: 0 9 * * mon, ask: ["{question}"]}}}}', "p.yaml"
    )

    with pytest.raises(PlaybookError) as error:
        check(rules, NOW, "p.yaml")

    assert str(error.value).startswith(f"p.yaml: digests.managers.ask: “{question}”: ")
    assert sentence in str(error.value)


def test_the_terminal_says_so_too(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        'digests: {managers: {to: "#leads", at: 0 9 * * mon, ask: [/kpi nonsense last week]}}'
    )

    checked = Desk(tmp_path).tipoff("playbook", "check", "p.yaml")

    assert checked.code == 1
    assert "digests.managers.ask" in checked.err
