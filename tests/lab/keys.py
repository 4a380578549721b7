"""Keys, accounts and configuration files of the nodes, made anew for each lab."""

import shutil
from pathlib import Path

from tests.lab import bgp, datastore
from tests.lab.plan import NODES, TIMERS, Node
from tests.lab.shell import run

HERE = Path(__file__).parent / "node"

_SSHD = """\
Port 22
HostKey "{dir}/host_key"
AuthorizedKeysFile "{run}/authorized_keys"
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
StrictModes no
PidFile /run/sshd.pid
PrintMotd no
PrintLastLog no
MaxStartups 1000
MaxSessions 1000
LogLevel VERBOSE
Subsystem sftp internal-sftp
"""

_ACCOUNTS = """\
root:x:0:0:root:/run/root:/bin/sh
sshd:x:{uid}:65534::/run/sshd:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
_SHADOW = "root:*:19000:0:99999:7:::\nsshd:!:19000::::::\nnobody:*:19000:0:99999:7:::\n"


def write(run_dir: Path, timers: str) -> None:
    """Make the client's key, and for each node its host key and all its daemons' files."""
    _key(run_dir / "id_ed25519", "netsnap lab")
    shutil.copy(run_dir / "id_ed25519.pub", run_dir / "authorized_keys")
    for node in NODES:
        _write_node(run_dir, node, timers)


def host_key(run_dir: Path, node: Node) -> str:
    """Return the node's public host key as known_hosts wants it: type and base64."""
    kind, key, *_ = (run_dir / node.name / "host_key.pub").read_text().split()
    return f"{kind} {key}"


def _write_node(run_dir: Path, node: Node, timers: str) -> None:
    home = run_dir / node.name
    (home / "etc").mkdir(parents=True)
    (home / "sbin").mkdir()
    _key(home / "host_key", node.name)
    (home / "sshd_config").write_text(_SSHD.format(dir=home, run=run_dir))
    (home / "etc" / "passwd").write_text(_ACCOUNTS.format(uid=_sshd_uid()))
    (home / "etc" / "shadow").write_text(_SHADOW)
    (home / "etc" / "shadow").chmod(0o600)
    (home / "etc" / "hostname").write_text(f"{node.name}\n")
    datastore.write(home / "etc" / "calico" / "datastore")
    log = str(home / "bird.log")
    (home / "bird.conf").write_text(bgp.bird_conf(node, NODES, TIMERS[timers], log))
    (home / "bird6.conf").write_text(bgp.bird6_conf(node))
    (home / "daemon.json").write_text("{}\n")
    for program in ("calicoctl", "birdcl", "calico-felix"):
        shutil.copy(HERE / program, home / "sbin" / program)


def _key(path: Path, comment: str) -> None:
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)])


def _sshd_uid() -> str:
    return run(["id", "-u", "sshd"]).strip()
