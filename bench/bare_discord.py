"""What bench/discord.py holds the desk against: the same calls by discord.py alone, keeping nothing."""

import sys

import discord
from discord import app_commands
from discord.gateway import DiscordWebSocket
from yarl import URL


class OpenForm(discord.ui.Modal, title="Open a ticket"):
    subject = discord.ui.Label(text="What is the matter?", component=discord.ui.TextInput())
    words = discord.ui.Label(
        text="Tell us more", component=discord.ui.TextInput(style=discord.TextStyle.paragraph, max_length=4000)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        assert isinstance(self.subject.component, discord.ui.TextInput)
        assert isinstance(self.words.component, discord.ui.TextInput)
        assert isinstance(interaction.channel, discord.TextChannel)
        thread = await interaction.channel.create_thread(
            name=self.subject.component.value,
            type=discord.ChannelType.private_thread,
            auto_archive_duration=10080,
            invitable=False,
        )
        embed = discord.Embed(title=self.subject.component.value, description=self.words.component.value)
        for name in ("Status", "Priority", "Category", "With", "Team", "Asked by"):
            embed.add_field(name=name, value="as it is")
        buttons = discord.ui.View(timeout=None)
        for name in ("Claim", "Resolve", "Urgent", "Priority", "Close"):
            buttons.add_item(discord.ui.Button(label=name, custom_id=name))
        card = await thread.send(embed=embed, view=buttons)
        await thread.add_user(interaction.user)
        await card.pin()
        await interaction.edit_original_response(content=f"It is open: {thread.mention}")


class Bare(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True, guild_messages=True, message_content=True))
        self.tree = app_commands.CommandTree(self)
        group = app_commands.Group(name="ticket", description="Tickets")

        @group.command(name="open", description="Open a ticket")
        async def open_(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(OpenForm())

        self.tree.add_command(group)

    async def on_ready(self) -> None:
        for guild in self.guilds:
            self.tree.copy_global_to(guild=guild)
            await self.tree.sync(guild=guild)


def main() -> None:
    api_base, gateway, token = sys.argv[1:]
    discord.http.Route.BASE = api_base
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)
    Bare().run(token, log_handler=None)


if __name__ == "__main__":
    main()
