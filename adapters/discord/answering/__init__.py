"""What people do by commands, buttons, menus and forms, and how they are answered in time."""
