"""Administration at the command line: the verbs of chat, with the same texts, and `--yes` for a question."""

import pytest

from bot.administration.table import VERBS
from tests.bot.conftest import Roomie


@pytest.fixture
def sample(sample_roomie: Roomie) -> Roomie:
    return sample_roomie


_VERBS = [each for each in VERBS if each.name.split()[0] != "outbox"]
"""The outbox has a command of its own, with more to see."""


@pytest.mark.parametrize("verb", _VERBS, ids=lambda each: each.name)
def test_every_verb_is_a_command_and_explains_itself(
    roomie: Roomie, verb, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as stop:
        roomie(*verb.name.split(), "--help")

    assert stop.value.code == 0
    assert "usage: roomie" in capsys.readouterr().out


def test_a_room_is_changed_retired_and_brought_back(sample: Roomie):
    changed = sample("room", "edit", "Wren", "G01", "--capacity", "40", "--equipment", "+projector")
    assert changed.status == 0
    assert "Changed Wren G01 (H-C12-G01): capacity 24 → 40" in changed.out

    question = sample("room", "retire", "Wren", "G01")
    assert question.status == 1
    assert "Nothing has changed yet. To go on, add --yes." in question.err
    assert (
        "roomie room restore H-C12-G01 brings it back."
        in sample("room", "retire", "Wren", "G01", "--yes").out
    )
    assert "Wren G01" in sample("room", "list").out
    assert "is in use again" in sample("room", "restore", "H-C12-G01").out


def test_a_block_asks_which_answer(sample: Roomie):
    sample("chat", "--as", "wil", "/book Wren G02 tomorrow 11:00")

    question = sample("user", "block", "wil", "friday", "--reason", "noise")
    assert question.status == 1
    assert "add --bookings keep or --bookings cancel" in question.err
    done = sample("user", "block", "wil", "friday", "--reason", "noise", "--bookings", "cancel")
    assert "1 booking cancelled" in done.out
    assert "(noise)" in sample("chat", "--as", "wil", "/book Wren G02 tomorrow 11:00").out


def test_quota_societies_and_administrators(sample: Roomie):
    assert "240 minutes this week (+60)" in sample("user", "quota", "wil", "+60", "for", "tea").out
    assert "120 of them left" in sample("user", "quota", "wil", "-120", "--reason", "misuse").out
    assert "is now called Tech Club" in sample("society", "rename", "SOTECHSOC", "Tech", "Club").out
    assert "up to 6 hours" in sample("society", "limit", "SOTECHSOC", "--series-hours", "6").out
    assert "is now an administrator" in sample("user", "admin", "dana", "on").out
    assert "Somebody must administer" in sample("user", "admin", "dana", "off").err


def test_values_follow_their_names_as_in_chat(sample: Roomie):
    changed = sample("room", "edit", "Wren", "G01", "capacity", "40", "equipment", "+projector")
    granted = sample("user", "quota", "wil", "+60", "for", "tea", "week", "tomorrow")
    blocked = sample("user", "block", "wil", "until", "2 weeks", "because", "noise in the hall", "--yes")

    assert "capacity 24 → 40" in changed.out
    assert "minutes in the week of" in granted.out
    assert "can't book until" in blocked.out
    assert "(tea)" in sample("who", "wil").out
    assert "(noise in the hall)" in sample("who", "wil").out


def test_a_password_is_generated_and_printed_once(sample: Roomie):
    result = sample("user", "password", "wil", "--generate")

    assert result.status == 0
    assert result.out.splitlines()[1].startswith("It is: ")


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("room", "edit", "Atlantis", "--capacity", "3"), "roomie: There's no room Atlantis."),
        (("user", "unblock", "wil"), "roomie: Wil isn't blocked."),
        (("user", "find", "zorro"), "roomie: There's nobody called zorro."),
        (("announce", "hello"), "roomie: No channel gets notices yet."),
        (("society", "add", "x!", "y"), "roomie: A society's id is"),
    ],
)
def test_a_refusal_has_the_sentence_of_chat(sample: Roomie, arguments: tuple[str, ...], answer: str):
    result = sample(*arguments)

    assert result.status == 1
    assert result.err.startswith(answer)


def test_everything_is_audited_as_the_operator(sample: Roomie):
    sample("user", "groups", "wil", "staff")
    sample("link", "wil", "slack:T1:U1")
    sample("society", "add", "CHESS", "Chess Society", "--president", "rema")

    audit = sample("export", "audit").out
    for action in ("set groups", "link", "add society", "appoint"):
        assert f"administrator,{action}," in audit
