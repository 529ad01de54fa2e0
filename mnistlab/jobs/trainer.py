"""A trainer: the runs of one lab and the commands that act on them. It knows no page and no process."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mnistlab.config import MAX_TRAIN_SIZE, TrainConfig
from mnistlab.jobs.driving import Driving
from mnistlab.jobs.pool import Pool
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.jobs.speed import Speed
from mnistlab.jobs.tasks import EpochTask, MeasureTask, OwnDigitsTask
from mnistlab.network import Params
from mnistlab.runs import run_store as shelves
from mnistlab.runs.run import Run, changed, new_run
from mnistlab.runs.run_store import EMPTY, Shelf
from mnistlab.training import initial_params

DOING = {MeasureTask: "measuring", EpochTask: "training", OwnDigitsTask: "own digits"}
MAX_OWN_DIGITS = 1000


class Trainer(Driving):
    """The runs of one lab. Commands may come from any thread; each acts as a whole and returns at once.

    There is no thread here: the pool's threads bring results, under the same lock as the commands.

    Args:
        pool: Where the work is done.
        speed: What this machine was measured to do.
        shelf: Runs to begin with, for instance from an autosave.
        initial: Settings -> untrained network; the seam for tests, together with the pool's.
        on_change: Called, under the lock, when there is something new to be saved; it must return at once.
        require_memory: Raises ValueError where a network with these settings is too large to be trained.
    """

    def __init__(
        self,
        pool: Pool,
        speed: Speed | None = None,
        shelf: Shelf = EMPTY,
        initial: Callable[[TrainConfig], Params] = initial_params,
        on_change: Callable[[], None] = lambda: None,
        require_memory: Callable[[TrainConfig], None] = lambda config: None,
    ):
        self._initial = initial
        super().__init__(pool, speed or Speed(), shelf, on_change, require_memory)

    # What can be seen.

    @property
    def shelf(self) -> Shelf:
        """All runs, immutable."""
        return self._shelf

    def snapshot(self) -> Snapshot:
        """Return the trainer as it is now."""
        with self._changed:
            run, job = self._shelf.current, self._job
            undo = self._shelf.undo
            return Snapshot(
                state="queued" if self._phase == "running" and job and not job.begun else self._phase,
                run=run,
                runs=self._shelf.runs,
                hidden=self._shelf.hidden,
                doing=DOING[type(job.task)] if job else "",
                step=self._step,
                num_steps=run.config.num_steps if run else 0,
                target_epoch=self._target,
                images_per_second=self._pace.steps_per_second() * run.config.batch_size if run else 0.0,
                seconds_left=self._seconds_left(run),
                ahead=self._pool.ahead(job) if job else 0,
                sharing=self._pool.num_jobs,
                message=self._message,
                unsaved=self.unsaved,
                can_undo_reset=undo is not None and undo.what == "reset",
                can_undo_train_on=undo is not None and undo.what == "own digits",
                version=self._version,
            )

    def expected_seconds(self, config: TrainConfig) -> float:
        """Return how long a training with these settings would take from its beginning, as things are."""
        crowd = max(1.0, (self._pool.num_jobs + 1) / self._pool.num_workers)
        return config.num_epochs * self._speed.seconds(config) * crowd

    def wait_for(self, condition: Callable[[Snapshot], bool], timeout: float | None = None) -> Snapshot:
        """Wait until a snapshot meets a condition and return it; TimeoutError when it does not in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self.snapshot()), timeout):
                raise TimeoutError(f"The trainer must get there in {timeout} s. It is {self._phase}.")
            return self.snapshot()

    # Commands: runs.

    def new(self, config: TrainConfig, name: str | None = None) -> str:
        """Make a new untrained run the current one and return its id; a trained one stays in the list."""
        self._require_memory(config)
        params = self._initial(config)
        with self._changed:
            self._put(lambda shelf: shelves.with_new(shelf, config, params, name))
            return self._shelf.current_id

    def add(self, run: Run) -> str:
        """Make a run from elsewhere the current one and return its id here."""
        self._require_memory(run.settings)
        with self._changed:
            own = new_run(run.config, run.params, run.name)
            taken = self._shelf.get(run.id) is not None
            added = replace(run, id=own.id if taken else run.id, name=own.name)
            self._put(lambda shelf: shelves.with_run(shelf, added))
            return self._shelf.current_id

    def select(self, run_id: str) -> None:
        """Make another run the current one."""
        with self._changed:
            if run_id != self._shelf.current_id:
                self._put(lambda shelf: shelves.selected(shelf, run_id))

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        with self._changed:
            self._keep(shelves.renamed(self._shelf, run_id, name))

    def hide(self, run_id: str, hidden: bool = True) -> None:
        """Leave a run out of comparisons, or take it in again."""
        with self._changed:
            self._keep(shelves.with_hidden(self._shelf, run_id, hidden))

    def delete(self, run_id: str) -> None:
        """Forget a run."""
        with self._changed:
            shelves.required(self._shelf, run_id)
            if run_id == self._shelf.current_id:
                self._put(lambda shelf: shelves.without(shelf, run_id))
            else:
                self._keep(shelves.without(self._shelf, run_id))

    def reset(self) -> None:
        """Begin the current run anew, with the settings that hold now; `undo_reset` brings it back."""
        with self._changed:
            run = self._current()
        params = self._initial(run.config)
        with self._changed:
            if self._shelf.current_id == run.id:  # else somebody chose another run meanwhile
                self._put(lambda shelf: shelves.with_reset(shelf, params))

    def undo_reset(self) -> None:
        """Bring back the run as it was before the reset; what was trained since stays as a run of its own."""
        self._undo("reset")

    def undo_train_on(self) -> None:
        """Bring back the network as it was before the own digits; what was trained since stays as a run."""
        self._undo("own digits")

    # Commands: training.

    def start(self) -> None:
        """Train up to the number of epochs that is set, or that many more where they are done."""
        with self._changed:
            run = self._current()
            epochs = run.settings.num_epochs
            if self._phase == "pausing":
                self._say("running")
            elif self._phase != "running":
                self._train_to(epochs if run.epoch < epochs else run.epoch + epochs)

    def resume(self) -> None:
        """Go on to where training was to end."""
        with self._changed:
            if self._phase == "paused" and self._target > self._current().epoch:
                self._train_to(self._target)
            else:
                self.start()

    def one_epoch(self) -> None:
        """Train one epoch; while training, this changes nothing."""
        with self._changed:
            if self._phase not in ("running", "pausing"):
                self._train_to(self._current().epoch + 1)

    def more(self, num_epochs: int) -> None:
        """Train so many epochs more than was planned, or than are done."""
        with self._changed:
            active = self._phase in ("running", "pausing")
            self._train_to((self._target if active else self._current().epoch) + max(1, int(num_epochs)))

    def pause(self) -> None:
        """Stop at the end of the running epoch; where none has begun, now."""
        with self._changed:
            if self._phase == "running":
                if self._job is not None and self._job.begun:
                    self._say("pausing")
                else:
                    self.stop()

    def stop(self) -> None:
        """Stop now: the epoch that was begun is as if it had not been."""
        with self._changed:
            if self._phase in ("running", "pausing"):
                self._cancel()
                self._say("paused")
                self._go_on()

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the learning rate from the next epoch on."""
        self._set("learning_rate", learning_rate)

    def set_num_epochs(self, num_epochs: int) -> None:
        """Change how many epochs are to be trained in all."""
        with self._changed:
            self._set("num_epochs", num_epochs)
            self._target = max(num_epochs, self._current().epoch + self._in_epoch())

    def set_patience(self, patience: int) -> None:
        """Change after how many epochs without a better test cost training stops; 0: never."""
        self._set("patience", patience)

    def train_on(self, images: np.ndarray, labels: np.ndarray, num_steps: int = 50) -> None:
        """Train some steps on own digits mixed with training images, before the next epoch; it can be undone.

        Args:
            images: uint8, (n, 28, 28), n from 1 to 1,000.
            labels: Their digits, (n,).
            num_steps: Mini-batches.
        """
        images, labels = np.array(images, np.uint8), np.array(labels, np.uint8)
        if (
            not 1 <= len(labels) <= MAX_OWN_DIGITS
            or images.shape != (len(labels), 28, 28)
            or labels.max() > 9
        ):
            raise ValueError(
                f"Own digits must be 1 to {MAX_OWN_DIGITS:,} images of 28x28 with labels 0 to 9."
            )
        with self._changed:
            run = self._current()
            self._require_memory(run.settings)
            steps = max(1, min(int(num_steps), MAX_TRAIN_SIZE // run.config.batch_size))
            self._digits = OwnDigitsTask(run.config, run.params, 0, images, labels, steps, run.params)
            if self._phase == "failed":
                self._settle()
            self._go_on()

    def close(self) -> None:
        """Give up what is under way. Commands have no effect on the pool any more."""
        with self._changed:
            self._cancel()
            self._closed = True
            self._settle()

    # Below: with the lock held.

    def _put(self, change: Callable[[Shelf], Shelf]) -> None:
        """Change the current run for another; where the shelf refuses that, nothing has happened."""
        shelf = change(self._given_up())
        self._cancel()
        self._shelf = shelf
        self._settle()
        self._on_change()
        self._go_on()

    def _keep(self, shelf: Shelf) -> None:
        """Take a shelf with the same current run."""
        self._shelf = shelf
        self._on_change()
        self._notify()

    def _set(self, name: str, value: float) -> None:
        with self._changed:
            run = self._current()
            begun = name == "learning_rate" and self._in_epoch()
            self._keep(shelves.with_changed(self._shelf, changed(run, name, value, run.epoch + 1 + begun)))

    def _in_epoch(self) -> bool:
        """Return whether an epoch was begun, with the settings that held then."""
        return self._job is not None and isinstance(self._job.task, EpochTask)

    def _undo(self, what: str) -> None:
        with self._changed:
            if self._shelf.undo is not None and self._shelf.undo.what == what:
                self._put(shelves.undone)
