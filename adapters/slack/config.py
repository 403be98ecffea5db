"""What the Slack adapter must be told."""

from dataclasses import dataclass, field

from core.model.thread import MessageKind

API_BASE = "https://slack.com/api/"
"""https://docs.slack.dev/apis/web-api/#basics. GovSlack's is https://slack-gov.com/api/ (https://docs.slack.dev/govslack)."""
COMMAND = "/ticket"
MAX_FILE_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackConfig:
    bot_token: str = field(repr=False)
    """``xoxb-…``: what the app does as itself."""
    app_token: str | None = field(default=None, repr=False)
    """``xapp-…``: opens the connections of Socket Mode."""
    signing_secret: str | None = field(default=None, repr=False)
    """Proves that a request over HTTP is Slack's."""
    api_base: str = API_BASE
    """With a slash at its end; GovSlack's, a proxy's or a compatible server's where there is one."""
    command: str = COMMAND
    """The one slash command, with its slash."""
    staff_message_is: MessageKind = MessageKind.REPLY
    """What plain words in a staff thread are; beginning with ``//`` they are the other kind."""
    desk_name: str = "Threaddesk"
    public_url: str = ""
    """Where the desk's own pages are, without a slash at the end."""
    max_file_bytes: int = MAX_FILE_BYTES

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is heard over websockets that the desk opens; else by requests to the desk's web server."""
        return self.app_token is not None

    def page_of(self, ref: str) -> str:
        """The address of a ticket's own page."""
        return f"{self.public_url}/t/{ref}"
