"""A small bot of the real discord.py, and a guild for it to be logged into."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

import discord
from discord import app_commands

from tests.fakes.discord.guilds import Guild
from tests.fakes.discord_server import DiscordServer


class Bot(discord.Client):
    """One slash command, ``/ticket open``, whose work each test gives."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        super().__init__(intents=intents or all_intents(), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.work: Callable[[discord.Interaction], Any] | None = None
        self.seen: list[tuple[str, Any]] = []
        group = app_commands.Group(name="ticket", description="Tickets")

        @group.command(name="open", description="Open a ticket")
        @app_commands.describe(title="What it is about")
        async def open_ticket(interaction: discord.Interaction, title: str = "") -> None:
            await self.work(interaction)

        @group.command(name="show", description="Show a ticket")
        async def show(interaction: discord.Interaction, ref: str) -> None:
            await self.work(interaction)

        @show.autocomplete("ref")
        async def offer(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=f"{typed}-7", value="7")]

        self.tree.add_command(group)
        staff = discord.Permissions(manage_messages=True)

        @self.tree.context_menu(name="Open a ticket from this")
        @app_commands.default_permissions(staff)
        async def from_message(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(message.content, ephemeral=True)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Without discord.py's five seconds."""

    async def on_message(self, message: discord.Message) -> None:
        self.seen.append(("message", message.content))

    async def on_resumed(self) -> None:
        self.seen.append(("resumed", None))

    async def on_ready(self) -> None:
        self.seen.append(("ready", None))


def all_intents() -> discord.Intents:
    intents = discord.Intents.default()
    intents.message_content = intents.members = True
    return intents


class Scene:
    """A server with one guild, one channel, a student and an agent; and the bot in it."""

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.guild: Guild = server.add_guild("Uni")
        self.agents = self.guild.add_role("Agents", permissions=["manage_messages", "manage_threads"])
        self.channel = self.guild.add_channel("exams")
        self.asha = self.guild.add_member("asha")
        self.bo = self.guild.add_member("bo")
        self.agent = self.guild.add_member("ravi", roles=[self.agents])
        self.bot: Bot = None

    @property
    def place(self) -> discord.TextChannel:
        return self.bot.get_channel(self.channel.id)

    async def newest(self) -> discord.Message:
        return await anext(self.place.history(limit=1))

    async def opened(self, name: str = "T-1", **more: Any) -> tuple[discord.Thread, Any]:
        made = await self.place.create_thread(name=name, type=discord.ChannelType.private_thread, **more)
        return made, self.server.world.places[made.id]


@contextlib.asynccontextmanager
async def running(server: DiscordServer, bot: Bot) -> AsyncGenerator[Bot]:
    await bot.login(server.token)
    task = asyncio.create_task(bot.connect())
    try:
        await server.until(lambda: ("ready", None) in bot.seen)
        yield bot
    finally:
        await bot.close()
        await asyncio.gather(task, return_exceptions=True)


class Form(discord.ui.Modal, title="Open a ticket"):
    subject = discord.ui.Label(text="Title", component=discord.ui.TextInput(max_length=100))
    kind = discord.ui.Label(
        text="Category",
        component=discord.ui.Select(options=[discord.SelectOption(label="Exams", value="exams")]),
    )
    proof = discord.ui.Label(text="Files", component=discord.ui.FileUpload(required=False, max_values=2))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        told = [self.subject.component.value, *self.kind.component.values]
        told += [(await file.read()).decode() for file in self.proof.component.values]
        await interaction.response.send_message(" ".join(told))
