"""Calendars: when the house is open, on a week that shows it, with holidays to tick and hours that can be tried."""
