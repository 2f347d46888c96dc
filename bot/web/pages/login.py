"""The pages of a browser login: login, confirm, done, declined, error."""

from collections.abc import Mapping

from msgspec import Struct

from bot.login.links import CONFIRMATION_PATH, LOGIN_PATH
from bot.web.pages.templating import Frame, render

_DEVELOPMENT = "Development mode: anyone who opens this page is logged in as the person in the settings."


class RequesterDetails(Struct, frozen=True):
    """The chat account, program or browser that asks for the login.

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
    is_browser: bool = False
    """Whether the login is for the browser itself, which needs no confirmation."""

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


class PageContext(Struct, frozen=True):
    """The campus, and the sid of the login that the page belongs to."""

    campus: str = ""
    sid_token: str = ""
    in_development: bool = False

    @property
    def frame(self) -> Frame:
        return Frame(self.campus)

    @property
    def frame_with_banner(self) -> Frame:
        return Frame(self.campus, banner=_DEVELOPMENT if self.in_development else "")


def login_page(context: PageContext, requester: RequesterDetails, error: str = "", name: str = "") -> str:
    """The form for username and password."""
    lead = f"You're logging in for {requester.short_name}. You'll confirm before it gets access."
    return render(
        "login/password.html",
        context.frame,
        action=LOGIN_PATH,
        sid=context.sid_token,
        lead="" if requester.is_browser else lead,
        error=error,
        name=name,
    )


def confirm_identity_page(context: PageContext, requester: RequesterDetails, person: str) -> str:
    """The page instead of a password form on a developer's own machine."""
    return render(
        "login/development.html",
        context.frame_with_banner,
        action=LOGIN_PATH,
        sid=context.sid_token,
        lead="" if requester.is_browser else f"You're logging in for {requester.short_name}.",
        person=person,
    )


def confirm_page(context: PageContext, requester: RequesterDetails, person: str, nonce: str) -> str:
    """Asks the person to confirm who gets access."""
    question, warning, yes, no = _chat_words(requester) if requester.account else _program_words(requester)
    return render(
        "login/confirm.html",
        context.frame_with_banner,
        action=CONFIRMATION_PATH,
        sid=context.sid_token,
        nonce=nonce,
        person=person,
        requester=requester.facts,
        question=question,
        warning=warning,
        yes=yes,
        no=no,
    )


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
        return _message(context, "You're linked", text)
    text = f"The program can now act for {person}. You can close this page and go back to it."
    return _message(context, "You're logged in", text)


def declined_page(context: PageContext) -> str:
    text = "No one got access. If someone sent you this link, don't open any more links from them."
    return _message(context, "Login cancelled", text)


def error_page(context: PageContext, why: str, title: str = "That didn't work") -> str:
    return _message(context, title, why)


def _message(context: PageContext, heading: str, text: str) -> str:
    return render("message.html", context.frame, heading=heading, text=text)
