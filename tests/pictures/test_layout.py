"""Layouts: where bars stand, that text fits, and what screen readers say."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from bot.chat.picture import Bar, BarKind, Picture, TimeAxis, Timeline
from bot.pictures.alternative import alternative_text, short_alternative
from bot.pictures.drawing import alternative, draw_svg, lay_out
from bot.pictures.fonts import drawable, fit_text, text_width
from bot.pictures.palette import BAR_STYLES
from bot.pictures.shapes import Anchor, Drawing, Label, Rectangle
from bot.pictures.timeline_layout import MAX_ROWS
from bot.pictures.timeline_parts import TEXT, WIDTH, lanes
from tests.pictures.timelines import ALL_KINDS, NAMES, a_row, a_timeline
from tests.strategies import pictures

_WEEK = a_timeline(*(a_row(*ALL_KINDS, label=f"Mon {day}") for day in range(9, 16)))
_ROOMS = a_timeline(
    *(a_row(*ALL_KINDS, label=f"A room with a long name {number}") for number in range(60)),
    axis=TimeAxis.ACROSS,
)
_LONG = a_timeline(a_row(Bar(540, 660, BarKind.CLASS, NAMES * 20)))
_HOUR = re.compile(r"\d\d:\d\d")
EVERY = [a_timeline(), _WEEK, _ROOMS, _LONG, a_timeline(a_row())]


def bars(drawing: Drawing, kind: BarKind) -> list[Rectangle]:
    """The bars of a kind, without those of the legend."""
    style = BAR_STYLES[kind]
    legend = 15.0
    return [
        each
        for each in drawing.shapes
        if isinstance(each, Rectangle)
        and (each.fill, each.pattern) == (style.fill, style.pattern)
        and each.width != legend
    ]


def test_a_bar_of_twice_the_time_is_twice_as_long():
    hour, two = Bar(540, 600, BarKind.CLASS, "A"), Bar(720, 840, BarKind.CLASS, "B")

    first, second = bars(lay_out(a_timeline(a_row(hour, two))), BarKind.CLASS)
    assert second.height + 1 == pytest.approx(2 * (first.height + 1))
    first, second = bars(lay_out(a_timeline(a_row(hour, two), axis=TimeAxis.ACROSS)), BarKind.CLASS)
    assert second.width == pytest.approx(2 * first.width)


def test_bars_at_the_same_time_stand_side_by_side():
    one, other = Bar(540, 660, BarKind.CLASS, "A"), Bar(600, 720, BarKind.CLASS, "B")

    first, second = bars(lay_out(a_timeline(a_row(one, other))), BarKind.CLASS)

    assert first.x + first.width <= second.x
    assert [(each.place, each.count) for each in lanes([one, other])] == [(0, 2), (1, 2)]
    assert [each.count for each in lanes([one, Bar(660, 720, BarKind.CLASS)])] == [1, 1]


@pytest.mark.parametrize("timeline", EVERY)
def test_all_text_lies_within_the_picture_and_is_readable(timeline: Timeline):
    drawing = lay_out(timeline)
    for label in (each for each in drawing.shapes if isinstance(each, Label)):
        width = text_width(label.text, label.size, is_bold=label.is_bold)
        left = label.x - {Anchor.START: 0, Anchor.MIDDLE: width / 2, Anchor.END: width}[label.anchor]
        assert label.size >= TEXT
        assert left >= 0, label
        assert left + width <= WIDTH, label
        assert label.y - label.size / 2 >= 0
        assert label.y + label.size / 2 <= drawing.height, label


@pytest.mark.parametrize("timeline", EVERY)
def test_hours_do_not_overlap(timeline: Timeline):
    labels = [
        each for each in lay_out(timeline).shapes if isinstance(each, Label) and _HOUR.fullmatch(each.text)
    ]
    for one in labels:
        for other in labels:
            is_apart = abs(one.x - other.x) >= text_width(one.text, TEXT) or abs(one.y - other.y) >= TEXT
            assert one is other or is_apart, (one, other)


def test_more_rows_than_fit_are_counted():
    texts = [each.text for each in lay_out(_ROOMS).shapes if isinstance(each, Label)]
    assert f"And {60 - MAX_ROWS} more" in texts


def test_the_present_hides_the_hour_beside_it():
    texts = [
        each.text for each in lay_out(a_timeline(a_row(now=10 * 60 + 10))).shapes if isinstance(each, Label)
    ]
    assert "10:10" in texts
    assert "10:00" not in texts


def test_the_legend_explains_what_is_on_show():
    texts = [
        each.text
        for each in lay_out(a_timeline(a_row(Bar(540, 600, BarKind.HELD)))).shapes
        if isinstance(each, Label)
    ]
    assert texts[-1] == "Held"
    assert "Timetable" not in texts


def test_the_alternative_text_names_every_bar():
    text = alternative_text(a_timeline())
    for bar in ALL_KINDS:
        assert f"{bar.start // 60:02}:00–{bar.end // 60:02}:00 {BAR_STYLES[bar.kind].word}" in text
    assert text == alternative(a_timeline())
    assert text.startswith("Wren G01, Thu 12 Mar, from 08:00 to 21:00.")


def test_the_alternative_text_of_nothing_says_so():
    assert "Nothing booked." in alternative_text(a_timeline(a_row()))


def test_a_long_alternative_text_ends_with_a_whole_sentence():
    text = alternative_text(_ROOMS)
    short = short_alternative(text, 1000)
    assert len(text) > 1000 >= len(short)
    assert short.endswith(". The message has the rest.")
    assert text.startswith(short.removesuffix(" The message has the rest."))


@pytest.mark.parametrize("timeline", EVERY)
def test_svg_is_well_formed_and_described(timeline: Timeline):
    root = ET.fromstring(draw_svg(timeline))  # noqa: S314 - our own
    title, description = (root.find(f"{{http://www.w3.org/2000/svg}}{name}") for name in ("title", "desc"))
    assert root.get("role") == "img"
    assert title is not None
    assert description is not None
    assert (title.text, description.text) == (timeline.title, alternative_text(timeline))


@given(pictures())
def test_any_timeline_can_be_laid_out(picture: Picture):
    drawing = lay_out(picture.timeline)
    assert 0 < drawing.height < 2_000
    ET.fromstring(draw_svg(picture.timeline))  # noqa: S314 - our own


def test_names_cannot_add_markup():
    hostile = '<script>alert("x")</script>&'
    svg = draw_svg(
        Timeline(hostile, hostile, 480, 1260, TimeAxis.DOWN, (a_row(Bar(540, 700, BarKind.CLASS, hostile)),))
    )
    assert "<script" not in svg
    ET.fromstring(svg)  # noqa: S314 - our own


def test_letters_of_many_scripts_are_kept_and_emoji_left_out():
    assert drawable(f"{NAMES} 🎉 a\nb\u202e") == f"{NAMES} a b"
    assert fit_text("A long name", 60, TEXT).endswith("…")
    assert text_width(fit_text(NAMES, 60, TEXT), TEXT) <= 60
