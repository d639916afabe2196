"""How fast IntelMQ's own bots take a report of Shadowserver, in one process and without queues: parser, then taxonomy.

usage: signs_intelmq.py REPORT.csv [LINES]   needs: pip install intelmq

Less than IntelMQ does in use: no message queue between the bots, no deduplication (Redis), no lookup of contacts (PostgreSQL),
nothing is stored. So the figure is the upper end of what it can do on one core.
"""

import base64
import itertools
import sys
import time

from intelmq.bots.experts.taxonomy.expert import TaxonomyExpertBot
from intelmq.bots.parsers.generic.parser_csv import GenericCsvParserBot
from intelmq.lib.bot import BotLibSettings

COLUMNS = [
    "time.source", "extra.severity", "source.ip", "protocol.transport", "source.port", "source.fqdn", "extra.tag", "source.asn",
    "source.geolocation.cc", "source.geolocation.region", "source.geolocation.city", "__IGNORE__", "__IGNORE__", "__IGNORE__",
    "extra.version", "__IGNORE__", "source.url",
]


def chunk(lines):
    """A report as a collector hands it on."""
    return {
        "__type": "Report",
        "raw": base64.b64encode("".join(lines).encode()).decode(),
        "feed.name": "bench",
        "time.observation": "2026-01-02T00:00:00+00:00",
    }


def main():
    path, most = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    parser = GenericCsvParserBot(
        "bench-parser",
        settings=BotLibSettings | {"columns": COLUMNS, "delimiter": ",", "type": "vulnerable-system", "default_url_protocol": "https://"},
    )
    taxonomy = TaxonomyExpertBot("bench-taxonomy", settings=BotLibSettings)
    events = 0
    with open(path, encoding="utf-8") as report:
        next(report)
        start = time.perf_counter()
        while lines := list(itertools.islice(report, min(1_000, most - events))):
            parsed = parser.process_message(chunk(lines))["output"]
            for event in parsed:
                events += len(taxonomy.process_message(event)["output"])
            if events >= most:
                break
        seconds = time.perf_counter() - start
    print(f'{{"events": {events}, "seconds": {seconds:.2f}, "per_second": {events / seconds:.0f}}}')


if __name__ == "__main__":
    main()
