"""What the tests of deploy/ and systemd/ share. MJCAST_BIN is the daemon."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "tests/out/deploy"
CACHE = ROOT / ".cache/deploy"
PATIENCE_S = 30
BINARY = os.environ.get("MJCAST_BIN", str(ROOT / "target/release/mjcast"))

# Debian keeps daemons where users' paths do not lead.
os.environ["PATH"] += ":/usr/sbin:/sbin"


def needs(*commands):
    """Skips a test, in words, where a command is missing."""
    lacking = [command for command in commands if not shutil.which(command)]
    why = f"{', '.join(lacking)} missing: scripts/system-deps.sh --deploy installs it"
    return unittest.skipIf(lacking, why)


needs_root = unittest.skipIf(os.geteuid() != 0, "needs root: namespaces and mounts")


def run(*command, **options):
    options = {"capture_output": True, "text": True, "timeout": 600} | options
    return subprocess.run([str(part) for part in command], **options)


def checked(*command, **options):
    done = run(*command, **options)
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def knows(key):
    """Whether this daemon has a setting yet, `section.key`."""
    section, key = key.split(".")
    shown = checked(BINARY, "config", "print", env=clean())
    part = re.search(rf"^\[{section}\]$(.*?)(?=^\[|\Z)", shown, re.M | re.S)
    return bool(part and re.search(rf"^(# )?{key} =", part[1], re.M))


# Who asks from elsewhere may do everything: tests of what else is there need no tokens.
def open_to_all():
    settings = {"MJCAST_SERVER__ALLOW_UNAUTHENTICATED": "true"}
    return settings | ({"MJCAST_AUTH__ANONYMOUS": "admin"} if knows("auth.anonymous") else {})


def clean(**settings):
    """The environment without what this process was told for itself."""
    ours = re.compile(r"MJCAST_|NOTIFY_SOCKET|LISTEN_|WATCHDOG_|CREDENTIALS_DIRECTORY|STATE_DIRECTORY")
    kept = {name: value for name, value in os.environ.items() if not ours.match(name)}
    return kept | settings


def free_ports(count, kind=socket.SOCK_STREAM):
    held = [socket.socket(socket.AF_INET, kind) for _ in range(count)]
    for each in held:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def until(condition, what, patience=PATIENCE_S):
    deadline = time.monotonic() + patience
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {patience} s: {what}"
        time.sleep(0.05)
    return found


def ask(method, url, body=None, headers={}):
    data = json.dumps(body).encode() if body is not None else None
    headers = ({"content-type": "application/json"} if data else {}) | headers
    asked = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, refused.read().decode()


class Process:
    """A process of the test's, with what it says on standard error."""

    def __init__(self, *command, env=None, **options):
        self.said = []
        command = [str(part) for part in command]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env or clean(), **options
        )
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            self.said.append(line)

    def says(self, pattern, patience=PATIENCE_S):
        def heard():
            assert self.process.poll() is None or self.find(pattern), "it ended:\n" + "".join(self.said)
            return self.find(pattern)

        return until(heard, f"{pattern} in\n{''.join(self.said)}", patience)

    def find(self, pattern):
        return next((found for line in list(self.said) if (found := re.search(pattern, line))), None)

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process.stdout.close()


class Daemon(Process):
    def __init__(self, *flags, **settings):
        # Nothing of the user's, nor of another daemon's.
        self.state = tempfile.TemporaryDirectory()
        settings = {"STATE_DIRECTORY": self.state.name} | settings
        super().__init__(BINARY, "serve", *flags, env=clean(**settings))
        try:
            self.url = self.says(r"ready: open (https?://[^\s?#]+?)/?[\s?#]")[1]
        except BaseException:
            self.process.kill()
            raise

    def ask(self, method, place, body=None, headers={}):
        return ask(method, self.url + place, body, headers)
