"""Setting up step by step: from nothing to a mailbox that is live, each step saved by the services of its own page."""
