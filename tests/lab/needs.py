"""Where the lab can run."""

import os
import shutil
from pathlib import Path

PROGRAMS = (
    "dockerd", "docker", "containerd", "sshd", "ssh-keygen", "bird", "bird6", "birdc", "ethtool",
    "ip", "iptables", "nft", "ipset", "conntrack", "ping", "busybox", "nsenter", "unshare",
    "setsid",
)  # fmt: skip


def missing() -> str | None:
    """Say in one sentence why the lab cannot run here; None if it can."""
    if not Path("/etc/debian_version").exists():
        return "the lab needs Debian"
    if os.geteuid() != 0:
        return "the lab needs root"
    absent = [name for name in PROGRAMS if shutil.which(name, path=_search_path()) is None]
    if absent:
        return f"the lab needs {', '.join(absent)} (sh tests/lab/packages.sh)"
    if not Path("/sys/fs/cgroup").is_dir() or not _may_make_namespaces():
        return "the lab needs to make namespaces and control groups, which this machine forbids"
    return None


def _search_path() -> str:
    return (
        f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    )


def _may_make_namespaces() -> bool:
    """Whether root here has CAP_SYS_ADMIN, which a plain container's root has not."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) & (1 << 21))
    return False
