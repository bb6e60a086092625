"""For `./dev setup`: `python -m hub.embedded.fetch_jars` brings Kafka's jars into the user's cache, says how far.

Then it has Java keep Kafka's classes ready, for quicker starts.
"""

import sys

from hub.embedded.class_archive import ArchiveFailed, ensure_archive
from hub.embedded.jars import ensure_jars
from hub.errors import StartError

_LINE_EVERY = 10


def main() -> int:
    """Fetch what is missing; exit status 1 with the reason and the way out when a jar cannot be had."""
    moving = sys.stdout.isatty()

    def progress(done: int, total: int) -> None:
        if moving:
            sys.stdout.write(f"\r\x1b[K  {done}/{total} jars")
        elif done == total or done % _LINE_EVERY == 0:
            sys.stdout.write(f"  {done}/{total} jars\n")
        sys.stdout.flush()

    try:
        jars = ensure_jars(progress=progress)
    except StartError as fault:
        sys.stderr.write(f"\n{fault.message}\n→ {fault.way_out}\n")
        return 1
    sys.stdout.write("\n" if moving else "")
    try:
        ensure_archive(jars)
    except (ArchiveFailed, OSError) as fault:
        sys.stderr.write(f"  Kafka will start more slowly: Java keeps no archive of its classes ({fault}).\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
