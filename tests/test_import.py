"""`tipoff import` as a person runs it: from files to numbers, however often, whatever happens in between."""

import asyncio
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from cli_rig import COMMAND, Desk
from olist_truth import LEADS_BY_MONTH, WON_BY_MONTH, WON_OF_LEADS
from slack_rig import talking

from storage import tables

DATA = Path(__file__).parents[2] / "shared" / "data" / "olist"
LEADS = DATA / "olist_marketing_qualified_leads_dataset.csv"
DEALS = DATA / "olist_closed_deals_dataset.csv"
real_files = pytest.mark.skipif(not DATA.is_dir(), reason=f"the Olist files are not at {DATA}")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# The real Olist funnel


def killed_in_the_middle(desk: Desk, file: Path) -> int:
    """How many events are in the journal after an import that was not let finish."""
    running = subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, "import", str(file), "--source", "olist", "--mapping", "olist"],
        cwd=desk.folder,
        env=desk.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while desk.count(tables.journal) < 3_000 and running.poll() is None:
        time.sleep(0.01)
    running.kill()
    assert running.wait() == -signal.SIGKILL
    return desk.count(tables.journal)


@real_files
def test_the_olist_funnel_equals_its_source_however_it_was_imported(desk: Desk) -> None:
    """The wins first; the leads killed in the middle, then again; the wins again."""
    olist = ("--source", "olist", "--mapping", "olist")
    wins = desk.tipoff("import", DEALS, *olist)
    kept = killed_in_the_middle(desk, LEADS)
    rest = desk.tipoff("import", LEADS, *olist)
    before = desk.everything()
    again = desk.tipoff("import", DEALS, *olist)

    assert (wins.code, wins.out) == (0, "842 events recorded, 0 were there already.\n")
    assert 842 < kept < 16_842
    assert (rest.code, rest.out) == (
        0,
        f"{16_842 - kept:,} events recorded, {kept - 842:,} were there already.\n",
    )
    assert (again.code, again.out) == (0, "0 events recorded, 842 were there already.\n")
    assert desk.everything() == before
    assert desk.count(tables.card) == 0
    the_numbers_of_its_source(desk)
    assert desk.tipoff("rebuild") == (0, "8,000 leads derived again, 0 changed.\n", "")


def the_numbers_of_its_source(desk: Desk) -> None:
    values = desk.answer("all")
    assert (values[None, "leads"], values[None, "mqls"], values[None, "customers"]) == (8000, 8000, 842)
    assert values[None, "conversion_rate"] == 0.10525

    values = desk.answer("all", "by", "source")
    origins = {by for by, _ in values}
    assert {by: (values[by, "customers"], values[by, "leads"]) for by in origins} == WON_OF_LEADS
    assert {by: values[by, "conversion_rate"] for by in origins} == {
        by: won / leads for by, (won, leads) in WON_OF_LEADS.items()
    }

    values = desk.answer("all", "by", "month")
    months = {by: count for (by, metric), count in values.items() if metric == "leads" and count}
    assert months == LEADS_BY_MONTH
    assert wins_by_month(desk) == WON_BY_MONTH


def wins_by_month(desk: Desk) -> Counter[str]:
    """The store's own word on when each was won; the funnel counts leads by when they came."""
    engine = sa.create_engine(f"sqlite:///{desk.database}")
    with engine.connect() as connection:
        entered = sa.select(tables.stage_entry.c.at).where(tables.stage_entry.c.stage == "customer")
        found = Counter(f"{at:%Y-%m}" for at in connection.scalars(entered))
    engine.dispose()
    return found


@real_files
def test_olists_wins_are_counted_on_postgresql_too(tmp_path: Path, postgres_url: str) -> None:
    desk = Desk(tmp_path, {"DATABASE_URL": postgres_url})

    said = [desk.tipoff("import", DEALS, "--source", "olist", "--mapping", "olist") for _ in range(2)]

    assert [one.out for one in said] == [
        "842 events recorded, 0 were there already.\n",
        "0 events recorded, 842 were there already.\n",
    ]
    values = desk.answer("all", "by", "month")
    months = {by: count for (by, metric), count in values.items() if metric == "customers" and count}
    assert months == WON_BY_MONTH


# Any other file


GUESSED = """\
Created Date,E-mail Address,First Name,Last Name,Company / Account,Lead Source,Lifecycle Stage
2026-10-01,ana@example.com,Ana,Sousa,Initech,google,MQL
2026-10-02T09:00:00Z,bob@example.com,Bob,Bell,Hooli,bing,
"""


def test_the_columns_of_an_ordinary_export_are_guessed(desk: Desk) -> None:
    file = desk.write("leads.csv", GUESSED)

    said = [desk.tipoff("import", file, "--source", "crm")[:2] for _ in range(2)]

    assert said == [
        (0, "3 events recorded, 0 were there already.\n"),
        (0, "0 events recorded, 3 were there already.\n"),
    ]
    values = desk.answer("all", "by", "source")
    assert {key: value for key, value in values.items() if key[1] in {"leads", "mqls"}} == {
        ("google", "leads"): 1,
        ("google", "mqls"): 1,
        ("bing", "leads"): 1,
        ("bing", "mqls"): 0,
    }
    assert "Ana Sousa · Initech" in desk.tipoff("brief", "ana@example.com")[1]


def test_a_mapping_says_which_column_means_what(desk: Desk) -> None:
    file = desk.write("fair.csv", "when;who;what they said\n01/10/2026;ana@example.com;Call me\n")
    mapping = desk.write(
        "fair.yaml", "time: when\ntime_format: '%d/%m/%Y'\nemail: who\ncomment: what they said\n"
    )

    said = desk.tipoff("import", file, "--source", "fair", "--mapping", mapping)[:2]

    assert said == (0, "1 events recorded, 0 were there already.\n")
    brief = desk.tipoff("brief", "ana")[1]
    assert "Call me" in brief
    assert desk.answer("2026-10-01..2026-10-01")[None, "leads"] == 1


def test_rows_that_cannot_be_read_are_named_and_the_others_kept(desk: Desk) -> None:
    file = desk.write(
        "leads.csv",
        "date,email\n2026-10-01,ana@example.com\n,bob@example.com\n2026-10-02,no address\n"
        "2026-10-03,eve@example.com,too,many\n2026-10-04,zoe@example.com\n",
    )

    code, said, wrong = desk.tipoff("import", file, "--source", "fair")

    assert (code, said) == (1, "2 events recorded, 0 were there already.\n")
    assert [line for line in wrong.splitlines() if line.startswith("row ")] == [
        "row 2: date is empty: a row must say when it happened.",
        "row 3: email is not an e-mail address such as ana@example.com.",
        "row 4: The row has 4 cells, the header 2. Is a delimiter left unquoted?",
    ]
    assert wrong.splitlines()[-1] == "3 rows were not imported. Mend them and import the file again."


def test_of_many_bad_rows_only_the_first_are_named(desk: Desk) -> None:
    file = desk.write("leads.csv", "date,email\n" + "2026-10-02,nobody\n" * 25)

    code, _, wrong = desk.tipoff("import", file, "--source", "fair")

    assert code == 1
    assert len([line for line in wrong.splitlines() if line.startswith("row ")]) == 20
    assert wrong.splitlines()[-1] == (
        "25 rows were not imported (5 more). Mend them and import the file again."
    )


WRONG_FILES = {
    "absent.csv": (None, "absent.csv cannot be read: No such file or directory"),
    "empty.csv": (b"", "The file has no header: its first line must name the columns."),
    "latin.csv": (b"date,email,name\n2026-10-01,a@b.co,Andr\xe9\n", "The file is not UTF-8: byte 0xe9."),
    "nobody.csv": (b"date,colour\n2026-10-01,red\n", "No column says who it was:"),
    "never.csv": (b"email,colour\na@b.co,red\n", "No column says when it happened:"),
}


def test_a_file_that_cannot_be_used_is_one_sentence(desk: Desk) -> None:
    heard = {}
    for name, (content, _) in WRONG_FILES.items():
        if content is not None:
            (desk.folder / name).write_bytes(content)
        code, said, wrong = desk.tipoff("import", name, "--source", "x")
        sentences = wrong.splitlines()
        assert (code, said, len(sentences)) == (1, "", 1), wrong
        heard[name] = sentences[0]

    assert {name: heard[name][: len(sentence)] for name, (_, sentence) in WRONG_FILES.items()} == {
        name: sentence for name, (_, sentence) in WRONG_FILES.items()
    }


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ("absent.yaml", "The mapping absent.yaml cannot be read ("),
        ("bad.yaml", "bad.yaml: tyme is not known here."),
        ("typo.yaml", "The file has no column emial for email. Did you mean email?"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_said(desk: Desk, mapping: str, sentence: str) -> None:
    desk.write("bad.yaml", "time: date\nemail: email\ntyme: date\n")
    desk.write("typo.yaml", "time: date\nemail: emial\n")
    file = desk.write("leads.csv", "date,email\n2026-10-01,ana@example.com\n")

    code, said, wrong = desk.tipoff("import", file, "--source", "x", "--mapping", mapping)

    assert (code, said) == (1, "")
    assert sentence in wrong
    assert "Traceback" not in wrong


def test_a_progress_bar_is_shown_at_a_terminal_and_not_in_a_log(tmp_path: Path) -> None:
    log, terminal = Desk(tmp_path), Desk(tmp_path, {"FORCE_COLOR": "1"})
    file = log.write("leads.csv", GUESSED)

    shown = terminal.tipoff("import", file, "--source", "crm").err

    assert "leads.csv" in shown
    assert "100%" in shown
    assert log.tipoff("import", file, "--source", "crm").err == ""


def test_the_source_must_be_named(desk: Desk) -> None:
    file = desk.write("leads.csv", GUESSED)

    assert desk.tipoff("import", file)[0] == 2


HAND_RAISERS = (
    "date,email,form\n2026-10-01,ana@example.com,Contact sales\n2026-10-02,bob@example.com,Contact sales\n"
)


async def test_a_quiet_import_posts_nothing_and_a_live_one_posts(desk: Desk) -> None:
    file = desk.write("leads.csv", HAND_RAISERS)
    live = desk.write("live.csv", HAND_RAISERS.replace("@example.com", "@live.example"))

    quiet = await asyncio.to_thread(desk.tipoff, "import", file, "--source", "quiet")
    said = await asyncio.to_thread(desk.tipoff, "import", live, "--source", "live", "--live")
    async with talking(f"sqlite:///{desk.database}") as talk:
        await talk.cards(2)
        await talk.settled()
        cards = talk.public()

    assert (quiet.code, said.code) == (0, 0)
    assert ["live.example" in card.text for card in cards] == [True, True]
