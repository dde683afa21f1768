"""What stood in the way, and that something is done."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from bot.domain.access import Act
from bot.domain.briefing import LONGEST_BRIEFING
from bot.domain.debrief import LONGEST_TALK
from bot.domain.errors import HandoffError, Problem
from bot.domain.handoff import BEGUN, OFFERED
from bot.domain.nps import MOST
from bot.domain.plan import ConfirmedWay
from bot.domain.read_models import NamedPerson
from bot.domain.size import AddOn
from bot.views.limits import LINE
from bot.views.sentences.copying import not_yours
from bot.views.sentences.forms import TICK_LIGHT, TICK_NOTHING
from bot.views.sentences.plan import confirmed
from bot.views.sentences.terms import ADD_ON_NAMES, names
from bot.views.text import day, isolate, one_line, utc_time

_DOING: Final[Mapping[str, str]] = {
    Act.CONFIRM_AE: "Confirming who the AE is",
    Act.EDIT_BRIEF: "Writing the brief",
    Act.INVITE_HELPER: "Inviting helpers",
    Act.CHANGE_DEAL: "Changing the deal",
    Act.ALIGN: "Recording the alignment",
    Act.RECORD_CALL: "Recording the call",
    Act.OVERRIDE_CLOSED_WON: "Overriding the closed-won gate",
    Act.ANSWER_COMMITMENT: "Answering for the commitment",
    Act.OVERRIDE_GATE: "Overriding the gate of the brief",
    Act.DECLINE: "Handing the handoff back",
    Act.VERIFY: "Verifying the brief",
    Act.JUDGE: "Saying whether it matches",
    Act.BOOK_BRIEFING: "Booking the briefing call",
    Act.SKIP_BRIEFING: "Doing without the briefing call",
    Act.HOLD_BRIEFING: "Recording the briefing call",
    Act.LIFT_HOLD: "Letting the intro go out",
    Act.WRITE_AE_INTRO: "Writing the intro",
    Act.WRITE_CSM_INTRO: "Writing the intro",
    Act.SEND_AE_INTRO: "Recording that the intro was sent",
    Act.SEND_CSM_INTRO: "Recording that the intro was sent",
    Act.NOTE_CONTACT: "Saying who wrote before the intro",
    Act.ARRANGE_TALK: "Answering the time of the debrief",
    Act.BOOK_KICKOFF: "Booking the kickoff",
    Act.PREPARE_KICKOFF: "Saying that a side is prepared for the kickoff",
    Act.OPEN_KICKOFF_CARD: "Opening the card of the kickoff",
    Act.HOLD_KICKOFF: "Recording the kickoff",
    Act.EDIT_PLAN: "Changing the success plan",
    Act.SIGN_PLAN: "Initialing the success plan as the CSM",
    Act.SIGN_PLAN_AE: "Initialing the success plan as the AE",
    Act.CONFIRM_PLAN: "Recording who confirmed the success plan",
    Act.CONCLUDE_MILESTONE: "Saying what became of a milestone",
    Act.SEND_BACK: "Sending the brief back",
    Act.RETURN_BRIEF: "Returning the brief",
    Act.MOVE: "Moving the handoff",
    Act.POST: "Posting the handoff message",
    Act.SIGN: "Recording the signature",
    Act.ASSIGN: "Assigning the CSM",
    Act.ACKNOWLEDGE: "Acknowledging the brief",
    Act.UNDO_ACKNOWLEDGE: "Taking the acknowledgement back",
    Act.CANCEL: "Cancelling the handoff",
    Act.REOPEN: "Reopening the handoff",
    Act.START: "Starting a handoff",
    Act.REASSIGN_AE: "Naming another AE",
    Act.REASSIGN_AE_MANAGER: "Naming another AE manager",
    Act.REASSIGN_CS_MANAGER: "Naming another CS manager",
    Act.NAME_LEAD: "Naming the implementation lead",
    Act.INTERVIEW: "Ticking the interview list",
    Act.RECORD_CHAMPION: "Recording who the champion is",
    Act.INITIAL_PROMISE: "Initialing a promise",
    Act.DISPUTE_PROMISE: "Disputing a promise",
    Act.EDIT_PROMISE: "Changing a promise",
    Act.SETTLE_DISPUTE: "Settling a dispute",
    Act.TALK_PROMISE: "Talking a late promise over with the customer",
    Act.DECIDE_LATE: "Deciding about a late promise",
    Act.CONCLUDE_PROMISE: "Saying what became of a promise",
    Act.DECIDE_DISPUTE: "Deciding a dispute",
    Act.ANSWER_DEBRIEF: "Answering in the debrief",
    Act.LEAD_DEBRIEF: "Leading the debrief",
    Act.MARK_DEBRIEF: "Saying what counts in the debrief",
    Act.REPLY_DEBRIEF: "Answering the CSM",
    Act.CHAT_DEBRIEF: "Answering in chat",
    Act.NAME_LISTENER: "Choosing the second listener",
    Act.RECORD_AE_STEP: "Recording a step of the AE",
    Act.RECORD_CSM_STEP: "Recording a step of the CSM",
    Act.CLOSE: "Closing the handoff",
    Act.CHANGE_POLICY: "Changing the policy",
    Act.CHANGE_PEOPLE: "Changing people and roles",
    Act.PAUSE: "Pausing the bot",
}
_PROBLEMS: Final[Mapping[Problem, str]] = {
    Problem.NOT_A_MEMBER: (
        "Handoffs are for full members of this workspace. "
        "Ask a colleague with a full account to do this."
    ),
    Problem.ADMINS_ONLY: "Only admins can do this. Ask an admin of this workspace.",
    Problem.PRIVATE_CHANNEL: (
        "This handoff lives in a private channel. Open it there, or ask its AE."
    ),
    Problem.NOTHING_TO_POST: "Your list is empty, so there is nothing to post.",
    Problem.NOTHING_TO_SEND: "This list is empty, so there is nothing to send.",
    Problem.HANDOFF_GONE: (
        "This handoff does not exist any more. Use /handoff-status to find others."
    ),
    Problem.HANDOFF_CANCELLED: (
        "This handoff is cancelled, so nothing in it changes. The AE, their manager or RevOps can "
        "open it again on its page."
    ),
    Problem.HANDOFF_CLOSED: "This handoff is closed, so nothing in it changes any more.",
    Problem.BEFORE_KICKOFF: "This comes after the kickoff, which is not recorded as held.",
    Problem.BEFORE_KICKOFF_HELD: "That is before the kickoff. Enter when the note went out.",
    Problem.NOTE_SENT: "The note is marked as sent. Enter when, or close the form to leave it.",
    Problem.NOBODY_AND_SOME: "Answers are entered, and “nobody answered” is ticked. Keep one.",
    Problem.NO_ANSWERS: "Enter at least one answer, or tick that nobody answered.",
    Problem.WHAT_CHANGED: "It is not true any more. Say what changed.",
    Problem.CARRIED_AND_THIN: "A section is named as carrying above. It cannot be thin as well.",
    Problem.DAY_TO_COME: "That day is still to come. Enter one that has been.",
    Problem.BEFORE_SIGNATURE: "That is before the signature. Enter a later day.",
    Problem.SAY_WHY_NOT_MET: "Say in a few words why, or to when.",
    Problem.NO_DEFINED_DONE: "The brief does not say what done means, so nothing is reviewed.",
    Problem.TOO_EARLY: "This is asked at day 30, 60 and 90, from a week before each on.",
    Problem.CLOSES_LATER: (
        "Day 90 cannot be reviewed yet. Until then only a customer who is lost ends the handoff."
    ),
    Problem.NOT_CANCELLED: "This handoff is open, so there is nothing to open again.",
    Problem.ITSELF: "A handoff does not become itself. Choose another one, or leave this empty.",
    Problem.OTHER_UNSEEN: "You cannot choose this handoff. Choose one that you can open.",
    Problem.NOWHERE_TO_CARRY: "Choose the handoff above that these promises are copied into.",
    Problem.PROMISE_NOT_OPEN: (
        "One of these promises was withdrawn or concluded meanwhile. Open the form again."
    ),
    Problem.ONLY_AE_TAKES_ALONG: (
        "Only the AE of the new handoff copies a brief into it. Take the ticks off, or start it "
        "as your own."
    ),
    Problem.NO_PARTNER: (
        "No partner sells this deal along. Tick it under Change deal first, then enter their side."
    ),
    Problem.NO_ADDRESSES: (
        "Leave e-mail addresses out: partner people are outside of the bot. A name is enough."
    ),
    Problem.SOURCE_NEEDED: "Say who told it, and when: the CSM has to know how far to rely on it.",
    Problem.NO_HANDOFF_HERE: (
        "There is no open handoff in this channel. Start one here with /handoff."
    ),
    Problem.TALK_OVER: "The debrief is recorded, so there is no time left to agree on.",
    Problem.ALREADY_DONE: "This is done already. Nothing was changed.",
    Problem.NO_EMAIL_SCOPE: (
        "Slack does not let the bot look for people by address; give a Slack id or a handle, or "
        "let the app have users:read.email."
    ),
    Problem.NO_NAME: "This is no name. Give one of two letters or more.",
    Problem.OWN_WORD: (
        "The bot uses this word itself, so the name cannot be told from it. Give it with another "
        "part of the name."
    ),
    Problem.NO_REMINDERS: (
        "Nobody is reminded of this: the deal was told of after the fact, so no clock runs for it."
    ),
    Problem.NOTHING_TO_UNDO: "There is nothing to undo. Open the handoff to see where it stands.",
    Problem.GATE_CLOSED: (
        "The brief is not ready. Give a reason to assign the CSM all the same, or wait for the AE "
        "to fill what is counted."
    ),
    Problem.NOT_SIGNED: (
        "The signature is not recorded. Record it with Countersigned or /handoff signed first."
    ),
    Problem.NOT_ASSIGNED: "No CSM is assigned. The CS manager assigns one first.",
    Problem.NOT_ACKNOWLEDGED: "Acknowledge the brief first; this is about the version you read.",
    Problem.BRIEF_SENT_BACK: (
        "The brief was sent back and is with the AE. You are told when it is returned."
    ),
    Problem.BRIEF_NOT_READY: (
        "The brief does not pass its gate as it is. Write what is open in it, then return it."
    ),
    Problem.NOTHING_TO_JUDGE: (
        "No restatement waits for an answer. Open the handoff to see where it stands."
    ),
    Problem.NO_PLAN_NEEDED: (
        "The checks say that the red flags need no joint plan. Nothing was changed."
    ),
    Problem.PLAN_AND_NONE_NEEDED: (
        "Above it says that the red flags need no joint plan. Answer no there, or empty this."
    ),
    Problem.PROMISE_WITHDRAWN: "This promise is withdrawn, so there is nothing to initial.",
    Problem.NOTHING_TO_DISPUTE: (
        "It says that nothing was promised. Whoever knows of a promise adds it instead."
    ),
    Problem.NOT_DISPUTED: "No dispute about this promise is open any more. Nothing was changed.",
    Problem.DECIDES_NOT: (
        "Somebody else of RevOps decides this dispute: you are on one of its sides, or answered it "
        "for a manager."
    ),
    Problem.WITH_REVOPS: (
        "The managers differ, or an answer came too late: RevOps decides this dispute now."
    ),
    Problem.NOT_LATE: (
        "This promise was written down before the AE initialed, so it is not a late one. "
        "Nothing was changed."
    ),
    Problem.NOTHING_LATE: "No late promise of this handoff waits for you any more.",
    Problem.LATE_TOGETHER: (
        "The kickoff was held, so AE and CSM decide about a late promise together, with Decide on "
        "its message."
    ),
    Problem.LATE_AHEAD: (
        "The kickoff is not recorded as held. Until it is, the AE talks a late promise over with "
        "the customer."
    ),
    Problem.LATE_UNDECIDED: (
        "It is a late promise, and AE and CSM have not decided about it yet. Both answer with "
        "Decide on its message."
    ),
    Problem.ANSWERED_LATE: (
        "You answered about this promise. It is decided once the other side answers the same."
    ),
    Problem.SAME_ANSWER: (
        "This is what your side answered before. Change it, or wait for the other side to."
    ),
    Problem.NOTHING_TO_DELIVER: "Nothing was promised, it says, so there is nothing to deliver.",
    Problem.KICKOFF_AHEAD: (
        "The kickoff is not recorded as held. What became of a promise is said after it."
    ),
    Problem.NOTHING_REWORDED: (
        "The promise says just this. Change it, or choose that it stays as it is."
    ),
    Problem.WITHOUT_EFFECT: (
        "By the answer you chose this stays as it was. Choose one that changes it, or empty this."
    ),
    Problem.NOT_DELIVERABLE: (
        "This promise does not say who delivers it by when, so the CSM cannot initial it yet. "
        "Edit it first."
    ),
    Problem.OWN_WORDS: (
        "You wrote this restatement, so somebody else says whether it matches: the AE, or the AE "
        "manager for them."
    ),
    Problem.ASKED_WHY_NOW: (
        "This has become somebody else's step, so you are asked why you record it. Copy what you "
        "typed, close the form and open it again."
    ),
    Problem.CHOOSE: "Choose one of the answers.",
    Problem.CHOOSE_ONE: "Tick at least one item.",
    Problem.SAME_PERSON: "AE and CSM are two different people. Choose somebody else.",
    Problem.ACTS_ACROSS: (
        "They act for the CSM of this handoff while that one is away, and nobody acts for both "
        "sides. Choose somebody else."
    ),
    Problem.LEAD_IS_A_SIDE: (
        "AE and CSM are in it already, and so is who acts for them. Choose somebody else."
    ),
    Problem.CSM_IS_AE_MANAGER: "The CSM does not manage the AE here. Choose somebody else.",
    Problem.NO_INTERVIEWS: (
        "There is no interview list here: the AE who wrote the brief is the one who has it."
    ),
    Problem.NO_CHAMPION: (
        "The brief names no champion yet, so none can have left. The AE writes down who it is."
    ),
    Problem.FOLLOWER_TWICE: "Choose somebody above, or name somebody new here, not both.",
    Problem.BOTH_SIDES: (
        "AE and CSM of a handoff are different people, and nobody acts for both: you are on the "
        "other side of this one. The manager of whoever is away is told instead."
    ),
    Problem.OWN_STAND_IN: "Nobody stands in for themselves. Choose somebody else.",
    Problem.STAND_IN_AWAY: "They are away themselves. Choose somebody who is here.",
    Problem.NOBODY_TO_ASK: (
        "Nobody is known who could name somebody else: no manager and nobody of RevOps is there. "
        "Ask an admin to set one on the Home tab."
    ),
    Problem.NO_PROFILE_SCOPE: (
        "Slack does not let the bot read profiles here. Install the app anew with the permission "
        "users.profile:read, or set managers by hand under People and roles."
    ),
    Problem.OWN_MANAGER: "Nobody is their own manager. Choose somebody else, or leave it empty.",
    Problem.AE_IS_MANAGER: "The AE is no manager of their own deal. Choose somebody else.",
    Problem.NOT_A_COLLEAGUE: (
        "This account is a guest, a bot, from outside or closed. Choose a full member."
    ),
    Problem.NO_CS_MANAGER: (
        "Nobody is known as the CS manager of this deal. Choose who assigns the CSM."
    ),
    Problem.BAD_VALUE: "Enter an amount from 0 to 1,000,000,000,000, like 48000 or 48,000.50.",
    Problem.UNKNOWN_CURRENCY: (
        "The policy has no rate for this currency. Give one; a form asks for it under “Another "
        "currency”."
    ),
    Problem.BAD_CURRENCY: "Enter the currency's three letters, like CHF.",
    Problem.BAD_RATE: "Enter what one unit is worth, a number above 0, like 1.08.",
    Problem.BAD_NUMBER: "Enter a whole number, like 3, or leave it empty.",
    Problem.SIGNED_ALREADY: (
        "The signature is recorded, so what comes before it can no longer be changed."
    ),
    Problem.HELD_LATER: "This is still to come. Enter the day on which you went through it.",
    Problem.BAD_BRIEFING_MINUTES: (f"Enter the minutes as a number, from 1 to {LONGEST_BRIEFING}."),
    Problem.BAD_MINUTES: f"Enter the minutes as a number, from 1 to {LONGEST_TALK}.",
    Problem.OVERRUN_UNEXPLAINED: "It took longer than 30 minutes. Choose why.",
    Problem.CALL_IS_REQUIRED: "This deal needs the briefing call, so nobody does without it.",
    Problem.NO_DEBRIEF_HELD: "No debrief is recorded that could stand for it.",
    Problem.NOTHING_HELD: "Nothing holds the intro.",
    Problem.NAME_OF_NOBODY: (
        "A name is for a milestone of customer or partner. Choose one of them, or empty this."
    ),
    Problem.NOTHING_TO_OUTLINE: (
        "The brief says nothing of the first 90 days yet. Add the milestones yourself, or come "
        "back once it does."
    ),
    Problem.MILESTONE_WAS_DROPPED: (
        "This milestone was dropped from the plan. Open it again before it changes."
    ),
    Problem.PLAN_CHANGED: (
        "The plan changed since it was shown to you. Open it again and look at what it says now."
    ),
    Problem.PLAN_INCOMPLETE: (
        "The plan is signed once every milestone has an owner and a date, and there is one."
    ),
    Problem.AE_SIGNS_NO_PLAN: (
        "The kickoff of this deal is not joint, so the AE is not asked to initial its plan."
    ),
    Problem.PARTNER_NOT_ASKED: "No partner has a part in this plan, so none is asked.",
    Problem.NOTHING_SHARED: (
        "No milestone of this plan is shared with the customer, so there is nothing to confirm."
    ),
    Problem.KICKOFF_OVER: "The kickoff is recorded as held. Correct kickoff changes when it was.",
    Problem.OFFERED_NO_EARLIER: (
        "The slot offered first lies before the time the customer wanted. Enter an earlier one, or "
        "leave this empty."
    ),
    Problem.NO_PART_IN_KICKOFF: "The kickoff of this deal is customer success's alone.",
    Problem.CHANGE_UNTOLD: "Say what changed, as metric or timing is not right any more.",
    Problem.WRITTEN_LATER: "This is still to come. Enter when it was written.",
    Problem.WRITTEN_BEFORE_SIGNATURE: (
        "This is before the signature, and belongs to the sale. Check day and time."
    ),
    Problem.WRITTEN_AFTER_INTRO: "This is not before the intro. Check day and time.",
    Problem.ASK_OR_MARK: (
        "An answer you ask about does not count yet. Leave this empty, or choose to ask the AE."
    ),
    Problem.NOTHING_LEFT: "Nothing is left to ask in a chat. What was answered stays open to edit.",
    Problem.CHAT_WENT_ON: "The chat went on since. Its newest question is further down.",
    Problem.TOO_FEW: "Name at least two people who were there.",
    Problem.NO_LISTENER: "Choose the CS manager or somebody of RevOps.",
    Problem.GATE_OPEN: "The gate is open already; there is nothing to override.",
    Problem.SIGNED_IN_FUTURE: "This time is still to come. Enter when both sides had signed.",
    Problem.SIGNED_TOO_OLD: "This is more than a year ago. Check the year.",
    Problem.NOT_YET_HELD: "This is still to come. Enter when it began, once it was held.",
    Problem.HELD_BEFORE_SIGNATURE: "This is before the signature. Check day and time.",
    Problem.DATE_NEEDED: "Choose a date.",
    Problem.DATE_IN_PAST: "This date has passed. Choose today or later.",
    Problem.TIME_PAST: "This time has passed. Choose a later one.",
    Problem.TOO_FAR_AHEAD: "This is more than a year away. Check the year.",
    Problem.TOO_LONG_AGO: ("This is more than a year before the handoff began. Check the year."),
    Problem.UNKNOWN_REGION: (
        "No public holidays are known for this region. Write a country, like DE or Germany, or "
        "with its part, like DE-BE or Germany, Berlin; or leave it empty."
    ),
    Problem.LIGHT_OR_NOTHING: (
        f"Both boxes are ticked. Tick “{TICK_LIGHT}” or “{TICK_NOTHING}”, not both."
    ),
    Problem.BAD_LINK: "Enter one address a line, each beginning with https:// and without blanks.",
    Problem.NOT_WORKING_TIME: (
        "This lies outside your working hours. Choose a time within them, on a working day."
    ),
    Problem.EMPTY: "Write something here.",
    Problem.NONE_AND_SOME: (
        "There are promises in the list. Untick “none made”, or withdraw them first."
    ),
    Problem.NO_RISKS_AND_SOME: "There are risks written above. Untick this, or empty them first.",
    Problem.AE_FILLS_ALL: "The AE fills every section already. Choose somebody else.",
    Problem.NO_SECTION: "Tick the sections they shall fill.",
    Problem.BRIEF_CHANGED: (
        "The brief changed after this was drawn. Open the handoff to read it as it is now; its "
        "fresh message has the button again."
    ),
    Problem.BUSY: "Many people are saving at this moment; nothing was kept. Try again.",
    Problem.STORAGE_DOWN: "The database does not answer; nothing was kept. Try again in a minute.",
    Problem.STORAGE_FULL: (
        "This could not be saved, because the disk of the bot is full; nothing was changed. "
        "Tell an admin, and try again once there is room."
    ),
    Problem.STORAGE_READ_ONLY: (
        "This could not be saved, because the bot’s database may only be read at the moment; "
        "nothing was changed. Tell an admin, and try again later."
    ),
    Problem.STORAGE_FAULT: (
        "This could not be saved, because the disk of the bot fails; nothing was changed. "
        "Tell an admin, and try again later."
    ),
    Problem.STORAGE_DAMAGED: (
        "The bot’s database is damaged, so this could be neither read nor saved; nothing was "
        "changed. Tell an admin: whoever runs the bot has to put a backup back."
    ),
    Problem.STALE_BUTTON: "This button is from an older version. Open the handoff for a fresh one.",
    Problem.CHANNEL_SHARED: (
        "This channel is shared outside the company, so no handoff is shown here. "
        "Use a private channel with the AE, the CSM and their managers."
    ),
    Problem.CHANNEL_GUESTS: (
        "There are guests in this channel, so no handoff is shown here. "
        "Use a private channel with the AE, the CSM and their managers."
    ),
    Problem.CHANNEL_ARCHIVED: "This channel is archived. Run /handoff in a channel that is in use.",
    Problem.CHANNEL_NOT_INSIDE: (
        "The bot is not in this channel. Type /invite @handoff here, then try again."
    ),
    Problem.CHANNEL_UNKNOWN: (
        "Slack has not said yet who can read this channel. Try again in a minute."
    ),
    Problem.NOT_IN_CHANNEL: (
        "You are not in this private channel: choose one you are in, or have somebody there add "
        "you first."
    ),
    Problem.MEMBERS_UNKNOWN: (
        "Slack has not said yet whether you are in this private channel, so nothing was moved; "
        "try again in a minute."
    ),
    Problem.BAD_CHANNEL_NAME: "No channel can be called so. Use letters, digits and hyphens.",
    Problem.TAKEN_CHANNEL_NAME: "There is a channel of this name. Choose another one.",
    Problem.NO_CHANNEL_MADE: (
        "Slack does not let the bot make a channel here. Make a private one yourself, invite the "
        "bot to it, and run /handoff there or move the handoff to it."
    ),
    Problem.CHANNEL_IS_DM: "A handoff lives in its deal channel. Run /handoff there.",
    Problem.NO_ANCHOR: (
        "This is no anchor. Give the text of its message, or a line that verify printed, with how "
        "many records and with the head: 41 records, head 0123456789abcdef."
    ),
    Problem.NOTHING_TO_COPY: "This message has no words that could be kept.",
    Problem.COPY_GONE: (
        "This copy of the message is gone: it was added already, or it waited for more than three "
        "days. Use Add to handoff on the message again."
    ),
    Problem.COPY_FROM_SHARED: (
        "Others than colleagues can read this conversation, so nothing is taken in from it. "
        "Use a private channel with the AE, the CSM and their managers."
    ),
    Problem.COPY_FROM_GUESTS: (
        "There are guests in this conversation, so nothing is taken in from it. "
        "Use a private channel with the AE, the CSM and their managers."
    ),
    Problem.NOWHERE_TO_ADD: (
        "There is no open handoff that you write in. AE and CSM of a handoff add to it, and "
        "whoever the AE asked to help."
    ),
    Problem.SAY_WHAT_IT_MEANS: "Say in your words what it means; only a quote goes without.",
    Problem.MAY_READ_IT: "Tick this first: more people will read it than can where it stands.",
    Problem.STANDS_ALREADY: "There is one already. Tick its box to put this in its place.",
    Problem.SLACK_SILENT: "Slack did not answer in time. Try again in a minute.",
}


def _not_your_turn(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    doing = _DOING.get(error.facts.get("act", ""), "This step")
    turn = [people[one] for one in error.whose if one in people]
    if not turn:
        return f"{doing} is for somebody else. Open the handoff to see whose turn it is."
    return f"{doing} is up to {names(turn)}. Open the handoff to see where it stands."


def _undo_too_late(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    minutes = error.facts.get("minutes", "10")
    return f"This can be undone for {minutes} minutes, and they are over. Nothing was changed."


def _too_long(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    most = error.facts.get("most")
    return f"This is too long: {most} is the most." if most else "This is too long. Shorten it."


def _other_is_over(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    account = isolate(one_line(error.facts.get("account", "The other one")))
    return f"{account} is over, so nothing goes on there. Choose another one, or leave this empty."


def _not_yours_to_carry(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    asked = [people[one] for one in error.whose if one in people]
    who = names(asked) if asked else "its AE and CSM"
    account = isolate(one_line(error.facts.get("account", "that handoff")))
    return f"Promises of {account} are written down by {who}. Take the ticks off, or ask them."


def _partner_line(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    line = error.facts.get("line", "1")
    return (
        f"Line {line} does not say three things. Write name, company and role with commas between "
        "them, or with semicolons where a name has a comma in it."
    )


def _commitment_too_late(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    latest = error.facts.get("latest")
    last = f"Choose {day(date.fromisoformat(latest))} or a day before it." if latest else ""
    return f"The brief is due before that day. {last}".strip()


def _below_tiers(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    least = error.facts.get("least", "the smallest size")
    boxes = f"“{TICK_LIGHT}” or “{TICK_NOTHING}”" if BEGUN in error.facts else f"“{TICK_LIGHT}”"
    told = (
        f"Below {least} the process asks for nothing. Correct the value, or tick {boxes} below it."
    )
    offered = [ADD_ON_NAMES[one] for one in AddOn if error.facts.get(one.value) == OFFERED]
    return f"{told} Offered: {', '.join(offered)}." if offered else told


def _too_many(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    return f"There are {error.facts.get('most')} already, which is the most."


def _quiet_at_work(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    start, end = error.facts.get("start"), error.facts.get("end")
    return (
        f"Quiet hours leave the working hours free: they begin at {end} or later and end at "
        f"{start} or earlier."
    )


def _summary_at_night(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    start, end = error.facts.get("start"), error.facts.get("end")
    return f"This is within the quiet hours. Choose a time from {start} to before {end}."


def _said_already(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    asked = [people[one] for one in error.whose if one in people]
    who = names(asked) if asked else "Whoever may name somebody else"
    return f"You said so already, and {who} was asked. It stays yours until somebody else is named."


def _stand_in_other_side(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    account = error.facts.get("account", "a handoff")
    return (
        f"They are on the other side of {account}, and AE and CSM stay different people. "
        "Choose somebody else."
    )


def _not_yours_to_add_to(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    asked = [people[one] for one in error.whose if one in people]
    who = names(asked) if asked else "its AE and CSM"
    return not_yours(error.facts.get("account"), who)


def _unexpected(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    reference = error.facts.get("reference")
    told = f" and give the reference {reference}" if reference else ""
    return f"Something unexpected happened; nothing was kept. Try again, or tell an admin{told}."


def _changed_meanwhile(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    found = [people[one] for one in error.whose if one in people]
    who = names(found) if found else "Somebody"
    told = (
        f"{who} changed this while the form was open. What you typed is still here: copy it, close "
        "the form, and look at the new version."
    )
    at, name = error.facts.get("at"), error.facts.get("name")
    now = utc_time(datetime.fromisoformat(at)) if at else isolate(name) if name else ""
    return f"{told} Recorded now: {now}." if now else told


def _confirmed_meanwhile(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    found = [people[one] for one in error.whose if one in people]
    who = names(found) if found else "Somebody"
    on, way = error.facts.get("on"), error.facts.get("way")
    heard = ""
    if on is not None and way is not None:
        name = isolate(error.facts.get("who", ""))
        heard = f": {confirmed(name, day(date.fromisoformat(on)), ConfirmedWay(way))}"
    return (
        f"{who} recorded a yes while this form was open{heard}. What you typed is still here: "
        "copy it, close the form, and correct that yes where it is wrong."
    )


def _disputed_already(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    found = [people[one] for one in error.whose if one in people]
    who = f"{names(found)} disputes" if found else "Somebody disputes"
    return f"{who} this promise already, and one dispute at a time is settled."


def _still_disputed(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    found = [people[one] for one in error.whose if one in people]
    who = names(found, joined="and") if found else "RevOps"
    told = f"A dispute about this promise is open and waits for {who}."
    return f"{told} What became of the promise is said after it."


def _already_answered(error: HandoffError, people: Mapping[int, NamedPerson]) -> str:
    if error.facts.get("by") == "you":
        return "You answered this dispute, and each answers once. You are told what comes of it."
    found = [people[one] for one in error.whose if one in people]
    who = names(found, joined="and") if found else "Somebody"
    return f"{who} answered this dispute in your place, and one answer counts for each manager."


def _promise_reworded(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    words = one_line(error.facts.get("words", ""), LINE)
    told = f"Promise {error.facts.get('number', '')} reads differently now; read its newest message"
    return f"{told}: “{words}”" if words else f"{told}."


def _outside_plan(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    first, last = (error.facts.get(name) for name in ("first", "last"))
    if not first or not last:
        return "A milestone lies within 90 days of the signature."
    days = [day(date.fromisoformat(one)) for one in (first, last)]
    return f"A milestone lies within 90 days of the signature: from {days[0]} to {days[1]}."


def _milestone_changed(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    words = one_line(error.facts.get("words", ""), LINE)
    told = f"Milestone {error.facts.get('number', '')} reads differently now; open the plan again"
    return f"{told}: “{words}”." if words else f"{told}."


def _talk_moved(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    at = error.facts.get("at")
    told = utc_time(datetime.fromisoformat(at)) if at else "none"
    return f"The time of the debrief changed since; it is now: {told}. Open the handoff to answer."


def _bad_nps(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    row, shown = error.facts.get("row", ""), error.facts.get("shown", "")
    return f"Row {row}: “{isolate(shown)}” is no whole number from 0 to {MOST}. Nothing was saved."


def _done_and_behind(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    number = error.facts.get("number", "")
    return f"Milestone {number} is ticked as done above. It cannot be behind as well."


def _no_such_milestone(error: HandoffError, _: Mapping[int, NamedPerson]) -> str:
    row, number = error.facts.get("row", ""), error.facts.get("number", "")
    return f"Row {row}: there is no shared milestone {number}."


_WITH_FACTS: Final[Mapping[Problem, Callable[[HandoffError, Mapping[int, NamedPerson]], str]]] = {
    Problem.NOT_YOUR_TURN: _not_your_turn,
    Problem.CHANGED_MEANWHILE: _changed_meanwhile,
    Problem.CONFIRMED_MEANWHILE: _confirmed_meanwhile,
    Problem.UNDO_TOO_LATE: _undo_too_late,
    Problem.OTHER_IS_OVER: _other_is_over,
    Problem.NOT_YOURS_TO_CARRY: _not_yours_to_carry,
    Problem.PARTNER_LINE: _partner_line,
    Problem.TOO_LONG: _too_long,
    Problem.COMMITMENT_TOO_LATE: _commitment_too_late,
    Problem.BELOW_TIERS: _below_tiers,
    Problem.TOO_MANY: _too_many,
    Problem.QUIET_AT_WORK: _quiet_at_work,
    Problem.SUMMARY_AT_NIGHT: _summary_at_night,
    Problem.SAID_ALREADY: _said_already,
    Problem.STAND_IN_OTHER_SIDE: _stand_in_other_side,
    Problem.PROMISE_REWORDED: _promise_reworded,
    Problem.OUTSIDE_PLAN: _outside_plan,
    Problem.MILESTONE_CHANGED: _milestone_changed,
    Problem.TALK_MOVED: _talk_moved,
    Problem.NOT_YOURS_TO_ADD_TO: _not_yours_to_add_to,
    Problem.DISPUTED_ALREADY: _disputed_already,
    Problem.STILL_DISPUTED: _still_disputed,
    Problem.ALREADY_ANSWERED: _already_answered,
    Problem.BAD_NPS: _bad_nps,
    Problem.DONE_AND_BEHIND: _done_and_behind,
    Problem.NO_SUCH_MILESTONE: _no_such_milestone,
    Problem.UNEXPECTED: _unexpected,
}


def problem(error: HandoffError, *, people: Mapping[int, NamedPerson]) -> str:
    """The sentence for a refusal, in plain text, fit for a form's field and for a message."""
    with_facts = _WITH_FACTS.get(error.problem)
    return with_facts(error, people) if with_facts else _PROBLEMS[error.problem]


PROBLEM_TITLE: Final = "This was not done"
STARTED_TITLE: Final = "Handoff started"
DONE_TITLE: Final = "Done"
DONE_BEFORE: Final = "This was done when you sent it first; sending it again added nothing."
