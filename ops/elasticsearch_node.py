"""A real Elasticsearch node from published artifacts, for tests where no container engine runs.

Maven resolves the core server and its HTTP transport once into `CACHE`; a launcher of a few lines starts them. What the
core lacks (security, `_reindex`, `GET /`) the product must not need. Needs a JDK 17 and Maven.
"""

import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

VERSION = "8.17.0"
CACHE = Path.home() / ".cache" / "langnghe" / f"elasticsearch-{VERSION}"
START_TIMEOUT_S = 120
MODULES = "ALL-MODULE-PATH,jdk.net,java.sql,java.management.rmi,jdk.management"
SERVER_MODULE, LAUNCHER = "org.elasticsearch.server", "org.elasticsearch.node.PlainNode"

_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>langnghe</groupId><artifactId>elasticsearch-node</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.elasticsearch</groupId><artifactId>elasticsearch</artifactId><version>{VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.elasticsearch.plugin</groupId><artifactId>transport-netty4</artifactId><version>{VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""
_LAUNCHER = """package org.elasticsearch.node;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;

public final class PlainNode {
    public static void main(String[] arguments) throws Exception {
        LogConfigurator.registerErrorListener();
        LogConfigurator.configureESLogging();
        Settings settings = Settings.builder().put(Environment.PATH_HOME_SETTING.getKey(), arguments[0]).build();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            settings, Map.of(), Path.of(arguments[0], "config"), () -> "node");
        LogConfigurator.configureWithoutConfig(environment.settings());
        new Node(environment).start();
        new CountDownLatch(1).await();
    }
}
"""
_DESCRIPTOR = f"""description=HTTP and transport over Netty
version={VERSION}
name=transport-netty4
classname=org.elasticsearch.transport.netty4.Netty4Plugin
java.version=17
elasticsearch.version={VERSION}
extended.plugins=
has.native.controller=false
"""


class NodeError(Exception):
    """The node cannot be prepared or does not start; the message says what to do."""


@dataclass(frozen=True)
class NodeAddress:
    name: str
    http_port: int
    transport_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"


def is_installable() -> bool:
    return shutil.which("javac") is not None and shutil.which("mvn") is not None


def prepare(cache: Path = CACHE) -> Path:
    """Downloads and compiles what a node needs, once; returns the folder. Raises NodeError."""
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / "prepare.lock", timeout=600):
        if not (cache / "ready").exists():
            _resolve(cache)
            _compile(cache)
            (cache / "ready").touch()
    return cache


def start(
    home: Path,
    address: NodeAddress,
    *,
    cluster: Sequence[NodeAddress] = (),
    settings: Sequence[str] = (),
    cache: Path = CACHE,
    heap_mb: int = 400,
) -> subprocess.Popen[bytes]:
    """Starts a node whose data lie in `home`; alone, or as one of `cluster`. `settings` are lines of its YAML."""
    _lay_out(home, address, cluster or [address], settings, cache)
    command = [
        *("java", f"-Xms{heap_mb}m", f"-Xmx{heap_mb}m", "-XX:+UseSerialGC"),
        *("--module-path", str(cache / "jars"), "--add-modules", MODULES),
        *("--patch-module", f"{SERVER_MODULE}={cache / 'classes'}", "-m", f"{SERVER_MODULE}/{LAUNCHER}", str(home)),
    ]
    with (home / "logs" / "console.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=home)  # noqa: S603 our own command


def wait_until_ready(process: subprocess.Popen[bytes], home: Path, address: NodeAddress) -> None:
    """Raises NodeError with the end of the log when the node dies or stays silent."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address.url}/_cluster/health", timeout=5):  # noqa: S310 our own node
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    log = (home / "logs" / "console.log").read_text(errors="replace")
    raise NodeError(f"Elasticsearch did not start:\n{log[-3000:]}")


@contextmanager
def single_node(home: Path, http_port: int, transport_port: int) -> Iterator[str]:
    """A node of its own; yields its URL and kills it at the end."""
    address = NodeAddress("only", http_port, transport_port)
    prepare()
    process = start(home, address)
    try:
        wait_until_ready(process, home, address)
        yield address.url
    finally:
        process.kill()
        process.wait()


def _resolve(cache: Path) -> None:
    (cache / "pom.xml").write_text(_POM)
    shutil.rmtree(cache / "jars", ignore_errors=True)
    _run("mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={cache / 'jars'}", cwd=cache)
    transport = cache / "transport-netty4"
    shutil.rmtree(transport, ignore_errors=True)
    transport.mkdir()
    for jar in [*(cache / "jars").glob("netty-*.jar"), *(cache / "jars").glob("transport-netty4-*.jar")]:
        jar.rename(transport / jar.name)
    (transport / "plugin-descriptor.properties").write_text(_DESCRIPTOR)


def _compile(cache: Path) -> None:
    source = cache / "src" / f"{LAUNCHER.replace('.', '/')}.java"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(_LAUNCHER)
    patch = f"{SERVER_MODULE}={cache / 'src'}"
    _run(
        "javac",
        "-d",
        str(cache / "classes"),
        "--module-path",
        str(cache / "jars"),
        "--patch-module",
        patch,
        str(source),
    )


def _run(*command: str, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise NodeError(f"{command[0]} failed:\n{(done.stdout + done.stderr)[-3000:]}")


def _lay_out(
    home: Path, address: NodeAddress, cluster: Sequence[NodeAddress], settings: Sequence[str], cache: Path
) -> None:
    for name in ("config", "data", "logs", "plugins", "modules"):
        (home / name).mkdir(parents=True, exist_ok=True)
    module = home / "modules" / "transport-netty4"
    if not module.exists():
        shutil.copytree(cache / "transport-netty4", module)
    lines = [
        "cluster.name: langnghe-test",
        f"node.name: {address.name}",
        "network.host: 127.0.0.1",
        f"http.port: {address.http_port}",
        f"transport.port: {address.transport_port}",
        "cluster.routing.allocation.disk.threshold_enabled: false",
        *_discovery(cluster),
        *settings,
    ]
    (home / "config" / "elasticsearch.yml").write_text("\n".join(lines) + "\n")


def _discovery(cluster: Sequence[NodeAddress]) -> list[str]:
    if len(cluster) == 1:
        return ["discovery.type: single-node"]
    hosts = ", ".join(f'"127.0.0.1:{node.transport_port}"' for node in cluster)
    names = ", ".join(node.name for node in cluster)
    return [f"discovery.seed_hosts: [{hosts}]", f"cluster.initial_master_nodes: [{names}]"]
