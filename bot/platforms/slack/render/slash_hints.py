"""Writes hints so that they can be typed in Slack: `/help` is Slack's own, so it becomes `/rooms help`."""

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from bot.chat.command import TOP_LEVEL_ALIASES, Command
from bot.chat.reply import Code, Inline, Reply, Text

RESERVED_BY_SLACK = frozenset({"help", "?"})
_HELP = "rooms help"
_WORD = re.compile(r"(?<![\w/.<])/(?P<line>[a-z?]+(?: [a-z]+)?)(?![\w/-])")


class SlashHints:
    """Replaces commands and aliases that are no slash commands in the manifest by those that are."""

    def __init__(self, commands: Sequence[Command]) -> None:
        self._slash_commands = frozenset(slash_commands(commands))
        self._names: Mapping[str, str] = {
            alias: _HELP if each.name in RESERVED_BY_SLACK else each.name
            for each in commands
            for alias in (each.name, *each.aliases)
        }

    def translate(self, reply: Reply) -> Reply:
        """The reply with hints that can be typed; other text, which may be anybody's, stays as it is."""
        return replace(
            reply,
            text=self._codes(reply.text),
            fields=tuple(replace(each, value=self._codes(each.value)) for each in reply.fields),
            items=tuple(
                replace(each, title=self._codes(each.title), detail=self._codes(each.detail))
                for each in reply.items
            ),
            footer=tuple(
                self._typable(each) if isinstance(each, str) else each for each in self._codes(reply.footer)
            ),
        )

    def _codes(self, text: Text) -> Text:
        return tuple(self._code(each) for each in text)

    def _code(self, part: Inline) -> Inline:
        return Code(self._typable(part.text)) if isinstance(part, Code) else part

    def _typable(self, text: str) -> str:
        return _WORD.sub(self._line, text)

    def _line(self, found: re.Match[str]) -> str:
        words = found["line"].split()
        if words[0] in self._slash_commands:
            return found[0]
        for count in range(len(words), 0, -1):
            name = self._names.get(" ".join(words[:count]))
            if name is not None:
                return "/" + " ".join((name, *words[count:]))
        return found[0]


def slash_commands(commands: Iterable[Command]) -> set[str]:
    """The words that are slash commands: the first of each command's name, and a few aliases."""
    words = {each.name.split()[0] for each in commands}
    words |= {alias for each in commands for alias in each.aliases if alias in TOP_LEVEL_ALIASES}
    return words - RESERVED_BY_SLACK
