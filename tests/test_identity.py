"""What an e-mail address says: whose it is, and which company its domain suggests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnel.identity import Identity, company_of, email_key, is_free_mail

RULES = Identity()


@pytest.mark.parametrize(
    "address",
    [
        "ana.sousa@example.com",
        "Ana.Sousa@Example.COM",
        " ana.sousa@example.com ",
        "ana.sousa+webinar@example.com",
        "Ana.Sousa+a+b@example.com",
    ],
)
def test_case_and_plus_tags_make_no_other_address(address: str) -> None:
    assert email_key(address) == "ana.sousa@example.com"


@pytest.mark.parametrize(
    "address", ["ana.sousa@gmail.com", "anasousa@googlemail.com", "A.n.a.Sousa+x.y@GoogleMail.com"]
)
def test_gmail_ignores_dots_and_has_two_names(address: str) -> None:
    assert email_key(address) == "anasousa@gmail.com"


def test_other_providers_do_not_ignore_dots() -> None:
    assert email_key("ana.sousa@outlook.com") != email_key("anasousa@outlook.com")


@pytest.mark.parametrize("odd", ["+news@example.com", "...@gmail.com", "not an address", ""])
def test_nothing_is_taken_away_where_nothing_would_be_left(odd: str) -> None:
    assert email_key(odd) == odd


@given(st.text())
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert email_key(email_key(text)) == email_key(text)


@pytest.mark.parametrize(
    ("address", "company"),
    [
        ("ana@acme.example", "acme.example"),
        ("ana@Mail.Acme.co.uk", "acme.co.uk"),
        ("ana@eu.mail.acme.com", "acme.com"),
        ("ana@bücher.de", "bücher.de"),
        ("ana@xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("ana@acme.com.br", "acme.com.br"),
    ],
)
def test_the_registered_domain_is_the_company(address: str, company: str) -> None:
    assert company_of(address, RULES) == company


@pytest.mark.parametrize(
    "address",
    [
        *("ana@gmail.com", "ana@Googlemail.com", "ana@yahoo.co.uk", "ana@mail.gmx.de", "ana@web.de"),
        *("ana@icloud.com", "ana@proton.me", "ana@qq.com", "ana@hotmail.fr", "ana@tuta.com"),
        "ana@privaterelay.appleid.com",
    ],
)
def test_free_mail_is_no_company(address: str) -> None:
    assert is_free_mail(address, RULES)
    assert company_of(address, RULES) is None


@pytest.mark.parametrize(
    "address", ["ana@co.uk", "ana@localhost", "ana@10.0.0.1", "ana@[10.0.0.1]", "ana@a..b", "ana@example.com"]
)
def test_what_nobody_registered_is_no_company(address: str) -> None:
    assert company_of(address, RULES) is None


def test_a_playbook_may_know_more_free_mail() -> None:
    rules = Identity(free_mail=("Stadtnetz.example",))

    assert company_of("ana@mail.stadtnetz.example", rules) is None
    assert company_of("ana@acme.example", rules) == "acme.example"


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert company_of(text, RULES) is None or not is_free_mail(text, RULES)
