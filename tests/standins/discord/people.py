"""Acts as a Discord user: runs commands, presses buttons, submits forms, reads messages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.standins.discord.command_tree import MESSAGE, USER, find_command
from tests.standins.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT, Interaction
from tests.standins.discord.message_validation import LABEL, SELECTS, walk
from tests.standins.discord.shown_message import ShownMessage
from tests.standins.discord.world import MANAGE_GUILD, MEMBER_PERMISSIONS, Channel, Guild, User

if TYPE_CHECKING:
    from tests.standins.discord.server import Discord

STRING, INTEGER, BOOLEAN, A_USER = 3, 4, 5, 6


class Person:
    """A user. Actions happen `at` a channel, by default in the direct messages with the bot."""

    def __init__(self, discord: "Discord", user: User) -> None:
        self._discord = discord
        self.user = user

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def dm(self) -> Channel:
        return self._discord.world.direct_channel(self.user)

    def join(self, guild: Guild, *, manages: bool = False) -> None:
        guild.members[self.id] = MEMBER_PERMISSIONS | (MANAGE_GUILD if manages else 0)

    def close_messages(self) -> None:
        """Refuse direct messages of the bot from now on."""
        self.user.takes_messages = False

    def open_messages(self) -> None:
        self.user.takes_messages = True

    # Commands.

    async def run(self, line: str, *, at: Channel | None = None, **options: Any) -> Interaction:
        """Run a command such as `/rooms free` with these options and wait for the response."""
        return await (await self.start(line, at=at, **options)).wait_settled()

    async def start(self, line: str, *, at: Channel | None = None, **options: Any) -> Interaction:
        """Run a command without waiting for the response."""
        channel = at or self.dm
        data = self._command_data(line, channel, options)
        return await self._discord.deliver(self._new(COMMAND, channel, data))

    async def complete(
        self, line: str, option: str, typed: str, *, at: Channel | None = None
    ) -> list[dict[str, Any]]:
        """The suggestions shown while typing an option."""
        channel = at or self.dm
        data = self._command_data(line, channel, {option: typed}, focused=option)
        interaction = await self._discord.deliver(self._new(AUTOCOMPLETE, channel, data))
        return (await interaction.wait_settled()).choices or []

    def offered(self, at: Channel | None = None) -> list[str]:
        """Names of the commands that the user sees in a channel."""
        return [each["name"] for each in self._commands(at or self.dm)]

    def _commands(self, channel: Channel) -> list[dict[str, Any]]:
        world = self._discord.world
        return [each for each in world.commands_in(channel.guild_id) if self._may_use(each, channel)]

    def _may_use(self, command: Mapping[str, Any], channel: Channel) -> bool:
        context = 0 if channel.guild_id else 2 if channel.without_bot else 1
        guild = self._discord.world.guilds.get(channel.guild_id or "")
        contexts, installs = command.get("contexts"), command.get("integration_types") or [0]
        if contexts is not None and context not in contexts:
            return False
        through_guild = 0 in installs and (context == 1 or (guild is not None and guild.has_bot))
        if not through_guild and not (1 in installs and self.user.installed):
            return False
        needed = int(command.get("default_member_permissions") or 0)
        mine = guild.members.get(self.id, MEMBER_PERMISSIONS) if guild else needed
        return mine & needed == needed

    def _command_data(
        self, line: str, channel: Channel, options: Mapping[str, Any], focused: str = ""
    ) -> dict[str, Any]:
        command, steps = find_command(self._commands(channel), line)
        node = steps[-1] if steps else command
        users: dict[str, Any] = {}
        values = _typed_options(node, options, focused, users)
        for step in reversed(steps):
            values = [{"name": step["name"], "type": step["type"], "options": values}]
        data = {"id": command["id"], "name": command["name"], "type": 1, "options": values}
        return data | {"resolved": {"users": users}} if users else data

    async def use_on_person(self, name: str, target: "Person", *, at: Channel | None = None) -> Interaction:
        """Use a context menu on a user."""
        resolved = {"users": {target.id: target.user.payload()}}
        return await self._use_menu(name, USER, target.id, resolved, at or self.dm)

    async def use_on_message(self, name: str, message: ShownMessage, *, at: Channel) -> Interaction:
        """Use a context menu on a message."""
        return await self._use_menu(
            name, MESSAGE, message.id, {"messages": {message.id: message.payload}}, at
        )

    async def _use_menu(
        self, name: str, kind: int, target: str, resolved: dict[str, Any], channel: Channel
    ) -> Interaction:
        found = [
            each for each in self._commands(channel) if each["name"] == name and each.get("type") == kind
        ]
        if not found:
            raise LookupError(f"no context menu {name!r} is offered here")
        data = {"id": found[0]["id"], "name": name, "type": kind, "target_id": target, "resolved": resolved}
        return await (await self._discord.deliver(self._new(COMMAND, channel, data))).wait_settled()

    # Messages, buttons, forms.

    async def press(self, message: ShownMessage, label: str, nth: int = 0) -> Interaction:
        """Press a button and wait for the response."""
        return await (await self.start_press(message, label, nth)).wait_settled()

    async def start_press(self, message: ShownMessage, label: str, nth: int = 0) -> Interaction:
        button = message.button(label, nth)
        data = {"custom_id": button["custom_id"], "component_type": 2, "id": button.get("id", 1)}
        return await self._use_component(message, data)

    async def pick(self, message: ShownMessage, option: str) -> Interaction:
        """Pick an option of a menu and wait for the response."""
        menu, value = message.option(option)
        data = {"custom_id": menu["custom_id"], "component_type": menu["type"], "values": [value], "id": 1}
        return await (await self._use_component(message, data)).wait_settled()

    async def _use_component(self, message: ShownMessage, data: dict[str, Any]) -> Interaction:
        channel = self._discord.world.channels[message.payload["channel_id"]]
        private = self._discord.interactions.ephemerals.get(message.id)
        if private is not None and private[0] is not self.user:
            raise LookupError("only the user who sees this message can press it")
        interaction = self._new(COMPONENT, channel, data, message=message.payload)
        return await self._discord.deliver(interaction)

    async def submit(self, opened: Interaction, **values: str) -> Interaction:
        """Submit the modal that an interaction opened, with values by custom id; others keep their value."""
        if opened.modal is None:
            raise LookupError(f"no form was opened: {opened.state.value}, refused {opened.refusals}")
        data = {"custom_id": opened.modal["custom_id"], "components": _filled(opened.modal, values)}
        more = {"message": opened.message} if opened.message is not None else {}
        interaction = self._new(MODAL_SUBMIT, opened.channel, data, **more)
        return await (await self._discord.deliver(interaction)).wait_settled()

    async def say(self, text: str, *, at: Channel | None = None) -> ShownMessage:
        """Send a message; `<@id>` mentions a user."""
        channel = at or self.dm
        mentions = [user.payload() for user in self._discord.world.users.values() if f"<@{user.id}>" in text]
        more: dict[str, Any] = {"mentions": mentions}
        if channel.guild_id:
            guild = self._discord.world.guilds[channel.guild_id]
            member = guild.member(self.user, self._discord.world.time.now())
            more |= {
                "guild_id": guild.id,
                "member": {name: member[name] for name in member if name != "user"},
            }
        message = self._discord.world.message(channel, self.user, text, **more)
        await self._discord.gateway.announce_message(channel, message)
        return ShownMessage(message)

    def sees(self, at: Channel | None = None) -> list[ShownMessage]:
        """The messages that the user sees in a channel, ephemeral ones included, oldest first."""
        channel = at or self.dm
        private = [
            message
            for user, where, message in self._discord.interactions.ephemerals.values()
            if user is self.user and where is channel
        ]
        return [
            ShownMessage(each)
            for each in sorted([*channel.messages.values(), *private], key=lambda each: int(each["id"]))
        ]

    def _new(self, kind: int, channel: Channel, data: dict[str, Any], **more: Any) -> Interaction:
        return self._discord.interactions.new(kind, self.user, channel, data, **more)


def _typed_options(
    node: Mapping[str, Any], given: Mapping[str, Any], focused: str, users: dict[str, Any]
) -> list[dict[str, Any]]:
    """The options as a Discord client would send them; refuses what the command does not allow."""
    known = {each["name"]: each for each in node.get("options") or ()}
    if unknown := set(given) - set(known):
        raise LookupError(f"{node['name']!r} has no options {sorted(unknown)}; it has {sorted(known)}")
    missing = [name for name, each in known.items() if each.get("required") and name not in given]
    if missing and not focused:
        raise LookupError(f"{node['name']!r} needs {missing}")
    return [
        _typed(known[name], value, users) | ({"focused": True} if name == focused else {})
        for name, value in given.items()
    ]


def _typed(option: Mapping[str, Any], value: Any, users: dict[str, Any]) -> dict[str, Any]:
    name, kind = option["name"], option["type"]
    if isinstance(value, Person):
        users[value.id] = value.user.payload()
        value = value.id
    if (kind == INTEGER) != (isinstance(value, int) and not isinstance(value, bool)):
        raise LookupError(f"{name!r} takes {'a number' if kind == INTEGER else 'a text'}, not {value!r}")
    if kind == INTEGER and not option.get("min_value", value) <= value <= option.get("max_value", value):
        raise LookupError(f"{name!r} does not allow {value}")
    choices = [each["value"] for each in option.get("choices") or ()]
    if choices and value not in choices:
        raise LookupError(f"{name!r} is one of {choices}")
    return {"name": name, "type": kind, "value": value}


def _filled(modal: Mapping[str, Any], values: Mapping[str, str]) -> list[dict[str, Any]]:
    inputs = {each["custom_id"] for each in walk(modal["components"]) if each.get("custom_id")}
    if unknown := set(values) - inputs:
        raise LookupError(f"the form has no {sorted(unknown)}; it has {sorted(inputs)}")
    filled = []
    for number, part in enumerate(modal["components"]):
        if part["type"] == LABEL:
            filled.append(
                {"type": LABEL, "id": number, "component": _filled_input(part["component"], values)}
            )
        elif part["type"] == 1:
            filled.append(
                {"type": 1, "id": number, "components": [_filled_input(part["components"][0], values)]}
            )
    return filled


def _filled_input(given: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    name = given["custom_id"]
    if given["type"] in SELECTS:
        defaults = [each["value"] for each in given.get("options") or () if each.get("default")]
        picked = [values[name]] if name in values else defaults
        allowed = {each["value"] for each in given.get("options") or ()}
        if not set(picked) <= allowed or (given.get("required", True) and not picked):
            raise LookupError(f"{name!r} takes one of {sorted(allowed)}, not {picked}")
        return {"type": given["type"], "id": 1, "custom_id": name, "values": picked}
    text = values.get(name, given.get("value") or "")
    if given.get("required", True) and not text:
        raise LookupError(f"{name!r} must be filled in")
    if len(text) > (given.get("max_length") or 4000):
        raise LookupError(f"{name!r} is too long")
    return {"type": given["type"], "id": 1, "custom_id": name, "value": text}
