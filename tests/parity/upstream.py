"""Prints cases for the models of a MuJoCo checkout: `python upstream.py MUJOCO > upstream.json`.

    git clone --depth 1 https://github.com/google-deepmind/mujoco
    python tests/parity/upstream.py mujoco > tests/out/upstream.json
    make parity PARITY_CASES=tests/out/upstream.json

Models that the installed MuJoCo does not load (a checkout may be newer) and parts of models are
left out.
"""

import json
import sys
from pathlib import Path

import mujoco


def main() -> None:
    cases = []
    for path in sorted((Path(sys.argv[1]) / "model").resolve().rglob("*.xml")):
        if "<worldbody" not in path.read_text(errors="replace"):
            continue
        try:
            model = mujoco.MjModel.from_xml_path(str(path))
        except ValueError as error:
            print(f"{path.name}: {str(error).splitlines()[0]}", file=sys.stderr)
            continue
        if model.ngeom + model.nflex + model.nskin > 0:
            cases.append({"name": f"{path.parent.name}-{path.stem}", "model": str(path), "steps": 20})
    print(json.dumps(cases, indent=1))


if __name__ == "__main__":
    main()
