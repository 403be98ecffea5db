"""Everything that touches the outside. Adapters import core and never each other."""
