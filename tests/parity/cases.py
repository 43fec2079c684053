"""Prints the cases of the suite as JSON: `python cases.py > cases.json`.

Where a name has "grazing", surfaces or lines shadow themselves by rounding alone: there MuJoCo's
own rasterizers disagree, and so the case has a bar of its own (see compare.py).
"""

import json

SPECIAL = {
    "shapes": [
        ("", {}), ("above", {"camera": {"azimuth": 200, "elevation": -70, "distance": 3}}),
        ("samples", {"samples": 4}), ("plain", {"render": {"SHADOW": 0, "SKYBOX": 0}}),
        ("uncut", {"render": {"CULL_FACE": 0}}), ("wire", {"render": {"WIREFRAME": 1, "SHADOW": 0}}),
        ("wire-grazing", {"render": {"WIREFRAME": 1}}),
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
    "lights3": [
        ("", {}), ("shadowless", {"render": {"SHADOW": 0}}),
        ("shown", {"vis": {"LIGHT": 1}, "camera": {"distance": 9}}),
    ],
    "lights8": [("", {})],
    "lights12": [("", {}), ("samples", {"samples": 4})],
    "dark": [("", {})],
    "cameras": [
        ("", {}), ("parallel", {"camera": "parallel"}), ("wide", {"camera": "wide"}), ("tele", {"camera": "tele"}),
        ("sensor", {"camera": "sensor"}), ("follow", {"camera": "follow", "steps": 200}), ("aimed", {"camera": 5}),
        ("free-parallel", {"camera": {"orthographic": 1, "fovy": 3, "elevation": -30}}),
        ("stereo", {"stereo": "SIDEBYSIDE", "camera": {"distance": 2}}),
        ("shown", {"vis": {"CAMERA": 1}, "camera": {"distance": 8, "azimuth": 60}}),
        ("labels", {"vis": {"CAMERA": 1}, "label": "CAMERA", "camera": {"distance": 8, "azimuth": 60}}),
        ("frames", {"frame": "CAMERA", "vis": {"CAMERA": 1}, "camera": {"distance": 8, "azimuth": 60}}),
    ],
    "soft": [
        ("", {"steps": 100}), ("vertices", {"steps": 100, "vis": {"FLEXVERT": 1, "FLEXSKIN": 0}}),
        ("faces", {"steps": 100, "vis": {"FLEXFACE": 1, "FLEXSKIN": 0, "FLEXEDGE": 0}}),
        ("labels", {"label": "FLEX"}), ("wire", {"render": {"WIREFRAME": 1, "SHADOW": 0}}),
    ],
    "skin": [("", {"steps": 50}), ("off", {"vis": {"SKIN": 0}}), ("labels", {"label": "SKIN"})],
    "mechanism": [
        ("", {}), ("moved", {"steps": 250}), ("samples", {"samples": 4}),
        ("small", {"width": 128, "height": 128, "samples": 4}),
        ("all", {"vis": {
            "JOINT": 1, "ACTUATOR": 1, "CAMERA": 1, "LIGHT": 1, "COM": 1, "CONTACTPOINT": 1, "CONTACTFORCE": 1,
            "CONSTRAINT": 1, "RANGEFINDER": 1, "AUTOCONNECT": 1}}),
    ],
    "contacts": [("", {}), ("samples", {"steps": 200, "samples": 4}), ("late", {"steps": 300})],
    "actuators": [
        ("", {}), ("moved", {"steps": 150}), ("samples", {"vis": {"ACTUATOR": 1, "JOINT": 1}, "samples": 4}),
        ("static", {"vis": {"STATIC": 0}}),
    ],
    "layers": [
        ("", {}), ("behind", {"camera": {"azimuth": 250, "elevation": -35}}), ("samples", {"samples": 4}),
        ("additive", {"render": {"ADDITIVE": 1}}), ("untextured", {"vis": {"TEXTURE": 0}}),
    ],
    "terrain": [
        ("", {}), ("under", {"camera": {"azimuth": 60, "elevation": 20}}),
        ("wire", {"render": {"WIREFRAME": 1, "SHADOW": 0}}),
        ("samples", {"samples": 4}), ("uncut", {"render": {"CULL_FACE": 0}}), ("untextured", {"vis": {"TEXTURE": 0}}),
    ],
    "halfplanes": [
        ("", {}), ("behind", {"camera": {"azimuth": 290, "elevation": -20}}),
        ("low", {"camera": {"azimuth": 80, "elevation": -5}}),
        ("samples", {"samples": 4}), ("parallel", {"camera": {"orthographic": 1, "fovy": 6, "elevation": -25}}),
        ("foggy", {"render": {"FOG": 1, "SKYBOX": 0}}), ("stereo", {"stereo": "SIDEBYSIDE", "samples": 4}),
    ],
    "solids": [
        ("", {}), ("hulls", {"vis": {"CONVEXHULL": 1}}), ("wire", {"render": {"WIREFRAME": 1, "SHADOW": 0}}),
        ("boxes", {"vis": {"MESHBVH": 1}}), ("samples", {"samples": 4}), ("uncut", {"render": {"CULL_FACE": 0}}),
        ("behind", {"camera": {"azimuth": 270, "elevation": -30}}),
    ],
    "lights1": [
        ("", {}), ("shadowless", {"render": {"SHADOW": 0}}),
        ("shown", {"vis": {"LIGHT": 1}, "camera": {"distance": 9}}), ("wide", {"width": 1280, "height": 720}),
    ],
    "sizes": [
        ("", {}), ("near", {"camera": {"azimuth": 40, "elevation": -20, "distance": 0.05}}),
        ("depth", {"render": {"DEPTH": 1}, "camera": {"azimuth": 40, "elevation": -20, "distance": 0.05}}),
        ("samples", {"samples": 4}),
        ("segments", {"render": {"SEGMENT": 1}}),
    ],
    "cloth": [
        ("", {}), ("under", {"camera": {"azimuth": 60, "elevation": -5}}),
        ("faces", {"vis": {"FLEXFACE": 1, "FLEXSKIN": 0, "FLEXEDGE": 0}}),
        ("edges", {"vis": {"FLEXSKIN": 0}}), ("all", {"steps": 60, "vis": {"FLEXVERT": 1, "FLEXFACE": 1}}),
        ("clear", {"vis": {"TRANSPARENT": 1}}), ("samples", {"samples": 4}), ("boxes", {"vis": {"MESHBVH": 1}}),
    ],
    "wide": [
        ("grazing", {}), ("grazing-low", {"camera": {"elevation": -8, "azimuth": 40}}),
        ("shadowless", {"render": {"SHADOW": 0}}),
    ],
}
# Some flags and labels show nothing but with others, or in other models than the mechanism.
FLAGS = (
    "JOINT ACTUATOR CAMERA LIGHT CONSTRAINT INERTIA INERTIA+SCLINERTIA ISLAND TRANSPARENT AUTOCONNECT "
    " COM BODYBVH"
).split()
OFF = ("TENDON", "RANGEFINDER", "STATIC")
FLAGS_OF = {
    "contacts": ("CONTACTPOINT", "CONTACTPOINT+ISLAND", "CONTACTFORCE", "CONTACTFORCE+CONTACTSPLIT", "INERTIA"),
    "actuators": ("ACTUATOR", "ACTUATOR+ACTIVATION", "JOINT", "INERTIA", "AUTOCONNECT"),
}
LABELS = "BODY JOINT GEOM SITE CAMERA LIGHT TENDON ACTUATOR CONSTRAINT".split()
LABELS_OF = {"contacts": ("CONTACTPOINT", "CONTACTFORCE", "ISLAND"), "actuators": ("ACTUATOR", "TENDON")}
# What is labelled or framed only where it is shown.
SHOWN_BY = ("JOINT", "CAMERA", "LIGHT", "ACTUATOR", "CONSTRAINT", "CONTACTPOINT", "CONTACTFORCE")
FRAMES = "BODY GEOM SITE CAMERA LIGHT CONTACT WORLD".split()


def shown(choice):
    return {"vis": {choice: 1}} if choice in SHOWN_BY else {}


def decorations():
    """Cases that show one kind of decoration each."""
    contacts = {"steps": 200}
    # Few labels: the more text, the more of a picture is compared by its font.
    near = {"camera": {"lookat": [0.2, 0.1, 0.1], "distance": 0.9, "azimuth": 100, "elevation": -35}}
    for model, flags in {"mechanism": FLAGS, **FLAGS_OF}.items():
        for both in flags:
            vis = {flag: 1 for flag in both.split("+")}
            yield model, f"flag-{both.lower()}", {"vis": vis, **(contacts if model == "contacts" else {})}
    for flag in OFF:
        yield "mechanism", f"flag-{flag.lower()}-off", {"vis": {flag: 0}}
    for model, labels in {"mechanism": LABELS, **LABELS_OF}.items():
        for label in labels:
            rest = {"label": label, **shown(label), **({**contacts, **near} if model == "contacts" else {})}
            yield model, f"label-{label.lower()}", rest
    for frame in FRAMES:
        if frame == "CONTACT":
            yield "contacts", "frame-contact", {"frame": frame, **contacts}
        else:
            yield "mechanism", f"frame-{frame.lower()}", {"frame": frame, **shown(frame)}


def cases():
    for model, variants in SPECIAL.items():
        for suffix, rest in variants:
            name = f"{model}-{suffix}" if suffix else model
            yield {"name": name, "model": f"models/{model}.xml", **rest}
    for model, suffix, rest in decorations():
        yield {"name": f"{model}-{suffix}", "model": f"models/{model}.xml", **rest}


if __name__ == "__main__":
    print("[\n" + ",\n".join("  " + json.dumps(case) for case in cases()) + "\n]")
