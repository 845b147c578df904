"""The command line as people and scripts use it: exit codes, one sentence on standard error, JSON."""

import json
import socket
import subprocess
from pathlib import Path

import pytest
import typer.main
import yaml
from cli_rig import COMMAND, HOUSE, Desk

from bot.cli import cli
from funnel.playbook import Playbook

COMMANDS = sorted(typer.main.get_command(cli).commands)  # type: ignore[attr-defined]
LEADS = """\
date,email,name,company,source,form,stage
2026-10-01,ana@example.com,Ana Sousa,Initech,google,Contact sales,
2026-10-02,bob@example.com,Bob Bell,Hooli,bing,Newsletter,mql
2026-10-03,bo@example.com,Bo Bell,Hooli,,Newsletter,
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def leads(desk: Desk) -> Desk:
    assert desk.tipoff("import", desk.write("leads.csv", LEADS), "--source", "fair").code == 0
    return desk


# Help


def test_every_command_is_known() -> None:
    assert [
        *("alerts", "audit", "brief", "campaigns", "demo", "doctor", "funnel", "identity", "import"),
        *("init", "kpi", "manifest", "migrate", "playbook", "rebuild", "run", "score", "templates"),
    ] == COMMANDS


@pytest.mark.parametrize(
    "command", [(), *((one,) for one in COMMANDS), ("playbook", "check"), ("templates", "preview")]
)
def test_every_command_explains_itself(desk: Desk, command: tuple[str, ...]) -> None:
    said = desk.tipoff(*command, "--help")

    assert said.code == 0
    assert "Usage: tipoff" in said.out
    assert len(said.out.splitlines()) > 5


def test_python_m_bot_is_the_same(desk: Desk) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, "playbook", "show"], cwd=desk.folder, env=desk.environment, capture_output=True, check=True
    )

    assert done.stdout.decode() == desk.tipoff("playbook", "show").out


# Exit codes and sentences


WRONG_USAGE = (("frobnicate",), ("import",), ("run", "--port", "70000"), ("funnel", "--nope"), ("brief",))


@pytest.mark.parametrize("arguments", WRONG_USAGE)
def test_wrong_usage_is_exit_code_2(desk: Desk, arguments: tuple[str, ...]) -> None:
    assert desk.tipoff(*arguments)[:2] == (2, "")


def test_a_question_that_is_not_understood_is_exit_code_2(leads: Desk) -> None:
    assert leads.tipoff("funnel", "this", "year", "by", "sorce") == (
        2,
        "",
        (
            "I can't break a funnel down by “sorce”. I understood `this year`. "
            "Try `/funnel this year by source`.\n"
        ),
    )


FAILURES: list[tuple[dict[str, str], tuple[str, ...], str]] = [
    (
        {},
        ("run", "--port", "0"),
        "Set SLACK_BOT_TOKEN (api.slack.com, your app, OAuth & Permissions, xoxb-...).",
    ),
    (
        {},
        ("funnel",),
        "The store sqlite:///tipoff.db holds no tables yet. Run `tipoff migrate`, then start again.",
    ),
    (
        {"DATABASE_URL": "mysql://root:secret@host/db"},
        ("migrate",),
        "A store cannot live in mysql. Try sqlite:///tipoff.db or postgresql://user:password@host/name.",
    ),
    (
        {"DATABASE_URL": "nonsense"},
        ("migrate",),
        (
            "DATABASE_URL is not a database's URL. "
            "Try sqlite:///tipoff.db or postgresql://user:password@host/name."
        ),
    ),
    (
        {"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/x"},
        ("rebuild",),
        (
            "The store postgresql://u:***@127.0.0.1:1/x cannot be opened: "
            "[Errno 111] Connect call failed ('127.0.0.1', 1)"
        ),
    ),
    (
        {"DATABASE_URL": "sqlite:///no/such/folder/tipoff.db"},
        ("migrate",),
        "The store sqlite:///no/such/folder/tipoff.db cannot be opened: unable to open database file",
    ),
    (
        {"TIPOFF_MESSAGE_SPACING": "often"},
        ("funnel",),
        (
            "TIPOFF_MESSAGE_SPACING is 'often': "
            "Input should be a valid number, unable to parse string as a number."
        ),
    ),
    (
        {"TIPOFF_PLAYBOOK": "absent.yaml"},
        ("playbook", "check"),
        "absent.yaml does not exist. `tipoff init` writes one.",
    ),
    ({"TIPOFF_PLAYBOOK": "."}, ("playbook", "show"), ". cannot be read: [Errno 21] Is a directory: '.'"),
]


@pytest.mark.parametrize(("variables", "arguments", "sentence"), FAILURES, ids=lambda one: str(one)[:40])
def test_what_a_person_can_mend_is_one_sentence_and_exit_code_1(
    tmp_path: Path, variables: dict[str, str], arguments: tuple[str, ...], sentence: str
) -> None:
    said = Desk(tmp_path, variables).tipoff(*arguments)

    assert (said.code, said.out) == (1, "")
    assert without_log(said.err) == [sentence]


def without_log(text: str) -> list[str]:
    return [line for line in text.splitlines() if " INFO " not in line]


def test_a_port_in_use_is_said(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = desk.tipoff("run", "--port", str(port))

    (sentence,) = without_log(said.err)
    assert said.code == 1
    assert sentence.startswith(f"Cannot listen at 127.0.0.1:{port}: Address already in use")
    assert sentence.endswith("Try --port 0.")


def test_a_store_of_another_kind_is_said(desk: Desk) -> None:
    desk.write("tipoff.db", "This is a letter, not a database. " * 100)

    said = desk.tipoff("migrate")

    assert (said.code, said.err) == (
        1,
        "The store sqlite:///tipoff.db cannot be opened: file is not a database\n",
    )


PLAYBOOKS = {
    "score: {enter: 40, leave: 50}\n": "score: leave (50) must not be above enter (40)",
    "timezone: Mars/Base\n": "Mars/Base",
    "chanels: {briefs: '#x'}\n": "chanels",
    "company: [\n": "my.yaml",
    "- a\n- b\n": "my.yaml",
}


@pytest.mark.parametrize("text", PLAYBOOKS)
def test_a_bad_playbook_is_said_with_its_file_place_and_value(desk: Desk, text: str) -> None:
    path = desk.write("my.yaml", text)
    tuned = Desk(desk.folder, {"TIPOFF_PLAYBOOK": "my.yaml"})

    said = [
        desk.tipoff("playbook", "check", path.name),
        *(tuned.tipoff(*one) for one in (("migrate",), ("doctor",))),
    ]

    assert said[0].code == 1
    assert said[0].err.startswith("my.yaml")
    assert PLAYBOOKS[text] in said[0].err
    assert "Traceback" not in said[0].err
    assert said[2].code == 1
    assert said[2].out.startswith("TODO  playbook: my.yaml")


# Questions


def test_brief_prints_what_a_rep_sees(leads: Desk) -> None:
    said = leads.tipoff("brief", "ana@example.com")

    assert said.code == 0
    assert "Ana Sousa · Initech" in said.out
    assert leads.tipoff("brief", "Ana") == said


def test_receipts_name_the_events_behind_each_line(leads: Desk) -> None:
    plain, proven = (leads.tipoff("brief", "ana", *more).out for more in ((), ("--receipts",)))

    added = proven.removeprefix(plain).strip().splitlines()
    assert proven.startswith(plain)
    assert [line.partition(": ")[0] for line in added] == [
        "Proven by",
        "trigger",
        "who",
        "intent",
        "source",
        "opener",
        "ask",
    ]
    assert added[1].startswith("trigger: fair/")
    assert {added[place].partition(": ")[2] for place in (1, 2, 4, 5)} == {added[1].partition(": ")[2]}
    assert added[3] == "intent: nothing"


def test_brief_of_several_is_a_choice_and_of_nobody_a_failure(leads: Desk) -> None:
    several, nobody = leads.tipoff("brief", "bell"), leads.tipoff("brief", "zoe")

    assert several.code == 0
    assert several.out.startswith("2 leads match “bell”.")
    assert nobody == (
        1,
        "",
        "Nobody is called “zoe”. Try an e-mail address or a part of a name.\n",
    )


def test_funnel_as_json_is_what_other_programs_rely_on(leads: Desk) -> None:
    said = json.loads(leads.tipoff("funnel", "2026-10", "by", "source", "--json").out)

    assert said["question"] == "/funnel 2026-10 by source"
    assert said["terms"] == {
        "start": "2026-10-01T00:00:00+00:00",
        "end": "2026-11-01T00:00:00+00:00",
        "zone": "UTC",
        "clock": "cohort",
        "model": "first",
    }
    assert {tuple(row) for row in said["rows"]} == {
        ("by", "metric", "value", "numerator", "denominator", "previous", "note")
    }
    shown = {(row["by"], row["metric"]): row for row in said["rows"]}
    assert shown["bing", "mql_rate"] | {"note": None} == {
        "by": "bing",
        "metric": "mql_rate",
        "value": 1.0,
        "numerator": 1,
        "denominator": 1,
        "previous": None,
        "note": None,
    }
    assert {by: row["value"] for (by, metric), row in shown.items() if metric == "leads"} == {
        "google": 1,
        "bing": 1,
        None: 1,
    }


def test_campaigns_as_json_has_the_same_shape(leads: Desk) -> None:
    said = json.loads(leads.tipoff("campaigns", "2026-10", "--json").out)

    assert list(said) == ["question", "terms", "rows", "notes"]
    assert {
        (row["by"], row["metric"]): row["value"] for row in said["rows"] if row["metric"] in ("leads", "mqls")
    } == {(None, "leads"): 3, (None, "mqls"): 2}


@pytest.mark.parametrize(
    "words", [("list",), ("leads", "vs", "prev", "why"), ("define", "cac"), ("score", "audit")]
)
def test_every_kind_of_kpi_has_json(leads: Desk, words: tuple[str, ...]) -> None:
    said = json.loads(leads.tipoff("kpi", *words, "--json").out)

    assert said["question"].startswith("/kpi ")
    assert "rows" in said or "metric" in said


def test_a_definition_says_what_to_send(leads: Desk) -> None:
    shown = '{"deal": "7", "person": {"email": "ana@example.com"}, "stage": "open", "amount": 12500'
    examples = json.loads(leads.tipoff("kpi", "define", "pipeline", "--json").out)["examples"]

    assert shown in leads.tipoff("kpi", "define", "pipeline").out
    assert [one["place"] for one in examples] == ["intake"]
    assert json.loads(examples[0]["text"])["type"] == "tipoff.deal.moved"


def test_a_question_prints_a_table(leads: Desk) -> None:
    said = leads.tipoff("funnel", "2026-10").out

    assert said.splitlines()[:2] == [
        "Funnel: 2026-10",
        "3 leads → 2 MQL (66.7 %) → 0 customers (0 %)",
    ]
    assert leads.tipoff("campaigns", "2026-10").out.startswith("Campaigns: 2026-10\n")


@pytest.mark.parametrize("command", ["kpi", "funnel", "campaigns"])
def test_help_says_what_to_type_here(leads: Desk, command: str) -> None:
    said = leads.tipoff(command, "help")

    assert (said.code, said.err) == (0, "")
    assert f"Try `tipoff {command}" in said.out


def test_rebuild_changes_nothing_in_a_store_that_is_right(leads: Desk) -> None:
    before = leads.everything()

    assert leads.tipoff("rebuild") == (0, "3 leads derived again, 0 changed.\n", "")
    assert leads.everything() == before


def test_migrate_makes_a_store_and_may_be_repeated(desk: Desk) -> None:
    said = [desk.tipoff("migrate") for _ in range(2)]

    assert said == [(0, "The store is of this version.\n", "")] * 2


# The playbook


def test_the_sample_playbook_is_good(desk: Desk) -> None:
    assert desk.tipoff("playbook", "check", HOUSE / "playbook.yaml") == (
        0,
        f"{HOUSE / 'playbook.yaml'} is good.\n",
        "",
    )


def test_playbook_schema_is_the_schema_of_the_model(desk: Desk) -> None:
    assert json.loads(desk.tipoff("playbook", "schema").out) == Playbook.model_json_schema()


def test_playbook_show_prints_every_rule_and_can_be_read_back(desk: Desk) -> None:
    shown = desk.write("shown.yaml", desk.tipoff("playbook", "show").out)

    assert Playbook.model_validate(yaml.safe_load(shown.read_text())) == Playbook()
    assert desk.tipoff("playbook", "check", shown).code == 0


def test_what_a_process_prints_can_be_piped_into_one_that_stops_reading(leads: Desk) -> None:
    pipe = f"{' '.join(COMMAND)} funnel all by month | head -1"

    done = subprocess.run(  # noqa: S602 - our own command
        pipe, shell=True, cwd=leads.folder, env=leads.environment, capture_output=True, text=True, check=False
    )

    assert done.stdout == "Funnel: all by month\n"
    assert "Traceback" not in done.stderr
