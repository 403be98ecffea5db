"""A step of a platform's setup, as ``threaddesk check`` goes through them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    done: bool
    name: str
    mend: str = ""
    """What to do where it is not done."""
