"""Tables in, events out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from funnel.events import DealMoved, Event, LeadCaptured, LeadScored, LeadStaged, Origin, Person
from intake.answer import NotUnderstood, Problem
from intake.csv import read_rows
from intake.headers import guess
from intake.mapping import Mapping, parse_mapping

BERLIN = ZoneInfo("Europe/Berlin")
SALESFORCE = (
    "Lead ID,First Name,Last Name,Title,Company / Account,Email,Lead Source,Lead Status,Created Date,Rating\n"
    "00Q1,Ana,Ruiz,CTO,Initech,Ana@example.com,Web,MQL,2024-01-31 12:00,Hot\n"
)
JAN_31 = datetime(2024, 1, 31, 11, tzinfo=UTC)


def rows(text: str, mapping: Mapping | str | None = None, **options: Any) -> Iterator[tuple[int, Any]]:
    return read_rows(text.splitlines(keepends=True), mapping, "crm", BERLIN, **options)


def events(text: str, mapping: Mapping | None = None, **options: Any) -> list[Event]:
    return [event for _, read in rows(text, mapping, **options) for event in read]


def said(text: str, mapping: Mapping | None = None) -> list[str]:
    return [str(read) for _, read in rows(text, mapping) if isinstance(read, Problem)]


def refusal(text: str, mapping: Mapping | str | None = None) -> str:
    with pytest.raises(NotUnderstood) as refused:
        list(rows(text, mapping))
    return str(refused.value)


def test_a_crm_export_is_read_without_a_mapping() -> None:
    captured, staged = events(SALESFORCE)
    person = Person(email="ana@example.com", name="Ana Ruiz", title="CTO", company="Initech")

    assert captured == LeadCaptured.model_validate(
        {
            "id": "00Q1/captured",
            "source": "crm",
            "time": JAN_31,
            "quiet": True,
            "person": person,
            "form": "CSV import",
            "origin": Origin(source="Web"),
            "properties": {"Rating": "Hot"},
        }
    )
    assert staged == LeadStaged.model_validate(
        {
            "id": staged.id,
            "source": "crm",
            "time": JAN_31,
            "quiet": True,
            "person": person,
            "stage": "MQL",
            "properties": {"Rating": "Hot"},
        }
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = "\ufeff" + SALESFORCE.replace(",", delimiter)

    assert events(text) == events(SALESFORCE)


def test_a_live_import_is_not_quiet() -> None:
    assert [event.quiet for event in events(SALESFORCE, live=True)] == [False, False]


def test_a_mapping_says_which_column_is_what() -> None:
    mapping = parse_mapping(
        """
        id: Key
        email: Who
        time: When
        time_format: "%d/%m/%Y %H:%M"
        form: Page
        comment: Said
        score: Points
        grade: Fit
        deal: Deal
        deal_stage: Step
        amount: Worth
        currency: Money
        close_date: By
        owner: Rep
        """,
        "mapping.yaml",
    )
    captured, scored, moved = events(
        "Key,Who,When,Page,Said,Points,Fit,Deal,Step,Worth,Money,By,Rep,Note\n"
        '7,ana@example.com,31/01/2024 12:00,Demo,"Hello,\nyou",'
        '61.5,A,D1,won,"$1,234.50",EUR,2024-06-30,Bo,n\n',
        mapping,
    )
    shared = {
        "source": "crm",
        "time": JAN_31,
        "quiet": True,
        "person": Person(email="ana@example.com"),
        "properties": {"Note": "n"},
    }

    assert captured == LeadCaptured.model_validate(
        {**shared, "id": "7/captured", "form": "Demo", "comment": "Hello,\nyou", "owner": "Bo"}
    )
    assert scored == LeadScored.model_validate({**shared, "id": scored.id, "score": 61.5, "grade": "A"})
    assert moved == DealMoved.model_validate(
        {
            **shared,
            "id": moved.id,
            "deal": "D1",
            "stage": "won",
            "amount": "1234.50",
            "currency": "EUR",
            "close_date": "2024-06-30",
            "owner": "Bo",
        }
    )


@pytest.mark.parametrize(
    ("head", "cell", "time_format"),
    [
        ("Close Date", "2024-06-30", None),
        ("Expected Close Date", "2024-06-30T00:00:00Z", None),
        ("closedate", "30.06.2024", None),
        ("Close by", "06/30/2024", "%m/%d/%Y"),
    ],
)
def test_the_day_by_which_a_deal_should_close_is_read_as_exports_write_it(
    head: str, cell: str, time_format: str | None
) -> None:
    columns = f"{{time: Created Date, email: Email, deal: Deal ID, close_date: {head}"
    mapping = parse_mapping(f"{columns}, time_format: '{time_format}'}}", "m.yaml") if time_format else None
    created = "01/31/2024" if time_format else "2024-01-31"
    (moved,) = events(f"Deal ID,Email,Created Date,{head}\nD1,ana@example.com,{created},{cell}\n", mapping)

    assert isinstance(moved, DealMoved)
    assert moved.close_date == date(2024, 6, 30)


def test_what_is_no_day_to_close_by_is_said_with_its_column() -> None:
    head = "Deal ID,Email,Created Date,Close Date\n"

    assert said(f"{head}D1,ana@example.com,2024-01-31,soon\nD2,ana@example.com,2024-01-31,6/30/2024\n") == [
        "1: Close Date is not a time such as 2026-11-21T09:30:00Z.",
        (
            "2: Close Date could be month/day or day/month: say which in the mapping, "
            "with time_format: '%m/%d/%Y' or '%d/%m/%Y'."
        ),
    ]


def test_a_table_of_deals_makes_no_forms() -> None:
    (moved,) = events("Deal ID,Email,Created Date\nD1,ana@example.com,2024-01-31\n")

    assert isinstance(moved, DealMoved)
    assert (moved.deal, moved.stage) == ("D1", "open")


def test_ids_do_not_depend_on_where_a_row_or_a_column_stands() -> None:
    text = "Email,Date,Note\na@example.com,2024-01-31,x\nb@example.com,2024-01-31,y\n"
    moved = (
        "Note,Date,Email,New\n"
        "z,2024-01-31,c@example.com,\n"
        "y,2024-01-31,b@example.com,\n"
        "x,2024-01-31,a@example.com,\n"
    )
    first, second = events(text)

    assert [event.id for event in events(moved)][1:] == [second.id, first.id]


def test_equal_rows_are_one_event() -> None:
    row = "a@example.com,2024-01-31\n"

    assert len({event.key for event in events("Email,Date\n" + row + row)}) == 1


def test_a_later_export_that_says_something_else_makes_another_event() -> None:
    before, after = events(SALESFORCE), events(SALESFORCE.replace("MQL", "SQL"))

    assert before[0].id == after[0].id
    assert before[1].id != after[1].id


def test_rows_that_were_read_before_are_skipped() -> None:
    text = "Email,Date\n" + "".join(f"{n}@example.com,2024-01-31\n" for n in range(5))

    assert [number for number, _ in rows(text, after=3)] == [4, 5]


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2024-07-01", datetime(2024, 6, 30, 22, tzinfo=UTC)),
        ("2024-07-01T12:00:00Z", datetime(2024, 7, 1, 12, tzinfo=UTC)),
        ("01.07.2024 14:30", datetime(2024, 7, 1, 12, 30, tzinfo=UTC)),
        ("2024-03-31 02:30", datetime(2024, 3, 31, 1, 30, tzinfo=UTC)),
        ("2024-10-27 02:30", datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
    ],
)
def test_times_without_an_offset_are_in_the_playbooks_zone(cell: str, time: datetime) -> None:
    """The last two are skipped and repeated by a change of the clocks."""
    assert [event.time for event in events(f"Email,Date\nana@example.com,{cell}\n")] == [time]


def test_a_time_format_may_state_an_offset() -> None:
    mapping = Mapping(email="E", time="T", time_format="%m/%d/%Y %z")

    assert [event.time.hour for event in events("E,T\nana@example.com,01/31/2024 +0200\n", mapping)] == [22]


def test_what_is_wrong_with_a_row_is_said_and_the_rest_is_read() -> None:
    text = (
        "Email,Date,Score\n"
        "nobody,2024-01-31,\n"
        "ana@example.com,,\n"
        "ana@example.com,03/04/2024,\n"
        "ana@example.com,soon,\n"
        "ana@example.com,1815-12-10,\n"
        "ana@example.com,2024-01-31,high\n"
        ",2024-01-31,\n"
        "\n"
        "ana@example.com,2024-01-31,,,\n"
        "ana@example.com,2024-01-31\n"
    )

    assert said(text) == [
        "1: Email is not an e-mail address such as ana@example.com.",
        "2: Date is empty: a row must say when it happened.",
        (
            "3: Date could be month/day or day/month: say which in the mapping, "
            "with time_format: '%m/%d/%Y' or '%d/%m/%Y'."
        ),
        "4: Date is not a time such as 2026-11-21T09:30:00Z.",
        "5: Date is not between the years 1970 and 2199.",
        "6: Score must be a valid number, unable to parse string as a number.",
        "7: Email needs at least one of email, anonymous_id, user_id.",
        "8: The row has 5 cells, the header 3. Is a delimiter left unquoted?",
    ]
    assert [number for number, read in rows(text) if not isinstance(read, Problem)] == [9]


def test_a_time_that_does_not_fit_the_format_is_said() -> None:
    mapping = Mapping(email="E", time="T", time_format="%m/%d/%Y")

    assert said("E,T\na@example.com,31/01/2024\n", mapping) == [
        "1: T does not fit the mapping's time_format %m/%d/%Y."
    ]


def test_an_open_quotation_mark_does_not_end_the_file() -> None:
    text = "Email,Date\n" + '"' + "x" * 140_000 + "\nana@example.com,2024-01-31\n"

    assert [type(read) for _, read in rows(text)] == [Problem, tuple]
    assert said(text) == [
        "1: The row cannot be read: field larger than field limit (131072). Is a quotation mark left open?"
    ]


def test_two_columns_of_one_name_are_both_kept() -> None:
    (event,) = events("Email,Date,Note,Note\nana@example.com,2024-01-31,x,y\n")

    assert event.model_extra == {"properties": {"Note": "x", "Note (2)": "y"}}


def test_characters_that_postgresql_cannot_store_are_replaced() -> None:
    (event,) = events("Email,Date,Name\nana@example.com,2024-01-31,A\x00na\n")

    assert isinstance(event, LeadCaptured)
    assert event.person.name == "A\ufffdna"


def test_an_id_names_the_person_where_nothing_else_does() -> None:
    assert guess(["Record ID", "Create Date"]) == Mapping(
        id="Record ID", user_id="Record ID", time="Create Date"
    )


@pytest.mark.parametrize(
    ("text", "mapping", "message"),
    [
        ("", None, "The file has no header: its first line must name the columns."),
        (
            "a,b\n",
            None,
            "No column says when it happened: write a mapping with time: <column>. The file has a, b.",
        ),
        (
            "Date,b\n",
            None,
            "No column says who it was: write a mapping with email: <column>. The file has Date, b.",
        ),
        ("E,T\n", Mapping(email="E", time="Tt"), "The file has no column Tt for time. Did you mean T?"),
        ("E,T\n", Mapping(email="Mail", time="T"), "The file has no column Mail for email. It has E, T."),
        ("E,T\n", "olisto", "There is no mapping named olisto. Named: olist."),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(
    text: str, mapping: Mapping | str | None, message: str
) -> None:
    assert refusal(text, mapping) == message


def test_a_file_in_another_encoding_is_refused() -> None:
    def lines() -> Iterator[str]:
        yield "Email,Date\n"
        yield b"\xe9".decode("utf-8")

    with pytest.raises(NotUnderstood, match=r"The file is not UTF-8: byte 0xe9\. Save it as CSV UTF-8\."):
        list(read_rows(lines(), None, "crm", BERLIN))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "m.yaml: time is required."),
        ("{email: E, time: T, colour: C}", "m.yaml: colour is not known here."),
        ("time: T", "m.yaml: The mapping needs a column for email, user_id or anonymous_id."),
        ("[]", "m.yaml: time is required."),
        ("3", "m.yaml: The mapping must be an object."),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(text: str, message: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        parse_mapping(text, "m.yaml")

    assert str(refused.value) == message


def test_a_mapping_that_is_not_yaml_is_refused() -> None:
    with pytest.raises(NotUnderstood, match=r"m\.yaml is not YAML: "):
        parse_mapping("[", "m.yaml")
