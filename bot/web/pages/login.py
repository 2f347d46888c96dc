"""The pages of a browser login: login, confirm, done, declined, error."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from bot.login.links import CONFIRMATION_PATH, LOGIN_PATH
from bot.web.pages.layout import facts, form, hidden, page, paragraph

_DEVELOPMENT = "Development mode: anyone who opens this page is logged in as the person in the settings."


@dataclass(frozen=True, slots=True)
class RequesterDetails:
    """The chat account or program that asks for the login.

    `account` is a chat account as its platform shows it, empty for a program; `waits` is the request that it
    sends once it is linked.
    """

    platform: str = ""
    account: str = ""
    name: str = ""
    waits: str = ""
    program: str = ""
    address: str = ""
    is_near: bool = True
    """Whether the program is in the same network as the browser."""

    @property
    def short_name(self) -> str:
        return f"{self.name or self.account} on {self.platform}" if self.account else "a program"

    @property
    def facts(self) -> Mapping[str, str]:
        if self.account:
            return {
                f"{self.platform} name": self.name,
                f"{self.platform} account": self.account,
                "Your request": self.waits,
            }
        return {"IP address": self.address, "Program": self.program}


@dataclass(frozen=True, slots=True)
class PageContext:
    """The campus, and the sid of the login that the page belongs to."""

    campus: str = ""
    sid_token: str = ""
    in_development: bool = False

    @property
    def banner(self) -> str:
        return _DEVELOPMENT if self.in_development else ""


def login_page(context: PageContext, requester: RequesterDetails, error: str = "", name: str = "") -> str:
    """The form for username and password."""
    alert = f'<p class="warn" role="alert" id="error">{escape(error)}</p>' if error else ""
    described_by = ' aria-describedby="error"' if error else ""
    fields = (
        f'{hidden(sid=context.sid_token)}<label for="username">Username or e-mail</label>'
        f'<input id="username" name="username" autocomplete="username" autocapitalize="none" '
        f'spellcheck="false" required maxlength="254" value="{escape(name)}"{described_by}>'
        '<label for="password">Password</label><input id="password" name="password" type="password" '
        'autocomplete="current-password" required maxlength="1000">'
        '<button class="main">Log in</button>'
    )
    lead = paragraph(f"You're logging in for {requester.short_name}. You'll confirm before it gets access.")
    return page("Log in", lead + alert + form(LOGIN_PATH, fields), campus=context.campus)


def confirm_identity_page(context: PageContext, requester: RequesterDetails, person: str) -> str:
    """The page instead of a password form on a developer's own machine."""
    fields = f'{hidden(sid=context.sid_token)}<button class="main">Continue as {escape(person)}</button>'
    lead = paragraph(f"You're logging in for {requester.short_name}.")
    return page("Log in", lead + form(LOGIN_PATH, fields), campus=context.campus, banner=context.banner)


def confirm_page(context: PageContext, requester: RequesterDetails, person: str, nonce: str) -> str:
    """Asks the person to confirm who gets access."""
    title, warning, yes, no = _chat_words(requester) if requester.account else _program_words(requester)
    content = (
        paragraph(f"You're logged in as {person}.") + facts(requester.facts) + paragraph(warning, "warn")
    )
    content += form(
        CONFIRMATION_PATH,
        f"{hidden(sid=context.sid_token, nonce=nonce)}"
        f'<button class="main" name="answer" value="yes">{escape(yes)}</button>'
        f'<button name="answer" value="no">{escape(no)}</button>',
    )
    return page(title, content, campus=context.campus, banner=context.banner)


def _chat_words(requester: RequesterDetails) -> tuple[str, str, str, str]:
    warning = (
        f"Say yes only if this is your own {requester.platform} account and you asked Roomie for a link just "
        "now. It will be able to book, change and cancel for you. If someone sent you this link, say no."
    )
    return f"Is this your {requester.platform} account?", warning, "Yes, it's mine", "No, it isn't mine"


def _program_words(requester: RequesterDetails) -> tuple[str, str, str, str]:
    far = "" if requester.is_near else "It is in a different network than you. "
    warning = (
        f"{far}Say yes only if you started this login yourself just now. The program will be able to book, "
        "change and cancel for you until you log it out. If someone sent you this link, say no."
    )
    return "Log this program in?", warning, "Yes, I started this", "No, I didn't"


def done_page(context: PageContext, requester: RequesterDetails, person: str) -> str:
    if requester.account:
        text = f"{requester.short_name} is now linked to {person}. "
        text += "You can close this page and go back to the chat."
        text += " The answer to your request is there." if requester.waits else ""
        return page("You're linked", paragraph(text), campus=context.campus)
    text = f"The program can now act for {person}. You can close this page and go back to it."
    return page("You're logged in", paragraph(text), campus=context.campus)


def declined_page(context: PageContext) -> str:
    text = "No one got access. If someone sent you this link, don't open any more links from them."
    return page("Login cancelled", paragraph(text), campus=context.campus)


def error_page(context: PageContext, why: str, title: str = "That didn't work") -> str:
    return page(title, paragraph(why), campus=context.campus)
