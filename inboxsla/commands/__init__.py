"""Groups of commands; `inboxsla.cli` puts them together."""
