"""Validates application commands as Discord does, and finds a command by its line."""

import re
from typing import Any

from tests.standins.discord.message_validation import Path, Payload, ValidationErrors

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUB_COMMAND, SUB_COMMAND_GROUP = 1, 2
MAX_COMMANDS = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}
_NAME = re.compile(r"[-_'\w]{1,32}\Z")


def validate_commands(commands: object) -> ValidationErrors:
    """Validate a bulk overwrite."""
    errors = ValidationErrors()
    if not errors.count((), commands, 130):
        return errors
    assert isinstance(commands, list)
    for index, command in enumerate(commands):
        _check_command(errors, (index,), command)
    for kind, maximum in MAX_COMMANDS.items():
        names = [each.get("name") for each in commands if each.get("type", CHAT_INPUT) == kind]
        if len(names) > maximum:
            errors.add((), "APPLICATION_COMMANDS_MAX", f"At most {maximum} commands of kind {kind}.")
        if len(set(names)) < len(names):
            errors.add((), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    return errors


def _check_command(errors: ValidationErrors, at: Path, command: Payload) -> None:
    if command.get("type", CHAT_INPUT) != CHAT_INPUT:
        errors.length((*at, "name"), command.get("name"), 32, 1)
        if command.get("description") or command.get("options"):
            errors.add(
                (*at, "description"), "APPLICATION_COMMAND_CONTEXT_MENU", "Context menus have a name only."
            )
        return
    _check_node(errors, at, command, depth=0)
    if _size(command) > 8000:
        errors.add(at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _check_node(errors: ValidationErrors, at: Path, node: Payload, depth: int) -> None:
    name = str(node.get("name"))
    if not _NAME.match(name) or name != name.lower():
        errors.add((*at, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    errors.length((*at, "description"), node.get("description"), 100, 1)
    options = node.get("options") or []
    if not errors.count((*at, "options"), options, 25):
        return
    names = [option.get("name") for option in options]
    if len(set(names)) < len(names):
        errors.add((*at, "options"), "APPLICATION_COMMAND_OPTIONS_NAME_UNIQUE", "Option names must be unique")
    nested = [option.get("type") in {SUB_COMMAND, SUB_COMMAND_GROUP} for option in options]
    if any(nested) and not all(nested):
        errors.add(
            (*at, "options"), "APPLICATION_COMMAND_OPTIONS_MIXED", "Sub-commands and options cannot be mixed"
        )
    for index, option in enumerate(options):
        _check_option(errors, (*at, "options", index), option, depth)
    _require_required_first(errors, at, options)


def _check_option(errors: ValidationErrors, at: Path, option: Payload, depth: int) -> None:
    _check_node(errors, at, option, depth + 1)
    if option.get("type") == SUB_COMMAND_GROUP and depth > 0:
        errors.add((*at, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Groups nest once")
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        errors.add(
            (*at, "autocomplete"),
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE",
            "Either choices or autocomplete",
        )
    if errors.count((*at, "choices"), choices, 25):
        for index, choice in enumerate(choices):
            errors.length((*at, "choices", index, "name"), choice.get("name"), 100, 1)
            errors.length((*at, "choices", index, "value"), str(choice.get("value")), 100, 1)


def _require_required_first(errors: ValidationErrors, at: Path, options: list[Payload]) -> None:
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        errors.add(
            (*at, "options"),
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
            "Required options must be placed before non-required options",
        )


def _size(node: Payload) -> int:
    own = len(str(node.get("name"))) + len(str(node.get("description")))
    choices = sum(len(str(each["name"])) + len(str(each["value"])) for each in node.get("choices") or ())
    return own + choices + sum(_size(option) for option in node.get("options") or ())


def find_command(commands: list[dict[str, Any]], line: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The command of a line such as `/rooms free`, and the path to its sub-command (empty without one)."""
    words = line.removeprefix("/").split()
    command = next((each for each in commands if each["name"] == words[0] and each.get("type", 1) == 1), None)
    if command is None:
        raise LookupError(f"{line!r} is not offered; there is {sorted(each['name'] for each in commands)}")
    steps: list[dict[str, Any]] = []
    node = command
    for word in words[1:]:
        found = next((each for each in node.get("options") or () if each["name"] == word), None)
        if found is None or found["type"] not in {SUB_COMMAND, SUB_COMMAND_GROUP}:
            raise LookupError(f"{line!r} is not offered: {node['name']!r} has no {word!r}")
        steps.append(found)
        node = found
    if any(each["type"] in {SUB_COMMAND, SUB_COMMAND_GROUP} for each in node.get("options") or ()):
        raise LookupError(f"{line!r} is a group; it cannot be run")
    return command, steps
