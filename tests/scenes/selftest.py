"""Shows of every predicate that it passes on a right scene and fails on a wrong one."""

from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path

import checks as c
import contraptions as k
import machines as m
import prompts_dev
import prompts_fresh
import prompts_test
import numpy as np
import samples as s
import suite
from checks import REGISTERED
from prompts import Edits, Refused, step
from samples import ball, box, cube, geom, on_slab, slab, table, world
from scene import Scene

RED, BLUE, GREEN, GREY = "1 0 0", "0 0 1", "0 0.8 0.2", "0.5 0.5 0.5"
HINGED_BALLS = s.seesaw(loads=ball("0.9 0 0.47", 0.05, density=8000) + ball("-0.9 0 0.47", 0.05, density=500))
LEVEL_BALLS = s.seesaw(loads=ball("0.9 0 0.47", 0.05) + ball("-0.9 0 0.47", 0.05))
ARM, ARM_MOTORS = s.arm(3)
RING = [f"{x} {y} 0.1" for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1))]
CYL = geom("cylinder", "0.05 0.1")
SERVO = '<position joint="hinge" kp="300" kv="30" ctrlrange="0 1.57" ctrllimited="true"/>'
ROLLING = s.keyframe(qpos="0 0 0.05 1 0 0 0", qvel="1 0 0 0 20 0")


def ring(places) -> str:
    return world(*(s.free(p, CYL) for p in places))


def row(xs, radii=None) -> str:
    radii = radii or [0.05] * len(xs)
    return world(*(ball(f"{x} 0 {r}", r) for x, r in zip(xs, radii)))


def grid(nx, ny, dx=0.2, dy=0.2) -> str:
    return world(*(cube(f"{i * dx} {j * dy} 0.05") for i in range(nx) for j in range(ny)))


def sliding(degrees, mu, up=0.6) -> str:
    return world(slab(degrees, mu), on_slab(degrees, up, s.SLID.replace("MU", str(mu))))


def rolling(degrees, up=0.6, item=s.ROLLED) -> str:
    return world(slab(degrees), on_slab(degrees, up, item))


def armed(n=3, motors=None, pos="0 0 0.5", *more) -> str:
    arm, drives = s.arm(n, motors, pos)
    return world(arm, *more, after=drives)


# Check, a scene it passes on, and scenes that it fails on.
CASES = [
    (c.sound(), world(ball("0 0 1")), [
        world(ball("0 0 1"), floor=""),
        world(ball("0 0 -3"), floor=geom("plane", "0.1 0.1 1")),
        world(ball("0 0 1", contype=0, conaffinity=0)),
        world(ball("0 0 1"), gravity=90),
        world(),
        world(cube("0 0 0.05"), cube("0 0 0.051"), option='timestep="0.1"').replace('timestep="0.002" ', "")
        .replace("<geom ", '<geom solref="-1e9 0" '),
    ]),
    (c.fits(), world(cube("0 0 0.05"), cube("0 0 0.15")), [world(cube("0 0 0.05"), cube("0 0 0.1")), world(ball("0 0 0.02"))]),
    (c.count("red ball", 1), world(ball("0 0 1"), ball("1 0 1", rgb=BLUE), cube("2 0 1")), [
        world(ball("0 0 1"), ball("1 0 1")), world(ball("0 0 1", rgb=BLUE)), world(cube("0 0 1"))]),
    (c.count("free box", 3), world(table(), *(box(f"{x} 0 0.8", "0.05 0.04 0.05") for x in (-0.3, 0, 0.3))), [
        world(table(), box("0 0 0.8", "0.05 0.05 0.05"))]),
    (c.size("cube", (0.1,) * 3), world(cube("0 0 1")), [world(cube("0 0 1", 0.06))]),
    (c.upright_size("cylinder", 0.3, 0.1), world(s.free("0 0 0.15", geom("cylinder", "0.05 0.15"))), [
        world(s.free("0 0 0.15", geom("cylinder", "0.1 0.15"))),
        world(s.free("0 0 0.15", geom("cylinder", "0.05 0.15", euler="90 0 0")))]),
    (c.upright_size("shelf", 1.1), world(s.shelf()), [world(s.shelf().replace("0.01 0.15 0.55", "0.01 0.15 0.75"))]),
    (c.longest("ball", 0.08, 0.12), world(ball("0 0 1")), [world(ball("0 0 1", 0.1))]),
    (c.larger("red ball", "blue ball", 3), world(ball("0 0 1", 0.3), ball("1 0 1", 0.05, BLUE)), [
        world(ball("0 0 1", 0.1), ball("1 0 1", 0.05, BLUE))]),
    (c.mass("ball", 2), world(ball("0 0 1", mass=2)), [world(ball("0 0 1", mass=1))]),
    (c.mass("ball", 5, n=2), world(ball("0 0 1", mass=5), ball("1 0 1", mass=5), ball("2 0 1", mass=0.1)), [
        world(ball("0 0 1", mass=5), ball("1 0 1", mass=1))]),
    (c.heavier("ball", 2), world(ball("0 0 1", mass=3)), [world(ball("0 0 1", mass=1))]),
    (c.made_of("cube", "wooden"), world(cube("0 0 1", rgb="0.6 0.4 0.2", density=600)), [
        world(cube("0 0 1", rgb="0 0 1", density=600)), world(cube("0 0 1", rgb="0.6 0.4 0.2", density=7800))]),
    (c.made_of("cube", "aluminum"), world(cube("0 0 1", rgb="0.75 0.76 0.78", density=2700)), [
        world(cube("0 0 1", rgb="0.75 0.76 0.78", density=7800)), world(cube("0 0 1", density=2700))]),
    (c.made_of("cube", "concrete"), world(cube("0 0 1", rgb="0.6 0.6 0.58", density=2300)), [
        world(cube("0 0 1", rgb="0.6 0.6 0.58", density=600)), world(cube("0 0 1", density=2300))]),
    (c.looks_like("ball", "gray"), world(ball("0 0 1", rgb="0.6 0.6 0.65")), [world(ball("0 0 1", rgb=GREEN))]),
    (c.gravity(1.62), world(ball("0 0 1"), gravity=-1.62), [world(ball("0 0 1")), world(ball("0 0 1"), gravity=0)]),
    (c.on("red ball", "table"), world(table(), ball("0 0 0.8")), [
        world(table(), ball("2 0 0.05")), world(table(), ball("0 0 0.05")), world(table(), ball("0 0 1.3"), gravity=0)]),
    (c.on("red ball", "table"), world(table(loose=True), ball("0.2 0 0.8")), [world(table(legs=1), ball("0 0 0.8"))]),
    (c.on("capsule", "floor"), world(s.free("0 0 0.05", geom("capsule", "0.05 0.2", euler="0 90 0"))), [
        world(s.fixed("0 0 0.3", geom("capsule", "0.05 0.2", euler="0 90 0")))]),
    (c.under("ball", "table"), world(table(), ball("0 0 0.05")), [world(table(), ball("0 0 0.8")), world(table(), ball("1 0 0.05"))]),
    (c.inside("ball", "bin"), world(s.bin_(), ball("0 0 0.08")), [
        world(s.bin_(), ball("0.5 0 0.05")), world(s.bin_(walls=2), ball("0 0 0.08")), world(s.bin_(lid=True), ball("0 0 0.3"))]),
    (c.beyond("green box", "left", "red box"), world(cube("-0.3 0 0.05", rgb=GREEN), cube("0.3 0 0.05")), [
        world(cube("0.3 0 0.05", rgb=GREEN), cube("-0.3 0 0.05")), world(cube("0 0.6 0.05", rgb=GREEN), cube("0 0 0.05"))]),
    (c.beyond("red ball", "behind", "blue box"), world(ball("0 0.5 0.05"), cube("0 0 0.05", rgb=BLUE)), [
        world(ball("0 -0.5 0.05"), cube("0 0 0.05", rgb=BLUE))]),
    (c.beside("ball", "cube"), world(ball("0.3 0 0.05"), cube("0 0 0.05")), [
        world(ball("4 0 0.05"), cube("0 0 0.05")), world(ball("0 0 0.15"), cube("0 0 0.05"))]),
    (c.beside("chair", "table", within=1, overlap=0.5), world(table(), s.chair("0.65 0 0", "0 0 180")), [
        world(table(), s.chair("2.5 0 0"))]),
    (c.apart("red box", "blue box", 0.5), world(cube("0 0 0.05"), cube("0.5 0 0.05", rgb=BLUE)), [
        world(cube("0 0 0.05"), cube("0.9 0 0.05", rgb=BLUE))]),
    (c.between("ball", "box"), world(ball("0 0 0.05"), cube("-0.4 0 0.05"), cube("0.4 0 0.05")), [
        world(ball("0.8 0 0.05"), cube("-0.4 0 0.05"), cube("0.4 0 0.05")),
        world(ball("0 0.7 0.05"), cube("-0.4 0 0.05"), cube("0.4 0 0.05"))]),
    (c.height("ball", 2.0), world(ball("0 0 2")), [world(ball("0 0 1"))]),
    (c.lies("capsule"), world(s.free("0 0 0.05", geom("capsule", "0.05 0.2", euler="0 90 0"))), [
        world(s.fixed("0 0 0.3", geom("capsule", "0.05 0.2")))]),
    (c.tilted("box", 30), world(box("0 0 0.4", "0.3 0.1 0.1", euler="0 30 0")), [
        world(box("0 0 0.4", "0.3 0.1 0.1")), world(box("0 0 0.4", "0.3 0.1 0.1", euler="0 45 0"))]),
    (c.stands("cylinder"), world(s.free("0 0 0.1", CYL)), [world(s.free("0 0 0.05", geom("cylinder", "0.05 0.1", euler="90 0 0")))]),
    (c.furnished("table", height=0.75, length=1.2), world(table()), [
        world(table(height=0.6)), world(table(half="0.4 0.4")), world(table(legs=1)), world(table(legs=0)), world(s.chair())]),
    (c.furnished("table"), world(s.fixed("0 0 0", geom("cylinder", "0.5 0.02", "0 0 0.7"), geom("cylinder", "0.04 0.34", "0 0 0.34"),
                                         geom("cylinder", "0.25 0.02", "0 0 0.02"))), [world(cube("0 0 0.3", 0.3))]),
    (c.furnished("chair"), world(s.chair()), [world(s.chair(back=False)), world(table())]),
    (c.furnished("chair", n=2), world(s.chair(), s.chair("1 0 0", "0 0 40")), [world(s.chair())]),
    (c.furnished("shelf"), world(s.shelf()), [world(s.shelf(1)), world(table())]),
    (c.furnished("seat", length=0.4), world(s.chair()), [world(table())]),
    (c.on("thing", "table|floor"), world(table(), ball("0 0 0.8"), cube("1 0 0.05")), [world(table(), s.fixed("0 0 2", geom("sphere", "0.05")))]),
    (c.slippery("blue box"), world(*(cube(f"{x} 0 0.05", rgb=BLUE, friction="0.01 0 0", priority=1) for x in (0, 0.2, 0.4))), [
        world(cube("0 0 0.05", rgb=BLUE))]),
    (c.beyond("red ball", "left", "blue box"), world(cube("-0.3 0 0.05", rgb=BLUE), cube("0.3 0 0.05", rgb=BLUE), ball("-0.3 0 0.15")), [
        world(cube("-0.3 0 0.05", rgb=BLUE), cube("0.3 0 0.05", rgb=BLUE), ball("0.3 0 0.15"))]),
    (c.round_top(), world(table(shape="cylinder", half="0.6 0.6")), [world(table())]),
    (c.still("cube"), world(cube("0 0 0.05")), [world(cube("0 0 1"))]),
    (c.stacked("free cube", 3), world(s.stack(3)), [
        world(s.stack(4)), world(s.stack(3, gap=0.2)), world(s.stack(3, lean=0.05)), world(cube("0 0 0.05"), cube("1 0 0.05"), cube("2 0 0.05"))]),
    (c.stacked("free cube", 4, alternating=("red", "blue")), world(s.stack(4, colours=(RED, BLUE))), [
        world(s.stack(4, colours=(RED, RED, BLUE, BLUE)))]),
    (c.stacked("free cube", 3, stacks=2), world(s.stack(3), s.stack(3, x=0.5)), [world(s.stack(2), s.stack(4, x=0.5))]),
    (c.tapers("cylinder"), world(s.taper(5)), [world(s.taper(5, by=0)), world(s.taper(5, by=-0.01))]),
    (c.piled("free cube", 3), world(s.stack(3)), [world(s.stack(2)), world(s.stack(3, gap=0.1))]),
    (c.ordered(("green cube", "red cube")), world(cube("0 0 0.05", rgb=GREEN), cube("0 0 0.15")), [
        world(cube("0 0 0.15", rgb=GREEN), cube("0 0 0.05"))]),
    (c.in_row("ball", 4, spacing=0.25), row([0, 0.25, 0.5, 0.75]), [
        row([0, 0.25, 0.5]), row([0, 0.4, 0.8, 1.2]), row([0, 0.25, 0.6, 0.75]),
        world(*(ball(f"{i * 0.25} {0.2 * (i % 2)} 0.05") for i in range(4)))]),
    (c.in_row("ball", 4, spacing=0.25), row([0, 0.35, 0.7, 1.05]), [row([0, 0.3, 0.6, 0.9])]),
    (c.in_row("ball", 3, growing=True), row([0, 0.4, 0.8], [0.05, 0.08, 0.11]), [row([0, 0.4, 0.8], [0.05, 0.11, 0.08]), row([0, 0.4, 0.8])]),
    (c.in_ring("cylinder", 4, radius=1.0), ring(RING), [ring([*RING[:3], "0 -1.5 0.1"]), ring(["0 0.5 0.1", "0 -0.5 0.1", "0.5 0 0.1", "-0.5 0 0.1"]), ring(RING[:3])]),
    (c.in_grid("cube", 3, 2, spacing=0.2), grid(3, 2), [grid(3, 3), grid(3, 2, 0.3, 0.3), grid(3, 2, 0.2, 0.35), grid(6, 1)]),
    (c.in_grid("cube", 3, 5, square=False), grid(3, 5, 0.4, 0.2), [
        grid(3, 4, 0.4, 0.2), world(*(cube(f"{i * i * 0.2} {j * 0.2} 0.05") for i in range(3) for j in range(5)))]),
    (c.pyramid("free cube", 4), world(s.pyramid(4)), [world(s.pyramid(3)), world(s.stack(4)), grid(5, 2)]),
    (c.pyramid("free cube", 3), world(s.pyramid(3, square=True)), [world(s.pyramid(4, square=True))]),
    (c.wall("box", 5, 4), world(s.bricks(5, 4)), [world(s.bricks(4, 4)), world(s.bricks(5, 3)), world(s.bricks(20, 1))]),
    (c.staircase(6), world(s.stairs(6)), [world(s.stairs(5)), world(s.stairs(6, going=0.02)), world(s.stairs(6, rise=0.6))]),
    (c.staircase(6, rise=0.15), world(s.stairs(6)), [world(s.stairs(6, rise=0.2))]),
    (c.corners("thing", side=1.5), ring(["0 0 0.1", "1.5 0 0.1", "0 1.5 0.1", "1.5 1.5 0.1"]), [
        ring(["0 0 0.1", "2 0 0.1", "0 2 0.1", "2 2 0.1"]), ring(["0 0 0.1", "1.5 0 0.1", "3 0 0.1", "4.5 0 0.1"])]),
    (c.falls("ball", by=0.5), world(ball("0 0 1")), [world(ball("0 0 1"), gravity=0), world(s.fixed("0 0 1", geom("sphere", "0.05")))]),
    (c.rises("free cube"), s.catapult(), [s.catapult(kg=0.01), s.catapult(x=2), world(cube("0 0 1"))]),
    (c.floats("ball"), world(ball("0 0 1"), gravity=0), [world(ball("0 0 1")), world(s.fixed("0 0 1", geom("sphere", "0.05")), gravity=0)]),
    (c.bounces("ball"), world(ball("0 0 1.5", solref="-10000 -1")), [world(ball("0 0 1.5"))]),
    (c.slippery("box"), world(cube("0 0 0.05", friction="0.01 0 0", priority=1)), [world(cube("0 0 0.05"))]),
    (c.rubs("box", 0.3), world(cube("0 0 0.05", friction="0.3 0 0", priority=1)), [
        world(cube("0 0 0.05", friction="0.3 0 0")), world(cube("0 0 0.05", friction="0.1 0 0", priority=1)),
        world(cube("0 0 0.05", friction="0.5 0 0", priority=1)), world(s.fixed("0 0 0.05", geom("box", "0.05 0.05 0.05")))]),
    (c.ramp(20, length=2), sliding(20, 0.1), [world(slab(20, length=1.5)), world(cube("0 0 0.05"))]),
    (c.ramp(20), sliding(20, 0.1), [sliding(30, 0.1), world(cube("0 0 0.05"))]),
    (c.starts_on_ramp("cube", upper=0.5), sliding(20, 0.1), [sliding(20, 0.1, up=-0.6), world(slab(20), cube("0 2 0.05"))]),
    (c.descends("cube", rolling=False), sliding(30, 0.02), [sliding(30, 1.5), rolling(30, item=s.ROLLED.replace("sphere", "box").replace("0.05\"", "0.05 0.05 0.05\"").replace("<freejoint/>", ""))]),
    (c.descends("ball", rolling=True), rolling(15), [world(slab(15, 0), on_slab(15, 0.6, s.ROLLED.replace("rgba", 'friction="0 0 0" rgba')))]),
    (c.stays_on_ramp("cube"), sliding(20, 0.8), [sliding(20, 0.1)]),
    (c.hits("ball", "cube"), world(ball("0 0 0.05"), cube("0.5 0 0.05"), after=s.keyframe("0 0 0.05 1 0 0 0 0.5 0 0.05 1 0 0 0", "1 0 0 0 20 0 0 0 0 0 0 0")), [
        world(ball("0 0 0.05"), cube("0.5 0 0.05")), world(ball("0 0 0.05"), cube("0.0999 0 0.05"))]),
    (c.bridges("free box", "box"), world(box("-0.3 0 0.05", "0.05 0.1 0.05"), box("0.3 0 0.05", "0.05 0.1 0.05"), box("0 0 0.11", "0.5 0.08 0.01")), [
        world(box("-0.3 0 0.05", "0.05 0.1 0.05"), box("1.3 0 0.05", "0.05 0.1 0.05"), box("0 0 0.01", "0.2 0.08 0.01"))]),
    (m.pendulum(1, length=1.0), world(s.links(1, 1.0)), [
        world(s.links(2, 1.0)), world(s.links(1, 0.5)), world(s.links(1, 1.0, joint='type="hinge" axis="0 0 1"')), world(s.links(1, 1.0), gravity=0),
        world(s.links(1, 1.0, joint='type="slide" axis="1 0 0"'))]),
    (m.pendulum(2, length=0.5), world(s.links(2, 0.5)), [world(s.links(2, 0.4)), world(s.links(3, 0.5))]),
    (m.pendulum(3, from_horizontal=True), world(s.links(3, 0.4, first=90)), [world(s.links(3, 0.4))]),
    (m.pendulum(1, aside=45), world(s.links(1, first=45)), [world(s.links(1, first=20)), world(s.links(1)), world(s.links(1, first=135))]),
    (m.cart_pole(length=0.6), s.cartpole(), [
        s.cartpole(pole=0.4), s.cartpole(motor=False), s.cartpole(slide="0 0 1"), s.cartpole(up=-1), s.cartpole(gear=0.01), s.cartpole(slide="0 1 0")]),
    (m.arm(3), armed(3), [armed(2), armed(3, 2), armed(4)]),
    (m.moves_with_motors(3), armed(3), [armed(3, 1), world(ball("0 0 1"))]),
    (m.arm_stands_on("table"), armed(3, None, "0 0 0.76", table()), [armed(3, None, "1 0 0.05", table()), armed(1, None, "0 0 0.76", table())]),
    (m.cradle(5), s.cradle(5), [s.cradle(4), s.cradle(5, gap=0.03), s.cradle(5, odd=2)]),
    (m.cradle(5, raised=True), s.cradle(5, raised=30), [s.cradle(5)]),
    (m.cradle(5, raised=2), s.cradle(5, raised=30, lifted=2), [s.cradle(5, raised=30), s.cradle(5), s.cradle(5, raised=30, lifted=3)]),
    (m.passes_momentum(), s.cradle(5), [s.cradle(5, gap=0.5), s.cradle(5, last='damping="50"')]),
    (m.seesaw(), s.seesaw(), [s.seesaw(offset=0.9), s.seesaw(joint='type="hinge" axis="0 0 1"'), world(box("0 0 0.02", "1 0.15 0.02"))]),
    (m.seesaw(metres=2), s.seesaw(), [s.seesaw().replace('"1 0.15 0.02"', '"1.5 0.15 0.02"')]),
    (m.on_ends("ball"), HINGED_BALLS, [
        s.seesaw(loads=ball("0.9 0 0.47")), s.seesaw(loads=ball("0.9 0 0.47") + ball("0.6 0 0.47")),
        s.seesaw(loads=ball("0.9 0 0.47") + ball("-0.9 1 0.05")), s.seesaw(loads=ball("0.9 0 0.47") + ball("-0.9 0 1.5"))]),
    (m.tips_to_heavier("free ball"), HINGED_BALLS, [LEVEL_BALLS]),
    (m.spring(stiffness=100, kg=1), s.spring(), [s.spring(stiffness=40), s.spring(kg=3), s.spring(stiffness=0), s.spring(damping=200)]),
    (m.spring(stiffness=80, kg=2, level=True), s.side_spring(), [
        s.side_spring(stiffness=20), s.side_spring(axis="0 0 1", z=0.5), s.side_spring(kg=1)]),
    (m.spring(stiffness=80, kg=2, level=True), s.tied_spring(), [s.tied_spring(stiffness=20), s.tied_spring(friction=1)]),
    (m.chain(6, length=0.72), s.chain(6), [s.chain(6, gap=-0.03)]),
    (m.chain(6), s.chain(6), [s.chain(5), s.chain(6, gap=0.3), s.chain(6, tied=False), s.chain(6, height=-2)]),
    (m.chain(4, ends_in="sphere", kg=2), s.chain(4, geom("sphere", "0.05", mass=2)), [s.chain(4), s.chain(4, geom("sphere", "0.05", mass=1))]),
    (m.strung(), s.strung(), [s.strung(both=False)]),
    (m.dominoes(6), s.dominoes(6), [
        s.dominoes(5), s.dominoes(6, step=0.3), s.dominoes(5, odd=box("1.2 0 0.06", "0.01 0.03 0.06"))]),
    (m.dominoes(4, by_itself=True), world(*(box(f"{i * 0.06} 0 0.06", "0.01 0.03 0.06") for i in range(4)), after=s.keyframe(
        " ".join(f"{i * 0.06} 0 0.06 1 0 0 0" for i in range(4)), "0 0 0 0 8 0 " + "0 " * 18)), [s.dominoes(4)]),
    (m.car(4, driven=2, colour="red"), s.car(), [
        s.car(wheels=3), s.car(motors=()), s.car(motors=(0, 2)), s.car(rgb=BLUE), s.car(gear=0.0001)]),
    (m.car(4, driven=4), s.car(motors=(0, 1, 2, 3)), [s.car()]),
    (m.door(opens=60, both=True), s.door(span="-60 60"), [s.door(span="0 60"), s.door(span="-60 90"), s.door(span="-90 90")]),
    (m.door(size=(2, 0.9)), s.door(edge=-0.45, half=0.45), [s.door(), s.door(edge=-0.45, half=0.45).replace("0.02 1\"", "0.02 0.8\"")]),
    (m.door(), s.door(motor=SERVO), [s.door(motor=SERVO, axis="0 1 0")]),
    (m.door(opens=90), s.door(), [
        s.door(axis="0 1 0"), s.door(edge=-0.05), s.door(span="0 45"), s.door(frame=geom("box", "0.4 0.1 1", "0 0.13 1.02") + geom("box", "0.4 0.1 1", "0 -0.13 1.02"))]),
    (m.swings_into("ball", "free cube", 3), world(s.wrecker(), s.stack(3)), [
        world(s.wrecker(), s.stack(3, y=0.5)), world(s.wrecker(collides=0), s.stack(3)), world(s.wrecker(), s.stack(2)),
        world(ball("0.5 0 1"), s.stack(3))]),
    (k.one_on_each("red ball", "blue cube", 2), world(*(cube(f"{x} 0 0.05", rgb=BLUE) for x in (0, 1)), *(ball(f"{x} 0 0.15") for x in (0, 1))), [
        world(*(cube(f"{x} 0 0.05", rgb=BLUE) for x in (0, 1)), ball("0 0 0.15"), ball("2 0 0.05")),
        world(cube("0 0 0.05", rgb=BLUE), ball("0 0 0.15"))]),
    (k.flies("ball", 1.0), world(ball("0 0 0.05"), after=s.keyframe("0 0 0.05 1 0 0 0", "2 0 4 0 0 0")), [
        world(ball("0 0 0.05")), world(ball("0 0 0.05"), after=s.keyframe("0 0 0.05 1 0 0 0", "3 0 0 0 0 0"))]),
    (k.geared(2), s.gears(-1), [s.gears(1), s.gears(0)]),
    (k.tied(2, stiffness=50), s.tied(50), [s.tied(90), s.tied(50, rest=0.4)]),
    (k.stays_up(1), s.walker(400), [s.walker(0.5).replace('"0 0 -9.81"', '"3 0 -9.81"'), world(ball("0 0 1"))]),
    (k.drains("ball", 2), world(ball("0 0 1"), ball("0.2 0 1")), [world(ball("0 0 1")), world(table(), ball("0 0 0.9"), ball("0.2 0 0.9"))]),
]

# Whole prompts of many kinds: all of their checks hold on the one and not on the other.
WHOLE = {
    "a red ball": (world(ball("0 0 0.3")), world(ball("0 0 0.3", rgb=BLUE))),
    "4 inch black cube": (world(cube("0 0 0.0508", 0.0508, "0.05 0.05 0.05")), world(cube("0 0 0.04", 0.04, "0.05 0.05 0.05"))),
    "drop a cube on Mars": (world(cube("0 0 1"), gravity=-3.71), world(cube("0 0 1"))),
    "a stack of five boxes": (world(s.stack(5)), world(s.stack(4))),
    "a pyramid of cubes, 4 layers high": (world(s.pyramid(4)), world(s.pyramid(3))),
    "a staircase with 6 steps": (world(s.stairs(6)), world(s.stairs(5))),
    "a red cube on a tabel": (world(table(), cube("0 0 0.8")), world(table(), cube("0 1 0.05"))),
    "an icy ramp at 30° with a cube sliding down it": (sliding(30, 0.02), sliding(30, 1.5)),
    "six chairs around a round table": (
        world(table(shape="cylinder", half="0.6 0.6"), *(s.chair(f"{1.1 * x} {1.1 * y} 0", f"0 0 {a}") for x, y, a in (
            (1, 0, 180), (0.5, 0.866, 240), (-0.5, 0.866, 300), (-1, 0, 0), (-0.5, -0.866, 60), (0.5, -0.866, 120)))),
        world(table(shape="cylinder", half="0.6 0.6"), s.chair("1.1 0 0"))),
    "a shelf with three boxes on it": (
        world(s.shelf(), *(cube(f"{x} 0 0.16") for x in (-0.2, 0, 0.2))), world(s.shelf(), *(cube(f"{x} 0 0.16") for x in (-0.2, 0, 2)))),
    "five marbles in a bin": (
        world(s.bin_(), *(ball(f"{x} 0 0.05", 0.01) for x in (-0.1, -0.05, 0, 0.05, 0.1))),
        world(s.bin_(), *(ball(f"{x} 0 0.05", 0.01) for x in (-0.1, -0.05, 0, 0.05, 0.5)))),
    "double pendulum with links of 0.5 m": (world(s.links(2, 0.5)), world(s.links(2, 0.3))),
    "cartpole with a 60 cm pole": (s.cartpole(), s.cartpole(motor=False)),
    "a 6-axis robot arm with motors": (armed(6), armed(6, 5)),
    "Newton's cradle with five balls": (s.cradle(5), s.cradle(5, gap=0.04)),
    "1 kg weight hanging from a spring with stiffness 100 N/m": (s.spring(), s.spring(stiffness=50)),
    "a chain of 10 links hanging from the ceiling": (s.chain(10), s.chain(9)),
    "a row of 20 dominoes": (s.dominoes(20), s.dominoes(20, step=0.2)),
    "little red car with motors on the back wheels": (s.car(), s.car(motors=(0, 1, 2, 3))),
    "a door that opens up to 90 degrees": (s.door(), s.door(span="0 170")),
    "a seesaw with a heavy ball on one end and a light ball on the other": (HINGED_BALLS, LEVEL_BALLS),
    # Of those that were held out.
    "a blue box that's 60 cm long, 40 cm wide and 20 cm tall": (
        world(box("0 0 0.1", "0.3 0.2 0.1", BLUE)), world(box("0 0 0.3", "0.1 0.2 0.3", BLUE))),
    "I need a concrete block measuring 40 x 20 x 20 cm": (
        world(box("0 0 0.1", "0.2 0.1 0.1", GREY, density=2300)), world(box("0 0 0.1", "0.2 0.1 0.1", GREY, density=800))),
    "a long green box tilted by 30 degrees": (
        world(box("0 0 0.4", "0.4 0.1 0.1", GREEN, euler="0 30 0")), world(box("0 0 0.4", "0.4 0.1 0.1", GREEN))),
    "a 10 g ball and a 10 kg ball dropped side by side from 2 m on the moon": (
        world(ball("0 0 2", 0.05, mass=0.01), ball("0.4 0 2", 0.1, mass=10), gravity=-1.62),
        world(ball("0 0 2", 0.05, mass=0.01), ball("0.4 0 2", 0.1, mass=10))),
    "a crate on a floor with a friction coefficient of 0.3": (
        world(cube("0 0 0.2", 0.2, friction="0.3 0.005 0.0001"), floor=geom("plane", "0 0 1", friction="0.3 0.005 0.0001")),
        world(cube("0 0 0.2", 0.2, friction="0.3 0.005 0.0001"))),
    "stairs with 8 steps, each of them 15 cm high": (world(s.stairs(8)), world(s.stairs(8, rise=0.2))),
    "two towers of four blocks each, one tower red and the other one green": (
        world(s.stack(4), s.stack(4, x=0.5, colours=(GREEN,))),
        world(s.stack(4, colours=(RED, GREEN)), s.stack(4, x=0.5, colours=(RED, GREEN)))),
    "three rows of five green balls": (
        world(*(ball(f"{0.2 * i} {0.4 * j} 0.05", rgb=GREEN) for i in range(5) for j in range(3))),
        world(*(ball(f"{0.2 * i} 0 0.05", rgb=GREEN) for i in range(15)))),
    "a tower of five cylinders that get smaller towards the top": (world(s.taper(5)), world(s.taper(5, by=-0.01))),
    "a 2 m long ramp tilted 12 degrees with a red cylinder rolling down": (
        rolling(12, item=s.ROLLER.replace('"/>', '" rgba="1 0 0 1"/>')), rolling(12, item=s.ROLLER)),
    "box on a 20 degree ramp with friction coefficient 0.8": (sliding(20, 0.8), sliding(20, 0.1)),
    "a dining table 1.8 m long with four chairs": (
        world(table(half="0.9 0.45"), *(s.chair(f"{x} {y} 0", f"0 0 {a}") for x in (-0.45, 0.45) for y, a in ((0.7, -90), (-0.7, 90)))),
        world(table(half="0.9 0.45"), *(s.chair(f"{x} 0.7 0", "0 0 -90") for x in (-0.45, 0.45)))),
    "a bookshelf 1.8 m tall with two books on it": (
        world(s.shelf(4).replace("0.01 0.15 0.55\"", "0.01 0.15 0.9\"").replace("0 0.55\"", "0 0.9\""),
              *(box(f"{x} 0 0.64", "0.02 0.08 0.12") for x in (0, 0.1))),
        world(s.shelf(), *(box(f"{x} 0 0.64", "0.02 0.08 0.12") for x in (0, 0.1)))),
    "a black box to the right of a white box, with a red ball between the two": (
        world(cube("-0.4 0 0.05", rgb="1 1 1"), cube("0.4 0 0.05", rgb="0.05 0.05 0.05"), ball("0 0 0.05")),
        world(cube("0.4 0 0.05", rgb="1 1 1"), cube("-0.4 0 0.05", rgb="0.05 0.05 0.05"), ball("0 0 0.05"))),
    "for my physics class I need a pendulum with a 2 kg bob on a 1.5 m rod": (
        world(s.links(1, 1.5, first=20).replace('size="0.05"', 'size="0.05" mass="2"').replace('size="0.02"', 'size="0.01"')),
        world(s.links(1, 1.5, first=20).replace('size="0.05"', 'size="0.05" mass="5"'))),
    "an 80 cm pendulum on the moon, starting at 45 degrees": (
        world(s.links(1, 0.8, first=45), gravity=-1.62), world(s.links(1, 0.8), gravity=-1.62)),
    "4-DOF robotic arm": (armed(4), armed(4, 3)),
    "newton's cradle, six balls, two of them lifted at the start": (s.cradle(6, raised=30, lifted=2), s.cradle(6, raised=30)),
    "a teeter-totter with a red cube on each end": (
        s.seesaw(loads=cube("0.9 0 0.472") + cube("-0.9 0 0.472")), s.seesaw(loads=cube("0.9 0 0.472") + cube("0.7 0 0.472"))),
    "seesaw: a 5 kg red ball on the left end and a 1 kg blue ball on the right end": (
        s.seesaw(loads=ball("-0.9 0 0.471", mass=5) + ball("0.9 0 0.471", rgb=BLUE, mass=1)),
        s.seesaw(loads=ball("0.9 0 0.471", mass=5) + ball("-0.9 0 0.471", rgb=BLUE, mass=1))),
    "2 kg block on a frictionless floor, tied to a wall by a spring of 80 N/m": (s.tied_spring(), s.spring(80, 2)),
    "a 1.5 m chain of 15 links with a red ball at its lower end": (
        s.chain(15, geom("sphere", "0.05", rgba="1 0 0 1"), gap=-0.02, height=2.5), s.chain(15, gap=-0.02, height=2.5)),
    "ten red dominoes in a row, 5 cm apart": (s.dominoes(10, step=0.05), s.dominoes(10, step=0.1)),
    "an RC car in yellow with front wheel drive": (s.car(rgb="1 0.85 0", motors=(2, 3)), s.car(motors=(2, 3))),
    "toy car, four wheels, every wheel has its own motor": (s.car(motors=(0, 1, 2, 3)), s.car()),
    "a wooden door, 2 m tall and 90 cm wide, on hinges": (
        s.door(edge=-0.45, half=0.45, rgba=s.WOOD), s.door(edge=-0.45, half=0.45, rgba="0.2 0.3 0.9 1")),
    "a swing door that opens 60 degrees to both sides": (s.door(span="-60 60"), s.door(span="0 60")),
    "a door with a motor that opens and closes it": (s.door(motor=SERVO), s.door()),
    "a row of eight dominoes standing on a table": (
        world(table(), *(box(f"{0.05 * i - 0.2} 0 0.8", "0.008 0.025 0.05") for i in range(8))),
        world(table("0 1 0"), *(box(f"{0.05 * i - 0.2} 0 0.05", "0.008 0.025 0.05") for i in range(8)))),
    "Drop a 10 kg ball onto one end of a seesaw with a small cube on the other end": (s.catapult(), s.catapult(x=2)),
    "drop a rubber ball and a steel ball from 3 m": (
        world(ball("0 0 3", density=1100), ball("0.4 0 3", rgb=GREY, density=7850)), world(ball("0 0 3"), ball("0.4 0 3", rgb=GREY))),
    "four blue cubes floating weightlessly in space": (
        world(*(cube(f"{x} 0 1", rgb=BLUE) for x in range(4)), gravity=0, floor=""), world(*(cube(f"{x} 0 1", rgb=BLUE) for x in range(4)))),
    "a pyramid of crates with five in the bottom row": (world(s.pyramid(5)), world(s.pyramid(4))),
    "build a three-level pyramid out of wooden blocks": (
        world(s.pyramid(3, square=True).replace('rgba="1 0 0 1"', f'rgba="{s.WOOD}" density="600"')), world(s.pyramid(3))),
    "three marbles released at the top of a 15 degree incline": (
        world(slab(15), *(on_slab(15, 0.9, s.ROLLED.replace("0.05", "0.012"),
                                  lift=0.0125).replace(" 0.0 ", f" {y} ") for y in (-0.2, 0, 0.2))),
        world(slab(15), on_slab(15, 0.9, s.ROLLED.replace("0.05", "0.012"), lift=0.0125))),
    "three bar stools in a row": (
        world(*(table(f"{x} 0 0", 0.7, half="0.18 0.18") for x in (0, 0.6, 1.2))), world(*(table(f"{x} 0 0", 0.7, half="0.18 0.18") for x in (0, 0.6, 2)))),
    "an office desk with a chair behind it": (world(table(), s.chair("0 0.8 0", "0 0 -90")), world(table(), s.chair("0 -0.8 0", "0 0 90"))),
    "a green cube under a bench": (
        world(table(height=0.45, half="0.6 0.2"), cube("0 0 0.08", 0.08, GREEN)), world(table(height=0.45, half="0.6 0.2"), cube("0 0.5 0.08", 0.08, GREEN))),
    "three tennis balls in a bucket": (
        world(s.bin_(), *(ball(f"{x} 0 0.054", 0.033, "0.8 0.9 0.2") for x in (-0.1, 0, 0.1))),
        world(s.bin_(), *(ball(f"{x} 0 0.054", 0.033, "0.8 0.9 0.2") for x in (-0.1, 0, 0.5)))),
    "an orange robot arm with five joints": (armed(5).replace('size="0.03"', 'size="0.03" rgba="1 0.5 0 1"'), armed(5)),
    "a 3 kg weight hangs from the ceiling on a spring": (s.spring(kg=3), s.spring(kg=1)),
    "a steel chain with 12 links hanging from a hook": (s.chain(12), s.chain(12).replace("contype", 'rgba="0.8 0.5 0.1 1" contype')),
    "a rope hanging loosely between two poles": (s.strung(), s.strung(both=False)),
    "an orange six-wheeled rover that I can drive around": (s.car(6, (0, 1, 2, 3, 4, 5), "1 0.5 0"), s.car(4, (0, 1), "1 0.5 0")),
    "A blue car, and two metres away a wall of red bricks, 4 wide and 3 high": (
        s.car(rgb=BLUE).replace("</worldbody>", s.bricks(4, 3).replace('pos="0.', 'pos="3.') + "</worldbody>"),
        s.car(rgb=BLUE)),
    "two pendulums side by side, one 50 cm and the other 1 m long": (
        world(s.links(1, 0.5, 2), s.links(1, 1.0, 2).replace('pos="0 0 2"', 'pos="0 1 2"')), world(s.links(1, 0.5, 2))),
    "On Mars: a 1 m long pendulum, and next to it a weight on a spring.": (
        s.spring().replace("-9.81", "-3.71").replace("</worldbody>", s.links(1, 1.0).replace('pos="0 0 3.0"', 'pos="0 1 2"') + "</worldbody>"), s.spring()),
    "A table with a stack of three cubes on it. Behind the table stands a chair.": (
        world(table(), *(cube(f"0 0 {0.8 + 0.1 * i}") for i in range(3)), s.chair("0 0.8 0", "0 0 -90")),
        world(table(), *(cube(f"0 1.5 {0.05 + 0.1 * i}") for i in range(3)), s.chair("0 0.8 0", "0 0 -90"))),
    "A ball rolls down a 20 degree ramp and knocks over five dominoes at the bottom.": (
        world(slab(20), on_slab(20, 0.6, s.ROLLED), *(box(f"{1.3 + 0.06 * i} 0 0.06", "0.01 0.03 0.06") for i in range(5))),
        world(slab(20), on_slab(20, 0.6, s.ROLLED), *(box(f"{1.3 + 0.06 * i} 0.6 0.06", "0.01 0.03 0.06") for i in range(5)))),
}

WOODEN = "0.6 0.4 0.2"
# Edits: scenes on which all checks of each step hold.
EDITED = {
    "three red cubes in a row": [
        world(*(cube(f"{x} 0 0.05", rgb=rgb) for x, rgb in zip((0, 0.3, 0.6), colours)))
        for colours in ((RED, RED, RED), (RED, BLUE, RED))
    ] + [world(cube("0 0 0.05"), cube("0.6 0 0.05"))],
    "six white balls in a ring": [
        world(*(ball(f"{np.cos(2 * np.pi * i / n)} {np.sin(2 * np.pi * i / n)} {r}", r, "1 1 1") for i in range(n)))
        for n, r in ((6, 0.1), (8, 0.1), (8, 0.05))
    ],
    "a stack of 3 wooden boxes": [
        world(s.stack(3, 0.1, colours=(WOODEN,)), *(ball("0 0 0.65", mass=kg) for kg in kgs)) for kgs in ((), (0.5,), (4,))
    ],
    "a cube and a ball": [
        world(cube(f"{x} 0 {half}", half), ball("0 0 0.05", rgb=BLUE)) for x, half in ((-0.4, 0.05), (0.4, 0.05), (0.4, 0.08))
    ],
}


class Predicates(unittest.TestCase):
    def test_each_case(self):
        for check, right, wrong in CASES:
            with self.subTest(check.label, scene="right"):
                self.assertIsNone(check.fault(Scene(right)))
            for number, xml in enumerate(wrong):
                with self.subTest(check.label, wrong=number):
                    self.assertIsNotNone(check.fault(Scene(xml)))

    def test_size_is_compared_with_the_scene_before(self):
        before = Scene(world(cube("0 0 0.05")))
        self.assertIsNone(c.grown("cube", 2.0).fault(Scene(world(cube("0 0 0.1", 0.1)), before)))
        self.assertIsNotNone(c.grown("cube", 2.0).fault(Scene(world(cube("0 0 0.05")), before)))
        self.assertIsNotNone(c.grown("cube", 2.0).fault(before))

    def test_every_predicate_has_a_case(self):
        tried = {check.label.split("(")[0] for check, _, _ in CASES} | {"grown"}
        self.assertEqual(set(REGISTERED), tried)


class Prompts(unittest.TestCase):
    def test_whole_prompts(self):
        known = {p.prompt: p for half in suite.HALVES.values() for p in half if not isinstance(p, Edits)}
        for prompt, (right, wrong) in WHOLE.items():
            with self.subTest(prompt, scene="right"):
                scene = Scene(right)
                faults = [(check.label, fault) for check in known[prompt].checks if (fault := check.fault(scene))]
                self.assertEqual(faults, [])
            with self.subTest(prompt, scene="wrong"):
                scene = Scene(wrong)
                self.assertTrue(any(check.fault(scene) for check in known[prompt].checks))

    def test_edits(self):
        known = {p.steps[0].prompt: p for half in suite.HALVES.values() for p in half if isinstance(p, Edits)}
        for first, scenes in EDITED.items():
            steps, before = known[first].steps, None
            self.assertEqual(len(scenes), len(steps))
            for said, xml in zip(steps, scenes):
                with self.subTest(said.prompt):
                    scene = Scene(xml, before)
                    self.assertEqual([(check.label, fault) for check in said.checks if (fault := check.fault(scene))], [])
                    # The scene before does not do for what is asked next.
                    self.assertTrue(before is None or any(check.fault(Scene(before.xml, before)) for check in said.checks))
                    before = scene
                    before.xml = xml

    def test_the_halves_are_balanced_and_apart(self):
        kinds = []
        for half in (prompts_dev.PROMPTS, prompts_test.PROMPTS, prompts_fresh.PROMPTS):
            kinds.append({kind: sum(p.kind == kind for p in half) for kind in {p.kind for p in half}})
        self.assertEqual(set(kinds[0]), set(kinds[1]))
        self.assertEqual(set(kinds[0]), set(kinds[2]))
        self.assertLessEqual(max(abs(kinds[0][k] - kinds[1][k]) for k in kinds[0]), 1)
        said = [p.steps[0].prompt if isinstance(p, Edits) else p.prompt for half in suite.HALVES.values() for p in half]
        self.assertEqual(len(said), len(set(said)))

    def test_prompts_are_one_line(self):
        for half in suite.HALVES.values():
            for p in half:
                for prompt in [s.prompt for s in p.steps] if isinstance(p, Edits) else [p.prompt]:
                    self.assertNotIn("\n", prompt)

    def test_the_bars_catch_what_they_are_for(self):
        good = suite.Verdict("dev", "objects", "a", accepted=True, passed=2, total=2)
        wrong = suite.Verdict("dev", "objects", "b", accepted=True, passed=1, total=2)
        warned = suite.Verdict("dev", "objects", "b", accepted=True, passed=1, total=2, warnings=["no b"])
        taken = suite.Verdict("dev", "refused", "c", must_refuse=True, accepted=True, total=1)
        self.assertEqual(suite.misses(suite.totals([good])), [])
        self.assertEqual(len(suite.misses(suite.totals([good] * 40 + [wrong]))), 1)
        self.assertEqual(len(suite.misses(suite.totals([good] * 40 + [warned]))), 0)
        self.assertEqual(len(suite.misses(suite.totals([good] * 4 + [warned]))), 2)
        self.assertEqual(len(suite.misses(suite.totals([good, taken]))), 1)

    def test_a_generator_is_asked_and_judged(self):
        red, blue = world(ball("0 0 0.05")), world(ball("0 0 0.05", rgb=BLUE))
        replies = {"a red ball": {"ok": True, "xml": red, "spec": {"n": 1}}, "make it blue": {"ok": True, "xml": blue, "spec": {"n": 2}},
                   "blurb": {"ok": True, "xml": red}, "a blue ball": {"ok": True, "xml": red}, "a table": {"ok": False, "error": "no"},
                   "broken": {"ok": True, "xml": "<mujoco><worldbody><geom/></worldbody></mujoco>"}}
        program = (f"#!{sys.executable}\nimport json, sys\nreplies = {replies!r}\nfor line in sys.stdin:\n"
                   "    said = json.loads(line) if line.startswith('{') else {'prompt': line.rstrip(chr(10))}\n"
                   "    known = said['prompt'] != 'make it blue' or said['spec'] == {'n': 1}\n"
                   "    print(json.dumps(replies[said['prompt']] if known else {'ok': False, 'ms': 1}), flush=True)\n")
        red_ball = step("a red ball", c.count("red ball", 1))
        prompts = [Edits((red_ball, step("make it blue", c.count("blue ball", 1)))), step("a blue ball", c.count("blue ball", 1)),
                   step("a table", c.furnished("table")), Refused("blurb"), step("broken", c.count("ball", 1))]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "generator")
            path.write_text(program)
            path.chmod(0o755)
            generator = suite.Generator(str(path))
            verdicts = [v for p in prompts for v in suite.judge_prompt(generator, "dev", p)]
            generator.close()
        self.assertEqual([v.is_right for v in verdicts], [True, True, False, False, False, False])
        figures = suite.totals(verdicts)
        self.assertEqual((figures["refused wrongly accepted"], figures["wrong without a warning"], figures["wrongly refused"]), (1, 2, 1))

    def test_refusals_have_no_checks(self):
        for half in suite.HALVES.values():
            self.assertGreaterEqual(sum(isinstance(p, Refused) for p in half), 7)


if __name__ == "__main__":
    unittest.main()
