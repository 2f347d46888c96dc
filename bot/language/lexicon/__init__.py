"""Word lists of the parser."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def split_words(text: str) -> list[str]:
    """The words of a text, in their order."""
    return text.split()
