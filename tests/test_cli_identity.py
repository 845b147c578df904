"""`tipoff identity`: how a person came together, and a person's word on who is who."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from cli_rig import Desk
from store_rig import captured, take

from funnel.events import LeadIdentified, LeadMerged, LeadSplit, Person
from storage.store import Store

ANA, BO = "ana@example.com", "bo@example.com"
NOBODY = "Nobody has the address zoe@example.com. `tipoff brief NAME` finds people by name.\n"


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str) -> Desk:
    """A store with Ana, who gave two spellings and a browser, and Bo."""
    events = [
        captured("1", "ana+x@example.com", person={"anonymous_id": "a1"}),
        captured("2", at=1),
        captured("3", BO, at=2),
    ]

    async def fill() -> None:
        async with Store.open(sqlite_url) as store:
            await take(store, events)

    asyncio.run(fill())
    return Desk(tmp_path, {"DATABASE_URL": sqlite_url})


def record(desk: Desk, event: LeadIdentified | LeadMerged | LeadSplit) -> None:
    async def take_it() -> None:
        async with Store.open(desk.variables["DATABASE_URL"]) as store:
            await take(store, [event])

    asyncio.run(take_it())


def timeless(text: str) -> str:
    return re.sub(r"20(?!26-11-20)\d\d-\d\d-\d\d \d\d:\d\d", "{now}", re.sub(r"[0-9a-f]{32}", "{id}", text))


def test_a_person_is_explained(desk: Desk) -> None:
    said = desk.tipoff("identity", "show", "Ana@Example.com")

    assert (said.code, said.err) == (0, "")
    assert said.out == (
        f"{ANA} is lead 1, 2 identifiers:\n"
        f"  e-mail {ANA} (also ana+x@example.com): "
        "first named 2026-11-20 09:00 UTC by tipoff.lead.captured site/1\n"
        "  anonymous id a1: joined 2026-11-20 09:00 UTC by tipoff.lead.captured site/1\n"
    )


def test_merge_split_and_merge_again(desk: Desk) -> None:
    merged = desk.tipoff("identity", "merge", ANA, BO, "--reason", "two cards")
    apart = desk.tipoff("identity", "split", "Bo+x@example.com", "--reason", "twins")
    shown = desk.tipoff("identity", "show", BO)
    again = desk.tipoff("identity", "merge", BO, ANA)

    assert merged == (
        0,
        f"{ANA} and {BO} are lead 1 now. To undo it: tipoff identity split {BO}\n",
        "",
    )
    assert apart == (
        0,
        f"{BO} is lead 3 now, and {ANA} is lead 1. To undo it: tipoff identity merge {ANA} {BO}\n",
        "",
    )
    assert timeless(shown.out) == (
        f"{BO} is lead 3, 1 identifier:\n"
        f"  e-mail {BO}: first named 2026-11-20 09:02 UTC by tipoff.lead.captured site/3\n"
        "\n"
        "Merges and splits:\n"
        f"  {{now}} UTC merged {ANA} with {BO}, tipoff/identity:{{id}}: “two cards”\n"
        f"  {{now}} UTC split off {BO}, tipoff/identity:{{id}}: “twins”\n"
    )
    assert again == (
        0,
        f"{BO} and {ANA} are lead 1 now. To undo it: tipoff identity split {ANA}\n",
        "",
    )
    assert desk.tipoff("rebuild").out == "1 leads derived again, 0 changed.\n"


def test_a_lead_goes_by_the_address_that_a_merge_names_first(desk: Desk) -> None:
    desk.tipoff("identity", "merge", BO, ANA)

    assert desk.tipoff("brief", ANA).out.splitlines()[1].startswith(BO)
    assert desk.tipoff("brief", ANA) == desk.tipoff("brief", BO)


def test_a_word_that_changes_nothing_is_not_recorded(desk: Desk) -> None:
    desk.tipoff("identity", "merge", ANA, BO)
    before = desk.tipoff("identity", "show", ANA)

    assert desk.tipoff("identity", "merge", BO, "ana+y@example.com") == (
        0,
        f"{BO} and {ANA} are one person already: lead 1.\n",
        "",
    )
    assert desk.tipoff("identity", "show", ANA) == before


def test_there_may_be_nobody_to_split_from(desk: Desk) -> None:
    assert desk.tipoff("identity", "split", ANA) == (
        0,
        f"{ANA} is the only address of lead 1: there is nobody to split it from.\n",
        "",
    )


AHEAD: dict[str, Any] = {"source": "crm", "time": "2150-01-01T00:00:00Z"}


def test_the_last_word_counts_even_if_another_clock_was_ahead(desk: Desk) -> None:
    record(desk, LeadMerged(id="m", person=Person(email=ANA), other=Person(email=BO), **AHEAD))
    record(desk, LeadSplit(id="s", person=Person(email=BO), **AHEAD))

    assert desk.tipoff("identity", "merge", ANA, BO).out.startswith(f"{ANA} and {BO} are lead 1 now.")
    assert desk.tipoff("identity", "split", ANA).out.startswith(f"{ANA} is lead 1 now, and {BO} is lead 3.")


def test_a_split_undoes_any_join_not_only_a_merge(desk: Desk) -> None:
    record(desk, LeadIdentified(id="i", person=Person(email=ANA), previous_id=BO, **AHEAD))
    assert desk.tipoff("brief", ANA) == desk.tipoff("brief", BO)

    assert desk.tipoff("identity", "split", BO).out.startswith(f"{BO} is lead 3 now, and {ANA} is lead 1.")


def test_a_split_may_leave_an_address_of_which_nothing_is_known(desk: Desk) -> None:
    record(desk, LeadIdentified(id="i", person=Person(email=ANA), previous_id="old@example.com", **AHEAD))

    assert desk.tipoff("identity", "split", ANA).out == (
        f"{ANA} is lead 1 now. Of old@example.com nothing else is known.\n"
    )


def test_what_outsiders_wrote_stays_on_its_line(desk: Desk) -> None:
    record(
        desk,
        LeadMerged(
            id="m\x1b[31m",
            source="crm",
            time="2026-11-21T00:00:00Z",  # type: ignore[arg-type]
            person=Person(email=ANA),
            other=Person(user_id="u\nu"),
            reason="x\n" * 10_000,
        ),
    )
    said = desk.tipoff("identity", "show", ANA)

    assert len(said.out.splitlines()) == 7
    assert "\x1b" not in said.out
    assert max(map(len, said.out.splitlines())) < 1000


@pytest.mark.parametrize("words", [("show",), ("split",), ("merge", ANA)])
def test_somebody_unknown_is_one_sentence_and_exit_code_1(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.tipoff("identity", *words, "zoe@example.com") == (1, "", NOBODY)


@pytest.mark.parametrize("words", [("show",), ("split",), ("merge", ANA)])
def test_what_is_no_address_is_exit_code_2(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.tipoff("identity", *words, "Ana") == (
        2,
        "",
        "“Ana” is not an e-mail address. Try tipoff identity show ana@example.com\n",
    )


@pytest.mark.parametrize("words", [("show",), ("split",), ("merge", ANA), ("join", ANA)])
def test_wrong_usage_is_exit_code_2(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.tipoff("identity", *words)[:2] == (2, "")
