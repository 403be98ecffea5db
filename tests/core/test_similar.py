"""What is similar to a question, in which order, by which words, and among what."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.model.ids import PersonId
from core.model.similar import Candidate, Item, Kind, Scope, Similar
from core.model.ticket import Visibility
from core.similar import (
    FAQ_DRAFT_GROUP,
    FAQ_GROUP,
    SURE,
    Question,
    blind_scope,
    group_of,
    is_sure,
    rank,
    said_by,
    scope_of,
    text_of,
    to_look_up,
    why,
)
from core.storage import Sight

SAM = PersonId(1)
COUNTS = {"wifi": 40, "printer": 9, "cs2001": 3, "error": 300, "0x80070005": 1, "library": 30, "deadline": 50}
TOTAL = 1_000


def ticket(number: int) -> Item:
    return Item(Kind.TICKET, number)


def candidate(number: int, title: str, body: str = "", cosine: float | None = None) -> Candidate:
    return Candidate(item=ticket(number), title=title, body=body, cosine=cosine)


def ranked(asked: str, *candidates: Candidate, limit: int = 10) -> list[int]:
    return [one.item.id for one in rank(Question.of(asked), candidates, COUNTS, TOTAL, limit=limit)]


def only(asked: str, one: Candidate) -> Similar:
    return rank(Question.of(asked), [one], COUNTS, TOTAL, limit=1)[0]


def test_the_meaning_decides_the_order() -> None:
    far, near = candidate(1, "wifi in the library", cosine=0.4), candidate(2, "No internet upstairs", cosine=0.7)
    assert ranked("wifi in the library", far, near) == [2, 1]


def test_of_two_that_mean_as_much_the_one_with_the_named_code_is_first() -> None:
    other = candidate(1, "Error 0x80070006 in setup", cosine=0.62)
    named = candidate(2, "Setup stops", "it says 0x80070005", cosine=0.61)
    assert ranked("Error 0x80070005", other, named) == [2, 1]


def test_of_two_that_mean_as_much_the_rarer_word_decides() -> None:
    common, rare = candidate(1, "An error", cosine=0.5), candidate(2, "The printer", cosine=0.5)
    assert ranked("printer error", common, rare) == [2, 1]


def test_a_code_is_found_in_any_case() -> None:
    assert ranked("cs2001 deadline", candidate(1, "Deadline", cosine=0.5), candidate(2, "CS2001", cosine=0.5)) == [2, 1]


def test_of_two_that_are_alike_in_all_the_older_is_first() -> None:
    assert ranked("wifi", candidate(2, "wifi", cosine=0.5), candidate(1, "wifi", cosine=0.5)) == [1, 2]


def test_without_a_model_the_rare_words_decide() -> None:
    found = ranked("printer error", candidate(1, "Error"), candidate(2, "Printer"), candidate(3, "Printer error"))
    assert found == [3, 2, 1]


def test_without_a_model_what_has_no_word_in_common_is_not_similar() -> None:
    assert ranked("printer", candidate(1, "Wifi")) == []


def test_one_that_has_no_vector_yet_stands_among_those_that_have() -> None:
    new, near, far = candidate(1, "Printer jam"), candidate(2, "Paper", cosine=0.9), candidate(3, "Food", cosine=0.1)
    assert ranked("printer jam", new, near, far) == [2, 1, 3]


def test_no_more_than_the_limit_are_given() -> None:
    assert ranked("wifi", *(candidate(n, "wifi", cosine=0.5) for n in range(1, 9)), limit=3) == [1, 2, 3]


@given(cosines=st.lists(st.none() | st.floats(-1, 1, width=32), max_size=12), limit=st.integers(1, 6))
def test_the_first_are_the_first_of_all(cosines: list[float | None], limit: int) -> None:
    """Those left out unread, for no words could bring them so far, would not have been among them."""
    titles = ("printer jams E4711 again", "Printer jams", "The printer in E4711", "Wifi")
    question = Question.of("printer jams E4711")
    given = [candidate(n, titles[n % 4], cosine=cosine) for n, cosine in enumerate(cosines)]
    everything = rank(question, given, {"printer": 3, "jams": 2}, 20, limit=len(given))
    assert rank(question, given, {"printer": 3, "jams": 2}, 20, limit=limit) == everything[:limit]


def test_the_share_tells_how_much_of_the_question_is_there() -> None:
    assert only("wifi printer", candidate(1, "Wifi printer")).share == pytest.approx(1)
    assert only("wifi printer", candidate(1, "Lunch", cosine=0.2)).share == 0


@pytest.mark.parametrize(
    ("asked", "text", "words"),
    [
        ("The printers are jammed", "Printer in Room 3 jams", ("Printer", "jams")),
        ("my pasword expired", "Password expires", ("Password", "expires")),
        ("Where is the CS2001 exam", "CS2001: Exam hall", ("CS2001", "Exam")),
        ("wifi", "Wi-Fi, wifi and WIFI", ("Wi-Fi",)),
        ("How do I do this", "How do I do that", ()),
        ("CS2001", "CS2002", ()),
        ("", "Anything", ()),
        ("lab café", "The Café of the lab", ("Café", "lab")),
    ],
)
def test_why_names_the_words_in_common_as_they_are_written(asked: str, text: str, words: tuple[str, ...]) -> None:
    assert why(Question.of(asked), text) == words


def test_why_looks_into_the_body_where_the_title_has_none() -> None:
    assert only("printer", candidate(1, "Broken", "the Printer again")).why == ("Printer",)


def test_why_names_five_words_at_most() -> None:
    words = "alpha bravo charlie delta echoing foxtrot golfing"
    assert len(why(Question.of(words), words)) == 5


def test_the_rarest_words_are_looked_up_and_codes_first() -> None:
    question = Question.of("Error 0x80070005: wifi in the library, CS2001 printer zzz")
    assert list(to_look_up(question, COUNTS, TOTAL)) == ["0x80070005", "cs2001", "printer", "library", "wifi"]


def test_the_title_is_looked_up_before_the_text_below_it() -> None:
    question = Question.of("Wifi in the library", "printer 0x80070005")
    assert list(to_look_up(question, COUNTS, TOTAL)) == ["library", "wifi", "0x80070005", "printer"]


def test_a_common_word_is_looked_up_where_there_is_no_rarer() -> None:
    assert list(to_look_up(Question.of("error error"), COUNTS, TOTAL)) == ["error"]


def test_words_that_occur_nowhere_are_not_looked_up() -> None:
    assert list(to_look_up(Question.of("zzz"), COUNTS, TOTAL)) == []


def test_what_says_more_and_rarer_of_the_words_comes_first_and_of_two_alike_the_younger() -> None:
    one, two, three, four = (Item(Kind.TICKET, number) for number in (1, 2, 3, 4))
    items = {"eduroam": [one, two, four], "wifi": [three, one, two]}
    found = said_by(["eduroam", "wifi", "common"], items, {"eduroam": 2, "wifi": 300, "common": 900}, 1_000, limit=9)
    assert list(found) == [two, one, four, three]
    assert list(said_by(["eduroam"], items, {"eduroam": 2}, 1_000, limit=2)) == [four, two]
    assert not said_by(["common"], items, {"common": 900}, 1_000, limit=9)


def test_a_question_is_asked_by_the_other_names_of_what_it_says_too() -> None:
    synonyms = [["VLE", "Moodle", "learning platform"], ["TA", "teaching assistant"]]
    question = Question.of("Moodle is down", "since noon", synonyms)
    assert question.words[:4] == ("moodle", "vle", "learning", "platform")
    assert question.text == "Moodle is down\nVLE\nlearning platform\nsince noon"


def test_a_part_of_a_word_calls_for_no_other_name() -> None:
    assert Question.of("Staff", "", [["TA", "teaching assistant"], ["", "!"]]).text == "Staff"


def test_a_question_of_nothing_finds_nothing_by_words() -> None:
    question = Question.of("", "")
    assert question.words == ()
    assert question.text == ""
    assert ranked("", candidate(1, "wifi")) == []


def test_of_a_question_of_a_hundred_kilobytes_the_beginning_counts() -> None:
    question = Question.of("Printer", "\n".join(f"line{n} of a log" for n in range(10_000)))
    assert question.words[0] == "printer"
    assert len(question.words) <= 24


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200), st.floats(-1, 1) | st.none())
def test_any_letters_are_ranked_without_an_error(asked: str, title: str, cosine: float | None) -> None:
    for one in rank(Question.of(asked, title), [candidate(1, title, asked, cosine)], {}, 0, limit=3):
        assert 0 <= one.share <= 1.000001
        assert all(word in title + asked or word.isascii() is False for word in one.why)


def test_the_title_and_the_beginning_of_the_text_are_what_is_meant() -> None:
    assert text_of(" Title ", "\nBody ") == "Title\nBody"
    assert text_of("Title", " ") == "Title"


@pytest.mark.parametrize(("cosine", "sure"), [(SURE, True), (SURE - 0.01, False), (None, False)])
def test_an_answer_is_sure_from_a_cosine_on(cosine: float | None, sure: bool) -> None:
    assert is_sure(Similar(item=ticket(1), score=1, cosine=cosine, share=1, why=())) is sure


PUBLIC, PRIVATE = Visibility.PUBLIC, Visibility.PRIVATE
IT, HR, EXAMS = "it", "hr", "exams"


def test_a_student_looks_among_public_tickets_their_own_and_faqs() -> None:
    sight = Sight(person=SAM, known=frozenset({IT, HR}))
    scope = scope_of(sight, also=[ticket(3)], but=[ticket(4)])
    public = {group_of(IT, PUBLIC), group_of(HR, PUBLIC), FAQ_GROUP}
    assert scope == Scope(groups=frozenset(public), owner=SAM, also=frozenset({ticket(3)}), but=frozenset({ticket(4)}))


def test_staff_look_among_the_private_tickets_of_the_categories_that_they_see() -> None:
    sight = Sight(person=SAM, known=frozenset({IT}), staff_categories=frozenset({IT, EXAMS}))
    seen = {group_of(category, visibility) for category in (IT, EXAMS) for visibility in (PUBLIC, PRIVATE)}
    assert scope_of(sight, drafts=True).groups == seen | {FAQ_GROUP, FAQ_DRAFT_GROUP}


def test_the_blocked_look_among_their_own_and_faqs() -> None:
    sight = Sight(person=SAM, known=frozenset({IT}), staff_categories=frozenset({IT}), own_only=True)
    assert scope_of(sight) == Scope(groups=frozenset({FAQ_GROUP}), owner=SAM)
    assert blind_scope(sight, [IT]).groups == frozenset()


def test_only_private_tickets_of_others_that_nobody_shows_them_are_counted_blindly() -> None:
    sight = Sight(person=SAM, known=frozenset({IT, HR}), staff_categories=frozenset({HR}))
    scope = blind_scope(sight, [IT, HR], but=[ticket(3)])
    assert scope == Scope(groups=frozenset({group_of(IT, PRIVATE)}), but=frozenset({ticket(3)}), but_owner=SAM)


def test_a_public_and_a_private_ticket_of_one_category_are_never_in_one_group() -> None:
    assert group_of(IT, PUBLIC) != group_of(IT, PRIVATE)
    assert FAQ_GROUP not in {group_of("faq", PUBLIC), group_of("", PRIVATE)}
