"""Names that recurse, climb folders or never end, typed wherever a name, a number or a zone is read."""

import json
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from bot.chat.reply import TimeRange, Tone
from bot.chat.timezones import zone_of
from bot.commands import COMMANDS
from bot.conversation.preferences import PreferenceValues, parse_preferences, with_value
from bot.language import parse_lines
from bot.platforms.slack.render.markup import RenderContext, plain
from bot.services import Services
from core.errors import Invalid
from core.interval import Interval
from core.model import NotificationPreferences
from core.time_zones import find_time_zone
from tests.bot.chat import Chat
from tests.bot.conftest import database_url, sample_file, services, wil
from tests.builders import NOW
from tests.language.scoring import campus

__all__ = ["database_url", "sample_file", "services", "wil"]

RECURSIVE_ZONES = [
    "A/" * 500 + "x",
    "a.b/" * 470 + "x",
    "Europe." * 280 + "/x",
    "/".join("abcdefgh"),
    "x" * 5_000,
]
ODD_ZONES = [
    "../../etc/passwd",
    "/etc/localtime",
    "Europe",
    "Europe/",
    ".",
    "..",
    "Europe/London\0",
    "\uff25urope/London",
]
HOSTILE = [
    *RECURSIVE_ZONES,
    *ODD_ZONES,
    "9" * 1_900,
    "-" * 1_900,
    "1" * 900 + "h" + "2" * 900 + "m",
    "((((" * 400,
    "<@" * 900,
    "<@U1|" + "|" * 1_500,
    "\u0661" * 1_000,
    "~" * 1_500,
    "0-" * 900,
    " ," * 900,
    "%s%n{0}{}" * 100,
]
ZONE = ZoneInfo("Europe/London")
MAX_SECONDS = 2.0
"""Generous for a busy machine: the worst takes some 50 ms."""


@pytest.mark.parametrize("zone", [*RECURSIVE_ZONES, *ODD_ZONES])
def test_a_name_that_is_no_zone_is_refused_and_never_imported(zone: str) -> None:
    assert find_time_zone(zone) is None
    with pytest.raises(Invalid, match="time zone"):
        parse_preferences(f"timezone {zone}", PreferenceValues(NotificationPreferences(), None))


def test_a_zone_that_a_platform_or_a_program_reports_falls_back(services: Services) -> None:
    slot, names = TimeRange(Interval.of_length(NOW, timedelta(hours=1))), campus()
    for zone in (*RECURSIVE_ZONES, *ODD_ZONES):
        assert zone_of(services, None, zone) is services.rules.zone, zone
        assert plain((slot,), RenderContext(ZONE, NOW, zone)), zone
        line = json.dumps({"text": "tomorrow 3pm", "tz": zone})
        assert "error" in next(parse_lines([line], names, datetime(2026, 3, 11, tzinfo=UTC), ZONE)), zone


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
async def test_every_command_answers_hostile_words_quickly_and_without_a_fault(text: str, wil: Chat) -> None:
    for command in COMMANDS:
        began = time.perf_counter()
        answer = await wil.say(f"/{command.name} {text}")
        assert "fault" not in answer, command.name
        assert time.perf_counter() - began < MAX_SECONDS, command.name


@pytest.mark.parametrize("word", ["reminders", "notices", "quiet", "deliver", "timezone"])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_no_setting_of_the_form_fails_otherwise_than_by_a_refusal(word: str, text: str) -> None:
    with suppress(Invalid):
        with_value(PreferenceValues(NotificationPreferences(), None), word, text)


@pytest.mark.parametrize("name", ["date", "time", "minutes", "room", "seats", "society", "when", "title"])
async def test_the_booking_form_answers_hostile_values_without_a_fault(name: str, wil: Chat) -> None:
    for text, action in product((*HOSTILE, "9" * 10_000), ("book_form", "refresh_form")):
        answer = await wil.act(action, **{name: text})
        assert "fault" not in answer, (action, text)
        assert wil.tone is not Tone.FAILED, (action, text)
