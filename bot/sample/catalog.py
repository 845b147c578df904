"""What Meridian Widgets runs and publishes: campaigns of both kinds, assets, pages, e-mails."""

from dataclasses import dataclass
from typing import Literal

from funnel.events import Asset, Page

SITE = "https://www.meridian-widgets.example"
Pay = Literal["day", "week", "event"]


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign: what a year of it costs and brings, and how good what it brings is.

    `mql`, `sql` and `won` are each stage's share of the one before; `asks` is the share of leads whose first
    form asks for a talk. `days_ago` are the days of its events; none means that it runs all year. `offers`
    are what its form gives, `reads` what its audience reads without one. `reach` is impressions per dollar.
    """

    name: str | None
    kind: Literal["demand_gen", "lead_gen"]
    channel: str
    source: str
    medium: str
    leads: int
    cost: int
    mql: float
    sql: float
    won: float
    asks: float
    form: str
    offers: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    visits: float = 1.0
    pay: Pay = "week"
    days_ago: tuple[int, ...] = ()
    lasts: int = 1
    junk: float = 0.04
    reach: float = 0.0
    social: bool = False


def _asset(key: str, title: str, kind: str, topic: str, *, gated: bool) -> Asset:
    return Asset(id=key, title=title, type=kind, topic=topic, gated=gated, url=f"{SITE}/resources/{key}")


ASSETS: dict[str, Asset] = {
    asset.id or "": asset
    for asset in (
        _asset("roi-tips", "10 Tips for Improving your Widget ROI", "white paper", "ROI", gated=True),
        _asset("retrofit-case", "The Business Case for Retrofitting", "white paper", "retrofit", gated=True),
        _asset("buyers-guide", "Industrial Widget Buyer's Guide", "e-book", "buying", gated=True),
        _asset("benchmark", "State of Widget Maintenance: 214 Plants Compared", "report", "ROI", gated=True),
        _asset("checklist-rfp", "Widget RFP Checklist", "checklist", "buying", gated=True),
        _asset("calculator", "Widget ROI Calculator", "calculator", "ROI", gated=True),
        _asset("lifecycle", "Lifecycle of a Widget", "infographic", "widget", gated=False),
        _asset("guide-retrofit", "Retrofit or Replace? A Plain Guide", "guide", "retrofit", gated=False),
        _asset("guide-wear", "Seven Signs of Widget Wear", "guide", "maintenance", gated=False),
        _asset("guide-downtime", "What an Hour of Downtime Really Costs", "guide", "ROI", gated=False),
        _asset("spec-s4", "Series 4 Spec Sheet", "spec sheet", "products", gated=False),
        _asset("ep-12", "Ep. 12: The Plant That Stopped Firefighting", "podcast", "maintenance", gated=False),
        _asset("ep-17", "Ep. 17: Selling a Retrofit to Your CFO", "podcast", "ROI", gated=False),
        _asset("ep-23", "Ep. 23: Ten Thousand Widgets Later", "podcast", "products", gated=False),
        _asset("td-worn", "Teardown: A 14-Year-Old Widget", "video", "maintenance", gated=False),
        _asset("td-s7", "Teardown: Inside the Series 7", "video", "products", gated=False),
        _asset("talk", "Widget Outlook: What Analysts Expect", "talk", "market", gated=False),
        _asset(
            "case-foundry", "Northgate Foundry: 31 % Less Downtime", "case study", "retrofit", gated=False
        ),
    )
}
WEBINARS: tuple[Asset, ...] = tuple(
    _asset(f"webinar-{number}", title, "webinar", topic, gated=True)
    for number, (title, topic) in enumerate(
        (
            ("Retrofit Without Downtime", "retrofit"),
            ("Widget ROI in 30 Minutes", "ROI"),
            ("Predictive Maintenance for Small Plants", "maintenance"),
            ("Ask a Widget Engineer", "products"),
        ),
        1,
    )
)
WEBINAR_EVERY = 28
WEBINAR_HOUR = 11


def _page(path: str, title: str) -> Page:
    return Page(url=SITE + path, title=title)


HOME = _page("/", "Meridian Widgets: industrial widgets and retrofits")
CONTACT = _page("/contact-sales", "Contact sales")
RETROFITS = _page("/retrofits", "Widget retrofits without downtime")
ROI_FORMULA = _page("/blog/roi-formula", "The widget ROI formula, explained")
PAGES: tuple[Page, ...] = (
    HOME,
    _page("/products/series-4", "Series 4 widgets"),
    _page("/products/series-7", "Series 7 heavy-duty widgets"),
    RETROFITS,
    _page("/consulting/widget-roi", "Widget-ROI consulting"),
    _page("/pricing", "Pricing and lead times"),
    _page("/customers", "Customer stories"),
    _page("/blog/widget-wear", "How to read widget wear"),
    ROI_FORMULA,
    _page("/resources", "Resource library"),
)
THANKS_MAIL = ("Your copy, and one chart worth five minutes", "/resources")
LIFECYCLE_MAIL = ("The life of a widget on one page", "/resources/lifecycle")
MAILS: tuple[tuple[str, str], ...] = (
    ("How Northgate Foundry cut downtime by 31 %", "/resources/case-foundry"),
    ("Retrofit or replace? Three questions to ask first", "/retrofits"),
    ("What does an idle line cost you per hour?", "/consulting/widget-roi"),
    ("Four plants, four retrofits: what they would do again", "/customers"),
    ("Series 7 is here: what changed", "/products/series-7"),
    LIFECYCLE_MAIL,
)

_GUIDES = ("guide-retrofit", "guide-wear", "guide-downtime", "lifecycle")
CAMPAIGNS: tuple[Campaign, ...] = (
    Campaign("podcast-shop-floor-hours", "demand_gen", "podcast", "podcast", "audio",
             40, 26_000, 0.58, 0.47, 0.45, 0.42, "Newsletter sign-up",
             reads=("ep-12", "ep-17", "ep-23"), visits=3.2),
    Campaign("guides-retrofit-or-replace", "demand_gen", "content", "google", "organic",
             96, 17_400, 0.36, 0.39, 0.32, 0.22, "Newsletter sign-up", reads=_GUIDES, visits=2.4),
    Campaign("youtube-teardown-tuesday", "demand_gen", "video", "youtube", "video",
             46, 22_000, 0.40, 0.37, 0.32, 0.25, "Newsletter sign-up",
             reads=("td-worn", "td-s7"), visits=2.2, reach=34, social=True),
    Campaign("community-widget-users-day", "demand_gen", "event", "community", "event",
             38, 28_000, 0.50, 0.45, 0.39, 0.30, "Users' day RSVP",
             reads=("case-foundry", "spec-s4"), visits=2.0, pay="event", days_ago=(250, 70), lasts=24),
    Campaign("analyst-widget-outlook", "demand_gen", "analyst", "industry-analyst", "referral",
             27, 19_500, 0.45, 0.39, 0.32, 0.28, "Newsletter sign-up",
             reads=("talk",), visits=1.8, pay="event", days_ago=(190,), lasts=45),
    Campaign("seo-widget-roi-hub", "demand_gen", "organic search", "google", "organic",
             136, 25_000, 0.33, 0.37, 0.32, 0.20, "White paper gate",
             offers=("roi-tips", "benchmark"), reads=(*_GUIDES, "spec-s4"), visits=2.1),
    Campaign("linkedin-plant-voices", "demand_gen", "organic social", "linkedin", "social",
             44, 12_000, 0.31, 0.35, 0.28, 0.16, "Newsletter sign-up",
             reads=("case-foundry", "guide-downtime"), visits=1.7, reach=22, social=True),
    Campaign("whitepaper-10-roi-tips", "lead_gen", "content", "plant-engineer-weekly", "email",
             128, 11_200, 0.30, 0.33, 0.27, 0.02, "White paper gate",
             offers=("roi-tips", "retrofit-case"), visits=0.9, junk=0.06, reach=11),
    Campaign("webinar-zero-downtime", "lead_gen", "webinar", "newsletter", "email",
             140, 16_000, 0.32, 0.33, 0.28, 0.03, "Webinar registration", visits=0.8, junk=0.05, reach=7),
    Campaign("linkedin-leadgen-guide", "lead_gen", "paid social", "linkedin", "paid_social",
             144, 17_800, 0.22, 0.27, 0.22, 0.0, "LinkedIn lead form",
             offers=("buyers-guide", "benchmark"), visits=0.2, pay="day", junk=0.07, reach=22, social=True),
    Campaign("expo-badge-scans", "lead_gen", "trade show", "plant-and-process-expo", "event",
             112, 38_000, 0.24, 0.33, 0.30, 0.0, "Badge scan",
             visits=0.1, pay="event", days_ago=(215, 44), lasts=3, junk=0.08),
    Campaign("search-retrofit-intent", "lead_gen", "paid search", "google", "cpc",
             122, 27_600, 0.38, 0.35, 0.30, 0.26, "Buyer's guide gate",
             offers=("buyers-guide", "checklist-rfp"), visits=1.2, pay="day", reach=4),
    Campaign("syndication-techpages", "lead_gen", "content syndication", "techpages", "syndication",
             176, 11_600, 0.12, 0.15, 0.11, 0.0, "Partner content form",
             offers=("roi-tips", "benchmark", "buyers-guide"), visits=0.05, junk=0.16),
    Campaign("calculator-widget-roi", "lead_gen", "display", "google", "display",
             60, 7_800, 0.41, 0.37, 0.30, 0.08, "Widget ROI calculator",
             offers=("calculator",), visits=1.5, pay="day", reach=160),
)  # fmt: skip
WORD_OF_MOUTH = Campaign(
    None, "demand_gen", "referral", "referral", "referral",
    52, 0, 0.70, 0.50, 0.43, 0.62, "Newsletter sign-up", reads=("case-foundry",), visits=1.3,
)  # fmt: skip
