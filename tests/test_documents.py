"""Documents: links lead somewhere, named files exist, decisions are numbered without gaps and listed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DECISIONS = ROOT / "docs" / "decisions"
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_PATH = re.compile(r"`((?:bot|core|docs|scraper|storage|tests)/[\w./-]+)`")
_FOLDERS = (".github", "bot", "core", "docs", "scraper", "storage", "tests")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(file for each in _FOLDERS for file in (ROOT / each).rglob("*.md"))])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading(document: Path):
    broken = [link for link in _links(document) if not _leads_somewhere(document, link)]

    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.relative_to(ROOT).as_posix())
def test_every_file_that_a_document_names_exists(document: Path):
    missing = [path for path in _PATH.findall(document.read_text()) if not (ROOT / path).exists()]

    assert not missing


def test_decisions_are_numbered_without_gaps():
    numbers = [int(file.name[:4]) for file in _decisions()]

    assert numbers == list(range(1, len(numbers) + 1))


def test_every_decision_begins_with_its_number_and_is_in_the_index():
    listed = re.findall(
        r"^\| (\d+) \| \[.*\]\((\d{4}-.*\.md)\) \|$", (DECISIONS / "README.md").read_text(), re.MULTILINE
    )

    assert listed == [(str(int(file.name[:4])), file.name) for file in _decisions()]
    for number, name in listed:
        assert (DECISIONS / name).read_text().startswith(f"# {number}. "), name


def _decisions() -> list[Path]:
    return sorted(DECISIONS.glob("[0-9]*.md"))


def _links(document: Path) -> list[str]:
    links = _LINK.findall(_CODE.sub("", document.read_text()))
    return [link for link in links if "://" not in link and not link.startswith("mailto:")]


def _leads_somewhere(document: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (document.parent / path).resolve() if path else document
    if not target.exists():
        return False
    return not anchor or anchor in _anchors(target)


def _anchors(document: Path) -> set[str]:
    """Headings as GitHub turns them into anchors."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
