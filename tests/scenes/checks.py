"""What a scene can be asked: predicates over its geometry and its physics.

A predicate is a function of a `Scene` that calls `need`; called without a scene, as in
`count("red ball", 1)`, it gives a `Check`. `machines.py` has those of mechanisms.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass
from typing import Callable

import mujoco
import numpy as np

from scene import Part, Scene, Thing, slope

REGISTERED: dict[str, Callable] = {}
# Deeper overlap than this at the start throws things apart: metres, and share of the smaller radius.
MAX_OVERLAP_M, MAX_OVERLAP_SHARE = 0.005, 0.1
TOUCH_M = 0.006
# kg/m³ with some room; hollow things are asked for their colour alone.
DENSITIES = {
    "wooden": (250, 1100), "steel": (7000, 8300), "gold": (17500, 20500), "rubber": (700, 1700),
    "icy": (800, 1000), "aluminum": (2400, 3000), "concrete": (1800, 2700),
}
MATERIAL_COLOURS = {"wooden": ["wooden"], "steel": ["gray"], "gold": ["gold", "yellow"], "icy": ["icy"], "rubber": [],
                    "aluminum": ["gray", "white"], "concrete": ["gray"]}


class Unmet(Exception):
    """A check's sentence on what is wrong."""


def need(condition, message: str) -> None:
    if not condition:
        raise Unmet(message)


@dataclass(frozen=True)
class Check:
    """A predicate with its arguments."""

    label: str
    holds: Callable[[Scene], None]

    def fault(self, scene: Scene) -> str | None:
        """What is wrong, None where all is right."""
        try:
            self.holds(scene)
        except Unmet as unmet:
            return str(unmet)
        return None


def predicate(function):
    """Registers a predicate, to be called with what follows the scene."""
    REGISTERED[function.__name__] = function

    @functools.wraps(function)
    def make(*args, **options) -> Check:
        said = [repr(a) for a in args] + [f"{k}={v!r}" for k, v in options.items()]
        return Check(f"{function.__name__}({', '.join(said)})", lambda scene: function(scene, *args, **options))

    return make


def near(value: float, wanted: float, share: float = 0.06) -> bool:
    return abs(value - wanted) <= share * abs(wanted)


def some(scene: Scene, what: str, least: int = 1) -> list[Thing]:
    found = scene.select(what)
    need(len(found) >= least, f"{len(found)} × {what}, wanted {least}" if least > 1 else f"no {what}")
    return found


# Every scene.


@predicate
def sound(scene: Scene, floor: bool = True, seconds: float = 5.0):
    """Finite for some seconds, no warning of the engine, and nothing leaves."""
    need(scene.parts, "nothing is seen")
    data = scene.run(seconds)
    need(np.isfinite(data.qpos).all() and np.isfinite(data.qvel).all(), "the state is not finite")
    kinds = (mujoco.mjtWarning.mjWARN_BADQPOS, mujoco.mjtWarning.mjWARN_BADQVEL, mujoco.mjtWarning.mjWARN_BADQACC)
    need(not any(data.warning[kind].number for kind in kinds), "the simulation went unstable")
    places = [(data.geom_xpos[part.id], part) for part in scene.parts]
    need(max(np.abs(place).max() for place, _ in places) < 60, "something flies away")
    if floor:
        need(scene.floor, "no floor")
        # What hangs or is hinged may reach below by design.
        loose = [place[2] for place, part in places if scene.is_free(part.body)]
        need(min(loose, default=0) > scene.floor_z - 0.2, "something falls through the floor or past its edge")


@predicate
def fits(scene: Scene):
    """No deep overlap at the start."""
    data = scene.start
    for contact in data.contact:
        if contact.exclude:
            continue
        small = min(scene.model.geom_rbound[g] or np.inf for g in contact.geom)
        limit = min(MAX_OVERLAP_M, max(MAX_OVERLAP_SHARE * small, 0.001))
        need(contact.dist > -limit, f"geoms {contact.geom1} and {contact.geom2} overlap by {-contact.dist:.3f} m")
    things = [t for t in scene.things if not t.is_static and len(t.parts) == 1]
    for a, b in itertools.combinations(things, 2):
        same = np.allclose(a.centre(data), b.centre(data), atol=1e-3) and scene.model.body_dofnum[a.body] == 6
        need(not same, "two things are in one place")


# Things and what they are like.


@predicate
def count(scene: Scene, what: str, n: int, most: int | None = None):
    """So many of them; up to `most` where a word leaves it open."""
    found = len(scene.select(what))
    need(n <= found <= (most or n), f"{found} × {what}, wanted {n}{f' to {most}' if most else ''}")


@predicate
def size(scene: Scene, what: str, full: tuple[float, ...], share: float = 0.06):
    """Each has these full extents along its own axes, in any order; m."""
    for thing in some(scene, what):
        ours, theirs = np.sort(thing.extents), np.sort(full)
        need(np.all(np.abs(ours - theirs) <= share * theirs), f"{what} is {np.round(ours, 3)} m, wanted {theirs}")


@predicate
def upright_size(scene: Scene, what: str, height: float, width: float | None = None, share: float = 0.06):
    """Each stands this high at the start, and is this wide where that is said; m."""
    for thing in some(scene, what):
        low, high = thing.bounds(scene.start)
        full = high - low
        need(near(full[2], height, share), f"{what} is {full[2]:.3f} m high, wanted {height}")
        need(width is None or near(max(full[:2]), width, share), f"{what} is {max(full[:2]):.3f} m wide, wanted {width}")


@predicate
def longest(scene: Scene, what: str, low: float, high: float):
    """The longest extent of each lies between two lengths, m."""
    for thing in some(scene, what):
        length = max(thing.extents)
        need(low <= length <= high, f"{what} is {length:.3f} m long, wanted {low} to {high}")


@predicate
def larger(scene: Scene, big: str, small: str, times: float):
    """The one is at least so many times as large as the other."""
    ours = min(max(t.extents) for t in some(scene, big))
    theirs = max(max(t.extents) for t in some(scene, small))
    need(ours >= times * theirs, f"{big} is {ours / theirs:.2f} times as large as {small}, wanted {times}")


@predicate
def mass(scene: Scene, what: str, kg: float, n: int | None = None, share: float = 0.06):
    """Each has this mass; with `n`, so many of them have."""
    masses = [t.mass for t in some(scene, what)]
    right = sum(near(m, kg, share) for m in masses)
    need(right == (n or len(masses)), f"masses of {what}: {np.round(masses, 3)} kg, wanted {n or 'all'} × {kg}")


@predicate
def heavier(scene: Scene, heavy: str, kg: float):
    """Each weighs at least so much."""
    masses = [t.mass for t in some(scene, heavy)]
    need(min(masses) >= kg, f"{heavy} weighs {min(masses):.3f} kg, wanted at least {kg}")


@predicate
def made_of(scene: Scene, what: str, material: str, n: int | None = None, hollow: bool = False):
    """Looks like the material, and where it is one free solid part, weighs like it."""
    right, seen = 0, []
    for thing in some(scene, what):
        names = MATERIAL_COLOURS[material]
        is_seen = not names or any(thing.is_coloured(name) for name in names)
        density = thing.mass / thing.main.volume
        low, high = DENSITIES[material]
        is_weighed = hollow or thing.is_static or len(thing.parts) > 1 or low <= density <= high
        right += is_seen and is_weighed
        seen.append(f"rgb {np.round(thing.main.rgb, 2)}, {density:.0f} kg/m³")
    need(right >= (n or len(seen)), f"{what} is not {material}: {'; '.join(seen)}")


@predicate
def looks_like(scene: Scene, what: str, colour: str):
    """Each has the colour."""
    for thing in some(scene, what):
        need(thing.is_coloured(colour), f"{what} is not {colour}: rgb {np.round(thing.main.rgb, 2)}")


@predicate
def grown(scene: Scene, what: str, times: float, most: float | None = None):
    """Each is so many times (up to `most`) as large as in the scene before the edit, along every axis."""
    need(scene.before, "there is no scene before")
    ours = np.mean([np.sort(t.extents) for t in some(scene, what)], 0)
    theirs = np.mean([np.sort(t.extents) for t in some(scene.before, what)], 0)
    is_right = (ours / theirs > 0.94 * times) & (ours / theirs < 1.06 * (most or times))
    need(np.all(is_right), f"{what} is {ours / theirs} times as large, wanted {times}{f' to {most}' if most else ''}")


@predicate
def gravity(scene: Scene, down: float, share: float = 0.02):
    """Pulls straight down so much, m/s²."""
    pull = scene.model.opt.gravity
    is_off = bool(scene.model.opt.disableflags & mujoco.mjtDisableBit.mjDSBL_GRAVITY)
    ours = 0.0 if is_off else -float(pull[2])
    need(np.abs(pull[:2]).max() < 1e-6 and abs(ours - down) <= max(share * down, 1e-3), f"gravity is {ours}, wanted {down}")


# Where things are.


def place(thing: Thing, data) -> np.ndarray:
    return thing.centre(data)


@predicate
def on(scene: Scene, what: str, base: str, n: int | None = None):
    """After settling each (or `n` of them) rests on the other, the floor, or one of "table|floor"."""
    data, before = scene.settled, scene.run(SETTLE_BEFORE_S)
    right = 0
    found = some(scene, what, n or 1)
    for thing in found:
        moved = np.linalg.norm(place(thing, data) - place(thing, before))
        right += moved < 0.08 and bool(carriers(scene, data, thing, base))
    need(right >= (n or len(found)), f"{right} of {len(found)} × {what} rest on {base}")


# What rests hardly moves from then until the scene counts as settled.
SETTLE_BEFORE_S = 1.5


def carriers(scene: Scene, data, thing: Thing, base: str) -> list[Thing]:
    """Those of `base` that carry the thing from below."""
    low, high = thing.bounds(data)
    found = []
    for name in base.split("|"):
        if name == "floor":
            found += [thing] if low[2] < scene.floor_z + 2 * TOUCH_M else []
        else:
            found += [other for other in scene.select(name) if other is not thing
                      and any(_carries(scene, data, thing, part) for part in other.parts)]
    return found


def _carries(scene: Scene, data, thing: Thing, part: Part) -> bool:
    (low, high), (foot, head) = thing.bounds(data), part.bounds(data)
    middle = (low + high) / 2
    over = np.all(middle[:2] > foot[:2] - 0.02) and np.all(middle[:2] < head[:2] + 0.02)
    if not over or scene.gap(data, thing.parts, [part]) > TOUCH_M:
        return False
    return bool(slope(part, data)) or low[2] >= head[2] - 0.02


@predicate
def under(scene: Scene, what: str, cover: str):
    """Below the other's top and within its outline, after settling."""
    data = scene.settled
    for thing in some(scene, what):
        middle = place(thing, data)
        is_under = False
        for other in some(scene, cover):
            foot, head = (other.top or other.main).bounds(data)
            is_under |= bool(np.all(middle[:2] > foot[:2]) and np.all(middle[:2] < head[:2]) and middle[2] < foot[2])
        need(is_under, f"{what} is not under {cover}")


@predicate
def inside(scene: Scene, what: str, holder: str = "bin"):
    """Within the outline of a holder and held by it, after settling."""
    data = scene.settled
    holders = some(scene, holder)
    for thing in some(scene, what):
        middle = place(thing, data)
        is_in = False
        for other in holders:
            low, high = other.bounds(data)
            is_in |= bool(other is not thing and np.all(middle > low) and np.all(middle[:2] < high[:2]) and middle[2] < high[2] + 0.02)
        need(is_in, f"{what} is not inside the {holder}")


def views(scene: Scene) -> list[np.ndarray]:
    """Azimuths' directions that a person may look along: the free camera's and the first camera's; (2,)."""
    turn = np.radians(scene.model.vis.global_.azimuth)
    ways = [np.array([np.cos(turn), np.sin(turn)])]
    if scene.model.ncam:
        ahead = -scene.start.cam_xmat[0].reshape(3, 3)[:2, 2]
        if np.hypot(*ahead) > 0.1:
            ways.append(ahead / np.hypot(*ahead))
    return ways


@predicate
def beyond(scene: Scene, a: str, side: str, b: str):
    """`a` is left of, right of, behind or in front of `b` (of several: their middle), as it is looked at."""
    ours, theirs = (np.mean([place(t, scene.start) for t in some(scene, what)], 0) for what in (a, b))
    shift = (ours - theirs)[:2]
    turns = {"left": 90, "right": -90, "behind": 0, "front": 180}
    angle = np.radians(turns[side])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    length = np.linalg.norm(shift)
    right = any(shift @ (turn @ ahead) > 0.7 * length for ahead in views(scene))
    need(length > 0.01 and right, f"{a} is not {side} of {b}: shifted by {np.round(shift, 2)}")


@predicate
def beside(scene: Scene, a: str, b: str, within: float = 1.5, overlap: float = 0.01):
    """Next to one another on one level: clear in plan but for `overlap`, and no further apart than `within`, m."""
    for thing in some(scene, a):
        near_one = False
        for other in some(scene, b):
            if other is thing:
                continue
            (low, high), (foot, head) = thing.bounds(scene.start), other.bounds(scene.start)
            clear = np.maximum(low - head, foot - high)
            near_one |= bool(-overlap <= clear[:2].max() <= within and clear[2] < 0.05)
        need(near_one, f"{a} is not beside {b}")


@predicate
def apart(scene: Scene, a: str, b: str, metres: float, share: float = 0.1):
    """Between centres, or between surfaces, there is this distance at the start."""
    ones, others = some(scene, a), some(scene, b)
    for one, other in itertools.product(ones, others):
        if one is other:
            continue
        middle = np.linalg.norm(place(one, scene.start) - place(other, scene.start))
        gap = scene.gap(scene.start, one.parts, other.parts, limit=2 * metres)
        if near(middle, metres, share) or near(gap, metres, share):
            return
    raise Unmet(f"{a} and {b} are not {metres} m apart")


@predicate
def between(scene: Scene, what: str, ends: str):
    """Between two others, near the line that joins them."""
    first, last, *_ = (place(end, scene.start) for end in some(scene, ends, 2))
    for thing in some(scene, what):
        way = (last - first)[:2]
        along = (place(thing, scene.start) - first)[:2] @ way / (way @ way)
        off = np.linalg.norm((place(thing, scene.start) - first)[:2] - along * way) / np.linalg.norm(way)
        need(0.2 < along < 0.8 and off < 0.2, f"{what} is not between: {along:.2f} of the way, {off:.2f} aside")


@predicate
def height(scene: Scene, what: str, metres: float, share: float = 0.12):
    """At the start its centre or its underside is so high above the floor."""
    for thing in some(scene, what):
        low, _ = thing.bounds(scene.start)
        heights = low[2] - scene.floor_z, place(thing, scene.start)[2] - scene.floor_z
        need(any(near(h, metres, share) for h in heights), f"{what} is {np.round(heights, 2)} m high, wanted {metres}")


@predicate
def lies(scene: Scene, what: str, upright: bool = False):
    """Its long axis is level (or upright) after settling."""
    for thing in some(scene, what):
        axis = thing.main.axes(scene.settled)[:, int(np.argmax(thing.main.extents))]
        rising = abs(axis[2])
        need(rising > 0.97 if upright else rising < 0.1, f"{what}'s long axis rises by {rising:.2f}")


@predicate
def tilted(scene: Scene, what: str, degrees: float, within: float = 4.0):
    """At the start its axis that is nearest to upright leans by so much, in degrees."""
    for thing in some(scene, what):
        rising = np.abs(thing.main.axes(scene.start)[2]).max()
        leans = np.degrees(np.arccos(min(1.0, rising)))
        need(abs(leans - degrees) < within, f"{what} leans by {leans:.1f}°, wanted {degrees}")


@predicate
def stands(scene: Scene, what: str):
    """Its own third axis (of a cylinder: what it turns about) is upright after settling."""
    for thing in some(scene, what):
        rising = abs(thing.main.axes(scene.settled)[2, 2])
        need(rising > 0.97, f"{what}'s axis rises by {rising:.2f}")


@predicate
def furnished(scene: Scene, kind: str, n: int = 1, height: float | None = None,
              length: float | None = None, low: float = 0.2, high: float = 1.3):
    """A flat top on its supports (a seat with a back, boards above one another), at a sensible height."""
    found = scene.select(kind)
    need(len(found) == n, f"{len(found)} × {kind}, wanted {n}")
    for thing in found:
        foot, head = thing.top.bounds(scene.start)
        top = head[2] - scene.floor_z
        need(low <= top <= high or kind == "shelf", f"the {kind}'s top is {top:.2f} m high")
        need(height is None or near(top, height), f"the {kind}'s top is {top:.3f} m high, wanted {height}")
        longest_side = max((head - foot)[:2])
        need(length is None or near(longest_side, length), f"the {kind} is {longest_side:.3f} m long, wanted {length}")
        tilt = thing.top.axes(scene.settled)[2]
        need(np.abs(tilt).max() > 0.98, f"the {kind} falls over")


@predicate
def round_top(scene: Scene, kind: str = "table"):
    """The top is a disc."""
    need(all(t.top.shape in ("cylinder", "mesh") for t in some(scene, kind)), f"the {kind} is not round")


@predicate
def still(scene: Scene, what: str, shift: float = 0.04):
    """Hardly moves in 2 s."""
    for thing in some(scene, what):
        moved = np.linalg.norm(place(thing, scene.settled) - place(thing, scene.start))
        need(moved < shift, f"{what} moves by {moved:.2f} m")


# Arrangements. They are looked at as they stand at the start.


def middles(scene: Scene, what: str, n: int) -> np.ndarray:
    found = scene.select(what)
    need(len(found) == n, f"{len(found)} × {what}, wanted {n}")
    return np.array([place(thing, scene.start) for thing in found])


@predicate
def stacked(scene: Scene, what: str, n: int, alternating: tuple[str, ...] = (), stacks: int = 1):
    """One upon another, and so they stay; colours alternate from the lowest upwards."""
    found = scene.select(what)
    need(len(found) == n * stacks, f"{len(found)} × {what}, wanted {n * stacks}")
    piles: list[list[Thing]] = []
    for thing in sorted(found, key=lambda t: place(t, scene.start)[2]):
        for pile in piles:
            aside = np.abs((place(thing, scene.start) - place(pile[-1], scene.start))[:2]).max()
            if aside < 0.4 * min(max(thing.extents), max(pile[-1].extents)):
                pile.append(thing)
                break
        else:
            piles.append([thing])
    need(sorted(map(len, piles)) == [n] * stacks, f"piles of {[len(p) for p in piles]}, wanted {stacks} of {n}")
    for pile in piles:
        for lower, upper in itertools.pairwise(pile):
            gap = upper.bounds(scene.settled)[0][2] - lower.bounds(scene.settled)[1][2]
            need(abs(gap) < 0.01, f"{gap:.3f} m between one and the next after 2 s")
            moved = np.linalg.norm(place(upper, scene.settled) - place(upper, scene.start))
            need(moved < 0.05, f"the stack moves by {moved:.2f} m")
        if alternating:
            looks = [[c for c in alternating if t.is_coloured(c)][:1] for t in pile]
            need(all(a and b and a != b for a, b in itertools.pairwise(looks)), f"colours upwards: {looks}")


@predicate
def tapers(scene: Scene, what: str):
    """Each is smaller than the one below it."""
    found = sorted(some(scene, what, 2), key=lambda t: place(t, scene.start)[2])
    volumes = np.array([t.main.volume for t in found])
    need((volumes[1:] < 0.97 * volumes[:-1]).all(), f"volumes upwards: {volumes} m³")


@predicate
def piled(scene: Scene, what: str, n: int):
    """One upon another at the start; what happens to them then is left open."""
    found = sorted(scene.select(what), key=lambda t: place(t, scene.start)[2])
    need(len(found) == n, f"{len(found)} × {what}, wanted {n}")
    for lower, upper in itertools.pairwise(found):
        (foot, head), (low, high) = lower.bounds(scene.start), upper.bounds(scene.start)
        aside = np.abs((foot + head - low - high)[:2] / 2).max()
        need(abs(low[2] - head[2]) < 0.01 and aside < 0.4 * (head - foot)[:2].min(), "they are not one upon another")


@predicate
def ordered(scene: Scene, upwards: tuple[str, ...]):
    """Each carries the next, from the lowest upwards."""
    for lower, upper in itertools.pairwise(upwards):
        need(any(carriers(scene, scene.settled, t, lower) for t in some(scene, upper)), f"{lower} does not carry {upper}")


@predicate
def in_row(scene: Scene, what: str, n: int, spacing: float | None = None, growing: bool = False):
    """On a straight level line, evenly spaced; the spacing is between centres or between surfaces."""
    points = middles(scene, what, n)
    things = scene.select(what)
    axis = np.linalg.svd(points - points.mean(0))[2][0]
    along = (points - points.mean(0)) @ axis
    order = np.argsort(along)
    aside = np.linalg.norm(points - points.mean(0) - np.outer(along, axis), axis=1).max()
    radius = [max(thing.extents) / 2 for thing in things]
    steps = np.diff(along[order])
    level = 0.1 * steps.mean() + (max(radius) - min(radius))
    need(aside < level and abs(axis[2]) < 0.3, f"not in line: {aside:.2f} m aside")
    gaps = [scene.gap(scene.start, things[a].parts, things[b].parts, limit=3) for a, b in itertools.pairwise(order)]
    even = any(np.ptp(v) <= max(0.12 * np.mean(v), 0.005) for v in (steps, gaps))
    need(even and steps.min() > 0.01, f"uneven steps {np.round(steps, 3)}")
    if spacing:
        need(near(steps.mean(), spacing, 0.08) or near(np.mean(gaps), spacing, 0.08),
             f"{steps.mean():.3f} m between centres, {np.mean(gaps):.3f} m between surfaces, wanted {spacing}")
    if growing:
        sizes = np.array([max(things[i].extents) for i in order])
        grows = np.diff(sizes if sizes[0] < sizes[-1] else sizes[::-1])
        need((grows > 0.02 * sizes.mean()).all(), f"sizes along the line: {np.round(sizes, 3)}")


@predicate
def in_ring(scene: Scene, what: str, n: int, radius: float | None = None, around: str | None = None):
    """On a level circle at even angles, about something where that is said."""
    points = middles(scene, what, n)[:, :2]
    middle = points.mean(0)
    reach = np.linalg.norm(points - middle, axis=1)
    angles = np.sort(np.arctan2(*(points - middle).T))
    steps = np.diff([*angles, angles[0] + 2 * np.pi])
    need(np.ptp(reach) < 0.12 * reach.mean(), f"distances from the middle: {np.round(reach, 2)}")
    need(np.abs(steps - 2 * np.pi / n).max() < 0.2 * 2 * np.pi / n, "uneven angles")
    need(radius is None or near(reach.mean(), radius, 0.08), f"radius {reach.mean():.2f} m, wanted {radius}")
    if around:
        off = np.linalg.norm(place(some(scene, around)[0], scene.start)[:2] - middle)
        need(off < 0.25 * reach.mean(), f"not around the {around}: {off:.2f} m off")


@predicate
def in_grid(scene: Scene, what: str, rows: int, columns: int, spacing: float | None = None, square: bool = True):
    """At the crossings of a level grid with even steps; `square`: the same ones along both sides."""
    points = middles(scene, what, rows * columns)
    steps, counts = [], []
    for values in points[:, :2].T:
        levels = _levels(values, 0.02)
        counts.append(len(levels))
        steps.append(np.diff(levels))
    need(sorted(counts) == sorted([rows, columns]), f"a grid of {counts}")
    need(np.ptp(points[:, 2]) < 0.05, "not level")
    steps = [np.concatenate(steps)] if square else [side for side in steps if side.size]
    need(all(np.ptp(side) < 0.1 * np.mean(side) for side in steps), f"uneven steps {steps}")
    steps = np.concatenate(steps)
    need(spacing is None or near(np.mean(steps), spacing), f"{np.mean(steps):.3f} m between centres, wanted {spacing}")


def _levels(values: np.ndarray, apart_by: float) -> list[float]:
    levels: list[list[float]] = []
    for value in np.sort(values):
        if levels and value - levels[-1][-1] < apart_by:
            levels[-1].append(value)
        else:
            levels.append([value])
    return [float(np.mean(level)) for level in levels]


@predicate
def pyramid(scene: Scene, what: str, layers: int, total: int | None = None):
    """Layers that shrink to one, of a wall (4+3+2+1) or on a square (16+9+4+1), standing for 2 s."""
    things = scene.select(what)
    need(things, f"no {what}")
    heights = np.array([place(t, scene.start)[2] for t in things])
    levels = _levels(heights, 0.4 * min(min(t.extents) for t in things))
    counts = [int((np.abs(heights - level) < 0.4 * min(min(t.extents) for t in things)).sum()) for level in levels]
    wanted = [list(range(layers, 0, -1)), [k * k for k in range(layers, 0, -1)]]
    if layers == 3:
        wanted.append([6, 3, 1])
    need(counts in wanted, f"layers of {counts}, wanted one of {wanted}")
    need(total is None or sum(counts) == total, f"{sum(counts)} in all, wanted {total}")
    upper = [t for t in things if place(t, scene.start)[2] > levels[0] + 0.01]
    later = scene.run(1.0)
    for thing in upper:
        moved = np.linalg.norm(place(thing, later) - place(thing, scene.start))
        need(total is not None or moved < 0.06, f"the pyramid moves by {moved:.2f} m")
        need(scene.gap(scene.start, thing.parts, [p for t in things if t is not thing for p in t.parts]) < 0.01,
             "a block hangs in the air")


@predicate
def wall(scene: Scene, what: str, wide: int, high: int):
    """Courses of bricks in one plane, standing for 2 s; a bond may need a half brick more."""
    things = some(scene, what, wide * high)
    points = np.array([place(t, scene.start) for t in things])
    levels = _levels(points[:, 2], 0.5 * min(min(t.extents) for t in things))
    counts = [int((np.abs(points[:, 2] - level) < 0.01).sum()) for level in levels]
    need(len(levels) == high, f"{len(levels)} courses, wanted {high}")
    need(all(wide <= c <= wide + 1 for c in counts), f"courses of {counts}, wanted {wide}")
    need(min(np.ptp(points[:, 0]), np.ptp(points[:, 1])) < 0.02, "the bricks are not in one plane")
    moved = max(np.linalg.norm(place(t, scene.settled) - place(t, scene.start)) for t in things)
    need(moved < 0.03, f"the wall moves by {moved:.2f} m")


@predicate
def staircase(scene: Scene, n: int, rise: float | None = None):
    """Steps with even rises (of `rise`, m) and even goings, one way."""
    boxes = [p for p in scene.parts if p.shape == "box" and scene.model.body_weldid[p.body] == 0 and not slope(p, scene.start)]
    tops: dict[float, list[float]] = {}
    for part in boxes:
        low, high = part.bounds(scene.start)
        tops.setdefault(round(high[2], 3), []).append((low + high)[:2] / 2)
    levels = sorted(tops)
    need(len(levels) == n, f"{len(levels)} steps, wanted {n}")
    rises = np.diff(levels)
    need(np.ptp(rises) < 0.1 * rises.mean() and 0.05 < rises.mean() < 0.45, f"rises {np.round(rises, 3)}")
    need(rise is None or near(rises.mean(), rise), f"steps of {rises.mean():.3f} m, wanted {rise}")
    goings = np.diff([np.mean(tops[level], 0) for level in levels], axis=0)
    ways = goings / np.linalg.norm(goings, axis=1, keepdims=True)
    need(np.linalg.norm(goings, axis=1).min() > 0.03 and (ways @ ways[0] > 0.9).all(), "the steps do not advance one way")


@predicate
def corners(scene: Scene, what: str, side: float | None = None):
    """Four at the corners of a square; the side is between centres or outer faces."""
    points = middles(scene, what, 4)
    lengths = np.sort([np.linalg.norm((a - b)[:2]) for a, b in itertools.combinations(points, 2)])
    need(np.ptp(lengths[:4]) < 0.06 * lengths[0] and near(lengths[4], lengths[0] * np.sqrt(2)), "no square")
    thick = min(scene.select(what)[0].extents)
    sides = (lengths[0], lengths[0] + thick, lengths[0] - thick)
    need(side is None or any(near(s, side) for s in sides), f"sides of {lengths[0]:.2f} m, wanted {side}")


# What happens.


@predicate
def falls(scene: Scene, what: str, by: float = 0.05):
    """Falls freely at first, as gravity has it."""
    for thing in some(scene, what):
        start = place(thing, scene.start)[2]
        seen = []
        scene.run(3.0, each=lambda data, thing=thing: seen.append(start - place(thing, data)[2]))
        need(max(seen) > by, f"{what} falls by {max(seen):.2f} m, wanted {by}")


@predicate
def rises(scene: Scene, what: str, by: float = 0.05, seconds: float = 3.0):
    """Is lifted above where it begins."""
    for thing in some(scene, what):
        start, seen = place(thing, scene.start)[2], []
        scene.run(seconds, each=lambda data, thing=thing: seen.append(place(thing, data)[2] - start))
        need(max(seen) > by, f"{what} rises by {max(seen):.2f} m, wanted {by}")


@predicate
def floats(scene: Scene, what: str):
    """Stays where it is, off the floor, though free to move."""
    for thing in some(scene, what):
        need(not thing.is_static, f"{what} cannot move")
        low, _ = thing.bounds(scene.start)
        need(not scene.floor or low[2] > scene.floor_z + 0.05, f"{what} is on the floor")
        moved = np.linalg.norm(place(thing, scene.settled) - place(thing, scene.start))
        need(moved < 0.5, f"{what} moves by {moved:.2f} m")


@predicate
def bounces(scene: Scene, what: str, least: float = 0.15):
    """Comes up again by so much after it first hit the floor."""
    for thing in some(scene, what):
        lows = []
        scene.run(4.0, each=lambda data, thing=thing: lows.append(thing.bounds(data)[0][2] - scene.floor_z))
        lows = np.array(lows)
        hit = np.argmax(lows < 0.01)
        need(lows[hit] < 0.01, f"{what} never reaches the floor")
        need(lows[hit:].max() > least, f"{what} comes up by {lows[hit:].max():.2f} m, wanted {least}")


def slowing(scene: Scene, what: str, thing: Thing, speed: float) -> float:
    """How much it is slowed along the floor from a speed in m/s, as a share of gravity."""
    need(not thing.is_static, f"{what} cannot move")
    need(scene.model.body_dofnum[thing.body] == 6, f"{what} is not free")
    first = int(scene.model.body_dofadr[thing.body])
    ways = []
    # One way or another nothing stands in its way.
    for way in np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]]):
        data = scene.run(1.0)
        data.qvel[first:first + 3] = speed * way
        data.qvel[first + 3:first + 6] = 0
        begin = place(thing, data)
        ways.append(float((place(thing, scene.run(0.5, data)) - begin) @ way))
    slowed = (0.5 * speed - max(ways)) / (0.5 * 0.5**2)
    return slowed / (abs(scene.model.opt.gravity[2]) or 9.81)


@predicate
def slippery(scene: Scene, what: str, most: float = 0.12):
    """Pushed along the floor it is slowed by less than `most` times gravity."""
    for thing in some(scene, what):
        slowed = slowing(scene, what, thing, speed=1.0)
        need(slowed <= most, f"{what} is slowed like friction {slowed:.2f}, wanted {most} at most")


@predicate
def rubs(scene: Scene, what: str, friction: float, share: float = 0.2):
    """Pushed along the floor it is slowed by so much of gravity; up to 0.5."""
    for thing in some(scene, what):
        slowed = slowing(scene, what, thing, speed=3.0)
        need(near(slowed, friction, share), f"{what} is slowed like friction {slowed:.2f}, wanted {friction}")


def the_ramp(scene: Scene) -> tuple[Part, float, np.ndarray]:
    found = [(part, *lie) for part in scene.parts + scene.floor if (lie := slope(part, scene.start))]
    need(found, "no ramp")
    return max(found, key=lambda ramp: ramp[0].volume)


@predicate
def ramp(scene: Scene, degrees: float | None = None, length: float | None = None):
    """A fixed slope, with this tilt and this length where they are said."""
    part, tilt, _ = the_ramp(scene)
    longest_side = max(part.extents)
    need(length is None or near(longest_side, length, 0.08), f"the ramp is {longest_side:.2f} m long, wanted {length}")
    need(degrees is None or abs(tilt - degrees) < 1.5, f"the ramp has {tilt:.1f}°, wanted {degrees}")


@predicate
def starts_on_ramp(scene: Scene, what: str, upper: float = 0.0):
    """Is on the ramp soon after the start; `upper`: above this share of its height."""
    part, _, _ = the_ramp(scene)
    low, high = part.bounds(scene.start)
    for thing in some(scene, what):
        gaps, shares = [], []

        def look(data, thing=thing):
            gaps.append(scene.gap(data, thing.parts, [part]))
            if gaps[-1] < TOUCH_M:
                foot = thing.bounds(data)[0][2]
                shares.append((foot - low[2]) / (high[2] - low[2]))
                return True

        scene.run(0.5, each=look)
        need(shares, f"{what} is not on the ramp, {min(gaps):.2f} m from it")
        need(shares[0] >= upper, f"{what} begins at {shares[0]:.2f} of the ramp's height, wanted {upper}")


@predicate
def descends(scene: Scene, what: str, rolling: bool | None = None):
    """Goes down the ramp by 25 cm or half its length; `rolling` or sliding where that is said."""
    part, _, down = the_ramp(scene)
    way = min(0.25, 0.4 * max(part.extents))
    for thing in some(scene, what):
        need(not thing.is_static, f"{what} cannot move")
        begin, turned, shifts = place(thing, scene.start), [0.0], [0.0]

        def look(data, thing=thing):
            shifts.append(float((place(thing, data) - begin) @ down))
            if scene.gap(data, thing.parts, [part]) < 0.01:
                turned[0] += np.linalg.norm(data.cvel[thing.body][:3]) * scene.model.opt.timestep
            return shifts[-1] > way

        scene.run(3.0, each=look)
        need(max(shifts) > way, f"{what} goes {max(shifts):.2f} m down the ramp in 3 s")
        if rolling is not None:
            need((turned[0] > 0.5) == rolling, f"{what} turns by {turned[0]:.1f} rad on the way")


@predicate
def stays_on_ramp(scene: Scene, what: str):
    """Is free to move, and yet stays on the ramp."""
    part, _, _ = the_ramp(scene)
    for thing in some(scene, what):
        need(not thing.is_static, f"{what} cannot move")
        early, late = scene.run(0.5), scene.run(3.0)
        need(scene.gap(late, thing.parts, [part]) < TOUCH_M, f"{what} is not on the ramp")
        moved = np.linalg.norm(place(thing, late) - place(thing, early))
        need(moved < 0.03, f"{what} slides by {moved:.2f} m")


@predicate
def hits(scene: Scene, a: str, b: str, seconds: float = 6.0, apart_first: bool = True):
    """Comes into contact by itself in some seconds."""
    ones, others = some(scene, a), some(scene, b)
    ours = {p.id for t in ones for p in t.parts}
    theirs = {p.id for t in others for p in t.parts}

    def touch(data):
        return any((g1 in ours and g2 in theirs) or (g2 in ours and g1 in theirs) for g1, g2 in data.contact.geom)

    need(not apart_first or not touch(scene.start), f"{a} touches {b} from the start")
    ended = scene.run(seconds, each=touch)
    need(touch(ended) or ended.time < seconds - 0.01, f"{a} does not hit {b} in {seconds:.0f} s")


@predicate
def bridges(scene: Scene, plank: str, supports: str):
    """Long and flat, and carried by both others."""
    data = scene.settled
    held = 0
    for thing in some(scene, plank):
        if max(thing.extents) < 3 * min(thing.extents):
            continue
        low, _ = thing.bounds(data)
        below = [o for o in scene.select(supports) if o is not thing and o.bounds(data)[1][2] <= low[2] + 0.02
                 and scene.gap(data, thing.parts, o.parts) < TOUCH_M]
        held = max(held, len(below))
    need(held >= 2, f"the {plank} rests on {held} × {supports}")
