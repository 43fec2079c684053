"""A relay that takes what is published by WHIP, as far as RFC 9725 has it: aiortc's connection behind
Python's own HTTP server.
"""

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

PATIENCE_S = 30


class Relay:
    """Frames of each publisher arrive in `frames`; `requests` has what was asked."""

    def __init__(self):
        relay, self.requests, self.connections = self, [], {}
        self.loop, self.frames = asyncio.new_event_loop(), None

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                offer = self.rfile.read(int(self.headers["content-length"])).decode()
                relay.requests.append((self.command, self.path, self.headers["authorization"]))
                place, answer = relay.run(relay.take(offer))
                self.reply(201, answer, {"content-type": "application/sdp", "location": place})

            def do_DELETE(self):
                relay.requests.append((self.command, self.path, self.headers["authorization"]))
                relay.run(relay.drop(self.path))
                self.reply(200, "", {})

            def reply(self, status, body, headers):
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/robot/whip"
        for target in (self.server.serve_forever, self.loop.run_forever):
            threading.Thread(target=target, daemon=True).start()

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    async def take(self, offer):
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.frames = asyncio.Queue()

        async def pull(track, frames):
            try:
                while True:
                    frames.put_nowait(await track.recv())
            except MediaStreamError:
                pass

        @connection.on("track")
        def began(track):
            self.pulling = asyncio.ensure_future(pull(track, self.frames))

        await connection.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        place = f"/sessions/{len(self.connections) + 1}"
        self.connections[place] = connection
        return place, connection.localDescription.sdp

    async def drop(self, place):
        if connection := self.connections.pop(place, None):
            await connection.close()

    def hang_up(self):
        """Ends the connection that there is, as a relay that is started anew."""
        [place] = self.connections
        self.run(self.connections[place].close())
        self.connections.clear()

    def shown(self, frames):
        """Sizes and different pictures of so many frames."""

        async def all_of_them():
            sizes, pictures = set(), set()
            for _ in range(frames):
                frame = await asyncio.wait_for(self.frames.get(), PATIENCE_S)
                sizes.add((frame.width, frame.height))
                pictures.add(bytes(frame.planes[0]))
            return sizes, pictures

        return self.run(all_of_them())

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.loop.call_soon_threadsafe(self.loop.stop)
