"""The installed unit under systemd as process 1, in a namespace: started, confined, told its
credentials, reloaded, restarted by the watchdog, and ended.
"""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from lib import OUT, ROOT, needs, needs_root, run
from test_systemd import install, speaks

# What runs in there. Each answer is a file of /answers.
SCRIPT = r"""#!/bin/bash
mkdir -p /answers; cd /answers
is() { for _ in $(seq 300); do "${@:2}" >/dev/null 2>&1 && break; sleep 0.1; done; "${@:2}" >"$1" 2>&1; }
pid() { systemctl show -p MainPID --value mjcast; }
is health mjcast health
loaded() { journalctl -u mjcast -o cat | grep 'scene loaded'; }
is loaded loaded
systemctl show mjcast -p ActiveState,SubState,StatusText,User,Type >state
cat /proc/$(pid)/status >host
worker=$(cat /proc/$(pid)/task/*/children | tr ' ' '\n' | head -n 1)
cat /proc/$worker/status >worker
ls -l /run/credentials/mjcast.service >credentials
nsenter -t $(pid) -m -- sh -c 'ls -ld /var/lib/mjcast /var/cache/mjcast; touch /usr/x /etc/x; ls /root /home' >files 2>&1
pid >before-reload; systemctl reload mjcast; echo $? >reload; sleep 1; pid >after-reload
if [[ -e /has-notify ]]; then
    kill -STOP $(pid)
    restarted() { [[ $(systemctl show -p NRestarts --value mjcast) == 1 ]] && systemctl is-active mjcast; }
    is restarted restarted
    journalctl -u mjcast -o cat >journal-watchdog
fi
is health-again mjcast health
{ time -p systemctl stop mjcast; } 2>stop
systemctl show mjcast -p Result,ExecMainStatus,ActiveState >stopped
if [[ -e /has-sockets ]]; then
    systemctl start mjcast.socket
    answer() { exec 3<>/dev/tcp/127.0.0.1/8000; printf 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3; head -n 1 <&3; }
    answer >activated 2>&1
fi
journalctl -u mjcast -u mjcast.socket --no-pager >journal
echo done >done
systemctl poweroff
"""
PROBE = """[Unit]
After=mjcast.service
[Service]
Type=oneshot
ExecStart=/probe
TimeoutStartSec=150
[Install]
WantedBy=multi-user.target
"""
# The root is a file system in layers, of which the lowest is kept. cgroup v2 alone, as systemd has it.
BOOT = r"""
set -e
mount -t overlay overlay -o lowerdir="$1",upperdir="$2/upper",workdir="$2/work" "$2/root"
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec systemd-nspawn --register=no --keep-unit --quiet --private-network --console=pipe --machine=mjcast-test \
    -D "$2/root" --boot
"""


@needs("systemd-nspawn", "debootstrap", "unshare")
@needs_root
class Boot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = run(ROOT / "tests/deploy/debian.sh", "boot")
        if made.returncode != 0:
            raise unittest.SkipTest(f"no Debian to boot can be had here: {made.stderr.strip()[-200:]}")
        # Not on a tmpfs of overlays, where layers cannot be.
        OUT.mkdir(parents=True, exist_ok=True)
        folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory(dir=OUT)))
        for part in ("upper", "work", "root"):
            (folder / part).mkdir()
        upper = folder / "upper"
        upper.chmod(0o755)
        install(upper)
        cls.furnish(upper)
        booted = run(
            "timeout", "-k", "5", "180", "unshare", "-m", "sh", "-c", BOOT, "boot", made.stdout.strip(), folder,
            stdin=subprocess.DEVNULL, timeout=200,
        )
        cls.log = booted.stdout + booted.stderr
        if not (upper / "answers").exists():
            # An own journal is what is left to look at.
            raise unittest.SkipTest(f"systemd does not boot in a namespace here: {cls.log[-300:]}")
        cls.answers = {file.name: file.read_text() for file in (upper / "answers").iterdir()}
        shutil.rmtree(OUT / "boot", ignore_errors=True)
        shutil.copytree(upper / "answers", OUT / "boot")

    @staticmethod
    def furnish(upper):
        system = upper / "etc/systemd/system"
        wants = system / "multi-user.target.wants"
        wants.mkdir(parents=True)
        (wants / "mjcast.service").symlink_to("/usr/lib/systemd/system/mjcast.service")
        (wants / "probe.service").symlink_to("/etc/systemd/system/probe.service")
        (system / "probe.service").write_text(PROBE)
        (upper / "probe").write_text(SCRIPT)
        (upper / "probe").chmod(0o755)
        store = upper / "etc/credstore"
        store.mkdir(mode=0o700)
        (store / "mjcast.view_token").write_text("a-token-for-one-test-only-0123456789\n")
        drop_in = system / "mjcast.service.d"
        drop_in.mkdir()
        if speaks("NOTIFY_SOCKET"):
            (upper / "has-notify").touch()
            (drop_in / "test.conf").write_text("[Service]\nWatchdogSec=4\n")
        else:
            (drop_in / "test.conf").write_text("[Service]\nType=exec\nWatchdogSec=0\nExecReload=\nExecReload=/bin/true\n")
        if speaks("LISTEN_FDS"):
            (upper / "has-sockets").touch()

    def field(self, file, name):
        return re.search(rf"^{name}[:=]\s*(.*)$", self.answers[file], re.M)[1].strip()

    def test_it_comes_up(self):
        self.assertIn("done", self.answers, self.log[-2000:])
        self.assertEqual(self.field("state", "ActiveState"), "active")
        self.assertIn("scene loaded", self.answers["loaded"], "the worker's sandbox fits into the unit's")
        self.assertIn("status", self.answers["health"])

    def test_it_is_confined(self):
        self.assertEqual(self.field("state", "User"), "mjcast")
        for process in ("host", "worker"):
            self.assertNotEqual(self.field(process, "Uid").split()[0], "0")
            self.assertEqual(int(self.field(process, "CapEff"), 16), 0)
            self.assertEqual(int(self.field(process, "CapBnd"), 16), 0)
            self.assertEqual(self.field(process, "NoNewPrivs"), "1")
            self.assertEqual(self.field(process, "Seccomp"), "2")
        # The worker's own filters are beside those of the unit.
        filters = [int(self.field(process, "Seccomp_filters")) for process in ("host", "worker")]
        self.assertGreaterEqual(filters[1], filters[0] + 3, filters)
        self.assertNotIn("kernel lacks", self.answers["journal"])
        self.assertRegex(self.answers["files"], r"drwx------ .* /var/lib/(private/)?mjcast")
        self.assertIn("cannot touch '/usr/x': Read-only file system", self.answers["files"])
        self.assertIn("cannot touch '/etc/x': Read-only file system", self.answers["files"])

    def test_credentials_are_its_own(self):
        self.assertRegex(self.answers["credentials"], r"-r-------- 1 mjcast root .* view_token")

    def test_it_reloads_in_place(self):
        self.assertEqual(self.answers["reload"].strip(), "0")
        self.assertEqual(self.answers["before-reload"], self.answers["after-reload"])

    def test_the_watchdog_restarts_it(self):
        if "restarted" not in self.answers:
            self.skipTest("this daemon does not speak to systemd yet")
        self.assertEqual(self.field("state", "Type"), "notify")
        self.assertIn("active", self.answers["restarted"])
        self.assertIn("Watchdog timeout", self.answers["journal-watchdog"])

    def test_it_ends_when_told(self):
        self.assertEqual(self.field("stopped", "Result"), "success")
        self.assertEqual(self.field("stopped", "ExecMainStatus"), "0")
        self.assertLess(float(re.search(r"real ([\d.]+)", self.answers["stop"])[1]), 10)

    def test_a_connection_starts_it(self):
        if "activated" not in self.answers:
            self.skipTest("this daemon takes no sockets from systemd yet")
        self.assertIn("200", self.answers["activated"])


if __name__ == "__main__":
    unittest.main()
