"""The page that a mail's unsubscribe link leads to."""

from datetime import timedelta
from typing import Any

import pytest
from aiohttp import FormData

from core.mailing import LINK_LIFE, UNSUBSCRIBE
from core.model.mail import PREFERENCE, MailKind
from tests.fakes.signer import SIGNER
from tests.fakes.web_desk import WebDesk

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link(desk: WebDesk, who: str = "student", kind: str = MailKind.ANSWER, purpose: str = UNSUBSCRIBE) -> str:
    token = SIGNER.sign(purpose, f"{desk.people[who]}:{kind}", desk.clock.now() + LINK_LIFE)
    return f"/unsubscribe/{token}"


async def kept(desk: WebDesk, who: str = "student") -> Any:
    async with desk.store.read() as work:
        return (await work.preferences.of(desk.people[who])).get(PREFERENCE)


async def test_looking_changes_nothing_and_asks(web_desk: WebDesk) -> None:
    page = await (await web_desk.nobody()).get(link(web_desk))
    assert page.status == 200 and "Send me no more of these" in page.text
    assert "answers and questions in your tickets" in page.text and "a ticket is given to you" not in page.text
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert await kept(web_desk) is None


@pytest.mark.parametrize("multipart", [False, True])
async def test_a_mail_program_s_one_click_turns_that_kind_off_without_a_cookie(
    web_desk: WebDesk, multipart: bool
) -> None:
    data: Any = FormData(ONE_CLICK, default_to_multipart=True) if multipart else ONE_CLICK
    done = await (await web_desk.nobody()).call("POST", link(web_desk), data=data)
    assert done.status == 200 and "It is set" in done.text
    assert await kept(web_desk) == {"answer": False}


async def test_the_page_s_form_sets_each_kind_and_turns_it_on_again(web_desk: WebDesk) -> None:
    nobody = await web_desk.nobody()
    await nobody.call("POST", link(web_desk), data=ONE_CLICK)
    await nobody.call("POST", link(web_desk), data={"chosen": "yes", "answer": "on", "offered": "on"})
    assert await kept(web_desk) == {"received": False, "answer": True, "solved": False, "reopened": False}


async def test_staff_choose_what_is_theirs_too(web_desk: WebDesk) -> None:
    page = await (await web_desk.nobody()).get(link(web_desk, "agent", MailKind.ASSIGNED))
    assert "you are asked to take a ticket" in page.text


async def test_a_link_is_for_its_purpose_and_its_time(web_desk: WebDesk) -> None:
    nobody = await web_desk.nobody()
    own = link(web_desk)
    for wrong in ("/unsubscribe/nothing", f"{own}0", link(web_desk, purpose="file"), link(web_desk, kind="everything")):
        assert (await nobody.get(wrong)).status == 404
    web_desk.clock.advance(LINK_LIFE + timedelta(seconds=1))
    assert (await nobody.call("POST", own, data=ONE_CLICK)).status == 410
    assert await kept(web_desk) is None


async def test_guesses_are_slowed_down(web_desk: WebDesk) -> None:
    nobody = await web_desk.nobody()
    answers = [(await nobody.get(f"/unsubscribe/guess{number}")).status for number in range(31)]
    assert answers[-1] == 429
    assert (await nobody.get(link(web_desk))).status == 200


async def test_the_choice_is_a_preference_and_no_other_shape_is_taken(web_desk: WebDesk) -> None:
    student = await web_desk.browser("student")
    assert (await student.put("/api/preferences/mail", {"answer": False})).status == 200
    assert await kept(web_desk) == {"answer": False}
    for wrong in ({"everything": True}, {"answer": "no"}, ["answer"], True):
        assert (await student.put("/api/preferences/mail", wrong)).status == 422
