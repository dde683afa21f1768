"""From a job to what is said now: everything is read and checked again just before it goes out."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.delivery.asking import Refused, Unheard
from bot.delivery.chats import chat_told
from bot.delivery.constants import Constants
from bot.delivery.debriefs import to_whoever_acts
from bot.delivery.kickoffs import kickoff_fell, kickoff_file
from bot.delivery.notices import NoticeText
from bot.delivery.plans import (
    Cancel,
    Edit,
    GiveUp,
    Invite,
    Later,
    Plan,
    Post,
    Postpone,
    Publish,
    Reader,
    Retire,
    Spot,
    Stay,
    Upload,
    Whisper,
    Withdraw,
)
from bot.delivery.success_plans import plan_upload
from bot.domain import access, read_models
from bot.domain.access import Audience
from bot.domain.appointments import DEBRIEF_LENGTH, CalendarEntry
from bot.domain.channels import Channel
from bot.domain.deadlines import held_by
from bot.domain.digest import BELATED
from bot.domain.errors import HandoffError, NotFound, Problem, SlackUnavailable
from bot.domain.handoff import Handoff
from bot.domain.history import instant_text
from bot.domain.ledger import Over, PromiseShown, shown_of
from bot.domain.notices import (
    IN_CHANNEL,
    NO_CARD,
    OF_A_STEP,
    OF_THE_CLOCK,
    Notice,
    NoticeKind,
    Place,
    Priority,
    SurfaceKind,
    cannot_post,
    file_failed,
    key_of,
)
from bot.domain.nudging import Stage
from bot.domain.people import Person
from bot.domain.policy import Policy
from bot.domain.ports import MachineClock
from bot.domain.read_models import HomeModel, NamedPerson
from bot.domain.status import Filter
from bot.domain.worktime import end_of_day
from bot.storage.because import because
from bot.storage.jobs import CardMessage, Job, SurfaceJob
from bot.storage.unit_of_work import Bundle, ReadUnit, Store
from bot.views import sentences
from bot.views.appointments import talk_ics
from bot.views.card import card_left_message, card_message
from bot.views.guide import guide_message, guide_retired_message
from bot.views.home import home_view
from bot.views.ledger import promise_message
from bot.views.ledger_file import ledger_markdown
from bot.views.message import Message
from bot.views.status import status_post_message
from bot.views.status_csv import status_csv
from bot.views.text import escape, instant_token, one_line
from bot.views.thread import withdrawn_message

STATUS_ROWS = 20
_NO_PLACE = frozenset({Problem.CHANNEL_ARCHIVED, Problem.CHANNEL_NOT_INSIDE, Problem.CHANNEL_IS_DM})
"""Where nothing can be shown at all, not even that it may not be shown."""
_IN_NO_HISTORY = frozenset({Place.INVITATION, Place.EPHEMERAL, Place.OLD_CARD})

CheckManager = Callable[[int, int], None]
"""Asks Slack who a person's manager is, by workspace and person, where that was long ago."""


def nobody_to_ask(_workspace_id: int, _person_id: int) -> None:
    """What is known of managers holds."""


CheckChannel = Callable[[int, str], Channel]
"""Asks Slack about a conversation, by workspace and Slack's id, and keeps the answer."""


class Renderer:
    """Reads rows in a read unit and words them; what Slack must be asked is asked outside of it."""

    def __init__(
        self,
        *,
        store: Store,
        check_channel: CheckChannel,
        policy: Policy,
        machine: MachineClock,
        constants: Constants,
        check_manager: CheckManager = nobody_to_ask,
    ) -> None:
        self._store = store
        self._check_manager = check_manager
        self._check_channel = check_channel
        self._machine = machine
        self._constants = constants
        self._texts = NoticeText(policy=policy)

    def spot(self, job: Job) -> Spot | None:
        """Where a post of this job stands if it was made; None where nothing can be read back."""
        notice = job.notice
        with self._store.read(job.workspace_id) as unit:
            if job.surface is not None:
                return self._surface_spot(unit, job.surface)
            if notice is None or notice.place in _IN_NO_HISTORY:
                return None
            if notice.place is Place.DM:
                return Spot(reader=_reader(unit, notice.person_id))
            if notice.place is Place.CHAT:
                thread = unit.chats.root(int(notice.facts["chat"])).thread
                return Spot(channel=thread.channel, thread_ts=thread.ts) if thread else None
            if notice.channel_id is None:
                return None
            channel = unit.channels.get(notice.channel_id).slack_id
        if notice.place is Place.CHANNEL:
            return Spot(channel=channel)
        card = self._store.delivery.card_message(notice.handoff_id or 0)
        return Spot(channel=card.posted_in, thread_ts=card.ts) if card.ts else None

    def plan(self, job: Job) -> Plan:
        """What is to be done for a job now; raises nothing that depends on its rows."""
        try:
            if job.surface is not None:
                return self._surface(job, job.surface)
            if job.notice is not None and job.stands is not None:
                return self._standing(job, job.notice, job.stands)
            if job.notice is not None:
                return self._notice(job, job.notice)
        except NotFound as gone:
            return Cancel(gone.problem.value)
        except (Refused, Unheard) as error:
            waits, unheard = self._constants.unknown_channel_waits, isinstance(error, Unheard)
            return Later(waits, in_vain=error.word, unheard=unheard)
        raise TypeError(job.source)

    # --- Surfaces

    def _surface_spot(self, unit: ReadUnit, surface: SurfaceJob) -> Spot | None:
        if surface.kind is SurfaceKind.HOME:
            return None
        if surface.kind is SurfaceKind.GUIDE:
            return Spot(reader=_reader(unit, surface.person_id))
        if surface.channel_id is None:
            return None
        if surface.kind is SurfaceKind.PROMISE:
            card = self._store.delivery.card_message(surface.handoff_id or 0)
            return Spot(channel=card.posted_in, thread_ts=card.ts) if card.ts else None
        return Spot(channel=unit.channels.get(surface.channel_id).slack_id)

    def _surface(self, job: Job, surface: SurfaceJob) -> Plan:
        if surface.kind is SurfaceKind.CARD:
            return self._card(job, surface)
        if surface.kind is SurfaceKind.PROMISE:
            return self._promise(job, surface)
        with self._store.read(job.workspace_id) as unit:
            reader = unit.people.get(surface.person_id or 0)
            if not reader.full_member:
                return Cancel("reader_inactive")
            if surface.kind is SurfaceKind.HOME:
                return Publish(
                    reader.slack_id, home_view(_home(unit, reader), reader.zone).to_dict()
                )
            return _guide(unit, job, surface, reader)

    def _card(self, job: Job, surface: SurfaceJob) -> Plan:
        try:
            channel = self._looked_at(job.workspace_id, surface.channel_id)
        except NotFound as gone:
            return self._no_place(job, surface, gone.problem)
        if channel is None:
            return Later(self._constants.unknown_channel_waits)
        problem = channel.problem()
        if problem is not None and (problem in _NO_PLACE or surface.ts is None):
            return self._no_place(job, surface, problem)
        with self._store.read(job.workspace_id) as unit:
            bundle = unit.bundle(surface.handoff_id or 0, viewer=None)
            message = card_message(_card_of(unit, bundle, neutral=problem is not None))
        if surface.ts is None and not bundle.handoff.open:
            return Cancel("handoff_closed")
        plan = _mirror(surface, Spot(channel=channel.slack_id), message.to_args())
        if not isinstance(plan, Edit) or problem is None:
            return plan
        told: Notice | None = None
        if bundle.handoff.open:
            told = cannot_post(bundle.handoff, problem, turns=channel.turns, stood=True)
        return replace(plan, told=told, must_go=True)

    def _promise(self, job: Job, surface: SurfaceJob) -> Plan:
        """One wording of a promise, below the card of its handoff."""
        try:
            channel = self._looked_at(job.workspace_id, surface.channel_id)
        except NotFound as gone:
            return Cancel(gone.problem.value)
        if channel is None:
            return Later(self._constants.unknown_channel_waits)
        problem = channel.problem()
        if problem is not None and (problem in _NO_PLACE or surface.ts is None):
            return Cancel(problem.value)
        # Where the card stands is read first: had it moved since, this one is over there, too.
        card = self._store.delivery.card_message(surface.handoff_id or 0)
        with self._store.read(job.workspace_id) as unit:
            shown = _promise_shown(unit, surface)
        if surface.ts is not None and surface.posted_in is not None:
            args = promise_message(replace(shown, neutral=problem is not None)).to_args()
            ts, must_go = surface.ts, problem is not None
            return Edit(surface.posted_in, ts, {"blocks": [], **args}, must_go=must_go)
        if shown.over is not None:
            return Cancel(shown.over.value)
        if card.ts is None or card.posted_in is None:
            return self._after_card(card)
        spot = Spot(channel=card.posted_in, thread_ts=card.ts)
        return Post(spot, promise_message(shown).to_args())

    def _no_place(self, job: Job, surface: SurfaceJob, problem: Problem) -> Cancel:
        """Nothing is shown there; of a message that never stood there the AE is told."""
        with self._store.read(job.workspace_id) as unit:
            handoff = unit.handoffs.get(surface.handoff_id or 0)
            turns = unit.channels.get(handoff.channel_id).turns
        tell = surface.ts is None and handoff.open and problem is not Problem.CHANNEL_UNKNOWN
        told = (cannot_post(handoff, problem, turns=turns),) if tell else ()
        return Cancel(problem.value, told)

    def _looked_at(self, workspace_id: int, channel_id: int | None) -> Channel | None:
        """The channel as checked lately; None while Slack cannot say."""
        with self._store.read(workspace_id) as unit:
            channel = unit.channels.get(channel_id or 0)
        if not channel.stale(self._machine.now()):
            return channel
        try:
            return self._check_channel(workspace_id, channel.slack_id)
        except SlackUnavailable as silent:
            # Nobody from outside reads on because Slack is slow to say who reads.
            if channel.outsiders:
                return channel
            if isinstance(silent, Refused | Unheard):
                raise  # It may be so each time: an admin has to know.
            return None
        except HandoffError as refused:
            if refused.problem not in _NO_PLACE:
                raise
            with self._store.write(workspace_id) as unit:
                unit.channels.note(channel.slack_id, bot_inside=False)
                unit.commit()
            raise NotFound(refused.problem) from refused

    # --- Notices

    def _standing(self, job: Job, notice: Notice, ts: str) -> Plan:
        """Whether what was said may go on standing in its channel, or as it does in a DM."""
        if notice.place is Place.DM:
            return self._as_now(job, notice, ts)
        with self._store.read(job.workspace_id) as unit:
            known = unit.channels.get(notice.channel_id or 0)
        try:
            channel = self._looked_at(job.workspace_id, notice.channel_id)
        except NotFound:
            # The bot is not inside, and can find out nothing.
            if not known.outsiders:
                return Stay()
            channel = known
        if channel is None:
            return Later(self._constants.unknown_channel_waits)
        if not channel.outsiders:
            return Stay()
        return Withdraw(channel.slack_id, ts, {"blocks": [], **withdrawn_message().to_args()})

    def _as_now(self, job: Job, notice: Notice, ts: str) -> Plan:
        """What the clock said shows what became of it; an edit wakes nobody."""
        with self._store.read(job.workspace_id) as unit:
            reader = unit.people.get(notice.person_id or 0)
            told = self._texts.as_now(unit, notice, reader) if reader.full_member else None
        if told is None or job.stands_in is None:
            return Stay()
        args = {"blocks": [], **told.message.to_args()}
        return Edit(job.stands_in, ts, args, stands=not told.over)

    def _notice(self, job: Job, notice: Notice) -> Plan:
        if notice.place is Place.CHAT:
            return self._in_chat(job, notice)
        if notice.place is Place.OLD_CARD:
            return self._old_card(job, notice)
        if notice.kind is NoticeKind.COMMITTED:
            return self._in_team_channel(job, notice)
        if notice.place in IN_CHANNEL:
            channel = self._looked_at(job.workspace_id, notice.channel_id)
            if channel is None:
                return Later(self._constants.unknown_channel_waits)
            problem = channel.problem()
            if problem is not None:
                return Cancel(problem.value)
            if notice.place is Place.THREAD:
                return self._in_thread(job, notice)
            return self._in_channel(job, notice, channel)
        if notice.kind is NoticeKind.WHERE_NEXT and (waits := self._not_lost(job, notice)):
            return waits
        if notice.kind is NoticeKind.BOT_POSTED:
            card = self._store.delivery.card_message(notice.handoff_id or 0)
            if card.ts is None:  # Only what stands there is said to be posted.
                return self._after_card(card)
        summary = notice.kind is NoticeKind.SUMMARY
        if summary or notice.kind in OF_A_STEP:
            self._ask_for_managers(job.workspace_id, notice)
        with self._store.read(job.workspace_id) as unit:
            reader = unit.people.get(notice.person_id or 0)
            if not reader.full_member and summary:
                return Cancel("reader_inactive", self._texts.passed_on(unit, notice, reader))
            if not reader.full_member and notice.kind is not NoticeKind.LATE_FOR_MANAGER:
                return Cancel("reader_inactive", self._texts.asked_instead(unit, notice))
            if notice.kind in OF_THE_CLOCK and not unit.workspace.hears_clock(reader.id):
                return Cancel(f"notify_{unit.workspace.notify}")
            if notice.place is Place.INVITATION:
                return _invitation(unit, notice, reader)
            if notice.kind in OF_THE_CLOCK and self._belated(job, notice, unit.now):
                # After an outage or a pause one message says it all, and not one after the other.
                return Cancel("belated", sums_up=reader.id)
            if notice.place is Place.DM and notice.priority is not Priority.ANSWER:
                # Whenever it was decided, nothing of the bot's own reaches anybody at night.
                calendar = unit.people.calendar(reader.id)
                late = notice.priority is Priority.LATE
                loud = calendar.first_morning if late else calendar.first_loud
                if calendar.is_quiet(unit.now):
                    return Postpone(loud(unit.now))
            if notice.kind is NoticeKind.STATUS_CSV:
                return _status_file(unit, notice, reader)
            if notice.kind is NoticeKind.LEDGER_FILE:
                return _ledger_file(unit, notice, reader)
            if notice.kind is NoticeKind.PLAN_FILE:
                return plan_upload(unit, notice, reader)
            if notice.kind is NoticeKind.TALK_FILE:
                return _talk_file(unit, notice, reader)
            if notice.kind is NoticeKind.TALK_FELL:
                return _talk_fell(unit, notice, reader)
            if notice.kind is NoticeKind.KICKOFF_FILE:
                return kickoff_file(unit, notice, reader)
            if notice.kind is NoticeKind.KICKOFF_FELL:
                return kickoff_fell(unit, notice, reader)
            told = self._texts.passed_on(unit, notice, reader) if summary else ()
            holds: frozenset[int] | None = None
            text: Message | Cancel
            if summary:
                text, holds = self._texts.summary(unit, notice, reader)
            else:
                text = self._texts.for_person(unit, notice, reader)
            if isinstance(text, Cancel):
                return replace(text, told=(*text.told, *told))
            to = Reader(reader.id, reader.slack_id)
            if notice.place is Place.EPHEMERAL and notice.channel_id is not None:
                where = unit.channels.get(notice.channel_id)
                return Whisper(where.slack_id, to, text.to_args())
            return Post(Spot(reader=to), text.to_args(), holds=holds, told=told)

    def _not_lost(self, job: Job, notice: Notice) -> Plan | None:
        """Why nobody is asked where a handoff goes on; None where that may be said.

        Slack is asked first. A message that never stood there tells of its place by itself.
        """
        with contextlib.suppress(NotFound):
            if self._looked_at(job.workspace_id, notice.channel_id) is None:
                return Later(self._constants.unknown_channel_waits)
        with self._store.read(job.workspace_id) as unit:
            posted = unit.handoffs.get(notice.handoff_id or 0).posted_at is not None
        stands = self._store.delivery.card_message(notice.handoff_id or 0).ts is not None
        return Cancel(NO_CARD) if posted and not stands else None

    def _belated(self, job: Job, notice: Notice, now: datetime) -> bool:
        """Whether what the clock decided would come so late that other things came since."""
        if notice.not_before is not None:
            return now - notice.not_before > BELATED
        return job.created_at is not None and self._machine.now() - job.created_at > BELATED

    def _ask_for_managers(self, workspace_id: int, notice: Notice) -> None:
        """Whose manager is told may have another one since yesterday; else the known one holds."""
        with self._store.read(workspace_id) as unit:
            holders = dict.fromkeys(_managed(unit, notice))
        for holder in holders:
            with contextlib.suppress(HandoffError):
                self._check_manager(workspace_id, holder)

    def _old_card(self, job: Job, notice: Notice) -> Plan:
        """Where the card stood: that the handoff moved, or only that nothing stands there now."""
        try:
            channel = self._looked_at(job.workspace_id, notice.channel_id)
        except NotFound as gone:
            return Cancel(gone.problem.value)
        if channel is None:
            return Later(self._constants.unknown_channel_waits)
        if channel.problem() is Problem.CHANNEL_ARCHIVED:
            return Cancel(Problem.CHANNEL_ARCHIVED.value)  # Nothing can be edited there.
        with self._store.read(job.workspace_id) as unit:
            bundle = unit.bundle(notice.handoff_id or 0, viewer=None)
            safe = channel.problem() is None
            card = _card_of(unit, bundle, neutral=not safe)
            message = card_left_message(card, channel_slack_id=bundle.channel.slack_id)
        # Slack may have given the channel another id since.
        ts, args = str(notice.facts["ts"]), {"blocks": [], **message.to_args()}
        return Edit(channel.slack_id, ts, args, stands=safe, must_go=not safe)

    def _in_chat(self, job: Job, notice: Notice) -> Plan:
        """Below the first message of a chat, once that stands there."""
        with self._store.read(job.workspace_id) as unit:
            reader = unit.people.get(notice.person_id or 0)
            if not reader.full_member:
                return Cancel("reader_inactive")
            chat_id = int(notice.facts["chat"])
            root = unit.chats.root(chat_id)
            if root.thread is None:
                waits = self._constants.thread_waits
                return Later(waits) if root.awaited else Cancel("no_thread")
            text = chat_told(unit, notice)
        return Post(Spot(channel=root.thread.channel, thread_ts=root.thread.ts), text.to_args())

    def _after_card(self, card: CardMessage) -> Plan:
        """For what waits for a card: it is woken once that stands, and need not look before.

        Of a hundred new channels Slack tells who reads in fifty a minute. Where what waits for
        their cards looked each second, it would leave no time for anything else.
        """
        if not card.awaited:
            return Cancel(NO_CARD)
        until = card.next_try_at - self._machine.now() if card.next_try_at else timedelta(0)
        return Later(max(self._constants.thread_waits, until))

    def _in_thread(self, job: Job, notice: Notice) -> Plan:
        card = self._store.delivery.card_message(notice.handoff_id or 0)
        if card.ts is None or card.posted_in is None:
            return self._after_card(card)
        with self._store.read(job.workspace_id) as unit:
            if unit.handoffs.get(notice.handoff_id or 0).channel_id != notice.channel_id:
                return Cancel("moved")  # Who reads where the card stands now was not looked at.
            text = self._texts.for_thread(unit, notice)
        if isinstance(text, Cancel):
            return text
        # The summary at the end is a reply that the channel sees, too.
        shown = {"reply_broadcast": True} if notice.kind is NoticeKind.HANDOFF_CLOSED else {}
        return Post(Spot(channel=card.posted_in, thread_ts=card.ts), {**text.to_args(), **shown})

    def _in_team_channel(self, job: Job, notice: Notice) -> Plan:
        """The line that is for the team, or why its channel, whichever it is, cannot take it."""
        channel: Channel | None = None
        try:
            channel = self._looked_at(job.workspace_id, notice.channel_id)
            problem = channel.problem() if channel is not None else None
        except NotFound as gone:
            problem = gone.problem
        with self._store.read(job.workspace_id) as unit:
            told = self._texts.for_channel(unit, notice)
        if isinstance(told, Cancel):
            return told
        if problem is not None:
            return GiveUp(problem.value)
        if channel is None:
            return Later(self._constants.unknown_channel_waits)
        return Post(Spot(channel=channel.slack_id), told.to_args())

    def _in_channel(self, job: Job, notice: Notice, channel: Channel) -> Plan:
        if notice.kind is not NoticeKind.STATUS_POST:
            return Cancel("no_such_post")
        with self._store.read(job.workspace_id) as unit:
            viewer = unit.people.get(notice.person_id or 0)
            page = unit.status.page(
                viewer=viewer,
                page=0,
                size=STATUS_ROWS,
                day_end=end_of_day(unit.now, viewer.zone),
                in_channel=channel.id,
            )
        by = NamedPerson(viewer.id, viewer.slack_id, viewer.name)
        return Post(Spot(channel=channel.slack_id), status_post_message(page, by).to_args())


def _card_of(unit: ReadUnit, bundle: Bundle, *, neutral: bool = False) -> read_models.Card:
    return read_models.card(
        bundle.handoff,
        bundle.brief,
        bundle.deadlines,
        bundle.people,
        as_of=unit.now,
        neutral=neutral,
        kickoff=unit.kickoff(bundle),
        linked=bundle.linked,
    )


def _promise_shown(unit: ReadUnit, surface: SurfaceJob) -> PromiseShown:
    """A wording as it stands: in force with its boxes, or what became of it."""
    handoff = unit.handoffs.get(surface.handoff_id or 0)
    entry = unit.ledger.entry(handoff.id, surface.promise_id or 0)
    people = unit.people.many([handoff.ae_id, handoff.csm_id])
    earlier = entry.promise.version != surface.promise_version
    over: Over | None = None
    if handoff.channel_id != surface.channel_id:
        over = Over.MOVED
    elif not entry.open:
        over = Over.WITHDRAWN
    elif earlier:
        over = Over.SUPERSEDED
    elif not handoff.open:
        over = Over.CLOSED
    if earlier:
        # Whatever became of it, a message keeps the words that it was about.
        then = unit.ledger.wordings(entry.promise.id)
        words = next(one.words for one in then if one.version == surface.promise_version)
        text = replace(entry.promise.text, words=words)
        entry = replace(entry, promise=replace(entry.promise, text=text))
    return shown_of(handoff, entry, people, over=over)


def _mirror(surface: SurfaceJob, spot: Spot, args: dict[str, object]) -> Plan:
    if surface.ts is not None and surface.posted_in is not None:
        # Without blocks in the call an edit would keep the old ones.
        return Edit(surface.posted_in, surface.ts, {"blocks": [], **args})
    return Post(spot, args)


def _guide(unit: ReadUnit, job: Job, surface: SurfaceJob, reader: Person) -> Plan:
    """Edited within a step, which wakes nobody; posted anew where its reader got another one."""
    bundle = unit.bundle(surface.handoff_id or 0, viewer=reader)
    if surface.ts is None and not bundle.handoff.open:
        return Cancel("handoff_closed")
    guide = read_models.guide(
        bundle.handoff,
        bundle.deadlines,
        bundle.people,
        reader,
        audiences=bundle.audiences,
        channel_slack_id=bundle.channel.slack_id,
        as_of=unit.now,
        because=because(unit, bundle, reader),
        policy=unit.policy,
        written_quickly=unit.written_quickly(bundle.handoff),
        size=bundle.size,
        news=len(unit.news(bundle, viewer=reader)),
    )
    args, step = guide_message(guide).to_args(), guide.owed_step
    if surface.ts is None or surface.posted_in is None:
        return Post(Spot(reader=Reader(reader.id, reader.slack_id)), args, step)
    edit = Edit(surface.posted_in, surface.ts, {"blocks": [], **args}, step)
    if step in (None, surface.step):
        return edit
    loud = unit.people.calendar(reader.id).first_loud(unit.now)
    if loud > unit.now and job.priority != Priority.ANSWER:
        return replace(edit, anew_at=loud)
    retired = guide_retired_message(guide, surface.step).to_args()
    return Retire(surface.posted_in, surface.ts, {"blocks": [], **retired})


def _home(unit: ReadUnit, viewer: Person) -> HomeModel:
    lists, chosen_by = unit.status.home(viewer), unit.workspace.notify_by
    return HomeModel(
        viewer=NamedPerson(viewer.id, viewer.slack_id, viewer.name),
        needs_you=lists.needs_you,
        waiting_on_others=lists.waiting_on_others,
        mine=lists.mine,
        more=lists.more,
        admin=viewer.admin,
        paused=unit.workspace.paused_at is not None,
        as_of=unit.now,
        you=unit.people.you(viewer.id),
        notify=unit.workspace.notify,
        notify_by=read_models.named(chosen_by, unit.people.many([chosen_by])),
        undelivered=unit.undelivered.count() if viewer.admin else 0,
        helped=unit.status.helped_by(viewer.id),
    )


def _status_file(unit: ReadUnit, notice: Notice, reader: Person) -> Upload:
    """The status list as its reader may see it now, as a file."""
    page = unit.status.every(
        viewer=reader,
        day_end=end_of_day(unit.now, reader.zone),
        chosen=Filter.model_validate_json(str(notice.facts["chosen"])),
    )
    today = unit.now.astimezone(ZoneInfo(reader.zone)).date()
    return Upload(
        Spot(reader=Reader(reader.id, reader.slack_id)),
        sentences.status.csv_name(today.isoformat()),
        sentences.status.STATUS_TITLE,
        status_csv(page, reader.zone),
        sentences.status.csv_comment(len(page.rows), reader.zone),
        file_failed(notice, unclear=False),
    )


def _ledger_file(unit: ReadUnit, notice: Notice, reader: Person) -> Plan:
    """The promise ledger as its reader may see it now, as a file."""
    handoff = unit.handoffs.get(notice.handoff_id or 0)
    inside = not unit.channels.get(handoff.channel_id).private
    if Audience.CHANNEL not in access.audiences(reader, handoff, in_channel=inside):
        return Cancel("not_readable")
    page = unit.ledger_page(handoff, viewer=reader, past=True)
    today = unit.now.astimezone(ZoneInfo(reader.zone)).date()
    return Upload(
        Spot(reader=Reader(reader.id, reader.slack_id)),
        sentences.ledger.file_name(today.isoformat()),
        sentences.ledger.FILE_TITLE,
        ledger_markdown(page, as_of=unit.now, zone=reader.zone),
        sentences.ledger.file_comment(escape(one_line(page.account)), reader.zone),
        file_failed(notice, unclear=False),
    )


def _talk_file(unit: ReadUnit, notice: Notice, reader: Person) -> Plan:
    """The agreed time for the calendar of one who is in the talk."""
    handoff = unit.handoffs.get(notice.handoff_id or 0)
    talk, agreed = handoff.debrief_talk, handoff.debrief_talk.agreed_at
    holds = handoff.can_be_arranged and talk.agreed == notice.facts["agreed"]
    if agreed is None or not holds:
        return Cancel("no_longer_agreed")
    if read_models.talk_of(handoff, {}, reader).agreed_at is None:
        owner = notice.facts.get("owner")
        in_it = owner in (handoff.ae_id, handoff.csm_id, handoff.listener_id)
        return to_whoever_acts(notice, handoff, int(owner) if owner and in_it else None)
    day = agreed.astimezone(ZoneInfo(reader.zone)).date()
    account = escape(one_line(handoff.account))
    return Upload(
        Spot(reader=Reader(reader.id, reader.slack_id)),
        sentences.appointments.file_name(day.isoformat()),
        sentences.appointments.FILE_TITLE,
        talk_ics(_entry(unit, handoff, agreed, talk.agreed), handoff.account, as_of=unit.now),
        sentences.appointments.file_comment(account, instant_token(agreed)),
        file_failed(notice, unclear=False),
    )


def _entry(unit: ReadUnit, handoff: Handoff, at: datetime, sequence: int) -> CalendarEntry:
    uid = f"debrief-{handoff.id}-{unit.workspace.team_id}@handoff-bot"
    return CalendarEntry(uid, sequence, at, at + DEBRIEF_LENGTH)


def _talk_fell(unit: ReadUnit, notice: Notice, reader: Person) -> Plan:
    """What takes a time out of the calendar of one who had agreed on it, or was to listen."""
    handoff, at = unit.handoffs.get(notice.handoff_id or 0), str(notice.facts["at"])
    cancelled, since = notice.facts.get("cancelled"), handoff.cancelled_at
    final = since is not None and not handoff.open and instant_text(since) == cancelled
    # Opened again later it fell for good, however soon that was after the cancellation.
    stands = handoff.debrief_talk.agreed < int(notice.facts["agreed"])
    if cancelled is not None and not final and stands:
        return Cancel("cancel_undone")
    if not final and read_models.talk_of(handoff, {}, reader).agreed_at is not None:
        return Cancel("agreed_anew")  # The file of that time replaces this one.
    fell = datetime.fromisoformat(at)
    entry = _entry(unit, handoff, fell, int(notice.facts["agreed"]))
    day = fell.astimezone(ZoneInfo(reader.zone)).date()
    account = escape(one_line(handoff.account))
    return Upload(
        Spot(reader=Reader(reader.id, reader.slack_id)),
        sentences.appointments.file_name_off(day.isoformat()),
        sentences.appointments.FILE_TITLE,
        talk_ics(replace(entry, off=True), handoff.account, as_of=unit.now),
        sentences.appointments.fell(account, instant_token(fell), cancelled=cancelled is not None),
        file_failed(notice, unclear=False),
    )


def _invitation(unit: ReadUnit, notice: Notice, csm: Person) -> Plan:
    if notice.kind is NoticeKind.MEMBER_INVITE:
        made = unit.channels.get(notice.channel_id or 0)
        return Invite(made.slack_id, csm.slack_id, None)
    handoff = unit.handoffs.get(notice.handoff_id or 0)
    if not handoff.open or handoff.csm_id != csm.id:
        return Cancel("no_longer_csm")
    channel = unit.channels.get(handoff.channel_id)
    teller = access.acting(handoff.cs_manager_id or handoff.ae_id, handoff)
    by_hand = Notice(
        NoticeKind.INVITE_BY_HAND,
        Place.DM,
        f"by-hand:{notice.key}",
        Priority.HAND_OVER,
        handoff_id=handoff.id,
        person_id=teller,
        facts={"csm": csm.id},
    )
    return Invite(channel.slack_id, csm.slack_id, by_hand)


def _managed(unit: ReadUnit, notice: Notice) -> Iterator[int]:
    """Who has the steps that a notice tells of to its reader as a manager or in their place."""
    of_managers = {
        (one.handoff_id, (one.step, one.subject))
        for one in notice.about
        if one.stage is Stage.LATE_MANAGER
    }
    steps = {(one.handoff_id, (one.step, one.subject)) for one in notice.about}
    if notice.kind in OF_A_STEP:
        single = (notice.handoff_id or 0, key_of(notice))
        steps.add(single)
        if notice.kind is NoticeKind.LATE_FOR_MANAGER:
            of_managers.add(single)
    deadlines = unit.deadlines.of_many(handoff_id for handoff_id, _ in steps)
    for handoff_id, key in sorted(steps):
        owed = next((one for one in deadlines.get(handoff_id, ()) if one.key == key), None)
        if owed is None:
            continue
        if (handoff_id, key) not in of_managers and notice.person_id != owed.told_id:
            continue
        handoff = unit.handoffs.get(handoff_id)
        holder = held_by(owed, handoff, handoff.size(unit.policy)) if handoff.open else None
        if holder is not None:
            yield holder


def _reader(unit: ReadUnit, person_id: int | None) -> Reader:
    person = unit.people.get(person_id or 0)
    return Reader(person.id, person.slack_id)
