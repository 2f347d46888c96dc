"""Shibboleth logins by headers of the trusted proxy."""

from ipaddress import ip_network
from urllib.parse import quote

import pytest

from bot.login.settings import LoginSettings, ShibbolethSettings
from bot.web.framework.settings import HttpSettings
from core.services.provisioning import AccessRule
from tests.api.http_client import HttpClient
from tests.contracts.raw import ask
from tests.login.browser import Browser, Seen
from tests.login.test_sid import begun, status

SECRET = "between the proxy and us alone"
REMA = {
    "X-Roomie-Proxy-Secret": SECRET,
    "eppn": "zcabrem@ucl.ac.uk",
    "cn": "Rema Boo",
    "givenName": "Rema",
    "sn": "Boo",
    "department": "Engineering",
    "uclIntranetGroups": "engsci-all;Roomie-Users",
}


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings(rate_limit=0, trusted_proxies=(ip_network("127.0.0.1/32"),))


@pytest.fixture
def rule() -> AccessRule:
    return AccessRule()


@pytest.fixture
def login_settings(rule: AccessRule) -> LoginSettings:
    shibboleth = ShibbolethSettings("https://hub.example.org/Shibboleth.sso/", SECRET)
    return LoginSettings(shibboleth=shibboleth, rule=rule)


async def arrive(
    browser: Browser, payload: dict[str, str], headers: dict[str, str], method: str = "GET"
) -> Seen:
    """As the proxy passes somebody on."""
    return await browser.ask(method, payload["callbackUrl"], headers=headers)


async def test_a_program_is_sent_to_the_service_provider(program: HttpClient):
    payload = await begun(program)

    target = quote(payload["callbackUrl"], safe="")
    assert payload["loginUrl"] == f"https://hub.example.org/Shibboleth.sso/Login?target={target}"


async def test_our_login_page_redirects_to_the_service_provider(program: HttpClient, browser: Browser):
    payload = await begun(program)

    page = await browser.open(f"/login?sid={payload['sid']}", follow=False)

    assert (page.status, page.headers["Location"]) == (303, payload["loginUrl"])


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_new_person_becomes_a_student(program: HttpClient, browser: Browser, method: str):
    payload = await begun(program)

    page = await arrive(browser, payload, REMA, method)
    before = (await status(program, payload["sid"])).json["status"]
    await browser.submit(page, answer="yes")
    response = await status(program, payload["sid"])

    assert "You're logged in as Rema Boo (zcabrem@ucl.ac.uk)." in page.words
    assert before == "NOT_LOGGED_IN"
    assert response.json["user_data"]["groups"] == ["Group_2"]
    assert response.json["user_data"]["email"] == "zcabrem@ucl.ac.uk"
    assert response.json["user_data"]["quota_left"] == 180


@pytest.mark.parametrize("form", ["letters", "whole"])
async def test_the_callback_accepts_both_forms_of_a_sid(program: HttpClient, browser: Browser, form: str):
    payload = await begun(program)
    sid = payload["sid"] if form == "whole" else payload["sid"].removeprefix("shib")

    page = await browser.ask("GET", f"/user.login.callback?sid={sid}", headers=REMA)

    assert page.status == 200


async def test_the_same_eppn_is_the_same_person_whatever_its_case(
    program: HttpClient, browser: Browser, database_url: str
):
    for eppn in ("zcabrem@ucl.ac.uk", "ZCABREM@UCL.AC.UK"):
        await arrive(browser, await begun(program), REMA | {"eppn": eppn})

    assert await ask(database_url, "SELECT count(*) FROM identity WHERE identity LIKE 'eppn:%'") == 1


async def test_a_person_added_by_hand_is_matched_by_address(program: HttpClient, browser: Browser):
    payload = await begun(program)

    page = await arrive(browser, payload, REMA | {"eppn": "wil@wil.com", "cn": "Somebody"})

    assert "wil" in page.words
    assert "Somebody" not in page.words


@pytest.mark.parametrize(
    "change",
    [
        {"X-Roomie-Proxy-Secret": "wrong"},
        {"X-Roomie-Proxy-Secret": ""},
        {"eppn": ""},
        {"eppn": "no address"},
        {"eppn": "a@b;c@d"},
        {"eppn": "a@b@c"},
        {"eppn": "evil\u202e@ucl.ac.uk"},
    ],
    ids=str,
)
async def test_attributes_without_the_proxy_secret_are_refused(
    program: HttpClient, browser: Browser, change: dict[str, str], database_url: str
):
    payload = await begun(program)

    page = await arrive(browser, payload, REMA | change)

    assert page.status == 403
    assert (await status(program, payload["sid"])).json["status"] == "NOT_LOGGED_IN"
    assert await ask(database_url, "SELECT count(*) FROM audit WHERE subject = 'unproved attributes'") == 1


async def test_a_missing_or_repeated_secret_is_refused(program: HttpClient, browser: Browser):
    payload = await begun(program)
    without = {name: value for name, value in REMA.items() if name != "X-Roomie-Proxy-Secret"}
    doubled = [*REMA.items(), ("eppn", "wil@wil.com")]

    first = await arrive(browser, payload, without)
    second = await browser.ask("GET", payload["callbackUrl"], headers=doubled)

    assert (first.status, second.status) == (403, 403)


class TestFromElsewhere:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(rate_limit=0, trusted_proxies=(ip_network("10.0.0.5/32"),))

    async def test_the_right_secret_from_an_untrusted_address_is_refused(
        self, program: HttpClient, browser: Browser
    ):
        payload = await begun(program)

        page = await arrive(browser, payload, REMA | {"X-Forwarded-For": "10.0.0.5"})

        assert page.status == 403


class TestAccess:
    @pytest.fixture
    def rule(self) -> AccessRule:
        return AccessRule(frozenset({"engsci-all"}), frozenset({"guest@ucl.ac.uk"}), "room-help@ucl.ac.uk")

    async def test_a_required_group_admits(self, program: HttpClient, browser: Browser):
        assert (await arrive(browser, await begun(program), REMA)).status == 200

    async def test_a_listed_address_admits(self, program: HttpClient, browser: Browser):
        guest = REMA | {"eppn": "guest@ucl.ac.uk", "uclIntranetGroups": ""}

        assert (await arrive(browser, await begun(program), guest)).status == 200

    async def test_everybody_else_sees_the_support_contact(
        self, program: HttpClient, browser: Browser, database_url: str
    ):
        payload = await begun(program)

        page = await arrive(browser, payload, REMA | {"uclIntranetGroups": "engsci-all-but;others"})
        poll = await program.get(f"/stream.sub_lp/{payload['sid']}")

        assert page.status == 403
        assert "Please ask room-help@ucl.ac.uk." in page.words
        assert (await status(program, payload["sid"])).json["status"] == "LOGIN_ERROR"
        assert poll.status == 200
        assert await ask(database_url, "SELECT count(*) FROM audit WHERE subject = 'refused'") == 1


async def test_password_pages_are_closed_with_shibboleth(program: HttpClient, browser: Browser):
    payload = await begun(program)
    form = {"sid": payload["sid"], "username": "wil", "password": "wilpassword"}

    page = await browser.ask("POST", "/login", data=form)

    assert page.status == 403


async def test_non_latin_names_are_decoded(program: HttpClient, browser: Browser):
    for name in ("Zoë Łukasz 愛", quote("Zoë Łukasz 愛")):
        page = await arrive(
            browser, await begun(program), REMA | {"cn": name, "eppn": f"{len(name)}@ucl.ac.uk"}
        )

        assert "Zoë Łukasz 愛" in page.words
