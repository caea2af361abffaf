"""Free loopback ports for servers that read their ports from a file."""

from __future__ import annotations

import random
import socket

# Below Linux's ephemeral range (32768 and up), so that no outgoing connection takes a port between the moment it is
# found free and the moment the server binds it; above what services are registered for.
LOWEST, HIGHEST = 20_000, 32_000


def free_ports(count: int) -> list[int]:
    """Find ``count`` different ports nobody listens on. Two runs at once start at different places."""
    chosen: list[int] = []
    for port in random.sample(range(LOWEST, HIGHEST), HIGHEST - LOWEST):
        if _is_free(port):
            chosen.append(port)
        if len(chosen) == count:
            return chosen
    raise RuntimeError(f"fewer than {count} free ports between {LOWEST} and {HIGHEST}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
