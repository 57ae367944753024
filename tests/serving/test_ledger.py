"""Numbers wait in the process until they are published: sums for counters and gauges, every value for histograms."""

from sideline.serving.ledger import FAMILIES, FRAME_AGE, FRAMES, STREAMS, Change, Kind, Ledger


def test_counters_add_up_per_series_and_histograms_keep_every_value() -> None:
    ledger = Ledger()
    for arena in ("oak", "oak", "elm"):
        ledger.add(FRAMES, 1, arena=arena, status="OK")
    for age_s in (0.1, 0.3):
        ledger.add(FRAME_AGE, age_s, arena="oak")
    assert ledger.take() == [
        Change(FRAMES, (("arena", "oak"), ("status", "OK")), (2,)),
        Change(FRAMES, (("arena", "elm"), ("status", "OK")), (1,)),
        Change(FRAME_AGE, (("arena", "oak"),), (0.1, 0.3)),
    ]


def test_what_was_taken_is_gone_and_gauges_go_down() -> None:
    ledger = Ledger()
    ledger.add(STREAMS, 1, arena="oak")
    assert len(ledger.take()) == 1
    assert ledger.take() == []
    ledger.add(STREAMS, 1, arena="oak")
    ledger.add(STREAMS, -2, arena="oak")
    assert ledger.take() == [Change(STREAMS, (("arena", "oak"),), (-1,))]


def test_every_family_follows_the_rules_of_prometheus_for_names() -> None:
    for family in FAMILIES:
        assert family.name.startswith("sideline_")
        assert family.name.endswith("_total") is (family.kind is Kind.COUNTER)
        assert bool(family.buckets) is (family.kind is Kind.HISTOGRAM)
        assert list(family.buckets) == sorted(set(family.buckets))
