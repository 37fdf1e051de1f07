"""`python -m tests.bench [NAME …]`: measure, print one table, exit 1 if a goal is missed.

Each module beside this file has `figures()`, which yields (name, measured, goal, ok).
"""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module

from rich.console import Console
from rich.table import Table

import tests.bench


def main(wanted: list[str]) -> int:
    known = sorted(m.name for m in pkgutil.iter_modules(tests.bench.__path__) if not m.name.startswith("_"))
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        print(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    console = Console()
    table = Table("what", "measured", "goal", "", title="InboxSLA benchmarks", title_justify="left")
    missed = 0
    for module in wanted or known:
        with console.status(f"measuring {module} …"):
            for name, measured, goal, ok in import_module(f"tests.bench.{module}").figures():
                table.add_row(name, measured, goal, "[green]ok[/]" if ok else "[red]missed[/]")
                missed += not ok
        table.add_section()
    console.print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
