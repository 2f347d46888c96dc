"""From what was read to what is looked for: the one way from words to a search or a slot."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from bot.chat.command import Call
from bot.chat.reply import Reply, Tone
from bot.conversation.button_values import Search
from bot.language import Conventions, Kind, Names, Reading, When, echo, read
from core.catalogue import RoomWish
from core.interval import Interval
from core.policy.rules import Rules
from core.services.bookings import open_hours, widened


def read_words(call: Call) -> Reading:
    """What the words of a call say, in the asker's zone and with the campus's names."""
    desk = call.desk
    conventions = Conventions(default_duration=timedelta(minutes=desk.default_minutes))
    return read(
        call.words,
        now=whole_minute(desk.clock.now()),
        zone=call.zone,
        names=desk.names.of(desk.picture),
        conventions=conventions,
    )


def echo_of(call: Call, reading: Reading) -> str:
    desk = call.desk
    return _echo(replace(reading, text=""), desk.names.of(desk.picture), whole_minute(desk.clock.now()))


@lru_cache(maxsize=512)
def _echo(reading: Reading, names: Names, now: datetime) -> str:
    """Remembered, for an echo is read back to see that it says the same, and many ask alike in one minute."""
    return echo(reading, names, now=now)


def whole_minute(instant: datetime) -> datetime:
    """The minute that an instant lies in: people speak of nothing finer."""
    return instant.replace(second=0, microsecond=0)


def confusion(reading: Reading) -> Reply | None:
    """What to say when a time could not be read or is open to doubt; None when all is clear."""
    if reading.problem is not None:
        return Reply((reading.problem.sentence,), tone=Tone.CONFUSED)
    if reading.question is not None:
        return Reply((reading.question.sentence,), tone=Tone.CONFUSED)
    return None


def search_for(call: Call, reading: Reading) -> Search:
    """The search that a reading stands for; without a time it is about now."""
    now, rules = whole_minute(call.desk.clock.now()), call.desk.rules
    length = timedelta(minutes=call.desk.default_minutes)
    wish = RoomWish(
        capacity=reading.capacity or 0,
        equipment=reading.equipment,
        usage=reading.usage,
        building=reading.building,
        room=reading.room,
        location=reading.location,
        near=reading.near,
    )
    slot, needed = _stretch(reading.when, now, length, rules)
    return Search(slot, needed, wish, reading.society)


def _stretch(when: When | None, now: datetime, length: timedelta, rules: Rules) -> tuple[Interval, int]:
    if when is None:
        when = When(Kind.INSTANT, now, None)
    needed = when.length or length
    if when.kind is Kind.DAY:
        return _open_hours(when.start, when.end, now, rules, needed), _minutes(needed)
    if when.kind is Kind.PART and when.end is not None:
        slot = Interval(max(when.start, min(now, when.end - needed)), max(when.end, when.start + needed))
        return slot, _minutes(needed)
    slot = Interval(when.start, when.end or _usual_end(when.start, length, rules))
    return slot, slot.minutes


def _usual_end(start: datetime, length: timedelta, rules: Rules) -> datetime:
    """The usual length after the step of the grid that holds `start`, so that it costs no more than that."""
    return widened(Interval.lasting(start, length), None, rules).start + length


def _open_hours(
    midnight: datetime, end: datetime | None, now: datetime, rules: Rules, needed: timedelta
) -> Interval:
    """A day's usual opening hours, what is left of them today; several days when `end` says so."""
    noon = midnight + timedelta(hours=12)
    last = noon if end is None else max(noon, end - timedelta(hours=12))
    opens, closes = open_hours(noon, None, rules).start, open_hours(last, None, rules).end
    start = max(opens, min(now, closes - needed))
    return Interval(start, max(closes, start + needed))


def _minutes(length: timedelta) -> int:
    return max(1, int(length.total_seconds()) // 60)
