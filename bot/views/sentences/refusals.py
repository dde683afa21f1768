"""Why something did not arrive: Slack's words for it, and ours, as an admin reads them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

_BUILT: Final = "Slack did not take the message as the bot made it; tell whoever runs the bot"
_UNKNOWN_WORD: Final = "Slack refused it with the word “{reason}”; whoever runs the bot can look"
_SILENT: Final = "Slack did not say whether it arrived"
_FAILS: Final = "Slack fails at it each time, or does not answer in time"
_OURS: Final = "the bot itself failed at it ({reason}); whoever runs it finds why in its log"
_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("the bot is not in this channel; somebody there invites it", "not_in_channel"),
    (
        "the bot is not in this channel, or there is no such channel; somebody in it types "
        "/invite @handoff",
        "channel_not_inside",
    ),
    (
        "the channel does not exist any more, or the bot cannot see it",
        "channel_not_found invalid_channel team_not_found duplicate_channel_not_found",
    ),
    ("the channel is archived", "is_archived is_inactive channel_archived"),
    ("the channel is shared outside the company", "channel_shared"),
    ("there are guests in the channel", "channel_guests"),
    ("it is a conversation of a few people and not a channel", "channel_is_dm"),
    ("Slack did not say who reads in this channel", "channel_unknown"),
    (
        "the settings of this workspace forbid it; an owner can allow it",
        "restricted_action restricted_action_read_only_channel "
        "restricted_action_thread_only_channel restricted_action_non_threadable_channel "
        "restricted_action_thread_locked slack_connect_canvas_sharing_blocked "
        "slack_connect_clip_sharing_blocked slack_connect_file_link_sharing_blocked "
        "slack_connect_file_upload_sharing_blocked slack_connect_lists_sharing_blocked "
        "slack_connect_blocked_file_type access_denied no_permission user_is_restricted "
        "posting_to_channel_denied channel_is_limited_access enterprise_is_restricted "
        "not_implemented",
    ),
    (
        "the organization has revoked its keys for this place (Enterprise Key Management), so "
        "nothing can be posted there; whoever looks after these can lift it",
        "ekm_access_denied",
    ),
    (
        "this account cannot be written to",
        "user_not_found users_not_found user_not_visible user_disabled cannot_dm_bot "
        "invalid_user_combination not_enough_users too_many_users users_list_not_supplied",
    ),
    ("they are not in this channel", "user_not_in_channel"),
    (
        "Slack does not let the bot invite them; somebody in the channel does it by hand",
        "cant_invite ura_max_channels no_external_invite_permission org_user_not_in_team "
        "invitee_cant_see_channel no_user already_in_channel cant_invite_self",
    ),
    (
        "the app's Messages tab is switched off in its settings; switch it on",
        "messages_tab_disabled",
    ),
    ("the app's Home tab is switched off in its settings; switch it on", "not_enabled"),
    (
        _BUILT,
        "msg_too_long msg_blocks_too_long msg_blocks_too_many invalid_blocks "
        "invalid_blocks_format invalid_arguments invalid_arg_name invalid_array_arg "
        "invalid_charset invalid_form_data invalid_post_type missing_post_type missing_argument "
        "invalid_metadata_format invalid_metadata_schema invalid_metadata_filter_keys "
        "metadata_too_large metadata_must_be_sent_from_app no_text markdown_text_conflict "
        "invalid_attachments too_many_attachments attachment_payload_limit_exceeded "
        "too_many_contact_cards only_one_table_allowed block_mismatch view_too_large "
        "duplicate_external_id hash_conflict missing_profile_id as_user_not_supported "
        "draft_already_deleted draft_already_sent draft_has_conflict draft_not_found "
        "duplicate_message_not_found cant_broadcast_message no_dual_broadcast_content_update "
        "streaming_state_conflict invalid_cursor invalid_ts_latest invalid_ts_oldest "
        "list_record_comment_fetch_failed alt_txt_too_large channels_limit_exceeded "
        "unknown_snippet_type unknown_subtype missing_file_data "
        "method_not_supported_for_channel_type deprecated_endpoint method_deprecated "
        "SlackObjectFormationError SlackRequestError",
    ),
    ("the workspace has used up the messages of its plan", "message_limit_exceeded"),
    (
        "files may not be uploaded in this workspace, or not ones of this sort; an admin can "
        "allow it",
        "file_uploads_disabled file_uploads_except_images_disabled file_type_not_allowed "
        "blocked_file_type file_upload_size_restricted snippet_too_large",
    ),
    (
        "the workspace has no room left for files",
        "storage_limit_reached file_share_limit_reached max_file_sharing_exceeded",
    ),
    (
        "the file got lost before it was shown; who wants it asks for it again",
        "file_not_found file_deleted file_is_deleted file_update_failed unable_to_share_files",
    ),
    ("the file could not be brought to Slack", "HTTPError NotTaken"),
    ("the message to change is not there any more", "message_not_found"),
    ("the message may not be changed any more", "cant_update_message edit_window_closed"),
    (
        "Slack does not let the bot take the message down",
        "cant_delete_message compliance_exports_prevent_deletion",
    ),
    ("the app lacks a permission; install it anew from its manifest", "missing_scope"),
    (
        "the message it answers is not there any more",
        "thread_not_found cannot_reply_to_message",
    ),
    (
        "Slack did not let the app in; install it anew, or give it a new token",
        "invalid_auth not_authed account_inactive token_revoked token_expired "
        "not_allowed_token_type team_access_not_granted org_login_required accesslimited "
        "two_factor_setup_required",
    ),
    ("Slack had no time for it", "ratelimited rate_limited shaped"),
    (
        _SILENT,
        "fatal_error internal_error service_unavailable request_timeout unreadable_answer "
        "team_added_to_org update_failed external_channel_migrating TimeoutError URLError "
        "ConnectionResetError RemoteDisconnected IncompleteRead ConnectionAbortedError "
        "BrokenPipeError ConnectionError OSError SSLError SSLEOFError SSLZeroReturnError "
        "HTTPException BadStatusLine LineTooLong ValueError JSONDecodeError UnicodeDecodeError",
    ),
    (
        "Slack could not be reached",
        "ConnectionRefusedError gaierror SSLCertVerificationError",
    ),
    (
        "Slack did not say whether it arrived, and there is nowhere to look",
        "nowhere_to_look",
    ),
    (
        "so much was written there since that the bot did not look through all of it",
        "too_much_history",
    ),
    (
        "it waited when the backup was made, and nothing says whether it was sent after that",
        "restored",
    ),
    (
        "a newer version of the bot wrote it, and the one that runs now does not know what it "
        "says; it goes out by itself once a version runs that does",
        "newer_version",
    ),
)


def _by_word() -> Iterator[tuple[str, str]]:
    for told, words in _WORDS:
        for word in words.split():
            yield word, told


_WHY: Final[Mapping[str, str]] = dict(_by_word())


def known() -> Iterable[str]:
    """Every word that has a sentence here."""
    return _WHY.keys()


def why(reason: str, *, in_doubt: bool) -> str:
    """Why it did not arrive, or may not have, and what helps.

    A word of Slack's that nobody knows here is told as it is.
    """
    told = _told(reason)
    return f"It may have arrived: {told}." if in_doubt else _sentence(told)


def in_vain(reason: str) -> str:
    """Why it does not go through however often it is tried, with the word itself."""
    told = _told(reason)
    told = _FAILS if told == _SILENT else told
    return _sentence(told if reason in told else f"{told} (“{reason}”)")


def _told(reason: str) -> str:
    told = _WHY.get(reason)
    if told is None and reason.startswith("http_"):
        told = _WHY["internal_error"]
    if told is None:
        # Errors of our own are named as Python names them, with capitals.
        told = (_OURS if reason[:1].isupper() else _UNKNOWN_WORD).format(reason=reason)
    return told


def _sentence(told: str) -> str:
    return f"{told[0].upper()}{told[1:]}."
