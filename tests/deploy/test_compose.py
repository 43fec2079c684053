"""compose.yaml: by the Compose specification, with files that are there, and settings that the daemon
takes.
"""

import os
import re
import shutil
import tempfile
import unittest
from pathlib import Path

import yaml
from compose_spec import ComposeSpecification, Service
from pydantic import ValidationError

from lib import BINARY, ROOT, checked, clean

DEPLOY = ROOT / "deploy"


def load(name, **variables):
    """A file with its variables filled in, as compose does."""
    text = (DEPLOY / name).read_text()

    def value(found):
        return variables.get(found[1], found[2] or "")

    text = re.sub(r"(?<!\$)\$\{(\w+)(?::-([^}]*))?\}", value, text)
    return yaml.safe_load(text)


class Compose(unittest.TestCase):
    def test_specification(self):
        for name in ("compose.yaml", "compose.nvidia.yaml", "compose.vaapi.yaml"):
            told = load(name)
            ComposeSpecification.model_validate(told)
            known = {field.alias or name for name, field in Service.model_fields.items()}
            for service in told["services"].values():
                self.assertLessEqual(set(service), known)
        wrong = load("compose.yaml")
        wrong["services"]["mjcast"]["ports"] = 8000
        with self.assertRaises(ValidationError):
            ComposeSpecification.model_validate(wrong)

    def test_what_is_named_is_there(self):
        told = load("compose.yaml")
        for name, service in told["services"].items():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("."):
                    self.assertTrue((DEPLOY / source).exists(), source)
                else:
                    self.assertIn(source, told["volumes"])
            self.assertLessEqual(set(service.get("secrets", [])), set(told["secrets"]))
            self.assertTrue(service["read_only"], name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
        build = told["services"]["mjcast"]["build"]
        self.assertTrue((DEPLOY / build["context"] / build["dockerfile"]).exists())
        scraped = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())["scrape_configs"][0]
        self.assertEqual(scraped["static_configs"][0]["targets"], ["mjcast:8000"])

    def test_secrets_are_made_once(self):
        with tempfile.TemporaryDirectory() as folder:
            for file in ("secrets.sh", ".env.example"):
                shutil.copy(DEPLOY / file, folder)
            checked(Path(folder, "secrets.sh"))
            made = {file.name: file.read_text() for file in Path(folder, "secrets").iterdir()}
            self.assertEqual(set(made), set(load("compose.yaml")["secrets"]))
            self.assertTrue(all(re.fullmatch("[0-9a-f]{64}", secret) for secret in made.values()))
            self.assertEqual(len(set(made.values())), len(made))
            self.assertEqual(os.stat(Path(folder, "secrets")).st_mode & 0o777, 0o700)
            self.assertEqual(os.stat(Path(folder, ".env")).st_mode & 0o777, 0o600)
            self.assertRegex(Path(folder, ".env").read_text(), r"(?m)^TURN_SECRET=[0-9a-f]{64}$")
            checked(Path(folder, "secrets.sh"))
            self.assertEqual(made, {file.name: file.read_text() for file in Path(folder, "secrets").iterdir()})

    def test_the_daemon_takes_these_settings(self):
        example = dict(
            line.split("=", 1) for line in (DEPLOY / ".env.example").read_text().splitlines() if re.match(r"\w", line)
        )
        for variables in ({}, example | {"TURN_SECRET": "one-for-a-test-only-0123456789"}):
            settings = load("compose.yaml", **variables)["services"]["mjcast"]["environment"]
            for name, value in settings.items():
                self.assertRegex(name, r"^(MJCAST_[A-Z]+__[A-Z_]+|CREDENTIALS_DIRECTORY)$")
                self.assertIsInstance(value, str)
            checked(BINARY, "config", "check", env=clean(**settings))


if __name__ == "__main__":
    unittest.main()
