"""Prometheus and Grafana: what they ask for is there, and all that is there is shown."""

import importlib.util
import json
import re
import shutil
import tempfile
import unittest
from pathlib import Path

import yaml

from lib import ROOT, Daemon, checked, needs

DEPLOY = ROOT / "deploy"
SUFFIXES = r"_(bucket|sum|count)$"


def documented():
    page = (ROOT / "docs/metrics.md").read_text()
    return set(re.findall(r"^\| `(mjcast_\w+)`", page, re.M))


def named(text):
    return {re.sub(SUFFIXES, "", name) for name in re.findall(r"\bmjcast_\w+", text)}


class Names(unittest.TestCase):
    def test_the_dashboard_shows_every_metric_and_no_other(self):
        board = json.loads((DEPLOY / "grafana/dashboards/mjcast.json").read_text())
        asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
        self.assertEqual(named("\n".join(asked)), documented())

    def test_the_dashboard_is_what_its_source_makes(self):
        source = importlib.util.spec_from_file_location("dashboard", DEPLOY / "grafana/dashboard.py")
        module = importlib.util.module_from_spec(source)
        source.loader.exec_module(module)
        board = json.loads((DEPLOY / "grafana/dashboards/mjcast.json").read_text())
        self.assertEqual(board, module.dashboard(), "run deploy/grafana/dashboard.py")
        places = [tuple(panel["gridPos"].values())[:2] for panel in board["panels"]]
        self.assertEqual(len(places), len(set(places)))
        self.assertEqual(len({panel["id"] for panel in board["panels"]}), len(places))

    def test_alerts_name_what_there_is_and_operators_read_what_to_do(self):
        text = (DEPLOY / "prometheus/alerts.yml").read_text()
        rules = yaml.safe_load(text)["groups"][0]["rules"]
        self.assertLessEqual(named(" ".join(rule["expr"] for rule in rules)), documented())
        page = (ROOT / "docs/operations.md").read_text()
        for rule in rules:
            self.assertIn(f"`{rule['alert']}`", page)

    def test_the_scaler_names_what_there_is(self):
        text = (DEPLOY / "kubernetes/prometheus-adapter.yaml").read_text()
        self.assertLessEqual(named(text), documented())

    def test_the_daemon_has_what_is_documented(self):
        daemon = Daemon("--port", "0", "--size", "160x120")
        try:
            text = daemon.ask("GET", "/metrics")[2]
        finally:
            daemon.stop()
        told = set(re.findall(r"^# TYPE (\w+)", text, re.M))
        self.assertEqual(told, documented())


@needs("promtool")
class Prometheus(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        for file in (DEPLOY / "prometheus").iterdir():
            shutil.copy(file, self.folder)

    def test_its_configuration_is_valid(self):
        token = self.folder / "token"
        token.write_text("token")
        file = self.folder / "prometheus.yml"
        file.write_text(file.read_text().replace("/run/secrets/view_token", str(token)))
        self.assertIn("SUCCESS", checked("promtool", "check", "config", "--lint=all", file))

    def test_alerts_fire_when_they_should(self):
        shutil.copy(ROOT / "tests/deploy/alerts.yml", self.folder / "tests.yml")
        checked("promtool", "test", "rules", self.folder / "tests.yml")

    def test_the_dashboard_s_expressions_are_valid(self):
        board = json.loads((DEPLOY / "grafana/dashboards/mjcast.json").read_text())
        asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
        rules = [
            {"record": f"panel:{at}", "expr": expr.replace("$__rate_interval", "5m").replace("$instance", ".*")}
            for at, expr in enumerate(asked)
        ]
        file = self.folder / "panels.yml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
        checked("promtool", "check", "rules", file)


if __name__ == "__main__":
    unittest.main()
