"""For those who look after timetables: one was refused, why, and how to accept it all the same."""

from bot.chat.command import Call
from bot.chat.reply import Button, ButtonStyle, Code, Item, Moment, Reply, Style, Tone
from bot.notifications.template import Kind
from core.model.outbox import Message
from core.services.operators import REFUSED
from core.services.timetable_import import RunReport


async def compose(call: Call, message: Message) -> Reply | None:
    """Nothing once it was accepted, or a good one came."""
    source = message.payload
    run = await call.desk.storage.read(lambda unit: unit.runs.refused(source))
    if run is None:
        return None
    report, state = RunReport.read(run.report), call.desk.picture.sources.get(source)
    good = state.last_good_at if state is not None else None
    stays = ("The one of ", Moment(good, Style.DATETIME), " stays.") if good else ("There is no other yet.",)
    return Reply(
        (f"I refused the timetable of {source}, for it looks wrong. ", *stays),
        tone=Tone.REFUSED,
        items=tuple(Item((each,)) for each in report.doubts),
        actions=(
            Button(
                "accept_run",
                "Accept it",
                source[:70],
                ButtonStyle.DANGER,
                confirm="Show this timetable to everybody?",
            ),
        ),
        footer=(report.summary, " At a terminal: ", Code(f"roomie scrape accept {source}")),
    )


KIND = Kind(REFUSED, compose, waits=False)
