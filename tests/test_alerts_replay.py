"""`tipoff alerts replay`: what the alerts would have told of a file of leads."""

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from cli_rig import Desk
from surge_rig import MONDAY, leads, usual

from funnel.arrival import Arrival

HEADER = "received_at,occurred_at,segment,source,import_id"
TEN = MONDAY + timedelta(hours=12)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def rows(arrivals: Iterable[Arrival]) -> str:
    ordered = sorted(arrivals, key=lambda one: one.received)
    lines = (
        f"{one.received.isoformat()},{one.occurred.isoformat()},{one.campaign},{one.source},"
        for one in ordered
    )
    return "\n".join([HEADER, *lines])


def surge() -> str:
    until = TEN + timedelta(hours=4)
    return rows([*usual(until), *leads(TEN, until - timedelta(hours=2), 30)])


def test_a_surge_in_a_file_is_written_for_other_programs(desk: Desk) -> None:
    file = desk.write("leads.csv", surge())
    days = desk.write("days.json", '{"meta": {"tz": "EU", "holidays": ["2026-12-25"]}}')

    said = desk.tipoff("alerts", "replay", file, "--holidays", days, "--out", "alerts.json")

    assert said == (0, "", "")
    alerts = json.loads((desk.folder / "alerts.json").read_text())
    assert {(one["kind"], one["at"][:10]) for one in alerts} == {("surge", "2026-09-28")}
    assert len({one["incident"] for one in alerts}) == 1


def test_without_a_file_to_write_it_says_what_would_have_been_told(desk: Desk) -> None:
    said = desk.tipoff(
        "alerts", "replay", desk.write("leads.csv", surge()), "--zone", "Europe/Berlin", "--country", "DE-BY"
    )

    assert said.code == 0
    assert "surge  " in said.out
    assert said.out.endswith("1 message would have been sent.\n")


def test_a_file_with_one_lead_tells_nothing(desk: Desk) -> None:
    said = desk.tipoff("alerts", "replay", desk.write("leads.csv", "created_at\n2026-11-21T09:30:00Z\n"))

    assert said == (0, "Nothing would have been told.\n", "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no column that says when a lead came: name one received_at or created_at. It has: nothing."),
        ("email,company\n", "name one received_at or created_at. It has: email, company."),
        ("created_at\n2026-11-21\nsoon\n", "line 3: 'soon' is no time. One looks like 2026-11-21T09:30:00Z."),
        ("source,created_at\nads\n", "line 2: '' is no time. One looks like 2026-11-21T09:30:00Z."),
        ("created_at\n" + "x" * 200_000, "field larger than field limit"),
    ],
)
def test_a_file_that_cannot_be_used_is_answered_with_what_would_work(
    desk: Desk, text: str, sentence: str
) -> None:
    said = desk.tipoff("alerts", "replay", desk.write("leads.csv", text))

    assert said.code == 1
    assert sentence in " ".join(said.err.split())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--zone", "Mars/Base"), "'Mars/Base' is not an IANA time zone"),
        (("--country", "Atlantis"), "'Atlantis' is not a country"),
        (("--holidays", "none.json"), "none.json cannot be read: No such file or directory."),
        (("--holidays", "leads.csv"), "leads.csv is no calendar"),
        (("--out", "no/such/folder.json"), "cannot be written"),
    ],
)
def test_options_that_cannot_be_used_are_sentences(
    desk: Desk, options: tuple[str, str], sentence: str
) -> None:
    file = desk.write("leads.csv", "created_at\n2026-11-21T09:30:00Z\n")

    said = desk.tipoff("alerts", "replay", file, *options)

    assert said.code == 1
    assert sentence in " ".join(said.err.split())


def test_a_file_that_is_not_there_is_a_sentence(desk: Desk) -> None:
    said = desk.tipoff("alerts", "replay", "nowhere.csv")

    assert said.code == 1
    assert "nowhere.csv cannot be read" in " ".join(said.err.split())
