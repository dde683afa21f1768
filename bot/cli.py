"""The commands of `handoff-bot`."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
import yaml

from bot import backfills, backups, bootstrap, erasures, operations
from bot.backfills import BackfillError
from bot.backups import BackupError
from bot.bootstrap import StartError
from bot.domain.errors import Invalid
from bot.domain.policy import Policy, PolicyError, load_policy
from bot.erasures import EraseError
from bot.flows.manifest import manifest as app_manifest
from bot.flows.registration import all_listeners
from bot.logs import configure_logs
from bot.settings import SettingsError, load_settings
from bot.storage.cipher import new_key
from bot.views import sentences
from bot.views.steps import steps_page

app = typer.Typer(
    callback=configure_logs,  # Whatever is run, its libraries must not say what they like.
    add_completion=False,
    no_args_is_help=True,
    help="Carries a won deal from the account executive to the customer success manager.",
)


@contextmanager
def _one_sentence() -> Iterator[None]:
    """What a person can mend ends as one sentence, not as a traceback."""
    try:
        yield
    except (
        SettingsError,
        PolicyError,
        StartError,
        BackupError,
        BackfillError,
        EraseError,
    ) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except Invalid as error:
        typer.echo(f"--{error.field}: {sentences.problems.problem(error, people={})}", err=True)
        raise typer.Exit(2) from None


@app.command()
def run() -> None:
    """Run the bot with the settings of the environment until it is told to stop."""
    with _one_sentence():
        bootstrap.run(load_settings())


@app.command("demo")
def play(
    fresh: Annotated[bool, typer.Option(help="Forget what earlier demos kept.")] = False,
    port: Annotated[
        int, typer.Option(help="Where the page is; 0 is any free port.", min=0, max=65535)
    ] = 8040,
    data: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path(".demo"),
    examples: Annotated[
        bool, typer.Option("--examples", help="Begin with the three deals of examples/.")
    ] = False,
) -> None:
    """Play the whole job in a browser: a workspace on this machine with the bot in it."""
    from bot import demo  # The sandbox is loaded by the commands that need it, by `run` never.

    with _one_sentence():
        if fresh:
            demo.forget(data)
        demo.run_demo(data, port=port, examples=examples)


@app.command()
def sandbox(
    port: Annotated[
        int, typer.Option(help="Port to serve at; 0 is any free one.", min=0, max=65535)
    ] = 0,
    workspace: Annotated[Path | None, typer.Option(help="A workspace file (YAML).")] = None,
    print_env: Annotated[
        bool, typer.Option("--print-env", help="Print what an app needs as shell lines.")
    ] = False,
    deliver: Annotated[
        str | None,
        typer.Option(help="The app's request URL, for signed HTTP instead of Socket Mode."),
    ] = None,
    story: Annotated[
        Path | None, typer.Option(help="A story for the page (YAML), as docs/story.md says.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="A file that keeps the workspace over a restart.")
    ] = None,
    rates: Annotated[bool, typer.Option("--rates", help="Keep Slack's rate tiers.")] = False,
    host: Annotated[
        str, typer.Option(help="Address to serve at; whoever reaches it can be anybody.")
    ] = "127.0.0.1",
    name: Annotated[
        str | None, typer.Option(help="The name by which apps reach another address.")
    ] = None,
) -> None:
    """Serve a Slack-like workspace on this machine, for any app."""
    from bot.sandbox.command import BadCommand, prepared

    try:
        server = prepared(
            workspace=workspace,
            story=story,
            data=data,
            port=port,
            deliver=deliver,
            rates=rates,
            host=host,
            name=name,
        )
    except BadCommand as wrong:
        raise typer.BadParameter(str(wrong), param_hint=f"--{wrong.option}") from wrong
    if print_env:
        for variable, value in server.environment().items():
            typer.echo(f"{variable}={shlex.quote(value)}")
        sys.stdout.flush()
    else:
        typer.echo(f"The workspace is at {server.url}")
    server.serve()


@app.command()
def check() -> None:
    """Say whether the bot could run as it is set up, and what was not delivered."""
    with _one_sentence():
        findings = operations.check(load_settings())
    for finding in findings:
        typer.echo(("ok   " if finding.ok else "look ") + finding.sentence)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables."""
    with _one_sentence():
        operations.migrate_database(load_settings())
    typer.echo("The database is up to date.")


@app.command("key")
def make_key() -> None:
    """Print a fresh key for HANDOFF_KEY; keep it where the database and its copies do not lie."""
    typer.echo(new_key())


@app.command("manifest")
def write_manifest(
    socket: Annotated[bool, typer.Option("--socket", help="For Socket Mode.")] = False,
    http: Annotated[str | None, typer.Option("--http", help="For HTTP: the bot's address.")] = None,
) -> None:
    """Write the app manifest to paste into Slack, as YAML."""
    if socket == (http is not None):
        typer.echo("Say --socket, or --http with the bot's address.", err=True)
        raise typer.Exit(2)
    if http is not None and not _reachable(http):
        told = "--http: Slack calls an address like https://bot.example.com, over https alone."
        typer.echo(told, err=True)
        raise typer.Exit(2)
    url = None if http is None else http.rstrip("/") + "/slack/events"
    content = app_manifest(all_listeners(), http_url=url)
    typer.echo(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=88), nl=False)


def _reachable(address: str) -> bool:
    """Whether Slack would take it, with a path behind it, as the address of an app."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # Raises where it is no number.
    except ValueError:
        return False
    rest = bool(parts.query or parts.fragment) or any(one.isspace() for one in address)
    return parts.scheme == "https" and bool(parts.hostname) and not rest


@app.command()
def pause(
    resume: Annotated[bool, typer.Option("--resume", help="Go on again.")] = False,
) -> None:
    """Let the bot say nothing of its own; answers to people still come."""
    with _one_sentence():
        count = operations.set_pause(load_settings(), paused=not resume)
    typer.echo(f"{'Resumed' if resume else 'Paused'} in {count} workspace(s).")


@app.command()
def probe(
    channel: Annotated[str | None, typer.Option(help="A channel for tests, by its id.")] = None,
    user: Annotated[str | None, typer.Option(help="Your own id: in your DM with the bot.")] = None,
    with_person: Annotated[
        bool, typer.Option("--with-person", help="Ask also what needs somebody to press.")
    ] = False,
    minutes: Annotated[float, typer.Option(min=0.1, help="To wait for each press.")] = 5.0,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it begins.")] = False,
) -> None:
    """Ask a test workspace what no document of Slack's settles; prints a page of Markdown."""
    from bot.probing.run import Asked, Declined
    from bot.probing.run import probe as ask_slack

    def may(told: str) -> bool:
        typer.echo(told, err=True)
        return yes or typer.confirm("Begin?", err=True)

    asked = Asked(channel, user, minutes if with_person else None)
    with _one_sentence():
        try:
            page, clean = ask_slack(
                load_settings(), asked, tell=lambda told: typer.echo(told, err=True), may=may
            )
        except Declined:
            raise typer.Exit(1) from None
    typer.echo(page, nl=False)
    if not clean:
        raise typer.Exit(1)


@app.command()
def verify(
    handoff: Annotated[int | None, typer.Option(help="One handoff's number; else all.")] = None,
    anchor: Annotated[
        str | None,
        typer.Option(help="The text of an anchor: is the history still the one it was of?"),
    ] = None,
) -> None:
    """Check the history of every handoff for what was forged, silently deleted or erased."""
    with _one_sentence():
        if anchor is None:
            reports = operations.verify_histories(load_settings(), handoff=handoff)
        else:
            reports = operations.verify_anchor(load_settings(), anchor, handoff=handoff)
    for report in reports:
        typer.echo(report.sentence)
    if not all(report.sound for report in reports):
        raise typer.Exit(1)


@app.command()
def backfill(
    file: Annotated[Path, typer.Argument(help="Deals as CSV; docs/operations/backfill.md.")],
    days: Annotated[int, typer.Option(help="Deals of the last 30 or 90 days.")] = 30,
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it; without it only what would happen is said.")
    ] = False,
    by: Annotated[
        str, typer.Option(help="Who imports; else the one person of RevOps, where there is one.")
    ] = "",
    channel: Annotated[str, typer.Option(help="The deal channel of rows that name none.")] = "",
) -> None:
    """Begin handoffs for deals that were signed before the bot came; all of a file, or none."""
    wish = backfills.Wish(file, days=days, apply=apply, by=by, channel=channel)
    with _one_sentence():
        told = backfills.backfill(load_settings(), wish)
    for line in told:
        typer.echo(line)


@app.command()
def erase(
    name: Annotated[str, typer.Argument(help="The whole name, as people wrote it.")],
    also: Annotated[
        list[str] | None, typer.Option(help="Another spelling, or a part alone; may be repeated.")
    ] = None,
    account: Annotated[
        str, typer.Option(help="Slack's id of a closed or outside account whose name goes, too.")
    ] = "",
    by: Annotated[
        str, typer.Option(help="Slack's id of the admin who does it, for the history.")
    ] = "",
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it; without it only where it stands is said.")
    ] = False,
) -> None:
    """Erase a person's name from all that the bot keeps; the histories go on being sound."""
    request = erasures.Request((name, *(also or ())), account=account, by=by, apply=apply)
    with _one_sentence():
        told = erasures.erase(load_settings(), request)
    for line in told:
        typer.echo(line)


@app.command()
def backup(
    to: Annotated[
        Path | None,
        typer.Option(help="A new file, or a folder for a dated one; else the folder backups."),
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="Of a folder: so many of the newest stay; 0 keeps all.")
    ] = 0,
) -> None:
    """Write the whole database into one file, also while the bot runs, and read it back."""
    with _one_sentence():
        told = backups.back_up(load_settings(), to=to, keep=keep)
    for line in told:
        typer.echo(line)


@app.command()
def restore(
    file: Annotated[
        Path | None,
        typer.Argument(help="A backup; none where DATABASE_URL was restored by other means."),
    ] = None,
    reconcile: Annotated[
        bool,
        typer.Option(
            "--reconcile", help="Look in Slack before anything is said that may stand there."
        ),
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Over a database that holds something.")
    ] = False,
) -> None:
    """Bring a backup into DATABASE_URL; the bot must be stopped."""
    if not reconcile:
        typer.echo(
            "Say --reconcile: a backup does not know what the bot said after it was made, so each "
            "message is looked for in Slack before it is said.",
            err=True,
        )
        raise typer.Exit(2)
    with _one_sentence():
        told = backups.restore(load_settings(), file, replace=replace)
    for line in told:
        typer.echo(line)


@app.command()
def copy(
    to: Annotated[str, typer.Option(help="The URL of an empty database.")],
) -> None:
    """Copy DATABASE_URL into another database and check it; the bot must be stopped."""
    with _one_sentence():
        told = backups.copy(load_settings(), to)
    for line in told:
        typer.echo(line)


policy_app = typer.Typer(no_args_is_help=True, help="Look at the policy.")
app.add_typer(policy_app, name="policy")


@policy_app.command("show")
def policy_show(
    value: Annotated[str, typer.Option(help="One year's contract value, like 42000.")],
    currency: Annotated[str, typer.Option(help="Else the policy's own.")] = "",
    rate: Annotated[str, typer.Option(help="For a currency the policy has no rate for.")] = "",
    stakeholders: Annotated[str, typer.Option(help="Who decide or can stop it.")] = "",
    strength: Annotated[
        int | None, typer.Option(min=1, max=5, help="Of the relationship with the champion.")
    ] = None,
    complex_onboarding: Annotated[bool, typer.Option("--complex")] = False,
    strategic: Annotated[bool, typer.Option("--strategic")] = False,
    serious_flags: Annotated[bool, typer.Option("--serious-flags")] = False,
) -> None:
    """Say in words what a deal of a value gets: tier, counted items, add-ons, windows."""
    marks = {
        "complex_onboarding": complex_onboarding,
        "strategic": strategic,
        "serious_flags": serious_flags,
    }
    with _one_sentence():
        told = operations.show_policy(
            load_settings(),
            value=value,
            currency=currency,
            rate=rate,
            stakeholders=stakeholders,
            strength=strength,
            marks=marks,
        )
    for line in told:
        typer.echo(line)


@policy_app.command("steps")
def policy_steps(
    default: Annotated[
        bool, typer.Option("--default", help="With the numbers that hold without a file.")
    ] = False,
) -> None:
    """Print the table of steps with the policy's numbers, as Markdown."""
    with _one_sentence():
        policy = Policy() if default else load_policy(load_settings().handoff_policy)
    typer.echo(steps_page(policy), nl=False)


def main() -> None:
    """The console script."""
    app()
