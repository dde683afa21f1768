"""Fields, titles and ends of forms."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from bot.domain.brief import ContactRole, OtherRole
from bot.views.ids import Field, ViewId
from bot.views.sentences.terms import (
    BASIS_NAMES,
    INNER_READERS,
    ITEM_NAMES,
    KIND_NAMES,
    MILESTONE_OWNERS,
    REASON_READERS,
    SHARING_NAMES,
)


class FieldWords(NamedTuple):
    """What stands around one input."""

    label: str
    hint: str = ""
    placeholder: str = ""


FOR_INNER: Final = f"For {INNER_READERS}."
FOR_HELPED: Final = f"For {INNER_READERS}, and whoever helps with this section."
FIELDS: Final[Mapping[Field, FieldWords]] = {
    Field.ACCOUNT: FieldWords("Account", "The customer's name, as everybody here calls them."),
    Field.VALUE: FieldWords(
        "Contract value", "For one year, without the currency.", "for example 48,000"
    ),
    Field.CURRENCY: FieldWords("Currency"),
    Field.OTHER_CURRENCY: FieldWords("Which currency", "Its three letters.", "for example CHF"),
    Field.RATE: FieldWords("Rate", "", "for example 1.08"),
    Field.STAKEHOLDERS: FieldWords(
        "Customer stakeholders", "How many different people decide, or can stop it.", "a number"
    ),
    Field.MARKS: FieldWords("About the deal"),
    Field.COMMITMENT_ON: FieldWords(
        "Brief ready by",
        "The day by which the AE says that the brief is ready: not after the one on which it is "
        "due. Where a team channel is set, one line there names it.",
    ),
    Field.ALIGNED_ON: FieldWords("When you went through it"),
    Field.CS_CONTACT: FieldWords("With whom", "Somebody of customer success; assigns nobody."),
    Field.KICKOFF: FieldWords(
        "Kickoff (proposed)",
        "The handoff message names it. Left empty, it says when the kickoff is due.",
    ),
    Field.BRIEFING_AT: FieldWords("When the call is", "In your own zone."),
    Field.READ_ALOUD: FieldWords("Promises read aloud", "One that stays unticked is flagged."),
    Field.OVERRUN: FieldWords("Why longer", "Needed above 30 minutes."),
    Field.TONE: FieldWords("Tone in which the sale ended"),
    Field.MOOD: FieldWords("Champion's mood at the close"),
    Field.EMPHASIS: FieldWords("What needs emphasis"),
    Field.OPEN_QUESTIONS: FieldWords("Questions that stayed open"),
    Field.STANDS_FOR: FieldWords("Debrief"),
    Field.KICKOFF_AT: FieldWords(
        "When the kickoff is", "In your own zone. Everybody in it gets it for their calendar."
    ),
    Field.OFFERED_AT: FieldWords(
        "Customer wanted later: earliest slot offered",
        "Only where the customer chose a later time than they could have had. Offered in time it "
        "counts as in time.",
    ),
    Field.KICKOFF_OFF: FieldWords("This time"),
    Field.INTRO: FieldWords("Intro to the champion"),
    Field.INTRO_SENT_AT: FieldWords("When it went out", "In your own zone."),
    Field.INTRO_WAY: FieldWords("How"),
    Field.CS_BEFORE: FieldWords("Did anyone from CS write to them before?"),
    Field.CSM_WROTE_AT: FieldWords("When the CSM wrote", "Only where the CSM did."),
    Field.CSM_WAY: FieldWords("How the CSM wrote", "Only where the CSM did."),
    Field.WROTE_AT: FieldWords("When you wrote", "In your own zone."),
    Field.WROTE_WAY: FieldWords("How"),
    Field.TAKE_BACK: FieldWords("Recorded by mistake"),
    Field.HELD_AT: FieldWords("When it began"),
    Field.MILESTONE: FieldWords(
        "What is reached", "One result, as both sides will recognise it once it is there."
    ),
    Field.SHARING: FieldWords("Who reads it"),
    Field.MILESTONE_OWNER: FieldWords("Whose it is", "May follow; the plan is signed with it."),
    Field.MILESTONE_WHO: FieldWords("Name there", "Of somebody at the customer or partner."),
    Field.MILESTONE_DUE: FieldWords("By", "Within 90 days of the signature."),
    Field.CONFIRMED_BY: FieldWords("Who said yes"),
    Field.CONFIRMED_ON: FieldWords("On"),
    Field.CONFIRMED_WAY: FieldWords("How"),
    Field.OURS: FieldWords("Who of ours came", "Whoever ran it came, ticked or not."),
    Field.CUSTOMERS: FieldWords("Who of the customer came", "", "for example Ilse Brandt"),
    Field.RAN: FieldWords("Who ran it"),
    Field.METRIC_RIGHT: FieldWords(
        "Success metric still right", "No, too, where the customer remembers another success."
    ),
    Field.TIMING_RIGHT: FieldWords("Timing still right"),
    Field.CHANGED: FieldWords("What changed", "Needed where one of the two is not right any more."),
    Field.SECTION_CARRIED: FieldWords("Which section of the brief carried you"),
    Field.SECTION_LACKED: FieldWords("Which section was missing", "The AE gets it as a message."),
    Field.KNOWN_AGAIN: FieldWords("Asked again"),
    Field.TALK_CHOICE: FieldWords("Suggested"),
    Field.TALK_AT: FieldWords(
        "Another time", "In your own zone. A time entered here counts in place of the one above."
    ),
    Field.TALK_LINE: FieldWords("A line with it", "The other one reads it with the time."),
    Field.CALL_AT: FieldWords("When"),
    Field.CALL_SALES: FieldWords("Who of sales", "The AE, or whoever is there in their place."),
    Field.CALL_CS: FieldWords("Who of customer success", "The CSM, or whoever stands in so far."),
    Field.CALL_CHAMPION: FieldWords(
        "Champion", "As the brief names them. Only a call with the champion opens the gate."
    ),
    Field.CALL_CUSTOMER: FieldWords("Who of the customer"),
    Field.BECAME: FieldWords("What it became"),
    Field.BECAME_HOW: FieldWords("How"),
    Field.CARRY: FieldWords("Promises to copy there"),
    Field.TAKE_ALONG: FieldWords(
        "Copy into the new brief", "As you may read it there; only into a brief of your own."
    ),
    Field.PARTNER_PEOPLE: FieldWords(
        "Their people",
        "One a line: name, company and role, with commas between them.",
        "Ada Brook, Larkfield Clinics, partner manager",
    ),
    Field.PARTNER_LIVES: FieldWords(
        "Where it lives on their side", "Their system or folder, and what they call the deal."
    ),
    Field.AE: FieldWords("AE", "Whoever sold it. Somebody else than you is asked to confirm."),
    Field.AE_MANAGER: FieldWords(
        "AE's manager",
        "Left empty, it is the AE's own, as an admin set it or the Slack profile says, else the "
        "one of the policy.",
    ),
    Field.CSM: FieldWords("Proposed CSM", "A wish only: the CS manager assigns."),
    Field.CS_MANAGER: FieldWords(
        "CS manager",
        "Assigns the CSM once the brief is ready. Left empty, it is the manager of the proposed "
        "CSM, else the one of the policy; where there is none either, it is needed.",
    ),
    Field.SIGNED_AT: FieldWords(
        "Countersigned at",
        "When the second side had signed. Needed, unless the next field says when it is expected.",
    ),
    Field.EXPECTED_ON: FieldWords(
        "Signature expected on",
        "Needed while there is no signature. Then leave the time above empty.",
    ),
    Field.LINKS: FieldWords(
        "Links", "One address a line: contract, CRM, recordings. Ten at most.", "https://"
    ),
    Field.LIGHT_ANYWAY: FieldWords("Small deal"),
    Field.TRIGGER: FieldWords(
        "Real trigger", "What really made them buy, behind the reason they give."
    ),
    Field.EVENT: FieldWords("The event that made it now", "What happened, and to whom."),
    Field.RUNS_ON: FieldWords("The date it runs on", "When it has to be solved by, for them."),
    Field.QUOTE: FieldWords("A quote", "In their own words, as one of them said it."),
    Field.QUOTE_BY: FieldWords("Who said it"),
    Field.QUOTE_ON: FieldWords("When they said it"),
    Field.QUOTE_SOURCE: FieldWords("Where it was said", "", "call, e-mail, on site"),
    Field.CRM_REASON: FieldWords("Reason as stated in the CRM", "Not shown in the deal channel."),
    Field.NO_BUYER: FieldWords("Economic buyer"),
    Field.NO_SKEPTIC: FieldWords("Skeptic"),
    Field.SECOND_CONTACT: FieldWords("Whom to call when the champion goes quiet", FOR_HELPED),
    Field.KEY_CONTACTS: FieldWords("Key contacts", "Not shown in the deal channel."),
    Field.HISTORY: FieldWords("How the relationship came about", FOR_HELPED),
    Field.NAME: FieldWords("Name"),
    Field.TITLE: FieldWords("Title", "Their job, as on their card."),
    Field.CONTACT_ROLES: FieldWords("What they are to this deal"),
    Field.BEHAVIOUR: FieldWords("How they act", "One line: what they do when it gets hard."),
    Field.STAKE: FieldWords("What they personally gain"),
    Field.CONSEQUENCE: FieldWords("What failure costs them"),
    Field.STRENGTH: FieldWords("How strong the relationship is"),
    Field.LAST_CONTACT: FieldWords("Last contact"),
    Field.REMOVE: FieldWords("Remove"),
    Field.METRIC: FieldWords(
        "Success metric", "What they count: something to measure, not a wish."
    ),
    Field.TODAY: FieldWords("Today's value"),
    Field.TARGET: FieldWords("Target value", "Where it has to be, with a number."),
    Field.BY: FieldWords("By when"),
    Field.WHOSE: FieldWords("Whose number it is", "Name and job of the person at the customer."),
    Field.SAID_ON: FieldWords("When they said so"),
    Field.FURTHER: FieldWords("Further criteria", "One a line, each with a number or a date."),
    Field.MUST_CONFIRM: FieldWords(
        "Must confirm with the customer",
        "Tick what only the customer can answer. It counts as open until they have.",
    ),
    Field.ASKER: FieldWords(
        "Who asks the customer", "About what is ticked above. Nobody chosen is the AE."
    ),
    Field.NONE_MADE: FieldWords("No promises"),
    Field.REFUSED: FieldWords(
        "Refused or deferred",
        "What they asked for and do not get, or get later. Write “nothing” where that is so.",
    ),
    Field.NEARLY: FieldWords(
        "What nearly ended it",
        "And what it took to go on. Write “nothing” where that is so.",
    ),
    Field.TOP_RISK: FieldWords("Top risk", "The one that matters most."),
    Field.OTHER_RISKS: FieldWords("Other risks", "One a line."),
    Field.NO_RISKS: FieldWords("No risks"),
    Field.PRIVATE_NOTE: FieldWords(
        "Private note",
        f"What worries me here. Kept encrypted. {FOR_INNER}",
    ),
    Field.TERM: FieldWords("Term", "", "for example 12 months"),
    Field.STARTS_ON: FieldWords("Contract starts on"),
    Field.RENEWS_ON: FieldWords("Renews on"),
    Field.PRODUCTS: FieldWords("Products"),
    Field.USE_CASE: FieldWords("Use case", "What they will do with it."),
    Field.SCOPE: FieldWords("Scope", "Who and what is in, and what is not."),
    Field.LIVE_ON: FieldWords("Go-live date"),
    Field.GROWTH: FieldWords("Where more revenue comes from"),
    Field.GROWTH_NEEDS: FieldWords("What must be true by month 6 for it"),
    Field.COMPETITORS: FieldWords(
        "Competitors and what they claimed", "Not shown in the deal channel."
    ),
    Field.PARTNER: FieldWords(
        "What the partner knows", "With its source. Not shown in the deal channel."
    ),
    Field.LIVE_BY: FieldWords("Live by"),
    Field.OUTCOME: FieldWords("First outcome", "What they will have, named."),
    Field.SECOND_OUTCOME: FieldWords("Second outcome"),
    Field.CONFIRMS: FieldWords("How the champion will confirm it"),
    Field.REVIEW_ON: FieldWords("Review date"),
    Field.STYLE: FieldWords("Communication style", f"How they like to be spoken to. {FOR_HELPED}"),
    Field.CADENCE: FieldWords("Cadence", "How often, by which way."),
    Field.PASTED: FieldWords(
        "Text",
        "Notes, a mail, a transcript, as it is. Slack takes 3,000 characters at a time; "
        "the rest goes in afterwards with “Paste more”.",
    ),
    Field.WORDS: FieldWords("What was promised", "In the words that were used."),
    Field.KIND: FieldWords("Kind"),
    Field.SAID_TO: FieldWords("Said to", "Who at the customer heard it."),
    Field.DUE: FieldWords("Due on", "The CSM can only initial a promise that has a day."),
    Field.BASIS: FieldWords("Rests on"),
    Field.SAID_BY: FieldWords("Said by", "Who of us promised it."),
    Field.SOURCE: FieldWords("Source", "Where it was said: a call, a mail, a link."),
    Field.DELIVERY: FieldWords("Delivery"),
    Field.CHECK_WITH: FieldWords("Checked with", "With whom, and what. Only where it has to be."),
    Field.SURFACED: FieldWords(
        "How it came up", "It comes after the initials of the AE, so it is marked as late."
    ),
    Field.SETTLEMENT: FieldWords("What becomes of it"),
    Field.OWNER: FieldWords("Delivered by", "The CSM can only initial a promise that has one."),
    Field.HANDOFF: FieldWords("Of which handoff"),
    Field.BECOMES: FieldWords("What it is"),
    Field.MEANS: FieldWords(
        "What it means",
        "In your words: this is what stands in the handoff, the message beside it. A quote stands "
        "there as it is, and needs none.",
    ),
    Field.REPLACE: FieldWords("Instead of what is there"),
    Field.MAY_READ: FieldWords("Its readers"),
    Field.WITHDRAW: FieldWords(
        "Withdraw, because",
        "Leave this empty to keep the promise. A reason here takes it off the list; "
        f"the history keeps both. {REASON_READERS}.",
    ),
    Field.CHECK_METRIC: FieldWords("I can deliver the metric"),
    Field.CHECK_NO_PLAN: FieldWords("The red flags need no joint plan before the kickoff"),
    Field.CHECK_CHAMPION: FieldWords("I could talk to the champion as someone I know"),
    Field.PLAN: FieldWords(
        "Joint plan",
        "What AE and CSM do about the red flags before the kickoff.",
    ),
    Field.RESTATED_WHY: FieldWords("What made them buy now"),
    Field.RESTATED_SUCCESS: FieldWords("How success is measured"),
    Field.RESTATED_RISK: FieldWords("The top risk", "Write “none” where there is none."),
    Field.VERDICT: FieldWords("Does it match what you know?"),
    Field.LINE: FieldWords(
        "In one line",
        "What the CSM should read again. Needed where it is not a match, else as you like.",
    ),
    Field.ANSWER: FieldWords("Answer", "In the AE's words, as far as they say it."),
    Field.SHORT: FieldWords("In one line", "For those who read it without the rest."),
    Field.OUTLOOK: FieldWords("In one word"),
    Field.MARK: FieldWords("Does the answer count?", "Only the CSM decides that."),
    Field.ASK: FieldWords("What to ask", "Only where you ask the AE in writing."),
    Field.FLAGS: FieldWords("Implementation", "What to look out for when it is set up."),
    Field.READINESS: FieldWords("Customer readiness", "Who and what is ready there, and what not."),
    Field.ASKS: FieldWords("New questions to the AE", "One a line. They come as one message."),
    Field.MINUTES: FieldWords("Minutes", "30 to 45 is usual.", "a number"),
    Field.THERE: FieldWords("Who was there", "The AE, the CSM, and whoever listened."),
    Field.REPLY: FieldWords("Your reply"),
    Field.ITEMS: FieldWords("What it is about", "Tick at least one item, here or below."),
    Field.MORE_ITEMS: FieldWords("And of these", "Here, above or below: one item at least."),
    Field.LAST_ITEMS: FieldWords("Or these", "Here or above: one item at least."),
    Field.HELPER: FieldWords("Helper", "A colleague who knows this part better than you."),
    Field.HELPED_SECTIONS: FieldWords(
        "Sections",
        "They read and fill what is ticked, instead of what they had; ticked nowhere, they are "
        "taken off. Red flags cannot be given away.",
    ),
    Field.UNTIL: FieldWords("Remind me again at"),
    Field.PERSON: FieldWords("Person"),
    Field.ROLES: FieldWords("Roles", "AE and CSM are not set here: they belong to each handoff."),
    Field.MANAGER: FieldWords("Manager", "Hears of steps that are late."),
    Field.PROFILE_FIELD: FieldWords("Field of the profile"),
    Field.INTERVIEW_WITH: FieldWords("Whom you asked"),
    Field.INTERVIEWED: FieldWords("Who it was", "By name."),
    Field.INTERVIEW_ON: FieldWords("When you talked"),
    Field.INTERVIEW_NOTE: FieldWords("What they said"),
    Field.CHAMPION_GONE: FieldWords("Who leaves"),
    Field.LAST_DAY: FieldWords("Last day there", "Left empty where it is not known."),
    Field.FOLLOWER: FieldWords("Who is the champion now"),
    Field.NEW_CHAMPION: FieldWords("Or somebody new", "By name, for who is not in the brief yet."),
    Field.NEW_TITLE: FieldWords("Their title"),
    Field.CHANNEL_NAME: FieldWords(
        "Name of the channel", "Letters, digits and hyphens; blanks become hyphens."
    ),
    Field.CHANNEL: FieldWords(
        "Channel", "One that no guest and nobody outside the company reads, with the bot in it."
    ),
    Field.REGION: FieldWords(
        "Region",
        "For public holidays: a country, or a country and its part.",
        "like DE, DE-BE or Germany, Berlin",
    ),
    Field.OTHER_REGION: FieldWords(
        "Another region",
        "A country, or a country and its part. Comes before what is chosen above.",
        "like DE, DE-BE or Germany, Berlin",
    ),
    Field.QUIET_BEGIN: FieldWords("Quiet from", "Left empty, as the policy has it."),
    Field.QUIET_END: FieldWords(
        "Quiet until",
        "Left empty, as the policy has it. Non-working days are quiet all day; answers to what "
        "you do yourself still come.",
    ),
    Field.SUMMARY_AT: FieldWords(
        "Morning summary at",
        "What is late, and what waited. Left empty, at the start of the working hours.",
    ),
    Field.STAND_IN: FieldWords(
        "Stand-in", "Does what is yours until then. Left empty, your manager is told."
    ),
    Field.NOTE: FieldWords("Note", "In your own words; nobody writes it for you."),
    Field.NOTE_SENT_AT: FieldWords(
        "Sent at", "In your own zone. Left empty, it stays a draft, and the step stays open."
    ),
    Field.MILESTONES_DONE: FieldWords("Done"),
    Field.MILESTONES_BEHIND: FieldWords("Behind"),
    Field.MILESTONE_NOTES: FieldWords(
        "Notes", "One a line; begin it with the number of the milestone it is about.", "2: waits …"
    ),
    Field.NPS: FieldWords(
        "Answers", "From 0 to 10, one a line or with anything between them.", "9, 10, 7"
    ),
    Field.NPS_NOBODY: FieldWords("No answers"),
    Field.ASKED_ON: FieldWords("Asked on", "Needed where nobody answered."),
    Field.HOLDS_CHAMPION: FieldWords("Q2: the champion, and what it means for them"),
    Field.CHANGED_CHAMPION: FieldWords("What changed about Q2", "Needed where it is not true."),
    Field.HOLDS_GROWTH: FieldWords("Q5: what would make renewing or growing easy"),
    Field.CHANGED_GROWTH: FieldWords("What changed about Q5", "Needed where it is not true."),
    Field.HOLDS_YEAR: FieldWords("Q7: where they will be in a year"),
    Field.CHANGED_YEAR: FieldWords("What changed about Q7", "Needed where it is not true."),
    Field.FIRST_VALUE_ON: FieldWords("First value on"),
    Field.ENGAGEMENT: FieldWords("Engagement"),
    Field.TALKED_ON: FieldWords("Talked on"),
    Field.APPETITE: FieldWords("What came of it"),
    Field.EXPANSION_WORDS: FieldWords(
        "In your words", "Who wants what by when, and what it needs."
    ),
    Field.SCORE_WHY: FieldWords("Why they bought"),
    Field.SCORE_PEOPLE: FieldWords("People"),
    Field.SCORE_SUCCESS: FieldWords("Success"),
    Field.SCORE_PROMISES: FieldWords("Promises"),
    Field.SCORE_RED_FLAGS: FieldWords("Red flags"),
    Field.SCORE_COMMERCIALS: FieldWords("Commercials"),
    Field.SCORE_FIRST_DAYS: FieldWords("First 90 days"),
    Field.CARRIED: FieldWords("Sections that carried"),
    Field.THIN: FieldWords("Sections that were thin or wrong"),
    Field.SCORE_WORDS: FieldWords("What the next brief should say", "Name no red flag here."),
    Field.MET_LIVE_BY: FieldWords("Live by"),
    Field.NOTE_LIVE_BY: FieldWords("Note", "Needed unless it was met."),
    Field.MET_OUTCOME: FieldWords("First outcome"),
    Field.NOTE_OUTCOME: FieldWords("Note", "Needed unless it was met."),
    Field.MET_SECOND_OUTCOME: FieldWords("Second outcome"),
    Field.NOTE_SECOND_OUTCOME: FieldWords("Note", "Needed unless it was met."),
    Field.MET_CONFIRMS: FieldWords("How the champion confirms it"),
    Field.NOTE_CONFIRMS: FieldWords("Note", "Needed unless it was met."),
    Field.MET_REVIEW_ON: FieldWords("Review date"),
    Field.NOTE_REVIEW_ON: FieldWords("Note", "Needed unless it was met."),
    Field.CLOSING_OUTCOME: FieldWords("Outcome", "The deal channel reads it."),
    Field.CLOSING_LINE: FieldWords(
        "In one line",
        "Why you say so. AE, CSM, their managers, second listener, implementation lead and RevOps "
        "read it.",
    ),
    Field.NOTIFY: FieldWords("Who hears what the clock says"),
    Field.PEOPLE_LINES: FieldWords(
        "People",
        "One a line: Slack id, roles, manager, region. Slack takes 3,000 characters at a time, "
        "about 80 lines; the rest goes in afterwards.",
        "U0123ABCD, cs_manager+revops, U0456EFGH, DE-BE",
    ),
}
LINKS_IN_BRIEF: Final = FieldWords(
    "Links", "Recordings and documents, one address a line. Not shown in the deal channel."
)
AWAY_UNTIL: Final = FieldWords("Away until", "The last day you are away. Empty: you are here.")
THEY_ARE_AWAY: Final = FieldWords(
    "Away until", "Their last day away, where they cannot say so themselves. Empty: they are here."
)
THEIR_STAND_IN: Final = FieldWords(
    "Stand-in", "Does what is theirs until then. Left empty, their manager is told."
)
TALK_ONLY: Final = FieldWords("When", "In your own zone.")
ASSIGNED_CSM: Final = FieldWords("CSM", "Is told at once and invited to the deal channel.")
SIGNED_ALONE: Final = FieldWords("Countersigned at", "When the second side had signed.")
EXPECTED_ANEW: Final = FieldWords("Signature expected on")
KICKOFF_IN_PREVIEW: Final = FieldWords(
    "Kickoff (proposed)",
    "Another time chosen here goes into the message in place of the one above. Left empty, it says "
    "when the kickoff is due.",
)
OVERRIDE_REASON: Final = FieldWords("Why the deal is closed all the same")
PROMISE_SAID_ON: Final = FieldWords("Said on")
FOR_AE_REASON: Final = FieldWords("Why you record it, and not the AE", f"{REASON_READERS}.")
FOR_CSM_REASON: Final = FieldWords("Why you record it, and not the CSM", f"{REASON_READERS}.")
FOR_BOTH_REASON: Final = FieldWords("Why you record it, and not AE or CSM", f"{REASON_READERS}.")
FOR_SENDER_REASON: Final = FieldWords("Why you record it, and not its sender", f"{REASON_READERS}.")
BRIEFING_MINUTES: Final = FieldWords("Minutes", "30 at most; a longer call has a reason.")
LIFT_REASON: Final = FieldWords("Why the intro goes out without the call")
CANCEL_REASON: Final = FieldWords("Why it is cancelled")
REOPEN_REASON: Final = FieldWords("Why it goes on", f"{REASON_READERS}.")
PARTNER_SOURCE: Final = FieldWords("Source", "Who told it, and when.", "their AE, call, 3 March")
DISPUTE_REASON: Final = FieldWords(
    "Why you dispute it", "Everybody who reads the promise reads this, too."
)
BROKEN_LINE: Final = FieldWords("Why it was broken")
SETTLED_WORDS: Final = FieldWords(
    "What it says then", "Of what is reworded or renegotiated; else this stays as it is."
)
SETTLED_DUE: Final = FieldWords("Due on", "Another day is a renegotiated promise.")
SETTLED_REASON: Final = FieldWords("Why", "Needed to withdraw it.")
TALKED_LINE: Final = FieldWords(
    "What was said to the customer",
    "Everybody who reads the promise reads this, too. It is the reason where it is withdrawn.",
)
LATE_WORDS: Final = FieldWords(
    "What it says then", "Of what is renegotiated; else this stays as it is."
)
LATE_DUE: Final = FieldWords("Due on", "Of what is renegotiated.")
SNOOZE_REASON: Final = FieldWords("What it waits for")
NEW_AE: Final = FieldWords("New AE", "Is told at once; no yes of theirs is needed.")
NEW_MANAGER: Final = FieldWords("New manager")
NOT_MINE_REASON: Final = FieldWords("Whose it is, or why it is not yours")
SEND_BACK_REASON: Final = FieldWords("What you need to know")
DECLINE_REASON: Final = FieldWords("Why somebody else should have it")
GATE_REASON: Final = FieldWords(
    "Why the CSM is assigned now",
    f"The brief is not ready; the step of the AE stays open. {REASON_READERS}.",
)
SECOND_LISTENER: Final = FieldWords("Second listener", "Left empty, nobody listens besides.")
LEAD: Final = FieldWords("Implementation lead", "Left empty, there is none.")
PLAN_IN_CHECKS: Final = FieldWords(
    "Joint plan, where the red flags need one",
    "What AE and CSM do about them before the kickoff; it may also be written later.",
)
FORM_TITLES: Final[Mapping[ViewId, str]] = {
    ViewId.START: "Start a handoff",
    ViewId.SIGNATURE: "Countersigned",
    ViewId.NEW_DATE: "New signature date",
    ViewId.DEAL: "Change the deal",
    ViewId.ALIGNMENT: "Pre-close alignment",
    ViewId.CALL: "Record the call",
    ViewId.CLOSED_WON: "Override the gate",
    ViewId.BRIEF_STEPS: "All steps of the brief",
    ViewId.INITIAL: "Initial the promise",
    ViewId.LEDGER: "Promise ledger",
    ViewId.DISPUTE: "Dispute a promise",
    ViewId.SETTLE: "Settle a dispute",
    ViewId.TALKED: "Talked with customer",
    ViewId.DECIDE_LATE: "Late promise",
    ViewId.RENEGOTIATED: "Renegotiated promise",
    ViewId.BROKEN: "Broken promise",
    ViewId.CONTACT: "Person at the customer",
    ViewId.PASTE: "Paste a long text",
    ViewId.PASTED: "Pasted text",
    ViewId.HELPERS: "Invite a helper",
    ViewId.ASSIGN: "Assign the CSM",
    ViewId.ACKNOWLEDGE: "Acknowledge for the CSM",
    ViewId.COPY_WHERE: "Add to handoff",
    ViewId.COPY: "Add to handoff",
    ViewId.COPIED: "Added",
    ViewId.CHECKS: "Three checks",
    ViewId.PLAN: "Joint plan",
    ViewId.RESTATE: "Restate the brief",
    ViewId.JUDGE: "Does it match?",
    ViewId.BOOKING: "Book briefing call",
    ViewId.BRIEFING: "Briefing call",
    ViewId.LIFT: "Let intro go out",
    ViewId.KICKOFF_BOOKING: "Book kickoff",
    ViewId.KICKOFF_CARD: "Kickoff card",
    ViewId.INTRO: "Intro",
    ViewId.INTRO_SENT: "Intro sent",
    ViewId.WROTE_BEFORE: "I already wrote",
    ViewId.HELD: "Kickoff held",
    ViewId.SUCCESS_PLAN: "Success plan",
    ViewId.CONFIRM_PLAN: "Confirm the plan",
    ViewId.PLAN_FOR_ANOTHER: "Success plan",
    ViewId.PLAN_TEXT: "Text for the customer",
    ViewId.TALK: "Time of the debrief",
    ViewId.DEBRIEF_ALL: "Debrief",
    ViewId.DEBRIEF_OWN: "Your part of the debrief",
    ViewId.DEBRIEF_TALK: "Record the debrief",
    ViewId.DEBRIEF_REPLY: "Answer the CSM",
    ViewId.LISTENER: "Second listener",
    ViewId.CHECK_IN: "Check-in at day 30",
    ViewId.MILESTONE_REVIEW: "Milestones at day 30",
    ViewId.NPS: "NPS at day 30",
    ViewId.STILL_TRUE: "Still true?",
    ViewId.FIRST_VALUE: "First value",
    ViewId.EXPANSION: "Expansion at day 60",
    ViewId.SCORE: "Score the brief",
    ViewId.DEFINED_DONE: "Defined done",
    ViewId.CLOSING: "Close the handoff",
    ViewId.SEND_BACK: "Send the brief back",
    ViewId.RETURN_BRIEF: "Return the brief",
    ViewId.DECLINE: "Not the right CSM",
    ViewId.CANCEL: "Cancel the handoff",
    ViewId.REOPEN: "Open it again",
    ViewId.PARTNER: "The partner's side",
    ViewId.SNOOZE: "Snooze reminders",
    ViewId.NOT_MINE: "Not mine",
    ViewId.REASSIGN_AE: "Reassign AE",
    ViewId.REASSIGN_MANAGER: "Change manager",
    ViewId.LEAD: "Implementation lead",
    ViewId.INTERVIEWS: "Interview list",
    ViewId.CHAMPION: "Champion",
    ViewId.ROLES: "People and roles",
    ViewId.MANAGERS: "Managers",
    ViewId.TIMES: "Your times",
    ViewId.PEOPLE_CSV: "People by CSV",
    ViewId.PEOPLE_LIST: "Present list",
    ViewId.MANAGED: "Who manages whom",
    ViewId.NOTIFY: "Notify",
    ViewId.UNDELIVERED: "Delivery problems",
    ViewId.WHOLE: "The whole handoff",
    ViewId.RED_FLAGS: "Red flags",
    ViewId.VERSIONS: "Earlier versions",
    ViewId.MAKE_CHANNEL: "Make private channel",
    ViewId.MOVE: "Move the handoff",
}
FORM_SUBMITS: Final[Mapping[ViewId, str]] = {
    ViewId.START: "Start handoff",
    ViewId.SIGNATURE: "Record signature",
    ViewId.NEW_DATE: "Save date",
    ViewId.DEAL: "Save deal",
    ViewId.ALIGNMENT: "Record alignment",
    ViewId.CALL: "Record call",
    ViewId.CLOSED_WON: "Override gate",
    ViewId.PROMISE: "Save promise",
    ViewId.INITIAL: "Initial promise",
    ViewId.DISPUTE: "Dispute promise",
    ViewId.SETTLE: "Save answer",
    ViewId.TALKED: "Save talk",
    ViewId.DECIDE_LATE: "Save answer",
    ViewId.RENEGOTIATED: "Save wording",
    ViewId.BROKEN: "Mark broken",
    ViewId.CONTACT: "Save person",
    ViewId.PASTE: "Keep text",
    ViewId.HELPERS: "Invite helper",
    ViewId.ASSIGN: "Assign CSM",
    ViewId.ACKNOWLEDGE: "Acknowledge brief",
    ViewId.COPY_WHERE: "Go on",
    ViewId.COPY: "Add to handoff",
    ViewId.CHECKS: "Save checks",
    ViewId.PLAN: "Save plan",
    ViewId.RESTATE: "Save words",
    ViewId.JUDGE: "Save answer",
    ViewId.BOOKING: "Save time",
    ViewId.BRIEFING: "Save call",
    ViewId.LIFT: "Let it go out",
    ViewId.KICKOFF_BOOKING: "Save time",
    ViewId.INTRO: "Save draft",
    ViewId.INTRO_SENT: "Save record",
    ViewId.WROTE_BEFORE: "Save record",
    ViewId.HELD: "Record kickoff",
    ViewId.MILESTONE: "Save milestone",
    ViewId.CONFIRM_PLAN: "Record yes",
    ViewId.PLAN_FOR_ANOTHER: "Record",
    ViewId.TALK: "Send time",
    ViewId.DEBRIEF_OWN: "Save your part",
    ViewId.DEBRIEF_TALK: "Record debrief",
    ViewId.DEBRIEF_REPLY: "Send reply",
    ViewId.LISTENER: "Save choice",
    ViewId.CHECK_IN: "Save note",
    ViewId.MILESTONE_REVIEW: "Record review",
    ViewId.NPS: "Record answers",
    ViewId.STILL_TRUE: "Record answers",
    ViewId.FIRST_VALUE: "Save",
    ViewId.EXPANSION: "Record expansion",
    ViewId.SCORE: "Record score",
    ViewId.DEFINED_DONE: "Record review",
    ViewId.CLOSING: "Close handoff",
    ViewId.SEND_BACK: "Send back",
    ViewId.RETURN_BRIEF: "Return unchanged",
    ViewId.DECLINE: "Give it back",
    ViewId.CANCEL: "Cancel handoff",
    ViewId.REOPEN: "Open it again",
    ViewId.PARTNER: "Save partner",
    ViewId.SNOOZE: "Snooze",
    ViewId.NOT_MINE: "Say so",
    ViewId.REASSIGN_AE: "Reassign AE",
    ViewId.REASSIGN_MANAGER: "Change manager",
    ViewId.LEAD: "Save choice",
    ViewId.INTERVIEWS: "Tick it",
    ViewId.CHAMPION: "Save champion",
    ViewId.ROLES: "Save roles",
    ViewId.MANAGERS: "Save choice",
    ViewId.TIMES: "Save times",
    ViewId.PEOPLE_CSV: "Save people",
    ViewId.NOTIFY: "Save choice",
    ViewId.MAKE_CHANNEL: "Make channel",
    ViewId.MOVE: "Move handoff",
}
CLOSE: Final = "Close"
CLOSE_UNSAVED: Final = "Close without saving"
KEEP_HANDOFF: Final = "Keep handoff"
SAVE: Final = "Save"
SAVE_AND_NEXT: Final = "Save and next"
SHOW_ROLES: Final = "Show roles"
SHOW_CHANGES: Final = "Show changes"
TICK_LIGHT: Final = "Do the light form anyway"
TICK_NOTHING: Final = "Go on without it"
TICKS: Final[Mapping[Field, str]] = {
    Field.NONE_MADE: "None were made",
    Field.NO_BUYER: "No economic buyer was found",
    Field.NO_SKEPTIC: "No skeptic or blocker was found",
    Field.NO_RISKS: "There are none",
    Field.REMOVE: "Take this person off the list",
}
CHOICE_NAMES: Final[Mapping[str, str]] = {
    ContactRole.CHAMPION: "champion",
    ContactRole.BUYER: "economic buyer",
    ContactRole.USER: "day-to-day user",
    OtherRole.EVALUATOR: "technical evaluator",
    OtherRole.INFLUENCER: "silent influencer",
    **{kind.value: name for kind, name in KIND_NAMES.items()},
    **{basis.value: name for basis, name in BASIS_NAMES.items()},
    **{item.value: name for item, name in ITEM_NAMES.items()},
    **{one.value: name for one, name in SHARING_NAMES.items()},
    **{one.value: name for one, name in MILESTONE_OWNERS.items()},
}
"""What a choice is called, whichever form offers it."""
CANCEL_MEANS: Final = (
    "Every step and reminder of this handoff stops. The deal channel hears that it is cancelled, "
    "but not why. Everybody with a part is told why, once it can no longer be taken back. "
    f"{REASON_READERS}."
)
