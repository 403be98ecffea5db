"""Keys that a test can foretell: they count."""

from itertools import count


class FakeKeys:
    def __init__(self) -> None:
        self._numbers = count(1)

    def token(self) -> str:
        return f"token{next(self._numbers):017}"

    def hex(self, digits: int) -> str:
        return f"{next(self._numbers):0{digits}x}"
