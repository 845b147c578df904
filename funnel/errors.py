"""What can go wrong, as sentences.

Every message is read by a person: it says what was wrong, where, and what would work.

    TipoffError
    ├── PlaybookError      the rules of the company cannot be used
    ├── QuestionError      a typed question was not understood
    │   └── PeriodError    its period was not
    └── NotFoundError      nobody and nothing by that name
"""


class TipoffError(Exception):
    """A failure that its reader can mend; `str(error)` is shown as it is."""


class PlaybookError(TipoffError):
    """The playbook cannot be used; says the file, the place in it, and what is allowed."""


class QuestionError(TipoffError):
    """A typed question was not understood; says which part, and a question that works."""


class PeriodError(QuestionError):
    """What was typed as a period is none; `sentence` says why, `instead` is a period that works."""

    def __init__(self, sentence: str, instead: str) -> None:
        super().__init__(f"{sentence} Try `{instead}`.")
        self.sentence = sentence
        self.instead = instead


class NotFoundError(TipoffError):
    """What was asked for is not in the store."""
