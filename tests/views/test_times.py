"""The form of a person's own times."""

from dataclasses import replace
from datetime import date, time

from bot.domain.people import RegionBy
from bot.domain.read_models import You
from bot.domain.times import OwnTimes
from bot.domain.worktime import QuietHours
from bot.views.ids import Field, ViewId
from bot.views.times import TimesForm, times_view
from tests.views.shown import JONAS, seen_text
from tests.views.submitted import block_of, fields_of, form_dict, refused_by_slack, submitted

PLAIN = TimesForm(
    you=You(
        zone="Europe/Berlin",
        region="Germany (DE)",
        region_by=RegionBy.ZONE,
        quiet=QuietHours(),
        own_quiet=False,
        summary_at=time(9),
        own_summary=False,
    ),
    own=OwnTimes(),
    region="",
    without=("Germany (DE)", RegionBy.ZONE),
    regions=[("DE", "Germany (DE)"), ("DE-BE", "Germany, Berlin (DE-BE)")],
    leave_until=None,
    stand_in=None,
)
SET = replace(
    PLAIN,
    own=OwnTimes(time(18, 30), time(7), time(7, 15)),
    region="DE-BE",
    leave_until=date(2026, 3, 20),
    stand_in=JONAS,
)


def test_it_asks_for_region_hours_summary_and_leave_and_nothing_has_to_be_filled() -> None:
    view = form_dict(times_view(PLAIN))
    assert view["callback_id"] == ViewId.TIMES
    assert fields_of(view) == [
        Field.REGION,
        Field.OTHER_REGION,
        Field.QUIET_BEGIN,
        Field.QUIET_END,
        Field.SUMMARY_AT,
        Field.UNTIL,
        Field.STAND_IN,
    ]
    assert refused_by_slack(submitted(times_view(PLAIN))) == {}
    assert "in your zone, Europe/Berlin" in seen_text(view["blocks"])


def test_what_is_the_policys_stays_empty_and_what_is_ones_own_stands_there() -> None:
    plain, own = form_dict(times_view(PLAIN)), form_dict(times_view(SET))
    for field, initial, held in (
        (Field.QUIET_BEGIN, "initial_time", "18:30"),
        (Field.QUIET_END, "initial_time", "07:00"),
        (Field.SUMMARY_AT, "initial_time", "07:15"),
        (Field.UNTIL, "initial_date", "2026-03-20"),
        (Field.STAND_IN, "initial_user", "U0JONAS"),
    ):
        assert initial not in block_of(plain, field)["element"]
        assert block_of(own, field)["element"][initial] == held


def test_the_region_says_where_it_comes_from_and_offers_the_likely_ones() -> None:
    region = block_of(form_dict(times_view(PLAIN)), Field.REGION)
    assert region["hint"]["text"] == "Germany (DE), guessed from your time zone Europe/Berlin"
    labels = [one["text"]["text"] for one in region["element"]["options"]]
    assert labels == ["As guessed: Germany (DE)", "Germany (DE)", "Germany, Berlin (DE-BE)"]
    assert region["element"]["initial_option"]["value"] == "-"
    own = block_of(form_dict(times_view(SET)), Field.REGION)
    assert own["element"]["initial_option"]["value"] == "DE-BE"


def test_the_teams_region_and_none_at_all_are_named_as_what_they_are() -> None:
    team = replace(PLAIN, without=("Austria (AT)", RegionBy.TEAM))
    nowhere = replace(PLAIN, without=("", RegionBy.NOWHERE), regions=[])
    for form, label in ((team, "As the team: Austria (AT)"), (nowhere, "None: no public holidays")):
        options = block_of(form_dict(times_view(form)), Field.REGION)["element"]["options"]
        assert options[0]["text"]["text"] == label


def test_a_country_of_many_parts_fits_into_the_menu() -> None:
    many = replace(PLAIN, regions=[(f"IT-{n}", f"Part {n} " * 20) for n in range(200)])
    options = block_of(form_dict(times_view(many)), Field.REGION)["element"]["options"]
    assert len(options) == 100
