"""What the page's buttons and forms post: fields in their order, and files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.sandbox.limits import FILE_BYTES, FILES_AT_ONCE
from bot.sandbox.render.forms import UnreadableForm

FORM_BYTES: Final = 1_000_000
WITH_FILES: Final = frozenset({"attach", "say"})
"""What people do with files; nothing else may bring as much."""
_FIELDS: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    name: str
    content: bytes


class Posted:
    """The fields of one post, in the order of the form, and the files that came with it."""

    def __init__(self, pairs: Sequence[tuple[str, str]], files: Sequence[Brought] = ()) -> None:
        self.pairs = pairs
        self.files = files

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise UnreadableForm(f"The form came without its {name}.")
        return value

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.pairs if key == name), None)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.pairs if key == name]


def most_bytes(request: Request) -> int:
    """How much this post may be."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        return FORM_BYTES
    # One byte more than fits, so that a file which is too large is refused by its name.
    with_files = request.path_params.get("deed") in WITH_FILES
    return FORM_BYTES + (FILES_AT_ONCE * (FILE_BYTES + 1) if with_files else 0)


async def read_post(request: Request) -> Posted:
    """Raises UnreadableForm for what is no form, or brings too much."""
    pairs: list[tuple[str, str]] = []
    files: list[Brought] = []
    try:
        async with request.form(max_fields=_FIELDS, max_files=FILES_AT_ONCE) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    files.append(Brought(name=value.filename or "", content=content))
                else:
                    pairs.append((name, value))
    except HTTPException as error:
        sentence = (
            f"At most {FILES_AT_ONCE} files and {FORM_BYTES // 1_000_000} MB of words at once."
        )
        raise UnreadableForm(sentence) from error
    return Posted(pairs, files)
