"""``apps.*``. https://docs.slack.dev/apis/events-api/using-socket-mode"""

from collections.abc import Callable

from tests.fakes.slack.api import APP, Call, Table


def sockets_table(address: Callable[[], str]) -> Table:
    """``address``: a new place to connect to. Raises Refused where there is none."""
    table = Table()

    @table.on("apps.connections.open", "connections:write", tokens=(APP,))
    def connections_open(call: Call) -> dict[str, str]:
        return {"url": address()}

    return table
