"""Contacts, absences and territories: who is where, who stands in, and who is missing."""
