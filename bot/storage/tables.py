"""All tables; what is calendar time and what machine time is said where an instant is kept.

The conditions in capitals belong to partial indexes. Queries use these very expressions, because
a condition with a bound value does not match an index made for a literal one.
"""

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    FromClause,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Time,
    UniqueConstraint,
    and_,
    false,
    literal_column,
    not_,
    or_,
    text,
)

from bot.domain.alarms import TRIED_IN_VAIN
from bot.storage.types import ROW_ID, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class OutboxState(StrEnum):
    """Where a notice is on its way out."""

    PENDING = "pending"
    SENT = "sent"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    DEAD = "dead"
    UNCONFIRMED = "unconfirmed"


class SurfaceState(StrEnum):
    """Whether a surface is kept in step with its rows."""

    LIVE = "live"
    DEAD = "dead"


class AttentionState(StrEnum):
    """What kind of step a handoff's most urgent one is."""

    OWED = "owed"
    WAITING = "waiting"
    UNSIGNED = "unsigned"
    UNTIMED = "untimed"
    """Something is owed, and no clock runs: of a deal that was told of in retrospect."""
    NOTHING = "nothing"


def _workspace() -> Column[int]:
    return Column("workspace_id", ROW_ID, ForeignKey("workspace.id"), nullable=False)


def _person(name: str, *, nullable: bool = True) -> Column[int]:
    return Column(name, ROW_ID, ForeignKey("person.id"), nullable=nullable)


def _handoff(*, nullable: bool = False) -> Column[int]:
    return Column("handoff_id", ROW_ID, ForeignKey("handoff.id"), nullable=nullable)


def _channel(*, nullable: bool = False) -> Column[int]:
    return Column("channel_id", ROW_ID, ForeignKey("channel.id"), nullable=nullable)


workspace = Table(
    "workspace",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("enterprise_id", Text, nullable=False),  # empty outside Enterprise Grid
    Column("team_id", Text, nullable=False),
    Column("bot_user_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("paused_at", Instant),  # calendar
    # Whom what the clock says reaches: nobody, one admin who tries the bot out, or everybody.
    Column("notify", Text, nullable=False, server_default="all"),
    # Without a reference: a workspace is there before its people are.
    Column("notify_by", ROW_ID),
    # Delivery alone stops for a workspace whose token Slack refuses.
    Column("blocked_at", Instant),  # machine
    Column("blocked_reason", Text),
    # A known text under the key of the private notes: another key is noticed before it is used.
    Column("key_check", Text),
    # The field of the Slack profile, of type user, that holds a person's manager.
    Column("manager_field", Text),
    Column("manager_field_label", Text),
    # Under it what a message is about is hashed into its metadata: it is found by that after a
    # restore, when the row that it was posted for is no more.
    Column("marks_key", Text, nullable=False, server_default=""),
    # Set by a restore: everything said since then may stand in Slack without a row here.
    Column("restored_from", Instant),  # machine
    Column("restored_at", Instant),  # calendar: the first look at the deadlines after it
    # Until then Slack may still take what the process before the restore had in hand.
    Column("in_doubt_until", Instant),  # machine
    # On SQLite, where no sequence remembers them: numbers up to this one may have been given.
    Column("handoffs_from", ROW_ID),
    # With Socket Mode: when some process last was connected to Slack.
    Column("connected_at", Instant),  # machine
    UniqueConstraint("enterprise_id", "team_id"),
)

person = Table(
    "person",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    Column("slack_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("region", Text, nullable=False),  # empty: the policy's, else guessed from the zone
    Column("region_by", Text),  # who set it
    # A person's own hours and time of their summary; none is the policy's.
    Column("quiet_begin", Time),
    Column("quiet_end", Time),
    Column("digest_time", Time),
    _person("manager_id"),
    Column("manager_by", Text),  # by hand, or from the profile
    Column("manager_checked_at", Instant),  # machine: when the profile was last asked
    _person("stand_in_id"),
    Column("leave_until", Date),
    Column("leave_ends_at", Instant),  # calendar: the end of that day in their zone
    Column("workspace_admin", Boolean, nullable=False),
    Column("guest", Boolean, nullable=False),
    Column("external", Boolean, nullable=False),
    Column("bot", Boolean, nullable=False),
    Column("deactivated", Boolean, nullable=False),
    Column("dm_slack_id", Text),  # the conversation between bot and person, once opened
    # Machine: when Slack was asked about the account last; none where that has to be done again.
    Column("checked_at", Instant),
    Column("changed_at", Instant),  # Slack's clock: since when the account is as it is here
    Column("looked_at", Instant),  # machine: when account and guide cards were looked at last
    # Calendar: when their name was erased on request; what Slack says of it is not taken any more.
    Column("erased_at", Instant),
    # How often the clock spoke to them on that day of theirs, and when it sums up next; calendar.
    Column("told_on", Date),
    Column("told", Integer, nullable=False, server_default="0"),
    Column("digest_at", Instant),
    UniqueConstraint("workspace_id", "slack_id"),
)
DIGEST_AHEAD = person.c.digest_at.is_not(None)
Index(
    "ix_person_digest_at",
    person.c.workspace_id,
    person.c.digest_at,
    sqlite_where=DIGEST_AHEAD,
    postgresql_where=DIGEST_AHEAD,
)

Index("ix_person_manager_id", person.c.workspace_id, person.c.manager_id)

ON_LEAVE = person.c.leave_ends_at.is_not(None)
Index(
    "ix_person_on_leave",
    person.c.workspace_id,
    person.c.leave_ends_at,
    sqlite_where=ON_LEAVE,
    postgresql_where=ON_LEAVE,
)

person_role = Table(
    "person_role",
    metadata,
    Column("person_id", ROW_ID, ForeignKey("person.id"), primary_key=True),
    Column("role", Text, primary_key=True),
    _workspace(),
    Index("ix_person_role_by_role", "workspace_id", "role"),
)

channel = Table(
    "channel",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    Column("slack_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("direct", Boolean, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("guests", Boolean, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("bot_inside", Boolean, nullable=False),
    Column("checked_at", Instant),  # machine
    # How often what forbids a message here has changed.
    Column("turns", Integer, nullable=False, server_default=text("0")),
    Column("made", Boolean, nullable=False, server_default=false()),  # by the bot, for a handoff
    Column("looked_at", Instant),  # machine: when what stands there was looked for last
    UniqueConstraint("workspace_id", "slack_id"),
)

handoff = Table(
    "handoff",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    _channel(),
    Column("account", Text, nullable=False),
    Column("value_cents", ROW_ID, nullable=False),
    Column("currency", Text, nullable=False),
    Column("tier", Text, nullable=False),
    _person("ae_id", nullable=False),
    _person("started_by", nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ae_confirmed_at", Instant),
    _person("ae_manager_id"),
    _person("cs_manager_id"),
    Column("ae_manager_by", Text),
    Column("cs_manager_by", Text),
    # JSON: {person: [last day, stand-in or null]}, as its history says it.
    Column("away_known", Text, nullable=False, server_default="{}"),
    _person("proposed_csm_id"),
    _person("csm_id"),
    Column("expected_on", Date),
    Column("signed_at", Instant),
    Column("signature_learned_at", Instant),
    Column("day0", Date),
    # When it turned out to be told of only long after its signature.
    Column("backfilled_at", Instant),
    Column("links", Text, nullable=False),  # a JSON list
    Column("state", Text, nullable=False),
    Column("cancelled_at", Instant),
    # What became of the deal beside the straight way.
    Column("path_reopened_at", Instant),
    Column("path_links", Integer, nullable=False, server_default="0"),
    # Of a partner's side what others need to know; what was entered is a document.
    Column("partner_people", Integer, nullable=False, server_default="0"),
    Column("partner_entered_at", Instant),
    Column("posted_at", Instant),
    _person("posted_by"),
    Column("brief_version", Integer, nullable=False),
    Column("items_filled", Integer, nullable=False),
    Column("items_counted", Integer, nullable=False),
    Column("stakeholders", Integer),
    Column("complex_onboarding", Boolean, nullable=False, server_default=false()),
    Column("strategic", Boolean, nullable=False, server_default=false()),
    Column("serious_flags", Boolean, nullable=False, server_default=false()),
    Column("partner", Boolean, nullable=False, server_default=false()),
    Column("strength", SmallInteger),  # the champion's relationship strength, from the brief
    Column("commitment_on", Date),
    Column("commitment_answer", Text),
    Column("commitment_answered_at", Instant),
    Column("rate", Text),  # a decimal number: what one unit of the currency is worth
    Column("rate_of", Date),
    Column("captured_at", Instant),
    Column("aligned_on", Date),
    Column("aligned_at", Instant),
    _person("cs_contact_id"),
    Column("call_at", Instant),
    _person("call_cs_id"),
    _person("call_sales_id"),
    Column("call_customer", Text),
    Column("call_champion", Integer),  # the id of their entry in the brief
    Column("kickoff_proposed_at", Instant),
    Column("kickoff_held_at", Instant),
    # The time of the debrief: how often one was proposed, what waits for an answer, and what
    # was agreed on, how often.
    Column("talk_turn", Integer, nullable=False, server_default="0"),
    Column("talk_proposed_at", Instant),
    Column("talk_proposed_side", Text),
    _person("talk_proposed_by"),
    Column("talk_agreed_at", Instant),
    Column("talk_agreed", Integer, nullable=False, server_default="0"),
    Column("overridden_at", Instant),
    _person("overridden_by"),
    Column("helpers", Text, nullable=False, server_default="{}"),  # JSON: {person: [section, …]}
    _person("listener_id"),
    _person("lead_id"),
    # JSON: [[item, hole], …], with who asks the customer as a third where it is not the AE.
    # With a default, because the column came after the first tables.
    Column("open_items", Text, nullable=False, server_default="[]"),
    # JSON: {"sections": {key: revision}, "promises": {id: version}}
    Column("signed_brief", Text),
    Column("read_brief", Text),
    # How far the promises are initialed, at the wordings in force.
    Column("promises_open", Integer, nullable=False, server_default="0"),
    Column("promises_ae", Integer, nullable=False, server_default="0"),
    Column("promises_csm", Integer, nullable=False, server_default="0"),
    Column("promises_signed", Integer, nullable=False, server_default="0"),
    Column("initials_ae_at", Instant),
    Column("initials_csm_at", Instant),
    Column("initials_ae_again_at", Instant),
    Column("initials_csm_again_at", Instant),
    Column("promises_disputed", Integer, nullable=False, server_default="0"),
    Column("disputes_clear_at", Instant),
    Column("gate_at", Instant),
    Column("assigned_at", Instant),
    Column("acknowledged_at", Instant),
    Column("acknowledged_version", Integer),
    _person("acknowledged_by"),
    Column("gate_overridden_at", Instant),
    Column("declined_at", Instant),
    # How far the reading is; what was written down while reading are documents.
    Column("outdated_at", Instant),
    Column("checks_at", Instant),
    Column("intro_held_at", Instant),
    Column("plan_needed", Boolean, nullable=False, server_default=false()),
    Column("plan_at", Instant),
    Column("restated_at", Instant),
    Column("matched_at", Instant),
    Column("mismatches", Integer, nullable=False, server_default="0"),
    Column("call_required_at", Instant),
    Column("reopened_at", Instant),
    Column("sent_back_at", Instant),
    Column("returned_at", Instant),
    Column("sent_back_items", Text, nullable=False, server_default="[]"),  # a JSON list of items
    # Where the briefing call is; what was written of it is a document.
    Column("briefing_at", Instant),
    Column("briefing_booked_at", Instant),
    Column("briefing_without_ae_at", Instant),
    Column("briefing_without_csm_at", Instant),
    Column("briefing_held_at", Instant),
    Column("briefing_minutes", Integer),
    Column("briefing_recorded_at", Instant),
    Column("briefing_lifted_at", Instant),
    # How far the success plan is; its milestones are rows.
    Column("success_plan_version", Integer, nullable=False, server_default="0"),
    Column("success_plan_shared_version", Integer, nullable=False, server_default="0"),
    Column("success_plan_started_at", Instant),
    Column("success_plan_milestones", Integer, nullable=False, server_default="0"),
    Column("success_plan_incomplete", Integer, nullable=False, server_default="0"),
    Column("success_plan_shared", Integer, nullable=False, server_default="0"),
    Column("success_plan_partner", Boolean, nullable=False, server_default=false()),
    Column("success_plan_drafted_at", Instant),
    Column("success_plan_redraft_at", Instant),
    Column("success_plan_csm_version", Integer, nullable=False, server_default="0"),
    _person("success_plan_csm_by"),
    Column("success_plan_csm_at", Instant),
    Column("success_plan_ae_version", Integer, nullable=False, server_default="0"),
    _person("success_plan_ae_by"),
    Column("success_plan_ae_at", Instant),
    Column("success_plan_customer_version", Integer, nullable=False, server_default="0"),
    Column("success_plan_customer_at", Instant),
    Column("success_plan_partner_version", Integer, nullable=False, server_default="0"),
    Column("success_plan_partner_at", Instant),
    Column("success_plan_csm_done_at", Instant),
    Column("success_plan_csm_again_at", Instant),
    Column("success_plan_ae_done_at", Instant),
    Column("success_plan_ae_again_at", Instant),
    Column("success_plan_signed_at", Instant),
    # Where the kickoff is; what was written of it is a document.
    Column("kickoff_at", Instant),
    Column("kickoff_set_at", Instant),
    Column("kickoff_sequence", Integer, nullable=False, server_default="0"),
    Column("kickoff_offered_at", Instant),
    Column("kickoff_ready_at", Instant),
    Column("kickoff_ready_ae_at", Instant),
    Column("kickoff_brief_opened_at", Instant),
    Column("kickoff_recorded_at", Instant),
    # Where the intro is; its draft is a document.
    Column("intro_drafted_at", Instant),
    Column("intro_sent_at", Instant),
    Column("intro_sent_way", Text),
    Column("intro_recorded_at", Instant),
    Column("intro_cs_before", Text),
    Column("intro_ae_wrote_at", Instant),
    Column("intro_ae_way", Text),
    Column("intro_csm_wrote_at", Instant),
    Column("intro_csm_way", Text),
    # How far the debrief is; what was said in it are documents.
    Column("debrief_standings", Text, nullable=False, server_default="{}"),  # JSON: {question: …}
    Column("debrief_held_at", Instant),
    Column("debrief_minutes", Integer),
    Column("debrief_recorded_at", Instant),
    Column("debrief_done_at", Instant),
    Column("debrief_reopened_at", Instant),
    Column("debrief_asks_open", Integer, nullable=False, server_default="0"),
    # Who took over from whom; the list of whom to ask is a document.
    Column("succession_ae_since", Instant),
    Column("succession_interviews_at", Instant),
    Column("succession_interviewed_at", Instant),
    Column("champions_left", Integer, nullable=False, server_default="0"),
    Column("champions_left_at", Instant),
    # Which reviews are recorded since when; what was written in them are documents.
    Column("review_check_in_at", Instant),
    Column("review_milestones_at", Instant),
    Column("review_nps_at", Instant),
    Column("review_still_true_30_at", Instant),
    Column("review_still_true_60_at", Instant),
    Column("review_still_true_90_at", Instant),
    Column("review_first_value_at", Instant),
    Column("review_expansion_at", Instant),
    Column("review_expansion_ae_at", Instant),
    Column("review_score_at", Instant),
    Column("review_score_ae_at", Instant),
    Column("review_defined_done_at", Instant),
    Column("review_outcome", Text),
    Column("review_closed_at", Instant),
    Column("listener_named", Boolean, nullable=False, server_default=false()),
    Column("breakdowns", Text, nullable=False, server_default="{}"),  # JSON: {kind: instant}
    # The history's length and last hash, kept apart from the chain they vouch for.
    Column("event_count", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
    # The most urgent step, so that lists are chosen and counted without another table.
    Column("attention_state", Text, nullable=False),
    Column("attention_step", Text),
    _person("attention_owner_id"),
    Column("attention_due_at", Instant),
    Column("light_at", Instant),  # calendar: when next what it shows changes by time alone
)
HANDOFF_OPEN = handoff.c.state == text("'open'")
Index(
    "ix_handoff_status",
    handoff.c.workspace_id,
    handoff.c.attention_state,
    handoff.c.attention_due_at,
    handoff.c.ae_id,
    handoff.c.csm_id,
    handoff.c.cs_manager_id,
    handoff.c.ae_manager_id,
    handoff.c.listener_id,
    handoff.c.lead_id,
    handoff.c.channel_id,
    handoff.c.attention_owner_id,
    handoff.c.attention_step,
    handoff.c.tier,
    handoff.c.proposed_csm_id,
    handoff.c.cs_contact_id,
    sqlite_where=HANDOFF_OPEN,
    postgresql_where=HANDOFF_OPEN,
)
HANDOFF_CLOSED = handoff.c.state == text("'closed'")
Index(
    "ix_handoff_closed",
    handoff.c.workspace_id,
    handoff.c.review_closed_at,
    sqlite_where=HANDOFF_CLOSED,
    postgresql_where=HANDOFF_CLOSED,
)
Index("ix_handoff_channel_id", handoff.c.channel_id, handoff.c.state)
HANDOFF_HELPED = and_(HANDOFF_OPEN, handoff.c.helpers != text("'{}'"))
Index(
    "ix_handoff_helped",
    handoff.c.workspace_id,
    sqlite_where=HANDOFF_HELPED,
    postgresql_where=HANDOFF_HELPED,
)
Index("ix_handoff_ae_id", handoff.c.ae_id)
Index("ix_handoff_csm_id", handoff.c.csm_id)
Index("ix_handoff_cs_manager_id", handoff.c.cs_manager_id)
Index("ix_handoff_ae_manager_id", handoff.c.ae_manager_id)
Index("ix_handoff_listener_id", handoff.c.listener_id)
Index("ix_handoff_lead_id", handoff.c.lead_id)
Index("ix_handoff_proposed_csm_id", handoff.c.proposed_csm_id)
Index("ix_handoff_cs_contact_id", handoff.c.cs_contact_id)
LIGHT_CHANGES = handoff.c.light_at.is_not(None)
Index(
    "ix_handoff_light_at",
    handoff.c.workspace_id,
    handoff.c.light_at,
    sqlite_where=LIGHT_CHANGES,
    postgresql_where=LIGHT_CHANGES,
)

document = Table(
    "document",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    _handoff(),
    Column("kind", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("schema", Integer, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    _person("written_by"),
    Column("written_at", Instant, nullable=False),
    Column("is_current", Boolean, nullable=False),
    UniqueConstraint("handoff_id", "kind", "section", "audience", "revision"),
)
IS_CURRENT = document.c.is_current.is_(True)
Index(
    "ix_document_current",
    document.c.handoff_id,
    document.c.kind,
    document.c.section,
    document.c.audience,
    unique=True,
    sqlite_where=IS_CURRENT,
    postgresql_where=IS_CURRENT,
)

# What the CSM asks the AE in the debrief, and what they say to it.
debrief_ask = Table(
    "debrief_ask",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    _handoff(),
    Column("question", Text),  # about which answer; none where it is about no one of them
    Column("audience", Text, nullable=False),
    Column("text", Text, nullable=False),
    _person("asked_by"),
    Column("asked_at", Instant, nullable=False),
    Column("reply", Text, nullable=False, server_default=""),
    _person("replied_by"),
    Column("replied_at", Instant),
)
Index("ix_debrief_ask_handoff_id", debrief_ask.c.handoff_id)

# What a writer pasted to cut the brief from: theirs alone, no part of the brief.
pasted = Table(
    "pasted",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    _handoff(),
    _person("person_id", nullable=False),
    Column("words", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
)
Index("ix_pasted_handoff_id", pasted.c.handoff_id, pasted.c.person_id)

# A message as somebody copied it: theirs alone until it became something in a handoff.
copied = Table(
    "copied",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    _person("taken_by", nullable=False),
    Column("taken_at", Instant, nullable=False),  # machine
    Column("words", Text, nullable=False),
    Column("cut", Boolean, nullable=False),
    Column("author", Text, nullable=False),
    Column("said_at", Instant, nullable=False),  # calendar, as Slack says
    Column("link", Text, nullable=False),
    Column("origin", Text, nullable=False),
    _handoff(nullable=True),
    Column("target", Text),
    Column("section", Text),
    Column("audience", Text),
    Column("entry", Integer),  # number of the promise
    Column("means", Text, nullable=False),
)
COPY_NOT_ADDED = copied.c.handoff_id.is_(None)
Index("ix_copied_handoff_id", copied.c.handoff_id)
Index(
    "ix_copied_taken_at",
    copied.c.taken_at,
    sqlite_where=COPY_NOT_ADDED,
    postgresql_where=COPY_NOT_ADDED,
)

promise = Table(
    "promise",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    _handoff(),
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),  # the one in force
    Column("withdrawn_at", Instant),
    _person("withdrawn_by"),
    Column("withdrawn_reason", Text),
    # The entry that says that no promises were made; no promise of the brief.
    Column("none_made", Boolean, nullable=False, server_default=false()),
    Column("late", Text),  # how it came up, of one that surfaced after the AE's initials
    Column("dealt", Text),  # what became of a late one: an outcome
    _person("dealt_by"),
    Column("dealt_at", Instant),
    Column("dealt_line", Text, nullable=False, server_default=""),
    Column("dealt_together", Boolean, nullable=False, server_default=false()),
    # What became of it after the kickoff, who said so when, and of a broken one why.
    Column("fate", Text, nullable=False, server_default="open"),
    _person("fate_by"),
    Column("fate_at", Instant),
    Column("fate_line", Text, nullable=False, server_default=""),
    # Of one that was copied from another handoff, whence; the account where it may be named here.
    Column("origin_handoff_id", ROW_ID, ForeignKey("handoff.id")),
    Column("origin_number", Integer),
    Column("origin_account", Text),
    UniqueConstraint("handoff_id", "number"),
)

# Handoffs that belong together: the earlier one, and what its deal became.
linked = Table(
    "linked",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    Column("earlier_id", ROW_ID, ForeignKey("handoff.id"), nullable=False),
    Column("later_id", ROW_ID, ForeignKey("handoff.id"), nullable=False),
    Column("kind", Text, nullable=False),
    _person("linked_by", nullable=False),
    Column("linked_at", Instant, nullable=False),
    Column("ended_at", Instant),  # calendar: the earlier one goes on by itself after all
    Index("ix_linked_earlier_id", "earlier_id"),
    Index("ix_linked_later_id", "later_id"),
)

promise_version = Table(
    "promise_version",
    metadata,
    Column("promise_id", ROW_ID, ForeignKey("promise.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _workspace(),
    Column("words", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("said_to", Text, nullable=False),
    Column("due", Date),
    Column("basis", Text),
    Column("said_by", Text, nullable=False, server_default=""),
    Column("said_on", Date),
    Column("source", Text, nullable=False, server_default=""),
    _person("owner_id"),
    _person("written_by"),
    Column("written_at", Instant, nullable=False),
)

milestone = Table(
    "milestone",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    _handoff(),
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),  # the one in force
    Column("added_at", Instant, nullable=False),  # calendar
    # What became of it, and who said so when.
    Column("state", Text, nullable=False, server_default="open"),
    _person("state_by"),
    Column("state_at", Instant),
    UniqueConstraint("handoff_id", "number"),
)

milestone_version = Table(
    "milestone_version",
    metadata,
    Column("milestone_id", ROW_ID, ForeignKey("milestone.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _workspace(),
    Column("words", Text, nullable=False),
    Column("sharing", Text, nullable=False),  # who reads it follows from that
    Column("owner", Text),
    Column("who", Text, nullable=False, server_default=""),
    Column("due", Date),
    _person("written_by", nullable=False),
    Column("written_at", Instant, nullable=False),
)

# Every yes to a version of a success plan; which of them hold stands on the handoff.
plan_mark = Table(
    "plan_mark",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    _handoff(),
    Column("party", Text, nullable=False),
    Column("version", Integer, nullable=False),
    _person("person_id", nullable=False),
    Column("at", Instant, nullable=False),
    # Of customer and partner: who said it, on which day, and how.
    Column("who", Text, nullable=False, server_default=""),
    Column("on", Date),
    Column("way", Text),
    Index("ix_plan_mark_handoff_id", "handoff_id", "party"),
)

deadline = Table(
    "deadline",
    metadata,
    Column("handoff_id", ROW_ID, ForeignKey("handoff.id"), primary_key=True),
    Column("step", Text, primary_key=True),
    # The number of the promise or milestone it is about; 0 is the handoff as a whole.
    Column("subject", Integer, primary_key=True, autoincrement=False, server_default="0"),
    _workspace(),
    _person("owner_id"),
    Column("zone", Text),
    Column("state", Text, nullable=False),
    Column("waits_for", Text),
    Column("start_at", Instant),
    Column("raw_due_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("stages", Text, nullable=False),  # JSON: [[stage, instant], …]
    _person("manager_id"),
    _person("told_id"),
    Column("said", Text, nullable=False),  # a JSON list of stages
    Column("passed", Text, nullable=False),  # a JSON list of stages
    Column("snoozed_until", Instant),
    Column("added_at", Instant),  # calendar: when the deal got the step, after its signature
    Column("owned_at", Instant),  # calendar: since when its reader has it, after somebody else
    Column("next_at", Instant),  # calendar: when the sweep looks at it again
)
DEADLINE_TO_SAY = deadline.c.next_at.is_not(None)
Index(
    "ix_deadline_next_at",
    deadline.c.workspace_id,
    deadline.c.next_at,
    deadline.c.handoff_id,
    sqlite_where=DEADLINE_TO_SAY,
    postgresql_where=DEADLINE_TO_SAY,
)
Index("ix_deadline_owner_id", deadline.c.owner_id, deadline.c.state)
Index("ix_deadline_manager_id", deadline.c.manager_id, deadline.c.state)

# One side's initial on one wording of a promise; the history keeps those that were taken back.
initial = Table(
    "initial",
    metadata,
    Column("promise_id", ROW_ID, ForeignKey("promise.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("side", Text, nullable=False),
    _workspace(),
    _handoff(),
    _person("person_id", nullable=False),
    Column("at", Instant, nullable=False),
    Column("delivery", Text),
    Column("check_with", Text, nullable=False),
    Column("via", Text, nullable=False, server_default="button"),
    PrimaryKeyConstraint("promise_id", "version", "side"),
    Index("ix_initial_handoff_id", "handoff_id"),
)

# A dispute about a promise, and how it ended; of each promise the last one is the current one.
dispute = Table(
    "dispute",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    _handoff(),
    Column("promise_id", ROW_ID, ForeignKey("promise.id"), nullable=False),
    Column("side", Text, nullable=False),
    _person("raised_by", nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),  # calendar: since when an answer is owed
    Column("escalated_at", Instant),  # calendar: since when RevOps decides
    Column("ended_at", Instant),
    Column("ending", Text),  # an outcome, or how it ended without one
    Column("is_current", Boolean, nullable=False),
    Index("ix_dispute_handoff_id", "handoff_id"),
)
IS_CURRENT_DISPUTE = dispute.c.is_current.is_(True)
Index(
    "ux_dispute_current",
    dispute.c.promise_id,
    unique=True,
    sqlite_where=IS_CURRENT_DISPUTE,
    postgresql_where=IS_CURRENT_DISPUTE,
)

# What a manager answered about one wording.
dispute_answer = Table(
    "dispute_answer",
    metadata,
    Column("dispute_id", ROW_ID, ForeignKey("dispute.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("seat", Text, nullable=False),
    _workspace(),
    _person("person_id", nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("due", Date),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("dispute_id", "version", "seat"),
)

# What a side answered about one wording of a late promise; `at` is when it first did.
late_answer = Table(
    "late_answer",
    metadata,
    Column("promise_id", ROW_ID, ForeignKey("promise.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("side", Text, nullable=False),
    _workspace(),
    _handoff(),
    _person("person_id", nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("due", Date),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("promise_id", "version", "side"),
    Index("ix_late_answer_handoff_id", "handoff_id"),
)

# What waits for a person's next summary: beyond the measure of a day, or told only there.
digest_line = Table(
    "digest_line",
    metadata,
    _workspace(),
    _person("person_id", nullable=False),
    _handoff(),
    Column("step", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("subject", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("person_id", "handoff_id", "step", "stage", "subject"),
)

event = Table(
    "event",
    metadata,
    Column("handoff_id", ROW_ID, ForeignKey("handoff.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _workspace(),
    Column("tag", Text, nullable=False),
    Column("at", Instant, nullable=False),
    _person("actor_id"),
    Column("body", Text, nullable=False),  # the exact bytes that were hashed, never parsed JSON
    Column("hash", LargeBinary, nullable=False),
)

event_value = Table(
    "event_value",
    metadata,
    Column("handoff_id", ROW_ID, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("field", Text, nullable=False),
    _workspace(),
    Column("salt", LargeBinary, nullable=False),
    Column("value", Text, nullable=False),
    PrimaryKeyConstraint("handoff_id", "seq", "field"),
    ForeignKeyConstraint(["handoff_id", "seq"], ["event.handoff_id", "event.seq"]),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("destination", Text, nullable=False),  # equal for what must not overlap; never parsed
    Column("priority", SmallInteger, nullable=False),
    Column("key", Text, nullable=False),  # what is said twice under one key is said once
    # Random; Slack keeps it in the message's metadata. Of a file that may be there it is Slack's
    # id of it. Empty once nobody will look for it, or where nobody can.
    Column("opaque", Text, nullable=False),
    _handoff(nullable=True),
    _person("person_id"),
    _channel(nullable=True),
    Column("facts", Text, nullable=False),  # a JSON object
    Column("state", Text, nullable=False),
    Column("not_before", Instant),  # calendar
    Column("next_try_at", Instant, nullable=False),  # machine
    Column("lease", Text),
    Column("lease_until", Instant),  # machine
    Column("maybe_sent", Boolean, nullable=False),
    Column("first_try_at", Instant),  # Slack's clock, or machine where that is behind it
    Column("attempts", Integer, nullable=False),
    Column("ts", Text),  # of what is pending: it stands there and is to be looked at again
    Column("sent_channel", Text),
    Column("reason", Text),
    Column("created_at", Instant, nullable=False),  # machine
    # Machine: when it left the state pending; none also once the row was slimmed.
    Column("settled_at", Instant),
    # Of what is pending: what it says changed, perhaps after it was read to be sent.
    Column("changed", Boolean, nullable=False, server_default=false()),
    # Machine: since when it is tried without an answer from which anything follows.
    Column("unheard_since", Instant),
    UniqueConstraint("workspace_id", "key"),
)
OUTBOX_PENDING = outbox.c.state == text("'pending'")
_SO_OFTEN = literal_column(str(TRIED_IN_VAIN), Integer)
OUTBOX_IN_VAIN = and_(OUTBOX_PENDING, outbox.c.reason.is_not(None), outbox.c.attempts >= _SO_OFTEN)
"""Of these the reason is why the last try was in vain."""
Index(
    "ix_outbox_in_vain",
    outbox.c.workspace_id,
    sqlite_where=and_(OUTBOX_PENDING, outbox.c.reason.is_not(None)),
    postgresql_where=and_(OUTBOX_PENDING, outbox.c.reason.is_not(None)),
)

# What of the clock's a message is about; fixed once it is decided, so that it is said only once.
outbox_about = Table(
    "outbox_about",
    metadata,
    Column("outbox_id", ROW_ID, ForeignKey("outbox.id"), nullable=False),
    Column("place", SmallInteger, nullable=False),
    _handoff(),
    Column("step", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("subject", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("outbox_id", "place"),
    Index("ix_outbox_about_handoff_id", "handoff_id", "step"),
)
Index(
    "ix_outbox_pending",
    outbox.c.next_try_at,
    outbox.c.workspace_id,
    outbox.c.destination,
    sqlite_where=OUTBOX_PENDING,
    postgresql_where=OUTBOX_PENDING,
)
# Whether a destination is busy is asked for every candidate; few rows are leased at any time.
Index(
    "ix_outbox_leased",
    outbox.c.destination,
    outbox.c.workspace_id,
    sqlite_where=outbox.c.lease.is_not(None),
    postgresql_where=outbox.c.lease.is_not(None),
)
OUTBOX_FAILED = or_(outbox.c.state == text("'dead'"), outbox.c.state == text("'unconfirmed'"))
OUTBOX_TROUBLE = and_(OUTBOX_FAILED, outbox.c.reason.is_not(None))
"""Of these, what no admin has put aside: then the reason is gone."""
Index(
    "ix_outbox_failed",
    outbox.c.workspace_id,
    outbox.c.state,
    sqlite_where=OUTBOX_FAILED,
    postgresql_where=OUTBOX_FAILED,
)
Index("ix_outbox_settled_at", outbox.c.settled_at)


def standing(table: FromClause) -> ColumnElement[bool]:
    """Of `outbox` or an alias of it: what the bot said in channels and still stands there."""
    places = (text("'thread'"), text("'channel'"), text("'old_card'"))
    in_channel = or_(*(table.c.place == place for place in places))
    return and_(table.c.state == text("'sent'"), table.c.ts.is_not(None), in_channel)


Index(
    "ix_outbox_standing",
    outbox.c.channel_id,
    sqlite_where=standing(outbox),
    postgresql_where=standing(outbox),
)

Index(
    "ix_outbox_chat",
    outbox.c.ts,
    sqlite_where=outbox.c.kind == text("'chat_opened'"),
    postgresql_where=outbox.c.kind == text("'chat_opened'"),
)

# A person answers in a thread of their own direct messages: what it is about, where it is.
chat = Table(
    "chat",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    _handoff(),
    _person("person_id", nullable=False),
    Column("about", Text, nullable=False),
    Column("root_id", ROW_ID, ForeignKey("outbox.id")),  # the first message of the thread
    Column("section", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_more", Boolean, nullable=False),  # whether a vague answer was asked about
    Column("turn", Integer, nullable=False),  # how often the bot said something in it
    Column("asked", Integer, nullable=False),  # the turn of what it asks now
    Column("tag_asked", Boolean, nullable=False),  # whether a word was asked for besides
    Column("path", Text, nullable=False),  # JSON: [[Slack's time, section, item], …]
    Column("started_at", Instant, nullable=False),
    UniqueConstraint("handoff_id", "person_id", "about"),
)
Index("ix_chat_person_id", chat.c.person_id, chat.c.state)
Index("ix_chat_root_id", chat.c.root_id)

# What was written there; once it is saved it is followed when it is edited or deleted.
chat_message = Table(
    "chat_message",
    metadata,
    Column("chat_id", ROW_ID, ForeignKey("chat.id"), nullable=False),
    Column("ts", Text, nullable=False),  # Slack's id of it
    _workspace(),
    Column("section", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("saved", Boolean, nullable=False),
    # Slack may tell of an edit after it told of a later one, or of the end.
    Column("edited", Text, nullable=False, server_default=""),  # Slack's time; empty for never
    Column("deleted", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("chat_id", "ts"),
)

surface = Table(
    "surface",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    _workspace(),
    Column("kind", Text, nullable=False),
    _handoff(nullable=True),
    _person("person_id"),
    _channel(nullable=True),
    Column("destination", Text, nullable=False),  # equal for what must not overlap; never parsed
    Column("priority", SmallInteger, nullable=False),  # raised for who just acted
    Column("state", Text, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("shown", Integer, nullable=False),
    Column("opaque", Text, nullable=False),
    Column("ts", Text),
    Column("posted_in", Text),  # Slack's id of the conversation in which `ts` lies
    Column("not_before", Instant),  # calendar
    Column("next_try_at", Instant, nullable=False),  # machine
    Column("lease", Text),
    Column("lease_until", Instant),  # machine
    Column("maybe_sent", Boolean, nullable=False),
    Column("first_try_at", Instant),  # Slack's clock, or machine where that is behind it
    Column("attempts", Integer, nullable=False),
    Column("opened_at", Instant),  # machine: a Home tab, when it was last looked at
    Column("step", Text),  # a guide: its reader's step when it was posted, or last edited
    Column("promise_id", ROW_ID, ForeignKey("promise.id")),  # one message for each wording
    Column("promise_version", Integer),
    Column("drawn_as", SmallInteger, nullable=False, server_default="0"),  # of what is shown
    Column("reason", Text),
    Column("unheard_since", Instant),  # machine; as in the outbox
)
SURFACE_TROUBLE = surface.c.reason.is_not(None)
SURFACE_STALE = and_(surface.c.wanted > surface.c.shown, surface.c.state == text("'live'"))
SURFACE_IN_VAIN = and_(SURFACE_TROUBLE, SURFACE_STALE, surface.c.attempts >= _SO_OFTEN)
SURFACE_GIVEN_UP = and_(SURFACE_TROUBLE, not_(and_(SURFACE_STALE, surface.c.attempts >= _SO_OFTEN)))
"""Also of what is drawn anew since, until that is shown or tried in vain itself."""
Index(
    "ix_surface_leased",
    surface.c.destination,
    surface.c.workspace_id,
    sqlite_where=surface.c.lease.is_not(None),
    postgresql_where=surface.c.lease.is_not(None),
)
Index(
    "ix_surface_trouble",
    surface.c.workspace_id,
    sqlite_where=SURFACE_TROUBLE,
    postgresql_where=SURFACE_TROUBLE,
)
Index(
    "ix_surface_stale",
    surface.c.next_try_at,
    surface.c.workspace_id,
    surface.c.destination,
    sqlite_where=SURFACE_STALE,
    postgresql_where=SURFACE_STALE,
)
IS_CARD = surface.c.kind == text("'card'")
IS_GUIDE = surface.c.kind == text("'guide'")
IS_HOME = surface.c.kind == text("'home'")
IS_PROMISE = surface.c.kind == text("'promise'")
Index(
    "ux_surface_promise",
    surface.c.promise_id,
    surface.c.promise_version,
    surface.c.channel_id,
    unique=True,
    sqlite_where=IS_PROMISE,
    postgresql_where=IS_PROMISE,
)
Index(
    "ix_surface_posted",
    surface.c.posted_in,
    surface.c.ts,
    sqlite_where=IS_PROMISE,
    postgresql_where=IS_PROMISE,
)
Index(
    "ix_surface_card",
    surface.c.handoff_id,
    unique=True,
    sqlite_where=IS_CARD,
    postgresql_where=IS_CARD,
)
Index(
    "ix_surface_guide",
    surface.c.handoff_id,
    surface.c.person_id,
    unique=True,
    sqlite_where=IS_GUIDE,
    postgresql_where=IS_GUIDE,
)
Index(
    "ix_surface_home",
    surface.c.person_id,
    unique=True,
    sqlite_where=IS_HOME,
    postgresql_where=IS_HOME,
)
Index("ix_surface_handoff_id", surface.c.handoff_id)

# Trouble that lasts, so that admins are told when it begins, seldom after that, and of its end.
alarm = Table(
    "alarm",
    metadata,
    _workspace(),
    Column("about", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("reference", Text, nullable=False),  # the log has it, too
    Column("since", Instant, nullable=False),  # calendar
    Column("told_at", Instant),  # calendar
    Column("times", Integer, nullable=False),
    PrimaryKeyConstraint("workspace_id", "about", "detail"),
)

received = Table(
    "received",
    metadata,
    _workspace(),
    Column("key", Text, nullable=False),
    Column("answer", Text),  # JSON: ids of the view that was shown; none where none was
    Column("received_at", Instant, nullable=False),  # machine
    # Whether it is never forgotten: what would not be harmless once more, however late.
    Column("for_good", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("workspace_id", "key"),
    Index("ix_received_received_at", "received_at"),
)

holiday = Table(
    "holiday",
    metadata,
    Column("region", Text, nullable=False),
    Column("year", Integer, nullable=False),
    Column("days", Text, nullable=False),  # a JSON list of dates
    PrimaryKeyConstraint("region", "year"),
)

# How often Slack may be called: buckets, of a method or, with a destination, of one conversation.
# Used where several processes share them; one process alone keeps them in memory.
rate = Table(
    "rate",
    metadata,
    _workspace(),
    Column("family", Text, nullable=False),
    Column("destination", Text, nullable=False),  # empty for the method itself
    Column("tokens", Double, nullable=False),
    Column("at", Instant, nullable=False),  # machine, like all that follow
    Column("per_second", Double, nullable=False),
    Column("slowed_at", Instant, nullable=False),
    Column("paused_until", Instant, nullable=False),
    Column("opens_at", Instant, nullable=False),
    PrimaryKeyConstraint("workspace_id", "family", "destination"),
    Index("ix_rate_opens_at", "opens_at"),
)
