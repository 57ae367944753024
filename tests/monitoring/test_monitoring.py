"""Dashboard and alerts ask for metrics that a running server has, by the labels that they have."""

import json
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml
from prometheus_client.samples import Sample

from sideline import tensors
from sideline.serving.installation import PROJECT_ROOT
from sideline.serving.local_server import LocalServer
from tests.monitoring.scraping import scrape_until, selectors_of, total
from tests.serving.marks import red_hall
from tests.serving.stream import Stream, requests_of

MONITORING = PROJECT_ROOT / "monitoring"
FRAMES = 140
"""More than a window has, so that one is solved."""


@pytest.fixture(scope="module")
def samples(server: LocalServer) -> list[Sample]:
    """The metrics after a stream with a window, whose first frame was captured just now."""
    first, *others = requests_of(red_hall, 88_001, FRAMES)
    with Stream(server.url) as stream:
        stream.ask(first, lambda arrays: arrays.update({tensors.CAPTURED_AT_NS: np.array([time.time_ns()])}))
        stream.ask_all(others, in_flight=4)
    return scrape_until(str(server.metrics_url), lambda each: total(each, "sideline_windows_total") > 0)


def queries() -> Iterator[tuple[str, str, str]]:
    """(where, expression, legend) of dashboard and alerts."""
    dashboard = json.loads((MONITORING / "grafana" / "sideline.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"], target["legendFormat"]
    rules = yaml.safe_load((MONITORING / "prometheus" / "alerts.yaml").read_text())["groups"][0]["rules"]
    for rule in rules:
        text = json.dumps(rule["annotations"]).replace("$labels.", "")
        yield rule["alert"], rule["expr"], text


@pytest.mark.parametrize(("where", "expression", "legend"), list(queries()))
def test_every_query_asks_for_metrics_that_a_running_server_has(
    samples: list[Sample], where: str, expression: str, legend: str
) -> None:
    labels: defaultdict[str, set[str]] = defaultdict(set)
    for sample in samples:
        labels[sample.name].update(sample.labels)
    shown: set[str] = set()
    for selector in selectors_of(expression):
        assert selector.name in labels, f"{where}: no metric {selector.name}"
        asked = {matcher.name for matcher in selector.matchers.matchers}
        assert asked <= labels[selector.name], f"{where}: {selector.name} has no labels {asked - labels[selector.name]}"
        shown |= labels[selector.name]
    grouped = {name.strip() for names in re.findall(r"by \(([^)]*)\)", expression) for name in names.split(",")}
    assert grouped <= shown
    assert set(re.findall(r"\{\{\s*(\w+)\s*\}\}", legend)) <= grouped


def test_a_name_that_no_server_has_would_be_noticed(samples: list[Sample]) -> None:
    (selector,) = selectors_of("rate(sideline_frames_answered_total[1m])")
    assert selector.name not in {sample.name for sample in samples}


def test_the_dashboard_shows_every_metric_of_the_steps(samples: list[Sample]) -> None:
    shown = {selector.name for _, expression, _ in queries() for selector in selectors_of(expression)}
    offered = {sample.name for sample in samples if sample.name.startswith("sideline_")}
    assert {name for name in offered if not name.endswith(("_sum", "_count", "_created"))} <= shown


def test_panels_do_not_overlap_and_have_numbers_of_their_own() -> None:
    dashboard = json.loads((MONITORING / "grafana" / "sideline.json").read_text())
    cells = [
        (x, y)
        for panel in dashboard["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_dashboard_and_alerts_lie_where_the_architecture_says() -> None:
    architecture = (PROJECT_ROOT / "docs" / "architecture.md").read_text()
    assert "`monitoring`" in architecture
    assert all(Path(MONITORING / name).is_file() for name in ("grafana/sideline.json", "prometheus/alerts.yaml"))
