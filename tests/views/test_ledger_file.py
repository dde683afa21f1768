"""The ledger in Markdown, read back by a parser of CommonMark."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.domain.ledger import Entry, LedgerPage
from bot.domain.notices import NoticeKind
from bot.domain.promises import Promise, PromiseText, Signing
from bot.views.files import file_failed_message
from bot.views.ledger_file import ledger_markdown
from tests.views.shown import NOW, TRICKY, check_message
from tests.views.test_ledger import BOTH, ENTRY, SHOWN, TEXT

BERLIN = "Europe/Berlin"
LEDGER = LedgerPage(7, "Northwind Robotics", (SHOWN,), Signing(1, 0, 0, 0))


def file(ledger: LedgerPage) -> str:
    return ledger_markdown(ledger, as_of=NOW, zone=BERLIN).decode()


def read(ledger: LedgerPage) -> list[Token]:
    return MarkdownIt("commonmark").parse(file(ledger))


def inline(tokens: list[Token]) -> list[str]:
    """The text of every paragraph and headline, with its line breaks."""
    return [
        "".join(
            "\n" if part.type in ("hardbreak", "softbreak") else part.content
            for part in token.children or ()
        )
        for token in tokens
        if token.type == "inline"
    ]


def with_words(words: str) -> LedgerPage:
    promise = replace(ENTRY.promise, text=replace(TEXT, words=words))
    return replace(LEDGER, entries=(replace(SHOWN, entry=replace(ENTRY, promise=promise)),))


def test_every_entry_stands_there_whole_with_its_boxes() -> None:
    told = inline(read(LEDGER))
    assert told[0] == "Northwind Robotics: promise ledger"
    assert told[2] == "Promise 3"
    assert "delivered by Jonas" in told[3]
    assert told[4] == "The ERP connector is live in 30 days."
    assert told[5:] == ["⚪ AE Maya Reed", "⚪ CSM Jonas Brandt"]
    signed = replace(LEDGER, entries=(replace(SHOWN, entry=replace(ENTRY, initials=BOTH)),))
    said_by_csm = inline(read(signed))[-1]
    assert said_by_csm.startswith("✍️ CSM Jonas Brandt 20")
    assert said_by_csm.endswith("to be checked with the platform team")


def test_what_is_withdrawn_and_what_was_refused_stand_there_too() -> None:
    gone = Entry(replace(ENTRY.promise, withdrawn=True), reason="They have one already.")
    none_made = Entry(Promise(10, 4, 1, PromiseText("")), none_made=True)
    entries = (replace(SHOWN, entry=gone), replace(SHOWN, entry=none_made))
    told = inline(read(replace(LEDGER, entries=entries, refused="No\n\nweekends")))
    assert "Promise 3 — withdrawn" in told
    assert "Because: They have one already." in told
    assert "No promises were made" in told
    assert told[-3:] == ["Refused or deferred", "No", "weekends"]
    hidden = replace(LEDGER, entries=(replace(SHOWN, entry=replace(gone, reason="")),))
    assert "Because" not in file(hidden)


SIGNS = st.text(alphabet="\\`*_{}[]()<>#+-.!|&~=1a \n:/;'\"", max_size=40)


@settings(max_examples=300, deadline=None)
@given(words=SIGNS.filter(str.strip))
@example("1. first\n2) second")
@example("    four blanks\n\tand a tab")
@example("===\n---\n***")
@example("[a link](https://example.com) &amp; <b>bold</b> ![x](y)")
@example("a\\\nb  \nc")
def test_whatever_was_typed_is_read_back_as_typed(words: str) -> None:
    tokens = read(with_words(words))
    kinds = [token.type for token in tokens]
    assert kinds.count("heading_open") == 2
    assert not {"fence", "code_block", "hr", "html_block"} & set(kinds)
    assert kinds.count("bullet_list_open") == 1
    begins, ends = kinds.index("blockquote_open"), kinds.index("blockquote_close")
    told = "\n\n".join(inline(tokens[begins:ends]))
    typed = [line.strip() for line in words.splitlines()]
    assert [line.strip() for line in told.splitlines() if line.strip()] == list(filter(None, typed))
    kinds_inside = {part.type for token in tokens[begins:ends] for part in token.children or ()}
    assert kinds_inside <= {"text", "text_special", "hardbreak"}


def test_names_and_accounts_are_what_they_are_too() -> None:
    told = inline(read(replace(LEDGER, account=TRICKY)))
    assert told[0] == f"{' '.join(TRICKY.split())}: promise ledger"


@pytest.mark.parametrize("unclear", [True, False])
def test_a_file_that_does_not_come_is_one_sentence(unclear: bool) -> None:
    args = check_message(file_failed_message(NoticeKind.LEDGER_FILE, unclear=unclear))
    assert "promise ledger" in args["text"]
    assert "ledger" in args["text"].split(";")[1]
