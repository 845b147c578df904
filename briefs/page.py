"""A page: Markdown that a template of `templates/` makes of values.

The dialect: a line of the page is a line of the message. `#` is a headline, `######` is small print, `---` a
rule; a paragraph of buttons is a row of buttons; a list item that ends in a button has it at its side.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from briefs.saying import FILTERS, say

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Page:
    """The Markdown of one message; parsed once, though it is drawn and said as plain text too."""

    markdown: str

    @cached_property
    def tree(self) -> SyntaxTreeNode:
        return SyntaxTreeNode(_PARSER.parse(self.markdown))


def environment() -> Environment:
    """Templates in which a missing name is an error and every value is said literally."""
    made = Environment(
        loader=PackageLoader("briefs"),
        undefined=StrictUndefined,
        finalize=say,
        autoescape=False,  # noqa: S701 - this is Markdown: `say` escapes by its rules, HTML's would not do
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # else every page looks at the files of all its parts
    )
    made.filters.update(FILTERS)
    return made


_TEMPLATES = environment()


def render(template: str, **values: Any) -> Page:
    """The page that `templates/<template>.md.j2` makes of `values`."""
    return Page(_TEMPLATES.get_template(f"{template}.md.j2").render(values))
