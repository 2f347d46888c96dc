"""A browser without scripts: follows links and redirects, keeps cookies, submits forms."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientSession
from multidict import CIMultiDictProxy

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_ACTION = re.compile(r'<form method="post" action="([^"]+)"')


@dataclass
class Seen:
    """One received page."""

    url: str
    status: int
    headers: CIMultiDictProxy[str]
    text: str
    hidden: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.hidden = {name: html.unescape(value) for name, value in _HIDDEN.findall(self.text)}

    @property
    def words(self) -> str:
        """What a reader sees."""
        body = self.text.partition("<main")[2].partition(">")[2]
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())

    @property
    def action(self) -> str:
        found = _ACTION.search(self.text)
        assert found, self.words
        return found.group(1)


class Browser:
    """Keeps cookies, follows redirects within reason, says where its requests come from as browsers do."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session, self.url = session, url
        self.cookies: dict[str, str] = {}

    async def ask(self, method: str, url: str, *, follow: bool = True, **how: Any) -> Seen:
        for _ in range(6):
            full = url if url.startswith("http") else self.url + url
            async with self._session.request(
                method, full, allow_redirects=False, cookies=self.cookies, **how
            ) as answer:
                self._keep(answer.cookies)
                seen = Seen(str(answer.url), answer.status, answer.headers, await answer.text())
            if seen.status not in {302, 303} or not follow:
                return seen
            method, url, how = "GET", seen.headers["Location"], {}
        raise AssertionError("redirected in circles")

    async def open(self, url: str, **how: Any) -> Seen:
        return await self.ask("GET", url, **how)

    async def submit(self, page: Seen, **values: str) -> Seen:
        return await self.ask("POST", page.action, data=page.hidden | values)

    async def log_in(self, url: str, name: str) -> Seen:
        """Through the password page, to the page that asks to confirm."""
        return await self.submit(await self.open(url), username=name, password=f"{name}password")

    def _keep(self, cookies: Any) -> None:
        for name, morsel in cookies.items():
            if morsel["max-age"] == "0" or not morsel.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
