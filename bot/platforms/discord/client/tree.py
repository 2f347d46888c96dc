"""The command table as Discord's command tree: groups, typed options, suggestions, context menus."""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

import discord
from discord import app_commands

from bot.chat.command import Command, CommandParameter, ParameterType
from bot.platforms.discord.render.text import clip

RunCommand: TypeAlias = Callable[[discord.Interaction, Command, dict[str, str]], Awaitable[None]]
SuggestValues: TypeAlias = Callable[
    [discord.Interaction, ParameterType, str], Awaitable[list[app_commands.Choice[str]]]
]

DESCRIPTION = 100
TOP_LEVEL_ALIASES = frozenset({"book"})
"""Other names that deserve a place of their own in the list that all bots of a server share."""
AUTOCOMPLETED = frozenset(
    {
        ParameterType.WHEN,
        ParameterType.ROOM,
        ParameterType.PLACE,
        ParameterType.BUILDING,
        ParameterType.EQUIPMENT,
        ParameterType.SOCIETY,
        ParameterType.BOOKING,
    }
)
GROUPS = {"rooms": "Find and book rooms", "society": "Your societies"}
INSTALLS = app_commands.AppInstallationType(guild=True, user=True)
CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
MANAGERS = discord.Permissions(manage_guild=True)


class AutocompleteTransformer(app_commands.Transformer):
    """Text that is helped along while it is typed."""

    def __init__(self, takes: ParameterType, suggest: SuggestValues) -> None:
        self._takes = takes
        self._suggest = suggest

    async def transform(self, interaction: discord.Interaction, value: str, /) -> str:
        return value

    async def autocomplete(  # type: ignore[override]  # ours are all texts
        self, interaction: discord.Interaction, value: str, /
    ) -> list[app_commands.Choice[str]]:
        return await self._suggest(interaction, self._takes, value)


def add_commands(
    tree: app_commands.CommandTree[Any], commands: Sequence[Command], run: RunCommand, suggest: SuggestValues
) -> None:
    """Give the tree every command under its own name, and a few words of their own."""
    groups = _groups(commands)
    for group in groups.values():
        tree.add_command(group)
    for command in commands:
        for name in (
            _name(command, groups),
            *(other for other in command.aliases if other in TOP_LEVEL_ALIASES),
        ):
            first, _, second = name.partition(" ")
            built = _build(second or first, command, run, suggest)
            if second:
                groups[first].add_command(built)
            else:
                built.allowed_installs, built.allowed_contexts = INSTALLS, CONTEXTS
                tree.add_command(built)


def _groups(commands: Sequence[Command]) -> dict[str, app_commands.Group]:
    """A group for each first word; hidden from those who do not manage when all in it is for those who do."""
    members: dict[str, list[Command]] = {}
    for command in commands:
        if " " in command.name:
            members.setdefault(command.name.split()[0], []).append(command)
    return {name: _group(name, inside) for name, inside in members.items()}


def _group(name: str, inside: Sequence[Command]) -> app_commands.Group:
    return app_commands.Group(
        name=name,
        description=GROUPS.get(name, name.capitalize()),
        allowed_installs=INSTALLS,
        allowed_contexts=CONTEXTS,
        default_permissions=MANAGERS if all(each.admin_only for each in inside) else None,
    )


def _name(command: Command, groups: Mapping[str, object]) -> str:
    return f"{command.name} show" if command.name in groups else command.name


def _build(
    name: str, command: Command, run: RunCommand, suggest: SuggestValues
) -> app_commands.Command[Any, ..., None]:
    names = {f"option_{place}": each.name for place, each in enumerate(command.parameters)}

    async def callback(interaction: discord.Interaction, **given: Any) -> None:  # noqa: ANN401  # as annotated below
        await run(
            interaction,
            command,
            {names[key]: _text(value) for key, value in given.items() if value is not None},
        )

    parameters = [_parameter(key, each, suggest) for key, each in zip(names, command.parameters, strict=True)]
    first = inspect.Parameter(
        "interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction
    )
    callback.__signature__ = inspect.Signature([first, *parameters])  # type: ignore[attr-defined]  # read by discord.py
    app_commands.rename(**names)(callback)
    app_commands.describe(
        **{
            key: clip(each.description, DESCRIPTION) or "…"
            for key, each in zip(names, command.parameters, strict=True)
        }
    )(callback)
    if command.admin_only:
        app_commands.default_permissions(MANAGERS)(callback)
    summary = clip(command.summary, DESCRIPTION)
    return app_commands.Command(name=name, description=summary or "…", callback=callback)


def _parameter(key: str, given: CommandParameter, suggest: SuggestValues) -> inspect.Parameter:
    default = inspect.Parameter.empty if given.required else None
    return inspect.Parameter(
        key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=_annotation(given.type, suggest)
    )


def _annotation(takes: ParameterType, suggest: SuggestValues) -> Any:  # noqa: ANN401  # what discord.py understands
    if takes is ParameterType.PERSON:
        return discord.User
    if takes is ParameterType.NUMBER:
        return app_commands.Range[int, 1, 10_000]
    if takes in AUTOCOMPLETED:
        return app_commands.Transform[str, AutocompleteTransformer(takes, suggest)]
    return app_commands.Range[str, 1, 500]


def _text(value: object) -> str:
    """An option as it would be typed; a person as a mention."""
    return f"<@{value.id}>" if isinstance(value, discord.abc.User) else str(value)


def add_menus(
    tree: app_commands.CommandTree[Any],
    on_person: Callable[[discord.Interaction, discord.User], Awaitable[None]],
    on_message: Callable[[discord.Interaction, discord.Message], Awaitable[None]],
) -> None:
    """The context menus of people and messages."""

    async def with_person(interaction: discord.Interaction, user: discord.User) -> None:
        await on_person(interaction, user)

    async def from_message(interaction: discord.Interaction, message: discord.Message) -> None:
        await on_message(interaction, message)

    for name, callback in (("Book with this user", with_person), ("Book from this message", from_message)):
        menu: app_commands.ContextMenu = app_commands.ContextMenu(name=name, callback=callback)
        menu.allowed_installs, menu.allowed_contexts = INSTALLS, CONTEXTS
        tree.add_command(menu)


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """The same as long as Discord would be told the same."""
    told = [each.to_dict(tree) for each in tree.get_commands()]
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()
