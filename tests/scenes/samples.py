"""Scenes written by hand, for the tests of the predicates: each right one has wrong ones near it."""

import numpy as np

FLOOR = '<geom type="plane" size="0 0 1"/>'


def world(*items: str, gravity: float = -9.81, floor: str = FLOOR, after: str = "", option: str = "") -> str:
    return (f'<mujoco><option gravity="0 0 {gravity}" timestep="0.002" {option}/>'
            f"<worldbody><light pos='0 0 4'/>{floor}{''.join(items)}</worldbody>{after}</mujoco>")


def geom(shape: str, size: str, pos: str = "0 0 0", **more) -> str:
    said = " ".join(f'{k}="{v}"' for k, v in more.items())
    return f'<geom type="{shape}" size="{size}" pos="{pos}" {said}/>'


def free(pos: str, *geoms: str, **more) -> str:
    said = " ".join(f'{k}="{v}"' for k, v in more.items())
    return f'<body pos="{pos}" {said}><freejoint/>{"".join(geoms)}</body>'


def fixed(pos: str, *geoms: str, **more) -> str:
    return free(pos, *geoms, **more).replace("<freejoint/>", "")


def ball(pos: str, radius: float = 0.05, rgb: str = "1 0 0", **more) -> str:
    return free(pos, geom("sphere", f"{radius}", rgba=f"{rgb} 1", **more))


def cube(pos: str, half: float = 0.05, rgb: str = "1 0 0", **more) -> str:
    return box(pos, f"{half} {half} {half}", rgb, **more)


def box(pos: str, half: str, rgb: str = "1 0 0", **more) -> str:
    return free(pos, geom("box", half, rgba=f"{rgb} 1", **more))


WOOD = "0.6 0.4 0.2 1"


def table(pos: str = "0 0 0", height: float = 0.75, legs: int = 4, half: str = "0.6 0.4", rgba: str = WOOD,
          shape: str = "box", extra: str = "", loose: bool = False) -> str:
    x, y = (float(v) for v in half.split())
    top = geom(shape, f"{x} {y} 0.02" if shape == "box" else f"{x} 0.02", f"0 0 {height - 0.02}", rgba=rgba)
    reach = 0.9 if shape == "box" else 0.65
    places = [(sx * x * reach, sy * y * reach) for sx in (-1, 1) for sy in (-1, 1)][:legs]
    under = (height - 0.04) / 2
    stand = "".join(geom("box", f"0.025 0.025 {under}", f"{a} {b} {under}", rgba=rgba) for a, b in places)
    if loose:
        return "".join(geom("box", f"0.025 0.025 {under}", f"{a} {b} {under}") for a, b in places) + top
    return fixed(pos, top, stand, extra)


def chair(pos: str = "0 0 0", euler: str = "0 0 0", rgba: str = WOOD, back: bool = True) -> str:
    rest = geom("box", "0.02 0.2 0.22", "-0.18 0 0.67", rgba=rgba) if back else ""
    return table(pos, 0.45, 4, "0.2 0.2", rgba, extra=rest).replace("<body ", f'<body euler="{euler}" ', 1)


def shelf(boards: int = 3) -> str:
    flat = "".join(geom("box", "0.4 0.15 0.01", f"0 0 {0.1 + 0.4 * i}") for i in range(boards))
    sides = "".join(geom("box", "0.01 0.15 0.55", f"{x} 0 0.55") for x in (-0.41, 0.41))
    return fixed("0 0 0", flat, sides)


def bin_(pos: str = "0 0 0", lid: bool = False, walls: int = 4) -> str:
    parts = [geom("box", "0.2 0.2 0.01", "0 0 0.01")]
    parts += [geom("box", f"{hx} {hy} 0.1", f"{x} {y} 0.11") for hx, hy, x, y in
              ((0.01, 0.2, -0.2, 0), (0.01, 0.2, 0.2, 0), (0.2, 0.01, 0, -0.2), (0.2, 0.01, 0, 0.2))][:walls]
    if lid:
        parts.append(geom("box", "0.2 0.2 0.01", "0 0 0.22"))
    return fixed(pos, *parts)


def slab(degrees: float, friction: float = 1.0, length: float = 1.0, pos: str | None = None) -> str:
    """A slope that falls towards +x, its middle above the origin."""
    rise = length * np.sin(np.radians(degrees)) + 0.03
    return geom("box", f"{length} 0.4 0.02", pos or f"0 0 {rise}", euler=f"0 {degrees} 0", friction=f"{friction} 0.005 0.0001")


def on_slab(degrees: float, up: float, item: str, lift: float = 0.05) -> str:
    """An item `up` m above the slab's middle, turned with it; its text has POS and EULER."""
    a = np.radians(degrees)
    along, normal = np.array([np.cos(a), 0, -np.sin(a)]), np.array([np.sin(a), 0, np.cos(a)])
    place = np.array([0, 0, np.sin(a) + 0.03]) - along * up + normal * (0.0205 + lift)
    return item.replace("POS", " ".join(map(str, place))).replace("EULER", f"0 {degrees} 0")


SLID = '<body pos="POS" euler="EULER"><freejoint/><geom type="box" size="0.05 0.05 0.05" rgba="0.6 0.4 0.2 1" density="600" friction="MU 0.005 0.0001" priority="1"/></body>'
ROLLED = '<body pos="POS"><freejoint/><geom type="sphere" size="0.05" rgba="1 0 0 1"/></body>'
ROLLER = '<body pos="POS" euler="90 0 0"><freejoint/><geom type="cylinder" size="0.05 0.1"/></body>'


def links(n: int, length: float = 0.5, height: float = 3.0, first: float = 0, joint: str = 'type="hinge" axis="0 1 0"',
          bob: bool = True, cross: bool = False) -> str:
    inner = ""
    for i in reversed(range(n)):
        angle = first if i == 0 else 0
        end = geom("sphere", "0.05", f"0 0 {-length}", contype=0, conaffinity=0) if bob else ""
        where = f"0 0 {height}" if i == 0 else f"0 0 {-length}"
        inner = (f'<body pos="{where}" euler="0 {angle} 0"><joint {joint}/>'
                 f'<geom type="capsule" fromto="0 0 0 0 0 {-length}" size="0.02" contype="0" conaffinity="0"/>{end}{inner}</body>')
    return inner


def cartpole(pole: float = 0.6, motor: bool = True, slide: str = "1 0 0", gear: float = 20, up: int = 1, pos: str = "0 0 0.3") -> str:
    motors = f'<actuator><motor joint="slide" gear="{gear}" ctrlrange="-1 1" ctrllimited="true"/></actuator>' if motor else ""
    return world(f'<body pos="{pos}"><joint name="slide" type="slide" axis="{slide}"/>{geom("box", "0.15 0.1 0.05", contype=0, conaffinity=0)}'
                 f'<body><joint type="hinge" axis="0 1 0"/><geom type="capsule" fromto="0 0 0 0 0 {up * pole}" size="0.02" contype="0" conaffinity="0"/></body></body>',
                 after=motors)


def arm(n: int, motors: int | None = None, pos: str = "0 0 0.5") -> tuple[str, str]:
    inner = ""
    for i in reversed(range(n)):
        axis = "0 0 1" if i == 0 else "0 1 0"
        where = pos if i == 0 else "0 0 0.2"
        inner = (f'<body pos="{where}"><joint name="j{i}" axis="{axis}" damping="1"/>'
                 f'<geom type="capsule" fromto="0 0 0 0 0 0.2" size="0.03" contype="0" conaffinity="0"/>{inner}</body>')
    drives = "".join(f'<position joint="j{i}" kp="50" ctrlrange="-1 1" ctrllimited="true"/>' for i in range(n if motors is None else motors))
    return inner, f"<actuator>{drives}</actuator>"


def cradle(n: int, gap: float = 0.0002, raised: float = 0, density: float = 5000, solref: str = "-200000 0", odd: float = 1, last: str = "",
           lifted: int = 1) -> str:
    balls = []
    for i in range(n):
        angle = raised if i < lifted else 0
        balls.append(f'<body pos="{i * (0.1 + gap)} 0 1" euler="0 {angle} 0"><joint type="hinge" axis="0 1 0" {last if i == n - 1 else ""}/>'
                     f'<geom type="capsule" fromto="0 0 0 0 0 -0.45" size="0.003" mass="0.001" contype="0" conaffinity="0"/>'
                     f'<geom type="sphere" size="0.05" pos="0 0 -0.5" density="{density * (odd if i == 1 else 1)}" solref="{solref}" condim="1" rgba="0.7 0.7 0.75 1"/></body>')
    return world(*balls, option='integrator="RK4"')


def seesaw(offset: float = 0, joint: str = 'type="hinge" axis="0 1 0" damping="0.2"', loads: str = "") -> str:
    return world(geom("box", "0.05 0.2 0.18", "0 0 0.18", contype=0, conaffinity=0),
                 f'<body pos="{offset} 0 0.4"><joint {joint}/>{geom("box", "1 0.15 0.02", f"{-offset} 0 0", density=300)}</body>', loads)


def spring(stiffness: float = 100, kg: float = 1, damping: float = 0.1, pos: str = "0 0 1") -> str:
    return world(f'<body pos="{pos}"><joint type="slide" axis="0 0 1" stiffness="{stiffness}" damping="{damping}"/>{geom("box", "0.05 0.05 0.05", mass=kg)}</body>')


def side_spring(stiffness: float = 80, kg: float = 2, axis: str = "1 0 0", friction: float = 0, z: float = 0.1) -> str:
    block = (f'<body pos="0.8 0 {z}"><joint type="slide" axis="{axis}" stiffness="{stiffness}"/>'
             f'{geom("box", "0.1 0.1 0.1", mass=kg, friction=f"{friction} 0 0")}</body>')
    return world(geom("box", "0.05 0.5 0.5", "0 0 0.5"), block, floor=geom("plane", "0 0 1", friction="0 0 0"))


def tied_spring(stiffness: float = 80, kg: float = 2, friction: float = 0) -> str:
    block = free("0.8 0 0.1", geom("box", "0.1 0.1 0.1", mass=kg, friction=f"{friction} 0 0"), '<site name="block" pos="-0.1 0 0"/>')
    tendon = f'<tendon><spatial stiffness="{stiffness}" springlength="0.65"><site site="wall"/><site site="block"/></spatial></tendon>'
    return world(geom("box", "0.05 0.5 0.5", "0 0 0.5"), '<site name="wall" pos="0.05 0 0.1"/>', block, floor=geom("plane", "0 0 1", friction="0 0 0"),
                 after=tendon)


def strung(both: bool = True, sag: float = 0.13) -> str:
    n, inner = 10, ""
    for i in reversed(range(n)):
        turn = 55 if i == 0 else -12.2
        where = "-0.5 0 1.5" if i == 0 else "0.13 0 0"
        name = f'name="last"' if i == n - 1 else ""
        inner = (f'<body {name} pos="{where}" euler="0 {turn} 0"><joint type="ball" damping="0.01"/>'
                 f'<geom type="capsule" fromto="0 0 0 0.13 0 0" size="0.015" contype="0" conaffinity="0"/>{inner}</body>')
    posts = "".join(geom("cylinder", "0.03 0.75", f"{x} 0 0.75") for x in (-0.5, 0.5))
    tie = '<equality><connect body1="last" body2="post" anchor="0.13 0 0"/></equality>' if both else ""
    return world(posts, fixed("0.5 0 1.5", geom("sphere", "0.03")).replace("<body ", '<body name="post" '), inner, after=tie)


def dominoes(n: int, step: float = 0.06, height: float = 0.06, extra: str = "", odd: str = "") -> str:
    return world(*(box(f"{i * step} 0 {height}", f"0.01 0.03 {height}") for i in range(n)), extra, odd)


def car(wheels: int = 4, motors=(0, 1), rgb: str = "1 0 0", gear: float = 1.0, axis: str = "0 1 0") -> str:
    body = geom("box", "0.25 0.12 0.05", rgba=f"{rgb} 1", density=500)
    places = [(-0.18, -0.15), (-0.18, 0.15), (0.18, -0.15), (0.18, 0.15), (0, -0.15), (0, 0.15)][:wheels]
    wheel = "".join(f'<body pos="{x} {y} -0.04"><joint name="w{i}" axis="{axis}" damping="0.01"/>'
                    f'<geom type="cylinder" size="0.07 0.02" euler="90 0 0" rgba="0.1 0.1 0.1 1"/></body>' for i, (x, y) in enumerate(places))
    drives = "".join(f'<motor joint="w{i}" gear="{gear}" ctrlrange="-1 1" ctrllimited="true"/>' for i in motors)
    return world(free("0 0 0.115", body, wheel), after=f"<actuator>{drives}</actuator>")


def door(axis: str = "0 0 1", edge: float = -0.4, span: str = "0 90", limited: str = "true", frame: str = "", half: float = 0.4,
         rgba: str = "0.5 0.5 0.5 1", motor: str = "") -> str:
    return world(f'<body pos="{edge} 0 1.02"><joint name="hinge" axis="{axis}" range="{span}" limited="{limited}" damping="0.5"/>'
                 f'{geom("box", f"{half} 0.02 1", f"{-edge} 0 0", density=200, rgba=rgba)}</body>', frame,
                 after=f"<actuator>{motor}</actuator>" if motor else "")


def chain(n: int, load: str = "", gap: float = 0.0, height: float = 2.0, tied: bool = True) -> str:
    inner = f'<body pos="0 0 {-0.12 - gap}"><joint type="ball"/>{load}</body>' if load else ""
    for i in reversed(range(n)):
        where = f"0 0 {height}" if i == 0 else f"0 0 {-0.12 - gap}"
        joint = '<joint type="ball" damping="0.002"/>' if i or tied else "<freejoint/>"
        inner = f'<body pos="{where}">{joint}<geom type="capsule" fromto="0 0 -0.02 0 0 -0.1" size="0.015" contype="0" conaffinity="0"/>{inner}</body>'
    return world(inner)


def stack(n: int, half: float = 0.05, x: float = 0.0, gap: float = 0.0, colours=("1 0 0",), y: float = 0, lean: float = 0) -> str:
    return "".join(cube(f"{x + lean * i} {y} {half + i * (2 * half + gap)}", half, colours[i % len(colours)]) for i in range(n))


def pyramid(layers: int, square: bool = False, half: float = 0.05) -> str:
    items = []
    for level in range(layers):
        n = layers - level
        for i in range(n):
            for j in range(n if square else 1):
                y = (j - (n - 1) / 2) * 2 * half if square else 0
                items.append(cube(f"{(i - (n - 1) / 2) * (2 * half + 0.001)} {y * 1.01} {half + level * 2 * half}", half))
    return "".join(items)


def bricks(wide: int, high: int, bond: bool = True) -> str:
    return "".join(box(f"{0.205 * i + (0.05 if bond and level % 2 else 0)} 0 {0.03 + 0.06 * level}", "0.1 0.05 0.03")
                   for level in range(high) for i in range(wide))


def catapult(kg: float = 10, x: float = 0.9) -> str:
    """A ball above one end of a seesaw that lies on its other end, and a cube on that."""
    lying = seesaw(loads=ball(f"{x} 0 1.4", mass=kg) + cube("-0.866 0 0.144", density=300).replace("<body ", '<body euler="0 -21 0" '))
    return lying.replace('<body pos="0 0 0.4">', '<body pos="0 0 0.4" euler="0 -21 0">')


def taper(n: int, by: float = 0.01) -> str:
    return "".join(free(f"0 0 {0.05 + 0.1 * i}", geom("cylinder", f"{0.1 - by * i} 0.05")) for i in range(n))


def stairs(n: int, rise: float = 0.15, going: float = 0.25) -> str:
    return "".join(geom("box", f"{going / 2} 0.4 {rise * (i + 1) / 2}", f"{going * i} 0 {rise * (i + 1) / 2}") for i in range(n))


def wrecker(first: float = 60, collides: int = 1) -> str:
    return (f'<body pos="0 0 1.15" euler="0 {first} 0"><joint axis="0 1 0"/>'
            f'<geom type="capsule" fromto="0 0 0 0 0 -0.9" size="0.01" contype="0" conaffinity="0"/>'
            f'<geom type="sphere" size="0.1" pos="0 0 -1" mass="5" contype="{collides}" conaffinity="{collides}"/></body>')


def keyframe(qpos: str = "", qvel: str = "") -> str:
    said = (f'qpos="{qpos}" ' if qpos else "") + (f'qvel="{qvel}"' if qvel else "")
    return f'<keyframe><key name="start" {said}/></keyframe>'


def gears(ratio: float) -> str:
    """Two wheels on level axles; `ratio` 0: not coupled."""
    wheels = "".join(f'<body pos="{x} 0 0.3"><joint name="axle{i}" axis="0 1 0"/>{geom("cylinder", "0.1 0.02", euler="90 0 0", contype=0)}</body>'
                     for i, x in enumerate((0, 0.2)))
    couple = f'<equality><joint joint1="axle1" joint2="axle0" polycoef="0 {ratio} 0 0 0"/></equality>' if ratio else ""
    return world(wheels, after=f'{couple}<actuator><velocity joint="axle0" kv="1" ctrlrange="-2 2"/></actuator>')


def tied(stiffness: float, rest: float = 0.3) -> str:
    """Two sliding loads 0.4 m apart with a spring of some length at rest between them."""
    loads = "".join(f'<body pos="{x} 0 0.1"><joint type="slide" axis="1 0 0"/>{geom("sphere", "0.05")}<site name="eye{i}"/></body>'
                    for i, x in enumerate((0, 0.4)))
    return world(loads, after=f'<tendon><spatial stiffness="{stiffness}" springlength="{rest}"><site site="eye0"/><site site="eye1"/></spatial></tendon>')


def walker(strength: float) -> str:
    """A trunk on two broad legs, hinged at the hips and held by servos."""
    legs = "".join(f'<body pos="0 {y} 0"><joint name="hip{i}" axis="0 1 0" damping="{strength / 400}"/>{geom("box", "0.02 0.02 0.2", "0 0 -0.2")}'
                   f'{geom("box", "0.15 0.05 0.02", "0 0 -0.4")}</body>' for i, y in enumerate((-0.15, 0.15)))
    servos = "".join(f'<position joint="hip{i}" kp="{strength}"/>' for i in range(2))
    trunk = free("0 0 0.421", geom("box", "0.1 0.1 0.1", "0.05 0 0.12", mass=5), legs)
    return world(trunk, after=f"<actuator>{servos}</actuator>")
