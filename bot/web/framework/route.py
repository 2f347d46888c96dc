"""What a row of the route table says, and what its answer is given.

Routing, reading of parameters, rights, the OpenAPI document and the page at `/docs` all come from these rows.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeAlias, TypeVar, cast

from aiohttp import web

from bot.web.framework.response import CacheableResponse, RenderedResponse
from bot.web.framework.state import ServerState
from core.directory import Account
from core.errors import MissingField, NotAuthenticated, NotPermitted
from core.services.accounts import TokenBearer

T = TypeVar("T")

Schema: TypeAlias = Mapping[str, Any]
Principal: TypeAlias = Account | TokenBearer | None


class Api(Enum):
    """Which document a route belongs to; it decides paths and how refusals look."""

    ROOMIE = "Roomie McRoomFace"
    FREEROOMS = "FreeRooms"
    SERVICE = "Service"


class Access(Enum):
    """Who may ask."""

    PUBLIC = "anybody"
    PERSON = "whoever is logged in"
    PRESIDENT = "presidents of a society (Group_4)"
    PERSON_OR_SOCIETY = "whoever is logged in, or holds a society's token"


class ParameterLocation(Enum):
    """Where a parameter stands."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """One value a route takes. `read` makes it of text, or raises `ValueError` or a refusal of the core.

    `also` are other names for it, heard only when the first is absent. One that is there but empty is absent.
    """

    name: str
    parse: Callable[[str], T]
    schema: Schema
    description: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    example: str = ""
    location: ParameterLocation | None = None
    """None: in the query of a GET, in the body of a POST."""


@dataclass(slots=True)
class RequestContext:
    """One request on its way to its answer."""

    state: ServerState
    request: web.Request
    principal: Principal
    now: datetime
    id: str
    values: Mapping[str, object] = field(default_factory=dict)

    def get(self, parameter: Parameter[T]) -> T | None:
        return cast("T | None", self.values.get(parameter.name))

    def require(self, parameter: Parameter[T]) -> T:
        value = self.values.get(parameter.name)
        if value is None:
            raise MissingField(f"No {parameter.name} supplied")
        return cast("T", value)

    @property
    def person(self) -> Account:
        """The person who asks; routes for anybody have none."""
        if isinstance(self.principal, Account):
            return self.principal
        if self.principal is None:
            raise NotAuthenticated("Authentication credentials were not provided.")
        raise NotPermitted("A society token is good for booking rooms, and for nothing else.")


Response: TypeAlias = RenderedResponse | CacheableResponse | web.StreamResponse
Handler: TypeAlias = Callable[[RequestContext], Response | Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the table.

    `name` is the documented name (`rooms.list`) or, for paths that have none, a word for metrics. `path` is
    empty where it follows from the name. `answers` maps each status to the schema of its body, None for
    pages, beside those that every route may give.
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
    """Other names for it."""
    is_mutating: bool = False
    """Whether answering changes something: then it is logged, and HEAD is not a harmless GET."""
    per_user: bool = False
    """Whether the answer depends on who asks."""
    before_cache_ready: bool = False
    """Whether it can be answered before the picture is complete."""
    skips_cache_sync: bool = False
    """Whether the database decides all of it, so that it need not wait for what other processes wrote."""
    rate_limited: bool = True
    """Whether rate limits apply."""
    media_type: str = "application/json"

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path it is answered at, the canonical one first."""
        if self.path:
            return (self.path,) if self.path == "/" else (self.path, f"{self.path}/")
        bases = [f"{base}/{name}" for name in (self.name, *self.aliases) for base in ("/api/v1", "")]
        return tuple(path for base in bases for path in (f"{base}/", base))

    @property
    def is_page(self) -> bool:
        """Whether people meet it at a browser: then refusals are pages too."""
        return self.media_type == "text/html"

    @property
    def takes_body(self) -> bool:
        return any(method in {"POST", "DELETE", "PUT", "PATCH"} for method in self.methods)
