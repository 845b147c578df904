"""Where pages are rendered: a sandbox, because a team may write pages of its own.

A page reads values and says them. It cannot reach Python through them, call what they can do, or come out
different twice; a missing name is an error; and every value is escaped, however the page passes it on.
"""

from collections.abc import Iterable
from typing import Any

from jinja2 import BaseLoader, PackageLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel

from briefs.literal import Markdown
from briefs.saying import FILTERS, say

LONGEST_RANGE = 1_000
LONGEST_PAGE = 100_000  # characters of Markdown; the longest of ours, a full timeline, has a tenth


def _together(parts: Iterable[str]) -> Markdown:
    """What a page, a macro or a `{% set %}` block has said: escaped already, so not to be escaped again."""
    return Markdown("".join(parts))


def _range(*bounds: int) -> range:
    asked = range(*bounds)
    if len(asked) > LONGEST_RANGE:
        raise OverflowError(f"a page counts {LONGEST_RANGE:,} things at most, not {len(asked):,}")
    return asked


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox for pages of Markdown."""

    concat = staticmethod(_together)

    def is_safe_callable(self, obj: Any) -> bool:
        """Values are there to be read: what our models inherit from Pydantic could even open a file.

        Raises:
            SecurityError: naming what a page wants to call, and not whose data it is.

        """
        if isinstance(getattr(obj, "__self__", None), BaseModel | type):
            raise SecurityError(f"a page reads values and cannot call {obj.__name__}()")
        return super().is_safe_callable(obj)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Refuse `{% filter %}`: what it makes of escaped words would not be escaped again."""
        tree = super()._parse(source, name, filename)
        if block := tree.find(nodes.FilterBlock):
            raise TemplateSyntaxError(
                "a page has no `{% filter %}` blocks: filter each value", block.lineno, name, filename
            )
        return tree


def environment(loader: BaseLoader | None = None) -> Sandbox:
    """Templates in which a missing name is an error and every value is said literally."""
    made = Sandbox(
        loader=loader or PackageLoader("briefs"),
        undefined=StrictUndefined,
        finalize=say,
        autoescape=False,  # this is Markdown: `say` escapes by its rules, HTML's would not do
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # else every page looks at the files of all its parts
    )
    made.globals |= {"range": _range, "detail": 2, "room": 1.0}  # `new_lead` asks for less when it is long
    del made.globals["lipsum"], made.filters["random"]  # the same values make the same page
    made.filters.update(FILTERS)
    return made


def rendered(templates: Sandbox, file: str, values: dict[str, Any]) -> str:
    """The Markdown that a template makes of values.

    Raises:
        OverflowError: it is longer than `LONGEST_PAGE`.
        Exception: whatever is wrong with the template.

    """
    pieces, length = [], 0
    for piece in templates.get_template(file).generate(values):
        pieces.append(piece)
        length += len(piece)
        if length > LONGEST_PAGE:
            raise OverflowError(f"it says more than {LONGEST_PAGE:,} characters")
    return "".join(pieces)
