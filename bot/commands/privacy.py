"""`/privacy`: what Roomie knows about the requester, as a file, and erasing it."""

import asyncio
import logging

from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import booking_text, join_with_and
from bot.chat.reply import Button, ButtonStyle, Reply, ReplyItem, Tone
from bot.chat.request import PlatformName
from bot.conversation.kept_data import kept_fields
from bot.exporting.links import LINK_MINUTES, export_url
from bot.exporting.personal import to_text
from bot.redaction import error_name
from core.errors import Invalid
from core.model import Booking, Person
from core.services.privacy import ErasurePlan

logger = logging.getLogger(__name__)

_EXPORT, _ERASE, _SURE, _GONE = "privacy_export", "privacy_erase", "privacy_sure", "privacy_gone"
_EXPORT_WORDS = {"export", "download", "show", "file"}
_ERASE_WORDS = {"erase", "delete", "remove", "forget"}
_MAX_SHOWN = 10


async def handle(context: CommandContext) -> Reply:
    first = context.argument("what").casefold().partition(" ")[0]
    if first in _ERASE_WORDS:
        return await ask(context)
    if first in _EXPORT_WORDS:
        return await export(context)
    erase = Button(_ERASE, "Erase me…", style=ButtonStyle.DANGER)
    return Reply(
        ("This is what Roomie keeps about you, and for how long.",),
        title="Privacy",
        fields=kept_fields(context.services),
        actions=(Button(_EXPORT, "Everything about me"), *((erase,) if context.account else ())),
        footer=("Ratings of rooms are anonymous. Backups are deleted by Roomie's operator.",),
    )


async def export(context: CommandContext) -> Reply:
    """As text at the terminal, elsewhere as a link that only the requester sees."""
    person, services = context.person, context.services
    now = services.clock.now()
    if context.request.requester.platform is PlatformName.TERMINAL:
        return Reply((to_text(await services.erasures.export(person.id), now),))
    if not services.public_url:
        raise Invalid(
            "Roomie has no address for browsers, so it can't hand you a file. "
            f"Please ask its operator for it: roomie user export {person.username}"
        )
    url = export_url(services.public_url, services.accounts.secrets[0], person.id, now)
    return Reply(
        (f"Everything Roomie knows about you, as a file. The link works for {LINK_MINUTES} minutes.",),
        actions=(Button("privacy_link", "Open", url=url),),
        footer=("Anyone who has this link can read it. Don't share it.",),
    )


async def ask(context: CommandContext) -> Reply:
    """The first question: what erasing would do."""
    plan = await context.services.erasures.preview(context.person.id)
    go_on = Button(_SURE, "Go on", _confirmation(context.person, plan), ButtonStyle.DANGER)
    return Reply(
        (
            "Do you want to erase your account? Your name, logins, messages and settings go for good. ",
            "Bookings that are over stay as numbers without a name. ",
            _consequences(plan),
        ),
        items=tuple(_item(context, each) for each in plan.cancelled[:_MAX_SHOWN]),
        actions=(go_on, Button(_EXPORT, "Everything about me")),
        footer=("Nothing has happened yet.",),
    )


async def ask_again(context: CommandContext) -> Reply:
    """The second question; or the first, if what was shown has changed."""
    plan = await context.services.erasures.preview(context.person.id)
    value = _confirmation(context.person, plan)
    if context.value != value:
        return await ask(context)
    warning = "This can't be undone. Erase everything about you?"
    return Reply(
        ("Are you sure? This can't be undone.",),
        actions=(Button(_GONE, "Erase me", value, ButtonStyle.DANGER, confirm=warning),),
        footer=("To keep your account, do nothing.",),
        replaces=True,
    )


async def erase(context: CommandContext) -> Reply:
    """Logs the person out at once and erases behind the reply; a job completes what is interrupted."""
    person, services = context.person, context.services
    plan = await services.erasures.preview(person.id)
    if context.value != _confirmation(person, plan):
        return await ask(context)
    await services.erasures.begin(person.id)
    task = asyncio.get_running_loop().create_task(_complete(context), name="erasure")
    services.unfinished.add(task)
    task.add_done_callback(services.unfinished.discard)
    return Reply(
        ("You are logged out, and everything about you is being erased. Goodbye, and all the best!",),
        tone=Tone.DONE,
        footer=("The messages in this chat are the platform's; you can delete them there.",),
        replaces=True,
    )


async def _complete(context: CommandContext) -> None:
    try:
        await context.services.erasures.complete_all()
    except Exception as error:  # noqa: BLE001 - the job tries again
        logger.warning("an erasure is not complete yet: %s", error_name(error))


def _confirmation(person: Person, plan: ErasurePlan) -> str:
    """Value of a button: it is this person's, and for what was shown."""
    return f"{person.id}.{plan.digest}"


def _consequences(plan: ErasurePlan) -> str:
    parts = []
    if plan.cancelled:
        count = len(plan.cancelled)
        parts.append(
            f"{count} {'booking' if count == 1 else 'bookings'} to come will be cancelled, and guests told."
        )
    if plan.society_bookings:
        parts.append("What you have booked for a society stays the society's.")
    if plan.without_president:
        names = join_with_and(each.name for each in plan.without_president)
        parts.append(
            f"You are the last president of {names}. Ask an administrator to name another one first; "
            "otherwise they are told that it has none."
        )
    return " ".join(parts)


def _item(context: CommandContext, booking: Booking) -> ReplyItem:
    return ReplyItem(booking_text(booking, context.read_model.catalogue.rooms.get(booking.room_id)))


COMMAND = Command(
    name="privacy",
    summary="See what Roomie knows about you, and erase it",
    usage="/privacy [export or erase]",
    handle=handle,
    parameters=(
        CommandParameter(
            "what", ParameterType.TEXT, "A file of everything, or the end", choices=("export", "erase")
        ),
    ),
    actions=(
        ButtonAction(_EXPORT, export),
        ButtonAction(_ERASE, ask),
        ButtonAction(_SURE, ask_again),
        ButtonAction(_GONE, erase),
    ),
    is_mutating=True,
)
