"""Landmarks as a careful person would mark them in a camera's picture."""

import numpy as np

from sideline.arena.camera import Camera
from sideline.arena.court import Court
from sideline.arena.landmarks import landmarks_m
from sideline.arena.rig import Rig

Marks = dict[str, tuple[float, float]]


def mark_landmarks(camera: Camera, rng: np.random.Generator, noise_px: float = 0.5) -> Marks:
    """Every landmark in the picture, with normal noise."""
    places = landmarks_m(Court())
    pixels = camera.project(np.array(list(places.values())))
    seen = camera.sees(np.nan_to_num(pixels, nan=-1.0), border_px=3)
    noisy = pixels + rng.normal(0, noise_px, pixels.shape)
    return {name: (float(x), float(y)) for name, (x, y), ok in zip(places, noisy, seen, strict=True) if ok}


def landmark_toml(rig: Rig, left: Marks, right: Marks) -> str:
    parts = [f'arena = "{rig.arena}"']
    for side, marks in (("left", left), ("right", right)):
        camera = rig.camera(side)
        parts.append(f"[{side}]\nwidth_px = {camera.width_px}\nheight_px = {camera.height_px}\n[{side}.points]")
        parts += [f"{name} = [{x}, {y}]" for name, (x, y) in marks.items()]
    return "\n".join(parts)
