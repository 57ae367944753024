"""The metrics of a running server, read by Prometheus' own parser, and the names that a PromQL expression asks for."""

import re
import time
import urllib.request
from collections.abc import Callable, Iterable

import promql_parser
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

PATIENCE_S = 30.0


def scrape(url: str) -> list[Sample]:
    """The samples under their names on the wire: the parser would add _total to counters that lack it."""
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310  http on 127.0.0.1
        text = response.read().decode()
    names = set(re.findall(r"^([a-zA-Z_:][\w:]*)[{ ]", text, re.MULTILINE))
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return [each if each.name in names else each._replace(name=each.name.removesuffix("_total")) for each in samples]


def total(samples: Iterable[Sample], name: str, **labels: str) -> float:
    """Sum over the series of a name that have these labels."""
    return sum(each.value for each in samples if each.name == name and labels.items() <= each.labels.items())


def scrape_until(url: str, fulfilled: Callable[[list[Sample]], bool]) -> list[Sample]:
    """Scrape until the numbers are there: the steps publish them once a second."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not fulfilled(samples := scrape(url)) and time.monotonic() < deadline_s:
        time.sleep(0.2)
    assert fulfilled(samples), sorted({str(each) for each in samples if each.name.startswith("sideline_")})
    return samples


def selectors_of(expression: str) -> list[promql_parser.VectorSelector]:
    """Every metric that an expression asks for; Grafana's variables are replaced by values."""
    found: list[promql_parser.VectorSelector] = []

    def visit(node: object) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        return True

    plain = expression.replace("$__rate_interval", "1m").replace("$arena", ".*")
    promql_parser.walk(promql_parser.parse(plain), visit)
    assert found, expression
    return found
