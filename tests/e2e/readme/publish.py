import json
from pathlib import Path

import httpx

hub = json.loads(Path(".hub/endpoints.json").read_text(encoding="utf-8"))
caf = next(system for system in hub["systems"] if system["name"] == "caf-demo")

event = {
    "specversion": "1.0",
    "id": "readme-python-1",
    "source": caf["source"],
    "type": "notice.published",
    "time": "2026-03-16T10:30:00+01:00",
    "subject": "N-2026-0302",
    "data": {
        "notice": "N-2026-0302",
        "version": 1,
        "issuer": "CAF",
        "nature": "LEGISLATION",
        "code": "L2",
        "impacts": ["RIGHTS_CHANGED"],
        "significant": True,
        "title": "Aide au logement : les revenus pris en compte changent",
        "summary": "À partir du 1er mai 2026, le calcul de l’aide au logement tient compte des revenus plus récents.",
        "benefits": ["APL"],
        "published_on": "2026-03-16",
        "effective_on": "2026-05-01",
        "communes": [],
        "epci": [],
    },
}
answer = httpx.post(
    hub["gateway"]["events"],
    content=json.dumps(event),
    headers={"Authorization": f"Bearer {caf['token']}", "Content-Type": "application/cloudevents+json"},
)
answer.raise_for_status()
print(answer.json()["status_url"])
