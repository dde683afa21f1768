"""The promise ledger as a Markdown file: for who keeps it elsewhere or brings it to a meeting."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.ledger import Delivery, Entry, Initial, LedgerPage, PromiseShown
from bot.domain.promises import Side
from bot.domain.read_models import NamedPerson
from bot.views import sentences as said
from bot.views.ids import Field
from bot.views.markdown import escaped, in_one_line

_NO_BREAK_SPACE: Final = "\u00a0"
_BREAK: Final = "\\"
"""At the end of a line: the next one begins a line, too."""


def ledger_markdown(ledger: LedgerPage, *, as_of: datetime, zone: str) -> bytes:
    """Every entry whole, with its boxes; instants in the reader's zone.

    Signs of Markdown that somebody typed stand there as what they are.
    """
    state = said.ledger.state(ledger.signing, withdrawn=ledger.withdrawn)
    lines = [
        f"# {said.ledger.file_head(in_one_line(ledger.account))}",
        "",
        f"{state} · {_instant(as_of, zone)}",
    ]
    for shown in ledger.entries:
        lines += ["", *_entry(shown, zone)]
    if ledger.refused:
        label = said.forms.FIELDS[Field.REFUSED].label
        lines += ["", f"## {label}", "", *_quoted(ledger.refused)]
    return ("\n".join(lines) + "\n").encode()


def _entry(shown: PromiseShown, zone: str) -> Iterator[str]:
    entry = shown.entry
    title = said.ledger.title(entry.promise.number, none_made=entry.none_made)
    yield f"## {title if entry.open else said.ledger.WITHDRAWN_LINE.format(title=title)}"
    if not entry.none_made:
        yield ""
        yield in_one_line(said.brief.promise_details(entry.promise))
        yield ""
        yield from _quoted(entry.promise.text.words)
    yield ""
    if not entry.open:
        if entry.reason:
            yield f"{said.ledger.BECAUSE} {in_one_line(entry.reason)}"
        yield from _past(entry, zone)
        return
    if entry.late is not None:
        yield f"- {said.ledger.LATE[entry.late]}"
        yield from _late(entry, shown, zone)
    if entry.standing is not None:
        found = entry.standing
        became = said.keeping.fate(found.fate, in_one_line(found.by.name))
        told = f"- {became} {_instant(found.at, zone)}"
        yield f"{told}: {in_one_line(found.line)}" if found.line else told
    if entry.dispute is not None:
        by = in_one_line(entry.dispute.by.name)
        at = _instant(entry.dispute.at, zone)
        yield f"- {said.disputes.disputed(by)} {at}: {in_one_line(entry.dispute.reason)}"
    for side, owner in ((Side.AE, shown.ae), (Side.CSM, shown.csm)):
        yield f"- {_box(entry.initials.get(side), side, owner, zone)}"
    yield from _past(entry, zone)


def _past(entry: Entry, zone: str) -> Iterator[str]:
    """The disputes that are over, a line each."""
    for one in entry.past:
        by = said.disputes.disputed_once(in_one_line(one.by.name))
        over = f"{said.disputes.came_to(one.ending)} {_instant(one.ended_at, zone)}"
        told = f"- {by} {_instant(one.at, zone)}: {in_one_line(one.reason)} · {over}"
        yield f"{told}: {in_one_line(one.why)}" if one.why else told


def _late(entry: Entry, shown: PromiseShown, zone: str) -> Iterator[str]:
    """What is open about a late one, or what became of it."""
    found = entry.dealt
    if found is None:
        if entry.undealt:
            open_now = said.late.UNDECIDED if shown.after_kickoff else said.late.TALK_MISSING
            yield f"- {open_now}"
        return
    told = said.late.talked_over(found.outcome, in_one_line(found.by.name))
    if found.together:
        told = said.late.decided(found.outcome)
    told = f"- {told} {_instant(found.at, zone)}"
    yield f"{told}: {in_one_line(found.line)}" if found.line else told


def _box(given: Initial | None, side: Side, owner: NamedPerson | None, zone: str) -> str:
    name = said.ledger.SIDES[side]
    if given is None:
        who = in_one_line(owner.name) if owner is not None else said.ledger.NO_CSM
        return f"⚪ {name} {who}"
    told = f"✍️ {name} {in_one_line(given.by.name)} {_instant(given.at, zone)}"
    if given.delivery is Delivery.CAN:
        return f"{told} · {said.ledger.CAN}"
    if given.delivery is Delivery.CHECK:
        return f"{told} · {said.ledger.checks(in_one_line(given.check_with))}"
    return told


def _quoted(text: str) -> list[str]:
    """Words as they were typed, line by line, as a quotation."""
    lines = text.strip("\n").splitlines()
    shown = []
    for at, line in enumerate(lines):
        bare = line.strip()
        # Four blanks would begin code.
        indent = _NO_BREAK_SPACE * (len(line) - len(line.lstrip())) if bare else ""
        follows = bare and at + 1 < len(lines) and lines[at + 1].strip()
        shown.append(f"> {indent}{escaped(bare)}{_BREAK if follows else ''}".rstrip())
    return shown


def _instant(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).isoformat(sep=" ", timespec="minutes")
