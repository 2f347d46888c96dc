"""What a login under way may become: pure steps, one by one."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.entities import Identity, PersonId
from core.model.login_session import LoginSession, LoginState
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

LETTERS = "pescvktqatuvacymiwxhewsrrvsybexcijjpskcrcvngylmquwszbbtoujpd"
_MOMENT = timedelta(seconds=1)


def a_session(**others: object) -> LoginSession:
    return LoginSession(sid_hash(LETTERS), NOW + LIFETIME, **others)  # type: ignore[arg-type]


def test_a_sid_is_the_prefix_and_sixty_letters():
    sid = full_sid(new_sid())

    assert len(sid) == 64
    assert sid.startswith("shib")
    assert sid.isalpha()
    assert sid.islower()


def test_both_forms_of_a_sid_name_the_same_login():
    assert sid_token(f"shib{LETTERS}") == sid_token(LETTERS) == LETTERS


def test_sixty_letters_that_begin_like_the_prefix_are_whole():
    letters = "shib" + "a" * 56

    assert sid_token(letters) == letters


@given(st.text(max_size=70))
def test_nothing_else_is_a_sid(text: str):
    letters = sid_token(text)

    assert letters is None or letters == text[-60:]


@pytest.mark.parametrize(
    "text", ["", "shib", LETTERS[:-1], LETTERS.upper(), LETTERS[:-1] + "é", LETTERS + "a"]
)
def test_what_is_not_sixty_small_letters_is_no_sid(text: str):
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


def test_what_failed_is_told_until_the_sid_ends():
    session = fail(a_session(), NOW, "no")

    assert login_status(session, NOW + LIFETIME - _MOMENT) is LoginStatus.FAILED
    assert login_status(session, NOW + LIFETIME) is LoginStatus.UNKNOWN


def test_a_chat_accounts_link_tells_nobody_anything():
    linking = a_session(identity=Identity("slack:T1:U1"))

    assert login_status(linking, NOW) is LoginStatus.UNKNOWN
    assert login_status(finish(linking, NOW), NOW) is LoginStatus.UNKNOWN


def test_only_the_page_shown_last_confirms():
    first = request_confirmation(a_session(), PersonId(1), "first")
    second = request_confirmation(first, PersonId(2), "second")

    check_nonce(second, "second")
    for nonce in ("first", "", "other"):
        with pytest.raises(NotConfirmed):
            check_nonce(second, nonce)


def test_a_confirmation_counts_once():
    asked = request_confirmation(a_session(), PersonId(1), "once")

    for over in (finish(asked, NOW, b""), fail(asked, NOW, "no")):
        assert over.state not in {LoginState.OPEN, LoginState.REQUESTED}
        with pytest.raises(NotConfirmed):
            check_nonce(over, "once")


def test_a_failed_login_forgets_what_waited_for_it():
    assert fail(a_session(request="something"), NOW, "no").request == ""
