#!/usr/bin/env python3
"""What encoding rendered clips costs, and how good it is: mjcast's software encoder beside others.

Draws a humanoid under random controls, once with a camera at rest and once with one that circles,
and has each clip encoded at each bit rate by mjcast and by FFmpeg's x264 and libvpx. Prints a table
in Markdown: CPU milliseconds per picture, bit rate, PSNR. See benches/README.md.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("MUJOCO_GL", "egl")

import mujoco
import numpy as np

HERE = Path(__file__).resolve().parent
MODEL = HERE.parent / "src/library/presets/humanoid.xml"
HZ = 60
RATES = [2_000_000, 5_000_000]
DEGREES_PER_S = 40.0

# The most CPU per moving picture, conversion included (ms), and the least PSNR (dB).
MAX_MS = {"640x480": 3.0, "1280x720": 6.0}
MIN_DB = 46.0

# Real-time settings of one thread, without delay and with one key frame.
OTHERS = {
    "x264 ultrafast zerolatency": (
        "h264",
        "-c:v libx264 -preset ultrafast -tune zerolatency -threads 1 -g 100000"
        " -b:v {bps} -maxrate {bps} -bufsize {bps}",
    ),
    "libvpx VP8 realtime": (
        "ivf",
        "-c:v libvpx -deadline realtime -cpu-used 8 -lag-in-frames 0 -threads 1 -g 100000"
        " -b:v {bps} -maxrate {bps} -bufsize {bps}",
    ),
}


def pictures(size, moving, frames):
    """RGBA pictures of the clip, top row first."""
    width, height = map(int, size.split("x"))
    model = mujoco.MjModel.from_xml_path(str(MODEL))
    model.vis.global_.offwidth, model.vis.global_.offheight = width, height
    model.vis.quality.offsamples = 4
    data = mujoco.MjData(model)
    random = np.random.default_rng(1)
    renderer = mujoco.Renderer(model, height=height, width=width)
    camera = mujoco.MjvCamera()
    mujoco.mjv_defaultFreeCamera(model, camera)
    alpha = np.full((height, width, 1), 255, np.uint8)
    for index in range(frames):
        if index == frames // 2:
            mujoco.mj_resetData(model, data)
        if index % 15 == 0:
            data.ctrl[:] = random.uniform(-0.5, 0.5, model.nu)
        while data.time < (index % (frames // 2)) / HZ:
            mujoco.mj_step(model, data)
        if moving:
            camera.azimuth += DEGREES_PER_S / HZ
            camera.distance *= 1 + 0.002 * np.cos(index / HZ)
        renderer.update_scene(data, camera)
        yield np.concatenate([renderer.render(), alpha], axis=2).tobytes()
    renderer.close()


def ours(bench, size, moving, frames, folder):
    """Feeds the clip to the bench; gives what it measured."""
    command = [bench, size, str(HZ), str(folder), *map(str, RATES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for picture in pictures(size, moving, frames):
            process.stdin.write(picture)
        process.stdin.close()
        answer = process.stdout.read()
    if process.returncode != 0:
        sys.exit(f"{command[0]} failed")
    return json.loads(answer)


def cpu_of(command):
    """Runs a command; its CPU seconds (user and system) and what it wrote to stderr."""
    before = os.times()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    after = os.times()
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return sum(after[2:4]) - sum(before[2:4]), done.stderr


def ffmpeg(*arguments):
    """A quiet FFmpeg command."""
    return ["ffmpeg", "-hide_banner", "-nostdin", "-y", *arguments]


def planes(size, folder):
    """FFmpeg's flags that read the clip."""
    raw = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", str(HZ)]
    return [*raw, "-i", str(folder / "clip.yuv")]


def psnr(coded, size, folder, skipped):
    """Mean PSNR over all planes, dB, of the pictures that were coded."""
    left_out = "+".join(f"eq(n,{index})" for index in skipped) or "0"
    # Files without a container have no times: pictures are paired by number.
    graph = (
        f"[0:v]settb=1/{HZ},setpts=N[a];"
        f"[1:v]select='not({left_out})',settb=1/{HZ},setpts=N[b];[a][b]psnr"
    )
    command = ffmpeg("-i", str(coded), *planes(size, folder), "-lavfi", graph, "-f", "null", "-")
    return float(re.search(r"average:(\d+\.\d+)", cpu_of(command)[1]).group(1))


def row(name, clip, bps, coded, cpu_ms, size, folder, frames, skipped=()):
    """A line of the table."""
    return {
        "encoder": name,
        "clip": clip,
        "target": bps,
        "mbps": coded.stat().st_size * 8 * HZ / frames / 1e6,
        "cpu_ms": cpu_ms,
        "psnr": psnr(coded, size, folder, skipped),
        "skipped": len(skipped),
    }


def rows_of(bench, size, moving, frames):
    """All encoders with one clip."""
    clip = f"{size} {'moving' if moving else 'still'} camera"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        measured = ours(bench, size, moving, frames, folder)
        for stream in measured["streams"]:
            bps = stream["bps"]
            cpu_ms = stream["encode_ms"] + measured["convert_ms"]
            coded = folder / stream["file"]
            name = f"mjcast ({stream['profile']})"
            named = (name, clip, bps, coded, cpu_ms, size, folder, frames)
            yield row(*named, stream["skipped"])
        reading = cpu_of(ffmpeg(*planes(size, folder), "-f", "null", "-"))[0]
        for name, (ending, flags) in OTHERS.items():
            for bps in RATES:
                coded = folder / f"other-{bps}.{ending}"
                flags_of = flags.format(bps=bps).split()
                cpu = cpu_of(ffmpeg(*planes(size, folder), *flags_of, str(coded)))[0]
                cpu_ms = (cpu - reading) * 1e3 / frames + measured["convert_ms"]
                yield row(name, clip, bps, coded, cpu_ms, size, folder, frames)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", required=True, help="the built bench `clips`")
    parser.add_argument("--sizes", default=",".join(MAX_MS), help="WIDTHxHEIGHT, by commas")
    parser.add_argument("--frames", type=int, default=240, help="pictures per clip")
    options = parser.parse_args()
    print("| clip | target | encoder | CPU ms per picture | Mbit/s | PSNR, dB | skipped |")
    print("|---|---|---|---|---|---|---|")
    missed = []
    for size in options.sizes.split(","):
        for moving in (False, True):
            for line in rows_of(options.bench, size, moving, options.frames):
                print(
                    "| {clip} | {target} | {encoder} | {cpu_ms:.2f} | {mbps:.2f} | {psnr:.1f} | {skipped} |"
                    .format(**line),
                    flush=True,
                )
                ours_misses = line["cpu_ms"] > MAX_MS.get(size, 1e9) or line["psnr"] < MIN_DB
                if line["encoder"].startswith("mjcast") and ours_misses:
                    missed.append(f"{line['clip']} at {line['target']}")
    print(f"Beyond {MAX_MS} ms or below {MIN_DB} dB: {', '.join(missed) or 'none'}")


if __name__ == "__main__":
    main()
