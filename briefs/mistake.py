"""What is wrong with a team's own page, in a sentence that names the file, the line and the variable."""

import re
import traceback
from collections.abc import Sequence
from pathlib import Path

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from slackblocks.errors import InvalidUsageError

from briefs.literal import clip
from briefs.message import TooLargeError

LINE = 80  # characters of a template's line


def place(error: Exception, folder: Path) -> tuple[Path, int] | None:
    """The file of `folder`, and the line in it, where a template failed; None if it came out wrong."""
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return Path(error.filename), error.lineno
    ours = [
        (Path(frame.filename), frame.lineno or 1)
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(folder) and frame.filename.endswith(".j2")
    ]
    return ours[-1] if ours else None


def sentence(error: Exception, found: tuple[Path, int] | None, files: Sequence[Path]) -> str:
    """What is wrong and where; `files` are the team's files that the page is made of."""
    if found is None:
        return f"{' or '.join(map(str, files))}: {_words(error)}"
    file, line = found
    source = _source(file, line)
    return f"{file}, line {line}: {_words(error)}" + (f", in `{source}`" if source else "")


def _words(error: Exception) -> str:
    said = clip((error.message if isinstance(error, TemplateError) else str(error)) or "").rstrip(".")
    match error:
        case TemplateNotFound():
            return f"there is no {said} to include"
        case UndefinedError():
            return re.sub(r"'[\w.]*?(\w+) object' has no attribute", r"\1 has no", said)
        case TooLargeError() | InvalidUsageError():
            return f"Slack would refuse it: {said}"
        case UnicodeDecodeError():
            return "it is not UTF-8"
        case TemplateError() | OverflowError() | ValueError() | TypeError():
            return said
    return f"{type(error).__name__}: {said}"


def _source(file: Path, line: int) -> str:
    """The line of the template, for whoever looks for it."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    return clip(lines[line - 1], LINE) if line <= len(lines) else ""
