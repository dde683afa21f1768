"""Sending one job so that it is there exactly once, as far as anybody can look."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.delivery.calls import EVENT_TYPE, Calls, Posted, Unfinished
from bot.delivery.constants import Constants
from bot.delivery.failpoints import Reached
from bot.delivery.outcomes import FIXED, Outcome, Verdict
from bot.delivery.plans import (
    Call,
    Cancel,
    Edit,
    GiveUp,
    Invite,
    Later,
    Plan,
    Post,
    Postpone,
    Publish,
    Retire,
    Stay,
    Upload,
    Whisper,
    Withdraw,
)
from bot.delivery.rendering import Renderer
from bot.delivery.shaping import Shaping
from bot.delivery.since_backup import below_card, stands, step_of, unsaid
from bot.domain import access
from bot.domain.deadlines import Step
from bot.domain.notices import (
    FILES,
    STANDS,
    Notice,
    NoticeKind,
    Place,
    Priority,
    SurfaceKind,
    file_failed,
)
from bot.domain.ports import MachineClock
from bot.storage.jobs import CardMessage, Job
from bot.storage.unit_of_work import Store, WriteUnit

_SILENT = {"unfurl_links": False, "unfurl_media": False}
_IS_THERE = frozenset({"already_in_channel", "cant_invite_self"})
LOOKS_AGAIN = 2
"""How often Slack is asked about a place it refused, until what goes there is given up."""
_PLACE_LOST = frozenset({"is_archived", "is_inactive", "channel_not_found", "not_in_channel"})
_NOT_AMONG_THEM = frozenset({"user_not_in_channel", "channel_not_found", "not_in_channel"})


class Protocol:
    """Lease, mark, post once, classify; what is in doubt waits, is looked for, then repeated."""

    def __init__(
        self,
        *,
        store: Store,
        renderer: Renderer,
        calls: Calls,
        shaping: Shaping,
        machine: MachineClock,
        constants: Constants,
        reached: Reached,
    ) -> None:
        self._store = store
        self._delivery = store.delivery
        self._renderer = renderer
        self._calls = calls
        self._shaping = shaping
        self._machine = machine
        self._constants = constants
        self._reached = reached

    def deliver(self, job: Job) -> None:
        """Bring one leased job as far as it gets now, and settle it."""
        self._reached("leased")
        try:
            unsent = self._after_doubt(job) if job.maybe_sent else job
            if unsent is None:
                self._shaping.unused(job)
                return
            plan = self._renderer.plan(unsent)
            self._reached("rendered")
            self._carry_out(unsent, plan)
        except Unfinished as stopped:
            self._shaping.unused(job)
            self._give_back(job, stopped.outcome, maybe_sent=None)
        self._reached("settled")

    # --- In doubt

    def _after_doubt(self, job: Job) -> Job | None:
        """The job, where an earlier try is known not to be there; else it is settled here.

        It stays *maybe sent* where a restored message can only be edited: who finds it gone may
        not post another.
        """
        if job.restored:
            return self._since_backup(job)
        return job if self._ended_before(job) else None

    def _since_backup(self, job: Job) -> Job | None:
        """What is left of a job to say, by what was said since the backup; else it is settled."""
        now = self._machine.now()
        if job.in_doubt_until is not None and now < job.in_doubt_until:
            # What was on its way when the database was lost may come to stand there yet.
            after = job.in_doubt_until - now
            self._delivery.retry(job, after=after, maybe_sent=True, counted=False)
            return None
        card = self._delivery.card_message(_handoff_of(job))
        if job.unswept or (below_card(job) and card.awaited):
            # What is decided, or found, first may change what is looked for and where.
            after = self._constants.idle if job.unswept else self._until(card)
            self._delivery.retry(job, after=after, maybe_sent=True, counted=False)
            return None
        if job.notice is not None and job.notice.kind in FILES and not job.key:
            self._unconfirmed(job, "restored")
            return None
        if below_card(job) and card.ts is None:
            return job
        spot = self._renderer.spot(job)
        if spot is None:
            return job if self._ended_before(job) else None
        channel = self._calls.channel(job, spot)
        outcome, posted = self._calls.posted(job, channel, spot.thread_ts)
        if _refused(outcome) and job.surface is not None and job.surface.ts is not None:
            # The backup knows where it stood. Whether it still does shows when it is edited.
            return job
        if outcome.verdict is not Verdict.OK and not _no_thread(job, outcome):
            self._cannot_look(job, outcome)
            return None
        found = stands(job, posted)
        if found is not None:
            self._found(job, found.ts, channel, step=step_of(job, found))
            return None
        return self._unsaid(job, job.notice, posted, channel)

    def _unsaid(
        self, job: Job, notice: Notice | None, posted: Sequence[Posted], channel: str
    ) -> Job | None:
        """A job less those of its words that were said; settled where these are all."""
        unsent = replace(job, maybe_sent=False)
        if notice is None or not notice.about:
            self._reached("not_found")
            return unsent
        with self._store.read(job.workspace_id) as unit:
            calendar = unit.people.calendar(notice.person_id or 0)
        left, said_in = unsaid(unsent, notice, posted, calendar)
        if left.notice is None or not left.notice.about:
            self._found(job, said_in or "", channel)
            return None
        if said_in is not None:
            self._delivery.retell(job, left.notice.about)
        self._reached("not_found")
        return left

    def _ended_before(self, job: Job) -> bool:
        """Whether an earlier try is known not to be there; else the job is settled here."""
        if below_card(job):
            card = self._delivery.card_message(_handoff_of(job))
            if card.ts is None and card.awaited:
                # It is being posted anew, and where the thread is then is not known yet.
                after = self._until(card)
                self._delivery.retry(job, after=after, maybe_sent=True, counted=False)
                return False
        spot = self._renderer.spot(job)
        if spot is None:
            # Inviting twice does nothing, a Home tab is replaced: both may be repeated.
            if job.method in ("conversations.invite", "views.publish"):
                return True
            self._unconfirmed(job, "nowhere_to_look")
            return False
        channel = self._calls.channel(job, spot)
        outcome, ts = self._calls.find(job, channel, spot.thread_ts)
        if outcome.verdict is not Verdict.OK and not _no_thread(job, outcome):
            self._cannot_look(job, outcome)
            return False
        if ts is not None:
            self._found(job, ts, channel)
            return False
        self._reached("not_found")
        return True

    def _until(self, card: CardMessage) -> timedelta:
        """How long what stands below a card waits for it, if it is in doubt."""
        put_off = card.next_try_at - self._machine.now() if card.next_try_at else timedelta(0)
        return max(self._constants.thread_waits, min(put_off, self._constants.quarantine))

    def _found(self, job: Job, ts: str, channel: str, *, step: Step | None = None) -> None:
        self._reached("found")
        # Which version was posted is not known, so a surface is edited once more.
        shown = job.surface.shown if job.surface else None
        self._delivery.sent(job, ts=ts, channel=channel, shown=shown, step=step)

    def _cannot_look(self, job: Job, outcome: Outcome) -> None:
        if _refused(outcome):
            self._unconfirmed(job, outcome.word)
        else:
            self._give_back(job, outcome, maybe_sent=True)

    # --- Sending

    def _carry_out(self, job: Job, plan: Plan) -> None:
        if isinstance(plan, Cancel | GiveUp | Later | Postpone | Stay):
            self._shaping.unused(job)
        if isinstance(plan, Call) and not self._may_call(job):
            return
        match plan:
            case Cancel(reason, told, sums_up):
                self._say_all(job, told)
                if sums_up is not None and job.notice is not None:
                    self._sum_up(job, job.notice, sums_up)
                self._delivery.cancelled(job, reason=reason)
            case GiveUp(reason):
                self._dead(job, reason)
            case Later(after, in_vain, unheard):
                if in_vain:
                    after = max(after, self._constants.back_off(job.attempts))
                self._delivery.retry(
                    job,
                    after=after,
                    maybe_sent=False,
                    counted=bool(in_vain),
                    reason=in_vain or None,
                    unheard=unheard,
                )
            case Postpone(until):
                self._delivery.postpone(job, until=until)
            case Post():
                self._post(job, plan)
            case Upload():
                self._upload(job, plan)
            case Edit():
                self._draw_again_unless(self._edit(job, plan), job)
            case Retire():
                self._draw_again_unless(self._retire(job, plan), job)
            case Publish():
                self._draw_again_unless(self._publish(job, plan), job)
            case Stay():
                self._delivery.stays(job)
            case Withdraw():
                self._withdraw(job, plan)
            case Whisper():
                self._whisper(job, plan)
            case Invite():
                self._invite(job, plan)

    def _post(self, job: Job, post: Post) -> None:
        spot, step = post.spot, post.step
        channel = self._calls.channel(job, spot)
        metadata = {"event_type": EVENT_TYPE, "event_payload": _payload(job, post)}
        values: dict[str, Any] = {"channel": channel, **post.args, **_SILENT, "metadata": metadata}
        if spot.thread_ts is not None:
            values["thread_ts"] = spot.thread_ts
        # First, so that a crash loses none of it: each is said once, whoever plans this again.
        self._say_all(job, post.told)
        if not self._mark(job, step):
            return
        if post.holds is not None:
            # What it is about is fixed before it goes: found again it is about what stands there.
            self._delivery.keep_about(job, post.holds)
        outcome = self._calls.call(job, "chat.postMessage", values)
        self._reached("posted")
        if outcome.verdict is Verdict.OK and outcome.answer is not None:
            self._sent(job, outcome.answer)
        elif _no_thread(job, outcome) and job.attempts < LOOKS_AGAIN:
            self._after_another_card(job)
        else:
            self._give_back(job, outcome, maybe_sent=outcome.verdict is Verdict.AMBIGUOUS)

    def _after_another_card(self, job: Job) -> None:
        """The card is gone, and nobody saw that yet: to draw it again posts it anew."""
        handoff_id = _handoff_of(job)
        card = self._delivery.card_message(handoff_id)
        if not card.awaited:
            self._delivery.draw_card_again(handoff_id)
        after = max(self._constants.settle, self._until(card))
        # Tries are counted where the card was drawn since the one before, and there is no thread.
        self._delivery.retry(job, after=after, maybe_sent=False, counted=not card.awaited)

    def _upload(self, job: Job, upload: Upload) -> None:
        """Bring a file and have it shown; a file that is there is known by Slack's id of it.

        Only the last call shows it to anybody. Before that its id is noted in the row, so that in
        doubt the conversation is searched for this file, and another is sent only where this one
        is missing.
        """
        channel = self._calls.channel(job, upload.spot)
        # The turn of the last call is taken first: what is laid down is completed at once.
        self._calls.at_its_rate(job, "files.completeUploadExternal")
        outcome, file_id = self._calls.lay_down(job, upload.name, upload.content)
        if outcome.verdict is not Verdict.OK:
            self._not_uploaded(job, upload, outcome)
            return
        if not self._mark(job, key=file_id):
            return
        values = {
            "files": [{"id": file_id, "title": upload.title}],
            "channel_id": channel,
            "initial_comment": upload.comment,
        }
        outcome = self._calls.call(job, "files.completeUploadExternal", values)
        self._reached("completed")
        if outcome.verdict is Verdict.OK:
            self._sent(job, {"channel": channel})
        elif outcome.verdict is Verdict.AMBIGUOUS:
            self._give_back(job, outcome, maybe_sent=True)
        else:
            self._not_uploaded(job, upload, outcome)

    def _not_uploaded(self, job: Job, upload: Upload, outcome: Outcome) -> None:
        """It is certainly not there: tried again later, or given up and said."""
        if outcome.verdict is Verdict.AMBIGUOUS:
            # What was laid down and is not completed is nowhere: there is no doubt to wait out.
            outcome = Outcome(Verdict.NOT_SENT, outcome.reason)
        tired = job.attempts + 1 >= self._constants.most_failures
        if outcome.verdict in (Verdict.LIMITED, Verdict.NO_ACCESS) or (
            outcome.verdict is Verdict.NOT_SENT and not tired
        ):
            self._give_back(job, outcome, maybe_sent=False)
            return
        self._say(job, upload.failed)
        self._reached("told")
        self._delivery.dead(job, reason=outcome.word)

    def _mark(self, job: Job, step: Step | None = None, *, key: str | None = None) -> bool:
        """Whether a post may be made; noted in the row, because it must not be repeated."""
        lasting = self._lasting
        marked = self._delivery.mark_maybe_sent(job, lasting=lasting, step=step, key=key)
        self._reached("marked")
        return marked or self._too_late(job)

    def _may_call(self, job: Job) -> bool:
        """Whether a call may be made that may be repeated: nobody else has taken the job over."""
        return self._delivery.holds(job, lasting=self._lasting) or self._too_late(job)

    @property
    def _lasting(self) -> timedelta:
        """How long the lease must outlast a call: whoever is next comes after a late acceptance."""
        return self._constants.http_timeout + self._constants.quarantine

    def _too_late(self, job: Job) -> bool:
        """Give it back, where nobody else has it already; False, as no call may be made."""
        self._delivery.retry(job, after=timedelta(0), counted=False)
        return False

    def _edit(self, job: Job, edit: Edit) -> bool:
        values = {"channel": edit.channel, "ts": edit.ts, **edit.args}
        outcome = self._calls.call(job, "chat.update", values)
        self._reached("edited")
        if outcome.reason in FIXED and (job.surface is not None or edit.must_go):
            outcome = self._take_down(job, edit.channel, edit.ts, outcome, must_go=edit.must_go)
        if outcome.verdict is Verdict.OK and edit.told is not None:
            self._say(job, edit.told)
            self._reached("told")
        if outcome.verdict is Verdict.OK and edit.anew_at is not None:
            settle = self._constants.settle
            return self._delivery.shown_for_now(job, until=edit.anew_at, settle=settle)
        if outcome.verdict is Verdict.OK:
            there = {"ts": edit.ts, "channel": edit.channel} if edit.stands else {}
            return self._sent(job, there, step=edit.step)
        if outcome.verdict is Verdict.GONE and job.surface is None:
            return self._delivery.cancelled(job, reason=outcome.word)
        gone = outcome.verdict is Verdict.GONE or _conversation_gone(job, outcome)
        if gone and job.maybe_sent:
            return self._unconfirmed(job, outcome.word, surface_lost=True)
        if gone:
            after = timedelta(0)
            lost = self._delivery.retry(job, after=after, maybe_sent=False, surface_lost=True)
            self._reached("lost")
            return lost
        in_doubt = job.maybe_sent and not _refused(outcome)
        return self._give_back(job, outcome, maybe_sent=None if in_doubt else False)

    def _take_down(
        self, job: Job, channel: str, ts: str, fixed: Outcome, *, must_go: bool = False
    ) -> Outcome:
        """Take down what stands and cannot be edited, so that it is not there beside a new one.

        Gives how it ended for the message: `fixed`, which has it posted anew, also where Slack
        keeps the old one. What `must_go` and cannot is refused, and so is shown as given up.
        """
        self._shaping.take(job.workspace_id, "chat.delete")
        deleted = self._calls.call(job, "chat.delete", {"channel": channel, "ts": ts})
        self._reached("withdrawn")
        if deleted.verdict is Verdict.OK or deleted.reason == "message_not_found":
            return fixed if job.surface is not None else Outcome(Verdict.OK)
        if not _refused(deleted):
            return deleted
        return replace(fixed, verdict=Verdict.REFUSED) if must_go else fixed

    def _retire(self, job: Job, retire: Retire) -> bool:
        """Shrink the old message; the surface, which has none then, is posted next."""
        values = {"channel": retire.channel, "ts": retire.ts, **retire.args}
        outcome = self._calls.call(job, "chat.update", values)
        self._reached("retired")
        if outcome.reason in FIXED:
            outcome = self._take_down(job, retire.channel, retire.ts, outcome)
        gone = outcome.verdict is Verdict.GONE or _conversation_gone(job, outcome)
        if outcome.verdict is Verdict.OK or gone:
            after = timedelta(0)
            return self._delivery.retry(
                job, after=after, maybe_sent=False, surface_lost=True, counted=False
            )
        return self._give_back(job, outcome, maybe_sent=False)

    def _withdraw(self, job: Job, withdraw: Withdraw) -> None:
        """Take a message down; where Slack keeps it, as for an archive, its words go at least."""
        values: dict[str, Any] = {"channel": withdraw.channel, "ts": withdraw.ts}
        outcome = self._calls.call(job, "chat.delete", values)
        if outcome.verdict is Verdict.REFUSED:
            self._shaping.take(job.workspace_id, "chat.update")
            outcome = self._calls.call(job, "chat.update", {**values, **withdraw.args})
        self._reached("withdrawn")
        if outcome.verdict is Verdict.OK or outcome.reason == "message_not_found":
            self._delivery.withdrawn(job)
        else:
            self._give_back(job, outcome, maybe_sent=False)

    def _publish(self, job: Job, publish: Publish) -> bool:
        values = {"user_id": publish.slack_user, "view": publish.view}
        outcome = self._calls.call(job, "views.publish", values)
        self._reached("published")
        if outcome.verdict is Verdict.OK:
            return self._sent(job, {})
        return self._give_back(job, outcome, maybe_sent=False)

    def _whisper(self, job: Job, whisper: Whisper) -> None:
        if not self._mark(job):
            return
        values = {"channel": whisper.channel, "user": whisper.reader.slack_id, **whisper.args}
        outcome = self._calls.call(job, "chat.postEphemeral", values)
        self._reached("whispered")
        if outcome.verdict is Verdict.OK:
            self._delivery.sent(job, ts=None, channel=whisper.channel)
        elif outcome.verdict is Verdict.REFUSED and outcome.reason in _NOT_AMONG_THEM:
            self._delivery.by_dm(job)
        elif outcome.verdict is Verdict.AMBIGUOUS:
            self._delivery.unconfirmed(job, reason=outcome.word)
        else:
            self._give_back(job, outcome, maybe_sent=False)

    def _invite(self, job: Job, invite: Invite) -> None:
        values = {"channel": invite.channel, "users": invite.slack_user}
        outcome = self._calls.call(job, "conversations.invite", values)
        self._reached("invited")
        if outcome.verdict is Verdict.OK or outcome.reason in _IS_THERE:
            self._delivery.sent(job, ts=None, channel=invite.channel)
        elif outcome.verdict in (Verdict.REFUSED, Verdict.UNREADABLE):
            if invite.by_hand is not None:
                self._say(job, invite.by_hand)
                self._reached("asked_by_hand")
            self._delivery.cancelled(job, reason=outcome.word)
        else:
            self._give_back(job, outcome, maybe_sent=False)

    # --- Settling

    def _draw_again_unless(self, settled: bool, job: Job) -> None:
        """Have a surface drawn again where somebody else had the job when our call ended."""
        if not settled and job.surface is not None:
            # Ours may have arrived after theirs, and shows older rows.
            self._delivery.draw_again(job)

    def _unconfirmed(self, job: Job, reason: str, *, surface_lost: bool = False) -> bool:
        """Never repeated by itself; what may be missing from a channel is asked of a person."""
        if self._ask(job):
            # Asked first, under a key of this try: a crash in between repeats neither.
            self._reached("asked")
        return self._delivery.unconfirmed(job, reason=reason, surface_lost=surface_lost)

    def _ask(self, job: Job) -> bool:
        with self._store.write(job.workspace_id) as unit:
            question = _question(unit, job)
            if question is not None:
                unit.outbox.add(question)
                unit.commit()
        return question is not None

    def give_up(self, job: Job, reason: str) -> None:
        """Something of our own failed too often: where it may be there it stays in doubt."""
        # Settled first: what cannot be read for what is said besides may be what failed.
        if not self._delivery.in_doubt(job):
            if self._delivery.dead(job, reason=reason):
                self._tell_managers(job)
        elif self._delivery.unconfirmed(job, reason=reason):
            self._ask(job)

    def _say_all(self, job: Job, told: Sequence[Notice]) -> None:
        for notice in told:
            self._say(job, notice)
        if told:
            self._reached("told")

    def _say(self, job: Job, notice: Notice) -> None:
        with self._store.write(job.workspace_id) as unit:
            unit.outbox.add(notice)
            unit.commit()

    def _sum_up(self, job: Job, notice: Notice, reader_id: int) -> None:
        with self._store.write(job.workspace_id) as unit:
            unit.digests.add_lines(reader_id, notice.about)
            unit.digests.wake(reader_id, unit.now)
            unit.commit()

    def _sent(self, job: Job, answer: Mapping[str, Any], *, step: Step | None = None) -> bool:
        return self._delivery.sent(
            job,
            ts=answer.get("ts"),
            channel=answer.get("channel"),
            shown=job.surface.wanted if job.surface else None,
            settle=self._constants.settle,
            step=step,
        )

    def _give_back(self, job: Job, outcome: Outcome, *, maybe_sent: bool | None) -> bool:
        """Settle what did not work; only what Slack will never take is given up.

        `maybe_sent` None leaves open what was open before.
        """
        match outcome.verdict:
            case Verdict.LIMITED:
                return self._delivery.retry(
                    job, after=outcome.retry_after, maybe_sent=maybe_sent, counted=False
                )
            case Verdict.NO_ACCESS:
                self._delivery.block_workspace(job.workspace_id, outcome.word)
                self._reached("blocked")
                return self._delivery.retry(
                    job, after=timedelta(0), maybe_sent=maybe_sent, counted=False
                )
            case Verdict.NOT_SENT:
                after = self._constants.back_off(job.attempts)
                return self._unheard(job, outcome, after=after, maybe_sent=maybe_sent)
            case Verdict.AMBIGUOUS:
                after = max(self._constants.quarantine, self._constants.back_off(job.attempts))
                return self._unheard(job, outcome, after=after, maybe_sent=maybe_sent)
            case Verdict.REFUSED if outcome.reason in _PLACE_LOST and self._look_again(job):
                after = self._constants.back_off(job.attempts)
                return self._delivery.retry(job, after=after, maybe_sent=maybe_sent)
            case _ if job.maybe_sent and maybe_sent is not False:
                # What could not be looked for may be there: nobody is to be told that it is not.
                return self._unconfirmed(job, outcome.word)
            case _:
                return self._dead(job, outcome.word)

    def _dead(self, job: Job, reason: str) -> bool:
        """Give up what Slack, or its place, does not take."""
        self._tell_managers(job)
        return self._delivery.dead(job, reason=reason)

    def _tell_managers(self, job: Job) -> None:
        """What the team's channel does not get they read in their summaries."""
        if job.notice is not None and job.notice.kind is NoticeKind.COMMITTED:
            with self._store.write(job.workspace_id) as unit:
                unit.sum_up_commitment(job.notice.handoff_id or 0)
                unit.commit()
            self._reached("told")

    def _unheard(
        self, job: Job, outcome: Outcome, *, after: timedelta, maybe_sent: bool | None
    ) -> bool:
        """Try it again: Slack said nothing to it from which anything follows."""
        return self._delivery.retry(
            job, after=after, maybe_sent=maybe_sent, reason=outcome.word, unheard=True
        )

    def _look_again(self, job: Job) -> bool:
        """Have the place of a job looked at before its next try; False where that was done before.

        What is known of a channel is then another thing than what Slack says of it now, or the
        conversation with a person is another one.
        """
        if job.attempts >= LOOKS_AGAIN:
            return False
        of = job.surface or job.notice
        in_channel = of is not None and of.channel_id is not None
        if job.notice is not None:
            in_channel &= job.notice.place in STANDS
        if of is None or not in_channel:
            reader = of.person_id if of is not None else None
            if reader is not None:
                self._delivery.set_dm(reader, None)
            return reader is not None
        with self._store.write(job.workspace_id) as unit:
            channel = unit.channels.get(of.channel_id or 0)
            unit.channels.note(channel.slack_id, forget_check=True)
            unit.commit()
        return True


def _refused(outcome: Outcome) -> bool:
    """Whether Slack will not do it, however often it is asked."""
    return outcome.verdict in (Verdict.UNREADABLE, Verdict.REFUSED)


def _no_thread(job: Job, outcome: Outcome) -> bool:
    """Whether nothing stands below the card any more, as it was deleted before anything did."""
    return below_card(job) and outcome.reason == "thread_not_found"


def _conversation_gone(job: Job, outcome: Outcome) -> bool:
    """Whether a guide stands with a person in another conversation than the bot has with them now.

    So it is where the app was made anew. The conversation was looked for anew by then.
    """
    guide = job.surface is not None and job.surface.kind is SurfaceKind.GUIDE
    return guide and outcome.reason == "channel_not_found" and job.attempts >= LOOKS_AGAIN


def _handoff_of(job: Job) -> int:
    of = job.surface or job.notice
    return (of.handoff_id if of else None) or 0


def _payload(job: Job, post: Post) -> dict[str, Any]:
    """What Slack keeps with a message: its key, and marks of what it says after all."""
    said = [
        mark
        for place, mark in enumerate(job.word_marks)
        if post.holds is None or place in post.holds
    ]
    steps = [mark for mark, step in job.step_marks.items() if step is post.step]
    marks = [mark for mark in (job.mark, *said, *steps) if mark]
    return {"key": job.key, "marks": dict.fromkeys(marks, True)}


_IN_CHANNEL = frozenset({SurfaceKind.CARD, SurfaceKind.PROMISE})


def _question(unit: WriteUnit, job: Job) -> Notice | None:
    """What the AE is asked about a card, or about a promise or a line below it.

    Who waits for a file is told; None for what stands elsewhere.
    """
    if job.notice is not None and job.notice.kind in FILES:
        return file_failed(job.notice, unclear=True)
    of = job.surface or job.notice
    in_channel = (job.surface is not None and job.surface.kind in _IN_CHANNEL) or (
        job.notice is not None and job.notice.place is Place.THREAD
    )
    if of is None or of.handoff_id is None or not in_channel:
        return None
    handoff = unit.handoffs.get(of.handoff_id)
    return Notice(
        NoticeKind.UNCONFIRMED,
        Place.DM,
        f"unconfirmed:{job.key}:{job.first_try_at}",
        Priority.HAND_OVER,
        handoff_id=of.handoff_id,
        person_id=access.acting(handoff.ae_id, handoff),
        facts={
            "source": job.source.value,
            "entry": job.id,
            "card": int(job.surface is not None and job.surface.kind is SurfaceKind.CARD),
        },
    )
