"""How the requests of one's own account are described."""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus

from adapters.web.operations import Operation
from adapters.web.schemas import FLAG, TEXT, TIME, Schema, listed, ref, shape

_account = partial(Operation, tag="Account")

ACCOUNT_SCHEMAS: Mapping[str, Schema] = {
    "SignIn": shape(id=TEXT, browser=TEXT, address=TEXT, began_at=TIME, seen_at=TIME, expires_at=TIME, is_this=FLAG),
}

ACCOUNT_OPERATIONS: Sequence[Operation] = (
    _account("get", "/api/account/sessions", "The browsers that one is signed in with", listed(ref("SignIn"))),
    _account(
        "delete",
        "/api/account/sessions",
        "Sign all of one's others out: browsers, and every token of programs",
        None,
        status=HTTPStatus.NO_CONTENT,
        refusals=(403, 429),
    ),
    _account(
        "delete",
        "/api/account/sessions/{key}",
        "Sign one of one's browsers out",
        None,
        status=HTTPStatus.NO_CONTENT,
        refusals=(403, 404, 429),
    ),
    _account(
        "put",
        "/api/account/password",
        "Another password in place of the old one; all of one's other sign-ins end, and every token of programs",
        None,
        status=HTTPStatus.NO_CONTENT,
        body=shape(old=TEXT, new=TEXT),
        refusals=(403, 409, 422, 429),
    ),
)
