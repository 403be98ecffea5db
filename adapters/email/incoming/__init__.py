"""Mail that arrives: read, matched with what the desk wrote, and taken as what somebody says."""
