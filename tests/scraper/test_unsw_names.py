"""Names of UNSW classes and events, parsed into name and booking type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import BookingType
from scraper.sources.unsw.names import NBSP, parse_publish_name, parse_site_name


@pytest.mark.parametrize(
    ("raw", "name", "kind"),
    [
        ("TUT/14:1·COMM1150", "COMM1150 TUT", BookingType.CLASS),
        ("LEC/A:2 <13-16> - 2 LEC comb·CHEM1811", "CHEM1811 LEC", BookingType.CLASS),
        ("TLB/S2:1·COMP2511", "COMP2511 TLB", BookingType.CLASS),
        ("StuGrp·DEBATING-005", "DEBATING", BookingType.SOCIETY),
        ("Misc·*20230307-ARCSGCSE-001", "CSE", BookingType.SOCIETY),
        ("Misc·*20230206-HUMSLANG-001", "HUMSLANG", BookingType.INTERNAL),
        ("External·*COMP2521-T1U1-001", "COMP2521", BookingType.INTERNAL),
        ("Misc·>*C0602-1002EROweekColomboT2", "OWeekT2", BookingType.MISC),
        ("Misc·*MATH1141-T1U1-004", "MATH1141", BookingType.MISC),
        ("Misc·>*C0708-2508JM2023ExamsT2-005", "Exams T2", BookingType.MISC),
        ("Misc·>*C0708-2508JM2023SuppExamsT1-005", "SuppExams T1", BookingType.MISC),
        ("Misc·C1-EstateManagement-001", "EstateManagement", BookingType.MISC),
        ("Misc·>*C0201-0101JMRichieBlockFriNights", "Block", BookingType.BLOCK),
        ("Misc·something else", "Misc.", BookingType.MISC),
        ("Misc·*20230206-", "Misc.", BookingType.INTERNAL),
        ("", "Misc.", BookingType.MISC),
    ],
)
def test_names_of_the_timetable_site(raw, name, kind):
    assert parse_site_name(raw.replace("·", NBSP)) == (name, kind)


def test_a_page_that_lost_its_special_blanks_reads_the_same():
    assert parse_site_name("LEC/A:2 comb CHEM1811") == ("CHEM1811 LEC", BookingType.CLASS)
    assert parse_site_name("StuGrp DEBATING-005") == ("DEBATING", BookingType.SOCIETY)


@pytest.mark.parametrize(
    ("raw", "name", "kind"),
    [
        ("<*BlockV&EClancyO-Week", "OWeekV&EClancy", BookingType.MISC),
        ("<*BlockExamsT3-004", "ExamsT3", BookingType.BLOCK),
        ("<*BlockExamsSuppsT3-2025-001b", "ExamsSuppsT3-2025", BookingType.BLOCK),
        ("<*BlockHospitalityClancyFri", "HospitalityClancyFri", BookingType.BLOCK),
        ("ECON1401 Final Exam", "ECON1401 Final Exam", BookingType.EXAMS),
        ("Supp Exam MMAN4410 and GSOE9830", "Supp Exam MMAN4410 and GSOE9830", BookingType.EXAMS),
        ("SUPP EXAMS", "SUPP EXAMS", BookingType.EXAMS),
        ("*MATH1141-T1U1-004", "MATH1141", BookingType.MISC),
        ("FS-B-T2-CA-Business Law", "FS-B-T2-CA-Business Law", BookingType.MISC),
        ("ARTS2871-T3U1-TUT/02:1", "ARTS2871 TUT", BookingType.CLASS),
        ("~COMP9417-T3P1+COMP9417-T3U1-TUT/S8:1", "COMP9417 TUT", BookingType.CLASS),
        ("*20251104-ARCSGLAW-002", "LAW", BookingType.SOCIETY),
        ("*20251103-ARCMEDSOC-003", "MEDSOC", BookingType.SOCIETY),
        ("*20230404-FUTURESTUDENTS-001", "FUTURESTUDENTS", BookingType.INTERNAL),
        ("WY-ANGLICAN-016a", "ANGLICAN", BookingType.MISC),
        ("Anything at all", "Anything at all", BookingType.MISC),
        ("", "Misc.", BookingType.MISC),
    ],
)
def test_names_of_publish(raw, name, kind):
    assert parse_publish_name(raw) == (name, kind)


@given(st.text())
def test_every_text_gets_a_name(raw):
    assert parse_site_name(raw).name
    assert parse_publish_name(raw).name
