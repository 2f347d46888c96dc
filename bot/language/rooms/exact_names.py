"""Names that only their signs tell apart (`S0.11`, `S01.1`), or whose letters tell too little (`C++`)."""

from collections.abc import Iterator, Sequence

from bot.language.rooms.name_types import Candidates, NameOwner, NameType
from bot.language.rooms.name_variants import normalize_word, short_id, split_name
from bot.language.text.tokenizer import Token, normalize, tokenize
from core.model import Building, Room, Society

_MAX_CERTAIN_WEIGHT = 1
_MIN_KEY_LENGTH = 3
_Entity = Room | Building | Society
ExactNames = dict[str, dict[str, NameOwner]]


def key_part(tokens: Sequence[Token], index: int) -> str:
    """What a token adds to a key; only a whole word is an abbreviation (`th`, not that of `5th`)."""
    token = tokens[index]
    if not token.key:
        is_part = _is_joined(tokens, index) or _is_joined(tokens, index + 1)
        token.key = token.raw if is_part and token.raw != "&" else normalize_word(token.raw)
    return token.key


def _is_joined(tokens: Sequence[Token], index: int) -> bool:
    """Whether nothing stands between a word and the one before it."""
    if not 0 < index < len(tokens) or tokens[index].glue or not tokens[index].is_attached:
        return False
    return (
        tokens[index].is_word
        and tokens[index - 1].is_word
        and "&" not in (tokens[index].raw, tokens[index - 1].raw)
    )


def exact_spelling(tokens: Sequence[Token]) -> str:
    """Words and signs, with a space only between two words."""
    pieces: list[str] = []
    for index, token in enumerate(tokens):
        is_apart = index > 0 and not token.is_attached and token.is_word and tokens[index - 1].is_word
        pieces.append(f"{' ' if is_apart else ''}{token.glue if index else ''}{token.raw}")
    return "".join(pieces)


def signs_in(name: str) -> frozenset[str]:
    """The characters of a name that are neither letters nor digits."""
    if name.replace(" ", "").isalnum():
        return frozenset()
    return frozenset(sign for sign in normalize(name).text if not sign.isalnum() and not sign.isspace())


def index_exact_names(
    candidates: Candidates, rooms: Sequence[Room], buildings: Sequence[Building], societies: Sequence[Society]
) -> ExactNames:
    """By key and exact spelling, the names whose key others have as well, and those with too short a key."""
    entities: dict[NameOwner, _Entity] = {
        **{(NameType.BUILDING, one.id): one for one in buildings},
        **{(NameType.ROOM, one.id): one for one in rooms},
        **{(NameType.SOCIETY, one.id): one for one in societies},
    }
    exact: dict[str, dict[str, NameOwner | None]] = {}
    for key, entries in candidates.items():
        if len(entries) > 1:
            owners = {(kind, owner) for weight, kind, owner in entries if weight <= _MAX_CERTAIN_WEIGHT}
            for owner in owners if len(owners) > 1 else ():
                for name in _names(entities[owner]):
                    _add(exact, name, owner, key)
    for owner, entity in entities.items():
        for name in (entity.name, *getattr(entity, "aliases", ())):
            if signs_in(name):
                _add_short(exact, name, owner)
    return {key: {text: owner for text, owner in named.items() if owner} for key, named in exact.items()}


def _names(entity: _Entity) -> Iterator[str]:
    yield entity.id
    yield short_id(entity.id)
    yield entity.name
    yield from getattr(entity, "aliases", ())
    if isinstance(entity, Room):
        yield entity.abbr


def _add(exact: dict[str, dict[str, NameOwner | None]], name: str, owner: NameOwner, key: str) -> None:
    tokens = tokenize(normalize(name))
    if "".join(key_part(tokens, index) for index, token in enumerate(tokens) if _is_in_key(token)) != key:
        return
    named, spelling = exact.setdefault(key, {}), exact_spelling(tokens)
    named[spelling] = owner if named.get(spelling, owner) == owner else None


def _add_short(exact: dict[str, dict[str, NameOwner | None]], name: str, owner: NameOwner) -> None:
    key = "".join(split_name(name))
    if 0 < len(key) < _MIN_KEY_LENGTH:
        _add(exact, name, owner, key)


def _is_in_key(token: Token) -> bool:
    return token.is_word or token.raw == "&"
