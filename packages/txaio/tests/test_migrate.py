"""The list of what behaves differently, which `python -m txaio.migrate` prints."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from txaio import migrate
from txaio._migration import names
from txaio._migration.code import Code


GATHER_WITH_A_CALLBACK = """
def f():
    def done(results): return [isinstance(r, Exception) for r in results]
    txaio.add_callbacks(txaio.gather([]), done, print)
"""
PINGS = """
class Pings:
    def start(self): self.timer = txaio.make_batched_timer(1)
    def ping(self): self.timer.call_later(5, self.ping)
"""
FOUND = {
    "a failed future with a callback only, on asyncio": [
        "txaio.add_callbacks(future, print, None)",
        "txaio.add_callbacks(future, errback=None, callback=print)",
        "from txaio import add_callbacks as add\nadd(f, print, None)",
        "import txaio as t\nt.aio.add_callbacks(f, print, None)",
    ],
    "a coroutine function as a callback on asyncio, or of `call_later`": [
        "async def work(_): ...\ntxaio.add_callbacks(f, work, print)",
        "async def work(_): ...\ntxaio.add_callbacks(f, print, errback=work)",
        "async def work(): ...\ntxaio.call_later(1, work)",
        "async def work(): ...\ntimer.call_later(1, self.work, 2)",
    ],
    "`add_callbacks(future, None, None)`": ["txaio.add_callbacks(f, None, None)"],
    "`gather`, on asyncio": [
        GATHER_WITH_A_CALLBACK,
        "r = [isinstance(it, (int, KeyError)) for it in txaio.gather([])]",
    ],
    "`gather(consume_exceptions=False)`, on Twisted": [
        "txaio.gather([], consume_exceptions=False)",
        "isinstance(x, KeyError), txaio.gather([], False)",
    ],
    "`cancel()` of a gather, on Twisted": [
        "self.all = txaio.gather([])\ntxaio.cancel(self.all)"
    ],
    "`is_future(coroutine)`, on asyncio": [
        "async def work(): ...\ntxaio.is_future(work())"
    ],
    "`as_future(coroutine())`": ["async def work(): ...\ntxaio.as_future(work())"],
    "`as_future` of an async generator": [
        "async def work(): yield 1\ntxaio.as_future(work)"
    ],
    "`as_future` of a generator function, on asyncio with Python 3.11": [
        "def work(): yield from future\ntxaio.as_future(work)"
    ],
    "`StopIteration` as a failure": [
        "txaio.reject(future, StopIteration())",
        "txaio.create_future_error(error=StopIteration)",
    ],
    "`reject`, `create_future_error` and `create_failure`"
    " while no exception is handled": [
        "txaio.reject(future)",
        "txaio.create_failure()",
    ],
    "… and with what is no exception": [
        "txaio.reject(future, 'text')",
        "txaio.reject(future, ['text'])",
        "txaio.create_failure(exception=1)",
    ],
    "a canceller resolves the future, on Twisted": [
        "txaio.create_future(canceller=lambda future: txaio.resolve(future, 1))",
        "def cancel(future): future.callback(1)\ntxaio.create_future(canceller=cancel)",
    ],
    "a canceller raises, on Twisted": [
        "def cancel(future): raise KeyError\ntxaio.create_future(canceller=cancel)"
    ],
    "texts of failures": ["assert 'x' in txaio.failure_format_traceback(failure)"],
    "`failure_message`": [
        "assert txaio.failure_message(failure) == 'KeyError: 1'",
        "self.assertEqual(txaio.failure_message(failure), 'KeyError: 1')",
    ],
    "`with_config(loop)`": [
        "txaio.with_config(loop)",
        "txaio.with_config(loop=reactor)",
    ],
    "`type(future) is Deferred`": [
        "assert type(txaio.create_future()) is Deferred",
        "defer.Deferred == type(future)",
    ],
    "a batched call that re-arms itself": [
        PINGS,
    ],
    "a wrong `chunk_size`": [
        "txaio.make_batched_timer(1, 0)",
        "txaio.make_batched_timer(1, chunk_size=0.5)",
    ],
    "`cancel()` of a timed call": [
        "try: handle.cancel()\nexcept AlreadyCalled: pass",
        "try: handle.cancel()\nexcept (error.AlreadyCancelled, KeyError): pass",
    ],
    "`call_later` without a function, on Twisted": ["txaio.call_later(1)"],
    "NaN as a delay": ["txaio.sleep(float('nan'))"],
    "a negative delay, on Twisted": [
        "txaio.call_later(-1, print)",
        "txaio.sleep(float('-inf'))",
    ],
    "`call_later` returns": [
        "timer = txaio.call_later(1, print)\ntimer.when()",
        "txaio.call_later(1, print).cancelled()",
    ],
    "Keywords for positional arguments": [
        "txaio.call_later(delay=1, fun=print)",
        "txaio.call_later(1, fun=print)",
        "txaio.as_future(fun=print)",
    ],
    "log messages that cannot be formatted": [
        "log.warning('{name} {other}', other=1)",
        "log.info('{name.attribute} {name[0]}')",
        "self.log.warn('{}', 1)",
        "self.logger.error('{')",
    ],
    "fields that the message does not name": [
        "log.exception('{name}', name=1, other=2)",
        "log.info('text', other=2)",
    ],
    "levels": ["txaio.set_global_log_level('debug')"],
    "an unknown level": [
        "try: txaio.start_logging(level=level)\nexcept RuntimeError: pass",
        "txaio.start_logging(level='chatty')",
        "txaio.make_logger('chatty')",
    ],
    "`start_logging` again": [
        "txaio.start_logging()\ntxaio.start_logging()",
        "if x: txaio.start_logging()\nelse: pass\ntxaio.start_logging()",
    ],
    "the root logger, on asyncio": [
        "logging.basicConfig()\ntxaio.start_logging()",
        "logging.getLogger().addHandler(handler)\ntxaio.start_logging()",
    ],
    "`log.critical(txaio.failure_format_traceback(failure))`": [
        "log.critical(txaio.failure_format_traceback(failure))",
    ],
    "`record.msg`, on asyncio": [
        "json.dumps(record.msg)",
        "class Handler:\n def emit(self, log_record): isinstance(log_record.msg, str)",
    ],
    "a message with a category": [
        "log.info('text', log_category='XX1')",
        "log.info(['text'], log_category='XX1')",
    ],
    "`set_log_level(level, keep=…)` on Twisted": [
        "log.set_log_level('info', keep=False)"
    ],
    "Code that reaches into the loggers' private attributes": [
        "log._logger",
        "self.log._set_log_level('info')",
    ],
    "Names that do not exist": [
        "txaio._unframework",
        "txaio.aio._loggers",
        "from txaio.testutil import nothing",
        "from txaio import _unframework",
        "from txaio.nothing import name",
        "import txaio.testutil\ntxaio.testutil.nothing",
    ],
    "`txaio.tx.Logger(…)`": [
        "txaio.tx.Logger()",
        "from txaio.tx import Logger\nLogger('namespace')",
    ],
    "Tests that set `txaio._explicit_framework`": ["txaio._explicit_framework = None"],
}
"""Uses that are found, by what they are called."""

IN_A_TEST = {
    "batched timers": ["txaio.make_batched_timer(1)"],
    "lines of the log": [
        "txaio.start_logging(out)",
        "txaio.start_logging(out=stream, level='info')",
    ],
}
"""Uses that are found in tests."""

NOT_FOUND = [
    "import other\nother.add_callbacks(f, None, None)",
    "add_callbacks(f, None, None)",
    "from . import txaio\nfrom .txaio import x",
    "import txaio\nfrom . import x\nfrom os import path\nimport os",
    "from txaio import *",
    "txaio.add_callbacks(future, callback, errback)",
    "txaio.add_callbacks(future, None, errback)",
    "def f():\n    txaio.gather([])\ndef g():\n    isinstance(x, Exception)",
    "def f(): return isinstance(x, str), txaio.gather([])",
    "isinstance(x), txaio.gather([])",
    "txaio.cancel(txaio.create_future())",
    "txaio.is_future(function())",
    "async def work(): ...\ntxaio.as_future(work)",
    "def work(): yield\ntxaio.as_future(work)",
    "@types.coroutine\ndef work(): yield from future\ntxaio.as_future(work)",
    "def work(): yield from others\nwork()",
    "async def work(): ...\ntxaio.call_later(1, txaio.as_future, work)",
    "async def work(): ...\nother.add(1, work)",
    "record.getMessage(), error.msg, record.message",
    "record.msg = 'text'",
    "try: f()\nexcept KeyError: txaio.reject(future)",
    "txaio.reject(future, KeyError())",
    "txaio.create_failure(KeyError())",
    "txaio.create_future(canceller=lambda future: print())",
    "txaio.create_future(canceller=other.function)",
    "txaio.create_future()",
    "log.debug(txaio.failure_message(failure))",
    "txaio.with_config()",
    "isinstance(future, Deferred), type(future) is Other, Deferred is future",
    "txaio.make_batched_timer(1, 100)",
    "txaio.make_batched_timer(1, size)",
    "t = txaio.make_batched_timer(1)\ndef ping(): t.call_later(1, other)",
    "def ping(): reactor.call_later(1, ping)\ndef pong(): call_later(1, pong)",
    "try: handle.cancel()\nexcept KeyError: pass",
    "try: x = handle.cancel\nexcept AlreadyCalled: pass",
    "txaio.call_later(1, print, end='')",
    "txaio.call_later(float(x), print)",
    "txaio.call_later(0, print)\ntxaio.sleep('x')",
    "other.when()",
    "log.info('{name}', name=1)",
    "log.info('{name}', **fields)",
    "log.info('text', log_failure=error, _private=1, exc_info=True)",
    "log.failure('text', failure=error)",
    "log.error('{tb}', tb=txaio.failure_format_traceback(failure))",
    "log.info('{log_namespace} {txaio_trace}')",
    "log.info(message)",
    "other.info('{name}')",
    "txaio.start_logging()",
    "if x: txaio.start_logging()\nelse: txaio.start_logging()",
    "def f(): txaio.start_logging()\ndef g(): txaio.start_logging()",
    "txaio.make_logger('module.Class')",
    "txaio.make_logger('debug')",
    "try: txaio.start_logging()\nexcept: pass",
    "try: print()\nexcept RuntimeError: pass",
    "logging.basicConfig()",
    "logging.getLogger('name')\ntxaio.start_logging()",
    "print(txaio.failure_format_traceback(failure)), log.info()",
    "log.info(log_category='XX1')",
    "log.failure(None, failure=error, log_category='XX1')",
    "log.info('', log_category='XX1')",
    "other.set_other(keep=True)",
    "other._logger",
    "log._log_level",
    "txaio.aio.create_future, txaio.config.loop, txaio.tx.Logger",
    "from txaio import aio, tx\nfrom txaio.interfaces import ILogger",
    "import txaio.with_asyncio, txaio.testutil as testutil",
    "txaio.nothing = 1",
    "print(txaio._explicit_framework)",
    "1[0](2).x",
]
"""Code in which nothing is found."""


def rows(text, path="module.py"):
    """Return what is found in *text*."""
    return [rule.row for _line, rule in migrate.uses(Code(Path(path), text))]


@pytest.mark.parametrize(
    ("row", "text"), [(row, text) for row, texts in FOUND.items() for text in texts]
)
def test_use_is_found(row, text):
    """It is found once, and nothing else is."""
    source = text if "import txaio" in text else f"import txaio\n{text}"
    assert rows(source) == [row]


@pytest.mark.parametrize("path", ["tests/module.py", "test_module.py"])
@pytest.mark.parametrize(
    ("row", "text"), [(row, text) for row, texts in IN_A_TEST.items() for text in texts]
)
def test_use_in_a_test_is_found(row, text, path):
    """In other code it is nothing that would have to be looked at."""
    assert rows(f"import txaio\n{text}", path) == [row]
    assert rows(f"import txaio\n{text}") == []


@pytest.mark.parametrize("text", NOT_FOUND)
def test_nothing_is_found(text):
    """Other code is left alone."""
    assert rows(text if "import" in text else f"import txaio\n{text}") == []


def test_every_rule_is_tested():
    """The examples above have them all."""
    assert {rule.row for rule in migrate.RULES} == {*FOUND, *IN_A_TEST}


def test_names_of_a_backend_that_is_not_installed(blocked):
    """What is in its module cannot be found out."""
    names.exists.cache_clear()
    blocked("twisted")
    sys.modules.pop("txaio.tx", None)
    assert rows("import txaio\ntxaio.tx.nothing") == []
    names.exists.cache_clear()


@pytest.fixture
def folder(tmp_path):
    """Return a folder with three files."""
    (tmp_path / "package").mkdir()
    files = {
        "package/b.py": "import txaio\n\ntxaio.as_future(\n    fun=1)\ntxaio.sleep(-1)",
        "package/a.py": "import other",
        "other.txt": "import txaio\ntxaio.sleep(-1)\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_report(folder, capsys):
    """It has the file, the line, what it is about, what to do, and the source."""
    assert migrate.main([str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    path = folder / "package" / "b.py"
    keyword, negative = (
        next(rule for rule in migrate.RULES if rule.row == row)
        for row in ("Keywords for positional arguments", "a negative delay, on Twisted")
    )
    assert lines == [
        f"{path}:3: {keyword.row}: {keyword.advice}",
        "    txaio.as_future(",
        f"{path}:5: {negative.row}: {negative.advice}",
        "    txaio.sleep(-1)",
        "2 to look at",
    ]


def test_report_of_files(folder, capsys):
    """A file may have any name."""
    assert migrate.main([str(folder / "package/a.py")]) == 0
    assert capsys.readouterr().out == "nothing to look at\n"
    assert migrate.main([str(folder / "other.txt")]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 to look at"


UNREADABLE = {
    "no Python": b"def",
    "a null byte": b"\0",
    "not in UTF-8": b"\xff",
    "in an unknown encoding": b"# coding: other\n",
    "deep": b"x = " + b"1+" * 100_000 + b"1",
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_file_that_cannot_be_read(tmp_path, capsys, text):
    """It is named, and others are read."""
    path = tmp_path / "bad.py"
    path.write_bytes(text)
    (tmp_path / "empty.py").touch()
    missing = tmp_path / "missing.py"
    assert migrate.main([str(tmp_path), str(missing)]) == 1
    captured = capsys.readouterr()
    assert captured.out == "nothing to look at, but 2 paths were not read\n"
    [one, other] = captured.err.splitlines()
    assert one.startswith(f"{path}: not read: ")
    assert other == f"{missing}: not read: No such file or directory"


def test_literal_that_cannot_be_hashed(tmp_path, capsys):
    """It is no literal for Python either, and the rest of the file is read."""
    path = tmp_path / "module.py"
    path.write_text("import txaio\ntxaio.reject(f, {[]: 1})\ntxaio.sleep(-1)\n")
    assert migrate.main([str(path)]) == 1
    assert capsys.readouterr().out.endswith("\n1 to look at\n")


def test_output_in_another_encoding(tmp_path):
    """What its encoding lacks is escaped."""
    path = tmp_path / "module.py"
    path.write_text("import txaio\ntxaio.sleep(-1)  # …\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "txaio.migrate", str(path)],
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[1].endswith("  # \\u2026")


def test_count_of_files_that_were_not_read(folder, capsys):
    """It is added to the number of uses."""
    (folder / "bad.py").write_text("def")
    assert migrate.main([str(folder)]) == 1
    assert (
        capsys.readouterr().out.splitlines()[-1]
        == "2 to look at, and 1 path was not read"
    )


def test_folder_without_python_files(tmp_path, capsys):
    """It is most likely a mistake."""
    assert migrate.main([str(tmp_path)]) == 1
    captured = capsys.readouterr()
    assert captured.out == "nothing to look at, but 1 path was not read\n"
    assert captured.err == f"{tmp_path}: not read: no Python files in it\n"


def test_folders_that_are_not_of_the_program(folder, capsys):
    """Virtual environments and hidden folders in the folder are left out."""
    use = "import txaio\ntxaio.sleep(-1)"
    for name in (".hidden", "env/lib"):
        (folder / name).mkdir(parents=True)
        (folder / name / "module.py").write_text(use)
    (folder / "env" / "pyvenv.cfg").touch()
    assert migrate.main([str(folder)]) == 1
    assert capsys.readouterr().out.endswith("\n2 to look at\n")
    assert migrate.main([str(folder / ".hidden"), str(folder / "env")]) == 1
    assert capsys.readouterr().out.endswith("\n2 to look at\n")


@pytest.mark.parametrize(
    ("encoding", "first"),
    [("latin-1", "# coding: latin-1\n"), ("utf-8-sig", ""), ("utf-8", "")],
)
def test_encoding_of_a_file(tmp_path, capsys, encoding, first):
    """It is the one that the file declares."""
    path = tmp_path / "module.py"
    path.write_bytes(f"{first}import txaio\ntxaio.sleep(-1)  # é\n".encode(encoding))
    assert migrate.main([str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines()[1:] == [
        "    txaio.sleep(-1)  # é",
        "1 to look at",
    ]
    assert captured.err == ""


def test_line_that_is_shown(tmp_path, capsys):
    """Only line feeds end a line for Python; of its warnings nothing is shown."""
    path = tmp_path / "module.py"
    text = 'import txaio\n\f\nx = """\x1c\u2028""", "\\d"\ntxaio.sleep(-1)\n'
    path.write_text(text, encoding="utf-8")
    assert migrate.main([str(path)]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines()[1:] == ["    txaio.sleep(-1)", "1 to look at"]
    assert captured.err == ""


def test_command(monkeypatch, folder, capsys):
    """`python -m txaio.migrate` takes files and folders, and needs one."""
    monkeypatch.delitem(sys.modules, "txaio.migrate")
    for arguments, status in (([], 2), ([str(folder / "package/a.py")], 0)):
        monkeypatch.setattr(sys, "argv", ["migrate", *arguments])
        with pytest.raises(SystemExit) as caught:
            runpy.run_module("txaio.migrate", run_name="__main__")
        assert caught.value.code == status
    assert "nothing to look at" in capsys.readouterr().out
