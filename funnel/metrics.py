"""The catalogue: every number that can be asked for, declared once.

SQL counts (`COUNTS`, `SPREADS`), Python divides, and everybody gets the same number or sees why not. Where
people use one word for different numbers (close rate, closure rate, win rate; CPA and CAC), each exists under
its own name, with its own denominator and the trap that it sets. Money is in minor units.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from typing import Literal, NamedTuple

from funnel.counts import BY, COUNTS, SPREADS, Clock, Family
from funnel.dimension import DIMENSIONS, Dimension
from funnel.errors import QuestionError
from funnel.formula import Call, Formula, Name, Operation, expanded, leaves, names, parse
from funnel.glob import folded

Unit = Literal[
    "count", "share", "money", "minutes", "days", "seconds", "touches", "points", "ratio", "number"
]
Good = Literal["up", "down", "neither"]
BASE = "leads"


class Parts(NamedTuple):
    """What a metric is made of: so many (`over`) of so many (`of`); a plain sum is of nothing."""

    over: str
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One number that everybody computes in the same way.

    `formula` is arithmetic over names of `COUNTS` and of other metrics ("sqls / mqls"), or a function of a
    count or spread ("median(response_time)"; `funnel.formula` has them all); a share's numerator and
    denominator are those of its division. `clock` is what it is counted by unless the question says
    otherwise; `good` is the direction that is better.
    """

    name: str
    title: str
    formula: str
    unit: Unit
    clock: Clock
    good: Good
    trap: str
    source: str
    aliases: tuple[str, ...] = ()

    @property
    def tree(self) -> Formula:
        """The formula down to its counts, with the metrics that it names put in."""
        return _tree(self.formula)

    @property
    def counts(self) -> tuple[str, ...]:
        """The names of `COUNTS` and `SPREADS` that it is made of, in the order of the formula."""
        return _counts(self.formula)

    @property
    def by(self) -> tuple[Dimension, ...]:
        """What it can be broken down by: what all of its counts can be.

        What belongs to the whole window (`WHOLE`) or is itself a comparison of groups cannot be. Deals are
        open at the end of a day, and at no end of all Mondays (`AGAIN`).
        """
        return _dimensions(self.formula)

    @property
    def parts(self) -> Parts | None:
        """What its change can be split into; None for a median, and for what is made of several numbers."""
        match self.tree:
            case Name(name) if name in COUNTS:
                cohort = COUNTS[name].family == "leads" and name != BASE
                return Parts(name, BASE if cohort else None)
            case Operation(Name(over), "/", Name(of)) if {COUNTS[over].family, COUNTS[of].family} == {
                "leads"
            }:
                return Parts(over, of)
        return None

    @property
    def adds_up(self) -> bool:
        """Whether a window's number is the sum of its days': only then is a part of a target due."""
        return all(_plain(part) for part in _parts(self.tree))

    @property
    def version(self) -> str:
        """Changes whenever what the number means changes: its formula, terms, or the meaning of a count."""
        meaning = [str(self.tree), self.clock, self.unit, *map(says, self.counts)]
        return sha256("\n".join(meaning).encode()).hexdigest()[:8]


LONGEST_NAME = 200  # characters of what is looked up
WHOLE = frozenset({"sales_cost", "revenue_target"})
"""Counts of the playbook that nobody can say of one campaign: they are the whole window's."""

AGAIN: frozenset[Dimension] = frozenset({"hour", "weekday"})
"""Parts of time that come round again, so that none of them has one beginning and one end."""

COMPARING = frozenset({"max", "min", "hhi"})
"""Functions of a formula that look at the groups of a breakdown of their own."""


def says(count: str) -> str:
    """What a name of `COUNTS` or `SPREADS` stands for, in words."""
    return COUNTS[count].says if count in COUNTS else SPREADS[count].says


def is_money(count: str) -> bool:
    """Whether a name of `COUNTS` or `SPREADS` is an amount."""
    return COUNTS[count].money if count in COUNTS else SPREADS[count].unit == "money"


def money_power(formula: Formula) -> int:
    """1 for money, 0 for what is none: money divided by money is a plain number."""
    match formula:
        case Operation(left, "*", right):
            return money_power(left) + money_power(right)
        case Operation(left, "/", right):
            return money_power(left) - money_power(right)
        case Operation(left, _, _):
            return money_power(left)
        case Call("within" | "hhi", _, _):
            return 0
    return max((int(is_money(name)) for name in names(formula)), default=0)


def find(text: str) -> Metric:
    """The metric of that name, title or alias; case, spaces, hyphens and `->` make no difference.

    Raises:
        QuestionError: there is none; names those that are spelled nearly so.

    """
    words = spelled(text[:LONGEST_NAME])
    known = _names()
    if words in known:
        return METRICS[known[words]]
    near = dict.fromkeys(known[one] for one in get_close_matches(words, known, n=3))
    hint = f" Did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""
    raise QuestionError(
        f"I don't know the metric “{' '.join(text.split())[:60]}”.{hint} `/kpi list` shows all of them."
    )


def names_of(metrics: "Mapping[str, Metric]") -> dict[str, str]:
    """The names of metrics by everything that they are called, as `spelled` spells it; a name comes first."""
    called = {
        spelled(one): metric.name for metric in metrics.values() for one in (metric.title, *metric.aliases)
    }
    return called | {spelled(name): name for name in metrics}


def spelled(text: str) -> str:
    """A name as it is looked up: small letters, and spaces for hyphens; `->` is said as “to”."""
    return " ".join(folded(text.replace("->", " to ").replace("→", " to ")).split())


@cache
def _names() -> Mapping[str, str]:
    return names_of(METRICS)


@cache
def _tree(formula: str) -> Formula:
    metrics = {metric.name: metric.formula for metric in METRICS.values() if metric.name not in COUNTS}
    return expanded(parse(formula), metrics)


@cache
def _counts(formula: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(leaf.name for leaf in leaves(_tree(formula))))


@cache
def _dimensions(formula: str) -> tuple[Dimension, ...]:
    if WHOLE.intersection(_counts(formula)) or any(map(_compares, leaves(_tree(formula)))):
        return ()
    families = {_family(name) for name in _counts(formula)} - {"rules"}
    never = AGAIN if OF_OPEN_DEALS.intersection(_counts(formula)) else frozenset()
    return tuple(
        one
        for one in DIMENSIONS
        if families and one not in never and all(one in BY[family] for family in families)
    )


def _family(name: str) -> Family:
    return COUNTS[name].family if name in COUNTS else SPREADS[name].family


def _compares(leaf: object) -> bool:
    return isinstance(leaf, Call) and leaf.function in COMPARING


def _parts(formula: Formula) -> Iterable[Formula]:
    if isinstance(formula, Operation) and formula.sign in "+-":
        return (*_parts(formula.left), *_parts(formula.right))
    return (formula,)


def _plain(formula: Formula) -> bool:
    return isinstance(formula, Name) and formula.name not in STANDING


PEOPLE = frozenset({"visitors", "known_visitors", "content_viewers", "content_leads"})
"""Counts of different people, who may be in several groups and on several days."""

OF_OPEN_DEALS = frozenset(
    f"{what}_{when}" for what in ("deals_open", "pipeline") for when in ("at_start", "at_end")
) | {"deals_slipped", "pipeline_slipped"}
"""Counts of deals that are open at one moment."""

STANDING = PEOPLE | OF_OPEN_DEALS
"""Counts that do not add up: people, and what stands at one moment."""


MATHUR = "Mathur, “Demand Generation vs. Lead Generation”"
SEMANTICS = "“Semantics: Lead Gen vs. Demand Gen”"
CRIPPLING = "“Lead Generation is Crippling Demand Generation”"
LEAP = "Leap Clixx, “Demand Generation vs. Lead Generation”"
STARK = "“Demand and lead generation: there's a stark difference”"
WATERFALL = "SiriusDecisions' demand waterfall, 2012"
NEWNORTH = "newnorth.com, “Calculating your maximum cost per lead”"
METRICKIT = "metrickittools.com"
SEGMENT_AB = "Segment, “A/B testing events”"
OWN = "Tipoff"

EARLY = "Young leads have not had the time: compare cohorts that are grown."
CREDIT = "By campaign, it depends on the model of credit: read the terms."
DEDUPED = "Counted after duplicates are merged, so it can be less than a form's own count."
FEED = "Only as complete as what is sent."
OPENS = "Mail programs and scanners open and click by themselves; what we know to be machines is left out."
FIXED = (
    "`/kpi ab` compares the variants of one experiment. Fix beforehand when you will look: who looks daily "
    "finds a winner by chance sooner or later."
)
KM = "Whoever still waits counts; if half do, the median is only known to be longer (≥)."

# A table of what a metric is, then its trap, its source and its other names: it reads best unwrapped.
# fmt: off
CHAPTERS: Mapping[str, tuple[Metric, ...]] = {
    "What comes in": (
    Metric("leads", "New leads", "leads", "count", "cohort", "up",
        DEDUPED, CRIPPLING, ("new contacts", "inquiries", "number of leads")),
    Metric("form_submissions", "Form submissions", "form_submissions", "count", "activity", "up",
        "Every form counts, of new leads and of those who are known.", OWN, ("forms", "submissions")),
    Metric("lead_mix", "Share of all leads", "leads / all(leads)", "share", "cohort", "neither",
        "A source that grows slower than the others shrinks here.", OWN, ("lead source mix", "mix")),
    Metric("lead_concentration", "Concentration of lead sources (HHI)", "hhi(leads, source)", "ratio",
        "cohort", "down",
        "1 is a single source; leads without a source are left out.", OWN, ("hhi", "source concentration")),
    Metric("hand_raisers", "Hand-raisers", "hand_raisers", "count", "cohort", "up",
        "Which forms ask to talk stands in the playbook.", SEMANTICS, ("demand first",)),
    Metric("hand_raise_share", "Hand-raise share", "hand_raisers / leads", "share", "cohort", "up",
        "It falls when gated content brings many names, though nobody asks less.", CRIPPLING),
    Metric("known_leads", "Leads known before", "known_leads", "count", "cohort", "neither",
        "Somebody who visited the day before without cookies looks new.", OWN, ("returning leads",)),
    Metric("machine_leads", "Machine-made leads", "machine_leads", "count", "cohort", "down",
        "An address that only a scanner ever clicked for; a robot that fills in forms is not seen.", OWN,
        ("machine made leads", "bots")),
    Metric("imported_leads", "Imported leads", "imported_leads", "count", "cohort", "neither",
        "By the day on which the file says that they became known, not that of the import.", OWN),
    Metric("demand_first_share", "Demand-first share", "demand_first / leads", "share", "cohort", "up",
        "Of leads who asked to talk before they took gated content; the rest is not all lead-first.",
        CRIPPLING),
    Metric("lead_first_share", "Lead-first share", "lead_first / leads", "share", "cohort", "neither",
        "Of leads whose first trace is gated content; the rest is not all demand-first.", CRIPPLING),
    Metric("gate_ratio", "Gate ratio", "gated_touches / content_touches", "share", "activity", "neither",
        "What is read behind forms; ungated reading by strangers is not seen at all.", CRIPPLING,
        ("gated share",)),
    Metric("profile_completeness", "Profile completeness", "captured_fields / asked_fields", "share",
        "cohort", "up",
        "Six fields; that one is filled does not make it true.", LEAP, ("completeness",)),
    Metric("lead_score", "Engagement score", "median(lead_score)", "points", "cohort", "up",
        "Points fade, so it depends on the moment of asking.", MATHUR, ("score",)),
    Metric("engagements", "Engagement by day and hour", "engagements", "count", "activity", "up",
        "Hours are those of the workspace's zone; machines are left out.", LEAP, ("active hours",)),
    ),
    "Quality": (
    Metric("mqls", "MQLs", "mqls", "count", "activity", "up",
        f"A lead that is MQL again is not counted again. {CREDIT}", STARK,
        ("mqls per campaign", "marketing qualified leads", "mql")),
    Metric("quality_leads", "Quality leads", "mqls", "count", "cohort", "up",
        "Those of the leads of the window that were MQL by now; MQLs of the window are `mqls`.", MATHUR,
        ("number of quality leads",)),
    Metric("good_fits", "Leads of fit A or B", "good_fits", "count", "cohort", "up",
        "Says who they are, not what they want.", MATHUR, ("good fit leads",)),
    Metric("sals", "SALs", "sals", "count", "activity", "up",
        "A claim in Slack is an acceptance.", WATERFALL, ("sales accepted leads", "sal")),
    Metric("sqls", "SQLs", "sqls", "count", "activity", "up",
        "Companies mean different things by it; here, what sales has qualified.", MATHUR,
        ("sales qualified leads", "sql", "qualified leads entering the pipeline")),
    Metric("opportunities", "Leads with an opportunity", "opportunities", "count", "activity", "up",
        "One lead with two deals is one.", WATERFALL, ("opps",)),
    Metric("customers", "New customers", "customers", "count", "activity", "up",
        "People who became customers; several can be of one company.", MATHUR, ("wins",)),
    Metric("disqualified", "Disqualified leads", "disqualified", "count", "activity", "neither",
        "Many are a good sign where bad fits are recognised early.", LEAP, ("unqualified",)),
    Metric("lost", "Lost leads", "lost", "count", "activity", "down",
        "Leads whose deal was lost; who never had a deal is not here.", WATERFALL),
    Metric("recycled", "Recycled leads", "recycled", "count", "activity", "neither",
        "Sent back to marketing, which is better than forgotten.", WATERFALL),
    Metric("mql_rate", "Lead to MQL", "mqls / leads", "share", "cohort", "up",
        EARLY, MATHUR, ("lead to mql", "qualified share", "quality rate", "inquiry to mql")),
    Metric("acceptance_rate", "Acceptance rate (MQL to SAL)", "sals / mqls", "share", "cohort", "up",
        EARLY, WATERFALL, ("mql to sal", "sal rate")),
    Metric("mql_to_sql", "MQL to SQL", "sqls / mqls", "share", "cohort", "up",
        f"The article's ratio is MQL : SQL; the field reports this, SQL of MQL. {EARLY}", MATHUR,
        ("mql to sql ratio", "mql to sql rate")),
    Metric("mqls_per_sql", "MQLs per SQL", "mqls / sqls", "ratio", "cohort", "down",
        "The article's MQL : SQL, the other way round than `mql_to_sql`.", MATHUR,
        ("mql:sql", "mql per sql")),
    Metric("sal_to_sql", "SAL to SQL", "sqls / sals", "share", "cohort", "up",
        EARLY, WATERFALL, ("qualification rate",)),
    Metric("sql_to_opportunity", "SQL to opportunity", "opportunities / sqls", "share", "cohort", "up",
        EARLY, WATERFALL, ("sql to opp",)),
    Metric("opportunity_to_customer", "Opportunity to customer", "customers / opportunities", "share",
        "cohort", "up",
        "Open ones count as not yet; of decided deals it is the win rate.", WATERFALL, ("opp to customer",)),
    Metric("lead_to_sql", "Lead to SQL", "sqls / leads", "share", "cohort", "up",
        EARLY, WATERFALL, ("sql rate",)),
    Metric("lead_to_opportunity", "Lead to opportunity", "opportunities / leads", "share", "cohort", "up",
        EARLY, WATERFALL, ("lead to opp",)),
    Metric("mql_to_opportunity", "MQL to opportunity", "opportunities / mqls", "share", "cohort", "up",
        EARLY, WATERFALL, ("mql to opp",)),
    Metric("mql_to_customer", "MQL to customer", "customers / mqls", "share", "cohort", "up",
        EARLY, WATERFALL),
    Metric("conversion_rate", "Conversion rate (lead to customer)", "customers / leads", "share", "cohort",
        "up",
        "One article means leads, another a campaign's own goal; for other pairs ask by their names, as "
        f"`mql_to_sql`. {EARLY}", f"{MATHUR}; {STARK}", ("lead to customer", "cvr")),
    Metric("close_rate", "Close rate", "customers / contacts", "share", "cohort", "up",
        "Of contacts, whom we have spoken or written to; customers whom nobody wrote to can lift it over "
        "100 %.", STARK, ("contact to customer",)),
    Metric("sales_closure_rate", "Sales closure rate", "customers / sqls", "share", "cohort", "up",
        "Of leads handed to sales; open ones count as not yet.", MATHUR, ("sql to customer", "closure rate")),
    Metric("win_rate", "Win rate", "deals_won / (deals_won + deals_lost)", "share", "activity", "up",
        "Of deals decided in the window; open ones are left out, so a slow loser flatters it.",
        "triblio.com, “Pipeline velocity”"),
    Metric("disqualified_rate", "Disqualified share", "disqualified / leads", "share", "cohort", "neither",
        "Ask it by reason; students and job seekers are no failure of sales.", LEAP,
        ("disqualification rate", "unqualified share")),
    Metric("recycle_rate", "Recycle rate", "recycled / mqls", "share", "cohort", "down",
        EARLY, WATERFALL),
    Metric("re_mql_rate", "Re-MQL rate", "returned / recycled", "share", "cohort", "up",
        "Back within 180 days of being recycled.", WATERFALL, ("return rate",)),
    Metric("alert_precision", "Alert precision", "acted_alerts / alerts", "share", "cohort", "up",
        "Acting is claiming, calling or writing; whether it was worth it is another question.", OWN,
        ("act rate",)),
    ),
    "Time": (
    Metric("response_time", "Lead response time", "median(response_time)", "minutes", "cohort", "down",
        f"An autoresponder is no answer. {KM}", f"{MATHUR}; leadsource.co, “Lead response time”",
        ("average lead response time", "speed to lead")),
    Metric("sla_attainment", "SLA attainment", "answered_in_time / due_answers", "share", "cohort", "up",
        "Not answered is missed; who is not due yet is left out.", "leandata.com, “Track SLA”",
        ("in sla", "speed to lead sla")),
    Metric("time_to_mql", "Time to MQL", "median(time_to_mql)", "days", "cohort", "down",
        KM, WATERFALL),
    Metric("time_in_mql", "Time in MQL", "median(time_in_mql)", "days", "cohort", "down",
        KM, WATERFALL, ("mql age",)),
    Metric("time_in_sal", "Time in SAL", "median(time_in_sal)", "days", "cohort", "down",
        KM, WATERFALL, ("sal age",)),
    Metric("time_in_sql", "Time in SQL", "median(time_in_sql)", "days", "cohort", "down",
        KM, WATERFALL, ("sql age",)),
    Metric("time_in_opportunity", "Time in opportunity", "median(time_in_opportunity)", "days", "cohort",
        "down",
        KM, WATERFALL, ("opportunity age",)),
    Metric("time_to_customer", "Time to customer", "median(time_to_customer)", "days", "cohort", "down",
        "Most leads never buy, so it is mostly not reached; of buyers alone it is `days_to_close`.",
        WATERFALL),
    Metric("days_to_close", "Days to close", "median_ended(time_to_customer)", "days", "cohort", "down",
        "Of customers alone: who takes long is not in it yet, so young cohorts look fast.", OWN,
        ("time to close",)),
    Metric("sales_cycle", "Sales cycle", "median(sales_cycle)", "days", "activity", "down",
        "Of deals won in the window, from opening to closing; lost ones are not in it.",
        f"{METRICKIT}, “Pipeline velocity”", ("cycle days", "sales cycle length")),
    Metric("converted_7", "Customer within 7 days", "within(time_to_customer, 7)", "share", "cohort", "up",
        "Shown once every lead of the window has had the 7 days.", "PostHog, “Growth funnel definitions”",
        ("cohort conversion curve",)),
    Metric("converted_14", "Customer within 14 days", "within(time_to_customer, 14)", "share", "cohort", "up",
        "Shown once every lead of the window has had the 14 days.", "PostHog, “Growth funnel definitions”"),
    Metric("converted_30", "Customer within 30 days", "within(time_to_customer, 30)", "share", "cohort", "up",
        "Shown once every lead of the window has had the 30 days.", "PostHog, “Growth funnel definitions”"),
    Metric("converted_60", "Customer within 60 days", "within(time_to_customer, 60)", "share", "cohort", "up",
        "Shown once every lead of the window has had the 60 days.", "PostHog, “Growth funnel definitions”"),
    Metric("converted_90", "Customer within 90 days", "within(time_to_customer, 90)", "share", "cohort", "up",
        "Shown once every lead of the window has had the 90 days.", "PostHog, “Growth funnel definitions”"),
    Metric("lead_age", "Age of open leads", "median_ended(age_of_open_leads)", "days", "cohort", "down",
        "Of leads created in the window alone: ask it of `all`.", OWN, ("lead aging",)),
    Metric("open_leads", "Open leads", "open_leads", "count", "cohort", "neither",
        "Neither customers nor out; by owner it is the load of each.", OWN, ("rep load",)),
    Metric("untouched", "Untouched leads", "untouched", "count", "cohort", "down",
        "Open leads that none of us has called or written to, as far as we are told.", OWN,
        ("untouched leads",)),
    Metric("unclaimed", "Unclaimed leads", "unclaimed", "count", "cohort", "down",
        "From MQL on.", OWN, ("unclaimed leads",)),
    Metric("untouched_share", "Share of open leads untouched", "untouched / open_leads", "share", "cohort",
        "down",
        "Calls that nobody logs look like no calls.", OWN),
    Metric("rep_fairness", "Load of the busiest rep against the idlest",
        "max(open_leads, owner) / min(open_leads, owner)", "ratio", "cohort", "down",
        "1 is even; a rep without any lead is not in it.", "PostHog, “Lead assignment”",
        ("rep load ratio", "load ratio", "fairness")),
    ),
    "The work of sales": (
    Metric("contacts", "Leads contacted", "contacts", "count", "cohort", "up",
        FEED, STARK),
    Metric("touches_per_lead", "Touches per lead", "our_touches / leads", "ratio", "activity", "neither",
        "Touches of the window over leads of the window, who need not be the same.", OWN, ("persistence",)),
    Metric("follow_up_rate", "Follow-up persistence", "followed_up / leads", "share", "cohort", "up",
        "Six touches of ours within 14 days; whoever answers the first needs no six.", OWN,
        ("follow up persistence",)),
    Metric("wasted_prospecting", "Wasted prospecting", "wasted_touches / our_touches", "share", "activity",
        "down",
        "A proxy: touches of leads that were disqualified later.", SEMANTICS),
    Metric("connect_rate", "Connect rate", "calls_connected / calls", "share", "activity", "up",
        "Of calls made, so several to one lead count each.", OWN, ("connects",)),
    Metric("meeting_rate", "Meetings per conversation", "meetings_booked / calls_connected", "ratio",
        "activity", "up",
        "Meetings booked without a call lift it.", OWN, ("booking rate",)),
    Metric("show_rate", "Show rate", "meetings_held / meetings_booked", "share", "activity", "up",
        "Booked in the window and held in the window need not be the same meetings.", OWN,
        ("meeting held rate",)),
    Metric("touches_before_mql", "Touches before sales-ready", "median_ended(touches_before_mql)", "touches",
        "cohort", "neither",
        "What the lead did; what we sent is no interaction.", SEMANTICS, ("touches before sales ready",)),
    Metric("touches_before_deal", "Touches before the deal", "median_ended(touches_before_deal)", "touches",
        "cohort", "neither",
        "Campaigns responded to, not campaigns sent.", SEMANTICS, ("campaigns before deal",)),
    Metric("content_touch_rate", "Customers who read content first", "content_customers / customers", "share",
        "cohort", "up",
        "Content that nobody told us of does not count.", SEMANTICS, ("thought leadership touch rate",)),
    ),
    "Deals and pipeline": (
    Metric("revenue", "Revenue won", "revenue", "money", "activity", "up",
        "The amount of deals won, by closing date; not what was billed.", STARK, ("sales",)),
    Metric("deals_opened", "Deals opened", "deals_opened", "count", "activity", "up",
        "Deals, not leads.", f"{METRICKIT}, “Pipeline velocity”", ("qualified opportunities",)),
    Metric("deals_won", "Deals won", "deals_won", "count", "activity", "up",
        "By closing date.", "triblio.com, “Pipeline velocity”", ("won deals",)),
    Metric("deals_lost", "Deals lost", "deals_lost", "count", "activity", "down",
        "By closing date.", "triblio.com, “Pipeline velocity”", ("lost deals",)),
    Metric("average_deal", "Average deal", "revenue / deals_won", "money", "activity", "up",
        "One large deal moves it; `median_deal` stays.", STARK, ("average deal size", "acv", "avg deal")),
    Metric("median_deal", "Median deal", "median(deal_size)", "money", "activity", "up",
        "It does not multiply to revenue; the average does.", OWN, ("median deal size",)),
    Metric("pipeline", "Open pipeline", "pipeline_at_end", "money", "activity", "up",
        "The amount of deals open as the window ends, not weighted by stage.", "pulserevops.com",
        ("pipeline value", "pipeline at the end")),
    Metric("opened_pipeline", "Pipeline opened", "opened_pipeline", "money", "activity", "up",
        "The amount as it is known now; as it was on the day, it is `pipeline_created`.", "pulserevops.com"),
    Metric("pipeline_growth", "Pipeline growth", "(pipeline_at_end - pipeline_at_start) / pipeline_at_start",
        "share", "activity", "up",
        "Deals won leave the pipeline, so a good month can shrink it; the article counts qualified leads "
        "entering, `sqls`.", MATHUR, ("pipeline bridge", "growth of the pipeline")),
    Metric("deal_growth", "Pipeline growth in deals",
        "(deals_open_at_end - deals_open_at_start) / deals_open_at_start", "share", "activity", "up",
        "Small deals count like large ones; of amounts it is `pipeline_growth`.", MATHUR,
        ("pipeline growth by count", "deal bridge", "growth of open deals")),
    Metric("open_deals", "Open deals", "deals_open_at_end", "count", "activity", "up",
        "Open as the window ends; one that nobody closes stays open for ever.", OWN,
        ("deals open at the end",)),
    Metric("deals_open_at_start", "Deals open at the start", "deals_open_at_start", "count", "activity", "up",
        "As many as were open at the end of the window before.", OWN),
    Metric("pipeline_at_start", "Pipeline at the start", "pipeline_at_start", "money", "activity", "up",
        "The amounts as they were then, not as they became.", OWN, ("opening pipeline",)),
    Metric("pipeline_created", "Pipeline created", "pipeline_created", "money", "activity", "up",
        "The amount on the day; what it became since is `pipeline_changed`.", OWN, ("new pipeline",)),
    Metric("deals_reopened", "Deals reopened", "deals_reopened", "count", "activity", "neither",
        "Closed and open again; each time counts.", OWN, ("reopened",)),
    Metric("pipeline_reopened", "Pipeline reopened", "pipeline_reopened", "money", "activity", "neither",
        "What was booked as won is in the pipeline again.", OWN),
    Metric("pipeline_changed", "Changes of amount", "pipeline_changed", "money", "activity", "up",
        "Of open deals, up less down; a correction of a typing error is one, too.", OWN,
        ("changes in the pipeline", "repriced pipeline")),
    Metric("closed_won", "Open deals won", "closed_won", "count", "activity", "up",
        "Each time counts: a deal reopened and won again is two here and one in `deals_won`.", OWN),
    Metric("pipeline_won", "Pipeline won", "pipeline_won", "money", "activity", "up",
        "What left the pipeline as won, which may have been reopened since; revenue is `revenue`.", OWN),
    Metric("closed_lost", "Open deals lost", "closed_lost", "count", "activity", "down",
        "Every way out but winning, each time; as they ended, it is `deals_lost`.", OWN),
    Metric("pipeline_lost", "Pipeline lost", "pipeline_lost", "money", "activity", "down",
        "Every way out but winning: recycled and disqualified deals, too.", OWN),
    Metric("deals_slipped", "Deals slipped", "deals_slipped", "count", "activity", "down",
        "Expected to close in the window at any time within it; a deal without `close_date` never slips.",
        OWN, ("slipped deals", "pushed deals")),
    Metric("pipeline_slipped", "Pipeline slipped", "pipeline_slipped", "money", "activity", "down",
        "Part of the pipeline at the end, not on top of it; a deal without `close_date` never slips.",
        OWN, ("slipped", "slippage", "pushed pipeline")),
    Metric("pipeline_velocity", "Pipeline velocity a day",
        "deals_opened * win_rate * average_deal / sales_cycle", "money", "activity", "up",
        "All four of the same window and deals, else it means nothing.", f"{METRICKIT}, “Pipeline velocity”",
        ("velocity", "sales velocity")),
    Metric("pipeline_coverage", "Pipeline coverage", "pipeline_at_end / (revenue_target - revenue)", "ratio",
        "activity", "up",
        "Of what is still missing from the revenue target; none once it is met.", "pulserevops.com",
        ("coverage",)),
    Metric("sourced_pipeline", "Marketing-sourced pipeline", "sourced_pipeline", "money", "activity", "up",
        "First touch by marketing. Never add it to the influenced.", "elir.app, “Pipeline velocity”",
        ("marketing sourced pipeline",)),
    Metric("influenced_pipeline", "Marketing-influenced pipeline", "influenced_pipeline", "money", "activity",
        "up",
        "Any touch by marketing before. Never add it to the sourced.", MATHUR,
        ("marketing influenced pipeline",)),
    Metric("total_lead_value", "Total lead value", "leads * conversion_rate * average_deal", "money",
        "cohort", "up",
        f"An estimate, of the deals won in the same window. {EARLY}", MATHUR),
    Metric("lead_value", "Lead value", "close_rate * average_deal", "money", "cohort", "up",
        "An estimate: of a lead whom we have contacted.", MATHUR, ("value per lead",)),
    Metric("lead_lifetime_value", "Lead value over a lifetime", "close_rate * clv", "money", "cohort", "up",
        "An estimate on an estimate: churn and margin are the playbook's.", MATHUR, ("lead ltv",)),
    ),
    "Money": (
    Metric("spend", "Spend", "spend", "money", "activity", "neither",
        "What campaigns cost; salaries are not in it.", f"{METRICKIT}, “Blended CAC”",
        ("cost", "marketing spend")),
    Metric("cpl", "Cost per lead", "spend / leads", "money", "cohort", "down",
        "Cheap leads can be dear customers: look at the whole ladder.", f"{METRICKIT}, “CPL”",
        ("cost per lead",)),
    Metric("cost_per_mql", "Cost per MQL", "spend / mqls", "money", "cohort", "down",
        EARLY, f"{METRICKIT}, “CPL”", ("cpmql",)),
    Metric("cost_per_sql", "Cost per SQL", "spend / sqls", "money", "cohort", "down",
        EARLY, f"{METRICKIT}, “CPL”", ("cpsql",)),
    Metric("cost_per_opportunity", "Cost per opportunity", "spend / opportunities", "money", "cohort", "down",
        EARLY, f"{METRICKIT}, “CPL”", ("cost per opp",)),
    Metric("cpa", "Cost per acquisition", "spend / customers", "money", "cohort", "down",
        "The article means customers, so it is paid CAC; of another action, ask `cpl` or `cost_per_mql`.",
        MATHUR, ("cost per acquisition",)),
    Metric("cac", "CAC, paid", "spend / customers", "money", "cohort", "down",
        "Spend alone: without salaries and tools, see `cac_loaded`. No customers is no data.",
        f"{MATHUR}; {STARK}", ("customer acquisition cost", "paid cac", "cac per channel")),
    Metric("cac_loaded", "CAC, fully loaded", "(spend + sales_cost) / customers", "money", "cohort", "down",
        "Sales cost is the whole window's, so there is none by channel.", f"{METRICKIT}, “Blended CAC”",
        ("fully loaded cac", "blended cac")),
    Metric("max_cpl", "Maximum cost per lead",
        "(average_deal - unit_cost - unit_overhead - unit_profit) * conversion_rate", "money", "cohort", "up",
        "Often printed as revenue - (costs - overhead - profit), which allows fifty times too much.",
        f"{STARK}; {NEWNORTH}", ("max cpl", "mcpl", "break even cpl")),
    Metric("clv", "Customer lifetime value", "arpa * margin / monthly_churn", "money", "activity", "up",
        "Of gross profit, not revenue; from the playbook's churn.", f"{STARK}; finmark.com",
        ("ltv", "customer lifetime value")),
    Metric("ltv_cac", "LTV : CAC", "clv / cac_loaded", "ratio", "cohort", "up",
        "Fully loaded CAC and gross profit; with paid CAC it flatters. Three is a rule of thumb.",
        f"{METRICKIT}, “CAC”", ("ltv to cac",)),
    Metric("cac_payback", "CAC payback in months", "cac_loaded / (arpa * margin)", "number", "cohort", "down",
        "Often printed without the brackets, which multiplies by the margin.",
        f"finmark.com; {METRICKIT}, “CAC”", ("payback",)),
    Metric("roi", "ROI", "(revenue * margin - spend) / spend", "share", "activity", "up",
        f"Of gross profit. Revenue of the window may be of older spend. {CREDIT}", MATHUR,
        ("return on investment",)),
    Metric("romi", "ROMI", "(revenue * margin - spend) / spend", "share", "activity", "up",
        "The same as ROI as long as spend is marketing's alone.", METRICKIT,
        ("return on marketing investment",)),
    Metric("roi_loaded", "ROI, fully loaded",
        "(revenue * margin - spend - sales_cost) / (spend + sales_cost)", "share", "activity", "up",
        "With the cost of sales, which is the whole window's.", METRICKIT, ("fully loaded roi",)),
    Metric("roas", "ROAS", "revenue / spend", "ratio", "activity", "up",
        "Of revenue, not of profit: 1.0 is a loss.", METRICKIT, ("return on ad spend",)),
    ),
    "The site": (
    Metric("sessions", "Website traffic (sessions)", "sessions", "count", "activity", "up",
        "Visits, cut after 30 minutes of rest; of people it is `visitors`.", MATHUR,
        ("website traffic", "traffic", "visits")),
    Metric("visitors", "Website traffic (visitors)", "visitors", "count", "activity", "up",
        "One person with two browsers is two; days do not add up to a week.", MATHUR,
        ("unique visitors", "unique visits")),
    Metric("page_views", "Pages viewed", "page_views", "count", "activity", "up",
        "One visit views many.", MATHUR, ("pageviews",)),
    Metric("organic_sessions", "Organic traffic", "organic_sessions", "count", "activity", "up",
        "Unpaid search alone, by Google Analytics' rules for channels.", STARK, ("organic visits",)),
    Metric("organic_share", "Organic share", "organic_sessions / sessions", "share", "activity", "up",
        "It falls when paid traffic grows.", STARK),
    Metric("visitor_to_lead", "Visitor to lead", "known_visitors / visitors", "share", "activity",
        "up",
        "Who left no trace on the site, as on a badge, is in neither; who visits again as a lead in both.",
        MATHUR, ("visit to lead",)),
    ),
    "Content": (
    Metric("content_views", "Content views", "content_views", "count", "activity", "up",
        "Views, not viewers.", MATHUR, ("content performance",)),
    Metric("content_viewers", "Content viewers", "content_viewers", "count", "activity", "up",
        "Who views two assets is one here and one in each.", MATHUR, ("unique viewers",)),
    Metric("time_on_page", "Time on page", "median(time_on_page)", "seconds", "activity", "up",
        "The last page of a visit has no end and is left out.", MATHUR),
    Metric("takers", "People who took content", "takers", "count", "activity", "up",
        "By piece, whoever took two counts for both.", OWN, ("content takers",)),
    Metric("downloads", "Downloads", "downloads", "count", "activity", "up",
        "Downloaded is not read.", MATHUR, ("content downloads",)),
    Metric("content_lead_rate", "Leads per content viewer", "content_leads / content_viewers", "share",
        "activity", "up",
        "Gated content wins by construction.", MATHUR, ("content conversion rate",)),
    ),
    "Experiments": (
    Metric("exposed", "People in experiments", "exposed", "count", "activity", "neither",
        "Each once an experiment, strangers too, under the variant that they were shown first.", SEGMENT_AB,
        ("exposures", "experiment views")),
    Metric("crossed_over", "Crossed over", "crossed_over / exposed", "share", "activity", "down",
        "Who was shown two variants counts under the first; where there are many, the difference blurs.",
        OWN),
    Metric("ab_lead", "A/B result (to lead)", "lead_after_exposure / exposed_before_lead", "share",
        "activity", "up", FIXED, MATHUR, ("a/b result", "split test")),
    Metric("ab_mql", "A/B result (to MQL)", "mql_after_exposure / exposed_before_mql", "share", "activity",
        "up", FIXED, MATHUR),
    Metric("ab_sal", "A/B result (to SAL)", "sal_after_exposure / exposed_before_sal", "share", "activity",
        "up", FIXED, MATHUR),
    Metric("ab_sql", "A/B result (to SQL)", "sql_after_exposure / exposed_before_sql", "share", "activity",
        "up", FIXED, MATHUR),
    Metric("ab_opportunity", "A/B result (to opportunity)",
        "opportunity_after_exposure / exposed_before_opportunity", "share", "activity", "up", FIXED, MATHUR),
    Metric("ab_customer", "A/B result (to customer)", "customer_after_exposure / exposed_before_customer",
        "share", "activity", "up", FIXED, MATHUR),
    ),
    "E-mail": (
    Metric("emails", "E-mails delivered", "emails", "count", "activity", "neither",
        FEED, "Segment, “Email events”", ("delivered",)),
    Metric("open_rate", "E-mail open rate", "email_openers / emails", "share", "activity", "up",
        OPENS, "Segment, “Email events”"),
    Metric("ctr", "Click-through rate (e-mail)", "email_clickers / emails", "share", "activity", "up",
        f"Of mails delivered; of those opened it is `ctor`, of ads `ad_ctr`. {OPENS}", MATHUR,
        ("click through rate", "email ctr")),
    Metric("ctor", "Click-to-open rate", "email_clickers / email_openers", "share", "activity", "up",
        f"Who blocks pictures can click without opening. {OPENS}", MATHUR, ("click to open rate",)),
    Metric("bounce_rate", "Bounce rate", "email_bounces / emails", "share", "activity", "down",
        "Of mails handed over; a bounce is late by nature.", "Segment, “Email events”",
        ("email bounce rate",)),
    Metric("unsubscribes", "Unsubscriptions", "unsubscribes", "count", "activity", "down",
        FEED, OWN, ("unsubscriptions", "opt outs")),
    Metric("unsubscribe_rate", "Unsubscribe rate", "unsubscribes / emails", "share", "activity", "down",
        FEED, "Segment, “Email events”", ("unsubscribe",)),
    Metric("spam_rate", "Spam report rate", "spam_reports / emails", "share", "activity", "down",
        "Not every provider reports it.", "Segment, “Email events”", ("spam complaint rate",)),
    ),
    "Ads, social and brand": (
    Metric("impressions", "Impressions", "impressions", "count", "activity", "up",
        "Shown is not seen.", MATHUR),
    Metric("ad_clicks", "Clicks on ads", "ad_clicks", "count", "activity", "up",
        "As the network counts them.", MATHUR),
    Metric("ad_ctr", "Click-through rate (ads)", "ad_clicks / impressions", "share", "activity", "up",
        "Of impressions; of mails it is `ctr`.", MATHUR, ("ads ctr",)),
    Metric("cpc", "Cost per click", "spend / ad_clicks", "money", "activity", "down",
        "Spend on what has no clicks lifts it.", METRICKIT, ("cost per click",)),
    Metric("social_engagement", "Social engagement", "likes + comments + shares", "count", "activity", "up",
        "Clicks are not in it.", MATHUR, ("social engagements",)),
    Metric("engagement_rate", "Engagement rate", "(likes + comments + shares) / impressions", "share",
        "activity", "up",
        "Of impressions; others divide by followers.", MATHUR, ("social engagement rate",)),
    Metric("content_shares", "Shares", "shares", "count", "activity", "up",
        FEED, MATHUR, ("social shares",)),
    Metric("mentions", "Brand mentions", "positive + neutral + negative", "count", "activity", "up",
        "As labelled by whoever sends them.", MATHUR, ("brand visibility",)),
    Metric("brand_sentiment", "Brand sentiment", "(positive - negative) / (positive + neutral + negative)",
        "ratio", "activity", "up",
        "From -1 to 1; labels come from outside and are not ours.", f"{MATHUR}; insightworthy.com",
        ("sentiment",)),
    Metric("share_of_voice", "Share of voice",
        "(positive + neutral + negative) / (positive + neutral + negative + competitor_mentions)", "share",
        "activity", "up",
        "Of the competitors whom you track; fewer of them look better.", MATHUR, ("sov",)),
    ),
}
# fmt: on
"""The catalogue, in the order in which people read it."""

METRICS: Mapping[str, Metric] = {metric.name: metric for chapter in CHAPTERS.values() for metric in chapter}
"""Every metric by its name."""

FUNNEL_COLUMNS = (
    "leads",
    "mqls",
    "sals",
    "sqls",
    "opportunities",
    "customers",
    "mql_rate",
    "acceptance_rate",
    "sal_to_sql",
    "sql_to_opportunity",
    "opportunity_to_customer",
    "conversion_rate",
    "time_to_mql",
    "time_in_mql",
    "time_in_sal",
    "time_in_sql",
    "time_in_opportunity",
)
"""What `/funnel` shows: how many came to each stage, which share of the one before, and how long it took."""

CAMPAIGN_COLUMNS = (
    "leads",
    "mqls",
    "sqls",
    "customers",
    "spend",
    "cpl",
    "cost_per_mql",
    "cost_per_sql",
    "cac",
    "max_cpl",
    "roi",
)
"""What `/campaigns` shows: who came of each, and the ladder of what they cost."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share with its receipt; no data is None, never 0."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None
