"""Gmail's REST API over HTTP on loopback, for the demo and the tests; it also plays the bad days.

store = Store(":memory:")
store.add_mailbox("support@lumenvelo.example")
with SimulatorServer(store) as gmail:
    ...  # googleapiclient with api_endpoint=gmail.url and the address as bearer token
"""

from .faults import Fault, Faults
from .mailroom import Placed
from .quota import Limits
from .server import SimulatorServer, create_app
from .store import Store

__all__ = ["Fault", "Faults", "Limits", "Placed", "SimulatorServer", "Store", "create_app"]
