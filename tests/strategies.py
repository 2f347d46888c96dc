"""Strategies for any valid reply, for property tests of renderers."""

from datetime import UTC, datetime, timedelta
from itertools import islice, repeat

from hypothesis import strategies as st

from bot.chat.picture import Bar, BarKind, BarRow, OpenTime, Picture, TimeAxis, Timeline
from bot.chat.reply import (
    Audience,
    Bold,
    Button,
    ButtonStyle,
    Choice,
    Code,
    Form,
    FormInput,
    FormInputKind,
    Inline,
    Mention,
    Option,
    Reply,
    ReplyField,
    ReplyItem,
    Table,
    Text,
    TimeRange,
    Timestamp,
    TimestampStyle,
    Tone,
)
from core.interval import Interval
from core.model import Identity

_NASTY = (
    "",
    " ",
    "<!channel>",
    "<@U1|ada> & @everyone @here",
    "*bold* _it_ ~no~ `code` ```fence``` > quote :boom:",
    "https://evil.example/ [a](http://b.example)",
    "x" * 300,
    "<&>" * 1500,
    "🦊" * 700,
    "line\nline\n\n> line",
)
_NARROW = 5
"""Columns of a table that may be long."""
_ASCII = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=70)


def strings(longest: int = 120) -> st.SearchStrategy[str]:
    """Mostly short, sometimes far too long, sometimes hostile."""
    return st.one_of(st.text(max_size=longest), st.sampled_from(_NASTY))


def moments() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))


def intervals() -> st.SearchStrategy[Interval]:
    starts = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
    lengths = st.timedeltas(timedelta(seconds=1), timedelta(days=400))
    return st.builds(Interval.of_length, starts, lengths)


def inlines() -> st.SearchStrategy[Inline]:
    return st.one_of(
        strings(),
        st.builds(Bold, strings()),
        st.builds(Code, strings()),
        st.builds(Timestamp, moments(), st.sampled_from(TimestampStyle)),
        st.builds(TimeRange, intervals()),
        st.builds(
            Mention,
            strings().filter(bool),  # without a name, a mention notifies the person
            st.sampled_from([None, Identity("slack:T1:U1"), Identity("discord:2")]),
        ),
    )


def texts() -> st.SearchStrategy[Text]:
    return st.lists(inlines(), max_size=6).map(tuple)


def buttons() -> st.SearchStrategy[Button]:
    """Within the limits of `Button`: actions of 20 characters, values of 70 ASCII characters."""
    return st.builds(
        Button,
        action=st.text(st.characters(min_codepoint=97, max_codepoint=122), min_size=1, max_size=20),
        label=strings(),
        value=_ASCII,
        style=st.sampled_from(ButtonStyle),
        confirm=strings(),
        opens=st.booleans(),
        url=st.sampled_from(
            ["", "", "https://rooms.example/x", "javascript:alert(1)", "https://x.example/" + "y" * 4000]
        ),
    )


def options() -> st.SearchStrategy[Option]:
    return st.builds(Option, strings(), _ASCII, strings())


def choices() -> st.SearchStrategy[Choice]:
    return st.builds(Choice, st.sampled_from(["pick", "page"]), strings(), many(options(), 130))


def actions() -> st.SearchStrategy[tuple[Button | Choice, ...]]:
    """Many of them, or a few with many options each; not both, which is slow and shows nothing more."""
    return st.one_of(many(st.one_of(buttons(), choices()), 6), many(buttons(), 40))


def many(one: st.SearchStrategy[object], most: int) -> st.SearchStrategy[tuple[object, ...]]:
    """A few different ones, or a few repeated up to `most`."""
    few = st.lists(one, max_size=4).map(tuple)
    repeated = st.tuples(one, st.integers(5, most)).map(lambda pair: tuple(islice(repeat(pair[0]), pair[1])))
    return st.one_of(few, repeated)


def items() -> st.SearchStrategy[tuple[ReplyItem, ...]]:
    """Many of them, or a few with many buttons each."""
    return st.one_of(many(_items_with(6), 70), many(_items_with(30), 6))


def _items_with(max_buttons: int) -> st.SearchStrategy[ReplyItem]:
    return st.builds(ReplyItem, texts(), texts(), many(buttons(), max_buttons))


def tables() -> st.SearchStrategy[Table]:
    return st.integers(0, 25).flatmap(_tables_of)


def _tables_of(width: int) -> st.SearchStrategy[Table]:
    row = st.lists(texts(), min_size=width, max_size=width).map(tuple)
    columns = st.lists(strings(20), min_size=width, max_size=width).map(tuple)
    return st.builds(Table, columns, many(row, 150 if width <= _NARROW else 20))


def inputs(max_options: int = 130) -> st.SearchStrategy[FormInput]:
    return st.builds(
        FormInput,
        name=st.one_of(st.sampled_from(["room", "when", "date"]), strings(30)),
        label=strings(),
        kind=st.sampled_from(FormInputKind),
        value=st.one_of(
            strings(), st.sampled_from(["2026-03-09", "2026-02-30", "09:30", "25:00", "12", "-3", "१२"])
        ),
        options=many(options(), max_options),
        placeholder=strings(),
        hint=strings(),
        required=st.booleans(),
        refreshes=st.booleans(),
    )


def forms() -> st.SearchStrategy[Form]:
    fields = st.one_of(many(inputs(6), 120), many(inputs(), 6))
    return st.builds(Form, st.sampled_from(["book", "society"]), strings(), fields, strings(), _ASCII)


_MINUTES = st.integers(-100, 1600)
_NAMES = st.sampled_from((*_NASTY, "Wren G01", "Größe Ωmέga Привет", "漢字"))


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    """Pictures of clocks; bars may lie outside of the axis, overlap and be of no length."""
    bars = st.lists(st.builds(Bar, _MINUTES, _MINUTES, st.sampled_from(BarKind), _NAMES), max_size=8)
    opened = st.lists(st.builds(OpenTime, _MINUTES, _MINUTES), max_size=2)
    kinds = draw(st.lists(st.tuples(_NAMES, bars, opened, st.none() | _MINUTES), max_size=4))
    rows = [BarRow(label, tuple(each), tuple(hours), now) for label, each, hours, now in kinds]
    rows *= draw(st.sampled_from((1, 1, 1, 12)))
    start, end = draw(st.integers(0, 12)) * 60, draw(st.integers(13, 30)) * 60
    axis = draw(st.sampled_from(TimeAxis))
    timeline = Timeline(draw(_NAMES), draw(_NAMES), start, end, axis, tuple(rows))
    return Picture(timeline, draw(_NAMES))


def replies() -> st.SearchStrategy[Reply]:
    return st.builds(
        Reply,
        text=texts(),
        title=strings(),
        tone=st.sampled_from(Tone),
        fields=many(st.builds(ReplyField, strings(), texts()), 40),
        items=items(),
        table=st.one_of(st.none(), tables()),
        picture=st.one_of(st.none(), pictures()),
        actions=actions(),
        footer=texts(),
        audience=st.sampled_from(Audience),
        replaces=st.booleans(),
        form=st.one_of(st.none(), forms()),
        form_errors=st.dictionaries(strings(20), strings(), max_size=3),
    )
