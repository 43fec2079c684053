"""coturn with deploy/'s configuration relays a stream to a viewer who has no other way, by the login
that the daemon gives. In a network of its own, whose one address is a public one.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import unittest
from pathlib import Path

from lib import PATIENCE_S, ROOT, Daemon, Process, needs, needs_root, open_to_all, run

ADDRESS = "203.0.113.1"
SECRET = "a-secret-for-one-test-only"
FRAMES = 30
NETWORK = f"""set -e
ip link set lo up
ip link add here type veth peer name there
ip addr add {ADDRESS}/24 dev here
ip link set here up; ip link set there up
exec "$@"
"""


@needs("turnserver", "unshare", "ip")
@needs_root
class Turn(unittest.TestCase):
    def test_a_stream_is_relayed(self):
        command = ["unshare", "-n", "sh", "-c", NETWORK, "turn", sys.executable, "-W", "ignore", __file__, "inside"]
        done = run(*command, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr[-3000:])
        told = json.loads(done.stdout.splitlines()[-1])
        self.assertGreater(told["different"], FRAMES // 2)
        self.assertEqual({kind for kind in told["local"]}, {"relay"})
        self.assertEqual(told["relayed"], True, "the TURN server has seen the stream")
        self.assertTrue(told["closed"], "the host that it runs on is not reached through it")
        self.assertEqual(told["stale"], "refused")
        self.assertEqual(told["forged"], "refused")


async def inside(ended):
    from aiortc import (
        RTCConfiguration, RTCIceServer, RTCIceTransportPolicy, RTCPeerConnection, RTCSessionDescription,
    )
    from aioice import turn
    from websockets.asyncio.client import connect

    folder = ended.enter_context(tempfile.TemporaryDirectory())
    server = Process(
        "turnserver", "-c", ROOT / "deploy/coturn/turnserver.conf", f"--static-auth-secret={SECRET}",
        f"--listening-ip={ADDRESS}", f"--relay-ip={ADDRESS}", f"--userdb={folder}/db", f"--pidfile={folder}/pid",
        "--verbose",
    )
    ended.callback(server.stop)
    daemon = Daemon(
        "--port", "0", "--size", "320x240", "--host", ADDRESS, **open_to_all(),
        MJCAST_WEBRTC__ICE_SERVERS=f"turn:{ADDRESS}:3478?transport=udp", MJCAST_WEBRTC__TURN_SECRET=SECRET,
        MJCAST_WEBRTC__TURN_TTL_S="600",
    )
    ended.callback(daemon.stop)
    daemon.ask("POST", "/api/scene/load", {"preset": "double-pendulum"})
    async with connect(daemon.url.replace("http", "ws") + "/ws/signaling") as signaling:
        welcome = json.loads(await asyncio.wait_for(signaling.recv(), PATIENCE_S))
    [given] = [one for one in welcome["ice_servers"] if "turn:" in str(one["urls"])]
    servers = [RTCIceServer(given["urls"], given["username"], given["credential"])]
    pc = RTCPeerConnection(RTCConfiguration(servers, iceTransportPolicy=RTCIceTransportPolicy.RELAY))
    tracks = asyncio.Queue()
    pc.on("track", tracks.put_nowait)
    pc.addTransceiver("video", direction="recvonly")
    await pc.setLocalDescription(await pc.createOffer())
    offer = pc.localDescription.sdp
    local = [line.split(" typ ")[1].split()[0] for line in offer.splitlines() if line.startswith("a=candidate")]
    status, _, answer = await asyncio.to_thread(whep, daemon, offer)
    assert status == 201, answer
    await pc.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
    track = await asyncio.wait_for(tracks.get(), PATIENCE_S)
    shown = set()
    for _ in range(FRAMES):
        shown.add(bytes((await asyncio.wait_for(track.recv(), PATIENCE_S)).planes[0]))
    await pc.close()

    async def allowed(username, password):
        endpoint = turn.create_turn_endpoint(
            asyncio.DatagramProtocol, (ADDRESS, 3478), username, password, transport="udp"
        )
        try:
            transport, _ = await asyncio.wait_for(endpoint, 5)
            transport.sendto(b"?", ("127.0.0.1", 22))
            await asyncio.sleep(0.5)
            transport.close()
            return "allowed"
        except Exception:  # of several kinds, by version
            return "refused"

    until, viewer = given["username"].split(":", 1)
    assert await allowed(given["username"], given["credential"]) == "allowed"
    stale = await allowed(*login(int(until) - 1200, viewer))
    forged = await allowed(f"{int(until) + 1}:{viewer}", given["credential"])
    relayed = any(given["username"] in line and "ALLOCATE processed, success" in line for line in server.said)
    print(json.dumps({
        "different": len(shown), "local": local, "stale": stale, "forged": forged, "relayed": relayed,
        "closed": any("Forbidden IP" in line for line in server.said),
    }))


def login(until, viewer):
    """What the daemon would give at another time."""
    import base64, hashlib, hmac

    name = f"{until}:{viewer}"
    return name, base64.b64encode(hmac.digest(SECRET.encode(), name.encode(), hashlib.sha1)).decode()


def whep(daemon, offer):
    import urllib.request

    asked = urllib.request.Request(
        daemon.url + "/api/sessions/default/whep", offer.encode(), {"content-type": "application/sdp"}, method="POST"
    )
    with urllib.request.urlopen(asked, timeout=PATIENCE_S) as response:
        return response.status, response.headers, response.read().decode()


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        with contextlib.ExitStack() as ended:
            asyncio.run(inside(ended))
    else:
        unittest.main()
