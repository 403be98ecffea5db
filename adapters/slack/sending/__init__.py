"""How a delivery gets to Slack: threads, cards, people's words, and what stands in the way."""
