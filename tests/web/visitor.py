"""A browser without scripts: reads pages, follows links, fills in and sends forms, keeps cookies."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from aiohttp import ClientSession

_VOID = {"meta", "input", "br", "link", "img", "hr"}
_LABELLED = {"button", "summary", "a", "h1", "h2", "title", "label"}


@dataclass
class PageForm:
    """A form: where it is sent, its values, and its buttons by their words."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class ParsedPage(HTMLParser):
    """The forms, links, headings and words of a page; refuses tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: dict[str, str] = {}
        self.titles: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._words: list[str] = []
        self._open: list[str] = []
        self._label: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._select = ""
        self._in_form = False
        self.feed(html)
        self.close()
        assert not self._open, self._open

    @property
    def words(self) -> str:
        return "".join(self._words)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in _VOID:
            self._open.append(tag)
        if tag in _LABELLED:
            self._label.append((tag, found, []))
        if tag == "form":
            self._in_form = True
            self.forms.append(PageForm(found.get("method") or "get", found.get("action") or ""))
        elif tag in {"input", "textarea"} and self._in_form:
            self.forms[-1].values[found.get("name") or ""] = found.get("value") or ""
        elif tag == "select" and self._in_form:
            self._select = found.get("name") or ""
        elif tag == "option" and self._in_form:
            values = self.forms[-1].values
            if "selected" in found or self._select not in values:
                values[self._select] = found.get("value") or ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "input":
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, tag
        if tag == "form":
            self._in_form = False
        if tag in _LABELLED:
            _, attrs, texts = self._label.pop()
            self._note(tag, attrs, " ".join("".join(texts).split()))

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1] not in {"script", "style"}:
            self._words.append(data)
            for _, _, texts in self._label:
                texts.append(data)

    def _note(self, tag: str, attrs: dict[str, str | None], text: str) -> None:
        if tag == "a":
            self.links.setdefault(text, attrs.get("href") or "")
        elif tag == "button" and self._in_form:
            self.forms[-1].buttons[text] = attrs.get("name") or "", attrs.get("value") or ""
        elif tag in {"h1", "title"}:
            self.titles.append(text)


@dataclass
class Visit:
    """A page as it was received."""

    path: str
    status: int
    headers: Any
    html: str

    def __post_init__(self) -> None:
        is_html = self.headers.get("Content-Type", "").startswith("text/html")
        self.page = ParsedPage(self.html if is_html else "")

    @property
    def words(self) -> str:
        return " ".join(self.page.words.split())

    def form_with(self, button: str) -> PageForm:
        found = next((each for each in self.page.forms if button in each.buttons), None)
        assert found is not None, f"no button {button!r} on: {self.words}"
        return found


class Visitor:
    """A person at a browser."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session, self.url = session, url
        self.cookies: dict[str, str] = {}
        self.at = Visit("/", 0, {}, "")

    async def open(self, path: str, **headers: str) -> Visit:
        return await self._ask("GET", path, headers=headers)

    async def follow(self, link: str) -> Visit:
        href = self.at.page.links.get(link)
        assert href is not None, f"no link {link!r} on: {self.at.words}"
        return await self.open(urljoin(self.at.path, href))

    async def press(self, button: str, **values: str) -> Visit:
        """Presses a button, or follows the link that looks like one."""
        if button in self.at.page.links:
            return await self.follow(button)
        form = self.at.form_with(button)
        name, value = form.buttons[button]
        sent = form.values | {key.replace("__", "."): text for key, text in values.items()}
        sent |= {name: value} if name else {}
        action = urljoin(self.at.path, form.action)
        if form.method == "get":
            return await self.open(f"{action}?{urlencode(sent)}")
        return await self.send(action, sent)

    async def send(self, path: str, values: dict[str, str], **headers: str) -> Visit:
        return await self._ask("POST", path, data=values, headers=headers)

    async def log_in(self, name: str, to: str = "/") -> Visit:
        await self.open(f"/login?next={to}")
        return await self.press("Log in", username=name, password=f"{name}password")

    async def _ask(self, method: str, path: str, **options: Any) -> Visit:
        for _ in range(6):
            async with self._session.request(
                method, self.url + path, allow_redirects=False, cookies=self.cookies, **options
            ) as answer:
                for key, morsel in answer.cookies.items():
                    self.cookies.pop(key, None)
                    if morsel.value and morsel["max-age"] != "0":
                        self.cookies[key] = morsel.value
                self.at = Visit(path, answer.status, answer.headers, await answer.text())
            if self.at.status != 303:
                return self.at
            target = urlsplit(self.at.headers["Location"])
            assert not target.netloc, target
            method, options = "GET", {}
            path = f"{target.path}?{target.query}" if target.query else target.path
        raise AssertionError("redirected in circles")
