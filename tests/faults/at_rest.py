"""Whether what stands in the workspace is what its rows would draw now."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from bot.clock.clocks import SteadyMachineClock
from bot.delivery.constants import Constants
from bot.delivery.plans import Cancel, Edit
from bot.delivery.rendering import Renderer
from bot.domain.channels import Channel
from bot.domain.policy import Policy
from bot.sandbox.workspace import Message, Workspace
from bot.storage.jobs import Job
from bot.storage.tables import surface
from bot.storage.unit_of_work import Store

AT_ONCE = 50
_LONG = timedelta(hours=1)


def wrong_at_rest(
    store: Store, workspace_id: int, standing: Workspace, constants: Constants
) -> list[str]:
    """The surfaces of a workspace that stand otherwise; no process may send meanwhile.

    Each is leased as a sender leases it, and drawn as a sender draws it. What none can lease is
    said as well: nobody knows how that stands. All that is due is settled by this, in every
    workspace: rows are read before.
    """

    def as_known(_: int, slack_id: str) -> Channel:
        with store.write(workspace_id) as unit:
            return unit.channels.ensure(slack_id)

    machine = SteadyMachineClock()
    renderer = Renderer(
        store=store,
        check_channel=as_known,
        policy=Policy(),
        machine=machine,
        constants=constants,
    )
    mine = surface.c.workspace_id == workspace_id
    with store.database.writing() as connection:
        # Well before now: who leases reads another clock.
        anew = {
            "wanted": surface.c.wanted + 1,
            "next_try_at": machine.now() - _LONG,
            "not_before": None,
        }
        connection.execute(update(surface).where(mine).values(**anew))
        connection.commit()
    wrong: list[str] = []
    looked_at: set[int] = set()
    while jobs := store.delivery.lease(AT_ONCE, lease=_LONG):
        for job in jobs:
            if job.surface is not None and job.workspace_id == workspace_id:
                looked_at.add(job.id)
                wrong += _otherwise(renderer, job, standing)
            store.delivery.cancelled(job, reason="looked_at")
    with store.database.reading() as connection:
        every = connection.execute(
            select(surface.c.id, surface.c.kind, surface.c.state, surface.c.lease_until).where(mine)
        ).all()
    return wrong + [
        f"{one.kind} {one.id} was not looked at: it is {one.state}, leased until {one.lease_until}"
        for one in every
        if one.id not in looked_at
    ]


def _otherwise(renderer: Renderer, job: Job, standing: Workspace) -> list[str]:
    plan = renderer.plan(job)
    name = f"{job.surface.kind.value if job.surface else ''} {job.id}"
    if isinstance(plan, Cancel):
        return []
    if not isinstance(plan, Edit):
        return [f"{name} is not there: {type(plan).__name__}"]
    channel = standing.channels.get(plan.channel)
    message = channel.messages.get(plan.ts) if channel is not None else None
    if message is None:
        return [f"{name} is not where its row says"]
    if _shows(plan.args, message):
        return []
    return [
        f"{name} stands with other words than its rows:\n"
        f"it stands {message.text!r} {message.blocks!r}\n"
        f"drawn now {plan.args.get('text')!r} {plan.args.get('blocks')!r}"
    ]


def _shows(args: Any, message: Message) -> bool:
    return message.text == args.get("text") and _within(args.get("blocks", []), message.blocks)


def _within(drawn: Any, there: Any) -> bool:
    """Whether all that is drawn is there; Slack adds ids of its own."""
    if isinstance(drawn, dict) and isinstance(there, dict):
        return all(key in there and _within(value, there[key]) for key, value in drawn.items())
    if isinstance(drawn, list | tuple) and isinstance(there, list):
        return len(drawn) == len(there) and all(
            _within(one, other) for one, other in zip(drawn, there, strict=True)
        )
    return bool(drawn == there)
