"""The contact persons' pages, in French: sign-in by mail, what waits for them, their absences, their choices."""
