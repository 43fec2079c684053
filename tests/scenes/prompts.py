"""What a prompt of the suite is, and the words that both halves are written with."""

from __future__ import annotations

from dataclasses import dataclass, field

from checks import Check, fits, gravity, sound

EARTH, MOON, MARS, JUPITER = 9.81, 1.62, 3.71, 24.79


@dataclass(frozen=True)
class Scene:
    """A prompt for a scene, with what must hold of it."""

    kind: str
    prompt: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Edits:
    """Prompts said one after another about the same scene, each with what must then hold."""

    steps: tuple[Scene, ...]
    kind: str = field(default="edits")


@dataclass(frozen=True)
class Refused:
    """A prompt that no scene answers rightly."""

    prompt: str
    kind: str = field(default="refused")


def scene(kind: str, prompt: str, *checks: Check, pull: float = EARTH, floor: bool = True, whole: bool = True) -> Scene:
    """A scene that is sound under some gravity; `whole`: nothing overlaps at the start."""
    common = [sound(floor=floor), gravity(pull)]
    if whole:
        common.append(fits())
    return Scene(kind, prompt, (*checks, *common))


def step(prompt: str, *checks: Check, **options) -> Scene:
    return scene("edits", prompt, *checks, **options)
