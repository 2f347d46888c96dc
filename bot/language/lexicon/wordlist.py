"""Word lists written as a line of text."""


def split_words(text: str) -> list[str]:
    """The words of a text, in their order."""
    return text.split()


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())
