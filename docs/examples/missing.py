"""Fetch what a webhook's receiver missed: python missing.py HUB CONTACT NUMBER… with the token in HUB_TOKEN.

NUMBER… are the numbers that arrived. Prints one JSON item a line for each that did not; only the standard library.
"""

import json
import os
import sys
from urllib.request import Request, urlopen


def get(url: str) -> dict:
    """One answer of the hub."""
    asked = Request(url, headers={"Authorization": f"Bearer {os.environ['HUB_TOKEN']}"})
    with urlopen(asked, timeout=10) as answer:
        return json.load(answer)


def main(hub: str, contact: str, arrived: set[int]) -> None:
    """Ask how far the numbers go, then for those between that are missing."""
    path = "/inbox?limit=500"
    last = 0
    while path and not last:
        page = get(hub + path)
        last = next((box["last"].get("WEBHOOK", 0) for box in page["inboxes"] if box["contact"] == contact), 0)
        path = page["next"]
    missing = sorted(set(range(1, last + 1)) - arrived)
    path = f"/inbox/{contact}/items?medium=WEBHOOK&first={missing[0]}&last={missing[-1]}" if missing else None
    while path:
        page = get(hub + path)
        for item in page["items"]:
            numbers = {sent["number"] for sent in item["deliveries"] if sent["medium"] == "WEBHOOK"}
            if numbers & set(missing):
                print(json.dumps(item, ensure_ascii=False))
        path = page["next"]


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2], {int(number) for number in sys.argv[3:]})
