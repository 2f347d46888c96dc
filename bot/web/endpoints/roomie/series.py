"""Series of bookings: previewing, booking and cancelling them, and what the caller has."""

from http import HTTPStatus

from bot.web.endpoints import series_schemas
from bot.web.endpoints.converters import parse_id
from bot.web.endpoints.roomie.bookings import KEY, booking_owner, idempotency_key, is_confirmed_in_chat
from bot.web.endpoints.roomie.parameters import DENIED, TEXT
from bot.web.endpoints.roomie.series_parameters import (
    CHOSEN,
    FROM_DAY,
    NAMED,
    SCOPE,
    SERIES_ID,
    SERIES_REQUIRED,
    WANTED,
    chosen_dates,
    series_request,
)
from bot.web.framework import serializers, series_serializers
from bot.web.framework.response import json_response, with_etag
from bot.web.framework.route import Access, Api, Parameter, RequestContext, Response, Route
from core.errors import UnknownSeries, UnknownSociety
from core.model import SeriesId, SocietyId
from core.services.series import Choices, SeriesOverview, SeriesPreview

_PREVIEW_COST = 5.0
"""Requests that judging up to 52 dates counts as."""
_KEY_KIND = "series:"
_DELETE_KEY_KIND = "series.delete:"
OF_SOCIETY = Parameter("society", parse_id, TEXT, "The series of this society, of which you are a member.")


async def preview(context: RequestContext) -> Response:
    services = context.state.services
    found = await services.series.preview(series_request(context, await booking_owner(context)))
    content = series_serializers.preview(found, services.read_model.catalogue, services.rules.zone)
    if context.request.method == "POST":
        return json_response(content)
    return with_etag(serializers.render_json(content), private=True)


async def book(context: RequestContext) -> Response:
    services, owner = context.state.services, await booking_owner(context)
    request = series_request(context, owner)
    choices = chosen_dates(context, request)
    booked = await services.series.book(
        request,
        choices,
        idempotency_key(context, owner, _KEY_KIND),
        confirm=is_confirmed_in_chat(context, owner),
    )
    if isinstance(booked, SeriesPreview):
        return _refused(context, booked, choices)
    catalogue, zone = (await services.synced_read_model()).catalogue, services.rules.zone
    return json_response(
        {
            "success": True,
            "series_id": booked.series.id,
            "bookings": series_serializers.bookings(booked.bookings, catalogue, zone),
            "quota_left": booked.quota_left,
        }
    )


def _refused(context: RequestContext, found: SeriesPreview, choices: Choices) -> Response:
    """Nothing was booked: how the series looks now."""
    services = context.state.services
    count = len(choices)
    return json_response(
        {
            "error": f"Not all of the {count} dates can be booked, so none was. Here is how they look now; "
            "choose again."
            if count > 1
            else "This date can't be booked, so nothing was. Here is how it looks now; choose again.",
            "code": "not_all_bookable",
            "preview": series_serializers.preview(found, services.read_model.catalogue, services.rules.zone),
        },
        status=HTTPStatus.CONFLICT,
    )


async def list_series(context: RequestContext) -> Response:
    """The caller's series, a society's, or one of these."""
    services = context.state.services
    found = await _found(context)
    catalogue, zone = services.read_model.catalogue, services.rules.zone
    content = [series_serializers.overview(each, catalogue, zone) for each in found]
    return with_etag(serializers.render_json(content), private=True)


async def _found(context: RequestContext) -> tuple[SeriesOverview, ...]:
    services = context.state.services
    if (series_id := context.get(SERIES_ID)) is not None:
        return (await _visible(context, series_id),)
    if (given := context.get(OF_SOCIETY)) is not None:
        society_id = SocietyId(given)
        if context.person.role_in(society_id) is None:
            raise UnknownSociety(given)
        return await services.series.of_society(society_id)
    return await services.series.of_person(context.person.person.id)


async def _visible(context: RequestContext, series_id: SeriesId) -> SeriesOverview:
    """A series of the caller or of one of the caller's societies; others do not exist for them."""
    found = await context.state.services.series.get(series_id)
    society_id, account = found.series.society_id, context.person
    if found.series.booked_by != account.person.id and (
        society_id is None or account.role_in(society_id) is None
    ):
        raise UnknownSeries
    return found


async def delete_series(context: RequestContext) -> Response:
    services, person_id = context.state.services, context.person.person.id
    key, named = context.get(KEY), context.get(NAMED)
    changed = await services.series.cancel(
        context.require(SERIES_REQUIRED),
        person_id,
        context.require(SCOPE),
        context.get(FROM_DAY),
        named or (),
        key=None if key is None else f"http:{_DELETE_KEY_KIND}person:{person_id}:{key}",
    )
    left = await services.series.get(changed.series.id)
    catalogue = (await services.synced_read_model()).catalogue
    return json_response(
        {
            "success": True,
            "series": series_serializers.overview(left, catalogue, services.rules.zone),
            "quota_left": changed.quota_left,
        }
    )


_RULE_CODES = (
    "`bad_series`, `endless_series`, `series_too_frequent`, `too_many_dates`, `never_happens`, "
    "`ends_before_start`, `unsupported_rule`"
)
SERIES: tuple[Route, ...] = (
    Route(
        Api.ROOMIE,
        "rooms.previewSeries",
        ("GET", "POST"),
        preview,
        "Show each date of a series: free, or why not. Nothing is booked.",
        {200: series_schemas.PREVIEW} | DENIED,
        parameters=WANTED,
        access=Access.PERSON_OR_SOCIETY,
        per_user=True,
        cost=_PREVIEW_COST,
        description=f"At most 52 dates. Counts as {_PREVIEW_COST:g} requests of your rate. Codes of a rule: "
        f"{_RULE_CODES}; of who asks: `series_not_allowed` (403), `bad_society`, `not_entitled`; "
        "of the rest: `unknown_room`, `unknown_building`, `bad_times`, `bad_date`, `missing_field`. "
        "A date that is not `free` has the `code` with which booking it alone would be refused.",
    ),
    Route(
        Api.ROOMIE,
        "rooms.bookSeries",
        ("POST",),
        book,
        "Book the dates of a series that a preview has shown: all of them, or none.",
        {200: series_schemas.BOOKED, 409: series_schemas.NOT_BOOKED} | DENIED,
        parameters=(*WANTED, CHOSEN, KEY),
        access=Access.PERSON_OR_SOCIETY,
        is_mutating=True,
        cost=_PREVIEW_COST,
        description="Send the parameters of the preview again, with one of its `choices`. If one of these "
        "dates cannot be booked any more, nothing is booked: the response is a 409 with `code` "
        "`not_all_bookable` and a fresh `preview`. A repeated request with the same `Idempotency-Key` books "
        f"once. Counts as {_PREVIEW_COST:g} requests of your rate. Further codes: those of "
        "`rooms.previewSeries/`, `nothing_to_book`, `handled` (the key was used for something else).",
    ),
    Route(
        Api.ROOMIE,
        "rooms.series",
        ("GET",),
        list_series,
        "Your series with their bookings to come, those of a society, or one of these.",
        {200: series_schemas.SERIES} | DENIED,
        parameters=(SERIES_ID, OF_SOCIETY),
        access=Access.PERSON,
        per_user=True,
        description="Codes: `no_such_series`, `bad_society`.",
    ),
    Route(
        Api.ROOMIE,
        "rooms.deleteSeries",
        ("GET", "POST", "DELETE"),
        delete_series,
        "Cancel dates of a series that are to come.",
        {200: series_schemas.CANCELLED} | DENIED,
        parameters=(SERIES_REQUIRED, SCOPE, FROM_DAY, NAMED, KEY),
        access=Access.PERSON,
        is_mutating=True,
        description="Dates that were moved or changed singly stay, unless they are `named` (or the `date`). "
        "Cancelled dates never come back. A repeated request with the same `Idempotency-Key` cancels once. "
        "Codes: `no_such_series`, `not_your_booking`, `no_such_booking` (no booking on that `date`), "
        "`booking_is_over`, `bad_series` (no `date`), `handled` (the key was used for something else).",
    ),
)
