"""Run inside a network namespace: print what pyroute2 hears there, a JSON object of the four dumps.

In the form of ``collector.local``, each with the links before it, which name the interfaces.
"""

import json
import socket
import sys
from typing import Any

from pyroute2 import IPRoute

from collector.local import _plain


def main() -> None:
    """Print the dumps."""
    families = (socket.AF_INET, socket.AF_INET6)
    with IPRoute() as kernel:
        links = list(kernel.get_links())
        dumps: dict[str, list[Any]] = {
            "netlink-addr": [*links, *kernel.get_addr()],
            "netlink-route": [*links, *(r for f in families for r in kernel.get_routes(family=f))],
            "netlink-rule": [r for f in families for r in kernel.get_rules(family=f)],
            "netlink-neigh": [
                *links,
                *(n for f in families for n in kernel.get_neighbours(family=f)),
            ],
        }
    texts = {
        probe: "".join(f"{json.dumps(_plain(each), ensure_ascii=False)}\n" for each in messages)
        for probe, messages in dumps.items()
    }
    json.dump(texts, sys.stdout)


if __name__ == "__main__":
    main()
