"""A page: Markdown that a template of `templates/` makes of values.

The dialect: a line of the page is a line of the message. `#` is a headline, `######` is small print, `---` a
rule; a fence is shown as it stands; a paragraph of buttons and menus is a row of them; a list item that
ends in one has it at its side.
"""

from dataclasses import dataclass
from functools import cached_property

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Page:
    """The Markdown of one message; parsed once, though it is drawn and said as plain text too.

    `name` is the template's: `new_lead`.
    """

    markdown: str
    name: str = ""

    @cached_property
    def tree(self) -> SyntaxTreeNode:
        return SyntaxTreeNode(_PARSER.parse(self.markdown))
