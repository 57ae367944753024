"""Augmentation changes a crop as light and cameras do, and never mirrors it."""

import numpy as np

from sideline.training.crop_augmentation import Light, Move, augment_crop, recolour

_DAYLIGHT = Light((1.0, 1.0, 1.0), 1.0)


def _crop() -> np.ndarray:
    """Dark, with a bright square on the left."""
    crop = np.full((256, 128, 3), 30, np.uint8)
    crop[100:160, 20:50] = 220
    return crop


def test_crops_keep_shape_and_type_and_what_is_left_stays_left() -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        changed, _ = augment_crop(_crop(), Light.draw(rng), rng)
        assert changed.shape == (256, 128, 3)
        assert changed.dtype == np.uint8
        columns = changed.astype(float).mean(axis=(0, 2))
        assert columns[:64].sum() > columns[64:].sum() + 100


def test_a_crop_moves_by_a_few_pixels_only() -> None:
    rng = np.random.default_rng(1)
    centres = []
    for _ in range(60):
        crop, move = augment_crop(_crop(), _DAYLIGHT, rng)
        centres.append(np.argwhere(crop[..., 1] > 125).mean(axis=0)[::-1])
        np.testing.assert_allclose(move.apply(np.float32([34.5, 129.5])), centres[-1], atol=1.5)
    offsets = np.array(centres) - [34.5, 129.5]
    assert np.abs(offsets).max() < 12
    assert offsets.std(axis=0).min() > 1


def test_a_table_is_gain_and_then_gamma() -> None:
    table = Light((0.5, 1.0, 2.0), 2.0).table(1.0)[:, 0]
    assert table[200].tolist() == [int(255 * (0.5 * 200 / 255) ** 2), int(255 * (200 / 255) ** 2), 255]
    assert _DAYLIGHT.table(1.0)[:, 0, 0].tolist() == list(range(256))


def test_every_other_light_changes_nothing() -> None:
    lights = [Light.draw(np.random.default_rng(seed)) for seed in range(200)]
    assert 70 < sum(light == _DAYLIGHT for light in lights) < 130


def test_the_input_is_left_alone() -> None:
    crop = _crop()
    augment_crop(crop, Light((0.8, 0.8, 0.8), 1.1), np.random.default_rng(0))
    np.testing.assert_array_equal(crop, _crop())


def test_a_move_by_hand() -> None:
    move = Move(2.0, (3.0, -1.0))
    np.testing.assert_array_equal(move.apply(np.float32([[[10, 20]], [[0, 0]]])), [[[23, 39]], [[3, -1]]])


def test_recolouring_keeps_edges_where_they_are() -> None:
    rng = np.random.default_rng(0)
    crop = np.random.default_rng(1).integers(0, 256, (256, 128, 3), dtype=np.uint8)
    seen = set()
    for _ in range(30):
        changed = recolour(crop, rng)
        assert changed.dtype == np.uint8
        for channel in np.moveaxis(changed, -1, 0):
            sources = [np.array_equal(channel, c) or np.array_equal(channel, 255 - c) for c in np.moveaxis(crop, -1, 0)]
            assert sum(sources) == 1
        seen.add(changed.tobytes())
    assert len(seen) > 10
