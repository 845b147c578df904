"""The buttons of an answer: the question that it offers, the answer for everybody, the leads behind it.

A button carries the question and the time of its answer. The answer is computed again as of that time, so
that it is the same number.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from bot import asking, rows
from bot.actions.action import Press
from bot.house import House
from bot.slack import send_file
from briefs import catalog
from funnel.counts import CountedLead
from storage.audit import Entry


async def ask(house: House, press: Press) -> None:
    """Answer the question that a button asks, such as one of several campaigns."""
    await press.reply(await asking.answered(house, replace(asking.recalled(press.value), again=False)))


async def share(house: House, press: Press) -> None:
    """Say the answer to everybody in the channel, as shared by whoever pressed; it is said once."""
    asked = asking.recalled(press.value)
    message = await asking.answered(house, asked, press.user)
    deed = sha256(f"share {press.places[:1]} {press.value}".encode()).hexdigest()
    entry = Entry(
        house.now(), press.user, f"share /{asked.about} {asked.words}", channel=next(iter(press.places), None)
    )
    if await house.store.audit.note_once(deed, entry):
        await press.share(message)
    else:
        await press.reply(catalog.shared_already())


async def send_rows(house: House, press: Press) -> None:
    """Send the leads behind an answer as a file to whoever asks; that they have it is written down first."""
    asked = asking.recalled(press.value)
    leads = await asking.leads_behind(house.store, house.playbook, asked)
    file = rows.named(f"{asked.about} {asked.words}")
    await send_leads(house, press, leads, f"rows of /{asked.about} {asked.words}", file)
    await press.reply(catalog.rows_sent(len(leads), file, cut=len(leads) == asking.MOST_ROWS))


async def send_leads(house: House, press: Press, leads: Sequence[CountedLead], what: str, file: str) -> None:
    """Send leads as a file of that name to whoever pressed; `what` they have is written down first."""
    if not leads:
        return
    await house.store.audit.note(
        press.user,
        f"{what}: {len(leads)} leads",
        at=house.now(),
        channel=next(iter(press.places), None),
    )
    await send_file(press.client, press.user, file, rows.written(leads))
