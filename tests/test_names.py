"""Names: one class for one name, constants that say what they bound, and the field's own words.

`docs/architecture.md` holds the glossary. A word on the list below fails with the word to write instead.
"""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "core", "storage", "scraper")

BANNED = {
    "houses?": "app, or server state",
    "households?": "client subnet",
    "desks?": "service, or services",
    "knock(s|ed|ing)?": "request, or connect",
    "doorsteps?": "the name of the module it is about",
    "(?<!at the )doors?(?! ?codes?)": "platform (chat), handler (HTTP) or login; of a room: at the door",
    "whoever|whomever": "the caller, the requester, or the role's name",
    "patience": "timeout",
    "unasked": "in the background; a notification",
    "by itself": "in the background, automatically",
    "workshops?": "executor",
    "baskets?": "collector, or batch",
    "harvests?": "scrape result",
    "wish(es|ed)?": "request (booking) or query (search)",
    "askers?": "requester",
    "hot works?": "batched command, queued decision",
    "cold works?": "transaction function",
    "go(es)? round again": "is deferred to the next batch",
}
"""Words of a private language, as patterns, and the plain word for each."""

BANNED_AS_NAMES = {
    "told": "payload, text or notified",
    "troubles?": "error, last_error",
    "untold": "pending",
}
"""Words that prose may use and names may not."""

BANNED_AS_VALUES = {
    "asked|asking": "request, query or confirmation",
    "brought": "imported",
    "crowds?|crowded": "load, or the people or clients it is of",
    "dice": "rng",
    "(over)?hear(s|d|ing)?": "response, result or received",
    "furnish(ed)?": "fill, create",
    "moods?": "handler, state or fault",
    "purses?": "quota",
    "(?<! )said(?! )": "text, message, result or output",
    "storms?": "burst, load",
}
"""Words that prose and the names of tests, which are sentences, may use; other names may not."""

ALLOWED = (
    "Hub Workshop",  # a room of the sample campus
    "help desk",
    "`wishes`",  # a category of the phrase lists
)
"""Phrases in which a banned word means what it says."""

_PRIVATE_WORDS = "Words of a private language; write the plain one (docs/architecture.md):"
_SUPERLATIVES = (
    *("MOST", "LONGEST", "SHORTEST", "FEWEST", "LARGEST", "SMALLEST", "GREATEST", "HIGHEST", "LOWEST"),
)
_BOUNDING = (*_SUPERLATIVES, "PATIENCE")
_BAD_CONSTANT = re.compile(rf"_*(?:(?:{'|'.join(_SUPERLATIVES)})(?:_\w+)?|(?:\w+_)?PATIENCE)")
_CLASS = re.compile(r"\s*class (\w+)\s*[:(]")
_CAMEL_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def test_no_class_name_is_defined_twice():
    places = defaultdict(list)
    for path in _python_files(*PACKAGES):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if found := _CLASS.match(line):
                places[found[1]].append(f"{_shown(path)}:{number}")

    doubled = {name: where for name, where in places.items() if len(where) > 1}
    assert not doubled, _lines(
        "One name, one class; give one of each a name of its own:",
        (f"{name}: {', '.join(where)}" for name, where in sorted(doubled.items())),
    )


def test_constants_that_bound_something_begin_with_max_or_min():
    bad = (
        f"{_shown(path)}:{line}: {name}"
        for path in _python_files(*PACKAGES, "tests")
        if any(word in path.read_text() for word in _BOUNDING)  # which is quicker than to parse it
        for line, name in _names(path)
        if _BAD_CONSTANT.fullmatch(name)
    )
    found = sorted(set(bad))
    assert not found, _lines("Write MAX_…, MIN_… or …_TIMEOUT (…_SECONDS where it is a number):", found)


@pytest.mark.parametrize("folder", [*PACKAGES, "tests"])
def test_code_speaks_the_words_of_the_field(folder: str):
    found = sorted(set(chain.from_iterable(map(_private_words_in, _python_files(folder)))))
    assert not found, _lines(_PRIVATE_WORDS, found)


def test_documents_speak_the_words_of_the_field():
    found = [
        f"{_shown(path)}:{number}: {problem}"
        for path in _documents()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for problem in _banned_in(line, BANNED)
    ]
    assert not found, _lines(_PRIVATE_WORDS, found)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("the house closes", "house"),
        ("ServicesDesk", "Desk"),
        ("take_in_by_itself", "by itself"),
        ("whoever asks", "whoever"),
        ("HTTPDoor", "Door"),
    ],
)
def test_the_list_catches_a_word_in_prose_and_in_names(text: str, word: str):
    assert [problem.split("'")[1] for problem in _banned_in(text, BANNED)] == [word]


@pytest.mark.parametrize(
    "text",
    [
        "greenhouse",
        "a desktop",
        "warehouse_id",
        "Hub Workshop (RO-POO)",
        "outdoors",
        "DoorCodes",
        "at the door",
    ],
)
def test_the_list_leaves_other_words_alone(text: str):
    assert not _banned_in(text, BANNED)


def _private_words_in(path: Path) -> Iterator[str]:
    """Banned words in a module's name, its identifiers, comments, docstrings and shown texts."""
    for problem in _banned_in(path.stem, BANNED | BANNED_AS_VALUES):
        yield f"{_shown(path)}: module {problem}"
    for line, name in _names(path):
        words = BANNED_AS_NAMES if name.startswith("test_") else BANNED_AS_NAMES | BANNED_AS_VALUES
        for problem in _banned_in(name, BANNED | words):
            yield f"{_shown(path)}:{line}: `{name}` {problem}"
    for line, text in chain(_prose(path), _texts(path)):
        for problem in _banned_in(text, BANNED):
            yield f"{_shown(path)}:{line}: {problem}"


def _banned_in(text: str, words: dict[str, str]) -> list[str]:
    return _banned_among(text, tuple(words.items()))


@cache
def _banned_among(text: str, words: tuple[tuple[str, str], ...]) -> list[str]:
    """Cached: most names and many lines occur often."""
    for phrase in ALLOWED:
        text = text.replace(phrase, "")
    text = _CAMEL_HUMP.sub(" ", text).replace("_", " ")
    if not _any_of(words).search(text):
        return []
    return [
        f"'{found[0]}': write {plain}"
        for pattern, plain in words
        for found in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE)
    ]


@cache
def _any_of(words: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(pattern for pattern, _ in words)})\b", re.IGNORECASE)


def _names(path: Path) -> Iterator[tuple[int, str]]:
    """Every identifier that a module defines: classes, functions, parameters, variables, fields."""
    for node in _nodes(path):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name


def _prose(path: Path) -> Iterator[tuple[int, str]]:
    """A module's comments and docstrings (those of variables and fields too), line by line."""
    source = path.read_text()
    if any(_banned_in(line.partition("#")[2], BANNED) for line in source.splitlines() if "#" in line):
        for token in tokenize.generate_tokens(io.StringIO(source).readline):  # slow, and seldom needed
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    for node in _nodes(path):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield from enumerate(text.splitlines(), node.lineno)


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Sentences in string literals: replies, log lines, help; not vocabulary and sample data."""
    if _shown(path).startswith(("bot/language/", "bot/sample/", "tests/")):
        return
    docstrings = {id(node.value) for node in _nodes(path) if isinstance(node, ast.Expr)}
    for node in _nodes(path):
        match node:
            case ast.Constant(value=str(text)) if " " in text and id(node) not in docstrings:
                yield node.lineno, text


@cache
def _nodes(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(), path)))


def _python_files(*folders: str) -> list[Path]:
    found = chain.from_iterable(sorted((ROOT / folder).rglob("*.py")) for folder in folders)
    return [path for path in found if path != Path(__file__)]


def _documents() -> list[Path]:
    folders = ("docs", "tests", ".github", *PACKAGES)
    settings = (ROOT / each for each in ("config.example.toml", "Dockerfile", "Makefile", "Procfile"))
    return [
        *ROOT.glob("*.md"),
        *settings,
        *chain.from_iterable((ROOT / each).rglob("*.md") for each in folders),
    ]


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _lines(title: str, lines: Iterator[str] | list[str]) -> str:
    return "\n  ".join((title, *lines))
