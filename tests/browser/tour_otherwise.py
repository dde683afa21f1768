"""The deal that goes wrong in every way, looked at where people come by anything at all."""

from datetime import timedelta

from bot.domain.notices import NoticeKind, SurfaceKind
from bot.sandbox.seen import Typed
from bot.sandbox.view_state import elements_of
from bot.sandbox.visitor import Visitor
from tests.browser.tour_ways import StraightWay, asked_here
from tests.story.ninety_days import APP
from tests.story.stack import Stack, modal
from tests.story.test_clocks import menu_value, settled
from tests.story.test_debrief import asked as asked_in_chat
from tests.story.test_debrief import thread as chat_of
from tests.story.wrong_paths import WithoutAe, WrongWay

TICK = "white_check_mark"
WORDS: dict[str, Typed] = {
    "restated_why": "The lease on the old hall ends.",
    "restated_success": "Fewer than 0.8 wrong lines in a hundred.",
    "restated_risk": "none",
}
SAID = "On the phone: without the second language it is of no use to us."


class OtherWay(StraightWay, WrongWay):
    """The same deal, with more to look at where it leaves the way."""

    def starts(self) -> None:
        WrongWay.starts(self)

    def posts(self) -> None:
        WrongWay.posts(self)

    def is_assigned(self) -> None:
        WrongWay.is_assigned(self)
        self.changes_its_size()

    def changes_its_size(self) -> None:
        """Another value makes it a light one, until the mistake is seen."""
        maya = self.place.maya
        for value in ("19,500", "48,000"):
            assert maya.slash("/handoff", "deal", channel=self.channel).answered
            self.fill(maya, value=value)
            self.leave(maya)
            self.in_thread("size-changed", self.place.theo, NoticeKind.TIER_CHANGED)

    # --- Somebody says no

    def is_not_mine(self) -> None:
        super().is_not_mine()
        maya, theo = self.place.maya, self.place.theo
        self.press(maya, "open_not_mine", entry="not_mine")
        self.look("not-mine", maya, APP)
        self.fill(maya, reason="Sam sold this one with me, and knows them better.")
        self.leave(maya)
        self.look("not-mine-asked", theo, APP, shows=NoticeKind.NOT_MINE)
        self.on_page(maya, "open_booking")
        assert maya.click_in_modal("skip_briefing").answered
        self.leave(maya)
        jonas = self.place.jonas
        self.look("briefing-skipped", jonas, APP, shows=NoticeKind.BRIEFING_SKIPPED)

    def is_sent_back(self) -> None:
        maya, jonas = self.place.maya, self.place.jonas
        self.press(jonas, "open_send_back", entry="send_back")
        self.look("send-back", jonas, APP)
        self.fill(jonas, items=["trigger", "quote"], reason="Who said it, and when?")
        settled(self.place)
        self.press(maya, "return_brief")
        self.look("return-brief", maya, APP)
        self.fill(maya)
        self.leave(maya)
        self.is_read_for_another()
        self.answers_in_chat()

    def is_read_for_another(self) -> None:
        """The CS manager says it for the CSM; a check holds the intro; a promise is changed."""
        maya, jonas, priya = self.place.maya, self.place.jonas, self.place.priya
        assert priya.click(self.card(), "acknowledge").answered
        self.look("acknowledge-for-the-csm", priya, self.channel)
        self.fill(priya, reason="Jonas read it on the train, and told me so.")
        self.leave(priya)
        self.press(jonas, "open_checks")
        self.fill(jonas, check_metric="yes", check_no_plan="no", check_champion="yes")
        self.fill(jonas, **WORDS)
        self.leave(jonas)
        settled(self.place)
        self.press(jonas, "open_plan", entry="plan")
        self.look("joint-plan", jonas, APP)
        self.fill(jonas, plan="Maya asks their IT for the two servers before the kickoff.")
        self.leave(jonas)
        self.look("guide-while-held", maya, APP, shows=SurfaceKind.GUIDE)
        self.on_page(priya, "open_lift")
        self.look("lift", priya, APP)
        self.fill(priya, reason="Both talked it over at lunch.")
        self.leave(priya)
        self.look("hold-lifted", maya, APP, shows=NoticeKind.HOLD_LIFTED)
        self.writes_first()
        self.changes_what_was_read()

    def changes_what_was_read(self) -> None:
        """A changed promise asks for a new reading; the earlier wordings stay to be seen."""
        maya, jonas, theo = self.place.maya, self.place.jonas, self.place.theo
        first = self.promise()
        self.edits_promise(maya, words="Their ERP is connected 30 days after the kickoff.")
        self.in_thread("read-before-it-changed", theo, NoticeKind.OUTDATED)
        jonas.react(first, TICK)
        self.place.sandbox.wait_until(lambda: jonas.ephemerals(self.channel), within=15.0)
        self.look("tick-not-taken", jonas, self.channel, shows=NoticeKind.REACTION_NOT_TAKEN)
        self.edits_promise(jonas, words="Their ERP is connected 40 days after the kickoff.")
        self.look("promise-changed", maya, APP, shows=NoticeKind.PROMISE_CHANGED)
        message = self.promise()
        chosen = menu_value(message, "promise_history")
        assert jonas.click(message, "more", chosen=chosen).answered
        self.look("promise-history", jonas, self.channel)
        self.leave(jonas)
        self.on_page(jonas, "open_versions")
        self.look("versions", jonas, APP)
        self.leave(jonas)

    def edits_promise(self, person: Visitor, **typed: Typed) -> None:
        """The editor of the first promise, from the menu of its message."""
        message = self.promise()
        chosen = menu_value(message, "promise_change")
        assert person.click(message, "more", chosen=chosen).answered
        self.fill(person, **typed)
        self.leave(person)
        settled(self.place)

    def writes_first(self) -> None:
        """The CSM wrote before the intro, which is recorded as sent by mistake."""
        maya, jonas = self.place.maya, self.place.jonas
        self.on_page(jonas, "open_contact")
        self.look("wrote-before", jonas, APP)
        self.fill(jonas, wrote_at=self.minute(), wrote_way="phone")
        self.leave(jonas)
        self.look("csm-wrote", maya, APP, shows=NoticeKind.CSM_WROTE)
        self.on_page(maya, "mark_intro_sent")
        self.fill(maya, intro_sent_at=self.minute(), intro_way="email")
        self.leave(maya)
        self.on_page(maya, "mark_intro_sent")
        self.look("intro-sent-corrected", maya, APP)
        self.fill(maya, take_back=[last_choice(maya, "take_back")])
        self.leave(maya)
        self.in_thread("intro-not-sent", self.place.theo, NoticeKind.INTRO_NOT_SENT)

    def answers_in_chat(self) -> None:
        """The AE answers the debrief in chat, on a telephone between two meetings."""
        maya = self.place.maya
        self.on_page(maya, "open_debrief")
        assert maya.click_in_modal("open_debrief_chat").answered
        self.leave(maya)
        root = chat_of(self.place, maya, self.account, "debrief, one at a time")
        self.look("chat-opened", maya, APP, shows=NoticeKind.CHAT_OPENED)
        dm = maya.dm_id()
        assert dm is not None
        asked_in_chat(self.place, maya, root, "Why they bought")
        maya.post(dm, "The lease of the old hall ends on 30 June", thread=root.ts)
        maya.post(dm, "next", thread=root.ts)
        asked_in_chat(self.place, maya, root, "What it means for the champion")
        self.look("chat", maya, APP, thread=root.ts, shows=NoticeKind.CHAT_SAID)
        maya.write_to_app("Ilse staked her name on it")
        self.place.dm_says(maya, "Answer in the thread of the chat you mean")
        self.look("chat-elsewhere", maya, APP, shows=NoticeKind.CHAT_ELSEWHERE)

    # --- Other people

    def loses_its_champion(self) -> None:
        jonas, maya = self.place.jonas, self.place.maya
        self.asks(jonas, "champion-left", "champion")
        last = self.place.sandbox.now().date() + timedelta(days=9)
        self.fill(jonas, last_day=last)
        self.leave(jonas)
        self.look("champion-left-told", maya, APP, shows=NoticeKind.CHAMPION_LEFT)
        assert jonas.slash("/handoff", "champion", channel=self.channel).answered
        self.fill(jonas, new_champion="Nora Blum", new_title="COO")
        self.leave(jonas)
        self.look("champion-named", maya, APP, shows=NoticeKind.CHAMPION_NAMED)

    def gets_another_ae(self) -> None:
        theo = self.place.theo
        self.asks(theo, "reassign", "reassign")
        offered = asked_here(theo, self.channel, "open_ae_manager")
        assert theo.click(offered, "open_ae_manager").answered
        self.look("another-manager", theo, self.channel)
        self.leave(theo)
        super().gets_another_ae()
        self.look("another-ae-told", self.place.jonas, APP, shows=NoticeKind.REASSIGNED)

    def gets_another_csm(self) -> None:
        self.has_dates_that_fall()
        super().gets_another_csm()
        self.look("time-that-fell", self.place.sam, APP, shows=NoticeKind.TALK_FELL)

    def has_dates_that_fall(self) -> None:
        """A debrief whose time stays, and a kickoff that is later, and then off."""
        jonas, sam, priya, ada = (
            self.place.jonas,
            self.place.sam,
            self.place.priya,
            self.place.ada,
        )
        self.on_page(jonas, "open_talk")
        self.fill(jonas)
        self.leave(jonas)
        asked = self.place.dm_says(sam, "proposes to talk the deal over")
        assert sam.click(asked, "fine_talk").answered
        settled(self.place)
        self.on_page(jonas, "open_talk")
        later = self.place.sandbox.now().replace(minute=0, second=0, microsecond=0)
        self.fill(jonas, talk_at=int((later + timedelta(hours=30)).timestamp()))
        self.leave(jonas)
        settled(self.place)
        self.on_page(sam, "open_talk")
        self.fill(sam, talk_choice=last_choice(sam, "talk_choice"), talk_line="It suits Ilse.")
        self.leave(sam)
        self.look("time-kept", jonas, APP, shows=NoticeKind.TALK_KEPT)
        self.on_page(jonas, "open_kickoff_booking")
        day = later.replace(hour=15)
        wanted, slot = day + timedelta(days=20), day + timedelta(days=1)
        at: dict[str, Typed] = {"kickoff_at": int(wanted.timestamp())}
        self.fill(jonas, **at, offered_at=int(slot.timestamp()))
        self.leave(jonas)
        self.look("kickoff-later", priya, APP, shows=NoticeKind.KICKOFF_LATER)
        self.look("kickoff-past", ada, APP, shows=NoticeKind.KICKOFF_PAST)
        self.on_page(jonas, "open_kickoff_booking")
        self.fill(jonas, kickoff_off=["off"])
        self.leave(jonas)
        self.place.dm_says(jonas, "is not in your calendar any more")
        self.look("kickoff-fell", jonas, APP, shows=NoticeKind.KICKOFF_FELL)

    # --- Promises

    def is_disputed(self) -> None:
        jonas, sam = self.place.jonas, self.place.sam
        priya, theo, ada = self.place.priya, self.place.theo, self.place.ada
        assert jonas.click(self.promise(), "open_dispute").answered
        self.look("dispute", jonas, self.channel)
        self.fill(jonas, reason="Not without the vendor's own interface.")
        self.leave(jonas)
        self.in_thread("disputed", theo, NoticeKind.DISPUTED)
        self.look("settle-asked", priya, APP, shows=NoticeKind.SETTLE_ASKED)
        for manager, settlement in ((priya, "withdrawn"), (theo, "kept"), (ada, "kept")):
            self.press(manager, "open_settle")
            self.look("settle" if manager is not ada else "settle-decides", manager, APP)
            why: dict[str, Typed] = {"reason": "Nobody can build it."} if manager is priya else {}
            self.fill(manager, settlement=settlement, **why)
            self.leave(manager)
            settled(self.place)
        self.in_thread("dispute-escalated", theo, NoticeKind.DISPUTE_ESCALATED)
        self.look("dispute-over", sam, APP, shows=NoticeKind.DISPUTE_OVER)
        self.surfaces_before_the_kickoff()

    def surfaces_before_the_kickoff(self) -> None:
        """The AE remembers one more promise after their initials, and talks to the customer."""
        sam = self.place.sam
        self.on_page(sam, "open_ledger")
        while (top := sam.modal) is not None and "initial_all" in top.action_ids():
            assert sam.click_in_modal("initial_all").answered
        while (top := sam.modal) is not None and top.callback_id == "initial":
            self.fill(sam)
        self.leave(sam)
        settled(self.place)
        assert sam.slash("/handoff", "promise", channel=self.channel).answered
        due = self.place.sandbox.now().date() + timedelta(days=30)
        typed: dict[str, Typed] = {"words": "A second language", "kind": "scope"}
        self.fill(sam, **typed, surfaced="remembered", owner_id=self.place.jonas.id, due=due)
        self.leave(sam)
        late = self.below("A second language")
        assert sam.click(late, "open_talked").answered
        self.look("talked", sam, self.channel)
        self.leave(sam)

    # --- The deal becomes another one

    def is_amended(self) -> None:
        super().is_amended()
        self.place.dm_says(self.place.jonas, "the contract was amended")
        self.look("contract-amended", self.place.jonas, APP, shows=NoticeKind.LINKED)
        self.takes_up_a_message()

    def takes_up_a_message(self) -> None:
        """What somebody wrote in the channel is added to one of the two handoffs."""
        sam = self.place.sam
        self.asks(sam, "which-of-two", "deal")
        ts = self.place.theo.post(self.channel, SAID)
        said = next(one for one in sam.messages(self.channel) if one.ts == ts)
        assert sam.message_shortcut(said, "add_to_handoff").answered
        self.look("add-to-which-handoff", sam, self.channel)
        self.fill(sam, handoff=str(self.handoff_id))
        self.look("add-to-handoff", sam, self.channel)
        self.fill(sam, becomes="red_flag", means="They need a second language.")
        self.look("added", sam, self.channel)
        self.leave(sam)

    def is_merged(self) -> None:
        self.is_cancelled_by_mistake()
        super().is_merged()

    def is_cancelled_by_mistake(self) -> None:
        """Ten minutes long it can be taken back."""
        sam, theo = self.place.sam, self.place.theo
        card = self.card()
        assert sam.click(card, "more", chosen=menu_value(card, "cancel")).answered
        self.fill(sam, reason="They withdrew.")
        self.leave(sam)
        settled(self.place)
        undo = asked_here(sam, self.channel, "undo_cancel")
        self.in_thread("cancelled-below-the-card", theo, NoticeKind.CANCELLED)
        assert sam.click(undo, "undo_cancel").answered
        settled(self.place)
        self.in_thread("cancel-taken-back", theo, NoticeKind.CANCEL_UNDONE)

    def is_opened_again(self) -> None:
        super().is_opened_again()
        self.look("opened-again", self.place.jonas, APP, shows=NoticeKind.REOPENED)
        self.look("not-linked-any-more", self.place.sam, APP, shows=NoticeKind.UNLINKED)


def last_choice(reader: Visitor, field: str) -> str:
    """The value of the last choice of a field of the open form."""
    found = (one for _, one in elements_of(modal(reader).blocks) if one["action_id"] == field)
    return str(next(found)["options"][-1]["value"])


def other_paths(place: Stack, way: OtherWay) -> None:
    """Go wrong in every way that is to be seen, one after the other."""
    for stop in (
        way.starts,
        way.posts,
        way.is_assigned,
        way.is_not_mine,
        way.is_sent_back,
        way.loses_its_champion,
        way.gets_another_ae,
        way.gets_another_csm,
        way.is_disputed,
        way.has_a_partner,
        way.is_amended,
        way.is_merged,
        way.is_opened_again,
        way.is_moved,
    ):
        stop()
        settled(place)
    WithoutAe(place, "larkfield", way.look).loses_its_ae()
