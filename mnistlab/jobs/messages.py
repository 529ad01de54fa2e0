"""What the lab and its worker processes say to each other, and how a message lies in a pipe."""

import pickle
from typing import Any, BinaryIO, NamedTuple

LENGTH_BYTES = 8


class Turn(NamedTuple):
    """The lab to a worker: go on with a job for so long."""

    job: int
    task: Any  # where to begin, a record of `tasks`; None: where this worker stopped
    seconds: float
    hand_back: bool  # another worker may have the next turn: the network comes with the answer
    forget: tuple[int, ...] = ()  # jobs that this worker has to drop


class Progress(NamedTuple):
    """The worker: the turn is over, the job is not."""

    step: int
    num_steps: int
    seconds: float  # how long the turn took
    task: Any = None  # the job as it stands, when it was to be handed back


class Finished(NamedTuple):
    """The worker: the job is done."""

    result: Any
    seconds: float


class Refused(NamedTuple):
    """The worker: the job cannot be done; a sentence says why."""

    sentence: str


class Ready(NamedTuple):
    """The worker, once, when it has started."""

    pid: int


def write_message(pipe: BinaryIO, message: Any) -> None:
    """Send a message: its length, then its pickle.

    Pickle is for the two ends of our own pipe alone: parent and child trust each other.
    """
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(len(data).to_bytes(LENGTH_BYTES, "big"))
    pipe.write(data)
    pipe.flush()


def read_message(pipe: BinaryIO) -> Any:
    """Wait for a message and return it.

    Raises:
        EOFError: The other end is gone.
    """
    length = int.from_bytes(_exactly(pipe, LENGTH_BYTES), "big")
    return pickle.loads(_exactly(pipe, length))


def _exactly(pipe: BinaryIO, count: int) -> bytes:
    """Return so many bytes of the pipe."""
    data = pipe.read(count)  # a buffered reader gives less only at the end
    if len(data) < count:
        raise EOFError("The pipe ended.")
    return data
