"""Predicates over mechanisms: joints by how things move on them, motors by what they move."""

from __future__ import annotations

import itertools

import mujoco
import numpy as np

from checks import Unmet, near, need, place, predicate, some
from scene import Part, Scene, Thing

FREE, BALL, SLIDE, HINGE = (int(kind) for kind in (
    mujoco.mjtJoint.mjJNT_FREE, mujoco.mjtJoint.mjJNT_BALL, mujoco.mjtJoint.mjJNT_SLIDE, mujoco.mjtJoint.mjJNT_HINGE))
# A push large enough to tip what should tip: m/s² on the pushed thing's mass.
PUSH = 8.0


def joints(scene: Scene, body: int) -> list[int]:
    first, count = scene.model.body_jntadr[body], scene.model.body_jntnum[body]
    return list(range(first, first + count))


def kinds(scene: Scene, body: int) -> set[int]:
    return {int(scene.model.jnt_type[j]) for j in joints(scene, body)}


def turns(scene: Scene, body: int) -> bool:
    """Whether it turns on its parent and does nothing else."""
    found = kinds(scene, body)
    return bool(found) and found <= {HINGE, BALL}


def paths(scene: Scene) -> list[list[int]]:
    """Bodies from each child of the world down to each leaf."""
    model = scene.model
    parents = set(model.body_parentid[1:])
    found = []
    for leaf in range(1, model.nbody):
        if leaf not in parents:
            path = [leaf]
            while model.body_parentid[path[0]]:
                path.insert(0, int(model.body_parentid[path[0]]))
            found.append(path)
    return found


def anchor(scene: Scene, data, body: int) -> np.ndarray:
    return data.xanchor[joints(scene, body)[0]].copy()


def parts_of(scene: Scene, bodies) -> list[Part]:
    return [part for part in scene.parts if part.body in bodies]


def tip_lengths(scene: Scene, data, body: int, start: np.ndarray) -> tuple[float, float]:
    """From a point to the furthest part's middle, and to the furthest surface of what is welded to a body."""
    parts = _welded_parts(scene, body)
    need(parts, "a link that is not seen")
    to_middle = max(np.linalg.norm(data.geom_xpos[p.id] - start) for p in parts)
    ends = []
    for part in parts:
        corners = itertools.product(*([-half, half] for half in part.extents / 2))
        if part.shape in ("capsule", "cylinder"):
            corners = ([0, 0, s * part.extents[2] / 2] for s in (-1, 1))
        elif part.shape == "sphere":
            away = data.geom_xpos[part.id] - start
            ends.append(np.linalg.norm(away) + part.extents[0] / 2)
            continue
        else:
            thin = np.sort(part.extents)[1]
            ends += [max(0, np.linalg.norm(data.geom_xpos[part.id] + part.axes(data) @ np.array(c) - start) - thin / 4)
                     for c in corners]
            continue
        ends += [np.linalg.norm(data.geom_xpos[part.id] + part.axes(data) @ np.array(c) - start) for c in corners]
    return float(to_middle), float(max(ends))


def pendulums(scene: Scene, n: int) -> list[list[int]]:
    """Series of exactly n turning links on something fixed, the first's axis level."""
    found = []
    for path in paths(scene):
        links = [body for body in path if turns(scene, body)]
        others = [body for body in path if joints(scene, body) and body not in links]
        if len(links) == n and not others and links not in found:
            axis = scene.start.xaxis[joints(scene, links[0])[0]]
            if BALL in kinds(scene, links[0]) or abs(axis[2]) < 0.3:
                found.append(links)
    return found


@predicate
def pendulum(scene: Scene, n: int, length: float | None = None, from_horizontal: bool = False, aside: float | None = None):
    """n links in series that swing below a fixed axle; `length` of each, to the bob's middle or its tip.

    `aside`: begins so many degrees from where it would hang.
    """
    found = pendulums(scene, n)
    have = sorted({sum(turns(scene, b) for b in path) for path in paths(scene)})
    need(found, f"no series of {n} links, but of {have}")
    faults = []
    for links in found:
        try:
            _swings(scene, links)
            if length:
                _has_lengths(scene, links, length)
            _, far = far_end(scene, scene.start, links)
            reach = far - anchor(scene, scene.start, links[0])
            rise = np.degrees(np.arcsin(np.clip(reach[2] / np.linalg.norm(reach), -1, 1)))
            need(not from_horizontal or abs(rise) < 11.5, f"begins {rise:.0f}° from level")
            need(aside is None or abs(90 + rise - aside) < 5, f"begins {90 + rise:.0f}° aside, wanted {aside}")
            return
        except Unmet as unmet:
            faults.append(str(unmet))
    raise Unmet(faults[0])


def _has_lengths(scene: Scene, links: list[int], length: float):
    data = scene.start
    for upper, lower in itertools.pairwise(links):
        gap = np.linalg.norm(anchor(scene, data, lower) - anchor(scene, data, upper))
        need(near(gap, length), f"a link of {gap:.3f} m, wanted {length}")
    middle, end = tip_lengths(scene, data, links[-1], anchor(scene, data, links[-1]))
    need(middle * 0.94 <= length <= end * 1.06, f"the last link reaches {middle:.3f} to {end:.3f} m, wanted {length}")


def _welded_parts(scene: Scene, body: int) -> list[Part]:
    return parts_of(scene, set(np.flatnonzero(scene.model.body_weldid == scene.model.body_weldid[body])))


def far_end(scene: Scene, data, links: list[int]) -> tuple[int, np.ndarray]:
    """The part of the last link that is furthest from its joint, and its middle."""
    start = anchor(scene, data, links[-1])
    parts = _welded_parts(scene, links[-1])
    need(parts, "a link that is not seen")
    best = max(parts, key=lambda p: np.linalg.norm(data.geom_xpos[p.id] - start))
    return best.id, data.geom_xpos[best.id].copy()


def _swings(scene: Scene, links: list[int]):
    """Let go from aside (or from where it starts) the end passes below the axle."""
    geom, at_start = far_end(scene, scene.start, links)
    top = anchor(scene, scene.start, links[0])
    data = scene.fresh()
    aside = (at_start - top)[:2]
    if np.linalg.norm(aside) < 0.1 * np.linalg.norm(at_start - top):
        turn(scene, data, links[0], 0.4)
        aside = (data.geom_xpos[geom] - top)[:2]
    way = aside / np.linalg.norm(aside)
    seen = []
    scene.run(6.0, data, each=lambda d: seen.append(
        (float((d.geom_xpos[geom] - top)[:2] @ way), float(d.geom_xpos[geom][2] - top[2]))))
    need(min(x for x, _ in seen) < 0, "it does not swing to the other side")
    need(min(z for _, z in seen) < 0, "it does not hang below its axle")


def turn(scene: Scene, data, body: int, angle: float, axis=(0.0, 1.0, 0.0)):
    """Turns a body on its joint; `axis`: where the joint leaves it open."""
    for joint in joints(scene, body):
        address = scene.model.jnt_qposadr[joint]
        if scene.model.jnt_type[joint] == HINGE:
            data.qpos[address] += angle
            break
        if scene.model.jnt_type[joint] == BALL:
            rotation = np.zeros(4)
            mujoco.mju_axisAngle2Quat(rotation, np.array(axis), angle)
            data.qpos[address:address + 4] = rotation
            break
    mujoco.mj_forward(scene.model, data)


# Motors.


def limits(scene: Scene, actuator: int) -> tuple[float, float]:
    if scene.model.actuator_ctrllimited[actuator]:
        low, high = scene.model.actuator_ctrlrange[actuator]
        return float(low), float(high)
    return -1.0, 1.0


def drive(scene: Scene, actuators, seconds: float, upwards: bool, each=None) -> mujoco.MjData:
    data = scene.fresh()
    for actuator in actuators:
        data.ctrl[actuator] = limits(scene, actuator)[1 if upwards else 0]
    return scene.run(seconds, data, each)


def effect(scene: Scene, actuator: int, measure, seconds: float = 0.5) -> float:
    """How far apart a measure ends when a motor is driven one way and the other."""
    return abs(measure(drive(scene, [actuator], seconds, True)) - measure(drive(scene, [actuator], seconds, False)))


@predicate
def cart_pole(scene: Scene, length: float | None = None, free: bool = False):
    """A cart on a level slide with an upright pole that tips, and a motor that moves the cart."""
    model, faults = scene.model, ["no pole hinged on a sliding cart"]
    for pole in range(1, model.nbody):
        cart = int(model.body_parentid[pole])
        while cart and not joints(scene, cart):
            cart = int(model.body_parentid[cart])
        if turns(scene, pole) and cart and kinds(scene, cart) == {SLIDE}:
            try:
                _check_cart_pole(scene, cart, pole, length, free)
                return
            except Unmet as unmet:
                faults.insert(0, str(unmet))
    raise Unmet(faults[0])


def _check_cart_pole(scene: Scene, cart: int, pole: int, length: float | None, free: bool):
    model, data = scene.model, scene.start
    slide = joints(scene, cart)[0]
    hinge = joints(scene, pole)[0]
    need(abs(data.xaxis[slide][2]) < 0.05, "the cart's slide is not level")
    need(abs(data.xaxis[slide] @ data.xaxis[hinge]) < 0.1, "the pole does not tip along the slide")
    need(parts_of(scene, {cart}), "the cart is not seen")
    top = data.subtree_com[pole] - data.xanchor[hinge]
    need(top[2] > 0.8 * np.linalg.norm(top) > 0, "the pole does not begin upright")
    if length:
        middle, end = tip_lengths(scene, data, pole, data.xanchor[hinge])
        whole = max(max(p.extents) for p in parts_of(scene, {pole}))
        is_right = near(end, length, 0.1) or near(whole, length) or near(middle, length)
        need(is_right, f"a pole of {end:.3f} m, wanted {length}")
    address = model.jnt_qposadr[slide]
    moved = max((effect(scene, a, lambda d: d.qpos[address]) for a in range(model.nu)), default=0.0)
    need(moved > 0.02, f"no motor moves the cart (by {moved:.3f} m)")
    tipped = scene.fresh()
    turn(scene, tipped, pole, 0.1)
    at = model.jnt_qposadr[hinge]
    begin, angles = tipped.qpos[at], []
    scene.run(3.0, tipped, each=lambda d: angles.append(abs(d.qpos[at] - begin)))
    need(free or max(angles) > 0.3, "the pole does not tip when it is let go")


@predicate
def arm(scene: Scene, n: int):
    """n turning joints in series on a fixed base (fingers apart), and motors that move each."""
    model = scene.model
    best, faults = 0, []
    for path in paths(scene):
        series = [j for body in path for j in joints(scene, body) if model.jnt_type[j] == HINGE]
        if any(FREE in kinds(scene, body) for body in path):
            continue
        best = max(best, len(series))
        if len(series) != n:
            continue
        dead = []
        for joint in series:
            address = model.jnt_qposadr[joint]
            moved = max((effect(scene, a, lambda d, x=address: d.qpos[x], 0.4) for a in _on(scene, joint)), default=0.0)
            if moved < 0.02:
                dead.append(f"joint {joint} by {moved:.3f} rad")
        if not dead:
            return
        faults.append("motors do not move " + ", ".join(dead))
    raise Unmet(faults[0] if faults else f"{best} joints in series, wanted {n}")


def _on(scene: Scene, joint: int) -> list[int]:
    """Motors on a joint, and those (on tendons, sites) that may move any."""
    model, on_joint = scene.model, (int(mujoco.mjtTrn.mjTRN_JOINT), int(mujoco.mjtTrn.mjTRN_JOINTINPARENT))
    return [a for a in range(model.nu)
            if model.actuator_trntype[a] not in on_joint or model.actuator_trnid[a][0] == joint]


@predicate
def arm_stands_on(scene: Scene, base: str):
    """The lowest part of a jointed arm touches the top of a table."""
    tables = some(scene, base)
    model = scene.model
    longest = max(paths(scene), key=lambda path: sum(turns(scene, b) for b in path), default=[])
    need(sum(turns(scene, b) for b in longest) >= 2, "no arm")
    root = longest[0]
    ours = [p for p in scene.parts if model.body_rootid[p.body] == model.body_rootid[root] and
            all(p not in t.parts for t in tables)]
    rim = scene.start
    for table in tables:
        low = min(p.bounds(rim)[0][2] for p in ours)
        top = (table.top or table.main).bounds(rim)[1][2]
        first = anchor(scene, rim, next(b for b in longest if turns(scene, b)))
        foot, head = table.bounds(rim)
        over = np.all(first[:2] > foot[:2]) and np.all(first[:2] < head[:2])
        # Its base may be parts of the world, then only the joints tell.
        if over and first[2] > top - 0.02 and low > top - 0.05 and first[2] < top + 0.6:
            return
    raise Unmet(f"the arm does not stand on the {base}")


@predicate
def cradle(scene: Scene, n: int, raised: int = 0):
    """n equal balls in a level line that touch, each hung on its own axle; so many are `raised`, one at an end."""
    hung = _hung_balls(scene)
    need(len(hung) == n, f"{len(hung)} hung balls, wanted {n}")
    data = mujoco.MjData(scene.model)
    mujoco.mj_forward(scene.model, data)
    for thing, _ in hung:
        plumb(scene, data, thing)
    points = np.array([data.geom_xpos[_ball(t).id] for t, _ in hung])
    masses = [t.mass for t, _ in hung]
    width = _ball(hung[0][0]).extents[0]
    axis = np.linalg.svd(points - points.mean(0))[2][0]
    steps = np.diff(np.sort((points - points.mean(0)) @ axis))
    need(np.ptp(masses) < 0.02 * np.mean(masses), f"masses {np.round(masses, 3)}")
    need(np.ptp(points[:, 2]) < 0.05 * width and abs(axis[2]) < 0.05, "the balls do not hang level")
    need(np.abs(steps - width).max() < 0.06 * width, f"steps {np.round(steps, 4)} m of balls {width:.4f} m wide")
    if raised:
        lifts = sorted(data.geom_xpos[_ball(t).id][2] for t, _ in hung)
        starts = np.array([scene.start.geom_xpos[_ball(t).id][2] for t, _ in hung])
        up = (starts > lifts[0] + 0.15 * width).sum()
        order = np.argsort((points - points.mean(0)) @ axis)
        ends = starts[[order[0], order[-1]]]
        at_end = ends.max() > lifts[0] + 0.15 * width
        need(up == raised and at_end, f"{up} balls are raised at the start, wanted {raised:d} from an end")


def _ball(thing: Thing) -> Part:
    return max((p for p in thing.parts if p.shape == "sphere"), key=lambda p: p.volume)


def _hung_balls(scene: Scene) -> list[tuple[Thing, int]]:
    found = []
    for thing in scene.things:
        if thing.is_static or not any(p.shape == "sphere" for p in thing.parts):
            continue
        body = thing.body
        tendons = scene.model.body_dofnum[body] == 6 and scene.model.ntendon > 0
        if tendons or (turns(scene, body) and anchor(scene, scene.start, body)[2] > 0):
            found.append((thing, body))
    return found


def plumb(scene: Scene, data, thing: Thing):
    """Turns a hung ball on its hinge to right below its axle."""
    body = thing.body
    if not turns(scene, body):
        return
    joint = joints(scene, body)[0]
    if scene.model.jnt_type[joint] == HINGE:
        arm_ = data.geom_xpos[_ball(thing).id] - data.xanchor[joint]
        axis = data.xaxis[joint]
        down = np.array([0, 0, -1.0])
        angle = np.arctan2(np.cross(arm_, down) @ axis, arm_ @ down)
        data.qpos[scene.model.jnt_qposadr[joint]] += angle
        mujoco.mj_forward(scene.model, data)


@predicate
def passes_momentum(scene: Scene):
    """Raised and let go, the first ball makes the last one swing out."""
    hung = _hung_balls(scene)
    need(len(hung) >= 3, "no row of hung balls")
    model = scene.model
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    for thing, _ in hung:
        plumb(scene, data, thing)
    points = np.array([data.geom_xpos[_ball(t).id] for t, _ in hung])
    axis = np.linalg.svd(points - points.mean(0))[2][0]
    order = np.argsort((points - points.mean(0)) @ axis)
    first, last = hung[order[0]], hung[order[-1]]
    rest = {t.body: data.geom_xpos[_ball(t).id].copy() for t, _ in hung}
    for angle in (0.6, -0.6):
        before = data.qpos.copy()
        turn(scene, data, first[1], angle, np.cross([0, 0, 1], axis))
        shift = (data.geom_xpos[_ball(first[0]).id] - rest[first[1]]) @ axis
        if shift < 0:
            break
        data.qpos[:] = before
        mujoco.mj_forward(model, data)
    raised = abs((data.geom_xpos[_ball(first[0]).id] - rest[first[1]]) @ axis)
    need(raised > 0.01, "the first ball cannot be raised")
    outs = []
    scene.run(2.5, data, each=lambda d: outs.append(float((d.geom_xpos[_ball(last[0]).id] - rest[last[1]]) @ axis)))
    need(max(outs) > 0.3 * raised, f"the last ball swings {max(outs):.3f} m out, the first was raised by {raised:.3f} m")


def _plank(scene: Scene) -> Thing:
    """The longest thing that turns or is free."""
    moving = [t for t in scene.things if not t.is_static and max(t.extents) > 2.5 * np.sort(t.extents)[0]]
    need(moving, "no plank that moves")
    return max(moving, key=lambda t: max(t.main.extents))


@predicate
def seesaw(scene: Scene, metres: float | None = None):
    """A plank (so long where that is said) borne near its middle that goes down at whichever end is pushed."""
    plank = _plank(scene)
    main = plank.main
    axis = int(np.argmax(main.extents))
    length = main.extents[axis]
    need(metres is None or near(length, metres), f"the plank is {length:.2f} m long, wanted {metres}")
    drops = []
    for side in (-1, 1):
        data = scene.fresh()

        def push(d, side=side):
            end = d.geom_xpos[main.id] + main.axes(d)[:, axis] * side * length / 2
            d.qfrc_applied[:] = 0
            force = np.array([0, 0, -PUSH * max(scene.model.body_mass.sum(), 0.1)])
            mujoco.mj_applyFT(scene.model, d, force, np.zeros(3), end, main.body, d.qfrc_applied)

        def tilt(d, side=side):
            return float(main.axes(d)[2, axis] * side * length)

        scene.run(1.5, data, each=push)
        drops.append(tilt(data))
        middle = data.geom_xpos[main.id] - scene.start.geom_xpos[main.id]
        need(np.linalg.norm(middle) < 0.35 * length, "the plank does not stay on its pivot")
    need(max(drops) < -0.05 * length, f"pushed down, the ends sink by {np.round(drops, 2)} m of {length:.2f}")


def _sides(scene: Scene, plank: Thing, loads: list[Thing]) -> list[float]:
    """Where two begin along the plank, from its middle, as shares of its length: at opposite ends."""
    main = plank.main
    axis = int(np.argmax(main.extents))
    along = main.axes(scene.start)[:, axis]
    sides = [float((place(t, scene.start) - scene.start.geom_xpos[main.id]) @ along) / main.extents[axis] for t in loads]
    need(sides[0] * sides[1] < 0 and min(map(abs, sides)) > 0.25, f"they are at {np.round(sides, 2)} of the length")
    return sides


@predicate
def on_ends(scene: Scene, what: str):
    """Two begin at opposite ends of the plank, and it carries them."""
    plank, loads = _plank(scene), some(scene, what, 2)
    need(len(loads) == 2, f"{len(loads)} × {what}, wanted 2")
    _sides(scene, plank, loads)
    data = scene.run(0.2)
    gap = max(scene.gap(data, t.parts, plank.parts) for t in loads)
    need(gap < 0.02, f"{gap:.3f} m between the plank and a {what}")


@predicate
def tips_to_heavier(scene: Scene, what: str = "ball"):
    """Two of different weight begin at its ends, and the heavier's end goes down."""
    plank = _plank(scene)
    main = plank.main
    axis = int(np.argmax(main.extents))
    loads = sorted(some(scene, what, 2), key=lambda t: t.mass)
    need(len(loads) == 2 and loads[1].mass > 1.5 * loads[0].mass, f"masses {[round(t.mass, 3) for t in loads]}")
    sides = _sides(scene, plank, loads)
    tilts = []
    scene.run(3.0, each=lambda d: tilts.append(float(main.axes(d)[2, axis] * np.sign(sides[1]))))
    need(min(tilts) < -0.03 and abs(min(tilts)) > abs(max(tilts)), "the heavier end does not go down")


@predicate
def spring(scene: Scene, stiffness: float | None = None, kg: float | None = None, level: bool = False):
    """A weight that goes to and fro (`level`: along the floor) about where it rests; stiffness from its period, N/m."""
    springy = [t for t in scene.things if not t.is_static and _is_sprung(scene, t.body)]
    need(springy, "nothing is held by a spring")
    weight = max(springy, key=lambda t: t.mass)
    need(kg is None or near(weight.mass, kg), f"the weight is {weight.mass:.3f} kg, wanted {kg}")
    rest, joint = scene.run(20.0), joints(scene, weight.body)[0]
    ways = [(0, rest.xaxis[joint])]
    if scene.model.jnt_type[joint] == FREE:
        ways = [(i, np.eye(3)[i]) for i in ([0, 1] if level else [2])]
    faults = []
    for dof, axis in ways:
        try:
            need(not level or abs(axis[2]) < 0.1, "it goes up and down")
            _goes_to_and_fro(scene, weight, rest, dof, axis, stiffness)
            return
        except Unmet as unmet:
            faults.append(str(unmet))
    raise Unmet(faults[0])


def _goes_to_and_fro(scene: Scene, weight: Thing, rest, dof: int, axis: np.ndarray, stiffness: float | None):
    """Kicked along an axis, from where it rests."""
    middle, data = place(weight, rest), scene.fresh()
    data.qpos[:], data.qvel[:] = rest.qpos, 0
    data.qvel[scene.model.body_dofadr[weight.body] + dof] = 0.3
    mujoco.mj_forward(scene.model, data)
    times, shifts = [], []

    def look(d):
        times.append(d.time)
        shifts.append(float((place(weight, d) - middle) @ axis))

    scene.run(8.0, data, each=look)
    # About the end's mean: what still drifts when it is kicked should not hide the swing.
    shifts = np.array(shifts) - np.mean(shifts)
    rises = [t for t, a, b in zip(times, shifts, shifts[1:]) if a < 0 <= b]
    need(np.abs(shifts).max() > 0.003 and len(rises) >= 2, "it does not go to and fro")
    if stiffness:
        omega = 2 * np.pi / np.mean(np.diff(rises[:8]))
        measured = weight.mass * omega**2
        need(near(measured, stiffness, 0.15), f"{measured:.1f} N/m by its period, wanted {stiffness}")


def _is_sprung(scene: Scene, body: int) -> bool:
    model = scene.model
    if any(model.jnt_type[j] == SLIDE and np.max(model.jnt_stiffness[j]) > 0 for j in joints(scene, body)):
        return True
    return bool(model.ntendon and np.max(model.tendon_stiffness) > 0 and joints(scene, body))


# Chains.


def bonds(scene: Scene) -> list[tuple[int, int]]:
    """Pairs of welded bodies that a joint, an equality or a short tendon holds together; 0 is what is fixed."""
    model, weld = scene.model, scene.model.body_weldid
    found = set()
    for body in range(1, model.nbody):
        if kinds(scene, body) - {FREE} and FREE not in kinds(scene, body):
            found.add((int(weld[model.body_parentid[body]]), int(weld[body])))
    held = (int(mujoco.mjtEq.mjEQ_CONNECT), int(mujoco.mjtEq.mjEQ_WELD))
    for eq in range(model.neq):
        if model.eq_type[eq] in held and model.eq_active0[eq]:
            ends = [int(model.eq_obj1id[eq]), int(model.eq_obj2id[eq])]
            if model.eq_objtype[eq] == int(mujoco.mjtObj.mjOBJ_SITE):
                ends = [int(model.site_bodyid[s]) for s in ends]
            found.add(tuple(sorted(int(weld[b]) for b in ends)))
    return sorted(found)


def series(scene: Scene) -> list[list[int]]:
    """Runs of bodies bound one to the next, from what is fixed; [0, a, b, …] or [0, a, b, …, 0]."""
    neighbours: dict[int, set[int]] = {}
    for a, b in bonds(scene):
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    runs = []
    for first in neighbours.get(0, ()):
        run = [0, first]
        while len(run) < 500:
            following = [b for b in neighbours[run[-1]] if b not in run[1:] and b != run[-2]]
            if len(following) != 1:
                break
            run.append(following[0])
            if following[0] == 0:
                break
        runs.append(run)
    twice = [(a, b) for a, b in bonds(scene) if a == 0]
    # A last link bound to what is fixed has two bonds: the walk above ends before it.
    return [run + [0] if run[-1] != 0 and len(run) > 2 and (0, run[-1]) in twice else run for run in runs]


@predicate
def chain(scene: Scene, n: int, ends_in: str | None = None, kg: float | None = None, high: float = 0.3,
          length: float | None = None):
    """n links bound one to the next that hang together; a weight of some shape and mass may be at the end."""
    lengths = []
    for run in series(scene):
        links = [body for body in run if body]
        has_load = bool(links) and any(p.shape == ends_in for p in _welded_parts(scene, links[-1]))
        number = len(links) - (1 if has_load and len(links) == n + 1 else 0)
        lengths.append(number)
        if number == n and n >= 2:
            _hangs(scene, links, high)
            need(not ends_in or has_load, f"no {ends_in} at the end")
            steps = [np.linalg.norm(scene.start.xipos[a] - scene.start.xipos[b]) for a, b in itertools.pairwise(links[:n])]
            need(length is None or near(n * np.mean(steps), length, 0.15), f"{n * np.mean(steps):.2f} m long, wanted {length}")
            ours = sum(scene.model.body_mass[scene.model.body_weldid == links[-1]])
            # The last link may be of one piece with it.
            need(kg is None or near(ours, kg, 0.12), f"{ours:.3f} kg at the end, wanted {kg}")
            return
    raise Unmet(f"chains of {sorted(lengths, reverse=True)[:5]} links, wanted {n}")


def _hangs(scene: Scene, links: list[int], high: float):
    data = scene.run(4.0)
    for upper, lower in itertools.pairwise(links):
        one, other = parts_of(scene, {upper}), parts_of(scene, {lower})
        if one and other:
            gap = scene.gap(data, one, other)
            reach = max(max(p.extents) for p in one)
            need(gap < max(0.02, 0.4 * reach), f"{gap:.3f} m between two links")
    top, bottom = data.xipos[links[0]], data.xipos[links[-1]]
    along = sum(np.linalg.norm(data.xipos[b] - data.xipos[a]) for a, b in itertools.pairwise(links))
    need(top[2] - bottom[2] > 0.6 * along, "it does not hang down")
    need(top[2] > scene.floor_z + high, "it hangs too low")


@predicate
def strung(scene: Scene, least: int = 4):
    """A chain fixed at both ends, well apart, that sags between them."""
    found = [run for run in series(scene) if run[-1] == 0 and len(run) - 2 >= least]
    need(found, "no chain with both ends fixed")
    links = [b for b in found[0] if b]
    data = scene.run(4.0)
    points = np.array([data.xipos[b] for b in links])
    span = np.linalg.norm((points[-1] - points[0])[:2])
    lowest = points[:, 2].min()
    need(span > 0.3, f"its ends are {span:.2f} m apart")
    need(lowest < min(points[0][2], points[-1][2]) - 0.02 * span, "it does not sag")
    begin = np.array([scene.start.xipos[b] for b in (links[0], links[-1])])
    need(np.abs(begin - points[[0, -1]]).max() < 0.35 * span, "an end comes off")


# Dominoes, cars and doors.


def _tiles(scene: Scene, n: int) -> list[Thing]:
    tiles = [t for t in scene.select("free box") if t.extents.min() < 0.5 * t.extents.max()]
    need(len(tiles) == n, f"{len(tiles)} free upright tiles, wanted {n}")
    points = np.array([place(t, scene.start) for t in tiles])
    axis = np.linalg.svd(points - points.mean(0))[2][0]
    return [tiles[i] for i in np.argsort((points - points.mean(0)) @ axis)]


def _uprightness(thing: Thing, data) -> float:
    return float(abs(thing.main.axes(data)[2, int(np.argmax(thing.main.extents))]))


@predicate
def dominoes(scene: Scene, n: int, by_itself: bool = False):
    """n tiles on end that stand, and all fall when the first is pushed (or by what the scene begins)."""
    tiles = _tiles(scene, n)
    need(all(_uprightness(t, scene.start) > 0.95 for t in tiles), "not all tiles stand on end")
    if by_itself:
        ended = scene.run(10.0)
        standing = sum(_uprightness(t, ended) > 0.9 for t in tiles)
        need(standing == 0, f"{standing} of {n} still stand after 10 s")
        return
    need(all(_uprightness(t, scene.settled) > 0.95 for t in tiles), "tiles fall by themselves")
    left = []
    for order in (tiles, tiles[::-1]):
        data = scene.run(0.5)
        way = place(order[1], data) - place(order[0], data)
        way[2] = 0
        way /= np.linalg.norm(way)
        first = order[0]
        tall = first.extents.max()

        def push(d, first=first, way=way, tall=tall):
            d.qfrc_applied[:] = 0
            if d.time < 0.75:
                head = place(first, d) + np.array([0, 0, 0.4 * tall])
                force = way * first.mass * PUSH
                mujoco.mj_applyFT(scene.model, d, force, np.zeros(3), head, first.main.body, d.qfrc_applied)

        ended = scene.run(8.0, data, each=push)
        left.append(sum(_uprightness(t, ended) > 0.9 for t in tiles))
        if left[-1] == 0:
            return
    need(min(left) == 0, f"{min(left)} of {n} still stand after the first is pushed")


def _wheels(scene: Scene) -> dict[int, list[int]]:
    """Bodies that roll on the floor about a level axle of their own, by the free body that they carry."""
    model, found = scene.model, {}
    for body in range(1, model.nbody):
        own = [j for j in joints(scene, body) if model.jnt_type[j] == HINGE]
        parts = [p for p in parts_of(scene, {body}) if p.shape in ("cylinder", "sphere", "ellipsoid", "capsule", "mesh")]
        if not own or not parts:
            continue
        spin = own[-1]
        is_level = abs(scene.start.xaxis[spin][2]) < 0.1 and not model.jnt_limited[spin]
        on_floor = min(p.bounds(scene.settled)[0][2] for p in parts) < scene.floor_z + 0.02
        if is_level and on_floor:
            found.setdefault(int(model.body_rootid[body]), []).append(spin)
    return found


@predicate
def car(scene: Scene, wheels: int = 4, driven: int | None = None, colour: str | None = None):
    """A body on wheels that its motors drive over the floor, upright."""
    model = scene.model
    cars = {root: spins for root, spins in _wheels(scene).items() if len(spins) == wheels}
    need(cars, f"no body on {wheels} wheels, but on {[len(v) for v in _wheels(scene).values()]}")
    root, spins = next(iter(cars.items()))
    need(kinds(scene, root) & {FREE, SLIDE}, "the car cannot move")
    if colour:
        need(any(t.is_coloured(colour) for t in scene.things if model.body_rootid[t.main.body] == root
                 and not (set(joints(scene, t.body)) & set(spins))), f"no {colour} body")
    if driven is not None:
        motors = {int(model.actuator_trnid[a][0]) for a in range(model.nu) if model.actuator_trnid[a][0] in spins}
        need(len(motors) == driven, f"{len(motors)} wheels have motors, wanted {driven}")
        heading = np.array([scene.start.xanchor[j] for j in motors])
        axle = scene.start.xaxis[next(iter(motors))]
        one_axle = all(abs(np.cross(p - heading[0], axle)).max() < 0.02 for p in heading)
        need(driven == wheels or one_axle, "they are not on one axle")
    steering = [a for a in range(model.nu) if model.actuator_trntype[a] == int(mujoco.mjtTrn.mjTRN_JOINT)
                and model.actuator_trnid[a][0] not in spins]
    drives = [a for a in range(model.nu) if a not in steering]
    need(drives, "no motor on a wheel")
    ways = []
    for choice in [drives, *([a] for a in drives)]:
        data = drive(scene, choice, 3.0, True)
        ways.append(float(np.linalg.norm((data.xpos[root] - scene.start.xpos[root])[:2])))
        turned = np.linalg.norm(data.xmat[root].reshape(3, 3)[:, 2] - scene.start.xmat[root].reshape(3, 3)[:, 2])
        if ways[-1] > 0.25 and turned < 0.5:
            return
    raise Unmet(f"driven for 3 s it goes {max(ways):.2f} m at most, upright")


@predicate
def door(scene: Scene, opens: float | None = None, both: bool = False, size: tuple[float, float] | None = None):
    """An upright panel (of this height and width) on a vertical hinge at one of its edges, that swings when it is pushed.

    `both`: it opens so far to both sides. Motors are off while it is pushed.
    """
    model, faults = scene.model, ["no upright panel on a vertical hinge"]
    for body in range(1, model.nbody):
        if kinds(scene, body) != {HINGE} or abs(scene.start.xaxis[joints(scene, body)[0]][2]) < 0.98:
            continue
        panels = [p for p in parts_of(scene, {body}) if p.shape in ("box", "mesh")]
        if panels:
            try:
                _check_door(scene, joints(scene, body)[0], max(panels, key=lambda p: p.volume), opens, both, size)
                return
            except Unmet as unmet:
                faults.insert(0, str(unmet))
    raise Unmet(faults[0])


def _check_door(scene: Scene, hinge: int, panel: Part, opens: float | None, both: bool, size: tuple[float, float] | None):
    model = scene.model
    low, high = panel.bounds(scene.start)
    full = np.sort(panel.extents)
    need(high[2] - low[2] > 0.35 and full[0] < 0.3 * full[1], f"the panel is {np.round(panel.extents, 2)} m")
    aside = np.linalg.norm((scene.start.geom_xpos[panel.id] - scene.start.xanchor[hinge])[:2])
    width = max(np.delete(panel.extents, np.argmax(np.abs(panel.axes(scene.start)[2]))))
    need(0.4 * width < aside < 0.65 * width, f"the hinge is {aside:.2f} m from the middle of a panel {width:.2f} m wide")
    tall = high[2] - low[2]
    need(size is None or near(tall, size[0]) and near(width, size[1]), f"a panel {tall:.2f} × {width:.2f} m, wanted {size}")
    address, dof = model.jnt_qposadr[hinge], model.jnt_dofadr[hinge]
    angles = []
    flags = model.opt.disableflags
    model.opt.disableflags |= int(mujoco.mjtDisableBit.mjDSBL_ACTUATION)
    for sign in (-1, 1):
        data = scene.fresh()
        inertia = max(1 / model.dof_invweight0[dof], 0.01)
        data.qfrc_applied[dof] = sign * max(3.0 * inertia, 1.0)
        turned = []
        scene.run(6.0, data, each=lambda d: turned.append(float(d.qpos[address] - scene.start.qpos[address])))
        angles.append(np.degrees(max(map(abs, turned))))
    model.opt.disableflags = flags
    need(max(angles) > 30, f"pushed, the panel turns by {max(angles):.0f}°")
    if opens:
        ends = np.degrees(model.jnt_range[hinge]) if model.jnt_limited[hinge] else np.array([-np.inf, np.inf])
        spans = np.abs(ends - np.degrees(model.qpos0[address]))
        wide = min(spans) if both else max(spans)
        need(abs(wide - opens) < 0.07 * opens and abs(max(spans) - opens) < 0.07 * opens,
             f"it opens by {np.round(spans)}°, wanted {opens}")


@predicate
def moves_with_motors(scene: Scene, least: int = 1):
    """At least so many motors, and each moves something."""
    model = scene.model
    need(model.nu >= least, f"{model.nu} motors, wanted {least}")
    for actuator in range(model.nu):
        ends = [drive(scene, [actuator], 0.5, way).qpos for way in (True, False)]
        need(np.abs(ends[0] - ends[1]).max() > 0.005, f"motor {actuator} moves nothing")


@predicate
def swings_into(scene: Scene, bob: str, target: str, n: int, seconds: float = 6.0):
    """A hung ball strikes a stack of n, that then moves."""
    boxes = scene.select(target)
    need(len(boxes) == n, f"{len(boxes)} × {target}, wanted {n}")
    balls = [t for t in some(scene, bob) if _is_held(scene, t)]
    need(balls, f"no {bob} that hangs")
    ours = {p.id for t in balls for p in t.parts}
    theirs = {p.id for t in boxes for p in t.parts}
    hit = []

    def look(data):
        if any((a in ours and b in theirs) or (b in ours and a in theirs) for a, b in data.contact.geom):
            hit.append(data.time)

    data = scene.run(seconds, each=look)
    need(hit, f"the {bob} does not reach the stack in {seconds:.0f} s")
    moved = max(np.linalg.norm(place(t, data) - place(t, scene.start)) for t in boxes)
    need(hit[0] > 0.03 and moved > 0.05, f"the stack moves by {moved:.2f} m")


def _is_held(scene: Scene, thing: Thing) -> bool:
    body = thing.body
    return not thing.is_static and (turns(scene, body) or any(body in pair for pair in bonds(scene))
                                    or scene.model.ntendon > 0)


