"""Everything that Tipoff says, one function a message: values in, a `Message` or `View` out."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from briefs import modal
from briefs.blocks import draw
from briefs.message import Message, TooLargeError, View, fallback, visible
from briefs.page import Page
from briefs.pages import make
from briefs.plain import plain
from funnel.activity import Burst
from funnel.brief import Brief
from funnel.errors import TipoffError
from funnel.lead import LeadSummary
from funnel.masks import Refusal
from funnel.metrics import CampaignsAnswer, FunnelAnswer, pooled_campaigns, pooled_funnel
from funnel.score_audit import GRADES, RuleAudit, ScoreAudit

BUDGET = 600  # visible characters of `new_lead`: what a rep reads at a glance, on a phone
DIGEST = 80
WIDTHS = (40, 25, 15, 10)
CHOICES = 5
TABLE_ROWS = 20
TIMELINE_ROWS = 20
ROOMS = ((2, 1.0), (1, 1.0), *((0, 0.85**step) for step in range(16)), (0, 0.0))  # detail, share of lengths


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """What a slash command is for: `/lead`, its usage, a sentence, and examples that work."""

    name: str
    usage: str
    does: str
    examples: tuple[str, ...] = ()


def new_lead(brief: Brief) -> Message:
    """The pre-call brief, with its buttons: six lines that are read in five seconds.

    What does not fit into `BUDGET` visible characters loses details first; then every value is clipped.
    """
    for detail, room in ROOMS:
        made = _message("new_lead", brief=brief, detail=detail, room=room)
        if visible(made) <= BUDGET:
            break
    return made


def lead_card(brief: Brief) -> Message:
    """The same page for whoever asked; without a clock where nobody has to call."""
    return new_lead(brief)


def digest(briefs: Sequence[Brief]) -> Message:
    """One line for each of many leads that came at once, whoever asked for a call first."""
    leads = sorted(briefs, key=lambda brief: (brief.occasion.kind != "hand_raise", brief.answer_by))
    for width in WIDTHS[:-1]:
        with suppress(TooLargeError):
            return _message("digest", leads=leads, shown=DIGEST, width=width)
    return _message("digest", leads=leads, shown=DIGEST, width=WIDTHS[-1])


def timeline(brief: Brief, page: int = 1, places: Sequence[str] = ()) -> View:
    """The page `page` of everything that happened, newest first; a page that is not there is the nearest.

    `places` name the channel it was opened from, for whoever turns the page.
    """
    rows = brief.timeline[::-1]
    last = max(1, -(-len(rows) // TIMELINE_ROWS))
    here = min(max(page, 1), last)
    shown = rows[(here - 1) * TIMELINE_ROWS : here * TIMELINE_ROWS]

    def drawn(page: Page) -> View:
        return modal.shown(page, "tipoff.timeline", ":".join((f"{brief.lead}:{here}", *places)))

    return make("timeline", drawn, brief=brief, rows=shown, here=here, last=last)


def timeline_reply(brief: Brief, rows: int = 12) -> Message:
    """The first reply under a brief: what they did and what we did, the newest `rows` of both."""
    shown = brief.timeline[::-1][:rows]
    return _message("timeline_reply", brief=brief, shown=shown, more=len(brief.timeline) - len(shown))


def activity_reply(brief: Brief, burst: Burst, rows: int = 12) -> Message:
    """A reply under a brief: what they did since, in one go, each thing once; the newest `rows`."""
    lines = sorted(burst.lines, key=lambda line: line.at)
    shown = lines[-rows:]
    return _message("activity_reply", brief=brief, burst=burst, shown=shown, more=len(lines) - len(shown))


def log_call(brief: Brief) -> View:
    """The form in which a rep says how a call went."""
    return make("log_call", lambda page: modal.log_call(page, brief.lead), brief=brief)


def funnel(answer: FunnelAnswer) -> Message:
    """The funnel of a window, and its breakdown where one was asked for."""
    groups = list(answer.groups)
    if answer.by == "month":
        earlier, groups = groups[:-TABLE_ROWS], groups[-TABLE_ROWS:]
        groups = [*([pooled_funnel(f"{len(earlier)} earlier", earlier)] if earlier else []), *groups]
    elif rest := groups[TABLE_ROWS:]:
        groups = [*groups[:TABLE_ROWS], pooled_funnel(f"+{len(rest)} more", rest)]
    return _message("funnel", answer=answer, groups=groups)


def campaigns(answer: CampaignsAnswer) -> Message:
    """A row for each campaign; the smallest ones of many are one row."""
    rows = list(answer.rows[:TABLE_ROWS])
    rest = answer.rows[TABLE_ROWS:]
    total = pooled_campaigns("Total", answer.rows) if len(rows) > 1 else None
    rows += [pooled_campaigns(f"+{len(rest)} more", rest)] if rest else []
    rows += [total] if total else []
    return _message("campaigns", answer=answer, rows=rows, total=total)


def score_audit(audit: ScoreAudit) -> Message:
    """What each rule of the score foretells, which say nothing, and what another line would do."""
    live = sorted((rule for rule in audit.rules if not rule.dead), key=_strongest_first)
    rows = [[band for band in audit.bands if band.grade == grade] for grade in GRADES]
    grid = [row for row in rows if any(band.outcomes.leads for band in row)]
    return _message(
        "score_audit", audit=audit, grid=grid, rules=live[:TABLE_ROWS], more=len(live) - TABLE_ROWS
    )


def _strongest_first(rule: RuleAudit) -> float:
    return -abs(rule.sql_lift.value) if rule.sql_lift else 0


def leads_found(text: str, matches: Sequence[LeadSummary]) -> Message:
    """Several leads for one search, each with a button."""
    return _message("choose_lead", text=text, matches=matches, shown=CHOICES)


def lead_not_found(text: str) -> Message:
    return _message("lead_not_found", text=text)


def claimed(brief: Brief) -> Message:
    """Who has taken a lead, for whoever claims it after them."""
    return _message("claimed", brief=brief)


def refused(refusal: Refusal) -> Message:
    """Who may do what somebody may not, and whom to ask."""
    return _message("refused", refusal=refusal)


def trouble(error: TipoffError) -> Message:
    """A mistake that its reader can mend: the error's own sentences."""
    return _message("error", sentences=str(error).splitlines())


def apology(reference: str) -> Message:
    """A mistake of ours; `reference` finds it in the log."""
    return _message("apology", reference=reference)


def help(commands: Sequence[CommandHelp]) -> Message:  # noqa: A001 - said as `catalog.help`
    """What each command does, with examples that work."""
    return _message("help", commands=commands)


def _message(template: str, **values: Any) -> Message:
    return make(template, _said, **values)


def _said(page: Page) -> Message:
    text = plain(page)
    return Message(fallback(text), draw(page), text, page.name)
