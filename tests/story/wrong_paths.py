"""A deal that goes wrong in every way, a stop at a time; looked at as the ninety days are."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.backfills import BackfillError, Wish, backfill
from bot.domain.notices import NoticeKind, SurfaceKind
from bot.erasures import Request, erase
from bot.sandbox.seen import Seen, Typed
from bot.sandbox.visitor import Visitor
from bot.views.sentences.erasing import NOWHERE
from tests.story.ninety_days import APP, HOUR, Way
from tests.story.stack import Stack
from tests.story.test_clocks import menu_value, settled
from tests.story.typing import start_deal

ELSEWHERE = "#revenue-team"
NEW_CHAMPION = "Nora Blum"
OF_BEFORE = "Harbor Mills"
"""The account of a deal that was signed before the bot came."""


class WrongWay(Way):
    """The same deal, with whatever can come between."""

    def is_sent_back(self) -> None:
        """The CSM sends the brief back, and the AE returns it."""
        maya, jonas = self.place.maya, self.place.jonas
        self.press(jonas, "open_send_back", entry="send_back")
        self.look("send-back", jonas, APP)
        self.fill(jonas, items=["trigger", "quote"], reason="Who said it, and when?")
        settled(self.place)
        self.press(maya, "return_brief")
        settled(self.place)

    def is_not_mine(self) -> None:
        """The CSM puts it off, and then says that somebody else is right for it."""
        jonas = self.place.jonas
        self.press(jonas, "open_snooze", entry="snooze")
        self.look("snooze", jonas, APP)
        self.leave(jonas)
        self.press(jonas, "open_decline", entry="decline")
        self.look("decline", jonas, APP)
        self.leave(jonas)

    def is_read_by_a_stand_in(self) -> None:
        """The CSM is away, and a stand-in has their steps until they are back, sooner than said."""
        jonas, ada = self.place.jonas, self.place.ada
        until = self.place.sandbox.now().date() + timedelta(days=6)
        self._away(jonas, until=until, stand_in=ada.id)
        self.place.dm_says(ada, "you stand in for the CSM")
        self.press(ada, "acknowledge")
        settled(self.place)
        self._away(jonas, until=None, stand_in=None)

    def _away(self, person: Visitor, **leave: Typed) -> None:
        person.open_home()
        self.place.until(person.home)
        assert person.click_in_home("open_times").answered
        self.fill(person, **leave)
        self.leave(person)

    def loses_its_champion(self) -> None:
        """The champion leaves, and another one is named."""
        jonas = self.place.jonas
        assert jonas.slash("/handoff", "champion", channel=self.channel).answered
        self.look("champion-left", jonas, self.channel, typed="/handoff champion")
        last = self.place.sandbox.now().date() + timedelta(days=9)
        self.fill(jonas, last_day=last, new_champion=NEW_CHAMPION, new_title="COO")
        self.leave(jonas)

    def gets_another_ae(self) -> None:
        """The AE's manager names another AE."""
        theo = self.place.theo
        assert theo.click(self.card(), "open_handoff").answered
        self.turn_to(theo, "open_reassign_ae")
        self.look("another-ae", theo, self.channel)
        self.fill(theo, ae=self.place.sam.id)
        self.leave(theo)
        self.look("guide-of-another-ae", self.place.sam, APP, shows=SurfaceKind.GUIDE)

    def gets_another_manager(self) -> None:
        """The AE's manager names another for this deal, and that one the first one again."""
        theo, ada = self.place.theo, self.place.ada
        for manager, now in ((theo, ada), (ada, theo)):
            assert manager.click(self.card(), "open_handoff").answered
            self.turn_to(manager, "open_ae_manager")
            self.fill(manager, manager=now.id)
            self.leave(manager)
            self.place.dm_says(now, "named you as the AE manager")

    def gets_another_csm(self) -> None:
        """The CS manager names another CSM, and then the first one again."""
        priya = self.place.priya
        for csm in (self.place.ada, self.place.jonas):
            self.on_page(priya, "open_assign")
            self.look("another-csm", priya, APP)
            self.fill(priya, csm=csm.id)
            self.leave(priya)

    def is_disputed(self) -> None:
        """A promise is disputed, and both managers settle it."""
        jonas = self.place.jonas
        message = self.promise()
        assert jonas.click(message, "open_dispute").answered
        self.look("dispute", jonas, self.channel)
        self.fill(jonas, reason="Not without the vendor's own interface.")
        self.leave(jonas)
        for manager in (self.place.priya, self.place.theo):
            self.press(manager, "open_settle")
            self.look("settle", manager, APP)
            self.fill(manager, settlement="kept")
            self.leave(manager)

    def promise(self) -> Seen:
        """The message about the first promise."""
        below = self.place.jonas.thread(self.channel, self.card().ts)[1:]
        return [one for one in below if "Promise 1" in one.words][-1]

    def has_a_partner(self) -> None:
        """The AE marks the deal and enters the partner's side."""
        sam = self.place.sam
        assert sam.slash("/handoff", "deal", channel=self.channel).answered
        self.look("deal", sam, self.channel, typed="/handoff deal")
        self.fill(sam, marks=["partner"])
        self.leave(sam)
        self.on_page(sam, "open_partner")
        self.look("partner", sam, APP)
        people = "Ada Brook, Larkfield Clinics, partner manager"
        self.fill(sam, partner_people=people, source="A call", partner_lives="Their CRM")
        self.leave(sam)

    def is_amended(self) -> None:
        """The AE starts an expansion beside the first contract."""
        sam = self.place.sam
        self.on_page(sam, "open_amend")
        self.look("amended-contract", sam, APP)
        signed = int(self.place.sandbox.now().timestamp()) - 600
        self.fill(sam, value="20,000", signed_at=signed, take_along=["people"])
        self.leave(sam)

    def is_merged(self) -> None:
        """The AE cancels it in favour of the expansion, which takes the first promise along."""
        sam = self.place.sam
        with self.place.bot.store.read(self.place.bot.workplace.id) as unit:
            first = next(one for one in unit.ledger.entries(self.handoff_id) if one.open)
        card = self.card()
        assert sam.click(card, "more", chosen=menu_value(card, "cancel")).answered
        self.look("cancel", sam, self.channel)
        self.fill(
            sam,
            reason="They sign with the parent.",
            became=["2"],
            became_how="merged",
            carry=[str(first.promise.id)],
        )
        self.leave(sam)
        self.look("card-cancelled", self.place.theo, self.channel, shows=SurfaceKind.CARD)

    def is_opened_again(self) -> None:
        """An hour later it is opened again after all."""
        theo = self.place.theo
        self.place.sandbox.advance(HOUR)
        settled(self.place)
        self.look("told-why-cancelled", self.place.jonas, APP, shows=NoticeKind.CANCELLED)
        assert theo.click(self.card(), "open_handoff").answered
        self.turn_to(theo, "open_reopen")
        self.look("open-again", theo, self.channel)
        self.fill(theo, reason="The parent stepped back.")
        self.leave(theo)

    def is_moved(self) -> None:
        """It stood in the wrong channel all the time."""
        theo = self.place.theo
        assert theo.click(self.card(), "open_handoff").answered
        self.turn_to(theo, "open_move")
        self.look("move", theo, self.channel)
        self.fill(theo, channel=self.place.sandbox.channel(ELSEWHERE))
        self.leave(theo)
        self.look("card-moved-away", theo, self.channel, shows=NoticeKind.MOVED)
        self.channel = ELSEWHERE


class WithoutAe(Way):
    """A deal whose AE is gone before the brief is written."""

    def loses_its_ae(self) -> None:
        """The account is closed; the manager asks others what they know, and names another."""
        maya, theo = self.place.maya, self.place.theo
        start_deal(self.place, self.deal, signed_at=self.signed_at, channel=self.channel)
        self.leave(maya)
        maya.do("edit_user", deleted=True)
        self.look("owner-gone", theo, APP, shows=NoticeKind.OWNER_GONE)
        self.press(theo, "open_interviews")
        self.look("interviews", theo, APP)
        self.fill(theo, interviewed="Ada", interview_note="Never shown with three sites.")
        self.leave(theo)
        self.press(theo, "open_reassign_ae")
        self.fill(theo, ae=self.place.sam.id)
        self.leave(theo)


def is_backfilled(place: Stack, folder: Path) -> None:
    """A deal of before comes from a file: looked at first, not with a wrong row, and once."""
    day = (place.sandbox.now() - timedelta(days=20)).date()
    heading = "account;value;signed;ae;csm;cs manager;channel"
    right = f"{OF_BEFORE};48.000;{day};@sam;@jonas;@priya;{place.sandbox.channel(ELSEWHERE)}"
    file, settings = folder / "deals.csv", place.bot.settings
    wrong = right.replace(OF_BEFORE, "").replace("@sam", "@nobody")
    file.write_text("\n".join((heading, right, wrong)))
    with pytest.raises(BackfillError, match="Row 3") as refused:
        backfill(settings, Wish(file, apply=True, by="@ada"))
    assert "Nothing was imported" in str(refused.value)
    file.write_text("\n".join((heading, right)))
    assert "would begin" in backfill(settings, Wish(file, by="@ada"))[0]
    for told in ("1 deal was imported", "0 deals were imported, 1 already here"):
        assert backfill(settings, Wish(file, apply=True, by="@ada"))[-1].startswith(told)
    settled(place)
    place.dm_says(place.sam, "two dates count, and nothing is late")


def is_erased(place: Stack, way: WrongWay) -> None:
    """The champion asks to be forgotten: the name goes from everything, also from the card."""
    assert NEW_CHAMPION in way.card().words
    wanted = Request((NEW_CHAMPION,))
    assert "Nothing was erased" in "\n".join(erase(place.bot.settings, wanted))
    told = erase(place.bot.settings, Request((NEW_CHAMPION,), by=place.ada.id, apply=True))
    assert any(line.startswith("Erased.") for line in told)
    settled(place)
    place.until(lambda: NEW_CHAMPION not in way.card().words)
    assert erase(place.bot.settings, wanted) == [NOWHERE]


def wrong_paths(place: Stack, way: WrongWay) -> None:
    """Go wrong in every way, one after the other."""
    for stop in (
        way.starts,
        way.posts,
        way.is_assigned,
        way.is_not_mine,
        way.is_read_by_a_stand_in,
        way.is_sent_back,
        way.loses_its_champion,
        way.gets_another_ae,
        way.gets_another_manager,
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
    with TemporaryDirectory() as folder:
        is_backfilled(place, Path(folder))
    is_erased(place, way)
