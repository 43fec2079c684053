"""Janus as a relay: its VideoRoom is published to by way of simple-whip-server, and watched from with
aiortc. Debian has both: `apt install janus simple-whip-server`. JANUS_ROOT is where they are
unpacked (`dpkg -x`, with what they depend on) where they are not installed.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

ROOT = Path(os.environ.get("JANUS_ROOT", "/"))
GATEWAY = ROOT / "usr/bin/janus"
FRONT = ROOT / "usr/share/simple-whip-server/src"
PARTS = ("plugins/libjanus_videoroom.so", "transports/libjanus_http.so",
         "transports/libjanus_websockets.so")
# Where Debian has the packages of Node.
MODULES = (*ROOT.glob("usr/lib/*/nodejs"), ROOT / "usr/share/nodejs", ROOT / "usr/lib/nodejs")
ROOM, SECRET, TOKEN = 1234, "secret", "token"
# What the room wants at most.
KBPS = 2000
PATIENCE_S = 30


def missing():
    """What is not installed, in words."""
    found = {
        "janus": GATEWAY.exists(),
        "simple-whip-server": FRONT.exists(),
        "node": shutil.which("node"),
    }
    return ", ".join(name for name, has in found.items() if not has)


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def request(url, body=None):
    data = body and json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {"content-type": "application/json"})
    with urllib.request.urlopen(asked, timeout=PATIENCE_S) as response:
        return response.read().decode()


class Janus:
    """Both processes; `url` is where to publish, with `TOKEN`."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.place = Path(self.folder.name)
        self.processes, self.count = [], 0
        try:
            self.begin()
        except BaseException:
            self.stop()
            raise

    def begin(self):
        self.http, websocket, front = free_ports(3)
        [libraries] = ROOT.glob("usr/lib/*/janus")
        for part in PARTS:
            (self.place / part).parent.mkdir(exist_ok=True)
            (self.place / part).symlink_to(libraries / part)
        settings = {
            "janus": f"""general: {{
                configs_folder = "{self.place}", plugins_folder = "{self.place}/plugins",
                transports_folder = "{self.place}/transports",
                events_folder = "{self.place}", loggers_folder = "{self.place}"
            }}""",
            "janus.transport.http": f"""general: {{
                http = true, port = {self.http}, ip = "127.0.0.1", https = false
            }}""",
            "janus.transport.websockets": f"""general: {{
                ws = true, ws_port = {websocket}, ws_ip = "127.0.0.1", wss = false
            }}""",
            "janus.plugin.videoroom": f"""room-{ROOM}: {{
                publishers = 2, bitrate = {1000 * KBPS}, videocodec = "h264", secret = "{SECRET}"
            }}""",
        }
        for name, text in settings.items():
            (self.place / f"{name}.jcfg").write_text(text)
        # It reads its configuration from beside itself.
        for name in ("server.js", "whip-janus.js"):
            shutil.copy(FRONT / name, self.place)
        (self.place / "config.js").write_text(
            f"module.exports = {{janus: {{address: 'ws://127.0.0.1:{websocket}'}}, "
            f"port: {front}, rest: '/whip', iceServers: []}};"
        )
        self.start(GATEWAY, "-o", "-F", self.place, "-C", self.place / "janus.jcfg")
        self.until(lambda: self.ask("/info"))
        self.start("node", "server.js")
        base = f"http://127.0.0.1:{front}/whip"
        self.until(lambda: request(f"{base}/healthcheck"))
        request(f"{base}/create", {"id": "robot", "room": ROOM, "token": TOKEN})
        self.url = f"{base}/endpoint/robot"

    def start(self, *command):
        environment = os.environ | {"NODE_PATH": ":".join(map(str, MODULES))}
        if ROOT != Path("/"):
            environment["LD_LIBRARY_PATH"] = ":".join(map(str, ROOT.glob("usr/lib/*-linux-gnu")))
        process = subprocess.Popen(
            command, cwd=self.place, env=environment,
            stdout=(self.place / "log").open("a"), stderr=subprocess.STDOUT,
        )
        self.processes.append(process)

    def until(self, attempt):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return attempt()
            except OSError as error:
                log = (self.place / "log").read_text()
                assert time.monotonic() < deadline, f"{error}\n{log}"
                time.sleep(0.05)

    def ask(self, below, body=None):
        return json.loads(request(f"http://127.0.0.1:{self.http}/janus{below}", body))

    def say(self, below, **message):
        self.count += 1
        return self.ask(below, message | {"transaction": str(self.count)})

    def handle(self):
        """A session of Janus' own protocol, and its way to the rooms."""
        session = f"/{self.say('', janus='create')['data']['id']}"
        plugin = "janus.plugin.videoroom"
        return session, f"{session}/{self.say(session, janus='attach', plugin=plugin)['data']['id']}"

    def of_room(self, handle, **body):
        body |= {"room": ROOM, "secret": SECRET}
        return self.say(handle, janus="message", body=body)["plugindata"]["data"]

    def ids(self, handle):
        listed = self.of_room(handle, request="listparticipants")
        return [one["id"] for one in listed["participants"] if one["publisher"]]

    def publishers(self):
        """How many publish."""
        return len(self.ids(self.handle()[1]))

    def hang_up(self):
        """Sends the publisher away."""
        _, handle = self.handle()
        [publisher] = self.ids(handle)
        self.of_room(handle, request="kick", id=publisher)

    def shown(self, frames):
        """Sizes and different pictures of so many frames, as a subscriber of the room has them."""
        return asyncio.run(self.watch(frames))

    async def watch(self, frames):
        session, handle = self.handle()
        deadline = time.monotonic() + PATIENCE_S
        while not (publishers := self.ids(handle)):
            assert time.monotonic() < deadline, "nobody publishes"
            await asyncio.sleep(0.05)
        join = {"request": "join", "ptype": "subscriber", "room": ROOM}
        join["streams"] = [{"feed": publishers[0]}]
        self.say(handle, janus="message", body=join)
        while "jsep" not in (event := self.ask(f"{session}?maxev=1")):
            assert "error_code" not in str(event), event
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        tracks = asyncio.Queue()
        connection.on("track", tracks.put_nowait)
        try:
            await connection.setRemoteDescription(RTCSessionDescription(**event["jsep"]))
            await connection.setLocalDescription(await connection.createAnswer())
            answer = {"type": "answer", "sdp": connection.localDescription.sdp}
            self.say(handle, janus="message", body={"request": "start"}, jsep=answer)
            track = await asyncio.wait_for(tracks.get(), PATIENCE_S)
            sizes, pictures = set(), set()
            for _ in range(frames):
                frame = await asyncio.wait_for(track.recv(), PATIENCE_S)
                sizes.add((frame.width, frame.height))
                pictures.add(bytes(frame.planes[0]))
            return sizes, pictures
        finally:
            await connection.close()
            self.say(session, janus="destroy")

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait(PATIENCE_S)
        self.folder.cleanup()
