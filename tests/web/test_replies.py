"""Replies as HTML: any reply becomes a well-formed page with every text escaped."""

from datetime import UTC

from hypothesis import HealthCheck, given, settings

from bot.chat.actions import READ_ONLY_ACTIONS
from bot.chat.reply import Button, Code, Reply
from bot.web.pages.replies import ButtonRules, ReplyContext, view_reply
from bot.web.pages.templating import Frame, render
from tests.builders import NOW
from tests.strategies import replies
from tests.web.visitor import ParsedPage

_CONTEXT = ReplyContext(UTC, NOW)
_QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _page(reply: Reply, *, is_logged_in: bool = True) -> ParsedPage:
    rules = ButtonRules("/?q=x", is_logged_in, READ_ONLY_ACTIONS)
    frame = Frame(visitor="Wil", csrf="c" * 40) if is_logged_in else Frame()
    view = view_reply(reply, _CONTEXT, rules)
    return ParsedPage(render("answer.html", frame, reply=view, back="/", once="1"))


@_QUICK
@given(replies())
def test_any_reply_is_a_well_formed_page(reply: Reply):
    page = _page(reply)

    allowed = {"script"}
    scripts = [attributes for tag, attributes in page.tags if tag in allowed]
    assert all(str(each["src"]).startswith("/api/v1/static/") for each in scripts)
    assert len(scripts) == 1


@_QUICK
@given(replies())
def test_a_visitor_who_is_not_logged_in_gets_no_form_that_changes_anything(reply: Reply):
    page = _page(reply, is_logged_in=False)

    assert all(form.method == "get" for form in page.forms)


def test_every_form_carries_the_token():
    page = _page(Reply(("Book?",), actions=(Button("book", "Book", "x"),)))

    assert all(form.values["csrf"] == "c" * 40 for form in page.forms)
    assert page.forms[-1].values["action"] == "book"


def test_a_login_leads_back_to_the_page():
    page = _page(Reply(("No",), actions=(Button("log_in", "Log in", url="/login"),)), is_logged_in=False)

    assert page.links["Log in"] == "/login?next=%2F%3Fq%3Dx" or page.links["Log in"].startswith(
        "/login?next="
    )


def test_a_link_with_a_script_is_left_out():
    page = _page(Reply(("No",), actions=(Button("x", "Click", url="javascript:alert(1)"),)))

    assert "Click" not in page.links


def test_commands_in_a_text_lead_to_their_answers_and_examples_do_not():
    page = _page(Reply((Code("/rooms mine"), " ", Code("/book ROOM tomorrow"))))

    assert page.links["/rooms mine"] == "/?q=%2Frooms+mine"
    assert "/book ROOM tomorrow" not in page.links
