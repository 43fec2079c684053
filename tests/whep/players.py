"""Players that know nothing of mjcast watch the real daemon by WHEP: aiortc, and GStreamer where it
is installed; and relays that know nothing of it either are published to by WHIP: aiortc's, and Janus
where it is installed. `make test-whep` runs it; MJCAST_BIN is the daemon.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

import janus
from janus import Janus
from relay import Relay

FRAMES = 30
SIZE = (320, 240)
PATIENCE_S = 30
SDP, FRAGMENT = "application/sdp", "application/trickle-ice-sdpfrag"
GSTREAMER = "/usr/bin/python3"  # the one that Debian's bindings belong to
# Any number but 96, which `whepsrc` offers audio with.
WHEPSRC_CAPS = "application/x-rtp,media=video,encoding-name=H264,payload=102,clock-rate=90000," \
    "packetization-mode=(string)1"


class Daemon:
    def __init__(self, **settings):
        # The daemon takes variables of its name for its configuration.
        environment = {name: value for name, value in os.environ.items() if name != "MJCAST_BIN"}
        environment |= {"MJCAST_STATE__SESSIONS": "false", **settings}
        command = [os.environ["MJCAST_BIN"], "serve", "--port", "0", "--size", "{}x{}".format(*SIZE)]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        for line in self.process.stderr:
            if found := re.search(r"open (http://\S+)", line):
                break
        else:
            raise AssertionError("the daemon did not say where it listens")
        self.url = found[1]
        # Someone must read on, or the daemon blocks once the pipe is full.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        scene = json.dumps({"preset": "double-pendulum"})
        self.ask("POST", "/api/scene/load", scene, {"content-type": "application/json"})

    def ask(self, method, place, body=None, headers={}):
        data = body.encode() if body is not None else None
        asked = urllib.request.Request(self.url + place, data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE_S) as response:
                return response.status, response.headers, response.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.headers, refused.read().decode()

    def viewers(self):
        return json.loads(self.ask("GET", "/api/sessions/default/viewers")[2])["viewers"]

    def is_left(self):
        """Waits until nobody watches."""
        deadline = time.monotonic() + PATIENCE_S
        while self.viewers():
            assert time.monotonic() < deadline, self.viewers()
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)


class Player:
    """aiortc's, as far as its part in the protocol goes."""

    def __init__(self, daemon):
        self.daemon, self.frames, self.pulling = daemon, asyncio.Queue(), None
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connection.on("track", self.track)

    def track(self, track):
        async def pull():
            try:
                while True:
                    self.frames.put_nowait(await track.recv())
            except MediaStreamError:
                pass

        if track.kind == "video":
            self.pulling = asyncio.ensure_future(pull())

    async def begin(self, kinds=("video",), told=lambda sdp: sdp):
        """Offers, and takes the answer."""
        for kind in kinds:
            self.connection.addTransceiver(kind, direction="recvonly")
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = self.connection.localDescription.sdp
        headers = {"content-type": SDP}
        place = "/api/sessions/default/whep"
        status, headers, answer = await self.ask("POST", place, told(offer), headers)
        assert status == 201, answer
        self.place, self.tag = headers["location"], headers["etag"]
        answer = RTCSessionDescription(sdp=answer, type="answer")
        await self.connection.setRemoteDescription(answer)
        return offer

    async def ask(self, *request):
        return await asyncio.to_thread(self.daemon.ask, *request)

    async def play(self):
        """Decodes frames, which differ as long as the simulation moves."""
        shown = set()
        for _ in range(FRAMES):
            frame = await asyncio.wait_for(self.frames.get(), PATIENCE_S)
            assert (frame.width, frame.height) == SIZE
            shown.add(bytes(frame.planes[0]))
        assert len(shown) > FRAMES // 2, f"{len(shown)} different pictures"


class Players(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.stop()

    def with_player(self, body):
        async def whole():
            player = Player(self.daemon)
            try:
                await body(player)
            finally:
                await player.connection.close()

        asyncio.run(whole())
        self.daemon.is_left()

    def test_aiortc_plays_and_leaves(self):
        async def body(player):
            await player.begin()
            await player.play()
            [viewer] = self.daemon.viewers()
            self.assertEqual((viewer["role"], viewer["via"]), ("view", "webrtc"))
            self.assertEqual((await player.ask("DELETE", player.place))[0], 200)
            self.assertEqual((await player.ask("DELETE", player.place))[0], 404)
            self.assertEqual(self.daemon.viewers(), [])

        self.with_player(body)

    def test_aiortc_hangs_up_without_a_word(self):
        async def body(player):
            # There is no audio, which does no harm.
            await player.begin(kinds=("audio", "video"))
            await player.play()
            self.assertEqual(len(self.daemon.viewers()), 1)

        self.with_player(body)

    def test_aiortc_tells_candidates_later(self):
        def without_candidates(sdp):
            return "".join(line for line in sdp.splitlines(True) if "candidate" not in line)

        async def body(player):
            offer = await player.begin(told=without_candidates)
            wanted = ("a=mid", "a=ice-ufrag", "a=ice-pwd", "a=candidate", "m=")
            fragment = [line for line in offer.splitlines(True) if line.startswith(wanted)]
            headers = {"content-type": FRAGMENT, "if-match": player.tag}
            answer = await player.ask("PATCH", player.place, "".join(fragment), headers)
            self.assertEqual((answer[0], answer[2]), (204, ""))
            await player.play()

        self.with_player(body)

    def test_gstreamer_plays(self):
        probe = "import gi; [gi.require_version(n, '1.0') for n in ('Gst', 'GstWebRTC')]\n" \
            "from gi.repository import Gst; Gst.init(None)\n" \
            "exit(not all(map(Gst.ElementFactory.find, ('webrtcbin', 'nicesrc', 'avdec_h264'))))"
        try:
            has = subprocess.run([GSTREAMER, "-c", probe], capture_output=True).returncode == 0
        except FileNotFoundError:
            has = False
        if not has:
            self.skipTest("GStreamer's webrtcbin with its Python bindings is not installed")
        script = Path(__file__).with_name("gstreamer.py")
        url = self.daemon.url + "/api/sessions/default/whep"
        played = subprocess.run(
            [GSTREAMER, script, url, str(FRAMES)], capture_output=True, text=True, timeout=PATIENCE_S
        )
        self.assertEqual(played.returncode, 0, played.stderr)
        self.assertEqual(played.stdout.strip(), "{} frames, {}x{}".format(FRAMES, *SIZE))
        self.daemon.is_left()

    def test_whepsrc_plays(self):
        probe = ["gst-inspect-1.0", "whepsrc"]
        if not shutil.which(probe[0]) or subprocess.run(probe, capture_output=True).returncode:
            self.skipTest("not installed: whepsrc of gst-plugins-rs")
        url = self.daemon.url + "/api/sessions/default/whep"
        source = ["whepsrc", f"whep-endpoint={url}", f"video-caps={WHEPSRC_CAPS}"]
        rest = f"! rtph264depay ! h264parse ! avdec_h264 ! identity eos-after={FRAMES} ! fakesink"
        played = subprocess.run(
            ["gst-launch-1.0", *source, *rest.split()],
            capture_output=True, text=True, timeout=PATIENCE_S,
        )
        self.assertEqual(played.returncode, 0, played.stdout + played.stderr)
        self.assertIn("Got EOS", played.stdout)
        self.daemon.is_left()


class Publishing(unittest.TestCase):
    PLACE = "/api/sessions/default/whip"

    def publish_to(self, relay):
        self.relay = relay()
        self.addCleanup(self.relay.stop)
        self.daemon = Daemon(MJCAST_WEBRTC__WHIP_ALLOW=self.relay.url)
        self.addCleanup(self.daemon.stop)

    def ask(self, method, place, body=None):
        headers = {"content-type": "application/json"}
        status, headers, text = self.daemon.ask(method, place, body and json.dumps(body), headers)
        return status, headers, json.loads(text) if text else None

    def plays(self):
        sizes, pictures = self.relay.shown(FRAMES)
        self.assertEqual(sizes, {SIZE})
        self.assertGreater(len(pictures), FRAMES // 2)

    def comes_back(self, place):
        """The relay has hung up, and is published to again."""
        deadline = time.monotonic() + PATIENCE_S
        while (told := self.ask("GET", place)[2])["connections"] < 2:
            self.assertLess(time.monotonic(), deadline, told)
            time.sleep(0.05)
        self.plays()
        self.assertEqual(self.ask("GET", place)[2]["state"], "publishing")
        self.assertEqual(len(self.daemon.viewers()), 1)

    def test_a_relay_is_published_to_until_it_is_told_to_stop(self):
        self.publish_to(Relay)
        wanted = {"url": self.relay.url + "?key=secret", "bearer_token": "token"}
        status, headers, told = self.ask("POST", self.PLACE, wanted)
        self.assertEqual(status, 201, told)
        self.assertEqual(told["url"], self.relay.url)
        place = headers["location"]
        self.plays()
        [viewer] = self.daemon.viewers()
        self.assertEqual((viewer["role"], viewer["via"]), ("view", "webrtc"))
        told = self.ask("GET", place)[2]
        self.assertEqual((told["state"], told["connections"]), ("publishing", 1))
        self.assertEqual(self.ask("GET", self.PLACE)[2], {"publications": [told]})

        self.relay.hang_up()
        self.comes_back(place)

        self.assertEqual(self.ask("DELETE", place)[0], 204)
        self.assertEqual(self.daemon.viewers(), [])
        self.assertEqual(self.relay.connections, {})
        self.assertEqual(self.ask("DELETE", place)[0], 404)
        self.assertEqual({token for _, _, token in self.relay.requests}, {"Bearer token"})

    def test_a_daemon_that_ends_tells_the_relay(self):
        self.publish_to(Relay)
        self.assertEqual(self.ask("POST", self.PLACE, {"url": self.relay.url})[0], 201)
        self.plays()
        self.daemon.stop()
        self.assertEqual(self.relay.connections, {})

    def test_janus_serves_what_is_published_to_it(self):
        if absent := janus.missing():
            self.skipTest(f"not installed: {absent}")
        self.publish_to(Janus)
        wanted = {"url": self.relay.url}
        status, _, told = self.ask("POST", self.PLACE, wanted | {"bearer_token": "wrong"})
        self.assertEqual(status, 502)
        self.assertIn("Unauthorized", told["detail"])
        self.assertEqual(self.daemon.viewers(), [])
        status, headers, told = self.ask("POST", self.PLACE, wanted | {"bearer_token": janus.TOKEN})
        self.assertEqual(status, 201, told)
        place = headers["location"]
        self.plays()
        self.assertEqual(self.ask("GET", place)[2]["state"], "publishing")
        self.assertEqual(self.relay.publishers(), 1)
        # The room's word counts, although there is room for more.
        time.sleep(1)
        [viewer] = self.daemon.viewers()
        self.assertLessEqual(viewer["estimate_kbps"], janus.KBPS)

        self.relay.hang_up()
        self.comes_back(place)

        self.assertEqual(self.ask("DELETE", place)[0], 204)
        self.assertEqual((self.daemon.viewers(), self.relay.publishers()), ([], 0))


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv)
