"""Builds Discord's command tree from our commands: groups, options, autocomplete, context menus."""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal, TypeAlias

import discord
from discord import app_commands

from bot.chat.command import TOP_LEVEL_ALIASES, Command, CommandParameter, ParameterType
from bot.platforms.text import clip_line

RunCommand: TypeAlias = Callable[[discord.Interaction, Command, dict[str, str]], Awaitable[None]]
SuggestValues: TypeAlias = Callable[
    [discord.Interaction, ParameterType, str], Awaitable[list[app_commands.Choice[str]]]
]

MAX_DESCRIPTION = 100
AUTOCOMPLETED = frozenset(
    {
        ParameterType.WHEN,
        ParameterType.ROOM,
        ParameterType.PLACE,
        ParameterType.BUILDING,
        ParameterType.EQUIPMENT,
        ParameterType.SOCIETY,
        ParameterType.BOOKING,
        ParameterType.TIME_ZONE,
    }
)
_GROUPS = {
    "rooms": "Find and book rooms",
    "society": "Your societies",
    "admin": "Administer rooms, people and societies",
    "admin room": "Rooms: add, change, put out of use",
    "admin building": "Buildings: add, change, put out of use",
    "admin user": "People: find, groups, quota, blocks",
    "admin society": "Societies: add, presidents, limits",
    "admin wait": "The waiting list",
    "admin hold": "Rooms held for the waiting list",
    "admin source": "Timetable sources",
    "admin job": "Periodic jobs",
    "admin outbox": "Messages that wait or failed",
}
_INSTALLS = app_commands.AppInstallationType(guild=True, user=True)
_CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
_MANAGERS = discord.Permissions(manage_guild=True)


class AutocompleteTransformer(app_commands.Transformer):
    """Text option with autocomplete."""

    def __init__(self, kind: ParameterType, suggest: SuggestValues) -> None:
        self._kind = kind
        self._suggest = suggest

    async def transform(self, interaction: discord.Interaction, value: str, /) -> str:
        return value

    async def autocomplete(  # type: ignore[override]  # all options with autocomplete are texts
        self, interaction: discord.Interaction, value: str, /
    ) -> list[app_commands.Choice[str]]:
        return await self._suggest(interaction, self._kind, value)


def add_commands(
    tree: app_commands.CommandTree[Any], commands: Sequence[Command], run: RunCommand, suggest: SuggestValues
) -> None:
    """Add every command under its name, and some under an alias as well."""
    groups = _groups(commands)
    for name, group in groups.items():
        if " " not in name:
            tree.add_command(group)
    for command in commands:
        for name in (
            _name(command, groups),
            *(other for other in command.aliases if other in TOP_LEVEL_ALIASES),
        ):
            parent, _, last = name.rpartition(" ")
            built = _create_command(last, command, run, suggest)
            if parent:
                groups[parent].add_command(built)
            else:
                built.allowed_installs, built.allowed_contexts = _INSTALLS, _CONTEXTS
                tree.add_command(built)


def _groups(commands: Sequence[Command]) -> dict[str, app_commands.Group]:
    """A group per first word, and in it one per second word of commands with three.

    Hidden from ordinary members when all its commands are for administrators.
    """
    members: dict[str, list[Command]] = {}
    for command in commands:
        if " " in command.name:
            members.setdefault(command.name.split()[0], []).append(command)
    groups = {name: _group(name, subcommands) for name, subcommands in members.items()}
    for name in dict.fromkeys(each.name.rpartition(" ")[0] for each in commands):
        parent, _, child = name.partition(" ")
        if child:
            groups[name] = app_commands.Group(
                name=child, description=_GROUPS.get(name, child.capitalize()), parent=groups[parent]
            )
    return groups


def _group(name: str, subcommands: Sequence[Command]) -> app_commands.Group:
    return app_commands.Group(
        name=name,
        description=_GROUPS.get(name, name.capitalize()),
        allowed_installs=_INSTALLS,
        allowed_contexts=_CONTEXTS,
        default_permissions=_MANAGERS if all(each.admin_only for each in subcommands) else None,
    )


def _name(command: Command, groups: Mapping[str, object]) -> str:
    return f"{command.name} show" if command.name in groups else command.name


def _create_command(
    name: str, command: Command, run: RunCommand, suggest: SuggestValues
) -> app_commands.Command[Any, ..., None]:
    names = {f"option_{index}": each.name for index, each in enumerate(command.parameters)}

    async def callback(interaction: discord.Interaction, **options: Any) -> None:  # noqa: ANN401  # as annotated below
        await run(
            interaction,
            command,
            {names[key]: _text(value) for key, value in options.items() if value is not None},
        )

    parameters = [
        _parameter(key, each, suggest, is_required=each.required and not command.without_text)
        for key, each in zip(names, command.parameters, strict=True)
    ]
    first = inspect.Parameter(
        "interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction
    )
    callback.__signature__ = inspect.Signature([first, *parameters])  # type: ignore[attr-defined]  # read by discord.py
    app_commands.rename(**names)(callback)
    app_commands.describe(
        **{
            key: clip_line(each.description, MAX_DESCRIPTION) or "…"
            for key, each in zip(names, command.parameters, strict=True)
        }
    )(callback)
    if command.admin_only:
        app_commands.default_permissions(_MANAGERS)(callback)
    summary = clip_line(command.summary, MAX_DESCRIPTION)
    return app_commands.Command(name=name, description=summary or "…", callback=callback)


def _parameter(
    key: str, parameter: CommandParameter, suggest: SuggestValues, *, is_required: bool
) -> inspect.Parameter:
    default = inspect.Parameter.empty if is_required else None
    return inspect.Parameter(
        key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=_annotation(parameter, suggest)
    )


def _annotation(parameter: CommandParameter, suggest: SuggestValues) -> Any:  # noqa: ANN401  # what discord.py understands
    kind = parameter.type
    if parameter.choices:
        return Literal[parameter.choices]
    if kind is ParameterType.PERSON:
        return discord.User
    if kind is ParameterType.NUMBER:
        return app_commands.Range[int, 1, 10_000]
    if kind in AUTOCOMPLETED:
        return app_commands.Transform[str, AutocompleteTransformer(kind, suggest)]
    return app_commands.Range[str, 1, 500]


def _text(value: object) -> str:
    """An option's value as it would be typed; a user as a mention."""
    return f"<@{value.id}>" if isinstance(value, discord.abc.User) else str(value)


def add_menus(
    tree: app_commands.CommandTree[Any],
    on_user: Callable[[discord.Interaction, discord.User], Awaitable[None]],
    on_message: Callable[[discord.Interaction, discord.Message], Awaitable[None]],
) -> None:
    """Add the context menus of users and messages."""

    async def with_user(interaction: discord.Interaction, user: discord.User) -> None:
        await on_user(interaction, user)

    async def from_message(interaction: discord.Interaction, message: discord.Message) -> None:
        await on_message(interaction, message)

    for name, callback in (("Book with this user", with_user), ("Book from this message", from_message)):
        menu: app_commands.ContextMenu = app_commands.ContextMenu(name=name, callback=callback)
        menu.allowed_installs, menu.allowed_contexts = _INSTALLS, _CONTEXTS
        tree.add_command(menu)


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """Hash of what a sync would send."""
    payload = [each.to_dict(tree) for each in tree.get_commands()]
    return sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()
