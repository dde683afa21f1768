"""Refusals: one sentence each, in the place the person looks at."""

import pytest

from bot.domain.access import Act
from bot.domain.errors import Conflict, HandoffError, Invalid, NotAllowed, Problem
from bot.views import sentences
from bot.views.ids import ActionId
from bot.views.problem import problem_message, problem_view
from tests.views.shown import (
    HEBREW,
    JONAS,
    MAYA,
    PRIYA,
    TRICKY,
    check_message,
    parsed_texts,
    pieces,
    pressable,
    view_dict,
)

PEOPLE = {person.id: person for person in (MAYA, JONAS, PRIYA)}
SHORT_ENOUGH = 160


def said(problem: Problem, *, whose: tuple[int, ...] = (), **facts: str) -> str:
    return sentences.problems.problem(
        HandoffError(problem, whose=whose, facts=facts), people=PEOPLE
    )


@pytest.mark.parametrize("problem", list(Problem))
def test_every_problem_has_a_sentence_of_its_own(problem: Problem) -> None:
    sentence = said(problem)
    assert sentence.endswith(".")
    assert len(sentence) <= SHORT_ENOUGH
    assert "{" not in sentence
    assert [other for other in Problem if said(other) == sentence] == [problem]


@pytest.mark.parametrize("problem", list(Problem))
def test_no_sentence_blames_or_cheers(problem: Problem) -> None:
    sentence = said(problem).lower()
    for word in ("you failed", "you forgot", "your fault", "sorry", "oops", "great", "!", "must "):
        assert word not in sentence


@pytest.mark.parametrize("act", list(Act))
def test_a_refusal_names_whose_turn_it_is_without_pinging(act: Act) -> None:
    sentence = sentences.problems.problem(
        NotAllowed(Problem.NOT_YOUR_TURN, whose=(1, 2), facts={"act": act.value}), people=PEOPLE
    )
    assert "Maya Reed or Jonas Brandt" in sentence
    assert "This step" not in sentence
    assert "<@" not in sentence


def test_names_are_listed_and_isolated() -> None:
    assert sentences.terms.names([MAYA]) == "Maya Reed"
    assert sentences.terms.names([MAYA, JONAS, PRIYA]) == "Maya Reed, Jonas Brandt or Priya Nair"
    hebrew = type(MAYA)(9, "U9", HEBREW)
    assert sentences.terms.names([hebrew]) == f"\u2068{HEBREW}\u2069"


def test_facts_stand_in_the_sentence() -> None:
    assert "15 minutes" in said(Problem.UNDO_TOO_LATE, minutes="15")
    assert "80 is the most" in said(Problem.TOO_LONG, most="80")
    assert "reference 4F2A" in said(Problem.UNEXPECTED, reference="4F2A")
    unknown = Invalid(Problem.NOT_YOUR_TURN, whose=(99,))
    assert "somebody else" in sentences.problems.problem(unknown, people=PEOPLE)


def test_a_message_can_offer_to_try_again() -> None:
    sentence = sentences.problems.problem(Conflict(Problem.BUSY), people={})
    args = check_message(problem_message(sentence, (ActionId.RETRY_COMMAND, '{"t":"signed"}')))
    (again,) = pressable(args["blocks"])
    assert (again["action_id"], again["value"]) == (ActionId.RETRY_COMMAND, '{"t":"signed"}')
    assert again["text"]["text"] == "Try again"
    assert pressable(check_message(problem_message(sentence))["blocks"]) == []


def test_a_refusal_can_open_the_handoff_it_speaks_of() -> None:
    sentence = said(Problem.NOTHING_TO_UNDO)
    for shown in (
        check_message(problem_message(sentence, handoff_id=7)),
        view_dict(problem_view(sentence, handoff_id=7)),
    ):
        (opens,) = pressable(shown["blocks"])
        assert (opens["action_id"], opens["value"]) == (ActionId.OPEN_HANDOFF, '{"h":7}')


def test_a_sentence_is_plain_text_in_both_places() -> None:
    args = check_message(problem_message(TRICKY))
    made = view_dict(problem_view(TRICKY))
    for shown in (args, made):
        assert TRICKY in pieces(shown["blocks"])
        assert parsed_texts(shown) == []
    assert "submit" not in made
