"""Mail that the tests of what the command line prints tell about."""

from __future__ import annotations

from tests.services.mailbox_files import ANA, KOFI, MAYA, Mail

STORY = (
    Mail("1", name="Kofi Mensah", subject="Lamp flickers"),
    Mail("2", ANA, KOFI, 1, "Re: Lamp flickers", answers="1", name="Ana Ruiz"),
    Mail("3", MAYA, hours=2, subject="Where is my parcel?"),
    Mail("4", "eve@elsewhere.example", hours=90, subject="[red]Sale[/] {x} %s", name="Eve [bold]"),
)
