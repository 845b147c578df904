"""Numbers as conversations: `/kpi`, `/funnel`, `/campaigns`, in Slack and in the terminal alike."""

import csv
import io
import re
import shlex
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
from slack_rig import ANNA, Talk, buttons, event, talking

from bot import queries, rows
from bot.asking import Asked, recalled
from briefs.message import words_of
from funnel.counts import CountedLead
from funnel.errors import QuestionError
from funnel.metrics import METRICS
from funnel.question import About
from workspace import Message
from workspace.payloads import message_action

EXAMPLE = re.compile(r"`([^`]+)`")
MISTAKE = re.compile("I understood|I know no|Nobody here|I find nobody|[Ss]orry")
AT = "2026-11-05T10:00:00Z"


def lead(number: int, campaign: str, source: str = "google", form: str = "Contact sales") -> dict[str, Any]:
    person = {"email": f"lead{number}@example.com", "name": f"Lead {number}", "company": "=cmd|' /C calc'!A0"}
    origin = {"source": source, "medium": "cpc", "campaign": campaign}
    return event("lead.captured", f"l{number}", {"person": person, "form": form, "origin": origin})


async def a_store(talk: Talk) -> None:
    """Two leads of Spring webinar and one of Spring fair, which cost money; one is won."""
    await talk.send(
        lead(1, "Spring webinar"),
        lead(2, "Spring webinar", form="Newsletter"),
        lead(3, "Spring fair", "bing"),
        event(
            "deal.moved",
            "d",
            {"person": {"email": "lead1@example.com"}, "deal": "d1", "stage": "won", "amount": 100},
        ),
        event(
            "campaign.spent",
            "s",
            {"campaign": "Spring webinar", "day": f"{datetime.now(UTC):%Y-%m-%d}", "amount": 50},
        ),
    )
    await talk.settled()


@pytest.fixture(params=["socket", "http"])
async def talk(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[Talk]:
    async with talking(sqlite_url, over_http=request.param == "http") as one:
        await a_store(one)
        yield one


# What is said


async def test_kpi_states_the_value_its_receipt_and_its_terms(talk: Talk) -> None:
    said = (await talk.ask("/kpi", "mql rate this year")).splitlines()

    assert said[:2] == ["Lead to MQL: this year", "66.7 % (2/3)"]
    assert "(UTC)" in said[-1]
    assert "cohort: leads created in the window" in said[-1]


async def test_kpi_without_data_says_what_brings_it(talk: Talk) -> None:
    said = await talk.ask("/kpi", "sessions")

    assert said.splitlines()[1:3] == [
        "no data",
        (
            "Nothing known of: visits to the site. It takes `tipoff.lead.engaged` with `kind` `page_viewed`, "
            "or Segment `page`."
        ),
    ]


async def test_kpi_list_names_every_metric_with_its_value_or_what_it_takes(talk: Talk) -> None:
    said = await talk.hears(ANNA, (await talk.ask("/kpi", "list")).splitlines()[0])

    words = "\n".join(words_of(list(said.blocks)))
    assert [name for name in METRICS if name not in words] == []


async def test_kpi_define_states_the_formula_the_trap_and_the_version(talk: Talk) -> None:
    said = await talk.ask("/kpi", "define acceptance rate")

    assert said.splitlines()[1] == "`sals / mqls`"
    assert "acceptance_rate version " in said
    assert '"type": "tipoff.lead.staged", "id": "sals-1"' in said


async def test_kpi_why_has_parts_that_sum(talk: Talk) -> None:
    said = await talk.ask("/kpi", "leads this month vs prev why")

    assert said.startswith("Why New leads changed: this month, by source\n0 → 3: +3")


async def test_a_median_cannot_be_split(talk: Talk) -> None:
    assert (await talk.ask("/kpi", "time to mql vs prev why")).startswith(
        "`why` explains counts, sums and shares of leads"
    )


async def test_each_campaign_has_its_kind_and_the_share_of_leads_that_say_so(talk: Talk) -> None:
    await talk.send(
        event("campaign.spent", "k", {"campaign": "Spring fair", "day": "2026-01-02", "kind": "lead_gen"})
    )
    await talk.settled()
    said = await talk.ask("/campaigns", "this year")
    found, _ = await queries.answer(talk.tipoff.house.settings, "campaigns", "this year")

    kinds = {row[0]: row[1] for line in said.splitlines() if len(row := re.split(r" {2,}", line)) > 3}
    assert kinds == {"Campaign": "Kind", "Spring webinar": "demand (100 %)", "Spring fair": "lead"}
    assert "Kind: with a share, it is what so many of the campaign's leads did first" in said
    assert found["kinds"] == {
        "Spring webinar": {"kind": "demand", "share": 1.0},
        "Spring fair": {"kind": "lead", "share": None},
    }


async def test_campaigns_are_compared_by_name_and_it_ends_in_a_sentence(talk: Talk) -> None:
    said = await talk.ask("/campaigns", '"Spring webinar" vs "Spring fair"')

    assert "Too early: a comparison needs 30 leads each" in said


async def test_a_campaign_that_could_be_several_is_a_choice_with_buttons_that_work(talk: Talk) -> None:
    said = await talk.ask("/campaigns", '"spring" vs "Spring fair"')
    choice = await talk.hears(ANNA, said.splitlines()[0])
    offered = buttons(choice)
    await talk.press(ANNA, "tipoff.ask", choice, value=offered[1][1])
    shown = await talk.hears(ANNA, "Too early")

    assert said.splitlines()[0] == "2 campaigns match “spring”. Which one?"
    assert [action for action, _ in offered] == ["tipoff.ask"] * 2
    assert shown.ephemeral_to == ANNA


async def test_a_filter_takes_a_part_of_a_campaigns_name_too(talk: Talk) -> None:
    said = await talk.ask("/funnel", "this year where campaign=webinar")
    choice = await talk.hears(
        ANNA, (await talk.ask("/kpi", "leads this year where campaign=SPRING")).splitlines()[0]
    )
    await talk.press(ANNA, "tipoff.ask", choice, value=buttons(choice)[0][1])
    shown = await talk.hears(ANNA, "New leads: this year")

    assert said.splitlines()[0] == 'Funnel: this year where campaign="Spring webinar"'
    assert choice.text.splitlines()[0] == "2 campaigns match “SPRING”. Which one?"
    assert choice.text.splitlines()[-1] == "Or ask again with the whole name."
    assert shown.text.splitlines()[:2] == [
        'New leads: this year where campaign="Spring fair"',
        "1 · new against 0",
    ]


async def test_a_filter_by_a_campaign_that_nobody_knows_names_the_nearest(talk: Talk) -> None:
    said = await talk.ask("/kpi", 'leads where campaign="Sprong fair"')

    assert said.startswith("I know no campaign “Sprong fair”. Did you mean “Spring fair”?")


async def test_an_unknown_campaign_is_answered_with_the_nearest(talk: Talk) -> None:
    assert (await talk.ask("/campaigns", '"Sprng webinar" vs "Spring fair"')) == (
        "I know no campaign “Sprng webinar”. Did you mean “Spring webinar”? "
        "`/campaigns last 12 months` names those that I know."
    )


def tried(said: str, name: str) -> list[str]:
    """The examples of a help page, as they can be typed."""
    return [one for line in said.splitlines() if line.startswith("Try ") for one in EXAMPLE.findall(line)
            if one.startswith(name)]  # fmt: skip


@pytest.mark.parametrize("name", ["/lead", "/kpi", "/funnel", "/campaigns"])
async def test_help_has_examples_that_work_on_the_store_at_hand(talk: Talk, name: str) -> None:
    visitor = {"person": {"anonymous_id": "nobody yet"}, "kind": "page_viewed"}
    await talk.send(event("lead.engaged", "v", visitor))
    await talk.settled()
    said = await talk.ask(name, "help")
    typed = [one.partition(" ") for one in tried(said, name)]
    answers = [await talk.ask(command, text) for command, _, text in typed]

    assert said.splitlines()[2].startswith(name)
    assert len(answers) >= 2
    assert [one for one in answers if MISTAKE.search(one)] == []


async def test_the_help_of_everything_has_the_same_examples(talk: Talk) -> None:
    said = await talk.ask("/tipoff", "help")
    each = [line for name in ("/lead", "/kpi", "/funnel", "/campaigns")
            for line in (await talk.ask(name, "help")).splitlines() if line.startswith("Try ")]  # fmt: skip

    tries = [line for line in said.splitlines() if line.startswith("Try ")]
    assert tries[:-1] == each
    assert tries[-1].startswith("Try `/tipoff help`, `/tipoff alerts`, ")


async def test_help_compares_the_campaigns_that_brought_most(talk: Talk) -> None:
    said = await talk.ask("/campaigns", "help")

    assert '/campaigns "Spring webinar" vs "Spring fair" last 12 months' in said


async def test_help_names_nobody_where_names_are_hidden(sqlite_url: str, tmp_path: Path) -> None:
    rules = tmp_path / "playbook.yaml"
    rules.write_text('masks: {"#leads": id}', encoding="utf-8")
    async with talking(sqlite_url, playbook=rules) as talk:
        await talk.send(lead(1, "Spring fair"))
        await talk.settled()
        said = await talk.ask("/lead", "help")

    assert "@example.com" not in said
    assert re.findall("`/lead [0-9]+`", said)


async def test_an_empty_store_has_examples_too(sqlite_url: str) -> None:
    async with talking(sqlite_url) as talk:
        assert "Try `/lead ana@example.com`, `/lead Ana`" in await talk.ask("/lead", "help")
        assert "campaign=" not in await talk.ask("/kpi", "help")


@pytest.mark.parametrize("about", get_args(About))
async def test_the_examples_of_the_terminals_help_work_in_a_shell(talk: Talk, about: About) -> None:
    settings = talk.tipoff.house.settings
    said = (await queries.help_for(settings, about)).plain
    typed = [shlex.split(one)[2:] for one in tried(said, f"tipoff {about}")]
    answers = [await queries.answer(settings, about, " ".join(words)) for words in typed]

    assert len(answers) >= 5
    assert [message.plain for _, message in answers if MISTAKE.search(message.plain)] == []


@pytest.mark.parametrize(
    ("about", "text", "shown"),
    [
        ("funnel", "this year by source", ("google", "bing")),
        ("campaigns", "this year", ("Spring", "no campaign")),
        ("kpi", "mql rate this year by source", ("Lead to MQL", "67", "google", "bing")),
    ],
)
async def test_the_terminal_gives_the_same_numbers(
    talk: Talk, about: About, text: str, shown: tuple[str, ...]
) -> None:
    said = await talk.ask(f"/{about}", text)
    found, message = await queries.answer(talk.tipoff.house.settings, about, text)

    assert rows_of(message.text, shown) == rows_of(said, shown)
    assert rows_of(said, shown) != []
    assert found["question"].startswith(f"/{about} ")


def rows_of(said: str, shown: tuple[str, ...]) -> list[str]:
    return [line for line in said.splitlines() if line.startswith(shown)]


# Buttons


async def answered(talk: Talk, text: str = "mqls this year cohort") -> Message:
    return await talk.hears(ANNA, (await talk.ask("/kpi", text)).splitlines()[0])


async def test_share_says_the_answer_to_everybody_once_and_by_whom(talk: Talk) -> None:
    answer = await answered(talk)
    before = len(talk.public())
    await talk.press(ANNA, "tipoff.share", answer)
    await talk.press(ANNA, "tipoff.share", answer)
    await talk.hears(ANNA, "stands in the channel already")
    shared = talk.public()[before:]

    assert [one.text.splitlines()[:2] for one in shared] == [["MQLs: this year cohort", "2 · new against 0"]]
    assert f"Shared by @{ANNA}" in shared[0].text
    assert [action for action, _ in buttons(shared[0])] == ["tipoff.rows"]


async def test_what_is_shared_is_the_number_that_was_said(talk: Talk) -> None:
    answer = await answered(talk)
    await talk.send(lead(9, "Spring fair"))
    await talk.settled()
    before = len(talk.public())
    await talk.press(ANNA, "tipoff.share", answer)
    await talk.workspace.wait_for(lambda: len(talk.public()) > before)

    assert talk.public()[-1].text.splitlines()[1] == "2 · new against 0"


async def test_rows_are_a_file_for_whoever_asks_alone_and_written_down(talk: Talk) -> None:
    answer = await answered(talk)
    await talk.press(ANNA, "tipoff.rows", answer)
    said = await talk.hears(ANNA, "behind this number")
    (file,) = [one for one in talk.workspace.slack.uploads.values() if one]
    (sent,) = [
        one
        for channel in talk.workspace.slack.world.channels.values()
        if channel.is_im
        for one in talk.workspace.messages(channel.id)
    ]
    leads = list(csv.DictReader(io.StringIO(file.decode())))

    assert (
        said.text
        == "The 2 leads behind this number are in `kpi-mqls-this-year-cohort.csv`, in our direct messages."
    )
    assert {one["email"] for one in leads} == {"lead1@example.com", "lead3@example.com"}
    assert {one["company"] for one in leads} == {"'=cmd|' /C calc'!A0"}
    assert sent.files
    assert [(one.actor, one.action) for one in await talk.tipoff.house.store.audit.latest(5)] == [
        (ANNA, "rows of /kpi mqls this year cohort: 2 leads")
    ]


async def test_the_rows_of_a_comparison_are_the_leads_of_its_campaigns(talk: Talk) -> None:
    said = await talk.ask("/campaigns", '"Spring webinar" vs "fair" this year')
    answer = await talk.hears(ANNA, said.splitlines()[0])
    await talk.press(ANNA, "tipoff.rows", answer)
    await talk.hears(ANNA, "The 3 leads behind this number")
    (file,) = [one for one in talk.workspace.slack.uploads.values() if one]
    leads = list(csv.DictReader(io.StringIO(file.decode())))

    assert [(one["email"], one["campaign"]) for one in leads] == [
        ("lead1@example.com", "Spring webinar"),
        ("lead2@example.com", "Spring webinar"),
        ("lead3@example.com", "Spring fair"),
    ]


@pytest.mark.parametrize("text", ["list", "define acceptance rate", "score audit", "leads vs prev why"])
async def test_what_is_said_about_numbers_can_be_shared_too(talk: Talk, text: str) -> None:
    answer = await answered(talk, text)
    before = len(talk.public())
    await talk.press(ANNA, "tipoff.share", answer)
    await talk.workspace.wait_for(lambda: len(talk.public()) > before)
    (shared,) = talk.public()[before:]

    assert shared.text.splitlines()[0] == answer.text.splitlines()[0]
    assert ANNA in str(shared.blocks)
    assert [action for action, _ in buttons(shared)] == []


PRESSED = ("tipoff.ask", "tipoff.share", "tipoff.rows")
FORGED = ("", "x", "2026-11-05 /kpi leads", f"{AT} /lead ana", f"{AT} /kpi", f"{AT} rm -rf", "1:2")


async def test_a_forged_button_is_answered_with_a_sentence(talk: Talk) -> None:
    answer = await answered(talk)
    workspace = talk.workspace

    def told() -> list[str]:
        return [one.text for one in workspace.messages(answer.channel) if one.ephemeral_to == ANNA]

    for action, value in product(PRESSED, FORGED):
        before = len(told())
        button = {"type": "button", "action_id": action, "block_id": "b", "value": value}
        payload = message_action(workspace.slack, workspace.people.user(ANNA), answer, [button], {})
        assert await talk.deliver("interactive", payload) == (None, None)
        (said,) = await workspace.wait_for(lambda seen=before: told()[seen:])
        assert "Try `/" in said

    assert [one for one in talk.public() if "MQLs" in one.text] == []


# The pieces


def test_a_button_carries_its_question_and_its_time() -> None:
    at = datetime(2026, 11, 5, 10, tzinfo=UTC)
    asked = Asked("kpi", "leads", at)

    assert recalled(asked.carried("/kpi leads last 30 days")) == Asked(
        "kpi", "leads last 30 days", at, again=True
    )
    assert asked.carried("x" * 3_000) == ""


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon /kpi leads",
        "2026-11-05T10:00:00 /kpi leads",
        "9999-12-31T23:59:59Z /kpi leads",
        f"{AT} /tipoff help",
    ],
)
def test_what_is_no_question_is_not_recalled(value: str) -> None:
    with pytest.raises(QuestionError):
        recalled(value)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])  # noqa: RUF001 - a spreadsheet takes it for =
def test_no_cell_is_a_formula(name: str) -> None:
    one = CountedLead(1, name, None, None, None, "mql", None, None, None)

    (_, line) = csv.reader(io.StringIO(rows.written([one])))
    assert line[1] == f"'{name}"


def test_a_file_is_named_after_its_question() -> None:
    assert rows.named("kpi mqls last 30 days by source") == "kpi-mqls-last-30-days-by-source.csv"
    assert rows.named("…") == "leads.csv"


async def test_a_model_shares_leads_and_amounts_among_campaigns_and_says_so(talk: Talk) -> None:
    said = await talk.ask("/campaigns", "this year model=linear")

    assert "credited by linear, among marketing's touches of the 90 days before" in said
    assert "Leads, deals and their amounts are shared by the model" in said
    assert "2 campaigns: 3 leads" in said


async def test_sales_touches_share_credit_where_they_are_asked_for(talk: Talk) -> None:
    await talk.send(
        event("lead.engaged", "call", {"person": {"email": "lead1@example.com"}, "kind": "call_made"}),
        event(
            "deal.moved",
            "d2",
            {"person": {"email": "lead1@example.com"}, "deal": "d2", "stage": "won", "amount": 9.99},
        ),
    )
    await talk.settled()
    asked = "revenue this year by campaign model=linear touches=all"
    said = await talk.ask("/kpi", asked)
    found, _ = await queries.answer(talk.tipoff.house.settings, "kpi", asked)

    assert "credited by linear, among marketing's and sales' touches of the 90 days before" in said
    assert found["terms"]["touches"] == "all"
    assert {row["by"]: row["value"] for row in found["rows"]} == {"Spring webinar": 105.0, "sales": 4.99}
