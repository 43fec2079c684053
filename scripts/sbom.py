#!/usr/bin/env python3
"""Writes what a release is made of as CycloneDX 1.6: crates that are linked in, packages of the page,
and libmujoco. The same source gives the same bytes.

    scripts/sbom.py [TARGET] > mjcast.cdx.json
"""

import base64
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def crates(target):
    """The root package, what it links, and who depends on whom, by cargo's ids."""
    command = ["cargo", "metadata", "--format-version=1", "--locked", f"--filter-platform={target}"]
    told = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    packages = {package["id"]: package for package in told["packages"]}
    nodes = {node["id"]: node for node in told["resolve"]["nodes"]}
    root = told["resolve"]["root"]
    edges, waiting = {}, [root]
    while waiting:
        crate = waiting.pop()
        if crate not in edges:
            edges[crate] = sorted(
                dependency["pkg"] for dependency in nodes[crate]["deps"]
                if any(kind["kind"] in (None, "build") for kind in dependency["dep_kinds"])
            )
            waiting += edges[crate]
    return packages[root], {crate: packages[crate] for crate in edges}, edges


def crate_component(package, checksums):
    name, version = package["name"], package["version"]
    component = {"type": "library", "bom-ref": f"pkg:cargo/{name}@{version}", "name": name, "version": version,
                 "purl": f"pkg:cargo/{name}@{version}"}
    if package["license"]:
        # Older crates separate alternatives by a slash.
        component["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", package["license"])}]
    if checksum := checksums.get((name, version)):
        component["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package["repository"]:
        component["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return component


def page_components():
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    for path, package in sorted(lock["packages"].items()):
        if path and not package.get("dev") and not package.get("devOptional"):
            name = path.rsplit("node_modules/", 1)[1]
            purl = f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"
            algorithm, _, digest = package["integrity"].partition("-")
            yield {
                "type": "library", "bom-ref": purl, "name": name, "version": package["version"], "purl": purl,
                "licenses": [{"expression": package["license"]}],
                "hashes": [{"alg": {"sha512": "SHA-512"}[algorithm], "content": base64.b64decode(digest).hex()}],
            }


def mujoco_component():
    folder = Path(os.environ.get("MUJOCO_DIR") or ROOT / ".cache/mujoco") / "lib"
    [library] = folder.glob("libmujoco.so.*.*.*")
    version = library.name.removeprefix("libmujoco.so.")
    purl = f"pkg:pypi/mujoco@{version}"
    return {
        "type": "library", "bom-ref": purl, "name": "libmujoco", "version": version, "purl": purl,
        "licenses": [{"expression": "Apache-2.0"}],
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(library.read_bytes()).hexdigest()}],
    }


def bill(target):
    root, packages, edges = crates(target)
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    checksums = {(one["name"], one["version"]): one.get("checksum") for one in lock["package"]}
    reference = {id: f"pkg:cargo/{package['name']}@{package['version']}" for id, package in packages.items()}
    linked = [crate_component(package, checksums) for id, package in packages.items() if id != root["id"]]
    others = [*page_components(), mujoco_component()]
    components = sorted(linked + others, key=lambda component: component["bom-ref"])
    dependencies = [{"ref": reference[id], "dependsOn": [reference[one] for one in needed]} for id, needed in edges.items()]
    for dependency in dependencies:
        if dependency["ref"] == reference[root["id"]]:
            dependency["dependsOn"] += [component["bom-ref"] for component in others]
    dependencies += [{"ref": component["bom-ref"]} for component in others]
    told = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": crate_component(root, checksums) | {"type": "application"}},
        "components": components,
        "dependencies": sorted(dependencies, key=lambda dependency: dependency["ref"]),
    }
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        moment = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
        told["metadata"]["timestamp"] = moment.isoformat().replace("+00:00", "Z")
    told["serialNumber"] = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(told, sort_keys=True)).urn
    return told


if __name__ == "__main__":
    default = f"{os.uname().machine}-unknown-linux-gnu"
    json.dump(bill(sys.argv[1] if len(sys.argv) > 1 else default), sys.stdout, indent=1)
    print()
