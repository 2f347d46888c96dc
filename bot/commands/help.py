"""`/help`: the six things that people do first, and every command behind a button."""

from collections.abc import Sequence

from bot.chat.actions import Action
from bot.chat.command import (
    TOP_LEVEL_ALIASES,
    ButtonAction,
    Command,
    CommandContext,
    CommandParameter,
    ParameterType,
)
from bot.chat.reply import Button, ButtonStyle, Code, Reply, ReplyField, ReplyItem, Text
from bot.chat.request import PlatformName

_ALL = "all"
_FIRST_STEPS = (
    ("/rooms free now", "Find a free room"),
    ("/book ROOM tomorrow 3pm", "Book a room"),
    ("/rooms mine", "See your bookings"),
    ("/rooms extend 30 min", "Keep a room longer"),
    ("/rooms cancel", "Cancel a booking"),
    ("/rooms quota", "See your quota for this week"),
)

_SHORTCUTS = (
    Button(Action.FREE_NOW, "Free now", style=ButtonStyle.PRIMARY),
    Button(Action.OPEN_FORM, "Book a room…", opens=True),
    Button(Action.MY_BOOKINGS, "My bookings"),
)


async def handle(context: CommandContext) -> Reply:
    topic = (context.argument("command") or context.value).strip().removeprefix("/").casefold()
    commands = [each for each in context.commands if _may_use(context, each)]
    if topic == _ALL:
        return _list([each for each in commands if each.is_listed])
    exact = [each for each in context.commands if topic in {each.name, *each.aliases}]
    listed = (each for each in commands if each.is_listed)
    matching = exact or [each for each in listed if topic and _is_about(each, topic)]
    if len(matching) == 1:
        return _describe(context, matching[0])
    return _list(matching) if matching else _first_steps(context)


def _may_use(context: CommandContext, command: Command) -> bool:
    return command.may_use is None or command.may_use(context)


def _is_about(command: Command, topic: str) -> bool:
    return command.name.startswith(topic) or topic in command.aliases or topic in command.name.split()


def _first_steps(context: CommandContext) -> Reply:
    return Reply(
        ("Here's what you can do:",),
        items=tuple(ReplyItem((Code(usage),), (summary,)) for usage, summary in _FIRST_STEPS),
        actions=(*_SHORTCUTS, Button(Action.HELP, "All commands", _ALL)),
        footer=(f"Or just ask: any room for 8 near {_example_building(context)} tomorrow afternoon?",),
    )


def _list(commands: Sequence[Command]) -> Reply:
    return Reply(
        ("Commands:",),
        items=tuple(ReplyItem((Code(each.usage),), (each.summary,)) for each in commands),
        actions=_SHORTCUTS,
        footer=("/help COMMAND explains one of them.",),
    )


def _example_building(context: CommandContext) -> str:
    buildings = context.read_model.catalogue.buildings.values()
    return next((each.name for each in buildings), "the library")


def _describe(context: CommandContext, command: Command) -> Reply:
    """One command, with its parameters and examples."""
    return Reply(
        (Code(command.usage), " ", command.summary, ".", *_who_may(context, command)),
        fields=tuple(ReplyField(each.name, (each.description,)) for each in command.parameters),
        items=tuple(ReplyItem((Code(each),)) for each in command.examples),
        footer=_other_names(context, command),
    )


def _who_may(context: CommandContext, command: Command) -> Text:
    return () if _may_use(context, command) else (" Only administrators can use it.",)


def _other_names(context: CommandContext, command: Command) -> Text:
    """Aliases that can be typed: none on Discord, and on Slack those that begin with a command of its own."""
    platform = context.request.requester.platform
    if platform is PlatformName.DISCORD:
        return ()
    aliases = command.aliases
    if platform is PlatformName.SLACK:
        names = {*(each.name.split()[0] for each in context.commands), *TOP_LEVEL_ALIASES}
        aliases = tuple(name for name in aliases if name.split()[0] in names)
    return (f"Also: {', '.join(f'/{name}' for name in aliases)}",) if aliases else ()


COMMAND = Command(
    name="help",
    summary="See what Roomie can do",
    usage="/help [all|COMMAND]",
    handle=handle,
    actions=(ButtonAction(Action.HELP, handle),),
    parameters=(CommandParameter("command", ParameterType.TEXT, "The command to explain, or all"),),
    aliases=("?", "rooms help"),
)
