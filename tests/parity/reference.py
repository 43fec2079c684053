"""Draws cases with MuJoCo's own renderer, for comparison.

    python reference.py CASES.json OUT

Writes what `mjcast render --cases` writes (see docs/rendering.md) and `reference.json`, which says
of each case what it is compared by. MUJOCO_GL chooses the driver: `egl` where there is no window.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("MUJOCO_GL", "egl")

import mujoco
import numpy as np
from PIL import Image

GEOMS = mujoco.mjtGeom
FLAGS = mujoco.mjtRndFlag
MAX_GEOMS = 20_000


class Model:
    """A model with its data, put back to its start for each case."""

    def __init__(self, path: Path):
        self.path = path
        self.model = mujoco.MjModel.from_xml_path(str(path))
        self.data = mujoco.MjData(self.model)
        visual = self.model.vis.global_
        self.view = {name: getattr(visual, name) for name in ("fovy", "orthographic")}

    def run(self, steps: int) -> None:
        # A case before may have changed them: a free camera has none of its own.
        for name, value in self.view.items():
            setattr(self.model.vis.global_, name, value)
        key = mujoco.mj_name2id(self.model, mujoco.mjtObj.mjOBJ_KEY, "start")
        if key >= 0:
            mujoco.mj_resetDataKeyframe(self.model, self.data, key)
        else:
            mujoco.mj_resetData(self.model, self.data)
        mujoco.mj_forward(self.model, self.data)
        for _ in range(steps):
            mujoco.mj_step(self.model, self.data)


def number(kind, prefix: str, value) -> int:
    """An enumerator by name or number."""
    return value if isinstance(value, int) else int(getattr(kind, prefix + value.upper()))


def camera(model: mujoco.MjModel, spec) -> mujoco.MjvCamera:
    out = mujoco.MjvCamera()
    mujoco.mjv_defaultFreeCamera(model, out)
    if isinstance(spec, dict):
        for name, value in spec.items():
            if name == "lookat":
                out.lookat[:] = value
            elif name in ("fovy", "orthographic"):
                setattr(model.vis.global_, name, value)
            else:
                setattr(out, name, value)
    elif spec != "free":
        found = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_CAMERA, spec) if isinstance(spec, str) else spec
        if not 0 <= found < model.ncam:
            raise ValueError(f"there is no camera {spec}")
        out.type, out.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, found
    return out


def scene(loaded: Model, case: dict) -> mujoco.MjvScene:
    model = loaded.model
    out = mujoco.MjvScene(model, MAX_GEOMS)
    options = mujoco.MjvOption()
    for name, value in case.get("vis", {}).items():
        options.flags[number(mujoco.mjtVisFlag, "mjVIS_", name)] = value
    for name, value in case.get("render", {}).items():
        out.flags[number(FLAGS, "mjRND_", name)] = value
    options.label = number(mujoco.mjtLabel, "mjLABEL_", case.get("label", "NONE"))
    options.frame = number(mujoco.mjtFrame, "mjFRAME_", case.get("frame", "NONE"))
    out.stereo = number(mujoco.mjtStereo, "mjSTEREO_", case.get("stereo", "NONE"))
    view = camera(model, case.get("camera", "free"))
    # Infinite planes are centred on the camera of the update before.
    for _ in range(2):
        mujoco.mjv_updateScene(
            model, loaded.data, options, None, view, mujoco.mjtCatBit.mjCAT_ALL, out
        )
    return out


def compared_by(out: mujoco.MjvScene, case: dict) -> str:
    """What a case is compared by: rasterizers agree on surfaces, but not on lines and text."""
    lines = (GEOMS.mjGEOM_LINE, GEOMS.mjGEOM_LINEBOX)
    geoms = [out.geoms[index] for index in range(out.ngeom)]
    if out.flags[FLAGS.mjRND_WIREFRAME] or any(g.type in lines or g.label for g in geoms):
        return "grazing lines" if "grazing" in case["name"] else "lines"
    if "grazing" in case["name"]:
        return "grazing"
    return "samples" if case.get("samples", 1) > 1 else "surfaces"


def draw(loaded: Model, out: mujoco.MjvScene, size: tuple[int, int], samples: int, data: bool):
    """Colours, and numbers with depth in place of them if `data`."""
    model, (width, height) = loaded.model, size
    model.vis.global_.offwidth, model.vis.global_.offheight = width, height
    model.vis.quality.offsamples = samples if samples > 1 else 0
    gl = mujoco.GLContext(width, height)
    gl.make_current()
    context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_150)
    mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, context)
    context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR
    viewport = mujoco.MjrRect(0, 0, width, height)
    rgb = np.empty((height, width, 3), np.uint8)
    depth = np.empty((height, width), np.float32)
    if data:
        out.flags[FLAGS.mjRND_SEGMENT] = out.flags[FLAGS.mjRND_IDCOLOR] = 1
    mujoco.mjr_render(viewport, out, context)
    mujoco.mjr_readPixels(rgb, depth, viewport, context)
    context.free()
    gl.free()
    return np.flipud(rgb), np.flipud(depth)


def write(loaded: Model, case: dict, folder: Path) -> dict:
    loaded.run(case.get("steps", 0))
    size = (case.get("width", 640), case.get("height", 480))
    name = case["name"]
    shown = scene(loaded, case)
    report = {"name": name, "compare": compared_by(shown, case), "geoms": shown.ngeom}
    rgb, _ = draw(loaded, shown, size, case.get("samples", 1), data=False)
    Image.fromarray(rgb).save(folder / f"{name}.png")
    colors, depth = draw(loaded, shown, size, 1, data=True)
    ids = colors.astype(np.uint32) @ np.array([1, 1 << 8, 1 << 16], np.uint32)
    ids.astype("<u4").tofile(folder / f"{name}.seg")
    depth.astype("<f4").tofile(folder / f"{name}.z")
    return report


def main() -> None:
    cases_path, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    cases = json.loads(cases_path.read_text())
    loaded, reports = None, []
    for index, case in enumerate(cases):
        if sys.stderr.isatty():
            print(f"\r\033[K{index + 1}/{len(cases)} {case['name']}", end="", file=sys.stderr)
        try:
            path = cases_path.parent / case["model"]
            if loaded is None or loaded.path != path:
                loaded = Model(path)
            reports.append(write(loaded, case, folder))
        except (ValueError, mujoco.FatalError) as error:
            reports.append({"name": case["name"], "error": str(error)})
    (folder / "reference.json").write_text(json.dumps(reports, indent=2) + "\n")
    print(f"{len(cases)} references drawn with MuJoCo {mujoco.__version__}", file=sys.stderr)


if __name__ == "__main__":
    main()
