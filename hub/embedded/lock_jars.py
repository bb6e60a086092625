"""For maintainers: `python -m hub.embedded.lock_jars` resolves Kafka anew and rewrites `deploy/kafka/jars.lock`.

Change the versions below, run it, read the difference, run the tests, commit. Users never resolve: they download what
is locked.
"""

import hashlib
import sys
import tempfile
from pathlib import Path

from jgo.maven import MavenContext

from hub.paths import kafka_deploy_root

KAFKA = "4.3.1"
LOG4J = "2.25.3"
# « ! » keeps each artifact's own dependency management from bending the versions of the others.
ROOTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA}!",
    f"org.apache.logging.log4j:log4j-core:{LOG4J}!",
    f"org.apache.logging.log4j:log4j-slf4j-impl:{LOG4J}!",
)
# Never loaded by a broker: the macro library of scala-logging, and annotations without code.
NOT_NEEDED = {"org.scala-lang:scala-reflect", "org.jspecify:jspecify"}
HEADER = f"""\
# Apache Kafka {KAFKA} and what it needs at run time: Maven coordinate, SHA-256 of the jar.
# Written by `python -m hub.embedded.lock_jars`; checked before every start.
"""


def main() -> int:
    """Rewrite the lock; prints the number of jars and their size."""
    with tempfile.TemporaryDirectory() as repository:
        context = MavenContext(repo_cache=Path(repository), timeout=60)
        roots, dependencies = context.resolver.resolve([context.create_dependency(root) for root in ROOTS])
        lines, size = [], 0
        for found in {dependency.artifact.key: dependency.artifact for dependency in [*roots, *dependencies]}.values():
            if f"{found.groupId}:{found.artifactId}" in NOT_NEEDED:
                continue
            content = Path(found.resolve()).read_bytes()
            size += len(content)
            parts = [found.groupId, found.artifactId, found.version, *([found.classifier] if found.classifier else [])]
            lines.append(f"{':'.join(parts)} {hashlib.sha256(content).hexdigest()}\n")
    (kafka_deploy_root() / "jars.lock").write_text(HEADER + "".join(sorted(lines)), encoding="utf-8")
    sys.stdout.write(f"{len(lines)} jars, {size / 1e6:.0f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
