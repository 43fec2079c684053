"""Writes cases over the models that MuJoCo's own repository publishes.

    python upstream.py CHECKOUT CASES.json            a checkout that is there
    python upstream.py CHECKOUT CASES.json --clone    fetched first where it is missing (git, network)

CHECKOUT is MuJoCo's repository, or its folder `model`. Its models are no part of this repository,
and the suite does not need them: `make parity PARITY_CASES=CASES.json` runs it on them. What the
installed MuJoCo cannot load (models of a newer one, plugins) is told and left out.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import mujoco

REPOSITORY = "https://github.com/google-deepmind/mujoco.git"
# Longest reason that is printed for a model that is left out.
REASON = 100


def clone(checkout: Path) -> None:
    """Fetches only the models, of the release that is installed."""
    partial = ["--depth", "1", "--filter", "blob:none", "--sparse"]
    tag = ["--branch", mujoco.__version__]
    subprocess.run(["git", "clone", *partial, *tag, REPOSITORY, str(checkout)], check=True)
    subprocess.run(["git", "-C", str(checkout), "sparse-checkout", "set", "model"], check=True)


def refusal(path: Path) -> str | None:
    """Why nothing can be drawn of a model; None where it can."""
    try:
        model = mujoco.MjModel.from_xml_path(str(path))
        data = mujoco.MjData(model)
        mujoco.mj_forward(model, data)
    except (ValueError, mujoco.FatalError) as error:
        return " ".join(str(error).split())[:REASON]
    if model.ngeom + model.nflex + model.nskin + model.nsite == 0:
        return "nothing to draw"
    return None


def case_name(path: Path) -> str:
    """`replicate/bowl.xml` as `replicate-bowl`, `mug/mug.xml` as `mug`."""
    parts = [re.sub(r"[^\w.+-]", "_", part) for part in path.with_suffix("").parts]
    if len(parts) > 1 and parts[-1] == parts[-2]:
        parts.pop()
    return "-".join(parts)


def cases(models: Path, steps: int, relative_to: Path) -> Iterator[dict]:
    """A case for each model that loads, in the order of their names."""
    for path in sorted(models.rglob("*.xml")):
        name = case_name(path.relative_to(models))
        reason = refusal(path)
        if reason is not None:
            print(f"left out: {name}: {reason}", file=sys.stderr)
            continue
        yield {"name": name, "model": os.path.relpath(path, relative_to), "steps": steps}


def main() -> int:
    parser = argparse.ArgumentParser(description="Cases over the models of MuJoCo's repository.")
    parser.add_argument("checkout", type=Path)
    parser.add_argument("cases", type=Path, metavar="CASES.json")
    parser.add_argument("--clone", action="store_true", help="fetch the checkout if it is missing")
    parser.add_argument("--steps", type=int, default=20, help="steps before drawing (20)")
    arguments = parser.parse_args()
    if arguments.clone and not arguments.checkout.exists():
        clone(arguments.checkout)
    # Otherwise MuJoCo writes its warnings about models to a file where it is run.
    mujoco.set_mju_user_warning(lambda text: print(f"warning: {text}", file=sys.stderr))
    models = arguments.checkout / "model"
    if not models.is_dir():
        models = arguments.checkout
    folder = arguments.cases.resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    found = list(cases(models.resolve(), arguments.steps, folder))
    if not found:
        print(f"no model under {models} loads", file=sys.stderr)
        return 1
    lines = ",\n".join("  " + json.dumps(case) for case in found)
    arguments.cases.write_text(f"[\n{lines}\n]\n")
    print(f"{len(found)} cases in {arguments.cases}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
