"""`/help`: what can be said, with something to press for those who would rather not type."""

from bot.chat.command import Action, Call, Command
from bot.chat.reply import Button, ButtonStyle, Code, Field, Item, Reply


async def answer(call: Call) -> Reply:
    asked = call.words.strip().removeprefix("/").casefold()
    menu = [each for each in call.menu if not each.for_admins or call.asked.by.manages]
    shown = [each for each in menu if asked and (each.name.startswith(asked) or asked in each.also)]
    if len(shown) == 1:
        return _one(shown[0])
    return Reply(
        ("What Roomie does:",),
        items=tuple(Item((Code(each.usage),), (each.summary,)) for each in shown or menu),
        actions=(
            Button("free_now", "Free now", style=ButtonStyle.PRIMARY),
            Button("form", "Book a room…", opens=True),
            Button("mine", "My bookings"),
        ),
        footer=(f"Plain words do too: any room for 8 near {_a_building(call)} tomorrow afternoon?",),
    )


def _a_building(call: Call) -> str:
    buildings = call.desk.picture.catalogue.buildings.values()
    return next((each.name for each in buildings), "the library")


def _one(command: Command) -> Reply:
    """A single command, with what it takes and examples of it."""
    return Reply(
        (Code(command.usage), " ", command.summary, "."),
        fields=tuple(Field(each.name, (each.describes,)) for each in command.takes),
        items=tuple(Item((Code(each),)) for each in command.examples),
        footer=(f"Also: {', '.join(f'/{name}' for name in command.also)}",) if command.also else (),
    )


COMMAND = Command(
    name="help",
    summary="What you can say",
    usage="/help [rooms|society|COMMAND]",
    answer=answer,
    actions=(Action("help", answer),),
    also=("rooms help", "society help", "book help", "?"),
)
