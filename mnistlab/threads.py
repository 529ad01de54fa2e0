"""How many threads one operation may use: one, because the operations of a training step are short."""

import os


def one_thread_per_operation() -> None:
    """Have XLA compute each operation on one thread; to be called before JAX computes anything.

    The threads of a matrix product as small as those of the lab wait for each other about as long as they
    compute, and meanwhile the thread that dispatches the next operations waits for a core. `NPROC`, if it is
    set already, says otherwise. A GPU is not concerned.
    """
    os.environ.setdefault("NPROC", "1")  # read by XLA when it starts the threads of a CPU
