"""For those who look after timetables: one was refused, why, and how to accept it all the same."""

from bot.chat.command import CommandContext
from bot.chat.reply import Button, ButtonStyle, Code, Reply, ReplyItem, Timestamp, TimestampStyle, Tone
from bot.notifications.template import NotificationType
from core.model.outbox import OutboxMessage
from core.services.operators import IMPORT_REJECTED
from core.services.timetable_import import RunReport


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """Nothing once it was accepted, or a good one came."""
    source = message.payload
    run = await context.services.storage.read(lambda unit: unit.timetable_runs.rejected(source))
    if run is None:
        return None
    report, state = RunReport.read(run.report), context.read_model.sources.get(source)
    good = state.last_good_at if state is not None else None
    stays = (
        ("The one of ", Timestamp(good, TimestampStyle.DATETIME), " stays.")
        if good
        else ("There is no other yet.",)
    )
    return Reply(
        (f"I refused the timetable of {source}, for it looks wrong. ", *stays),
        tone=Tone.REFUSED,
        items=tuple(ReplyItem((each,)) for each in report.doubts),
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


IMPORT_REJECTED_TYPE = NotificationType(IMPORT_REJECTED, compose, respects_quiet_hours=False)
