"""Static files of the pages: the style sheet and the script, at addresses that change with their content."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

from msgspec import Struct

ASSET_PATH = "/api/v1/static"
"""Under `/api`, because beside a web client only that part of the site is ours."""
_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
NAMES = ("roomie.css", "roomie.js", "roomie.svg", "display.css", "display.js", "signs.css")


class Asset(Struct, frozen=True):
    """A static file. `version` is a digest of its content."""

    name: str
    content: bytes
    version: str

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self.name.rpartition(".")[2]]

    @property
    def url(self) -> str:
        return f"{ASSET_PATH}/{self.name}?v={self.version}"


@cache
def assets() -> dict[str, Asset]:
    """All static files by name."""
    return {name: _load(name) for name in NAMES}


def _load(name: str) -> Asset:
    content = files(__package__).joinpath("static", name).read_bytes()
    return Asset(name, content, sha256(content).hexdigest()[:12])


def asset_url(name: str) -> str:
    return assets()[name].url


def asset_version(name: str) -> str:
    return assets()[name].version
