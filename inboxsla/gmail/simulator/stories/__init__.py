"""The demo's living mailbox: `seed` fills it, a `Narrator` goes on with the story."""

from .narrator import Narrator
from .seeding import seed

__all__ = ["Narrator", "seed"]
