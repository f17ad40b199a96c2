"""A database and a var folder in which `cpd` is run as its owner runs it."""

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from cpd_app.cli import cpd
from tests.conftest import SECRET


class Place:
    """A database and a var folder for `cpd` as a process."""

    def __init__(self, url: str, var_dir: Path, seal_key: str) -> None:
        self.url, self.var_dir = url, var_dir
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CPD_")}
        self.environ = kept | {
            "CPD_ENV": "test",
            "CPD_DATABASE_URL": url.replace("+psycopg", ""),
            "CPD_VAR_DIR": str(var_dir),
            "CPD_SECRET_KEY": SECRET,
            "CPD_SEAL_KEY": seal_key,
        }

    def start(self, *words: str | Path) -> "subprocess.Popen[str]":
        """The command as a process."""
        return subprocess.Popen(
            [sys.executable, "-m", "cpd_app.cli", *map(str, words)],
            env=self.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def apart(self, *words: str | Path) -> str:
        """Run a command as a process to its end, while threads of this one go on."""
        process = self.start(*words)
        said, _nothing = process.communicate(timeout=300)
        assert process.returncode == 0, said
        return said

    def run(self, *words: str | Path, status: int = 0) -> str:
        """Run a command in this process; what it said."""
        result = CliRunner().invoke(cpd, [str(w) for w in words], env=self.environ)
        assert result.exit_code == status, (result.output, result.exception)
        return result.output
