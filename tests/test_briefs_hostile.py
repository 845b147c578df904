"""Whatever somebody typed into a form is shown as they typed it, and never as anything else."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from unicodedata import category

import alerts_samples
import pytest
from briefs_samples import (
    HELP,
    JON,
    audit,
    brief_of,
    campaigns,
    claim,
    duel,
    funnel,
    joe,
    jon,
    kpi,
    reasons,
    summaries,
    trial,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from watch_rig import alert, case, finding, judged, over

from briefs import catalog
from briefs.blocks import draw
from briefs.classic import classic
from briefs.literal import CAP, clip, fold
from briefs.message import Level, Message, View, words_of
from briefs.page import Page
from briefs.plain import plain
from briefs.sandbox import environment
from funnel.activity import Burst, Line
from funnel.alert import Alert
from funnel.answer import Answer
from funnel.brief import Brief, Fact, Relationship
from funnel.causes import Cause, Part
from funnel.comment import Reading
from funnel.errors import TipoffError
from funnel.events import Origin
from funnel.talk import Pitch
from workspace.rules.surfaces import check_message_blocks, check_message_size, check_view

MARK = "Marker"
LITERAL = (
    "<!channel>",
    "<!here|here>",
    "<@U1>",
    "<@U0MAYA>",
    "@channel",
    "*bold* _italic_ ~gone~",
    "`code` ```fence```",
    "**",
    "two\nlines",
    "carriage\r\nreturn\r\n\r\nparagraph",
    "right\u202eto\u2066left\u200f",
    "nul\x00 and escape\x1b[31m",
    "[x](javascript:alert(1))",
    "[x](tipoff:member?id=U0MAYA)",
    "<https://evil.example|click>",
    "https://evil.example",
    "| table | breakers |",
    "\\|",
    "tail \\",
    "# heading",
    "> quote",
    "- item",
    "1. item",
    "---",
    "===",
    "&lt;b&gt; &amp;",
    "<b>html</b><!-- -->",
    ":x:",
    "{{ brief }}{% raw %}",
    "Ünïcode 漢字 🦊",
)
LONG = ("x" * 10_000, "漢" * 10_000, "*" * 10_000, "🦊\n" * 5_000, "e" + "\u0301" * 9_999)
EMPTY = ("", " ", "\r\n", "\u202e", "\x00")

# Every text of a brief that comes from outside.
FIELDS = (
    "name.value",
    "email.value",
    "company.value",
    "title.value",
    "phone.value",
    "owner.value",
    "comment.value",
    "occasion.form",
    "reading.referred_by",
    "reading.wants",
    "reading.when",
    "came_from.source",
    "came_from.medium",
    "came_from.campaign",
    "came_from.term",
    "consumed.title.value",
    "opener.took.title.value",
    "opener.took.type",
    "opener.pitch.question",
    "opener.pitch.offer",
    "relationship.reason",
    "fit.grade",
    "fit.system",
    "timeline.title",
    "timeline.detail",
)


def full(brief: Brief) -> Brief:
    """`brief` with nothing missing."""
    said: dict[str, Any] = {
        name: Fact(f"some {name}", ()) for name in ("name", "email", "company", "title", "phone")
    }
    return replace(
        brief,
        **said,
        owner=Fact("some owner", ()),
        came_from=Origin(source="some", medium="thing", campaign="good", term="searched"),
        reading=replace(brief.reading, when="next month", urgency="urgent"),
        relationship=Relationship("recycled", brief.answer_by, (), "timing"),
        opener=replace(brief.opener, pitch=Pitch("short", "Helpful?", "An expert?")),
    )


def burst_of(brief: Brief) -> Burst:
    """Everything in the timeline as if it had followed the brief, twelve times over."""
    lines = [
        Line(row.at, row.kind, row.title, row.detail, row.trust, 2, (row.receipt,))  # type: ignore[arg-type]
        for row in brief.timeline * 12
    ]
    return Burst(tuple(lines), brief.comment.value if brief.comment else None)


HAND_RAISE = full(brief_of(joe()))
HALF_READ = replace(HAND_RAISE, comment=Fact("Call me", ()), reading=Reading(wants="some wants"))
SCORE = full(brief_of([*jon(), claim(JON)]))
SCORE = replace(SCORE, opener=replace(SCORE.opener, took=SCORE.opener.took[:1]), consumed=SCORE.consumed[:1])
PAGES: dict[str, Callable[[Brief], Message | View]] = {
    "new_lead": catalog.new_lead,
    "digest": lambda brief: catalog.digest([brief]),
    "claimed": catalog.claimed,
    "timeline": catalog.timeline,
    "timeline_reply": catalog.timeline_reply,
    "activity_reply": lambda brief: catalog.activity_reply(brief, burst_of(brief)),
    "log_call": catalog.log_call,
}


def put(whole: Any, path: str, value: str) -> Any:
    """`whole` with the text at `path` replaced, in each part of a tuple."""
    if not path:
        return value
    if isinstance(whole, tuple):
        return tuple(put(one, path, value) for one in whole)
    if whole is None:
        return None
    name, _, rest = path.partition(".")
    part = {name: put(getattr(whole, name), rest, value)}
    return whole.model_copy(update=part) if isinstance(whole, BaseModel) else replace(whole, **part)


def everywhere(brief: Brief, value: str) -> Brief:
    for field in FIELDS:
        brief = put(brief, field, value)
    return brief


def skeleton(part: Any) -> Any:
    """Blocks without their words."""
    if isinstance(part, list | tuple):
        return [skeleton(one) for one in part]
    if isinstance(part, dict) and part.get("type") in ("raw_text", "raw_number", "data_visualization"):
        return "data"
    if isinstance(part, dict):
        return {
            name: "…"
            if name in ("text", "fallback", "url", "caption") and isinstance(one, str)
            else skeleton(one)
            for name, one in part.items()
        }
    return part


def types(part: Any) -> Iterator[str]:
    if isinstance(part, list | tuple):
        for one in part:
            yield from types(one)
    elif isinstance(part, dict):
        yield part.get("type", "")
        for one in part.values():
            yield from types(one)


def check(made: Message | View) -> None:
    """The message breaks no rule, and mentions and links nobody."""
    assert not {"user", "usergroup", "channel", "broadcast", "link", "emoji", "mrkdwn"} & {
        *types(made.blocks)
    }
    if isinstance(made, Message):
        assert "<" not in made.text
        assert ">" not in made.text
        check_message_blocks(list(made.blocks))
        check_message_size(list(made.blocks))
    else:
        check_view(made.payload())


def shown(benign: Message | View, value: str) -> list[str]:
    """The words of the benign twin, with the value instead of the marker."""
    literal = fold(value)
    return [
        words.replace(f"Hi {MARK},", f"Hi {literal.split()[0]},").replace(MARK, literal)
        for words in words_of(benign.blocks)
    ]


SAID = [
    pytest.param(field, page, brief, id=f"{field}-{page}-{name}")
    for field in FIELDS
    for page in PAGES
    for name, brief in {"hand_raise": HAND_RAISE, "half_read": HALF_READ, "score": SCORE}.items()
    if MARK in "".join(words_of(PAGES[page](put(brief, field, MARK)).blocks))
]


def test_every_value_is_said_somewhere() -> None:
    assert {param.values[0] for param in SAID} == {*FIELDS}


@pytest.mark.parametrize(("field", "page", "brief"), SAID)
def test_a_brief_says_a_value_literally(field: str, page: str, brief: Brief) -> None:
    benign = PAGES[page](put(brief, field, MARK))
    for value in LITERAL:
        made = PAGES[page](put(brief, field, value))

        check(made)
        assert skeleton(made.blocks) == skeleton(benign.blocks)
        assert list(words_of(made.blocks)) == shown(benign, value)


def mrkdwn(part: Any) -> Iterator[str]:
    """Every text that Slack reads for markup."""
    if isinstance(part, list | tuple):
        for one in part:
            yield from mrkdwn(one)
    elif isinstance(part, dict):
        if part.get("type") == "mrkdwn":
            assert part["verbatim"] is True
            yield part["text"]
        for one in part.values():
            yield from mrkdwn(one)


def markup(text: str) -> list[str]:
    """What Slack would take for formatting, mentions, links, quotes or emoji, in order."""
    return re.findall(r"<[^>]*>|&gt;(?<=^&gt;)|[*~`]|\b_|_\b|:[\w+'-]+:", text, re.MULTILINE)


@pytest.mark.parametrize(("field", "page", "brief"), SAID)
def test_a_classic_brief_holds_the_markup_of_the_page_and_none_of_a_value(
    field: str, page: str, brief: Brief
) -> None:
    benign = PAGES[page](put(brief, field, MARK)).payload(Level.CLASSIC)
    for value in LITERAL:
        made = PAGES[page](put(brief, field, value)).payload(Level.CLASSIC)

        assert skeleton(made["blocks"]) == skeleton(benign["blocks"])
        assert [markup(text) for text in mrkdwn(made["blocks"])] == [
            markup(text) for text in mrkdwn(benign["blocks"])
        ]


@pytest.mark.parametrize(("field", "page", "brief"), SAID)
def test_a_brief_as_text_holds_no_markup_at_all(field: str, page: str, brief: Brief) -> None:
    for value in LITERAL:
        made = PAGES[page](put(brief, field, value)).payload(Level.TEXT)

        assert made.get("blocks") == [] or check_view(made) is None
        assert markup(made.get("text", "")) == []


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("value", [*LONG, *EMPTY], ids=lambda value: ascii(value[:2]))
def test_a_brief_of_odd_values_fits_at_every_level(page: str, value: str, level: Level) -> None:
    for brief in (HAND_RAISE, HALF_READ, SCORE):
        made = PAGES[page](everywhere(brief, value))
        payload = made.payload(level)

        if isinstance(made, View):
            check_view(payload)
        elif payload["blocks"]:
            check_message_blocks(payload["blocks"])
            check_message_size(payload["blocks"])
        assert payload.get("text", "no view has one") != ""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("value", LONG, ids=lambda value: ascii(value[:2]))
def test_a_brief_of_long_values_fits(page: str, value: str) -> None:
    for brief in (HAND_RAISE, HALF_READ, SCORE):
        made = PAGES[page](everywhere(brief, value))

        check(made)
        assert {*types(made.blocks)} <= {*types(PAGES[page](everywhere(brief, MARK)).blocks)}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("value", EMPTY, ids=ascii)
def test_a_brief_of_empty_values_says_so(page: str, value: str) -> None:
    for brief in (HAND_RAISE, HALF_READ, SCORE):
        made = PAGES[page](everywhere(brief, value))

        check(made)
        assert "" not in words_of(made.blocks)


def by_value(answer: Answer, value: str) -> Message:
    """The answer with every group of that name."""
    return catalog.answered(replace(answer, lines=tuple(replace(one, by=value) for one in answer.lines)))


def compared_as(value: str) -> Message:
    found = duel()
    arms = tuple(replace(arm, name=value) for arm in found.verdict.arms)
    pairs = tuple(replace(one, a=arms[0], b=arms[1]) for one in found.verdict.pairs)
    names = dict.fromkeys(found.ranks, (value, value))
    return catalog.comparison(
        replace(found, verdict=replace(found.verdict, arms=arms, pairs=pairs), ranks=names)
    )


def trial_of(value: str) -> Message:
    """An experiment of that name whose variants are called so too."""
    found = trial({"A": (7, 80), "B": (4, 75)})
    variants = tuple(replace(one, arm=replace(one.arm, name=value)) for one in found.variants)
    arms = tuple(one.arm for one in variants)
    pairs = tuple(replace(one, a=arms[0], b=arms[1]) for one in found.verdict.pairs)
    return catalog.ab_result(
        replace(
            found,
            test=replace(found.test, experiment=value),
            variants=variants,
            pairs=pairs,
            verdict=replace(found.verdict, arms=arms, pairs=pairs),
        )
    )


def explained_by(value: str) -> Message:
    found = reasons("mqls 2026-01 vs 2025-12 why")
    return catalog.why(replace(found, parts=tuple(one._replace(by=value) for one in found.parts)))


def leads_found(value: str) -> Message:
    found = [replace(one, name=value, email=value, company=value) for one in summaries(6)]
    return catalog.leads_found(value, found)


def audited_rules(value: str) -> Message:
    found = audit()
    return catalog.score_audit(replace(found, rules=tuple(replace(rule, rule=value) for rule in found.rules)))


def surging(value: str) -> Alert:
    """A surge of a campaign and a page of that name, and a word about it; its questions quote names."""
    about = judged(case(finding(f"campaign:{value}"), key="1"), "expected", value, who="somebody")
    causes = (Cause("landing", (Part(value, 25, 71),), 29), Cause("asset", (Part(value, 25, 100),), 0))
    asked = alert(case()).questions
    return alert(about, causes=causes, hours=(), opening=None, questions=asked)


OTHERS: dict[str, Callable[[str], Message]] = {
    "score_audit": audited_rules,
    "funnel": lambda value: by_value(funnel(), value),
    "campaigns": lambda value: by_value(campaigns(26), value),
    "kpi": lambda value: by_value(kpi("mql rate 2026-01 vs 2025-12 by source"), value),
    "comparison": compared_as,
    "ab_result": trial_of,
    "why": explained_by,
    "campaigns_found": lambda value: catalog.campaigns_found(value, [(value, "2026 /campaigns")] * 3),
    "leads_found": leads_found,
    "surge": lambda value: catalog.incident(surging(value)),
    "surge_late": lambda value: catalog.incident(
        replace(surging(value), case=over(surging(value).case, told=900))
    ),
    "import": lambda value: catalog.incident(
        alert(case(finding(f"campaign:{value}", kind="import"), key="1"))
    ),
    "alerts": lambda value: catalog.alerts(alerts_samples.standing(name=value)),
    "alerts_simulated": lambda value: catalog.simulated(alerts_samples.backtest(value, 40)),
    "threshold": lambda value: alerts_samples.crossed(*[value] * 40, asked="/kpi cpl"),
    "lead_not_found": catalog.lead_not_found,
    "trouble": lambda value: catalog.trouble(TipoffError(f"What is “{fold(value)[:60]}”? Try “all”.")),
    "apology": catalog.apology,
    "help": lambda value: catalog.help([replace(HELP[0], does=value, usage=value, examples=(value,))]),
}


@pytest.mark.parametrize("page", [page for page in OTHERS if page not in ("trouble", "help")])
def test_an_answer_says_a_value_literally(page: str) -> None:
    benign = OTHERS[page](MARK)
    for value in LITERAL:
        made = OTHERS[page](value)

        check(made)
        assert skeleton(made.blocks) == skeleton(benign.blocks)
        assert list(words_of(made.blocks)) == shown(benign, value)


@pytest.mark.parametrize("page", OTHERS)
@pytest.mark.parametrize("value", [*LITERAL, *LONG, *EMPTY], ids=lambda value: ascii(value[:12]))
def test_an_answer_stays_within_slacks_rules(page: str, value: str) -> None:
    check(OTHERS[page](value))


TEXT = st.text() | st.text(alphabet="*_~`[]()<>|\\!#-=+&;: \n\r\t\u202e\u00a0ab1.")
PLACES = (
    "before {{ v }} after",
    "{{ v }}",
    "**{{ v }}** after",
    "*{{ v }}* · ~~{{ v }}~~",
    "“{{ v }}”\nand {{ v }}\n\nthen {{ v }}",
    "- {{ v }}\n- {{ v }} end",
    "> {{ v }}",
    "# {{ v }}",
    "###### {{ v }}",
    "| {{ v }} | b |\n|:--|--:|\n| {{ v }} | {{ v }} |",
)


@pytest.mark.parametrize("place", PLACES)
@given(value=TEXT)
def test_a_page_shows_any_text_literally(place: str, value: str) -> None:
    template = environment().from_string(place)
    benign, page = Page(template.render(v=MARK)), Page(template.render(v=value))
    said = clip(value) or "not captured"

    assert skeleton(draw(page)) == skeleton(draw(benign))
    if place != "# {{ v }}":  # a headline is shorter than a value may be
        words = [one.replace(MARK, said) for one in words_of(draw(benign))]
        assert list(words_of(draw(page))) == words
    if "|" not in place:
        assert plain(page) == plain(benign).replace(MARK, said)


@pytest.mark.parametrize("place", PLACES)
@given(value=TEXT)
def test_a_classic_page_holds_no_markup_of_any_text(place: str, value: str) -> None:
    template = environment().from_string(place)
    benign, made = (classic(draw(Page(template.render(v=one)))) for one in (MARK, value))

    assert skeleton(made) == skeleton(benign)
    if "|" not in place:
        assert [markup(text) for text in mrkdwn(made)] == [markup(text) for text in mrkdwn(benign)]


@given(value=TEXT)
def test_a_folded_text_is_one_line_within_its_length(value: str) -> None:
    assert len(clip(value)) <= CAP
    assert clip(value).splitlines() in ([], [clip(value)])
    assert {category(char) for char in clip(value)}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})


def test_a_folded_text_commands_no_terminal_and_turns_no_reading() -> None:
    marks = "\x00\x07\x1b\x7f\x9b\u200e\u200f\u2028\u202a\u202e\u2066\u2069\ud800"

    assert fold(f"a{marks}b\r\n\tc") == "a \ufffdb c"
