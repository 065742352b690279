"""Run the benchmarks and report: ``python -m benchmarks [--quick] [--only WORD]``."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import pyperf

from benchmarks.comparison import run_interleaved, run_simultaneously
from benchmarks.figures import figures
from benchmarks.imports import measure
from benchmarks.report import Report
from benchmarks.server import TITLE, measure_servers, what_is_missing
from benchmarks.server_report import server_markdown, write_server_report
from benchmarks.timer_figures import lateness_comparisons


def main() -> None:
    """Run the benchmarks that the command line selects."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument(
        "--only", default="", help="only figures whose title has this word"
    )
    parser.add_argument(
        "--out", type=Path, help="write tables and a chart into this folder"
    )
    options = parser.parse_args()
    report = Report(options.quick)
    has_servers = options.only in {"", TITLE}
    compare(report, options.only)
    if not report.rows and not has_servers:
        sys.exit(f"no figure has {options.only!r} in its title")
    if not options.only:
        measure_lateness(report)
        report.imports = measure(1 if options.quick else 15)
        report.calls = single_calls(quick=options.quick)
        print("\n".join(report.markdown()))
    if options.out and report.rows:
        report.write(options.out)
    if has_servers:
        compare_servers(options.out, quick=options.quick, needed=bool(options.only))


def compare(report: Report, only: str) -> None:
    """Run the comparisons whose title contains *only*."""
    for figure in figures(quick=report.quick):
        if only in figure.comparison.title:
            for row in figure.rows(run_interleaved(figure.comparison)):
                report.rows.append(row)
                print(" | ".join(row.cells()), flush=True)


def compare_servers(out: Path | None, *, quick: bool, needed: bool) -> None:
    """Measure whole servers, and write the report on them into the folder *out*.

    If something is missing for that, exit if it is *needed*, or else say so.
    """
    missing = what_is_missing()
    if missing:
        message = f"servers cannot be measured: {missing}"
        if needed:
            sys.exit(message)
        print(message, file=sys.stderr)
        return
    task, results = measure_servers(quick=quick)
    print("\n".join(server_markdown(task, results)))
    if out:
        write_server_report(out, task, results)


def measure_lateness(report: Report) -> None:
    """Measure how late calls are made."""
    for comparison in lateness_comparisons(quick=report.quick):
        print(f"how late calls are, {comparison.title} …", flush=True)
        (late,) = run_simultaneously(comparison).rounds
        report.late += [
            (comparison.title, name, figures) for name, figures in late.items()
        ]


def single_calls(*, quick: bool) -> dict[str, float]:
    """Time single calls with pyperf; return the mean of each, in ns."""
    amount = ["--processes=1", "--values=2", "--min-time=0.02"] if quick else ["--fast"]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "calls.json")
        command = ["-m", "benchmarks.single_calls", "--quiet", *amount, f"-o{out}"]
        subprocess.run([sys.executable, *command], check=True)
        suite = pyperf.BenchmarkSuite.load(str(out))
    return {each.get_name(): each.mean() * 1e9 for each in suite.get_benchmarks()}


if __name__ == "__main__":
    main()
