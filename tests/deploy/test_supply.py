"""What a release is made of: allowed, listed, pinned, and the same bytes each time."""

import hashlib
import json
import re
import stat
import tarfile
import tempfile
import tomllib
import unittest
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from license_expression import AND, OR, get_spdx_licensing

from lib import BINARY, ROOT, checked, clean

EPOCH = "1700000000"


class Bill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = checked(ROOT / "scripts/sbom.py", env=clean(SOURCE_DATE_EPOCH=EPOCH))
        cls.bill = json.loads(cls.text)
        cls.components = {component["name"]: component for component in cls.bill["components"]}

    def test_it_is_cyclonedx(self):
        self.assertIsNone(JsonStrictValidator(SchemaVersion.V1_6).validate_str(self.text))

    def test_it_has_what_is_linked_and_no_more(self):
        for name in ("wgpu", "webrtc", "warp", "mujoco-rs", "openh264-sys2", "libmujoco", "preact"):
            self.assertIn(name, self.components)
        # Tests and the page's tools.
        for name in ("criterion", "proptest", "jsonschema", "vite", "typescript", "windows-sys"):
            self.assertNotIn(name, self.components)
        references = {component["bom-ref"] for component in self.bill["components"]}
        for dependency in self.bill["dependencies"]:
            self.assertLessEqual(set(dependency.get("dependsOn", [])), references)
        own = {"nvenc-sys", "vaapi"}
        unhashed = {name for name, component in self.components.items() if "hashes" not in component}
        self.assertEqual(unhashed, own)

    def test_licences_are_allowed(self):
        policy = tomllib.loads((ROOT / "deny.toml").read_text())["licenses"]
        excepted = {one["crate"]: set(one["allow"]) for one in policy["exceptions"]}
        licensing = get_spdx_licensing()

        def allowed(expression, among):
            if isinstance(expression, AND):
                return all(allowed(part, among) for part in expression.args)
            if isinstance(expression, OR):
                return any(allowed(part, among) for part in expression.args)
            return str(expression) in among

        for name, component in self.components.items():
            expression = licensing.parse(component["licenses"][0]["expression"], validate=True)
            among = set(policy["allow"]) | excepted.get(name, set())
            self.assertTrue(allowed(expression, among), f"{name}: {expression}")

    def test_sources_and_bans(self):
        deny = tomllib.loads((ROOT / "deny.toml").read_text())
        [registry] = deny["sources"]["allow-registry"]
        for package in tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]:
            self.assertIn(package.get("source"), (None, f"registry+{registry}"), package["name"])
            self.assertEqual("checksum" in package, "source" in package, package["name"])
            self.assertNotIn(package["name"], [one["crate"] for one in deny["bans"]["deny"]])

    def test_libmujoco_is_pinned(self):
        script = (ROOT / "scripts/mujoco.sh").read_text()
        version = re.search(r"^version=(\S+)", script, re.M)[1]
        self.assertEqual(self.components["libmujoco"]["version"], version)
        self.assertIn("--require-hashes", script)
        self.assertEqual(len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", script)), 2)


class Archive(unittest.TestCase):
    def test_two_are_the_same_bytes(self):
        made = []
        for _ in range(2):
            folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
            environment = clean(DIST_OUT=str(folder), DIST_BINARY=BINARY, SOURCE_DATE_EPOCH=EPOCH)
            checked(ROOT / "scripts/dist.sh", env=environment)
            made.append(folder)
        [archive] = made[0].glob("*.tar.gz")
        [bill] = made[0].glob("*.cdx.json")
        sums = dict(reversed(line.split("  ")) for line in (made[0] / "SHA256SUMS").read_text().splitlines())
        self.assertEqual(set(sums), {archive.name, bill.name})
        for name, digest in sums.items():
            for folder in made:
                self.assertEqual(hashlib.sha256((folder / name).read_bytes()).hexdigest(), digest)
        with tarfile.open(archive) as tar:
            names = tar.getnames()
            self.assertEqual(names, sorted(names))
            for member in tar:
                self.assertEqual((member.uid, member.gid, member.mtime), (0, 0, int(EPOCH)), member.name)
                self.assertFalse(member.mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID), member.name)
            tops = {name.split("/")[0] for name in names}
            self.assertEqual(tops, {archive.name.removesuffix(".tar.gz")})
            [top] = tops
            for file in ("usr/bin/mjcast", "usr/lib/systemd/system/mjcast.service", "usr/share/doc/mjcast/mjcast.cdx.json"):
                self.assertIn(f"{top}/{file}", names)
            self.assertNotIn(f"{top}/etc", names, "a configuration that is there would be overwritten")
            with tempfile.TemporaryDirectory() as folder:
                tar.extractall(folder)
                # By itself: what it links lies beside it.
                self.assertRegex(checked(Path(folder, top, "usr/bin/mjcast"), "--version"), r"^mjcast \d")


if __name__ == "__main__":
    unittest.main()
