#!/usr/bin/env python3
"""Shows with real programs that cluster-proxy is invisible: each client has the same verdict direct and through it.

    python3 clients.py --bin .build/release/cluster-proxy [--folder FOLDER] [--only requests uvicorn litmus pip apt skopeo git]

requests  python-requests' own tests against httpbin; those of TLS stay direct
uvicorn   uvicorn's own WebSocket tests: the client is websockets, the servers are websockets and wsproto
litmus    the WebDAV tests against wsgidav
pip       twine upload to and pip install from pypiserver
apt       apt-get update and install from nginx, pipelined ten deep, in an apt root of its own
skopeo    push, inspect, pull and delete of an OCI image at docker-registry
git       clone, push and pull of 50 MB over smart HTTP with git http-backend

A client tells facts (a test: passed, a file: its digest), once direct and once through a proxy of its own. Exit status 1:
one differs, none is a success, or the proxy had no request. PyPI's packages go into FOLDER; who lacks one of Debian's is skipped.
"""
import argparse, collections, contextlib, functools, hashlib, json, os, pathlib, random, re, shutil, signal, socket
import subprocess, sys, tempfile, time, xml.etree.ElementTree

PYTHON = ("requests==2.34.2 uvicorn==0.54.0 pytest==9.2.0 pytest-httpbin==2.1.0 httpbin==0.10.4 pytest-mock==3.17.0 "
          "PySocks==1.7.1 trustme==1.2.1 websockets==17.4 wsproto==1.3.2 httptools==0.9.0 httpx2==2.16.2 wsgidav==4.4.0 "
          "cheroot==11.1.2 pypiserver==2.4.2 twine==7.0.0").split()
WHEELS = ["numpy", "flask"]  # With what they need: small ones, and one of many megabytes.
PORTS = (port for port in range(23000, 24000) if not listens(port))


def requests(run):
    back = next(PORTS)
    return run.pytest("requests", "tests", HTTPBIN_HTTP_PORT=str(back), FRONT=run.front(back), conftest='''
import os, types, pytest
@pytest.fixture(scope="session")
def httpbin(httpbin):
    return types.SimpleNamespace(url=os.environ["FRONT"])
''')


def uvicorn(run):
    back, tests = next(PORTS), "tests/protocols/test_websocket.py"
    # What no proxy may do: leave a Date out (RFC 9110 section 6.6.1), and pass a Connection on (section 7.6.1).
    left_out = [f"--deselect={tests}::test_{name}" for name in ("no_date_header", "server_reject_connection_with_invalid_status")]
    return run.pytest("uvicorn", tests, *left_out, BACK=str(back), FRONT=run.front(back).rpartition(":")[2], conftest='''
import os, pytest, uvicorn
uvicorn.Config.port = property(lambda config: int(os.environ["BACK"]), lambda config, port: None)
@pytest.fixture(autouse=True)
def client_at_the_front(monkeypatch):
    monkeypatch.setattr("tests.conftest._unused_port", lambda kind: int(os.environ["FRONT"]))
''')


def litmus(run):
    port, suite, facts = next(PORTS), "", {}
    (run.folder / "wsgidav.json").write_text(json.dumps({"host": "127.0.0.1", "port": port, "property_manager": True,
        "provider_mapping": {"/": tempfile.mkdtemp(dir=run.folder)}, "simple_dc": {"user_mapping": {"*": True}}}))
    run.start(port, "wsgidav", "--config", "wsgidav.json")
    for line in run.call("litmus", "--keep-going", run.front(port) + "/", may_fail=True).splitlines():
        suite = line.split("`")[1] if line.startswith("-> running") else suite
        if found := re.search(r"(\d+\. [a-z_0-9]+)\.* +(pass|FAIL|SKIPPED|WARNING)(.*)$", line):
            facts[f"{suite} {found[1]} {'warning' * (found[2] == 'WARNING')}"] = found[2].lower() + found[3]
    return facts


def pip(run):
    port, held = next(PORTS), tempfile.mkdtemp(dir=run.folder)
    run.start(port, "pypi-server", "run", "-i", "127.0.0.1", "-p", port, "-P", ".", "-a", ".", "--disable-fallback", held)
    url = run.front(port)
    run.call("twine", "upload", "--non-interactive", "--disable-progress-bar", "--repository-url", f"{url}/",
             "-u", "anybody", "-p", "anything", *sorted((run.shared / "python/wheels").iterdir()))
    run.call("pip", "install", "--no-cache-dir", "--no-compile", "--index-url", f"{url}/simple/",
             "--target", "installed", *WHEELS, PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS="")
    return digests(pathlib.Path(held)) | digests(run.folder / "installed")


def apt(run):
    port, repository, root = next(PORTS), run.once("debian", make_debian_repository), run.folder / "root"
    paths = " ".join(f"{kind}_temp_path {run.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    # In $uri dot segments are taken out, as the proxy does it: apt asks for /./Release.
    (run.folder / "nginx.conf").write_text(f"""daemon off; master_process off; pid {run.folder}/nginx.pid; events {{}}
        http {{ {paths} log_format seen '$http_host $request_method $uri $status $body_bytes_sent';
        access_log {run.folder}/seen.log seen; server {{ listen 127.0.0.1:{port}; root {repository}; }} }}""")
    run.start(port, "nginx", "-e", run.folder / "error.log", "-c", run.folder / "nginx.conf")
    for path in ("etc/apt", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/cache/apt/archives/partial", "var/log/apt"):
        (root / path).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    (root / "etc/apt/sources.list").write_text(f"deb [trusted=yes] {run.front(port)} ./\n")
    (root / "apt.conf").write_text(f'Dir "{root}"; Dir::State::status "{root}/var/lib/dpkg/status"; APT::Sandbox::User "root"; '
        f'DPkg::Options {{ "--root={root}"; "--log={root}/dpkg.log"; }}; '
        'Acquire::http { Pipeline-Depth "10"; Proxy "false"; }; Acquire::Retries "0";')
    apt_get = functools.partial(run.call, "apt-get", "--quiet", "--yes", APT_CONFIG=str(root / "apt.conf"))
    apt_get("update")
    apt_get("install", *(path.name.partition("_")[0] for path in sorted(repository.glob("*.deb"))))
    again = re.findall("^(?:Hit|Get|Ign|Err).*?Release", apt_get("update"), re.M)
    return digests(root / "opt") | {"updated again": str(again), "requests": run.call("sort", "seen.log"),
                                    "installed": run.call("dpkg-query", f"--admindir={root}/var/lib/dpkg", "--show")}


def make_debian_repository(run, to):
    for number in range(40):  # More than a pipeline is deep.
        package = to / f"sample{number}"
        (package / "DEBIAN").mkdir(parents=True)
        (package / "DEBIAN/control").write_text(f"Package: {package.name}\nVersion: 1\nArchitecture: all\n"
                                                "Maintainer: Nobody <nobody@localhost>\nDescription: A sample\n")
        (package / "opt").mkdir()
        (package / "opt" / package.name).write_bytes(random.randbytes(4 << 20 if number % 8 == 0 else number << 10))
        run.call("dpkg-deb", "--root-owner-group", "--build", package, f"{package}_1_all.deb")
    (to / "Packages").write_text(run.call("apt-ftparchive", "packages", ".", folder=to))
    (to / "Release").write_text(run.call("apt-ftparchive", "release", ".", folder=to))


def skopeo(run):
    port, image = next(PORTS), run.once("image", make_image)
    (run.folder / "registry.json").write_text(json.dumps({"version": 0.1, "storage": {"delete": {"enabled": True},
        "filesystem": {"rootdirectory": str(run.folder / "registry")}}, "http": {"addr": f"127.0.0.1:{port}", "secret": "none"}}))
    run.start(port, "docker-registry", "serve", "registry.json")
    name, skopeo = run.front(port).replace("http:", "docker:") + "/some/image", functools.partial(run.call, "skopeo")
    for tag in ("new", "again"):  # The second time its layers are there already.
        skopeo("--insecure-policy", "copy", "--dest-tls-verify=false", f"oci:{image}:new", f"{name}:{tag}")
    facts = {"manifest": skopeo("inspect", "--raw", "--tls-verify=false", f"{name}:new"),
             "tags": skopeo("list-tags", "--tls-verify=false", name)}
    skopeo("--insecure-policy", "copy", "--src-tls-verify=false", f"{name}:new", f"oci:{run.folder}/pulled:new")
    skopeo("delete", "--tls-verify=false", f"{name}:new")
    return digests(run.folder / "pulled") | facts | {
        "deleted": skopeo("inspect", "--tls-verify=false", f"{name}:new", may_fail=True).partition("msg=")[2]}


def make_image(run, to):
    for layer, size in {"large": 20 << 20, "small": 1 << 10}.items():
        (to / layer).write_bytes(random.randbytes(size))
        run.call("tar", "--create", "--file", f"{layer}.tar", layer, folder=to)
    run.call("skopeo", "--insecure-policy", "copy", "tarball:large.tar:small.tar", "oci:.:new", folder=to)


def git(run):
    git, port, facts = functools.partial(run.call, "git"), next(PORTS), {}
    (run.folder / "server.py").write_text(r"""import os, subprocess
def backend(variables, begin):
    print("Host", variables["HTTP_HOST"], file=open("hosts.log", "a"))
    environment = os.environ | {name: value for name, value in variables.items() if isinstance(value, str)} | {
        "GIT_PROJECT_ROOT": os.path.abspath("served"), "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": "somebody"}
    answer = subprocess.run(["git", "http-backend"], input=variables["wsgi.input"].read(), env=environment, capture_output=True)
    head, _, content = answer.stdout.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    begin(fields.pop("Status", "200 OK"), [*fields.items(), ("Content-Length", str(len(content)))])
    return [content]
""")
    run.start(port, "cheroot", "--bind", f"127.0.0.1:{port}", "server:backend")
    url = run.front(port)
    git("init", "--bare", "--initial-branch=main", "served")
    git("clone", url, "pushed")
    for framed, buffer in {"in chunks": "1m", "with a length": "200m"}.items():
        (run.folder / "pushed" / framed).write_bytes(random.Random(framed).randbytes(50 << 20))
        git("-C", "pushed", "add", ".")
        git("-C", "pushed", "commit", "-m", framed)
        git("-C", "pushed", "-c", f"http.postBuffer={buffer}", "push", "origin", "HEAD:main")
        facts[f"pushed {framed}"] = git("-C", "served", "ls-tree", "main")
        git("clone", "-c", "protocol.version=0", url, f"cloned {framed}")
    git("-C", "cloned in chunks", "pull")
    git("clone", "--depth=1", url, "shallow")
    for clone in ("cloned in chunks", "cloned with a length", "shallow"):
        facts[f"{clone} checked"] = git("-C", clone, "fsck", "--full", "--no-progress")
        facts |= {f"{clone} {file}": digest for file, digest in digests(run.folder / clone).items()}
    return facts | {"hosts": run.call("sort", "-u", "hosts.log"), "served checked": git("-C", "served", "fsck", "--no-progress")}


CLIENTS = {requests: [], uvicorn: [], litmus: ["litmus"], pip: [], apt: ["apt", "apt-utils", "dpkg", "nginx"],
           skopeo: ["skopeo", "docker-registry"], git: ["git"]}


class Run:
    """A client, direct or through the proxy: its folder, its ports, and its processes, which end with it."""
    def __init__(self, client, proxy, shared, through):
        self.proxy, self.shared, self.through, self.at_the_end = proxy, shared, through, contextlib.ExitStack()
        self.folder = shared / f"{client.__name__}-{'through' if through else 'direct'}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.log = self.at_the_end.enter_context(open(self.folder / "log", "a"))
        (self.folder / ".gitconfig").write_text("[user]\nname = Nobody\nemail = nobody@localhost\n[gc]\nauto = 0\n")
        self.environment = {name: value for name, value in os.environ.items() if not re.match("GIT_|.*_proxy$", name, re.I)} | {
            "HOME": str(self.folder), "PYTHONPATH": ".", "LC_ALL": "C.UTF-8", "PATH": f"{shared}/python/bin:" + os.environ["PATH"] + ":/usr/sbin"}
        self.once("python", make_python)

    def front(self, back):
        """Where the client finds the server of a port: there, or at a proxy in front of it."""
        front = next(PORTS) if self.through else back
        if self.through:
            (self.folder / "proxy.yaml").write_text(json.dumps({"listen": f"127.0.0.1:{front}", "workers": 2,
                "admin": {"socket": "off"}, "routes": [{"path": "/", "upstream": f"http://127.0.0.1:{back}"}], "log": {"access": {
                "to": "proxied.log", "format": "{{request.line}} -> {{response.status}} {{response.end}} {{response.error}}"}}}))
            self.start(front, self.proxy, "--config", "proxy.yaml")
        return f"http://127.0.0.1:{front}"

    def start(self, port, *command):
        server = subprocess.Popen(list(map(str, command)), cwd=self.folder, env=self.environment, start_new_session=True,
                                  stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.at_the_end.callback(end, server, signal.SIGTERM)
        deadline = time.monotonic() + 20
        while not listens(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command[0]} did not start: {self.folder}/log")
            time.sleep(0.05)

    def call(self, *command, within=120, folder=None, may_fail=False, **environment):
        """What a command says, on both streams, without the port of the server. Nothing of its process group is left."""
        child = subprocess.Popen(list(map(str, command)), cwd=folder or self.folder, env=self.environment | environment,
            start_new_session=True, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            said = re.sub(r"127\.0\.0\.1:\d+", "SERVER", child.communicate(timeout=within)[0])
        finally:
            end(child, signal.SIGKILL)
        print("$", *command, f"\n{said}", file=self.log, flush=True)
        if child.returncode and not may_fail:
            raise RuntimeError(f"{command[:3]} ended with {child.returncode}: {said[-1000:]}")
        return said

    def pytest(self, suite, *options, conftest, **environment):
        (self.shared / f"python/tests-of-{suite}/conftest.py").write_text(conftest)
        self.call("pytest", "-p", "no:cacheprovider", "-o", "addopts=", f"--junitxml={self.folder}/report.xml", *options,
                  folder=self.shared / f"python/tests-of-{suite}", within=500, may_fail=True, **environment)
        cases = xml.etree.ElementTree.parse(self.folder / "report.xml").iter("testcase")
        return {f"{case.get('classname')} {case.get('name')}": "".join(child.tag for child in case) or "passed" for case in cases}

    def once(self, name, make):
        """A folder that all runs share, made by the first that needs it."""
        there, done = self.shared / name, self.shared / f"{name} is made"
        if not done.exists():
            shutil.rmtree(there, ignore_errors=True)
            there.mkdir()
            make(self, there)
            done.touch()
        return there

    def facts(self, client):
        with self.at_the_end:
            try:
                facts = client(self)
            except (RuntimeError, OSError, subprocess.SubprocessError) as trouble:
                facts = {"trouble": f"fail: {trouble}"}
        return facts, sum(log.read_bytes().count(b"\n") for log in self.folder.glob("proxied.log"))


def make_python(run, to):
    run.call(sys.executable, "-m", "venv", to)
    run.call("pip", "install", *PYTHON, within=600)
    run.call("pip", "download", "--dest", to / "wheels", *WHEELS, within=300)
    for suite, pinned in zip(("requests", "uvicorn"), PYTHON):
        run.call("pip", "download", "--no-deps", "--no-binary", suite, pinned, folder=to)
        run.call("tar", "-x", f"--one-top-level=tests-of-{suite}", "--strip-components=1", "-f", *to.glob(f"{suite}-*.gz"), folder=to)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end(process, how):
    for how in (how, signal.SIGKILL):  # As asked; then, after ten seconds at most, whatever is left of its group.
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, how)
            process.wait(timeout=10)


def digests(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts}


def counts(facts):
    words = (re.match("pass|fail|skip|error|", fact).group() or "told" for fact in facts.values())
    return ", ".join(f"{count} {word}" for word, count in collections.Counter(words).most_common())


def compare(client, proxy, folder):
    """Prints a row of the table; returns what differs."""
    name = client.__name__
    if missing := [package for package in CLIENTS[client] if not os.path.exists(f"/var/lib/dpkg/info/{package}.list")]:
        print(name, "skipped", "skipped", f"Debian's packages are missing: {' '.join(missing)}", sep=" | ")
        return []
    (direct, _), (through, proxied) = (Run(client, proxy, folder, through).facts(client) for through in (False, True))
    differences = [f"{name}: {fact}\n  direct:  {direct.get(fact)}\n  through: {through.get(fact)}"
                   for fact in sorted(direct | through) if direct.get(fact) != through.get(fact)]
    if not re.search("pass|told", counts(direct)) or not proxied:
        differences.append(f"{name}: nothing to compare, direct: {counts(direct)} {direct.get('trouble')}, proxied: {proxied}")
    print(name, counts(direct), f"{counts(through)} ({proxied} requests)", "NO" if differences else "yes", sep=" | ", flush=True)
    return differences


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--bin", type=pathlib.Path, required=True)
    options.add_argument("--folder", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir(), "cluster-proxy-clients"))
    options.add_argument("--only", nargs="+", choices=[client.__name__ for client in CLIENTS])
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    print("client | direct | through | same", flush=True)
    differences = [difference for client in CLIENTS if not chosen.only or client.__name__ in chosen.only
                   for difference in compare(client, chosen.bin.resolve(), chosen.folder.resolve())]
    sys.exit("\n".join(differences) or 0)


if __name__ == "__main__":
    main()
