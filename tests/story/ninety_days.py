"""A deal's way from the signature to day 90 as its people go it, a stop at a time.

A story goes it for what is said and when; whoever takes pictures looks at each stop.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from bot.domain.deadlines import Deadline, Step
from bot.domain.debrief import Question
from bot.domain.items import SectionKey
from bot.domain.notices import NoticeKind, SurfaceKind
from bot.sandbox.seen import Screen, Seen, Typed
from bot.sandbox.view_state import elements_of
from bot.sandbox.visitor import Visitor
from tests.story.stack import Stack, modal
from tests.story.test_clocks import menu_value, settled, signed
from tests.story.typing import Deal, example, start_deal, write_brief

HOUR, DAY = 3600.0, 24 * 3600.0
CHANNELS = {
    "larkfield": "#deal-larkfield",
    "northwind": "#deal-northwind",
    "alderbay": "#revenue-team",
}
APP, HOME = "app", "home"
LETTERS = {
    "larkfield": (
        "Dear Amara, I am Jonas, and from today on I am your contact. I have run two laboratories "
        "through the same change and answer within the day. You told both hospitals that reports "
        "come out in five days by summer, from nine today, and that is the number I will hold us "
        "to. In our kickoff we look at how a sample is booked in at night, who does it, and what "
        "the first two weeks bring; it takes an hour, and Jun should be in it, too. Does Thursday "
        "at noon suit you? Just write back with another time if it does not. Best, Jonas"
    ),
    "northwind": (
        "Dear Ilse, thank you for the trust you have put in us. From today on Jonas is your "
        "contact; he led the same move at two warehouses of your size and answers within the day. "
        "What matters to you is that pick errors fall before the lease on the old sorting hall "
        "ends, and that is what he will hold us to. In our kickoff we go through that number, the "
        "people it needs and the first thirty days; it takes an hour, and I will be there. Does "
        "Wednesday suit you and your shift leads? Just write back to both of us. Best, Maya"
    ),
    "alderbay": (
        "Dear Marit, thank you for deciding on the quay. From today on Jonas is your contact; he "
        "brought two ferry lines through their first counted summer and answers within the day. "
        "You need to know at the gangway how many are on board before the authority counts in "
        "May, and that is what he will hold us to. In our kickoff we go through that number, the "
        "three harbours and the first thirty days; it takes an hour, and I will be there. Does "
        "Wednesday suit you and Owen? Just write back to both of us if it does not. Best, Maya"
    ),
}
"""The intros, in their senders' words."""


Kind = NoticeKind | SurfaceKind


class Look(Protocol):
    """A look at a stop by its name: who looks, at a channel, their `app` or their `home`.

    `thread` is the one that is open, `shows` the messages it is about, the first of them in the
    middle, `typed` the command that is answered there, and `end` is the end of a long tab.
    """

    def __call__(
        self,
        name: str,
        viewer: Visitor,
        at: str,
        *,
        thread: str | None = None,
        shows: Kind | tuple[Kind, ...] = (),
        typed: str | None = None,
        end: bool = False,
    ) -> None: ...


def nobody_looks(
    name: str,
    viewer: Visitor,
    at: str,
    *,
    thread: str | None = None,
    shows: Kind | tuple[Kind, ...] = (),
    typed: str | None = None,
    end: bool = False,
) -> None:
    """No pictures are wanted."""


@dataclass
class Way:
    """One deal under way."""

    place: Stack
    name: str
    look: Look = nobody_looks

    def __post_init__(self) -> None:
        self.deal: Deal = example(self.name, today=self.place.sandbox.now().date())
        self.channel = CHANNELS[self.name]
        self.account = self.deal.account
        self.signed_at: datetime = signed(self.place)
        for promised in self.deal.content["promises"].get("entries", []):
            promised["owner_id"] = self.place.jonas.id

    @property
    def full(self) -> bool:
        """Whether the deal has all of the process."""
        return self.name != "larkfield"

    @property
    def joint(self) -> bool:
        """Whether AE and CSM hold the kickoff together, and the AE writes the intro."""
        return self.full

    @property
    def calls(self) -> bool:
        """Whether a briefing call is required."""
        return self.name == "alderbay"

    # --- What all stops have in common

    def card(self) -> Seen:
        """The handoff message of the deal."""

        def found() -> Seen | None:
            posts = self.place.theo.messages(self.channel)
            mine = (one for one in posts if one.bot_id and self.account in one.words)
            # What only one person sees is no card, nor is the line for the team.
            cards = (one for one in mine if not one.ephemeral)
            return next((one for one in cards if "open_handoff" in one.action_ids()), None)

        card = self.place.sandbox.wait_until(found, within=15.0)
        assert card is not None
        return card

    def press(self, person: Visitor, action: str, *, entry: str | None = None) -> None:
        """Press a button where the deal offers it, or choose it from the menu of a card."""

        def found() -> tuple[Seen, str, str | None] | None:
            for one in reversed(person.dms()):
                if self.account not in one.words:
                    continue
                if (block := self._block(one, action)) is not None:
                    return one, block, None
                if entry is not None and (chosen := _entry(one, entry)):
                    return one, "", chosen
            return None

        offered = self.place.sandbox.wait_until(found, within=15.0)
        assert offered is not None
        message, block, chosen = offered
        if chosen is not None:
            answer = person.click(message, "more", chosen=chosen)
        else:
            answer = person.click(message, action, block_id=block)
        assert answer.answered, person.notices

    def _block(self, message: Seen, action: str) -> str | None:
        """The row with a button of this deal; a message may be about several."""
        return next(
            (
                str(block["block_id"])
                for block, element in elements_of(message.blocks)
                if element["action_id"] == action
                and json.loads(element["value"])["h"] == self.handoff_id
            ),
            None,
        )

    def fill(self, person: Visitor, /, **typed: Typed) -> None:
        """Submit the form on top, which is to be taken."""
        sent = person.submit(typed)
        assert not sent.field_errors, sent.field_errors
        assert sent.answered, person.notices

    def on_page(self, person: Visitor, action: str) -> None:
        """Press a button of the deal's own page, which has on its first page what is up now."""
        self.press(person, "open_handoff")
        assert action in modal(person).action_ids(), (action, modal(person).action_ids())
        assert person.click_in_modal(action).answered, person.notices

    def turn_to(self, person: Visitor, action: str) -> None:
        """Turn the pages of the open page to a button, and press it."""
        while action not in modal(person).action_ids():
            further = _further(modal(person))
            assert further is not None, (action, modal(person).action_ids())
            assert person.click_in_modal("open_handoff", block_id=further).answered
        row = first_row(person, action)
        assert person.click_in_modal(action, block_id=row).answered, person.notices

    def leave(self, person: Visitor) -> None:
        """Close what is open, and let everything come to rest."""
        if person.modal is not None:
            person.close(whole_stack=True)
        settled(self.place)

    # --- Up to the intro

    def starts(self) -> None:
        """The AE starts it, and writes the brief at one go."""
        maya = self.place.maya
        assert maya.slash("/handoff", channel=self.channel).answered
        self.look("start", maya, self.channel, typed="/handoff")
        maya.close()
        start_deal(self.place, self.deal, signed_at=self.signed_at, channel=self.channel)
        self.look("brief", maya, self.channel)
        write_brief(maya, self.deal)
        settled(self.place)
        self.look("guide-of-the-ae", maya, APP, shows=SurfaceKind.GUIDE)

    def posts(self) -> None:
        """The AE looks at the message and posts it."""
        maya = self.place.maya
        self.press(maya, "preview_message")
        self.look("preview", maya, APP)
        self.fill(maya)
        self.card()
        settled(self.place)
        self.look("card", self.place.theo, self.channel, shows=SurfaceKind.CARD)

    def is_assigned(self) -> None:
        """The CS manager assigns the CSM."""
        priya = self.place.priya
        self.press(priya, "open_assign")
        self.look("assign", priya, APP)
        self.fill(priya, csm=self.place.jonas.id)
        settled(self.place)
        self.look("guide-of-the-csm", self.place.jonas, APP, shows=SurfaceKind.GUIDE)

    def is_read(self) -> None:
        """The CSM acknowledges, answers the checks and restates; the AE judges."""
        maya, jonas = self.place.maya, self.place.jonas
        self.press(jonas, "acknowledge")
        self.press(jonas, "open_checks")
        self.look("checks", jonas, APP)
        self.fill(jonas, check_metric="yes", check_no_plan="yes", check_champion="yes")
        self.look("restate", jonas, APP)
        self.fill(
            jonas,
            restated_why="The date does not move.",
            restated_success="The number the champion reads herself.",
            restated_risk="none",
        )
        settled(self.place)
        self.press(maya, "open_judge")
        self.look("judge", maya, APP)
        self.fill(maya, verdict="match")
        settled(self.place)

    def is_briefed(self) -> None:
        """AE and CSM hold the briefing call, where the deal needs one."""
        maya, jonas = self.place.maya, self.place.jonas
        self.press(maya, "open_booking")
        self.look("booking", maya, APP)
        at = self.place.sandbox.now().replace(minute=0, second=0, microsecond=0)
        self.fill(maya, briefing_at=at + timedelta(hours=2))
        settled(self.place)
        self.place.sandbox.advance(2.5 * HOUR)
        settled(self.place)
        self.press(jonas, "open_briefing", entry="briefing")
        self.look("call-card", jonas, APP)
        self.fill(jonas, minutes="25", tone="warm", mood="keen", emphasis="The date.")
        settled(self.place)

    def does_without_a_call(self) -> None:
        """AE and CSM both say that writing is enough."""
        maya = self.place.maya
        self.press(maya, "open_booking")
        assert maya.click_in_modal("skip_briefing").answered
        self.leave(maya)
        self.press(self.place.jonas, "skip_briefing")
        settled(self.place)

    def is_promised(self) -> None:
        """Both initial every promise."""
        maya, jonas = self.place.maya, self.place.jonas
        thread = self.card().ts
        self.look("ledger", maya, self.channel, thread=thread, shows=SurfaceKind.PROMISE)
        for person in (maya, jonas):
            self.press(person, "initial_all", entry="ledger")
            while (top := person.modal) is not None and "initial_all" in top.action_ids():
                assert person.click_in_modal("initial_all").answered
            self.look(f"initial-{'csm' if person is jonas else 'ae'}", person, APP)
            while (top := person.modal) is not None and top.callback_id == "initial":
                delivers: dict[str, Typed] = {"delivery": "can"}
                self.fill(person, **(delivers if "delivery" in top.action_ids() else {}))
            while person.modal is not None:
                person.close()
            settled(self.place)

    def is_debriefed(self) -> None:
        """CSM and AE go through the seven questions."""
        jonas = self.place.jonas
        self.press(jonas, "open_debrief", entry="debrief")
        for question in Question:
            last: dict[str, Typed] = {"outlook": "fine"} if question is Question.YEAR else {}
            if question is Question.CHAMPION:
                self.look("debrief", jonas, APP)
            self.fill(jonas, answer="As Maya told it.", mark="clear", **last)
        assert jonas.click_in_modal("debrief_talk").answered
        self.look("debrief-talk", jonas, APP)
        self.fill(jonas, minutes="40")
        self.look("debrief-done", jonas, APP)
        jonas.close()
        settled(self.place)

    # --- The intro and the kickoff

    def is_introduced(self) -> None:
        """Who writes the intro writes it, looks at what it lacks, and says that it went out."""
        writer = self.place.maya if self.joint else self.place.jonas
        self.on_page(writer, "open_intro")
        assert writer.click_in_modal("check_intro", typed={"intro": LETTERS[self.name]}).answered
        self.look("intro", writer, APP)
        assert "⚪" not in modal(writer).words, modal(writer).words
        assert writer.click_in_modal("mark_intro_sent").answered
        self.look("intro-sent", writer, APP)
        self.fill(writer, intro_sent_at=self.minute(), intro_way="email", cs_before="no")
        self.leave(writer)

    def is_booked(self) -> None:
        """The CSM books the kickoff, in two days, and reads its card."""
        jonas = self.place.jonas
        self.on_page(jonas, "open_kickoff_booking")
        self.look("kickoff-booking", jonas, APP)
        at = self.place.sandbox.now().replace(hour=15, minute=0, second=0, microsecond=0)
        self.kickoff_at = at + timedelta(days=2)
        self.fill(jonas, kickoff_at=int(self.kickoff_at.timestamp()))
        self.look("kickoff-card", jonas, APP)
        self.leave(jonas)

    def is_prepared(self) -> None:
        """CSM and, where it is joint, AE say that they are ready for it."""
        for person in (self.place.jonas, *([self.place.maya] if self.joint else [])):
            self.on_page(person, "open_kickoff_card")
            self.fill(person)
            self.leave(person)

    def is_kicked_off(self) -> None:
        """The kickoff is held and recorded."""
        jonas = self.place.jonas
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
        )
        self.leave(jonas)
        self.look("card-after-the-kickoff", self.place.theo, self.channel, shows=SurfaceKind.CARD)

    # --- The success plan

    def is_planned(self) -> None:
        """From the outline of the brief to a plan that all have said yes to."""
        jonas = self.place.jonas
        self.on_page(jonas, "open_success_plan")
        assert jonas.click_in_modal("start_plan").answered
        due = self.place.sandbox.now().date() + timedelta(days=60)
        for number in _milestones(jonas):
            row = _row(jonas, "milestone_edit", number)
            assert jonas.click_in_modal("milestone_edit", block_id=row).answered
            self.look("milestone", jonas, APP)
            self.fill(jonas, milestone_due=due)
        self.look("plan", jonas, APP)
        for person in (jonas, *([self.place.maya] if self.joint else [])):
            self.leave(person)
            self.on_page(person, "open_success_plan")
            assert person.click_in_modal("initial_plan").answered
        self.leave(self.place.maya)
        assert jonas.click_in_modal("open_confirm_plan").answered
        self.look("plan-confirmed-by", jonas, APP)
        self.fill(jonas, confirmed_by="The champion", confirmed_way="meeting")
        assert jonas.click_in_modal("plan_text").answered
        self.look("plan-for-the-customer", jonas, APP)
        self.leave(jonas)
        self.look("guide-after-the-plan", jonas, APP, shows=SurfaceKind.GUIDE)

    # --- What falls due in between

    def is_kept(self) -> None:
        """The AE's manager says that the brief was there by the day the AE had named."""
        self.press(self.place.theo, "commitment_done")
        settled(self.place)

    def is_delivered(self) -> None:
        """Whoever delivers the promises says so, one by one."""
        jonas = self.place.jonas
        for number in range(1, len(self.deal.entries(SectionKey.PROMISES)) + 1):
            below = self.place.theo.thread(self.channel, self.card().ts)[1:]
            message = [one for one in below if f"Promise {number}" in one.words][-1]
            assert jonas.click(message, "promise_delivered").answered, jonas.notices
            self.leave(jonas)
        self.look("delivered", jonas, self.channel, thread=self.card().ts)

    # --- Day 30, 60 and 90

    def is_reviewed_at_30(self) -> None:
        """The AE writes, the CSM reviews the milestones, asks for a score and what still holds."""
        maya, jonas = self.place.maya, self.place.jonas
        if self.joint:
            self.on_page(maya, "open_check_in")
            self.look("check-in", maya, APP)
            note = "How are the first weeks? Call me whenever you like."
            self.fill(maya, note=note, note_sent_at=self.minute())
            self.leave(maya)
        self.on_page(jonas, "open_milestone_review")
        self.look("milestone-review", jonas, APP)
        reached = _options(jonas, "milestones_done")
        assert reached
        self.fill(jonas, milestones_done=reached, milestone_notes="All of it ahead of its day.")
        self.leave(jonas)
        self.on_page(jonas, "open_nps")
        self.look("nps", jonas, APP)
        self.fill(jonas, nps="9\n10\n8\n9\n10")
        self.leave(jonas)
        self.on_page(jonas, "open_still_true")
        self.look("still-true", jonas, APP)
        self.fill(jonas, holds_champion="yes", holds_growth="yes", holds_year="yes")
        self.leave(jonas)
        self.on_page(jonas, "open_first_value")
        self.look("first-value", jonas, APP)
        self.fill(jonas, first_value_on=self.today(), engagement="green")
        self.leave(jonas)

    def is_reviewed_at_60(self) -> None:
        """AE and CSM score the brief and talk of what comes next."""
        maya, jonas = self.place.maya, self.place.jonas
        for person, more, score in (
            (maya, "open_expansion_ae", "open_score_ae"),
            (jonas, "open_expansion", "open_score"),
        ):
            if self.full:
                self.on_page(person, more)
                self.look("expansion", person, APP)
                words = "Once the first number holds."
                self.fill(person, talked_on=self.today(), appetite="later", expansion_words=words)
                self.leave(person)
            self.on_page(person, score)
            self.look("score", person, APP)
            asked = set(modal(person).action_ids()) & {f"score_{one.value}" for one in SectionKey}
            marks: dict[str, Typed] = dict.fromkeys(asked, "4")
            self.fill(person, **marks, carried=["success"], thin=["people"])
            self.leave(person)

    def is_closed(self) -> None:
        """Defined done is read line by line, and the CSM closes."""
        jonas = self.place.jonas
        self.on_page(jonas, "open_closing")
        self.look("defined-done", jonas, APP)
        met = [one for one in modal(jonas).action_ids() if one.startswith("met_")]
        self.fill(jonas, **dict.fromkeys(met, "met"))
        self.look("closing", jonas, APP)
        self.fill(jonas, closing_outcome="onboarded", closing_line="The number holds.")
        self.leave(jonas)

    # --- Time

    def owed(self, step: Step) -> Deadline | None:
        """What is owed of a step; None where the deal has no such step."""
        bot = self.place.bot
        with bot.store.read(bot.workplace.id) as unit:
            found = (one for one in unit.deadlines.of(self.handoff_id) if one.step is step)
            return next(found, None)

    @cached_property
    def handoff_id(self) -> int:
        """The handoff of the deal."""
        bot = self.place.bot
        with bot.store.read(bot.workplace.id) as unit:
            for number in range(1, len(CHANNELS) + 1):
                if unit.handoffs.get(number).account == self.account:
                    return number
        raise LookupError(self.account)

    def minute(self) -> int:
        """This minute, as a form takes it."""
        now = self.place.sandbox.now().replace(second=0, microsecond=0)
        return int(now.timestamp())

    def today(self) -> str:
        """Today, as a form takes it."""
        return self.place.sandbox.now().date().isoformat()


REVIEWS = (
    ((Step.CHECK_IN, Step.MILESTONES, Step.NPS), Way.is_reviewed_at_30),
    ((Step.EXPANSION, Step.EXPANSION_AE, Step.SCORE, Step.SCORE_AE), Way.is_reviewed_at_60),
    ((Step.OUTCOME,), Way.is_closed),
)
"""What opens by itself, and what is done then."""


def ninety_days(place: Stack, *ways: Way) -> None:
    """Go the whole way with deals that were signed at the same time, a stop at a time."""

    def all_do(*stops: Callable[[Way], None]) -> None:
        for way in ways:
            for stop in stops:
                # By its name, for who has more to look at does more there.
                getattr(way, stop.__name__)()
                settled(place)

    all_do(Way.starts, Way.posts, Way.is_assigned)
    all_do(Way.is_read)
    for way in ways:
        if way.calls:
            way.is_briefed()
        elif way.full:
            way.does_without_a_call()
    all_do(Way.is_debriefed, Way.is_promised, Way.is_introduced, Way.is_booked)
    all_do(Way.is_prepared)
    go_to(place, max(way.kickoff_at for way in ways) + timedelta(hours=1))
    all_do(Way.is_kicked_off)
    go_to(place, place.sandbox.now() + timedelta(hours=2))
    all_do(Way.is_planned)
    go_to(place, max(way.signed_at for way in ways) + timedelta(days=9))
    all_do(Way.is_kept)
    for steps, reviewed in REVIEWS:
        go_to(place, max(_opens(way, step) for way in ways for step in steps))
        all_do(reviewed)
        if reviewed is Way.is_reviewed_at_30:
            all_do(Way.is_delivered)
    go_to(place, place.sandbox.now() + timedelta(hours=20))
    for way in ways:
        way.look("closing-summary", place.theo, way.channel, shows=NoticeKind.HANDOFF_CLOSED)


def go_to(place: Stack, at: datetime) -> None:
    """On to an instant and a minute more, and let everything come to rest."""
    seconds = (at - place.sandbox.now()).total_seconds() + 60
    if seconds > 0:
        place.sandbox.advance(seconds)
    settled(place)


def _opens(way: Way, step: Step) -> datetime:
    """When a step opens by itself; long ago where it is open, or not in the deal."""
    one = way.owed(step)
    opens = one.next_at if one is not None and one.opens_by_time else None
    return opens or way.signed_at


def _further(page: Screen) -> str | None:
    """The row of the button that leads on to the next page of a handoff."""
    here = json.loads(page.view["private_metadata"]).get("p", 0)
    leads = ((block, element) for block, element in elements_of(page.blocks))
    return next(
        (
            str(block["block_id"])
            for block, element in leads
            if element["action_id"] == "open_handoff"
            and json.loads(element["value"]).get("p", 0) == here + 1
        ),
        None,
    )


def _options(reader: Visitor, action: str) -> list[str]:
    """What can be chosen in a field of the open form."""
    found = (one for _, one in elements_of(modal(reader).blocks) if one["action_id"] == action)
    return [option["value"] for option in next(found)["options"]]


def _milestones(reader: Visitor) -> list[int]:
    """The numbers of the milestones in the open plan."""
    found = elements_of(modal(reader).blocks)
    edits = [one for _, one in found if one["action_id"] == "milestone_edit"]
    return [json.loads(one["value"])["e"] for one in edits]


def first_row(reader: Visitor, action: str) -> str:
    """The first row of the open form with an action."""
    rows = elements_of(modal(reader).blocks)
    return next(str(block["block_id"]) for block, one in rows if one["action_id"] == action)


def _row(reader: Visitor, action: str, number: int) -> str:
    """The row with an action of one milestone of the open plan."""
    rows = (
        str(block["block_id"])
        for block, element in elements_of(modal(reader).blocks)
        if element["action_id"] == action and json.loads(element["value"])["e"] == number
    )
    return next(rows)


def _entry(message: Seen, entry: str) -> str | None:
    """The value of an entry of a message's menu; None where it has no such entry."""
    try:
        return menu_value(message, entry)
    except StopIteration:
        return None
