"""Modals: pages that open over the conversation. A page's headline is the modal's title."""

from collections.abc import Mapping
from typing import cast

import slackblocks as kit

from briefs import plain
from briefs.blocks import identified, shapes
from briefs.message import Block, View
from briefs.page import Page

NOTE = 2_000
LONGEST_WHY = 120
OFTEN = {"once": "Only today", "weekly": "Every week at this time"}
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


def expected(page: Page, incident: str) -> View:
    """A modal to say `why` something was expected, and how `often` (a key of `OFTEN`)."""
    why = kit.PlainTextInput("why", max_length=LONGEST_WHY)
    inputs: list[kit.Block] = [
        kit.InputBlock("Why? A newsletter, an event, …", why, block_id="why"),
        kit.InputBlock("How often?", _menu("often", OFTEN), block_id="often"),
    ]
    return _view(page, inputs, "tipoff.expected", incident, submit="Learn it")


def _menu(name: str, choices: Mapping[str, str]) -> kit.StaticSelectMenu:
    """A menu whose first choice is made already."""
    options = [kit.Option(kit.Text(words, kit.TextType.PLAINTEXT), value) for value, words in choices.items()]
    return kit.StaticSelectMenu(name, options, initial_option=options[0])


def _view(
    page: Page, inputs: list[kit.Block], callback_id: str, private_metadata: str, submit: str | None = None
) -> View:
    title = plain.words(page.tree.children[0])
    view = kit.ModalView(title, [*shapes(page)[1:], *inputs], submit=submit)
    blocks = cast("list[Block]", view.to_dict()["blocks"])
    return View(title, identified(blocks), callback_id, private_metadata, submit)
