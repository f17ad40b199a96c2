"""Reads QR codes in pictures with zbar: a decoder of another make than the service's own."""

import subprocess
import tempfile
from pathlib import Path


def codes_in(picture: bytes) -> list[str]:
    """The texts of the codes that zbar sees in a PNG or JPEG."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        path.write_bytes(picture)
        found = subprocess.run(
            ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)],
            capture_output=True,
            text=True,
            check=False,  # it says 4 when it sees none
        )
    return found.stdout.split()
