"""The bridge of a pipeline as people see it: under its growth, in Slack and in the terminal alike."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_rig import ANNA, Talk, event, talking

from bot import queries
from briefs.message import words_of
from funnel.bridge import STEPS


def deal(number: int, day: str, stage: str, amount: int, **fields: Any) -> dict[str, Any]:
    """What was said of a deal on a day of 2020; each is of a lead of its own."""
    person = {"email": f"lead{number}@example.com"}
    data = {"person": person, "deal": f"d{number}", "stage": stage, "amount": amount, **fields}
    return event("deal.moved", f"d{number}-{day}", data, time=f"2020-{day}T12:00:00Z")


def came(number: int, source: str) -> dict[str, Any]:
    person = {"email": f"lead{number}@example.com"}
    data = {"person": person, "form": "Contact sales", "origin": {"source": source}}
    return event("lead.captured", f"l{number}", data, time="2020-01-01T12:00:00Z")


DEALS = (
    *(came(number, source) for number, source in enumerate(("google", "google", "fair"))),
    deal(0, "02-10", "open", 1000, close_date="2020-03-20"),
    deal(1, "02-10", "open", 500),
    deal(2, "03-05", "open", 250),
    deal(0, "03-06", "proposal sent", 1200),
    deal(1, "03-07", "won", 500),
)


@pytest.fixture
async def talk(sqlite_url: str) -> AsyncIterator[Talk]:
    async with talking(sqlite_url) as one:
        await one.send(*DEALS)
        await one.settled()
        yield one


async def asked(talk: Talk, words: str) -> tuple[dict[str, Any], list[str]]:
    """What the terminal answers: for programs, and the lines that people read."""
    found, message = await queries.answer(talk.tipoff.house.settings, "kpi", words)
    return found, [" ".join(line.split()) for line in message.plain.splitlines()]


BRIDGE = [
    "Pipeline Deals change Amount change",
    "Open at the start 2 new $1,500 new",
    "+ created 1 -1 (-50 %) $250 -$1,250 (-83 %)",
    "+ reopened 0 ±0 $0 ±0",
    "± changed in amount – – $200 new",
    "− won 1 new $500 new",  # noqa: RUF001 - as it is said
    "− lost 0 ±0 $0 ±0",  # noqa: RUF001 - as it is said
    "= open at the end 2 ±0 $1,450 -$50 (-3 %)",
    "of these slipped 1 new $1,200 new",
]


async def test_the_bridge_stands_under_the_growth_of_the_pipeline(talk: Talk) -> None:
    (_, lines), said = (
        await asked(talk, "pipeline growth 2020-03"),
        await talk.ask("/kpi", "pipeline growth 2020-03"),
    )

    assert lines[1] == "-3.3 % (-$50/$1,500)"
    assert [line for line in lines if line in BRIDGE] == BRIDGE
    assert said.splitlines()[1] == lines[1]
    words = words_of(list((await talk.hears(ANNA, "Pipeline growth: 2020-03")).blocks))
    assert [step.words for step in STEPS if not any(step.words in one for one in words)] == []


async def test_growth_in_deals_stands_over_the_same_bridge(talk: Talk) -> None:
    _, lines = await asked(talk, "deal bridge 2020-03")

    assert lines[:2] == ["Pipeline growth in deals: 2020-03", "0 % (0/2)"]
    assert [line for line in lines if line in BRIDGE] == BRIDGE


async def test_programs_read_each_step_as_a_metric(talk: Talk) -> None:
    found, _ = await asked(talk, "pipeline_growth 2020-03")
    values = {row["metric"]: (row["value"], row["previous"]) for row in found["rows"]}

    assert found["question"] == "/kpi pipeline_growth 2020-03 vs prev" or found["question"].startswith(
        "/kpi "
    )
    assert values == {
        "pipeline_growth": (-1 / 30, None),
        "deals_open_at_start": (2, 0),
        "deals_opened": (1, 2),
        "deals_reopened": (0, 0),
        "closed_won": (1, 0),
        "closed_lost": (0, 0),
        "open_deals": (2, 2),
        "deals_slipped": (1, 0),
        "pipeline_at_start": (1500, 0),
        "pipeline_created": (250, 1500),
        "pipeline_reopened": (0, 0),
        "pipeline_changed": (200, 0),
        "pipeline_won": (500, 0),
        "pipeline_lost": (0, 0),
        "pipeline": (1450, 1500),
        "pipeline_slipped": (1200, 0),
    }


async def test_each_source_has_a_bridge_of_its_own(talk: Talk) -> None:
    _, lines = await asked(talk, "pipeline_growth 2020-03 by source")

    assert [line for line in lines if line.startswith(("google $", "fair $"))] == [
        "google $1,500 $0 $0 $200 $500 $0 $1,200 $1,200",
        "fair $0 $250 $0 $0 $0 $0 $250 $0",
    ]


async def test_sources_that_are_not_shown_have_one_bridge_together(talk: Talk) -> None:
    _, lines = await asked(talk, "pipeline_growth 2020-03 by source top 1")

    assert "1 more $0 $250 $0 $0 $0 $0 $250 $0" in lines


@pytest.mark.parametrize("model", ["last", "linear", "decay"])
async def test_a_model_bridges_what_it_credits_each_source_with(talk: Talk, model: str) -> None:
    person, origin = {"email": "lead1@example.com"}, {"medium": "cpc"}
    for number, day in enumerate(("02-01", "03-06")):
        data = {"person": person, "kind": "ad_clicked", "origin": origin | {"source": f"ad{number}"}}
        await talk.send(event("lead.engaged", f"t{number}", data, time=f"2020-{day}T12:00:00Z"))
    await talk.settled()
    found, _ = await asked(talk, f"deal_growth 2020-03 by source model={model}")
    of = {(row["by"], row["metric"]): row["value"] for row in found["rows"]}

    assert {by for by, _ in of} > {"ad0", "fair"}
    for by in {by for by, _ in of}:
        assert of[by, "open_deals"] == pytest.approx(
            of[by, "deals_open_at_start"] + of[by, "deals_opened"] - of[by, "closed_won"]
        )


async def test_where_bridges_the_deals_of_some(talk: Talk) -> None:
    found, _ = await asked(talk, "deal_growth 2020-03 where source=google")

    assert {row["metric"]: row["value"] for row in found["rows"]}["open_deals"] == 1


async def test_without_a_deal_there_is_no_bridge_but_the_event_to_send(talk: Talk) -> None:
    _, lines = await asked(talk, "pipeline growth 2019-03")

    assert lines[1] == "no data"
    assert any(line.startswith('"data": {"deal": "7"') for line in lines)
    assert [line for line in lines if "created" in line] == []


async def test_the_leads_behind_the_pipeline_are_those_of_its_open_deals(talk: Talk) -> None:
    await talk.ask("/kpi", "pipeline growth 2020-03")
    answer = await talk.hears(ANNA, "Pipeline growth: 2020-03")
    await talk.press(ANNA, "tipoff.rows", answer)
    await talk.hears(ANNA, "The 2 leads behind this number")
    (file,) = [one for one in talk.workspace.slack.uploads.values() if one]

    assert [one["email"] for one in csv.DictReader(io.StringIO(file.decode()))] == [
        "lead2@example.com",
        "lead0@example.com",
    ]
