"""The command line: `tipoff` and `python -m bot` are the same."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import ValidationError

from bot import alerting, identity, importing, queries, scheduled, service
from bot import demo as demonstration
from bot import manifest as app_manifest
from bot import templates as own_pages
from bot.alerts_cli import alerts_cli
from bot.doctor import examine
from bot.house import clock
from bot.settings import Settings, load_playbook
from bot.setup import set_up
from bot.terminal import err, log_to_stderr, out, run
from briefs.message import Message
from briefs.pages import Pages
from funnel.errors import TipoffError
from funnel.playbook import Playbook
from funnel.question import About
from storage.store import Store

cli = typer.Typer(
    name="tipoff",
    help="Tips sales off: a pre-call brief in Slack for every lead, and funnel numbers with their receipt.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
playbook_cli = typer.Typer(help="The rules of your company.", no_args_is_help=True)
cli.add_typer(playbook_cli, name="playbook")
identity_cli = typer.Typer(help="Who is who: one person from many traces.", no_args_is_help=True)
cli.add_typer(identity_cli, name="identity")
templates_cli = typer.Typer(help="The words of your team.", no_args_is_help=True)
cli.add_typer(templates_cli, name="templates")
cli.add_typer(alerts_cli, name="alerts")

Port = Annotated[int, typer.Option(help="0 takes any free one.", min=0, max=65535)]
Words = Annotated[list[str] | None, typer.Argument(help="As in Slack: last quarter by source")]
Address = Annotated[str, typer.Argument(help="An e-mail address that the person has.")]
Reason = Annotated[str, typer.Option(help="Why, for whoever asks later.")]
Folder = Annotated[Path | None, typer.Option(help="TIPOFF_TEMPLATES, or `templates` beside the playbook.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]


def main() -> None:
    """Run the command that the arguments name."""
    cli()


@cli.command()
def demo(
    port: Port = 8765,
    once: Annotated[bool, typer.Option(help="Replay, print the transcript, and end.")] = False,
) -> None:
    """A local Slack, the bot and a sample company in one process."""
    log_to_stderr(verbose=False, quiet=True)
    with suppress(KeyboardInterrupt):
        run(demonstration.once(port) if once else demonstration.stay(port))


@cli.command(name="run")
def run_(
    http: Annotated[bool, typer.Option("--http", help="Serve /slack/events instead of Socket Mode.")] = False,
    host: Annotated[str, typer.Option(help="Where the doors listen.")] = "127.0.0.1",
    port: Port = 8080,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log more.")] = False,
) -> None:
    """The bot: Slack, the doors for events, and the worker that posts briefs."""
    log_to_stderr(verbose=verbose)
    run(service.run(_settings(), over_http=http, host=host, port=port))


@cli.command()
def init(folder: Annotated[Path, typer.Argument(help="Where to write.")] = Path()) -> None:
    """Write a playbook, the app's manifest and an .env to fill in; nothing that exists is touched."""
    _print_written(set_up, folder)
    out.print("\nNext: create the Slack app from manifest.yaml, fill in .env, then `tipoff doctor`.")


@cli.command()
def doctor(
    reset_rendering: Annotated[
        bool, typer.Option("--reset-rendering", help="Forget what Slack would not draw, first.")
    ] = False,
) -> None:
    """Look at everything that Tipoff needs, and say what to do."""

    async def look() -> bool:
        well = True
        if reset_rendering:
            async with Store.open(_settings().database_url) as store:
                out.print(f"{await store.forget_renderings()} kinds of message may be rich again.")
        async for finding in examine(_settings()):
            out.print(f"{'ok  ' if finding.well else 'TODO'}  {finding.what}: {finding.words}")
            well = well and finding.well
        return well

    if not run(look()):
        raise typer.Exit(1)


@cli.command()
def migrate() -> None:
    """Bring the store's tables up to this version."""

    async def upgrade() -> None:
        async with Store.open(_settings().database_url, migrate=True):
            out.print("The store is of this version.")

    run(upgrade())


@cli.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="A CSV file with a header.")],
    source: Annotated[str, typer.Option(help="Where the rows are from; rows of one source count once.")],
    mapping: Annotated[
        str, typer.Option(help="A YAML file that says which column means what, or `olist`; else guessed.")
    ] = "",
    live: Annotated[
        bool, typer.Option("--live/--quiet-import", help="Post briefs for these rows too.")
    ] = False,
) -> None:
    """Load leads, touches and deals from a file; repeating it counts nothing twice."""
    if run(importing.import_file(_settings(), file, source, mapping, live=live)):
        raise typer.Exit(1)


@cli.command()
def rebuild() -> None:
    """Derive every lead and number from the journal again; a healthy store does not change."""

    async def derive() -> None:
        settings = _settings()
        async with Store.open(settings.database_url) as store:
            done = await store.rebuild(load_playbook(settings.tipoff_playbook))
            out.print(f"{done.leads:,} leads derived again, {done.changed:,} changed.")

    run(derive())


@cli.command()
def brief(
    email: Annotated[str, typer.Argument(help="An e-mail address, or a part of a name.")],
    receipts: Annotated[bool, typer.Option("--receipts", help="Name the events behind each line.")] = False,
) -> None:
    """Print the brief of one lead, as a rep sees it."""
    for line in run(queries.brief(_settings(), email, receipts=receipts)):
        out.print(line)


@cli.command()
def score(
    email: Annotated[str, typer.Argument(help="An e-mail address, or a part of a name.")],
    at: Annotated[str, typer.Option(help="As it was then: 2026-11-21T09:30:00Z. Now if absent.")] = "",
) -> None:
    """Explain the score of one lead: every point with its rule and its event, and what was set aside."""
    for line in run(queries.score(_settings(), email, at)):
        out.print(line)


@cli.command()
def audit(
    lead: Annotated[str, typer.Option(help="Only what was done to the lead with this e-mail address.")] = "",
    limit: Annotated[int, typer.Option(help="How many lines.", min=1)] = 50,
) -> None:
    """Print who was shown what a mask hides and who was refused something, newest first."""
    entries = run(queries.audit(_settings(), lead, limit))
    for one in entries:
        what = f"{one.action} lead {one.lead_id}" if one.lead_id is not None else one.action
        where = f" in {one.channel}" if one.channel else ""
        out.print(f"{one.at:%Y-%m-%d %H:%M:%S} UTC  {one.actor}  {what}{where}")
    if not entries:
        out.print("Nothing was revealed or refused.")


@cli.command()
def kpi(words: Words = None, json_: AsJson = False) -> None:
    """Answer one number with its terms, as /kpi does; `tipoff kpi list` names them all."""
    _answer("kpi", words, json_=json_)


@cli.command()
def funnel(words: Words = None, json_: AsJson = False) -> None:
    """Count leads by stage, as /funnel does."""
    _answer("funnel", words, json_=json_)


@cli.command()
def campaigns(words: Words = None, json_: AsJson = False) -> None:
    """Compare campaigns, as /campaigns does."""
    _answer("campaigns", words, json_=json_)


def _answer(about: About, words: list[str] | None, *, json_: bool) -> None:
    if words == ["help"]:
        out.print(run(queries.help_for(_settings(), about)).plain)
        return
    _print_found(run(queries.answer(_settings(), about, " ".join(words or []))), json_=json_)


def _print_found(answer: tuple[dict[str, Any], Message], *, json_: bool) -> None:
    found, message = answer
    out.print(json.dumps(found, ensure_ascii=False, indent=2) if json_ else message.plain)


@alerts_cli.callback(invoke_without_command=True)
def alerts(context: typer.Context, json_: AsJson = False) -> None:
    """Surges and droughts of leads: how the alerts stand, and what they would have told."""
    if context.invoked_subcommand is None:
        _print_found(run(queries.alerts(_settings())), json_=json_)


@alerts_cli.command()
def simulate(
    since: Annotated[
        str, typer.Option(help="From which day on: 2026-09-01. Eight weeks ago if absent.")
    ] = "",
    budget: Annotated[str, typer.Option(help="False messages a week; the playbook's if absent.")] = "",
    json_: AsJson = False,
) -> None:
    """Say what the alerts would have told of the store's own leads, and what became of those."""
    clauses = [f"{name} {words}" for name, words in (("since", since), ("budget", budget)) if words]
    _print_found(run(queries.simulation(_settings(), " ".join(clauses))), json_=json_)


@identity_cli.command(name="show")
def show_identity(email: Address) -> None:
    """Print the identifiers of a person, and which event joined each to the rest."""
    for line in run(identity.show(_settings(), email)):
        out.print(line)


@identity_cli.command()
def split(email: Address, reason: Reason = "") -> None:
    """Say that whoever has this address is somebody else than the rest of their lead; undoes a merge."""
    out.print(run(identity.split(_settings(), email, reason)))


@identity_cli.command()
def merge(
    email: Address,
    other: Annotated[str, typer.Argument(help="Another address of the same person.")],
    reason: Reason = "",
) -> None:
    """Say that two addresses are one person's; the first is shown from then on."""
    out.print(run(identity.merge(_settings(), email, other, reason)))


@cli.command()
def manifest(
    http: Annotated[bool, typer.Option("--http", help="For HTTP instead of Socket Mode.")] = False,
) -> None:
    """Print the manifest to create the Slack app from."""
    out.print(app_manifest.as_yaml(over_http=http), end="")


@playbook_cli.command()
def check(file: Annotated[Path | None, typer.Argument(help="TIPOFF_PLAYBOOK if absent.")] = None) -> None:
    """Say whether a playbook can be used."""
    path = file or _settings().tipoff_playbook
    if not path.exists():
        err.print(f"{path} does not exist. `tipoff init` writes one.")
        raise typer.Exit(1)
    _playbook(path)
    out.print(f"{path} is good.")


@playbook_cli.command()
def schema() -> None:
    """Print the JSON Schema of a playbook, for your editor."""
    out.print(json.dumps(Playbook.model_json_schema(), indent=2))


@playbook_cli.command()
def show() -> None:
    """Print the rules that hold, defaults included."""
    rules = _playbook(_settings().tipoff_playbook).model_dump(mode="json")
    out.print(yaml.safe_dump(rules, sort_keys=False, allow_unicode=True), end="")


@templates_cli.command(name="init")
def init_templates(
    folder: Annotated[
        Path | None, typer.Argument(help="TIPOFF_TEMPLATES, or `templates` beside the playbook.")
    ] = None,
) -> None:
    """Copy the built-in pages, to make them yours; nothing that exists is touched."""
    _print_written(own_pages.copy, folder or _settings().templates)
    out.print("\nKeep the ones that you change; each that you delete is the built-in one again.")


@templates_cli.command(name="list")
def list_templates(folder: Folder = None) -> None:
    """Say of every page whether it is built in or yours."""
    for line in own_pages.listed(folder or _settings().templates):
        out.print(line)


@templates_cli.command(name="check")
def check_templates(folder: Folder = None) -> None:
    """Say every page with sample leads, and what is wrong with yours."""
    where = folder or _settings().templates
    if folder and not folder.is_dir():
        err.print(f"{folder} is no folder. `tipoff templates init {folder}` makes it.")
        raise typer.Exit(1)
    mistakes = own_pages.mistakes(where, _playbook(_settings().tipoff_playbook))
    for sentence in mistakes:
        err.print(sentence)
    if mistakes:
        raise typer.Exit(1)
    out.print(f"Every page is good; {len(Pages(where).files())} files in {where} are yours.")


@templates_cli.command()
def preview(
    name: Annotated[str, typer.Argument(help="A page, such as new_lead.")],
    lead: Annotated[str, typer.Option(help="The e-mail address of a lead; else two of the sample.")] = "",
    folder: Folder = None,
) -> None:
    """Print a page as it would be said, whether Slack takes it, and how long it is."""
    settings = _settings()
    said = run(own_pages.preview(settings, folder or settings.templates, name, lead or None))
    for line in said.lines:
        out.print(line)
    for sentence in said.mistakes:
        err.print(sentence)
    if said.mistakes:
        raise typer.Exit(1)


def _print_written(write: Callable[[Path], Iterator[tuple[Path, bool]]], folder: Path) -> None:
    """Do what writes files, and say of each whether it was written or stays as it was."""
    try:
        for path, written in write(folder):
            out.print(f"{'wrote' if written else 'kept '}  {path}")
    except OSError as error:
        err.print(f"{error.filename or folder} cannot be written: {error.strerror}.")
        raise typer.Exit(1) from None


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        for one in error.errors():
            err.print(f"{one['loc'][0]!s}".upper() + f" is {one['input']!r}: {one['msg']}.")
        raise typer.Exit(1) from None


def _playbook(path: Path) -> Playbook:
    try:
        playbook = load_playbook(path)
        scheduled.check(playbook, clock(), str(path))
        alerting.check(playbook, clock(), str(path))
    except TipoffError as error:
        err.print(str(error))
        raise typer.Exit(1) from None
    return playbook
