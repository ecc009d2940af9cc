"""The cases notice a rule that is off by a little: each limit, each comparison and each ``for`` in turn."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.alerts.promtool import alone, rule_files, whole
from tests.support import promtool

COMPARISON = re.compile(r"(?<= )(>=|<=|==|!=|<|>)(?= )")
TURNED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "==": "!=", "!=": "=="}
LIMIT = re.compile(r"(?<=[><=] )(-?\d+(?:\.\d+)?)(?![\w.\]\"])")
SHIFT = 0.1
"""Of a limit: what a person may mistype is rarely less."""
OF_ONE_BYTE = ("DiskFullSoon", "DiskOutOfInodes", "RedisMemoryFull")
"""Rules with a limit of zero bytes or files: one more or less is the same to all who read them."""
SURVIVED = re.compile(r"Unit Testing:  test-(\S+)\.yml\n\s*SUCCESS")


def mutants(rule: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rule with one thing changed."""
    expr = rule["expr"]
    for found in COMPARISON.finditer(expr):
        yield {**rule, "expr": expr[: found.start()] + TURNED[found[1]] + expr[found.end() :]}
    for found in LIMIT.finditer(expr):
        value = float(found[1])
        if not value and rule["alert"] in OF_ONE_BYTE:
            continue
        for changed in (value - (abs(value) * SHIFT or 1), value + (abs(value) * SHIFT or 1)):
            yield {**rule, "expr": f"{expr[: found.start()]}{changed:g}{expr[found.end() :]}"}
    seconds = int(rule["for"].removesuffix("s"))
    for waits in {max(seconds - 60, 0), seconds + 60} - {seconds}:
        yield {**rule, "for": f"{waits}s"}


def survivors(folder: Path) -> list[str]:
    """Mutants that no case notices."""
    files, tests, described = {}, {}, {}
    for name, text in alone(rule_files()).items():
        (rule,) = json.loads(text)["groups"][0]["rules"]
        for number, mutant in enumerate(mutants(rule)):
            key = f"{name}-{number}"
            files[f"{key}.yml"] = json.dumps({"groups": [{"name": "alone", "rules": [mutant]}]})
            tests[f"test-{key}.yml"] = whole(name, f"{key}.yml")
            described[key] = f"{name}: for {mutant.get('for')}: {mutant['expr']}"
    done = promtool.run(folder, tests, files)
    return [described[key] for key in SURVIVED.findall(done.stdout)]


def test_every_mutant_of_a_rule_is_noticed(tmp_path: Path) -> None:
    assert survivors(tmp_path) == []
