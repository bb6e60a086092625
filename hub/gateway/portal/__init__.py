"""The contact persons' pages, in French: sign-in by mail, what waits for them, their absences, their choices."""

from hub.gateway.portal import about, absences, feeds, home, sign_in, webhooks

ROUTES = [*sign_in.ROUTES, *home.ROUTES, *absences.ROUTES, *feeds.ROUTES, *webhooks.ROUTES, *about.ROUTES]
"""Every page, and the style of their addresses: /portal/… and the two public statements."""
