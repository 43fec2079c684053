"""The manifests: against the schemas of Kubernetes, against checkov's rules, and against each other."""

import json
import re
import shutil
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

import yaml

from lib import BINARY, OUT, ROOT, checked, clean, knows, run
from render import containers, pod, render

KUBERNETES = ROOT / "deploy/kubernetes"
OVERLAYS = sorted(folder.name for folder in (KUBERNETES / "overlays").iterdir())
TOOLS = Path(sys.executable).parent
# Of resources that others define, no schema is at hand.
FOREIGN = {"Gateway", "HTTPRoute", "ServiceMonitor"}
# Rules of checkov that do not hold here, and why.
WAIVED = {
    "CKV_K8S_15": "images are pinned: to pull them at every start would make the registry a part of every start",
    "CKV_K8S_35": "what a pod shares with others (fleet, TURN, Redis) is read from the environment alone",
    "CKV_K8S_43": "which digest is for the operator to say, by `images` of kustomization.yaml",
    "CKV_K8S_26": "streams come in by a port of the host",
    "CKV_K8S_19": "coturn relays by a thousand ports of the host",
}


# What a daemon takes besides: limits.drain_timeout_ms, twice.
DRAIN_S = 10


class Manifests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.rendered = {name: render(KUBERNETES / "overlays" / name) for name in OVERLAYS}
        for name, documents in cls.rendered.items():
            ours = [one for one in documents if one["kind"] not in FOREIGN]
            (cls.folder / f"{name}.yaml").write_text(yaml.safe_dump_all(ours))
        cls.largest = cls.rendered["redis"]

    def find(self, kind, name, documents=None):
        [one] = [one for one in documents or self.largest if (one["kind"], one["metadata"]["name"]) == (kind, name)]
        return one

    def test_schemas(self):
        files = [*self.folder.glob("*.yaml"), KUBERNETES / "base/secret.example.yaml"]
        done = run(TOOLS / "kubernetes-validate", "--strict", *files)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # It would have said so.
        wrong = self.folder / "wrong"
        wrong.write_text((self.folder / "cpu.yaml").read_text().replace("minReplicas", "minReplica"))
        self.assertNotEqual(run(TOOLS / "kubernetes-validate", "--strict", wrong).returncode, 0)

    def test_checkov(self):
        command = [TOOLS / "checkov", "--quiet", "--compact", "--framework", "kubernetes", "-o", "json"]
        for file in self.folder.glob("*.yaml"):
            command += ["-f", file]
        done = run(*command, env=clean(LOG_LEVEL="ERROR", HOME=str(self.folder)))
        told = json.loads(done.stdout)
        failed = [
            (check["check_id"], check["resource"], check["check_name"]) for check in told["results"]["failed_checks"]
        ]
        self.assertGreater(told["summary"]["passed"], 100)
        self.assertEqual([check for check in failed if check[0] not in WAIVED], [])
        unneeded = set(WAIVED) - {check[0] for check in failed}
        self.assertEqual(unneeded, set(), "waived for nothing")

    def test_what_is_named_is_there(self):
        secret = set(yaml.safe_load((KUBERNETES / "base/secret.example.yaml").read_text())["stringData"])
        for name, documents in self.rendered.items():
            there = {(one["kind"], one["metadata"]["name"]) for one in documents}
            services = {one["metadata"]["name"]: one for one in documents if one["kind"] == "Service"}
            for one in documents:
                for container in containers(one):
                    volumes = {volume["name"] for volume in pod(one).get("volumes", [])}
                    volumes |= {claim["metadata"]["name"] for claim in one["spec"].get("volumeClaimTemplates", [])}
                    for mount in container["volumeMounts"]:
                        self.assertIn(mount["name"], volumes)
                    ports = {port["name"] for port in container["ports"]}
                    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                        act = container.get(probe, {})
                        port = (act.get("httpGet") or act.get("tcpSocket") or {}).get("port")
                        self.assertIn(port, ports | {None})
                    for variable in container["env"]:
                        wanted = variable.get("valueFrom", {}).get("secretKeyRef")
                        if wanted:
                            self.assertEqual(wanted["name"], "mjcast")
                            self.assertIn(wanted["key"], secret)
                if "serviceName" in one.get("spec", {}):
                    self.assertEqual(services[one["spec"]["serviceName"]]["spec"]["clusterIP"], "None")
                if one["kind"] == "HorizontalPodAutoscaler":
                    target = one["spec"]["scaleTargetRef"]
                    self.assertIn((target["kind"], target["name"]), there)
                if one["kind"] == "HTTPRoute":
                    for rule in one["spec"]["rules"]:
                        for backend in rule.get("backendRefs", []):
                            ports = [port["port"] for port in services[backend["name"]]["spec"]["ports"]]
                            self.assertIn(backend["port"], ports, name)

    def test_the_scaler_has_what_it_scales_by(self):
        hpa = self.find("HorizontalPodAutoscaler", "mjcast")["spec"]
        self.assertEqual((hpa["minReplicas"], hpa["maxReplicas"]), (2, 10))
        self.assertNotIn("replicas", self.find("StatefulSet", "mjcast")["spec"], "it would undo what was scaled")
        [metric] = hpa["metrics"]
        rules = yaml.safe_load((KUBERNETES / "prometheus-adapter.yaml").read_text())["rules"]["custom"]
        self.assertEqual(metric["pods"]["metric"]["name"], rules[0]["name"]["as"])

    def test_a_pod_may_drain(self):
        spec = self.find("StatefulSet", "mjcast")["spec"]
        config = tomllib.loads(self.find("ConfigMap", "mjcast")["data"]["mjcast.toml"])
        grace = spec["template"]["spec"]["terminationGracePeriodSeconds"]
        self.assertGreater(grace, config["fleet"]["drain_s"] + DRAIN_S)
        self.assertEqual(spec["podManagementPolicy"], "Parallel")

    def test_nodes_find_each_other_by_the_headless_service(self):
        spec = self.find("StatefulSet", "mjcast")["spec"]
        config = tomllib.loads(self.find("ConfigMap", "mjcast")["data"]["mjcast.toml"])
        self.assertEqual(config["fleet"]["peer_template"], "{node}." + spec["serviceName"] + ":8000")
        self.assertTrue(self.find("Service", spec["serviceName"])["spec"]["publishNotReadyAddresses"])

    def test_streams_reach_the_port_that_is_open(self):
        config = tomllib.loads(self.find("ConfigMap", "mjcast")["data"]["mjcast.toml"])
        [container] = containers(self.find("StatefulSet", "mjcast"))
        open_ports = {port["hostPort"]: port["containerPort"] for port in container["ports"] if "hostPort" in port}
        self.assertEqual(open_ports, {config["webrtc"]["port"]: config["webrtc"]["port"]})

    def test_gateway_s_expressions_match_ids_of_sessions(self):
        route = self.find("HTTPRoute", "mjcast")["spec"]["rules"][0]["matches"]
        path = re.compile(route[0]["path"]["value"])
        for id in ("mjcast-0-abcdefghijklmnopqrstu_", "a-b-c-0123456789012345678-_A"):
            self.assertTrue(path.fullmatch(f"/api/sessions/{id}"))
            self.assertTrue(path.fullmatch(f"/api/sessions/{id}/scene"))
        self.assertFalse(path.fullmatch("/api/sessions/default/scene"))

    def test_coturn_s_configuration_is_the_same_everywhere(self):
        ours = self.find("ConfigMap", "coturn")["data"]["turnserver.conf"]
        self.assertEqual(ours, (ROOT / "deploy/coturn/turnserver.conf").read_text())

    @unittest.skipUnless(
        knows("fleet.peer_template") and knows("auth.tokens_dir") and knows("server.trusted_proxies"),
        "this daemon has neither fleets nor tokens yet",
    )
    def test_the_configuration_makes_sense(self):
        file = self.folder / "mjcast.toml"
        file.write_text(self.find("ConfigMap", "mjcast")["data"]["mjcast.toml"])
        [container] = containers(self.find("StatefulSet", "mjcast"))
        settings = {one["name"]: one.get("value", "") for one in container["env"]}
        settings |= {
            "MJCAST_SERVER__NODE": "mjcast-0",
            "MJCAST_WEBRTC__ADVERTISE_ADDRESSES": "203.0.113.7",
            "MJCAST_WEBRTC__TURN_SECRET": "one-for-a-test-only-0123456789",
            "MJCAST_FLEET__SECRET": "one-for-a-test-only-0123456789",
            "MJCAST_FLEET__REDIS_URL": "redis://redis:6379",
        }
        checked(BINARY, "config", "--config", file, "check", env=clean(**settings))

    def test_what_was_rendered_can_be_looked_at(self):
        (OUT / "kubernetes").mkdir(parents=True, exist_ok=True)
        for file in self.folder.glob("*.yaml"):
            shutil.copy(file, OUT / "kubernetes")


if __name__ == "__main__":
    unittest.main()
