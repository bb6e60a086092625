#!/bin/sh
# Runs before the roles: topics, tables and, the first time, the keys of links, webhooks and calendars, and a token for each demo
# system. Harmless to run again.
# Tokens lie beside the credentials file, one file per system; the gateway's file holds their digests only.
set -eu
hub topics apply
hub database upgrade
folder=$(dirname "$HUB_CREDENTIALS_FILE")
umask 077
key() {
    [ -s "$folder/$1.key" ] && return
    python -c 'import secrets; print(secrets.token_hex(32))' >"$folder/$1.new"
    mv "$folder/$1.new" "$folder/$1.key"
}
key links
key webhooks
key calendars
token() {
    name=$1 source=$2
    shift 2
    [ -s "$folder/$name.token" ] && return
    hub credentials new "$name" "$source" "$@" >"$folder/$name.new"
    mv "$folder/$name.new" "$folder/$name.token"
}
token caf-demo urn:hub:caf35:si-partenaires
token cd35-demo urn:hub:cd35:si-social
token partner-demo urn:hub:partner:ccas-demo:accueil --kind referrals --kind urgencies --kind activity
hub credentials check
echo "A token is read with: docker compose -f deploy/compose/compose.yaml exec gateway cat $folder/caf-demo.token"
