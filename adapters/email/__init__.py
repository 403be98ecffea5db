"""Email: alert spaces that are a list of addresses, and addresses that a step of an escalation names."""
