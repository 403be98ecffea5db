"""What Discord tells the desk: what people say in threads, what was missed, who is on the server."""
