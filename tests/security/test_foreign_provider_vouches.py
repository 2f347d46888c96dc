"""Account takeover through a public login provider that vouches for the address of a person added by hand."""

from pathlib import Path

import pytest

from bot.config import read_settings
from bot.login.from_config import login_settings
from bot.login.security_checks import login_problems
from core.errors import AlreadyExists
from core.model import Identity, PersonId
from core.ports import ManagedStorage, UnitOfWork
from core.services.provisioning import AccessRule, IdentityClaims, provision_person
from tests.builders import NOW, a_person

_GOOGLE = {
    "ROOMIE_LOGIN__OIDC_ISSUER": "https://accounts.google.com",
    "ROOMIE_LOGIN__OIDC_CLIENT_ID": "roomie",
}


def claims(email: str) -> IdentityClaims:
    return IdentityClaims(Identity("oidc:https://id.example#1"), email, "Mallory")


def matching(tmp_path: Path, domains: str) -> AccessRule:
    environment = {"ROOMIE_LOGIN__MATCH_DOMAINS": domains}
    file = tmp_path / "config.toml"
    file.touch()
    return login_settings(read_settings(file, environment).config).rule


@pytest.mark.parametrize("email", ["wren@example.org", "WREN@EXAMPLE.ORG"])
@pytest.mark.parametrize("domains", ["ucl.ac.uk", "xample.org", "sub.example.org", "no domain at all"])
async def test_only_the_named_domains_stand_for_people_entered_by_hand(
    storage: ManagedStorage, tmp_path: Path, email: str, domains: str
) -> None:
    rule = matching(tmp_path, domains)

    def work(unit: UnitOfWork) -> PersonId:
        unit.people.add(a_person("wren"), None)
        return provision_person(unit, claims(email), rule, NOW).id

    with pytest.raises(AlreadyExists):
        await storage.write(work)


@pytest.mark.parametrize("domains", ["", "Example.ORG.", "ucl.ac.uk, example.org"])
async def test_the_institutions_own_domain_does(
    storage: ManagedStorage, tmp_path: Path, domains: str
) -> None:
    rule = matching(tmp_path, domains)

    def work(unit: UnitOfWork) -> bool:
        wren = unit.people.add(a_person("wren"), None)
        return provision_person(unit, claims("wren@example.org"), rule, NOW).id == wren.id

    assert await storage.write(work)


def test_a_provider_open_to_all_needs_named_domains(tmp_path: Path) -> None:
    def problems(**more: str) -> list[str]:
        file = tmp_path / "config.toml"
        file.touch()
        return login_problems(read_settings(file, _GOOGLE | more).config, tmp_path / "roomie.secret")

    assert "login.match_domains" in problems()[0]
    assert problems(ROOMIE_LOGIN__MATCH_DOMAINS="ucl.ac.uk") == []
    assert "is not a domain" in problems(ROOMIE_LOGIN__MATCH_DOMAINS="@ucl.ac.uk")[0]


@pytest.mark.parametrize("key", ["preferred_username", "nickname", "name"])
def test_nobody_is_known_by_a_claim_they_choose_themselves(tmp_path: Path, key: str) -> None:
    own = {"ROOMIE_LOGIN__OIDC_ISSUER": "https://id.example.org", "ROOMIE_LOGIN__OIDC_CLIENT_ID": "roomie"}
    file = tmp_path / "config.toml"
    file.touch()
    config = read_settings(file, own | {"ROOMIE_LOGIN__OIDC_SUBJECT_CLAIM": key}).config

    assert "login.oidc_subject_claim" in login_problems(config, tmp_path / "roomie.secret")[0]
