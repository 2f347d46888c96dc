"""Renders the templates (Jinja2), with every value escaped."""

from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.web.pages.assets import asset_url

if TYPE_CHECKING:
    from jinja2 import Environment


class Frame(Struct, frozen=True):
    """What surrounds the content of a page.

    `visitor` is the name of the person who is logged in and `csrf` the token of their forms, both empty for
    others. `path` is the page's own path and query, to which a login leads back. `here` is the part of the
    site in the navigation.
    """

    campus: str = ""
    visitor: str = ""
    csrf: str = ""
    path: str = "/"
    is_president: bool = False
    is_administrator: bool = False
    banner: str = ""

    @property
    def here(self) -> str:
        """The first part of the path: empty for the start page."""
        return self.path.partition("?")[0].strip("/").partition("/")[0]


@cache
def environment() -> "Environment":
    """Undefined names are errors. Imports Jinja2 with the first page, to keep the start fast."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("bot.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.globals["asset"] = asset_url
    return found


def render(template: str, frame: Frame, /, **values: object) -> str:
    """Renders a template of the folder `templates`, such as `room.html`."""
    return environment().get_template(template).render(frame=frame, **values)


def preload() -> None:
    """Compiles all templates, before the first visitor waits for them."""
    found = environment()
    for name in found.list_templates(extensions=["html"]):
        found.get_template(name)
