"""Three daemons behind nginx: every request reaches the owner of its session."""

import collections
import json
import os
import random
import re
import tempfile
import unittest
from pathlib import Path

from websockets.sync.client import connect

from lib import PATIENCE_S, ROOT, Daemon, Process, ask, checked, clean, free_ports, knows, needs, open_to_all, run, until

REQUESTS = 1000
SESSIONS = 12


def configure(folder, ports, door):
    """nginx's files with these daemons in place of the example's."""
    for file in (ROOT / "deploy/nginx").iterdir():
        text = file.read_text()
        for node, port in enumerate(ports):
            text = text.replace(f"10.0.0.1{node}:8000", f"127.0.0.1:{port}")
        for node in range(len(ports), 3):
            text = re.sub(rf"upstream mjcast_node_{node} {{.*?^}}\n", "", text, flags=re.M | re.S)
            text = re.sub(rf".*(10\.0\.0\.1{node}|mjcast_node_{node}).*\n", "", text)
        text = text.replace("/etc/nginx/tls", str(folder))
        text = re.sub(r"listen 80;", f"listen 127.0.0.1:{door};", text)
        text = re.sub(r"listen 443 ssl", f"listen 127.0.0.1:{door + 1} ssl", text)
        (folder / "conf.d").mkdir(exist_ok=True)
        (folder / "conf.d" / file.name).write_text(text)
    (folder / "nginx.conf").write_text(
        f"""
daemon off; worker_processes 2; pid {folder}/pid; error_log {folder}/errors warn;
{"user root;" if os.geteuid() == 0 else ""}
events {{ worker_connections 512; }}
http {{
    log_format routes '$status $request_method $request_uri $http_mcp_param_session -> $upstream_addr';
    access_log {folder}/routes routes;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include conf.d/*.conf;
}}
"""
    )
    return folder / "nginx.conf"


@needs("nginx")
class Proxy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        *cls.ports, cls.door = free_ports(4)
        cls.nodes = []
        cls.addClassCleanup(lambda: [node.stop() for node in cls.nodes])
        for node in range(3):
            cls.nodes.append(cls.start(node))
        cls.file = configure(cls.folder, cls.ports, cls.door)
        cls.nginx = Process("nginx", "-p", cls.folder, "-c", cls.file, "-e", cls.folder / "errors")
        cls.addClassCleanup(cls.nginx.stop)
        cls.url = f"http://127.0.0.1:{cls.door}"
        until(lambda: (cls.folder / "pid").exists() or cls.nginx.process.poll(), "nginx starts")
        assert cls.nginx.process.poll() is None, cls.nginx.said

    @classmethod
    def start(cls, node):
        flags = ["--port", cls.ports[node], "--size", "160x120"]
        return Daemon(*flags, MJCAST_SERVER__NODE=f"mjcast-{node}", **open_to_all())

    def routes(self):
        """The daemons that requests went to since the last call."""
        file = self.folder / "routes"
        lines = file.read_text().splitlines()
        self.read, lines = len(lines), lines[getattr(self, "read", 0) :]
        return lines

    def gone(self, what, count):
        """Those of requests with `what`, when there are `count`: the log may be behind."""
        lines = []
        until(lambda: lines.extend(line for line in self.routes() if what in line) or len(lines) >= count, "logs")
        return lines

    def make(self):
        status, _, answer = ask("POST", f"{self.url}/api/sessions", {})
        self.assertEqual(status, 201, answer)
        answer = json.loads(answer)
        session = answer.get("id") or answer["session"]["id"]
        self.addCleanup(ask, "DELETE", f"{self.url}/api/sessions/{session}")
        return session

    def node(self, session):
        return int(re.fullmatch(r"mjcast-(\d)-[\w-]{22}", session)[1])

    def test_requests_and_sockets_reach_the_owner(self):
        sessions = [self.make() for _ in range(SESSIONS)]
        spread = collections.Counter(map(self.node, sessions))
        self.assertEqual(len(spread), 3, f"new sessions are spread: {spread}")
        self.routes()
        chance = random.Random(7)
        for count in range(REQUESTS):
            session = chance.choice([*sessions, "default"])
            place, headers = [
                (f"/api/sessions/{session}", {}),
                (f"/api/sessions/{session}/viewers", {}),
                (f"/api/stats?session={session}", {}),
                (f"/api/config?session={session}", {"Mcp-Param-Session": session}),
            ][count % 4]
            status, _, answer = ask("GET", self.url + place, headers=headers)
            self.assertEqual(status, 200, f"{place}: {answer}")
        for session in sessions:
            socket = f"ws://127.0.0.1:{self.door}/ws/signaling?session={session}"
            with connect(socket, open_timeout=PATIENCE_S) as signaling:
                self.assertIn("type", json.loads(signaling.recv(PATIENCE_S)))
        expected = REQUESTS + SESSIONS
        misrouted = []
        for line in self.gone(" GET ", expected):
            found = re.search(r"mjcast-(\d)-[\w-]{22}", line)
            port = self.ports[int(found[1]) if found else 0]
            if not line.endswith(f"-> 127.0.0.1:{port}"):
                misrouted.append(line)
        self.assertEqual(misrouted, [])
        for session in sessions:
            ask("DELETE", f"{self.url}/api/sessions/{session}")

    def test_agents_reach_the_owner(self):
        session = self.make()
        self.routes()
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "sim_state_get", "arguments": {}}}
        headers = {"accept": "application/json, text/event-stream", "Mcp-Name": "sim_state_get"}
        ask("POST", f"{self.url}/mcp", call, headers | {"Mcp-Param-Session": session})
        for _ in range(3):
            ask("POST", f"{self.url}/mcp", call, headers | {"Mcp-Name": "session_create"})
        owner, *new = self.gone(" /mcp ", 4)
        self.assertTrue(owner.endswith(f":{self.ports[self.node(session)]}"), owner)
        self.assertEqual(len({line.rsplit(":", 1)[1] for line in new}), 3, new)
        ask("DELETE", f"{self.url}/api/sessions/{session}")

    def test_full_and_lost_daemons_are_passed_over(self):
        self.nodes[1].stop()
        try:
            for _ in range(6):
                session = self.make()
                self.assertNotEqual(self.node(session), 1)
                ask("DELETE", f"{self.url}/api/sessions/{session}")
        finally:
            self.nodes[1] = self.start(1)
        # What a lost daemon's sessions are asked for is answered by another, in its words.
        self.assertEqual(ask("GET", f"{self.url}/api/health")[0], 200)
        made = [self.make() for _ in range(3 * 15)]
        refused = ask("POST", f"{self.url}/api/sessions", {})
        self.assertIn(refused[0], (429, 503), refused[2])
        self.assertEqual(collections.Counter(map(self.node, made)), {0: 15, 1: 15, 2: 15})
        for session in made:
            ask("DELETE", f"{self.url}/api/sessions/{session}")

    def test_metrics_stay_inside(self):
        self.assertEqual(ask("GET", f"{self.url}/metrics")[0], 404)


@needs("nginx")
class Growth(unittest.TestCase):
    def test_a_third_daemon_moves_no_session(self):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        *ports, door = free_ports(4)
        for node, port in enumerate(ports):
            flags = ["--port", port, "--size", "160x120"]
            self.addCleanup(Daemon(*flags, MJCAST_SERVER__NODE=f"mjcast-{node}", **open_to_all()).stop)
        file = configure(folder, ports[:2], door)
        nginx = Process("nginx", "-p", folder, "-c", file, "-e", folder / "errors")
        self.addCleanup(nginx.stop)
        url = f"http://127.0.0.1:{door}"
        until(lambda: (folder / "pid").exists(), "nginx starts")

        def make():
            answer = json.loads(ask("POST", f"{url}/api/sessions", {})[2])
            return answer.get("id") or answer["session"]["id"]

        sessions = [make() for _ in range(6)]
        self.assertEqual({session[:8] for session in sessions}, {"mjcast-0", "mjcast-1"})
        with connect(f"ws://127.0.0.1:{door}/ws/signaling?session={sessions[0]}") as signaling:
            signaling.recv(PATIENCE_S)
            configure(folder, ports, door)
            checked("nginx", "-p", folder, "-c", file, "-e", folder / "errors", "-s", "reload")
            until(lambda: make().startswith("mjcast-2"), "the third is asked for new sessions")
            for session in sessions * 10:
                self.assertEqual(ask("GET", f"{url}/api/sessions/{session}")[0], 200)
            owners = re.findall(r"/api/sessions/mjcast-(\d)\S* .*-> 127\.0\.0\.1:(\d+)", (folder / "routes").read_text())
            self.assertEqual(len(owners), 60)
            self.assertEqual({ports[int(node)] - int(port) for node, port in owners}, {0})
            # A viewer who was there has noticed nothing.
            self.assertTrue(signaling.ping().wait(PATIENCE_S))


# What state must not change when a session moves: the whole of it, bit by bit.
STATE = "state?format=integration"


@needs("nginx")
@unittest.skipUnless(knows("fleet.peers"), "this daemon knows no fleets yet")
class Restarts(unittest.TestCase):
    def start(self, node):
        peers = (f"mjcast-{other}=127.0.0.1:{port}" for other, port in enumerate(self.ports) if other != node)
        self.nodes[node] = Daemon(
            "--port", self.ports[node], "--size", "160x120", MJCAST_SERVER__NODE=f"mjcast-{node}",
            MJCAST_FLEET__PEERS=",".join(peers), MJCAST_FLEET__SECRET="a-secret-for-one-test-only", **open_to_all()
        )
        until(lambda: self.nodes[node].ask("GET", "/startupz")[0] == 200, "started")

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        *self.ports, self.door = free_ports(4)
        self.nodes = {}
        self.addCleanup(lambda: [node.stop() for node in self.nodes.values()])
        self.url = f"http://127.0.0.1:{self.door}/api/sessions"
        # Each session with the whole of its state.
        self.sessions = {}

    def nginx(self, ports, *more):
        """nginx before these; with `-s reload`, the one that runs."""
        file = configure(self.folder, ports, self.door)
        command = ("nginx", "-p", self.folder, "-c", file, "-e", self.folder / "errors")
        if more:
            return checked(*command, *more)
        self.addCleanup(Process(*command).stop)
        until(lambda: (self.folder / "pid").exists(), "nginx starts")

    def make(self):
        answer = json.loads(ask("POST", self.url, {"preset": "double-pendulum"})[2])
        session = answer.get("id") or answer["session"]["id"]
        for command in ({"cmd": "pause"}, {"cmd": "step", "params": {"steps": 100 + len(self.sessions)}}):
            self.assertEqual(ask("POST", f"{self.url}/{session}/commands", command)[0], 200)
        self.sessions[session] = self.state(session)
        return session

    def owners(self):
        return {session[:8] for session in self.sessions}

    def nothing_is_lost(self, when):
        for session, state in self.sessions.items():
            self.assertEqual(self.state(session), state, f"{session} {when}")

    def test_no_session_is_lost_when_each_daemon_restarts(self):
        for node in range(3):
            self.start(node)
        self.nginx(self.ports)
        for _ in range(9):
            self.make()
        self.assertEqual(self.owners(), {"mjcast-0", "mjcast-1", "mjcast-2"})
        self.assertGreater(len(set(self.sessions.values())), 4)
        for node in (1, 2, 0):
            self.assertEqual(self.nodes[node].stop(), 0)
            self.nothing_is_lost(f"without mjcast-{node}")
            self.start(node)
            self.nothing_is_lost(f"after mjcast-{node}")

    def test_no_session_is_lost_from_two_daemons_to_three_and_back(self):
        for node in range(2):
            self.start(node)
        self.nginx(self.ports[:2])
        for _ in range(6):
            self.make()
        self.assertEqual(self.owners(), {"mjcast-0", "mjcast-1"})
        self.start(2)
        self.nginx(self.ports, "-s", "reload")
        until(lambda: self.make().startswith("mjcast-2"), "the third is asked for new sessions")
        self.nothing_is_lost("beside a third")
        # As Kubernetes does: the pod drains first, and then nobody names it any more.
        self.assertEqual(self.nodes.pop(2).stop(), 0)
        self.nothing_is_lost("when the third has gone")
        self.nginx(self.ports[:2], "-s", "reload")
        self.nothing_is_lost("when nobody names the third")

    def state(self, session):
        # Whoever believed it where it no longer is says so once, and looks for it the next time.
        for _ in self.nodes:
            status, _, answer = ask("GET", f"{self.url}/{session}/{STATE}")
            if status != 502:
                break
        self.assertEqual(status, 200, answer)
        return answer


@needs("nginx", "openssl")
class Tls(unittest.TestCase):
    def test_the_example_is_valid(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            file = configure(folder, free_ports(3), 18080)
            checked(
                *"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(),
                *f"-subj /CN=localhost -keyout {folder}/mjcast.key -out {folder}/mjcast.crt".split(),
            )
            example = folder / "conf.d/mjcast-tls.conf.example"
            plain = folder / "conf.d/mjcast.conf"
            # In place of the server block, as it says.
            plain.write_text(plain.read_text().split("server {")[0] + example.read_text())
            done = run("nginx", "-t", "-p", folder, "-c", file, "-e", folder / "errors", env=clean())
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn("[warn]", done.stderr)


if __name__ == "__main__":
    unittest.main()
