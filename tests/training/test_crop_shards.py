"""Shards of crops: files, images, who takes part."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from sideline.crops.kit import lab_from_rgb
from sideline.errors import TrainingError
from sideline.simulator.people import make_people
from sideline.tensors import NO_NUMBER, Category
from sideline.training.appearance_bank import STAFF
from sideline.training.crop_shards import (
    CropRows,
    describe_people,
    load_shard,
    open_crop_shards,
    read_numbers,
    save_shard,
    shard_paths,
)
from tests.training.crop_matches import draw_crops, level_of


def test_a_shard_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    shard = draw_crops()
    save_shard(shard, tmp_path / "000007.npz")
    loaded = load_shard(tmp_path / "000007.npz")
    for field in fields(CropRows):
        np.testing.assert_array_equal(getattr(loaded.rows, field.name), getattr(shard.rows, field.name))
    for name in ("seed", "jpegs", "offsets", "numbers", "categories", "kits"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(shard, name))
    assert len(loaded) == 90


def test_every_row_has_its_own_image() -> None:
    shard = draw_crops()
    for row in (0, 5, 6, 89):
        image = shard.image(row)
        assert image.shape == (256, 128, 3)
        np.testing.assert_allclose(image, level_of(int(shard.rows.person_ids[row])), atol=2)


def test_shards_are_opened_by_seed_and_unfinished_ones_left_out(tmp_path: Path) -> None:
    for seed in (20, 3):
        save_shard(draw_crops(seed), tmp_path / f"{seed:06d}.npz")
    (tmp_path / "000001.partial.npz").write_bytes(b"broken off")
    assert [path.stem for path in shard_paths(tmp_path)] == ["000003", "000020"]
    assert [int(shard.seed) for shard in open_crop_shards(tmp_path)] == [3, 20]


def test_a_folder_without_shards_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="sideline train crops"):
        next(open_crop_shards(tmp_path))


def test_a_broken_shard_is_named(tmp_path: Path) -> None:
    (tmp_path / "000001.npz").write_bytes(b"no zip")
    with pytest.raises(TrainingError, match=r"000001\.npz is no shard of crops"):
        load_shard(tmp_path / "000001.npz")


def test_people_are_described_by_number_category_and_kit() -> None:
    people = make_people(np.random.default_rng(1))
    described = describe_people(people)
    for person, number, category in zip(people.persons, described["numbers"], described["categories"], strict=True):
        assert number == (int(person.number) if person.number else NO_NUMBER)
        assert category == (STAFF if person.category == "bench" else Category[person.category.upper()])
    np.testing.assert_array_equal(described["kits"][Category.AWAY, 3:], lab_from_rgb(people.away_kit.shorts_rgb))
    np.testing.assert_array_equal(described["kits"][Category.REFEREE, :3], lab_from_rgb(people.referee_kit.shirt_rgb))


def test_numbers_are_read_with_their_digits() -> None:
    people = make_people(np.random.default_rng(1))
    texts = ("00", "7", "42", *[""] * (len(people.persons) - 3))
    renamed = tuple(replace(person, number=text) for person, text in zip(people.persons, texts, strict=True))
    numbers, digits = read_numbers(replace(people, persons=renamed))
    assert numbers[:4].tolist() == [0, 7, 42, NO_NUMBER]
    assert digits[:4].tolist() == [2, 1, 2, 0]


def test_who_wears_no_number_shows_none_that_is_legible() -> None:
    rows = draw_crops().rows
    expected = (rows.person_ids % 2 == 0) & (rows.bursts % 2 == 0) & (rows.person_ids < 4)
    np.testing.assert_array_equal(rows.legible, expected)
