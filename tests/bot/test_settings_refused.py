"""What people read who set something wrong: every problem at once, each with its key, its place and its mend."""

from pathlib import Path

import pytest

from bot.settings import BadSettings, effective, load
from tests.fakes.bot_toml import BASE, SECRET, WEBHOOK, changed, many_categories, refused, start

WRONG = [
    # the change, the key, its line in bot.toml, words of what is wrong and of the mend
    ('name = "Desk"\n', "", "desk.name", 1, "missing", "the desk's name"),
    ('name = "Desk"', 'name = " "', "desk.name", 2, "empty", "Write something"),
    ('name = "Desk"', "name = 5", "desk.name", 2, "not text", "in quotes"),
    ("demo = true", 'demo = "perhaps"', "desk.demo", 3, "“perhaps” is neither", "true or false"),
    ("demo = true", "dmeo = true", "desk.dmeo", 3, "no such key", "Did you mean “demo”?"),
    ("demo = true", 'time_zone = "Asia/Kolkatta"', "desk.time_zone", 3, "no such time zone", "“Asia/Kolkata”"),
    ("demo = true", 'time_zone = "Asia"', "desk.time_zone", 3, "no such time zone", "Asia"),
    ("demo = true", 'time_zone = "../etc"', "desk.time_zone", 3, "no such time zone", "Asia/Kolkata"),
    ("demo = true", 'languages = ["English"]', "desk.languages[0]", 3, "not a language", "en"),
    ("demo = true", 'languages = "en"', "desk.languages", 3, "not a list", "brackets"),
    ("demo = true", 'urgent_by_requester = "yes"', "desk.urgent_by_requester", 3, "“yes” is not", "allow, ask, deny"),
    ("[quotas]", "[quota]", "quota", 5, "no such key", "Did you mean “quotas”?"),
    ('cooldown = "0s"', "tickets_per_day = 0", "quotas.tickets_per_day", 6, "“0” is too small", "least is 1"),
    ('cooldown = "0s"', 'cooldown = "a while"', "quotas.cooldown", 6, "not a duration", "15m"),
    ('cooldown = "0s"', "cooldown = 5", "quotas.cooldown", 6, "not a duration", "15m"),
    ('key = "academics"', 'key = "Academics"', "teams[0].key", 9, "not a key", "small letters"),
    ('key = "academics"', f'key = "{"a" * 33}"', "teams[0].key", 9, "not a key", "32"),
    ('name = "Academics"', f'name = "{"a" * 81}"', "teams[0].name", 10, "more than 80", "Shorten"),
    ('"agent@example.com"', '"agent"', "teams[0].members[0]", 11, "not an email", "agent@example.com"),
    ('"agent@example.com"]', '"a@b.c"]\nshifts = 1', "teams[0].shifts", 12, "no such key", "key, name, members, lead"),
    ('team = "academics"', 'team = "acadmics"', "categories[0].team", 16, "no team “acadmics”", "mean “academics”"),
    ('team = "academics"\n', "", "categories[0].team", 13, "missing", "team that answers"),
    ('n = "urgent"', 'n = "urgnt"', "categories[0].escalation", 17, "no escalation “urgnt”", "mean “urgent”"),
    ('escalation = "urgent"', "quiet_days = 0", "categories[0].quiet_days", 17, "too small", "least is 1"),
    ('escalation = "urgent"', 'visibility = "secret"', "categories[0].visibility", 17, "“secret”", "private, public"),
    ('escalation = "urgent"', "sensitive = true", "categories[0].staff", 13, "names none", "staff ="),
    ('escalation = "urgent"', 'staff = ["a@b.c"]', "categories[0].staff", 17, "hides nothing", "sensitive = true"),
    ('{ key = "course", l', '{ key = "term", l', "categories[0].questions[1].key", 20, "“term” is taken", "another"),
    ('label = "Course"', f'label = "{"a" * 46}"', "categories[0].questions[0].label", 19, "more than 45", "Shorten"),
    ('label = "Course"', f'label = "C", hint = "{"a" * 101}"', "categories[0].questions[0].hint", 19, "100", "Shorten"),
    ('label = "Course"', 'label = "C", kind = "lime"', "categories[0].questions[0].kind", 19, "“lime”", "paragraph"),
    ('"Course" }', '"C", choices = ["a", "b"] }', "categories[0].questions[0].choices", 19, "Only a", "choice"),
    ('["Jan", "May"]', '["Jan"]', "categories[0].questions[1].choices", 20, "2 to 25", "choices ="),
    (', choices = ["Jan", "May"]', "", "categories[0].questions[1].choices", 20, "2 to 25", "choices ="),
    ('["Jan", "May"]', '["Jan", "jan"]', "categories[0].questions[1].choices", 20, "the same", "Take one out"),
    ("space:leads", "space:laeds", "escalations[0].steps[0].notify[0]", 25, "no alert space", "mean “leads”"),
    ("space:leads", "everybody", "escalations[0].steps[0].notify[0]", 25, "Nobody", "space:KEY"),
    ("space:leads", "lead", "escalations[0].steps", 25, "first step", "space:KEY"),
    ('after = "0s"', 'after = "5m"', "escalations[0].steps", 25, "at once", "0s"),
    ('["space:leads"]', "[]", "escalations[0].steps[0].notify", 25, "1 is the least", "Add"),
    ('"high", "urgent"', '"hihg"', "alerts.priorities[0]", 28, "“hihg”", "low, normal, high, urgent"),
    ('key = "leads"', 'key = "leads"\nkind = "emial"', "alerts.spaces[0].kind", 32, "“emial”", "gchat"),
    ("port = 8080", "port = 65536", "web.port", 34, "too large", "65535"),
    ("port = 8080", "port = true", "web.port", 34, "not a whole number", "digits"),
    ("port = 8080", 'port = "http"', "web.port", 34, "“http” is not a whole number", "digits"),
    ("port = 8080", 'host = "0.0.0.0"', "web.host", 34, "this computer only", "desk.demo"),
    ("port = 8080", 'host = "http://localhost"', "web.host", 34, "not a host", "without http://"),
    ("port = 8080", 'public_url = "https://desk.example.edu"', "web.public_url", 34, "no public address", "demo"),
    ("port = 8080", 'public_url = "http://localhost/"', "web.public_url", 34, "slash", "out"),
    ("port = 8080", 'public_url = "ftp://localhost"', "web.public_url", 34, "not a web address", "https://"),
    ("port = 8080", 'public_url = "http://[::1"', "web.public_url", 34, "not a web address", "https://"),
    ("port = 8080", 'public_url = "http://a:hush-hush@localhost"', "web.public_url", 34, "not a web", "https://"),
    ("port = 8080", f'secret_key = "{SECRET}"', "web.secret_key", 34, "does not belong", "BOT_WEB__SECRET_KEY"),
    ("[web]", "[files]\nmax_mb = 1000\n[web]", "files.max_mb", 34, "too large", "100"),
    ("[web]", '[files]\nstore = "cloud"\n[web]', "files.store", 34, "“cloud”", "database, directory"),
    ("[web]", '[files.limits]\n"pictures" = 5\n[web]', "files.limits.pictures", 34, "not a type of files", "image/*"),
    ("[web]", '[files]\nforbidden = ["exe"]\n[web]', "files.forbidden[0]", 34, "not a type of files", "image/png"),
    ("[web]", '[gchat]\nspaces.leads = "hush-hush"\n[web]', "gchat", 33, "does not belong", "BOT_GCHAT__SPACES__"),
    ("[web]", '[log]\nlevel = "loud"\n[web]', "log.level", 34, "“loud”", "debug, info, warning, error"),
    ("[web]", '[database]\nurl = "mysql://x"\n[web]', "database.url", 34, "not a database", "postgresql"),
    (
        "[web]",
        '[database]\nurl = "postgres://a:hush-hush@h/d"\n[web]',
        "database.url",
        34,
        "not belong",
        "BOT_DATABASE__",
    ),
    ("[web]", '[discord]\ntoken = "hush-hush"\n[web]', "discord.token", 34, "not belong", "BOT_DISCORD__TOKEN"),
    ("[web]", '[slack]\nbot_token = "hush-hush"\n[web]', "slack.bot_token", 34, "not belong", "BOT_SLACK__BOT_TOKEN"),
    ("[web]", '[matrix]\ntoken = "hush-hush"\n[web]', "matrix", 33, "no such key", "Take it out"),
]


@pytest.mark.parametrize(("old", "new", "key", "line", "wrong", "mend"), WRONG, ids=[f"{w[2]}: {w[4]}" for w in WRONG])
def test_a_wrong_value_is_told_with_its_key_its_line_and_the_mend(
    old: str, new: str, key: str, line: int, wrong: str, mend: str, tmp_path: Path
) -> None:
    problems = refused(tmp_path, changed(old, new))
    told = next((problem for problem in problems if problem.key == key), None)
    assert told, problems
    assert told.place == f"bot.toml line {line}"
    assert wrong in told.wrong
    assert mend in told.mend
    assert "hush-hush" not in str(BadSettings(problems))


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("teams", 'key = "academics"\nname = "Twin"'),
        ("categories", 'key = "exams"\nname = "Twin"\nteam = "academics"'),
        ("escalations", 'key = "urgent"\nsteps = [{ notify = ["space:leads"] }]'),
        ("alerts.spaces", 'key = "leads"'),
    ],
)
def test_two_entries_with_one_key_are_refused_at_the_second(table: str, row: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, f"{BASE}\n[[{table}]]\n{row}\n")
    assert (problem.key, problem.place) == (f"{table}[1].key", "bot.toml line 37")
    assert "taken" in problem.wrong


def test_spaces_that_one_variable_would_mean_are_two_with_one_key(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BASE.replace("leads", "a-b") + '\n[[alerts.spaces]]\nkey = "a_b"\n')
    assert problem.key == "alerts.spaces[1].key"


def test_a_desk_without_teams_and_categories_is_none(tmp_path: Path) -> None:
    problems = refused(tmp_path, '[desk]\nname = "Desk"\n')
    assert {problem.key: problem.place for problem in problems} == {"teams": "bot.toml", "categories": "bot.toml"}


def test_twenty_five_categories_are_the_most(tmp_path: Path) -> None:
    assert len(start(tmp_path, many_categories(25)).categories) == 25
    (problem,) = refused(tmp_path, many_categories(26))
    assert (problem.key, problem.place) == ("categories[25]", "bot.toml line 27")


def test_five_questions_are_the_most(tmp_path: Path) -> None:
    rows = ", ".join(f'{{ key = "q{n}", label = "Q" }}' for n in range(6))
    (problem,) = refused(tmp_path, changed('{ key = "course", label = "Course" },', f"{rows},"))
    assert problem.key == "categories[0].questions"
    assert "5 is the most" in problem.wrong


def test_a_public_category_cannot_be_sensitive(tmp_path: Path) -> None:
    new = 'visibility = "public"\nsensitive = true\nstaff = ["a@b.c"]'
    (problem,) = refused(tmp_path, changed('escalation = "urgent"', new))
    assert (problem.key, problem.place) == ("categories[0].sensitive", "bot.toml line 18")


def test_a_real_desks_alert_space_needs_its_url(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BOT_DESK__DEMO="false")
    assert (problem.key, problem.place) == ("alerts.spaces[0]", "bot.toml line 30")
    assert "BOT_GCHAT__SPACES__LEADS" in problem.mend
    assert not start(tmp_path, BOT_DESK__DEMO="false", BOT_GCHAT__SPACES__LEADS=WEBHOOK).desk.demo


def test_an_url_for_a_space_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BOT_GCHAT__SPACES__LEDAS=WEBHOOK)
    assert problem.place == "environment variable BOT_GCHAT__SPACES__LEDAS"
    assert "BOT_GCHAT__SPACES__LEADS" in problem.mend


@pytest.mark.parametrize(
    "url",
    [
        "http://chat.googleapis.com/hush-hush",
        "https://chat.googleapis.com.evil.example/hush-hush",
        "https://user:hush-hush@chat.googleapis.com/",
        "https://chat.googleapis.com:hush-hush/",
        "http://10.0.0.1/hush-hush",
        "hush-hush",
        "",
    ],
)
def test_a_webhook_elsewhere_is_refused_and_not_repeated(url: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BOT_GCHAT__SPACES__LEADS=url)
    assert problem.key == "gchat.spaces.leads"
    assert "https://chat.googleapis.com/" in problem.mend
    assert "hush-hush" not in str(problem)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BOT_WEB__PROT", "BOT_WEB__PORT"),
        ("BOT_DESK_DEMO", "BOT_DESK__DEMO"),
        ("BOT_CONFG", "BOT_CONFIG"),
        ("BOT_SECRET_DIR", "BOT_SECRETS_DIR"),
        ("BOT_WEB__SECRETKEY", "BOT_WEB__SECRET_KEY"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_one_that_was_meant(name: str, meant: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, **{name: "hush-hush"})
    assert (problem.key, problem.place) == (name, f"environment variable {name}")
    assert f"“{meant}”" in problem.mend
    assert "hush-hush" not in str(problem)


@pytest.mark.parametrize("name", ["BOT_", "BOT_TEAMS__0__NAME", "BOT_QZX", "BOT_DESK__NAME__X", "BOT_GCHAT__SPACES__"])
def test_a_variable_that_is_like_no_other_is_refused_too(name: str, tmp_path: Path) -> None:
    assert [problem.place for problem in refused(tmp_path, **{name: "x"})] == [f"environment variable {name}"]


def test_an_unknown_variable_in_dotenv_and_among_the_secrets_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "BOT_WEB__KEY").write_text("hush-hush")
    (folder / "other").write_text("not ours")
    (tmp_path / ".env").write_text("\n\nBOT_WEB__PROT=1\n")
    problems = refused(tmp_path, BOT_SECRETS_DIR="secrets")
    assert [problem.place for problem in problems] == [".env line 3", f"secrets file {folder / 'BOT_WEB__KEY'}"]
    assert "hush-hush" not in str(BadSettings(problems))


def test_a_line_of_dotenv_that_cannot_be_read_is_told_without_its_words(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('A=1\n\nBOT_WEB__SECRET_KEY="hush-hush\n')
    (problem,) = refused(tmp_path)
    assert problem.place == ".env line 3"
    assert "hush-hush" not in str(problem)


def test_a_list_that_is_not_json_is_told_without_its_words(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BOT_DESK__LANGUAGES="hush-hush")
    assert (problem.key, problem.place) == ("desk.languages", "environment variable BOT_DESK__LANGUAGES")
    assert '["one", "two"]' in problem.mend
    assert "hush-hush" not in str(problem)


def test_a_secrets_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BOT_SECRETS_DIR="nowhere")
    assert problem.place == "environment variable BOT_SECRETS_DIR"
    assert "nowhere" in problem.wrong


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        load({"BOT_WEB__PROT": "1"}, tmp_path)
    missing = next(problem for problem in caught.value.problems if problem.place == "bot.toml")
    assert "There is no file" in missing.wrong
    assert "BOT_CONFIG" in missing.mend
    assert "BOT_WEB__PORT" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[desk]\nname = "Desk\n', 2),
        ("[desk]\nname\n", 2),
        ("a = [1,\n", 2),
    ],
)
def test_a_file_that_is_not_toml_is_told_with_the_line(text: str, line: int, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, text)
    assert problem.place == f"bot.toml line {line}"
    assert "not TOML" in problem.wrong
    assert "quote" in problem.mend


@pytest.mark.parametrize(
    ("text", "line", "what"), [("a = 1\na = 2\n", 2, "a value"), ("[discord]\n\n[discord]\n", 3, "[discord] twice")]
)
def test_what_stands_twice_in_a_file_is_told_with_the_line(text: str, line: int, what: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, text)
    assert problem.place == f"bot.toml line {line}"
    assert what in problem.wrong
    assert "further up" in problem.mend


def test_a_file_that_is_not_utf_8_is_told_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_bytes(b'[desk]\nname = "B\xfcro"\n')
    with pytest.raises(BadSettings) as caught:
        load({}, tmp_path)
    assert [problem.place for problem in caught.value.problems] == ["bot.toml line 2"]


def test_an_editors_byte_order_mark_and_line_ends_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert effective(load({}, tmp_path))[1] == ("desk.name", '"Desk"', "bot.toml line 2")


def test_all_problems_are_told_at_once_one_block_each(tmp_path: Path) -> None:
    toml = changed('team = "academics"', 'team = "nobody"').replace("port = 8080", 'port = "x"').replace("demo", "dmeo")
    with pytest.raises(BadSettings) as caught:
        start(tmp_path, toml, BOT_WEB__PROT="1", BOT_QUOTAS__COOLDOWN="soon")
    blocks = str(caught.value).split("\n\n")
    assert blocks[0] == "The settings have 6 problems."
    assert len(blocks) == 7
    heads = {block.splitlines()[0] for block in blocks[1:]}
    assert heads == {
        "BOT_WEB__PROT (environment variable BOT_WEB__PROT)",
        "quotas.cooldown (environment variable BOT_QUOTAS__COOLDOWN)",
        "web.port (bot.toml line 34)",
        "desk.dmeo (bot.toml line 3)",
        "categories[0].team (bot.toml line 16)",
        "alerts.spaces[0] (bot.toml line 30)",
    }
