"""Usage figures as people and programs read them."""

import csv
import io
import json
from datetime import date

import pytest

from bot.usage.figures import Count, Occupancy, UsageFigures
from bot.usage.output import usage_text, write_usage
from bot.usage.periods import Period
from bot.usage.replies import usage_reply
from bot.usage.tables import wanted_rows

NOBODY = Count()
FIGURES = UsageFigures(
    Period("this week", date(2026, 3, 9), date(2026, 3, 15)),
    rooms=2,
    occupancy={(2, 11): Occupancy(120, 60, 30), (5, 9): Occupancy(120), (6, 9): Occupancy()},
    booked=Count(40, 12),
    booked_minutes=2_400,
    no_shows=Count(3, 2),
    refusals={"no_quota": Count(9, 8), "slot_taken": Count(20, 15), "=cmd": Count(6, 6)},
    wanted_sizes={2: (Count(30, 10), NOBODY, Count(2, 2)), 0: (NOBODY, NOBODY, Count(8, 8))},
    wanted_hours={9: (Count(7, 7), NOBODY, NOBODY), 11: (Count(33, 12), NOBODY, NOBODY)},
    societies={"CHESS": Count(12, 1), "GO": Count(2, 1)},
    waited=Count(20, 18),
    got_room=Count(9, 9),
)


def test_the_text_has_every_table_and_hides_small_groups():
    text = usage_text(FIGURES)

    assert "no-shows, released                         fewer than 5" in text
    assert "hours booked                                         40" in text
    assert "11–20 seats                     30             0  fewer than 5" in text
    assert "  11:00       –     –    75     –     –     –     –" in text
    assert "  09:00       –     –     –     –     –     0     –" in text


def test_sizes_and_hours_are_ordered_by_number():
    assert [each.name for each in wanted_rows(FIGURES, "wanted sizes")] == ["1–5 seats", "11–20 seats"]
    assert [each.name for each in wanted_rows(FIGURES, "wanted hours")] == ["09:00", "11:00"]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_files_leave_hidden_values_empty(form: str):
    out = io.BytesIO()

    write_usage(out, form, FIGURES)

    text = out.getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text))) if form == "csv" else json.loads(text)["usage"]
    values = {each["name"]: each["value"] for each in rows}
    assert str(values["booked"]) == "40"
    assert values["no-shows, released"] in {"", None}
    assert str(values["got a room"]) == "9"


def test_a_file_runs_no_formula():
    out = io.BytesIO()

    write_usage(out, "csv", FIGURES)

    assert "\n=cmd" not in out.getvalue().decode()
    assert ",=cmd" not in out.getvalue().decode()


def test_a_reply_has_the_main_figures_and_the_occupancy():
    reply = usage_reply(FIGURES, "https://roomie.example.org/admin/usage")

    assert reply.table is not None
    assert [row[0] for row in reply.table.rows] == [("09:00",), ("11:00",)]
    assert reply.table.rows[1][3] == ("75",)
    assert any("no-shows, released fewer than 5" in str(each.value) for each in reply.fields)
