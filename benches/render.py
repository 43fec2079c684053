#!/usr/bin/env python3
"""What a picture costs in mjcast and in mujoco.Renderer, in turns on one machine and one Mesa.

Both sides load the same MJCF, step it alike and draw the same sequence. CPU time is that of all
threads of the process (user and system) while pictures are made; physics is not counted. See
benches/README.md.
"""

import argparse
import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("MUJOCO_GL", "egl")

import mujoco
import numpy as np
from skimage.metrics import structural_similarity

HERE = Path(__file__).resolve().parent
TURN = 3.0  # degrees per picture: keep in sync with TURN in render.rs
WARM_UP = 2
START = "start"  # keyframe that mjcast starts from

# Name, whether lights cast shadows, samples per pixel.
COLUMNS = [
    ("shadows + 4 samples", True, 4),
    ("shadows", True, 1),
    ("4 samples", False, 4),
    ("neither", False, 1),
]
SIZES = ["1280x720", "640x480"]

MAX_RATIO = 1.0
MAX_RATIO_SHADOWS = 0.67
FAST_SCENE = "humanoid"
FAST_MAX_RATIO = 0.4
FAST_MIN_FPS = 30.0
FAST_MIN_SSIM = 0.93


class Reference:
    """mujoco.Renderer with one model."""

    def __init__(self, path, steps, frames):
        self.model = mujoco.MjModel.from_xml_path(str(path))
        self.model.vis.global_.offwidth = max(1920, self.model.vis.global_.offwidth)
        self.model.vis.global_.offheight = max(1080, self.model.vis.global_.offheight)
        self.data = mujoco.MjData(self.model)
        self.steps, self.frames = steps, frames
        self.views = 1
        self.renderer = None

    def prepare(self, size, shadows, samples):
        """Opens a renderer for a column; the one before is closed."""
        self.close()
        width, height = map(int, size.split("x"))
        self.model.vis.quality.offsamples = samples if samples > 1 else 0
        self.renderer = mujoco.Renderer(self.model, height=height, width=width)
        self.renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
        self.measure("scene", WARM_UP)

    def close(self):
        if self.renderer is not None:
            self.renderer.close()
            self.renderer = None
            gc.collect()

    def measure(self, motion, frames=None):
        """CPU and wall milliseconds per picture, and the last picture."""
        frames = frames or self.frames
        camera = mujoco.MjvCamera()
        mujoco.mjv_defaultFreeCamera(self.model, camera)
        azimuth = camera.azimuth
        self._reset()
        if motion == "camera":
            self._step(self.steps * frames)
        cpu = wall = 0
        picture = None
        for index in range(frames):
            if motion == "camera":
                camera.azimuth = azimuth + TURN * index
            else:
                self._step(self.steps)
            first = camera.azimuth
            cpu_before, wall_before = time.process_time_ns(), time.perf_counter_ns()
            for number in range(self.views):
                camera.azimuth = first + 360 / self.views * number
                self.renderer.update_scene(self.data, camera)
                picture = self.renderer.render()
            cpu += time.process_time_ns() - cpu_before
            wall += time.perf_counter_ns() - wall_before
            camera.azimuth = first
        each = 1e6 * frames * self.views
        return {"cpu_ms": cpu / each, "wall_ms": wall / each}, picture.copy()

    def _reset(self):
        key = mujoco.mj_name2id(self.model, mujoco.mjtObj.mjOBJ_KEY, START)
        if key >= 0:
            mujoco.mj_resetDataKeyframe(self.model, self.data, key)
        else:
            mujoco.mj_resetData(self.model, self.data)
        mujoco.mj_forward(self.model, self.data)

    def _step(self, count):
        for _ in range(count):
            mujoco.mj_step(self.model, self.data)


class Ours:
    """The bench of mjcast's renderer, waiting for requests."""

    def __init__(self, command, path, steps, frames, scratch):
        self.picture = scratch / "picture.rgba"
        arguments = ["--model", path, "--steps", steps, "--frames", frames, "--requests"]
        self.process = subprocess.Popen(
            [*command, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def measure(self, size, motion, flags):
        request = f"--size {size} --motion {motion} --rounds 1 --picture {self.picture} {flags}"
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the bench of mjcast ended at: {request}")
        width, height = map(int, size.split("x"))
        pixels = np.fromfile(self.picture, np.uint8).reshape(height, width, 4)
        return json.loads(line), pixels[..., :3]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def psnr(a, b):
    error = np.mean((a.astype(np.float64) - b) ** 2)
    return float("inf") if error == 0 else 10 * np.log10(255**2 / error)


def ssim(a, b):
    return structural_similarity(a, b, channel_axis=2)


def middle(measurements, key):
    return statistics.median(one[key] for one in measurements)


def side(measurements):
    return {key: middle(measurements, key) for key in ("cpu_ms", "wall_ms")}


def verdict(row):
    """What the row misses, if anything."""
    missed = []
    if row["ratio"] > row["bar"]:
        missed.append(f"ratio > {row['bar']}")
    if row.get("min_fps") and 1e3 / row["mjcast"]["wall_ms"] < row["min_fps"]:
        missed.append(f"fps < {row['min_fps']:g}")
    if row.get("min_ssim") and row["ssim"] < row["min_ssim"]:
        missed.append(f"SSIM < {row['min_ssim']}")
    return "MISS: " + ", ".join(missed) if missed else "PASS"


def measure_cell(reference, ours, size, motion, flags, rounds):
    """Both in turns: A B, then B A, so that neither always comes after the other."""
    theirs, mine = [], []
    for number in range(rounds):
        for is_ours in (False, True) if number % 2 == 0 else (True, False):
            if is_ours:
                figures, our_picture = ours.measure(size, motion, flags)
                mine.append(figures)
            else:
                figures, their_picture = reference.measure(motion)
                theirs.append(figures)
    return side(theirs), side(mine), their_picture, our_picture, mine[0]


def views_rows(name, reference, ours, options):
    """Many views of each moment, with shadows and one sample: ours in one submission."""
    flags = "--profile parity --shadows true --samples 1"
    for size in options.sizes:
        for count in options.views:
            reference.prepare(size, True, 1)
            reference.views = count
            theirs, mine, _, _, about = measure_cell(
                reference, ours, size, "scene", f"{flags} --views {count}", options.rounds
            )
            reference.views = 1
            yield {
                "scene": name, "size": size, "views": count, "renderer": theirs, "mjcast": mine,
                "ratio": mine["cpu_ms"] / theirs["cpu_ms"], "driver": about["driver"],
            }


def rows_of(name, reference, ours, options):
    for size in options.sizes:
        for motion in options.motions:
            full = {}
            for column, shadows, samples in COLUMNS:
                reference.prepare(size, shadows, samples)
                flags = f"--profile parity --shadows {str(shadows).lower()} --samples {samples}"
                theirs, mine, their_picture, our_picture, about = measure_cell(
                    reference, ours, size, motion, flags, options.rounds
                )
                if (shadows, samples) == (True, 4):
                    full = {"theirs": theirs, "picture": our_picture}
                yield {
                    "scene": name, "size": size, "motion": motion, "settings": column,
                    "renderer": theirs, "mjcast": mine,
                    "ratio": mine["cpu_ms"] / theirs["cpu_ms"],
                    "bar": MAX_RATIO_SHADOWS if shadows else MAX_RATIO,
                    "psnr": psnr(our_picture, their_picture),
                    "ssim": ssim(our_picture, their_picture),
                    "driver": about["driver"],
                }
            yield fast_row(name, reference, ours, size, motion, full, options)


def fast_row(name, reference, ours, size, motion, full, options):
    """The fast profile against the default of mujoco.Renderer; SSIM against the parity profile."""
    reference.prepare(size, True, 4)
    theirs, mine, _, our_picture, about = measure_cell(
        reference, ours, size, motion, "--profile fast", options.rounds
    )
    barred = name == FAST_SCENE
    large = size == "1280x720"
    return {
        "scene": name, "size": size, "motion": motion, "settings": "fast / default",
        "renderer": theirs, "mjcast": mine,
        "ratio": mine["cpu_ms"] / theirs["cpu_ms"],
        "bar": FAST_MAX_RATIO if barred and large else MAX_RATIO,
        "min_fps": FAST_MIN_FPS if barred and size == "640x480" else None,
        "min_ssim": FAST_MIN_SSIM if barred else None,
        "psnr": psnr(our_picture, full["picture"]),
        "ssim": ssim(our_picture, full["picture"]),
        "driver": about["driver"],
    }


HEADER = """\
| scene | size | moving | settings | mujoco.Renderer, CPU ms (fps) | mjcast, CPU ms (fps) | ratio | bar | PSNR, dB | SSIM | |
|---|---|---|---|---|---|---|---|---|---|---|"""


def speed(of):
    return f"{of['cpu_ms']:.1f} ({1e3 / of['wall_ms']:.1f})"


def line(row):
    cells = [
        row["scene"], row["size"], row["motion"], row["settings"],
        speed(row["renderer"]), speed(row["mjcast"]),
        f"{row['ratio']:.2f}", f"{row['bar']:.2f}",
        f"{row['psnr']:.1f}", f"{row['ssim']:.4f}", verdict(row),
    ]
    return "| " + " | ".join(cells) + " |"


VIEWS_HEADER = """\
| scene | size | views | mujoco.Renderer, CPU ms a view (fps) | mjcast, CPU ms a view (fps) | ratio |
|---|---|---:|---|---|---|"""


def views_line(row):
    speeds = speed(row["renderer"]), speed(row["mjcast"])
    cells = [row["scene"], row["size"], str(row["views"]), *speeds, f"{row['ratio']:.2f}"]
    return "| " + " | ".join(cells) + " |"


def scenes(options):
    """Names and files; the humanoid is the library's own text."""
    known = {
        "humanoid": HERE.parent / "src/library/presets/humanoid.xml",
        **{path.stem: path for path in sorted((HERE / "scenes").glob("*.xml"))},
    }
    chosen = options.scenes or list(known)
    return [(Path(name).stem, known.get(name) or Path(name)) for name in chosen]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words = {"type": lambda text: text.split(",")}
    parser.add_argument("scenes", nargs="*", help="names in benches/scenes/, or MJCF files [all]")
    parser.add_argument("--bench", required=True, help="the executable of `cargo bench --bench render --no-run`")
    parser.add_argument("--sizes", default=SIZES, **words, help="WxH,… [%(default)s]")
    parser.add_argument("--motions", default=["scene", "camera"], **words, help="scene,camera")
    parser.add_argument(
        "--views", default=[], type=lambda text: [int(word) for word in text.split(",")],
        help="N,… views at once, in place of everything else: pictures per second of all together",
    )
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side [%(default)s]")
    parser.add_argument("--frames", type=int, default=20, help="pictures in a turn [%(default)s]")
    parser.add_argument("--steps", type=int, default=8, help="physics steps between pictures [%(default)s]")
    parser.add_argument("--json", type=Path, help="writes the figures there")
    options = parser.parse_args()

    rows = []
    rows_made, row_line = (views_rows, views_line) if options.views else (rows_of, line)
    print(VIEWS_HEADER if options.views else HEADER, flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name, path in scenes(options):
            reference = Reference(path, options.steps, options.frames)
            ours = Ours([options.bench], path, options.steps, options.frames, Path(scratch))
            for row in rows_made(name, reference, ours, options):
                rows.append(row)
                print(row_line(row), flush=True)
            reference.close()
            ours.close()
    if options.views:
        print(f"\n{machine(rows)}")
    else:
        missed = sum(verdict(row) != "PASS" for row in rows)
        print(f"\n{len(rows) - missed} of {len(rows)} rows pass. {machine(rows)}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


def machine(rows):
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    drivers = ", ".join(sorted({row["driver"] for row in rows}))
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, load {load}; "
        f"MuJoCo {mujoco.__version__} ({os.environ['MUJOCO_GL']}); mjcast on {drivers}."
    )


if __name__ == "__main__":
    main()
