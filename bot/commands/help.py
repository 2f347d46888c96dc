"""`/help`: what can be said, with something to press for those who would rather not type."""

from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.reply import Button, ButtonStyle, Code, Reply, ReplyField, ReplyItem


async def handle(context: CommandContext) -> Reply:
    asked = context.text.strip().removeprefix("/").casefold()
    menu = [
        each for each in context.commands if not each.admin_only or context.request.requester.is_channel_admin
    ]
    shown = [each for each in menu if asked and (each.name.startswith(asked) or asked in each.aliases)]
    if len(shown) == 1:
        return _one(shown[0])
    return Reply(
        ("What Roomie does:",),
        items=tuple(ReplyItem((Code(each.usage),), (each.summary,)) for each in shown or menu),
        actions=(
            Button("free_now", "Free now", style=ButtonStyle.PRIMARY),
            Button("form", "Book a room…", opens=True),
            Button("mine", "My bookings"),
        ),
        footer=(f"Plain words do too: any room for 8 near {_a_building(context)} tomorrow afternoon?",),
    )


def _a_building(context: CommandContext) -> str:
    buildings = context.read_model.catalogue.buildings.values()
    return next((each.name for each in buildings), "the library")


def _one(command: Command) -> Reply:
    """A single command, with what it takes and examples of it."""
    return Reply(
        (Code(command.usage), " ", command.summary, "."),
        fields=tuple(ReplyField(each.name, (each.description,)) for each in command.parameters),
        items=tuple(ReplyItem((Code(each),)) for each in command.examples),
        footer=(f"Also: {', '.join(f'/{name}' for name in command.aliases)}",) if command.aliases else (),
    )


COMMAND = Command(
    name="help",
    summary="What you can say",
    usage="/help [rooms|society|COMMAND]",
    handle=handle,
    actions=(ButtonAction("help", handle),),
    aliases=("rooms help", "society help", "book help", "?"),
)
