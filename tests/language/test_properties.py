"""Properties of every text."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.language import ParseResult, TimeKind, parse_phrase, summarize, to_json
from bot.language.lexicon import split_words
from tests.language.scoring import campus, phrases

NAMES = campus()
TYPED = [phrase.text for phrase in phrases("development_phrases.jsonl")]
ZONES = tuple(map(ZoneInfo, ("Europe/London", "Australia/Sydney", "Australia/Lord_Howe", "UTC")))
NOT_VALUES = (
    "assumptions",
    "alternatives",
    "unparsed",
    "problem",
    "clarification",
    "zone_name",
    "small_talk",
)
VALUES = tuple(
    value for value in ParseResult.__struct_fields__ if value not in {"text", "spans", *NOT_VALUES}
)
WORDS = split_words(
    """
    tomorrow fri next tuesday 3 3pm 15:30 half past to 2-4 until for 2h an hour in 20 minutes 20
    seats ainsworth g03 quad 1042 near the with printer and noon midnight arvo tonight every other
    week from now till june 12/3 2nd @sam <@U1|jo> for sochess , - . ! lab upper 1st may between at
    24:00 9-5 sometime within before after closing opening first last thing so finish start leaving
    latest of quarter ish hour's by eod o'clock through 3;30 30 feb a week on "quiz night"
    montag 20 19. demain lunes uhr 明天 w/c rest month am pm tom
    no not but except wait actually or instead wed doesn't work can't do any day sorry that scratch
    """
)

texts = st.one_of(
    st.text(max_size=80),
    st.sampled_from(TYPED),
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2031, 12, 31)).map(
    lambda instant: instant.replace(microsecond=0)
)
zones = st.sampled_from(ZONES)


def _read(text, instant, zone):
    return parse_phrase(text, now=instant.replace(tzinfo=UTC), zone=zone, names=NAMES)


@given(texts, instants, zones)
@settings(max_examples=100, deadline=None)
def test_every_text_has_a_result_and_no_time_is_in_the_past(text, instant, zone):
    now = instant.replace(tzinfo=UTC)

    reading = _read(text, instant, zone)

    to_json(reading)
    for when in filter(None, (reading.when, *reading.alternatives, *reading.also)):
        if when.kind is TimeKind.DAY:
            assert (when.end or when.start + timedelta(days=2)) > now
        else:
            assert when.start >= now - timedelta(minutes=1)
        assert when.end is None or when.end > when.start
    if reading.when and reading.when.kind is not TimeKind.DAY:
        assert reading.when.start >= now.replace(second=0)
        assert (reading.when.start.second, reading.when.start.microsecond) == (0, 0)


@given(texts, instants, zones)
@settings(max_examples=100, deadline=None)
def test_the_summary_parses_as_the_same_values(text, instant, zone):
    now = instant.replace(tzinfo=UTC)
    reading = _read(text, instant, zone)

    summary = summarize(reading, NAMES, now=now)

    again = parse_phrase(summary, now=now, zone=zone, names=NAMES)
    for value in VALUES:
        assert getattr(again, value) == getattr(reading, value), (value, summary)


@given(texts, instants)
@settings(max_examples=60, deadline=None)
def test_every_span_lies_within_the_text(text, instant):
    reading = _read(text, instant, ZONES[0])

    assert all(0 <= span.start < span.end <= len(text) for span in reading.spans)


def _values(reading):
    plain = {value: getattr(reading, value) for value in VALUES}
    plain["title"] = plain["title"] and plain["title"].casefold()
    plain["people"] = tuple(person.casefold() for person in plain["people"])
    return plain


@pytest.mark.parametrize(
    "change", [str.upper, str.title, lambda text: "  " + text.replace(" ", " \t ") + "\n"]
)
def test_white_space_and_case_never_change_the_result(change):
    for phrase in phrases("development_phrases.jsonl"):
        changed = parse_phrase(change(phrase.text), now=phrase.now, zone=phrase.zone, names=NAMES)

        usual = parse_phrase(phrase.text, now=phrase.now, zone=phrase.zone, names=NAMES)
        assert _values(changed) == _values(usual), phrase.text


@pytest.mark.parametrize("template", ["{} 20 seats", "20 seats {}", "{}, 20 seats"])
def test_adding_20_seats_never_changes_the_time(template):
    for phrase in phrases("development_phrases.jsonl"):
        more = parse_phrase(template.format(phrase.text), now=phrase.now, zone=phrase.zone, names=NAMES)

        usual = parse_phrase(phrase.text, now=phrase.now, zone=phrase.zone, names=NAMES)
        assert more.when == usual.when, phrase.text
