"""The leads behind a number, as a CSV file that no spreadsheet takes for a program."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from funnel.counts import CountedLead

HEAD = tuple(field.name for field in fields(CountedLead))
LONGEST_NAME = 80
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets read these too


def written(leads: Sequence[CountedLead]) -> str:
    """One line a lead under a head, all of one kind; times are RFC 3339 in UTC, what is not known is empty.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    file = io.StringIO()
    lines = csv.writer(file, lineterminator="\r\n")
    head = [field.name for field in fields(leads[0])] if leads else HEAD
    lines.writerow(head)
    lines.writerows([_cell(getattr(lead, name)) for name in head] for lead in leads)
    return file.getvalue()


def _cell(value: str | int | datetime | None) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def named(question: str) -> str:
    """What to call the file of a question: `kpi-mql-last-30-days.csv`."""
    words = re.sub(r"[^a-z0-9]+", "-", question.casefold()).strip("-")
    return f"{words[:LONGEST_NAME].rstrip('-') or 'leads'}.csv"
