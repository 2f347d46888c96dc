"""Hashing passwords off the loop."""

import asyncio

import pytest

from bot.login.passwords import Argon2Passwords, Cost
from core.errors import Unavailable

_QUICK = Cost(passes=1, memory=8, lanes=1)


@pytest.fixture
def passwords():
    passwords = Argon2Passwords(_QUICK, threads=1, waiting=2)
    yield passwords
    passwords.close()


@pytest.mark.parametrize("password", ["wilpassword", "pässwörd \U0001f511", "\ud800", "\x00", "x" * 10_000])
async def test_a_password_matches_its_own_hash_only(passwords: Argon2Passwords, password: str):
    stored_hash = await passwords.hash(password)

    assert stored_hash.startswith("$argon2id$")
    assert await passwords.verify(stored_hash, password)
    assert not await passwords.verify(stored_hash, password + "x")


@pytest.mark.parametrize("stored_hash", [None, "", "no hash", "$argon2id$v=19$broken"])
async def test_no_password_matches_a_missing_hash(passwords: Argon2Passwords, stored_hash: str | None):
    assert not await passwords.verify(stored_hash, "nobody's")


async def test_a_check_is_refused_when_the_queue_is_full(passwords: Argon2Passwords):
    results = await asyncio.gather(*(passwords.hash("x") for _ in range(10)), return_exceptions=True)

    refused = [each for each in results if isinstance(each, Unavailable)]
    assert len(refused) == 7
    assert await passwords.hash("x")
