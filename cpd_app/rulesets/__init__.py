"""Rule sets as YAML files: read with line numbers, checked, compiled."""

from collections.abc import Iterable, Mapping
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.reading import Path as KeyPath
from cpd_app.domain.reading import Problem, RuleSetInvalid
from cpd_app.domain.ruleset import compile_rule_set

FOLDER = Path(__file__).parent
DEFAULT = "cse-default"

#: YAML is written for a page of about this many columns, and a key takes about so many of them
WIDTH = 100
NAME = 14

Lines = dict[KeyPath, int]


@cache
def default_rule_set() -> RuleSet:
    """`cse-default` version 1, shipped with the service."""
    return load(FOLDER / f"{DEFAULT}.yaml")


def load(path: Path) -> RuleSet:
    """A rule set from a YAML file. Raises RuleSetInvalid, each problem with its line."""
    return compile_text(path.read_text(encoding="utf-8"))


def compile_text(text: str) -> RuleSet:
    """A rule set from YAML text. Raises RuleSetInvalid, each problem with its line."""
    body, lines = parse(text)
    try:
        return compile_rule_set(body)
    except RuleSetInvalid as invalid:
        raise RuleSetInvalid(located(invalid.problems, lines)) from None


def parse(text: str) -> tuple[dict[str, Any], Lines]:
    """The plain mapping of a YAML text, and the line of every key in it.

    Raises RuleSetInvalid for what is not YAML, a key that stands twice, or no mapping at all.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else None
        raise RuleSetInvalid([Problem((), error.problem or "?", "YAML", line)]) from None
    except yaml.YAMLError:
        raise RuleSetInvalid([Problem((), "an unreadable character", "YAML text")]) from None
    lines: Lines = {}
    problems: list[Problem] = []
    body = _value(root, (), lines, problems)
    if not isinstance(body, Mapping):
        problems.append(Problem((), "no mapping", "a mapping of code, version, names, kinds …", 1))
    if problems:
        raise RuleSetInvalid(problems)
    return dict(body), lines


def located(problems: Iterable[Problem], lines: Lines) -> list[Problem]:
    """The problems with the line at which each of them stands."""
    return [problem._replace(line=_line_of(problem.path, lines)) for problem in problems]


def write(body: Mapping[str, Any]) -> str:
    """A rule set or an overlay as YAML that people read: small things on one line.

    `parse` gives the same body back.
    """
    if not body:
        return ""
    root = _Plain(StringIO(), sort_keys=False).represent_data(body)
    _lay_out(root)
    text: str = yaml.serialize(root, Dumper=yaml.SafeDumper, allow_unicode=True, width=WIDTH + 20)
    return text


class _Plain(yaml.SafeDumper):
    """Writes a thing that stands twice twice, for people do not read anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the name is PyYAML's
        """Never an anchor."""
        return True


def _lay_out(node: yaml.Node, indent: int = 0) -> int:
    """Put what fits on a line in flow style; the width of the node so written."""
    if not isinstance(node, yaml.CollectionNode):
        return sum(2 if ord(c) > 0xFF else 1 for c in node.value) + 2
    if isinstance(node, yaml.MappingNode):
        inner = sum(_lay_out(k) + _lay_out(v, indent + 2) + 2 for k, v in node.value)
    else:
        inner = sum(_lay_out(item, indent + 2) + 2 for item in node.value)
    node.flow_style = indent > 2 and inner + indent + NAME <= WIDTH
    return inner if node.flow_style else WIDTH


def _value(node: yaml.Node | None, path: KeyPath, lines: Lines, problems: list[Problem]) -> Any:
    """The value of a node; keys become text as JSON would have them."""
    if node is None:
        return None
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(item, (*path, index), lines, problems) for index, item in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, inner in node.value:
            key = _key(key_node)
            line = key_node.start_mark.line + 1
            if key in mapping:
                problems.append(Problem((*path, key), "the key twice", "each key once", line))
            lines[*path, key] = line
            mapping[key] = _value(inner, (*path, key), lines, problems)
        return mapping
    return yaml.SafeLoader("").construct_object(node)


def _key(node: yaml.Node) -> str:
    value = node.value if isinstance(node, yaml.ScalarNode) else "?"
    return value.lower() if node.tag == "tag:yaml.org,2002:bool" else str(value)


def _line_of(path: KeyPath, lines: Lines) -> int | None:
    """The line of a key, or of the nearest thing around it that stands in the file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)
