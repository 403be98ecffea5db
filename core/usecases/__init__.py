"""What the desk does: one file per noun, one function per command: load, check, change, record."""
