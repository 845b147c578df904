"""What a campaign is for: by the playbook, by its spend, or by what its leads did first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.campaign_kind import MOST, CampaignKind, by_motion, stated
from funnel.campaign_rules import Campaigns, Kinds
from funnel.counts import Cell

RULES = Campaigns(kinds=Kinds(demand=("*podcast*",), lead=("*white paper*",)))


@pytest.mark.parametrize(
    ("name", "booked", "kind"),
    [
        ("Podcast 2026", (), "demand"),
        ("Podcast 2026", ("lead_gen",), "demand"),
        ("White-Paper ROI", (), "lead"),
        ("Spring fair", ("lead_gen",), "lead"),
        ("Spring fair", ("Demand generation", "lead_gen"), "demand"),
        ("Spring fair", ("paid search", "lead_gen"), "lead"),
    ],
)
def test_the_playbook_says_it_else_the_spend(name: str, booked: tuple[str, ...], kind: str) -> None:
    assert stated(name, booked, RULES) == CampaignKind(kind)  # type: ignore[arg-type]


def test_what_nobody_says_is_not_stated() -> None:
    assert stated("Spring fair", ("paid search",), RULES) is None


@pytest.mark.parametrize(
    ("demand", "lead", "kind"),
    [
        (9, 1, CampaignKind("demand", 0.9)),
        (1, 3, CampaignKind("lead", 0.75)),
        (2, 3, CampaignKind("mixed", 0.6)),
        (1, 1, CampaignKind("mixed", 0.5)),
    ],
)
def test_else_it_is_what_two_thirds_of_its_leads_did_first(
    demand: int, lead: int, kind: CampaignKind
) -> None:
    motions = {"Fair": Cell({"demand_first": demand, "lead_first": lead})}

    assert by_motion(["Fair"], motions) == {"Fair": kind}


def test_a_campaign_whose_leads_did_neither_has_no_kind() -> None:
    assert by_motion(["Fair", "Tour"], {"Fair": Cell({"leads": 3})}) == {}


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_share_is_of_the_kind_and_never_less_than_most(demand: int, lead: int) -> None:
    for kind in by_motion(["Fair"], {"Fair": Cell({"demand_first": demand, "lead_first": lead})}).values():
        assert kind.share is not None
        assert kind.kind == "mixed" or kind.share >= MOST - 1e-12
        assert 0 <= kind.share <= 1
