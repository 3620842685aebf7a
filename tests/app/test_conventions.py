"""The conventions of the house, as tests: whoever breaks one learns it here."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes

from app.platform.rendering import templates
from app.platform.settings import Settings

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = sorted((ROOT / "app").rglob("*.py")) + sorted((ROOT / "scheduler").rglob("*.py"))


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _calls(tree: ast.AST, method: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            yield node


def test_top_level_holds_only_what_is_agreed() -> None:
    agreed = {
        "pyproject.toml", "app", "migrations", "scheduler", "static", "templates", "tests", "Dockerfile", "README.md",
        "Makefile", "requirements.lock", "requirements-dev.lock",
    }  # fmt: skip
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "var"}
    assert found <= agreed, found - agreed


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_a_file_fits_in_one_look(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300


def test_nobody_commits_outside_the_one_place() -> None:
    # In ``sharing.py`` a piece ends its part of a transaction that others share; the transaction is the engine's.
    allowed = {f"app/platform/database/{name}.py" for name in ("engine", "migrating", "sharing")}
    found = {
        _name(path)
        for path in SOURCES
        if path.parts[-2:] != ("backup", path.name) and any(_calls(ast.parse(path.read_text()), "commit"))
    }
    assert found <= allowed, found - allowed


def test_nobody_asks_for_the_time_below_the_routes() -> None:
    allowed = {"app/platform/clock.py", "app/cli/telling.py", "app/worker.py"}
    for path in SOURCES:
        if _name(path) in allowed:
            continue
        text = path.read_text()
        assert not re.search(r"datetime\.(now|utcnow)\(|date\.today\(|time\.time\(\)", text), _name(path)


def test_no_handler_is_async_with_a_database_session() -> None:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AsyncFunctionDef):
                annotations = {ast.unparse(one.annotation) for one in node.args.args if one.annotation}
                assert not annotations & {"ReadSession", "DbSession", "RequestSession", "Session"}, (
                    f"{_name(path)}: {node.name}"
                )


def test_a_handler_waits_for_nothing() -> None:
    """Handlers run in threads: one that is ``async`` would hold the loop while it asks the database."""
    allowed = {"stream_run"}  # reads in threads itself, and holds no session while it streams
    for path in SOURCES:
        if "routes" not in (*path.parts, path.stem):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AsyncFunctionDef) and node.decorator_list:
                assert node.name in allowed, f"{_name(path)}: {node.name}"


def test_the_web_framework_stays_in_routes() -> None:
    """The same as a contract of import-linter, for modules that nobody thought of listing there."""
    allowed = {"app/main.py", "app/cli/rights.py", "app/accounts/policies.py", "app/accounts/cookies.py"}
    for path in SOURCES:
        name = _name(path)
        if "routes" in (*path.parts, path.stem) or name in allowed or name.startswith("app/platform/"):
            continue
        assert not re.search(r"^\s*(from|import) (fastapi|starlette)", path.read_text(), flags=re.MULTILINE), name


def test_sql_is_never_put_together_from_text() -> None:
    # Names of tables from the catalogue, names of pragmas from a constant: neither can be bound.
    allowed = {"app/platform/backup/sqlite.py", "app/platform/backup/postgres.py", "app/platform/self_check.py"}
    for path in SOURCES:
        if _name(path) not in allowed:
            assert not re.search(r"\btext\(\s*f[\"']", path.read_text()), _name(path)


def test_values_of_every_setting_have_a_reader() -> None:
    """A setting that nothing reads is a promise that nobody keeps."""
    code = "\n".join(path.read_text() for path in SOURCES)
    for name in Settings.model_fields:
        assert f"settings.{name}" in code or f"self.{name}" in code, name


def test_layers_are_held_by_contracts() -> None:
    """``make check`` runs them; here it is held that they stand, and that no domain is missing in them."""
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    by_name = {contract["name"]: contract for contract in contracts}
    domains = {f"app.{path.name}" for path in (ROOT / "app").iterdir() if (path / "__init__.py").is_file()}
    domains -= {"app.cli"}  # a composition root, as app.main and app.worker
    layered = set(by_name["Domains from high to low"]["layers"])
    assert domains <= layered, domains - layered
    inside = set(by_name["Layers inside a domain"]["containers"])
    assert domains - {"app.platform", "app.demo"} <= inside, domains - inside
    assert by_name["Below the routes nobody imports the web framework"]["source_modules"] == ["app"]
    assert by_name["Routes and tasks are imported by the composition roots alone"]["protected_modules"] == [
        "app.*.routes",
        "app.*.tasks",
    ]


def test_relations_are_loaded_on_purpose() -> None:
    for path in SOURCES:
        for line in re.findall(r"= relationship\((.*)\)", path.read_text()):
            assert 'lazy="raise"' in line, f"{_name(path)}: relationship({line})"


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_templates_keep_the_content_policy(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=", text), "no inline style"
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)", text), "no inline style or script"
    assert not re.search(r"\son[a-z]+=", text), "no inline handler"
    assert "hx-on" not in text
    assert "js:" not in text.replace("js/", "")


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_templates_escape(path: Path) -> None:
    """T32."""
    text = path.read_text()
    assert "|safe" not in text
    assert "autoescape false" not in text


def _unfillable(source: str) -> list[str]:
    """Words to translate whose places are not filled where they are asked for: the page would break when it is shown."""
    found = []
    for call in templates().parse(source).find_all(nodes.Call):
        if getattr(call.node, "name", "") not in {"_", "gettext", "ngettext"}:
            continue
        given = {one.key: 0 for one in call.kwargs} | {"num": 0}
        for words in (one.value for one in call.args if isinstance(one, nodes.Const) and isinstance(one.value, str)):
            try:
                words % given
            except (KeyError, TypeError, ValueError):
                found.append(words)
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_words_to_translate_are_filled_where_they_are_asked_for(path: Path) -> None:
    """``_("… %(day)s", day=…)``: what stands behind the call, ``|format`` or ``%``, comes too late."""
    assert _unfillable(path.read_text()) == []


def test_words_that_are_filled_too_late_are_found() -> None:
    """The control."""
    late = ('{{ _("on %(day)s")|format(day=1) }}', '{{ ui.notice(_("on %(day)s") % {"day": 1}) }}', '{{ _("9 % of") }}')
    assert [len(_unfillable(one)) for one in late] == [1, 1, 1]
    assert _unfillable('{{ _("on %(day)s", day=1) }}{% trans n=2 %}{{ n }}, 9 %{% endtrans %}') == []


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_words_take_their_values_in_the_call(path: Path) -> None:
    """In a template ``_("… %(name)s …")`` puts the values in by itself: one given behind the call comes too late."""
    for call in re.findall(r'\b_\(\s*"(?:[^"\\]|\\.)*%\([a-z_]+\)s(?:[^"\\]|\\.)*"\s*\)', path.read_text()):
        raise AssertionError(f"a value is missing: {call}")


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_names_of_people_are_shown_in_one_way(path: Path) -> None:
    """REG-08: by ``ui.person`` and ``ui.person_name``, which know scripts and directions; only a title and attributes are plain text."""
    text = re.sub(r"{% block title %}.*?{% endblock %}", "", path.read_text(), flags=re.DOTALL)
    text = re.sub(r'(alt|aria-label|value)="[^"]*"', "", text)  # an attribute holds plain text too
    names = r"badge_name|native_name|contact_name|display_name|family_name|given_name"
    plain = re.findall(rf"{{{{[^}}(]*\.(?:{names})\s*}}}}", text)
    if path.name != "marks.html":
        assert not plain, plain


def test_markup_is_made_by_pictures_alone() -> None:
    """T32."""
    for path in SOURCES:
        if "pictures" in path.parts:
            continue
        assert "Markup(" not in path.read_text(), _name(path)


def test_every_setting_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for name in Settings.model_fields:
        shown = "DATABASE_URL" if name == "database_url" else f"BRIDGE_{name.upper()}"
        assert f"`{shown}`" in readme, f"{shown} is missing in the README"


def test_every_command_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^([a-z-]+):.*##", makefile, flags=re.MULTILINE):
        assert f"make {target}" in readme, f"make {target} is missing in the README"
    for command in (
        "serve", "worker", "demo", "load-fixture", "migrate", "create-admin", "backup", "restore", "export-problem",
        "print",
    ):  # fmt: skip
        assert f"bridge {command}" in readme, f"bridge {command} is missing in the README"


def test_every_picture_of_the_readme_is_there() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text()):
        assert (ROOT / path).is_file(), path


def test_every_folder_of_the_house_stands_in_the_map() -> None:
    readme = (ROOT / "README.md").read_text()
    for folder in sorted(path.name for path in (ROOT / "app").iterdir() if (path / "__init__.py").is_file()):
        assert f"{folder}/" in readme, f"app/{folder} is missing in the map of the README"


@pytest.mark.parametrize("problem", ["pairing", "agenda", "meetings"])
def test_every_rule_and_term_stands_in_its_model(problem: str) -> None:
    from importlib import import_module

    text = (ROOT / "scheduler" / problem / "MODEL.md").read_text()
    names = [
        *import_module(f"scheduler.{problem}.validation").CHECKS,
        *import_module(f"scheduler.{problem}.score").TERMS,
    ]
    for name in names:
        assert f"`{name}`" in text, f"{name} is missing in scheduler/{problem}/MODEL.md"


@pytest.mark.parametrize("problem", ["pairing", "agenda", "meetings"])
def test_the_model_and_the_clerk_know_the_same_rules(problem: str) -> None:
    from importlib import import_module

    checks = import_module(f"scheduler.{problem}.validation").CHECKS
    rules = import_module(f"scheduler.{problem}.constraints").RULES
    assert list(checks) == list(rules)


def _imported(path: Path) -> set[str]:
    """All modules that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module} | {f"{node.module}.{one.name}" for one in node.names}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found


CALLERS = re.compile(r"app/(agenda|meetings|pairing)/(planner|service|workbench|refusing)\b")
"""Who may speak the language of the scheduler: planners, their services, and the reading of the workbench."""
SOLVER_FREE = re.compile(
    r"scheduler\.(core|(pairing|agenda|meetings)\.(problem|solution|validation|score|places|modality"
    r"|stability|released|restricting))\b"
)
"""What of it these may import: values, rules and counting, nothing that solves."""
SOLVERS = {"ortools", "numba", "pysat", "highspy"}
SOLVING = re.compile(
    r"scheduler/(core/(compiled|cpsat|staged|clauses|maxsat|prover)\.py"
    r"|pairing/(variables|constraints|objective|model|replan|solve|explain|catalogue)"
    r"|agenda/(variables|constraints|objective|model|solve|explain|crowds|large|reinserting)"
    r"|meetings/(variables|literals|constraints|objective|patterns|model|solve|explain|whole|parts|search|relaxation"
    r"|kernel|chains|annealing|arrays|paths|cooling|improving|repairing|strategy|compiling))"
)
"""The files of the scheduler that may load a solver."""


@pytest.mark.parametrize("path", [path for path in SOURCES if path.is_relative_to(ROOT / "app")], ids=_name)
def test_only_planners_and_their_services_speak_to_the_scheduler_and_never_to_what_solves(path: Path) -> None:
    spoken = {one for one in _imported(path) if one.split(".")[0] == "scheduler"}
    assert not spoken or CALLERS.match(_name(path)), f"{_name(path)} imports {sorted(spoken)}"
    assert all(SOLVER_FREE.match(one) for one in spoken), sorted(spoken)
    assert not {one.split(".")[0] for one in _imported(path)} & SOLVERS


@pytest.mark.parametrize("path", [path for path in SOURCES if path.is_relative_to(ROOT / "scheduler")], ids=_name)
def test_a_solver_is_loaded_only_by_what_solves(path: Path) -> None:
    loads = {one.split(".")[0] for one in _imported(path)} & SOLVERS
    assert not loads or SOLVING.match(_name(path)), f"{_name(path)} imports {sorted(loads)}"


def test_the_web_process_holds_no_solver() -> None:
    """Importing OR-Tools takes seconds and half a gigabyte of addresses; solves have processes of their own."""
    code = "import sys, app.main, app.worker; print(sorted({'ortools', 'numba', 'pysat'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "[]", run.stdout + run.stderr
