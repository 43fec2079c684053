"""What `kubectl kustomize` makes of an overlay, for the part of kustomize that deploy/kubernetes uses:
resources, components, patches by strategic merge, a namespace and images.
"""

import copy
from pathlib import Path

import yaml

# By which field lists are merged (the patchMergeKey of Kubernetes' API types); other lists are replaced.
KEYS = {
    "containers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "initContainers": "name",
}
KNOWN = {"apiVersion", "kind", "namespace", "resources", "components", "patches", "images"}


def render(folder, found=None):
    """The documents of a kustomization, on top of those `found` so far."""
    folder = Path(folder)
    said = yaml.safe_load((folder / "kustomization.yaml").read_text())
    unknown = set(said) - KNOWN
    assert not unknown, f"{folder}: this renderer knows no {unknown}"
    found = [] if found is None else found
    for path in said.get("resources", []):
        path = folder / path
        if path.is_dir():
            found += render(path)
        else:
            found += [document for document in yaml.safe_load_all(path.read_text()) if document]
    for path in said.get("components", []):
        found = render(folder / path, found)
    for patch in said.get("patches", []):
        [patch] = yaml.safe_load_all((folder / patch["path"]).read_text())
        [target] = [one for one in found if same(one, patch)]
        found[found.index(target)] = merged(target, patch)
    for image in said.get("images", []):
        for one in found:
            for container in containers(one):
                if container["image"] == image["name"]:
                    container["image"] = f"{image['newName']}:{image['newTag']}"
    if "namespace" in said:
        for one in found:
            assert one["kind"] == "Namespace" or one["metadata"]["namespace"] == said["namespace"], one["metadata"]
    names = [(one["kind"], one["metadata"]["name"]) for one in found]
    assert len(names) == len(set(names)), f"twice: {names}"
    return found


def same(one, other):
    return all(one[k] == other[k] for k in ("apiVersion", "kind")) and all(
        one["metadata"].get(k) == other["metadata"].get(k) for k in ("name", "namespace")
    )


def merged(one, patch, field=None):
    if isinstance(one, dict) and isinstance(patch, dict):
        result = copy.deepcopy(one)
        for key, value in patch.items():
            result[key] = merged(one[key], value, key) if key in one else value
        return result
    if isinstance(one, list) and field in KEYS:
        key = KEYS[field]
        result = copy.deepcopy(one)
        for item in patch:
            old = next((at for at, have in enumerate(result) if have[key] == item[key]), None)
            if old is None:
                result.append(item)
            else:
                result[old] = merged(result[old], item)
        return result
    return patch


def pod(document):
    return document.get("spec", {}).get("template", {}).get("spec", {})


def containers(document):
    return pod(document).get("containers", [])
