"""Alert spaces on a server of somebody's own: cards as signed JSON, in the form of Standard Webhooks."""
