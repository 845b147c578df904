"""The rules of a company are data: defaults work, mistakes are named with their place."""

from pathlib import Path

import pytest

from funnel.calendar import Calendar, Weekday
from funnel.errors import PlaybookError
from funnel.playbook import Alias, HandRaise, Playbook, parse_playbook
from funnel.stage import Stage

EXAMPLE = Path(__file__).parent.parent / "playbook.yaml"


@pytest.mark.parametrize("text", ["", "# nothing yet", "{}"])
def test_an_empty_playbook_works(text: str) -> None:
    assert parse_playbook(text, "playbook.yaml") == Playbook()


def test_the_example_playbook_is_good() -> None:
    assert parse_playbook(EXAMPLE.read_text(encoding="utf-8"), "playbook.yaml").company == "Meridian Widgets"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("timezone: Mars", "timezone: is not an IANA time zone such as Europe/Berlin"),
        ("score: {enter: 50, leave: 60}", "score: leave (60) must not be above enter (50)"),
        ("score: {enter: high}", "score.enter: Input should be a valid number"),
        ("chanels: {}", "chanels: Extra inputs are not permitted"),
        ("aliases: {Demo: {form: Demo, kind: other}}", "aliases.Demo: needs either form or kind"),
        ("stages: {Hot: hottest}", "stages.Hot: Input should be 'anonymous'"),
        ("crm_url: javascript:alert(1)", "crm_url"),
        ("- a list", "the document: Input should be a valid dictionary"),
        ("company: [", "is not YAML"),
        ("!!python/object/apply:os.system [ls]", "is not YAML"),
    ],
)
def test_a_mistake_is_named_with_file_place_and_value(text: str, sentence: str) -> None:
    with pytest.raises(PlaybookError) as refusal:
        parse_playbook(text, "rules.yaml")

    assert str(refusal.value).startswith("rules.yaml")
    assert sentence in str(refusal.value)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(PlaybookError) as refusal:
        parse_playbook("timezone: Mars\nsla: {hand_raise: 0}", "rules.yaml")

    assert len(str(refusal.value).splitlines()) == 2


@pytest.mark.parametrize(
    "form", ["Contact sales", "contact-us", "CONTACT_FORM", "Book a demo", "Request a Quote"]
)
def test_a_form_that_asks_for_a_conversation_is_a_raised_hand(form: str) -> None:
    assert HandRaise().matches(form)


@pytest.mark.parametrize("form", ["Newsletter", "White paper gate", "", "[!a]*"])
def test_other_forms_are_not(form: str) -> None:
    assert not HandRaise().matches(form)


def test_an_alias_of_the_playbook_comes_before_the_known_ones() -> None:
    playbook = Playbook(aliases={"Email Opened": Alias(kind="other")})

    assert playbook.alias("Email Opened") == Alias(kind="other")
    assert playbook.alias("email_link_clicked") == Alias(kind="email_clicked")
    assert playbook.alias("Spaceship Launched") is None


@pytest.mark.parametrize(
    ("word", "stage"),
    [("won", Stage.CUSTOMER), ("Closed Lost", Stage.LOST), ("Negotiation", Stage.OPPORTUNITY)],
)
def test_a_deal_in_an_unknown_stage_is_an_opportunity(word: str, stage: Stage) -> None:
    assert Playbook().deal_stage(word) is stage


def test_the_calendar_is_the_year_with_weeks_from_monday_unless_said() -> None:
    assert Playbook().calendar == Calendar(week_starts=Weekday.MONDAY, fiscal_year_starts=1)
    assert parse_playbook("calendar: {week_starts: sunday, fiscal_year_starts: 4}", "p").calendar == Calendar(
        week_starts=Weekday.SUNDAY, fiscal_year_starts=4
    )


@pytest.mark.parametrize("text", ["calendar: {week_starts: someday}", "calendar: {fiscal_year_starts: 13}"])
def test_a_calendar_that_nobody_has_is_refused(text: str) -> None:
    with pytest.raises(PlaybookError, match="calendar"):
        parse_playbook(text, "playbook.yaml")
