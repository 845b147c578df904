"""The pages that Tipoff speaks with: the built-in ones, and a team's own in their place.

A team's folder replaces pages file by file. A file of theirs that cannot be used is reported once per change
of it, and the built-in page is said instead: no lead waits for a typo.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeVar, cast

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, PackageLoader, TemplateError, meta

from briefs import mistake
from briefs.page import Page
from briefs.sandbox import Sandbox, environment, rendered
from briefs.saying import FILTERS

T = TypeVar("T")
log = logging.getLogger(__name__)

SUFFIX = ".md.j2"
_BUILT_IN = environment()


class Pages:
    """The built-in pages, with those of `folder` before them.

    The folder is looked at whenever something is said, so that an edit needs no restart. `report` is told
    the sentence about each file that cannot be used.
    """

    def __init__(self, folder: Path | None = None, report: Callable[[str], None] = log.warning) -> None:
        self.folder = folder
        self._report = report
        self._own = _BUILT_IN
        self._files: dict[str, tuple[int, int]] = {}
        self._parts: dict[str, frozenset[str]] = {}
        self._reported: set[tuple[str, tuple[int, int]]] = set()

    def make(self, name: str, shape: Callable[[Page], T], values: dict[str, Any]) -> T:
        """What `shape` makes of the page `name`; of the built-in page, where the team's own fails at it."""
        theirs = self.replaced(name)
        if not theirs:
            return shape(_page(_BUILT_IN, name, values))
        try:
            return shape(_page(self._own, name, values))
        except Exception as error:  # noqa: BLE001 - whatever a page does wrong, its message is said
            broken = error
        made = shape(_page(_BUILT_IN, name, values))  # where this fails too, it was not for the team's page
        self._tell(name, broken, theirs)
        return made

    def replaced(self, name: str) -> list[Path]:
        """The files of the team that the page `name` is made of, its includes among them."""
        self._look()
        if not self._files or self.folder is None:
            return []
        if name not in self._parts:
            self._parts[name] = parts(self._own, name + SUFFIX)
        return [self.folder / file for file in sorted(self._parts[name] & self._files.keys())]

    def files(self) -> list[Path]:
        """The files of the team, whether or not a page is made of them."""
        self._look()
        return [self.folder / file for file in sorted(self._files)] if self.folder else []

    def read(self) -> None:
        """Report the files that are no templates, before anything is said with them."""
        for path in self.files():
            try:
                self._own.get_template(path.name)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with it is what to report
                self._tell(path.name.removesuffix(SUFFIX), error, [path])

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """For the length of the block, and of whatever is begun in it, these are the pages."""
        before = _IN_USE.get()
        _IN_USE.set(self)
        try:
            yield
        finally:
            _IN_USE.set(before)

    def _look(self) -> None:
        """Begin anew with the templates where a file has come, gone or changed."""
        files = _files(self.folder) if self.folder else {}
        if self.folder and files != self._files:
            self._files, self._parts = files, {}
            self._own = environment(ChoiceLoader([FileSystemLoader(self.folder), PackageLoader("briefs")]))

    def _tell(self, name: str, error: Exception, theirs: list[Path]) -> None:
        found = mistake.place(error, self.folder or Path())
        file = found[0] if found else theirs[0]
        version = (file.name, self._files.get(file.name, (0, 0)))
        if version not in self._reported:
            self._reported.add(version)
            self._report(
                f"{mistake.sentence(error, found, theirs)}. "
                f"Until that is mended, the built-in page {name} is said instead."
            )


_OURS = Pages()
_IN_USE: ContextVar[Pages] = ContextVar("pages", default=_OURS)


def make(name: str, shape: Callable[[Page], T], **values: Any) -> T:
    """What `shape` makes of the page `name`, among the pages in use."""
    return _IN_USE.get().make(name, shape, values)


def render(name: str, **values: Any) -> Page:
    """The page that `templates/<name>.md.j2`, or the team's own in its place, makes of `values`."""
    return make(name, lambda page: page, **values)


def names() -> list[str]:
    """The built-in pages and their parts."""
    return sorted(file.removesuffix(SUFFIX) for file in _BUILT_IN.list_templates())


def whole() -> list[str]:
    """The built-in pages that are messages or modals of their own: no other page includes them."""
    included = {part for name in names() for part in made_of(name) if part != name + SUFFIX}
    return [name for name in names() if name + SUFFIX not in included]


def made_of(name: str) -> frozenset[str]:
    """The files of the built-in page `name`."""
    return parts(_BUILT_IN, name + SUFFIX)


def parts(templates: Sandbox, file: str) -> frozenset[str]:
    """The files that a template is made of: itself, and what it includes."""
    found: set[str] = set()
    unread = {file}
    while unread:
        part = unread.pop()
        found.add(part)
        unread |= _referenced(templates, part) - found
    return frozenset(found)


def original(name: str) -> str:
    """The text of a built-in page, under a comment on what it may use: what a team begins with."""
    source = _source(_BUILT_IN, name + SUFFIX)
    values = sorted(meta.find_undeclared_variables(_BUILT_IN.parse(source)) - _BUILT_IN.globals.keys())
    return (
        f"{{# Yours, in place of the built-in page {name}; delete the file to have that back.\n"
        f"   Values: {', '.join(values) or 'none'}. Filters beside Jinja's: {', '.join(sorted(FILTERS))}.\n"
        "   `tipoff templates preview` shows it, `tipoff templates check` reads all of yours. #}\n"
        f"{source}"
    )


def _page(templates: Sandbox, name: str, values: dict[str, Any]) -> Page:
    return Page(rendered(templates, name + SUFFIX, values), name)


def _referenced(templates: Sandbox, file: str) -> set[str]:
    """What a template includes, extends or imports by name; nothing where it cannot be read."""
    try:
        tree = templates.parse(_source(templates, file))
        return {name for name in meta.find_referenced_templates(tree) if name}
    except (TemplateError, OSError, UnicodeDecodeError):
        return set()


def _source(templates: Sandbox, file: str) -> str:
    loader = cast("BaseLoader", templates.loader)
    return loader.get_source(templates, file)[0]


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """The templates in a folder, each with its time of change and size; none where there is no folder."""
    try:
        with os.scandir(folder) as entries:
            found = [
                (entry.name, entry.stat())
                for entry in entries
                if entry.name.endswith(SUFFIX) and entry.is_file()  # an editor's lock is a link to nothing
            ]
    except OSError:
        return {}
    return {name: (stat.st_mtime_ns, stat.st_size) for name, stat in found}
