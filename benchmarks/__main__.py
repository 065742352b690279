"""Hold the contests and report: ``python -m benchmarks [--quick] [--only WORD]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.contest import hold
from benchmarks.figures import Row, figures
from benchmarks.report import write


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--only", default="", help="figures whose title has this word")
    parser.add_argument("--out", type=Path, help="write table, JSON and picture there")
    options = parser.parse_args()
    rows: list[Row] = []
    for figure in figures(quick=options.quick):
        if options.only in figure.contest.title:
            for row in figure.rows(hold(figure.contest)):
                rows.append(row)
                print(" | ".join(row.cells()), flush=True)
    if not rows:
        sys.exit(f"no figure's title has {options.only!r}")
    if options.out:
        write(options.out, rows, quick=options.quick)


if __name__ == "__main__":
    main()
