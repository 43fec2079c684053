"""The units: valid, hardened, and what they ask of the daemon is what it does."""

import re
import signal
import socket
import tempfile
import time
import unittest
from pathlib import Path

from lib import BINARY, PATIENCE_S, ROOT, Daemon, Process, ask, checked, clean, free_ports, knows, needs, run, until

# Tenths, as systemd-analyze takes it.
HIGHEST_EXPOSURE = 20


def install(root, prefix="/usr"):
    checked(ROOT / "scripts/install.sh", BINARY, env=clean(DESTDIR=str(root), PREFIX=prefix))


def speaks(name):
    """Whether the daemon knows a variable of systemd's protocols yet."""
    return name.encode() in Path(BINARY).read_bytes()


notifies = unittest.skipUnless(speaks("NOTIFY_SOCKET"), "this daemon does not speak to systemd yet")
takes_sockets = unittest.skipUnless(speaks("LISTEN_FDS"), "this daemon takes no sockets from systemd yet")


@needs("systemd-analyze")
class Units(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.root = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        install(cls.root)

    def test_what_is_installed_runs_by_itself(self):
        for file in [
            "usr/bin/mjcast",
            "usr/lib/systemd/system/mjcast.service",
            "usr/lib/systemd/system/mjcast.service.d/nvidia.conf",
            "usr/lib/systemd/system/mjcast.socket",
            "usr/lib/sysusers.d/mjcast.conf",
            "usr/lib/tmpfiles.d/mjcast.conf",
            "usr/share/bash-completion/completions/mjcast",
            "usr/share/zsh/site-functions/_mjcast",
            "usr/share/fish/vendor_completions.d/mjcast.fish",
            "usr/share/doc/mjcast/LICENSE-MIT",
            "usr/share/doc/mjcast/mujoco/LICENSE",
            "usr/share/mjcast/mjcast.toml",
        ]:
            self.assertGreater((self.root / file).stat().st_size, 0, file)
        binary = self.root / "usr/bin/mjcast"
        self.assertRegex(checked(binary, "--version"), r"^mjcast \d")
        mujoco = re.search(r"libmujoco\S* => (\S+)", checked("ldd", binary))[1]
        self.assertEqual(Path(mujoco).resolve().parent, self.root / "usr/lib/mjcast")

    def test_another_prefix(self):
        with tempfile.TemporaryDirectory() as root:
            install(root, "/opt/mjcast")
            unit = Path(root, "opt/mjcast/lib/systemd/system/mjcast.service").read_text()
            self.assertIn("ExecStart=/opt/mjcast/bin/mjcast serve", unit)
            self.assertEqual([file.name for file in Path(root).iterdir()], ["opt"])

    @needs("systemd-tmpfiles")
    def test_a_configuration_that_is_there_is_kept(self):
        with tempfile.TemporaryDirectory() as root:
            install(root)
            create = ["systemd-tmpfiles", f"--root={root}", "--create", Path(root, "usr/lib/tmpfiles.d/mjcast.conf")]
            file = Path(root, "etc/mjcast/mjcast.toml")
            run(*create)
            self.assertEqual(file.read_text(), (ROOT / "systemd/mjcast.toml").read_text())
            file.write_text("# mine\n")
            run(*create)
            self.assertEqual(file.read_text(), "# mine\n")

    def test_units_are_valid(self):
        folder = self.root / "usr/lib/systemd/system"
        for text in folder.glob("mjcast.*"):
            if text.is_file():
                text.write_text(text.read_text().replace("/usr/bin/mjcast", str(self.root / "usr/bin/mjcast")))
        done = run("systemd-analyze", "verify", "--man=no", folder / "mjcast.service", folder / "mjcast.socket")
        ours = [line for line in done.stderr.splitlines() if "mjcast" in line]
        self.assertEqual((done.returncode, ours), (0, []))

    def test_exposure_is_low(self):
        done = run(
            "systemd-analyze", "security", "--offline=true", f"--threshold={HIGHEST_EXPOSURE}",
            ROOT / "systemd/mjcast.service",
        )
        self.assertEqual(done.returncode, 0, done.stdout[-200:])
        print(re.search(r"Overall.*", done.stdout)[0])

    def test_the_example_of_the_configuration_makes_sense(self):
        checked(BINARY, "config", "--config", ROOT / "systemd/mjcast.toml", "check", env=clean())

    def test_the_unit_waits_longer_than_the_daemon_drains(self):
        unit = (ROOT / "systemd/mjcast.service").read_text()
        drain = int(re.search(r"drain_timeout_ms = (\d+)", checked(BINARY, "config", "print", env=clean()))[1])
        self.assertGreater(int(re.search(r"TimeoutStopSec=(\d+)", unit)[1]) * 1000, drain)


class Notify:
    """systemd's end of sd_notify(3)."""

    def __init__(self, folder):
        self.path = str(Path(folder, "notify"))
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.heard = []

    def hear(self):
        while True:
            try:
                self.heard += self.socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return self.heard

    def count(self, word):
        return self.hear().count(word)


@notifies
class Life(unittest.TestCase):
    def test_it_tells_when_it_is_ready_alive_reloading_and_ending(self):
        with tempfile.TemporaryDirectory() as folder:
            notify = Notify(folder)
            daemon = Daemon(
                "--port", "0", "--size", "160x120", NOTIFY_SOCKET=notify.path, WATCHDOG_USEC="1000000"
            )
            try:
                until(lambda: notify.count("READY=1"), "READY=1")
                until(lambda: notify.count("WATCHDOG=1") > 3, "WATCHDOG=1")
                ready = notify.count("READY=1")
                daemon.process.send_signal(signal.SIGHUP)
                until(lambda: notify.count("RELOADING=1"), "RELOADING=1")
                until(lambda: notify.count("READY=1") > ready, "READY=1 after it")
                self.assertEqual(daemon.ask("GET", "/livez")[0], 200)
                # A process that stands still says nothing: systemd would restart it.
                daemon.process.send_signal(signal.SIGSTOP)
                notify.hear()
                before = notify.count("WATCHDOG=1")
                time.sleep(1.5)
                self.assertEqual(notify.count("WATCHDOG=1"), before)
                daemon.process.send_signal(signal.SIGCONT)
            finally:
                ended = daemon.stop()
            self.assertEqual(ended, 0)
            self.assertTrue(notify.count("STOPPING=1"), notify.heard)


@takes_sockets
@needs("systemd-socket-activate")
class Sockets(unittest.TestCase):
    def test_it_serves_on_a_socket_that_it_is_given(self):
        [port] = free_ports(1)
        settings = clean()
        kept = [f"--setenv={name}" for name in ("HOME", "VK_DRIVER_FILES") if name in settings]
        command = ["systemd-socket-activate", *kept, "-l", f"127.0.0.1:{port}", BINARY, "serve", "--size", "160x120"]
        activator = Process(*command, env=settings)
        try:
            activator.says("Listening on")
            # The first connection starts it, and waits.
            status, _, answer = ask("GET", f"http://127.0.0.1:{port}/livez")
            self.assertEqual(status, 200, answer)
            activator.says(rf"open http://127\.0\.0\.1:{port}")
        finally:
            self.assertEqual(activator.stop(), 0)


@unittest.skipUnless(knows("auth.admin_token"), "this daemon has no tokens yet")
class Credentials(unittest.TestCase):
    def test_tokens_come_from_credentials(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "admin_token").write_text("a-token-for-one-test-only-0123456789\n")
            daemon = Daemon(
                "--port", "0", "--size", "160x120", CREDENTIALS_DIRECTORY=folder, MJCAST_AUTH__ANONYMOUS="none"
            )
            try:
                self.assertEqual(daemon.ask("GET", "/api/sessions")[0], 401)
                given = {"authorization": "Bearer a-token-for-one-test-only-0123456789"}
                self.assertEqual(daemon.ask("GET", "/api/sessions", headers=given)[0], 200)
                self.assertNotIn("a-token-for-one-test-only", "".join(daemon.said))
            finally:
                daemon.stop()


if __name__ == "__main__":
    unittest.main()
