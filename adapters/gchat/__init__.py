"""Google Chat: alert spaces, reached through incoming webhooks, and the demo desk's stand-in for one."""
