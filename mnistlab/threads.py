"""How many threads one operation may use: one, because the operations of a training step are short."""

import os


def one_thread_per_operation() -> None:
    """Have XLA and numpy compute each operation on one thread; to be called before either computes.

    The threads of a matrix product as small as those of the lab wait for each other about as long as they
    compute, numpy's spin for a while after each, and meanwhile what dispatches the next operation, or draws
    a page, waits for a core. Whoever sets these variables themselves is left alone. A GPU is not concerned.
    """
    os.environ.setdefault("NPROC", "1")  # read by XLA when it starts the threads of a CPU
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read by numpy when it is imported
