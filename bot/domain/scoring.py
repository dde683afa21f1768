"""The brief scored again at day 60: how each section carried, by AE and CSM each."""

from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import Field

from bot.domain.completeness import rules_of
from bot.domain.errors import Invalid, Problem
from bot.domain.items import SectionKey
from bot.domain.policy import Policy, Tier
from bot.domain.verification import LONGEST_WORDS, Record

LEAST, BEST = 1, 5


class BriefScore(Record):
    """What one of the two says of the brief two months later."""

    scores: Mapping[SectionKey, Annotated[int, Field(ge=LEAST, le=BEST)]]
    carried: tuple[SectionKey, ...] = ()
    """Which sections carried."""
    thin: tuple[SectionKey, ...] = ()
    """Which were thin or wrong."""
    words: str = ""
    late: tuple[int, ...] = ()
    """Numbers of the promises that had surfaced late by then."""

    def checked(self, sections: Collection[SectionKey]) -> "BriefScore":
        """The same without outer blanks; raises Invalid with the field that is wrong.

        `sections` are those that the deal has.
        """
        for key in SectionKey:
            if key in sections and key not in self.scores:
                raise Invalid(Problem.CHOOSE, field=score_field(key))
        if any(one in self.thin for one in self.carried):
            raise Invalid(Problem.CARRIED_AND_THIN, field="thin")
        words = self.words.strip()
        if len(words) > LONGEST_WORDS:
            most = {"most": str(LONGEST_WORDS)}
            raise Invalid(Problem.TOO_LONG, field="score_words", facts=most)
        return self.model_copy(update={"words": words})


def score_field(key: SectionKey) -> str:
    """The form's field in which a section is scored."""
    return f"score_{key.value}"


def scored_sections(tier: Tier, policy: Policy) -> tuple[SectionKey, ...]:
    """The sections in which a deal of a tier counts anything, in the order of the brief."""
    counted = {rule.section for rule in rules_of(tier, policy)}
    return tuple(key for key in SectionKey if key in counted)
