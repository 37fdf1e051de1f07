"""Weeks in the life of a mailbox, lived through twice: on good days, and on bad ones that must leave no trace."""
