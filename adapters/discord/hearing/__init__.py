"""What Discord tells the desk: the gateway, what people say in threads, who is on the server."""
