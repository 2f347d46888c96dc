"""HTML pages: well-formed, readable without scripts, with every text escaped."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.pages import login as pages
from bot.web.pages.security_headers import security_headers

_PLACE = pages.PageContext("Engineering Hub", "a" * 60)
_CHAT = pages.RequesterDetails("Slack", "U1 in workspace T1", "rema", "book RO-POO tomorrow")
_PROGRAM = pages.RequesterDetails(program="curl/8", address="192.0.2.7", is_near=False)
_ALL = {
    "login": pages.login_page(_PLACE, _PROGRAM),
    "login again": pages.login_page(_PLACE, _CHAT, "Wrong username or password.", "wil"),
    "taken for granted": pages.confirm_identity_page(_PLACE, _CHAT, "rema@example.org"),
    "confirm a chat account": pages.confirm_page(_PLACE, _CHAT, "Rema", "nonce"),
    "confirm a program": pages.confirm_page(_PLACE, _PROGRAM, "Rema", "nonce"),
    "linked": pages.done_page(_PLACE, _CHAT, "Rema"),
    "logged in": pages.done_page(_PLACE, _PROGRAM, "Rema"),
    "declined": pages.declined_page(_PLACE),
    "refused": pages.error_page(_PLACE, "No."),
}
_every_page = pytest.mark.parametrize("html", _ALL.values(), ids=_ALL)
_VOID = {"meta", "input", "br", "link", "img"}


class Outline(HTMLParser):
    """Collects the elements of a page; refuses tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@_every_page
def test_a_page_is_well_formed_and_has_a_title(html: str):
    outline = Outline(html)

    assert html.startswith("<!doctype html>")
    assert outline.all("html") == [{"lang": "en"}]
    assert len(outline.all("main")) == len(outline.all("h1")) == len(outline.all("title")) == 1
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in outline.all("meta")


@_every_page
def test_a_page_has_no_scripts_and_no_external_resources(html: str):
    outline = Outline(html)

    assert not {tag for tag, _ in outline.tags} & {"script", "style", "iframe", "object", "embed"}
    for tag, attributes in outline.tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        if tag in {"img", "link"}:
            assert str(attributes.get("src") or attributes.get("href")).startswith("/api/v1/static/roomie.")


@_every_page
def test_every_input_has_a_label_and_is_sent_to_our_server(html: str):
    outline = Outline(html)

    labelled = {each["for"] for each in outline.all("label")}
    filled_in = {each["id"] for each in outline.all("input") if each.get("type") != "hidden"}
    assert filled_in == labelled
    for each in outline.all("form"):
        assert each["method"] == "post"
        assert str(each["action"]).startswith("/api/v1/login")


def test_password_managers_know_the_fields():
    fields = {each.get("autocomplete") for each in Outline(_ALL["login"]).all("input")}

    assert {"username", "current-password"} <= fields


def test_errors_are_announced():
    outline = Outline(_ALL["login again"])

    alert = next(attributes for _, attributes in outline.tags if attributes.get("role") == "alert")
    assert any(each.get("aria-describedby") == alert["id"] for each in outline.all("input"))


def test_a_chat_account_is_named_with_what_it_would_do():
    words = Outline(_ALL["confirm a chat account"]).words

    for part in ("rema", "U1 in workspace T1", "book RO-POO tomorrow", "say no."):
        assert part in words


def test_the_confirm_page_warns_of_a_program_on_another_network():
    near = pages.confirm_page(
        _PLACE, pages.RequesterDetails(program="curl/8", address="192.0.2.7"), "Rema", "nonce"
    )

    assert "a different network" in Outline(_ALL["confirm a program"]).words
    assert "a different network" not in Outline(near).words


_words = st.text(max_size=40, alphabet=st.characters(exclude_categories=["Cs"]))


@given(_words, _words, _words)
def test_text_is_escaped(name: str, person: str, request: str):
    who = pages.RequesterDetails("Discord", f"<{name}>", f"'\"><script>{name}", f"</dd>{request}")

    outline = Outline(pages.confirm_page(_PLACE, who, f"<b>{person}", f'"{name}'))

    assert not outline.all("script")
    assert not outline.all("b")
    assert len(outline.all("form")) == 1


def test_the_policy_allows_our_own_files_and_nothing_inline():
    policy = security_headers(is_secure=True)["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_only_where_https_reaches_us_it_is_asked_for_again():
    assert "Strict-Transport-Security" in security_headers(is_secure=True)
    assert "Strict-Transport-Security" not in security_headers(is_secure=False)
