"""The buttons of an alert: what a marketer says of it, and the leads behind it."""

from typing import cast, get_args

from bot import rows
from bot.actions.action import Press, Submitted
from bot.actions.answer import send_leads
from bot.asking import MOST_ROWS
from bot.house import House
from briefs import catalog
from briefs.message import View
from funnel.alert import questions
from funnel.case import Case, Judgement
from funnel.counts import Ask
from funnel.errors import NotFoundError
from funnel.silence import For, foresee
from funnel.silence import mute as silence


async def show_leads(house: House, press: Press) -> None:
    """Send the leads of an alert as a file to whoever asks; that they have it is written down first."""
    case = await _case(house, press.value)
    question = questions(case.found, house.playbook)["leads"]
    ask = Ask(frozenset({"leads"}), question.period, where=question.where)
    leads = await house.store.counted(ask, "leads", MOST_ROWS, playbook=house.playbook)
    file = rows.named(f"leads {case.incident.key}")
    await send_leads(house, press, leads, f"leads of an alert, {question}", file)
    if leads:
        used = Judgement("useful", press.user, "", house.now())
        await house.store.watching.acted(case.incident.key, used)
    await press.reply(catalog.rows_sent(len(leads), file, cut=len(leads) == MOST_ROWS))


async def not_useful(house: House, press: Press) -> None:
    """Write down that an alert was of no use; its card says who says so."""
    case = await _case(house, press.value)
    await _judged(house, case, Judgement("not useful", press.user, "", house.now()))


async def ask_why(house: House, press: Press) -> None:
    """Ask why an alert was to be expected, and whether it will be again."""
    await _show(house, press, catalog.expected(await _case(house, press.value)))


async def learn(house: House, form: Submitted) -> None:
    """Learn what was to be expected, so that nobody is told of it the next time."""
    case = await _case(house, form.about)
    why = " ".join(form.values.get("why", "").split())
    weekly = form.values.get("often") == "weekly"
    now, zone = house.now(), house.playbook.zone
    await house.store.watching.foresee(foresee(case, why, form.user, now, zone, weekly=weekly), now)
    await _judged(house, case, Judgement("expected", form.user, why, now))


async def mute(house: House, press: Press) -> None:
    """Tell nobody for as long as they chose; the card says who did."""
    how_long, _, button = press.value.partition(" ")
    case = await _case(house, button)
    if how_long not in get_args(For):
        raise NotFoundError("That is no time for which I can be silent.")
    now = house.now()
    muted = silence(case, cast("For", how_long), press.user, now, house.playbook.zone)
    await house.store.watching.mute(muted, now, case.incident.key)
    house.unsaid.set()


async def _judged(house: House, case: Case, judgement: Judgement) -> None:
    await house.store.watching.judge(case.incident.key, judgement)
    house.unsaid.set()


async def _show(house: House, press: Press, view: View) -> None:
    await house.levels.show(
        view, lambda payload: press.client.views_open(trigger_id=press.trigger, view=payload)
    )


async def _case(house: House, button: str) -> Case:
    """The incident whose card has that button; buttons are client-visible, so it may be anything.

    Raises:
        NotFoundError: there is none.

    """
    case = await house.store.watching.case_of(button)
    if case is None:
        raise NotFoundError("That button belongs to no alert that I know.")
    return case
