"""The words people read, once, platform-neutral, through gettext. Adapters lay them out and never add to them."""
