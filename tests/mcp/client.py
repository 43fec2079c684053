"""The official Python client drives a session from its creation to a picture, over HTTP and over
standard input and output. `make test-mcp` runs it; MJCAST_BIN is the daemon.
"""

import asyncio
import base64
import json
import os
import re
import subprocess
import threading
import unittest
import urllib.request

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import Implementation

PATIENCE_S = 60
BINARY = os.environ["MJCAST_BIN"]
AGENT = Implementation(name="python", title="Python client", version="1")


class Daemon:
    def __init__(self):
        # The daemon takes variables of its name for its configuration.
        environment = {name: value for name, value in os.environ.items() if name != "MJCAST_BIN"}
        environment["MJCAST_STATE__SESSIONS"] = "false"
        command = [BINARY, "serve", "--port", "0", "--size", "64x64"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
        for line in self.process.stderr:
            if found := re.search(r"open (http://\S+)", line):
                break
        else:
            raise AssertionError("the daemon did not say where it listens")
        self.url = found[1]
        # Someone must read on, or the daemon blocks once the pipe is full.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self.process.stderr.close()


class Clients(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon()

    @classmethod
    def tearDownClass(cls):
        cls.daemon.stop()

    def ways(self):
        url = self.daemon.url
        server = StdioServerParameters(command=BINARY, args=["mcp", "--url", url])
        return {"http": lambda: url + "/mcp", "stdio": lambda: stdio_client(server)}

    async def test_from_a_scene_to_a_picture(self):
        for way, transport in self.ways().items():
            for mode in ("auto", "legacy"):
                with self.subTest(way=way, mode=mode):
                    async with asyncio.timeout(PATIENCE_S):
                        async with Client(transport(), mode=mode, client_info=AGENT) as client:
                            newer = client.protocol_version >= "2026-07-28"
                            self.assertEqual(newer, mode == "auto", client.protocol_version)
                            await self.drive(client)

    async def drive(self, client):
        async def call(tool, /, **arguments):
            result = await client.call_tool(tool, arguments)
            self.assertFalse(result.is_error, result.content)
            return result

        names = {tool.name for tool in (await client.list_tools()).tools}
        self.assertLessEqual({"session_create", "sim_step", "snapshot", "execute_command"}, names)
        made = (await call("session_create", preset="cart-pole", name="by an agent")).structured_content
        session = made["session_id"]
        await call("sim_control", session_id=session, action="reset")
        await call("sim_control", session_id=session, action="pause")
        before = (await call("sim_state_get", session_id=session)).structured_content
        await call("actuator_set", session_id=session, values=[0.5])
        after = (await call("sim_step", session_id=session, seconds=0.25)).structured_content
        self.assertGreaterEqual(after["time"], before["time"] + 0.2)

        picture = await call("snapshot", session_id=session, width=80, height=60)
        image = next(part for part in picture.content if part.type == "image")
        data = base64.b64decode(image.data)
        self.assertEqual((image.mime_type, data[:4]), ("image/png", b"\x89PNG"))
        self.assertEqual([int.from_bytes(data[at : at + 4], "big") for at in (16, 20)], [80, 60])

        text = (await client.read_resource(f"sim://{session}/log")).contents[0].text
        events = [json.loads(line) for line in text.splitlines()]
        acts = [event["act"] for event in events if event.get("agent") == "Python client" and "act" in event]
        self.assertTrue(any(act.startswith("sim_step") for act in acts), acts)

        undone = (await call("undo", session_id=session)).structured_content
        self.assertTrue(undone["act"].startswith("sim_step"), undone)
        refused = await client.call_tool("sim_step", {"session_id": "nobodys", "steps": 1})
        self.assertTrue(refused.is_error)
        await call("session_close", session_id=session)
        with urllib.request.urlopen(self.daemon.url + "/api/sessions") as response:
            ids = [one["id"] for one in json.load(response)["sessions"]]
        self.assertNotIn(session, ids)


if __name__ == "__main__":
    unittest.main()
