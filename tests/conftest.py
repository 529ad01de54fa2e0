"""What every test may use: real MNIST where it is at hand, and a private place for what the app stores."""

import os
import tempfile
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

from mnistlab.data.mnist.originals import cache_folder, import_tensorflow_datasets
from mnistlab.engine.compilation_cache import keep_compiled_operations
from mnistlab.operating_system import one_thread_per_operation

PLUGINS = "browser", "predict_page", "registry_bench", "trainer_bench"
pytest.register_assert_rewrite(*(f"tests.{name}" for name in PLUGINS))  # tests import from them, too

REPOSITORY = Path(__file__).resolve().parent.parent
MNIST_FOLDER = REPOSITORY.parent / "shared" / "mnist"

try:
    from hypothesis import HealthCheck, settings

    # The first call of a JAX operation compiles it: no example may be judged by its time.
    settings.register_profile("lab", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("lab")
except ImportError:
    pass  # the property tests then skip, saying so

_private = tempfile.TemporaryDirectory(prefix="mnistlab-tests-")
os.environ.setdefault("STREAMLIT_CLIENT_SHOW_ERROR_DETAILS", "full")
one_thread_per_operation()  # as in the workers and the server
import_tensorflow_datasets()  # as in the server, before there are threads
os.environ["MNISTLAB_STATE_DIR"] = str(Path(_private.name) / "state")
os.environ["TFDS_DATA_DIR"] = str(Path(_private.name) / "tfds")
# A cache of its own, kept from run to run when asked for: generated digits take a while to draw.
os.environ.setdefault("MNISTLAB_CACHE_DIR", str(Path(_private.name) / "cache"))
os.environ.pop("MNISTLAB_DATA_DIR", None)
keep_compiled_operations()  # as in the workers and the server: who compiles one first does it for all
# What a program that knows nothing of the lab needs to find them, too.
COMPILED = {
    "JAX_COMPILATION_CACHE_DIR": str(cache_folder() / "jax"),
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}


class BrowserTestsInOneProcess(LoadFileScheduling):
    """Whole files to each process, and all that drive a browser to the same: two at once would be slow."""

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if is_in_browser(nodeid) else nodeid.partition("::")[0]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what drives a browser first: one process is busy with it for long, and the others do the rest."""
    items.sort(key=lambda item: not is_in_browser(item.nodeid))


def is_in_browser(node_id: str) -> bool:
    """Return whether a test stands in a file whose tests drive a browser."""
    file = node_id.partition("::")[0]
    return "test_browser" in file or "test_server_faults" in file


def pytest_xdist_make_scheduler(config, log):
    """Share the tests out among the processes."""
    return BrowserTestsInOneProcess(config, log)


@pytest.fixture(scope="session", autouse=True)
def _compiled_operations():
    """Operations compiled once for all processes of a test run, as for those of the server."""
    keep_compiled_operations()


@pytest.fixture(scope="session")
def mnist():
    """Real MNIST, in the order of tensorflow-datasets."""
    if not (MNIST_FOLDER / "train-images-idx3-ubyte.gz").exists():
        pytest.skip("real MNIST is not at hand (../shared/mnist)")
    from mnistlab.data.datasets import load_mnist

    return load_mnist(MNIST_FOLDER)


@pytest.fixture(scope="session")
def generated():
    """The generated digits."""
    from mnistlab.data.datasets import load_dataset

    return load_dataset("generated")
