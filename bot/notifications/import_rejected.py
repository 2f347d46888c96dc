"""Tells timetable operators that an import was rejected, why, and how to accept it."""

from bot.chat.command import CommandContext
from bot.chat.reply import Button, ButtonStyle, Code, Reply, ReplyItem, Timestamp, TimestampStyle, Tone
from bot.notifications.template import NotificationType
from core.model import OutboxMessage
from core.services.operators import IMPORT_REJECTED
from core.services.timetable_import import RunReport


async def compose(context: CommandContext, message: OutboxMessage) -> Reply | None:
    """None once it was accepted, or a later import succeeded."""
    source = message.payload
    run = await context.services.storage.read(lambda unit: unit.timetable_runs.rejected(source))
    if run is None:
        return None
    report, state = RunReport.read(run.report), context.read_model.sources.get(source)
    good = state.last_good_at if state is not None else None
    in_use = (
        ("The one of ", Timestamp(good, TimestampStyle.DATETIME), " stays in use.")
        if good
        else ("There's no earlier one.",)
    )
    return Reply(
        (f"The new timetable of {source} looks wrong, so I didn't use it. ", *in_use),
        tone=Tone.REFUSED,
        items=tuple(ReplyItem((each,)) for each in report.anomalies),
        actions=(
            Button(
                "accept_run",
                "Use it anyway",
                source[:70],
                ButtonStyle.DANGER,
                confirm="Use this timetable for everybody?",
            ),
        ),
        footer=(report.summary, " On the command line: ", Code(f"roomie scrape accept {source}")),
    )


IMPORT_REJECTED_TYPE = NotificationType(IMPORT_REJECTED, compose, respects_quiet_hours=False)
