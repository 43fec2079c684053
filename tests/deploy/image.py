"""The image of deploy/Dockerfile, built and run without a registry: its base is a Debian of the
archive under the name that the Dockerfile has, and what is compiled is what `make build` made.
`make test-image` runs it, which takes minutes and needs root.
"""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

from lib import BINARY, CACHE, ROOT, checked, clean, needs, needs_root, open_to_all, run

BASE = "docker.io/library/debian:bookworm-slim"
MOST_BYTES = 700 << 20
BUILD = r"""
set -e
trap 'for c in $($BUILDAH containers -q); do $BUILDAH rm $c >/dev/null; done' EXIT
base=$($BUILDAH from scratch)
tar -C "$DEBIAN" -cf "$WORK/debian.tar" .
$BUILDAH add -q "$base" "$WORK/debian.tar" /
rm "$WORK/debian.tar"
$BUILDAH commit -q "$base" "$BASE" >/dev/null
$BUILDAH bud --pull-never --format docker --build-arg SOURCE=prebuilt -f deploy/Dockerfile -t mjcast . >&2
$BUILDAH inspect --type image mjcast
made=$($BUILDAH from --pull-never mjcast)
tree=$($BUILDAH mount "$made")
du -sb "$tree" >&2
cp -a "$tree" "$WORK/tree"
"""
# As a runtime has it: an own network and processes, a root that is only read, nobody's rights.
RUN = r"""
set -e
ip link set lo up
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
mount -t proc proc "$1/proc"
mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
for kept in lib cache; do mount -t tmpfs -o uid=65532,gid=65532,mode=700 tmpfs "$1/var/$kept/mjcast"; done
mount --bind /dev "$1/dev"
exec chroot --userspec=65532:65532 "$1" env -i $2 PATH=/usr/bin:/bin setpriv --no-new-privs sh -c '
    mjcast doctor --json
    echo ====
    mjcast serve >/tmp/log 2>&1 &
    daemon=$!
    for _ in $(seq 200); do mjcast health >/tmp/health 2>&1 && grep -q "scene loaded" /tmp/log && break; sleep 0.1; done
    cat /tmp/health
    echo ====
    id -u; grep CapEff /proc/$daemon/status
    touch /etc/x 2>&1 || true
    kill $daemon; wait $daemon; echo "ended $?"
    cat /tmp/log
'
"""


@needs("buildah", "debootstrap", "unshare")
@needs_root
class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = run(ROOT / "tests/deploy/debian.sh", "debian")
        if made.returncode != 0:
            raise unittest.SkipTest(f"no Debian can be had here: {made.stderr.strip()[-200:]}")
        cls.work = Path(cls.enterClassContext(tempfile.TemporaryDirectory(dir=CACHE)))
        shutil.rmtree(ROOT / "dist/tree", ignore_errors=True)
        checked(ROOT / "scripts/install.sh", BINARY, env=clean(DESTDIR=str(ROOT / "dist/tree"), PREFIX="/usr"))
        for name in ("storage", "run", "tmp"):
            (cls.work / name).mkdir()
        environment = clean(
            BASE=BASE, DEBIAN=made.stdout.strip(), WORK=str(cls.work), STORAGE_DRIVER="vfs", BUILDAH_ISOLATION="chroot",
            BUILDAH=f"buildah --root {cls.work}/storage --runroot {cls.work}/run",
            XDG_RUNTIME_DIR=f"{cls.work}/run", TMPDIR=f"{cls.work}/tmp",
        )
        built = run("unshare", "-m", "sh", "-c", BUILD, env=environment, cwd=ROOT, timeout=1200)
        assert built.returncode == 0, built.stderr[-3000:]
        cls.config = json.loads(built.stdout)["Docker"]["config"]
        cls.bytes = int(built.stderr.strip().splitlines()[-1].split()[0])

    def test_how_it_says_to_be_run(self):
        self.assertEqual(self.config["User"], "65532:65532")
        self.assertEqual(self.config["Healthcheck"]["Test"], ["CMD", "mjcast", "health"])
        self.assertIn("NVIDIA_DRIVER_CAPABILITIES=graphics,video,compute,utility", self.config["Env"])
        self.assertEqual(set(self.config["ExposedPorts"]), {"8000/tcp", "8000/udp"})
        self.assertLess(self.bytes, MOST_BYTES)
        print(f"the image has {self.bytes >> 20} MiB")

    def test_drivers_of_nvidia_are_named(self):
        for file in ("etc/vulkan/icd.d/nvidia_icd.json", "usr/share/glvnd/egl_vendor.d/10_nvidia.json"):
            library = json.loads((self.work / "tree" / file).read_text())["ICD"]["library_path"]
            self.assertRegex(library, r"^lib(GLX|EGL)_nvidia\.so\.0$")

    def test_it_runs_as_nobody_on_a_root_that_is_only_read(self):
        settings = [name for name in self.config["Env"] if not name.startswith("PATH=")]
        settings += [f"{name}={value}" for name, value in open_to_all().items()]
        done = run("unshare", "-mnpf", "sh", "-c", RUN, "run", self.work / "tree", " ".join(settings), timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        doctor, health, rest = done.stdout.split("====\n")
        self.assertNotIn('"fail"', doctor)
        self.assertTrue(json.loads(health))
        self.assertIn("scene loaded", rest)
        self.assertRegex(rest, r"^65532\nCapEff:\s+0+\n")
        self.assertIn("Read-only file system", rest)
        self.assertIn("ended 0", rest)


if __name__ == "__main__":
    unittest.main()
