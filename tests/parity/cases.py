"""Prints the cases of the suite as JSON: `python cases.py > cases.json`.

Where a name has "grazing", surfaces or lines shadow themselves by rounding alone: there MuJoCo's
own rasterizers disagree, and so the case has a bar of its own (see compare.py).
"""

import json

SPECIAL = {
    "shapes": [
        ("", {}), ("above", {"camera": {"azimuth": 200, "elevation": -70, "distance": 3}}),
        ("samples", {"samples": 4}), ("plain", {"render": {"SHADOW": 0, "SKYBOX": 0}}),
        ("uncut", {"render": {"CULL_FACE": 0}}), ("wire", {"render": {"WIREFRAME": 1, "SHADOW": 0}}), ("wire-grazing", {"render": {"WIREFRAME": 1}}),
        ("depth", {"render": {"DEPTH": 1}}), ("segments", {"render": {"SEGMENT": 1}}),
        ("ids", {"render": {"SEGMENT": 1, "IDCOLOR": 1}}), ("tall", {"width": 301, "height": 517}),
        ("untextured", {"vis": {"TEXTURE": 0}}), ("moving-only", {"vis": {"STATIC": 0}}),
        ("labels", {"label": "GEOM"}), ("sites", {"label": "SITE", "frame": "SITE"}),
    ],
    "textures": [("", {}), ("samples", {"samples": 4}), ("side", {"camera": {"azimuth": 20, "elevation": -25}})],
    "surfaces": [
        ("", {}), ("hulls", {"vis": {"CONVEXHULL": 1}}), ("wire", {"render": {"WIREFRAME": 1, "SHADOW": 0}}),
        ("wire-uncut", {"render": {"WIREFRAME": 1, "SHADOW": 0, "CULL_FACE": 0}}),
        ("boxes", {"vis": {"BODYBVH": 1, "MESHBVH": 1}}), ("samples", {"samples": 4}),
    ],
    "outdoors": [
        ("", {}), ("samples", {"samples": 4}), ("low", {"camera": "low"}), ("under", {"camera": "under"}),
        ("far", {"camera": "far"}), ("fog", {"render": {"FOG": 1}}), ("no-haze", {"render": {"HAZE": 0}}),
        ("no-mirror", {"render": {"REFLECTION": 0}}), ("stereo", {"stereo": "SIDEBYSIDE"}),
        ("fog-low", {"camera": "low", "render": {"FOG": 1}}),
    ],
    "mirror": [("", {}), ("samples", {"samples": 4}), ("below", {"camera": {"elevation": 15}})],
    "glass": [
        ("", {}), ("additive", {"render": {"ADDITIVE": 1}}), ("all", {"vis": {"TRANSPARENT": 1}}),
        ("uncut", {"render": {"CULL_FACE": 0}}), ("samples", {"samples": 4}),
    ],
    "lights3": [("", {}), ("shadowless", {"render": {"SHADOW": 0}}), ("shown", {"vis": {"LIGHT": 1}})],
    "lights8": [("", {})],
    "lights12": [("", {}), ("samples", {"samples": 4})],
    "dark": [("", {})],
    "cameras": [
        ("", {}), ("parallel", {"camera": "parallel"}), ("wide", {"camera": "wide"}), ("tele", {"camera": "tele"}),
        ("sensor", {"camera": "sensor"}), ("follow", {"camera": "follow", "steps": 200}), ("aimed", {"camera": 5}),
        ("free-parallel", {"camera": {"orthographic": 1, "fovy": 3, "elevation": -30}}),
        ("stereo", {"stereo": "SIDEBYSIDE", "camera": {"distance": 2}}), ("shown", {"vis": {"CAMERA": 1}, "label": "CAMERA"}),
        ("frames", {"frame": "CAMERA"}),
    ],
    "soft": [
        ("", {"steps": 100}), ("vertices", {"steps": 100, "vis": {"FLEXVERT": 1, "FLEXSKIN": 0}}),
        ("faces", {"steps": 100, "vis": {"FLEXFACE": 1, "FLEXSKIN": 0, "FLEXEDGE": 0}}),
        ("labels", {"label": "FLEX"}), ("wire", {"render": {"WIREFRAME": 1, "SHADOW": 0}}),
    ],
    "skin": [("", {"steps": 50}), ("off", {"vis": {"SKIN": 0}}), ("labels", {"label": "SKIN"})],
    "mechanism": [
        ("", {}), ("moved", {"steps": 250}), ("samples", {"steps": 250, "samples": 4}),
        ("all", {"steps": 250, "vis": {
            "JOINT": 1, "ACTUATOR": 1, "CAMERA": 1, "LIGHT": 1, "COM": 1, "CONTACTPOINT": 1, "CONTACTFORCE": 1,
            "CONSTRAINT": 1, "RANGEFINDER": 1, "AUTOCONNECT": 1}}),
    ],
    "wide": [("grazing", {}), ("grazing-low", {"camera": {"elevation": -8, "azimuth": 40}}), ("shadowless", {"render": {"SHADOW": 0}})],
}
MECHANISM_FLAGS = (
    "JOINT ACTUATOR ACTIVATION CAMERA LIGHT CONSTRAINT INERTIA SCLINERTIA CONTACTPOINT ISLAND CONTACTFORCE CONTACTSPLIT "
    "TRANSPARENT AUTOCONNECT COM BODYBVH"
).split()
LABELS = "BODY JOINT GEOM SITE CAMERA LIGHT TENDON ACTUATOR CONSTRAINT CONTACTPOINT CONTACTFORCE ISLAND".split()
# What is labelled only where it is shown.
WITH = {
    label: {"vis": {flag: 1}}
    for label, flag in (
        ("JOINT", "JOINT"), ("CAMERA", "CAMERA"), ("LIGHT", "LIGHT"), ("ACTUATOR", "ACTUATOR"),
        ("CONSTRAINT", "CONSTRAINT"), ("CONTACTPOINT", "CONTACTPOINT"), ("CONTACTFORCE", "CONTACTFORCE"),
    )
}
FRAMES = "BODY GEOM SITE CAMERA LIGHT CONTACT WORLD".split()


def cases():
    for model, variants in SPECIAL.items():
        for suffix, rest in variants:
            name = f"{model}-{suffix}" if suffix else model
            yield {"name": name, "model": f"models/{model}.xml", **rest}
    more = [(f"flag-{f.lower()}", {"vis": {f: 1}}) for f in MECHANISM_FLAGS]
    more += [(f"flag-{f.lower()}-off", {"vis": {f: 0}}) for f in ("TENDON", "RANGEFINDER")]
    more += [(f"label-{label.lower()}", {"label": label, **WITH.get(label, {})}) for label in LABELS]
    more += [(f"frame-{frame.lower()}", {"frame": frame}) for frame in FRAMES]
    for suffix, rest in more:
        yield {"name": f"mechanism-{suffix}", "model": "models/mechanism.xml", "steps": 250, **rest}


if __name__ == "__main__":
    print("[\n" + ",\n".join("  " + json.dumps(case) for case in cases()) + "\n]")
