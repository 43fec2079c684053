"""Prompts held out after all the other files: written from what a user is promised, without a look at the grammar.

`local` predicates, here and those that are shared with `prompts_held`, are for such prompts alone.
"""

from __future__ import annotations

import itertools

import numpy as np

import colours
from checks import (
    apart, beside, between, beyond, count, descends, falls, fits, floats, furnished, grown, heavier, height, hits, in_grid,
    in_ring, in_row, inside, larger, lies, longest, looks_like, made_of, mass, near, need, on, place, pyramid, ramp, rises,
    rubs, size, slippery, some, sound, stacked, staircase, starts_on_ramp, stays_on_ramp, still, tapers, the_ramp, under,
    upright_size, views, wall,
)
from machines import (
    BALL, FREE, HINGE, SLIDE, anchor, arm, arm_stands_on, car, cart_pole, chain, cradle, dominoes, door, drive, effect,
    far_end, joints, kinds, moves_with_motors, on_ends, passes_momentum, paths, pendulum, pendulums, seesaw, spring,
    strung, swings_into, tip_lengths, tips_to_heavier, turns,
)
from prompts import JUPITER, MARS, MOON, Edits, Refused, Scene, scene, step
from prompts_held import (
    boards, density, either, in_arc, kept, local, measures, mostly, motorless, outweighs, raised, same_size, servos,
    sets_off, stiffness, times_as_heavy, travels, triangle, unlike, vehicle, weigh,
)
from scene import slope

MERCURY = 3.7
RPM = 2 * np.pi / 60


# Things.


@local
def see_through(scene, what: str):
    """Each lets light through."""
    for thing in some(scene, what):
        ours = colours.alpha(scene.model, thing.main.id)
        need(ours < 0.95, f"{what} is opaque: alpha {ours:.2f}")


@local
def turns_at(scene, what: str, rate: float, own_axis: bool = False, share: float = 0.1):
    """Turns at so many rad/s (`own_axis`: about its third axis) at the start, or once a motor has brought it up to that."""
    for thing in some(scene, what):
        runs = itertools.chain([scene.start, scene.run(3.0)], (drive(scene, [a], 3.0, way) for a in range(scene.model.nu)
                                                               for way in (True, False)))
        seen = []
        for data in runs:
            spin = data.cvel[thing.main.body][:3]
            seen.append(abs(float(spin @ thing.main.axes(data)[:, 2])) if own_axis else float(np.linalg.norm(spin)))
            if near(seen[-1], rate, share):
                break
        else:
            need(False, f"{what} turns at {np.round(seen, 2)} rad/s, wanted {rate:.2f}")


@local
def tall_from(scene, what: str, low: float, high: float, share: float = 0.06):
    """The lowest of them is so high, and the highest so."""
    ours = [float((b[1] - b[0])[2]) for b in (t.bounds(scene.start) for t in some(scene, what, 2))]
    need(near(min(ours), low, share) and near(max(ours), high, share), f"{what} are {np.round(ours, 2)} m high")


# Where things are.


def _lined(scene, what: str, least: int = 2) -> list:
    """Things in the order in which they come along a line."""
    found = some(scene, what, least)
    points = np.array([place(t, scene.start) for t in found])
    points[:, 2] = 0
    axis = np.linalg.svd(points - points.mean(0))[2][0]
    return [found[i] for i in np.argsort(points @ axis)]


@local
def ascending(scene, what: str, by: str):
    """Along their line each is heavier (or higher) than the last."""
    found = _lined(scene, what)
    values = np.array([t.mass if by == "mass" else np.ptp(t.bounds(scene.start), 0)[2] for t in found])
    change = np.diff(values if values[0] < values[-1] else values[::-1])
    need((change > 0.01 * values.mean()).all(), f"{by} along the line: {np.round(values, 3)}")


@local
def take_turns(scene, what: str, names: tuple[str, str], ring: bool = False):
    """Neighbours along their line (or ring) have different ones of two colours."""
    found = _lined(scene, what)
    if ring:
        points = np.array([place(t, scene.start)[:2] for t in found])
        away = points - points.mean(0)
        found = [found[i] for i in np.argsort(np.arctan2(*away.T))]
        found.append(found[0])
    looks = [[n for n in names if t.is_coloured(n)] for t in found]
    need(all(len(own) == 1 for own in looks) and all(a != b for a, b in itertools.pairwise(looks)), f"colours: {looks}")


@local
def checkered(scene, what: str, names: tuple[str, str]):
    """No two next to each other, along or across, have one colour."""
    found = some(scene, what, 4)
    points = np.array([place(t, scene.start)[:2] for t in found])
    gaps = np.linalg.norm(points[:, None] - points, axis=2)
    nearest = gaps[gaps > 1e-6].min()
    looks = [tuple(n for n in names if t.is_coloured(n)) for t in found]
    need(all(len(own) == 1 for own in looks), f"colours: {looks}")
    for i, j in itertools.combinations(range(len(found)), 2):
        need(gaps[i, j] > 1.2 * nearest or looks[i] != looks[j], f"two neighbours are {looks[i]}")


@local
def clear(scene, what: str):
    """None touches another."""
    for one, other in itertools.combinations(some(scene, what, 2), 2):
        gap = scene.gap(scene.start, one.parts, other.parts)
        need(gap > 0.002, f"{gap:.3f} m between two {what}")


@local
def halfway(scene, what: str, ends: str):
    """Right in the middle between two others."""
    one, other = (place(t, scene.start)[:2] for t in some(scene, ends, 2)[:2])
    for thing in some(scene, what):
        off = np.linalg.norm(place(thing, scene.start)[:2] - (one + other) / 2)
        need(off < 0.06 * np.linalg.norm(one - other), f"{what} is {off:.2f} m from the middle")


@local
def over(scene, what: str, base: str):
    """At the start above the other's top and within its outline, touching nothing of it."""
    for thing in some(scene, what):
        low, high = thing.bounds(scene.start)
        middle = (low + high) / 2
        is_over = False
        for other in some(scene, base):
            foot, head = (other.top or other.main).bounds(scene.start)
            is_over |= bool(np.all(middle[:2] > foot[:2]) and np.all(middle[:2] < head[:2]) and low[2] > head[2] + 0.01)
        need(is_over, f"{what} is not above {base}")


@local
def at_end(scene, what: str, of: str):
    """Is the first or the last along the line of all."""
    found, ours = _lined(scene, of), some(scene, what)
    need(any(np.allclose(place(ours[0], scene.start), place(end, scene.start)) for end in (found[0], found[-1])),
         f"{what} is at no end of the line")


@local
def faces(scene, what: str, towards: str):
    """The backs of chairs are on the side that is away from the other."""
    goal = place(some(scene, towards)[0], scene.start)
    for thing in some(scene, what):
        seat = thing.top.bounds(scene.start)
        backs = [np.mean(b, 0) for b in (p.bounds(scene.start) for p in thing.parts) if b[1][2] > seat[1][2] + 0.1]
        need(backs, f"a {what} without a back")
        ahead = (np.mean(seat, 0) - np.mean(backs, 0))[:2]
        way = (goal - np.mean(seat, 0))[:2]
        along = ahead @ way / max(np.linalg.norm(ahead) * np.linalg.norm(way), 1e-9)
        need(along > 0.6, f"a {what} does not face the {towards}: {along:.2f}")


@local
def at_both_ends(scene, what: str, base: str):
    """Two stand at the two ends of the other's long side."""
    (table,) = some(scene, base)[:1]
    low, high = (table.top or table.main).bounds(scene.start)
    axis = int(np.argmax((high - low)[:2]))
    middle, half = (low + high) / 2, (high - low) / 2
    shifts = np.array([place(t, scene.start) - middle for t in some(scene, what, 2)])
    need(len(shifts) == 2 and shifts[0, axis] * shifts[1, axis] < 0, f"they are not at both ends: {np.round(shifts, 2)}")
    need((np.abs(shifts[:, axis]) > 0.8 * half[axis]).all() and (np.abs(shifts[:, 1 - axis]) < 0.7 * half[1 - axis]).all(),
         f"they are not at the ends: {np.round(shifts, 2)}")


@local
def gathered(scene, n: int):
    """So many seats all round what has the broadest top."""
    def area(thing):
        return float(np.prod(np.ptp(thing.top.bounds(scene.start), 0)[:2]))

    found = sorted(some(scene, "seat", n + 1), key=area)
    middle = place(found[-1], scene.start)
    away = np.array([place(t, scene.start) - middle for t in found[:-1]])
    need(len(away) == n, f"{len(away)} seats, wanted {n}")
    angles = np.sort(np.arctan2(*away.T[:2]))
    gaps = np.diff([*angles, angles[0] + 2 * np.pi])
    need(gaps.max() < 0.6 * 2 * np.pi, f"the widest gap between them is {np.degrees(gaps.max()):.0f}°")
    need(np.linalg.norm(away[:, :2], axis=1).max() < 1.8, "they are far away")


@local
def paired(scene, what: str, base: str, n: int, side: str, within: float = 1.3):
    """Each of n others has one of its own on a side of it, as it is looked at."""
    angle = {"left": 90, "right": -90, "behind": 0, "front": 180}[side]
    turn = np.array([[np.cos(np.radians(angle)), -np.sin(np.radians(angle))], [np.sin(np.radians(angle)), np.cos(np.radians(angle))]])
    bases, found = some(scene, base, n), some(scene, what, n)
    need(len(bases) == n and len(found) == n, f"{len(found)} × {what} at {len(bases)} × {base}, wanted {n}")
    best = []
    for ahead in views(scene):
        own = set()
        for one in bases:
            shifts = [(place(t, scene.start) - place(one, scene.start))[:2] for t in found]
            own |= {i for i, s in enumerate(shifts) if np.linalg.norm(s) < within and s @ (turn @ ahead) > 0.7 * np.linalg.norm(s)}
        best.append(len(own))
    need(max(best) == n, f"{max(best)} × {what} {side} their {base}, wanted {n}")


@local
def on_every_board(scene, what: str):
    """Each board of a shelf but its topmost and its lowest, and two at least, carries one."""
    (shelf,) = some(scene, "shelf")[:1]
    levels = sorted(shelf.boards, key=lambda p: p.bounds(scene.start)[1][2])
    feet = [(place(t, scene.settled), t.bounds(scene.settled)[0][2]) for t in some(scene, what)]
    bears = []
    for board in levels:
        low, high = board.bounds(scene.settled)
        bears.append(any(np.all(at[:2] > low[:2]) and np.all(at[:2] < high[:2]) and abs(foot - high[2]) < 0.012 for at, foot in feet))
    need(all(bears[1:-1]) and sum(bears) >= 2, f"boards that carry one, upwards: {bears}")


# Ramps and worlds.


@local
def ramps(scene, degrees: tuple[float, ...], what: str):
    """Slopes of these tilts, and on each its own one of some things soon after the start."""
    found = [(p, lie[0]) for p in scene.parts if (lie := slope(p, scene.start))]
    chosen = []
    for wanted in degrees:
        right = [p for p, tilt in found if abs(tilt - wanted) < 1.5]
        need(right, f"ramps of {[round(t, 1) for _, t in found]}°, wanted {wanted}")
        chosen.append(right)
    data = scene.run(0.15)
    for wanted, right in zip(degrees, chosen):
        gap = min(scene.gap(data, t.parts, right) for t in some(scene, what, len(degrees)))
        need(gap < 0.01, f"no {what} on the ramp of {wanted}°, {gap:.2f} m off")


@local
def steep(scene, least: float = 25.0):
    """The ramp has at least so many degrees."""
    need(the_ramp(scene)[1] >= least, f"the ramp has {the_ramp(scene)[1]:.1f}°, wanted {least}")


@local
def pulled_aslant(scene, degrees: float):
    """Gravity leans by so much, as if the ground did."""
    pull = scene.model.opt.gravity
    leans = np.degrees(np.arctan2(np.hypot(*pull[:2]), -pull[2]))
    need(abs(leans - degrees) < 1, f"gravity leans by {leans:.1f}°, wanted {degrees}")


# Pendulums, carts and arms.


def _welded(scene, body: int) -> float:
    return float(scene.model.body_mass[scene.model.body_weldid == scene.model.body_weldid[body]].sum())


@local
def bob_weighs(scene, kg: float):
    """The last link of a single pendulum weighs so much, with a rod that may add to it."""
    ours = [_welded(scene, links[-1]) for links in pendulums(scene, 1)]
    need(any(0.92 * kg <= m <= 1.4 * kg for m in ours), f"bobs with their rods weigh {np.round(ours, 3)} kg, wanted {kg}")


@local
def swinging(scene, n: int, links: int = 1):
    """Just so many pendulums of so many links."""
    ours = len(pendulums(scene, links))
    need(ours == n, f"{ours} pendulums of {links} links, wanted {n}")


@local
def from_one_beam(scene, n: int):
    """The axles of n pendulums are all at one thing that is fixed."""
    tops = np.array([anchor(scene, scene.start, links[0]) for links in pendulums(scene, 1)])
    need(len(tops) == n, f"{len(tops)} pendulums, wanted {n}")
    fixed = [p.bounds(scene.start) for p in scene.parts if scene.model.body_weldid[p.body] == 0]
    need(any(np.all(tops > low - 0.12) and np.all(tops < high + 0.12) for low, high in fixed), "no beam that they hang from")


@local
def unequal_starts(scene, links: int):
    """Two pendulums that begin at angles which differ, but not by much."""
    found = pendulums(scene, links)
    need(len(found) == 2, f"{len(found)} pendulums, wanted 2")
    reaches = [far_end(scene, scene.start, own)[1] - anchor(scene, scene.start, own[0]) for own in found]
    one, other = (r / np.linalg.norm(r) for r in reaches)
    angle = np.degrees(np.arccos(np.clip(one @ other, -1, 1)))
    need(0.02 < angle < 25, f"they begin {angle:.2f}° apart")


@local
def damped(scene):
    """Something takes energy out of a pendulum's swing."""
    model = scene.model
    dofs = [model.jnt_dofadr[j] for links in pendulums(scene, 1) for b in links for j in joints(scene, b)]
    need(any(model.dof_damping[d] > 0 or model.dof_frictionloss[d] > 0 for d in dofs) or model.opt.density > 0, "nothing damps it")


def _carts(scene) -> list[tuple[int, int]]:
    """Pairs of a sliding cart and the pole that is hinged on it."""
    model, found = scene.model, []
    for pole in range(1, model.nbody):
        cart = int(model.body_parentid[pole])
        while cart and not joints(scene, cart):
            cart = int(model.body_parentid[cart])
        if turns(scene, pole) and cart and kinds(scene, cart) == {SLIDE}:
            found.append((cart, pole))
    need(found, "no pole on a cart")
    return found


@local
def cart_and_pole_weigh(scene, cart_kg: float, pole_kg: float, share: float = 0.1):
    """The cart weighs so much, and so does the pole."""
    cart, pole = _carts(scene)[0]
    ours = _welded(scene, cart), _welded(scene, pole)
    need(near(ours[0], cart_kg, share) and near(ours[1], pole_kg, share), f"they weigh {np.round(ours, 3)} kg, wanted {cart_kg} and {pole_kg}")


@local
def carts(scene, n: int):
    """So many carts with poles, each with a motor that moves it."""
    found = _carts(scene)
    need(len(found) == n, f"{len(found)} carts with poles, wanted {n}")
    for cart, _ in found:
        at = scene.model.jnt_qposadr[joints(scene, cart)[0]]
        moved = max((effect(scene, a, lambda d, at=at: d.qpos[at]) for a in range(scene.model.nu)), default=0.0)
        need(moved > 0.02, "a cart has no motor")


@local
def poles_on_cart(scene, n: int):
    """A series of n hinged poles on a cart."""
    series = []
    for path in paths(scene):
        own = [int(scene.model.jnt_type[j]) for body in path for j in joints(scene, body)]
        if own[:1] == [SLIDE] and set(own[1:]) <= {HINGE, BALL}:
            series.append(len(own) - 1)
    need(n in series, f"{series} poles one on another, wanted {n}")


@local
def track(scene, metres: float):
    """The cart may run, or its rail is, so long."""
    slide = joints(scene, _carts(scene)[0][0])[0]
    model = scene.model
    spans = [float(np.ptp(model.jnt_range[slide]))] if model.jnt_limited[slide] else []
    spans += [max(p.extents) for p in scene.parts if model.body_weldid[p.body] == 0]
    need(any(near(s, metres, 0.15) for s in spans), f"ways of {np.round(spans, 2)} m, wanted {metres}")


@local
def strength(scene, value: float):
    """Some motor can push (N) or turn (N m) with just so much."""
    model, ours = scene.model, []
    for a in range(model.nu):
        caps = []
        if model.actuator_forcelimited[a]:
            caps.append(np.abs(model.actuator_forcerange[a]).max())
        if model.actuator_ctrllimited[a] and not model.actuator_biasprm[a].any():
            caps.append(model.actuator_gainprm[a][0] * np.abs(model.actuator_ctrlrange[a]).max())
        cap = min(caps, default=np.inf) * abs(model.actuator_gear[a][0])
        joint = int(model.actuator_trnid[a][0])
        if 0 <= joint < model.njnt and model.jnt_actfrclimited[joint]:
            cap = min(cap, np.abs(model.jnt_actfrcrange[joint]).max())
        ours.append(float(cap))
    need(any(near(c, value) for c in ours), f"motors of {np.round(ours, 2)}, wanted {value}")


def _arm_series(scene, n: int) -> list[int]:
    for path in paths(scene):
        own = [b for b in path if kinds(scene, b) == {HINGE} and len(joints(scene, b)) == 1]
        if len(own) == n and not any(FREE in kinds(scene, b) for b in path):
            return own
    need(False, f"no series of {n} joints")
    return []


@local
def arm_lengths(scene, lengths: tuple[float, ...], share: float = 0.08):
    """The links from joint to joint, and from the last joint to the tip, are so long."""
    own = _arm_series(scene, len(lengths))
    for (upper, lower), wanted in zip(itertools.pairwise(own), lengths):
        gap = np.linalg.norm(anchor(scene, scene.start, lower) - anchor(scene, scene.start, upper))
        need(near(gap, wanted, share), f"a link of {gap:.3f} m, wanted {wanted}")
    middle, end = tip_lengths(scene, scene.start, own[-1], anchor(scene, scene.start, own[-1]))
    need(max(middle, 0.85 * end) * (1 - share) <= lengths[-1] <= end * (1 + share), f"the last link reaches {end:.3f} m, wanted {lengths[-1]}")


def _arm_base(scene, n: int) -> np.ndarray:
    return anchor(scene, scene.start, _arm_series(scene, n)[0])[:2]


@local
def near_arm(scene, what: str, n: int, low: float, high: float):
    """All are so far from the foot of an arm of n joints, in plan."""
    ours = [np.linalg.norm(place(t, scene.start)[:2] - _arm_base(scene, n)) for t in some(scene, what)]
    need(low <= min(ours) and max(ours) <= high, f"{what} are {np.round(ours, 2)} m from the arm, wanted {low:.2f} to {high:.2f}")


@local
def hung_on(scene, length: float):
    """From the axle of each hung ball to its top, middle or underside it is so far."""
    found = pendulums(scene, 1)
    need(found, "nothing hangs on an axle")
    for links in found:
        middle, end = tip_lengths(scene, scene.start, links[0], anchor(scene, scene.start, links[0]))
        need(0.94 * (2 * middle - end) <= length <= 1.06 * end, f"hung {middle:.3f} m below its axle, wanted {length}")


# Seesaws, springs, cars and doors.


def _plank(scene):
    moving = [t for t in scene.things if not t.is_static and max(t.extents) > 2.5 * min(t.extents)]
    need(moving, "no plank")
    return max(moving, key=lambda t: max(t.main.extents))


@local
def pivots_at(scene, metres: float):
    """The plank's axle, middle, upper or lower face is so high above the floor."""
    plank = _plank(scene)
    at = scene.start.geom_xpos[plank.main.id][2]
    heights = [at, at - min(plank.main.extents) / 2, at + min(plank.main.extents) / 2]
    if joints(scene, plank.body):
        heights.append(anchor(scene, scene.start, plank.body)[2])
    need(any(near(h - scene.floor_z, metres, 0.12) for h in heights), f"heights {np.round(heights, 2)} m, wanted {metres}")


@local
def loaded(scene, what: str, left: tuple[float, ...], right: tuple[float, ...]):
    """Loads of so many kg are on the left half of the plank as it is looked at, and others on the right one."""
    plank, seen = _plank(scene), []
    axis = int(np.argmax(plank.main.extents))
    for ahead in views(scene):
        sideways, halves = np.array([-ahead[1], ahead[0]]), ([], [])
        for thing in some(scene, what):
            shift = place(thing, scene.start) - scene.start.geom_xpos[plank.main.id]
            need(np.linalg.norm(shift[:2]) > 0.2 * plank.main.extents[axis], f"a {what} is near the middle")
            halves[0 if shift[:2] @ sideways > 0 else 1].append(thing.mass)
        seen.append([np.round(sorted(h), 2) for h in halves])
        if all(len(h) == len(w) and np.allclose(sorted(h), sorted(w), rtol=0.06) for h, w in zip(halves, (left, right))):
            return
    need(False, f"on the left and on the right: {seen[0]} kg")


def _springs(scene) -> int:
    model = scene.model
    slides = [s for s, kind in zip(model.jnt_stiffness, model.jnt_type) if kind == SLIDE]
    return sum(np.max(s) > 0 for s in model.tendon_stiffness) or sum(np.max(s) > 0 for s in slides)


@local
def springs(scene, n: int):
    """So many springs."""
    need(_springs(scene) == n, f"{_springs(scene)} springs, wanted {n}")


@local
def bobs_from_below(scene, by: float):
    """What hangs on a spring begins at its lowest, and goes up by about twice what it was pulled down, or less."""
    model = scene.model
    held = [t for t in scene.things if not t.is_static and (any(model.jnt_type[j] == SLIDE for j in joints(scene, t.body)) or model.ntendon)]
    need(held, "nothing is held by a spring")
    weight = max(held, key=lambda t: t.mass)
    seen = [place(weight, scene.start)[2]]
    scene.run(3.0, each=lambda d: seen.append(place(weight, d)[2]))
    swing = max(seen) - min(seen)
    need(seen[0] < min(seen) + 0.15 * swing, f"it begins {seen[0] - min(seen):.3f} m above its lowest")
    need(0.8 * by <= swing <= 2.7 * by, f"it swings over {swing:.3f} m, pulled by {by}")


@local
def bobs(scene, kg: float):
    """Something of this mass, kicked upwards from where it rests, goes up and down about that place."""
    model, rest = scene.model, scene.run(15.0)
    found = [t for t in scene.things if not t.is_static and near(t.mass, kg) and kinds(scene, t.body) & {SLIDE, FREE}]
    need(found, f"nothing of {kg} kg that may go up and down")
    for thing in found:
        joint = joints(scene, thing.body)[0]
        data, seen = scene.fresh(), []
        data.qpos[:], data.qvel[:] = rest.qpos, 0
        data.qvel[model.jnt_dofadr[joint] + (2 if model.jnt_type[joint] == FREE else 0)] = 0.3
        scene.run(5.0, data, each=lambda d, thing=thing: seen.append(place(thing, d)[2] - place(thing, rest)[2]))
        shifts = np.array(seen) - np.mean(seen)
        turns_ = int((shifts[1:] * shifts[:-1] < 0).sum())
        if turns_ >= 3 and np.ptp(shifts) > 0.006 and thing.bounds(rest)[0][2] > scene.floor_z + 0.02:
            return
    need(False, f"what weighs {kg} kg does not go up and down")


@local
def wheels_measure(scene, diameter: float, n: int):
    """n hinged round things are so wide."""
    model, found = scene.model, []
    for body in range(1, model.nbody):
        round_ = [p for p in scene.parts if p.body == body and p.shape in ("cylinder", "sphere", "ellipsoid", "mesh", "capsule")]
        if HINGE in kinds(scene, body) and round_:
            found.append(max(float(np.sort(p.extents)[-2:].min()) for p in round_))
    right = sum(near(d, diameter) for d in found)
    need(right == n, f"wheels of {np.round(found, 3)} m, wanted {n} of {diameter}")


@local
def longer_car(scene, times: float):
    """What drives is so many times as long as before the edit, all over or its body."""
    def lengths(s):
        roots = [b for b in range(1, s.model.nbody) if FREE in kinds(s, b) and (s.model.body_parentid == b).any()]
        need(len(roots) == 1, f"{len(roots)} vehicles")
        own = [p for p in s.parts if s.model.body_rootid[p.body] == roots[0]]
        whole = np.ptp(np.concatenate([p.bounds(s.start) for p in own]), 0)[:2].max()
        return np.array([whole, max(max(p.extents) for p in own if s.model.body_weldid[p.body] == roots[0])])

    need(scene.before, "there is no scene before")
    ratios = lengths(scene) / lengths(scene.before)
    need(any(near(r, times, 0.1) for r in ratios), f"it is {np.round(ratios, 2)} times as long, wanted {times}")


@local
def near_vehicle(scene, what: str, most: float):
    """No further in plan from what drives than so."""
    model = scene.model
    roots = [b for b in range(1, model.nbody) if FREE in kinds(scene, b) and (model.body_parentid == b).any()]
    need(len(roots) == 1, f"{len(roots)} vehicles")
    ours = max(np.linalg.norm((place(t, scene.start) - scene.start.xpos[roots[0]])[:2]) for t in some(scene, what))
    need(ours < most, f"{what} is {ours:.2f} m away")


def _panels(scene) -> list[tuple[np.ndarray, np.ndarray]]:
    """Axles and middles of panels on upright hinges, in plan."""
    model, found = scene.model, []
    for body in range(1, model.nbody):
        if kinds(scene, body) == {HINGE} and abs(scene.start.xaxis[joints(scene, body)[0]][2]) > 0.98:
            own = [p for p in scene.parts if p.body == body and p.shape in ("box", "mesh")]
            if own:
                biggest = max(own, key=lambda p: p.volume)
                found.append((anchor(scene, scene.start, body)[:2], scene.start.geom_xpos[biggest.id][:2]))
    return found


@local
def double_door(scene):
    """Two panels whose hinges are at their outer edges."""
    found = _panels(scene)
    need(len(found) == 2, f"{len(found)} panels, wanted 2")
    (one, middle), (other, second) = found
    need(np.linalg.norm(one - other) > 1.5 * np.linalg.norm(middle - second), "the hinges are not at the outer edges")


@local
def hinged_left(scene):
    """The hinge is at the panel's left edge as it is looked at."""
    found = _panels(scene)
    need(found, "no panel on an upright hinge")
    for axle, middle in found:
        shift = axle - middle
        need(any(shift @ np.array([-a[1], a[0]]) > 0.7 * np.linalg.norm(shift) for a in views(scene)), f"hinged {np.round(shift, 2)} m aside")


@local
def courses(scene, what: str, wide: int, high: int):
    """At the start bricks lie in so many courses, in one plane; a bond may need a half brick more."""
    points = np.array([place(t, scene.start) for t in some(scene, what, wide * high)])
    levels = np.split(np.sort(points[:, 2]), np.flatnonzero(np.diff(np.sort(points[:, 2])) > 0.01) + 1)
    need(len(levels) == high and all(wide <= len(own) <= wide + 1 for own in levels), f"courses of {[len(own) for own in levels]}")
    need(min(np.ptp(points[:, :2], 0)) < 0.02, "the bricks are not in one plane")


PROMPTS = [
    # Objects.
    scene("objects", "orange cube", count("orange cube", 1), count("thing", 1), on("orange cube", "floor")),
    scene("objects", "a pair of green capsules", count("green capsule", 2), count("thing", 2)),
    scene("objects", "eleven tiny white balls", count("white ball", 11), count("thing", 11), longest("white ball", 0.004, 0.1)),
    scene("objects", "I'd like a brass cylinder, 25 mm in diameter and 12 cm long.", count("cylinder", 1),
          size("cylinder", (0.025, 0.025, 0.12)), density("cylinder", 8000, 8900)),
    scene("objects", "Give me three cubes: a red one with 5 cm sides, a yellow one with 15 cm sides and a black one with 25 cm sides.",
          count("thing", 3), size("red cube", (0.05,) * 3), size("yellow cube", (0.15,) * 3), size("black cube", (0.25,) * 3)),
    scene("objects", "cardboard box 40x30x25 cm", count("free box", 1), size("free box", (0.4, 0.3, 0.25)),
          either(looks_like("free box", "brown"), looks_like("free box", "wooden"))),
    scene("objects", "Can you place a glass marble 2 cm in diameter on the ground? It should be see-through.", count("ball", 1),
          size("ball", (0.02,) * 3), see_through("ball"), on("ball", "floor")),
    scene("objects", "two spheres of the same size, but one weighs 3 kg and the other only 300 g", count("ball", 2), same_size("ball"),
          weigh("ball", (0.3, 3.0))),
    scene("objects", "red cone, 40 cm high", count("red thing", 1), count("thing", 1), upright_size("red thing", height=0.4)),
    scene("objects", "flat grey disc, 60 cm across and 3 cm thick", count("gray cylinder", 1),
          upright_size("gray cylinder", height=0.03, width=0.6), on("gray cylinder", "floor")),
    scene("objects", "roll a bowling ball along the floor at 3 m/s", count("ball", 1), longest("ball", 0.18, 0.26), heavier("ball", 2.5),
          sets_off("ball", 3.0), travels("ball", 1.5)),
    scene("objects", "Make an upright aluminium post, 1.2 m tall, with a square cross-section of 8 cm.", count("box", 1),
          size("box", (0.08, 0.08, 1.2)), upright_size("box", height=1.2), made_of("box", "aluminum")),
    scene("objects", "a turquoise cylinder spinning about its own axis at 120 rpm", count("turquoise cylinder", 1),
          turns_at("turquoise cylinder", 120 * RPM, own_axis=True)),
    scene("objects", "launch a small rubber ball straight up with 6 m/s", count("ball", 1), longest("ball", 0.01, 0.16), made_of("ball", "rubber"),
          sets_off("ball", 6.0, (0.0, 0.0, 1.0)), rises("ball", by=1.2)),
    scene("objects", "For a friction experiment I need four grey cubes, 10 cm on a side, with masses of 1, 2, 3 and 4 kg. "
          "Line them up from the lightest to the heaviest, with half a metre from one to the next.", count("gray cube", 4),
          size("gray cube", (0.1,) * 3), weigh("gray cube", (1.0, 2.0, 3.0, 4.0)), in_row("gray cube", 4, spacing=0.5), ascending("gray cube", "mass")),
    scene("objects", "Set out the following on the floor: a red cube (20 cm), a blue ball with a radius of 10 cm and a green cylinder that is "
          "40 cm tall and 15 cm wide. None of them should touch another.", count("thing", 3), size("red cube", (0.2,) * 3),
          size("blue ball", (0.2,) * 3), upright_size("green cylinder", height=0.4, width=0.15), clear("thing"), on("thing", "floor")),
    scene("objects", "a black cylnder next to a white box", count("black cylinder", 1), count("white box", 1), beside("black cylinder", "white box")),

    # Worlds.
    scene("worlds", "moon gravity, one white ball 3 m up", count("white ball", 1), height("white ball", 3.0), falls("white ball", by=1.5),
          pull=MOON),
    scene("worlds", "two crates hovering in zero g", count("free box", 2), floats("free box"), pull=0.0, floor=False),
    scene("worlds", "How fast do things fall on Mercury? Drop an iron ball there from 1 m.", count("ball", 1), height("ball", 1.0),
          falls("ball", by=0.7), density("ball", 7000, 8100), pull=MERCURY),
    scene("worlds", "Set gravity to one tenth of Earth's and let three red cubes fall from a height of 2 metres.", count("red cube", 3),
          height("red cube", 2.0), falls("red cube", by=1.5), pull=0.981),
    scene("worlds", "A 4 kg block slides across a floor with friction 0.2; its initial speed is 2 m/s.", count("free box", 1), mass("free box", 4.0),
          sets_off("free box", 2.0), rubs("free box", 0.2), travels("free box", 0.5)),
    scene("worlds", "frictionless floor, a puck gliding at 1 m/s", count("free cylinder", 1), sets_off("free cylinder", 1.0),
          slippery("free cylinder", most=0.04), travels("free cylinder", 2.0)),
    Scene("worlds", "The ground is tilted 8 degrees and so rough that the wooden crate on it stays where it is.", (count("free box", 1),
          looks_like("free box", "wooden"), either(ramp(8), pulled_aslant(8)), still("free box", shift=0.06), sound(floor=False), fits())),
    scene("worlds", "Jupiter's gravity please, and two concrete blocks on top of each other", stacked("free box", 2), made_of("free box", "concrete"),
          pull=JUPITER),
    scene("worlds", "gravity 1.2 m/s², green ball 50 cm above the floor", count("green ball", 1), height("green ball", 0.5),
          falls("green ball", by=0.3), pull=1.2),

    # Arrangements.
    scene("arrangements", "tower of nine blue blocks", stacked("free blue box", 9), count("thing", 9)),
    scene("arrangements", "ring of six posts", in_ring("thing", 6), lies("thing", upright=True), longest("thing", 0.2, 4.0)),
    scene("arrangements", "3 by 4 grid of yellow cubes", in_grid("yellow cube", 3, 4), on("yellow cube", "floor")),
    scene("arrangements", "Line up a dozen brown boxes, leaving gaps of 15 cm.", in_row("brown box", 12, spacing=0.15), on("brown box", "floor")),
    scene("arrangements", "sixteen cubes laid out like a 4x4 chessboard, black and white alternating", in_grid("cube", 4, 4), count("black cube", 8),
          count("white cube", 8), checkered("cube", ("black", "white"))),
    scene("arrangements", "a pyramid made from ten cubes", count("free cube", 10), either(pyramid("free cube", 4), pyramid("free cube", 3))),
    scene("arrangements", "Build a square pyramid out of wooden cubes, with a base of 4 by 4.", count("free cube", 30), pyramid("free cube", 4),
          made_of("free cube", "wooden")),
    scene("arrangements", "a low wall, ten bricks long and two bricks high", wall("box", 10, 2)),
    scene("arrangements", "flight of seven stairs with a rise of 18 cm", staircase(7, rise=0.18)),
    scene("arrangements", "eight balls on a circle two metres in diameter, alternately red and blue", in_ring("ball", 8, radius=1.0),
          count("red ball", 4), count("blue ball", 4), take_turns("ball", ("red", "blue"), ring=True)),
    scene("arrangements", "please set up five cones in a straight line for a slalom, 40 cm apart", count("thing", 5), in_row("thing", 5, spacing=0.4)),
    scene("arrangements", "Stack five square slabs, all 5 cm thick. The lowest is 50 cm wide, and every further one is 10 cm narrower than the one below it.",
          stacked("free box", 5), measures("free box", (0.1, 0.2, 0.3, 0.4, 0.5)), upright_size("free box", height=0.05), tapers("free box")),
    scene("arrangements", "I want nine cylinders in a row whose heights grow from 10 cm to 50 cm.", in_row("cylinder", 9), tall_from("cylinder", 0.1, 0.5),
          ascending("cylinder", "height"), on("cylinder", "floor")),

    # Ramps.
    scene("ramps", "ramp with a ball", ramp(), count("free ball", 1), starts_on_ramp("free ball")),
    scene("ramps", "45 degree ramp, green cube on it", ramp(45), count("green cube", 1), starts_on_ramp("green cube")),
    scene("ramps", "A 2 kg aluminium block on a 35 degree slope whose coefficient of friction is 0.15, so it slides.", ramp(35), count("free box", 1),
          mass("free box", 2.0), made_of("free box", "aluminum"), starts_on_ramp("free box"), descends("free box", rolling=False)),
    scene("ramps", "two ramps next to each other, one of 10 and one of 20 degrees, with a red ball on each", count("red ball", 2),
          ramps((10.0, 20.0), "red ball")),
    scene("ramps", "let a can roll down a gentle slope, 8 degrees and 2.5 m long", ramp(8, length=2.5), count("free cylinder", 1),
          starts_on_ramp("free cylinder"), descends("free cylinder", rolling=True)),
    scene("ramps", "Incline demo for my class: a 2 m plank raised to 25 degrees, and on it a 1 kg block of wood. The friction is 0.7, the block must not slip.",
          ramp(25, length=2.0), count("free box", 1), mass("free box", 1.0), made_of("free box", "wooden"), starts_on_ramp("free box"),
          stays_on_ramp("free box")),
    scene("ramps", "A sphere and a cube are released together near the top of a 20 degree ramp. The sphere rolls while the cube slides.", ramp(20),
          count("free ball", 1), count("free cube", 1), starts_on_ramp("free ball", upper=0.4), starts_on_ramp("free cube", upper=0.4),
          descends("free ball", rolling=True), descends("free cube", rolling=False)),
    scene("ramps", "At the foot of a 15 degree ramp there's a row of three crates. A ball of 5 kg starts at the top and runs into them.", ramp(15),
          count("free ball", 1), mass("free ball", 5.0), starts_on_ramp("free ball", upper=0.4), in_row("free box", 3), hits("free ball", "free box")),
    scene("ramps", "steep ramp, marble on top", ramp(), steep(25), count("free ball", 1), longest("free ball", 0.005, 0.06),
          starts_on_ramp("free ball", upper=0.4)),

    # Furniture.
    scene("furniture", "white table", furnished("table"), looks_like("table", "white")),
    scene("furniture", "black bookcase with five shelves", furnished("shelf"), boards(5), looks_like("shelf", "black")),
    scene("furniture", "put three stools around a small square table", furnished("seat", n=4, low=0.25, high=1.1), gathered(3)),
    scene("furniture", "Could you build me a workbench, 2 m long and 90 cm tall, and put a 10 kg block of steel on it?",
          furnished("table", height=0.9, length=2.0), count("free box", 1), mass("free box", 10.0), made_of("free box", "steel"), on("free box", "table")),
    scene("furniture", "four chairs facing a square table, one on each side", furnished("table"), furnished("chair", n=4),
          in_ring("chair", 4, around="table"), faces("chair", "table")),
    scene("furniture", "a shelf that is 1.5 m tall and 80 cm wide, with a red box on every board", furnished("shelf"),
          upright_size("shelf", height=1.5, width=0.8), count("free red box", 2, most=8), on("free red box", "shelf"), on_every_board("free red box")),
    scene("furniture", "wooden stool 45 cm high", furnished("seat", height=0.45), made_of("seat", "wooden", hollow=True)),
    scene("furniture", "A table 2.4 m in length with a yellow chair at either end", furnished("table", length=2.4), furnished("chair", n=2),
          looks_like("chair", "yellow"), at_both_ends("chair", "table")),
    scene("furniture", "dining table with six plates on it", furnished("table", low=0.6, high=0.9), count("free thing", 6), on("free thing", "table"),
          longest("free thing", 0.1, 0.4)),

    # Relations.
    scene("relations", "a red ball on a blue box", count("red ball", 1), count("blue box", 1), on("red ball", "blue box")),
    scene("relations", "behind a white cube there is a green cone, and in front of the cube lies a red ball", count("thing", 3),
          beyond("green thing", "behind", "white cube"), beyond("red ball", "front", "white cube")),
    scene("relations", "Place a yellow cube exactly halfway between two purple balls that are 2 m apart.", count("yellow cube", 1), count("purple ball", 2),
          apart("purple ball", "purple ball", 2.0), halfway("yellow cube", "purple ball")),
    scene("relations", "a small green ball between two big grey boxes", count("green ball", 1), count("gray box", 2), between("green ball", "gray box"),
          larger("gray box", "green ball", 1.5)),
    scene("relations", "an open crate holding a dozen ping-pong balls", count("bin", 1), count("free ball", 12), longest("free ball", 0.03, 0.05),
          inside("free ball", "bin")),
    scene("relations", "a ball above a table", furnished("table"), count("ball", 1), over("ball", "table")),
    scene("relations", "a green cylinder to the right of a red one, and a blue cylinder to the right of the green one, 30 cm from each to the next",
          in_row("cylinder", 3, spacing=0.3), beyond("green cylinder", "right", "red cylinder"), beyond("blue cylinder", "right", "green cylinder")),
    scene("relations", "surround a red cube with four blue cubes, one on each side", count("red cube", 1), count("blue cube", 4),
          in_ring("blue cube", 4, around="red cube"), on("cube", "floor")),
    scene("relations", "A heavy black crate next to a light white crate; the white one is on the left.", count("black box", 1), count("white box", 1),
          outweighs("black box", "white box", 1.5), beyond("white box", "left", "black box"), beside("white box", "black box")),

    # Mechanisms.
    scene("pendulum", "pendulum, 2 metres", pendulum(1, length=2.0), swinging(1)),
    scene("pendulum", "8-link pendulum please", pendulum(8)),
    scene("pendulum", "a double pendulum with arms of 30 cm, both held out horizontally at the start", pendulum(2, length=0.3, from_horizontal=True)),
    scene("pendulum", "Three pendulums hanging from one beam: 40 cm, 60 cm and 80 cm long", pendulum(1, length=0.4), pendulum(1, length=0.6),
          pendulum(1, length=0.8), from_one_beam(3)),
    scene("pendulum", "an actuated single pendulum for RL: 1 m rod, torque motor at the pivot", pendulum(1, length=1.0), moves_with_motors(1), swinging(1)),
    scene("pendulum", "two identical double pendulums that start at slightly different angles", pendulum(2), swinging(2, links=2), unequal_starts(2)),
    scene("pendulum", "A pendulum 75 cm long with a bob of 3 kg, released at 60 degrees. Add a little damping at the pivot so that it slowly comes to rest.",
          pendulum(1, length=0.75, aside=60), bob_weighs(3.0), damped(), motorless()),
    scene("cartpole", "classic cart-pole", cart_pole(), carts(1), moves_with_motors(1)),
    scene("cartpole", "cart-pole with a 1 kg cart and a pole of 50 cm and 100 g", cart_pole(length=0.5), cart_and_pole_weigh(1.0, 0.1)),
    scene("cartpole", "A cart on a 4 m track with a 1 m pole hinged on top of it. Its motor can push with up to 15 N.", cart_pole(length=1.0),
          track(4.0), strength(15.0)),
    scene("cartpole", "a cart with a double inverted pendulum on it", cart_pole(), poles_on_cart(2)),
    scene("arm", "5-joint robot arm", arm(5)),
    scene("arm", "planar arm with two links, 40 cm and 30 cm, and motors at both joints", arm(2), arm_lengths((0.4, 0.3)), moves_with_motors(2)),
    scene("arm", "I'd like a 4-DOF manipulator in red with position servos and, within half a metre of its base, a green cube of 5 cm on the floor.", arm(4),
          servos(), mostly("red"), size("green cube", (0.05,) * 3), on("green cube", "floor"), near_arm("green cube", 4, 0.05, 0.55)),
    scene("arm", "Place a robot arm with three joints at the centre and half a dozen orange balls in a ring of 80 cm radius around it.", arm(3),
          in_ring("orange ball", 6, radius=0.8), near_arm("orange ball", 3, 0.65, 0.95), on("orange ball", "floor")),
    scene("cradle", "an eight-ball Newton's cradle", cradle(8), passes_momentum()),
    scene("cradle", "Desk toy: newtons cradel, five balls that are 4 cm across, with the first two pulled aside", cradle(5, raised=2), passes_momentum(),
          size("free ball", (0.04,) * 3)),
    scene("cradle", "Newton's cradle of six balls weighing 200 g each, hung on 40 cm strings", cradle(6), mass("free ball", 0.2, share=0.12), hung_on(0.4),
          passes_momentum()),
    scene("seesaw", "a red seesaw", seesaw(), mostly("red")),
    scene("seesaw", "A balance: a 2.5 m plank pivoted in the middle, with a 4 kg cube at the left end and two 2 kg cubes at the right end",
          seesaw(metres=2.5), count("free cube", 3), weigh("free cube", (2.0, 2.0, 4.0)), loaded("free cube", (4.0,), (2.0, 2.0))),
    scene("seesaw", "teeter-totter whose pivot is 50 cm off the ground", seesaw(), pivots_at(0.5)),
    scene("seesaw", "seesaw with a blue ball on one end and a yellow ball on the other, the yellow one three times as heavy", seesaw(), on_ends("free ball"),
          outweighs("yellow ball", "blue ball", 2.7), tips_to_heavier("free ball")),
    scene("spring", "a ball hanging from a spring", spring(), count("free ball", 1)),
    scene("spring", "A 500 g mass on a vertical spring with k = 200 N/m is pulled down by 5 cm and let go.", spring(stiffness=200, kg=0.5),
          bobs_from_below(0.05)),
    scene("spring", "two 1 kg weights hanging side by side, one on a spring of 50 N/m and the other one on a spring of 200 N/m", springs(2), stiffness(50.0),
          stiffness(200.0), mass("free thing", 1.0, n=2)),
    scene("spring", "a block attached to a wall by a horizontal spring, no friction", spring(level=True), count("free box", 1)),
    scene("spring", "three balls in a row, neighbours joined by springs of 60 N/m", count("free ball", 3), in_row("free ball", 3), springs(2), stiffness(60.0)),
    scene("chain", "hanging chain, twenty links", chain(20)),
    scene("chain", "a chain one metre long, made of 10 links, with a 500 g cube at the bottom", chain(10, ends_in="box", kg=0.5, length=1.0)),
    scene("chain", "hang a chain loosely from one pillar to another, 1.5 m away", strung(), apart("static thing", "static thing", 1.5)),
    scene("chain", "two chains side by side, one with six links and the other with nine", chain(6), chain(9)),
    scene("domino", "30 dominoes, ready to fall", dominoes(30)),
    scene("domino", "Line up twelve dominoes that are 10 cm tall, 4 cm apart, alternately red and white.", dominoes(12), in_row("free box", 12, spacing=0.04),
          upright_size("free box", height=0.1), take_turns("free box", ("red", "white"))),
    scene("domino", "18 dominoes in a quarter circle", dominoes(18), in_arc("free box", 18, 90)),
    scene("car", "black four-wheeled car", car(4, colour="black"), moves_with_motors()),
    scene("car", "rover with a green chassis and six wheels that measure 20 cm in diameter", car(6, colour="green"), wheels_measure(0.2, 6)),
    scene("car", "An all-wheel-drive buggy, 80 cm long, weighing 10 kg", car(4, driven=4), vehicle(kg=10.0, length=0.8)),
    scene("car", "a yellow toy car standing one metre from a tower of three red crates", car(4, colour="yellow"), stacked("free red box", 3),
          apart("free yellow thing", "free red box", 1.0, share=0.2)),
    scene("door", "swinging door", door()),
    scene("door", "A green door, 1.9 m high and 80 cm wide, that opens by 75 degrees at most", door(opens=75, size=(1.9, 0.8)),
          count("free green thing", 1, most=3)),
    scene("door", "a door weighing 15 kg with its hinges on the left", door(), mass("free thing", 15.0, share=0.1), hinged_left()),
    scene("door", "double door, two panels, hinged at the outer edges", door(), double_door()),

    # Combinations.
    scene("combinations", "A table 80 cm high. On top of it are a green cube and, to the right of the cube, a red ball. Under the table lies a blue cylinder, and "
          "a chair stands behind the table.", furnished("table", height=0.8), on("green cube", "table"), on("red ball", "table"),
          beyond("red ball", "right", "green cube"), under("blue cylinder", "table"), beyond("chair", "behind", "table")),
    scene("combinations", "Physics playground: a pendulum 80 cm long, a seesaw, and a 2 kg weight on a spring, all next to one another.",
          pendulum(1, length=0.8), seesaw(), springs(1), bobs(2.0)),
    scene("combinations", "Pool break: ten red balls in a triangle, and a white ball that is shot into them at 2 m/s", triangle("red ball", 4), count("white ball", 1),
          sets_off("white ball", 2.0), hits("white ball", "red ball")),
    scene("combinations", "I'm testing a mobile robot. Please create a red car whose four wheels are all driven, six yellow posts in two rows of three, "
          "and a 10 degree ramp.", car(4, driven=4, colour="red"), count("yellow thing", 6), in_grid("yellow thing", 2, 3, square=False), ramp(10)),
    scene("combinations", "Scene on Mars: a table carrying a red box of 2 kg and a blue box of 4 kg. To the left of the table, a chair.", furnished("table"),
          mass("red box", 2.0), mass("blue box", 4.0), on("red box", "table"), on("blue box", "table"), furnished("chair"),
          beyond("chair", "left", "table"), pull=MARS),
    scene("combinations", "A red ball rolls down a 30° ramp and hits a blue ball that rests on the floor at the bottom.", ramp(30), count("red ball", 1),
          count("blue ball", 1), starts_on_ramp("red ball"), hits("red ball", "blue ball")),
    scene("combinations", "Pick-and-place setup: a 5-joint arm on a table, three 4 cm cubes (red, green, blue) on the same table, and a bin standing next to the table.",
          arm(5), arm_stands_on("table"), count("free cube", 3), size("free cube", (0.04,) * 3), unlike("free cube", 3), on("free cube", "table"),
          count("bin", 1), beside("bin", "table")),
    scene("combinations", "Hang a ball of 5 kg on a 1.2 m rod and let it swing into a wall which is four bricks wide and three bricks high.",
          either(*(swings_into("ball", "free box", n) for n in (12, 13, 14))), courses("free box", 4, 3), hung_on(1.2), bob_weighs(5.0)),
    scene("combinations", "two cart-poles side by side, one with a 50 cm pole and one with a 1 m pole", carts(2), cart_pole(length=0.5), cart_pole(length=1.0),
          moves_with_motors(2)),
    scene("combinations", "Two towers. The left one is red and consists of a 40 cm cube, on that a 30 cm cube, and on that a 20 cm cube; the right tower is the same "
          "but blue. A white ball lies on top of each tower.", stacked("free red cube", 3), stacked("free blue cube", 3), tapers("red cube"), tapers("blue cube"),
          measures("cube", (0.2, 0.2, 0.3, 0.3, 0.4, 0.4)), beyond("red cube", "left", "blue cube"), count("white ball", 2), on("white ball", "cube")),
    scene("combinations", "On the Moon, give me a rover 1 m long on which each of the four wheels has a motor, with three grey spheres 30 cm in diameter near it.",
          car(4, driven=4), vehicle(length=1.0), count("gray ball", 3), size("gray ball", (0.3,) * 3), near_vehicle("gray ball", 4.0), pull=MOON),
    scene("combinations", "A classroom with six desks in two rows of three, and behind each desk a chair", furnished("table", n=6), furnished("chair", n=6),
          in_grid("table", 2, 3, square=False), either(paired("chair", "table", 6, "behind"), paired("chair", "table", 6, "front"))),

    # Edits.
    Edits((
        step("a red cube, 20 cm", count("red cube", 1), size("red cube", (0.2,) * 3)),
        step("make it green", count("green cube", 1), count("red cube", 0), size("cube", (0.2,) * 3)),
        step("and double its size", count("green cube", 1), grown("cube", 2.0)),
        step("now put a yellow ball on it", count("yellow ball", 1), on("yellow ball", "green cube"), kept("cube")),
    )),
    Edits((
        step("five blue balls in a row, 30 cm apart", in_row("blue ball", 5, spacing=0.3)),
        step("Add three more to the row.", in_row("blue ball", 8, spacing=0.3), grown("ball", 1.0)),
        step("colour the first one red", count("red ball", 1), count("blue ball", 7), at_end("red ball", "ball")),
        step("remove all the blue ones", count("red ball", 1), count("ball", 1)),
    )),
    Edits((
        step("a table, 70 cm high, with a white cube on it", furnished("table", height=0.7), count("white cube", 1), on("white cube", "table")),
        step("raise the table by 20 cm", furnished("table", height=0.9), on("white cube", "table"), kept("cube")),
        step("replace the cube with an orange ball", count("cube", 0), count("orange ball", 1), on("orange ball", "table"), furnished("table", height=0.9)),
    )),
    Edits((
        step("tower of three crates", stacked("free box", 3)),
        step("two more on top, please", stacked("free box", 5)),
        step("every crate should weigh 10 kg", stacked("free box", 5), mass("free box", 10.0)),
        step("move the whole thing to Mars", stacked("free box", 5), mass("free box", 10.0), pull=MARS),
    )),
    Edits((
        step("a pendulum 50 cm long", pendulum(1, length=0.5)),
        step("give it a 2 kg bob", pendulum(1, length=0.5), bob_weighs(2.0)),
        step("lengthen it to 1.5 m", pendulum(1, length=1.5), bob_weighs(2.0)),
        step("let it start at 70 degrees", pendulum(1, length=1.5, aside=70)),
    )),
    Edits((
        step("a 30 degree ramp with a wooden cube on it", ramp(30), count("free cube", 1), starts_on_ramp("free cube")),
        step("lower the angle to 12 degrees", ramp(12), count("free cube", 1), starts_on_ramp("free cube")),
        step("swap the cube for a red ball", ramp(12), count("cube", 0), count("red ball", 1), starts_on_ramp("red ball"), descends("red ball", rolling=True)),
    )),
    Edits((
        step("an arm that has three joints", arm(3)),
        step("give it two more joints", arm(5), moves_with_motors(5)),
        step("paint the arm blue", arm(5), mostly("blue")),
        step("place it on a table", arm(5), furnished("table"), arm_stands_on("table")),
    )),
    Edits((
        step("a white car", car(4, colour="white")),
        step("make it twice as long", car(4, colour="white"), longer_car(2.0)),
        step("all four wheels should be driven", car(4, driven=4, colour="white"), moves_with_motors(4)),
    )),
    Edits((
        step("a line of ten dominoes", dominoes(10)),
        step("take four of them away", dominoes(6), in_row("free box", 6)),
        step("make the dominoes yellow", count("free yellow box", 6), dominoes(6)),
    )),
    Edits((
        step("a 1 kg weight hanging from a spring, k = 80 N/m", spring(stiffness=80, kg=1.0)),
        step("change the stiffness to 160 N/m", spring(stiffness=160, kg=1.0)),
        step("double the mass of the weight", spring(stiffness=160, kg=2.0)),
    )),
    Edits((
        step("a ring of six cubes with a ball in the centre", in_ring("cube", 6, around="ball"), count("ball", 1)),
        step("make the ball twice as heavy", times_as_heavy("ball", 2.0), count("ball", 1), in_ring("cube", 6, around="ball")),
        step("get rid of the ball", count("ball", 0), in_ring("cube", 6)),
        step("turn the cubes into cylinders", count("cube", 0), count("cylinder", 6), in_ring("cylinder", 6)),
    )),
    Edits((
        step("a chain of 6 links", chain(6)),
        step("make it two links longer", chain(8)),
        step("hang a 1 kg ball on its end", chain(8, ends_in="sphere", kg=1.0)),
    )),
    Edits((
        step("a red ball and a blue ball, one metre apart", apart("red ball", "blue ball", 1.0), count("ball", 2)),
        step("put a wooden box between them", count("box", 1), looks_like("box", "wooden"), between("box", "ball"), kept("ball")),
        step("raise the red ball by 1 m", raised("red ball", 1.0), kept("blue ball"), count("box", 1)),
        step("use lunar gravity", count("ball", 2), count("box", 1), pull=MOON),
    )),

    # Nonsense and what cannot be.
    Refused("fnord plim wazzle gorp"),
    Refused("tell me a joke about pendulums"),
    Refused("a ball with a mass of zero grams"),
    Refused("a cube that is 20 kg wide"),
    Refused("infinitely many boxes on top of each other"),
    Refused("an elephant playing the piano"),
    Refused("two more of those, please"),
    Refused("the square root of a banana"),
    Refused("a cylinder with a height of -20 cm"),
    Refused("build me something"),
    Refused("how do I send an e-mail to my teacher?"),
    Refused("a table with minus two legs"),
    Refused("hjkl vbnm 123 ???"),
]
