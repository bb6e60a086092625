#!/bin/sh
# Starts a role with the keys that prepare.sh made; they are in no image and in no file of the checkout.
set -eu
HUB_LINK_KEYS=$(cat /var/lib/hub/links.key)
HUB_WEBHOOK_KEYS=$(cat /var/lib/hub/webhooks.key)
HUB_CALENDAR_KEYS=$(cat /var/lib/hub/calendars.key)
export HUB_LINK_KEYS HUB_WEBHOOK_KEYS HUB_CALENDAR_KEYS
exec hub "$@"
