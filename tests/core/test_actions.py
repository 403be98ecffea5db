"""Ids of buttons and forms: read back as they were written, short enough, and nothing else is taken for one."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.actions import MAX_LENGTH, Press, Submit, UnknownAction, decode, encode_press, encode_submit
from core.model.ids import DraftId, TicketId

words = st.from_regex(r"[a-z]{1,12}", fullmatch=True)
tickets = st.none() | st.integers(1, 10**15 - 1).map(TicketId)
arguments = st.dictionaries(words, st.text(max_size=8), max_size=2)
drafts = st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True).map(DraftId)


@given(words, st.just("") | words, tickets, arguments)
def test_a_button_is_read_back_as_it_was_written(
    noun: str, verb: str, ticket: TicketId | None, given_: dict[str, str]
) -> None:
    press = Press(noun, verb, ticket, given_)
    try:
        action = encode_press(press)
    except ValueError:
        assume(False)
    assert len(action) <= MAX_LENGTH
    assert decode(action) == press


@given(words, words, drafts)
def test_a_form_of_a_draft_is_read_back_as_it_was_written(noun: str, verb: str, draft: DraftId) -> None:
    submit = Submit(noun, verb, draft=draft)
    assert decode(encode_submit(submit)) == submit
    assert len(encode_submit(submit)) <= MAX_LENGTH


@given(words, words, tickets)
def test_a_form_about_a_ticket_is_read_back_as_it_was_written(noun: str, verb: str, ticket: TicketId | None) -> None:
    submit = Submit(noun, verb, ticket=ticket)
    assert decode(encode_submit(submit)) == submit


def test_a_draft_that_looks_like_a_ticket_is_still_a_draft() -> None:
    submit = Submit("ticket", "open", draft=DraftId("T12"))
    assert decode(encode_submit(submit)) == submit


def test_a_button_that_would_not_fit_is_never_made() -> None:
    with pytest.raises(ValueError, match="an action of 117 characters"):
        encode_press(Press("ticket", "urgent", TicketId(1), {"why": "x" * 95}))


@given(st.text(max_size=120))
def test_whatever_comes_in_is_read_or_refused(action: str) -> None:
    try:
        read = decode(action)
    except UnknownAction:
        return
    written = encode_press(read) if isinstance(read, Press) else encode_submit(read)
    assert decode(written) == read


GARBAGE = [
    *("", " ", "1", "1.", "1.ticket", "1.ticket.claim", "2.ticket.claim.7", "01.ticket.claim.7", "claim"),
    *("1.ticket.claim.0", "1.ticket.claim.-1", "1.ticket.claim.x", "1.ticket.claim.١", "1.ticket.claim."),
    *("1.ticket.claim.1000000000000000", "1.Ticket.claim.7", "1.ticket.cl aim.7", "1.ticket.claim.7.Why=x"),
    *("1!ticket!open", "1!ticket!open!d", "1!ticket!open!d!", "1!ticket!open!d!a b", "1!ticket!open!d!a!b"),
    *("1!ticket!open!x!abc", "1!ticket!open!t!T0", "1!ticket!open!d!" + "a" * 41, "2!ticket!open!d!abc"),
    *("1.ticket.claim.7" + ".a=b" * 30, "1!" * 60, "\x00", "1.ticket.claim.7\n"),
]


@pytest.mark.parametrize("action", GARBAGE)
def test_garbage_is_refused_with_a_sentence(action: str) -> None:
    with pytest.raises(UnknownAction, match="That button is from another version of the desk"):
        decode(action)
