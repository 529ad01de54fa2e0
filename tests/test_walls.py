"""The walls between the layers, and the promise that nothing is compiled as a whole, read off the syntax."""

import ast
import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PACKAGE = sorted((REPOSITORY / "mnistlab").rglob("*.py"))
PAGES = [REPOSITORY / "streamlit_app.py", *sorted((REPOSITORY / "pages").glob("*.py"))]
COMPILERS = {
    "jit",
    "pjit",
    "pmap",
    "scan",
    "while_loop",
    "fori_loop",
    "xmap",
    "shard_map",
    "associative_scan",
}


def imported_by(path):
    """Top-level names of the packages that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            yield node.module.split(".")[0]


def imported_modules(path):
    """Full names of our own modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def compiling_names(tree):
    """Names in a syntax tree by which JAX would compile a program as a whole."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            whole = ast.unparse(node)
            if node.attr in COMPILERS or whole in ("lax.map", "jax.lax.map", "lax.reduce_window_jit"):
                yield whole
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("jax"):
            yield from (alias.name for alias in node.names if alias.name in {*COMPILERS, "map"})


def name_of(path):
    return str(path.relative_to(REPOSITORY))


def forbidden(path):
    parts = path.relative_to(REPOSITORY).parts
    if parts[0] == "pages" or parts[-1] in ("streamlit_app.py", "app.py"):
        return {"jax", "numpy", "plotly", "tensorflow_datasets"}
    if parts[1] == "figures":
        return {"streamlit", "jax"}
    if parts[1] == "ui":
        return set()
    return {"streamlit", "plotly"}


@pytest.mark.parametrize("path", [*PACKAGE, *PAGES], ids=name_of)
def test_no_layer_imports_what_it_must_not_know(path):
    assert forbidden(path).isdisjoint(imported_by(path))


@pytest.mark.parametrize(
    "path", [p for p in PACKAGE if "ui" not in p.parts and p.name != "app.py"], ids=name_of
)
def test_nothing_below_the_rim_imports_the_rim(path):
    rim = ("mnistlab.ui",) if "figures" in path.parts else ("mnistlab.ui", "mnistlab.figures")
    assert not [module for module in imported_modules(path) if module.startswith(rim)]


GROUND = [path for path in PACKAGE if path.parent.name == "engine" or "data" in path.parts[:-1]]


@pytest.mark.parametrize("path", [path for path in GROUND if "ui" not in path.parts], ids=name_of)
def test_engine_and_data_know_nothing_of_what_stands_on_them(path):
    above = tuple(f"mnistlab.{floor}" for floor in ("analysis", "runs", "jobs", "sweeps"))
    assert not [module for module in imported_modules(path) if module.startswith(above)]


@pytest.mark.parametrize("path", [*PACKAGE, *PAGES], ids=name_of)
def test_nothing_of_streamlit_is_used_that_is_private(path):
    private = ("streamlit.runtime", "streamlit.proto", "streamlit.web")
    assert not [name for name in imported_modules(path) if name.startswith(private) or "streamlit._" in name]
    owners = {"st", "streamlit"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in owners:
            assert not node.attr.startswith("_"), node.attr


@pytest.mark.parametrize("path", PACKAGE, ids=name_of)
def test_the_package_compiles_no_program_as_a_whole(path):
    assert list(compiling_names(ast.parse(path.read_text()))) == []


@pytest.mark.parametrize(
    "code",
    ["jax.jit(f)", "lax.scan(f, 0, x)", "lax.map(f, x)", "from jax import jit", "from jax.lax import map"],
)
def test_the_guard_sees_a_compiler_when_there_is_one(code):
    assert list(compiling_names(ast.parse(code)))


def test_one_file_alone_takes_something_private_from_jax():
    private = [path.name for path in PACKAGE if any("._" in f".{name}" for name in imported_modules(path))]
    assert private == ["eager.py"]


SOME_SYSTEMS = re.compile(
    r"^\s*import (ctypes|fcntl|msvcrt|winreg|resource)\b|os\.name|sys\.platform|platform\.system|/proc\b"
    r"|cgroup|os\.(nice|getpriority|getuid|geteuid|getsid|setsid|getpgid|killpg|sched_\w+|fork|fchmod|fchown|chown"
    r"|uname|sysconf|O_DIRECTORY|O_NOFOLLOW|register_at_fork)\b|signal\.(SIGHUP|SIGKILL|SIGUSR\d|SIGALRM|alarm)\b",
    re.MULTILINE,
)


def test_one_file_alone_calls_what_only_some_systems_have():
    found = {}
    for path in PACKAGE:
        code = ast.unparse(ast.parse(path.read_text()))
        if names := {match[0] for match in SOME_SYSTEMS.finditer(code)}:
            found[path.name] = names
    assert found.keys() == {"operating_system.py"}, found
