"""Discord: slash commands, private threads and their cards, over discord.py's gateway and a REST client of our own."""
