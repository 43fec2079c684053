"""Prompts held out as a third set: by a hand that had the user's page and the checks alone, not the grammar nor its failures.

Most are as short as people type them. `local` predicates are for these prompts alone.
"""

from __future__ import annotations

import itertools

import numpy as np

from checks import (
    apart, beside, between, beyond, bridges, corners, count, descends, falls, fits, floats, furnished, gravity, grown,
    height, hits, in_grid, in_ring, in_row, inside, longest, made_of, mass, near, need, on, place, pyramid, ramp,
    round_top, size, slippery, some, sound, stacked, staircase, starts_on_ramp, stays_on_ramp, still, the_ramp, under,
    upright_size, views,
)
from machines import (
    FREE, HINGE, SLIDE, _plank, _wheels, anchor, arm, car, cart_pole, chain, cradle, dominoes, door, joints, kinds,
    moves_with_motors, on_ends, passes_momentum, paths, pendulum, pendulums, seesaw, spring, tip_lengths,
)
from prompts import EARTH, MARS, MOON, Edits, Refused, Scene, scene, step
from prompts_held import (
    boards, either, in_arc, kept, local, motorless, overall, same_size, sets_off, steeper, times_as_heavy, travels,
    unlike, vehicle,
)
from prompts_unseen import (
    _carts, _lined, _welded, arm_lengths, at_end, courses, gathered, near_arm, near_vehicle, on_every_board, over,
    see_through, springs, swinging, track,
)

NEPTUNE = 11.15
KMH = 1 / 3.6


def _ways(scene, side: str) -> list[np.ndarray]:
    """What a side is in plan, for each way to look; (2,)."""
    turn = np.radians({"left": 90, "right": -90, "behind": 0, "front": 180}[side])
    return [np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ ahead for ahead in views(scene)]


# Things.


@local
def on_side(scene, what: str):
    """What a cylinder turns about is level after settling."""
    for thing in some(scene, what):
        rising = abs(thing.main.axes(scene.settled)[2, 2])
        need(rising < 0.15, f"{what}'s axis rises by {rising:.2f}")


@local
def yawed(scene, what: str, degrees: float, within: float = 4.0):
    """Stands level, turned by so much about the upright; of a box, so a quarter turn is none."""
    for thing in some(scene, what):
        axes = thing.main.axes(scene.start)
        level = [axes[:, i] for i in range(3) if abs(axes[2, i]) < 0.05]
        need(len(level) == 2, f"{what} does not stand level")
        ours = np.degrees(np.arctan2(level[0][1], level[0][0])) % 90
        off = abs((ours - degrees + 45) % 90 - 45)
        need(off < within, f"{what} is turned by {ours:.0f}°, wanted {degrees}")


@local
def graded(scene, what: str, n: int, times: float = 1.15):
    """n of them, each at least so many times as large as the next smaller one."""
    sizes = np.sort([max(t.extents) for t in some(scene, what, n)])
    need(len(sizes) == n and (sizes[1:] >= times * sizes[:-1]).all(), f"sizes of {what}: {np.round(sizes, 3)} m")


@local
def weights_differ(scene, what: str, times: float):
    """The heaviest weighs at least so many times as much as the lightest."""
    ours = np.sort([t.mass for t in some(scene, what, 2)])
    need(ours[-1] >= times * ours[0], f"masses of {what}: {np.round(ours, 3)} kg, wanted {times} times")


@local
def weighs(scene, what: str, low: float, high: float):
    """Each weighs between so much and so much, kg."""
    ours = [t.mass for t in some(scene, what)]
    need(low <= min(ours) and max(ours) <= high, f"{what} weighs {np.round(ours, 3)} kg, wanted {low} to {high}")


@local
def goes(scene, what: str, side: str, by: float, seconds: float = 1.5):
    """Moves so far to a side, as it is looked at."""
    data = scene.run(seconds)
    for thing in some(scene, what):
        shift = (place(thing, data) - place(thing, scene.start))[:2]
        need(any(shift @ way > max(by, 0.8 * np.linalg.norm(shift)) for way in _ways(scene, side)), f"{what} goes {np.round(shift, 2)} m")


# Arrangements.


@local
def repeats(scene, what: str, names: tuple[str, ...]):
    """Along their line, from one end or the other, the colours come in this order again and again."""
    found = _lined(scene, what)
    for order in (found, found[::-1]):
        if all(thing.is_coloured(name) for thing, name in zip(order, itertools.cycle(names))):
            return
    need(False, f"colours along the line: {[[n for n in names if t.is_coloured(n)] for t in found]}")


@local
def concentric(scene, inner: str, outer: str):
    """One ring is within another, about the same middle."""
    one, other = (np.array([place(t, scene.start)[:2] for t in some(scene, what, 3)]) for what in (inner, outer))
    small, big = (np.linalg.norm(points - points.mean(0), axis=1) for points in (one, other))
    need(small.max() < big.min(), f"radii {small.mean():.2f} and {big.mean():.2f} m")
    need(np.linalg.norm(one.mean(0) - other.mean(0)) < 0.2 * big.mean(), "they have different middles")


@local
def spread(scene, what: str, metres: float):
    """From the first to the last it is so far, between centres, outer faces or inner ones."""
    found = _lined(scene, what)
    middle = np.linalg.norm((place(found[-1], scene.start) - place(found[0], scene.start))[:2])
    width = max(max(found[0].extents), max(found[-1].extents))
    step_ = middle / (len(found) - 1)
    need(any(near(v, metres, 0.08) for v in (middle, middle + width, middle - width, middle + step_)), f"spread over {middle:.2f} m")


@local
def wall_of(scene, what: str, least: int = 2):
    """Boxes in one plane, in at least so many courses, that stand."""
    points = np.array([place(t, scene.start) for t in some(scene, what, 2 * least)])
    heights = np.sort(points[:, 2])
    levels = np.split(heights, np.flatnonzero(np.diff(heights) > 0.01) + 1)
    need(len(levels) >= least, f"{len(levels)} courses, wanted {least}")
    flat = np.linalg.svd((points - points.mean(0))[:, :2])[1]
    need(flat[1] < 0.05, "they are not in one plane")
    moved = max(np.linalg.norm(place(t, scene.settled) - place(t, scene.start)) for t in some(scene, what))
    need(moved < 0.05, f"the wall moves by {moved:.2f} m")


@local
def every_other(scene, what: str, colour: str):
    """Upwards, just every second one has the colour."""
    looks = [t.is_coloured(colour) for t in sorted(some(scene, what, 2), key=lambda t: place(t, scene.start)[2])]
    need(all(a != b for a, b in itertools.pairwise(looks)), f"{colour} upwards: {looks}")


# Relations.


def _share(at: np.ndarray, first: np.ndarray, last: np.ndarray) -> tuple[float, float]:
    """How much of the way from the first to the last it is in plan, and how much of it aside."""
    shift, way = (at - first)[:2], (last - first)[:2]
    along = float(shift @ way / (way @ way))
    return along, float(np.linalg.norm(shift - along * way) / np.linalg.norm(way))


@local
def amid(scene, what: str):
    """Between the two others, near the line that joins them."""
    found = some(scene, what)
    others = [place(t, scene.start) for t in scene.select("thing") if t not in found]
    need(len(others) == 2, f"{len(others)} other things, wanted 2")
    for thing in found:
        along, off = _share(place(thing, scene.start), *others)
        need(0.15 < along < 0.85 and off < 0.2, f"{what} is not between: {along:.2f} of the way, {off:.2f} aside")


@local
def middle_row(scene, what: str, one: str, other: str):
    """The middle of all these is half-way between the middles of those."""
    middles_ = (np.mean([place(t, scene.start) for t in some(scene, name)], 0) for name in (what, one, other))
    along, off = _share(*middles_)
    need(0.35 < along < 0.65 and off < 0.2, f"{what} is not in the middle: {along:.2f} of the way, {off:.2f} aside")


@local
def per_board(scene, what: str, each: int, n: int):
    """Just n boards of a shelf carry some, and each of them so many."""
    (shelf,) = some(scene, "shelf")[:1]
    feet = [(place(t, scene.settled), t.bounds(scene.settled)[0][2]) for t in some(scene, what)]
    bears = []
    for board in shelf.boards:
        low, high = board.bounds(scene.settled)
        bears.append(sum(bool(np.all(at[:2] > low[:2]) and np.all(at[:2] < high[:2]) and abs(foot - high[2]) < 0.012) for at, foot in feet))
    need(sorted(b for b in bears if b) == [each] * n, f"the boards carry {bears}, wanted {each} on each of {n}")


@local
def own_near(scene, what: str, owner: str, n: int, within: float):
    """Each of n others has one of its own near it, that is nearest to it."""
    found, owners = some(scene, what, n), some(scene, owner, n)
    need(len(found) == n and len(owners) == n, f"{len(found)} × {what} for {len(owners)} × {owner}, wanted {n}")
    gaps = np.array([[np.linalg.norm((place(t, scene.start) - place(o, scene.start))[:2]) for t in found] for o in owners])
    need(len(set(gaps.argmin(1))) == n and gaps.min(1).max() < within, f"the nearest {what} are {np.round(gaps.min(1), 2)} m away")


# Ramps.


@local
def slopes_to(scene, side: str):
    """The ramp goes down to a side, as it is looked at."""
    down = the_ramp(scene)[2][:2]
    need(any(down @ way > 0.8 * np.linalg.norm(down) for way in _ways(scene, side)), f"it goes down along {np.round(down, 2)}")


@local
def at_foot(scene):
    """What drives stands near the ramp, nearer to its lower end than to its upper one."""
    part, _, down = the_ramp(scene)
    model = scene.model
    roots = [b for b in range(1, model.nbody) if FREE in kinds(scene, b) and (model.body_parentid == b).any()]
    need(len(roots) == 1, f"{len(roots)} vehicles")
    ours = [p for p in scene.parts if model.body_rootid[p.body] == roots[0]]
    here = scene.start.xpos[roots[0]][:2]
    foot, head = (scene.start.geom_xpos[part.id] + s * down * max(part.extents) / 2 for s in (1, -1))
    need(np.linalg.norm(here - foot[:2]) < np.linalg.norm(here - head[:2]), "it is nearer to the ramp's upper end")
    gap = scene.gap(scene.start, ours, [part], limit=3)
    need(gap < 1.5, f"it is {gap:.2f} m from the ramp")


# Mechanisms.


@local
def link_lengths(scene, lengths: tuple[float, ...], share: float = 0.06):
    """The links of a pendulum, from its axle downwards, are so long."""
    faults = ["no such pendulum"]
    for links in pendulums(scene, len(lengths)):
        data = scene.start
        ours = [np.linalg.norm(anchor(scene, data, b) - anchor(scene, data, a)) for a, b in itertools.pairwise(links)]
        middle, end = tip_lengths(scene, data, links[-1], anchor(scene, data, links[-1]))
        if all(near(o, w, share) for o, w in zip(ours, lengths)) and middle * (1 - share) <= lengths[-1] <= end * (1 + share):
            return
        faults.insert(0, f"links of {np.round([*ours, middle, end], 3)} m, wanted {lengths}")
    need(False, faults[0])


@local
def bobs_weigh(scene, kgs: tuple[float, ...]):
    """Single pendulums with bobs of these masses; their rods may add to them."""
    ours = sorted(_welded(scene, links[-1]) for links in pendulums(scene, 1))
    right = len(ours) == len(kgs) and all(0.92 * w <= o <= 1.4 * w for o, w in zip(ours, sorted(kgs)))
    need(right, f"bobs with their rods weigh {np.round(ours, 3)} kg, wanted {kgs}")


@local
def all_start_at(scene, degrees: float):
    """Each single pendulum begins so far from where it would hang."""
    for links in pendulums(scene, 1):
        top = anchor(scene, scene.start, links[0])
        parts = [p for p in scene.parts if scene.model.body_weldid[p.body] == scene.model.body_weldid[links[0]]]
        reach = max((scene.start.geom_xpos[p.id] - top for p in parts), key=np.linalg.norm)
        ours = np.degrees(np.arccos(np.clip(-reach[2] / np.linalg.norm(reach), -1, 1)))
        need(abs(ours - degrees) < 5, f"one begins {ours:.0f}° aside, wanted {degrees}")


@local
def growing_lengths(scene, n: int, low: float, high: float, share: float = 0.1):
    """n single pendulums in a row, each longer than the one before, from so long to so long."""
    found = pendulums(scene, 1)
    need(len(found) == n, f"{len(found)} pendulums, wanted {n}")
    tops = np.array([anchor(scene, scene.start, links[0]) for links in found])
    order = np.argsort((tops - tops.mean(0)) @ np.linalg.svd(tops - tops.mean(0))[2][0])
    spans = np.array([tip_lengths(scene, scene.start, found[i][0], tops[i]) for i in order])
    spans = spans if spans[0, 0] < spans[-1, 0] else spans[::-1]
    need((np.diff(spans[:, 0]) > 0).all(), f"lengths along the row: {np.round(spans[:, 0], 2)}")
    ends = [(spans[0, i], spans[-1, i]) for i in (0, 1)]
    need(any(near(a, low, share) and near(b, high, share) for a, b in ends), f"from and to {np.round(ends, 2)} m, wanted {low} to {high}")


@local
def damping(scene, value: float):
    """Some hinge is damped by just so much."""
    model = scene.model
    ours = [float(np.max(model.dof_damping[model.jnt_dofadr[j]])) for j in range(model.njnt) if model.jnt_type[j] == HINGE]
    need(any(near(v, value) for v in ours), f"hinges damped by {np.round(ours, 3)}, wanted {value}")


@local
def pole_weighs(scene, kg: float, share: float = 0.1):
    """The pole on a cart weighs so much."""
    ours = [_welded(scene, pole) for _, pole in _carts(scene)]
    need(any(near(m, kg, share) for m in ours), f"the pole weighs {np.round(ours, 3)} kg, wanted {kg}")


@local
def pole_leans(scene, degrees: float, within: float = 2.0):
    """The pole begins so far from upright."""
    _, pole = _carts(scene)[0]
    top = scene.start.subtree_com[pole] - scene.start.xanchor[joints(scene, pole)[0]]
    ours = np.degrees(np.arccos(np.clip(top[2] / np.linalg.norm(top), -1, 1)))
    need(abs(ours - degrees) < within, f"the pole leans by {ours:.1f}°, wanted {degrees}")


@local
def torque_motors(scene):
    """Every actuator's force is what is asked, wherever the joint is."""
    need(scene.model.nu > 0, "no actuator")
    need(not scene.model.actuator_biasprm[:, 1].any(), "an actuator holds a place")


@local
def some_arm(scene, least: int = 2):
    """A series of hinges on something fixed, and as many motors."""
    best = 0
    for path in paths(scene):
        if not any(kinds(scene, b) & {FREE, SLIDE} for b in path):
            best = max(best, sum(int(scene.model.jnt_type[j]) == HINGE for b in path for j in joints(scene, b)))
    need(best >= least, f"{best} joints in series, wanted {least} at least")
    need(scene.model.nu >= least, f"{scene.model.nu} motors, wanted {least} at least")


@local
def hangs_over(scene, what: str, base: str):
    """All hang above the top of another, and within its outline."""
    (foot, head) = next(iter([(o.top or o.main).bounds(scene.start) for o in some(scene, base)]))
    for thing in some(scene, what):
        low, high = thing.main.bounds(scene.start)
        middle = (low + high) / 2
        need(low[2] > head[2] and np.all(middle[:2] > foot[:2] - 0.15) and np.all(middle[:2] < head[:2] + 0.15), f"a {what} is not above the {base}")


def _along_plank(scene, what: str) -> list[float]:
    """Where each is along the plank, as a share of its length from its middle; all are on it or above it."""
    main = _plank(scene).main
    axis = int(np.argmax(main.extents))
    ways, shares = main.axes(scene.start)[:, axis], []
    for thing in some(scene, what):
        shift = place(thing, scene.start) - scene.start.geom_xpos[main.id]
        shares.append(float(shift @ ways) / main.extents[axis])
        need(abs(shares[-1]) < 0.56 and shift[2] > shares[-1] * main.extents[axis] * ways[2], f"a {what} is not on the plank")
    return shares


@local
def opposed(scene, one: str, n: int, other: str, m: int, least: float = 0.15):
    """n of one are on one half of a plank, and m of the other on the other half."""
    ours, theirs = (_along_plank(scene, what) for what in (one, other))
    need(len(ours) == n and len(theirs) == m, f"{len(ours)} × {one} and {len(theirs)} × {other}")
    right = any(all(s * v > least for v in ours) and all(s * v < -least for v in theirs) for s in (-1, 1))
    need(right, f"they are at {np.round(ours, 2)} and {np.round(theirs, 2)} of the plank's length")


@local
def end_of_plank(scene, what: str, side: str):
    """Is at that end of the plank, as it is looked at."""
    main = _plank(scene).main
    for thing, share in zip(some(scene, what), _along_plank(scene, what)):
        shift = (place(thing, scene.start) - scene.start.geom_xpos[main.id])[:2]
        need(abs(share) > 0.25, f"a {what} is at {share:.2f} of the plank's length")
        need(any(shift @ way > 0.7 * np.linalg.norm(shift) for way in _ways(scene, side)), f"a {what} is not at the {side} end")


@local
def balanced(scene, degrees: float = 8.0):
    """The plank is level at the start and after 2 s."""
    main = _plank(scene).main
    axis = int(np.argmax(main.extents))
    tilts = [np.degrees(np.arcsin(abs(main.axes(data)[2, axis]))) for data in (scene.start, scene.settled)]
    need(max(tilts) < degrees, f"the plank leans by {np.round(tilts)}°")


@local
def alike_springs(scene):
    """All springs have one stiffness."""
    ours = [float(np.max(s)) for s in (*scene.model.tendon_stiffness, *scene.model.jnt_stiffness) if np.max(s) > 0]
    need(ours and np.ptp(ours) < 0.02 * max(ours), f"springs of {np.round(ours, 1)} N/m")


@local
def fleet(scene, colours: tuple[str, ...], wheels: int = 4):
    """So many things on wheels, one of each colour."""
    cars = [(root, spins) for root, spins in _wheels(scene).items() if len(spins) == wheels]
    need(len(cars) == len(colours), f"{len(cars)} cars, wanted {len(colours)}")
    looks = []
    for root, spins in cars:
        bodies = [t for t in scene.things if scene.model.body_rootid[t.main.body] == root and not set(joints(scene, t.body)) & set(spins)]
        looks.append([c for c in colours if any(t.is_coloured(c) for t in bodies)])
    need(sorted(looks) == sorted([c] for c in colours), f"cars that are {looks}")


# Changes.


@local
def taller(scene, what: str, times: float):
    """Stand so many times as high as before the edit."""
    need(scene.before, "there is no scene before")
    ours, theirs = (np.mean([np.ptp(t.bounds(s.start), 0)[2] for t in some(s, what)]) for s in (scene, scene.before))
    need(near(ours / theirs, times), f"{what} are {ours / theirs:.2f} times as high, wanted {times}")


PROMPTS = [
    # Objects.
    scene("objects", "yellow box", count("yellow box", 1), count("thing", 1), on("yellow box", "floor")),
    scene("objects", "3 marbles", count("ball", 3), count("thing", 3), longest("ball", 0.005, 0.06)),
    scene("objects", "transparent blue cube", count("blue cube", 1), see_through("cube")),
    scene("objects", "40 small red balls", count("red ball", 40), count("thing", 40), longest("ball", 0.005, 0.16)),
    scene("objects", "cylinder lying on its side", count("cylinder", 1), on_side("cylinder"), on("cylinder", "floor")),
    scene("objects", "orange ball, 30 cm diameter, 2 kg", count("orange ball", 1), size("ball", (0.3,) * 3), mass("ball", 2.0)),
    scene("objects", "one small, one medium and one large sphere", count("ball", 3), count("thing", 3), graded("ball", 3)),
    scene("objects", "a lead ball and a wooden ball of the same size", count("ball", 2), same_size("ball"), made_of("ball", "wooden", n=1),
          weights_differ("ball", 8)),
    scene("objects", "a small black ball that shoots off to the left at 15 km/h", count("black ball", 1), longest("black ball", 0.005, 0.25),
          sets_off("black ball", 15 * KMH), goes("black ball", "left", 0.5)),
    scene("objects", "basketball falling from 1.8 m", count("ball", 1), longest("ball", 0.2, 0.28), weighs("ball", 0.35, 0.9), height("ball", 1.8),
          falls("ball", by=1.2)),
    scene("objects", "a blue cube, 25 cm wide, turned by 45 degrees about the vertical axis", count("blue cube", 1), size("blue cube", (0.25,) * 3),
          yawed("blue cube", 45)),

    # Worlds.
    scene("worlds", "zero gravity with five balls", count("free ball", 5), count("thing", 5), still("free ball", shift=0.5), pull=0.0, floor=False),
    scene("worlds", "cube falling on the moon", count("cube", 1), falls("cube"), pull=MOON),
    scene("worlds", "3 stacked blocks, gravity 25 m/s^2", stacked("free box", 3), count("thing", 3), pull=25.0),
    Scene("worlds", "Neptune: a green ball let go 2 metres above the ground", (count("green ball", 1), height("green ball", 2.0),
          falls("green ball", by=1.5), gravity(NEPTUNE, share=0.03), sound(), fits())),
    scene("worlds", "a white puck sliding on ice at 2 m/s", count("free white cylinder", 1), sets_off("free cylinder", 2.0), slippery("free cylinder"),
          travels("free cylinder", 1.0)),
    scene("worlds", "half of normal gravity and a pendulum one metre long", pendulum(1, length=1.0), swinging(1), pull=EARTH / 2),

    # Arrangements.
    scene("arrangements", "stack of 10 boxes", stacked("free box", 10), count("thing", 10)),
    scene("arrangements", "circle of 20 small spheres", in_ring("ball", 20), count("thing", 20), on("ball", "floor")),
    scene("arrangements", "2x6 grid of crates", in_grid("free box", 2, 6, square=False), on("free box", "floor")),
    scene("arrangements", "six-level pyramid of cubes", pyramid("free cube", 6), on("free cube", "floor", n=6)),
    scene("arrangements", "brick wall, 1.2 m long and 60 cm high", wall_of("box", least=2), overall(width=1.2, low=0.53, high=0.67)),
    scene("arrangements", "four stairs, each 20 cm high", staircase(4, rise=0.2), overall(low=0.7, high=1.2)),
    scene("arrangements", "two rows of four chairs", furnished("chair", n=8), in_grid("chair", 2, 4, square=False)),
    scene("arrangements", "A row of nine cubes whose colours repeat: red, green, blue, red, green, blue and so on", in_row("cube", 9),
          count("red cube", 3), count("green cube", 3), count("blue cube", 3), repeats("cube", ("red", "green", "blue"))),
    scene("arrangements", "two rings of balls, one inside the other: six blue ones inside and twelve red ones outside", in_ring("blue ball", 6),
          in_ring("red ball", 12), concentric("blue ball", "red ball"), on("ball", "floor")),
    scene("arrangements", "6 boxes spread evenly over 3 metres", in_row("box", 6), spread("box", 3.0), on("box", "floor")),
    scene("arrangements", "a ball at each corner of a 1 m square", count("ball", 4), corners("ball", side=1.0)),
    scene("arrangements", "Lay out twelve cubes in three rows of four, with 25 cm from centre to centre. The first row is red, the second white and the "
          "third blue.", in_grid("cube", 3, 4, spacing=0.25), in_row("red cube", 4), in_row("white cube", 4), in_row("blue cube", 4),
          middle_row("white cube", "red cube", "blue cube")),

    # Ramps.
    scene("ramps", "ramp 30 deg", ramp(30), count("ramp", 1)),
    scene("ramps", "a wheel rolling down a slope", ramp(), count("free thing", 1), descends("free thing", rolling=True)),
    scene("ramps", "a sphere and a cylinder race down the same 18 degree ramp", ramp(18), count("free ball", 1), count("free cylinder", 1),
          starts_on_ramp("free thing"), descends("free ball", rolling=True), descends("free cylinder", rolling=True)),
    scene("ramps", "cube resting on a 15° incline, mu = 0.35", ramp(15), count("free cube", 1), starts_on_ramp("free cube"), stays_on_ramp("free cube")),
    scene("ramps", "3 kg block sliding down a 40 degree incline, coefficient of friction 0.2", ramp(40), count("free box", 1), mass("free box", 3.0),
          starts_on_ramp("free box"), descends("free box", rolling=False)),
    scene("ramps", "Three cubes in three different colours wait at the top of a frictionless 20 degree ramp.", ramp(20), count("free cube", 3),
          unlike("free cube", 3), starts_on_ramp("free cube", upper=0.4), descends("free cube", rolling=False)),
    scene("ramps", "a 20° ramp sloping down to the left", ramp(20), slopes_to("left")),

    # Furniture.
    scene("furniture", "a table and four stools", furnished("seat", n=5, low=0.25), count("thing", 0)),
    scene("furniture", "round dining table, 1.2 m across", furnished("table", length=1.2, low=0.6, high=0.9), round_top()),
    scene("furniture", "desk and chair", furnished("table", low=0.6, high=0.9), furnished("chair"), beside("chair", "table", overlap=0.6)),
    scene("furniture", "park bench 1.6 m long", furnished("seat", length=1.6, low=0.3, high=0.65), count("thing", 0)),
    scene("furniture", "a glass table with a steel ball on it", furnished("table"), see_through("table"), count("free ball", 1), made_of("ball", "steel"),
          on("free ball", "table")),
    scene("furniture", "a wooden shelf with three boards, two green balls on each board", furnished("shelf"), boards(3), count("green ball", 6),
          per_board("green ball", 2, 3)),
    scene("furniture", "Set a table for four: one chair on each side, and on the table a white plate in front of every chair.", furnished("table"),
          furnished("chair", n=4), gathered(4), count("white thing", 4), on("white thing", "table"), own_near("white thing", "chair", 4, within=1.0)),

    # Relations.
    scene("relations", "green ball on a yellow cylinder", count("green ball", 1), count("yellow cylinder", 1), on("green ball", "yellow cylinder")),
    scene("relations", "white cube to the right of a black ball", count("thing", 2), beyond("white cube", "right", "black ball")),
    scene("relations", "red ball inside a blue box", count("red ball", 1), count("blue bin", 1), inside("red ball", "blue bin")),
    scene("relations", "black cube under a chair", furnished("chair"), count("black cube", 1), under("black cube", "chair")),
    scene("relations", "four balls around a cylinder", count("cylinder", 1), in_ring("ball", 4, around="cylinder")),
    scene("relations", "a cube with a ball floating 40 cm above it, no gravity", count("cube", 1), count("free ball", 1), over("ball", "cube"),
          apart("ball", "cube", 0.4), floats("ball"), pull=0.0, floor=False),
    scene("relations", "orange ball between a cube and a cone", count("thing", 3), count("orange ball", 1), count("cube", 1), amid("orange ball")),
    scene("relations", "a blue ball 30 cm behind a red cube", count("thing", 2), beyond("blue ball", "behind", "red cube"), apart("blue ball", "red cube", 0.3)),

    # Mechanisms.
    scene("pendulum", "six link pendulum", pendulum(6), motorless()),
    scene("pendulum", "double pendulum, upper link 60 cm, lower link 30 cm", pendulum(2), link_lengths((0.6, 0.3))),
    scene("pendulum", "a double pendulum that starts pointing straight up", pendulum(2, aside=180), swinging(1, links=2)),
    scene("pendulum", "pendulum, length 1 m, damping 0.05", pendulum(1, length=1.0), damping(0.05)),
    scene("pendulum", "a pendulum wave: ten pendulums in a row whose lengths grow from 40 cm to 1 m", swinging(10), growing_lengths(10, 0.4, 1.0)),
    scene("pendulum", "For a lesson about falling and swinging I need three pendulums on the Moon. All are 50 cm long and are released at 45 degrees, but "
          "their bobs weigh 100 g, 500 g and 2 kg.", swinging(3), pendulum(1, length=0.5, aside=45), all_start_at(45), bobs_weigh((0.1, 0.5, 2.0)), pull=MOON),
    scene("cartpole", "cartpole env with a 2 m rail and a pole of 0.2 kg", cart_pole(), track(2.0), pole_weighs(0.2)),
    scene("cartpole", "cart-pole, the pole leaning 10 degrees at the start", cart_pole(), pole_leans(10)),
    scene("arm", "seven axis robot arm", arm(7), moves_with_motors(7)),
    scene("arm", "planar arm made of three 20 cm links with torque motors", arm(3), arm_lengths((0.2, 0.2, 0.2)), torque_motors()),
    scene("cradle", "newtons cradle, 9 balls", cradle(9), passes_momentum()),
    scene("cradle", "Newton's cradle made of five golden balls, three of them pulled back", cradle(5, raised=3), count("free gold ball", 5)),
    scene("seesaw", "seesaw with three cubes on one side and a ball on the other", seesaw(), opposed("free cube", 3, "free ball", 1)),
    scene("seesaw", "balanced seesaw, a 2 kg ball at each end", seesaw(), mass("free ball", 2.0, n=2), on_ends("free ball"), balanced()),
    scene("spring", "4 kg block on a spring, k = 500 N/m", springs(1),
          either(spring(stiffness=500, kg=4.0), spring(stiffness=500, kg=4.0, level=True))),
    scene("spring", "weights of 1, 2 and 3 kg hang side by side on three identical springs", springs(3), alike_springs(), mass("free thing", 1.0, n=1),
          mass("free thing", 2.0, n=1), mass("free thing", 3.0, n=1)),
    scene("chain", "chain, 5 links", chain(5), motorless()),
    scene("chain", "a 3 kg cube dangling from a chain of nine links", chain(9, ends_in="box", kg=3.0)),
    scene("domino", "20 dominos", dominoes(20), count("free box", 20)),
    scene("domino", "Put up fifteen dominoes in a half circle. Each is 12 cm tall. All of them are white apart from the first and the last one, which "
          "should be red.", count("free white box", 13), count("free red box", 2), in_arc("free box", 15, 180), upright_size("free box", height=0.12)),
    scene("car", "green truck with six wheels", car(6, colour="green"), moves_with_motors()),
    scene("car", "4WD car, 5 kg", car(4, driven=4), vehicle(kg=5.0)),
    scene("car", "a red car and a blue car parked side by side", fleet(("red", "blue")), beside("free red thing", "free blue thing", within=2.0)),
    scene("door", "blue door on hinges", door(), count("free blue thing", 1, most=3)),
    scene("door", "a glass door, 2.2 m high, that opens 120 degrees at most", door(opens=120), see_through("free thing"),
          upright_size("free thing", height=2.2)),

    # Combinations.
    scene("combinations", "robot arm, table, red cube on the table", some_arm(), furnished("table"), count("red cube", 1), on("red cube", "table")),
    scene("combinations", "two tables with a plank laid across them and a ball on the plank", furnished("table", n=2), bridges("box", "table"),
          count("free ball", 1), on("free ball", "box")),
    scene("combinations", "a car at the foot of a 15 degree ramp", car(4), ramp(15), at_foot()),
    scene("combinations", "a five-ball Newton's cradle standing on a table", cradle(5), furnished("table"), hangs_over("free ball", "table")),
    scene("combinations", "a wall of boxes, 4 wide and 3 high, and a 5 kg ball that flies into it at 8 m/s", courses("free box", 4, 3), count("free ball", 1),
          mass("free ball", 5.0), sets_off("free ball", 8.0), hits("free ball", "free box")),
    scene("combinations", "a pendulum swings into the first of eight dominoes and they all fall", pendulum(1), dominoes(8, by_itself=True)),
    scene("combinations", "A corner of a warehouse: a shelf 2 m high with a white box on every board. Beside the shelf stands a stack of four wooden crates, "
          "and in front of this stack a blue barrel, 90 cm tall and 60 cm in diameter.", furnished("shelf"), upright_size("shelf", height=2.0),
          on_every_board("white box"), stacked("free wooden box", 4), upright_size("blue cylinder", height=0.9, width=0.6),
          beyond("blue cylinder", "front", "free wooden box")),
    scene("combinations", "RL manipulation task: a 6-DoF arm that is fixed to the floor. Half a metre in front of its base stands a white table, 40 cm high, and "
          "on the table lie a red cube of 5 cm and a green ball of 6 cm in diameter.", arm(6), furnished("table", height=0.4), near_arm("table", 6, 0.35, 1.3),
          size("red cube", (0.05,) * 3), size("green ball", (0.06,) * 3), on("red cube", "table")),
    scene("combinations", "On a seesaw 4 m long, a 3 kg red cube sits at the left end and a 3 kg blue cube at the right end. A 2 kg yellow ball falls from a "
          "height of 2 m onto the red cube.", seesaw(metres=4.0), mass("free cube", 3.0, n=2), end_of_plank("red cube", "left"),
          end_of_plank("blue cube", "right"), mass("yellow ball", 2.0), hits("yellow ball", "red cube")),
    scene("combinations", "A table 1.5 m long and 80 cm high. From left to right it carries a white cylinder, a red cube and a green ball. Under it is a black "
          "bucket with three yellow balls.", furnished("table", height=0.8, length=1.5), on("white cylinder", "table"),
          beyond("white cylinder", "left", "red cube"), beyond("green ball", "right", "red cube"), under("black bin", "table"), inside("yellow ball", "bin")),
    scene("combinations", "Mars base: a grey rover with four driven wheels, a stack of three white crates 2 m to the left of it and, behind it, a 12 degree ramp "
          "with a green ball at the top.", car(4, driven=4, colour="gray"), stacked("free white box", 3), ramp(12), starts_on_ramp("green ball", upper=0.4),
          beyond("free white box", "left", "free gray thing"), apart("free white box", "free gray thing", 2.0, share=0.2), pull=MARS),

    # Edits.
    Edits((
        step("two red balls", count("red ball", 2), count("thing", 2)),
        step("add a green one", count("red ball", 2), count("green ball", 1), count("thing", 3), kept("red ball")),
        step("now make all of them yellow", count("yellow ball", 3), count("thing", 3)),
        step("line them up with gaps of 20 cm", in_row("yellow ball", 3, spacing=0.2), grown("ball", 1.0)),
    )),
    Edits((
        step("a cube on a table", furnished("table"), count("free cube", 1), on("free cube", "table")),
        step("the cube should be made of steel", made_of("free cube", "steel"), on("free cube", "table"), grown("free cube", 1.0)),
        step("put a white ball next to the cube", count("white ball", 1), on("white ball", "table"), beside("white ball", "free cube"), kept("free cube")),
        step("set the height of the table to 60 cm", furnished("table", height=0.6), on("free cube", "table"), on("white ball", "table")),
    )),
    Edits((
        step("4 by 4 grid of blue cubes", in_grid("blue cube", 4, 4)),
        step("make it 5 by 5", in_grid("blue cube", 5, 5), grown("cube", 1.0)),
        step("use balls instead of cubes", in_grid("blue ball", 5, 5), count("cube", 0)),
        step("spread them out to 50 cm between centres", in_grid("blue ball", 5, 5, spacing=0.5)),
    )),
    Edits((
        step("pendulum 1 m long", pendulum(1, length=1.0)),
        step("what if it were on Mars?", pendulum(1, length=1.0), pull=MARS),
        step("turn it into a double pendulum", pendulum(2), pull=MARS),
        step("start it from the horizontal", pendulum(2, from_horizontal=True), pull=MARS),
    )),
    Edits((
        step("a blue car", car(4, colour="blue")),
        step("make it red and give it six wheels", car(6, colour="red"), moves_with_motors()),
        step("put a wall of white bricks in front of it", car(6, colour="red"), wall_of("white box"), near_vehicle("white box", 5.0)),
        step("take the wall away again", car(6, colour="red"), count("white box", 0)),
    )),
    Edits((
        step("stack of five cubes", stacked("free cube", 5)),
        step("colour every second one black", stacked("free cube", 5), every_other("free cube", "black"), grown("cube", 1.0)),
        step("take off the top two", stacked("free cube", 3), every_other("free cube", "black")),
        step("make the cubes 20 cm wide", stacked("free cube", 3), size("free cube", (0.2,) * 3)),
    )),
    Edits((
        step("seesaw", seesaw()),
        step("put a 5 kg red cube on the left end", seesaw(), mass("red cube", 5.0), end_of_plank("red cube", "left")),
        step("and a 2 kg blue ball on the right end", seesaw(), mass("blue ball", 2.0), end_of_plank("blue ball", "right"), kept("red cube")),
        step("make the plank 3 m long", seesaw(metres=3.0), opposed("red cube", 1, "blue ball", 1, least=0.25)),
    )),
    Edits((
        step("eight dominoes", dominoes(8)),
        step("make them twice as tall", taller("free box", 2.0), count("free box", 8)),
        step("remove the last three", dominoes(5), taller("free box", 1.0)),
        step("the first one should be red", count("free red box", 1), at_end("free red box", "free box"), count("free box", 5)),
    )),
    Edits((
        step("a wooden door", door(), count("free wooden thing", 1, most=4)),
        step("limit its opening angle to 80 degrees", door(opens=80)),
        step("add a motor", door(opens=80), moves_with_motors(1)),
    )),
    Edits((
        step("red ball at the top of an 18° incline", ramp(18), starts_on_ramp("red ball", upper=0.4)),
        step("the ball should be twice as heavy", times_as_heavy("red ball", 2.0), ramp(18), starts_on_ramp("red ball")),
        step("steeper please", steeper(), count("red ball", 1), starts_on_ramp("red ball")),
        step("change the ball into a green cylinder that rolls down", count("ball", 0), count("free green cylinder", 1), starts_on_ramp("green cylinder"),
             descends("green cylinder", rolling=True)),
    )),

    # Nonsense and what says too little.
    Refused("splork the vintrix beneath every quobbing frell"),
    Refused("hello, how are you today?"),
    Refused("what is 17 times 23?"),
    Refused("a pendulum with minus three links"),
    Refused("ten million dominoes"),
    Refused("a cube that is 30 degrees heavy"),
    Refused("delete the last one"),
    Refused("things and stuff"),
    Refused("the sound of rain in the evening"),
]
