"""The page of error messages has the messages of the code."""

from __future__ import annotations

import asyncio
import builtins
import gc
import re
import subprocess
import sys
import warnings

import pytest
import trio
from blocks import DOCS, blocks
from test_pages import BACKENDS
from twisted.internet.defer import Deferred
from twisted.internet.selectreactor import SelectReactor

import txaio_anyio
import txaio_asyncio
import txaio_twisted
from txaio_primitives import Background, Lock, Queue, TaskGroup


PAGE = DOCS / "reference" / "errors.md"
WITHOUT_TRIO = """
import sys
sys.modules["trio"] = None
import txaio_anyio
txaio_anyio.run(print, backend="trio")
"""
IN_A_THREAD = """
from concurrent.futures import ThreadPoolExecutor
import txaio
txaio.use_asyncio()
ThreadPoolExecutor().submit(txaio.create_future).result()
"""
WITHOUT_A_BACKEND = "import txaio; txaio.use_anyio(); txaio.create_future()"
TWO_SELECTIONS = "import txaio; txaio.use_asyncio(); txaio.use_twisted()"
WITH_ANOTHER_RELEASE = """
import sys, types
sys.modules["txaio_twisted"] = types.ModuleType("txaio_twisted")
import txaio
txaio.use_twisted()
"""
WITHOUT_TWISTED = """
import sys
sys.modules["twisted"] = None
"""
WITH_AN_OLD_TWISTED = "import twisted; twisted.__version__ = '21.7.0'\n"


async def nothing(txa):
    """Be a main that returns the backend."""
    return txa


def pass_main_without_parameters():
    """Have a main that takes no backend."""

    async def main():
        pass

    txaio_asyncio.run(main)


def pass_too_many_arguments():
    """Have a main that takes the backend and nothing else."""

    async def main(_txa):
        pass

    txaio_asyncio.run(main, 3)


def pass_a_coroutine():
    """Pass a coroutine instead of main."""
    coroutine = nothing(None)
    try:
        txaio_asyncio.run(coroutine)
    finally:
        coroutine.close()


def enter_twice():
    """Use one AnyIO backend for two blocks."""

    async def main():
        backend = txaio_anyio.AnyioBackend()
        async with backend:
            pass
        async with backend:
            pass

    trio.run(main)


def use_after_end(backend):
    """Keep a backend that `run` has made."""
    BACKENDS[backend](nothing).create_future()


def use_in_a_thread():
    """Use a backend in a worker thread."""

    async def main(txa):
        await txa.run_in_thread(txa.create_future)

    txaio_asyncio.run(main, debug=True)


def run_inside(run, **options):
    """Call *run* inside a running loop."""

    async def main(txa):
        await txa.sleep(0)
        run(nothing, **options)

    run(main, **options)


def import_missing():
    """Import a backend that is not installed."""
    import txaio_qt  # noqa: F401, PLC0415 - there is none


def in_new_process(program):
    """Run *program*, and raise the error that its last line shows."""
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    kind, _, text = run.stderr.splitlines()[-1].partition(": ")
    raise getattr(builtins, kind)(text)


def import_another_version(monkeypatch, tmp_path):
    """Import a backend with another version of txaio_common."""
    (tmp_path / "txaio_common.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    ours = [name for name in sys.modules if name.startswith("txaio")]
    for name in ours:
        monkeypatch.delitem(sys.modules, name)
    import txaio_asyncio  # noqa: F401, PLC0415 - with another txaio_common


def await_outside():
    """Write `await` outside a coroutine function."""
    compile("await txa.sleep(1)", "module.py", "exec")


def forget_await():
    """Call a coroutine function without awaiting it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        nothing(None)
        gc.collect()
    raise caught[0].message


def report_of(act):
    """Raise the error that is reported after ``act(txa)``."""
    reports = []

    async def main(txa):
        act(txa)
        await txa.sleep(0.01)

    txaio_anyio.run(main, on_error=lambda _text, error: reports.append(error))
    [report] = reports
    raise report


def call_later_with_a_coroutine_function(txa):
    """Pass a coroutine function to `call_later`."""
    txa.call_later(0, nothing, txa)


def call_a_coroutine_function_from_a_thread(txa):
    """Pass a coroutine function to `call_from_thread`."""
    txa.call_from_thread(nothing, txa)


def add_a_coroutine_function_as_a_callback(txa):
    """Pass a coroutine function to `add_callbacks`."""
    txa.add_callbacks(txa.create_future_success(1), nothing, None)


async def run_a_coroutine_function_in_a_thread(txa):
    """Pass a coroutine function to `run_in_thread`."""
    await txa.run_in_thread(nothing, txa)


async def sleep_as_on_asyncio(_txa):
    """Await a function of asyncio."""
    await asyncio.sleep(1)


async def await_asyncio_future(_txa):
    """Await a future of asyncio."""
    loop = asyncio.new_event_loop()
    try:
        await loop.create_future()
    finally:
        loop.close()


async def await_deferred(_txa):
    """Await a Deferred."""
    await Deferred()


async def await_trio(_txa):
    """Await a function of Trio."""
    await trio.sleep(1)


async def use_a_coroutine_as_a_future(txa):
    """Use a coroutine as a future."""
    coroutine = nothing(txa)
    try:
        txa.add_callbacks(coroutine, print, None)
    finally:
        coroutine.close()


async def pass_a_coroutine_to_as_future(txa):
    """Pass a coroutine instead of a coroutine function."""
    txa.as_future(nothing(txa))


async def pass_a_coroutine_to_uncancelled(txa):
    """Pass a coroutine instead of a coroutine function, for clean-up."""
    await txa.uncancelled(nothing(txa))


async def use_a_number_as_a_future(txa):
    """Use a number as a future."""
    misuses = (
        lambda: txa.reject(1, ValueError()),
        lambda: txa.reject(1, txa.create_failure(ValueError())),
        lambda: txa.cancel(1),
        lambda: txa.is_called(1),
        lambda: txa.add_callbacks(1, print, None),
        lambda: txa.shield(1),
        lambda: txa.timeout(1, 1),
        lambda: txa.resolve(1, 2),
    )
    *others, last = [error_of(misuse) for misuse in misuses]
    assert {str(error) for error in others} == {str(last)}
    raise last


def error_of(misuse):
    """Return the `TypeError` that *misuse* raises."""
    with pytest.raises(TypeError) as caught:
        misuse()
    return caught.value


async def gather_one(txa):
    """Gather a future that is not in a list."""
    txa.gather(txa.create_future())


async def resolve_twice(txa):
    """Settle a future twice."""
    future = txa.create_future()
    txa.resolve(future)
    txa.resolve(future)


async def ask_too_early(txa):
    """Ask for the result of a future that is pending."""
    txa.result(txa.create_future())


async def resolve_a_coroutine(txa):
    """Settle the future of a coroutine."""
    future = txa.as_future(txa.uncancelled, txa.sleep, 0.01)
    txa.resolve(future)


async def release_a_free_lock(txa):
    """Release a lock that is not held."""
    Lock(txa).release()


async def put_on_a_closed_queue(txa):
    """Put an item on a queue that was closed."""
    queue = Queue(txa)
    queue.close()
    queue.put_nowait(1)


async def start_a_coroutine(txa):
    """Pass a coroutine to a task group."""
    Background(txa).start_soon(nothing(txa))


async def start_after_the_end(txa):
    """Use a task group after its block."""
    async with TaskGroup(txa) as group:
        pass
    group.start_soon(nothing, txa)


async def wait_on_another_loop(txa):
    """Wait for a lock of another backend."""
    lock = Lock(txa)
    await lock.acquire()
    await txa.run_in_thread(asyncio.run, lock.acquire())


async def log_at_no_level(txa):
    """Use the name of a level of the standard library."""
    txa.start_logging(level="warning")


def run_a_reactor_twice():
    """Run a reactor twice."""
    reactor = SelectReactor()
    txaio_twisted.run(nothing, reactor=reactor)
    txaio_twisted.run(nothing, reactor=reactor)


def run_a_reactor_inside():
    """Run a reactor that is running."""
    run_inside(txaio_twisted.run, reactor=SelectReactor())


def on(main, *backends):
    """Return a case for each of *backends*."""
    return [(BACKENDS[backend], main) for backend in backends]


CASES = {
    "No loop is running": [
        (txaio_asyncio.AsyncioBackend,),
        (in_new_process, IN_A_THREAD),
    ],
    "The AnyIO backend was not entered": [
        (lambda: txaio_anyio.AnyioBackend().create_future(),),
        (enter_twice,),
        (in_new_process, WITHOUT_A_BACKEND),
    ],
    "A loop runs already": [
        (run_inside, txaio_asyncio.run),
        (run_a_reactor_inside,),
        (run_inside, txaio_anyio.run),
    ],
    "The loop has ended": [
        (use_after_end, "asyncio"),
        (use_after_end, "twisted"),
        (use_after_end, "anyio"),
    ],
    "Wrong thread": [(use_in_a_thread,)],
    "main is not a coroutine function": [
        (txaio_asyncio.run, lambda _txa: 1),
        (pass_a_coroutine,),
        (pass_main_without_parameters,),
        (pass_too_many_arguments,),
        (txaio_asyncio.run, None),
    ],
    "A backend is missing": [
        (import_missing,),
        (in_new_process, WITHOUT_TRIO),
        (lambda: txaio_anyio.run(nothing, backend="twisted"),),
        (in_new_process, "import txaio; txaio.sleep(1)"),
        (in_new_process, TWO_SELECTIONS),
        (in_new_process, f"{WITHOUT_TWISTED}import txaio; txaio.use_twisted()"),
        (in_new_process, f"{WITHOUT_TWISTED}import txaio_twisted"),
    ],
    "Versions are mixed": [
        (import_another_version, "monkeypatch", "tmp_path"),
        (in_new_process, WITH_ANOTHER_RELEASE),
        (in_new_process, f"{WITH_AN_OLD_TWISTED}import txaio_twisted"),
    ],
    "await is outside a coroutine": [
        (await_outside,),
        (forget_await,),
        (report_of, call_later_with_a_coroutine_function),
        (report_of, call_a_coroutine_function_from_a_thread),
        (report_of, add_a_coroutine_function_as_a_callback),
        *on(run_a_coroutine_function_in_a_thread, "anyio"),
    ],
    "Nothing waits": [],
    "A program hangs": [],
    "A future of another framework": [
        *on(sleep_as_on_asyncio, "anyio"),
        *on(await_asyncio_future, "twisted", "anyio"),
        *on(await_deferred, "asyncio"),
        *on(await_trio, "asyncio"),
    ],
    "Not a future": [
        *on(use_a_coroutine_as_a_future, "asyncio", "twisted", "anyio"),
        *on(pass_a_coroutine_to_as_future, "asyncio"),
        *on(pass_a_coroutine_to_uncancelled, "asyncio"),
        *on(use_a_number_as_a_future, "asyncio"),
        *on(gather_one, "twisted"),
    ],
    "The future is settled already": on(resolve_twice, "twisted", "asyncio"),
    "The future is pending": on(ask_too_early, "asyncio", "twisted"),
    "The future of a coroutine": on(resolve_a_coroutine, "asyncio"),
    "Locks, queues and task groups": [
        (Queue, 10),
        *on(release_a_free_lock, "asyncio"),
        *on(put_on_a_closed_queue, "twisted"),
        *on(start_a_coroutine, "anyio"),
        *on(start_after_the_end, "twisted"),
        *on(wait_on_another_loop, "asyncio"),
    ],
    "Unknown log level": on(log_at_no_level, "asyncio"),
    "The reactor has run before": [(run_a_reactor_twice,)],
}


def messages():
    """Return the messages of the page, below the heading of each."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    found = {line[3:]: [] for line in lines if line.startswith("## ")}
    for block in blocks(PAGE):
        above = [line for line in lines[: block.line] if line.startswith("## ")]
        found[above[-1][3:]].append(block.text.strip())
    return found


MESSAGES = messages()


def test_each_message_has_its_case():
    """The page has as many messages below each heading as there are cases here."""
    counts = {heading: len(texts) for heading, texts in MESSAGES.items()}
    assert counts == {heading: len(cases) for heading, cases in CASES.items()}


@pytest.mark.parametrize(
    ("text", "case"),
    [
        pytest.param(text, case, id=f"{heading} {number}")
        for heading, cases in CASES.items()
        for number, (text, case) in enumerate(
            zip(MESSAGES[heading], cases, strict=True), start=1
        )
    ],
)
def test_message_is_that_of_the_code(text, case, request):
    """The mistake raises the message, whose variable parts are an ellipsis."""
    mistake, *args = case
    args = [
        request.getfixturevalue(arg) if arg in {"monkeypatch", "tmp_path"} else arg
        for arg in args
    ]
    with pytest.raises((Exception, Warning)) as caught:
        mistake(*args)
    error = caught.value
    text_of_error = f"{type(error).__name__}: {getattr(error, 'msg', error)}"
    message = "\n".join([text_of_error, *getattr(error, "__notes__", ())])
    # The name of a local function is longer than that of a global one.
    message = re.sub(r"\w+\.<locals>\.", "", message)
    assert re.fullmatch(re.escape(text).replace("…", ".*"), message), message


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_method_rejects_a_number_as_a_future(backend):
    """On every backend the error names the argument and its type."""
    with pytest.raises(TypeError, match=r"^future must be an? .*, not 'int'$"):
        BACKENDS[backend](use_a_number_as_a_future)
