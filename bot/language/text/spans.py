"""Collects what the marked tokens of a text say: the span of each value, and the words without one."""

from collections.abc import Container, Sequence

from bot.language.model.reading import TextSpan
from bot.language.text.tokenizer import Token

EXTRA_CAPACITY = "extra capacity"
"""Mark of a second number of people: it has no span and stays unparsed."""
HIDDEN = "hidden"
"""Mark of words that were understood but say nothing that still holds: they have no span."""
CONTEXT = "context"
"""Mark of words about another event: they have no span, and are not unparsed."""
UNKNOWN_NAME = "unknown name"
"""Mark of a code that is no name: it has no span and stays unparsed."""
_NO_VALUES = frozenset({EXTRA_CAPACITY, CONTEXT, HIDDEN, UNKNOWN_NAME})


def collect_spans(tokens: Sequence[Token]) -> tuple[TextSpan, ...]:
    """Neighbouring tokens of one field make one span."""
    spans: list[TextSpan] = []
    previous: Token | None = None
    for token in tokens:
        if token.field in _NO_VALUES:
            continue
        if token.field and previous is not None and previous.field == token.field:
            spans[-1] = TextSpan(token.field, spans[-1].start, token.end)
        elif token.field:
            spans.append(TextSpan(token.field, token.start, token.end))
        previous = token
    return tuple(spans)


def collect_unparsed(tokens: Sequence[Token], text: str, ignored: Container[str]) -> tuple[str, ...]:
    """The words that no field took, as typed; neighbours together."""
    runs: list[tuple[int, int]] = []
    previous: Token | None = None
    for token in tokens:
        if _is_unparsed(token, ignored):
            if runs and previous is not None and _continues_run(text, runs[-1][1], previous, token):
                runs[-1] = (runs[-1][0], token.end)
            else:
                runs.append((token.start, token.end))
        previous = token
    return tuple(filter(None, (" ".join(text[start:end].split()) for start, end in runs)))


def _is_unparsed(token: Token, ignored: Container[str]) -> bool:
    if token.field == UNKNOWN_NAME:
        return token.is_word
    return token.field in {None, EXTRA_CAPACITY} and token.is_word and token.word not in ignored


def _continues_run(text: str, run_end: int, previous: Token, token: Token) -> bool:
    """Whether the run ends with the previous token, or only a hyphen or the like stands between."""
    if previous.end == run_end:
        return True
    return token.start - run_end <= 1 and not text[run_end : token.start].isspace()
