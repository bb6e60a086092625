"""Absences read from iCalendar addresses (RFC 5545): fetched, read for their days alone, declared to the directory."""
