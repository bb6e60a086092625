"""The contact persons' pages, in French: sign-in by mail, what waits for them, their absences, their choices."""

from hub.gateway.portal import about, absences, feeds, home, indicators, sign_in, subscriptions, webhooks

_PAGES = (sign_in, home, absences, subscriptions, feeds, webhooks, indicators, about)

ROUTES = [route for module in _PAGES for route in module.ROUTES]
"""Every page: /portal/… and the two public statements."""
