"""Reads typed text into the values of a verb: `wil until friday "broke the projector"`."""

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct, field

from bot.administration.verb import CONFIRM, AdminParameter, AdminVerb
from core.errors import Invalid

_TOKEN = re.compile(r"""["“”„](?P<quoted>[^"“”„]*)["“”„]|(?P<plain>[^\s"“”„]+)""")
_DASHES = "-–—"
_YES = re.compile(r"[-–—]+yes", re.IGNORECASE)
_MAX_SHOWN = 60


class _Token(Struct, frozen=True):
    text: str
    is_quoted: bool = False


class _ValueReader(Struct):
    """Collects values from left to right; `open` is the parameter whose words are being read."""

    verb: AdminVerb
    words: dict[str, list[str]] = field(default_factory=dict)
    leading: list[str] = field(default_factory=list)
    open: AdminParameter | None = None

    def read(self, token: _Token) -> None:
        if token.is_quoted:
            self._quote(token.text)
        elif _YES.fullmatch(token.text) and any(each.name == CONFIRM for each in self.verb.all_parameters):
            self.words[CONFIRM], self.open = ["yes"], None
        elif (found := self._named(token.text)) is not None:
            parameter, value = found
            self.words[parameter.name] = [value] if value else []
            self.open = None if value else parameter
        elif self.open is not None and not (self.open.is_word and self.words[self.open.name]):
            self.words[self.open.name].append(token.text)
        else:
            self.open = None
            self.leading.append(token.text)

    def read_argument(self, argument: str) -> None:
        """An argument of a command line; one with spaces is read as it is."""
        if not argument.split()[1:]:
            self.read(_Token(argument))
        elif self.open is not None:
            self.words[self.open.name].append(argument)
        else:
            self.leading.append(argument)

    def _quote(self, quoted: str) -> None:
        """The value of the name before it, of the first in place, or of what is usually quoted."""
        first = next((each for each in self.verb.parameters if each.is_positional), None)
        if self.open is not None and not self.words[self.open.name]:
            self.words[self.open.name] = [quoted]
        elif first is not None and first.name not in self.words and not (self.leading or first.takes_quotes):
            self.leading.append(quoted)
        else:
            free = (
                each for each in self.verb.parameters if each.takes_quotes and each.name not in self.words
            )
            if (parameter := next(free, None)) is None:
                self.leading.append(quoted)
            else:
                self.words[parameter.name] = [quoted]
        self.open = None

    def _named(self, text: str) -> tuple[AdminParameter, str] | None:
        """The parameter that a word names, with its value where that follows a `=`."""
        name, equals, value = text.partition("=")
        name = name.strip(_DASHES).rstrip(":").casefold().replace("_", "-")
        for each in self.verb.all_parameters:
            is_dashed = text[:1] in _DASHES or equals
            names = {each.name, *each.keywords}
            # A word that is read in place is no name, unless it looks like an option.
            if name in names and (is_dashed or not each.is_positional or name in each.keywords):
                return each, value
        return None

    def values(self) -> Mapping[str, str]:
        found = {name: " ".join(words) for name, words in self.words.items()}
        return self._place() | found

    def _place(self) -> dict[str, str]:
        """The words without a name, in the order of the parameters."""
        places = [each for each in self.verb.parameters if each.is_positional and each.name not in self.words]
        found, rest = dict[str, str](), list(self.leading)
        for place, each in enumerate(places):
            if not rest:
                break
            later = sum(other.is_word and other.required for other in places[place + 1 :])
            count = 1 if each.is_word else max(1, len(rest) - later)
            found[each.name], rest = " ".join(rest[:count]), rest[count:]
        if rest:
            shown = " ".join(rest)[:_MAX_SHOWN]
            raise Invalid(f"I don't understand “{shown}”. Write: {self.verb.usage}")
        return found


def read_values(verb: AdminVerb, text: str) -> Mapping[str, str]:
    """The values by parameter; raises `Invalid` for words that belong to none."""
    reader = _ValueReader(verb)
    for token in _tokens(text):
        reader.read(token)
    return reader.values()


def read_words(
    verb: AdminVerb, placed: Mapping[str, str], parameter: AdminParameter, words: Sequence[str]
) -> Mapping[str, str]:
    """The values in the last words of a command line, which begin with those of `parameter`.

    `placed` are the values before them. A word with spaces was quoted in the shell, and is no name.
    """
    if len(words) == 1:
        return {parameter.name: words[0]}
    reader = _ValueReader(verb, {name: [value] for name, value in placed.items() if value})
    for each in words:
        reader.read_argument(each)
    return reader.values()


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        quoted = found["quoted"]
        yield _Token(found["plain"] or "") if quoted is None else _Token(quoted, is_quoted=True)
