"""The three kinds of problem by name; modules that solve are imported only when they are needed."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

KINDS = ("pairing", "agenda", "meetings")


@dataclass(frozen=True)
class Kind:
    """One kind of problem; every module of the same name has the same functions in each package.

    ``problem.read_problem(text)``, ``solution.read_solution(text, problem)`` (a solution or an outcome),
    ``validation.validate(problem, solution)``, ``score.score(problem, solution)``,
    ``score.stage_values(problem, solution)``, ``solve.solve(problem, hint=, limits=, control=)``,
    ``explain.explain(problem, limits=, control=)``; where a solve has something to load or compile first, also
    ``solve.make_ready(problem)``.
    """

    name: str

    def module(self, name: str) -> ModuleType:
        return import_module(f"scheduler.{self.name}.{name}")

    def function(self, module: str, name: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(self.module(module), name)
        return found

    def make_ready(self, problem: Any) -> None:
        """Load and compile what a solve of this problem needs, so that its time limit need not run meanwhile."""
        make_ready = getattr(self.module("solve"), "make_ready", None)
        if make_ready is not None:
            make_ready(problem)

    def schema_of(self, what: str) -> Any:
        """The Pydantic class behind ``problem``, ``solution``, ``outcome`` or ``explanation``."""
        if what == "explanation":
            return import_module("scheduler.core.explanation").Explanation
        module = self.module("problem" if what == "problem" else "solution")
        return getattr(module, f"{self.name.capitalize()}{what.capitalize()}")
