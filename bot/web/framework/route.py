"""Declares routes: their parameters, access, handlers and responses.

Routing, parsing of parameters, permissions, the OpenAPI document and `/docs` all follow from these
declarations.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar, cast

from aiohttp import web
from msgspec import Struct, field

from bot.login.browser_sessions import BrowserSession
from bot.web.framework.response import CacheableResponse, RenderedResponse
from bot.web.framework.state import ServerState
from core.directory import Account
from core.errors import MissingField, NotAuthenticated, NotPermitted
from core.services.accounts import TokenBearer

T = TypeVar("T")

Schema: TypeAlias = Mapping[str, Any]
Principal: TypeAlias = Account | TokenBearer | None


class Api(Enum):
    """The API that a route belongs to; it decides its paths and how errors look."""

    ROOMIE = "Roomie McRoomFace"
    FREEROOMS = "FreeRooms"
    CALENDARS = "Calendars"
    PICTURES = "Pictures"
    PAGES = "Pages"
    SERVICE = "Service"


class Access(Enum):
    """Who may use a route, as `/docs` says it."""

    PUBLIC = "everyone"
    PERSON = "people who are logged in"
    PRESIDENT = "presidents of a society (Group_4)"
    ADMINISTRATOR = "administrators"
    PERSON_OR_SOCIETY = "people who are logged in, and holders of a society's token"


class ParameterLocation(Enum):
    """Where a parameter is, as OpenAPI says it."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"
    HEADER = "header"


class Parameter(Struct, Generic[T], frozen=True):
    """A parameter of a route. `parse` converts its text, or raises `ValueError` or an error of the core.

    `aliases` are used if the first name is absent. A parameter with an empty value is absent.
    """

    name: str
    parse: Callable[[str], T]
    schema: Schema
    description: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    example: str = ""
    location: ParameterLocation | None = None
    """None: the query of a GET, the body of a POST."""
    takes_json: bool = False
    """Whether its text is JSON; in a JSON body it is the list or object itself."""


class RequestContext(Struct):
    """A request with its parsed parameters and its caller; `session` if that is a browser."""

    state: ServerState
    request: web.Request
    principal: Principal
    now: datetime
    id: str
    values: Mapping[str, object] = field(default_factory=dict)
    session: BrowserSession | None = None

    def get(self, parameter: Parameter[T]) -> T | None:
        return cast("T | None", self.values.get(parameter.name))

    def require(self, parameter: Parameter[T]) -> T:
        value = self.values.get(parameter.name)
        if value is None:
            raise MissingField(f"No {parameter.name} supplied")
        return cast("T", value)

    @property
    def person(self) -> Account:
        """The person who is logged in; raises if there is none."""
        if isinstance(self.principal, Account):
            return self.principal
        if self.principal is None:
            raise NotAuthenticated("Authentication credentials were not provided.")
        raise NotPermitted("A society's token can only book rooms.")


Response: TypeAlias = RenderedResponse | CacheableResponse | web.StreamResponse
Handler: TypeAlias = Callable[[RequestContext], Response | Awaitable[Response]]


class Route(Struct, frozen=True):
    """A route of one of the APIs.

    `name` is the documented name (`rooms.list`), or a label for metrics if there is none. `path` is empty if
    it follows from the name. `responses` maps each status to the schema of its body, None for pages; those
    that every route may give are added.
    """

    api: Api
    name: str
    methods: tuple[str, ...]
    handler: Handler
    summary: str
    responses: Mapping[int, Schema | None]
    path: str = ""
    parameters: tuple[Parameter[Any], ...] = ()
    access: Access = Access.PUBLIC
    aliases: tuple[str, ...] = ()
    """Further names, each with paths of its own."""
    is_mutating: bool = False
    """Whether requests change something: then they are logged, and HEAD is not allowed."""
    per_user: bool = False
    """Whether the response depends on the caller."""
    before_cache_ready: bool = False
    """Whether it can be answered before the read model is complete."""
    skips_cache_sync: bool = False
    """Whether the database decides everything, so that no sync of the read model is needed."""
    is_eager: bool = False
    """Whether it is usually answered from memory: then no task is started for it unless it has to wait.

    Before its first suspension there is no current task.
    """
    rate_limited: bool = True
    """Whether rate limits apply."""
    cost: float = 1.0
    """What a request costs of its address's and its account's rate.

    Less than 1 for small answers from memory, more for those that take long.
    """
    uses_session: bool = False
    """Whether callers are known by the session cookie of their browser, and not by a token."""
    is_page_if_accepted: bool = False
    """Whether errors are pages for browsers, though the route itself is none."""
    description: str = ""
    """More than the summary, for the OpenAPI document and `/docs`."""
    media_type: str = "application/json"

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths, the canonical one first."""
        if self.path:
            return (self.path,) if self.path == "/" else (self.path, f"{self.path}/")
        bases = [f"{base}/{name}" for name in (self.name, *self.aliases) for base in ("/api/v1", "")]
        return tuple(path for base in bases for path in (f"{base}/", base))

    @property
    def is_page(self) -> bool:
        """Whether people see it in a browser: then errors are pages."""
        return self.media_type == "text/html" or self.api is Api.PICTURES

    @property
    def takes_body(self) -> bool:
        return any(method in {"POST", "DELETE", "PUT", "PATCH"} for method in self.methods)
