"""Prompts held out after all others: by a hand that had the user's page alone, not the grammar nor what it fails on.

`local` predicates are for these prompts alone.
"""

from __future__ import annotations

import functools
import itertools

import numpy as np

import colours
from checks import (
    Check, apart, beside, between, beyond, bridges, corners, count, descends, falls, fits, floats, furnished,
    grown, height, hits, in_grid, in_ring, in_row, inside, larger, lies, longest, looks_like, made_of, mass,
    near, need, on, ordered, place, pyramid, ramp, rises, round_top, rubs, size, slippery, some, sound, stacked,
    staircase, stands, starts_on_ramp, stays_on_ramp, still, tapers, the_ramp, under, upright_size, wall, bounces,
)
from contraptions import drains, flies, geared, stays_up
from machines import (
    FREE, HINGE, SLIDE, anchor, arm, arm_stands_on, car, cart_pole, chain, cradle, dominoes, door, drive, joints, kinds,
    moves_with_motors, on_ends, passes_momentum, paths, pendulum, pendulums, seesaw, spring, strung, swings_into,
    tip_lengths, tips_to_heavier,
)
from prompts import EARTH, JUPITER, MARS, MOON, Edits, Refused, Scene, scene, step

RIGHT, LEFT, UP = (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def local(function):
    """A predicate of this file alone."""

    @functools.wraps(function)
    def make(*args, **options) -> Check:
        said = [getattr(a, "label", repr(a)) for a in args] + [f"{k}={v!r}" for k, v in options.items()]
        return Check(f"{function.__name__}({', '.join(said)})", lambda scene: function(scene, *args, **options))

    return make


@local
def either(scene, *checks):
    """One of several readings holds."""
    faults = [check.fault(scene) for check in checks]
    need(None in faults, " / ".join(map(str, faults)))


# Things.


@local
def measures(scene, what: str, lengths: tuple[float, ...], share: float = 0.06):
    """Their longest extents, from the smallest, m."""
    ours = np.sort([max(t.extents) for t in some(scene, what)])
    need(len(ours) == len(lengths) and np.allclose(ours, np.sort(lengths), rtol=share), f"{what}: {np.round(ours, 3)} m, wanted {lengths}")


@local
def weigh(scene, what: str, kgs: tuple[float, ...], share: float = 0.06):
    """Their masses, from the lightest, kg."""
    ours = np.sort([t.mass for t in some(scene, what)])
    need(len(ours) == len(kgs) and np.allclose(ours, np.sort(kgs), rtol=share), f"{what}: {np.round(ours, 3)} kg, wanted {kgs}")


@local
def outweighs(scene, heavy: str, light: str, times: float):
    """The one weighs at least so many times as much as the other."""
    ours, theirs = min(t.mass for t in some(scene, heavy)), max(t.mass for t in some(scene, light))
    need(ours >= times * theirs, f"{heavy} weighs {ours / theirs:.2f} times as much as {light}, wanted {times}")


@local
def density(scene, what: str, low: float, high: float):
    """Each weighs like a solid of such a stuff, kg/m³."""
    for thing in some(scene, what):
        ours = thing.mass / sum(p.volume for p in thing.parts)
        need(low <= ours <= high, f"{what} has {ours:.0f} kg/m³, wanted {low} to {high}")


@local
def same_size(scene, what: str):
    """All have the same extents."""
    sizes = np.array([np.sort(t.extents) for t in some(scene, what, 2)])
    need(np.ptp(sizes, axis=0).max() < 0.03 * sizes.max(), f"sizes of {what}: {np.round(sizes, 3)}")


@local
def overall(scene, width: float | None = None, low: float | None = None, high: float | None = None):
    """All that is seen together is so wide, and between `low` and `high` m tall."""
    bounds = [part.bounds(scene.start) for part in scene.parts]
    full = np.max([b for _, b in bounds], 0) - np.min([a for a, _ in bounds], 0)
    need(width is None or near(max(full[:2]), width, 0.1), f"{np.round(full, 2)} m overall, wanted {width} m wide")
    need(low is None or low <= full[2] <= high, f"{np.round(full, 2)} m overall, wanted {low} to {high} m high")


@local
def mostly(scene, colour: str, share: float = 0.35):
    """So much of all that is seen, by volume, has the colour."""
    right = sum(p.volume for p in scene.parts if colours.matches(p.rgb, colour))
    need(right >= share * sum(p.volume for p in scene.parts), f"{right / sum(p.volume for p in scene.parts):.0%} is {colour}")


@local
def unlike(scene, what: str, n: int):
    """n of them, no two of one colour."""
    found = some(scene, what, n)
    for a, b in itertools.combinations(found, 2):
        need(np.linalg.norm(a.main.rgb - b.main.rgb) > 0.12, f"two {what} look the same: {np.round(a.main.rgb, 2)}")


@local
def seated(scene):
    """Seen from above there is a broad level at a seat's height, and something rises above that."""
    bounds = [part.bounds(scene.start) for part in scene.parts]
    low, high = np.min([a for a, _ in bounds], 0), np.max([b for _, b in bounds], 0)
    tops = []
    for x, y in itertools.product(np.linspace(low[0], high[0], 22)[1:-1], np.linspace(low[1], high[1], 22)[1:-1]):
        falls_ = [d for p in scene.parts if (d := p.ray(scene.start, np.array([x, y, high[2] + 1]), np.array([0, 0, -1.0]))) >= 0]
        tops.append(high[2] + 1 - min(falls_, default=high[2] + 1))
    share = np.mean([0.25 <= top <= 0.65 for top in tops])
    need(share > 0.25 and max(tops) > 0.55, f"{share:.0%} of it is at a seat's height, the highest {max(tops):.2f} m")


# Arrangements.


@local
def piles(scene, what: str, counts: tuple[int, ...]):
    """Separate stacks of so many, that stay as they are."""
    found = sorted(some(scene, what), key=lambda t: place(t, scene.start)[2])
    heaps: list[list] = []
    for thing in found:
        here = place(thing, scene.start)
        heap = next((h for h in heaps if np.abs((here - place(h[0], scene.start))[:2]).max() < 0.5 * max(thing.extents)), None)
        heap.append(thing) if heap else heaps.append([thing])
        moved = np.linalg.norm(place(thing, scene.settled) - here)
        need(moved < 0.05, f"a {what} moves by {moved:.2f} m")
    need(sorted(map(len, heaps)) == sorted(counts), f"stacks of {sorted(map(len, heaps))}, wanted {counts}")


@local
def in_arc(scene, what: str, n: int, degrees: float, within: float = 30):
    """On a level part of a circle of so many degrees, at even steps."""
    found = some(scene, what)
    need(len(found) == n, f"{len(found)} × {what}, wanted {n}")
    points = np.array([place(t, scene.start)[:2] for t in found])
    fit = np.linalg.lstsq(np.c_[2 * points, np.ones(n)], (points**2).sum(1), rcond=None)[0]
    away = points - fit[:2]
    radii = np.linalg.norm(away, axis=1)
    need(np.ptp(radii) < 0.08 * radii.mean(), f"distances from the middle: {np.round(radii, 2)}")
    angles = np.sort(np.degrees(np.arctan2(*away.T[::-1])))
    gaps = np.diff([*angles, angles[0] + 360])
    span = 360 - gaps.max()
    steps = np.delete(gaps, gaps.argmax())
    need(abs(span - degrees) < within and np.ptp(steps) < 0.2 * steps.mean(), f"an arc of {span:.0f}°, steps {np.round(steps)}")


@local
def spirals(scene, what: str, n: int):
    """Spread in the plane at distances from the middle that vary widely, no two in one place."""
    found = some(scene, what)
    need(len(found) == n, f"{len(found)} × {what}, wanted {n}")
    points = np.array([place(t, scene.start)[:2] for t in found])
    points -= points.mean(0)
    radii = np.linalg.norm(points, axis=1)
    strength = np.linalg.svd(points)[1]
    need(np.ptp(radii) > 0.5 * radii.mean() and strength[1] > 0.3 * strength[0], f"distances {np.round(np.sort(radii), 2)}")
    angles = np.sort(np.arctan2(*points.T))
    need(np.diff([*angles, angles[0] + 2 * np.pi]).max() < 2.6, "it does not wind about its middle")


@local
def triangle(scene, what: str, rows: int):
    """Rows of 1, 2, 3, … as pins of a bowling alley."""
    found = some(scene, what)
    points = np.array([place(t, scene.start)[:2] for t in found])
    need(len(points) == rows * (rows + 1) // 2, f"{len(points)} × {what}")
    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(points, 2))
    seen = []
    for degrees in range(0, 360, 2):
        along = np.sort(points @ [np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        groups = np.split(along, np.flatnonzero(np.diff(along) > 0.4 * nearest) + 1)
        seen.append([len(g) for g in groups])
        if seen[-1] == list(range(1, rows + 1)):
            return
    need(False, f"no rows of 1 to {rows}, but of {min(seen, key=len)}")


@local
def leans(scene, what: str, low: float = 4, high: float = 70):
    """Its long axis leans by so many degrees from upright after settling, and it touches something else."""
    for thing in some(scene, what):
        axis = thing.main.axes(scene.settled)[:, int(np.argmax(thing.main.extents))]
        angle = np.degrees(np.arccos(min(1, abs(axis[2]))))
        need(low < angle < high, f"{what} leans by {angle:.0f}°")
        others = [p for p in scene.parts if p not in thing.parts]
        need(scene.gap(scene.settled, thing.parts, others) < 0.02, f"{what} touches nothing")


@local
def penned(scene, what: str):
    """Within the outline of what is fixed, at the start and after settling."""
    fixed = [p.bounds(scene.start) for p in scene.parts if scene.model.body_weldid[p.body] == 0]
    need(fixed, "nothing is fixed")
    low, high = np.min([a for a, _ in fixed], 0), np.max([b for _, b in fixed], 0)
    for thing, data in itertools.product(some(scene, what), (scene.start, scene.settled)):
        here = place(thing, data)[:2]
        need(np.all(here > low[:2]) and np.all(here < high[:2]), f"a {what} is outside")


@local
def in_middle(scene, what: str, of: str):
    """Where the middle of all is."""
    centre = np.mean([place(t, scene.start) for t in some(scene, of, 3)], 0)
    ours = place(some(scene, what)[0], scene.start)
    nearest = min(some(scene, of), key=lambda t: np.linalg.norm(place(t, scene.start) - centre))
    need(np.linalg.norm(place(nearest, scene.start) - ours) < 1e-3, f"the {what} is not in the middle")


@local
def boards(scene, n: int):
    """Each shelf has so many boards, with a top and a bottom beside them at most."""
    for thing in some(scene, "shelf"):
        need(n <= len(thing.boards) <= n + 2, f"{len(thing.boards)} boards, wanted {n}")


# Motion.


def _pace(scene, thing, seconds: float = 0.02) -> np.ndarray:
    data = scene.run(seconds)
    fall = np.array([0, 0, scene.model.opt.gravity[2]]) * (data.time / 2)
    raw = (place(thing, data) - place(thing, scene.start)) / data.time
    low, _ = thing.bounds(scene.start)
    return raw - fall if low[2] > scene.floor_z + 0.02 or raw[2] > 0.5 else raw


@local
def sets_off(scene, what: str, speed: float, way: tuple[float, float, float] | None = None, share: float = 0.12):
    """Begins with this speed in m/s, and in this direction where that is said."""
    for thing in some(scene, what):
        pace = _pace(scene, thing)
        ours = np.linalg.norm(pace)
        need(near(ours, speed, share), f"{what} sets off at {ours:.2f} m/s, wanted {speed}")
        need(way is None or pace @ np.array(way) > 0.94 * ours, f"{what} sets off along {np.round(pace, 2)}")


@local
def spins(scene, what: str, rate: float, most: float | None = None, share: float = 0.1):
    """Begins to turn at so many rad/s (or up to `most`)."""
    for thing in some(scene, what):
        ours = float(np.linalg.norm(scene.start.cvel[thing.main.body][:3]))
        need(rate * (1 - share) <= ours <= (most or rate) * (1 + share), f"{what} turns at {ours:.1f} rad/s, wanted {rate}")


@local
def drifts(scene, what: str, way: tuple[float, float, float], by: float, seconds: float = 3.0):
    """Goes so far in a direction."""
    for thing in some(scene, what):
        shift = float((place(thing, scene.run(seconds)) - place(thing, scene.start)) @ np.array(way))
        need(shift > by, f"{what} goes {shift:.2f} m that way, wanted {by}")


@local
def travels(scene, what: str, by: float, seconds: float = 4.0):
    """Goes so far across the floor."""
    for thing in some(scene, what):
        begin, seen = place(thing, scene.start), []
        scene.run(seconds, each=lambda d, thing=thing: seen.append(np.linalg.norm((place(thing, d) - begin)[:2])))
        need(max(seen) > by, f"{what} goes {max(seen):.2f} m, wanted {by}")


@local
def held_up(scene, what: str):
    """Stays where it is well above the floor, though it can move."""
    for thing in some(scene, what):
        need(not thing.is_static, f"{what} cannot move")
        low, _ = thing.bounds(scene.settled)
        need(low[2] > scene.floor_z + 0.05, f"{what} is {low[2] - scene.floor_z:.2f} m above the floor after 2 s")
        moved = np.linalg.norm(place(thing, scene.settled) - place(thing, scene.start))
        need(moved < 0.15, f"{what} moves by {moved:.2f} m")


@local
def passes_under(scene, what: str):
    """Has something fixed above it for a while, and comes out again."""
    (thing,) = some(scene, what)[:1]
    roof = [p for p in scene.parts if scene.model.body_weldid[p.body] == 0]
    seen = []

    def look(data):
        if len(seen) % 5 == 0:
            covered = any(p.ray(data, place(thing, data), np.array([0, 0, 1.0])) > 0 for p in roof)
            seen.append(covered)
        else:
            seen.append(seen[-1])

    scene.run(6.0, each=look)
    need(any(seen), f"{what} never has a roof above it")
    need(not seen[-1] or not all(seen[int(np.argmax(seen)):]), f"{what} does not come out")


@local
def pulled_apart(scene, heavy_kg: float, light_kg: float):
    """The heavier of two weights sinks and the lighter rises."""
    moving = [t for t in scene.things if not t.is_static]
    pair = []
    for kg in (heavy_kg, light_kg):
        found = [t for t in moving if near(t.mass, kg, 0.1)]
        need(found, f"no weight of {kg} kg, but {[round(t.mass, 2) for t in moving]}")
        pair.append(found[0])
    paths_ = []
    scene.run(1.5, each=lambda d: paths_.append([place(t, d)[2] - place(t, scene.start)[2] for t in pair]))
    paths_ = np.array(paths_)
    need(paths_[:, 0].min() < -0.05 and paths_[:, 1].max() > 0.05, f"the heavy one sinks {-paths_[:, 0].min():.2f} m, the light one rises {paths_[:, 1].max():.2f}")


# Worlds.


@local
def medium(scene, low: float, high: float, viscosity: float = 0.0):
    """All is in something as dense (kg/m³) and at least as viscous (Pa s)."""
    option = scene.model.opt
    need(low <= option.density <= high, f"the medium has {option.density} kg/m³, wanted {low} to {high}")
    need(option.viscosity >= viscosity, f"viscosity {option.viscosity}, wanted {viscosity}")


@local
def windy(scene, speed: float, way: tuple[float, float, float]):
    """The air moves so fast."""
    wind = scene.model.opt.wind
    need(near(float(np.linalg.norm(wind)), speed) and wind @ np.array(way) > 0.95 * speed, f"wind {wind}")
    need(scene.model.opt.density > 0, "wind without air")


# Mechanisms.


@local
def motorless(scene):
    """No actuator."""
    need(scene.model.nu == 0, f"{scene.model.nu} motors")


@local
def jointed(scene, n: int):
    """A series of just n hinges on something fixed; motors are left open."""
    best = []
    for path in paths(scene):
        if not any(FREE in kinds(scene, b) for b in path):
            best.append(sum(int(scene.model.jnt_type[j]) == HINGE for b in path for j in joints(scene, b)))
    need(n in best, f"{sorted(best)} joints in series, wanted {n}")


@local
def fingers(scene, n: int):
    """n branches that bend by motors."""
    tips = {path[-1] for path in paths(scene) if any(kinds(scene, b) & {HINGE} for b in path)}
    need(len(tips) == n, f"{len(tips)} fingers, wanted {n}")
    need(scene.model.nu >= n, f"{scene.model.nu} motors for {n} fingers")


@local
def servos(scene):
    """Every actuator holds a place: its force is a gain times how far it is from what is asked."""
    model = scene.model
    need(model.nu > 0, "no actuator")
    gains, biases = model.actuator_gainprm[:, 0], model.actuator_biasprm[:, 1]
    need(np.all(gains > 0) and np.allclose(gains, -biases, rtol=0.05), f"gains {gains}, place biases {biases}")


@local
def twice_as_long(scene, times: float = 2.0):
    """Of two single pendulums one is so many times as long."""
    found = pendulums(scene, 1)
    need(len(found) == 2, f"{len(found)} pendulums, wanted 2")
    spans = [tip_lengths(scene, scene.start, p[-1], anchor(scene, scene.start, p[-1])) for p in found]
    ratios = [max(a, b) / min(a, b) for a, b in zip(*spans)]
    need(any(near(r, times, 0.1) for r in ratios), f"lengths {np.round(spans, 3)}")


@local
def turned_by_motor(scene, upright: bool, least: float = 0.15):
    """A motor turns something about an upright (or a level) axle."""
    model = scene.model
    need(model.nu, "no motor")
    axles = [j for j in range(model.njnt) if model.jnt_type[j] == HINGE
             and (abs(scene.start.xaxis[j][2]) > 0.95) == upright and (upright or abs(scene.start.xaxis[j][2]) < 0.3)]
    need(axles, "no such axle")
    where = model.jnt_qposadr[axles]
    shifts = [np.abs(drive(scene, [a], 2.0, way).qpos[where] - scene.start.qpos[where]).max()
              for a in range(model.nu) for way in (True, False)]
    need(max(shifts) > least, f"it turns by {max(shifts):.2f} rad")


@local
def cranks(scene):
    """A motor that turns a crank moves a slider to and fro."""
    model = scene.model
    slides = [j for j in range(model.njnt) if model.jnt_type[j] == SLIDE]
    need(slides and any(model.jnt_type[j] == HINGE for j in range(model.njnt)), "no crank with a slider")
    at, best = model.jnt_qposadr[slides], 0.0
    for actuator, way in itertools.product(range(model.nu), (True, False)):
        seen = []
        data = drive(scene, [actuator], 4.0, way, each=lambda d: seen.append(d.qpos[at].copy()))
        need(not data.warning.number.any() and np.isfinite(seen).all(), "the simulation went unstable")
        best = max(best, float(np.ptp(seen, axis=0).max()))
    need(best > 0.01, f"the slider moves by {best:.3f} m")


@local
def slides_out(scene, by: float = 0.08):
    """Something moves on a level slide of its own when it is pulled."""
    model, best = scene.model, 0.0
    for joint in range(model.njnt):
        if model.jnt_type[joint] == SLIDE and abs(scene.start.xaxis[joint][2]) < 0.1:
            for way in (-1, 1):
                data = scene.fresh()
                dof, at = model.jnt_dofadr[joint], model.jnt_qposadr[joint]
                data.qfrc_applied[dof] = way * (8.0 / max(model.dof_invweight0[dof], 0.02) + 5.0)
                seen = []
                scene.run(2.0, data, each=lambda d: seen.append(abs(d.qpos[at] - scene.start.qpos[at])))
                best = max(best, max(seen))
    need(best > by, f"nothing slides out (by {best:.2f} m)")


@local
def stiffness(scene, value: float):
    """Some spring, on a joint or between two things, has this stiffness, N/m."""
    springs = [float(np.max(s)) for s in (*scene.model.tendon_stiffness, *scene.model.jnt_stiffness) if np.max(s) > 0]
    need(any(near(s, value) for s in springs), f"springs of {np.round(springs, 2)} N/m, wanted {value}")


@local
def vehicle(scene, kg: float | None = None, length: float | None = None):
    """What moves freely with limbs or wheels weighs so much in all, and is so long."""
    model = scene.model
    roots = [b for b in range(1, model.nbody) if FREE in kinds(scene, b) and (model.body_parentid == b).any()]
    need(len(roots) == 1, f"{len(roots)} vehicles")
    ours = float(model.body_subtreemass[roots[0]])
    need(kg is None or near(ours, kg), f"it weighs {ours:.2f} kg, wanted {kg}")
    bounds = [p.bounds(scene.start) for p in scene.parts if model.body_rootid[p.body] == roots[0]]
    body = [p for p in scene.parts if model.body_weldid[p.body] == roots[0]]
    whole = (np.max([b for _, b in bounds], 0) - np.min([a for a, _ in bounds], 0))[:2].max()
    chassis = max(max(p.extents) for p in body)
    need(length is None or near(whole, length, 0.1) or near(chassis, length, 0.1), f"it is {whole:.2f} m long, its body {chassis:.2f}, wanted {length}")


# Changes.


@local
def times_as_heavy(scene, what: str, times: float, most: float | None = None):
    """Weighs so many times (up to `most`) what it did before the edit."""
    need(scene.before, "there is no scene before")
    ours, theirs = (sum(t.mass for t in some(s, what)) for s in (scene, scene.before))
    need(0.94 * times <= ours / theirs <= 1.06 * (most or times), f"{what} weighs {ours / theirs:.2f} times as much, wanted {times}")


@local
def cart_times_as_heavy(scene, times: float):
    """What slides weighs so many times what it did before."""
    def cart(s):
        found = [b for b in range(1, s.model.nbody) if kinds(s, b) == {SLIDE}]
        need(found, "no cart")
        return float(s.model.body_mass[s.model.body_weldid == found[0]].sum())

    need(scene.before, "there is no scene before")
    ours = cart(scene) / cart(scene.before)
    need(near(ours, times, 0.08), f"the cart is {ours:.2f} times as heavy, wanted {times}")


@local
def raised(scene, what: str, by: float):
    """Begins so much higher than before the edit, m."""
    need(scene.before, "there is no scene before")
    ours, theirs = (np.mean([place(t, s.start)[2] for t in some(s, what)]) for s in (scene, scene.before))
    need(near(float(ours - theirs), by, 0.08), f"{what} is {ours - theirs:.2f} m higher, wanted {by}")


@local
def kept(scene, what: str):
    """As many, as large and of the same colours as before the edit."""
    need(scene.before, "there is no scene before")
    ours, theirs = (sorted([*np.round(np.sort(t.extents), 3), *np.round(t.main.rgb, 2)] for t in some(s, what))
                    for s in (scene, scene.before))
    need(len(ours) == len(theirs) and np.allclose(ours, theirs, atol=0.011), f"{what} was changed")


@local
def steeper(scene):
    """The ramp has at least 3° more than before."""
    need(scene.before, "there is no scene before")
    ours, theirs = the_ramp(scene)[1], the_ramp(scene.before)[1]
    need(ours > theirs + 3, f"the ramp has {ours:.1f}°, before {theirs:.1f}°")


@local
def stiffer(scene):
    """The stiffest spring is at least a tenth stiffer than before."""
    need(scene.before, "there is no scene before")
    ours, theirs = (max([float(np.max(s)) for s in (*m.tendon_stiffness, *m.jnt_stiffness)], default=0)
                    for m in (scene.model, scene.before.model))
    need(ours > 1.1 * theirs > 0, f"{ours:.1f} N/m, before {theirs:.1f}")


PROMPTS = [
    # Objects.
    scene("objects", "blue ball 10cm", count("blue ball", 1), count("thing", 1), longest("ball", 0.09, 0.21)),
    scene("objects", "Could you please give me 3 grey cylinders, each 30 cm high and 12 cm in diameter?", count("gray cylinder", 3),
          count("thing", 3), upright_size("cylinder", height=0.3, width=0.12), on("cylinder", "floor")),
    scene("objects", "I'd like a wooden crate that weighs 12 kg and measures 50 cm on each side.", count("box", 1), size("box", (0.5,) * 3),
          mass("box", 12.0), looks_like("box", "wooden")),
    scene("objects", "please make me 4 pieces of black cube, size 7 cm", count("black cube", 4), count("thing", 4), size("cube", (0.07,) * 3),
          on("black cube", "floor")),
    scene("objects", "a wooden ball, a rubber ball and a copper one, all of them 12 cm across", count("ball", 3), size("ball", (0.12,) * 3),
          made_of("ball", "wooden", n=1), mass("ball", 8.1, n=1)),
    scene("objects", "five tiny turquoise cones", count("turquoise thing", 5), count("thing", 5), longest("turquoise thing", 0.005, 0.15)),
    scene("objects", "An egg and, next to it, a mug.", count("ellipsoid", 1), count("bin", 1), beside("ellipsoid", "bin"),
          longest("ellipsoid", 0.03, 0.2), on("ellipsoid", "floor")),
    scene("objects", "two dumbbells of 5 kg each", count("free thing", 2), mass("free thing", 5.0), longest("free thing", 0.12, 1.0)),
    scene("objects", "A sphere of radius 0.2 metres with a density of 1200 kg/m^3.", count("ball", 1), size("ball", (0.4,) * 3),
          mass("ball", 40.2)),
    scene("objects", "gold brick, 25 x 7 x 3.5 cm", count("box", 1), size("box", (0.25, 0.07, 0.035)), made_of("box", "gold"),
          on("box", "floor")),
    scene("objects", "I want three balls: a red one, a green one and a blue one. The green one should be twice as big as the others.",
          count("ball", 3), count("red ball", 1), count("blue ball", 1), larger("green ball", "red ball", 1.2),
          larger("green ball", "blue ball", 1.2)),
    scene("objects", "cubes with edges of 5, 10 and 20 cm", count("cube", 3), measures("cube", (0.05, 0.1, 0.2)), on("cube", "floor")),
    scene("objects", "One heavy black ball and one light white ball, both with a diameter of 20 cm", count("black ball", 1),
          count("white ball", 1), size("ball", (0.2,) * 3), outweighs("black ball", "white ball", 1.5)),
    scene("objects", "throw a yellow ball to the right at 4 m/s", count("yellow ball", 1), sets_off("yellow ball", 4.0),
          drifts("yellow ball", RIGHT, 1.0)),
    scene("objects", "two red cylinders, 8 inches tall and 40 mm in diameter", count("red cylinder", 2),
          upright_size("red cylinder", height=0.2032, width=0.04), stands("red cylinder")),
    scene("objects", "one ball with mass 200 gram is falling from height of 1 meter", count("ball", 1), mass("ball", 0.2), height("ball", 1.0),
          falls("ball", by=0.7)),
    scene("objects", "metre-long wooden plank, 20 centimetres wide", count("box", 1), longest("box", 0.95, 1.05), made_of("box", "wooden"),
          on("box", "floor"), lies("box")),
    scene("objects", "show me a purple disc which spins at 20 rad/s", count("purple cylinder", 1), spins("purple cylinder", 20.0)),
    scene("objects", "balls of 1, 5 and 10 kg, all in different colors", count("ball", 3), weigh("ball", (1.0, 5.0, 10.0)), unlike("ball", 3)),

    # Worlds.
    scene("worlds", "a 20 cm cube floating in zero gravity", count("cube", 1), size("cube", (0.2,) * 3), floats("cube"), pull=0.0, floor=False),
    scene("worlds", "Drop an orange ball from 1.5 metres on Mars.", count("orange ball", 1), height("orange ball", 1.5),
          falls("orange ball", by=1.0), pull=MARS),
    scene("worlds", "Let's go to the Moon! Stack four light grey crates there.", count("free box", 4), stacked("free box", 4),
          count("gray box", 4), pull=MOON),
    scene("worlds", "can you show me a bouncy ball that is dropped from two meters with gravity set to 3 m/s²", count("ball", 1), height("ball", 2.0),
          falls("ball", by=1.0), bounces("ball"), pull=3.0),
    scene("worlds", "a red ball of 1 kg and a blue ball of 5 kg, both falling from 3 m with twice the gravity of Earth", mass("red ball", 1.0),
          mass("blue ball", 5.0), height("ball", 3.0), falls("ball", by=2.0), pull=2 * EARTH),
    scene("worlds", "A steel ball falling from 1 m in honey", count("ball", 1), looks_like("ball", "gray"), medium(1200, 1600, viscosity=0.5),
          height("ball", 1.0), falls("ball", by=0.05)),
    scene("worlds", "wind of 8 m/s from the left and a foam ball that lies on the floor", count("ball", 1), windy(8.0, RIGHT), drifts("ball", RIGHT, 0.05),
          density("ball", 5, 300)),
    scene("worlds", "a crate standing on the floor, both with a friction of 0.4", count("free box", 1), on("free box", "floor"), rubs("free box", 0.4), count("thing", 1)),
    scene("worlds", "three pucks on an icy floor", count("free cylinder", 3), on("free cylinder", "floor"), slippery("free cylinder"),
          stands("free cylinder")),
    Scene("worlds", "the floor is tilted by 6 degrees and there is a green ball on it", (count("green ball", 1), travels("green ball", 0.3),
          sound(floor=False), fits())),
    scene("worlds", "On Jupiter: a lead ball 5 meters above the ground", count("ball", 1), height("ball", 5.0), falls("ball", by=3.0),
          density("ball", 11000, 11600), pull=JUPITER),

    # Arrangements.
    scene("arrangements", "10 cubes in a row, half of them red and the other half white", in_row("cube", 10), count("red cube", 5), count("white cube", 5),
          on("cube", "floor")),
    scene("arrangements", "put eight cylinders in a circle, diameter 1.2 m", in_ring("cylinder", 8, radius=0.6), on("cylinder", "floor")),
    scene("arrangements", "Please build a tower out of seven wooden blocks", stacked("free box", 7), made_of("box", "wooden"), count("thing", 7)),
    scene("arrangements", "5x5 grid of little balls, their centres 20 cm apart", in_grid("ball", 5, 5, spacing=0.2), longest("ball", 0.005, 0.15)),
    scene("arrangements", "fourteen balls piled up to a pyramid", count("free ball", 14), pyramid("free ball", 3, total=14)),
    scene("arrangements", "A wall of bricks, 8 bricks wide and 4 bricks high, please", wall("box", 8, 4)),
    scene("arrangements", "four posts standing at the corners of a 2 m square", count("thing", 4), corners("thing", side=2.0)),
    scene("arrangements", "stairs with six steps", staircase(6)),
    scene("arrangements", "twenty marbles in a spiral", spirals("ball", 20), longest("ball", 0.005, 0.06), on("ball", "floor")),
    scene("arrangements", "three stacks of cubes: the first has two cubes, the second three and the third four", count("free cube", 9),
          piles("free cube", (2, 3, 4))),
    scene("arrangements", "five cubes side by side, each bigger than the one before", in_row("cube", 5, growing=True), on("cube", "floor")),
    scene("arrangements", "nine green cylinders arranged in a half circle", count("green cylinder", 9), in_arc("cylinder", 9, 180),
          on("cylinder", "floor")),
    scene("arrangements", "ten bowling pins set up in a triangle", count("thing", 10), triangle("thing", 4)),
    scene("arrangements", "a stack of six cubes; from bottom to top they are red, orange, yellow, green, blue and purple", stacked("free cube", 6),
          ordered(("red cube", "orange cube", "yellow cube", "green cube", "blue cube", "purple cube"))),
    scene("arrangements", "half a dozen coins in two columns of three", count("cylinder", 6), in_grid("cylinder", 2, 3, square=False),
          on("cylinder", "floor")),
    scene("arrangements", "Is it possible to have a ring of ten red balls with a blue cube in the middle?", count("blue cube", 1),
          in_ring("red ball", 10, around="blue cube"), on("red ball", "floor")),
    scene("arrangements", "8 cubes scattered around", count("free cube", 8), count("thing", 8), on("free cube", "floor")),

    # Ramps.
    scene("ramps", "ball rolling down a 25 degree ramp that is 3 m long", ramp(25, length=3.0), count("free ball", 1), starts_on_ramp("free ball"),
          descends("free ball", rolling=True)),
    scene("ramps", "Let a cylinder of wood roll down from the top of a slope, 20° steep.", ramp(20), count("free cylinder", 1),
          made_of("free cylinder", "wooden"), starts_on_ramp("free cylinder", upper=0.4), descends("free cylinder", rolling=True)),
    scene("ramps", "slippery ramp, 40 degrees, with a cube of ice at the top", ramp(40), count("free cube", 1), made_of("free cube", "icy"),
          starts_on_ramp("free cube", upper=0.4), descends("free cube", rolling=False)),
    scene("ramps", "A rough ramp of 15 degrees. A brick sits on it and does not slide.", ramp(15), count("free box", 1), starts_on_ramp("free box"),
          stays_on_ramp("free box")),
    scene("ramps", "a heavy ball rolls down a ramp and knocks over a tower of three cubes", count("free ball", 1), count("free cube", 3),
          starts_on_ramp("free ball"), descends("free ball", rolling=True), hits("free ball", "free cube")),
    scene("ramps", "a ball rolling through a tunnel", count("free ball", 1), travels("free ball", 0.4), passes_under("free ball")),

    # Furniture.
    scene("furniture", "a desk, 140 cm wide and 72 cm high, with a cup on it", furnished("table", height=0.72, length=1.4), count("bin", 1),
          on("bin", "table"), longest("bin", 0.04, 0.25)),
    scene("furniture", "round table with 5 chairs around it", furnished("table", low=0.4, high=1.1), round_top(), furnished("chair", n=5),
          in_ring("chair", 5, around="table")),
    scene("furniture", "a grey sofa, 2 metres wide", overall(width=2.0, low=0.4, high=1.3), mostly("gray"), seated()),
    scene("furniture", "I need a bench and two wooden boxes sitting on it", furnished("seat", low=0.25, high=0.7), count("free box", 2),
          made_of("free box", "wooden", hollow=True), on("free box", "seat")),
    scene("furniture", "a platform of 2 m by 1.5 m, 30 cm high, with four red cubes on it", count("free red cube", 4), height("red cube", 0.3, share=0.1),
          still("red cube"), overall(width=2.0)),
    scene("furniture", "A table, and on the table there's a bowl with five apples in it.", furnished("table", low=0.6, high=0.9), count("bin", 1), on("bin", "table"),
          count("free ball", 5), inside("free ball", "bin")),
    scene("furniture", "a shelf with three boards and a green ball on it", furnished("shelf"), boards(3), count("green ball", 1), on("green ball", "shelf")),

    # Relations.
    scene("relations", "a blue cylinder behind a red cube and a green ball to the left of the cube", beyond("blue cylinder", "behind", "red cube"),
          beyond("green ball", "left", "red cube"), count("thing", 3)),
    scene("relations", "yellow ball between two tall black posts", count("yellow ball", 1), count("black thing", 2), between("yellow ball", "black thing"),
          longest("black thing", 0.5, 4.0)),
    scene("relations", "put a bowl on a crate and a marble in the bowl", count("bin", 1), count("free ball", 1), on("bin", "box"),
          inside("free ball", "bin")),
    scene("relations", "a plank lying across two bricks", count("box", 3), bridges("free box", "box"), still("free box")),
    scene("relations", "a plank leans against a wall", leans("free box"), still("free box", shift=0.08)),
    scene("relations", "a cylinder on a cube that stands on a larger cube", count("cube", 2), count("cylinder", 1), ordered(("cube", "cube", "cylinder")),
          tapers("cube")),
    scene("relations", "a red ball is 50 cm above a white cube, it falls down on it", apart("red ball", "white cube", 0.5), falls("red ball"),
          hits("red ball", "white cube")),
    scene("relations", "three bowls in a row with a marble in each of them", count("bin", 3), in_row("bin", 3), count("free ball", 3),
          inside("free ball", "bin")),
    scene("relations", "a bucket half a meter to the left of a white crate; in the bucket are four yellow balls", count("white box", 1),
          beyond("bin", "left", "white box"), apart("bin", "white box", 0.5), count("yellow ball", 4), inside("yellow ball", "bin")),
    scene("relations", "I wish to have a table on which there are two green cubes and one red ball", furnished("table"), count("green cube", 2),
          on("green cube", "table"), count("red ball", 1), on("red ball", "table")),
    scene("relations", "There is a chair left of a table and a blue ball under the table", furnished("table", low=0.5, high=1.0), furnished("chair"),
          beyond("chair", "left", "table"), under("blue ball", "table")),

    # Mechanisms.
    scene("pendulum", "simple pendulum, 1m long", pendulum(1, length=1.0), motorless()),
    scene("pendulum", "can I get a triple pendulum starting from the horizontal?", pendulum(3, from_horizontal=True)),
    scene("pendulum", "a pendulum whose bob weighs 500 g and whose rod is 60 cm long, released at 30 degrees", pendulum(1, length=0.6, aside=30),
          mass("free thing", 0.5, share=0.4)),
    scene("pendulum", "5-link pendulum, every link 20 cm", pendulum(5, length=0.2)),
    scene("pendulum", "two pendulums next to each other, one twice as long as the other", twice_as_long(), pendulum(1)),
    scene("cartpole", "a cart with a red pole balancing on it", cart_pole(), count("free red thing", 1, most=2)),
    scene("cartpole", "I need a cart-pole, please. The pole should have a length of 80 cm and the cart should be blue.", cart_pole(length=0.8),
          count("free blue thing", 1, most=6), moves_with_motors(1)),
    scene("arm", "a robot arm with 6 joints which stands on a table", arm(6),
          arm_stands_on("table"), moves_with_motors(6)),
    scene("arm", "robotic arm, 4 joints, position control, green", arm(4), servos(), mostly("green")),
    scene("arm", "an arm of 2 joints without motors", jointed(2), motorless()),
    scene("arm", "give me an arm of seven joints with a gripper", either(arm(7), arm(8)), moves_with_motors(7)),
    scene("cradle", "Make a Newton's cradle from 5 steel balls and lift the first one", cradle(5, raised=1), passes_momentum(),
          count("free gray ball", 5)),
    scene("cradle", "newtons cradle with seven balls", cradle(7), passes_momentum()),
    scene("seesaw", "a seesaw with a 2 kg cube on the left end and a 6 kg cube on the right end", seesaw(), weigh("free cube", (2.0, 6.0)),
          on_ends("free cube"), tips_to_heavier("free cube")),
    scene("seesaw", "a wooden see-saw, 4 metres long", seesaw(metres=4.0),
          mostly("wooden", share=0.3)),
    scene("seesaw", "seesaw that carries a green ball at each end", seesaw(), count("green ball", 2), on_ends("green ball")),
    scene("spring", "mass on a spring: 1 kg, 100 N/m", spring(stiffness=100, kg=1.0)),
    scene("spring", "A weight of 250 grams is hanging on a spring. The stiffness of the spring is 20 N/m.", spring(stiffness=20, kg=0.25)),
    scene("spring", "two cubes connected by a spring of 40 N/m", count("free cube", 2), stiffness(40.0), same_size("free cube")),
    scene("chain", "chain with 8 links and a 2 kg ball at the end", chain(8, ends_in="sphere", kg=2.0)),
    scene("chain", "chain of ten links, each link 8 cm long", chain(10, length=0.8)),
    scene("chain", "hang a chain between two posts that are 2 m apart", strung(), apart("static thing", "static thing", 2.0)),
    scene("domino", "A ball rolls into a row of ten dominoes and knocks them all over.", count("free ball", 1), dominoes(10, by_itself=True),
          hits("free ball", "free box")),
    scene("domino", "eight large dominoes, each 50 cm tall", dominoes(8), upright_size("free box", height=0.5), in_row("free box", 8)),
    scene("car", "blue car with four wheels and rear-wheel drive", car(4, driven=2, colour="blue"), moves_with_motors()),
    scene("car", "a car that is 60 cm long and weighs 3 kg", car(4), vehicle(kg=3.0, length=0.6)),
    scene("car", "a white car on six wheels, and all of the wheels are driven",
          car(6, driven=6, colour="white"), moves_with_motors(6)),
    scene("door", "a door which can be opened up to 110 degrees", door(opens=110)),
    scene("door", "steel door, 210 cm tall, 85 cm wide", door(size=(2.1, 0.85)), made_of("free thing", "steel", hollow=True)),
    scene("door", "a hinged red door with a motor", door(), moves_with_motors(1), count("free red thing", 1, most=3)),

    # Combinations.
    scene("combinations", "Make a seesaw with a 1 kg ball at one end and a 3 kg ball at the other end, and put a table next to it.", seesaw(),
          weigh("free ball", (1.0, 3.0)), tips_to_heavier("free ball"), furnished("table")),
    scene("combinations", "Build a table. Put a blue cube and a red cube on it. Between them, place a white ball.", furnished("table"),
          on("blue cube", "table"), on("red cube", "table"), on("white ball", "table"), between("white ball", "cube")),
    scene("combinations", "a red car in front of a wall of white bricks, 5 wide and 3 high", car(4, colour="red"), wall("white box", 5, 3),
          beyond("free red thing", "front", "white box")),
    scene("combinations", "A wrecking ball swings into a tower of six boxes", swings_into("ball", "free box", 6)),
    scene("combinations", "three gears in a row, the first one has a motor", geared(3)),
    scene("combinations", "a quadruped that stands on its legs", stays_up(4), moves_with_motors(4)),
    scene("combinations", "robotic hand with four fingers", fingers(4), moves_with_motors(4)),
    scene("combinations", "an arm with a gripper that is holding a small red cube", count("red cube", 1), held_up("red cube"), moves_with_motors(3)),
    scene("combinations", "pulley with a weight of 1 kg on the one side and 3 kg on the other side", pulled_apart(3.0, 1.0)),
    scene("combinations", "catapult that throws a red ball", count("red ball", 1), flies("red ball", by=1.0)),
    scene("combinations", "a motorised turntable with a cube on it", turned_by_motor(True), count("free cube", 1), on("free cube", "thing")),
    scene("combinations", "windmill with a motor", turned_by_motor(False), overall(low=0.3, high=20.0)),
    scene("combinations", "slider-crank with a motor", cranks(), moves_with_motors(1)),
    scene("combinations", "ten marbles fall into a funnel", count("free ball", 10),
          longest("free ball", 0.005, 0.06), drains("free ball", least=6)),
    scene("combinations", "a drawer that can be pulled out", slides_out()),
    scene("combinations", "a spinning top that turns at 60 rad/s", count("free thing", 1), spins("free thing", 60.0)),
    scene("combinations", "a square pen with sides of 2 m, and six green balls in it", count("green ball", 6), penned("green ball"), overall(width=2.0)),
    scene("combinations", "On the Moon there are a chain of six links and, beside it, a double pendulum", chain(6), pendulum(2), pull=MOON),

    # Edits.
    Edits((
        step("a wooden table and on it a small red ball", furnished("table"), count("red ball", 1), on("red ball", "table")),
        step("change the colour of the ball to green", count("green ball", 1), count("red ball", 0), on("green ball", "table"), grown("ball", 1.0)),
        step("and now make it three times as big", grown("ball", 3.0), count("green ball", 1), furnished("table")),
        step("please remove the table", count("table", 0), count("green ball", 1), on("green ball", "floor")),
    )),
    Edits((
        step("three white cubes standing in a row", in_row("white cube", 3)),
        step("add two more", in_row("white cube", 5), grown("white cube", 1.0)),
        step("paint the middle one black", count("white cube", 4), count("black cube", 1), in_middle("black cube", "cube"),
             in_row("cube", 5)),
    )),
    Edits((
        step("a 10 kg crate on a 20 degree ramp", ramp(20), mass("free box", 10.0), starts_on_ramp("free box")),
        step("make the ramp steeper", steeper(), mass("free box", 10.0), starts_on_ramp("free box")),
        step("halve the mass of the crate", mass("free box", 5.0), count("free box", 1), starts_on_ramp("free box")),
    )),
    Edits((
        step("a double pendulum with links of 40 cm", pendulum(2, length=0.4)),
        step("add a third link", pendulum(3, length=0.4)),
        step("make the links 20 cm long", pendulum(3, length=0.2)),
    )),
    Edits((
        step("a blue ball beside a yellow box", beside("blue ball", "yellow box"), count("thing", 2)),
        step("move the ball behind the box", beyond("blue ball", "behind", "yellow box"), kept("yellow box"), kept("blue ball")),
        step("put a small red cone on top of the box", count("red thing", 1), on("red thing", "yellow box"), kept("yellow box")),
        step("delete the ball", count("ball", 0), count("yellow box", 1), count("red thing", 1)),
    )),
    Edits((
        step("a tower of 4 green cubes", stacked("free green cube", 4)),
        step("Make the top one red.", stacked("free cube", 4), count("green cube", 3), ordered(("green cube", "red cube"))),
        step("remove two", stacked("free cube", 2)),
    )),
    Edits((
        step("a cart-pole with a pole of 60 cm", cart_pole(length=0.6)),
        step("make the cart twice as heavy", cart_pole(length=0.6), cart_times_as_heavy(2.0)),
        step("paint the pole orange", cart_pole(length=0.6), count("free orange thing", 1, most=2)),
    )),
    Edits((
        step("a ball dropped from a height of 1 m", height("ball", 1.0), falls("ball")),
        step("lift the ball by 50 cm", raised("ball", 0.5), kept("ball"), falls("ball")),
        step("turn off gravity", count("ball", 1), kept("ball"), pull=0.0),
    )),
    Edits((
        step("six red balls on the floor", count("red ball", 6), on("red ball", "floor")),
        step("make one of them blue", count("red ball", 5), count("blue ball", 1), grown("ball", 1.0)),
        step("double the size of the balls", grown("ball", 2.0), count("ball", 6), count("blue ball", 1)),
    )),
    Edits((
        step("a 10 cm cube made of steel", size("cube", (0.1,) * 3), made_of("cube", "steel")),
        step("make it 25 cm", size("cube", (0.25,) * 3), count("cube", 1)),
        step("turn the cube into a ball", count("ball", 1), count("cube", 0), longest("ball", 0.2, 0.5)),
        step("throw the ball upwards at 4 m/s", count("ball", 1), sets_off("ball", 4.0, UP), rises("ball", by=0.4)),
    )),
    Edits((
        step("nine dominoes in a line", dominoes(9)),
        step("could you add three more?", dominoes(12), in_row("free box", 12)),
        step("color all of them purple", count("free purple box", 12), dominoes(12)),
    )),
    Edits((
        step("a table with two chairs", furnished("table"), furnished("chair", n=2)),
        step("take away one of the chairs", furnished("table"), furnished("chair", n=1)),
        step("put a mug on the table", on("bin", "table"), count("bin", 1), furnished("table")),
    )),
    Edits((
        step("a 2 kg weight hangs on a spring of 150 N/m", spring(stiffness=150, kg=2.0)),
        step("make the spring stiffer", spring(kg=2.0), stiffer()),
    )),
    Edits((
        step("a yellow car", car(4, colour="yellow")),
        step("make it black", car(4, colour="black"), moves_with_motors()),
    )),

    # Nonsense and what cannot be.
    Refused("the colour of Tuesday smells like seven"),
    Refused("qwertz uiop asdf"),
    Refused("what is the capital of France?"),
    Refused("DROP TABLE users;"),
    Refused("a ball with a radius of -5 cm"),
    Refused("a stack of 5000 cubes"),
    Refused("put a cube on a ball and put the same ball on the same cube"),
    Refused("a table of 0 cm height"),
    Refused("a horse that gallops over a meadow"),
    Refused("a ball that weighs 5 meters"),
    Refused("make it blue"),
    Refused("a pendulum with half a link"),
    Refused("a jealous cube is in love with a sphere"),
    Refused("write me a poem about robots"),
]
