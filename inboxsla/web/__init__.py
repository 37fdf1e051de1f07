"""The pages. Each view asks one service, and renders what it answers; nothing here decides anything about a ticket."""
