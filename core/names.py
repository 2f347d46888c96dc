"""Comparing the names that people, societies and identities go by.

Usernames and e-mail addresses compare as PRECIS says (RFC 8265, `UsernameCaseMapped`): lower case, NFC, and
no character with a compatibility form, so that neither U+212A (KELVIN SIGN) nor a wide or mathematical letter
ever stands for another. Nothing here asks a database or a locale: what is stored is computed here, so SQLite
and PostgreSQL agree. Which comparison is for what:

- `name_key`, `same_name`: usernames, e-mail addresses, operators and `allowed` of the configuration, `eppn:`
  identities, the accounts of throttles; ids and names of societies as typed.
- exact: `slack:`, `discord:` and `oidc:` identities, subjects, issuers and audiences, the groups of an
  institution, ids and patterns of rooms.
"""

import unicodedata

from core.errors import Invalid

_UNSEEN = frozenset(
    [
        0x034F,  # combining grapheme joiner
        *range(0x115F, 0x1161),  # Hangul fillers
        *range(0x17B4, 0x17B6),  # Khmer vowels that nothing shows
        *range(0x180B, 0x1810),  # Mongolian variation selectors
        0x2800,  # a Braille pattern without dots
        0x3164,
        *range(0xFE00, 0xFE10),  # variation selectors
        0xFFA0,
        *range(0xE0100, 0xE01F0),
    ]
)
"""Letters and marks without ink, beside the controls, directions and joiners that `str.isprintable` knows."""


def name_key(name: str) -> str:
    """Equal for two spellings of one name.

    A name with a character that PRECIS does not allow is its own key, so it is never taken for another.
    """
    if name.isascii():
        return name.lower()
    return _composed(_composed(name).lower()) if is_plain(name) else name


def same_name(one: str, other: str) -> bool:
    return one == other or name_key(one) == name_key(other)


def stored_key(name: str) -> str:
    """The key in the database. Coarser than `name_key`: it finds a row, and `same_name` decides.

    Coarse, so that a unique column refuses `strasse` beside `straße`; the same for rows of every release.
    """
    return name.casefold()


def stored_keys(name: str) -> tuple[str, ...]:
    """The keys under which the person with this name may be stored, the exact spelling's first.

    Names from before composition was checked may be stored decomposed; each of two that differ only so is
    found by its own spelling.
    """
    return tuple(dict.fromkeys((stored_key(name), stored_key(_composed(name)))))


def is_plain(text: str) -> bool:
    """Whether no character is a compatibility form of others, and all can be seen."""
    if text.isascii():
        return text.isprintable()
    return is_visible(text) and all(unicodedata.is_normalized("NFKC", sign) for sign in text)


def is_visible(text: str) -> bool:
    """Whether it holds no control characters, direction marks, joiners or other characters without ink."""
    return text.isprintable() and (text.isascii() or not any(ord(sign) in _UNSEEN for sign in text))


def visible(text: str) -> str:
    """The text with a space for each character that nobody sees."""
    return text if is_visible(text) else "".join(sign if is_visible(sign) else " " for sign in text)


def check_identifier(text: str, what: str) -> str:
    """`text`, composed, as a new username, address, society id or identity. `Invalid` says what is wrong."""
    text = check_label(text, what)
    if (sign := next((each for each in text if not is_plain(each)), None)) is not None:
        plain = unicodedata.normalize("NFKC", sign)
        raise Invalid(f"{what} must not hold {described(sign)}, which looks like {plain!r}.")
    return text


def check_label(text: str, what: str) -> str:
    """`text`, composed, as a new name to show. `Invalid` when it holds what nobody can see."""
    if (sign := next((each for each in text if not is_visible(each)), None)) is not None:
        raise Invalid(f"{what} must not hold characters that nobody can see ({described(sign)}).")
    # A character with a canonical twin (KELVIN SIGN) is left for `check_identifier` to see.
    return _composed(text) if is_plain(text) else text


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def described(sign: str) -> str:
    """`U+202E RIGHT-TO-LEFT OVERRIDE`."""
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".rstrip()
