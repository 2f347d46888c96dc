"""The pages that somebody meets on the way through a login: login, confirm, done, refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from bot.web.pages.layout import facts, form, hidden, page, paragraph

_SHORTEST = 60
_DEVELOPMENT = "Development: this Roomie takes whoever opens this page for the person it was told."


@dataclass(frozen=True, slots=True)
class RequesterDetails:
    """Who would act for the person, in words.

    `account` is a chat account as its platform knows it, empty for a program; `waits` what it would do first.
    """

    platform: str = ""
    account: str = ""
    name: str = ""
    waits: str = ""
    program: str = ""
    address: str = ""
    is_near: bool = True
    """Whether the program asked from the network that this browser is on."""

    @property
    def shortly(self) -> str:
        return f"{self.name or self.account} on {self.platform}" if self.account else "a program"

    @property
    def facts(self) -> Mapping[str, str]:
        if self.account:
            return {
                f"{self.platform} name": self.name,
                f"{self.platform} account": self.account,
                "Waits for": self.waits,
            }
        return {"Asked from the address": self.address, "Calls itself": self.program}


@dataclass(frozen=True, slots=True)
class PageContext:
    """Where the page is: the campus, and the login that it belongs to."""

    campus: str = ""
    letters: str = ""
    in_development: bool = False

    @property
    def banner(self) -> str:
        return _DEVELOPMENT if self.in_development else ""


def login_page(place: PageContext, who: RequesterDetails, error: str = "", name: str = "") -> str:
    """Username and password, and for whom."""
    alert = f'<p class="warn" role="alert" id="trouble">{escape(error)}</p>' if error else ""
    told = ' aria-describedby="trouble"' if error else ""
    fields = (
        f'{hidden(sid=place.letters)}<label for="username">Username or e-mail</label>'
        f'<input id="username" name="username" autocomplete="username" autocapitalize="none" '
        f'spellcheck="false" required maxlength="254" value="{escape(name)}"{told}>'
        '<label for="password">Password</label><input id="password" name="password" type="password" '
        'autocomplete="current-password" required maxlength="1000">'
        '<button class="main">Log in</button>'
    )
    lead = paragraph(f"This is for {who.shortly}. You will be asked once more before it gets anything.")
    return page("Log in", lead + alert + form("/login", fields), campus=place.campus)


def confirm_identity_page(place: PageContext, who: RequesterDetails, person: str) -> str:
    """Instead of a password, on a developer's own machine."""
    fields = f'{hidden(sid=place.letters)}<button class="main">Go on as {escape(person)}</button>'
    lead = paragraph(f"This is for {who.shortly}.")
    return page("Log in", lead + form("/login", fields), campus=place.campus, banner=place.banner)


def confirm_page(place: PageContext, who: RequesterDetails, person: str, nonce: str, others: str = "") -> str:
    """Who is asking, what they would get, and yes or no."""
    title, warning, yes, no = _chat_words(who) if who.account else _program_words(who)
    content = paragraph(f"You are {person}.") + facts(who.facts) + paragraph(warning, "warn")
    content += paragraph(others) if others else ""
    content += form(
        "/login/confirm",
        f"{hidden(sid=place.letters, nonce=nonce)}"
        f'<button class="main" name="answer" value="yes">{escape(yes)}</button>'
        f'<button name="answer" value="no">{escape(no)}</button>',
    )
    return page(title, content, campus=place.campus, banner=place.banner)


def _chat_words(who: RequesterDetails) -> tuple[str, str, str, str]:
    warning = (
        f"Say yes only if this {who.platform} account is your own and you asked it for a link just now. "
        "Whoever uses it will book, change and cancel as you. Did somebody send you the link? Say no."
    )
    return f"Is this you on {who.platform}?", warning, "Yes, this account is mine", "No, it is not mine"


def _program_words(who: RequesterDetails) -> tuple[str, str, str, str]:
    far = "" if who.is_near else "It asked from another network than yours. "
    warning = (
        f"{far}Say yes only if you started this login yourself just now. The program will book, change and "
        "cancel as you until you log it out. Did somebody send you the link? Say no."
    )
    return "Let this program in?", warning, "Yes, I started this", "No, I did not"


def done_page(place: PageContext, who: RequesterDetails, person: str) -> str:
    if who.account:
        said = f"{who.shortly} stands for {person} now. You can close this page and go back to the chat."
        said += " What you asked is answered there." if who.waits else ""
        return page("You are linked", paragraph(said), campus=place.campus)
    said = f"The program acts for {person} now. You can close this page and go back to it."
    return page("You are logged in", paragraph(said), campus=place.campus)


def declined_page(place: PageContext) -> str:
    said = "Nobody got anything. If somebody sent you that link, do not open more links from them."
    return page("Nothing was linked", paragraph(said), campus=place.campus)


def error_page(place: PageContext, why: str, title: str = "This did not work") -> str:
    return page(title, paragraph(why), campus=place.campus)


def shortened(words: str) -> str:
    return words if len(words) <= _SHORTEST else f"{words[: _SHORTEST - 1]}…"
