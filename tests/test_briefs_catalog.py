"""What the pages promise: to reps, to managers, and to Slack."""

import re
from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest
from briefs_samples import (
    AGAIN,
    COMMENT,
    INFOGRAPHIC,
    JOE,
    MAIL,
    NOON,
    SHARED,
    SOURCES,
    WHITE_PAPER,
    answered,
    asked,
    brief_of,
    busy,
    buttons,
    campaigns,
    cell,
    claim,
    crowd,
    duel,
    engaged,
    every_metric,
    followed_up,
    funnel,
    joe,
    jon,
    kpi,
    many,
    reasons,
    summaries,
)
from hypothesis import given
from hypothesis import strategies as st

from briefs import catalog
from briefs.catalog import Foot
from briefs.figures import figure_or_day, receipt
from briefs.message import JSON_BYTES, VISIBLE, Message, TooLargeError, View, visible, words_of
from briefs.pages import render
from briefs.plain import plain
from funnel.brief import Brief, Fact, Row
from funnel.errors import PlaybookError
from funnel.events import EventKey, TouchKind
from funnel.example_event import examples
from funnel.metrics import METRICS
from funnel.value import Value
from workspace.rules.surfaces import check_message_blocks, check_message_size

SEED_OPENER = (
    "“Hi Jon, I saw you downloaded our white paper on 10 Tips for Improving your Widget ROI and our "
    "infographic on the Lifecycle of a Widget. Was that helpful? Any widget initiatives I can help with, "
    "or can I connect you with a widget expert?”"
)


def lines(message: Message) -> list[str]:
    """What a reader sees before the small print."""
    words = "".join(
        text for block in message.blocks if block["type"] == "rich_text" for text in [*words_of(block), "\n"]
    )
    return words.strip().splitlines()


def opener(brief: Brief) -> str:
    return plain(render("opener", brief=brief))


def test_joe_tells_in_six_lines_who_sent_him_what_he_wants_and_when() -> None:
    assert lines(catalog.new_lead(brief_of(joe()))) == [
        "🔥 Contact-sales form · asked for a call · urgent · answer by 13:15 CET",
        "Joe Blow · blow.example (from e-mail) · title: not captured · unassigned",
        "Referred by: “Dana Whitfield at Acme Robotics” (their words) · demand-first",
        "Wants: “a replacement widget line for two plants” (their words)",
        "Timeline: “within three weeks” (their words) → urgent (≤ 30 d)",
        (
            "Bring: quote + proposal for a replacement widget line for two plants; "
            "thank Dana Whitfield at Acme Robotics"
        ),
    ]


def test_jon_tells_in_six_lines_what_he_read_and_how_to_open() -> None:
    assert lines(catalog.new_lead(brief_of(jon()))) == [
        "🟠 MQL: good fit + rising interest · has NOT asked to talk · reply by 17:00 CET",
        "Jon Doe · doe.example (from e-mail) · title: not captured · fit A (upstream) · unassigned",
        "Read: “Lifecycle of a Widget” (20 Nov) · “10 Tips for Improving your Widget ROI” (13 Nov)",
        "Came from: google / organic · lead-first",
        f"Open with: {SEED_OPENER}",
        "Ask: need, timeline, budget: not captured",
    ]


def test_ordinary_briefs_are_scanned_in_five_seconds() -> None:
    assert sum(map(len, lines(catalog.new_lead(brief_of(joe()))))) <= 450
    assert sum(map(len, lines(catalog.new_lead(brief_of(jon()))))) - len(SEED_OPENER) <= 360


def test_seven_interactions_are_six_of_theirs_and_one_of_ours() -> None:
    brief = brief_of(jon())

    assert (brief.actions, brief.sends) == (6, 1)


def test_each_quotation_is_a_piece_of_the_comment() -> None:
    quoted = re.findall(r"“([^”]+)” \(their words\)", catalog.new_lead(brief_of(joe())).plain)

    assert len(quoted) == 3
    assert all(words in COMMENT for words in quoted)


def test_a_comment_that_cannot_be_read_is_shown_whole_and_once() -> None:
    comment = "Ring me. " * 60
    said = catalog.new_lead(brief_of(joe(comment))).plain

    assert said.count("read comment") == 3
    assert said.count("Ring me. Ring me.") == 1 or said.count("“Ring me.") == 1
    assert max(map(len, said.splitlines())) < 330


def test_a_brief_for_whoever_asked_has_no_clock() -> None:
    assert [block for block in catalog.lead_card(brief_of(asked())).blocks if '"date"' in repr(block)] == []
    assert "by" not in lines(catalog.lead_card(brief_of(asked())))[0].split()


@pytest.mark.parametrize("score", [74, 88.5, 61])
def test_a_score_is_never_said(score: float) -> None:
    *history, scored = jon()
    said = catalog.new_lead(brief_of([*history, scored.model_copy(update={"score": score})]))

    assert said == catalog.new_lead(brief_of(jon()))
    assert "score" not in said.plain.casefold()


def test_buttons_carry_the_lead() -> None:
    row = buttons(catalog.new_lead(brief_of(jon())).blocks)

    assert [(button["action_id"], button["value"]) for button in row] == [
        ("tipoff.claim", "42"),
        ("tipoff.log_call", "42"),
        ("tipoff.timeline", "42"),
        ("tipoff.crm", "42"),
    ]
    assert row[0]["style"] == "primary"
    assert row[3]["url"] == "https://crm.example.com/?q=jon@doe.example"


def test_a_lead_with_an_owner_is_not_claimed_again() -> None:
    made = catalog.new_lead(replace(brief_of([*joe(), claim(JOE)]), crm_url=None))

    assert [button["action_id"] for button in buttons(made.blocks)] == ["tipoff.log_call", "tipoff.timeline"]
    assert {"type": "user", "user_id": "U0MAYA"} in made.blocks[0]["elements"][0]["elements"]


def test_an_owner_who_is_no_member_is_named() -> None:
    made = catalog.new_lead(replace(brief_of(joe()), owner=Fact("WENDY", ())))

    assert "owner WENDY" in lines(made)[1]


def test_every_reader_sees_the_clock_in_their_own_zone() -> None:
    clock = catalog.new_lead(brief_of(joe())).blocks[0]["elements"][0]["elements"][2]

    assert clock == {
        "type": "date",
        "timestamp": int(brief_of(joe()).answer_by.timestamp()),
        "format": "{date_short_pretty} at {time}",
        "fallback": "13:15 CET",
    }


FACT_WORDS = st.text(alphabet="qxzj", min_size=4, max_size=9)


@given(title=FACT_WORDS, kind=FACT_WORDS, topic=FACT_WORDS, subject=FACT_WORDS, page=FACT_WORDS)
def test_an_opener_says_only_what_they_knowingly_gave(
    title: str, kind: str, topic: str, subject: str, page: str
) -> None:
    events = [
        engaged(1, -9, "page_viewed", page={"url": "https://widgets.example.com/", "title": page}),
        engaged(2, -8, "email_opened", email={"subject": subject}),
        engaged(3, -7, "email_clicked", email={"subject": subject}),
        engaged(4, -6, "asset_downloaded", asset={"title": title, "type": kind, "topic": topic}),
        engaged(5, -5, "ad_clicked", label=subject),
    ]
    brief = brief_of(events)
    sayable = {fact.title.value for fact in brief.consumed if fact.title.sayable}
    fixed = set(opener(brief_of(jon())).split())

    said = {word.strip(".,?") for word in opener(brief).split()} - {word.strip(".,?") for word in fixed}
    assert said <= {*sayable, kind, topic}


def test_an_opener_invents_no_topic() -> None:
    brief = brief_of([engaged(1, 0, "asset_downloaded", asset={"title": "The Lifecycle of a Widget"})])

    assert opener(brief) == (
        "Hi Jon, I saw you downloaded our content on the Lifecycle of a Widget. Was that helpful? "
        "Is there anything I can help with, or can I connect you with one of our experts?"
    )


def test_an_opener_names_what_they_did_in_its_own_verb() -> None:
    webinar = {"title": "Widgets live", "type": "webinar"}
    events = [
        engaged(1, -2, "asset_downloaded", asset=INFOGRAPHIC),
        engaged(2, -1, "webinar_attended", asset=webinar),
    ]

    assert (
        "downloaded our infographic on the Lifecycle of a Widget and joined our webinar on Widgets live"
        in (opener(brief_of(events)))
    )


def test_a_brief_names_three_titles_and_counts_the_others() -> None:
    events = [
        engaged(n, n, "asset_downloaded", asset={"title": f"Part {n}", "type": "guide"}) for n in range(5)
    ]

    read = next(line for line in lines(catalog.new_lead(brief_of(events))) if line.startswith("Read:"))
    assert re.findall(r"Part \d", read) == ["Part 4", "Part 3", "Part 2"]
    assert read.endswith("+2 more")


def test_origins_are_said_as_far_as_they_are_known() -> None:
    origin = {"campaign": "Spring", "term": "widget roi", "landing_page": "https://widgets.example.com/roi"}
    said = catalog.new_lead(brief_of([engaged(1, 0, "page_viewed", origin=origin)])).plain

    assert "Came from: https://widgets.example.com/roi, campaign “Spring”, searched “widget roi”" in re.sub(
        " +", " ", said
    )


def test_a_digest_lists_every_lead_and_fits() -> None:
    said = catalog.digest(crowd(80))

    assert visible(said) <= VISIBLE
    assert len([line for line in said.plain.splitlines() if line[:1] in "🔥🟠" and line]) == 80
    assert said.plain.startswith("80 new leads at once · 27 asked for a call")


def test_a_digest_of_long_names_fits() -> None:
    fox = "🦊" * 300
    leads = [
        replace(brief, name=Fact(fox, ()), company=Fact(fox, ()), occasion=replace(brief.occasion, form=fox))
        for brief in map(brief_of, [joe()] * 80)
    ]

    assert catalog.digest(leads).plain.count("🔥 🦊") == 80


def test_a_digest_counts_what_it_cannot_list() -> None:
    assert "+20 more." in catalog.digest(crowd(100)).plain


def rows_of(view: View) -> list[str]:
    words = "".join(
        text for block in view.blocks if block["type"] == "rich_text" for text in [*words_of(block), "\n"]
    )
    return [line for line in words.splitlines() if line.startswith(("👤", "📤", "🤖"))]


def test_a_timeline_tells_theirs_from_ours_and_the_sure_from_the_unsure() -> None:
    assert [re.sub(r" .* CET ·", "", line) for line in rows_of(catalog.timeline(brief_of(jon())))] == [
        "👤 downloaded “Lifecycle of a Widget”",
        "👤 visited “Widget ROI”",
        f"👤 clicked in “{MAIL.subject}” ✔",
        f"👤 opened “{MAIL.subject}” ~",
        f"📤 we e-mailed “{MAIL.subject}”",
        f"👤 took “{WHITE_PAPER.title}” through White paper form",
        "👤 visited “Widgets that last”",
    ]


@pytest.mark.parametrize(
    ("page", "count", "values"),
    [(1, 20, ["42:2"]), (2, 20, ["42:1", "42:3"]), (3, 12, ["42:2"]), (9, 12, ["42:2"]), (-1, 20, ["42:2"])],
)
def test_a_timeline_turns_its_pages(page: int, count: int, values: list[str]) -> None:
    view = catalog.timeline(brief_of(many(50)), page)

    assert len(rows_of(view)) == count
    assert [button["value"] for button in buttons(view.blocks)] == values


@pytest.mark.parametrize(
    "kind", sorted({name for part in get_args(TouchKind) for name in (get_args(part) or (part,))})
)
@pytest.mark.parametrize("title", [None, "this"])
def test_every_kind_of_event_has_words(kind: Any, title: str | None) -> None:
    brief = brief_of(joe())
    row = Row(brief.answer_by, "they", kind, title, "certain", EventKey("test", "1"))

    said = rows_of(catalog.timeline(replace(brief, timeline=(row,))))[0]
    assert "_" not in said
    assert (title or "") in said


@pytest.mark.parametrize(
    ("links", "words"), [(1, "1 scanner click set aside"), (3, "3 scanner clicks set aside")]
)
def test_what_scanners_did_is_shown_and_set_aside(links: int, words: str) -> None:
    scans = [
        engaged(11 + place, 0.1, "email_clicked", JOE, email={"link": f"/{place}"}) for place in range(links)
    ]
    brief = brief_of([*joe(), engaged(10, 0.1, "email_sent", JOE), *scans])

    assert f"· {words}" in catalog.lead_card(brief).plain
    assert [row[0] for row in rows_of(catalog.timeline(brief))] == [*"🤖" * links, "📤", "👤", "👤"]
    assert "🤖 a scanner did, counted for nothing" in [*words_of(catalog.timeline(brief).blocks)][-1]


def test_a_logged_call_is_told_in_words() -> None:
    brief = brief_of([*joe(), engaged(7, 1, "call_made", JOE, label="left_message")])

    assert rows_of(catalog.timeline(brief))[0].endswith("· we called: left a message")


def test_the_timeline_under_a_brief_keeps_theirs_and_ours_apart() -> None:
    lines = catalog.timeline_reply(brief_of(jon())).plain.splitlines()

    assert [re.sub(r" .* CET ·", "", line) for line in lines if line] == [
        "Timeline · 6 actions, 1 send · jon@doe.example",
        "👤 They did",
        "20 downloaded “Lifecycle of a Widget”",
        "16 visited “Widget ROI”",
        "16 clicked in “Is your widget paying its way?” ✔",
        "16 opened “Is your widget paying its way?” ~",
        "13 took “10 Tips for Improving your Widget ROI” through White paper form",
        "13 visited “Widgets that last”",
        "📤 We did",
        "16 we e-mailed “Is your widget paying its way?”",
        "~ low confidence (mail scanners open too) · ✔ confirmed by a visit",
    ]


@pytest.mark.parametrize("rows", [1, 12])
def test_a_long_timeline_shows_the_newest_and_counts_the_others(rows: int) -> None:
    message = catalog.timeline_reply(brief_of(many(50)), rows)

    assert message.plain.count("visited") == rows
    assert f"+{52 - rows} more" in message.plain
    assert [button["action_id"] for button in buttons(message.blocks)] == ["tipoff.timeline"]


def test_what_a_machine_did_is_set_aside() -> None:
    brief = brief_of(jon())
    rows = tuple(replace(row, machine=row.kind == "email_opened") for row in brief.timeline)

    said = catalog.timeline_reply(replace(brief, timeline=rows)).plain
    assert "Timeline · 5 actions, 1 send · 1 scanner hit set aside" in said
    assert ["opened" in line for line in said.splitlines() if line.startswith("🤖")] == [True]


def test_a_follow_up_says_each_thing_once() -> None:
    lines = catalog.activity_reply(*followed_up()).plain.splitlines()

    assert [re.sub(r".* CET · ", "", line) for line in lines if line] == [
        "Jon Doe · 10 actions since the brief",
        "opened “Is your widget paying its way?” ~",
        "clicked in “Is your widget paying its way?” ✔",
        "visited “Widget ROI” x6",
        "signed up for “Widgets live”",
        "filled in “Gate”",
        "“Now call me.”",
    ]


def test_a_long_follow_up_shows_the_newest_and_counts_the_others() -> None:
    message = catalog.activity_reply(*busy(15), rows=2)

    assert "Page 33" in message.plain
    assert "Page 34" in message.plain
    assert "+13 more" in message.plain
    assert [button["action_id"] for button in buttons(message.blocks)] == ["tipoff.timeline"]


def test_a_lead_without_a_history_has_a_timeline() -> None:
    words = [*words_of(catalog.timeline(replace(brief_of(joe()), timeline=())).blocks)]

    assert "Nothing has happened yet." in words


def test_the_call_form_asks_for_an_outcome_and_perhaps_a_note() -> None:
    view = catalog.log_call(brief_of(joe())).payload()
    outcome, note = (block for block in view["blocks"] if block["type"] == "input")

    assert (view["callback_id"], view["private_metadata"]) == ("tipoff.log_call", "42")
    assert [option["value"] for option in outcome["element"]["options"]] == [
        "connected",
        "left_message",
        "no_answer",
    ]
    assert note["optional"]


def table(message: Message) -> dict[str, list[str]]:
    """The rows of a message's table by their first cell."""
    (block,) = (one for one in message.blocks if one["type"] == "data_table")
    return {row[0]["text"]: [cell["text"] for cell in row[1:]] for row in block["rows"]}


def test_a_funnel_says_of_each_stage_how_many_which_share_and_how_long() -> None:
    stages = table(catalog.answered(funnel("2026-01 vs 2025-12")))

    assert stages["MQL"] == ["328", "+58 (+21 %)", "41 %", "-0.5 points", "5.5 days"]
    assert stages["Customer"] == ["25", "±0", "48.1 %", "-11.4 points", "–"]


def test_one_table_of_a_message_can_be_sorted_and_it_is_the_last() -> None:
    kinds = [block["type"] for block in catalog.answered(funnel()).blocks]

    assert kinds.count("data_table") == 1
    assert kinds.index("data_table") > kinds.index("rich_text")


def test_a_funnel_without_leads_divides_nothing() -> None:
    said = catalog.answered(answered("funnel", "2026-01", {None: cell(0, 0, 0, 0, 0, 0)})).plain

    assert "0 %" not in said
    assert "No leads were created in this window" in said


def test_many_groups_are_cut_and_counted() -> None:
    answer = funnel()
    lines = tuple(replace(answer.lines[0], by=f"{number:02}") for number in range(30))
    months = replace(answer, question=replace(answer.question, by="month"), lines=lines)

    assert "+10 more: `top 20` adds them up." in catalog.answered(replace(answer, lines=lines)).plain
    assert "10 earlier." in catalog.answered(months).plain
    assert "\n29 " in catalog.answered(months).plain
    assert "\n09 " not in catalog.answered(months).plain


def test_groups_that_are_pooled_are_a_line_and_no_bar() -> None:
    answer = kpi("leads 2026-01 by source")
    pooled = replace(answer.lines[0], by=None, more=7)
    said = catalog.answered(replace(answer, lines=(*answer.lines, pooled)))

    assert table(said)["7 more"] == ["500"]
    assert "7 more" not in said.plain.partition("Source ")[0]


def test_leads_of_no_campaign_have_no_cost() -> None:
    shown = table(catalog.answered(campaigns()))

    assert shown["no campaign"][5:] == ["no data"] * 5
    assert shown["Fair"][5:] == ["$310.50", "$5.18", "$25.88", "$103.50", "no data"]


def test_a_column_without_data_is_left_out_and_named() -> None:
    said = catalog.answered(campaigns())

    assert "Max CPL" not in table(said)["Campaign"]
    assert "No data for max_cpl, roi: `/kpi max_cpl` says what it takes." in said.plain


def test_no_campaigns_are_said_in_words() -> None:
    said = catalog.answered(replace(campaigns(), lines=()))

    assert "No campaign brought a lead" in said.plain
    assert "data_table" not in [block["type"] for block in said.blocks]


def test_a_number_without_data_says_what_brings_it_and_is_never_zero() -> None:
    said = catalog.answered(kpi("sessions 2026-01")).plain.splitlines()

    assert said[1:3] == [
        "no data",
        (
            "Nothing known of: visits to the site. "
            "It takes `tipoff.lead.engaged` with `kind` `page_viewed`, or Segment `page`."
        ),
    ]


def test_what_is_maturing_has_a_star_and_no_difference() -> None:
    answer = kpi("mql rate 2026-01 vs 2025-12")
    young = replace(answer.total.values["mql_rate"], maturing=date(2026, 12, 5))
    said = catalog.answered(replace(answer, total=replace(answer.total, values={"mql_rate": young}))).plain

    assert said.splitlines()[1] == "41 %* (328/800) · before: 41.5 % (270/650)"
    assert said.endswith(" · * still maturing")


def test_what_was_nothing_before_is_new() -> None:
    answer = answered("kpi", "leads 2026-01 vs 2025-12", SOURCES, {None: cell(0)})

    assert catalog.answered(answer).plain.splitlines()[1] == "800 · new against 0"


def test_a_target_draws_how_much_of_it_is_reached() -> None:
    answer = kpi("leads 2026-01")
    aimed = replace(answer.total.values["leads"], target=1_000)
    said = catalog.answered(replace(answer, total=replace(answer.total, values={"leads": aimed}))).plain

    assert said.splitlines()[2] == "Target 1,000: ▓▓▓▓▓▓▓▓░░ 80 %"


def test_every_metric_is_listed_with_its_value_or_with_what_it_takes() -> None:
    said = catalog.metric_list(every_metric())

    assert [name for name in METRICS if not re.search(rf"\b{name}\b", said.plain)] == []
    assert "conversion_rate             3.1 %" in said.plain
    assert "• tipoff.campaign.spent with clicks: ad_clicks, cpc" in said.plain


def test_the_list_of_all_metrics_is_one_message_however_many_have_data() -> None:
    answer = every_metric()
    known = {
        name: replace(value, value=123_456.7, missing=None) for name, value in answer.total.values.items()
    }
    unknown = {name: replace(value, value=None, missing=f"It takes {name}.") for name, value in known.items()}
    mixed = {name: (known if place % 3 else unknown)[name] for place, name in enumerate(known)}

    for values in (known, unknown, mixed):
        said = catalog.metric_list(
            replace(answer, total=replace(answer.total, values=values)), Foot("x" * 60)
        )
        assert [name for name in METRICS if not re.search(rf"\b{name}\b", said.plain)] == []
        assert said.plain.count("No data yet, for want of\n") == (values is not known)


def test_a_metric_without_data_shows_the_event_to_send_and_what_the_playbook_lacks() -> None:
    clicks, payback = (catalog.answered(kpi(text)).plain for text in ("ad clicks 2026-01", "ltv_cac 2026-01"))

    assert "Send it to `/intake/events`, such as" in clicks
    assert (
        '"campaign": "sensors-2026", "channel": "paid social", "impressions": 8200, "clicks": 164' in clicks
    )
    assert "Write it into the playbook, such as\n\nfinance: { " in payback


def test_a_rate_of_money_shows_the_amounts_that_it_is_made_of() -> None:
    value = Value(1.469, 41_206_338, 28_041_162, currency="USD")

    assert receipt(value, METRICS["roi"]).replace("\\", "") == " ($412,063.38/$280,411.62)"
    assert receipt(replace(value, value=17.7), METRICS["cac_payback"]).startswith(" (\\$412")


def test_what_nobody_can_know_yet_is_listed_with_its_day() -> None:
    value = Value(None, maturing=date(2026, 12, 5))

    assert figure_or_day(value, METRICS["converted_14"]) == "not before 5 Dec 2026"
    assert figure_or_day(Value(0.4), METRICS["converted_14"]) == "40 %"


def test_where_nothing_was_known_before_there_are_no_columns_for_it() -> None:
    answer = kpi("mql rate 2026-01 vs 2025-12 by source")
    unknown = tuple(replace(line, previous={}) for line in answer.lines)

    assert "before" in catalog.answered(answer).plain
    assert "before" not in catalog.answered(replace(answer, lines=unknown)).plain.partition("Source ")[2]


def test_the_parts_of_a_change_sum_to_it_as_they_are_printed() -> None:
    shown = table(catalog.why(reasons("mqls 2026-01 vs 2025-12 why")))
    parts = [[float(cell) for cell in row] for by, row in shown.items() if by != "Source"]

    assert [round(sum(row[:-1]), 1) for row in parts] == [row[-1] for row in parts]
    assert sum(row[-1] for row in parts) == 328 - 270


def test_a_comparison_ends_in_its_verdict() -> None:
    said = catalog.comparison(duel()).plain

    assert "No call: 8.8 % against 5.3 % can be chance (p = 0.54)" in said
    assert "Spring webinar wins: " in catalog.comparison(duel((70, 800), (20, 750))).plain


def test_a_metric_is_defined_by_its_formula_its_parts_and_its_version() -> None:
    said = catalog.metric(METRICS["acceptance_rate"]).plain

    assert said.splitlines()[1] == "`sals / mqls`"
    assert "• `sals`: leads that sales accepted" in said
    assert said.endswith(f"acceptance_rate version {METRICS['acceptance_rate'].version}")


@pytest.mark.parametrize("name", METRICS)
def test_a_definition_shows_each_thing_to_send_once_whatever_it_takes(name: str) -> None:
    brought_by = examples(METRICS[name].counts, NOON.date())
    message = catalog.metric(METRICS[name], brought_by, AGAIN)

    assert [one.text for one in brought_by if message.plain.count(one.text) != 1] == []
    check_message_blocks(list(message.blocks))
    check_message_size(list(message.blocks))


def test_an_answer_that_is_shared_says_by_whom_and_cannot_be_shared_again() -> None:
    own, shared = (buttons(catalog.answered(kpi("leads 2026-01"), foot).blocks) for foot in (AGAIN, SHARED))

    assert [one["action_id"] for one in own] == ["tipoff.rows", "tipoff.share"]
    assert [one["action_id"] for one in shared] == ["tipoff.rows"]
    assert "Shared by @U0MAYA" in catalog.answered(kpi("leads 2026-01"), SHARED).plain


def test_a_choice_opens_a_lead_each() -> None:
    made = catalog.leads_found("jon", summaries(6))

    assert [(one["action_id"], one["value"]) for one in buttons(made.blocks)] == [
        ("tipoff.lead", str(number)) for number in range(5)
    ]


def test_a_nameless_lead_can_be_chosen() -> None:
    nobody = replace(summaries(1)[0], name=None, email=None, company=None, last_touch_at=None)

    assert "• not captured · MQL" in catalog.leads_found("x", [nobody, nobody]).plain


def test_trouble_keeps_each_sentence_on_its_line() -> None:
    assert catalog.trouble(PlaybookError("First `this`.\nThen that.")).plain == "First `this`.\nThen that."
    assert "/tipoff help" in catalog.trouble(PlaybookError("")).plain


def test_a_claim_can_be_nobodys() -> None:
    assert catalog.claimed(brief_of(joe())).plain == "Joe Blow belongs to nobody yet."


def test_too_much_is_refused_before_slack_refuses_it() -> None:
    text = {"type": "rich_text", "elements": [{"type": "text", "text": "x" * 1000}]}

    with pytest.raises(TooLargeError, match="51 blocks, 50 at most"):
        Message("", (text,) * 51)
    with pytest.raises(TooLargeError, match="visible characters"):
        Message("", (text,) * 10)
    with pytest.raises(TooLargeError, match=f"{JSON_BYTES} at most"):
        Message("", ({"type": "divider", "block_id": "x" * JSON_BYTES},))
    with pytest.raises(TooLargeError, match="characters of title"):
        View("x" * 25, (), "id")


def test_the_fallback_of_a_long_page_is_cut_between_its_characters() -> None:
    said = catalog.lead_not_found("&" * 100).text

    assert "&amp;" * 10 in said
    assert max(map(len, catalog.digest(crowd(80)).text.splitlines())) < 200
