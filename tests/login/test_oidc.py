"""OpenID Connect logins against a fake provider, successful and failing."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from joserfc.jwk import RSAKey

from bot.login.oidc import OidcClient
from bot.login.settings import LoginSettings, OidcSettings
from bot.services import Services
from bot.web.application import create_application
from bot.web.framework.login_context import LoginContext
from bot.web.framework.settings import HttpSettings
from core.services.provisioning import AccessRule
from tests.api.http_client import HttpClient
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.login.browser import Browser
from tests.login.test_sid import begun, status
from tests.standins.oidc import CLIENT, SECRET, Provider


@pytest.fixture
async def provider(clock: StillClock) -> AsyncIterator[Provider]:
    async with Provider(int(clock.now().timestamp())).open() as provider:
        yield provider


@pytest.fixture
def rule() -> AccessRule:
    return AccessRule()


@pytest.fixture
async def app(
    services: Services, settings: HttpSettings, provider: Provider, clock: StillClock, rule: AccessRule
) -> web.Application:
    oidc = OidcSettings(provider.issuer, CLIENT, SECRET)
    client = OidcClient(oidc, clock, b"a secret of the tests")
    return create_application(
        services, settings, login=LoginContext(LoginSettings(oidc=oidc, rule=rule), oidc=client)
    )


async def test_a_person_logs_in_at_the_provider_and_confirms(
    program: HttpClient, browser: Browser, provider: Provider
):
    payload = await begun(program)

    page = await browser.open(payload["loginUrl"])
    await browser.submit(page, answer="yes")
    response = await status(program, payload["sid"])

    assert "You're logged in as Rema Boo (rema.boo@example.org)." in page.words
    assert response.json["user_data"]["email"] == "rema.boo@example.org"
    assert response.json["user_data"]["groups"] == ["Group_2"]
    assert len(provider.requests[0]["code_challenge"]) == 43
    assert payload["sid"][4:] not in str(provider.requests)


async def test_a_person_is_recognized_after_their_address_changed(
    program: HttpClient, browser: Browser, provider: Provider, database_url: str
):
    for address in ("rema.boo@example.org", "rema.new@example.org"):
        provider.person["email"] = address
        payload = await begun(program)
        await browser.submit(await browser.open(payload["loginUrl"]), answer="yes")

    assert (await status(program, payload["sid"])).json["user_data"]["email"] == "rema.boo@example.org"
    assert await ask(database_url, "SELECT count(*) FROM identity WHERE identity LIKE 'oidc:%'") == 1


async def test_a_reassigned_address_opens_no_account(
    program: HttpClient, browser: Browser, provider: Provider
):
    payload = await begun(program)
    await browser.submit(await browser.open(payload["loginUrl"]), answer="yes")
    provider.person["sub"] = "another human"

    page = await browser.open((await begun(program))["loginUrl"])

    assert page.status == 409
    assert "Somebody else has the address" in page.words


@pytest.mark.parametrize(
    "wrong",
    [
        "audience",
        "issuer",
        "expired",
        "nonce",
        "authorized party",
        "several audiences",
        "lookalike address",
        "unverified address",
        "signature",
        "no signature",
        "shared secret",
        "refused",
    ],
)
async def test_unverified_identities_are_rejected(
    program: HttpClient, browser: Browser, provider: Provider, wrong: str
):
    provider.wrong = wrong
    payload = await begun(program)

    page = await browser.open(payload["loginUrl"])

    assert page.status == 403, page.words
    assert (await status(program, payload["sid"])).json["status"] == "NOT_LOGGED_IN"
    assert not browser.cookies


async def test_missing_claims_come_from_the_userinfo_endpoint(
    program: HttpClient, browser: Browser, provider: Provider
):
    provider.wrong = "no address"

    page = await browser.open((await begun(program))["loginUrl"])

    assert "rema.boo@example.org" in page.words


async def test_rotated_provider_keys_are_fetched(
    program: HttpClient, browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.login.oidc_provider._MIN_KEY_REFRESH_INTERVAL", 0.0)
    await browser.open((await begun(program))["loginUrl"])
    provider.key = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})

    page = await browser.open((await begun(program))["loginUrl"])

    assert page.status == 200, page.words


async def test_a_discovery_document_of_another_issuer_is_refused(
    program: HttpClient, browser: Browser, provider: Provider
):
    provider.wrong = "issuer of configuration"

    page = await browser.open((await begun(program))["loginUrl"])

    assert page.status == 503


async def test_a_replayed_provider_response_is_refused(
    program: HttpClient, browser: Browser, provider: Provider
):
    payload = await begun(program)
    to_provider = await browser.open(payload["loginUrl"], follow=False)
    back = (await browser.open(to_provider.headers["Location"], follow=False)).headers["Location"]
    cookies = dict(browser.cookies)
    await browser.open(back)
    browser.cookies = cookies

    replayed = await browser.open(back)

    assert replayed.status == 403


async def test_a_provider_response_is_bound_to_one_browser(
    program: HttpClient, browser: Browser, server_url: str, session
):
    payload = await begun(program)
    to_provider = await browser.open(payload["loginUrl"], follow=False)
    back = (await browser.open(to_provider.headers["Location"], follow=False)).headers["Location"]

    victim = Browser(session, server_url)
    tricked = await victim.open(back)
    await victim.open((await begun(program))["loginUrl"], follow=False)
    tricked_again = await victim.open(back)

    assert (tricked.status, tricked_again.status) == (403, 403)


async def test_the_state_cookie_is_limited_to_the_login(program: HttpClient, browser: Browser):
    page = await browser.open((await begun(program))["loginUrl"], follow=False)

    cookie = page.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=600" in cookie


class TestAccess:
    @pytest.fixture
    def rule(self) -> AccessRule:
        return AccessRule(frozenset({"engineering"}), frozenset({"@staff.example.org"}), "the help desk")

    async def test_a_refused_person_sees_the_support_contact(
        self, program: HttpClient, browser: Browser, database_url: str
    ):
        payload = await begun(program)

        page = await browser.open(payload["loginUrl"])

        assert page.status == 403
        assert "Please ask the help desk." in page.words
        assert (await status(program, payload["sid"])).json["status"] == "LOGIN_ERROR"
        assert await ask(database_url, "SELECT count(*) FROM person WHERE username LIKE '%example.org'") == 0

    @pytest.mark.parametrize(
        "more",
        [{"groups": ["engineering", "x"]}, {"email": "dana@STAFF.example.org"}],
        ids=["by group", "by domain"],
    )
    async def test_required_groups_and_allowed_emails_admit(
        self, program: HttpClient, browser: Browser, provider: Provider, more: dict[str, object]
    ):
        provider.person |= more

        page = await browser.open((await begun(program))["loginUrl"])

        assert page.status == 200, page.words
