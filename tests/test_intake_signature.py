"""Who may speak."""

import base64

import pytest

from intake.signature import bearer, write_key


def basic(credentials: bytes) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(credentials).decode()}"}


@pytest.mark.parametrize(
    "headers", [{"authorization": "Bearer s3cret"}, {"Authorization": "bearer   s3cret "}]
)
def test_the_bearer_token_opens(headers: dict[str, str]) -> None:
    assert bearer(headers, "s3cret")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer S3cret"},
        {"Authorization": "Bearer s3cret extra"},
        {"Authorization": "Bearer s3cr\xe9t"},
        {"Authorization": "Bearer \ud800"},
        basic(b"s3cret:"),
    ],
)
def test_anything_else_does_not(headers: dict[str, str]) -> None:
    assert not bearer(headers, "s3cret")


def test_an_empty_secret_opens_nothing() -> None:
    assert not bearer({"Authorization": "Bearer "}, "")
    assert not bearer({}, "")
    assert not write_key({}, "", b'{"writeKey": ""}')
    assert not write_key(basic(b":"), "")


@pytest.mark.parametrize("credentials", [b"s3cret:", b"s3cret", b"s3cret:anything"])
def test_the_write_key_is_the_basic_user_name(credentials: bytes) -> None:
    assert write_key(basic(credentials), "s3cret")


def test_the_write_key_may_be_a_bearer_token() -> None:
    assert write_key({"Authorization": "Bearer s3cret"}, "s3cret")


def test_the_write_key_may_stand_in_the_body_when_there_is_no_header() -> None:
    body = b'{"batch": [], "writeKey": "s3cret"}'

    assert write_key({}, "s3cret", body)
    assert not write_key({}, "other", body)
    assert not write_key(basic(b"wrong:"), "s3cret", body)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Basic"},
        {"Authorization": "Basic !!!"},
        {"Authorization": "Basic \xe9"},
        {"Authorization": "Digest s3cret"},
        basic(b"\xff\xfe:"),
        basic("clé:".encode()),
        basic(b":s3cret"),
    ],
)
def test_odd_credentials_are_no(headers: dict[str, str]) -> None:
    assert not write_key(headers, "s3cret", b'{"writeKey": "s3cret"}')


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b'{"writeKey": 3}', b"\xff"])
def test_odd_bodies_are_no(body: bytes) -> None:
    assert not write_key({}, "s3cret", body)


def test_a_secret_may_be_any_text() -> None:
    assert write_key(basic("clé:".encode()), "clé")
