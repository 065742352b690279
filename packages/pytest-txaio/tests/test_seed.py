"""The order of tasks on Trio, which is random, and its seed."""

from __future__ import annotations

import re

import pytest


ORDER = """
import trio

async def resumed():
    order = []

    async def note(number):
        for _ in range(3):
            await trio.sleep(0)
            order.append(number)

    async with trio.open_nursery() as nursery:
        for number in range(8):
            nursery.start_soon(note, number)
    return "".join(map(str, order))

async def test_x(txaio):
    assert 0, await resumed()
"""


@pytest.fixture
def order(failure_text):
    """Runs a test on Trio that shows the order of its tasks, and returns its report."""

    def run(*args):
        said = failure_text(ORDER, *args, backends="anyio-trio")
        match = re.search(r"AssertionError: (\d+)$", said, re.MULTILINE)
        assert match is not None
        return match[1], said

    return run


def test_same_seed(order):
    """The same seed gives the same order, others give others."""
    first, second, third = (order(f"--txaio-seed={seed}")[0] for seed in (1, 2, 1))
    assert first == third
    assert first != second


def test_random_seed(order):
    """Without the option each run has its own order; the failure says its seed."""
    first, said = order()
    assert order()[0] != first
    match = re.search(r"add (--txaio-seed=\d+)$", said, re.MULTILINE)
    assert match is not None
    assert order(match[1])[0] == first


def test_each_run_of_a_loop(run_tests):
    """The order does not depend on the runs before, so a test can be repeated alone."""
    text = f"""{ORDER}
def test_y(txaio, txaio_run):
    assert txaio_run(resumed) == txaio_run(resumed)

def test_z(txaio, txaio_run):
    print(f"order {{txaio_run(resumed)}}")
"""

    def printed(*args):
        result = run_tests(text, "-s", "--txaio-seed=3", *args, backends="anyio-trio")
        return re.findall(r"order (\d+)", result.stdout.str())

    assert printed("-ktest_z") == printed("-ktest_y or test_z")
    assert len(printed("-ktest_z")) == 1


def test_any_order_is_possible(run_tests):
    """Tasks are shuffled; otherwise Trio has only one order and its reverse."""
    text = f"""{ORDER}
def test_y(txaio, txaio_run, txaio_host):
    orders = set()
    for txaio_host.seed in range(10):
        orders.add(txaio_run(resumed))
    assert len(orders) == 10
"""
    result = run_tests(text, "-ktest_y", backends="anyio-trio")
    result.assert_outcomes(passed=1, deselected=1)


@pytest.mark.parametrize("sorts", [True, False])
def test_trio_is_left_as_it_was(run_tests, sorts):
    """Runs that are not ours have an order that no seed determines, as before."""
    text = f"""
import trio

def test_x(txaio, txaio_run, monkeypatch):
    run = trio._core._run
    monkeypatch.setattr(run, "_ALLOW_DETERMINISTIC_SCHEDULING", {sorts})
    before = run._r.getstate()
    txaio_run(lambda: txaio.sleep(1))
    assert run._r.getstate() == before
    assert run._ALLOW_DETERMINISTIC_SCHEDULING is {sorts}
"""
    run_tests(text, backends="anyio-trio").assert_outcomes(passed=1)


LEFTOVER = """
async def test_x(txaio):
    txaio.call_later(3600, print)
"""


def test_seed_of_other_failures(failure_text):
    """Whatever is wrong with a test on Trio, its seed is shown, and only there."""
    said = failure_text(LEFTOVER, "--txaio-seed=7", backends="anyio-trio")
    assert "the test left behind" in said
    assert "--txaio-seed=7" in said
    assert "seed" not in failure_text(LEFTOVER, backends="asyncio")


def test_seed_is_a_number(run_tests):
    """Anything else is an error."""
    result = run_tests("", "--txaio-seed=x")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
