"""What follows when an engine changes."""

import pytest

from sideline.collection.graph import (
    Edge,
    find_downstream,
    find_to_judge,
    list_edges,
    order_stages,
    retraining_stages,
)
from sideline.errors import CollectionError
from tests.collection.collections import five_engines, record, with_record


def test_every_edge_says_which_data_lie_between() -> None:
    assert list_edges(five_engines()) == (
        Edge("a", "b", "a_data"),
        Edge("a", "c", "a_data"),
        Edge("b", "d", "b_data"),
        Edge("c", "d", "c_data"),
        Edge("a", "e", "drawings", imitated=True),
    )


def test_engines_that_do_not_wait_for_each_other_are_of_one_stage() -> None:
    assert order_stages(five_engines()) == (("a", "e"), ("b", "c"), ("d",))


def test_what_was_trained_with_a_changed_engine_and_what_follows_from_that_is_trained_anew_in_order() -> None:
    assert retraining_stages(five_engines(), ["a"]) == (("b", "c"), ("d",))
    assert retraining_stages(five_engines(), ["b"]) == (("d",),)
    assert retraining_stages(five_engines(), ["d"]) == ()


def test_engines_that_change_at_once_are_not_trained_anew_but_what_follows_from_either_is() -> None:
    assert find_downstream(five_engines(), ["b", "c"]) == {"d"}
    assert find_downstream(five_engines(), ["a", "b"]) == {"c", "d"}


def test_an_engine_that_imitates_a_changed_one_is_judged_again_and_not_trained() -> None:
    assert find_to_judge(five_engines(), ["a"]) == {"e"}
    assert find_to_judge(five_engines(), ["b"]) == set()


def test_an_engine_that_is_trained_anyway_is_not_named_twice() -> None:
    both = with_record(five_engines(), "b", record("2", {"a": "1"}, {"a": "drawings"}))
    assert find_to_judge(both, ["a"]) == {"e"}


def test_a_circle_is_refused_with_its_engines() -> None:
    circle = with_record(five_engines(), "a", record("1", {"d": "4"}))
    with pytest.raises(CollectionError, match=r"in a circle: .*a.* → "):
        order_stages(circle)


def test_an_unknown_engine_is_refused_with_those_that_exist() -> None:
    with pytest.raises(CollectionError, match="no engine 'yolo'; it has a, b, c, d, e"):
        retraining_stages(five_engines(), ["yolo"])
