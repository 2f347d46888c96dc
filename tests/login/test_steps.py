"""State transitions of a login session."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import Identity, LoginSession, LoginState, PersonId
from core.policy.login import (
    LIFETIME,
    RESULT_TTL,
    LoginStatus,
    NotConfirmed,
    check_nonce,
    fail,
    finish,
    full_sid,
    is_open,
    login_status,
    new_sid,
    request_confirmation,
    sid_hash,
    sid_token,
)
from tests.builders import NOW

SID_TOKEN = "pescvktqatuvacymiwxhewsrrvsybexcijjpskcrcvngylmquwszbbtoujpd"
_MOMENT = timedelta(seconds=1)


def a_session(**others: object) -> LoginSession:
    return LoginSession(sid_hash(SID_TOKEN), NOW + LIFETIME, **others)  # type: ignore[arg-type]


def test_a_sid_is_the_prefix_and_sixty_letters():
    sid = full_sid(new_sid())

    assert len(sid) == 64
    assert sid.startswith("shib")
    assert sid.isalpha()
    assert sid.islower()


def test_both_forms_of_a_sid_are_the_same_login():
    assert sid_token(f"shib{SID_TOKEN}") == sid_token(SID_TOKEN) == SID_TOKEN


def test_sixty_letters_that_begin_with_the_prefix_are_a_sid_token():
    token = "shib" + "a" * 56

    assert sid_token(token) == token


@given(st.text(max_size=70))
def test_nothing_else_is_a_sid(text: str):
    token = sid_token(text)

    assert token is None or token == text[-60:]


@pytest.mark.parametrize(
    "text", ["", "shib", SID_TOKEN[:-1], SID_TOKEN.upper(), SID_TOKEN[:-1] + "é", SID_TOKEN + "a"]
)
def test_only_sixty_lower_case_letters_are_a_sid(text: str):
    assert sid_token(text) is None


def test_a_sid_waits_for_ten_minutes_and_not_a_second_longer():
    session = a_session()

    assert login_status(session, NOW + LIFETIME - _MOMENT) is LoginStatus.WAITING
    assert login_status(session, NOW + LIFETIME) is LoginStatus.UNKNOWN
    assert not is_open(session, NOW + LIFETIME)


def test_a_result_can_be_fetched_for_a_minute_even_when_the_sid_ends_meanwhile():
    late = NOW + LIFETIME - _MOMENT
    session = finish(a_session(), late, b"sealed")

    assert login_status(session, late + RESULT_TTL - _MOMENT) is LoginStatus.LOGGED_IN
    assert login_status(session, late + RESULT_TTL) is LoginStatus.UNKNOWN


def test_a_failure_is_reported_until_the_sid_expires():
    session = fail(a_session(), NOW, "no")

    assert login_status(session, NOW + LIFETIME - _MOMENT) is LoginStatus.FAILED
    assert login_status(session, NOW + LIFETIME) is LoginStatus.UNKNOWN


def test_a_chat_link_has_no_status():
    linking = a_session(identity=Identity("slack:T1:U1"))

    assert login_status(linking, NOW) is LoginStatus.UNKNOWN
    assert login_status(finish(linking, NOW), NOW) is LoginStatus.UNKNOWN


def test_only_the_latest_page_confirms():
    first = request_confirmation(a_session(), PersonId(1), "first")
    second = request_confirmation(first, PersonId(2), "second")

    check_nonce(second, "second")
    for nonce in ("first", "", "other"):
        with pytest.raises(NotConfirmed):
            check_nonce(second, nonce)


def test_a_confirmation_counts_once():
    requested = request_confirmation(a_session(), PersonId(1), "once")

    for over in (finish(requested, NOW, b""), fail(requested, NOW, "no")):
        assert over.state not in {LoginState.OPEN, LoginState.REQUESTED}
        with pytest.raises(NotConfirmed):
            check_nonce(over, "once")


def test_a_failed_login_drops_the_waiting_request():
    assert fail(a_session(request="something"), NOW, "no").request == ""
