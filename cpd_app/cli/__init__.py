"""The `cpd` command: one module per group of commands; each an edge like a page."""

import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import click

from cpd_app.config import SettingError

#: command -> module and what it is called there. A module is loaded when its command is asked for:
#: `cpd run` only starts other processes, and need not load the application before them.
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "admin": ("admin", "admin"),
        "backup": ("backup", "backup"),
        "bounces": ("bounces", "bounces"),
        "demo": ("demo", "make_demo"),
        "import": ("imports", "import_"),
        "migrate": ("database", "migrate"),
        "restore": ("backup", "restore"),
        "retention": ("retention", "retention"),
        "run": ("run", "run"),
        "token": ("tokens", "token"),
        "verify-journal": ("database", "verify_journal"),
    }
)


class Commands(click.Group):
    """A group whose commands are loaded one by one."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Their names, as the help lists them."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One of them; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def cpd() -> None:
    """Run and look after the CPD service."""


def main() -> None:
    """Run a command; a bad setting is one sentence, not a traceback."""
    try:
        cpd(prog_name="cpd")
    except SettingError as error:
        sys.exit(f"cpd: {error}")
