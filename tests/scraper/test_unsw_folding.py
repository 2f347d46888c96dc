"""UNSW timetable site: a page parsed with its rows folded gives the same as the page as it is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.common.errors import PageFormatChanged
from scraper.sources.unsw.folding import DAY, fold_rows
from scraper.sources.unsw.room_page import HalfHour, parse_folded_rows, parse_rows
from tests.standins.timetable_site import Lesson, SiteRoom, room_page

WEEKS = 4
DAMAGE = (
    *(
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?x",
        "<",
        ">",
        '"',
        "'",
        "&",
        "&nbsp;",
        "\x00",
        "\r\n",
        " ",
        "word",
    ),
    *(
        "<table>",
        "</table>",
        "<tr>",
        "</tr>",
        '<tr class="rowLowlight">',
        "<td>",
        "</td>",
        "<th>",
        "</tbody>",
    ),
    *(
        "<span>",
        "</span>",
        '<span title="0101">',
        "<SPAN TITLE='0101'>",
        "<span title=0101>",
        "<br>",
        "</br>",
    ),
    *(
        "<b>",
        "</b>",
        "<a href=x>",
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<form>",
        "<select>",
        "<option>",
        "<li>",
    ),
    *(
        "<script>",
        "</script>",
        "<style>",
        "<title>",
        "<textarea>",
        "<plaintext>",
        "<noscript>",
        "<svg>",
        "<h1>",
    ),
    *(
        "<caption>",
        "<colgroup>",
        "<template>",
        "<iframe>",
        "<object>",
        "<button>",
        "</html>",
        "<body>",
        "<head>",
    ),
    *(
        ' rowspan="2"',
        " nowrap",
        ' align="x"',
        ' colspan="2"',
        ' title="1"',
        ' class="rowHighlight"',
        "\ue000",
        "\uf8ff",
        "&#57344;",
    ),
    *("&#xE000;", "&#xf8ff", "&#0;", "&lt;span&gt;", "\U0001f600", "<font>" * 120, "<div>" * 480),
)

names = st.sampled_from(
    [
        "TUT/1:1\u00a0A",
        "StuGrp\u00a0B & <C>",
        "D",
        "",
        "Zoë",
        "  ",
        " E",
        "F ",
        "\u00a0",
        '"',
        "&#57344;",
        "\ue000",
    ]
)
lessons = st.builds(
    lambda day, start, length, name, weeks: Lesson(day, start * 30, (start + length) * 30, name, weeks),
    st.integers(0, 6),
    st.integers(14, 42),
    st.integers(1, 3),
    names,
    st.none() | st.text("01", min_size=WEEKS, max_size=WEEKS),
)


@st.composite
def damaged_pages(draw: st.DrawFn) -> str:
    """A room's page with something added, taken out or written otherwise at up to three places."""
    page = room_page(SiteRoom("K-A7-G01", lessons=tuple(draw(st.lists(lessons, max_size=6)))))
    for _ in range(draw(st.integers(0, 3))):
        at, length = draw(st.integers(0, len(page))), draw(st.sampled_from((0, 0, 1, 4, 30)))
        at = draw(
            st.sampled_from((at, max(page.find("<", at), 0), page.find(">", at) + 1, page.find(">", at)))
        )
        page = page[:at] + draw(st.sampled_from(("", *DAMAGE))) + page[at + length :]
    return page


def parse_plainly(page: str) -> list[HalfHour] | str:
    try:
        return parse_rows(page, WEEKS)
    except PageFormatChanged as error:
        return str(error)


@settings(deadline=None, max_examples=60)
@given(damaged_pages())
def test_a_folded_page_is_read_as_the_page_is_or_not_at_all(page: str):
    folded = parse_folded_rows(page, WEEKS)

    assert folded is None or folded == parse_plainly(page)


def test_a_usual_page_is_folded_in_all_of_its_rows(sample):
    folded = fold_rows(sample("unsw_room_2026-11-22.html"))

    assert folded is not None
    assert (folded.row_count, len(folded.classes), folded.html.count(DAY)) == (30, 7, 30 * 7)
    assert len(folded.html) < 3_000


def test_a_page_with_a_class_that_is_in_no_usual_row_is_not_folded(sample):
    page = sample("unsw_room_2026-11-22.html").replace('<td class="note">09:00</td>', "<td><b>09:00</b></td>")

    assert fold_rows(page) is None
