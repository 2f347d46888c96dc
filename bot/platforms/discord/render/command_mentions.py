"""Writes hints in Discord's way: `/rooms free now 20 seats` becomes `</rooms free:5>` and its options.

Replies contain hints as lines that people type elsewhere. On Discord a line cannot be typed: commands have
options. So each hint becomes a clickable mention of its command, and its words the values of the options.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from bot.chat.command import Command, CommandParameter, ParameterType
from bot.chat.reply import Code, Inline, Reply, Text

_Values = dict[str, str]
_FIRST_WORD = re.compile(r"(\S+)\s*")
_BOOKING_ID = re.compile(r"[0-9a-f]{8}\b\s*")
_NAME_OF_ROOM = re.compile(r"(?:[A-Z]\w* )*(?=\S*(?:\d|[A-Z]{2}))[A-Z]\S*\s*")
_NAME_OF_BUILDING = re.compile(r"campus\b|[A-Z]\S*(?: [A-Z]\S*)*")
_TITLE = re.compile(r'\s*"(?P<value>[^"]*)"')
_SOCIETY = re.compile(r"\s*\bfor (?P<value>[A-Z]\w*)")
_SEATS = re.compile(r"\s*\b(?P<value>\d+) seats\b")
_NEAR = re.compile(rf"\s*\b(?P<value>near (?:{_NAME_OF_BUILDING.pattern}|.+$))")
_PLACEHOLDER = re.compile(r"[A-Z]{3,}\b")
_END = re.compile(r", or |[.;)”?](?=\s|$)|\n|$")
_EXAMPLE = re.compile(r"(?:example|you|use): ?$", re.IGNORECASE)
_UNKNOWN = "…"


class CommandLine(Code, frozen=True):
    """Hint in Discord's way: `text` where no mark-up is shown, else `markdown`."""

    markdown: str = ""


class CommandMentions:
    """The commands with their ids, which Discord gives when they are registered."""

    def __init__(self, commands: Sequence[Command] = ()) -> None:
        self._ids: Mapping[str, str] = {}
        self._commands = {name: each for each in commands for name in (each.name, *each.aliases)}
        self._usages = {each.usage: each for each in commands}
        names = "|".join(re.escape(each) for each in sorted(self._commands, key=len, reverse=True))
        self._hint = re.compile(rf"(?<![\w/.<])/(?P<name>{names})(?![\w/-])") if names else None

    def set_ids(self, ids: Mapping[str, str]) -> None:
        """Set the ids by the first word of a command's name."""
        self._ids = dict(ids)

    def translate(self, reply: Reply) -> Reply:
        """The reply with its hints in Discord's way."""
        if not any(map(_may_hint, _texts(reply))):
            return reply
        return replace(
            reply,
            text=self._text(reply.text),
            footer=self._text(reply.footer),
            fields=tuple(replace(each, value=self._text(each.value)) for each in reply.fields),
            items=tuple(
                replace(each, title=self._text(each.title), detail=self._text(each.detail))
                for each in reply.items
            ),
        )

    def _text(self, text: Text) -> Text:
        return tuple(part for inline in text for part in self._inline(inline))

    def _inline(self, inline: Inline) -> Iterator[Inline]:
        if isinstance(inline, Code):
            yield self._code(inline)
        elif isinstance(inline, str) and self._hint is not None and "/" in inline:
            yield from self._sentence(inline, self._hint)
        else:
            yield inline

    def _code(self, code: Code) -> Code:
        """A hint that is code as a whole, with what follows the name as options."""
        if (command := self._usages.get(code.text)) is not None:
            return self._line(command, command.name, _usage(command))
        match = self._hint.match(code.text) if self._hint is not None else None
        if match is None:
            return code
        command, values = self._commands[match["name"]], {}
        if rest := code.text[match.end() :].strip():
            values = options_of(command, rest)
        return self._line(command, match["name"], _typed(values))

    def _sentence(self, sentence: str, hint: re.Pattern[str]) -> Iterator[Inline]:
        """A sentence with its hints; only an example's words are options to its end."""
        at = 0
        for match in hint.finditer(sentence):
            command, before = self._commands[match["name"]], sentence[at : match.start()]
            rest = sentence[match.end() :]
            end = _end_of_example(rest) if _EXAMPLE.search(before) else _end_of_words(command, rest)
            yield before
            values = options_of(command, rest[:end].strip()) if rest[:end].strip() else {}
            yield self._line(command, match["name"], _typed(values))
            at = match.end() + end
        yield sentence[at:]

    def _line(self, command: Command, called: str, options: str) -> CommandLine:
        name = called if called in self._ids else command.name
        number = self._ids.get(name.split()[0], "")
        line = f"/{name} {options}".strip()
        if not number:
            return CommandLine(line)
        return CommandLine(
            line, f"</{name}:{number}>" + (f" `{options.replace('`', '')}`" if options else "")
        )


def _texts(reply: Reply) -> Iterator[Text]:
    yield from (reply.text, reply.footer)
    yield from (each.value for each in reply.fields)
    for item in reply.items:
        yield item.title
        yield item.detail


def _may_hint(text: Text) -> bool:
    """Whether a text has code or a slash, without which it has no hint."""
    return any("/" in each if isinstance(each, str) else isinstance(each, Code) for each in text)


def _usage(command: Command) -> str:
    """`room:… when:… [for:…]`."""
    return " ".join(
        f"{each.name}:{_UNKNOWN}" if each.required else f"[{each.name}:{_UNKNOWN}]"
        for each in command.parameters
    )


def _typed(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}:{value}" for name, value in values.items())


def _end_of_example(rest: str) -> int:
    match = _END.search(rest)
    return match.start() if match is not None else len(rest)


def _end_of_words(command: Command, rest: str) -> int:
    """Where the words end that can only be an option: a placeholder such as `COMMAND`, or a fixed choice."""
    words = "|".join(
        rf"{re.escape(each.name)} (?:{choices})|(?:{choices})" if each.name != "switch" else choices
        for each in command.parameters
        if (choices := "|".join(map(re.escape, each.choices)))
    )
    match = re.match(rf" (?:{words or _PLACEHOLDER.pattern}|{_PLACEHOLDER.pattern})", rest)
    return match.end() if match is not None and command.parameters else 0


def options_of(command: Command, words: str) -> _Values:
    """The words of a hint as options, in the order of the command's parameters."""
    by_type = {each.type: each for each in reversed(command.parameters)}  # the first of each type
    if any(words.startswith(f"{each.name} ") for each in command.parameters):
        return _named(command.parameters, words)
    values: _Values = {}
    for kind, pattern in (
        (ParameterType.BOOKING, _BOOKING_ID),
        (ParameterType.ROOM, _NAME_OF_ROOM),
        (ParameterType.PLACE, _NAME_OF_ROOM),
        (ParameterType.PERSON, _FIRST_WORD),
    ):
        if kind in by_type and (match := pattern.match(words)) is not None:
            values[by_type[kind].name] = match.group().strip()
            words = words[match.end() :]
    for kind, pattern in (
        (ParameterType.TEXT, _TITLE),
        (ParameterType.SOCIETY, _SOCIETY),
        (ParameterType.NUMBER, _SEATS),
        (ParameterType.PLACE, _NEAR),
    ):
        if kind in by_type and (match := pattern.search(words)) is not None:
            values[by_type[kind].name] = match["value"]
            words = words[: match.start()] + words[match.end() :]
    if words.strip():
        values |= _rest(by_type, values, words.strip())
    return {
        each.name: _UNKNOWN if _is_placeholder(command, value) else value
        for each in command.parameters
        if (value := values.get(each.name))
    }


def _is_placeholder(command: Command, value: str) -> bool:
    """Whether a value stands for any, as `ROOM` does in `/book ROOM tomorrow 3pm`."""
    return (
        value.isalpha() and value.isupper() and f" {value} " in re.sub(r"[\[\]|]", " ", command.usage) + " "
    )


def _named(parameters: Sequence[CommandParameter], words: str) -> _Values:
    """Options that a line names, as in `reminders 60, 10 quiet 22:00-8:00`."""
    names = "|".join(re.escape(each.name) for each in parameters)
    parts = re.split(rf"\b({names})\b", words)
    return {name: value.strip() for name, value in zip(parts[1::2], parts[2::2], strict=True)}


def _rest(by_type: Mapping[ParameterType, CommandParameter], taken: _Values, words: str) -> _Values:
    """What no other option took: the time, or else the first free text, place or society."""
    place, when = by_type.get(ParameterType.PLACE), by_type.get(ParameterType.WHEN)
    if place is not None and when is not None and not taken.keys() & {place.name, when.name}:
        name = _NAME_OF_BUILDING.match(words)
        if name is not None and (time := words[name.end() :].strip()):
            return {place.name: name[0], when.name: time}
    for kind in (
        *((ParameterType.PLACE,) if words[0].isupper() else ()),
        ParameterType.WHEN,
        ParameterType.TEXT,
        ParameterType.PLACE,
        ParameterType.SOCIETY,
        ParameterType.BOOKING,
    ):
        if kind in by_type and by_type[kind].name not in taken:
            return {by_type[kind].name: words}
    return {}
