"""How a delivery gets to Discord: threads, cards, people's words, and what stands in the way."""
