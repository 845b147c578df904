"""From the bytes of a request to JSON."""

import gzip
import json
import math
import zlib
from typing import Any

import pytest

from intake.answer import NotUnderstood, TooLarge
from intake.body import LIMIT, decode, parse_json, storable


def test_a_plain_body_is_itself() -> None:
    assert decode(b"{}", None) == b"{}"
    assert decode(b"{}", "identity") == b"{}"


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"{}", mtime=0)),
        ("GZIP", gzip.compress(b"{}", mtime=0)),
        ("deflate", zlib.compress(b"{}")),
    ],
)
def test_a_packed_body_is_unpacked(encoding: str, packed: bytes) -> None:
    assert decode(packed, encoding) == b"{}"


def test_the_limit_itself_is_allowed_and_one_byte_more_is_not() -> None:
    fits, too_long = b" " * LIMIT, b" " * (LIMIT + 1)

    assert decode(gzip.compress(fits), "gzip") == fits
    assert decode(fits, None) == fits
    with pytest.raises(TooLarge, match="over 1,048,576 bytes"):
        decode(gzip.compress(too_long), "gzip")
    with pytest.raises(TooLarge):
        decode(too_long, None)


def test_a_gzip_bomb_is_refused_after_its_first_mebibyte(monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self, window: int) -> None:
            self.inner = real(window)

        def decompress(self, data: bytes, longest: int) -> bytes:
            plain = self.inner.decompress(data, longest)
            unpacked.append(len(plain))
            return plain

    monkeypatch.setattr(zlib, "decompressobj", Watched)
    bomb = gzip.compress(bytes(200 * LIMIT))

    with pytest.raises(TooLarge):
        decode(bomb, "gzip")

    assert len(bomb) < LIMIT
    assert unpacked == [LIMIT + 1]


@pytest.mark.parametrize(
    ("packed", "encoding", "said"),
    [
        (b"{}", "gzip", "The body says Content-Encoding: gzip but is not packed that way."),
        (
            gzip.compress(b"{}", mtime=0)[:-4],
            "gzip",
            "The body ends in the middle of its gzip data. Send it again in full.",
        ),
        (b"{}", "br", "Content-Encoding must be gzip, deflate or absent."),
    ],
)
def test_a_body_that_is_not_packed_as_it_says_is_refused(packed: bytes, encoding: str, said: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        decode(packed, encoding)

    assert str(refusal.value) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "The body is not JSON: Expecting value at line 1, column 1."),
        (
            b'{"a":\n 1,}',
            "The body is not JSON: Expecting property name enclosed in double quotes at line 2, column 4.",
        ),
        (b'"\xff"', "The body is not UTF-8: byte 1 is 0xff."),
        (b'"\xed\xa0\x80"', "The body is not UTF-8: byte 1 is 0xed."),
        (b"[NaN]", "The body is not JSON: NaN is not a JSON number. Send null or leave it out."),
        (b"[-Infinity]", "The body is not JSON: -Infinity is not a JSON number. Send null or leave it out."),
        (b"[" * 100_000, "The body nests lists and objects more than 190 deep. Send it flatter."),
        (b"[" * 191 + b"]" * 191, "The body nests lists and objects more than 190 deep. Send it flatter."),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(body: bytes, said: str) -> None:
    with pytest.raises(NotUnderstood) as refusal:
        parse_json(body)

    assert str(refusal.value) == said


def test_many_brackets_that_do_not_nest_are_fine() -> None:
    value: list[Any] = [[] for _ in range(1000)] + [{"a": [{}]}]

    assert parse_json(json.dumps(value).encode()) == value
    assert parse_json(b'"' + b"[" * 100 + b'"') == "[" * 100


def test_a_value_as_deep_as_it_may_be_comes_through() -> None:
    body = b"[" * 190 + b"]" * 190

    assert json.dumps(parse_json(body)).encode() == body


@pytest.mark.parametrize("body", [b"1],[2", b"],[", b"]" * 10 + b"," + b"[" * 10])
def test_brackets_that_close_what_the_body_did_not_open_are_refused(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        parse_json(body)


def test_numbers_of_any_size_are_kept() -> None:
    digits = "9" * 5000

    assert parse_json(b"[18446744073709551616, 0.5, 1, -1]") == [18446744073709551616, 0.5, 1, -1]
    assert parse_json(f"[{digits}]".encode()) == [digits]
    assert parse_json(b"[1e999, -1e999]") == [math.inf, -math.inf]


def test_characters_that_postgresql_cannot_store_are_replaced() -> None:
    assert parse_json(rb'{"a\u0000": ["\ud800", "\uDFFF!", "\ud83d\ude00", 1], "b": null}') == {
        "a\ufffd": ["\ufffd", "\ufffd!", "😀", 1],
        "b": None,
    }
    assert storable("a\x00b\ud800") == "a\ufffdb\ufffd"


def test_a_byte_order_mark_is_no_part_of_the_body() -> None:
    assert parse_json(b"\xef\xbb\xbf{}") == {}
