"""The contact persons' pages, in French: sign-in by mail, what waits for them, their absences, their choices."""

from hub.gateway.portal import about, absences, home, sign_in

ROUTES = [*sign_in.ROUTES, *home.ROUTES, *absences.ROUTES, *about.ROUTES]
"""Every page, and the style of their addresses: /portal/… and the two public statements."""
