"""What the desk knows: frozen dataclasses, StrEnum states, NewType ids. Import the module that holds the word."""
