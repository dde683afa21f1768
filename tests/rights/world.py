"""One workspace in which every piece of content exists, and an ear for all that leaves the bot."""

import functools
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from types import FunctionType
from typing import Any

from sqlalchemy import select, update

from bot.clock.rounds import MOST_IN_ONE
from bot.domain import (
    alarms,
    briefing_call,
    champion_left,
    debriefing,
    introducing,
    kickoff_booking,
    kickoff_record,
    planning,
    reassigning,
)
from bot.domain.access import EVERY, Audience
from bot.domain.breakdowns import Breakdown
from bot.domain.brief import ContactRole
from bot.domain.briefing import BriefingCall, Mood, Tone
from bot.domain.champion import CHAMPION, Follower
from bot.domain.chat import About, Says
from bot.domain.completeness import completeness
from bot.domain.copied import Copied, Target
from bot.domain.copied import Message as CopiedMessage
from bot.domain.deadlines import Step
from bot.domain.debrief import Answer, AnswerPart, Ask, OwnPart, Question, Talk
from bot.domain.digest import Word
from bot.domain.handoff import Call, Handoff
from bot.domain.history import Tag
from bot.domain.intro import Contacted, CsBefore, IntroDraft, Sent, Way
from bot.domain.items import Item, SectionKey
from bot.domain.kickoff_form import KickoffForm, Ran
from bot.domain.linked import LinkKind, link, unlink
from bot.domain.money import Money
from bot.domain.notices import (
    OF_A_DATE,
    TOGETHER,
    Notice,
    NoticeKind,
    Place,
    Priority,
    clock_notice,
)
from bot.domain.nudging import Stage
from bot.domain.partner import PartnerPerson, PartnerSide, enter
from bot.domain.people import Person, Role
from bot.domain.plan import (
    Confirmation,
    ConfirmedWay,
    MilestoneOwner,
    MilestoneText,
    Party,
    Sharing,
)
from bot.domain.policy import Policy
from bot.domain.promises import Kind, PromiseText
from bot.domain.reopening import reopen
from bot.domain.status import Filter, Whose
from bot.domain.succession import Interview, Interviews, Source
from bot.domain.verification import Checks, JointPlan, Record, RecordKind, Restatement, Verdict
from bot.storage.channels import ChannelFacts
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox, promise, surface
from bot.storage.unit_of_work import Store, WriteUnit
from bot.views import ids
from bot.views.payload import Ref
from tests.briefs import FULL_BRIEF
from tests.builders import Deal, FakeMachine, FixedClock, Team, hold_debrief, make_team, start
from tests.delivery.desk import Desk
from tests.delivery.slack import FakeSlack, Refusal
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import DEAL, Json, SlackByHand, Whispers
from tests.rights import content
from tests.rights.content import (
    ACCOUNT,
    ADMIN,
    AE,
    AE_MANAGER,
    ALIGNED_WITH,
    CALLED,
    CANCELLED,
    CHANGED,
    CONFIRMED_BY,
    COPIED,
    COPIED_BY,
    COPIED_FLAG,
    CS_MANAGER,
    CSM,
    CUSTOMERS,
    DEAL_OVERRIDDEN,
    DECLINED,
    EMPHASIS,
    FILLED,
    GATE_OVERRIDDEN,
    GIVEN,
    GUEST,
    HEARD_BY,
    IN_CHANNEL,
    INTERNAL_MILESTONE,
    INTERVIEW_NOTE,
    INTERVIEWED,
    INTRO_DRAFT,
    KICKOFF_WHY,
    LEAD,
    LIFTED,
    LINK,
    LISTENER,
    MILESTONE,
    NOT_MINE,
    OPEN_QUESTION,
    OUTSIDE,
    OVERRIDDEN,
    OWN_FLAGS,
    OWN_READINESS,
    PARTNER,
    PLAN,
    PROMISE,
    PROPOSED,
    REACHED_BY,
    READERS,
    REOPENED,
    RESTATED,
    REVOPS,
    SAT_IN,
    SENT_BACK,
    SIGNED_FOR,
    SNOOZED,
    STRANGER,
    TALK_LINE,
    TALK_RECORDED,
    TEAM,
    THEIR_PERSON,
    THEIR_PLACE,
    THEIR_SOURCE,
    TO_CONFIRM,
    VERDICT,
    VIEWERS,
    WITHDRAWN,
    helper,
)
from tests.rights.reviewed import review


def _in_parts(words: Sequence[Word]) -> list[Sequence[Word]]:
    return [words[at : at + MOST_IN_ONE] for at in range(0, len(words), MOST_IN_ONE)]


SLACK_IDS = {
    AE: "UAE",
    CSM: "UCSM",
    CS_MANAGER: "UCS_MANAGER",
    AE_MANAGER: "UAE_MANAGER",
    REVOPS: "UREVOPS",
    GUEST: "U0GUEST",
    STRANGER: "U0STRANGER",
    OUTSIDE: "UOUTSIDER",
}
VIEWS = Path(ids.__file__).parent
TEAM_CHANNEL = "C0TEAM"
MOST_WAITING = 50
"""Notices that are said at once."""
VIEW_NAMES = ("_view", "_message")
"""How the name of a view ends."""
CHECKS = Checks(metric=True, no_plan=False, champion=True)
_RESTATEMENT = Restatement(why=RESTATED[0], success=RESTATED[1], risk=RESTATED[2])


def slack_id(viewer: str) -> str:
    """Slack's id of a viewer."""
    return SLACK_IDS.get(viewer, f"U{viewer.upper()}")


@dataclass
class Seen:
    """Everything each viewer was shown, by the way it took."""

    by: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, viewer: str, way: str, shown: object) -> None:
        """Note what one viewer was shown."""
        self.by[viewer, way].append(
            shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
        )

    def text(self, viewer: str, way: str) -> str:
        """All that one viewer was shown on one way."""
        return "\n".join(self.by.get((viewer, way), ()))


@contextmanager
def listening(called: set[str]) -> Iterator[None]:
    """Note the views that are run meanwhile, as `module.function`.

    In every module of ours that has a view there stands one meanwhile that notes it first; asked
    at every call there is, as a profiler is, an ear takes three times as long as all the rest. A
    view that is called on another way is not noted, and fails the test as one nobody was shown.
    """
    held = [
        (module, name, made)
        for path, module in list(sys.modules.items())
        if path.startswith("bot.")
        for name, made in list(vars(module).items())
        if isinstance(made, FunctionType) and _is_view(made)
    ]
    for module, name, made in held:
        setattr(module, name, _noting(made, called))
    try:
        yield
    finally:
        for module, name, made in held:
            setattr(module, name, made)


def _is_view(made: FunctionType) -> bool:
    return made.__module__.startswith("bot.views.") and made.__name__.endswith(VIEW_NAMES)


def _noting(view: FunctionType, called: set[str]) -> Callable[..., Any]:
    name = f"{view.__module__.rpartition('.')[2]}.{view.__name__}"

    @functools.wraps(view)
    def noted(*args: Any, **named: Any) -> Any:
        called.add(name)
        return view(*args, **named)

    return noted


class World:
    """The handoffs, and the ways on which somebody is shown something of them."""

    def __init__(
        self,
        store: Store,
        *,
        clock: FixedClock,
        machine: FakeMachine,
        slack: SlackByHand,
        whispers: Whispers,
    ) -> None:
        self.store, self.clock = store, clock
        self.views: set[str] = set()
        """The functions of the views that were run so far."""
        self.seen = Seen()
        self._noted: dict[tuple[str, str, int], set[str]] = defaultdict(set)
        """By message and edit, who was noted to have been shown it."""
        self._heard_whispers = self._seen_views = 0
        self.team = make_team(store)
        self.people = _people(store, self.team)
        slack.channels[DEAL] = {
            "id": DEAL,
            "name": "deal-northwind",
            "is_private": True,
            "is_member": True,
        }
        slack.members[DEAL] = [slack_id(viewer) for viewer in IN_CHANNEL]
        self.app = App(store, self.team, slack, whispers, machine)
        self.posts = FakeSlack(machine)
        self.desk = Desk(store, self.team, self.posts, clock)
        self.desk.facts = ChannelFacts(name="deal-northwind", private=True, bot_inside=True)
        with store.write(self.team.workspace_id) as unit:
            unit.channels.ensure(DEAL, facts=self.desk.facts)
            self.team_channel = unit.channels.ensure(TEAM_CHANNEL, facts=self.desk.facts)
            unit.commit()
        today = clock.now().date()
        value = Money(7_743_100, "USD")
        self._full = Deal(account=ACCOUNT, value=value, links=(LINK,), commitment_on=today)
        self.full = self._live(self._full, self._fill)
        self.holes = self._live(Deal(account=f"{ACCOUNT} B", commitment_on=today), self._leave_open)
        self.almost = self._live(Deal(account=f"{ACCOUNT} C"), self._leave_the_note)
        self.moved = self._live(Deal(account=f"{ACCOUNT} F"), self._leave_open)
        self.unsigned = self._begin(Deal(account=f"{ACCOUNT} D"))
        self.ended = self._live(Deal(account=f"{ACCOUNT} E"), self._leave_open)
        self.back = self._live(Deal(account=f"{ACCOUNT} F"), self._leave_the_note)
        soon = today + timedelta(days=5)
        self.uncaptured = self._unsigned(f"{ACCOUNT} G", soon, self._fill_sections)
        self.captured = self._unsigned(f"{ACCOUNT} H", soon, self._fill_brief)
        self.slipped = self._unsigned(f"{ACCOUNT} I", today, self._fill_brief)
        self.spoken = self._spoken_about(f"{ACCOUNT} K", soon)
        self.recorded = self._live(Deal(account=f"{ACCOUNT} L"), self._leave_the_note)
        """Read by nobody yet: the CS manager records the reading for the CSM."""
        self.chatted = self._live(Deal(account=f"{ACCOUNT} M"), self._leave_the_note)
        """The AE answers its debrief in a chat."""
        self.turned = self._live(Deal(account=f"{ACCOUNT} N"), self._leave_open)
        """Cancelled for another one, and opened again."""
        self.reviewed = self._live(Deal(account=f"{ACCOUNT} P"), self._leave_the_note)
        self.dropped = self._live(Deal(account=f"{ACCOUNT} J"), self._leave_open)
        self.peopled = self._live(Deal(account="Deal of others"), self._leave_nothing)
        """In which people come and go; its name is none of the contents."""
        self._correct(self.full, self.holes)
        self._assign_and_snooze()
        self._arrange(self.spoken)
        self._correct(self.almost)
        self._turn()
        self._enter_partner()
        self._read()
        # Three times more something is told some minutes later; the reading is then due, not late.
        clock.advance(timedelta(days=2) - 3 * TOGETHER - 2 * Policy().undo_window)
        self.deliver()
        self._debrief()
        self._plan()
        review(self, self.reviewed)

    # --- What happened

    def _begin(self, deal: Deal, *, signed: bool = False) -> int:
        with self.store.write(self.team.workspace_id) as unit:
            given = replace(deal, signed_at=unit.now) if signed else deal
            handoff = start(unit, self.team, given)
            handoff.proposed_csm_id = self.people[PROPOSED].id
            handoff.listener_id, handoff.listener_named = self.people[LISTENER].id, True
            handoff.lead_id = self.people[LEAD].id
            handoff.helpers = {self.people[helper(key)].id: frozenset({key}) for key in GIVEN}
            unit.save(handoff, actor_id=self.team.ae.id)
            unit.commit()
        return handoff.id

    def _live(self, deal: Deal, write: Callable[[WriteUnit, Handoff], None]) -> int:
        handoff_id = self._begin(deal, signed=True)
        self.deliver()
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(handoff_id)
            write(unit, handoff)
            unit.save(handoff, actor_id=self.team.ae.id, asked_in=self.team.channel.id)
            unit.commit()
        self.deliver()
        return handoff_id

    def _unsigned(
        self, account: str, expected_on: date, write: Callable[[WriteUnit, Handoff], None]
    ) -> int:
        """A deal that is written about before its signature, and told to the team."""
        deal = Deal(account=account, expected_on=expected_on, commitment_on=expected_on)
        handoff_id = self._begin(replace(deal, value=self._full.value))
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(handoff_id)
            write(unit, handoff)
            unit.save(handoff, actor_id=self.team.ae.id)
            unit.commit()
        self.deliver()
        return handoff_id

    def _spoken_about(self, account: str, expected_on: date) -> int:
        """A deal of which everybody once had to give a reason, and said what they thought."""
        handoff_id = self._begin(Deal(account=account, expected_on=expected_on))
        team = self.team
        with self.store.write(team.workspace_id) as unit:
            at, handoff = unit.now, unit.handoffs.lock(handoff_id)
            contact = unit.people.ensure("U0ALIGNED", facts=PersonFacts(ALIGNED_WITH))
            handoff.align(at.date(), contact, by=team.ae, at=at, zone=team.ae.zone)
            handoff.countersign(at, by=team.ae, at=at, ae=team.ae)
            self._leave_open(unit, handoff)
            reason = GATE_OVERRIDDEN
            handoff.assign_csm(team.csm, by=team.cs_manager, at=at, override=reason)
            handoff.override_closed_won(DEAL_OVERRIDDEN, by=team.ae_manager, at=at)
            unit.save(handoff, actor_id=team.cs_manager.id)
            unit.commit()
        self.deliver()
        with self.store.write(team.workspace_id) as unit:
            at, handoff = unit.now, unit.handoffs.lock(handoff_id)
            handoff.decline(DECLINED, by=team.csm, at=at)
            unit.save(handoff, actor_id=team.csm.id)
            unit.commit()
        self.deliver()
        with self.store.write(team.workspace_id) as unit:
            at, handoff = unit.now, unit.handoffs.lock(handoff_id)
            handoff.assign_csm(team.csm, by=team.cs_manager, at=at)
            handoff.acknowledge(version=handoff.brief_version, by=team.csm, at=at)
            words = Restatement(why="Why.", success="How.", risk="None.")
            verdict = Verdict(match=False, line=VERDICT)
            for kind, record, by in (
                (RecordKind.RESTATEMENT, words, team.csm),
                (RecordKind.VERDICT, verdict, team.ae),
            ):
                unit.records.save(handoff.id, kind, record, by=by.id, at=at)
            handoff.restate(words, revision=1, by=team.csm, at=at)
            handoff.judge(verdict, revision=1, by=team.ae, at=at)
            unit.save(handoff, actor_id=team.ae.id)
            unit.commit()
        self.deliver()
        return handoff_id

    def _arrange(self, handoff_id: int) -> None:
        """A time for the debrief is proposed, answered with another one, taken, and then kept."""
        team, first = self.team, self.clock.now() + timedelta(hours=26)
        csm, ae = team.csm, team.ae
        for by, hours in ((csm, 0), (ae, 1), (csm, None), (csm, 2), (ae, 1)):
            with self.store.write(team.workspace_id) as unit:
                at, handoff = unit.now, unit.handoffs.lock(handoff_id)
                turn = handoff.debrief_talk.turn
                if hours is None:
                    handoff.agree_talk(turn=turn, by=by, at=at)
                else:
                    wanted = first + timedelta(hours=hours)
                    handoff.propose_talk(wanted, turn=turn, by=by, at=at, line=TALK_LINE)
                unit.save(handoff, actor_id=by.id)
                unit.commit()
            self.deliver()

    def _correct(self, *handoff_ids: int) -> None:
        """The AE's manager finds that deals were signed earlier: what is owed moves with it."""
        by = self.team.ae_manager
        with self.store.write(self.team.workspace_id) as unit:
            for handoff_id in handoff_ids:
                handoff = unit.handoffs.lock(handoff_id)
                assert handoff.signed_at is not None
                earlier = handoff.signed_at - timedelta(hours=1)
                handoff.countersign(earlier, by=by, at=unit.now, ae=self.team.ae)
                unit.save(handoff, actor_id=by.id)
            unit.commit()
        self.deliver()

    def _write(self, unit: WriteUnit, handoff: Handoff, sections: dict[SectionKey, Any]) -> None:
        for key, section in sections.items():
            revision = unit.brief.save_section(
                handoff.id, key, section, by=self.team.ae.id, at=unit.now
            )
            brief = unit.brief.load(handoff.id, audiences=EVERY)
            handoff.copy_from(brief, at=unit.now)
            handoff.save_section(
                key,
                changed={"section": key.value},
                revision=revision,
                state=completeness(brief, handoff.tier, unit.policy),
                by=self.team.ae,
                at=unit.now,
                policy=Policy(),
            )

    def _fill(self, unit: WriteUnit, handoff: Handoff) -> None:
        self._fill_brief(unit, handoff)
        self._copy(unit, handoff)
        handoff.post(by=self.team.ae, at=unit.now)

    def _fill_sections(self, unit: WriteUnit, handoff: Handoff) -> None:
        """All but the promises, without which the capture is not done."""
        self._write(unit, handoff, FILLED)

    def _fill_brief(self, unit: WriteUnit, handoff: Handoff) -> None:
        by = self.team.ae.id
        kept = PromiseText(PROMISE, Kind.SCOPE, HEARD_BY)
        unit.brief.add_promise(handoff.id, kept, by=by, at=unit.now)
        gone = unit.brief.add_promise(handoff.id, PromiseText("Gone."), by=by, at=unit.now)
        unit.brief.withdraw_promise(gone.id, WITHDRAWN, by=by, at=unit.now)
        self._write(unit, handoff, FILLED)
        handoff.save_promise(
            Tag.PROMISE_WITHDRAWN,
            number=gone.number,
            version=gone.version,
            words=WITHDRAWN,
            state=handoff.completeness,
            by=self.team.ae,
            at=unit.now,
            policy=Policy(),
        )

    def _copy(self, unit: WriteUnit, handoff: Handoff) -> None:
        """Messages that became something in it, and one that waits for its taker."""
        for target, words, author in (
            (Target.QUOTE, COPIED, COPIED_BY),
            (Target.RED_FLAG, COPIED_FLAG, "Dana"),
        ):
            message = CopiedMessage(words, author, unit.now)
            copy_id = unit.copied.take(message, by=self.team.ae.id)
            unit.copied.add(copy_id, handoff.id, Copied(target, message, "Meant."))

    def _leave_open(self, unit: WriteUnit, handoff: Handoff) -> None:
        sections = {}
        for key, item in TO_CONFIRM.items():
            model = type(unit.brief.load(handoff.id, audiences=EVERY).section(key))
            name = content.asker(key)
            asks = unit.people.ensure(f"UASKER{key.upper()}", facts=PersonFacts(name))
            sections[key] = model(must_confirm=(item,), asker=asks.id)
        self._write(unit, handoff, sections)
        handoff.post(by=self.team.ae, at=unit.now)

    def _leave_the_note(self, unit: WriteUnit, handoff: Handoff) -> None:
        unit.brief.add_promise(handoff.id, PromiseText("Live in June."), by=1, at=unit.now)
        sections: dict[SectionKey, Any] = {key: FULL_BRIEF.section(key) for key in SectionKey}
        flags = FULL_BRIEF.red_flags.model_copy(update={"private_note": ""})
        self._write(unit, handoff, {**sections, SectionKey.RED_FLAGS: flags})
        assert handoff.post_by_bot(at=unit.now)

    def _assign_and_snooze(self) -> None:
        """A CSM is named; the AE snoozes with a reason; one handoff is cancelled with another."""
        with self.store.write(self.team.workspace_id) as unit:
            for handoff_id in (self.full, self.almost):
                handoff = unit.handoffs.lock(handoff_id)
                handoff.assign_csm(self.team.csm, by=self.team.cs_manager, at=unit.now)
                until = unit.now + timedelta(hours=3)
                handoff.snoozed("read", until=until, reason=SNOOZED, by=self.team.csm, at=unit.now)
                manager = self.team.ae_manager
                handoff.override_closed_won(OVERRIDDEN, by=manager, at=unit.now)
                unit.save(handoff, actor_id=self.team.cs_manager.id)
            peopled = unit.handoffs.lock(self.peopled)
            peopled.assign_csm(self.team.csm, by=self.team.cs_manager, at=unit.now)
            unit.save(peopled, actor_id=self.team.cs_manager.id)
            recorded = unit.handoffs.lock(self.recorded)
            recorded.assign_csm(self.team.csm, by=self.team.cs_manager, at=unit.now)
            unit.save(recorded, actor_id=self.team.cs_manager.id)
            ended = unit.handoffs.lock(self.ended)
            ended.cancel(CANCELLED, by=self.team.ae, at=unit.now)
            unit.save(ended, actor_id=self.team.ae.id, asked_in=self.team.channel.id)
            unit.commit()
        self._becomes_final()

    def _becomes_final(self) -> None:
        """A cancellation can no longer be taken back, and everybody hears of it."""
        self.clock.advance(Policy().undo_window)
        self.deliver()

    def _turn(self) -> None:
        """A deal became another one, and goes on by itself after all."""
        by = self.team.ae
        with self.store.write(self.team.workspace_id) as unit:
            almost, turned = (unit.handoffs.lock(one) for one in (self.almost, self.turned))
            turned.cancel(CANCELLED, by=by, at=unit.now)
            link(turned, almost, LinkKind.MERGED, by=by, at=unit.now, carried=1)
            unit.links.add(turned.id, almost.id, LinkKind.MERGED, by=by.id, at=unit.now)
            for one in (turned, almost):
                unit.save(one, actor_id=by.id)
            unit.commit()
        self._becomes_final()
        for viewer in VIEWERS:
            for handoff_id in (self.turned, self.almost):
                ref = Ref(handoff=handoff_id)
                self.press(viewer, "whole, linked", ids.ActionId.OPEN_HANDOFF, ref)
            ref = Ref(handoff=self.turned)
            self.press(viewer, "form", ids.ActionId.OPEN_REOPEN, ref)
        with self.store.write(self.team.workspace_id) as unit:
            almost, turned = (unit.handoffs.lock(one) for one in (self.almost, self.turned))
            reopen(turned, REOPENED, by=by, at=unit.now)
            unlink(turned, almost, LinkKind.MERGED, by=by, at=unit.now)
            unit.links.end(turned.id, almost.id, LinkKind.MERGED, at=unit.now)
            for one in (turned, almost):
                unit.save(one, actor_id=by.id)
            unit.commit()
        self.deliver()
        for viewer in VIEWERS:
            ref = Ref(handoff=self.turned)
            self.press(viewer, "whole, opened again", ids.ActionId.OPEN_HANDOFF, ref)

    def _enter_partner(self) -> None:
        """A partner sells the full deal along."""
        by = self.team.ae
        person = PartnerPerson(name=THEIR_PERSON, company="Larkfield Clinics", role="AE")
        side = PartnerSide(people=(person,), lives=THEIR_PLACE, source=THEIR_SOURCE)
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.full)
            handoff.marks = replace(handoff.marks, partner=True)
            revision = unit.partners.save(handoff.id, side, by=by.id, at=unit.now)
            enter(handoff, side, revision=revision, by=by, at=unit.now)
            unit.save(handoff, actor_id=by.id)
            unit.commit()
        self.deliver()

    def _read(self) -> None:
        """One brief is acknowledged, checked and restated; another is sent back with a reason."""
        csm = self.team.csm
        with self.store.write(self.team.workspace_id) as unit:
            at = unit.now
            handoff = unit.handoffs.lock(self.full)
            people = unit.brief.load(handoff.id, audiences=EVERY).people
            champions = [one.id for one in people.having(ContactRole.CHAMPION)]
            call = Call(at, csm.id, CALLED, champions[0])
            ae = self.team.ae
            handoff.record_call(call, cs=csm, champions=champions, by=ae, at=at)
            handoff.acknowledge(version=handoff.brief_version, by=csm, at=at)
            written: tuple[tuple[RecordKind, Record], ...] = (
                (RecordKind.CHECKS, CHECKS),
                (RecordKind.JOINT_PLAN, JointPlan(plan=PLAN)),
                (RecordKind.RESTATEMENT, _RESTATEMENT),
            )
            revisions = {
                kind: unit.records.save(handoff.id, kind, record, by=csm.id, at=at)
                for kind, record in written
            }
            handoff.answer_checks(CHECKS, revision=revisions[RecordKind.CHECKS], by=csm, at=at)
            handoff.restate(_RESTATEMENT, revision=revisions[RecordKind.RESTATEMENT], by=csm, at=at)
            asked = self.team.ae_manager.id
            handoff.not_mine("judge", NOT_MINE, asked=asked, by=self.team.ae, at=at)
            unit.save(handoff, actor_id=csm.id)
            back = unit.handoffs.lock(self.back)
            back.assign_csm(csm, by=self.team.cs_manager, at=at)
            back.send_back((Item.TRIGGER,), SENT_BACK, by=csm, at=at)
            unit.save(back, actor_id=csm.id)
            unit.commit()
        self.deliver()
        self._brief_by_call()
        self._ask_others()
        self._change_people()
        self._introduce()

    def _ask_others(self) -> None:
        """Others are asked what a former AE knew."""
        by = self.team.ae_manager
        with self.store.write(self.team.workspace_id) as unit:
            at, handoff, kind = unit.now, unit.handoffs.lock(self.full), RecordKind.INTERVIEWS
            reassigning.open_interviews(handoff, at=at)
            talk = Interview(
                source=Source.PRE_SALES,
                who=INTERVIEWED,
                on=at.date(),
                note=INTERVIEW_NOTE,
                by=by.id,
                at=at,
            )
            after = Interviews(talks=(talk,))
            readers = Audience.REASONS
            revision = unit.records.save(handoff.id, kind, after, by=by.id, at=at, audience=readers)
            reassigning.interview(handoff, talk, after, revision=revision, by=by, at=at)
            unit.save(handoff, actor_id=by.id)
            unit.commit()
        self.deliver()

    def _change_people(self) -> None:
        """Another AE comes and goes, and so does the champion."""
        team, one = self.team, self.peopled
        for ae in (self.people[OUTSIDE], team.ae):
            with self.store.write(team.workspace_id) as unit:
                unit.reassign_ae(unit.handoffs.lock(one), ae, by=team.ae_manager)
                unit.commit()
            self.deliver()
        with self.store.read(team.workspace_id) as unit:
            champion = unit.brief.load(one, audiences=EVERY).people.having(CHAMPION)[0]
        for leaving in (
            champion_left.Leaving(champion.id),
            champion_left.Leaving(follower=Follower(name="Nora")),
        ):
            with self.store.write(team.workspace_id) as unit:
                handoff, before = unit.handoffs.lock(one), unit.brief.load(one, audiences=EVERY)
                at, by, key = unit.now, team.csm, SectionKey.PEOPLE
                people = champion_left.changed(
                    handoff, before.people, leaving, fresh=99, by=by, at=at
                )
                revision = unit.brief.save_section(one, key, people, by=by.id, at=at)
                champion_left.record(
                    handoff,
                    leaving,
                    before=before,
                    people=people,
                    revision=revision,
                    by=by,
                    at=at,
                    policy=unit.policy,
                )
                unit.save(handoff, actor_id=by.id)
                unit.commit()
            self.deliver()

    def _brief_by_call(self) -> None:
        """A call is booked, done without, let out and held all the same."""
        for viewer in VIEWERS:
            way = "form of a call or a reading"
            self.press(viewer, way, ids.ActionId.OPEN_LIFT, Ref(handoff=self.full))
        with self.store.write(self.team.workspace_id) as unit:
            full, almost = (unit.handoffs.lock(one) for one in (self.full, self.almost))
            later = unit.now + timedelta(hours=5)
            briefing_call.book(full, later, by=self.team.ae, at=unit.now)
            unit.save(full, actor_id=self.team.ae.id)
            csm, policy = self.team.csm, unit.policy
            briefing_call.do_without(almost, by=csm, at=unit.now, policy=policy)
            unit.save(almost, actor_id=csm.id)
            unit.commit()
        self.deliver()
        with self.store.write(self.team.workspace_id) as unit:
            handoff, at, kind = unit.handoffs.lock(self.full), unit.now, RecordKind.BRIEFING_CALL
            boss = self.team.cs_manager
            briefing_call.lift_hold(handoff, LIFTED, by=boss, at=at, policy=unit.policy)
            call = BriefingCall(
                held_at=at,
                minutes=20,
                tone=Tone.WARM,
                mood=Mood.KEEN,
                emphasis=EMPHASIS,
                questions=OPEN_QUESTION,
                unread=(1,),
            )
            revision = unit.records.save(handoff.id, kind, call, by=self.team.ae.id, at=at)
            briefing_call.record(handoff, call, revision=revision, by=self.team.ae, at=at)
            unit.save(handoff, actor_id=self.team.ae.id)
            unit.commit()
        self.deliver()
        self._kick_off()

    def _kick_off(self) -> None:
        """One is booked late at the customer's wish, another called off, booked anew and held."""
        csm = self.team.csm
        with self.store.write(self.team.workspace_id) as unit:
            full, almost = (unit.handoffs.lock(one) for one in (self.full, self.almost))
            now, policy = unit.now, unit.policy
            kickoff_booking.book(
                full,
                now + timedelta(days=9),
                offered=now + timedelta(hours=1),
                by=self.team.ae,
                at=now,
                policy=policy,
                reason=KICKOFF_WHY,
            )
            unit.save(full, actor_id=self.team.ae.id)
            kickoff_booking.book(almost, now + timedelta(days=1), by=csm, at=now, policy=policy)
            unit.save(almost, actor_id=csm.id)
            back = unit.handoffs.lock(self.back)
            kickoff_booking.book(back, now + timedelta(days=60), by=csm, at=now, policy=policy)
            unit.save(back, actor_id=csm.id)
            unit.commit()
        self.deliver()
        with self.store.write(self.team.workspace_id) as unit:
            almost = unit.handoffs.lock(self.almost)
            kickoff_booking.call_off(almost, by=csm, at=unit.now, policy=unit.policy)
            unit.save(almost, actor_id=csm.id)
            unit.commit()
        self.deliver()
        for viewer in VIEWERS:
            for action in (ids.ActionId.OPEN_KICKOFF_BOOKING, ids.ActionId.OPEN_KICKOFF_CARD):
                self.press(viewer, "form of a call or a reading", action, Ref(handoff=self.full))

    def record_kickoff(self) -> None:
        """What came of one is written down, and everybody looks for it on its page."""
        form = KickoffForm(
            held_at=self.clock.now(),
            customers=CUSTOMERS,
            ran=Ran.BOTH,
            metric=True,
            timing=False,
            changed=CHANGED,
            carried=SectionKey.SUCCESS,
            lacked=SectionKey.PEOPLE,
        )
        csm, kind = self.team.csm, RecordKind.KICKOFF
        with self.store.write(self.team.workspace_id) as unit:
            handoff, at = unit.handoffs.lock(self.almost), unit.now
            made = form.model_copy(update={"held_at": at}).checked()
            kickoff_record.record(
                handoff,
                made,
                before=None,
                revision=unit.records.save(handoff.id, kind, made, by=csm.id, at=at),
                by=csm,
                at=at,
                policy=unit.policy,
            )
            unit.save(handoff, actor_id=csm.id)
            unit.commit()
        self.deliver()
        for viewer in VIEWERS:
            for page in range(5):
                ref = Ref(handoff=self.almost, page=page or None)
                self.press(viewer, AFTER_KICKOFF, ids.ActionId.OPEN_HANDOFF, ref)

    def _introduce(self) -> None:
        """The AE has a draft of the intro, and of another one says that the CSM wrote before."""
        ae, csm = self.team.ae, self.team.csm
        with self.store.write(self.team.workspace_id) as unit:
            full, almost = (unit.handoffs.lock(one) for one in (self.full, self.almost))
            at, policy, kind = unit.now, unit.policy, RecordKind.INTRO_DRAFT
            readers = introducing.sender(full, policy).readers
            draft = IntroDraft(words=f"{INTRO_DRAFT} {INTRO_DRAFT}")
            revision = unit.records.save(full.id, kind, draft, by=ae.id, at=at, audience=readers)
            introducing.save_draft(full, revision=revision, by=ae, at=at, policy=policy)
            wrote = Contacted(at, Way.CHAT)
            introducing.note_contact(full, wrote, by=csm, at=at, policy=policy)
            unit.save(full, actor_id=csm.id)
            sent = Sent(Contacted(at, Way.EMAIL), CsBefore.NO)
            introducing.mark_sent(almost, sent, by=ae, at=at, policy=policy)
            unit.save(almost, actor_id=ae.id)
            unit.commit()
        self.deliver()
        with self.store.write(self.team.workspace_id) as unit:
            almost = unit.handoffs.lock(self.almost)
            introducing.take_back(almost, by=ae, at=unit.now, policy=unit.policy)
            unit.save(almost, actor_id=ae.id)
            unit.commit()
        self.deliver()

    def _debrief(self) -> None:
        """The AE answers ahead, is asked about each answer, and the talk is recorded for the CSM.

        Of another handoff all answers count, and the talk is recorded by the CSM.
        """
        self._answer_ahead()
        self.deliver()
        asks = self._ask_everything()
        self._later()
        self._reply(asks[:-1])
        self._later()
        team = self.team
        with self.store.write(team.workspace_id) as unit:
            sat_in = unit.people.ensure("U0SATIN", facts=PersonFacts(SAT_IN))
            at, handoff = unit.now, unit.handoffs.lock(self.full)
            talk = Talk(held_at=at, minutes=40, there=(team.ae.id, team.csm.id, sat_in.id))
            debriefing.record_talk(
                handoff,
                talk,
                revision=unit.debriefs.save_talk(handoff.id, talk, by=team.cs_manager.id, at=at),
                by=team.cs_manager,
                at=at,
                reason=TALK_RECORDED,
            )
            unit.save(handoff, actor_id=team.cs_manager.id)
            late = unit.handoffs.lock(self.full)
            late.note_breakdown(Breakdown.DEBRIEF_LATE, happened=True, at=at)
            unit.save(late, actor_id=None)
            almost = unit.handoffs.lock(self.almost)
            hold_debrief(unit, almost, team)
            unit.save(almost, actor_id=team.csm.id)
            chatted = unit.handoffs.lock(self.chatted)
            chatted.assign_csm(team.csm, by=team.cs_manager, at=at)
            unit.save(chatted, actor_id=team.cs_manager.id)
            unit.commit()
        self.deliver()

    def _plan(self) -> None:
        """A success plan that everybody said yes to, and another one that was changed since."""
        team, today = self.team, self.clock.now().date()
        owner, due = MilestoneOwner.CUSTOMER, today + timedelta(days=3)
        texts = (
            MilestoneText(MILESTONE, owner=owner, who=REACHED_BY, due=due),
            MilestoneText(INTERNAL_MILESTONE, Sharing.INTERNAL, MilestoneOwner.AE, "", due),
        )
        for handoff_id in (self.full, self.almost):
            with self.store.write(team.workspace_id) as unit:
                handoff = unit.handoffs.lock(handoff_id)
                for text in texts:
                    self._add_milestone(unit, handoff, text)
                # An outline would make shared milestones of words that are marked as the brief's.
                handoff.success_plan = replace(handoff.success_plan, started_at=unit.now)
                unit.save(handoff, actor_id=team.csm.id)
                self._sign_plan(unit, handoff, Confirmation(CONFIRMED_BY, today, ConfirmedWay.MAIL))
                unit.commit()
            self.deliver()
        with self.store.write(team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.almost)
            self._add_milestone(unit, handoff, texts[0])
            unit.save(handoff, actor_id=team.csm.id)
            unit.commit()
        self.deliver()

    def _add_milestone(self, unit: WriteUnit, handoff: Handoff, text: MilestoneText) -> None:
        csm, at = self.team.csm, unit.now
        made = unit.plans.add(handoff.id, text, by=csm.id, at=at)
        planning.added(handoff, made, unit.plans.all_of(handoff.id), by=csm, at=at)

    def _sign_plan(self, unit: WriteUnit, handoff: Handoff, heard: Confirmation) -> None:
        """The CSM and, for the AE, their manager initial it; the CSM heard the customer's yes."""
        csm, size, at = self.team.csm, handoff.size(unit.policy), unit.now
        version = handoff.success_plan.version
        for by, party, why in (
            (csm, Party.CSM, ""),
            (self.team.ae_manager, Party.AE, SIGNED_FOR),
        ):
            planning.initial(handoff, size, by=by, version=version, at=at, reason=why)
            unit.plans.mark(handoff.id, party, version=version, by=by.id, at=at)
        party, today = Party.CUSTOMER, at.date()
        planning.confirm(handoff, size, party, heard, by=csm, version=version, at=at, today=today)
        unit.plans.mark(handoff.id, party, version=version, by=csm.id, at=at, confirmation=heard)
        unit.save(handoff, actor_id=csm.id)

    def _later(self) -> None:
        """What is asked or replied within some minutes is told once they are over."""
        self.clock.advance(TOGETHER)
        self.deliver()

    def _answer_ahead(self) -> None:
        ae = self.team.ae
        with self.store.write(self.team.workspace_id) as unit:
            at, handoff = unit.now, unit.handoffs.lock(self.full)
            for question in Question:
                answer = Answer(
                    words=content.answered(question, AnswerPart.WORDS),
                    short=content.answered(question, AnswerPart.SHORT),
                    outlook=content.OUTLOOK,
                ).checked(question)
                revision = unit.debriefs.save_answer(handoff.id, question, answer, by=ae.id, at=at)
                debriefing.save_answer(
                    handoff,
                    question,
                    before=Answer(),
                    after=answer,
                    revision=revision,
                    by=ae,
                    at=at,
                )
            unit.save(handoff, actor_id=ae.id)
            unit.commit()

    def _ask_everything(self) -> list[Ask]:
        csm, asks = self.team.csm, list[Ask]()
        with self.store.write(self.team.workspace_id) as unit:
            at, handoff = unit.now, unit.handoffs.lock(self.full)
            for about in (*Question, None, Question.NEARLY):
                text, _ = content.asked_about(about)
                ask = unit.debriefs.add_ask(handoff.id, about, text, by=csm.id, at=at)
                debriefing.ask(handoff, ask, by=csm, at=at)
                asks.append(ask)
            own = OwnPart(flags=OWN_FLAGS, readiness=OWN_READINESS)
            revision = unit.debriefs.save_own_part(handoff.id, own, by=csm.id, at=at)
            debriefing.save_own_part(handoff, own, revision=revision, by=csm, at=at)
            unit.save(handoff, actor_id=csm.id)
            unit.commit()
        return asks

    def _reply(self, asks: Sequence[Ask]) -> None:
        """To all of them but the last, which goes on waiting."""
        ae = self.team.ae
        with self.store.write(self.team.workspace_id) as unit:
            at, handoff = unit.now, unit.handoffs.lock(self.full)
            for ask in asks:
                _, text = content.asked_about(ask.question)
                debriefing.reply(handoff, ask, text, others=asks, by=ae, at=at)
                unit.debriefs.reply(handoff.id, ask.id, text, by=ae.id, at=at)
            unit.save(handoff, actor_id=ae.id)
            unit.commit()

    def _leave_nothing(self, unit: WriteUnit, handoff: Handoff) -> None:
        unit.brief.add_promise(handoff.id, PromiseText("Live in June."), by=1, at=unit.now)
        self._write(unit, handoff, {key: FULL_BRIEF.section(key) for key in SectionKey})
        assert handoff.post_by_bot(at=unit.now)

    # --- What delivery says

    def deliver(self) -> None:
        """Send all that waits, and note who can read it where it stands."""
        self.desk.drain(within=timedelta(hours=10))
        ledger = self.posts.ledger
        for message in ledger.messages:
            if message.channel == DEAL:
                way = "card" if message.thread_ts is None else "thread"
            else:
                way = "team" if message.channel == TEAM_CHANNEL else "dm"
            stands = (message.channel, message.ts, message.edits)
            readers = self._readers_in(message.channel) - self._noted[stands]
            if not readers:
                continue  # It stands as it stood when they were shown it.
            self._noted[stands] |= readers
            shown = json.dumps(message.args, ensure_ascii=False)
            for viewer in readers:
                self.seen.add(viewer, way, shown)
                for one in message.args.get("files", ()):
                    sent = next(file.content for file in ledger.files if file.id == one["id"])
                    self.seen.add(viewer, "file", (sent or b"").decode())
        for whisper in ledger.whispers[self._heard_whispers :]:
            self.seen.add(_viewer(whisper["user"]), "whisper", whisper)
        self._heard_whispers = len(ledger.whispers)
        for view in ledger.views[self._seen_views :]:
            self.seen.add(_viewer(view["user_id"]), "home", view)
        self._seen_views = len(ledger.views)

    def _readers_in(self, channel: str) -> frozenset[str]:
        """Who reads there, apart from those who have a part in the handoff."""
        if channel == DEAL:
            return IN_CHANNEL | {PARTNER} if self.desk.facts.shared else IN_CHANNEL
        if channel == TEAM_CHANNEL:
            return frozenset({TEAM})
        return frozenset(one for one in VIEWERS if channel == f"D-{slack_id(one)}")

    def heard(self) -> dict[str, dict[str, str]]:
        """What the notices of each kind said that stand somewhere, by who reads there."""
        stands = {(one.channel, one.ts): one for one in self.posts.ledger.messages}
        heard: dict[str, dict[str, str]] = defaultdict(lambda: defaultdict(str))
        for row in self.desk.rows(outbox):
            message = stands.get((row["sent_channel"], row["ts"]))
            if row["state"] == "sent" and message is not None:
                for viewer in self._readers_in(message.channel):
                    heard[row["kind"]][viewer] += json.dumps(message.args, ensure_ascii=False)
        return heard

    def share(self) -> None:
        """The deal channel opens to another company, and Slack lets no message be deleted."""
        refused = Refusal("compliance_exports_prevent_deletion")
        self.posts.trouble = lambda method, _: refused if method == "chat.delete" else None
        self.desk.facts = replace(self.desk.facts, shared=True)
        with self.store.write(self.team.workspace_id) as unit:
            unit.channels.ensure(DEAL, facts=self.desk.facts)
            unit.commit()
        self.deliver()

    def lose(self) -> set[str]:
        """An account is closed and the bot is in trouble; every kind that was ever sent."""
        gone, admin = self.team.csm, self.team.revops
        with self.store.database.writing() as connection:
            dropped = select(outbox.c.id).where(outbox.c.state == "cancelled").limit(2)
            dead, tried = connection.execute(dropped).scalars()
            given_up = {"state": "dead", "reason": "not_in_channel"}
            later = self.desk.machine.now() + timedelta(hours=9)
            in_vain = {"state": "pending", "attempts": alarms.TRIED_IN_VAIN, "next_try_at": later}
            for row, values in ((dead, given_up), (tried, {"reason": "fatal_error", **in_vain})):
                connection.execute(update(outbox).where(outbox.c.id == row).values(**values))
            connection.commit()
        with self.store.write(self.team.workspace_id) as unit:
            unit.note_account(gone.slack_id, PersonFacts(name=gone.name, deactivated=True))
            now, lost = unit.now, alarms.About.SOCKET
            told = [
                alarms.alarm(about, admin.id, reference="0123abcd", since=now, until=now)
                for about in alarms.About
            ]
            unit.alarms.begin(lost, reference="4567cdef")
            told.append(alarms.alarm(lost, admin.id, reference="4567cdef", since=now))
            for one in told:
                unit.outbox.add(replace(one, priority=Priority.ANSWER))
            unit.commit()
        self.deliver()
        return {row["kind"] for row in self.desk.rows(outbox) if row["state"] == "sent"}

    def say_everything(self) -> set[str]:
        """Every kind of notice to everybody it may be about, and every surface; what was sent."""
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.almost)
            handoff.acknowledge(version=handoff.brief_version, by=self.team.csm, at=unit.now)
            unit.save(handoff, actor_id=self.team.csm.id, asked_in=self.team.channel.id)
            for viewer in VIEWERS:
                if viewer not in (GUEST, STRANGER):
                    unit.surfaces.open_home(self.people[viewer].id)
            unit.commit()
        usual = (self.full, self.holes, self.almost, self.unsigned, self.back)
        for handoff_id in (*usual, self.uncaptured, self.captured, self.slipped):
            notices = self._notices(handoff_id, of_days=handoff_id not in usual)
            numbered = [
                replace(notice, key=f"rights:{handoff_id}:{number}")
                for number, notice in enumerate(notices)
            ]
            # Some after the others: what waits in a long queue is looked for at length.
            for at in range(0, len(numbered), MOST_WAITING):
                with self.store.write(self.team.workspace_id) as unit:
                    for notice in numbered[at : at + MOST_WAITING]:
                        unit.outbox.add(notice)
                    unit.commit()
                self.desk.drain(within=timedelta(hours=10))
        self._sum_up((*usual, self.uncaptured, self.captured, self.slipped, self.dropped))
        return {row["kind"] for row in self.desk.rows(outbox) if row["state"] == "sent"}

    def _sum_up(self, handoff_ids: Sequence[int]) -> None:
        """All that the clock says in one message to each, and then one of the deals is dropped."""
        words = [
            Word(handoff_id, step, stage)
            for handoff_id in handoff_ids
            for step, stage in (
                *product(Step, (Stage.LATE, Stage.LATE_MANAGER)),
                *OF_A_DATE,
                (Step.MESSAGE, Stage.POST),
                (Step.COMMITMENT, Stage.COMMITTED),
            )
        ]
        alone = (Word(self.dropped, Step.BRIEF, Stage.LATE),)
        for viewer in VIEWERS:
            if viewer not in READERS[content.FACTS]:
                continue
            reader = self.people[viewer].id
            with self.store.write(self.team.workspace_id) as unit:
                for number, about in enumerate((alone, *_in_parts(words))):
                    told = clock_notice(about, reader, key=f"rights:summary:{reader}:{number}")
                    unit.outbox.tell([replace(told, priority=Priority.ANSWER)])
                unit.commit()
            self.desk.drain(within=timedelta(hours=10))  # One after the other, as above.
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(self.dropped)
            handoff.cancel(CANCELLED, by=self.team.ae, at=unit.now)
            unit.save(handoff, actor_id=self.team.ae.id)
            unit.commit()
        self._becomes_final()

    def _notices(self, handoff_id: int, *, of_days: bool) -> Iterator[Notice]:
        if of_days:
            yield from self._to_everybody(NoticeKind.COMMITTED, handoff_id, {})
            for kind, step in _OF_DAYS.items():
                yield from self._to_everybody(kind, handoff_id, {"step": step})
            return
        for kind, facts in _FACTS:
            if kind in _OF_NO_HANDOFF and handoff_id != self.full:
                continue
            told = {**facts, **({"csm": self.team.csm.id} if "csm" in facts else {})}
            yield from self._to_everybody(kind, handoff_id, told)

    def _to_everybody(
        self, kind: NoticeKind, handoff_id: int, facts: dict[str, str | int]
    ) -> Iterator[Notice]:
        """To each whom the table knows, whoever it is meant for; or once where all read it."""
        known = [viewer for viewer in VIEWERS if viewer in READERS[content.FACTS]]
        place, priority = _PLACES.get(kind, Place.DM), Priority.ANSWER
        channel, people = self.team.channel, [self.people[viewer].id for viewer in known]
        if kind in _THREAD:
            place, priority, people = Place.THREAD, Priority.CARD, []
        if kind is NoticeKind.STATUS_CSV:
            # A list of all may be asked for by anybody, also by who may know of none.
            asking = (viewer for viewer in VIEWERS if viewer not in (GUEST, STRANGER))
            people = [self.people[viewer].id for viewer in asking]
        if kind is NoticeKind.CHAT_SAID:
            # Whomever it is made out to, it is said in the thread of its chat.
            people = [self.team.ae.id, self.team.outsider.id]
        if kind is NoticeKind.COMMITTED:
            channel, people = self.team_channel, [self.team.ae.id]
        if kind in _ALSO_TO_ONE:
            for viewer in known:
                yield Notice(
                    kind,
                    Place.DM,
                    "",
                    Priority.ANSWER,
                    handoff_id=handoff_id,
                    person_id=self.people[viewer].id,
                    channel_id=channel.id,
                    facts=facts,
                )
        for person_id in people or (None,):
            yield Notice(
                kind,
                place,
                "",
                priority,
                handoff_id=handoff_id,
                person_id=person_id,
                channel_id=channel.id,
                facts=facts,
            )

    # --- What people press and type

    def ask(self, viewer: str, way: str, body: Json) -> Reply:
        """One person asks something; all that comes back, wherever it is shown, is theirs."""
        calls = self.app.slack.calls
        before = len(calls)
        reply = self.app.deliver(body)
        self.seen.add(viewer, way, reply.body)
        self.seen.add(viewer, way, reply.whispered)
        self.seen.add(viewer, way, [args for _, args in calls[before:]])
        return reply

    def press(
        self, viewer: str, way: str, action: str, ref: Ref, modal: Modal | None = None
    ) -> Reply:
        """A button in a message, where this person is, or in a modal."""
        place = _place(viewer)
        user = slack_id(viewer)
        body = self.app.press_body(user, action, ref, modal=modal, channel=place)
        return self.ask(viewer, way, body)

    def command(
        self, viewer: str, name: str, words: str, way: str = "command", *, place: str = ""
    ) -> None:
        """A slash command, where this person is unless said otherwise."""
        channel = place or _place(viewer)
        body = self.app.command_body(slack_id(viewer), words, name=name, channel=channel)
        self.ask(viewer, way, body)

    def submit(self, viewer: str, way: str, modal: Modal) -> Reply:
        """A form."""
        return self.ask(viewer, way, self.app.submit_body(slack_id(viewer), modal))

    def hold_kickoff(self, handoff_id: int) -> None:
        """The kickoff of a handoff was held just now."""
        with self.store.write(self.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(handoff_id)
            handoff.kickoff_held_at = unit.now
            unit.save(handoff, actor_id=None)
            unit.commit()

    def surface_late(self) -> None:
        """The first promise surfaced after the AE's initials, and nobody said anything of that."""
        nothing = {"dealt": None, "dealt_by": None, "fate": "open", "fate_by": None}
        with self.store.database.writing() as connection:
            late = update(promise).where(promise.c.handoff_id == self.full, promise.c.number == 1)
            connection.execute(late.values(late="customer", **nothing))
            connection.commit()

    def promise_message(self) -> tuple[str, str]:
        """Where a promise stands below a card that names nobody who delivers it."""
        with self.store.database.reading() as connection:
            row = connection.execute(
                select(surface).where(surface.c.kind == "promise", surface.c.ts.is_not(None))
            ).first()
        assert row is not None
        return row.posted_in, row.ts

    def last_view(self) -> dict[str, Any]:
        """The view that was opened or changed last."""
        found = [args["view"] for _, args in self.app.slack.calls if "view" in args]
        view: dict[str, Any] = found[-1]
        return view


def _place(viewer: str) -> str:
    return DEAL if viewer in IN_CHANNEL else "D0SOMEBODY"


def _viewer(of_slack_id: str) -> str:
    return next(viewer for viewer in VIEWERS if slack_id(viewer) == of_slack_id)


def _people(store: Store, team: Team) -> dict[str, Person]:
    known = {
        AE: team.ae,
        CSM: team.csm,
        CS_MANAGER: team.cs_manager,
        AE_MANAGER: team.ae_manager,
        REVOPS: team.revops,
        OUTSIDE: team.outsider,
    }
    with store.write(team.workspace_id) as unit:
        for viewer in VIEWERS:
            if viewer not in known and viewer not in (GUEST, STRANGER):
                facts = PersonFacts(f"Person {viewer}", "Europe/Berlin")
                known[viewer] = unit.people.ensure(slack_id(viewer), facts=facts)
        known[ADMIN] = unit.people.set_part(known[ADMIN].id, roles={Role.ADMIN})
        known[LISTENER] = unit.people.set_part(known[LISTENER].id, roles={Role.CS_MANAGER})
        unit.commit()
    return known


AFTER_KICKOFF = "whole, after the kickoff"
_THREAD = frozenset(
    {
        NoticeKind.CSM_MENTION,
        NoticeKind.ACKNOWLEDGED,
        NoticeKind.ACKNOWLEDGE_UNDONE,
        NoticeKind.SIGNATURE_CORRECTED,
        NoticeKind.TIER_CHANGED,
        NoticeKind.OUTDATED,
        NoticeKind.PROMISE_CHANGED,
        NoticeKind.BRIEFING_HELD,
        NoticeKind.INTRO_SENT,
        NoticeKind.INTRO_NOT_SENT,
        NoticeKind.KICKOFF_HELD,
        NoticeKind.PLAN_SIGNED,
        NoticeKind.PLAN_REOPENED,
        NoticeKind.DISPUTED,
        NoticeKind.DISPUTE_ESCALATED,
        NoticeKind.DISPUTE_OVER,
        NoticeKind.DEBRIEF_DONE,
        NoticeKind.CANCELLED,
        NoticeKind.CANCEL_UNDONE,
        NoticeKind.REOPENED,
        NoticeKind.LINKED,
        NoticeKind.UNLINKED,
    }
)
_OF_NO_HANDOFF = frozenset(
    {NoticeKind.STATUS_CSV, NoticeKind.FILE_FAILED, NoticeKind.CHAT_ELSEWHERE, NoticeKind.CHAT_SAID}
)
"""One to each reader is enough."""
_ALSO_TO_ONE = frozenset(
    {
        NoticeKind.TIER_CHANGED,
        NoticeKind.OUTDATED,
        NoticeKind.PROMISE_CHANGED,
        NoticeKind.DISPUTED,
        NoticeKind.DISPUTE_OVER,
        NoticeKind.REOPENED,
        NoticeKind.LINKED,
        NoticeKind.UNLINKED,
    }
)
_PLACES = {
    NoticeKind.UNDO_OFFER: Place.EPHEMERAL,
    NoticeKind.STATUS_POST: Place.CHANNEL,
    NoticeKind.COMMITTED: Place.CHANNEL,
    NoticeKind.CSM_INVITE: Place.INVITATION,
    NoticeKind.CHAT_SAID: Place.CHAT,
}
_BEFORE, _AFTER = "2026-03-02T09:00:00+00:00", "2026-03-02T10:00:00+00:00"
_LONG_AGO, _MUCH_LATER = "2000-01-01T00:00:00+00:00", "2100-01-01T00:00:00+00:00"
_EVER: dict[str, str | int] = {"actor": 1, "since": _LONG_AGO, "until": _MUCH_LATER}
_IN_CHAT: dict[str, str | int] = {
    "chat": 1,
    "section": "debrief",
    "item": Question.AGAINST.value,
    "saved": 2,
    "left": 1,
}
_SAID_IN_CHAT: tuple[tuple[NoticeKind, dict[str, str | int]], ...] = tuple(
    (NoticeKind.CHAT_SAID, {**_IN_CHAT, "says": says.value, "hint": ""}) for says in Says
)
_OTHER: dict[str, str | int] = {"actor": 1, "owner": 1, "other": 1, "onward": 1}
_OF_BRIEF: dict[str, str | int] = {"step": "brief", "stage": "half"}
_OF_READING: dict[str, str | int] = {"step": "read", "stage": "snoozed"}
_FACTS: tuple[tuple[NoticeKind, dict[str, str | int]], ...] = (
    (NoticeKind.NUDGE, _OF_BRIEF),
    (NoticeKind.NUDGE, _OF_READING),
    (NoticeKind.LATE, {**_OF_BRIEF, "stage": "late"}),
    (NoticeKind.LATE_FOR_MANAGER, {**_OF_BRIEF, "stage": "late_manager"}),
    (NoticeKind.LATE, {"step": "decide", "stage": "late", "subject": 1}),
    (NoticeKind.NUDGE, {"step": "decide", "stage": "most", "subject": 1}),
    (NoticeKind.BOT_POSTED, {}),
    (NoticeKind.CANNOT_POST, {"problem": "channel_archived"}),
    (NoticeKind.CSM_MENTION, {"csm": 0}),
    (NoticeKind.CSM_INVITE, {}),
    (NoticeKind.INVITE_BY_HAND, {"csm": 0}),
    (NoticeKind.ACKNOWLEDGED, {"actor": 1, "version": 2}),
    (NoticeKind.ACKNOWLEDGE_UNDONE, {"actor": 1}),
    (NoticeKind.SIGNATURE_CORRECTED, {"actor": 1, "before": _BEFORE, "signed_at": _AFTER}),
    (
        NoticeKind.DUE_MOVED,
        {
            "actor": 4,
            "before": _AFTER,
            "signed_at": _BEFORE,
            **dict.fromkeys(("brief", "assign", "read", "judge", "debrief"), _AFTER),
        },
    ),
    (NoticeKind.TIER_CHANGED, {"actor": 1, "tier": "full", "call": "came"}),
    (NoticeKind.OUTDATED, {"actor": 1, "csm": 0, "changed": "promise.edited", "number": 1}),
    (NoticeKind.PROMISE_CHANGED, {"actor": 0, "changed": "promise.edited", "number": 1}),
    (NoticeKind.DISPUTED, {"actor": 1, "number": 1}),
    (NoticeKind.SETTLE_ASKED, {"actor": 1, "number": 1}),
    (NoticeKind.DISPUTE_ESCALATED, {"number": 1, "why": "differ"}),
    (NoticeKind.DISPUTE_OVER, {"actor": 1, "number": 1}),
    (NoticeKind.DISPUTE_OVER, {"actor": 1, "number": 1, "ending": "lapsed"}),
    (NoticeKind.DISPUTE_OVER, {"actor": 1, "number": 1, "outcome": "kept"}),
    (NoticeKind.LATE_DIFFERS, {"actor": 1, "number": 1}),
    (NoticeKind.OVERRIDDEN, {"actor": 1}),
    (NoticeKind.COMMITTED, {}),
    (NoticeKind.COMMITMENT_ASKED, {"step": "commitment"}),
    (NoticeKind.ANCHOR, {"count": 1, "head": "0a", "version": 1}),
    (NoticeKind.SENT_BACK, {}),
    (NoticeKind.HELPER_INVITED, {}),
    (NoticeKind.BRIEFING_HELD, {"actor": 1, "held_at": _AFTER, "debrief": 0}),
    (NoticeKind.BRIEFING_BOOKED, {"actor": 1, "owner": 1, "at": _AFTER, "moved": 0}),
    (NoticeKind.BRIEFING_SKIPPED, {"actor": 1, "owner": 1, "both": 0}),
    (NoticeKind.HOLD_LIFTED, {"actor": 1, "owner": 1}),
    (NoticeKind.REASSIGNED, {"actor": 4, "owner": 1, "part": "ae", "now": 1, "before": 6}),
    (NoticeKind.REASSIGNED, {"actor": 4, "owner": 6, "part": "ae", "now": 1, "before": 6}),
    (NoticeKind.CHAMPION_LEFT, {"actor": 1, "owner": 2, "left": 1, "champion": 0}),
    (NoticeKind.CHAMPION_NAMED, {"actor": 1, "owner": 2, "left": 0, "champion": 1}),
    (NoticeKind.INTRO_SENT, {"actor": 1, "at": _AFTER, "way": "email", "own": 1}),
    (NoticeKind.INTRO_NOT_SENT, {"actor": 1}),
    (NoticeKind.CSM_WROTE, {"actor": 1, "owner": 1, "at": _AFTER}),
    (NoticeKind.KICKOFF_HELD, {"actor": 1, "held_at": _AFTER}),
    (NoticeKind.KICKOFF_HELD, {"actor": 1, "held_at": _AFTER, "before": _BEFORE}),
    (NoticeKind.PLAN_SIGNED, {"actor": 0}),
    (NoticeKind.PLAN_REOPENED, {"actor": 1}),
    (NoticeKind.PLAN_VOIDED, {"actor": 1, "owner": 1, "initial": 1}),
    (NoticeKind.PLAN_VOIDED, {"actor": 1, "owner": 2, "initial": 0}),
    (NoticeKind.PLAN_FILE, {}),
    (NoticeKind.LATE, {"step": "milestone", "stage": "late", "subject": 2}),
    (NoticeKind.NUDGE, {"step": "milestone", "stage": "half", "subject": 2}),
    (NoticeKind.KICKOFF_FELL, {"at": _AFTER, "sequence": 9}),
    (NoticeKind.KICKOFF_CARD, {}),
    (NoticeKind.KICKOFF_LATER, {}),
    (NoticeKind.KICKOFF_PAST, {}),
    (NoticeKind.KICKOFF_LACKED, {"actor": 1}),
    (NoticeKind.KICKOFF_MORNING, {"step": "kickoff_day"}),
    (NoticeKind.TALK_FELL, {"at": _AFTER, "agreed": 2}),
    (NoticeKind.DEBRIEF_ASKED, _EVER),
    (NoticeKind.DEBRIEF_REPLIED, _EVER),
    (NoticeKind.DEBRIEF_AHEAD, {"actor": 1}),
    (NoticeKind.DEBRIEF_DONE, {}),
    (NoticeKind.LISTENER_NAMED, {"actor": 1}),
    (NoticeKind.CHAT_OPENED, {"about": About.DEBRIEF.value}),
    (NoticeKind.CHAT_OPENED, {"about": About.BRIEF.value}),
    *_SAID_IN_CHAT,
    (NoticeKind.CHAT_ELSEWHERE, {}),
    (NoticeKind.CANCELLED, {"actor": 1}),
    (NoticeKind.CANCEL_UNDONE, {"actor": 1}),
    (NoticeKind.REOPENED, {"actor": 1, "owner": 1}),
    (NoticeKind.LINKED, {**_OTHER, "kind": "replaced", "promises": 1}),
    (NoticeKind.LINKED, {**_OTHER, "kind": "amended", "promises": 0}),
    (NoticeKind.UNLINKED, {**_OTHER, "kind": "split", "promises": 0}),
    (NoticeKind.UNDO_OFFER, {"tag": Tag.ACKNOWLEDGED.value}),
    (NoticeKind.STATUS_POST, {}),
    (NoticeKind.STATUS_CSV, {"chosen": Filter(whose=Whose.ALL).dump()}),
    (NoticeKind.LEDGER_FILE, {}),
    (NoticeKind.FILE_FAILED, {"unclear": 0}),
    (NoticeKind.FILE_FAILED, {"unclear": 1, "file": "ledger_file"}),
    (NoticeKind.FILE_FAILED, {"unclear": 1, "file": "plan_file"}),
    (NoticeKind.WELCOME, {}),
    (NoticeKind.UNCONFIRMED, {"source": "surface", "entry": 1}),
)
"""How each kind is made; a kind that is not here is a way out that nobody has looked at."""
_OF_DAYS = {
    NoticeKind.CAPTURE_REMINDER: "capture",
    NoticeKind.ALIGNMENT_REMINDER: "alignment",
    NoticeKind.SIGNATURE_SLIPPED: "signature",
}
"""What is said before a signature, of deals that have none."""
