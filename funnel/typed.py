"""What people type and paste, as words: any quotation marks, Slack's escapes, dashes, punctuation."""

import re
from dataclasses import dataclass

_QUOTED = r'"((?:\\.|[^"\\])*)"'
_SINGLE = r"(?<![^\s=])'([^']+)'(?=\s|$)"
_WORD = re.compile(rf'{_QUOTED}|{_SINGLE}|=|[^\s="]+|"')
_SAME = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‘’‚‛", "'"),  # noqa: RUF001 - the quotation marks that phones make
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff"),
    }
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or several in quotation marks, which mean nothing but themselves."""

    typed: str
    quoted: bool = False

    @property
    def plain(self) -> str:
        """As a keyword would be spelled: small letters, no `--` before it, no punctuation after it."""
        if self.quoted:
            return self.typed
        small = re.sub(r"[‐‑‒–−]", "-", self.typed.casefold())  # noqa: RUF001 - the dashes that phones make
        small = re.sub(r"^(--?|—)(?=[^\W\d])", "", small)
        return small if re.fullmatch(r".*\.\.|[?!,;:.]*", small) else small.rstrip("?!,;:.")


def fold(text: str) -> str:
    """A text as it was typed: Slack's escapes undone, straight quotation marks, single spaces."""
    text = re.sub(r"&(?:amp;)+", "&", text).replace("&lt;", "<").replace("&gt;", ">")
    return " ".join(text.translate(_SAME).split())


def words(text: str) -> tuple[Word, ...]:
    """The words of a text; `=` is a word of its own."""
    return tuple(_word(found) for found in _WORD.finditer(fold(text)))


def _word(found: re.Match[str]) -> Word:
    quoted = found[1] if found[1] is not None else found[2]
    if quoted is None:
        return Word(found[0])
    return Word(re.sub(r'\\(["\\])', r"\1", quoted).strip(), quoted=True)


def quote(text: str) -> str:
    """A text in quotation marks, which `words` reads as one word again."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
