"""The guide to migration, and `python -m txaio.migrate`, which knows its tables."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from blocks import DOCS, blocks
from test_pages import BACKENDS

from txaio import migrate
from txaio._migration.code import Code


PAGE = DOCS / "how-to" / "migrate.md"
TEXT = PAGE.read_text(encoding="utf-8")
DIFFERENCES = TEXT.partition("## What is different")[2].partition("\n## ")[0]
ROWS = [
    row
    for row in re.findall(r"^\| (.+?) \|", DIFFERENCES, re.MULTILINE)
    if not row.startswith(("-", "| "))
]
TO_LOOK_AT = TEXT.partition("\n## What to look at")[2]
SERVICE = """import txaio

log = txaio.make_logger()

def all_of(calls):
    return txaio.gather(calls, consume_exceptions=False)

def joined(user):
    log.info("{peer} joined", user=user)
"""

WITHOUT_A_RULE = {
    # They depend on what happens while the program runs.
    "a callback raises, on asyncio",
    "… of one whose members take time to clean up, on Twisted",
    "`as_future` of a function that returns an awaitable object",
    "SystemExit, KeyboardInterrupt and GeneratorExit in `as_future`, on Twisted",
    "a function raises CancelledError in `as_future`, on asyncio",
    "a coroutine cancels its own future, on Twisted",
    "what is no future, in the place of one",
    "`resolve` after `cancel`",
    "used in a thread without a loop, on asyncio",
    "more than `chunk_size` calls in a bucket",
    "an error in a batched call",
    "`start_logging()` writes to",
    "an output that cannot be written",
    "`print`, `sys.stderr` and warnings after `start_logging`, on Twisted",
    "a message of several lines",
    "colours in a message, as those of Autobahn",
    # Nothing has to be done about them.
    "`add_callbacks` returns, on asyncio",
    "`cancel(future, msg)`, on Twisted",
    "a future that is cancelled and has no errback, on Twisted",
    "a message that is missing or None",
    "a coroutine whose future is not kept, on asyncio",
    "`log_failure=` and `log.failure(text)`",
    "names of loggers",
}
"""The rows about which the source code says nothing."""


def test_each_row_has_a_rule():
    """Or it is one that cannot be seen in the source."""
    known = {rule.row for rule in migrate.RULES}
    assert len(ROWS) > 40
    assert {row for row in ROWS if row not in known} == WITHOUT_A_RULE


@pytest.mark.parametrize("row", sorted({rule.row for rule in migrate.RULES}))
def test_each_rule_is_in_the_guide(row):
    """It has a row, or is in an item of the list, with these words."""
    assert row in ROWS or row in TO_LOOK_AT


def test_output_that_the_guide_shows(tmp_path, monkeypatch, capsys):
    """The command prints it."""
    [shown] = [it.text for it in blocks(PAGE) if it.language == "console"]
    command, _, output = shown.partition("\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "service.py").write_text(SERVICE)
    monkeypatch.chdir(tmp_path)
    program, *arguments = command.removeprefix("$ python -m ").split()
    assert program == "txaio.migrate"
    assert migrate.main(arguments) == 1
    assert capsys.readouterr().out == output


MODULES = {
    block.options["caption"]: block.text
    for block in blocks(PAGE)
    if block.language == "python"
}
SCENARIO = """
import gc, io

async def scenario(txa, make):
    txa.start_logging(out := io.StringIO())
    sent = []
    session = make(lambda *message: sent.append(message))

    result = session.call("add", 1, 2)
    assert sent == [("call", 1, "add", (1, 2))]
    session.received("result", 1, 3)
    assert await result == 3

    error = session.call("divide", 1, 0)
    session.received("error", 2, "by zero")
    try:
        await error
    except RuntimeError as raised:
        assert str(raised) == "by zero"
    else:
        raise AssertionError

    await txa.sleep(0.3)
    [line] = out.getvalue().splitlines()
    level_and_text = line.partition(" ")[2]
    assert level_and_text == "warn calls.SESSION: call failed: RuntimeError: by zero"
    pings = sent.count(("ping",))
    assert 1 <= pings <= 3, pings

    lost = session.call("late")
    session.close()
    try:
        await lost
    except ConnectionError:
        pass
    else:
        raise AssertionError
    await txa.sleep(0.15)
    assert sent.count(("ping",)) == pings
"""
ON_THE_MODULE = {
    "asyncio": """
import asyncio, txaio
txaio.use_asyncio()
from calls import Session
asyncio.run(scenario(txaio.with_config(), lambda send: Session(send, 0.1)))
""",
    "twisted": """
import txaio
from calls import Session
txaio.use_twisted()
from twisted.internet import reactor
failures = []
done = txaio.as_future(scenario, txaio.with_config(), lambda send: Session(send, 0.1))
txaio.add_callbacks(done, None, failures.append)
done.addBoth(lambda _: reactor.stop())
reactor.run()
for failure in failures:
    failure.raiseException()
""",
}


def run_with_selection(framework, module, logger, folder, changes=()):
    """Run the scenario with *module* in an application that selects *framework*."""
    (folder / "calls.py").write_text(module)
    program = SCENARIO.replace("SESSION", logger) + ON_THE_MODULE[framework]
    for before, after in changes:
        assert before in program
        program = program.replace(before, after)
    command = [sys.executable, "-W", "error", "-c", program]
    run = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize("framework", ON_THE_MODULE)
def test_module_before(framework, tmp_path):
    """It runs where the application selects asyncio or Twisted, before or after it."""
    run_with_selection(framework, MODULES["before/calls.py"], "Session", tmp_path)


@pytest.mark.parametrize("framework", ON_THE_MODULE)
def test_module_after_with_a_selection(framework, tmp_path):
    """It takes the backend that is selected; errbacks return the failure then."""
    log = 'self.log.warn("call failed: {why}", why=self.txa.failure_message(failure))\n'
    module = MODULES["after/calls.py"]
    assert log in module
    module = module.replace(log, f"{log}        return failure\n")
    made = "Sessions(txaio.with_config(), 0.1).make(send)"
    changes = [("Session(send, 0.1)", made), ("import Session", "import Sessions")]
    run_with_selection(framework, module, "Sessions", tmp_path, changes)


def test_what_the_command_says_of_the_modules(tmp_path):
    """It has one remark, which the module heeds, and none about the one without it."""
    sources = [Code(tmp_path / name, text) for name, text in MODULES.items()]
    before, after = ([rule.row for _, rule in migrate.uses(it)] for it in sources)
    assert (before, after) == (["a batched call that re-arms itself"], [])


@pytest.fixture
def after():
    """Return the names of the module that takes a backend."""
    names = {"__name__": "calls"}
    exec(MODULES["after/calls.py"], names)  # noqa: S102 - the page is our own
    assert "txaio" not in names
    return names


@pytest.mark.parametrize("backend", BACKENDS)
def test_module_after(backend, after):
    """It runs on every backend."""
    names = {}
    exec(SCENARIO.replace("SESSION", "Sessions"), names)  # noqa: S102 - see above

    async def main(txa):
        await names["scenario"](txa, after["Sessions"](txa, 0.1).make)
        return "done"

    assert BACKENDS[backend](main) == "done"
