"""Write the address in the file REPOSITORY to all files that contain it.

``python -m release.addresses``; a release does so as well.
"""

from __future__ import annotations

from pathlib import Path

from release.project import Project


if __name__ == "__main__":
    Project(Path(__file__).parents[1]).write_addresses()
