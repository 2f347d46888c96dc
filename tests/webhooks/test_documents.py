"""What is documented about events is what is sent, and OpenAPI tools read it."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from msgspec.structs import replace
from openapi_spec_validator import validate

from bot.web.endpoints.openapi import document
from bot.web.routes import ROUTES
from bot.webhooks.payloads import payload_of
from bot.webhooks.schemas import EVENTS, payload_schema
from core.directory import Account
from core.model import BookingState, EventType, PersonId, SocietyId, WebhookEvent
from core.policy.rules import Rules
from core.policy.webhook_events import booking_events, quota_reset, timetable_refused
from core.read_model import ReadModel
from tests.builders import NOW, a_booking, a_person, a_slot
from tests.webhooks.test_events import changed

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"


def all_events() -> Iterator[WebhookEvent]:
    rules, booking = Rules(), a_booking(slot=a_slot("10:00", minutes=60))
    yield from booking_events(None, booking, NOW)
    yield from booking_events(None, a_booking(by=None, society_id=SocietyId("CHESS")), NOW)
    yield from booking_events(booking, changed(booking, interval=a_slot("15:00")), NOW)
    yield from booking_events(booking, changed(booking, state=BookingState.CANCELLED), NOW)
    yield from booking_events(booking, changed(booking, checked_in_at=NOW), NOW)
    released = changed(booking, interval=a_slot("10:00", minutes=30), released_at=NOW)
    yield from booking_events(booking, released, NOW + timedelta(minutes=1))
    yield quota_reset(20_523, rules, NOW)
    yield timetable_refused("unsw", 3, ["A third of the entries is gone."], NOW)


@pytest.mark.parametrize("is_personal", [False, True])
def test_every_payload_is_as_its_schema_says(is_personal):
    read_model = ReadModel()
    read_model.directory.put(PersonId(1), Account(replace(a_person("wil"), id=PersonId(1)), (), (), (), {}))
    seen = set()

    for event in all_events():
        body = json.loads(payload_of(event, read_model, is_personal=is_personal, booking=a_booking()))
        schema = payload_schema(event.type)
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(body)
        seen.add(event.type)

    assert seen == set(EventType) == set(EVENTS)


def test_the_openapi_document_with_its_webhooks_is_valid():
    made = document(ROUTES)

    validate(json.loads(json.dumps(made)))
    assert set(made["webhooks"]) == set(EventType)


def test_the_page_describes_every_event():
    text = PAGE.read_text("utf-8")

    assert set(re.findall(r"`((?:booking|room|quota|timetable)\.\w+)`", text)) == set(EventType)
