"""What the command line does besides running: check, migrate, pause, verify."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.bootstrap import (
    UNWRITABLE_IN_WORDS,
    WRONG_KEY,
    ask_the_time,
    bare_store,
    not_current,
    open_migrated,
    opened,
    read_policy,
    schema_made,
    store_on,
)
from bot.clock.drift import Drift
from bot.delivery.granted import scopes_of
from bot.domain.alarms import TRIED_IN_VAIN
from bot.domain.errors import Conflict
from bot.domain.handoff import DealChange
from bot.domain.history import ANCHOR_DIGITS, Anchored, anchor_in, anchored, verify
from bot.domain.money import Money, Rate, parse_amount, parse_rate
from bot.domain.size import Marks, parse_stakeholders
from bot.flows.manifest import SCOPES
from bot.settings import Settings
from bot.slack_calls import CALL_FAILED, CALL_TIMEOUT
from bot.storage.cipher import WrongKey
from bot.storage.copying import holds_anything
from bot.storage.engine import SAFE_SQLITE, Database, StorageUnavailable
from bot.storage.probe import try_to_write
from bot.storage.undelivered import Lot, Trouble
from bot.storage.unit_of_work import ReadUnit, Store
from bot.views import sentences
from bot.views.policy import policy_words

MOST_COUNTED = 5_000
"""Of each workspace, the newest; nobody reads more of them one by one."""
MOST_REASONS = 20


def migrate_database(settings: Settings) -> None:
    """Bring the database to this version's tables and let go of it."""
    open_migrated(settings).close()


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and how it is."""

    ok: bool
    sentence: str


def check(settings: Settings) -> list[Finding]:
    """Look at what the bot needs, one finding each; raises as `build` does for settings.

    Tables of another version stay as they are, and what lies in them is not looked at.
    """
    token = settings.require_slack()
    settings.require_keys()
    read_policy(settings)
    findings = [Finding(True, "The settings and the policy can be read.")]
    database = opened(settings)
    try:
        schema = schema_made(database)
        store = store_on(database, settings) if schema.current else None
        findings.append(Finding(True, f"The database answers ({database.dialect})."))
        findings += _check_sqlite(database)
        if store is None:
            findings.append(Finding(False, not_current(schema)))
        else:
            findings.append(Finding(True, f"Its tables are this version's ({schema.at})."))
            with database.reading() as connection:
                if not holds_anything(connection):
                    findings.append(Finding(True, "No bot has started on it yet."))
            findings += _check_writing(database)
            findings.append(_check_key(store))
        client = WebClient(token, settings.slack_api_url, timeout=CALL_TIMEOUT, retry_handlers=[])
        findings += _check_slack(client)
        if settings.slack_app_token is not None:
            findings.append(_check_socket(client, settings.slack_app_token.get_secret_value()))
        if store is not None:
            findings += _check_outbox(store)
    finally:
        database.close()
    return findings


def _check_writing(database: Database) -> list[Finding]:
    """Whether anything can be stored; nothing is found where it can."""
    try:
        try_to_write(database)
    except StorageUnavailable as error:
        why = UNWRITABLE_IN_WORDS.get(error.problem, "the database does not answer")
        return [Finding(False, f"Nothing can be saved: {why}.")]
    except Conflict:
        return [Finding(False, "Others write to the database for too long.")]
    return []


def _check_sqlite(database: Database) -> list[Finding]:
    """By which SQLite it is stored, where it is by one."""
    if database.sqlite_version is None:
        return []
    told = f"SQLite is {database.sqlite_version}"
    if not database.sqlite_safe:
        safe = ".".join(map(str, SAFE_SQLITE))
        told += f", older than {safe}: a reset of its write-ahead log may corrupt the file"
    return [Finding(database.sqlite_safe, f"{told}.")]


def _check_clock(drift: Drift) -> Finding:
    seconds = drift.seconds
    if seconds is None:
        return Finding(True, "Slack did not say what its clock shows.")
    if not drift.large:
        return Finding(True, "The clock of this machine agrees with Slack's.")
    way = "ahead of" if seconds > 0 else "behind"
    return Finding(
        False,
        f"The clock of this machine is {abs(seconds):.0f} s {way} Slack's: set it, or what is due "
        "is said at the wrong time.",
    )


def _check_slack(client: WebClient) -> list[Finding]:
    drift = Drift()
    try:
        told = ask_the_time(client, drift)
    except SlackApiError as error:
        return [Finding(False, f"Slack refused SLACK_BOT_TOKEN: {error.response.get('error')}.")]
    except CALL_FAILED as error:
        return [Finding(False, f"Slack does not answer: {type(error).__name__}.")]
    findings = [Finding(True, f"Slack knows the bot in {told.get('team') or told['team_id']}.")]
    findings.append(_check_clock(drift))
    granted = scopes_of(told)
    missing = [one for one in SCOPES if one.name not in granted] if granted is not None else []
    return findings + [
        Finding(one.optional, f"The scope {one.name} is missing; it is asked for {one.reason}.")
        for one in missing
    ]


def _check_socket(client: WebClient, app_token: str) -> Finding:
    """Whether Slack would give the bot a connection; none is made."""
    try:
        client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        told = error.response.get("error")
        if told == "ratelimited":  # It may be asked about once a minute, and the bot asks, too.
            return Finding(True, "Slack does not say for now whether it takes SLACK_APP_TOKEN.")
        return Finding(False, f"Slack refused SLACK_APP_TOKEN: {told}.")
    except CALL_FAILED as error:
        return Finding(False, f"Slack gives no connection: {type(error).__name__}.")
    return Finding(True, "Slack would give the bot a connection (Socket Mode).")


def _check_key(store: Store) -> Finding:
    with store.system() as system:
        workspaces = system.workspaces()
    try:
        fitting = all(store.key_fits(one.id) for one in workspaces)
    except WrongKey:
        fitting = False
    told = "The key opens the private notes of this database." if fitting else WRONG_KEY
    return Finding(fitting, told)


def show_policy(
    settings: Settings,
    *,
    value: str,
    currency: str,
    rate: str,
    stakeholders: str,
    strength: int | None,
    marks: Mapping[str, bool],
) -> list[str]:
    """What a deal gets under the policy, in sentences; raises Invalid with the option's name."""
    policy = read_policy(settings)
    unit = currency.strip().upper() or policy.currency
    # Without a place where somebody is, today is the day in UTC.
    own = Rate(parse_rate(rate), datetime.now(UTC).date()) if rate else None
    deal = DealChange(
        Money(int(parse_amount(value) * 100), unit),
        Marks(stakeholders=parse_stakeholders(stakeholders), **marks),
        own if policy.rate(unit) is None else None,
    )
    return policy_words(policy, deal, strength=strength)


def _check_outbox(store: Store) -> list[Finding]:
    """What was not delivered, by the reason and what helps; never what it would have said."""
    counts = store.delivery.counts()
    findings: list[Finding] = []
    if counts.most_tries >= TRIED_IN_VAIN:
        told = f"A message was tried {counts.most_tries} times in vain, and is tried again."
        findings += [Finding(False, told), *_reasons(store, Lot.IN_VAIN)]
    if not counts.dead and not counts.unconfirmed:
        told = f"{counts.pending} message(s) wait to be sent, none was given up."
        return [*findings, Finding(True, told)]
    told = f"{counts.dead} message(s) could not be delivered, {counts.unconfirmed} may not have"
    listed = "An admin finds each under Delivery problems on the bot's Home tab."
    return [*findings, Finding(False, f"{told} arrived. {listed}"), *_reasons(store, Lot.GIVEN_UP)]


def _reasons(store: Store, lot: Lot) -> list[Finding]:
    found: Counter[str] = Counter()
    examples: dict[str, str] = {}
    with store.system() as system:
        workspaces = [one.id for one in system.workspaces()]
    for workspace_id in workspaces:
        with store.read(workspace_id) as unit:
            for one in unit.undelivered.page(skip=0, size=MOST_COUNTED, lot=lot):
                told = sentences.refusals.why(one.reason, in_doubt=one.in_doubt)
                kind, place = sentences.undelivered.what(one.kind), ""
                if one.in_vain:
                    told = sentences.refusals.in_vain(one.reason)
                    place = _place(unit, one)
                found[told] += 1
                examples.setdefault(told, f"“{kind}”{place}")
    return [
        Finding(False, f"{count} of them, such as {examples[told]}: {told}")
        for told, count in found.most_common(MOST_REASONS)
    ]


def _place(unit: ReadUnit, one: Trouble) -> str:
    """Where something goes, by Slack's id."""
    if one.channel_id is not None:
        return f"{sentences.undelivered.TO}{unit.channels.get(one.channel_id).slack_id}"
    if one.person_id is not None:
        return f"{sentences.undelivered.TO}{unit.people.get(one.person_id).slack_id}"
    return ""


def set_pause(settings: Settings, *, paused: bool) -> int:
    """Pause or resume every workspace of the database; gives how many there are."""
    store = bare_store(settings)
    try:
        with store.system() as system:
            workspaces = system.workspaces()
        for workspace in workspaces:
            with store.write(workspace.id) as unit:
                unit.workspace_pause(unit.now if paused else None)
                unit.commit()
        return len(workspaces)
    finally:
        store.close()


@dataclass(frozen=True)
class Verified:
    """What a check of one handoff's history found, in a sentence."""

    sound: bool
    sentence: str


def verify_histories(settings: Settings, *, handoff: int | None = None) -> list[Verified]:
    """Check the history of one handoff or of all."""
    store = bare_store(settings)
    try:
        found = [
            _verified(store, workspace_id, handoff_id)
            for workspace_id, handoff_id in _handoffs(store, handoff)
        ]
    finally:
        store.close()
    if not found:
        return [_no_such(handoff) if handoff is not None else Verified(True, "0 handoffs.")]
    return found


def _no_such(handoff: int) -> Verified:
    return Verified(False, f"There is no handoff {handoff}.")


def verify_anchor(settings: Settings, text: str, *, handoff: int | None = None) -> list[Verified]:
    """Whether the history an anchor was of is still that one, and sound; raises Invalid for none.

    Of which handoff it was is said by `handoff` or by the text; else all are looked through.
    """
    anchor = anchor_in(text)
    about = handoff if handoff is not None else anchor.handoff_id
    store = bare_store(settings)
    try:
        found: list[Verified] = []
        for workspace_id, handoff_id in _handoffs(store, about):
            with store.read(workspace_id) as unit:
                records = unit.history.records(handoff_id)
            state = anchored(records, anchor)
            # Of the others' histories an anchor says nothing.
            if about is not None or state is Anchored.HOLDS:
                told = _ANCHORED[state].format(
                    handoff=handoff_id, count=anchor.count, records=len(records)
                )
                found += [
                    Verified(state is Anchored.HOLDS, told),
                    _verified(store, workspace_id, handoff_id),
                ]
    finally:
        store.close()
    if found:
        return found
    if about is not None:
        return [_no_such(about)]
    return [
        Verified(
            False,
            f"NO history has this anchor at record {anchor.count}. Say which handoff it was of "
            "with --handoff to read what became of that one.",
        )
    ]


_ANCHORED = {
    Anchored.HOLDS: "Handoff {handoff}: the anchor holds at record {count} of {records}.",
    Anchored.OTHER: (
        "Handoff {handoff}: the anchor does NOT hold: up to record {count} this is not the history "
        "that it was."
    ),
    Anchored.SHORTER: (
        "Handoff {handoff}: the anchor does NOT hold: it is of {count} records, and there are "
        "{records}."
    ),
}


def _handoffs(store: Store, only: int | None) -> list[tuple[int, int]]:
    """Workspace and id of one handoff, or of all."""
    with store.system() as system:
        return [
            (workspace.id, handoff_id)
            for workspace in system.workspaces()
            for handoff_id in system.handoff_ids(workspace.id)
            if only in (None, handoff_id)
        ]


def _verified(store: Store, workspace_id: int, handoff_id: int) -> Verified:
    with store.read(workspace_id) as unit:
        count, head = unit.history.head(handoff_id)
        verdict = verify(
            unit.history.records(handoff_id),
            expected_count=count,
            expected_head=head,
        )
    told = (
        f"Handoff {handoff_id}: {verdict.count} records, head {verdict.head.hex()[:ANCHOR_DIGITS]}"
    )
    if verdict.erased:
        told += f", {verdict.erased} value(s) erased on request"
    elif verdict.erasures:
        told += ", words beside it erased on request"
    if verdict.sound:
        return Verified(True, f"{told}: sound.")
    places = ", ".join(
        f"record {one.seq}{f' ({one.field})' if one.field else ''} {one.damage}"
        for one in verdict.findings
    )
    return Verified(False, f"{told}: NOT sound: {places}.")
