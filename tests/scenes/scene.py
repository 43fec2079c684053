"""A compiled scene seen as a person sees it: things with shape, colour, size and place.

Nothing here reads a name: what is a table, a bin or a ramp is told by its geometry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import mujoco
import numpy as np

import colours

# An unstable scene is a finding (see `sound`), not something to write a log file about.
mujoco.set_mju_user_warning(lambda text: None)

GEOM = mujoco.mjtGeom
SHAPES = {
    int(GEOM.mjGEOM_BOX): "box",
    int(GEOM.mjGEOM_SPHERE): "sphere",
    int(GEOM.mjGEOM_CYLINDER): "cylinder",
    int(GEOM.mjGEOM_CAPSULE): "capsule",
    int(GEOM.mjGEOM_ELLIPSOID): "ellipsoid",
    int(GEOM.mjGEOM_MESH): "mesh",
    int(GEOM.mjGEOM_PLANE): "plane",
    int(GEOM.mjGEOM_HFIELD): "hfield",
}
BOXES = {"box", "cube", "block", "brick", "crate", "tile", "plank"}
KINDS = {"table", "chair", "shelf", "bin", "ramp"}
SECONDS_TO_SETTLE = 2.0
# A wide flat box this low is what others stand on, not a thing.
FLOOR_WIDTH_M, FLOOR_TOP_M = 2.5, 0.05
MIN_ALPHA = 0.05


@dataclass(frozen=True)
class Part:
    """A visible geom."""

    scene: Scene
    id: int

    @property
    def body(self) -> int:
        return int(self.scene.model.geom_bodyid[self.id])

    @property
    def shape(self) -> str:
        return SHAPES.get(int(self.scene.model.geom_type[self.id]), "other")

    @cached_property
    def extents(self) -> np.ndarray:
        """Full extents along the geom's own axes, (3,), m."""
        size = self.scene.model.geom_size[self.id]
        match self.shape:
            case "sphere":
                return np.full(3, 2 * size[0])
            case "cylinder":
                return np.array([2 * size[0], 2 * size[0], 2 * size[1]])
            case "capsule":
                return np.array([2 * size[0], 2 * size[0], 2 * (size[0] + size[1])])
            case "mesh":
                return 2 * self.scene.model.geom_aabb[self.id][3:]
        return 2 * size

    @cached_property
    def volume(self) -> float:
        """Volume, m³; of a mesh that of its box."""
        full = self.extents
        match self.shape:
            case "sphere" | "ellipsoid":
                return np.pi / 6 * float(np.prod(full))
            case "cylinder":
                return np.pi / 4 * float(np.prod(full))
            case "capsule":
                straight = full[2] - full[0]
                return np.pi / 4 * full[0] ** 2 * straight + np.pi / 6 * full[0] ** 3
        return float(np.prod(full))

    @property
    def is_rod(self) -> bool:
        full = np.sort(self.extents)
        return self.shape in ("capsule", "cylinder", "box") and full[2] > 6 * full[1]

    @cached_property
    def rgb(self) -> np.ndarray:
        return colours.of_geom(self.scene.model, self.id)

    def axes(self, data) -> np.ndarray:
        """World from geom rotation, 3×3; columns are the geom's axes."""
        return data.geom_xmat[self.id].reshape(3, 3)

    def bounds(self, data) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest corner of the tight box along the world's axes, m."""
        turn, half = self.axes(data), self.extents / 2
        centre = data.geom_xpos[self.id]
        match self.shape:
            case "sphere":
                reach = half
            case "ellipsoid":
                reach = np.sqrt(((turn * half) ** 2).sum(1))
            case "cylinder":
                along = turn[:, 2]
                reach = np.abs(along) * half[2] + half[0] * np.sqrt(np.maximum(0, 1 - along**2))
            case "capsule":
                reach = np.abs(turn[:, 2]) * (half[2] - half[0]) + half[0]
            case "mesh":
                centre = centre + turn @ self.scene.model.geom_aabb[self.id][:3]
                reach = np.abs(turn) @ half
            case _:
                reach = np.abs(turn) @ half
        return centre - reach, centre + reach

    def ray(self, data, start, direction) -> float:
        """Distance along a ray to this geom, -1 where it is missed."""
        model = self.scene.model
        if self.shape == "mesh":
            return mujoco.mj_rayMesh(model, data, self.id, start, direction, None)
        return mujoco.mju_rayGeom(
            data.geom_xpos[self.id], data.geom_xmat[self.id], model.geom_size[self.id],
            start, direction, int(model.geom_type[self.id]), None)


@dataclass(eq=False)
class Thing:
    """Parts that move as one and are seen as one."""

    scene: Scene
    parts: list[Part]
    kind: str = ""
    # Of furniture: the part that things are put on.
    top: Part | None = None
    boards: list[Part] = field(default_factory=list)

    @cached_property
    def bulk(self) -> list[Part]:
        """Its parts but for rods, strings and pins, where it has others."""
        return [part for part in self.parts if not part.is_rod] or self.parts

    @cached_property
    def main(self) -> Part:
        return max(self.bulk, key=lambda part: part.volume)

    @property
    def body(self) -> int:
        return int(self.scene.model.body_weldid[self.main.body])

    @property
    def is_static(self) -> bool:
        return self.body == 0

    @property
    def mass(self) -> float:
        """Mass of all that is welded to it, kg."""
        model = self.scene.model
        if self.is_static:
            bodies = {part.body for part in self.parts}
        else:
            bodies = np.flatnonzero(model.body_weldid == self.body)
        return float(sum(model.body_mass[body] for body in bodies))

    @property
    def extents(self) -> np.ndarray:
        """Full extents along its own axes where it is one part, else in the world; (3,), m."""
        if len(self.parts) == 1 or self.main.volume > 0.6 * sum(p.volume for p in self.bulk):
            if self.kind == "":
                return self.main.extents
        low, high = self.bounds(self.scene.start)
        return high - low

    def bounds(self, data) -> tuple[np.ndarray, np.ndarray]:
        all_bounds = [part.bounds(data) for part in self.parts]
        return (np.min([low for low, _ in all_bounds], 0), np.max([high for _, high in all_bounds], 0))

    def centre(self, data) -> np.ndarray:
        if len(self.parts) == 1:
            return data.geom_xpos[self.main.id].copy()
        low, high = self.bounds(data)
        return (low + high) / 2

    def looks(self, shape: str) -> bool:
        """Whether a person would call it that."""
        if shape == "thing":
            return self.kind not in ("table", "chair", "shelf")
        if shape == "seat":
            return self.kind in ("table", "chair")
        if self.kind:
            return shape == self.kind or (self.kind == "bin" and shape in BOXES)
        main = self.main
        if main.volume < 0.55 * sum(part.volume for part in self.bulk):
            return False
        full = main.extents
        is_even = full.max() <= 1.06 * full.min()
        is_box = main.shape == "box" or (main.shape == "mesh" and self.scene.fill(main) > 0.97)
        if shape == "cube":
            return is_box and is_even
        if shape in BOXES:
            return is_box
        if shape == "ball":
            return main.shape in ("sphere", "ellipsoid") and is_even
        return main.shape == shape

    def is_coloured(self, name: str) -> bool:
        """Whether most of it (or, of furniture, what is seen most) has the colour."""
        right = sum(part.volume for part in self.bulk if colours.matches(part.rgb, name))
        return right >= 0.5 * sum(part.volume for part in self.bulk)


class Scene:
    """A model with its things, at the start and after it has settled."""

    def __init__(self, xml: str, before: Scene | None = None):
        self.before = before
        self.model = mujoco.MjModel.from_xml_string(xml)
        self.start = self.fresh()

    def fresh(self) -> mujoco.MjData:
        """The state the daemon starts from: the keyframe `start` where there is one."""
        data = mujoco.MjData(self.model)
        key = mujoco.mj_name2id(self.model, mujoco.mjtObj.mjOBJ_KEY, "start")
        if key >= 0:
            mujoco.mj_resetDataKeyframe(self.model, data, key)
        mujoco.mj_forward(self.model, data)
        return data

    def run(self, seconds: float, data=None, each=None) -> mujoco.MjData:
        """Steps; `each(data)` after every step, and a true answer ends it."""
        data = data or self.fresh()
        for _ in range(int(np.ceil(seconds / self.model.opt.timestep))):
            mujoco.mj_step(self.model, data)
            if each and each(data):
                break
        mujoco.mj_forward(self.model, data)
        return data

    @cached_property
    def settled(self) -> mujoco.MjData:
        return self.run(SECONDS_TO_SETTLE)

    @cached_property
    def _sorted_parts(self) -> tuple[list[Part], list[Part]]:
        floor, parts = [], []
        for id in range(self.model.ngeom):
            part = Part(self, id)
            if self._is_floor(part):
                floor.append(part)
            elif colours.alpha(self.model, id) >= MIN_ALPHA:
                parts.append(part)
        return floor, parts

    def _is_floor(self, part: Part) -> bool:
        if self.model.body_weldid[part.body] != 0:
            return False
        up = part.axes(self.start)[2, 2]
        if part.shape == "plane":
            return up > 0.999
        if part.shape == "hfield":
            return True
        low, high = part.bounds(self.start)
        is_wide = np.all((high - low)[:2] >= FLOOR_WIDTH_M)
        return bool(part.shape == "box" and up > 0.999 and is_wide and high[2] <= FLOOR_TOP_M)

    def is_free(self, body: int) -> bool:
        """Whether it is carried by nothing: its topmost body has a free joint."""
        root = self.model.body_rootid[body]
        return bool(self.model.body_dofnum[root] == 6 and self.model.body_jntnum[root] == 1)

    @property
    def floor(self) -> list[Part]:
        return self._sorted_parts[0]

    @property
    def parts(self) -> list[Part]:
        return self._sorted_parts[1]

    @property
    def floor_z(self) -> float:
        tops = [self.start.geom_xpos[p.id][2] if p.shape == "plane" else p.bounds(self.start)[1][2]
                for p in self.floor]
        return max(tops, default=0.0)

    @cached_property
    def things(self) -> list[Thing]:
        things = []
        for group in self._groups():
            rest = group
            while (len(rest) > 1 or any(part.shape == "mesh" for part in rest)) and (found := furniture(self, rest)):
                things.append(found)
                rest = [part for part in rest if part not in found.parts]
            things += self._plain_things(rest)
        return things

    def _plain_things(self, parts: list[Part]) -> list[Thing]:
        things = []
        by_body: dict[int, list[Part]] = {}
        for part in parts:
            if part.body == 0:
                things.append(Thing(self, [part]))
            else:
                weld = int(self.model.body_weldid[part.body])
                by_body.setdefault(weld or part.body, []).append(part)
        for together in by_body.values():
            first = together[0]
            is_row = self.model.body_weldid[first.body] == 0 and all(
                part.shape == first.shape and part.volume > 0.2 * first.volume for part in together)
            things += [Thing(self, [part]) for part in together] if is_row else [Thing(self, together)]
        for thing in things:
            if len(thing.parts) == 1 and slope(thing.main, self.start):
                thing.kind = "ramp"
        return things

    def _groups(self) -> list[list[Part]]:
        """Parts that may be one piece of furniture: a body's, or the world's that touch."""
        groups: dict[int, list[Part]] = {}
        loose = []
        for part in self.parts:
            weld = int(self.model.body_weldid[part.body])
            if weld:
                groups.setdefault(weld, []).append(part)
            elif part.body:
                root = part.body
                while self.model.body_parentid[root]:
                    root = self.model.body_parentid[root]
                groups.setdefault(int(root), []).append(part)
            else:
                loose.append(part)
        while loose:
            cluster, queue = [], [loose.pop()]
            while queue:
                part = queue.pop()
                cluster.append(part)
                near = [other for other in loose if self.gap(self.start, [part], [other]) < 0.005]
                queue += near
                loose = [other for other in loose if other not in near]
            groups[-cluster[0].id - 1] = cluster
        return list(groups.values())

    def select(self, what: str) -> list[Thing]:
        """Things by words: any colours, `free` or `static`, and a shape or kind, as in "free red box"."""
        *marks, shape = what.split()
        if shape in colours.NAMES:
            marks, shape = [*marks, shape], "thing"
        found = []
        for thing in self.things:
            if not thing.looks(shape):
                continue
            if "free" in marks and thing.is_static or "static" in marks and not thing.is_static:
                continue
            if all(thing.is_coloured(mark) for mark in marks if mark in colours.NAMES):
                found.append(thing)
        return found

    def gap(self, data, ours: list[Part], theirs: list[Part], limit: float = 0.5) -> float:
        """Smallest distance between two sets of parts, m; negative where they overlap."""
        smallest = limit
        for a in ours:
            for b in theirs:
                # Far apart along an axis: no need to look closer.
                (low_a, high_a), (low_b, high_b) = a.bounds(data), b.bounds(data)
                if np.max(np.maximum(low_a - high_b, low_b - high_a)) < smallest:
                    one = mujoco.mj_geomDistance(self.model, data, a.id, b.id, limit, None)
                    smallest = min(smallest, one)
        return smallest

    def fill(self, part: Part) -> float:
        """How much of its box a mesh fills, 0 to 1."""
        model = self.model
        mesh = model.geom_dataid[part.id]
        first, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
        points = model.mesh_vert[first:first + count].astype(float)
        first, count = model.mesh_faceadr[mesh], model.mesh_facenum[mesh]
        a, b, c = (points[model.mesh_face[first:first + count, i]] for i in range(3))
        return abs(float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum())) / 6 / part.volume


def slope(part: Part, data) -> tuple[float, np.ndarray] | None:
    """Of a board, slab or wedge that lies aslant: tilt in degrees and the direction downhill, (3,)."""
    if part.scene.model.body_weldid[part.body] != 0:
        return None
    if part.shape == "mesh":
        normal = _wedge_normal(part, data)
    elif part.shape in ("box", "plane"):
        thin = 2 if part.shape == "plane" else int(np.argmin(part.extents))
        if part.shape == "box" and np.sort(part.extents)[1] < 1.5 * part.extents[thin]:
            return None
        normal = part.axes(data)[:, thin]
    else:
        return None
    if normal is None:
        return None
    normal = normal if normal[2] >= 0 else -normal
    tilt = float(np.degrees(np.arccos(min(1.0, normal[2]))))
    if not 2.0 < tilt < 75.0:
        return None
    level = np.array([normal[0], normal[1], 0.0]) / np.hypot(normal[0], normal[1])
    return tilt, level * np.cos(np.radians(tilt)) - np.array([0, 0, np.sin(np.radians(tilt))])


def _wedge_normal(part: Part, data) -> np.ndarray | None:
    model = part.scene.model
    mesh = model.geom_dataid[part.id]
    first, count = model.mesh_vertadr[mesh], model.mesh_vertnum[mesh]
    points = model.mesh_vert[first:first + count] @ part.axes(data).T
    first, count = model.mesh_faceadr[mesh], model.mesh_facenum[mesh]
    a, b, c = (points[model.mesh_face[first:first + count, i]] for i in range(3))
    normals = np.cross(b - a, c - a)
    areas = np.linalg.norm(normals, axis=1)
    rising = normals[:, 2] / np.maximum(areas, 1e-12)
    is_aslant = (rising > np.cos(np.radians(75))) & (rising < np.cos(np.radians(2)))
    if not is_aslant.any():
        return None
    best = np.argmax(np.where(is_aslant, areas, 0))
    return normals[best] / areas[best]


def furniture(scene: Scene, parts: list[Part]) -> Thing | None:
    """A bin, shelf, chair or table among parts that touch or move as one."""
    data = scene.start
    bounds = {part.id: part.bounds(data) for part in parts}
    if _is_bin(parts, data):
        return Thing(scene, parts, "bin")
    boards = [part for part in parts if _is_board(part, bounds[part.id], data)]
    boards.sort(key=lambda part: bounds[part.id][1][2])
    if found := _shelf(scene, parts, boards, bounds):
        return found
    for top in reversed(boards):
        legs = _legs(scene, top, parts, bounds)
        if not legs:
            continue
        below = [part for part in parts if part is not top and _is_below(bounds[part.id], bounds[top.id])]
        back = _back(top, parts, bounds)
        own = list(dict.fromkeys([top, *legs, *below, *back]))
        return Thing(scene, own, "chair" if back else "table", top=top)
    return None


def _is_board(part: Part, bound, data) -> bool:
    full = bound[1] - bound[0]
    is_level = part.shape in ("box", "cylinder", "mesh") and np.abs(part.axes(data)[2]).max() > 0.999
    return bool(is_level and full[2] <= 0.15 and full[2] < 0.45 * min(full[:2]) and min(full[:2]) >= 0.12)


def _is_below(bound, top) -> bool:
    inside = np.all(bound[0][:2] >= top[0][:2] - 0.03) and np.all(bound[1][:2] <= top[1][:2] + 0.03)
    return bool(inside and bound[1][2] <= top[1][2] + 0.01)


def _legs(scene: Scene, top: Part, parts: list[Part], bounds) -> list[Part]:
    low, high = bounds[top.id]
    height = low[2] - scene.floor_z
    legs = []
    for part in parts:
        foot, head = bounds[part.id]
        is_leg = (part is not top and head[2] - foot[2] >= 0.6 * height > 0.1
                  and abs(head[2] - low[2]) < 0.04 + high[2] - low[2] and _is_below((foot, head), (low, high)))
        if is_leg:
            legs.append(part)
    if not legs:
        return []
    if len(legs) < 3:
        # Panels, or a column with its foot: what stands on the floor must be wide enough.
        stand = [p for p in parts if p is not top and bounds[p.id][0][2] < scene.floor_z + 0.3 * height
                 and _is_below(bounds[p.id], (low - 0.2, high + 0.2))]
        foot = np.min([bounds[p.id][0] for p in stand] or [low], 0)
        head = np.max([bounds[p.id][1] for p in stand] or [low], 0)
        if np.any((head - foot)[:2] < 0.3 * (high - low)[:2]):
            return []
    return legs


def _back(top: Part, parts: list[Part], bounds) -> list[Part]:
    _, high = bounds[top.id]
    data, half = top.scene.start, top.extents / 2
    level = np.abs(top.axes(data)[2]) < 0.5
    back = []
    for part in parts:
        foot, head = bounds[part.id]
        middle = ((top.axes(data).T @ ((foot + head) / 2 - data.geom_xpos[top.id])) / half)[level]
        rises = head[2] >= high[2] + 0.15 and foot[2] < high[2] + 0.3
        if rises and 0.6 < np.abs(middle).max() < 1.5 and len(parts) > 2 and part is not top:
            back.append(part)
    return back


def _shelf(scene: Scene, parts: list[Part], boards: list[Part], bounds) -> Thing | None:
    """Boards above one another with uprights (or a back) at their sides."""
    tall = [part for part in parts if part not in boards]
    for board in boards:
        low, high = bounds[board.id]
        same = [other for other in boards
                if np.abs((bounds[other.id][0] - low)[:2]).max() < 0.1
                and np.abs((bounds[other.id][1] - high)[:2]).max() < 0.1]
        levels = sorted(bounds[other.id][1][2] for other in same)
        is_spread = len(same) >= 2 and min(np.diff(levels)) > 0.1
        upright = [part for part in tall if (bounds[part.id][1] - bounds[part.id][0])[2]
                   >= 0.7 * (levels[-1] - levels[0])]
        if is_spread and upright:
            return Thing(scene, [*same, *tall], "shelf", top=same[-1], boards=same)
    return None


def _is_bin(parts: list[Part], data) -> bool:
    """Walls all round above a bottom, and open above (a lid makes it no bin)."""
    if len(parts) < 4 and not any(part.shape == "mesh" for part in parts):
        return False
    all_bounds = [part.bounds(data) for part in parts]
    low, high = np.min([b[0] for b in all_bounds], 0), np.max([b[1] for b in all_bounds], 0)
    middle = (low + high) / 2
    around = 0
    for angle in np.radians(np.arange(0, 360, 22.5) + 5):
        ray = np.array([np.cos(angle), np.sin(angle), 0])
        around += any(part.ray(data, middle, ray) >= 0 for part in parts)
    is_hollow = all(part.ray(data, middle, np.array([0, 0, 1.0])) < 0 for part in parts)
    has_bottom = any(part.ray(data, middle, np.array([0, 0, -1.0])) >= 0 for part in parts)
    # From inside of a mesh nothing is hit: a solid cone is seen from above.
    above = middle + (high - low) * [0.03, 0.02, 1]
    depths = [part.ray(data, above, np.array([0, 0, -1.0])) for part in parts]
    is_open = min((depth for depth in depths if depth >= 0), default=0) > high[2] - low[2]
    return around >= 15 and is_hollow and has_bottom and is_open
