"""Merges typed options into one reading. Each option is read by its own type and by nothing else.

A title is never parsed, `for` can only name a society, `room` only a room. What an option says beside its
type is listed as `unparsed`, so that the reply names it.
"""

import re
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.command import CommandContext, ParameterType
from bot.conversation.near_rooms import takes_room, with_near_room
from bot.conversation.search import parse_text
from bot.conversation.society_arguments import society_in
from bot.language import ParseResult
from core.errors import Invalid
from core.model import BuildingId, RoomId

_TIME = frozenset({"when", "zone"})
_QUERY = frozenset({"capacity", "equipment", "usage", "building", "location", "near"})
_PLACE = frozenset({"room", "building", "near", "location", "usage"})
_AMBIGUOUS_TYPES = frozenset({ParameterType.WHEN, ParameterType.ROOM, ParameterType.PLACE})
_SEATS_IN_LABEL = re.compile(r",? \d+ seats$")
"""End of a suggestion's label, which is sent where the suggestion was not picked but typed."""
_QUOTES = "\"'“”\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
_COUNT = re.compile(r"([1-9][0-9]{0,4})(?: (?:seats|people))?")


class _OptionText(Struct, frozen=True):
    """Text of one option, with the context that it is read in."""

    context: CommandContext
    text: str

    def parse(self, fields: frozenset[str]) -> ParseResult:
        """Parses the text; what is of none of these fields counts as unparsed."""
        reading = parse_text(replace(self.context, text=self.text))
        return replace(reading, unparsed=(*reading.unparsed, *self._other_spans(reading, fields)))

    def _other_spans(self, reading: ParseResult, fields: frozenset[str]) -> Iterator[str]:
        for span in reading.spans:
            if span.field not in fields:
                yield self.text[span.start : span.end]


def parse_request(context: CommandContext) -> ParseResult:
    """Parses a request's options, or the text after the command's name where it has none."""
    if not context.options:
        reading = _with_quoted_room(context, parse_text(context))
        return with_near_room(context, reading) if takes_room(context) else reading
    merged = ParseResult(text="")
    for parameter in context.parameters:
        text, read = context.options.get(parameter.name, "").strip(), _READERS.get(parameter.type)
        if text and read is not None:
            merged = read(merged, _OptionText(context, text))
    return merged


def _with_quoted_room(context: CommandContext, reading: ParseResult) -> ParseResult:
    """The reading, where what is quoted is the name of a room and no title: `status "Wren G01"`."""
    if not reading.title or reading.room is not None:
        return reading
    room = parse_text(replace(context, text=reading.title))
    is_name = room.room is not None and all(span.field == "room" for span in room.spans) and not room.unparsed
    return replace(reading, room=room.room, title=None) if is_name else reading


def replace_in_options(
    context: CommandContext, pattern: re.Pattern[str], choice: str
) -> CommandContext | None:
    """The context with a chosen phrase in place of ambiguous words; None where no option has them."""
    for parameter in context.parameters:
        text = " ".join(context.options.get(parameter.name, "").split())
        if parameter.type in _AMBIGUOUS_TYPES and pattern.search(text) is not None:
            chosen = pattern.sub(lambda _: choice, text, count=1)
            return replace(context, options={**context.options, parameter.name: chosen})
    return None


def _read_time(merged: ParseResult, option: _OptionText) -> ParseResult:
    """The time, with a size, equipment or place where no other option says them."""
    reading = option.parse(_TIME | _QUERY)
    return replace(
        merged,
        text=reading.text,
        when=reading.when,
        capacity=merged.capacity or reading.capacity,
        equipment=merged.equipment | reading.equipment,
        usage=merged.usage or reading.usage,
        building=merged.building or reading.building,
        location=merged.location or reading.location,
        near=merged.near or reading.near,
        assumptions=reading.assumptions,
        alternatives=reading.alternatives,
        also=reading.also,
        excluded=reading.excluded,
        zone_name=reading.zone_name,
        unparsed=(*merged.unparsed, *reading.unparsed),
        problem=reading.problem,
        clarification=merged.clarification or reading.clarification,
    )


def _read_room(merged: ParseResult, option: _OptionText) -> ParseResult:
    known = option.context.read_model.catalogue.rooms
    if option.text in known:
        return replace(merged, room=RoomId(option.text))
    reading = _parse_name(option, frozenset({"room"}))
    unparsed = () if _names_own_building(option.context, reading) else reading.unparsed
    return replace(
        merged,
        room=reading.room,
        unparsed=(*merged.unparsed, *unparsed),
        clarification=merged.clarification or reading.clarification,
    )


def _names_own_building(context: CommandContext, reading: ParseResult) -> bool:
    """Whether all that is said beside a room is the building that it is in: `Union committee room`."""
    room = context.read_model.catalogue.rooms.get(reading.room) if reading.room is not None else None
    if room is None or not reading.unparsed:
        return False
    beside = parse_text(replace(context, text=" ".join(reading.unparsed), options={}))
    return beside.building == room.building_id and not beside.unparsed


def _read_place(merged: ParseResult, option: _OptionText) -> ParseResult:
    catalogue = option.context.read_model.catalogue
    if option.text in catalogue.rooms:
        return replace(merged, room=RoomId(option.text))
    if option.text in catalogue.buildings:
        return replace(merged, building=BuildingId(option.text))
    reading = _parse_name(option, _PLACE)
    return replace(
        merged,
        room=reading.room,
        building=reading.building or merged.building,
        near=reading.near or merged.near,
        location=reading.location or merged.location,
        usage=reading.usage or merged.usage,
        unparsed=(*merged.unparsed, *reading.unparsed),
        clarification=merged.clarification or reading.clarification,
    )


def _parse_name(option: _OptionText, fields: frozenset[str]) -> ParseResult:
    """A name as it was typed, or as a suggestion shows it (`Ainsworth G01, 48 seats`).

    A text without any name is unparsed as a whole, whatever else its words could mean.
    """
    option = replace(option, text=_SEATS_IN_LABEL.sub("", option.text).strip(_QUOTES))
    reading = option.parse(fields)
    is_found = any(span.field in fields for span in reading.spans)
    if reading.room is None and (near := _near_name(option)) is not None:
        return near
    return reading if is_found else replace(reading, unparsed=(option.text,))


def _near_name(option: _OptionText) -> ParseResult | None:
    """The room, or the question which of several, that the whole text is written nearly as."""
    context = replace(option.context, text=option.text, options={})
    near = with_near_room(context, parse_text(context))
    if near.room is None:
        question = near.clarification
        is_which = question is not None and question.text == option.text.strip()
        return ParseResult(text=option.text, clarification=question) if is_which else None
    is_alone = near.when is None and near.capacity is None and not near.equipment
    return ParseResult(text=option.text, room=near.room) if is_alone else None


def _read_number(merged: ParseResult, option: _OptionText) -> ParseResult:
    match = _COUNT.fullmatch(option.text)
    if match is None:
        raise Invalid("How many seats? Give a number, such as 8.")
    return replace(merged, capacity=int(match[1]))


def _read_equipment(merged: ParseResult, option: _OptionText) -> ParseResult:
    reading = option.parse(frozenset({"equipment", "usage"}))
    return replace(
        merged,
        equipment=merged.equipment | reading.equipment,
        usage=reading.usage or merged.usage,
        unparsed=(*merged.unparsed, *reading.unparsed),
    )


def _read_society(merged: ParseResult, option: _OptionText) -> ParseResult:
    return replace(merged, society=society_in(option.context, option.text))


def _read_title(merged: ParseResult, option: _OptionText) -> ParseResult:
    return replace(merged, title=option.text)


_READERS: dict[ParameterType, Callable[[ParseResult, _OptionText], ParseResult]] = {
    ParameterType.WHEN: _read_time,
    ParameterType.ROOM: _read_room,
    ParameterType.PLACE: _read_place,
    ParameterType.BUILDING: _read_place,
    ParameterType.NUMBER: _read_number,
    ParameterType.EQUIPMENT: _read_equipment,
    ParameterType.SOCIETY: _read_society,
    ParameterType.TEXT: _read_title,
}
