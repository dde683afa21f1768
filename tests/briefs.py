"""An invented brief with every counted item filled, and its sections one by one."""

from datetime import date

from bot.domain.brief import (
    Brief,
    Commercials,
    Contact,
    ContactRole,
    FirstDays,
    People,
    Promises,
    RedFlagsSection,
    Success,
    Why,
)

WHY = Why(
    trigger="The lease on the old sorting hall ends, and the new one opens half automated.",
    event="The board decided to move a year early.",
    runs_on=date(2026, 6, 30),
    quote="If we move with these errors, we move twice.",
    quote_by="Ilse Brandt",
    quote_on=date(2026, 2, 12),
    quote_source="call",
)
ILSE = Contact(
    id=1,
    name="Ilse Brandt",
    title="Head of Operations",
    roles=(ContactRole.CHAMPION,),
    behaviour="Decides in the meeting and defends it afterwards.",
    stake="Her plan for the new hall rests on it.",
    consequence="She would have to answer for a second move.",
    strength=3,
)
PEOPLE = People(
    contacts=(
        ILSE,
        Contact(id=2, name="Omar Vance", title="CFO", roles=(ContactRole.BUYER,)),
        Contact(id=3, name="Tomasz Grel", title="Shift lead", roles=(ContactRole.USER,)),
    ),
    no_skeptic=True,
)
RED_FLAGS = RedFlagsSection(
    nearly="The price; they went on once training was included.",
    top_risk="The stock system's owner leaves in May.",
    private_note="Ilse promised her board more than we did.",
)
COMMERCIALS = Commercials(
    term="12 months",
    starts_on=date(2026, 3, 1),
    renews_on=date(2027, 3, 1),
    products="Sorting, Connector",
    use_case="Sorting incoming orders",
    scope="One hall, two shifts",
    live_on=date(2026, 5, 15),
    growth="The second hall",
    growth_needs="Error rate under the target for a month",
)
FIRST_DAYS = FirstDays(
    live_by=date(2026, 5, 15),
    outcome="Orders of both shifts are sorted by it.",
    second_outcome="Errors are counted every day.",
    confirms="Ilse writes that the count is hers.",
    review_on=date(2026, 6, 10),
    style="Short mails, numbers first",
    cadence="Every Tuesday by phone",
)
SUCCESS = Success(
    metric="Days from order to dispatch",
    today="9 days",
    target="4 days",
    by=date(2026, 9, 30),
    whose="Head of Operations",
    said_on=date(2026, 2, 12),
)
PROMISES = Promises(refused="Work on weekends.")
FULL_BRIEF = Brief(
    why=WHY,
    people=PEOPLE,
    success=SUCCESS,
    promises=PROMISES,
    red_flags=RED_FLAGS,
    commercials=COMMERCIALS,
    first_days=FIRST_DAYS,
)
"""Without an entry: whether there are promises, a test says."""
