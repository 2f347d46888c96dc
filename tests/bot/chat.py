"""Chat client for tests: typed lines and button presses in, rendered text out."""

from bot.chat.reply import Button, Choice, Reply, Tone
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from bot.conversation.memory.store import AnswerMemory
from bot.platforms.terminal.render import TerminalContext, render
from bot.services import Services
from core.model import Identity


class Chat:
    """Conversation of one person; `last` is the latest reply."""

    def __init__(self, services: Services, name: str) -> None:
        self.services, self.name = services, name
        self.memory = AnswerMemory(services)
        self.dispatcher = Dispatcher(services, COMMANDS, self.memory)
        self.last = Reply()

    @property
    def requester(self) -> Requester:
        return Requester(Identity(f"terminal:{self.name}"), PlatformName.TERMINAL, self.name)

    async def say(self, words: str, *, free: bool = False, key: str = "") -> str:
        """Types a line and returns the rendered reply."""
        return await self._ask(ChatRequest(self.requester, text=words, is_free_text=free, delivery_id=key))

    async def run(self, name: str, /, *, key: str = "", **options: str) -> str:
        """Runs a command with typed options, as Discord sends them; `for_` and `with_` stand for keywords."""
        values = {each.removesuffix("_"): text for each, text in options.items()}
        return await self._ask(ChatRequest(self.requester, text=name, options=values, delivery_id=key))

    async def press(self, label: str, nth: int = 0, key: str = "") -> str:
        """Presses the nth button with this label in the last reply."""
        button = [each for each in buttons(self.last) if each.label == label][nth]
        return await self.act(button.action, button.value, key=key)

    async def cancel(self, words: str = "/rooms cancel") -> str:
        """Asks to cancel in these words, and says yes to the question."""
        await self.say(words, free=not words.startswith("/"))
        return await self.press("Yes, cancel it")

    async def press_cancel(self, nth: int = 0) -> str:
        """Presses the nth *Cancel*, and says yes to the question."""
        await self.press("Cancel", nth)
        return await self.press("Yes, cancel it")

    async def act(self, action: str, value: str = "", key: str = "", **form: str) -> str:
        return await self._ask(
            ChatRequest(self.requester, action=action, value=value, form=form, delivery_id=key)
        )

    async def fill_in(self, **values: str) -> str:
        """Submits the form of the last reply, with its initial values unless given."""
        form = self.last.form
        assert form is not None
        return await self.act(form.id, form.state, **{each.name: each.value for each in form.inputs} | values)

    async def _ask(self, request: ChatRequest) -> str:
        self.last = await self.dispatcher.dispatch(request)
        return rendered_text(self.last, self.services)

    @property
    def labels(self) -> list[str]:
        return [each.label for each in buttons(self.last)]

    @property
    def tone(self) -> Tone:
        return self.last.tone

    async def quota(self) -> int:
        known = self.services.read_model.directory.by_name(self.name)
        assert known is not None
        return (await self.services.bookings.quota(known.person.id)).left


def buttons(reply: Reply) -> list[Button]:
    """All buttons of a reply; options of menus count as buttons."""
    found = [button for item in reply.items for button in item.buttons]
    for action in reply.actions:
        match action:
            case Button():
                found.append(action)
            case Choice():
                found += [Button(action.action, option.label, option.value) for option in action.options]
    return found


def rendered_text(reply: Reply, services: Services) -> str:
    """The reply as the terminal shows it."""
    return render(reply, TerminalContext(services.rules.zone, services.clock.now())).text
