"""`/help`: what can be said, with something to press for those who would rather not type."""

from bot.command import Action, Call, Command
from bot.reply import Button, ButtonStyle, Code, Item, Reply


async def answer(call: Call) -> Reply:
    family = call.words.strip().removeprefix("/").casefold()
    shown = [each for each in call.menu if not family or each.name.startswith(family)] or list(call.menu)
    shown = [each for each in shown if not each.for_admins or call.asked.by.manages]
    return Reply(
        ("What Roomie does:",),
        items=tuple(Item((Code(each.usage),), (each.summary,)) for each in shown),
        actions=(
            Button("free_now", "Free now", style=ButtonStyle.PRIMARY),
            Button("form", "Book a room…", opens=True),
            Button("mine", "My bookings"),
        ),
        footer=("Plain words do too: any room for 8 near Ainsworth tomorrow afternoon?",),
    )


COMMAND = Command(
    name="help",
    summary="What you can say",
    usage="/help [rooms|society]",
    answer=answer,
    actions=(Action("help", answer),),
    also=("rooms help", "society help", "book help", "?"),
)
