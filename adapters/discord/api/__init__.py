"""One call of Discord's REST API, and what its answer means."""
