"""The dialect of the pages, and how each kind of value is said on them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from briefs.blocks import draw
from briefs.classic import SECTION, classic
from briefs.literal import Markdown, code, prose
from briefs.marks import Button, Member, Moment, Web, link, marked, member, read_mark
from briefs.message import fallback
from briefs.page import Page
from briefs.plain import plain
from briefs.sandbox import environment
from briefs.saying import day, money, percent, say, spoken, window
from funnel.answer import Terms
from funnel.brief import Fact
from funnel.metrics import Ratio
from funnel.period import Period
from funnel.stage import Stage

PAGE = """# Headline

A **bold** and *italic* and ~~gone~~ line
and `code`\\
and more

- one
- two

1. first

> said

---

| Name | n |
|:--|--:|
| 漢字 | 1 |
| b | 22 |

###### small print
"""


def elements(markdown: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = draw(Page(markdown))[0]["elements"][0]["elements"]
    return found


def test_a_page_becomes_blocks() -> None:
    assert [block["type"] for block in draw(Page(PAGE))] == [
        "header",
        "rich_text",
        "rich_text",
        "rich_text",
        "rich_text",
        "divider",
        "data_table",
        "context",
    ]


def test_a_page_prints() -> None:
    assert plain(Page(PAGE)) == "\n".join(
        [
            "Headline",
            "",
            "A bold and italic and gone line",
            "and `code`",
            "and more",
            "",
            "• one",
            "• two",
            "",
            "• first",
            "",
            "said",
            "",
            "─" * 40,
            "",
            "Name   n",
            "────────",
            "漢字   1",
            "b     22",
            "",
            "small print",
        ]
    )


def test_a_page_in_classic_blocks_says_the_same() -> None:
    blocks = classic(draw(Page(PAGE)))

    assert [block["type"] for block in blocks] == [*["section"] * 5, "divider", "section", "context"]
    assert [block["text"]["text"] for block in blocks if block["type"] == "section"] == [
        "*Headline*",
        "A *bold* and _italic_ and ~gone~ line\nand `code`\nand more",
        "• one\n• two",
        "1. first",
        ">said",
        "```Name   n\n────────\n漢字   1\nb     22```",
    ]


def test_what_a_link_stands_for_is_there_in_classic_blocks() -> None:
    moment = marked("20 Nov", Moment(1_700_000_000, "{date_short}"))
    page = Page(f"{moment} {member('U0MAYA')} {link('a|b > c', 'https://x.example/a?b=1&c=|')}")

    (section,) = classic(draw(page))
    assert section["text"]["text"] == (
        "<!date^1700000000^{date_short}|20 Nov> <@U0MAYA> "
        "<https://x.example/a?b=1&amp;c=%7C|a\N{DIVIDES}b &gt; c>"
    )


def test_a_container_is_opened() -> None:
    words = draw(Page("words"))

    assert classic([{"type": "container", "child_blocks": words}]) == classic(words)


def test_long_text_is_several_classic_sections_each_between_its_fences() -> None:
    lines = "\n".join("x" * 90 for _ in range(100))
    code = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": lines}]}
    texts = [each["text"]["text"] for each in classic([{"type": "rich_text", "elements": [code]}])]

    assert [text[:3] + text[-3:] for text in texts] == ["``````"] * 4
    assert max(map(len, texts)) <= SECTION
    assert "\n".join(text.strip("`") for text in texts) == lines


def test_styles_nest() -> None:
    assert elements("**bold *both*** `code`")[1] == {
        "type": "text",
        "text": "both",
        "style": {"bold": True, "italic": True},
    }


def test_labels_share_a_column_in_a_terminal() -> None:
    assert plain(Page("**Ask:** this\n**Came from:** there\nno label")) == (
        "Ask:       this\nCame from: there\nno label"
    )


def test_a_fence_is_shown_as_it_stands() -> None:
    page = Page('```\n{"a": 1,\n "b": "*c*"}\n```')
    (block,) = draw(page)

    assert plain(page) == '{"a": 1,\n "b": "*c*"}'
    assert block["elements"][0]["type"] == "rich_text_preformatted"
    assert [one["text"] for one in block["elements"][0]["elements"]] == ['{"a": 1,\n "b": "*c*"}']


@pytest.mark.parametrize("markdown", ["    indented", "![image](x.png)"])
def test_a_page_has_no_other_markup(markdown: str) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        draw(Page(markdown))


def test_a_button_among_words_is_not_drawn() -> None:
    assert elements(f"words {marked('Press', Button('tipoff.press'))}") == [
        {"type": "text", "text": "words "}
    ]


def test_a_missing_name_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'nothing' is undefined"):
        environment().from_string("{{ nothing }}").render()


def test_a_value_without_words_is_an_error() -> None:
    with pytest.raises(TypeError, match="no words"):
        say(1.5)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a_(b)?c=d&lt;#e",
        "http://example.com",
        "mailto:ana@example.com",
        "https://example.com/x\\y",
    ],
)
def test_a_web_address_is_a_link(url: str) -> None:
    assert [one["type"] for one in elements(link("here", url))] == ["link"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "tipoff:member?id=U0MAYA",
        "https://user:secret@example.com/",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://exa\u202emple.com/",
        "https://",
        "//example.com",
        "mailto:nobody",
        "https://example.com/" + "x" * 3000,
        "",
    ],
)
def test_any_other_address_is_only_its_label(url: str) -> None:
    assert elements(link("he*re", url)) == [{"type": "text", "text": "he*re"}]


@given(at=st.integers(0, 2**33), value=st.text(), action=st.text(min_size=1))
def test_a_mark_is_read_as_it_was_written(at: int, value: str, action: str) -> None:
    value, action = (text.encode(errors="ignore").decode() for text in (value, action))
    for mark in (
        Moment(at, "{time}"),
        Member("U0MAYA"),
        Button(action or "x", value, "primary", "https://x.example"),
    ):
        href = str(Page(marked("label", mark)).tree.children[0].children[0].children[0].attrs["href"])

        assert read_mark(href) == mark
    assert read_mark("https://example.com") == Web("https://example.com")


@pytest.mark.parametrize("who", ["U0MAYA", "W012A3CDE", "UABCDEFGH"])
def test_a_member_is_mentioned(who: str) -> None:
    assert elements(member(who)) == [{"type": "user", "user_id": who}]


@pytest.mark.parametrize("who", ["<@U1>", "USA", "WENDY", "maya@example.com", "U0maya", "U0MAYA\n"])
def test_anybody_else_is_named(who: str) -> None:
    assert elements(member(who)) == [{"type": "text", "text": who.strip()}]


@given(text=st.text(alphabet="`ab *\\|"))
def test_code_shows_any_text(text: str) -> None:
    said = " ".join(text.split())

    assert "".join(str(one["text"]) for one in elements(f"{code(text)} end")) == f"{said} end".strip()


def test_prose_shows_its_examples_as_code() -> None:
    assert elements(prose("Try `last *30* days`, or `"))[1:] == [
        {"type": "text", "text": "last *30* days", "style": {"code": True}},
        {"type": "text", "text": ", or `"},
    ]


def test_values_are_said_as_people_write_them() -> None:
    said = {
        None: "not captured",
        Fact("*as they gave it*", ()): "*as they gave it*",
        1234567: "1,234,567",
        Stage.MQL: "MQL",
        Stage.OPPORTUNITY: "Opportunity",
        Ratio(328, 800): "41 % (328/800)",
        Ratio(2, 17): "11.8 % (2/17)",
        Ratio(0, 0): "no data",
        Markdown("**as it is**"): "as it is",
    }
    assert {value: plain(Page(say(value))) for value in said} == said
    assert percent(Ratio(0, 0)) == "no data"
    assert percent(Ratio(1, 3)) == "33.3 %"


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (124000, "USD", "$1,240"),
        (31050, "EUR", "€310.50"),
        (1, "GBP", "£0.01"),
        (100, "BRL", "R$1"),
        (124000, "CHF", "CHF 1,240"),
        (None, "USD", "–"),
        (100, None, "–"),
        (100, "<!channel>", "<!channel> 1"),
    ],
)
def test_money_is_said_with_its_sign(minor: int | None, currency: str | None, said: str) -> None:
    assert plain(Page(money(minor, currency))) == said


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC), "1 Oct – 30 Oct 2026"),
        (datetime(2025, 10, 1, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC), "1 Oct 2025 – 30 Oct 2026"),
        (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC), "1 Oct 2026"),
        (datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC), "everything up to 1 Oct 2026"),
        (
            datetime(2026, 10, 1, 13, tzinfo=UTC),
            datetime(2026, 10, 1, 15, tzinfo=UTC),
            "1 Oct 2026, 13:00 – 15:00",
        ),
        (
            datetime(2026, 10, 1, tzinfo=UTC),
            datetime(2026, 10, 1, 9, tzinfo=UTC),
            "1 Oct 2026, 00:00 – 09:00",
        ),
        (
            datetime(2026, 10, 1, 22, tzinfo=UTC),
            datetime(2026, 10, 2, 4, tzinfo=UTC),
            "1 Oct 2026, 22:00 – 2 Oct 2026, 04:00",
        ),
        (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 22, 9, tzinfo=UTC), "1 Jul – 22 Aug 2026"),
    ],
)
def test_a_window_is_said_with_its_last_day_or_its_hours(start: datetime, end: datetime, said: str) -> None:
    assert plain(Page(window(Period(start, end, "", "UTC")))) == said


def test_a_window_that_goes_on_is_said_up_to_now() -> None:
    def said(start: datetime, end: datetime) -> str:
        at = datetime(2026, 11, 22, 9, tzinfo=UTC)
        return plain(Page(window(Terms(start, end, "UTC", "cohort", at))))

    quarter = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    assert said(*quarter) == "1 Oct – 22 Nov 2026 so far"
    assert (
        said(datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)) == "24 Oct – 22 Nov 2026"
    )
    assert said(datetime(2026, 11, 22, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)) == "22 Nov 2026"


def test_a_day_is_a_date_of_the_readers_zone() -> None:
    assert elements(day(datetime(2026, 11, 5, 23, 30, tzinfo=UTC))) == [
        {"type": "date", "timestamp": 1793921400, "format": "{date_short_pretty}", "fallback": "5 Nov"}
    ]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Lifecycle of a Widget", "the Lifecycle of a Widget"),
        ("The Widget Book", "the Widget Book"),
        ("10 Tips for Improving your Widget ROI", "10 Tips for Improving your Widget ROI"),
        ("A Widget's Life", "a Widget's Life"),
    ],
)
def test_titles_are_spoken_in_a_sentence(title: str, said: str) -> None:
    assert spoken(title) == said


def test_a_long_fallback_is_cut_between_its_characters() -> None:
    assert fallback("<" * 2000) == "&lt;" * 999 + "…"
    assert fallback("a & b") == "a &amp; b"
