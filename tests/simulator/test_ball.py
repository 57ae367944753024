"""The ball: held, bounced, passed and shot; places derived by hand."""

import numpy as np
import pytest

from sideline.simulator.ball import Ball

HANDS_M = np.array([[0.0, 1.0, 0.0], [4.0, 1.0, 2.0]])


def test_a_held_ball_is_in_the_hands_of_its_holder_and_bounces_below_them() -> None:
    ball = Ball()
    ball.give_to(1)
    ball.advance(0.04, HANDS_M, 1.0)
    assert ball.position_m == pytest.approx([4.0, 1.0, 2.0])
    ball.advance(0.04, HANDS_M, 0.25)
    assert ball.position_m == pytest.approx([4.0, 0.25, 2.0])


def test_a_throw_follows_a_parabola_over_the_straight_line() -> None:
    ball = Ball(position_m=np.array([0.0, 2.0, 0.0]))
    ball.throw_at(np.array([8.0, 3.0, 0.0]), flight_s=1.0, apex_m=2.0)
    assert ball.is_flying
    ball.advance(0.5, HANDS_M, 1.0)
    assert ball.position_m == pytest.approx([4.0, 4.5, 0.0])
    ball.advance(0.5, HANDS_M, 1.0)
    assert ball.position_m == pytest.approx([8.0, 3.0, 0.0])


def test_a_pass_reaches_a_receiver_who_has_moved_on() -> None:
    ball = Ball(position_m=np.array([0.0, 1.0, 0.0]))
    ball.throw_to(1, flight_s=0.5)
    moved = HANDS_M + np.array([0.0, 0.0, 3.0])
    ball.advance(0.25, HANDS_M, 1.0)
    assert ball.is_flying
    ball.advance(0.25, moved, 1.0)
    assert ball.holder == 1
    assert ball.position_m == pytest.approx([4.0, 1.0, 5.0])
