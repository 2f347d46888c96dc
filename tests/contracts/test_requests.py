"""Idempotency keys: a repeated request is executed once and returns the same."""

import asyncio

import pytest
from msgspec.structs import replace

from core.errors import DuplicateRequest, SlotTaken
from tests.builders import a_slot
from tests.contracts.campus import HALL, LAB, Campus, a_new_id


async def test_a_repeated_request_books_once_and_returns_the_same(campus: Campus):
    request = campus.request(a_slot("11:00", 60), request="slack:123")
    first = await campus.services.book(request)

    again = await campus.services.book(replace(request, booking_id=a_new_id()))

    assert again.booking == first.booking
    assert (again.cost, again.quota_left) == (0, first.quota_left)
    assert await campus.quota_left() == 120


async def test_twenty_concurrent_copies_book_once(campus: Campus):
    request = campus.request(a_slot("11:00", 60), request="slack:123")

    answers = await asyncio.gather(
        *(campus.services.book(replace(request, booking_id=a_new_id())) for _ in range(20))
    )

    assert len({answer.booking.id for answer in answers}) == 1
    assert await campus.quota_left() == 120


async def test_a_copy_in_another_process_returns_the_same(campus: Campus, open_another):
    other = campus.service_of(await open_another())
    request = campus.request(a_slot("11:00", 60), request="slack:123")

    answers = await asyncio.gather(
        *(services.book(replace(request, booking_id=a_new_id())) for services in [campus.services, other] * 5)
    )

    assert len({answer.booking.id for answer in answers}) == 1


async def test_the_same_key_for_a_different_request_is_refused(campus: Campus):
    await campus.book(a_slot("11:00", 60), request="slack:123")

    with pytest.raises(DuplicateRequest):
        await campus.book(a_slot("15:00", 60), room=LAB, request="slack:123")


async def test_a_refused_request_may_be_repeated(campus: Campus):
    held = await campus.book(a_slot("11:00", 60), by=campus.rema)
    request = campus.request(a_slot("11:00", 60), request="slack:123")
    with pytest.raises(SlotTaken):
        await campus.services.book(request)
    await campus.cancel(held.booking, by=campus.rema)

    made = await campus.services.book(request)

    assert made.booking.room_id == HALL
