"""Static files of the pages."""

from bot.web.framework.errors import HttpError
from bot.web.framework.response import CacheableResponse, RenderedResponse
from bot.web.framework.route import Api, Parameter, ParameterLocation, RequestContext, Response, Route
from bot.web.pages.assets import ASSET_PATH, NAMES, Asset, assets

_YEAR_SECONDS = 31_536_000
_NAME = Parameter(
    "name",
    str,
    {"type": "string", "enum": list(NAMES)},
    "The file's name.",
    required=True,
    location=ParameterLocation.PATH,
    example=NAMES[0],
)
_VERSION = Parameter("v", str, {"type": "string"}, "The digest of its content: then it never changes.")


def asset(context: RequestContext) -> Response:
    """The file. Browsers keep the version that a page names; another they revalidate."""
    found = assets().get(context.require(_NAME))
    if found is None:
        raise HttpError(404, "There is nothing at this address.")
    is_exact = context.get(_VERSION) == found.version
    response = _rendered(found, is_exact=is_exact)
    return CacheableResponse(response, lambda _: True) if is_exact else response


def _rendered(found: Asset, *, is_exact: bool) -> RenderedResponse:
    caching = f"public, max-age={_YEAR_SECONDS}, immutable" if is_exact else "no-cache"
    return RenderedResponse(
        found.content,
        media_type=found.media_type,
        headers={"Cache-Control": caching, "Cross-Origin-Resource-Policy": "same-origin"},
        etag=f'"{found.version}"',
        is_shared=False,
    )


ASSETS: tuple[Route, ...] = (
    Route(
        Api.PAGES,
        "static",
        ("GET",),
        asset,
        "A style sheet, script or image of the pages.",
        {200: {"type": "string"}, 404: {"type": "object"}},
        path=f"{ASSET_PATH}/{{name}}",
        parameters=(_NAME, _VERSION),
        before_cache_ready=True,
        skips_cache_sync=True,
        cost=0.1,
        media_type="text/css",
    ),
)
