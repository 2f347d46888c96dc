"""Names that look or fold like somebody else's open nobody's account, on either database and in memory."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from multidict import CIMultiDict, CIMultiDictProxy

from bot.login.settings import ShibbolethSettings
from bot.login.shibboleth import UntrustedAttributes, claims_of
from bot.web.framework.login_throttle import LoginThrottle
from core.errors import AlreadyExists, Invalid, NotAuthenticated, RoomieError, UnknownPerson
from core.model import Identity, Person, Society, SocietyId
from core.names import is_plain, is_visible, name_key, same_name, stored_keys
from core.policy.rules import Rules
from core.ports import ManagedStorage, UnitOfWork
from core.services.accounts import Accounts
from core.services.administration.rights import Administrator
from core.services.administration.societies import SocietyAdministration
from core.services.operators import is_operator
from core.services.provisioning import AccessRule, IdentityClaims, provision_person
from tests.builders import NOW, a_person, a_society
from tests.fakes.clock import StillClock

KELVIN, LONG_S, WIDE_K, LIGATURE, MATHS_K = "\u212a", "\u017f", "\uff4b", "\ufb01", "\U0001d424"
COMPOSED, DECOMPOSED = "jos\u00e9", "jose\u0301"
LOOKALIKES = {
    "kim": [
        f"{KELVIN}im",
        f"{WIDE_K}im",
        f"{MATHS_K}im",
        "k\u0131m",
        "ki\u200bm",
        "\u202ekim",
        "ki\u00adm",
        "\u043aim",
    ],
    "fin": [f"{LIGATURE}n", "\ufb01N"],
    "strasse": ["stra\u00dfe", "STRA\u1e9eE", f"{LONG_S}trasse"],
    "straße": ["strasse", "STRASSE"],
    "\u00e5sa": ["\u212bsa", "asa", "aasa"],
    "idil": ["\u0130dil", "\u0131dil"],
}


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Of either kind: what is stored must not depend on a database's idea of case."""
    url: str = request.getfixturevalue(request.param)
    return url


class OpenPasswords:
    """The password is everybody's own e-mail address, in the clear."""

    async def hash(self, password: str) -> str:
        return password

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash is not None and password_hash == password


@pytest.fixture
def accounts(storage: ManagedStorage, rules: Rules, clock: StillClock) -> Accounts:
    read_model = storage.read_model  # type: ignore[attr-defined]  # both storages have one
    return Accounts(storage, read_model, OpenPasswords(), rules, clock, b"secret")


async def _found(storage: ManagedStorage, name: str) -> str | None:
    """Whom a name finds, the same in the database and in memory."""
    stored = await storage.read(lambda unit: unit.people.by_name(name))
    known = storage.read_model.directory.by_name(name)  # type: ignore[attr-defined]
    assert (stored and stored.id) == (known and known.person.id)
    return stored.username if stored else None


@pytest.mark.parametrize("name", LOOKALIKES)
async def test_a_lookalike_opens_nobodys_account(
    storage: ManagedStorage, accounts: Accounts, name: str
) -> None:
    await accounts.add_person(a_person(name), "secret")

    for typed in (*LOOKALIKES[name], *(f"{each}@example.org" for each in LOOKALIKES[name])):
        assert await _found(storage, typed) is None, typed
        with pytest.raises(NotAuthenticated):
            await accounts.log_in(typed, "secret")
    for typed in (name, name.upper() if name.upper().lower() == name else name, f"{name}@EXAMPLE.org"):
        assert await _found(storage, typed) == name


@pytest.mark.parametrize("name", LOOKALIKES)
async def test_a_lookalike_cannot_be_created_or_is_somebody_else(
    storage: ManagedStorage, accounts: Accounts, name: str
) -> None:
    await accounts.add_person(a_person(name), "secret")

    for number, typed in enumerate(LOOKALIKES[name]):
        other = a_person(typed, email=f"other{number}@example.org")
        try:
            added = await accounts.add_person(other, None)
        except (Invalid, AlreadyExists):
            continue
        assert is_plain(typed)  # a letter of another script or language: an account of its own
        assert await _found(storage, typed) == added.username
    assert await _found(storage, name) == name


INVISIBLE = "\0\n\x7f\x85\u200b\u200d\u202e\u2066\u2060\ufeff\u00ad\u3164\ufe0f"


@pytest.mark.parametrize("field", ["username", "email", "name"])
async def test_what_nobody_sees_is_refused_in_new_names(accounts: Accounts, field: str) -> None:
    for sign in INVISIBLE:
        value = {"username": f"k{sign}im", "email": f"k{sign}im@x.org", "name": f"K{sign}im"}[field]

        with pytest.raises(Invalid, match=r"U\+[0-9A-F]{4}"):
            await accounts.add_person(replace(a_person("kim"), **{field: value}), None)


async def test_a_name_may_be_typed_composed_or_not(storage: ManagedStorage, accounts: Accounts) -> None:
    await accounts.add_person(a_person(DECOMPOSED), None)

    assert await _found(storage, COMPOSED) == COMPOSED
    assert await _found(storage, DECOMPOSED) == COMPOSED
    assert await _found(storage, COMPOSED.upper()) == COMPOSED
    with pytest.raises(AlreadyExists):
        await accounts.add_person(a_person(COMPOSED, email="another@example.org"), None)


async def test_accounts_from_before_that_differ_only_in_composition_stay_two(
    storage: ManagedStorage, accounts: Accounts
) -> None:
    await storage.write(lambda unit: unit.people.add(a_person(DECOMPOSED, email="d@example.org"), DECOMPOSED))
    await storage.write(lambda unit: _insert_older(unit, COMPOSED))
    for name in (f"{WIDE_K}im", "kim"):
        await storage.write(lambda unit, name=name: unit.people.add(a_person(name), name))

    for name in (COMPOSED, DECOMPOSED, f"{WIDE_K}im", "kim"):
        assert await _found(storage, name) == name
        assert (await accounts.log_in(name, name)).person.username == name


def _insert_older(unit: UnitOfWork, name: str) -> None:
    """As a release that did not compare compositions would have let in."""
    person = unit.people.add(a_person("placeholder"), name)
    unit.people.put(replace(person, username=name, email=f"{name}@example.org"))


async def test_an_older_decomposed_name_is_not_given_to_somebody_new(
    storage: ManagedStorage, accounts: Accounts
) -> None:
    await storage.write(lambda unit: unit.people.add(a_person(DECOMPOSED), None))

    with pytest.raises(AlreadyExists):
        await accounts.add_person(a_person(COMPOSED, email="new@example.org"), None)


async def test_a_president_cannot_be_made_to_add_a_lookalike(
    storage: ManagedStorage, rules: Rules, clock: StillClock
) -> None:
    societies = SocietyAdministration(storage, rules, clock)
    await storage.write(lambda unit: unit.people.add(a_person("kim"), None))

    with pytest.raises(UnknownPerson):
        await societies.add(Administrator(), Society(SocietyId("CHESS"), "Chess"), f"{KELVIN}im")


@pytest.mark.parametrize(
    ("society_id", "name"),
    [
        ("chess", "Another"),
        ("OTHER", "CHESS SOCIETY"),
        (f"{KELVIN}AYAK", "Kayak"),
        ("X", "Ch\u200bess"),
        ("X", "chess"),
    ],
)
async def test_two_societies_never_answer_to_one_name(
    storage: ManagedStorage, rules: Rules, clock: StillClock, society_id: str, name: str
) -> None:
    societies = SocietyAdministration(storage, rules, clock)
    await societies.add(Administrator(), a_society(), None)

    with pytest.raises((AlreadyExists, Invalid)):
        await societies.add(Administrator(), Society(SocietyId(society_id), name), None)


# Institutions.

ARRIVALS = [
    ("kim@example.org", f"{KELVIN}im@example.org"),
    ("strasse@example.org", "stra\u00dfe@example.org"),
    ("kim@example.org", f"kim@e{WIDE_K}ample.org"),
]


@pytest.mark.parametrize(("email", "vouched"), ARRIVALS)
async def test_an_institution_cannot_vouch_a_lookalike_into_an_account(
    storage: ManagedStorage, email: str, vouched: str
) -> None:
    await storage.write(lambda unit: unit.people.add(a_person(email, email=email), None))
    claims = IdentityClaims(Identity("oidc:https://idp.example#7"), vouched, "Eve")

    try:
        person: Person | None = await storage.write(
            lambda unit: provision_person(unit, claims, AccessRule(), NOW)
        )
    except RoomieError:
        person = None

    assert person is None or person.email != email


@pytest.mark.parametrize("subject", ["Abc", "ABC", "abc\u212a"])
async def test_subjects_compare_exactly(storage: ManagedStorage, subject: str) -> None:
    first = IdentityClaims(Identity("oidc:https://idp.example#abc"), "abc@example.org", "Abc")
    await storage.write(lambda unit: provision_person(unit, first, AccessRule(), NOW))
    second = replace(first, key=Identity(f"oidc:https://idp.example#{subject}"))

    with pytest.raises(AlreadyExists):
        await storage.write(lambda unit: provision_person(unit, second, AccessRule(), NOW))


@pytest.mark.parametrize("eppn", [f"{KELVIN}im@example.org", f"kim@{WIDE_K}.org", "k\u200bim@example.org"])
def test_a_lookalike_of_shibboleth_is_not_believed(eppn: str) -> None:
    headers = CIMultiDict(
        {"X-Roomie-Proxy-Secret": "s", "eppn": eppn.encode().decode("utf-8", "surrogateescape")}
    )

    with pytest.raises(UntrustedAttributes):
        claims_of(CIMultiDictProxy(headers), ShibbolethSettings(secret="s"))


async def test_a_key_that_an_older_roomie_folded_further_is_still_its_owners(storage: ManagedStorage) -> None:
    email = "stra\u00dfe@example.org"

    def older(unit: UnitOfWork) -> None:
        person = unit.people.add(a_person(email, email=email), None)
        unit.people.link(person.id, Identity("eppn:strasse@example.org"))

    await storage.write(older)
    claims = IdentityClaims(Identity(f"eppn:{name_key(email)}"), email, "S")
    person = await storage.write(lambda unit: provision_person(unit, claims, AccessRule(), NOW))

    assert person.email == email


@pytest.mark.parametrize(
    ("allowed", "email"),
    [
        ("kim@example.org", f"{KELVIN}im@example.org"),
        ("@kcl.example", f"eve@{KELVIN}cl.example"),
        ("@strasse.example", "eve@stra\u00dfe.example"),
        ("@example.org", "eve@EXAMPLE.org.evil"),
    ],
)
def test_lists_of_the_configuration_admit_no_lookalike(allowed: str, email: str) -> None:
    rule = AccessRule(allowed=frozenset({allowed}))

    assert not rule.allows(IdentityClaims(Identity("oidc:x#1"), email, "Eve"))
    assert rule.allows(
        IdentityClaims(Identity("oidc:x#1"), f"eve{allowed}".upper() if allowed[0] == "@" else allowed, "")
    )


def test_operators_are_named_as_everybody_is() -> None:
    kim = a_person("kim")

    assert is_operator(kim, ["KIM"])
    assert not is_operator(kim, [f"{KELVIN}im"])
    assert not is_operator(a_person(f"{KELVIN}im"), ["kim"])


def test_every_spelling_that_opens_an_account_counts_against_it() -> None:
    throttle = LoginThrottle(2)
    spellings = [COMPOSED, DECOMPOSED, COMPOSED.upper(), DECOMPOSED.upper()]

    waits = [throttle.acquire(name, f"192.0.2.{place}", 0.0) for place, name in enumerate(spellings * 3)]

    assert any(waits)


# The comparison itself.


def test_no_character_outside_ascii_has_a_key_of_ascii() -> None:
    every = map(chr, (*range(0x80, 0xD800), *range(0xE000, sys.maxunicode + 1)))

    assert [sign for sign in every if name_key(sign).isascii()] == []


def test_a_plain_characters_key_is_plain_and_its_own_key() -> None:
    every = (chr(point) for point in (*range(0x20, 0xD800), *range(0xE000, sys.maxunicode + 1)))
    plain = [sign for sign in every if is_plain(sign)]

    assert len(plain) > 100_000
    assert [
        sign for sign in plain if not is_plain(name_key(sign)) or name_key(name_key(sign)) != name_key(sign)
    ] == []


def test_no_format_control_or_unassigned_character_is_visible() -> None:
    hidden = (chr(point) for point in range(sys.maxunicode + 1))
    unseen = [
        sign for sign in hidden if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    ]

    assert [sign for sign in unseen if is_visible(sign)] == []


@given(st.text(max_size=12), st.text(max_size=12))
def test_the_same_name_is_always_found_where_it_is_stored(one: str, other: str) -> None:
    assert name_key(name_key(one)) == name_key(one)
    assert same_name(one, other) == (name_key(one) == name_key(other))
    composed = unicodedata.normalize("NFC", one)
    if is_plain(one):
        for spelling in (one, name_key(one), unicodedata.normalize("NFD", composed)):
            assert set(stored_keys(spelling)) & set(stored_keys(composed))
