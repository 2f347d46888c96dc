"""Comparison of usernames, e-mail addresses, and names of societies and identities.

Usernames and e-mail addresses compare as PRECIS says (RFC 8265, `UsernameCaseMapped`): lower case, NFC, and
no character with a compatibility form, so that neither U+212A (KELVIN SIGN) nor a wide or mathematical letter
is ever taken for another. Keys are computed here rather than by a database or locale, so SQLite and
PostgreSQL agree. Which comparison is for what:

- `name_key`, `same_name`: usernames, e-mail addresses, operators and `allowed` of the configuration, `eppn:`
  identities, the accounts of throttles; ids and names of societies as typed.
- exact: `slack:`, `discord:` and `oidc:` identities, subjects, issuers and audiences, the groups of an
  institution, ids and patterns of rooms.
"""

import unicodedata

from core.errors import Invalid

_INVISIBLE = frozenset(
    [
        0x034F,  # combining grapheme joiner
        *range(0x115F, 0x1161),  # Hangul fillers
        *range(0x17B4, 0x17B6),  # invisible Khmer vowels
        *range(0x180B, 0x1810),  # Mongolian variation selectors
        0x2800,  # a Braille pattern without dots
        0x3164,
        *range(0xFE00, 0xFE10),  # variation selectors
        0xFFA0,
        *range(0xE0100, 0xE01F0),
    ]
)
"""Invisible characters, beside the controls, directions and joiners that `str.isprintable` rejects."""
_JOINERS = "\u200c\u200d"
"""Zero-width joiners, which hold emoji and the letters of some scripts together."""


def name_key(name: str) -> str:
    """Comparison key: equal for two spellings of one name.

    A name with a character that PRECIS does not allow is its own key, so it matches no other.
    """
    if name.isascii():
        return name.lower()
    return _normalize(_normalize(name).lower()) if is_plain(name) else name


def same_name(one: str, other: str) -> bool:
    return one == other or name_key(one) == name_key(other)


def stored_key(name: str) -> str:
    """Database key. Coarser than `name_key`: it finds a row, and `same_name` decides.

    Coarse, so that a unique column rejects `strasse` beside `straße`; must not change between releases.
    """
    return name.casefold()


def stored_keys(name: str) -> tuple[str, ...]:
    """Database keys to look up, the exact spelling's first.

    Names from before normalisation was checked may be stored decomposed; of two that differ only in that,
    each is found by its own spelling.
    """
    return tuple(dict.fromkeys((stored_key(name), stored_key(_normalize(name)))))


def is_plain(text: str) -> bool:
    """Whether all characters are visible and none is a compatibility form."""
    if text.isascii():
        return text.isprintable()
    return is_visible(text) and all(unicodedata.is_normalized("NFKC", char) for char in text)


def is_visible(text: str) -> bool:
    """Whether it has no control characters, direction marks, joiners or other invisible characters."""
    return text.isprintable() and (text.isascii() or not any(ord(char) in _INVISIBLE for char in text))


def replace_invisible(text: str) -> str:
    """Replaces each invisible character by a space."""
    return text if is_visible(text) else "".join(char if is_visible(char) else " " for char in text)


def one_line(text: str) -> str:
    """User text on one line, without control characters and bidirectional marks."""
    return " ".join("".join(each if each.isprintable() or each in _JOINERS else " " for each in text).split())


def check_identifier(text: str, what: str) -> str:
    """Validates and normalises (NFC) a new username, address, society id or identity; raises `Invalid`."""
    text = check_label(text, what)
    if (char := next((each for each in text if not is_plain(each)), None)) is not None:
        plain = unicodedata.normalize("NFKC", char)
        raise Invalid(f"{what} must not hold {describe_character(char)}, which looks like {plain!r}.")
    return text


def check_label(text: str, what: str) -> str:
    """Validates and normalises (NFC) a new display name; raises `Invalid` for invisible characters."""
    if (char := next((each for each in text if not is_visible(each)), None)) is not None:
        raise Invalid(f"{what} must not hold characters that nobody can see ({describe_character(char)}).")
    # A character with a canonical equivalent (KELVIN SIGN) is left for `check_identifier` to reject.
    return _normalize(text) if is_plain(text) else text


def _normalize(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def describe_character(char: str) -> str:
    """`U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()
