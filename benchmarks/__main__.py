"""Hold the contests and report: ``python -m benchmarks [--quick] [--only WORD]``."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import pyperf

from benchmarks.contest import hold, hold_at_once
from benchmarks.figures import figures
from benchmarks.imports import measure
from benchmarks.report import Report
from benchmarks.timer_figures import accuracies


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--only", default="", help="figures whose title has this word")
    parser.add_argument("--out", type=Path, help="write tables and a picture there")
    options = parser.parse_args()
    report = Report(options.quick)
    compare(report, options.only)
    if not options.only:
        be_on_time(report)
        report.imports = measure(1 if options.quick else 15)
        report.calls = single_calls(quick=options.quick)
        print("\n".join(report.markdown()))
    if options.out:
        report.write(options.out)


def compare(report: Report, only: str) -> None:
    """Hold the contests whose title has *only* in it."""
    for figure in figures(quick=report.quick):
        if only in figure.contest.title:
            for row in figure.rows(hold(figure.contest)):
                report.rows.append(row)
                print(" | ".join(row.cells()), flush=True)
    if not report.rows:
        sys.exit(f"no figure has {only!r} in its title")


def be_on_time(report: Report) -> None:
    """See how late calls are made."""
    for contest in accuracies(quick=report.quick):
        print(f"how late calls are, {contest.title} …", flush=True)
        (late,) = hold_at_once(contest).rounds
        report.late += [
            (contest.title, name, figures) for name, figures in late.items()
        ]


def single_calls(*, quick: bool) -> dict[str, float]:
    """Have pyperf time single calls; return the mean of each, in ns."""
    amount = ["--processes=1", "--values=2", "--min-time=0.02"] if quick else ["--fast"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "calls.json")
        command = ["-m", "benchmarks.single_calls", "--quiet", *amount, f"-o{out}"]
        subprocess.run([sys.executable, *command], check=True)
        suite = pyperf.BenchmarkSuite.load(str(out))
    return {each.get_name(): each.mean() * 1e9 for each in suite.get_benchmarks()}


if __name__ == "__main__":
    main()
