"""Prompts held out beside `unseen`: by a hand that had the user's page alone, not the grammar nor what it fails on.

`local` predicates are for these prompts alone, or shared with `prompts_held`.
"""

from __future__ import annotations

import itertools

import numpy as np

import colours
from checks import (
    TOUCH_M, apart, beside, between, beyond, bounces, bridges, carriers, count, descends, falls, fits, floats, furnished, gravity, grown,
    height, hits, in_grid, in_ring, in_row, inside, larger, lies, longest, looks_like, made_of, mass, near, need, on, place, pyramid, ramp,
    round_top, size, slippery, some, sound, stacked, staircase, stands, starts_on_ramp, still, tapers, the_ramp, under, upright_size, views, wall,
)
from contraptions import one_on_each
from machines import (
    FREE, HINGE, SLIDE, anchor, arm, arm_stands_on, car, cart_pole, chain, cradle, dominoes, door, far_end, joints, kinds,
    moves_with_motors, on_ends, parts_of, passes_momentum, paths, pendulum, pendulums, seesaw, series, spring, strung, swings_into,
    tip_lengths, turns,
)
from prompts import EARTH, JUPITER, MARS, MOON, Edits, Refused, Scene, scene, step
from prompts_held import (
    boards, either, kept, local, overall, raised, servos, sets_off, spins, times_as_heavy, travels, triangle, unlike, weigh,
)
from scene import slope

MERCURY, PLUTO = 3.7, 0.62


@local
def every(scene, *checks):
    """All of these hold."""
    faults = [fault for check in checks if (fault := check.fault(scene))]
    need(not faults, " / ".join(faults))


# Things.


@local
def proportioned(scene, what: str, times: float):
    """Stands so many times as high as it is wide."""
    for thing in some(scene, what):
        low, high = thing.bounds(scene.start)
        full = high - low
        need(near(full[2], times * max(full[:2]), 0.08), f"{what} is {np.round(full, 3)} m, wanted {times} times as high as wide")


@local
def see_through(scene, what: str):
    """One can look through it."""
    for thing in some(scene, what):
        clear = colours.alpha(scene.model, thing.main.id)
        need(clear < 0.9, f"{what} has an opacity of {clear:.2f}")


@local
def spins_level(scene, what: str):
    """It turns about an upright axis, as a carousel does."""
    for thing in some(scene, what):
        rate = scene.start.cvel[thing.main.body][:3]
        need(abs(rate[2]) > 0.95 * np.linalg.norm(rate) > 0, f"{what} turns about {np.round(rate, 2)}")


@local
def at_rest(scene, what: str):
    """Does not move at first."""
    data = scene.run(0.1)
    for thing in some(scene, what):
        moved = np.linalg.norm(place(thing, data) - place(thing, scene.start))
        need(moved < 0.01, f"{what} moves by {moved:.3f} m in 0.1 s")


@local
def heights(scene, what: str, lengths: tuple[float, ...]):
    """How high they stand, from the lowest, m."""
    ours = np.sort([np.diff([b[2] for b in t.bounds(scene.start)])[0] for t in some(scene, what)])
    need(len(ours) == len(lengths) and np.allclose(ours, np.sort(lengths), rtol=0.06), f"{what}: {np.round(ours, 3)} m high, wanted {lengths}")


# Arrangements.


def _along(scene, found) -> tuple[list, np.ndarray, np.ndarray]:
    """Things in the order in which they stand along their line in plan, how far along, and how far aside."""
    points = np.array([place(t, scene.start)[:2] for t in found])
    points -= points.mean(0)
    axis = np.linalg.svd(points)[2][0]
    order = np.argsort(points @ axis)
    return [found[i] for i in order], (points @ axis)[order], np.linalg.norm(points - np.outer(points @ axis, axis), axis=1)


@local
def climbing(scene, what: str, n: int):
    """On a straight line as it is seen from above, at even steps, each higher than the one before."""
    found = some(scene, what)
    need(len(found) == n, f"{len(found)} × {what}, wanted {n}")
    row, along, aside = _along(scene, found)
    steps, tops = np.diff(along), np.diff([t.bounds(scene.start)[1][2] for t in row])
    need((tops > 0).all() or (tops < 0).all(), f"they rise by {np.round(tops, 3)} m along the line")
    need(aside.max() < 0.1 * steps.mean() and np.ptp(steps) < 0.3 * steps.mean(), f"steps {np.round(steps, 3)}, {aside.max():.3f} m aside")


@local
def sequence(scene, what: str, looks: tuple[str, ...]):
    """Along their line, from one end or from the other, they have these colours ("blue|purple": one of the two)."""
    found = some(scene, what)
    need(len(found) == len(looks), f"{len(found)} × {what}, wanted {len(looks)}")
    row, _, _ = _along(scene, found)
    right = [all(any(t.is_coloured(c) for c in look.split("|")) for t, look in zip(way, looks)) for way in (row, row[::-1])]
    need(any(right), f"colours along the line: {[np.round(t.main.rgb, 2).tolist() for t in row]}")


@local
def first_of(scene, what: str, of: str):
    """Stands at an end of their line."""
    row, _, _ = _along(scene, some(scene, of, 2))
    need(any(end in some(scene, what) for end in (row[0], row[-1])), f"no {what} at an end")


@local
def grows_rightwards(scene, what: str):
    """The further to the right, the larger."""
    found = some(scene, what, 2)
    for ahead in views(scene):
        order = sorted(found, key=lambda t: place(t, scene.start)[:2] @ [ahead[1], -ahead[0]])
        if (np.diff([max(t.extents) for t in order]) > 0).all():
            return
    need(False, "they do not grow from left to right")


@local
def chequered(scene, what: str, one: str, other: str):
    """Neighbours in a grid never have the same of two colours."""
    found = some(scene, what, 4)
    points = [place(t, scene.start) for t in found]
    pairs = [(np.linalg.norm(points[i] - points[j]), found[i], found[j]) for i, j in itertools.combinations(range(len(found)), 2)]
    nearest = min(d for d, _, _ in pairs)
    for away, a, b in pairs:
        differ = any(a.is_coloured(c) and b.is_coloured(d) for c, d in ((one, other), (other, one)))
        need(away > 1.2 * nearest or differ, "two neighbours have one colour")


@local
def lattice(scene, what: str, n: int):
    """A solid block of n × n × n that stays as it is."""
    found = some(scene, what)
    need(len(found) == n**3, f"{len(found)} × {what}, wanted {n**3}")
    points = np.array([place(t, scene.start) for t in found])
    for values in points.T:
        steps = np.diff(np.sort(values))
        levels = 1 + (steps > 0.3 * min(found[0].extents)).sum()
        need(levels == n, f"{levels} levels along an axis, wanted {n}")


@local
def heaps_squared(scene, what: str, side: float):
    """Where they stand in plan is the corners of a square; the side is between centres or faces."""
    found = some(scene, what, 4)
    wide = max(max(t.extents) for t in found)
    spots: list[np.ndarray] = []
    for thing in found:
        here = place(thing, scene.start)[:2]
        if all(np.linalg.norm(here - spot) > 0.5 * wide for spot in spots):
            spots.append(here)
    need(len(spots) == 4, f"{len(spots)} places, wanted 4")
    lengths = np.sort([np.linalg.norm(a - b) for a, b in itertools.combinations(spots, 2)])
    need(np.ptp(lengths[:4]) < 0.08 * lengths[0] and near(lengths[4], lengths[0] * np.sqrt(2)), "no square")
    sides = [lengths[0] + d for t in found for full in t.extents for d in (-full, 0, full)]
    need(any(near(s, side, 0.08) for s in sides), f"sides of {lengths[0]:.2f} m, wanted {side}")


@local
def courses(scene, what: str, wide: int, high: int):
    """At the start they form a wall; what becomes of it is left open."""
    points = np.array([place(t, scene.start) for t in some(scene, what, wide * high)])
    heights_, counts = np.unique(np.round(points[:, 2], 2), return_counts=True)
    need(len(heights_) == high and all(wide <= c <= wide + 1 for c in counts), f"courses of {counts}, wanted {high} of {wide}")
    _, strength, _ = np.linalg.svd(points[:, :2] - points[:, :2].mean(0))
    need(strength[1] < 0.05 * strength[0], "the bricks are not in one plane")


@local
def above(scene, a: str, b: str):
    """Right over the other."""
    shift = place(some(scene, a)[0], scene.start) - place(some(scene, b)[0], scene.start)
    need(shift[2] > 0.9 * np.linalg.norm(shift), f"{a} is shifted from {b} by {np.round(shift, 2)}")


@local
def one_in_each(scene, what: str, holder: str, n: int):
    """n holders, each with just one in it after settling."""
    holders, counts = some(scene, holder), []
    for other in holders:
        low, high = other.bounds(scene.settled)
        here = [place(t, scene.settled) for t in some(scene, what)]
        counts.append(sum(bool(np.all(p > low) and np.all(p[:2] < high[:2]) and p[2] < high[2] + 0.02) for p in here))
    need(counts == [1] * n, f"they hold {counts} × {what}")


@local
def loads(scene, base: str, wants: tuple[tuple[str, int], ...]):
    """Each kind of load is on a base of its own, so many of it."""
    bearers = []
    for what, n in wants:
        found = some(scene, what)
        need(len(found) == n, f"{len(found)} × {what}, wanted {n}")
        ours = {id(c) for t in found for c in carriers(scene, scene.settled, t, base)}
        need(len(ours) == 1, f"{what} is on {len(ours)} × {base}, wanted one")
        bearers += ours
    need(len(set(bearers)) == len(wants), f"two loads share one {base}")


@local
def on_tallest(scene, what: str, base: str):
    """The highest of all carries it."""
    tallest = max(some(scene, base), key=lambda t: t.bounds(scene.start)[1][2])
    need(tallest in carriers(scene, scene.settled, some(scene, what)[0], base), f"{what} is not on the tallest {base}")


@local
def square_top(scene):
    """The table is as long as it is wide."""
    for thing in some(scene, "table"):
        need(near(thing.extents[0], thing.extents[1]), f"the table is {np.round(thing.extents, 2)} m")


@local
def legged(scene, n: int):
    """The table has so many legs."""
    for thing in some(scene, "table"):
        bounds = [p.bounds(scene.start) for p in thing.parts if p is not thing.top]
        legs = sum(high[2] - low[2] > 0.5 * thing.extents[2] for low, high in bounds)
        need(legs == n, f"{legs} legs, wanted {n}")


# Ramps.


@local
def tilts(scene, degrees: tuple[float, ...]):
    """There are slopes of just these tilts."""
    ours = [lie[0] for p in scene.parts if (lie := slope(p, scene.start))]
    need(all(any(abs(o - d) < 1.5 for o in ours) for d in degrees), f"slopes of {np.round(ours, 1)}°, wanted {degrees}")
    need(all(any(abs(o - d) < 1.5 for d in degrees) for o in ours), f"slopes of {np.round(ours, 1)}°, wanted {degrees}")


@local
def one_per_slope(scene, what: str):
    """Each touches, soon after the start, a slope of another tilt, in its upper half."""
    ramps = [(p, lie[0]) for p in scene.parts if (lie := slope(p, scene.start))]
    touched = []
    for thing in some(scene, what):
        seen = []

        def look(data, thing=thing, seen=seen):
            seen += [(tilt, p) for p, tilt in ramps if scene.gap(data, thing.parts, [p]) < TOUCH_M]
            return seen

        data = scene.run(0.5, each=look)
        need(seen, f"a {what} is on no slope")
        low, high = seen[0][1].bounds(data)
        need(thing.bounds(data)[0][2] > (low[2] + high[2]) / 2, f"a {what} is in the lower half of its slope")
        touched.append(round(seen[0][0]))
    need(len(set(touched)) == len(touched), f"they begin on slopes of {touched}°")


@local
def slides_and_stays(scene, what: str):
    """Of two one goes down the ramp, and the other does not."""
    _, _, down = the_ramp(scene)
    begin, end = scene.run(0.1), scene.run(2.0)
    shifts = np.sort([float((place(t, end) - place(t, begin)) @ down) for t in some(scene, what)])
    need(len(shifts) == 2 and shifts[0] < 0.05 and shifts[1] > 0.2, f"they go {np.round(shifts, 2)} m down the ramp")


@local
def one_slides(scene, what: str):
    """At least one of these goes down the ramp."""
    _, _, down = the_ramp(scene)
    end = scene.run(3.0)
    shifts = [float((place(t, end) - place(t, scene.start)) @ down) for t in some(scene, what)]
    need(max(shifts) > 0.2, f"they go {np.round(shifts, 2)} m down the ramp")


# Mechanisms.


@local
def link_lengths(scene, lengths: tuple[float, ...]):
    """Some series of turning links has these lengths, from the fixed end, m."""
    faults = []
    for path in paths(scene):
        links = [b for b in path if turns(scene, b)]
        if len(links) == len(lengths):
            ends = [anchor(scene, scene.start, b) for b in links]
            gaps = [np.linalg.norm(b - a) for a, b in itertools.pairwise(ends)]
            middle, end = tip_lengths(scene, scene.start, links[-1], ends[-1])
            if all(near(g, w) for g, w in zip(gaps, lengths)) and middle * 0.94 <= lengths[-1] <= end * 1.06:
                return
            faults.append(f"{np.round(gaps, 3)} and a last of {middle:.3f} to {end:.3f}")
    need(False, f"links of {faults} m, wanted {lengths}")


@local
def releases(scene, degrees: tuple[float, ...]):
    """Single pendulums of one length begin at these angles from where they would hang."""
    found = pendulums(scene, 1)
    ways = [far_end(scene, scene.start, p)[1] - anchor(scene, scene.start, p[0]) for p in found]
    spans = np.linalg.norm(ways, axis=1) if found else np.zeros(1)
    ours = np.sort([np.degrees(np.arccos(np.clip(-way[2] / span, -1, 1))) for way, span in zip(ways, spans)])
    need(np.ptp(spans) < 0.04 * spans.max(), f"they are {np.round(spans, 3)} m long")
    need(len(ours) == len(degrees) and np.abs(ours - np.sort(degrees)).max() < 4, f"they begin at {np.round(ours)}°, wanted {degrees}")


@local
def near_twins(scene, n: int):
    """Two pendulums of n links that begin almost alike, but not quite."""
    found = pendulums(scene, n)
    need(len(found) == 2, f"{len(found)} pendulums of {n} links, wanted 2")
    ends = [[anchor(scene, scene.start, b) for b in p] + [far_end(scene, scene.start, p)[1]] for p in found]
    ways = [np.array([(b - a) / np.linalg.norm(b - a) for a, b in itertools.pairwise(points)]) for points in ends]
    off = np.degrees(np.arccos(np.clip((ways[0] * ways[1]).sum(1), -1, 1))).max()
    need(0.02 < off < 12, f"they begin {off:.2f}° apart")


@local
def poles(scene, n: int):
    """Upon a sliding cart there are n turning links in series."""
    have = []
    for path in paths(scene):
        if any(kinds(scene, b) == {SLIDE} for b in path):
            have.append(sum(turns(scene, b) for b in path))
    need(n in have, f"series of {have} links on a cart, wanted {n}")


@local
def torques(scene):
    """Every actuator's force is what is asked of it, wherever things are."""
    need(scene.model.nu > 0 and np.allclose(scene.model.actuator_biasprm, 0), "no actuator, or one that holds a place or a speed")


def _limb(scene) -> list[int]:
    links = max(([b for b in path if turns(scene, b)] for path in paths(scene)), key=len, default=[])
    need(len(links) >= 2, "no arm")
    return links


@local
def in_reach(scene, what: str):
    """The arm's tip, stretched out, gets there."""
    links = _limb(scene)
    ends = [anchor(scene, scene.start, b) for b in links]
    reach = sum(np.linalg.norm(b - a) for a, b in itertools.pairwise(ends)) + tip_lengths(scene, scene.start, links[-1], ends[-1])[1]
    for thing in some(scene, what):
        away = np.linalg.norm(place(thing, scene.start) - ends[0]) - max(thing.extents) / 2
        need(away <= reach, f"{what} is {away:.2f} m from the arm's base, its reach is {reach:.2f} m")


@local
def arm_beyond(scene, side: str, what: str):
    """The arm's foot is behind or in front of something."""
    shift = (anchor(scene, scene.start, _limb(scene)[0]) - place(some(scene, what)[0], scene.start))[:2]
    sign = {"behind": 1, "front": -1}[side]
    need(any(sign * (shift @ ahead) > 0.7 * np.linalg.norm(shift) for ahead in views(scene)), f"the arm is shifted by {np.round(shift, 2)}")


@local
def arm_near(scene, what: str, metres: float):
    """The arm's foot is no further than that from it, m."""
    foot = anchor(scene, scene.start, _limb(scene)[0])[:2]
    for thing in some(scene, what):
        low, high = thing.bounds(scene.start)
        away = np.linalg.norm(np.maximum(0, np.maximum(low[:2] - foot, foot - high[:2])))
        need(away <= metres, f"the arm is {away:.2f} m from the {what}")


def _beam(scene):
    """The longest that moves."""
    moving = [t for t in scene.things if not t.is_static]
    need(moving, "nothing moves")
    return max(moving, key=lambda t: max(t.main.extents)).main


@local
def balanced(scene):
    """The plank hardly tips in 2 s."""
    beam = _beam(scene)
    axis = int(np.argmax(beam.extents))
    lean = np.degrees(np.arcsin(np.clip(abs(beam.axes(scene.settled)[2, axis]), 0, 1)))
    need(lean < 6, f"the plank leans by {lean:.0f}°")


@local
def end_sinks(scene, heavy: str, light: str):
    """They begin on opposite halves of the plank, and the first's goes down."""
    beam = _beam(scene)
    axis = int(np.argmax(beam.extents))
    way, middle = beam.axes(scene.start)[:, axis], scene.start.geom_xpos[beam.id]
    sides = [[float((place(t, scene.start) - middle) @ way) for t in some(scene, what)] for what in (heavy, light)]
    sign = np.sign(sides[0][0])
    need(all(s * sign > 0 for s in sides[0]) and all(s * sign < 0 for s in sides[1]), f"they are at {np.round(sides[0] + sides[1], 2)} m along the plank")
    seen = []
    scene.run(3.0, each=lambda d: seen.append(float(beam.axes(d)[2, axis] * sign)))
    need(min(seen) < -0.03 and abs(min(seen)) > abs(max(seen)), f"the end of the {heavy} does not go down")


@local
def heavier_left(scene, what: str):
    """The heaviest is left of the others."""
    found = sorted(some(scene, what, 2), key=lambda t: t.mass)
    shift = (place(found[-1], scene.start) - np.mean([place(t, scene.start) for t in found[:-1]], 0))[:2]
    need(any(shift @ [-ahead[1], ahead[0]] > 0 for ahead in views(scene)), f"the heaviest {what} is not on the left")


@local
def coupled(scene, what: str, n: int, value: float):
    """n loads with springs of this stiffness, N/m: when the first is pushed the last feels it."""
    found = [t for t in some(scene, what) if not t.is_static]
    need(len(found) == n, f"{len(found)} × {what}, wanted {n}")
    springs = [float(np.max(s)) for s in (*scene.model.tendon_stiffness, *scene.model.jnt_stiffness) if np.max(s) > 0]
    need(n - 1 <= len(springs) <= n + 1 and all(near(s, value) for s in springs), f"springs of {np.round(springs, 1)} N/m")
    row, _, _ = _along(scene, found)
    way = place(row[1], scene.start) - place(row[0], scene.start)
    way /= np.linalg.norm(way)

    def push(data):
        data.xfrc_applied[row[0].body][:3] = way * row[0].mass * 4 * (data.time < 0.5)

    quiet, pushed = [], []
    scene.run(2.0, each=lambda d: quiet.append(place(row[-1], d)))
    scene.run(2.0, each=lambda d: (push(d), pushed.append(place(row[-1], d)))[0])
    felt = np.linalg.norm(np.array(quiet) - np.array(pushed), axis=1).max()
    need(felt > 0.003, f"the last one feels a push on the first by {felt:.4f} m")


@local
def spanned(scene, low: int, high: int):
    """A chain that is held at both ends has so many links."""
    have = [len(run) - 2 for run in series(scene) if run[-1] == 0]
    need(any(low <= n <= high for n in have), f"chains of {have} links with both ends fixed, wanted {low} to {high}")


@local
def fleet(scene, looks: tuple[str, ...]):
    """So many vehicles on four wheels, of these colours."""
    model = scene.model
    roots = [b for b in range(1, model.nbody) if model.body_parentid[b] == 0 and kinds(scene, b) & {FREE, SLIDE}
             and sum(model.body_rootid[j] == b for j in model.jnt_bodyid[model.jnt_type == HINGE]) >= 4]
    need(len(roots) == len(looks), f"{len(roots)} cars, wanted {len(looks)}")
    for order in itertools.permutations(looks):
        if all(any(t.is_coloured(c) for t in scene.things if t.body == r) for r, c in zip(roots, order)):
            return
    need(False, f"the cars are not {looks}")


@local
def leaves(scene, n: int, width: float):
    """So many panels on upright hinges, each so wide, m."""
    wide = []
    for body in range(1, scene.model.nbody):
        panels = [p for p in parts_of(scene, {body}) if p.shape in ("box", "mesh")]
        if kinds(scene, body) == {HINGE} and abs(scene.start.xaxis[joints(scene, body)[0]][2]) > 0.98 and panels:
            panel = max(panels, key=lambda p: p.volume)
            wide.append(max(np.delete(panel.extents, np.argmax(np.abs(panel.axes(scene.start)[2])))))
    need(len(wide) == n and all(near(w, width) for w in wide), f"panels {np.round(wide, 2)} m wide, wanted {n} of {width}")


# Changes.


@local
def one_grown(scene, what: str):
    """One became larger, the others are as they were."""
    need(scene.before, "there is no scene before")
    ours, theirs = (np.sort([max(t.extents) for t in some(s, what)]) for s in (scene, scene.before))
    need(len(ours) == len(theirs), f"{len(ours)} × {what}, before {len(theirs)}")
    need(np.allclose(ours[:-1], theirs[:-1], rtol=0.03) and ours[-1] > 1.1 * theirs[-1], f"{what}: {np.round(ours, 3)} m, before {np.round(theirs, 3)}")


@local
def taller(scene, what: str, times: float):
    """Each stands so many times as high as before the edit."""
    need(scene.before, "there is no scene before")
    ours, theirs = (np.mean([np.diff([b[2] for b in t.bounds(s.start)])[0] for t in some(s, what)]) for s in (scene, scene.before))
    need(near(ours, times * theirs), f"{what} is {ours / theirs:.2f} times as high, wanted {times}")


PROMPTS = [
    # Objects.
    scene("objects", "purple sphere, radius 25 cm", count("purple ball", 1), count("thing", 1), size("ball", (0.5,) * 3)),
    scene("objects", "2 orange bricks", count("orange box", 2), count("thing", 2), on("orange box", "floor"), longest("orange box", 0.05, 0.5)),
    scene("objects", "a metal rod 1.2 m long and 2 cm thick", count("thing", 1), size("thing", (0.02, 0.02, 1.2)), looks_like("thing", "gray")),
    scene("objects", "drop three bouncy balls", count("free ball", 3), count("thing", 3), falls("free ball"), bounces("free ball", least=0.1)),
    scene("objects", "one huge green cylinder with a really tiny red cube right beside it", count("green cylinder", 1), count("red cube", 1),
          larger("green cylinder", "red cube", 3), beside("red cube", "green cylinder")),
    scene("objects", "A 750 g cube of wood whose edges are 12 cm long.", count("cube", 1), size("cube", (0.12,) * 3), mass("cube", 0.75),
          made_of("cube", "wooden")),
    scene("objects", "could i have five capsules in five different colours", count("capsule", 5), count("thing", 5), unlike("capsule", 5)),
    scene("objects", "cylinder, twice as tall as it is wide", count("cylinder", 1), count("thing", 1), proportioned("cylinder", 2.0)),
    scene("objects", "an ellipsoid with semi-axes of 10, 15 and 20 cm", count("ellipsoid", 1), count("thing", 1), size("ellipsoid", (0.2, 0.3, 0.4))),
    scene("objects", "one red, one green and two blue spheres, nothing else", count("red ball", 1), count("green ball", 1), count("blue ball", 2),
          count("thing", 4)),
    scene("objects", "Place a black box of 40 by 30 by 25 centimetres on the ground. Its mass is 8 kilograms.", count("black box", 1),
          size("black box", (0.4, 0.3, 0.25)), mass("black box", 8.0), on("black box", "floor")),
    scene("objects", "transparant blue cube", count("blue cube", 1), see_through("blue cube")),
    scene("objects", "pink ball, diameter six inches, half a kilo", count("pink ball", 1), size("ball", (0.1524,) * 3), mass("ball", 0.5)),
    scene("objects", "I want a long thin white cylinder lying flat on the floor, 80 cm in length", count("white cylinder", 1),
          longest("white cylinder", 0.76, 0.84), lies("white cylinder"), on("white cylinder", "floor")),

    # Worlds.
    Scene("worlds", "drop a cube on Pluto from 2 m", (count("free cube", 1), height("cube", 2.0), falls("cube", by=0.8), sound(),
          gravity(PLUTO, share=0.08), fits())),
    scene("worlds", "no gravity, six balls hovering in mid-air", count("ball", 6), floats("ball"), pull=0.0, floor=False),
    scene("worlds", "Set g to 1.2 m/s2 and let a yellow ball fall from a height of 4 m", count("yellow ball", 1), height("yellow ball", 4.0),
          falls("yellow ball", by=2.0), pull=1.2),
    scene("worlds", "hockey puck gliding over ice at 3 m/s", count("free cylinder", 1), sets_off("free cylinder", 3.0), slippery("free cylinder"),
          travels("free cylinder", 1.5)),
    scene("worlds", "stack five cubes in a world where gravity is a third of ours", count("free cube", 5), stacked("free cube", 5), pull=EARTH / 3),
    scene("worlds", "tower of 4 white boxes on mercury", count("white box", 4), stacked("free white box", 4), pull=MERCURY),
    scene("worlds", "How would a rubber ball bounce on Jupiter if I let go of it 2 m above the ground?", count("ball", 1), height("ball", 2.0),
          made_of("ball", "rubber"), falls("ball", by=1.0), bounces("ball"), pull=JUPITER),
    scene("worlds", "A cube that spins about its vertical axis at 5 rad/s while it floats weightlessly", count("cube", 1), floats("cube"),
          spins("cube", 5.0), spins_level("cube"), pull=0.0, floor=False),

    # Arrangements.
    scene("arrangements", "4 by 6 grid of tiny red balls", in_grid("red ball", 4, 6, square=False), longest("red ball", 0.005, 0.1),
          on("red ball", "floor")),
    scene("arrangements", "A pyramid from fifteen cubes.", pyramid("free cube", 5), count("free cube", 15), count("thing", 15)),
    scene("arrangements", "wall made of 30 blue bricks, 6 bricks per row", wall("blue box", 6, 5), count("blue box", 30)),
    scene("arrangements", "a flight of stairs that goes up to 1.2 m in eight equal steps", staircase(8, rise=0.15), overall(low=1.14, high=1.26)),
    scene("arrangements", "three towers: the red one has 2 cubes, the green one 3 and the blue one 4", stacked("free red cube", 2),
          stacked("free green cube", 3), stacked("free blue cube", 4), count("thing", 9)),
    scene("arrangements", "4 x 4 checkerboard of black and white square tiles", in_grid("box", 4, 4), count("black box", 8), count("white box", 8),
          chequered("box", "black", "white")),
    scene("arrangements", "Seven balls in a row with the colours of the rainbow in the right order", in_row("ball", 7),
          sequence("ball", ("red", "orange", "yellow", "green", "blue|turquoise", "blue|purple", "purple"))),
    scene("arrangements", "27 cubes packed together as a 3 by 3 by 3 block", lattice("free cube", 3), still("free cube"), count("thing", 27)),
    scene("arrangements", "Arrange 6 blue cylinders as a hexagon with sides of one metre", in_ring("blue cylinder", 6, radius=1.0),
          on("blue cylinder", "floor")),
    scene("arrangements", "a row of eight cylinders, black and white ones by turns", in_row("cylinder", 8),
          sequence("cylinder", ("black", "white") * 4), on("cylinder", "floor")),
    scene("arrangements", "a pile of three bricks at every corner of a square with 1 m sides", stacked("free box", 3, stacks=4),
          heaps_squared("free box", 1.0)),
    scene("arrangements", "six spheres growing in size from left to right", in_row("ball", 6, growing=True), grows_rightwards("ball")),
    scene("arrangements", "six tin cans stacked 3-2-1", pyramid("free cylinder", 3, total=6), stands("free cylinder"), count("thing", 6),
          still("free cylinder")),

    # Ramps.
    scene("ramps", "ramp, 30 deg", ramp(30), count("free thing", 0)),
    scene("ramps", "a 22 degree wedge with a marble at the very top", ramp(22), count("free ball", 1), longest("free ball", 0.005, 0.06),
          starts_on_ramp("free ball", upper=0.6), descends("free ball", rolling=True)),
    scene("ramps", "a barrel rolls down an 18° hill", ramp(18), count("free thing", 1), starts_on_ramp("free thing"),
          descends("free thing", rolling=True)),
    scene("ramps", "Two cubes on a 20-degree incline, one with a friction of 0.1 and the other with 0.9", ramp(20), count("free cube", 2),
          starts_on_ramp("free cube"), slides_and_stays("free cube")),
    scene("ramps", "1.5 metre ramp inclined at 10 degrees, no friction, 2 kg box at its upper end", ramp(10, length=1.5), mass("free box", 2.0),
          starts_on_ramp("free box", upper=0.5), descends("free box", rolling=False)),
    scene("ramps", "A gentle slope of 10 degrees and beside it a steep one of 35 degrees. A ball waits at the top of each.", tilts((10, 35)),
          count("free ball", 2), one_per_slope("free ball")),
    scene("ramps", "the green ball rolls down a 25° ramp and bumps into a 20 kg crate that stands at the bottom", ramp(25),
          starts_on_ramp("free green ball"), descends("free green ball", rolling=True), count("free box", 1), mass("free box", 20.0),
          hits("free green ball", "free box")),

    # Furniture.
    scene("furniture", "kitchen table with two stools", furnished("table", n=3, low=0.3, high=1.0), beside("table", "table", within=1.0, overlap=0.5)),
    scene("furniture", "a bookcase, 2 m tall, five shelves", furnished("shelf"), upright_size("shelf", height=2.0), boards(5)),
    scene("furniture", "one wooden chair", furnished("chair"), made_of("chair", "wooden", hollow=True)),
    scene("furniture", "a white table that's 1.5 m long, 80 cm wide and 74 cm high", furnished("table", height=0.74, length=1.5),
          size("table", (1.5, 0.8, 0.74)), looks_like("table", "white")),
    scene("furniture", "four red chairs around a square table", furnished("chair", n=4), looks_like("chair", "red"), furnished("table"), square_top(),
          in_ring("chair", 4, around="table")),
    scene("furniture", "a classroom with 3 rows of 4 desks", furnished("table", n=12), in_grid("table", 3, 4, square=False)),
    scene("furniture", "round bar stool whose seat is 75 cm above the floor", furnished("seat", height=0.75), round_top("seat")),
    scene("furniture", "a round table that stands on three legs", furnished("table"), round_top(), legged(3)),

    # Relations.
    scene("relations", "blue cube in a bowl", count("bin", 1), count("free blue cube", 1), inside("free blue cube", "bin")),
    scene("relations", "a green cylinder 60 cm to the right of a yellow cube", count("green cylinder", 1), count("yellow cube", 1),
          beyond("green cylinder", "right", "yellow cube"), apart("green cylinder", "yellow cube", 0.6)),
    scene("relations", "In zero-g: a red ball floating one metre above a blue ball", floats("red ball"), floats("blue ball"),
          above("red ball", "blue ball"), apart("red ball", "blue ball", 1.0), count("thing", 2), pull=0.0, floor=False),
    scene("relations", "the red cube is in front of the green cube and the green cube is in front of the blue cube", count("cube", 3),
          beyond("red cube", "front", "green cube"), beyond("green cube", "front", "blue cube")),
    scene("relations", "four pillars, each with a ball on top", count("ball", 4),
          either(one_on_each("ball", "cylinder", 4), one_on_each("ball", "box", 4))),
    scene("relations", "a box on which there is a smaller box, on which there is an even smaller one", stacked("free box", 3), tapers("free box"),
          count("thing", 3)),
    scene("relations", "two wooden blocks bridged by a plank, with a ball resting on the middle of the plank", count("box", 3), count("free ball", 1),
          bridges("free box", "box"), on("free ball", "box"), made_of("box", "wooden", n=2)),
    scene("relations", "put a chair between two tables", furnished("chair"), furnished("table", n=2), between("chair", "table")),
    scene("relations", "table with a red ball under it and a blue one on it", furnished("table"), count("ball", 2), under("red ball", "table"),
          on("blue ball", "table")),
    scene("relations", "a white cube surrounded by eight black balls", count("white cube", 1), in_ring("black ball", 8, around="white cube")),
    scene("relations", "On a desk stand two cups, and each of them holds a marble.", furnished("table"), count("bin", 2), on("bin", "table"),
          count("free ball", 2), longest("free ball", 0.003, 0.06), one_in_each("free ball", "bin", 2)),
    scene("relations", "a yellow mug to the left of a blue book, both lying on a table", furnished("table"), on("yellow thing", "table"),
          on("blue thing", "table"), beyond("yellow thing", "left", "blue thing")),

    # Mechanisms.
    scene("pendulum", "seven link pendulum", pendulum(7)),
    scene("pendulum", "lunar gravity, a 2 m pendulum that starts 20 degrees off the vertical", pendulum(1, length=2.0, aside=20), pull=MOON),
    scene("pendulum", "Double pendulum. The upper link measures 60 cm, the lower one 30 cm, and it's let go from horizontal.",
          pendulum(2, from_horizontal=True), link_lengths((0.6, 0.3))),
    scene("pendulum", "three pendulums of the same length next to each other, released from 10, 20 and 30 degrees", releases((10, 20, 30)),
          pendulum(1)),
    scene("pendulum", "To show my students what chaos is: two double pendulums side by side that start almost, but not exactly, in the same position",
          near_twins(2), pendulum(2)),
    scene("pendulum", "a pendulum with a motor at its pivot", pendulum(1), moves_with_motors(1)),
    scene("cartpole", "gym style cartpole", cart_pole(), moves_with_motors(1)),
    scene("cartpole", "a double inverted pendulum on a cart", cart_pole(), poles(2), moves_with_motors(1)),
    scene("cartpole", "Cart of 1 kg with a 50 cm pole of 100 g hinged to its top, and a force actuator that pushes the cart.", cart_pole(length=0.5),
          mass("free thing", 1.0, n=1, share=0.12), mass("free thing", 0.1, n=1, share=0.15), torques()),
    scene("arm", "5dof manipulator", arm(5), moves_with_motors(5)),
    scene("arm", "robot arm with three joints, torque motors in all of them, and a blue cube within its reach", arm(3), torques(),
          count("blue cube", 1), in_reach("blue cube")),
    scene("arm", "a planar arm: two links of 30 cm each, both joints driven", arm(2), link_lengths((0.3, 0.3)), moves_with_motors(2)),
    scene("arm", "white robot arm, 6 axes, behind a table", arm(6), furnished("table"), count("free white thing", 3, most=16),
          arm_beyond("behind", "table")),
    scene("cradle", "newton's cradle", either(*(cradle(n) for n in range(3, 8))), passes_momentum()),
    scene("cradle", "Newton's cradle, eight small balls, three of which are pulled out at the start", cradle(8, raised=3), passes_momentum()),
    scene("cradle", "a desk toy, the one by Newton with the clicking balls: 5 of them please, golden", cradle(5),
          either(count("free gold ball", 5), count("free yellow ball", 5)), passes_momentum()),
    scene("seesaw", "seesaw in balance with identical 2 kg cubes at both ends", seesaw(), count("free cube", 2), mass("free cube", 2.0),
          on_ends("free cube"), balanced()),
    scene("seesaw", "a red plank 2.4 m long that pivots about its middle like a seesaw", seesaw(metres=2.4), count("free red thing", 1, most=2)),
    scene("seesaw", "On one end of a see-saw sits a 10 kg cube; two 2 kg balls sit on the other end.", seesaw(), mass("free cube", 10.0),
          count("free ball", 2), mass("free ball", 2.0), end_sinks("free cube", "free ball")),
    scene("spring", "hang 300 g from a spring, k=12 N/m", spring(stiffness=12, kg=0.3)),
    scene("spring", "Horizontal oscillator: a 4 kg block on a spring with a spring constant of 400 newtons per metre",
          spring(stiffness=400, kg=4.0, level=True), count("free box", 1)),
    scene("spring", "four blue spheres in a line, neighbours coupled by springs of 60 N/m", coupled("blue ball", 4, 60.0), count("blue ball", 4)),
    scene("chain", "hanging chain, 20 links", chain(20)),
    scene("chain", "A one metre chain that consists of 10 links dangles from above, with a blue cube of 500 g at its end",
          chain(10, ends_in="box", kg=0.5, length=1.0), count("blue cube", 1)),
    scene("chain", "chain of 15 links fixed at both its ends so that it sags", strung(), spanned(14, 17)),
    scene("domino", "domino run in a straight line, 30 pieces", dominoes(30), in_row("free box", 30)),
    scene("domino", "seven dominoes of 10 cm height in a line; a ball comes rolling and topples them", upright_size("free box", height=0.1),
          count("free ball", 1), hits("free ball", "free box"), dominoes(7, by_itself=True)),
    scene("domino", "24 dominoes forming a closed circle", in_ring("free box", 24), lies("free box", upright=True), still("free box")),
    scene("car", "a 4wd buggy", car(4, driven=4), moves_with_motors(1)),
    scene("car", "two toy cars beside each other, a red and a blue one, that I can drive", fleet(("red", "blue")), car(4), moves_with_motors(2)),
    scene("car", "differential-drive robot: two powered wheels and a castor", either(car(2), car(3)), moves_with_motors(2)),
    scene("door", "double door, each wing 70 cm wide", door(), leaves(2, width=0.7)),
    scene("door", "little blue door, 1.2 m high and 60 cm wide, swinging on a hinge", door(size=(1.2, 0.6)), count("free blue thing", 1, most=2)),
    scene("door", "A heavy oak door, 30 kg, hung in a door frame", door(), mass("free thing", 30.0, n=1), made_of("free thing", "wooden", n=1, hollow=True),
          count("static thing", 1, most=5)),

    # Combinations.
    scene("combinations", "On a wooden table 80 cm high there are three towers of two cubes each: one red, one green and one blue. A chair stands in "
          "front of the table. The whole thing is on Mars.", furnished("table", height=0.8), made_of("table", "wooden", hollow=True),
          every(*(stacked(f"free {c} cube", 2) for c in ("red", "green", "blue"))), on("free cube", "table", n=3),
          furnished("chair"), beyond("chair", "front", "table"), pull=MARS),
    scene("combinations", "I'm teaching friction next week. Give me a board tilted by 25 degrees with three blocks side by side on it, one of wood, one "
          "of steel and one of ice. The ice has to slide.", ramp(25), count("free box", 3), made_of("free box", "wooden", n=1),
          made_of("free box", "steel", n=1), starts_on_ramp("free box"), one_slides("free icy box")),
    scene("combinations", "bowling: ten white pins set up in a triangle, and a black ball of 6 kg that rolls towards them at 5 m/s",
          triangle("white thing", 4), count("black ball", 1), mass("black ball", 6.0), sets_off("black ball", 5.0), hits("black ball", "white thing")),
    scene("combinations", "Three tables in a row. On the first is a red cube, on the second there are two green cubes, and three blue cubes are on the "
          "third.", furnished("table", n=3), in_row("table", 3), loads("table", (("red cube", 1), ("green cube", 2), ("blue cube", 3)))),
    scene("combinations", "A 3 kg ball hangs on a 1.5 m rod, is let go from the side and smashes into a wall of bricks that's 4 wide and 5 high.",
          swings_into("ball", "free box", 20), courses("free box", 4, 5), mass("free ball", 3.0, share=0.2), link_lengths((1.5,))),
    scene("combinations", "For pick and place experiments: a three-joint arm with position servos on a table 70 cm high, a red and a blue cube of 5 cm "
          "on the same table, and a bin on the floor.", every(arm(3), servos()), arm_stands_on("table"), furnished("table", height=0.7),
          every(count("free red cube", 1), count("free blue cube", 1), size("free cube", (0.05,) * 3)), on("free cube", "table"), on("bin", "floor")),
    scene("combinations", "3 x 3 grid of stools with a ball on every stool, no two balls of the same colour", furnished("table", n=9, low=0.25, high=1.0),
          in_grid("table", 3, 3), one_on_each("ball", "table", 9), unlike("ball", 9)),
    scene("combinations", "There is no gravity. A red ball of 2 kg moves at 1 m/s towards a blue ball of the same mass, which is at rest 1.5 m away.",
          mass("ball", 2.0, n=2), sets_off("red ball", 1.0), at_rest("blue ball"), apart("red ball", "blue ball", 1.5), hits("red ball", "blue ball"),
          pull=0.0, floor=False),
    scene("combinations", "physics lab with three experiments next to each other: a 1 m pendulum, a 1 kg weight on a spring of 50 N/m, and a seesaw",
          pendulum(1, length=1.0), spring(stiffness=50, kg=1.0), seesaw()),
    scene("combinations", "Five grey pillars stand in a row. The first one is 20 cm high and each is 20 cm taller than the one before it. A red ball lies on "
          "the tallest.", climbing("gray thing", 5), heights("gray thing", (0.2, 0.4, 0.6, 0.8, 1.0)), count("red ball", 1),
          on_tallest("red ball", "gray thing")),
    scene("combinations", "Table-top scene for grasping: a wooden table, 72 cm high and 1 m long. On it six 4 cm cubes in two rows of three, half of them "
          "red and half of them blue. A robot arm with six motorized joints stands behind the table.", every(furnished("table", height=0.72, length=1.0),
          made_of("table", "wooden", hollow=True)), size("free cube", (0.04,) * 3), in_grid("free cube", 2, 3, square=False),
          every(count("free red cube", 3), count("free blue cube", 3)), on("free cube", "table"), every(arm(6), arm_beyond("behind", "table"))),
    scene("combinations", "I'd like to train a policy on a cartpole with Martian gravity, where the cart is yellow and the purple pole is 1.2 m long and "
          "weighs 200 g.", cart_pole(length=1.2), count("free yellow thing", 1, most=6), count("free purple thing", 1, most=2),
          mass("free purple thing", 0.2, share=0.15), pull=MARS),

    # Edits.
    Edits((
        step("a grey table", furnished("table"), looks_like("table", "gray")),
        step("put a purple cube on it", furnished("table"), count("purple cube", 1), on("purple cube", "table")),
        step("and two balls next to the cube, one white and one black", on("purple cube", "table"), on("white ball", "table"),
             on("black ball", "table"), count("ball", 2)),
        step("get rid of the cube", count("cube", 0), count("ball", 2), on("ball", "table")),
    )),
    Edits((
        step("two blue balls of 10 cm", count("blue ball", 2), longest("blue ball", 0.09, 0.21)),
        step("one of them should be bigger", count("blue ball", 2), one_grown("blue ball")),
        step("colour the bigger one red", count("red ball", 1), count("blue ball", 1), larger("red ball", "blue ball", 1.08)),
        step("drop them both from 2 m", height("ball", 2.0), falls("ball", by=1.0), count("ball", 2)),
    )),
    Edits((
        step("six boxes stacked up", stacked("free box", 6)),
        step("four boxes are enough", stacked("free box", 4), grown("box", 1.0)),
        step("same thing in yellow", stacked("free yellow box", 4), count("box", 4)),
        step("and now on the moon please", stacked("free yellow box", 4), pull=MOON),
    )),
    Edits((
        step("manipulator with 4 joints", arm(4)),
        step("give it one more joint", arm(5), moves_with_motors(5)),
        step("place a table with a green ball on it near the arm", arm(5), furnished("table"), arm_near("table", 2.0),
             count("green ball", 1), on("green ball", "table")),
    )),
    Edits((
        step("a red car with rear wheel drive", car(4, driven=2, colour="red")),
        step("change it to four wheel drive", car(4, driven=4, colour="red")),
        step("I'd rather have it in white", car(4, driven=4, colour="white")),
    )),
    Edits((
        step("a wooden block on a 15 degree ramp", ramp(15), count("free box", 1), starts_on_ramp("free box")),
        step("replace the block with a ball", ramp(15), count("free box", 0), count("free ball", 1), starts_on_ramp("free ball")),
        step("tilt the ramp to 25 degrees", ramp(25), starts_on_ramp("free ball"), descends("free ball", rolling=True)),
    )),
    Edits((
        step("a ring of 8 cubes", in_ring("cube", 8)),
        step("put a red ball in the centre of the ring", in_ring("cube", 8, around="red ball"), count("red ball", 1)),
        step("the ring should have a radius of 2 m", in_ring("cube", 8, radius=2.0, around="red ball"), grown("cube", 1.0)),
    )),
    Edits((
        step("a seesaw with a 1 kg cube on either end", seesaw(), count("free cube", 2), mass("free cube", 1.0), on_ends("free cube")),
        step("increase the mass of the left cube to 5 kg", weigh("free cube", (1.0, 5.0)), heavier_left("free cube"), on_ends("free cube"), seesaw()),
        step("remove both cubes", seesaw(), count("free cube", 0)),
    )),
    Edits((
        step("set up ten dominoes", dominoes(10)),
        step("make the dominoes twice as tall", taller("free box", 2.0), dominoes(10)),
        step("paint the first one red", count("free red box", 1), first_of("red box", "free box"), dominoes(10)),
    )),
    Edits((
        step("weight on a spring", spring()),
        step("the weight should be 3 kg", spring(kg=3.0)),
        step("change the stiffness to 250 N/m", spring(stiffness=250, kg=3.0)),
    )),
    Edits((
        step("a door, 2 m tall", door(), overall(low=1.94, high=2.4)),
        step("make it 2.2 m high and 1 m wide", door(size=(2.2, 1.0))),
        step("limit the opening angle to 120 degrees", door(opens=120, size=(2.2, 1.0))),
        step("add a motor to the hinge", door(opens=120), moves_with_motors(1)),
    )),
    Edits((
        step("red cube to the left of a blue cube", beyond("red cube", "left", "blue cube"), count("cube", 2)),
        step("put the red cube on the right side instead", beyond("red cube", "right", "blue cube"), kept("red cube"), kept("blue cube")),
        step("double the weight of the blue one", times_as_heavy("blue cube", 2.0), times_as_heavy("red cube", 1.0), count("cube", 2)),
        step("and raise the red one by 1 m", raised("red cube", 1.0), falls("red cube", by=0.5), kept("blue cube")),
    )),

    # Nonsense, and what says too little.
    Refused("lorem ipsum dolor sit amet"),
    Refused("hello, anybody there?"),
    Refused("put it over there"),
    Refused("remove the second one"),
    Refused("a cube that is 10 kg long"),
    Refused("robot arm with -2 joints"),
    Refused("a ramp inclined by 400 degrees"),
    Refused("how do i install mujoco on ubuntu"),
    Refused("three kilograms of yesterday"),
    Refused("a ball that is heavier than itself"),
    Refused("hghghgh fffff"),
    Refused("draw me a portrait of my grandmother"),
]
