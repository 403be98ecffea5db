"""What a modal remembers, and that nobody else writes it."""

from dataclasses import replace

import pytest

from adapters.slack.answering.notes import Note, Notes, Said
from core.model.ids import FileId

SAID = Said(channel="C1", ts="1700000000.000100", thread_ts="1700000000.000000", author="U2", words="Hello")
WRITTEN = {
    "nothing": Note(user="U1"),
    "a place": Note(user="U1", channel="C1", thread_ts="1.2", response_url="https://hooks.slack.com/actions/T/1/x"),
    "home": Note(user="U1", is_home=True),
    "files": Note(user="U1", files=(FileId(1), FileId(2))),
    "words": Note(user="U1", said=SAID),
}


@pytest.mark.parametrize("note", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_note_is_read_as_it_was_written_by_the_one_it_is_for(note: Note) -> None:
    notes = Notes("xoxb-secret")
    written = notes.write(note)
    assert notes.read(written, "U1") == note
    assert notes.read(written, "U2") == Note(user="U2")
    assert Notes("xoxb-other").read(written, "U1") == Note(user="U1")


FORGED = ["", "x", "{}", '{"channel":"C9"}', "é" * 30, "A" * 22 + '{"channel":"C9"}', "\ud800" * 30]


@pytest.mark.parametrize("forged", FORGED)
def test_what_was_not_written_here_is_no_note(forged: str) -> None:
    assert Notes("xoxb-secret").read(forged, "U1") == Note(user="U1")


@pytest.mark.parametrize("words", ["a" * 9_000, '"' * 5_000, "\n" * 5_000, "😀" * 4_000, "a" * 2_700 + '"' * 3_000])
def test_words_too_long_for_a_note_are_cut(words: str) -> None:
    notes, url = Notes("xoxb-secret"), "https://hooks.slack.com/" + "x" * 100
    written = notes.write(Note(user="U1", response_url=url, said=replace(SAID, words=words)))
    assert len(written.encode("utf-16-le")) // 2 <= 3_000
    said = notes.read(written, "U1").said
    assert said is not None and len(said.words) > 1_000
    assert said.words.endswith("…") and words.startswith(said.words[:-1])
