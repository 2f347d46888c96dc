"""OAuth: the authorize page, its code, and the exchange for a token."""

import base64
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from tests.standins.slack import faults
from tests.standins.slack.faults import FaultQueue
from tests.standins.slack.state import State


@dataclass
class Code:
    workspace: str
    user: str
    scopes: str
    used: bool = False


class OAuth:
    """`/oauth/v2/authorize`, its Allow button, and `oauth.v2.access`."""

    def __init__(self, state: State, queue: FaultQueue) -> None:
        self._state, self._faults = state, queue
        self._codes: dict[str, Code] = {}

    async def authorize(self, request: web.Request) -> web.Response:
        if request.query.get("client_id") != self._state.app.client_id:
            return web.Response(status=400, text="invalid_client_id")
        if not request.query.get("scope"):
            return web.Response(status=400, text="No scopes requested")
        links = [
            f'<a href="/oauth/v2/allow?{urlencode({**request.query, "workspace": each.id})}">{each.name}</a>'
            for each in self._state.workspaces.values()
        ]
        return web.Response(text=f"<h1>Roomie asks for access</h1>{''.join(links)}", content_type="text/html")

    async def allow(self, request: web.Request) -> web.Response:
        """Allow the installation, as a user does with the button of the page."""
        workspace = self._state.workspaces[request.query["workspace"]]
        code = f"c{self._state.number()}"
        installer = request.query.get("user") or next(iter(workspace.users), "U0")
        self._codes[code] = Code(workspace.id, installer, request.query["scope"])
        back = urlencode({"code": code, "state": request.query.get("state", "")})
        raise web.HTTPFound(f"{request.query['redirect_uri']}?{back}")

    async def access(self, request: web.Request) -> web.Response:
        response = await faults.before(self._faults.next_for("oauth.v2.access"), request)
        if response is not None:
            return response
        form = await request.post()
        if self._client(request, dict(form)) != (self._state.app.client_id, self._state.app.client_secret):
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        code = self._codes.get(str(form.get("code")))
        if code is None:
            return web.json_response({"ok": False, "error": "invalid_code"})
        if code.used:
            return web.json_response({"ok": False, "error": "code_already_used"})
        code.used = True
        return web.json_response(self._installed(code))

    def _client(self, request: web.Request, form: dict[str, object]) -> tuple[str, str]:
        scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            identifier, _, secret = base64.b64decode(basic).decode().partition(":")
            return identifier, secret
        return str(form.get("client_id")), str(form.get("client_secret"))

    def _installed(self, code: Code) -> dict[str, object]:
        workspace = self._state.workspaces[code.workspace]
        workspace.installed, workspace.token_revoked = True, False
        workspace.bot_token = f"xoxb-{workspace.id}-{self._state.number()}"
        workspace.scopes = frozenset(code.scopes.split(","))
        return {
            "ok": True,
            "app_id": self._state.app.id,
            "access_token": workspace.bot_token,
            "token_type": "bot",
            "scope": code.scopes,
            "bot_user_id": workspace.bot_user,
            "team": {"id": workspace.id, "name": workspace.name},
            "enterprise": None,
            "authed_user": {"id": code.user},
            "is_enterprise_install": False,
        }
