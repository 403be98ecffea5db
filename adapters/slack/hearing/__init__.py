"""What Slack tells the desk: what people say in threads, what was missed, who is in which user group."""
