"""The ninety days once more, with all that people may look at on the way; and before them."""

from collections.abc import Mapping
from datetime import timedelta

from bot.demo import working_moment
from bot.domain.debrief import Question
from bot.domain.items import SectionKey
from bot.domain.notices import NoticeKind, SurfaceKind
from bot.sandbox.seen import Seen, Typed
from bot.sandbox.visitor import Visitor
from tests.story.ninety_days import APP, HOME, HOUR, Way, first_row, go_to
from tests.story.stack import Stack, modal
from tests.story.test_clocks import settled, signed
from tests.story.test_kickoff import with_file
from tests.story.typing import (
    example,
    fill,
    section_of,
    start_deal,
    type_entries,
    write_beside,
    write_brief,
)
from tests.story.typing import go_to as go_to_section

AGAIN = "Whose budget is it?"
LATE = "A login page in the colours of the line."
ELSEWHERE = "Larkfield Labs"


def asked_here(reader: Visitor, channel: str, action: str) -> Seen:
    """The newest answer to a command, in which something can be pressed."""
    found = [one for one in reader.ephemerals(channel) if action in one.action_ids()]
    assert found, [one.words for one in reader.ephemerals(channel)]
    return found[-1]


class StraightWay(Way):
    """The straight way, looked at where people come by anything at all."""

    def asks(self, reader: Visitor, name: str, words: str = "") -> None:
        """Type a command in the deal's channel, and look at what comes of it."""
        assert reader.slash("/handoff", words, channel=self.channel).answered, reader.notices
        self.look(name, reader, self.channel, typed=f"/handoff {words}".strip())

    def below(self, words: str) -> Seen:
        """The newest message below the card that says something."""

        def look() -> Seen | None:
            found = self.place.theo.thread(self.channel, self.card().ts)[1:]
            return next((one for one in reversed(found) if words in one.words), None)

        message = self.place.sandbox.wait_until(look, within=15.0)
        assert message is not None
        return message

    def on_page(self, person: Visitor, action: str) -> None:
        """Press a button of the deal's own page; managers come to it by the card."""
        if person.id in {one.id for one in (self.place.maya, self.place.jonas, self.place.sam)}:
            self.press(person, "open_handoff")
        else:
            assert person.click(self.card(), "open_handoff").answered
        self.turn_to(person, action)

    def at_work(self) -> None:
        """On to a time at which all of them are at work, so that nothing waits for a morning."""
        go_to(self.place, working_moment(self.place.sandbox.now()))

    def opens_home(self, reader: Visitor, name: str, *, end: bool = False) -> None:
        """A person opens their Home tab, which the bot fills a moment later."""
        reader.open_home()
        self.place.until(reader.home)
        settled(self.place)
        self.look(name, reader, HOME, end=end)

    def in_thread(self, name: str, viewer: Visitor, *shows: NoticeKind | SurfaceKind) -> None:
        """What stands below the card."""
        self.look(name, viewer, self.channel, thread=self.card().ts, shows=shows)

    # --- The day of the signature

    def starts(self) -> None:
        maya = self.place.maya
        self.asks(maya, "start")
        maya.close()
        start_deal(self.place, self.deal, signed_at=self.signed_at, channel=self.channel)
        self._writes(maya)
        settled(self.place)
        self.look("helper-asked", self.place.sam, APP, shows=NoticeKind.HELPER_INVITED)
        self.look("committed", self.place.theo, "revenue-team", shows=NoticeKind.COMMITTED)
        self.look("welcome", maya, APP, shows=NoticeKind.WELCOME)
        self.look("guide-of-the-ae", maya, APP, shows=SurfaceKind.GUIDE)

    def _writes(self, maya: Visitor) -> None:
        """The brief, step by step; before the last one a helper, and a text that was there."""
        left = self.deal.sections
        while modal(maya).callback_id == "brief":
            section = section_of(modal(maya))
            first = section is SectionKey.WHY
            self.look("brief" if first else f"brief-{section.value.replace('_', '-')}", maya, APP)
            typed = self._types(maya, section)
            left.remove(section)
            if section is SectionKey.FIRST_DAYS:
                maya.click_in_modal("brief_all_steps", typed=typed)
                self._brings_what_there_is(maya)
                if left:
                    write_beside(maya, self.deal, left, {})
                go_to_section(maya, section)
                typed = {}
            fill(maya, typed)
        maya.close()

    def _types(self, maya: Visitor, section: SectionKey) -> Mapping[str, Typed]:
        adds = {SectionKey.PEOPLE: ("contact_add", "contact")}
        adds[SectionKey.PROMISES] = ("promise_add", "promise")
        if section in adds and self.deal.entries(section):
            action, name = adds[section]
            maya.click_in_modal(action)
            self.look(name, maya, APP)
            maya.close()
        return type_entries(maya, self.deal, section)

    def _brings_what_there_is(self, maya: Visitor) -> None:
        self.look("brief-steps", maya, APP)
        assert maya.click_in_modal("invite_helper").answered
        self.look("helpers", maya, APP)
        fill(maya, {"helper": self.place.sam.id, "helped_sections": ["commercials"]})
        assert maya.click_in_modal("pasted_open").answered
        self.look("paste", maya, APP)
        notes = "Visit of 12 February.\nMarit: we count by hand, at the gangway, in the rain."
        fill(maya, {"pasted": notes})
        self.look("pasted", maya, APP)
        maya.close()

    def posts(self) -> None:
        super().posts()
        priya, theo = self.place.priya, self.place.theo
        for reader, name in ((priya, "red-flags"), (theo, "who-may-read-red-flags")):
            assert reader.click(self.card(), "open_red_flags").answered
            self.look(name, reader, self.channel)
            reader.close()

    def is_assigned(self) -> None:
        super().is_assigned()
        self.in_thread("csm-named-below-the-card", self.place.theo, NoticeKind.CSM_MENTION)
        jonas = self.place.jonas
        self.press(jonas, "open_handoff")
        self.look("whole", jonas, APP)
        self.leave(jonas)

    # --- Read, checked, talked over

    def is_read(self) -> None:
        jonas = self.place.jonas
        assert jonas.click(self.card(), "acknowledge").answered
        settled(self.place)
        self.look("acknowledged", jonas, self.channel, shows=NoticeKind.UNDO_OFFER)
        undo = asked_here(jonas, self.channel, "undo_acknowledge")
        assert jonas.click(undo, "undo_acknowledge").answered
        settled(self.place)
        theo = self.place.theo
        self.in_thread(
            "acknowledged-below-the-card",
            theo,
            NoticeKind.ACKNOWLEDGED,
            NoticeKind.ACKNOWLEDGE_UNDONE,
        )
        self.in_thread("anchor", theo, NoticeKind.ANCHOR)
        super().is_read()

    def is_briefed(self) -> None:
        maya, jonas = self.place.maya, self.place.jonas
        self.press(maya, "open_booking")
        self.look("booking", maya, APP)
        at = self.place.sandbox.now().replace(minute=0, second=0, microsecond=0)
        self.fill(maya, briefing_at=at + timedelta(hours=2))
        settled(self.place)
        self.look("briefing-booked", jonas, APP, shows=NoticeKind.BRIEFING_BOOKED)
        self.arranges_the_debrief()
        self.place.sandbox.advance(2.5 * HOUR)
        settled(self.place)
        self.press(jonas, "open_briefing", entry="briefing")
        self.look("call-card", jonas, APP)
        self.fill(jonas, minutes="25", tone="warm", mood="keen", emphasis="The date.")
        settled(self.place)
        self.in_thread("briefing-held", self.place.theo, NoticeKind.BRIEFING_HELD)

    def arranges_the_debrief(self) -> None:
        """The CSM proposes a time, the AE takes it, and both have it in their calendars."""
        maya, jonas = self.place.maya, self.place.jonas
        self.on_page(jonas, "open_talk")
        self.look("time-of-the-debrief", jonas, APP)
        self.fill(jonas)
        self.leave(jonas)
        self.look("time-proposed", maya, APP, shows=NoticeKind.TALK_PROPOSED)
        asked = self.place.dm_says(maya, "proposes to talk the deal over")
        assert maya.click(asked, "fine_talk").answered
        with_file(self.place, jonas, 1)
        self.look("time-agreed", jonas, APP, shows=NoticeKind.TALK_FILE)

    def is_debriefed(self) -> None:
        maya, jonas, ada = self.place.maya, self.place.jonas, self.place.ada
        self.on_page(maya, "open_debrief")
        for question in Question:
            last: dict[str, Typed] = {"outlook": "fine"} if question is Question.YEAR else {}
            self.fill(maya, answer="As I know it, and as Marit told it.", **last)
        self.leave(maya)
        self.look("debrief-ahead", jonas, APP, shows=NoticeKind.DEBRIEF_AHEAD)
        ahead = self.place.dm_says(jonas, "answered all seven questions of the debrief ahead")
        assert jonas.click(ahead, "open_debrief").answered
        for question in Question:
            if question is Question.CHAMPION:
                self.look("debrief", jonas, APP)
            asks = {"mark": "ask", "ask": AGAIN} if question is Question.NEARLY else None
            self.fill(jonas, **(asks or {"mark": "clear"}))
        self.leave(jonas)
        settled(self.place)
        self.place.sandbox.advance(601)
        self.look("debrief-asked", maya, APP, shows=NoticeKind.DEBRIEF_ASKED)
        self.press(maya, "debrief_reply")
        self.look("debrief-reply", maya, APP)
        self.fill(maya, reply="The harbour's, until the line pays for itself.")
        self.place.sandbox.advance(601)
        self.look("debrief-replied", jonas, APP, shows=NoticeKind.DEBRIEF_REPLIED)
        self.press(jonas, "open_debrief", entry="debrief")
        self.fill(jonas, mark="clear")
        assert jonas.click_in_modal("debrief_all").answered
        assert jonas.click_in_modal("open_listener").answered
        self.look("second-listener", jonas, APP)
        self.fill(jonas, person=ada.id)
        assert jonas.click_in_modal("debrief_own").answered
        self.look("debrief-own-part", jonas, APP)
        self.fill(jonas, flags="Three harbours, one network.", readiness="Ready.")
        assert jonas.click_in_modal("debrief_talk").answered
        self.look("debrief-talk", jonas, APP)
        self.fill(jonas, minutes="40")
        self.look("debrief-done", jonas, APP)
        self.leave(jonas)
        self.look("listener-named", ada, APP, shows=NoticeKind.LISTENER_NAMED)
        self.in_thread("debrief-done-below-the-card", self.place.theo, NoticeKind.DEBRIEF_DONE)

    # --- Promises, the intro and the kickoff

    def is_promised(self) -> None:
        jonas = self.place.jonas
        self.on_page(jonas, "open_ledger")
        self.look("promise-ledger", jonas, APP)
        assert jonas.click_in_modal("ledger_file").answered
        self.leave(jonas)
        self.place.dm_says(jonas, "romise ledger")
        self.look("ledger-file", jonas, APP, shows=NoticeKind.LEDGER_FILE)
        super().is_promised()

    def is_introduced(self) -> None:
        super().is_introduced()
        self.in_thread("intro-sent-below-the-card", self.place.theo, NoticeKind.INTRO_SENT)

    def is_booked(self) -> None:
        jonas, sam = self.place.jonas, self.place.sam
        self.on_page(jonas, "open_lead")
        self.look("implementation-lead", jonas, APP)
        self.fill(jonas, person=sam.id)
        self.leave(jonas)
        super().is_booked()
        self.look("kickoff-card-for-the-lead", sam, APP, shows=NoticeKind.KICKOFF_CARD)
        self.place.dm_says(self.place.maya, "the kickoff is booked for")
        self.look("kickoff-file", self.place.maya, APP, shows=NoticeKind.KICKOFF_FILE)

    def is_prepared(self) -> None:
        super().is_prepared()
        # Nine in the morning where the CSM works.
        go_to(self.place, self.kickoff_at.replace(hour=8, minute=10))
        self.look("kickoff-morning", self.place.jonas, APP, shows=NoticeKind.KICKOFF_MORNING)

    def is_kicked_off(self) -> None:
        maya, jonas, theo = self.place.maya, self.place.jonas, self.place.theo
        self.press(jonas, "open_held", entry="held")
        self.look("kickoff-form", jonas, APP)
        self.fill(
            jonas,
            held_at=int(self.kickoff_at.timestamp()),
            customers="The champion and two more",
            ran="csm",
            metric_right="yes",
            timing_right="yes",
            section_carried="success",
            section_lacked="people",
        )
        self.leave(jonas)
        self.look("card-after-the-kickoff", theo, self.channel, shows=SurfaceKind.CARD)
        self.in_thread("kickoff-held-below-the-card", theo, NoticeKind.KICKOFF_HELD)
        self.look("kickoff-lacked", maya, APP, shows=NoticeKind.KICKOFF_LACKED)

    # --- The success plan

    def is_planned(self) -> None:
        maya, jonas, theo = self.place.maya, self.place.jonas, self.place.theo
        super().is_planned()
        self.in_thread("plan-signed", theo, NoticeKind.PLAN_SIGNED)
        self.on_page(jonas, "open_success_plan")
        assert jonas.click_in_modal("plan_text").answered
        assert jonas.click_in_modal("plan_file").answered
        self.leave(jonas)
        self.place.dm_says(jonas, "uccess plan")
        self.look("plan-file", jonas, APP, shows=NoticeKind.PLAN_FILE)
        self._changes_the_plan()
        self.in_thread("plan-changed", theo, NoticeKind.PLAN_REOPENED)
        self.look("plan-voided", maya, APP, shows=NoticeKind.PLAN_VOIDED)
        self.on_page(theo, "open_success_plan")
        assert theo.click_in_modal("initial_plan").answered
        self.look("plan-for-another", theo, APP)
        self.fill(theo, reason="Maya is on a train until the evening.")
        self.leave(theo)
        self.look("recorded-for-you", maya, APP, shows=NoticeKind.RECORDED_FOR)
        self.on_page(jonas, "open_success_plan")
        assert jonas.click_in_modal("initial_plan").answered
        assert jonas.click_in_modal("open_confirm_plan").answered
        self.fill(jonas, confirmed_by="The champion", confirmed_way="meeting")
        self.leave(jonas)

    def _changes_the_plan(self) -> None:
        jonas = self.place.jonas
        self.on_page(jonas, "open_success_plan")
        row = first_row(jonas, "milestone_edit")
        assert jonas.click_in_modal("milestone_edit", block_id=row).answered
        due = self.place.sandbox.now().date() + timedelta(days=50)
        self.fill(jonas, milestone_due=due)
        self.leave(jonas)
        settled(self.place)

    # --- What comes in between

    def is_kept(self) -> None:
        self.look("commitment-asked", self.place.theo, APP, shows=NoticeKind.COMMITMENT_ASKED)
        super().is_kept()

    def is_delivered(self) -> None:
        jonas = self.place.jonas
        message = self.below("Promise 1")
        for action, name in (("open_renegotiated", "renegotiated"), ("open_broken", "broken")):
            assert jonas.click(message, action).answered
            self.look(name, jonas, self.channel)
            self.leave(jonas)
        self.surfaces_late()
        super().is_delivered()

    def surfaces_late(self) -> None:
        """The customer remembers one more, and the two do not see it alike at first."""
        maya, jonas = self.place.maya, self.place.jonas
        self.asks(jonas, "late-promise", "promise")
        due = self.place.sandbox.now().date() + timedelta(days=30)
        asked: dict[str, Typed] = {"words": LATE, "kind": "scope", "surfaced": "customer"}
        self.fill(jonas, **asked, owner_id=jonas.id, due=due)
        self.leave(jonas)
        late = self.below(LATE)
        assert jonas.click(late, "open_decide_late").answered
        self.look("decide-late", jonas, self.channel)
        self.fill(jonas, settlement="withdrawn", reason="Nobody can build it.")
        assert maya.click(late, "open_decide_late").answered
        self.fill(maya, settlement="kept")
        self.leave(maya)
        self.look("answers-differ", jonas, APP, shows=NoticeKind.LATE_DIFFERS)
        told = self.place.dm_says(jonas, "The two answers differ")
        assert jonas.click(told, "open_decide_late").answered
        self.fill(jonas, settlement="kept")
        self.leave(jonas)

    def is_left(self) -> None:
        """The day after the closing."""
        self.at_work()
        self.look("ae-leaves", self.place.maya, APP, shows=NoticeKind.AE_LEAVES)


class UnsignedWay(StraightWay):
    """A full deal from the day on which the AE writes down what they know of it."""

    def begins(self) -> None:
        """Two deals nobody has signed yet; of one there is nothing, of the other the brief."""
        maya = self.place.maya
        today = self.place.sandbox.now().date()
        light = example("larkfield", today=today)
        light.content["start"]["expected_in_days"] = 8
        start_deal(self.place, light, signed_at=None, channel="#deal-larkfield")
        self.leave(maya)
        self.deal.content["start"]["expected_in_days"] = 11
        start_deal(self.place, self.deal, signed_at=None, channel=self.channel)
        write_brief(maya, self.deal)
        settled(self.place)
        self.asks(maya, "where-it-stands")
        self.asks(maya, "start-another", "new")
        self.leave(maya)
        self.look("guide-before-the-signature", maya, APP, shows=SurfaceKind.GUIDE)

    def is_reminded(self) -> None:
        """What is to be written down and gone through before the signature."""
        maya = self.place.maya
        days = self.place.sandbox.now()
        go_to(self.place, days + timedelta(days=1, hours=1))
        self.look("capture-reminder", maya, APP, shows=NoticeKind.CAPTURE_REMINDER)
        for _ in range(20):
            found = [one for one in maya.dms() if "open_alignment" in one.action_ids()]
            if found:
                break
            go_to(self.place, self.place.sandbox.now() + timedelta(hours=12))
        self.look("alignment-reminder", maya, APP, shows=NoticeKind.ALIGNMENT_REMINDER)
        assert maya.click(found[-1], "open_alignment").answered
        self.look("alignment", maya, APP)
        self.fill(maya, cs_contact=self.place.jonas.id)
        self.leave(maya)

    def slips(self) -> None:
        """The day comes and goes without a signature."""
        maya = self.place.maya
        for _ in range(20):
            if any("What became of it?" in one.words for one in maya.dms()):
                break
            go_to(self.place, self.place.sandbox.now() + timedelta(hours=12))
        self.look("signature-slipped", maya, APP, shows=NoticeKind.SIGNATURE_SLIPPED)
        asked = self.place.dm_says(maya, "What became of it?")
        assert maya.click(asked, "open_new_date").answered
        self.look("new-date", maya, APP)
        self.fill(maya, expected_on=self.place.sandbox.now().date() + timedelta(days=12))
        self.leave(maya)

    def is_won(self) -> None:
        """May the deal be closed as won? The call that it needs, and who decides otherwise."""
        maya, theo = self.place.maya, self.place.theo
        self.at_work()
        self.asks(maya, "gate", "gate")
        assert theo.slash("/handoff", "gate", channel=self.channel).answered
        gate = asked_here(theo, self.channel, "open_closed_won")
        assert theo.click(gate, "open_closed_won").answered
        self.look("override", theo, self.channel)
        self.fill(theo, reason="Their board meets today.")
        self.leave(theo)
        self.look("overridden", maya, APP, shows=NoticeKind.OVERRIDDEN)
        assert maya.click(asked_here(maya, self.channel, "open_call"), "open_call").answered
        self.look("call", maya, self.channel)
        self.fill(maya, call_cs=self.place.jonas.id)
        self.look("gate-and-its-call", maya, self.channel)
        self.leave(maya)

    def is_signed(self) -> None:
        """The signature is told, and corrected by somebody else."""
        maya, theo = self.place.maya, self.place.theo
        self.asks(maya, "signature", "signed")
        self.signed_at = signed(self.place)
        self.fill(maya, signed_at=self.signed_at)
        self.leave(maya)
        settled(self.place)
        self.press(maya, "preview_message")
        self.fill(maya)
        self.card()
        assert theo.slash("/handoff", "signed", channel=self.channel).answered
        self.fill(theo, signed_at=self.signed_at - timedelta(hours=1))
        self.leave(theo)
        settled(self.place)
        self.in_thread("signature-corrected", theo, NoticeKind.SIGNATURE_CORRECTED)
        self.look("due-moved", self.place.priya, APP, shows=NoticeKind.DUE_MOVED)


def before_the_signature(place: Stack, way: UnsignedWay) -> None:
    """Up to the signature, and the correction of it."""
    for stop in (way.begins, way.is_reminded, way.slips, way.is_won, way.is_signed):
        stop()
        settled(place)
