"""Write the next migration step from what schema.py says, against a fresh SQLite database brought to the newest step."""

from __future__ import annotations

import sys
import tempfile

from inboxsla.storage import migrations

with tempfile.TemporaryDirectory() as folder:
    url = f"sqlite:///{folder}/scratch.db"
    if list(migrations.HERE.glob("versions/[0-9]*.py")):
        migrations.upgrade(url)
    print(migrations.write_next(url, " ".join(sys.argv[1:]) or "unnamed"))
