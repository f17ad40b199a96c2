"""Ports that are free at this moment."""

import socket


def free_port() -> int:
    """A port of loopback that the kernel has just given and taken back."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
