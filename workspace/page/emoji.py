"""The emoji shortcodes an app is likely to use; any other stays as it was written."""

from __future__ import annotations

import re
from pathlib import Path

SHORTCODE = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?")
LINE = re.compile(r"^(\S+) (\S+)$", re.MULTILINE)
UNICODE: dict[str, str] = dict(
    LINE.findall(Path(__file__).with_name("emoji.txt").read_text(encoding="utf-8"))
)


def emojized(text: str) -> str:
    return SHORTCODE.sub(lambda match: UNICODE.get(match[1], match[0]), text)
