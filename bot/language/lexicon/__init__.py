"""Word lists of the parser."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def split_words(text: str) -> list[str]:
    """The words of a text, in their order."""
    return text.split()


def split_phrases(text: str) -> tuple[tuple[str, ...], ...]:
    """The phrases between the bars of a text, each as its words."""
    return tuple(tuple(phrase.split()) for phrase in text.split("|"))
