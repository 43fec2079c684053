"""Watches by WHEP with aiortc for some seconds, from its first frame on, and says how that went.

    python watch.py http://HOST:PORT/api/sessions/default/whep SECONDS

Prints JSON: frames decoded and their size, ms from the request to the first, and seconds frozen, as
browsers count them: a frame comes later than 150 ms and a mean interval after the one before.
"""

import asyncio
import json
import sys
import time
import urllib.request

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

PATIENCE_S = 20
FREEZE_S = 0.15


def post(url, offer):
    asked = urllib.request.Request(url, offer.encode(), {"content-type": "application/sdp"})
    with urllib.request.urlopen(asked, timeout=PATIENCE_S) as response:
        return response.read().decode()


async def watch(url, seconds):
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    tracks = asyncio.Queue()
    connection.on("track", tracks.put_nowait)
    connection.addTransceiver("video", direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    began = time.monotonic()
    answer = await asyncio.to_thread(post, url, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
    track = await asyncio.wait_for(tracks.get(), PATIENCE_S)
    times, end = [], None
    while end is None or time.monotonic() < end:
        frame = await asyncio.wait_for(track.recv(), PATIENCE_S)
        times.append(time.monotonic())
        end = end or times[0] + seconds
    await connection.close()
    gaps = [after - before for before, after in zip(times, times[1:])]
    mean = sum(gaps) / len(gaps)
    return {
        "frames": len(times),
        "size": [frame.width, frame.height],
        "first_ms": round(1e3 * (times[0] - began)),
        "fps": round(len(gaps) / sum(gaps), 1),
        "frozen_s": round(sum(gap - mean for gap in gaps if gap > mean + FREEZE_S), 2),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(watch(sys.argv[1], float(sys.argv[2])))))
