"""The text form of commands: good lines, and for each wrong one which word is wrong and how it is used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadArgument, BadCommand, Refusal, WhichTicket
from core.grammar import parse, resolve
from core.model.ids import TicketId, parse_ref, ref_of
from core.policy import Action
from core.vocabulary import Choice, Parameter, ParameterKind, SlashCommand, Vocabulary

REF = Parameter(name="ref", kind=ParameterKind.TICKET, help="The ticket")


def p(name: str, kind: ParameterKind, *, required: bool = True, is_named: bool = False) -> Parameter:
    return Parameter(name=name, kind=kind, help=name, required=required, is_named=is_named)


def command(noun: str, verb: str, *parameters: Parameter) -> SlashCommand:
    return SlashCommand(noun=noun, verb=verb, help="Help", action=Action.OPEN, parameters=parameters)


K = ParameterKind
VOCABULARY = Vocabulary(
    commands=(
        command(
            "ticket",
            "open",
            p("title", K.TEXT, required=False),
            p("category", K.CATEGORY, required=False),
            p("priority", K.PRIORITY, required=False),
        ),
        command("ticket", "claim", REF),
        command("ticket", "assign", REF, p("agent", K.PERSON)),
        command("ticket", "priority", REF, p("priority", K.PRIORITY)),
        command("ticket", "edit", REF, p("title", K.TEXT, required=False), p("description", K.TEXT, required=False)),
        command("ticket", "reopen", REF, p("why", K.TEXT, required=False)),
        command("ticket", "urgent", REF, p("why", K.TEXT)),
        command("ticket", "visibility", REF, p("visibility", K.VISIBILITY), p("confirm", K.WORD, required=False)),
        command("queue", "", p("team", K.TEAM, required=False)),
        command(
            "ticket",
            "list",
            p("visibility", K.VISIBILITY, required=False),
            p("words", K.LINE, required=False),
            p("priority", K.PRIORITY, required=False, is_named=True),
            p("tags", K.WORD, required=False, is_named=True),
        ),
        command("desk", "role", p("role", K.ROLE), p("person", K.PERSON)),
        command("desk", "retry", p("number", K.NUMBER)),
        command("escalate", "", REF, p("level", K.NUMBER)),
        command("staff", "snooze", REF, Parameter(name="until", kind=K.LINE, help="until", is_no_prose=True)),
        command("staff", "link", REF, p("how", K.WORD), p("other", K.OTHER)),
        command("staff", "note", REF, p("text", K.TEXT)),
        command("staff", "title", REF, p("title", K.LINE)),
    ),
    choices={
        K.PRIORITY: (Choice("low", "low"), Choice("urgent", "urgent")),
        K.CATEGORY: (Choice("exams", "Exams and grades"), Choice("fees", "Fees")),
        K.TEAM: (Choice("academics", "Academics"),),
        K.VISIBILITY: (Choice("private", "private"), Choice("public", "public")),
        K.ROLE: (Choice("agent", "agent"), Choice("lead", "Team lead")),
    },
)

GOOD: list[tuple[str, str, int | None, dict[str, str]]] = [
    ("/ticket claim T-12", "/ticket claim", 12, {}),
    ("ticket claim t-12", "/ticket claim", 12, {}),
    ("  /TICKET   Claim\t#12  ", "/ticket claim", 12, {}),
    ("/ticket claim ref:T-12", "/ticket claim", 12, {}),
    ("/ticket assign T-1 asha@example.com", "/ticket assign", 1, {"agent": "asha@example.com"}),
    ("/ticket assign T-1 Asha  Agent", "/ticket assign", 1, {"agent": "Asha  Agent"}),
    ('/ticket assign T-1 "Asha Agent"', "/ticket assign", 1, {"agent": "Asha Agent"}),
    ("/ticket assign T-1 “Asha Agent”", "/ticket assign", 1, {"agent": "Asha Agent"}),
    ('/ticket assign agent:"Asha Agent" T-1', "/ticket assign", 1, {"agent": "Asha Agent"}),
    ('/ticket assign T-1 agent:"Asha Agent"', "/ticket assign", 1, {"agent": "Asha Agent"}),
    ("/ticket assign T-1 @me", "/ticket assign", 1, {"agent": "@me"}),
    ("/ticket priority T-3 URGENT", "/ticket priority", 3, {"priority": "urgent"}),
    ("/ticket priority priority:low T-3", "/ticket priority", 3, {"priority": "low"}),
    ("/ticket open", "/ticket open", None, {}),
    ("/ticket open My grade is gone", "/ticket open", None, {"title": "My grade is gone"}),
    (
        '/ticket open "My grade" exams urgent',
        "/ticket open",
        None,
        TITLED := {"title": "My grade", "category": "exams", "priority": "urgent"},
    ),
    ('/ticket open "My grade" "exams AND grades" urgent', "/ticket open", None, TITLED),
    ("/ticket open category:exams priority:urgent My grade", "/ticket open", None, TITLED),
    ('/ticket open "My grade" priority:urgent category:exams', "/ticket open", None, TITLED),
    ('/ticket open "My grade" urgent', "/ticket open", None, {"title": "My grade", "priority": "urgent"}),
    (
        '/ticket edit T-1 "New title" A new description',
        "/ticket edit",
        1,
        EDITED := {"title": "New title", "description": "A new description"},
    ),
    ('/ticket edit title:"New title" T-1 A new description', "/ticket edit", 1, EDITED),
    ('/ticket edit T-1 title:"New title" A new description', "/ticket edit", 1, EDITED),
    ('/ticket edit T-1 description:"Only this"', "/ticket edit", 1, {"description": "Only this"}),
    ('/ticket edit T-1 "" Only this', "/ticket edit", 1, {"description": "Only this"}),
    ('/ticket urgent T-1 It\'s “due” "today"!', "/ticket urgent", 1, {"why": 'It\'s “due” "today"!'}),
    ('/ticket urgent T-1 "all of it"', "/ticket urgent", 1, {"why": "all of it"}),
    ("/ticket urgent T-1 “all of\nit”", "/ticket urgent", 1, {"why": "all of\nit"}),
    ('/ticket urgent T-1 say "hi" now', "/ticket urgent", 1, {"why": 'say "hi" now'}),
    ('/ticket urgent T-1 "one" and "two"', "/ticket urgent", 1, {"why": '"one" and "two"'}),
    ('/ticket urgent T-1 "half of it', "/ticket urgent", 1, {"why": '"half of it'}),
    (
        "/ticket urgent T-1 two\nlines  and   spaces\n\nkept",
        "/ticket urgent",
        1,
        {"why": "two\nlines  and   spaces\n\nkept"},
    ),
    ("/ticket urgent T-1 because: it is", "/ticket urgent", 1, {"why": "because: it is"}),
    ("/ticket urgent T-1 /ticket claim T-2", "/ticket urgent", 1, {"why": "/ticket claim T-2"}),
    ("/ticket visibility T-1 public yes", "/ticket visibility", 1, {"visibility": "public", "confirm": "yes"}),
    ("/queue", "/queue", None, {}),
    ("/queue Academics", "/queue", None, {"team": "academics"}),
    ("/ticket list", "/ticket list", None, {}),
    ("/ticket list urgent", "/ticket list", None, {"words": "urgent"}),
    ("/ticket list public urgent", "/ticket list", None, {"visibility": "public", "words": "urgent"}),
    ("/ticket list priority:urgent", "/ticket list", None, {"priority": "urgent"}),
    (
        "/ticket list priority:urgent public my  grade",
        "/ticket list",
        None,
        NARROWED := {"visibility": "public", "words": "my  grade", "priority": "urgent"},
    ),
    ("/ticket list public my  grade priority:urgent", "/ticket list", None, NARROWED),
    ("/ticket list public my priority:URGENT  grade", "/ticket list", None, NARROWED),
    ("/ticket list my  grade priority:urgent visibility:public", "/ticket list", None, NARROWED),
    ('/ticket list my tags:"a b" grade', "/ticket list", None, {"words": "my grade", "tags": "a b"}),
    ('/ticket list "tags:a grade"', "/ticket list", None, {"words": "tags:a grade"}),
    ('/ticket list "my grade" gone', "/ticket list", None, {"words": '"my grade" gone'}),
    ("/ticket list tags: a", "/ticket list", None, {"words": "tags: a"}),
    ("/ticket list https://a.example tag:b", "/ticket list", None, {"words": "https://a.example tag:b"}),
    ('/desk role "team lead" Kim Other', "/desk role", None, {"role": "lead", "person": "Kim Other"}),
    ("/desk retry 17", "/desk retry", None, {"number": "17"}),
    ("/escalate 3 T-1", "/escalate", 1, {"level": "3"}),
    ("/escalate T-1 3", "/escalate", 1, {"level": "3"}),
    ("/staff snooze 2h T-2", "/staff snooze", 2, {"until": "2h"}),
    ("/staff snooze mon 09:00 t-2", "/staff snooze", 2, {"until": "mon 09:00"}),
    ("/staff snooze T-2 mon 09:00", "/staff snooze", 2, {"until": "mon 09:00"}),
    ("/ticket priority urgent T-3", "/ticket priority", 3, {"priority": "urgent"}),
    ("/ticket visibility public T-1 yes", "/ticket visibility", 1, {"visibility": "public", "confirm": "yes"}),
    ("/ticket visibility public yes T-1", "/ticket visibility", 1, {"visibility": "public", "confirm": "yes"}),
    ("/staff link T-1 blocks T-2", "/staff link", 1, {"how": "blocks", "other": "T-2"}),
    ("/ticket assign Asha Agent T-1", "/ticket assign", 1, {"agent": "Asha Agent"}),
    ('/ticket assign "Asha Agent" T-1', "/ticket assign", 1, {"agent": "Asha Agent"}),
]


@pytest.mark.parametrize(("line", "name", "ticket", "arguments"), GOOD)
def test_a_good_line_is_read(line: str, name: str, ticket: int | None, arguments: dict[str, str]) -> None:
    parsed = parse(line, VOCABULARY, None)
    assert (parsed.command.name, parsed.ticket, parsed.arguments) == (name, ticket, arguments)


IN_ITS_THREAD: list[tuple[str, int, dict[str, str]]] = [
    ("/ticket claim", 7, {}),
    ("/ticket claim T-9", 9, {}),
    ("/ticket urgent it burns", 7, {"why": "it burns"}),
    ("/ticket urgent T-9 it burns", 9, {"why": "it burns"}),
    ("/ticket urgent 42 is the answer", 7, {"why": "42 is the answer"}),
    ("/ticket priority urgent", 7, {"priority": "urgent"}),
    ("/ticket reopen", 7, {}),
    ("/ticket assign Asha Agent", 7, {"agent": "Asha Agent"}),
    ("/staff snooze 2h T-2", 2, {"until": "2h"}),
    ("/staff snooze 2h", 7, {"until": "2h"}),
    ("/staff link blocks T-2", 7, {"how": "blocks", "other": "T-2"}),
    ("/staff note the same as T-2", 7, {"text": "the same as T-2"}),
    ("/ticket urgent it burns as T-2 T-3", 7, {"why": "it burns as T-2 T-3"}),
    ("/staff title Follow-up of T-2", 7, {"title": "Follow-up of T-2"}),
    ("/ticket edit Follow-up of T-2", 7, {"title": "Follow-up of T-2"}),
    ('/ticket edit "New title" T-2 is the same', 7, {"title": "New title", "description": "T-2 is the same"}),
    ("/ticket assign Number #2", 7, {"agent": "Number #2"}),
]


@pytest.mark.parametrize(("line", "ticket", "arguments"), IN_ITS_THREAD)
def test_in_a_tickets_thread_its_ref_is_understood(line: str, ticket: int, arguments: dict[str, str]) -> None:
    parsed = parse(line, VOCABULARY, TicketId(7))
    assert (parsed.ticket, parsed.arguments) == (ticket, arguments)


WRONG: list[tuple[str, type[Refusal], str]] = [
    ("/", BadCommand, "There is no command “/”. /help lists them all."),
    ("/tickets claim", BadCommand, "There is no command “/tickets”. Did you mean /ticket?"),
    ("/xyzzy", BadCommand, "There is no command “/xyzzy”. /help lists them all."),
    ("/ticket clam T-1", BadCommand, "There is no command “/ticket clam”. Did you mean /ticket claim?"),
    ("/ticket xyzzy", BadCommand, "There is no command “/ticket xyzzy”. /help lists them all."),
    ("/desk", BadCommand, "There is no command “/desk”. /desk: role, retry."),
    (
        "/ticket claim",
        WhichTicket,
        "Which ticket? Write its ref, like T-12, or use the command in the ticket's thread. Usage: /ticket claim [ref]",
    ),
    ("/ticket claim 12", BadArgument, "12: this is one word too many. Usage: /ticket claim [ref]"),
    ("/ticket claim ref:12", BadArgument, "ref: a ref is wanted, like T-12. Usage: /ticket claim [ref]"),
    ("/ticket claim T-1 please now", BadArgument, "please: this is one word too many. Usage: /ticket claim [ref]"),
    ("/ticket assign T-1", BadArgument, "agent: this is missing. Usage: /ticket assign [ref] <agent>"),
    ('/ticket assign T-1 ""', BadArgument, "agent: this is missing. Usage: /ticket assign [ref] <agent>"),
    (
        '/ticket assign T-1 "Asha" Agent',
        BadArgument,
        "Agent: this is one word too many. Usage: /ticket assign [ref] <agent>",
    ),
    (
        "/ticket priority T-1 huge",
        BadArgument,
        "priority: “huge” is not one of low, urgent. Usage: /ticket priority [ref] <priority>",
    ),
    ("/ticket priority T-1", BadArgument, "priority: this is missing. Usage: /ticket priority [ref] <priority>"),
    (
        "/ticket open category:sports Hello",
        BadArgument,
        "category: “sports” is not one of exams, fees. Usage: /ticket open [title] [category] [priority]",
    ),
    (
        '/ticket open "Hello" sports',
        BadArgument,
        "sports: this is one word too many. Usage: /ticket open [title] [category] [priority]",
    ),
    ("/ticket urgent T-1", BadArgument, "why: this is missing. Usage: /ticket urgent [ref] <why>"),
    ("/ticket urgent T-1 \u202e\x00", BadArgument, "why: this is missing. Usage: /ticket urgent [ref] <why>"),
    (
        "/queue nowhere",
        BadArgument,
        "team: “nowhere” is not one of academics. Usage: /queue [team]",
    ),
    ("/queue academics now", BadArgument, "now: this is one word too many. Usage: /queue [team]"),
    (
        "/ticket list grade priority:huge",
        BadArgument,
        "priority: “huge” is not one of low, urgent. Usage: /ticket list [visibility] [words] [priority:] [tags:]",
    ),
    (
        "/ticket list tags:a grade tags:b",
        BadArgument,
        "tags: this is given twice. Usage: /ticket list [visibility] [words] [priority:] [tags:]",
    ),
    ("/escalate 3 T-1 T-2", BadArgument, "T-1: this is one word too many. Usage: /escalate [ref] <level>"),
    ("/escalate T-1 3 T-2", BadArgument, "T-2: this is one word too many. Usage: /escalate [ref] <level>"),
    ("/desk retry soon", BadArgument, "number: a whole number is wanted. Usage: /desk retry <number>"),
    ("/desk retry 0", BadArgument, "number: a whole number is wanted. Usage: /desk retry <number>"),
    ("/desk retry ١", BadArgument, "number: a whole number is wanted. Usage: /desk retry <number>"),
    ("/desk retry 1{x}", BadArgument, "number: a whole number is wanted. Usage: /desk retry <number>"),
]


@pytest.mark.parametrize(("line", "kind", "sentence"), WRONG)
def test_a_wrong_line_is_told_which_word_and_how(line: str, kind: type[Refusal], sentence: str) -> None:
    with pytest.raises(kind) as refused:
        parse(line, VOCABULARY, None)
    assert type(refused.value) is kind
    assert refused.value.sentence() == sentence


def test_a_wrong_word_with_braces_and_mentions_is_shown_as_it_is() -> None:
    with pytest.raises(BadArgument, match=r"“\{0\}@everyone” is not one of low, urgent"):
        parse("/ticket priority T-1 {0}@everyone", VOCABULARY, None)


@pytest.mark.parametrize("line", ["/{}", "/ticket {}", "/ticket claim T-1 {}", "/ticket priority T-1 {}"])
def test_a_huge_wrong_word_is_not_all_repeated(line: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(line.format("x" * 10_000), VOCABULARY, None)
    assert len(str(refused.value)) < 300


def test_a_named_argument_given_twice_is_a_word_too_many() -> None:
    with pytest.raises(BadArgument, match=r"^priority:low: this is one word too many"):
        parse("/ticket priority priority:urgent T-1 priority:low", VOCABULARY, None)


def test_a_required_ticket_may_be_left_out_of_a_native_command_in_its_thread_only() -> None:
    claim = VOCABULARY.commands[1]
    assert resolve(claim, {}, VOCABULARY, TicketId(7)).ticket == 7
    with pytest.raises(WhichTicket):
        resolve(claim, {}, VOCABULARY, None)


def test_a_native_command_is_checked_like_a_typed_one() -> None:
    priority = VOCABULARY.commands[3]
    assert resolve(priority, {"ref": "T-4", "priority": "Low"}, VOCABULARY, None).arguments == {"priority": "low"}
    with pytest.raises(BadArgument, match="“x” is not one of low, urgent"):
        resolve(priority, {"ref": "T-4", "priority": "x"}, VOCABULARY, None)


def test_a_huge_line_is_read_in_no_time() -> None:
    words = '"' * 20_000 + " a:" * 20_000
    assert parse(f"/ticket urgent T-1 {words}", VOCABULARY, None).arguments["why"] == words.strip()


WORDS = st.text("abcXYZ :#-_.,'0123456789", min_size=1, max_size=12).map(str.strip).filter(bool)
VALUES: dict[ParameterKind, st.SearchStrategy[str]] = {
    K.NUMBER: st.integers(1, 10**14).map(str),
    K.PRIORITY: st.sampled_from(["low", "urgent"]),
    K.VISIBILITY: st.sampled_from(["private", "public"]),
    K.WORD: st.from_regex(r"[a-z]{1,8}", fullmatch=True),
}
ABOUT_A_TICKET = [
    c for c in VOCABULARY.commands if K.TICKET in (kinds := {p.kind for p in c.parameters}) and K.OTHER not in kinds
]


@st.composite
def called(draw: st.DrawFn) -> tuple[str, str, list[str]]:
    """A command about one ticket, its ref, and its other arguments, as they are typed without their names."""
    chosen = draw(st.sampled_from(ABOUT_A_TICKET))
    ref = f"T-{draw(st.integers(1, 10**15 - 1))}"
    words = []
    for parameter in chosen.parameters:
        if parameter.kind is not K.TICKET:
            value = draw(VALUES.get(parameter.kind, WORDS))
            is_rest = parameter is chosen.parameters[-1] or parameter.kind in VALUES
            words.append(value if is_rest else f'"{value}"')
    return chosen.name, ref, words


@given(called())
def test_what_is_typed_in_the_usual_order_is_read_as_ever(typed: tuple[str, str, list[str]]) -> None:
    """The ref first: whatever stands behind it, and though words of it look like a ref, belongs to the rest."""
    name, ref, words = typed
    try:
        parsed = parse(" ".join([name, ref, *words]), VOCABULARY, TicketId(7))
    except BadArgument:  # a name before a colon, or a quote that is not closed
        return
    assert (parsed.ticket, ref_of(parsed.ticket or TicketId(0))) == (parse_ref(ref), ref)
    if not any(":" in word for word in words):
        assert list(parsed.arguments.values()) == [word.strip('"') for word in words]


@given(called())
def test_a_ref_behind_what_is_no_prose_says_the_same_as_before_it(typed: tuple[str, str, list[str]]) -> None:
    name, ref, words = typed
    free = {"/ticket edit", "/ticket reopen", "/ticket urgent", "/staff note", "/staff title"}
    if name in free or any(":" in word or parse_ref(word.split()[0]) for word in words):
        return
    usual = parse(" ".join([name, ref, *words]), VOCABULARY, None)
    for place in range(1, len(words) + 1):
        assert parse(" ".join([name, *words[:place], ref, *words[place:]]), VOCABULARY, None) == usual
