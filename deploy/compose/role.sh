#!/bin/sh
# Starts a role with the keys that prepare.sh made; they are in no image and in no file of the checkout.
set -eu
HUB_LINK_KEYS=$(cat /var/lib/hub/links.key)
HUB_WEBHOOK_KEYS=$(cat /var/lib/hub/webhooks.key)
export HUB_LINK_KEYS HUB_WEBHOOK_KEYS
exec hub "$@"
