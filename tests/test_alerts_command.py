"""`/tipoff alerts`: how the alerts stand and what they would have told, for those who may ask for numbers."""

import csv
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bot_rig import PATIENCE, Stage, eventually, performing
from cli_rig import HOUSE, Desk
from conftest import run_apart
from slack_rig import ANNA, MAYA

from bot import queries
from bot.roles import NEEDS, deed_of
from bot.simulation import simulated
from bot.watching import look
from funnel.errors import PlaybookError
from funnel.events import LeadCaptured, LeadEngaged, Origin, Person
from funnel.playbook import parse_playbook
from storage.store import Store

EVENING = datetime(2026, 11, 20, 18, tzinfo=UTC)
GENERAL = "C0GENERAL"
TOM = "U0TOM"
RULES = """
timezone: America/New_York
alerts: {to: "#marketing", country: US}
masks: {"#general": id}
people:
  members: {U0TOM: marketer, U0MAYA: manager}
  reveal: [rep, manager]
  count: [manager, marketer]
"""
BESIDE = RULES.replace(
    "country: US",
    "country: US, watch: [{name: demo-requests, count: hand_raisers}], "
    "thresholds: [{when: leads by campaign last 7 days > 60}]",
)
SIMULATED = re.compile(r"2 messages in 2\.\d weeks, 0\.\d a week, at a budget of 0\.5 false messages a week")
LOOKING = "Looking at the leads of the last 14 weeks, as the alerts would have: that may take a minute."


def inflow() -> Iterator[LeadCaptured | LeadEngaged]:
    """The leads of the example, with names that not everybody may see; a third ask for a call."""
    with (HOUSE / "examples" / "inflow.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            at = datetime.fromisoformat(row["created_at"])
            person = Person(email=row["email"], name=f"Quirina {number}")
            yield LeadCaptured(
                id=str(number),
                source="site",
                time=at,
                person=person,
                form="White paper" if number % 3 else "Contact sales",
                origin=Origin(source=row["source"], campaign=row["campaign"]),
                quiet=True,
            )
            if number % 6 == 0:
                called = at + timedelta(minutes=10)
                yield LeadEngaged(
                    id=f"{number}", source="crm", time=called, person=person, kind="call_made", quiet=True
                )


async def remember(database_url: str) -> None:
    playbook = parse_playbook(RULES, "rules")
    async with Store.open(database_url, migrate=True) as store:
        await store.record(inflow())
        while (await store.tell(playbook, EVENING)).events:
            pass


@asynccontextmanager
async def asking(database_url: str, folder: Path, rules: str = RULES) -> AsyncIterator[Stage]:
    playbook = folder / "playbook.yaml"
    playbook.write_text(rules, encoding="utf-8")
    async with performing(database_url, playbook=playbook, now=lambda: EVENING) as stage:
        yield stage


async def ask(stage: Stage, text: str, user: str, *, replies: int = 1, channel: str = GENERAL) -> list[str]:
    """All that somebody is told after `/tipoff <text>`, once it is so much."""

    def told() -> list[str]:
        said = stage.workspace.messages(channel)
        return [one.text for one in said if one.ephemeral_to == user]

    before = len(told())
    ack = await stage.workspace.command(user, channel, "/tipoff", text)
    assert ack.error is None
    found = await stage.workspace.wait_for(
        lambda: told()[before:] if len(told()) >= before + replies else None, timeout=2 * PATIENCE
    )
    return list(found)


def test_only_the_alerts_of_the_command_need_a_right() -> None:
    assert [deed_of("/tipoff", text) for text in ("", "help", "Alerts", "alerts simulate", "alertsx")] == [
        "/tipoff",
        "/tipoff",
        "/tipoff alerts",
        "/tipoff alerts",
        "/tipoff",
    ]
    assert NEEDS["/tipoff alerts"] == "count"


async def test_a_simulation_answers_with_what_would_have_been_told(database_url: str, tmp_path: Path) -> None:
    await remember(database_url)
    async with asking(database_url, tmp_path) as stage:
        notice, said = await ask(stage, "alerts simulate since 2026-11-02", MAYA, replies=2)

        assert notice == LOOKING
        lines = said.splitlines()
        assert SIMULATED.fullmatch(lines[0])
        assert [line.split()[4:8] for line in lines if "Surge" in line or "Import" in line] == [
            ["Surge", "campaign", "spring-webinar", "36"],
            ["Import", "campaign", "expo-2026", "90"],
        ]
        assert "Quirina 641, Quirina 642, Quirina 643 and 33 more" in said


async def test_other_counts_and_lines_are_in_the_same_list(database_url: str, tmp_path: Path) -> None:
    await remember(database_url)
    async with asking(database_url, tmp_path, BESIDE) as stage:
        _, said = await ask(stage, "alerts simulate since 2026-11-02", MAYA, replies=2)
        _, of_others = await ask(stage, "alerts simulate since 2026-11-02", TOM, replies=2)

    lines = said.splitlines()
    assert lines[2].endswith("Watched were 7 segments of them, 1 other count and 1 line.")
    found = [line for line in lines if "expected)" in line or "(line 60)" in line]
    assert [line.split()[4] for line in found] == ["Surge", "Surge", "Threshold", "Import", "Threshold"]
    assert "until 17 Nov, 23:59 EST" in found[2]
    assert "• demo-requests, 10 Nov, 15:25 EST: Quirina 642, Quirina 645, Quirina 648 and 10 more" in lines
    assert "Quirina" not in of_others


async def test_a_line_that_cannot_be_understood_is_said_before_anything_is_replayed(
    sqlite_url: str, tmp_path: Path
) -> None:
    await remember(sqlite_url)
    async with asking(sqlite_url, tmp_path) as stage:
        rules = RULES.replace("country: US", "thresholds: [{name: odd, when: 'cack > 5'}]")
        with pytest.raises(PlaybookError, match=r"the playbook: alerts\.thresholds\.odd: “cack > 5”"):
            await simulated(
                stage.tipoff.house.store, parse_playbook(rules, "rules"), "", EVENING, people=False
            )


async def test_who_may_not_see_people_is_told_numbers_alone(sqlite_url: str, tmp_path: Path) -> None:
    await remember(sqlite_url)
    async with asking(sqlite_url, tmp_path) as stage:
        _, said = await ask(stage, "alerts simulate since 2026-11-02", TOM, replies=2)
        _, _ = await ask(stage, "alerts simulate since 2026-11-02", MAYA, replies=2)
        shown = await stage.tipoff.house.store.audit.latest(99)

    assert SIMULATED.fullmatch(said.splitlines()[0])
    assert "Quirina" not in said
    assert {(one.actor, one.action) for one in shown} == {(MAYA, "/tipoff alerts")}
    assert len(shown) == 6


async def test_who_may_not_ask_for_numbers_may_not_ask_for_alerts(sqlite_url: str, tmp_path: Path) -> None:
    async with asking(sqlite_url, tmp_path) as stage:
        (said,) = await ask(stage, "alerts", ANNA)

        assert said.startswith("Only managers and marketers may ask for numbers; your role is rep.")
        assert (await ask(stage, "help", ANNA))[0].startswith("What I can do")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("alerts simulate since soon", "`since` wants a day, not “soon”."),
        ("alerts simulate", "The store knows no leads of that time, so there is nothing to replay."),
        (
            "alerts tomorrow",
            "I don't know “alerts tomorrow”. Try `/tipoff alerts` or `/tipoff alerts simulate`.",
        ),
    ],
)
async def test_what_cannot_be_answered_is_said_in_a_sentence(
    sqlite_url: str, tmp_path: Path, text: str, sentence: str
) -> None:
    async with asking(sqlite_url, tmp_path) as stage:
        replies = 2 if sentence.startswith("The store") else 1

        assert sentence in (await ask(stage, text, MAYA, replies=replies))[-1]


async def test_one_simulation_runs_at_a_time(sqlite_url: str, tmp_path: Path) -> None:
    async with asking(sqlite_url, tmp_path) as stage, stage.tipoff.house.simulating:
        said = await ask(stage, "alerts simulate", MAYA, replies=2)

    assert said[0].startswith("Looking at the leads")
    assert said[1] == "Somebody's simulation is under way. Try again in a minute."


async def test_the_alerts_say_what_is_watched_once_somebody_has_looked(
    database_url: str, tmp_path: Path
) -> None:
    await remember(database_url)
    async with asking(database_url, tmp_path) as stage:

        async def looked() -> bool:
            await look(stage.tipoff.house)
            return bool(await stage.tipoff.house.store.watching.learned())

        await eventually(looked)
        (said,) = await ask(stage, "alerts", MAYA)

    lines = said.splitlines()
    assert lines[0].startswith("Watching 7 segments; ")
    assert [line.split(" active")[0] for line in lines[2:5]] == [
        "• All leads: 1",
        "• Sources: 3",
        "• Campaigns: 2",
    ]
    assert "• source trade-show learns what is usual until " in said


# In the terminal


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(queries, "clock", lambda: EVENING)
    desk = Desk(tmp_path, {"DATABASE_URL": sqlite_url, "TIPOFF_PLAYBOOK": "p.yaml"})
    desk.write("p.yaml", RULES)
    return desk


def test_the_terminal_says_the_same_and_hands_it_to_programs(desk: Desk, sqlite_url: str) -> None:
    run_apart(remember(sqlite_url))
    said = desk.tipoff("alerts", "simulate", "--since", "2026-11-02")
    found = json.loads(desk.tipoff("alerts", "simulate", "--since", "2026-11-02", "--json").out)

    assert SIMULATED.fullmatch(said.out.splitlines()[0])
    assert [(one["kind"], one["segment"], one["became"]["leads"]) for one in found["incidents"]] == [
        ("surge", "campaign:spring-webinar", 36),
        ("import", "campaign:expo-2026", 90),
    ]
    assert [one["false_messages_a_week"] for one in found["budgets"]] == [0.1, 0.25, 0.5, 1.0, 2.0]


def test_the_terminal_says_how_the_alerts_stand(desk: Desk) -> None:
    said = desk.tipoff("alerts")
    found = json.loads(desk.tipoff("alerts", "--json").out)

    assert (said.code, said.out.splitlines()[0]) == (
        0,
        "Nothing is watched yet: the first look is within five minutes of the start",
    )
    assert (found["to"], found["segments"], found["precision"]["told"]) == ("#marketing", [], 0)


def test_a_simulation_that_cannot_be_is_one_sentence(desk: Desk) -> None:
    said = desk.tipoff("alerts", "simulate", "--budget", "lots")

    assert (said.code, said.out) == (2, "")
    assert " ".join(said.err.split()).startswith("`budget` wants how many false messages a week")
