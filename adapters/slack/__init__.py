"""Slack: threads in direct messages and in triage channels, commands, modals, Home."""
