"""Modals: pages that open over the conversation. A page's headline is the modal's title."""

from typing import cast

import slackblocks as kit

from briefs import plain
from briefs.blocks import identified, shapes
from briefs.message import Block, View
from briefs.page import Page

NOTE = 2_000
OUTCOMES = {"connected": "Connected", "left_message": "Left a message", "no_answer": "No answer"}


def shown(page: Page, callback_id: str, private_metadata: str) -> View:
    """A modal to read."""
    return _view(page, [], callback_id, private_metadata)


def log_call(page: Page, lead: int) -> View:
    """A modal to say how a call went: `outcome` (a key of `OUTCOMES`), and a `note` that may be empty."""
    options = [
        kit.Option(kit.Text(words, kit.TextType.PLAINTEXT), value) for value, words in OUTCOMES.items()
    ]
    outcome = kit.StaticSelectMenu("outcome", options)
    note = kit.PlainTextInput("note", multiline=True, max_length=NOTE)
    inputs: list[kit.Block] = [
        kit.InputBlock("How did it go?", outcome, block_id="outcome"),
        kit.InputBlock("Note", note, block_id="note", optional=True),
    ]
    return _view(page, inputs, "tipoff.log_call", str(lead), submit="Log call")


def _view(
    page: Page, inputs: list[kit.Block], callback_id: str, private_metadata: str, submit: str | None = None
) -> View:
    title = plain.words(page.tree.children[0])
    view = kit.ModalView(title, [*shapes(page)[1:], *inputs], submit=submit)
    blocks = cast("list[Block]", view.to_dict()["blocks"])
    return View(title, identified(blocks), callback_id, private_metadata, submit)
