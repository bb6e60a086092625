TOKEN=$(python3 -c 'import json; print(*[s["token"] for s in json.load(open(".hub/endpoints.json"))["systems"] if s["name"] == "cd35-demo"])')
EVENTS=$(python3 -c 'import json; print(json.load(open(".hub/endpoints.json"))["gateway"]["events"])')

curl --silent --show-error --fail-with-body "$EVENTS" \
  --header "Authorization: Bearer $TOKEN" \
  --header "Content-Type: application/cloudevents+json" \
  --data-binary @- <<'JSON'
{
  "specversion": "1.0",
  "id": "readme-curl-1",
  "source": "urn:hub:cd35:si-social",
  "type": "notice.published",
  "time": "2026-03-02T09:00:00+01:00",
  "subject": "N-2026-0301",
  "data": {
    "notice": "N-2026-0301",
    "version": 1,
    "issuer": "CD35",
    "nature": "ORGANISATION",
    "code": "O1",
    "impacts": ["COLLABORATION"],
    "significant": false,
    "title": "Fermeture d’un CDAS pendant des travaux",
    "summary": "Le CDAS démo 03 ferme du 13 au 17 avril 2026. Pendant ces cinq jours, le CDAS démo 04 reçoit le public.",
    "benefits": [],
    "published_on": "2026-03-02",
    "effective_on": "2026-04-13",
    "communes": [],
    "epci": []
  }
}
JSON
