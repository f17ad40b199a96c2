"""How long things take: many short rounds, the middle one counts."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Measured:
    """Seconds an act takes."""

    middle: float
    p95: float
    rounds: int

    @property
    def per_second(self) -> float:
        """Acts a second."""
        return 1 / self.middle


def measure(act: Callable[[], object], *, seconds: float = 3.0, warm: int = 20) -> Measured:
    """Repeat an act for some seconds, after a warm-up."""
    for _ in range(warm):
        act()
    took: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(took) < 30:
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return Measured(median(took), quantiles(took, n=20)[-1], len(took))


def alternate(
    acts: dict[str, Callable[[], object]], *, rounds: int = 5, seconds: float = 1.0
) -> dict[str, Measured]:
    """Measure several acts in turns, so that a noisy minute meets all of them."""
    found: dict[str, list[Measured]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            found[name].append(measure(act, seconds=seconds, warm=3))
    return {name: sorted(many, key=lambda m: m.middle)[rounds // 2] for name, many in found.items()}


def say(name: str, value: str, goal: str = "", *, met: bool | None = None) -> None:
    """One line of the report."""
    verdict = "" if met is None else ("  goal met" if met else "  GOAL MISSED")
    print(f"{name:<58} {value:>22}   {goal}{verdict}", flush=True)
