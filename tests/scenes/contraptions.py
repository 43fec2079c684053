"""Predicates over what several things do together, and over robots."""

from __future__ import annotations

import numpy as np

from checks import carriers, need, place, predicate, some
from machines import FREE, HINGE, drive, kinds
from scene import Scene


@predicate
def one_on_each(scene: Scene, what: str, base: str, n: int):
    """n others, each of which carries just one."""
    bases = scene.select(base)
    need(len(bases) == n, f"{len(bases)} × {base}, wanted {n}")
    bearers = [carrier for thing in some(scene, what, n) for carrier in carriers(scene, scene.settled, thing, base)]
    counts = [sum(carrier is one for carrier in bearers) for one in bases]
    need(counts == [1] * n, f"they carry {counts} × {what}")


@predicate
def flies(scene: Scene, what: str, by: float):
    """Goes so far across the floor in 4 s, some of it well above where it began."""
    for thing in some(scene, what):
        begin, seen = place(thing, scene.start), []
        scene.run(4.0, each=lambda data, thing=thing: seen.append(place(thing, data) - begin))
        far, up = max(np.hypot(*shift[:2]) for shift in seen), max(shift[2] for shift in seen)
        need(far >= by and up > 0.1, f"{what} goes {far:.2f} m and {up:.2f} m up, wanted {by}")


@predicate
def geared(scene: Scene, n: int):
    """n wheels on parallel axles; one motor turns them all, each the other way than its neighbour."""
    model = scene.model
    axles = [j for j in range(model.njnt) if model.jnt_type[j] == HINGE]
    need(len(axles) == n, f"{len(axles)} axles, wanted {n}")
    need(model.nu >= 1, "no motor")
    speeds = drive(scene, [0], 1.0, True).qvel[model.jnt_dofadr[axles]]
    order = np.argsort(scene.start.xanchor[axles][:, 0])
    signs = np.sign(speeds[order])
    need(np.abs(speeds).min() > 0.05 and (signs[1:] == -signs[:-1]).all(), f"they turn at {np.round(speeds[order], 2)} rad/s")


@predicate
def tied(scene: Scene, n: int, stiffness: float | None = None):
    """n loads with springs between neighbours, whose distances go to and fro."""
    model = scene.model
    springs = [t for t in range(model.ntendon) if np.max(model.tendon_stiffness[t]) > 0]
    need(len(springs) == n - 1, f"{len(springs)} springs, wanted {n - 1}")
    moving = [t for t in scene.things if not t.is_static]
    need(len(moving) == n, f"{len(moving)} loads, wanted {n}")
    lengths = []
    scene.run(3.0, each=lambda data: lengths.append(data.ten_length[springs].copy()))
    swings = np.ptp(lengths, axis=0)
    need(swings.max() > 0.02, f"they vary by {np.round(swings, 3)} m")
    if stiffness is not None:
        ours = np.max(model.tendon_stiffness[springs])
        need(abs(ours - stiffness) < 0.05 * stiffness, f"{ours} N/m, wanted {stiffness}")


@predicate
def stays_up(scene: Scene, motors: int, share: float = 0.85):
    """A free trunk that its motors (at least so many) keep at its height."""
    model = scene.model
    need(model.nu >= motors, f"{model.nu} motors, wanted {motors}")
    trunks = [b for b in range(1, model.nbody) if FREE in kinds(scene, b) and (model.body_parentid == b).any()]
    need(trunks, "no trunk with limbs")
    ended = scene.run(4.0)
    for trunk in trunks:
        begin, end = scene.start.xpos[trunk][2], ended.xpos[trunk][2]
        need(begin > 0.1 and end > share * begin, f"it sinks from {begin:.2f} to {end:.2f} m")


@predicate
def drains(scene: Scene, what: str, least: int):
    """At least so many of them come through from above and end on the floor, near the middle."""
    through, data = 0, scene.run(5.0)
    for thing in some(scene, what, least):
        fell = place(thing, scene.start)[2] - place(thing, data)[2]
        through += fell > 0.2 and thing.bounds(data)[0][2] < scene.floor_z + 0.02
    need(through >= least, f"{through} × {what} come through, wanted {least}")
