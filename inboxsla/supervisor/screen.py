"""What `inboxsla run` says. Plain text where nobody watches a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.text import Text

from inboxsla.config.program import typed


class _Terminal(Console):
    def on_broken_pipe(self) -> None:
        raise  # instead of ending the program, which still has to stop others


class Screen:
    def __init__(self, out: TextIO) -> None:
        # Addresses are to be clicked and copied: they are never broken over two lines.
        self._console = _Terminal(file=out, highlight=False, soft_wrap=True)
        self._watched = True

    def say(self, line: str) -> None:
        self._print(Text(line))

    def problem(self, line: str) -> None:
        self._print(Text.assemble(("InboxSLA cannot run: ", "bold red"), line))

    def _print(self, line: Text) -> None:
        """Nothing, once the terminal is closed or the pipe broken: then nobody reads, and there is more important work."""
        if not self._watched:
            return
        try:
            self._console.print(line)
            self._console.file.flush()
        except OSError:
            self._watched = False

    def ready(self, link: str, gmail: str | None, data_dir: Path, log_dir: Path, *, mailboxes: bool) -> None:
        rows = [("Open", link)]
        if gmail:
            rows.append(("Mailbox", f"{gmail} (simulated; its customers write by themselves)"))
        rows += [("Data", str(data_dir)), ("Logs", str(log_dir))]
        self.say("")
        self._print(Text("InboxSLA is running.", style="bold green"))
        self.say("")
        for name, value in rows:
            self._print(Text.assemble("  ", (f"{name:<9}", "bold"), value))
        self.say("")
        if gmail:
            self.say(
                "Open the link, which works once: a mailbox that looks like Gmail, with the side panel beside it. Mail"
            )
            self.say(
                "arrives, labels change, and within two minutes a reminder goes out: “Mail sent” shows it, and its buttons"
            )
            self.say("work. Take a ticket, answer, solve it.")
            self.say(f"In another terminal, `{typed('tickets')}` lists the tickets.")
        elif mailboxes:
            self.say(f"Open the link, which works once. `{typed('tickets')}` shows the same list in another terminal.")
        else:
            self.say("Open the link, which works once: its pages lead from here to a mailbox that is live.")
            self.say(f"`{typed('import FILE.mbox --mailbox ADDRESS')}` reads a mailbox file instead.")
        self.say(f"`{typed('sign-in-link')}` prints another link.")
        self.say("Ctrl-C stops everything.")
