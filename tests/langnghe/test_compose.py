"""The image and the compose file, held to the official schema and to what the program really has."""

import json
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from jsonschema import Draft7Validator

from langnghe import settings as settings_module
from langnghe.cli.app import app
from langnghe.settings import IndexBackend, Settings, load_settings
from langnghe.store.beats import beat_file

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
every_service = pytest.mark.parametrize("name", SERVICES)


def dockerfile() -> list[list[str]]:
    """Its instructions, continued lines joined: [["FROM", ...], ...]."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


def last_stage() -> list[list[str]]:
    lines = dockerfile()
    return lines[max(i for i, line in enumerate(lines) if line[0] == "FROM") :]


def copied() -> set[str]:
    """What the image takes from the repository."""
    lines = [line for line in last_stage() if line[0] == "COPY" and "--from=libraries" not in line]
    return {word for line in lines for word in line[1:-1]}


def test_the_compose_file_is_valid() -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text("utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(COMPOSE)] == []


def test_it_holds_the_four_services() -> None:
    assert set(SERVICES) == {"app", "worker", "postgres", "elasticsearch"}
    assert OURS == ["app", "worker"]


@every_service
def test_no_service_runs_as_root_or_may_become_it(name: str) -> None:
    service = SERVICES[name]
    assert service["user"].partition(":")[0] not in {"0", "root", ""}
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


@every_service
def test_every_service_tells_its_health_and_has_limits(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert {"cpus", "memory"} <= SERVICES[name]["deploy"]["resources"]["limits"].keys()


@every_service
def test_images_are_plain_names_with_a_version(name: str) -> None:
    image = SERVICES[name]["image"]
    assert "/" not in image
    assert ":" in image or name in OURS


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_the_program(name: str) -> None:
    command, *options = SERVICES[name]["command"]
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert command in known
    assert options == []


def test_the_images_own_command_is_one_too() -> None:
    entry, command = (json.loads(" ".join(line[1:])) for line in last_stage() if line[0] in {"ENTRYPOINT", "CMD"})
    assert entry == ["python", "-m", "langnghe"]
    assert command[0] in typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", OURS)
def test_what_it_sets_are_settings_and_databases_are_waited_for(name: str) -> None:
    service = SERVICES[name]
    known = {f"LANGNGHE_{field.upper()}" for field in Settings.model_fields}
    assert service["environment"].keys() <= known
    assert IndexBackend(service["environment"]["LANGNGHE_INDEX_BACKEND"]) is IndexBackend.ELASTICSEARCH
    assert {
        f"LANGNGHE_{secret}".upper().replace("LANGNGHE_LANGNGHE", "LANGNGHE") for secret in service["secrets"]
    } <= known
    assert service["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "elasticsearch": {"condition": "service_healthy"},
    }
    assert service["read_only"] is True


def test_databases_are_not_reachable_from_outside() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("postgres", "elasticsearch"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


def test_the_worker_is_given_time_to_stop_and_is_watched_by_the_file_it_touches(tmp_path: Path) -> None:
    worker = SERVICES["worker"]
    assert worker["stop_grace_period"] == "2m"
    check = worker["healthcheck"]["test"][1].replace("$$", "$").replace("/data/", f"{tmp_path}/")
    healthy = lambda: subprocess.run(["sh", "-c", check], check=False, capture_output=True).returncode == 0  # noqa: E731
    assert not healthy()
    beat_file(tmp_path).touch()
    assert healthy()


def test_secrets_come_from_files_that_one_script_makes_and_the_program_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ops").mkdir()
    shutil.copy(ROOT / "ops" / "make_secrets.sh", tmp_path / "ops")
    for _ in range(2):
        subprocess.run(["sh", "ops/make_secrets.sh"], cwd=tmp_path, check=True, capture_output=True)
        made = {path.name: path for path in (tmp_path / "secrets").iterdir()}
        password = made["postgres_password"].read_text()
    assert {(tmp_path / secret["file"]).resolve() for secret in COMPOSE["secrets"].values()} == set(made.values())
    assert all(path.stat().st_mode & 0o077 == 0 for path in made.values())
    monkeypatch.setattr(settings_module, "SECRETS", tmp_path / "secrets")
    found = load_settings(_env_file=None)
    assert found.database_url == f"postgresql+psycopg://langnghe:{password}@postgres:5432/langnghe"
    assert found.author_key
    assert len(found.author_key.get_secret_value()) == 64
    assert password not in repr(found.author_key)


def test_a_setting_in_the_environment_comes_before_a_secret_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "langnghe_contact").write_text("tệp\n", "utf-8")
    monkeypatch.setattr(settings_module, "SECRETS", tmp_path)
    assert load_settings(_env_file=None).contact == "tệp"
    monkeypatch.setenv("LANGNGHE_CONTACT", "môi trường")
    assert load_settings(_env_file=None).contact == "môi trường"


def test_the_image_is_built_in_stages_and_does_not_run_as_root() -> None:
    assert sum(line[0] == "FROM" for line in dockerfile()) == 2
    stage = last_stage()
    assert [line[1] for line in stage if line[0] == "USER"] == ["1000:1000"]
    assert any(line[0] == "HEALTHCHECK" for line in stage)
    assert any("PYTHONPATH=/app" in line for line in stage)
    assert not any("install" in line and "pip" in line for line in stage)


def test_the_image_holds_every_package_and_nothing_that_is_missing_here() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    assert {package.partition(".")[0] for package in packages["find"]["include"]} <= copied()
    assert all((ROOT / name).exists() for name in copied())
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"}
    assert copied() <= let_through


def test_the_program_finds_its_packages_as_the_image_lays_them_out(tmp_path: Path) -> None:
    """Only what the image copies, with the library path and the folder as the image has them."""
    for name in copied():
        target = tmp_path / name
        shutil.copytree(ROOT / name, target) if (ROOT / name).is_dir() else shutil.copy(ROOT / name, target)
    environment = {"PYTHONPATH": str(tmp_path), "LANGNGHE_HOME": str(tmp_path / "data"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-m", "langnghe", *shlex.split("sources list --json")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) >= 12
