"""What people ask by the command, buttons, modals, shortcuts, Home and mentions, and how they are answered in time."""
