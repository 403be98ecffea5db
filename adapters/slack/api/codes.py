"""Those of Slack's error codes that mean something particular to the desk, by what they mean.

Each method's page lists its own (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
"""

BUSY = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
"""A rate limit: nothing was done. Most answers of it have status 429, some 200."""
UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Slack's own faults: "it's possible some aspect of the operation succeeded before the error was raised"."""

BAD_TOKEN = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
NO_SCOPE = frozenset({"missing_scope"})
NOT_IN = frozenset({"channel_not_found", "no_permission", "not_in_channel"})
"""The app is not in the channel. Of a private one Slack does not even say that it is there."""
ARCHIVED = "is_archived"
RESTRICTED = frozenset(
    {
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
    }
)
"""The workspace's or the channel's settings let only some people post."""
WORKSPACE_AWAY = frozenset(
    {
        "access_denied",
        "accesslimited",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "org_login_required",
        "team_access_not_granted",
        "team_added_to_org",
        "two_factor_setup_required",
    }
)
"""An administrator of the workspace keeps the app out, or the workspace is being moved."""

NO_MESSAGE = "message_not_found"
"""It was deleted."""
NOT_OURS_TO_CHANGE, NOT_OURS_TO_DELETE = "cant_update_message", "cant_delete_message"
"""Somebody else wrote it."""
EDIT_WINDOW = "edit_window_closed"
NO_THREAD = frozenset({"cannot_reply_to_message", "thread_not_found"})
"""The message that the thread stands under is not there."""
NO_PERSON = frozenset(
    {
        "cannot_dm_bot",
        "messages_tab_disabled",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
"""No direct message with this person: gone, a guest of elsewhere, or the app's Messages tab is switched off."""
MESSAGES_TAB = "messages_tab_disabled"
NO_FILE = frozenset({"file_deleted", "file_not_found"})
NOT_FOR_BOTS = frozenset(
    {"channel_type_not_supported", "method_not_supported_for_channel_type", "not_allowed_token_type"}
)
"""The messages of a channel's thread, which by Slack's own page a bot may not read
(https://docs.slack.dev/reference/methods/conversations.replies)."""
