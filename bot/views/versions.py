"""A section of the brief as it was: one version at a time, the newest first."""

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.domain.read_models import VersionPage
from bot.views import sentences
from bot.views.blocks import form, named_state
from bot.views.ids import ActionId, ViewId
from bot.views.message import actions, button, header
from bot.views.payload import Ref
from bot.views.text import instant_token, mention
from bot.views.whole import packed, section_pieces


def versions_view(shown: VersionPage, *, page: int = 0, from_channel: int | None = None) -> View:
    """One version, in as many pages as it takes, with the ways to older and newer ones."""
    card, key = shown.whole.card, shown.section
    pages = packed(list(section_pieces(shown.whole, key)) if shown.at is not None else [])
    here = min(max(page, 0), len(pages) - 1)
    blocks: list[Block] = [named_state(card.account, _state(shown, here, len(pages)))]
    blocks.append(header(sentences.terms.SECTION_NAMES[key]))
    for piece in pages[here]:
        blocks += piece.blocks
    ways = [
        (label, shown.place, target)
        for label, target in (
            (sentences.whole.PAGE_BACK, here - 1),
            (sentences.whole.PAGE_ON, here + 1),
        )
        if 0 <= target < len(pages)
    ]
    versions = (
        (sentences.whole.OLDER_VERSION, shown.place + 1),
        (sentences.whole.NEWER_VERSION, shown.place - 1),
    )
    ways += [(label, place, 0) for label, place in versions if 0 <= place < shown.count]
    # Within one row of buttons Slack wants different action ids: each way gets its own row.
    for label, place, target in ways:
        ref = Ref(
            handoff=card.handoff_id,
            thing=key.value,
            revision=place,
            page=target,
            channel=from_channel,
        )
        blocks += actions([button(ActionId.OPEN_VERSIONS, label, ref)])
    return form(
        ViewId.VERSIONS,
        Ref(handoff=card.handoff_id, thing=key.value, revision=shown.place, page=here),
        blocks,
        title=sentences.forms.FORM_TITLES[ViewId.VERSIONS],
        close=sentences.forms.CLOSE,
    )


def _state(shown: VersionPage, here: int, pages: int) -> str:
    if shown.at is None:
        return sentences.whole.NO_VERSIONS
    by = mention(shown.by) if shown.by else sentences.terms.SOMEBODY
    told = sentences.whole.version_of(
        shown.count - shown.place, shown.count, by, instant_token(shown.at)
    )
    return f"{told} · {sentences.brief.page_of(here, pages)}" if pages > 1 else told
