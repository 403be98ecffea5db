"""One call of Slack's Web API, and what its answer means."""
