"""The documented sid flow over HTTP, used and attacked."""

import asyncio
from datetime import timedelta

import pytest

from bot.services import Services
from core.policy.login import full_sid, new_sid
from storage.url import SqliteFile, parse_database_url
from tests.api.http_client import HttpClient, HttpResponse
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.login.browser import Browser

_MINUTE = timedelta(seconds=60)


async def begun(program: HttpClient) -> dict[str, str]:
    return (await program.get("/api/v1/user.login.getToken/")).json


async def status(program: HttpClient, sid: str) -> HttpResponse:
    return await program.post("/api/v1/user.login.status/", {"sid": sid})


async def logged_in(program: HttpClient, browser: Browser, name: str = "wil") -> dict[str, str]:
    """Starts a login, completes it in the browser and returns the payload."""
    payload = await begun(program)
    done = await browser.submit(await browser.log_in(payload["loginUrl"], name), answer="yes")
    assert done.status == 200, done.words
    return payload


async def test_a_program_gets_a_sid_and_a_login_url(program: HttpClient):
    payload = await begun(program)

    letters = payload["sid"].removeprefix("shib")
    assert len(letters) == 60
    assert payload["callbackUrl"] == f"{program.url}/api/v1/user.login.callback?sid={letters}"
    assert payload["loginUrl"] == f"{program.url}/api/v1/login?sid={letters}"
    assert payload["stream_sub_url"] == f"{program.url}/api/v1/push.subscribe/{payload['sid']}"
    assert payload["stream_sub_lp_url"] == f"{program.url}/api/v1/push.subscribe_longpoll/{payload['sid']}"


async def test_no_two_programs_get_the_same_sid(program: HttpClient):
    sids = {(await begun(program))["sid"] for _ in range(5)}

    assert len(sids) == 5


async def test_nobody_is_logged_in_before_the_confirmation(program: HttpClient, browser: Browser):
    payload = await begun(program)
    await browser.log_in(payload["loginUrl"], "wil")

    response = await status(program, payload["sid"])

    assert response.json == {"success": "OK", "status": "NOT_LOGGED_IN"}


async def test_a_program_gets_a_working_token(program: HttpClient, browser: Browser):
    payload = await logged_in(program, browser)

    response = await status(program, payload["sid"])

    assert response.json["success"] == "OK"
    assert response.json["status"] == "LOGGED_IN"
    user = response.json["user_data"]
    assert user["email"] == "wil@wil.com"
    assert user["societies"] == [["UCLU Technology Society", "SOTECHSOC"]]
    assert user["quota_left"] == 180
    assert (await program.as_(user["token"]).get("/user.info/")).json["email"] == "wil@wil.com"


@pytest.mark.parametrize("form", ["whole", "letters", "json", "no slash"])
async def test_a_sid_is_accepted_in_both_forms_and_body_types(
    program: HttpClient, browser: Browser, form: str
):
    sid = (await logged_in(program, browser))["sid"]

    match form:
        case "whole":
            response = await status(program, sid)
        case "letters":
            response = await status(program, sid.removeprefix("shib"))
        case "json":
            response = await program.ask("POST", "/user.login.status/", json={"sid": sid})
        case _:
            response = await program.post("/user.login.status", {"sid": sid})

    assert response.json["status"] == "LOGGED_IN"


async def test_a_token_can_be_fetched_repeatedly_for_a_minute(
    program: HttpClient, browser: Browser, clock: StillClock
):
    sid = (await logged_in(program, browser))["sid"]
    tokens = {(await status(program, sid)).json["user_data"]["token"] for _ in range(3)}
    clock.move(timedelta(seconds=59))
    tokens.add((await status(program, sid)).json["user_data"]["token"])
    clock.move(timedelta(seconds=1))

    late = await status(program, sid)

    assert len(tokens) == 1
    assert late.status == 200
    assert late.json["error"] == "Invalid sid"
    assert (await program.as_(tokens.pop()).get("/user.info/")).status == 200


async def test_a_sid_ends_after_ten_minutes(program: HttpClient, browser: Browser, clock: StillClock):
    payload = await begun(program)
    page = await browser.log_in(payload["loginUrl"], "wil")
    clock.move(timedelta(minutes=10))

    late = await browser.submit(page, answer="yes")

    assert late.status == 410
    assert (await status(program, payload["sid"])).json["error"] == "Invalid sid"
    assert (await browser.open(payload["loginUrl"])).status == 410


@pytest.mark.parametrize("sid", [full_sid("a" * 60), "nonsense", "' OR 1=1 --", "shib" * 16])
async def test_a_guessed_sid_is_invalid(program: HttpClient, browser: Browser, sid: str):
    response = await status(program, sid)
    page = await browser.open(f"/login?sid={sid.replace(' ', '+')}")

    assert (response.status, response.json["error"]) == (200, "Invalid sid")
    assert page.status == 410
    assert (await program.get(f"/stream.sub_lp/{sid.replace(' ', '+')}")).status == 404


async def test_a_missing_sid_is_reported(program: HttpClient):
    response = await program.post("/user.login.status/", {})

    assert (response.status, response.json["error"]) == (200, "No sid supplied")


async def test_a_sid_logs_one_person_in_once(program: HttpClient, browser: Browser):
    payload = await begun(program)
    page = await browser.log_in(payload["loginUrl"], "wil")
    await browser.submit(page, answer="yes")
    token = (await status(program, payload["sid"])).json["user_data"]["token"]

    replayed = await browser.submit(page, answer="yes")
    reopened = await browser.open(payload["loginUrl"])
    by_callback = await browser.open(payload["callbackUrl"])

    assert [each.status for each in (replayed, reopened, by_callback)] == [410, 410, 410]
    assert (await status(program, payload["sid"])).json["user_data"]["token"] == token


async def test_confirming_twice_makes_one_login(program: HttpClient, browser: Browser, database_url: str):
    payload = await begun(program)
    page = await browser.log_in(payload["loginUrl"], "wil")

    pressed = await asyncio.gather(*(browser.submit(page, answer="yes") for _ in range(4)))

    assert [each.status for each in pressed].count(200) == 1
    assert await ask(database_url, "SELECT count(*) FROM token") == 1


async def test_declining_logs_nobody_in(program: HttpClient, browser: Browser, database_url: str):
    payload = await begun(program)

    page = await browser.submit(await browser.log_in(payload["loginUrl"], "wil"), answer="no")

    assert page.status == 200
    assert "No one got access" in page.words
    assert (await status(program, payload["sid"])).json == {"success": "OK", "status": "LOGIN_ERROR"}
    assert await ask(database_url, "SELECT count(*) FROM token") == 0


async def test_opening_a_forwarded_link_gives_a_thief_nothing(program: HttpClient, browser: Browser):
    trap = await begun(program)

    page = await browser.open(trap["loginUrl"])

    assert "a program" in page.words
    assert (await status(program, trap["sid"])).json["status"] == "NOT_LOGGED_IN"


async def test_the_page_names_the_requester_and_offers_to_decline(program: HttpClient, browser: Browser):
    response = await program.get("/user.login.getToken/", headers={"User-Agent": "Trap/1.0 <b>"})

    page = await browser.log_in(response.json["loginUrl"], "rema")

    assert "Trap/1.0 <b>" in page.words
    assert "127.0.0.1" in page.words
    assert "If someone sent you this link, say no." in page.words
    assert "<b>" not in page.text


@pytest.mark.parametrize("nonce", ["", "guessed", "x" * 43])
async def test_confirming_needs_the_pages_nonce(program: HttpClient, browser: Browser, nonce: str):
    payload = await begun(program)
    page = await browser.log_in(payload["loginUrl"], "wil")

    forged = await browser.ask("POST", page.action, data=page.hidden | {"nonce": nonce, "answer": "yes"})

    assert forged.status == 403
    assert (await status(program, payload["sid"])).json["status"] == "NOT_LOGGED_IN"


async def test_an_outdated_page_cannot_confirm_another_person(program: HttpClient, browser: Browser):
    payload = await begun(program)
    of_wil = await browser.log_in(payload["loginUrl"], "wil")
    await browser.log_in(payload["loginUrl"], "rema")

    response = await browser.submit(of_wil, answer="yes")

    assert response.status == 403


async def test_cross_site_forms_are_refused(program: HttpClient, browser: Browser):
    payload = await begun(program)
    page = await browser.log_in(payload["loginUrl"], "wil")
    foreign = {"Sec-Fetch-Site": "cross-site"}

    confirm = await browser.ask("POST", page.action, data=page.hidden | {"answer": "yes"}, headers=foreign)
    login = await browser.ask("POST", "/login", data=page.hidden, headers=foreign)

    assert (confirm.status, login.status) == (403, 403)


async def test_pages_show_no_token_and_forbid_framing_and_caching(program: HttpClient, browser: Browser):
    payload = await begun(program)
    first = await browser.open(payload["loginUrl"])
    second = await browser.submit(first, username="wil", password="wilpassword")
    third = await browser.submit(second, answer="yes")
    token = (await status(program, payload["sid"])).json["user_data"]["token"]

    for page in (first, second, third, await browser.open(payload["loginUrl"])):
        policy = page.headers["Content-Security-Policy"]
        assert token not in page.text
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in page.text
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in page.headers
        assert "Set-Cookie" not in page.headers


async def test_sids_tokens_and_nonces_are_stored_hashed(
    program: HttpClient, browser: Browser, database_url: str, services: Services
):
    payload = await begun(program)
    page = await browser.log_in(payload["loginUrl"], "wil")
    await browser.submit(page, answer="yes")
    token = (await status(program, payload["sid"])).json["user_data"]["token"]
    await services.storage.close()

    address = parse_database_url(database_url)
    kept = address.path.read_bytes() if isinstance(address, SqliteFile) else b""

    assert kept
    letters = payload["sid"].removeprefix("shib")
    for secret in (letters, token, page.hidden["nonce"], "wilpassword"):
        assert secret.encode() not in kept


async def test_expired_results_are_deleted(
    program: HttpClient, browser: Browser, database_url: str, clock: StillClock
):
    await logged_in(program, browser)
    clock.move(_MINUTE * 2)
    await begun(program)
    sealed = await ask(database_url, "SELECT count(*) FROM login_session WHERE sealed IS NOT NULL")
    clock.move(timedelta(minutes=20))
    await begun(program)

    assert sealed == 0
    assert await ask(database_url, "SELECT count(*) FROM login_session") == 1


async def test_logins_are_audited(program: HttpClient, browser: Browser, database_url: str):
    await logged_in(program, browser)
    payload = await begun(program)
    await browser.submit(await browser.open(payload["loginUrl"]), username="wil", password="wrong")

    granted = "SELECT count(*) FROM audit WHERE action = 'log in' AND subject LIKE 'password%'"
    refused = "SELECT count(*) FROM audit WHERE action = 'log in' AND subject = 'refused'"
    assert await ask(database_url, granted) == 1
    assert await ask(database_url, refused) == 1


async def test_a_wrong_password_reveals_nothing(program: HttpClient, browser: Browser):
    payload = await begun(program)
    page = await browser.open(payload["loginUrl"])

    known = await browser.submit(page, username="wil", password="wrong")
    unknown = await browser.submit(page, username="nobody", password="wrong")

    assert known.status == unknown.status == 403
    assert known.text.replace('value="wil"', "") == unknown.text.replace('value="nobody"', "")
    assert "Wrong username or password." in known.words


async def test_logins_started_by_one_address_are_rate_limited(program: HttpClient):
    payload = [(await begun(program)) for _ in range(150)]

    assert all("sid" in each for each in payload[:120])
    assert "error" in payload[-1]


async def test_the_callback_without_shibboleth_redirects_to_our_page(program: HttpClient, browser: Browser):
    payload = await begun(program)

    page = await browser.open(payload["callbackUrl"])

    assert page.url == payload["loginUrl"]
    assert "Password" in page.words


def test_sids_have_enough_entropy():
    assert len({new_sid() for _ in range(1_000)}) == 1_000
