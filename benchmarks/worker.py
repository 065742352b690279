"""A process for one candidate: reads tasks from its input, a line each, and answers."""

from __future__ import annotations

import gc
import importlib
import json
import sys
from typing import Any


async def serve(peer: Any) -> None:
    """Run the tasks from standard input until it ends."""
    for line in sys.stdin:
        task = json.loads(line)
        module = importlib.import_module(task.pop("module"))
        workload = getattr(module, task.pop("workload"))
        gc.collect()
        result = await workload(peer, **task)
        print(json.dumps(result), flush=True)


def main() -> None:
    """Run the candidate whose module and name are given."""
    module, name = sys.argv[1:]
    importlib.import_module(module).make(name).run(serve)


if __name__ == "__main__":
    main()
