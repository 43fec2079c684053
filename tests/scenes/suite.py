"""Judges `mjcast generate` by what its scenes are and do.

    python suite.py --bin PATH [--half dev|test|all|fresh|held|unseen|blind|sealed|hidden] [--json OUT] [--sheet DIR]

`all`: dev and test. `fresh`: prompts that were held out after both, `held` after all of them, `unseen` after those.
`blind` was held out until it was, too. `sealed` and `hidden` are held out: nobody who works on the grammar has looked
at them, and only figures are printed.

`PATH generate --lines` reads a prompt per line (an edit: a JSON object with `prompt` and the `spec`
before) and answers each with a line of JSON. Prints a table and ends with status 1 where a bar of
`BARS` is missed. `--json` writes all figures, `--sheet` a page of pictures for each scene that is
wrong (it needs MUJOCO_GL).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, field
from pathlib import Path

import mujoco
import numpy as np

import prompts_blind
import prompts_dev
import prompts_fresh
import prompts_held
import prompts_hidden
import prompts_more
import prompts_sealed
import prompts_test
import prompts_unseen
from prompts import Edits, Refused
from prompts import Scene as Prompt
from scene import Scene

HALVES = {
    "dev": prompts_dev.PROMPTS + prompts_more.PROMPTS,
    "test": prompts_test.PROMPTS,
    "fresh": prompts_fresh.PROMPTS,
    "held": prompts_held.PROMPTS,
    "unseen": prompts_unseen.PROMPTS,
    "blind": prompts_blind.PROMPTS,
    "sealed": prompts_sealed.PROMPTS,
    "hidden": prompts_hidden.PROMPTS,
}
# Their prompts are shown to nobody; one that is to be developed with is taken out of here first.
HELD_OUT = {"sealed", "hidden"}
BARS = {"scenes fully right": 0.85, "checks": 0.95, "refused wrongly accepted": 0, "wrong without a warning": 0}
# A generator that hangs fails the suite instead of hanging it.
REPLY_TIMEOUT_S = 30
PICTURE = (640, 480)


@dataclass
class Verdict:
    """How one prompt went."""

    half: str
    kind: str
    prompt: str
    must_refuse: bool = False
    accepted: bool = False
    passed: int = 0
    total: int = 0
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: str = ""
    ms: float = 0.0
    xml: str = ""

    @property
    def is_right(self) -> bool:
        return not self.accepted if self.must_refuse else self.accepted and self.passed == self.total

    @property
    def is_silently_wrong(self) -> bool:
        return self.accepted and not self.is_right and not self.warnings


class Generator:
    """The program under judgement, asked line by line."""

    def __init__(self, binary: str):
        self.child = subprocess.Popen([binary, "generate", "--lines"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, line: str) -> dict:
        """The reply as an object; `{}` with an error where there is none."""
        timer = threading.Timer(REPLY_TIMEOUT_S, self.child.kill)
        timer.start()
        try:
            self.child.stdin.write(line.encode() + b"\n")
            self.child.stdin.flush()
            answer = self.child.stdout.readline()
        except BrokenPipeError:
            answer = b""
        finally:
            timer.cancel()
        if not answer:
            raise SystemExit(f"the generator ended or said nothing for {REPLY_TIMEOUT_S} s at: {line[:200]}")
        reply = json.loads(answer)
        if not isinstance(reply, dict) or not isinstance(reply.get("ok"), bool):
            raise SystemExit(f"no reply with `ok`: {answer[:200]!r}")
        return reply

    def close(self):
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.wait(REPLY_TIMEOUT_S)


def main() -> int:
    options = parse()
    halves = ["dev", "test"] if options.half == "all" else [options.half]
    generator = Generator(options.bin)
    verdicts = [v for half in halves for prompt in HALVES[half] for v in judge_prompt(generator, half, prompt)]
    generator.close()
    figures = totals(verdicts)
    missed = misses(figures)
    if options.half in HELD_OUT:
        kinds(verdicts)
        conclude(figures, missed)
        return 1 if missed else 0
    table(verdicts)
    report(verdicts)
    conclude(figures, missed)
    if options.json:
        write(options.json, verdicts, figures)
    if options.sheet:
        draw(options.sheet, verdicts)
    return 1 if missed else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="the mjcast binary")
    parser.add_argument("--half", choices=[*HALVES, "all"], default="all")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--sheet", type=Path, help="a folder for pictures of scenes that are wrong")
    return parser.parse_args()


def judge_prompt(generator: Generator, half: str, prompt) -> list[Verdict]:
    match prompt:
        case Refused():
            reply = generator.ask(prompt.prompt)
            verdict = verdict_of(half, prompt, reply)
            verdict.must_refuse = True
            verdict.total, verdict.passed = 1, int(not verdict.accepted)
            if verdict.accepted:
                verdict.faults.append("must be refused")
            return [verdict]
        case Edits():
            return judge_edits(generator, half, prompt)
    return [judge(half, prompt, generator.ask(prompt.prompt), None)[0]]


def judge_edits(generator: Generator, half: str, edits: Edits) -> list[Verdict]:
    verdicts, spec, before = [], None, None
    for number, step in enumerate(edits.steps):
        line = json.dumps({"prompt": step.prompt, "spec": spec}) if number else step.prompt
        reply = {"ok": False, "error": "the step before gave no spec"}
        if number == 0 or spec is not None:
            reply = generator.ask(line)
        verdict, before = judge(half, step, reply, before)
        verdict.prompt = ("… " if number else "") + step.prompt
        verdicts.append(verdict)
        spec = reply.get("spec") if reply["ok"] else None
    return verdicts


def verdict_of(half: str, prompt, reply: dict) -> Verdict:
    return Verdict(half, prompt.kind, prompt.prompt, accepted=reply["ok"], error=str(reply.get("error") or ""),
                   warnings=list(reply.get("warnings") or []), ms=float(reply.get("ms") or 0), xml=reply.get("xml") or "")


def judge(half: str, prompt: Prompt, reply: dict, before: Scene | None) -> tuple[Verdict, Scene | None]:
    verdict = verdict_of(half, prompt, reply)
    verdict.total = len(prompt.checks)
    if not verdict.accepted:
        verdict.faults.append(f"refused: {verdict.error}")
        return verdict, None
    try:
        scene = Scene(verdict.xml, before)
    except ValueError as error:
        verdict.faults.append(f"does not compile: {error}")
        return verdict, None
    for check in prompt.checks:
        fault = check.fault(scene)
        verdict.passed += fault is None
        if fault is not None:
            verdict.faults.append(f"{check.label}: {fault}")
    scene.before = None
    return verdict, scene


def table(verdicts: list[Verdict]):
    print("| half | kind | prompt | right | checks | ms |\n|---|---|---|---|---|---|")
    for v in verdicts:
        said = json.dumps(v.prompt if len(v.prompt) <= 90 else v.prompt[:87] + "…", ensure_ascii=False)[1:-1]
        right = "yes" if v.is_right else "refused" if not v.accepted else "NO"
        print(f"| {v.half} | {v.kind} | {said} | {right} | {v.passed}/{v.total} | {v.ms:.0f} |")


def kinds(verdicts: list[Verdict]):
    """How each kind of prompt went, without a prompt."""
    print("| half | kind | right | refused | wrong |\n|---|---|---|---|---|")
    for half, kind in dict.fromkeys((v.half, v.kind) for v in verdicts):
        of = [v for v in verdicts if (v.half, v.kind) == (half, kind)]
        right, refused = sum(v.is_right for v in of), sum(not v.accepted and not v.is_right for v in of)
        print(f"| {half} | {kind} | {right} | {refused} | {len(of) - right - refused} |")


def totals(verdicts: list[Verdict]) -> dict:
    scenes = [v for v in verdicts if not v.must_refuse]
    times = [v.ms for v in verdicts] or [0.0]
    return {
        "scenes": len(scenes),
        "scenes fully right": sum(v.is_right for v in scenes) / max(len(scenes), 1),
        "checks": sum(v.passed for v in scenes) / max(sum(v.total for v in scenes), 1),
        "refused wrongly accepted": sum(v.must_refuse and v.accepted for v in verdicts),
        "wrong without a warning": sum(v.is_silently_wrong for v in scenes),
        "wrongly refused": sum(not v.accepted for v in scenes),
        "right with a warning": sum(v.is_right and bool(v.warnings) for v in scenes),
        "p50 ms": float(np.percentile(times, 50)),
        "p95 ms": float(np.percentile(times, 95)),
    }


def misses(figures: dict) -> list[str]:
    missed = []
    for name, bar in BARS.items():
        is_met = figures[name] >= bar if isinstance(bar, float) else figures[name] <= bar
        if not is_met:
            missed.append(f"{name}: {figures[name]:.3g}, bar {bar}")
    return missed


def report(verdicts: list[Verdict]):
    for title, chosen in {
        "Wrong without a warning": [v for v in verdicts if v.is_silently_wrong and not v.must_refuse],
        "Wrong, with a warning": [v for v in verdicts if v.accepted and not v.is_right and v.warnings],
        "Accepted, must be refused": [v for v in verdicts if v.must_refuse and v.accepted],
        "Wrongly refused": [v for v in verdicts if not v.must_refuse and not v.accepted],
    }.items():
        if chosen:
            print(f"\n{title}:")
        for v in chosen:
            print(f"- {json.dumps(v.prompt[:120], ensure_ascii=False)}")
            for line in v.faults + [f"warning: {w}" for w in v.warnings]:
                print(f"    {line[:300]}")


def conclude(figures: dict, missed: list[str]):
    print()
    for name, value in figures.items():
        print(f"{name}: {f'{value:.1%}' if name in ('scenes fully right', 'checks') else f'{value:.4g}'}")
    print("\n".join(["", *(f"MISSED {line}" for line in missed)]) if missed else "\nevery bar is met")


def write(path: Path, verdicts: list[Verdict], figures: dict):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(v) | {"right": v.is_right} for v in verdicts]
    path.write_text(json.dumps({"figures": figures, "prompts": rows}, indent=1, ensure_ascii=False) + "\n")


def draw(folder: Path, verdicts: list[Verdict]):
    """A picture of the start and one after 2 s of each wrong scene."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for number, v in enumerate(verdicts):
        if v.is_right or not v.xml:
            continue
        (folder / f"{number:03}.xml").write_text(v.xml)
        try:
            scene = Scene(v.xml)
        except ValueError:
            continue
        width, height = PICTURE
        model = scene.model
        model.vis.global_.offwidth, model.vis.global_.offheight = width, height
        with mujoco.Renderer(model, height, width) as renderer:
            pictures = []
            for data in (scene.start, scene.settled):
                renderer.update_scene(data, 0 if model.ncam else -1)
                pictures.append(renderer.render())
        Image.fromarray(np.hstack(pictures)).save(folder / f"{number:03}.png")


if __name__ == "__main__":
    sys.exit(main())
