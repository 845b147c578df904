"""`tipoff alerts`: surges and droughts of leads, at a terminal."""

from pathlib import Path
from typing import Annotated

import typer

from bot.terminal import err, out
from funnel.errors import TipoffError

alerts_cli = typer.Typer(help="Surges and droughts of leads.")


@alerts_cli.command()
def replay(
    file: Annotated[
        Path, typer.Argument(help="A CSV file with received_at or occurred_at, and campaign, source.")
    ],
    out_file: Annotated[
        Path | None, typer.Option("--out", help="A JSON file to write the alerts to; else they are printed.")
    ] = None,
    holidays: Annotated[
        Path | None, typer.Option(help="A JSON file whose `meta` names `holidays` and `tz`; else --country.")
    ] = None,
    zone: Annotated[str, typer.Option(help="The company's time zone, such as Europe/Berlin.")] = "",
    country: Annotated[str, typer.Option(help="Whose holidays are no droughts: US, DE, DE-BY.")] = "",
) -> None:
    """Say what the alerts would have told of the leads in a file, five minutes by five minutes."""
    from bot import replay as replaying  # noqa: PLC0415 - brings numpy, which other commands do without

    try:
        told = replaying.replay(file, replaying.calendar(holidays, zone, country))
        if out_file:
            replaying.write(told, out_file)
    except TipoffError as error:
        err.print(str(error))
        raise typer.Exit(1) from None
    if not out_file:
        for line in replaying.lines(told):
            out.print(line)
