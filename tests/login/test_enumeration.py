"""Refused logins do not reveal which names have an account."""

import pytest

from bot.services import Services
from core.errors import NotAuthenticated
from core.policy.rules import Rules
from core.services.accounts import Accounts
from tests.api.http_client import HttpClient
from tests.builders import a_person
from tests.fakes.clock import StillClock


class PasswordsThatCount:
    """Records which names had their password checked."""

    def __init__(self) -> None:
        self.checked: list[str | None] = []

    async def hash(self, password: str) -> str:
        return password

    async def verify(self, password_hash: str | None, password: str) -> bool:
        self.checked.append(password_hash)
        return False


@pytest.mark.parametrize("name", ["wil", "no-password", "nobody"])
async def test_every_refusal_costs_one_hash_and_one_audit_entry(
    services: Services, rules: Rules, clock: StillClock, name: str
):
    await services.accounts.add_person(a_person("no-password"), None)
    passwords = PasswordsThatCount()
    accounts = Accounts(services.storage, services.read_model, passwords, rules, clock, b"secret")

    with pytest.raises(NotAuthenticated, match=r"^Wrong username or password\.$"):
        await accounts.log_in(name, "wrong")

    assert len(passwords.checked) == 1


async def test_known_and_unknown_names_get_the_same_response_and_delay(program: HttpClient):
    def answers(name: str) -> list[tuple[int, bytes]]:
        return [(each.status, each.body) for each in responses[name]]

    responses = {
        name: [await program.post("/user.login/", {"username": name, "password": "wrong"}) for _ in range(7)]
        for name in ("wil", "nobody")
    }

    assert answers("wil") == answers("nobody")
    assert answers("wil")[-1][0] == 429
