"""The form in which admins set a person's roles, manager, region and leave: who, then what."""

from datetime import date
from typing import Final

from slack_sdk.models.views import View

from bot.domain.people import ManagerBy, Person, Role
from bot.domain.read_models import NamedPerson
from bot.views import sentences
from bot.views.blocks import (
    Place,
    boxes_input,
    date_input,
    form,
    option,
    person_input,
    text_input,
)
from bot.views.ids import Field, ViewId
from bot.views.message import plain_section, section
from bot.views.payload import Ref
from bot.views.text import mention

LONGEST_REGION: Final = 60


def roles_view(
    person: Person | None = None,
    *,
    manager: NamedPerson | None = None,
    away_until: date | None = None,
    stand_in: NamedPerson | None = None,
) -> View:
    """Asks for the person, or shows what the chosen one has.

    Both in one form would let empty boxes overwrite the roles of whoever is chosen last.
    """
    if person is None:
        return form(
            ViewId.ROLES,
            Ref(),
            [person_input(Place("roles"), Field.PERSON)],
            title=sentences.forms.FORM_TITLES[ViewId.ROLES],
            submit=sentences.forms.SHOW_ROLES,
            close=sentences.forms.CLOSE,
        )
    place = Place("roles", entry=person.id)
    named = NamedPerson(person.id, person.slack_id, person.name)
    return form(
        ViewId.ROLES,
        Ref(entry=person.id),
        [
            section(sentences.terms.roles_of(mention(named))),
            boxes_input(
                place,
                Field.ROLES,
                [option(role.value, sentences.terms.PERSON_ROLES[role]) for role in Role],
                {role.value for role in person.roles},
            ),
            *(
                [plain_section(sentences.managers.FROM_PROFILE)]
                if person.manager_by is ManagerBy.PROFILE
                else []
            ),
            person_input(
                place, Field.MANAGER, manager.slack_id if manager else None, optional=True
            ),
            text_input(place, Field.REGION, person.region, optional=True, longest=LONGEST_REGION),
            date_input(place, Field.UNTIL, away_until, words=sentences.forms.THEY_ARE_AWAY),
            person_input(
                place,
                Field.STAND_IN,
                stand_in.slack_id if stand_in else None,
                optional=True,
                words=sentences.forms.THEIR_STAND_IN,
            ),
        ],
        title=sentences.forms.FORM_TITLES[ViewId.ROLES],
        submit=sentences.forms.FORM_SUBMITS[ViewId.ROLES],
        close=sentences.forms.CLOSE,
    )
