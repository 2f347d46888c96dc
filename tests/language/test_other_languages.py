"""Dates and hours of other languages are read where they are sure; else their words are named."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.language import ParseResult, ProblemReason, parse_phrase, summarize
from tests.language.scoring import campus

NAMES = campus()
ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZONE)
WEEKDAYS = {
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "zh": "周一 星期二 周三 星期四 周五 星期六 周日",
}
MONTHS = {
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
RANGES = {
    "de": "{} von 14 bis 16 Uhr",
    "fr": "{} de 14h à 16h",
    "es": "{} de 14 a 16",
    "it": "{} dalle 14 alle 16",
    "nl": "{} van 14 tot 16 uur",
    "pt": "{} das 14h às 16h",
    "zh": "{}下午2点到4点",
}
DATES = {
    "de": "am {}. {} um 14 Uhr",
    "fr": "le {} {} à 14h",
    "es": "el {} de {} a las 14:00",
    "it": "{} {} alle 14",
    "nl": "{} {} om 14 uur",
    "pt": "{} de {} às 14h",
}


def _read(text: str) -> ParseResult:
    return parse_phrase(text, now=NOW, zone=ZONE, names=NAMES)


@pytest.mark.parametrize("language", WEEKDAYS)
def test_weekdays_with_hours(language: str):
    for number, word in enumerate(WEEKDAYS[language].split()):
        reading = _read(RANGES[language].format(word))

        day = NOW.date() + timedelta((number - NOW.weekday()) % 7)
        assert reading.when is not None, word
        assert reading.when.end is not None
        assert reading.when.start == datetime(day.year, day.month, day.day, 14, tzinfo=ZONE), word
        assert reading.when.end == datetime(day.year, day.month, day.day, 16, tzinfo=ZONE), word


@pytest.mark.parametrize("language", MONTHS)
def test_days_of_months_with_an_hour(language: str):
    for number, word in enumerate(MONTHS[language].split(), start=1):
        reading = _read(DATES[language].format(20, word))

        assert reading.when is not None, word
        assert reading.when.start.date() == date(2026 + (number < 3), number, 20), word
        assert reading.when.start.hour == 14, word


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("morgen um 14 Uhr", 12, 14),
        ("übermorgen 14uhr", 13, 14),
        ("nächsten montag 11 Uhr", 16, 11),
        ("Di, 17. März, 14:00 Uhr", 17, 14),
        ("aujourd'hui à 15h", 11, 15),
        ("après-demain 11h", 13, 11),
        ("lundi prochain 14h", 16, 14),
        ("jeu 12 mars 14h", 12, 14),
        ("viernes a las 3 de la tarde", 13, 15),
        ("pasado mañana 14:00", 13, 14),
        ("domani alle 15", 12, 15),
        ("ore 16", 11, 16),
        ("vrijdag 15u", 13, 15),
        ("amanhã às 14h", 12, 14),
        ("明天下午3点", 12, 15),
        ("下周二上午11点", 17, 11),
        ("3月20日 14:00", 20, 14),
    ],
)
def test_relative_days_short_names_and_clock_forms(text: str, day: int, hour: int):
    when = _read(text).when

    assert when is not None
    assert (when.start.month, when.start.day, when.start.hour) == (3, day, hour)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("montag halb 3", "halb"),
        ("zaterdag half 4", "half"),
        ("hoy a las tres", "tres"),
        ("di 14:00", "di"),
        ("montag mardi 10:00", "mardi"),
        ("poniedziałek 10:00", "poniedziałek"),
        ("torsdag kl 14", "torsdag"),
        ("понедельник 10:00", "понедельник"),
        ("月曜日 10:00", "月曜日"),
    ],
)
def test_what_is_not_sure_is_named_and_no_half_of_it_is_used(text: str, word: str):
    reading = _read(text)

    assert reading.when is None
    assert reading.problem is not None
    assert reading.problem.reason is ProblemReason.LANGUAGE
    assert "I read English" in reading.problem.message
    assert word in reading.problem.message


def test_the_summary_of_another_language_is_english_and_parses_as_the_same():
    reading = _read("réunion pour 6 mardi 17 mars de 14h30 à 16h")

    summary = summarize(reading, NAMES, now=NOW)
    assert summary.startswith("Tue 17 Mar, 14:30–16:00")
    assert _read(summary).when == reading.when


def test_spans_of_translated_words_are_those_of_the_typed_ones():
    text = "周五 下午3点 20 seats"

    spans = [text[span.start : span.end] for span in _read(text).spans if span.field == "when"]
    assert spans == ["周五 下午3点"]
