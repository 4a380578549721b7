"""Three real nodes on one machine: dockerd, sshd, BIRD and pods wired as Calico wires them.

A node is four namespaces (net, mount, UTS, PID). Needs root on Debian and the programs that
``packages.sh`` installs; traffic stays inside the lab's own namespaces. For a person:
``python -m tests.lab up``; for a test: the fixture ``healthy_lab``.
"""

from tests.lab.lab import Lab
from tests.lab.shell import LabError

__all__ = ["Lab", "LabError"]
