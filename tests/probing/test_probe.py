"""A probe of the sandbox: what it prints, whom it leaves alone, and what is left behind it."""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner

from bot.bootstrap import StartError
from bot.cli import app
from bot.probing.place import MOST_PEOPLE, Times
from bot.probing.questions import Bounds
from bot.probing.run import BASE_MINUTES, Asked, Declined, probe
from bot.probing.with_person import OPEN, QUESTION_CLOSED, QUESTION_STATE, STATE, WORDS
from bot.sandbox.fault_plan import FaultPlan, Rule, Trouble
from bot.sandbox.server import SandboxServer
from bot.sandbox.visitor import Sandbox, Visitor
from bot.settings import Settings, load_settings

CHANNEL = "C0LARKFLD1"
MAYA = "U0MAYA0001"
FEW = Bounds(posts=3, left_alone=2, updates=5, burst=2)


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer() as running:
        yield running


@pytest.fixture
def sandbox(server: SandboxServer) -> Sandbox:
    return Sandbox(server.url)


@pytest.fixture
def maya(sandbox: Sandbox) -> Visitor:
    return sandbox.visitor("maya")


@pytest.fixture
def settings(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SLACK_API_URL", server.api_url)
    monkeypatch.setenv("SLACK_BOT_TOKEN", server.bot_token)
    monkeypatch.setenv("SLACK_APP_TOKEN", server.app_token)
    return load_settings()


def quietly(_told: str) -> None:
    return None


def run(
    settings: Settings,
    asked: Asked | None = None,
    *,
    tell: Callable[[str], None] = quietly,
) -> tuple[str, bool]:
    """A small probe whose waits take no time."""
    asked = asked or Asked(channel=CHANNEL, bounds=FEW)
    times = Times(sleep=lambda _: None)
    return probe(settings, asked, tell=tell, may=lambda _: True, times=times)


def answer_to(page: str, question: str) -> str:
    """The lines below one question."""
    return page.split(f"## {question}\n", 1)[1].split("\n## ", 1)[0]


def test_every_question_is_answered_and_nothing_is_left(
    settings: Settings, sandbox: Sandbox, maya: Visitor
) -> None:
    before = maya.messages(CHANNEL)
    page, clean = run(settings)
    assert clean
    assert maya.messages(CHANNEL) == before
    assert "3 of 3 were seen" in answer_to(page, "How long after a post does the history show it?")
    gave_up = "How long after its client gave up does Slack still take a post?"
    assert "2 of 2 posts were taken although nobody waited" in answer_to(page, gave_up)
    echo = answer_to(page, "Does the history give back the metadata of a message?")
    assert "`include_all_metadata=true` the payload comes back" in echo
    assert "`include_all_metadata=false` the payload does not come back" in echo
    dates = answer_to(page, "Do date tokens with a format come back unchanged?")
    assert dates.count("unchanged") == 3
    edits = answer_to(page, "How many `chat.update` does Slack take in a minute?")
    assert "5 edits" in edits
    assert "no 429" in edits
    second = answer_to(page, "Does one post a second hold in one conversation?")
    assert second.count("2 of 2") == 2
    # The sandbox refuses an argument that is in no document of Slack's.
    same = answer_to(page, "Is a repeated `client_msg_id` refused?")
    assert "the first was refused: invalid_arguments" in same
    assert "ahead" in answer_to(page, "Does the clock here go as Slack's does?")
    assert sandbox.calls()["chat.delete"] == 3 + 2 + 1 + 1 + 1 + 4
    assert "13 messages were posted" not in page
    assert "12 messages were posted, 12 deleted" in answer_to(page, "Cleaning up")


def test_the_page_names_nobody_and_holds_no_secret_and_nothing_that_others_wrote(
    settings: Settings, server: SandboxServer, maya: Visitor
) -> None:
    maya.post(CHANNEL, "Ilse signs on Tuesday.")
    told: list[str] = []
    page, _ = run(settings, tell=told.append)
    for text in (page, *told):
        for secret in (server.bot_token, server.app_token, "Ilse", "maya", "Maya", CHANNEL, MAYA):
            assert secret not in text
    assert "not Slack but what SLACK_API_URL names" in page


def test_a_probe_in_a_direct_message_leaves_it_as_it_was(settings: Settings, maya: Visitor) -> None:
    page, clean = run(settings, Asked(user=MAYA, bounds=FEW))
    assert clean
    assert "in a direct message" in page
    assert maya.dms() == []


def test_an_edit_that_is_too_much_ends_the_edits_with_what_slack_asked_for(
    settings: Settings, sandbox: Sandbox
) -> None:
    sandbox.fail_next("chat.update", skip=3, status=429, error="ratelimited", retry_after=7)
    page, clean = run(settings)
    edits = answer_to(page, "How many `chat.update` does Slack take in a minute?")
    assert "3 edits" in edits
    assert "429, `Retry-After` 7 s" in edits
    assert clean


def test_what_slack_refuses_is_an_answer_and_the_others_are_asked(
    settings: Settings, sandbox: Sandbox
) -> None:
    sandbox.fail_next("chat.update", error="edit_window_closed")
    page, clean = run(settings)
    assert "not answered: edit_window_closed" in answer_to(page, "Edits")
    assert "2 of 2" in answer_to(page, "Does one post a second hold in one conversation?")
    assert clean


def test_a_post_that_slack_takes_late_is_found_and_deleted(
    settings: Settings, sandbox: Sandbox, maya: Visitor
) -> None:
    sandbox.fail_next("chat.postMessage", skip=3, times=2, after=True, delay_seconds=0.2)
    page, clean = run(settings)
    gave_up = "How long after its client gave up does Slack still take a post?"
    assert "2 of 2 posts were taken although nobody waited" in answer_to(page, gave_up)
    assert "answered even before" not in answer_to(page, gave_up)
    assert clean
    assert maya.messages(CHANNEL) == []


class Stop:
    """Interrupts when a word comes up in what a probe tells."""

    def __init__(self, word: str, error: type[BaseException]) -> None:
        self._word, self._error = word, error

    def __call__(self, told: str) -> None:
        if self._word in told:
            raise self._error


def test_ctrl_c_ends_with_what_was_found_and_all_deleted(settings: Settings, maya: Visitor) -> None:
    page, clean = run(settings, tell=Stop("Edits", KeyboardInterrupt))
    assert clean
    assert "until it was interrupted" in page
    assert "Do date tokens with a format come back unchanged?" in page
    assert "chat.update" not in page
    assert maya.messages(CHANNEL) == []


def test_an_error_of_the_probes_own_leaves_nothing_behind(
    settings: Settings, maya: Visitor
) -> None:
    with pytest.raises(ZeroDivisionError):
        run(settings, tell=Stop("Edits", ZeroDivisionError))
    assert maya.messages(CHANNEL) == []


def test_what_could_not_be_deleted_is_named(
    settings: Settings, sandbox: Sandbox, maya: Visitor
) -> None:
    sandbox.fail_next("chat.delete", error="cant_delete_message")
    told: list[str] = []
    page, clean = run(settings, tell=told.append)
    (left,) = maya.messages(CHANNEL)
    assert not clean
    assert f"at {left.ts}: cant_delete_message" in answer_to(page, "Cleaning up")
    assert any(f"at {left.ts}" in line for line in told)


def test_without_the_history_it_says_so_and_deletes_what_it_knows(
    settings: Settings, sandbox: Sandbox, maya: Visitor
) -> None:
    sandbox.fail_next("conversations.history", error="missing_scope", times=100)
    page, clean = run(settings)
    assert "no: missing_scope" in answer_to(page, "Can anything be asked?")
    assert clean
    assert maya.messages(CHANNEL) == []


def test_a_post_of_which_nobody_heard_is_deleted_all_the_same(
    settings: Settings, sandbox: Sandbox, maya: Visitor
) -> None:
    sandbox.fail_next("chat.postMessage", after=True, status=503, error="service_unavailable")
    page, clean = run(settings)
    assert "no: service_unavailable" in answer_to(page, "Can anything be asked?")
    assert "1 messages were posted, 1 deleted" in answer_to(page, "Cleaning up")
    assert clean
    assert maya.messages(CHANNEL) == []


def test_what_perhaps_was_posted_and_cannot_be_looked_for_is_named(
    settings: Settings, sandbox: Sandbox
) -> None:
    sandbox.fail_next("conversations.history", error="missing_scope", times=100)
    sandbox.fail_next("chat.postMessage", after=True, status=503, error="service_unavailable")
    page, clean = run(settings)
    cleared = answer_to(page, "Cleaning up")
    assert "-lag-0` may be there: the history was not read (missing_scope)" in cleared
    assert not clean


class Late:
    """The history shows nothing until the cleaning up has waited for as long as `shows_after`."""

    def __init__(self, server: SandboxServer, maya: Visitor, *, shows_after: float) -> None:
        self._server, self._maya, self._shows_after = server, maya, shows_after
        self.looking, self._waited = False, 0.0
        unseen = Rule(method="chat.postMessage", trouble=Trouble.LAG, share=1.0, seconds=3600.0)
        server.edge.follow(FaultPlan((unseen,)))

    def tell(self, told: str) -> None:
        self.looking = self.looking or "unheard" in told

    def sleep(self, seconds: float) -> None:
        self._waited += seconds if self.looking else 0.0
        if self._waited >= self._shows_after:
            for message in self._maya.messages(CHANNEL):
                self._server.edge.lag.hide(CHANNEL, message.ts, 0.0)


def test_what_the_history_shows_after_the_last_question_is_deleted_as_well(
    settings: Settings, server: SandboxServer, maya: Visitor
) -> None:
    late = Late(server, maya, shows_after=60.0)
    page, clean = probe(
        settings,
        Asked(channel=CHANNEL, bounds=FEW),
        tell=late.tell,
        may=lambda _: True,
        times=Times(sleep=late.sleep),
    )
    gave_up = "How long after its client gave up does Slack still take a post?"
    assert "0 of 2 posts were taken" in answer_to(page, gave_up)
    assert "12 messages were posted, 12 deleted" in answer_to(page, "Cleaning up")
    assert clean
    assert maya.messages(CHANNEL) == []


def test_what_was_posted_just_before_ctrl_c_is_deleted_once_the_history_shows_it(
    settings: Settings, server: SandboxServer, maya: Visitor
) -> None:
    late = Late(server, maya, shows_after=5.0)

    interrupted = list[bool]()

    def wall() -> float:
        if maya.messages(CHANNEL) and not interrupted:
            interrupted.append(True)
            raise KeyboardInterrupt
        return time.time()

    page, clean = probe(
        settings,
        Asked(channel=CHANNEL, bounds=FEW),
        tell=late.tell,
        may=lambda _: True,
        times=Times(wall=wall, sleep=late.sleep),
    )
    assert "until it was interrupted" in page
    assert "1 messages were posted, 1 deleted" in answer_to(page, "Cleaning up")
    assert clean
    assert maya.messages(CHANNEL) == []


def test_what_no_history_ever_shows_is_named_as_perhaps_there(
    settings: Settings, server: SandboxServer, maya: Visitor
) -> None:
    late = Late(server, maya, shows_after=3600.0)
    told: list[str] = []

    def tell(one: str) -> None:
        late.tell(one)
        told.append(one)

    asked, times = Asked(channel=CHANNEL, bounds=FEW), Times(sleep=late.sleep)
    page, clean = probe(settings, asked, tell=tell, may=lambda _: True, times=times)
    cleared = answer_to(page, "Cleaning up")
    assert "10 messages were posted, 10 deleted" in cleared
    for number in range(2):
        named = f"-left-{number}` may be there: the history did not show it for 61 s"
        assert named in cleared
        assert any(named in line for line in told)
    assert not clean
    assert len(maya.messages(CHANNEL)) == 2


def test_a_second_ctrl_c_ends_the_last_look_and_names_what_it_was_for(
    settings: Settings, server: SandboxServer, maya: Visitor
) -> None:
    late = Late(server, maya, shows_after=3600.0)

    def sleep(seconds: float) -> None:
        if late.looking:
            raise KeyboardInterrupt

    asked = Asked(channel=CHANNEL, bounds=FEW)
    times = Times(sleep=sleep)
    page, clean = probe(settings, asked, tell=late.tell, may=lambda _: True, times=times)
    assert "-left-0` may be there: it was not looked for to the end" in page
    assert "10 messages were posted, 10 deleted" in page
    assert not clean


def test_a_history_that_fails_once_is_read_again_before_it_is_over(
    settings: Settings, sandbox: Sandbox, maya: Visitor
) -> None:
    sandbox.fail_next("chat.postMessage", after=True, status=503, error="service_unavailable")
    sandbox.fail_next("conversations.history", status=503, error="service_unavailable")
    page, clean = run(settings)
    assert "1 messages were posted, 1 deleted" in answer_to(page, "Cleaning up")
    assert clean
    assert maya.messages(CHANNEL) == []


def test_a_place_where_somebody_may_be_disturbed_is_refused(
    settings: Settings, server: SandboxServer, sandbox: Sandbox
) -> None:
    workspace = server.workspace
    crowded, guested = workspace.channels["C0REVENUE1"], workspace.channels["C0NORTHWD1"]
    for number in range(MOST_PEOPLE):
        one = dataclasses.replace(workspace.users[MAYA], id=f"U0MORE{number:04d}")
        workspace.users[one.id] = one
        crowded.members.append(one.id)
    guest = dataclasses.replace(workspace.users[MAYA], id="U0GUEST001", is_restricted=True)
    workspace.users[guest.id] = guest
    guested.members.append(guest.id)
    for asked, reason in (
        (Asked(channel="C0HARBOR01"), "shared"),
        (Asked(channel="C0GENERAL1"), "not in it"),
        (Asked(channel="C0REVENUE1"), "more than"),
        (Asked(channel="C0NORTHWD1"), "guest"),
        (Asked(user="U0GUEST001"), "guest"),
        (Asked(channel="C0NOWHERE1"), "channel_not_found"),
        (Asked(), "--channel"),
        (Asked(channel=CHANNEL, user=MAYA), "--channel"),
    ):
        with pytest.raises(StartError, match=reason):
            run(settings, asked)
    assert "chat.postMessage" not in sandbox.calls()


def test_it_asks_before_it_begins_and_says_how_much_it_does(
    settings: Settings, sandbox: Sandbox
) -> None:
    told: list[str] = []

    def no(up_front: str) -> bool:
        told.append(up_front)
        return False

    with pytest.raises(Declined):
        probe(settings, Asked(channel=CHANNEL, bounds=FEW), tell=quietly, may=no)
    assert f"at most {FEW.messages} messages" in told[0]
    assert "chat.postMessage" not in sandbox.calls()


def test_it_keeps_to_what_it_said(settings: Settings, sandbox: Sandbox) -> None:
    before = sum(sandbox.calls().values())
    run(settings)
    calls = sandbox.calls()
    assert calls["chat.postMessage"] <= FEW.messages
    assert sum(calls.values()) - before <= FEW.calls


def test_where_the_history_shows_nothing_it_takes_as_long_as_it_said(
    settings: Settings, server: SandboxServer
) -> None:
    unseen = Rule(method="chat.postMessage", trouble=Trouble.LAG, share=1.0, seconds=3600.0)
    server.edge.follow(FaultPlan((unseen,)))
    waits: list[float] = []
    told: list[str] = []

    def yes(up_front: str) -> bool:
        told.append(up_front)
        return True

    asked, times = Asked(channel=CHANNEL, bounds=FEW), Times(sleep=waits.append)
    probe(settings, asked, tell=quietly, may=yes, times=times)
    minutes = sum(waits) / 60
    assert FEW.minutes_unseen < minutes < FEW.minutes_unseen + BASE_MINUTES
    assert f"or up to {BASE_MINUTES + FEW.minutes_unseen:.0f} where" in told[0]


def test_the_command_takes_no_for_an_answer(settings: Settings, sandbox: Sandbox) -> None:
    said = CliRunner().invoke(app, ["probe", "--channel", CHANNEL], input="n\n")
    assert said.exit_code == 1
    assert "It posts at most" in said.output
    assert "chat.postMessage" not in sandbox.calls()


def test_the_command_says_in_a_sentence_why_not(settings: Settings) -> None:
    said = CliRunner().invoke(app, ["probe", "--channel", "C0HARBOR01", "--yes"])
    assert said.exit_code == 2
    assert "shared with others" in said.output


class Pressing:
    """Does what the probe asks a person to do, each once it is told."""

    def __init__(self, maya: Visitor, *, typed: str = "word", submits: bool = False) -> None:
        self._maya, self._typed, self._submits = maya, typed, submits
        self._threads: list[threading.Thread] = []

    def __call__(self, told: str) -> None:
        for word, act in (("Press *Open*", self._open), ("*Look*", self._look), ("X", self._close)):
            if word in told:
                thread = threading.Thread(target=act)
                self._threads.append(thread)
                thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(10)

    def _open(self) -> None:
        self._maya.sandbox.wait_for_app()
        self._maya.click(self._maya.messages(CHANNEL)[-1], OPEN)

    def _look(self) -> None:
        self._maya.sandbox.wait_until(lambda: self._maya.modal)
        self._maya.click_in_modal(STATE, typed={WORDS: self._typed})

    def _close(self) -> None:
        if self._submits:
            self._maya.submit({WORDS: self._typed})
        else:
            self._maya.close()


WITH_PERSON = Asked(channel=CHANNEL, person_minutes=0.3, bounds=FEW)


def test_with_a_person_it_finds_out_what_presses_bring(settings: Settings, maya: Visitor) -> None:
    pressing = Pressing(maya, typed="Zaunkönig")
    page, clean = run(settings, WITH_PERSON, tell=pressing)
    pressing.join()
    state, closed = answer_to(page, QUESTION_STATE), answer_to(page, QUESTION_CLOSED)
    assert "`view.state` comes along, with what was typed" in state
    assert "`view.hash` is there" in state
    assert "yes, with the id of the modal that was opened" in closed
    assert "`is_cleared` is false" in closed
    assert "Zaunkönig" not in page
    assert clean
    assert maya.messages(CHANNEL) == []


def test_a_form_that_was_sent_tells_nothing_of_its_close(settings: Settings, maya: Visitor) -> None:
    pressing = Pressing(maya, submits=True)
    page, _ = run(settings, WITH_PERSON, tell=pressing)
    pressing.join()
    assert "not asked: the form was sent" in answer_to(page, QUESTION_CLOSED)


def test_nobody_pressing_is_an_answer(settings: Settings, maya: Visitor) -> None:
    asked = dataclasses.replace(WITH_PERSON, person_minutes=0.001)
    page, clean = run(settings, asked)
    assert "nobody pressed" in answer_to(page, QUESTION_STATE)
    assert clean
    assert maya.messages(CHANNEL) == []


def test_presses_need_a_socket(settings: Settings) -> None:
    bare = settings.model_copy(update={"slack_app_token": None, "slack_signing_secret": "s"})
    with pytest.raises(StartError, match="SLACK_APP_TOKEN"):
        run(bare, WITH_PERSON)
