"""Rig files for tests, written by the look-at rule and OpenCV's Rodrigues."""

import cv2
import numpy as np


def camera_toml(x_m: float, target_x_m: float, height_m: float = 8.5, z_m: float = 14.5) -> str:
    centre = np.array([x_m, height_m, z_m])
    forward = np.array([target_x_m, 0.0, 1.0]) - centre
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(forward, right), forward])
    rodrigues = cv2.Rodrigues(rotation)[0].ravel().tolist()
    translation = (-rotation @ centre).tolist()
    return (
        "width_px = 1280\nheight_px = 720\nfocal_px = [760.0, 762.0]\nprincipal_px = [642.0, 357.0]\n"
        f"distortion = [-0.08, 0.012, 0.0004, -0.0003, 0.001]\nrotation_rodrigues = {rodrigues}\n"
        f"translation_m = {translation}\n"
    )


def rig_toml(arena: str = "test hall") -> str:
    left, right = camera_toml(-0.3, -8.5), camera_toml(0.3, 8.5)
    return f'arena = "{arena}"\n\n[court]\nlength_m = 28.0\nwidth_m = 15.0\n\n[left]\n{left}\n[right]\n{right}'
