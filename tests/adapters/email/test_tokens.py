"""Signs in addresses and ids: read as they were made, and by nobody else's making."""

import pytest

from adapters.email.config import is_mailbox
from adapters.email.tokens import Meant, Tokens
from core.model.ids import PersonId, TicketId

TOKENS = Tokens(b"a secret", "desk@help.example.edu", "help.example.edu")
TICKET, PERSON = TicketId(999_999_999), PersonId(999_999_999)
ADDRESS = TOKENS.address(TICKET, PERSON) or ""
ID = TOKENS.message_id("a1b2c3d4e5f60718293a4b5c", TICKET, PERSON)


def test_an_address_and_an_id_say_whose_answer_to_what_they_are() -> None:
    assert TOKENS.of_address(ADDRESS) == TOKENS.of_id(ID) == Meant(TICKET, PERSON)
    assert is_mailbox(ADDRESS) and len(ADDRESS.partition("@")[0]) <= 64


def test_servers_that_change_a_name_s_case_change_nothing() -> None:
    assert TOKENS.of_address(ADDRESS.upper()) == Meant(TICKET, PERSON)


def test_a_desk_that_takes_no_answers_has_no_address_for_them() -> None:
    silent = Tokens(b"a secret", "", "help.example.edu")
    assert silent.address(TICKET, PERSON) is None
    assert silent.of_address("+1.1.aaaaaaaaaaaaaaaaaaaaaaaaaa@") is None


FORGED = [
    "desk@help.example.edu",
    "desk+@help.example.edu",
    ADDRESS.replace("+999999999.", "+999999998."),
    ADDRESS.replace(".999999999.", ".999999998."),
    ADDRESS.replace("@help", "@evil"),
    ADDRESS.replace("desk+", "other+"),
    ADDRESS[:-30] + "a@help.example.edu",
    ADDRESS.replace("+9", "+09"),
    ADDRESS.replace("+999999999", "+٩٩٩٩٩٩٩٩٩"),
    Tokens(b"another secret", "desk@help.example.edu", "help.example.edu").address(TICKET, PERSON) or "",
    f"{ADDRESS}\n",
    f" {ADDRESS}",
    ADDRESS * 9,
    "",
]


@pytest.mark.parametrize("address", FORGED)
def test_what_is_not_signed_here_means_nothing(address: str) -> None:
    assert TOKENS.of_address(address) is None


@pytest.mark.parametrize("message_id", [ID[1:], ID.replace(".999999999.", ".1.", 1), ID.replace("help", "evil"), "<>"])
def test_an_id_that_is_not_signed_here_means_nothing(message_id: str) -> None:
    assert TOKENS.of_id(message_id) is None
