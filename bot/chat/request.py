"""Requests from chat: typed text, button presses, submitted forms and quoted messages."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from core.model import Identity


class PlatformName(StrEnum):
    TERMINAL = "terminal"
    SLACK = "slack"
    DISCORD = "discord"
    WEB = "web"


MESSENGERS = (PlatformName.TERMINAL, PlatformName.SLACK, PlatformName.DISCORD)
"""Platforms that messages can be sent to. A browser only gets answers."""


class Requester(Struct, frozen=True):
    """Sender of a request, as the platform knows them.

    The dispatcher looks up the account linked to `identity`. `zone` is the IANA zone that the platform
    reports, or empty. `email` is set only where the platform vouches for it; `vouched_by` then names the
    workspace (`slack:T1`). `is_channel_admin`: administers the server or workspace of the request.
    """

    identity: Identity
    platform: PlatformName
    name: str = ""
    zone: str = ""
    email: str = ""
    is_channel_admin: bool = False
    vouched_by: str = ""


class ChatRequest(Struct, frozen=True):
    """Request from chat.

    Typed: `text` is the whole line, beginning with the command's name (`rooms free now 20 seats`), or the
    name alone with `options` by name; each option's text is read by its own type. `is_free_text` marks text
    without a command (a direct message, a mention). Pressed or submitted: `action`, `value`, and the `form`
    inputs by name. `delivery_id` stays the same when the platform delivers a request again. `in_public` marks
    text that everybody in a channel read, and where a reply about rooms may be read as well; `is_direct` what
    was written in the direct messages with Roomie, where the reply stays.
    `channel` is empty in a direct message, and where there are no messages; `thread` where there is none.
    """

    requester: Requester
    text: str = ""
    is_free_text: bool = False
    action: str = ""
    value: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    delivery_id: str = ""
    channel: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    in_public: bool = False
    is_direct: bool = False
    names: Mapping[Identity, str] = field(default_factory=dict)
    """How the platform calls the people mentioned."""
    thread: str = ""
    requested_at: datetime | None = None
    """When it was made, if it waited for a login since: `tomorrow` is the day after that."""
    is_read_only: bool = False
    """Whether it only followed a link, which may come from anybody: then it must not change anything."""

    @property
    def is_in_channel(self) -> bool:
        """Whether other people read along. Slack's direct messages are channels whose ids begin with D."""
        is_slack_dm = self.requester.platform is PlatformName.SLACK and self.channel.startswith("D")
        return bool(self.channel) and not is_slack_dm

    @property
    def can_share(self) -> bool:
        """Whether a reply can be shown to others: in this channel, or on Slack in one that is chosen."""
        return self.is_in_channel or self.requester.platform is PlatformName.SLACK


class QuotedMessage(Struct, frozen=True):
    """Text that the requester did not type: a message they selected, quoted or forwarded.

    It is data and not a `ChatRequest`, so nothing that runs commands accepts it. Only a time, a size and a
    place are read from it, to offer rooms; with `wants_form`, in the booking form.
    """

    requester: Requester
    text: str
    wants_form: bool = False
    delivery_id: str = ""
    channel: str = ""
    in_public: bool = False


class SplitMessage(Struct, frozen=True):
    """Message split into its author's own text and the text quoted from others."""

    own: str
    quoted: str


def split_quotes(text: str) -> SplitMessage:
    """Quoted lines begin with `>`; all after `>>>` is quoted. Slack writes `&gt;`."""
    own: list[str] = []
    quoted: list[str] = []
    rest_is_quoted = False
    for line in text.splitlines():
        plain = line.lstrip().replace("&gt;", ">")
        rest_is_quoted = rest_is_quoted or plain.startswith(">>>")
        is_quoted = rest_is_quoted or plain.startswith(">")
        (quoted if is_quoted else own).append(plain.lstrip("> ") if is_quoted else line)
    return SplitMessage("\n".join(own), "\n".join(quoted))
