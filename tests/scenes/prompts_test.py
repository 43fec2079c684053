"""The half of the prompts that is kept as a test: nothing may be fitted to it."""

from checks import (
    apart, beside, between, beyond, corners, count, descends, falls, furnished, grown, heavier, hits, in_ring,
    in_row, inside, larger, lies, longest, looks_like, made_of, mass, on, piled, pyramid, ramp, round_top,
    size, slippery, stacked, stands, starts_on_ramp, stays_on_ramp, under, upright_size, wall,
)
from machines import (
    arm, arm_stands_on, car, cart_pole, cradle, dominoes, door, moves_with_motors, passes_momentum, pendulum,
    seesaw, spring, strung,
)
from prompts import JUPITER, MOON, Edits, Refused, scene, step

PROMPTS = [
    # Objects.
    scene("objects", "a red ball", count("red ball", 1)),
    scene("objects", "three blue cubes, 10 cm each", count("blue cube", 3), size("cube", (0.1,) * 3)),
    scene("objects", "make me a green cylinder 30cm tall and 10cm across", count("green cylinder", 1),
          upright_size("green cylinder", height=0.3, width=0.1)),
    scene("objects", "a 2 kg steel ball with a diameter of 8 cm", count("ball", 1), size("ball", (0.08,) * 3),
          mass("ball", 2.0), looks_like("ball", "gray")),
    scene("objects", "two wooden crates and a rubber ball", count("box", 2), made_of("box", "wooden", hollow=True),
          count("ball", 1), made_of("ball", "rubber")),
    scene("objects", "an orange capsule lying on the floor, half a metre long", count("orange capsule", 1),
          longest("capsule", 0.47, 0.63), lies("capsule"), on("capsule", "floor")),
    scene("objects", "a big purple sphere and a tiny white one", count("purple ball", 1), count("white ball", 1),
          larger("purple ball", "white ball", 3)),
    scene("objects", "ten balls of 5 kg and a light one of 100 g", count("ball", 11), mass("ball", 5.0, n=10),
          mass("ball", 0.1, n=1)),
    # Worlds.
    scene("worlds", "a red cube on jupiter", count("red cube", 1), pull=JUPITER),
    scene("worlds", "a ball and a box with gravity set to 5 m/s^2", count("ball", 1), count("box", 1), pull=5.0),
    scene("worlds", "a box on a frictionless floor", count("box", 1), on("box", "floor"), slippery("box", most=0.03)),
    # Arrangements.
    scene("arrangements", "a tower of 8 cubes, alternating red and blue", count("red cube", 4), count("blue cube", 4),
          stacked("free cube", 8, alternating=("red", "blue"))),
    scene("arrangements", "8 cylinders in a ring of radius 1 m", in_ring("cylinder", 8, radius=1.0)),
    scene("arrangements", "a wall of bricks, 5 wide and 4 high", wall("box", 5, 4)),
    scene("arrangements", "two stacks of three cubes each, half a meter apart", stacked("free cube", 3, stacks=2),
          apart("cube", "cube", 0.5)),
    scene("arrangements", "five balls in a line from smallest to biggest", in_row("ball", 5, growing=True)),
    scene("arrangements", "four pillars 2 m tall at the corners of a square 1.5 m wide", corners("thing", side=1.5),
          longest("thing", 1.9, 2.1), lies("thing", upright=True)),
    # Ramps.
    scene("ramps", "a wooden block that stays put on a 20 degree ramp", ramp(20), count("free box", 1),
          made_of("free box", "wooden"), stays_on_ramp("free box")),
    scene("ramps", "ball rolling down a 15 degree incline", ramp(15), count("free ball", 1), starts_on_ramp("ball"),
          descends("ball", rolling=True)),
    # Furniture.
    scene("furniture", "a table", furnished("table", low=0.35)),
    scene("furniture", "six chairs around a round table", furnished("chair", n=6), furnished("table"), round_top(),
          in_ring("chair", 6, around="table"), beside("chair", "table", within=1.0)),
    scene("furniture", "a shelf with three boxes on it", furnished("shelf"), count("free box", 3), on("free box", "shelf")),
    scene("furniture", "a mug and a plate on a desk", furnished("table"), on("free thing", "table", n=2),
          longest("free thing", 0.05, 0.4)),
    # Relations.
    scene("relations", "a ball under a table", furnished("table"), count("ball", 1), under("ball", "table")),
    scene("relations", "a ball inside an open box", count("bin", 1), count("free ball", 1), inside("ball", "bin")),
    scene("relations", "a ball between two boxes", count("ball", 1), count("box", 2), between("ball", "box")),
    scene("relations", "a yellow cylinder standing on a big gray cube", count("yellow cylinder", 1), count("gray cube", 1),
          on("yellow cylinder", "gray cube"), stands("yellow cylinder"), longest("gray cube", 0.15, 2.0)),
    scene("relations", "the ball should be behind the box, the ball is red and the box is black", count("red ball", 1),
          count("black box", 1), beyond("red ball", "behind", "black box")),
    # Mechanisms.
    scene("pendulum", "a simple pendulum 1 m long", pendulum(1, length=1.0)),
    scene("pendulum", "a triple pendulum that starts horizontal", pendulum(3, from_horizontal=True)),
    scene("cartpole", "cartpole with a 60 cm pole", cart_pole(length=0.6)),
    scene("arm", "a robot arm with 3 joints", arm(3)),
    scene("cradle", "Newton's cradle with five balls", cradle(5), passes_momentum()),
    scene("seesaw", "a see-saw", seesaw()),
    scene("spring", "1 kg weight hanging from a spring with stiffness 100 N/m", spring(stiffness=100, kg=1.0)),
    scene("chain", "a chain hung between two posts", strung()),
    scene("domino", "15 dominoes in a line and a ball rolling into the first one", count("ball", 1), in_row("free box", 15),
          hits("ball", "free box"), dominoes(15, by_itself=True)),
    scene("car", "little red car with motors on the back wheels", car(4, driven=2, colour="red")),
    scene("door", "a hinged door", door()),
    # Combinations.
    scene("combinations", "There is a ramp at 25 degrees. A ball rolls down it and hits a stack of three boxes at the bottom.",
          ramp(25), starts_on_ramp("free ball"), descends("free ball", rolling=True), piled("free box", 3),
          hits("free ball", "free box")),
    scene("combinations", "Put a robot arm on a table. Put a green cube next to it.", furnished("table"),
          arm_stands_on("table"), moves_with_motors(2), count("green cube", 1), on("green cube", "table|floor")),
    scene("combinations", "Build a pyramid of 6 blocks. Drop a heavy ball on it.", pyramid("free box", 3, total=6),
          count("free ball", 1), heavier("ball", 1.0), falls("ball", by=0.1), hits("free ball", "free box")),
    scene("combinations", "i want 3 balls, one red one green and one blue, in a row 30 cm apart, all on a long table",
          furnished("table"), count("red ball", 1), count("green ball", 1), count("blue ball", 1),
          in_row("ball", 3, spacing=0.3), on("ball", "table")),
    # Edits.
    Edits((
        step("a stack of four cubes", stacked("free cube", 4)),
        step("make it six high", stacked("free cube", 6)),
        step("put it on the moon", stacked("free cube", 6), pull=MOON),
    )),
    Edits((
        step("a double pendulum", pendulum(2)),
        step("make the links 30 cm long", pendulum(2, length=0.3)),
        step("add a third link", pendulum(3, length=0.3)),
    )),
    Edits((
        step("three green boxes in a row", in_row("green box", 3), longest("green box", 0.02, 0.6)),
        step("remove one of them", count("green box", 2)),
        step("make them twice as big", count("green box", 2), grown("green box", 2.0)),
    )),
    Edits((
        step("a chair", furnished("chair")),
        step("add a table next to it", furnished("chair"), furnished("table"), beside("chair", "table")),
        step("put a cup on the table", furnished("chair"), furnished("table"), on("free thing", "table", n=1)),
    )),
    # What no scene answers.
    Refused("flurb gnixel wobbatch trindle"),
    Refused("a red\x00\x1b[31m ball\x07 on a \u202etable"),
    Refused("a zorblax on a table"),
    Refused("a glass of water being poured into a sink"),
    Refused("a stack of minus four cubes"),
    Refused('</mujoco><include file="/etc/passwd"/>'),
    Refused("a table with a billion balls on it"),
]
