"""Motion blur smears what is drawn, along its way, and nothing else."""

import numpy as np

from sideline.simulator.motion_blur import line_kernel, smear


def test_a_dot_becomes_a_line_along_its_way_and_the_background_stays_sharp() -> None:
    canvas = np.zeros((40, 60, 3), np.uint8)
    canvas[:, ::2] = 50
    background = canvas.copy()
    with smear(canvas, np.array([28.0, 18.0, 32.0, 22.0]), np.array([8.0, 0.0])):
        canvas[20, 30] = 250
    changed = np.argwhere((canvas != background).any(axis=2))
    assert set(changed[:, 0]) <= {19, 20, 21}  # the line is smoothed by a pixel to each side
    assert 7 <= np.ptp(changed[:, 1]) <= 9
    assert canvas[20, 30, 0] < 110


def test_a_kernel_keeps_brightness_and_follows_the_way() -> None:
    kernel = line_kernel(np.array([0.0, 6.0]))
    np.testing.assert_allclose(kernel.sum(), 1.0)
    assert (kernel.sum(axis=0) > 0.2).sum() == 1
    assert (kernel.sum(axis=1) > 0).sum() >= 6


def test_a_way_longer_than_20_px_is_cut() -> None:
    assert line_kernel(np.array([300.0, 0.0])).shape == (21, 21)
