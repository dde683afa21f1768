"""What the clock says, who looks after the team, and what whoever runs the bot sees."""

from datetime import timedelta

from sqlalchemy import update

from bot.domain.alarms import About, alarm
from bot.domain.notices import NoticeKind, SurfaceKind
from bot.sandbox.visitor import Visitor
from bot.storage.tables import outbox
from tests.browser.tour_ways import StraightWay, asked_here
from tests.story.ninety_days import APP, HOME, go_to
from tests.story.stack import Stack, modal
from tests.story.test_clocks import menu_value, settled
from tests.story.test_surfaces import BOT
from tests.story.typing import start_deal, write_brief

TEAM, SHARED = "#revenue-team", "#deal-harbor-shared"


class WatchedWay(StraightWay):
    """A deal whose brief nobody writes, and everybody who hears of that."""

    # --- What the clock says

    def is_left_undone(self) -> None:
        """The bot reminds, and then says that the brief is late."""
        maya, theo = self.place.maya, self.place.theo
        start_deal(self.place, self.deal, signed_at=self.signed_at, channel=self.channel)
        self.leave(maya)
        go_to(self.place, self.signed_at + timedelta(hours=3, minutes=30))
        self.look("reminder", maya, APP, shows=NoticeKind.NUDGE)
        self.press(maya, "preview_message")
        self.fill(maya)
        self.card()
        go_to(self.place, self.signed_at + timedelta(hours=24, minutes=10))
        self.look("late", maya, APP, shows=NoticeKind.LATE)
        self.look("late-for-the-manager", theo, APP, shows=NoticeKind.LATE_FOR_MANAGER)

    def is_assigned_anyway(self) -> None:
        """The CS manager does not wait for the brief; the CSM asks for what they need of it."""
        maya, jonas, priya = self.place.maya, self.place.jonas, self.place.priya
        card = self.card()
        assert priya.click(card, "more", chosen=menu_value(card, "assign")).answered
        self.look("assign-before-the-brief", priya, self.channel)
        self.fill(priya, csm=jonas.id, reason="Jonas knows their hall, and has time this week.")
        self.leave(priya)
        settled(self.place)
        self.press(jonas, "open_send_back", entry="send_back")
        self.fill(jonas, items=["trigger", "quote"], reason="Who said it, and when?")
        self.leave(jonas)
        self.look("sent-back", maya, APP, shows=NoticeKind.SENT_BACK)

    def is_summed_up(self) -> None:
        """Of another deal the bot posts the message itself; in the morning one says it all."""
        maya, theo = self.place.maya, self.place.theo
        other = WatchedWay(self.place, "larkfield", self.look)
        start_deal(self.place, other.deal, signed_at=other.signed_at, channel=other.channel)
        self.leave(maya)
        go_to(self.place, other.signed_at + timedelta(hours=4, minutes=5))
        self.look("posted-by-the-bot", maya, APP, shows=NoticeKind.BOT_POSTED)
        self.look("card-by-the-bot", theo, other.channel, shows=SurfaceKind.CARD)
        for _ in range(10):
            if any("in your team" in one.text for one in theo.dms()[-1:]):
                break
            go_to(self.place, self.place.sandbox.now() + timedelta(hours=12))
        self.look("summary-for-the-manager", theo, APP, shows=NoticeKind.SUMMARY)

    # --- The team's list

    def is_listed(self) -> None:
        """The list of all open handoffs: for one reader, in a window, in the channel, as a file."""
        priya, sandbox = self.place.priya, self.place.sandbox
        assert priya.slash("/handoff-status", channel=TEAM).answered
        self.look("status", priya, TEAM, typed="/handoff-status")
        shown = asked_here(priya, TEAM, "status_open")
        assert priya.click(shown, "status_open").answered
        self.look("status-list", priya, TEAM)
        assert priya.click_in_modal("status_csv").answered
        self.place.until(lambda: any(one.files for one in priya.dms()))
        self.leave(priya)
        self.look("status-file", priya, APP, shows=NoticeKind.STATUS_CSV)
        assert priya.click(shown, "more", chosen=menu_value(shown, "status_post")).answered
        self.look("status-posted", self.place.theo, TEAM, shows=NoticeKind.STATUS_POST)
        sandbox.fail_next("files.getUploadURLExternal", error="not_allowed", times=9)
        assert priya.click(shown, "more", chosen=menu_value(shown, "status_csv")).answered
        self.look("file-failed", priya, APP, shows=NoticeKind.FILE_FAILED)
        sandbox.clear_faults()

    # --- Everybody's own tab

    def is_away(self) -> None:
        """What holds for oneself; a week away, with somebody who stands in."""
        maya, priya, sam = self.place.maya, self.place.priya, self.place.sam
        self.at_work()
        for reader, name in ((maya, "home"), (priya, "home-of-the-manager")):
            self.opens_home(reader, name)
        assert maya.click_in_home("open_times").answered
        self.look("times", maya, HOME)
        until = self.place.sandbox.now().date() + timedelta(days=7)
        self.fill(maya, until=until, stand_in=sam.id)
        settled(self.place)
        self.look("guide-of-the-stand-in", sam, APP, shows=SurfaceKind.GUIDE)


class RunWay(StraightWay):
    """What goes wrong around the bot, and who mends it."""

    # --- Admins

    def is_administered(self) -> None:
        """People, roles and managers; who hears the clock; the pause."""
        ada, sam, jonas = self.place.ada, self.place.sam, self.place.jonas
        self.opens_home(ada, "home-of-an-admin", end=True)
        for action, name in (
            ("open_managers", "managers"),
            ("open_managed", "who-manages-whom"),
            ("open_notify", "notify"),
        ):
            assert ada.click_in_home(action).answered
            self.look(name, ada, HOME)
            self.leave(ada)
        assert ada.click_in_home("open_roles").answered
        self.fill(ada, person=sam.id)
        self.look("roles", ada, HOME)
        self.leave(ada)
        assert ada.click_in_home("open_people_csv").answered
        line = f"{jonas.id},revops,{self.place.priya.id},DE-BE"
        self.fill(ada, people_lines=line)
        self.look("people-by-csv", ada, HOME)
        assert ada.click_in_modal("open_people_list").answered
        self.look("present-list", ada, HOME)
        self.leave(ada)
        assert ada.click_in_home("pause").answered
        settled(self.place)
        self.look("home-paused", ada, HOME)
        assert ada.click_in_home("resume").answered
        settled(self.place)

    def is_told_of_trouble(self) -> None:
        """What did not arrive is listed, and an alarm says what is in trouble."""
        ada, bot = self.place.ada, self.place.bot
        with bot.store.database.writing() as connection:
            greetings = outbox.c.kind == NoticeKind.WELCOME.value
            dead = {"state": "dead", "reason": "not_in_channel"}
            connection.execute(update(outbox).where(greetings).values(**dead))
            connection.commit()
        with bot.store.write(bot.workplace.id) as unit:
            reader = unit.people.by_slack_id(ada.id)
            assert reader is not None
            unit.outbox.add(
                alarm(
                    About.UNDELIVERED,
                    reader.id,
                    reference="7c41d0a2",
                    detail="",
                    since=None,
                    until=None,
                )
            )
            unit.commit()
        self.look("alarm", ada, APP, shows=NoticeKind.ALARM)
        assert ada.click_in_home("open_undelivered").answered
        self.look("undelivered", ada, HOME)
        self.leave(ada)

    # --- Commands that are answered, and places where nothing may stand

    def is_asked_for_help(self) -> None:
        """Help; words that mean nothing; a channel that others can read."""
        maya = self.place.maya
        for words, name in (("help", "help"), ("frobnicate", "unknown-words")):
            assert maya.slash("/handoff", words, channel=self.channel).answered
            self.look(name, maya, self.channel, typed="/handoff help" if words == "help" else None)
        assert maya.slash("/handoff", channel=SHARED).answered
        self.look("not-in-a-shared-channel", maya, SHARED)
        offered = asked_here(maya, SHARED, "open_make_channel")
        assert maya.click(offered, "open_make_channel").answered
        self.look("make-channel", maya, SHARED)
        self.leave(maya)
        ts = maya.post(SHARED, "We need it by June.")
        said = next(one for one in maya.messages(SHARED) if one.ts == ts)
        assert maya.message_shortcut(said, "add_to_handoff").answered
        self.look("nothing-is-taken-from-there", maya, SHARED)
        self.leave(maya)

    def loses_its_place(self) -> None:
        """The bot is taken out of the deal's channel; and the channel is shared outside."""
        maya, theo, jonas = self.place.maya, self.place.theo, self.place.jonas
        there = self.place.sandbox.channel(self.channel)
        start_deal(self.place, self.deal, signed_at=self.signed_at, channel=self.channel)
        write_brief(maya, self.deal)
        settled(self.place)
        self.press(maya, "preview_message")
        self.fill(maya)
        self.card()
        settled(self.place)
        self.place.sandbox.fail_next("conversations.invite", error="cant_invite", times=3)
        self.press(self.place.priya, "open_assign")
        self.fill(self.place.priya, csm=jonas.id)
        reader = self.place.sandbox.wait_until(self._who_invites, within=15.0)
        assert reader is not None
        self.look("invite-by-hand", reader, APP, shows=NoticeKind.INVITE_BY_HAND)
        self.place.sandbox.clear_faults()
        theo.do("remove_member", channel_id=there, removed=BOT)
        self.look("where-next", maya, APP, shows=NoticeKind.WHERE_NEXT)
        theo.do("invite", channel_id=there, invited=[BOT])
        settled(self.place)
        theo.do("share", channel_id=there)
        self.look("cannot-stand-there", maya, APP, shows=NoticeKind.CANNOT_POST)

    def _who_invites(self) -> Visitor | None:
        people = (self.place.maya, self.place.priya, self.place.theo)
        return next(
            (one for one in people if any("/invite @" in said.words for said in one.dms())), None
        )

    def is_not_confirmed(self) -> None:
        """Whether a message arrived cannot be found out, and whoever can look is asked."""
        maya = self.place.maya
        scopes = self.place.server.workspace.app.bot_scopes
        for optional in ("channels:history", "groups:history"):
            scopes.remove(optional)
        other = RunWay(self.place, "larkfield", self.look)
        start_deal(self.place, other.deal, signed_at=other.signed_at, channel=other.channel)
        write_brief(maya, other.deal)
        settled(self.place)
        other.press(maya, "preview_message")
        settled(self.place)
        self.place.sandbox.fail_next(
            "chat.postMessage", status=503, channel=self.place.sandbox.channel(other.channel)
        )
        assert modal(maya).callback_id == "preview"
        self.fill(maya)
        self.look("unconfirmed", maya, APP, shows=NoticeKind.UNCONFIRMED)


def looked_after(place: Stack, watched: WatchedWay) -> None:
    """What the clock says, the team's list, and everybody's own tab."""
    for stop in (
        watched.is_left_undone,
        watched.is_assigned_anyway,
        watched.is_summed_up,
        watched.is_listed,
        watched.is_away,
    ):
        stop()
        settled(place)


def run_by_somebody(place: Stack, run: RunWay) -> None:
    """What admins do and are told, and what happens to channels."""
    for stop in (
        run.is_asked_for_help,
        run.is_administered,
        run.loses_its_place,
        run.is_told_of_trouble,
        run.is_not_confirmed,
    ):
        stop()
        settled(place)
