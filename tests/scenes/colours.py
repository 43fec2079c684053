"""What people call a colour, by hue, saturation and value, with the width that words have."""

import colorsys

import mujoco
import numpy as np

DEFAULT_RGBA = np.array([0.5, 0.5, 0.5, 1.0])

# Hue from and to in degrees (past 360 goes round), saturation and value from and to.
NAMES = {
    "red": [(340, 378, 0.5, 1.0, 0.35, 1.0)],
    "orange": [(14, 44, 0.55, 1.0, 0.6, 1.0)],
    "yellow": [(43, 70, 0.4, 1.0, 0.65, 1.0)],
    "green": [(72, 168, 0.25, 1.0, 0.2, 1.0)],
    "turquoise": [(155, 202, 0.25, 1.0, 0.35, 1.0)],
    "blue": [(195, 256, 0.35, 1.0, 0.25, 1.0)],
    "purple": [(255, 318, 0.25, 1.0, 0.2, 1.0)],
    "pink": [(298, 372, 0.12, 0.8, 0.7, 1.0)],
    "brown": [(8, 46, 0.25, 1.0, 0.15, 0.8)],
    "gold": [(32, 60, 0.35, 1.0, 0.5, 1.0)],
    "white": [(0, 360, 0.0, 0.15, 0.84, 1.0)],
    "black": [(0, 360, 0.0, 1.0, 0.0, 0.16), (0, 360, 0.0, 0.3, 0.0, 0.24)],
    "gray": [(0, 360, 0.0, 0.2, 0.18, 0.9)],
    "wooden": [(12, 50, 0.2, 1.0, 0.2, 1.0)],
    "icy": [(150, 250, 0.02, 0.6, 0.6, 1.0), (0, 360, 0.0, 0.15, 0.75, 1.0)],
}


def matches(rgb: np.ndarray, name: str) -> bool:
    hue, saturation, value = colorsys.rgb_to_hsv(*np.clip(rgb, 0, 1))
    for first, last, s_low, s_high, v_low, v_high in NAMES[name]:
        is_hue = any(first <= hue * 360 + turn <= last for turn in (0, 360)) or saturation < 1e-6
        if is_hue and s_low <= saturation <= s_high and v_low <= value <= v_high:
            return True
    return False


def alpha(model: mujoco.MjModel, geom: int) -> float:
    return float(_rgba(model, geom)[3])


def of_geom(model: mujoco.MjModel, geom: int) -> np.ndarray:
    """The geom's mean colour with its material and texture, (3,), [0, 1]."""
    rgb = _rgba(model, geom)[:3].copy()
    material = model.geom_matid[geom]
    if material >= 0:
        for texture in model.mat_texid[material][:2]:
            if texture >= 0:
                rgb *= _mean(model, texture)
    return rgb


def _rgba(model: mujoco.MjModel, geom: int) -> np.ndarray:
    own = model.geom_rgba[geom].astype(float)
    material = model.geom_matid[geom]
    if material >= 0 and np.allclose(own, DEFAULT_RGBA):
        return model.mat_rgba[material].astype(float)
    return own


def _mean(model: mujoco.MjModel, texture: int) -> np.ndarray:
    first, channels = model.tex_adr[texture], model.tex_nchannel[texture]
    count = model.tex_height[texture] * model.tex_width[texture]
    pixels = model.tex_data[first:first + count * channels].reshape(count, channels)
    return np.broadcast_to(pixels[:, :3].mean(0) / 255, 3)
