"""A web server as the makers of the booking API's web client run it.

It sends `/api/…` to Roomie and Shibboleth's own paths to a service provider; every other path, `/login`
included, is a page of the web client.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import ClientSession, web

_FORWARDED = ("Accept", "Authorization", "Content-Type", "Cookie", "Sec-Fetch-Site", "User-Agent", "Origin")
_HOP_BY_HOP = {"transfer-encoding", "connection", "content-length", "content-encoding", "date", "keep-alive"}
WEB_CLIENT = """<!doctype html><html lang="en"><head><title>Web client</title></head><body><h1>Web client</h1>
<script>
const api = "/api/v1/";
let popup = null, account = null;
async function logIn() {
  const login = await (await fetch(api + "user.login.getToken")).json();
  popup = window.open(login.loginUrl, "login", "width=600,height=700");
  const poll = setInterval(async () => {
    const answer = await (await fetch(api + "user.login.status/", {
      method: "POST", body: new URLSearchParams({sid: login.sid})})).json();
    if (answer.status !== "LOGGED_IN") return;
    clearInterval(poll);
    account = answer.user_data;
    popup.close();
  }, 100);
}
</script></body></html>"""


class WebClientServer:
    """The server. `backend` is Roomie's URL; `attributes` are the headers that mod_shib adds."""

    def __init__(self) -> None:
        self.url = ""
        self.backend = ""
        self.attributes: Mapping[str, str] = {}
        self.shown_by_client: list[str] = []
        """Paths that the web client answered."""
        self._session: ClientSession | None = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/api/"):
            return await self._forward(request)
        if request.path == "/Shibboleth.sso/Login":
            raise web.HTTPFound(request.query["target"])
        self.shown_by_client.append(request.path)
        return web.Response(text=WEB_CLIENT, content_type="text/html")

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        headers = {name: request.headers[name] for name in _FORWARDED if name in request.headers}
        headers |= {"X-Forwarded-For": request.remote or "", "Host": urlsplit(self.url).netloc}
        if "user.login.callback" in request.path:
            headers |= self.attributes
        assert self._session is not None
        async with self._session.request(
            request.method,
            self.backend + request.raw_path,
            headers=headers,
            data=await request.read(),
            allow_redirects=False,
        ) as answer:
            [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP]
            response = web.Response(status=answer.status, body=await answer.read())
            response.headers.clear()
            for name, value in answer.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    response.headers.add(name, value)
            return response

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["WebClientServer"]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession() as self._session:
            yield self
        await runner.cleanup()
