"""A trainer: the runs of one lab and the commands that act on them. It knows no page and no process."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from mnistlab.engine.config import MAX_TRAIN_SIZE, TrainConfig
from mnistlab.engine.network import Params
from mnistlab.engine.training import initial_params
from mnistlab.jobs.pool import Job, Listener, Pool
from mnistlab.jobs.snapshot import Snapshot
from mnistlab.jobs.tasks import DrawTask, EpochTask, MeasureTask, OwnDigitsTask, RunTask, drawing_for
from mnistlab.jobs.time_left import Pace, Speed
from mnistlab.jobs.transitions import broken_sentence, next_task, no_better_sentence, with_result
from mnistlab.runs import run_store as stores
from mnistlab.runs.run import (
    MAX_EPOCHS,
    MAX_OWN_DIGITS,
    Run,
    apply_pending_changes,
    changed,
    new_run,
    require_room,
)
from mnistlab.runs.run_store import EMPTY, RunStore

DOING = {MeasureTask: "measuring", EpochTask: "training", OwnDigitsTask: "own digits", DrawTask: "drawing"}


def drawn_by(job: Job) -> tuple[int, ...]:
    """Return which images a job draws; none: it is another job."""
    return job.task.drawn if isinstance(job.task, DrawTask) else ()


class Trainer(Listener):
    """The runs of one lab, one of them the current one.

    At most one task of it is in the pool, besides the one that draws the new images of the next epoch.

    Commands may come from any thread; each acts as a whole and returns at once. There is no thread here: the
    pool's brings the results, under the same lock as the commands, so nothing can come between "this epoch is
    done" and "the next one is asked for".

    Args:
        pool: Where the work is done.
        config: Settings of the untrained run to begin with where `store` has none. If they are refused for
            want of memory, the defaults with the same data set take their place.
        store: Runs to begin with, for instance from an autosave.
        speed: What this machine was measured to do.
        initial: Settings -> untrained network; the seam for tests, together with the pool's.
        on_change: Called, under the lock, when there is something new to be saved; it must return at once.
        require_memory: Raises ValueError where a network with these settings is too large to be trained.
    """

    def __init__(
        self,
        pool: Pool,
        config: TrainConfig | None = None,
        store: RunStore = EMPTY,
        *,
        speed: Speed | None = None,
        initial: Callable[[TrainConfig], Params] = initial_params,
        on_change: Callable[[], None] = lambda: None,
        require_memory: Callable[[TrainConfig], None] = lambda config: None,
    ):
        self._pool, self._speed, self._initial = pool, speed or Speed(), initial
        self._on_change, self._require_memory = on_change, require_memory
        self._changed = threading.Condition(threading.RLock())
        self._job: Job | None = None
        self._ahead: Job | None = None  # draws the images of the epoch after this one
        self._drawn: tuple[int, ...] = ()  # those that were drawn last
        self._digits: OwnDigitsTask | None = None  # to be done before the next epoch
        self._phase, self._message = "idle", ""  # idle, running, pausing, paused, finished or failed
        self._target = 0  # the epoch to train up to
        self._from = 0  # the epoch it began from
        self._step = 0
        self._pace = Pace()
        self._closed = False
        self.unsaved = ""  # why the last autosave failed
        self.set_aside = ""  # what of an earlier one cannot be read
        self._store = store if store.current else self._with_untrained(store, config or TrainConfig())
        with self._changed:
            self._settle()
            self._go_on()

    # What can be seen.

    @property
    def store(self) -> RunStore:
        """All runs, immutable."""
        return self._store

    def snapshot(self) -> Snapshot:
        """Return the trainer as it is now."""
        with self._changed:
            run, job, store = self._run, self._job, self._store
            return Snapshot(
                state="queued" if self._phase == "running" and job and not job.begun else self._phase,
                run=run,
                runs=store.runs,
                doing=DOING[type(job.task)] if job else "",
                step=self._step,
                num_steps=run.config.num_steps,
                target_epoch=self._target,
                images_per_second=self._pace.steps_per_second() * run.config.batch_size,
                seconds_left=self._seconds_left(run),
                ahead=self._pool.ahead(job) if job else 0,
                sharing=self._pool.num_jobs,
                message=self._message,
                unsaved=self.unsaved,
                set_aside=self.set_aside,
                can_undo_reset=store.can_undo(stores.RESET),
                can_undo_train_on=store.can_undo(stores.OWN_DIGITS),
                can_undo_restore=store.can_undo(stores.RESTORED),
            )

    def expected_seconds(self, config: TrainConfig) -> float:
        """Return how long a training with these settings would take as things are; 0.0: nobody knows."""
        crowd = max(1.0, (self._pool.num_jobs + 1) / self._pool.num_workers)
        return config.num_epochs * self._speed.seconds(config) * crowd

    def wait_for(self, condition: Callable[[Snapshot], bool], timeout: float | None = None) -> Snapshot:
        """Wait until a snapshot meets a condition and return it; TimeoutError when it does not in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self.snapshot()), timeout):
                raise TimeoutError(f"The trainer must get there in {timeout} s. It is {self._phase}.")
            return self.snapshot()

    # Commands: runs.

    def new(self, config: TrainConfig) -> str:
        """Make a new untrained run the current one and return its id; a trained one stays in the list."""
        self._require_memory(config)
        params = self._initial(config)
        with self._changed:
            self._put(lambda store: stores.with_new(store, config, params))
            return self._store.current_id

    def add(self, run: Run) -> str:
        """Make a run from elsewhere the current one and return its id here."""
        self._require_memory(run.settings)
        with self._changed:
            own = new_run(run.config, run.params, run.name)
            taken = self._store.get(run.id) is not None
            added = replace(run, id=own.id if taken else run.id, name=own.name)
            self._put(lambda store: stores.with_run(store, added))
            return self._store.current_id

    def select(self, run_id: str) -> None:
        """Make another run the current one."""
        with self._changed:
            if run_id != self._store.current_id:
                self._put(lambda store: stores.selected(store, run_id))

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name."""
        with self._changed:
            self._keep(stores.renamed(self._store, run_id, name))

    def delete(self, run_id: str) -> None:
        """Forget a run; an untrained one with the same settings takes the place of the last."""
        with self._changed:
            run = stores.required(self._store, run_id)
            if run_id != self._store.current_id:
                self._keep(stores.without(self._store, run_id))
            elif len(self._store.runs) > 1:
                self._put(lambda store: stores.without(store, run_id))
            else:
                self._put(lambda store: self._with_untrained(stores.without(store, run_id), run.settings))

    def reset(self) -> None:
        """Begin a new run with the settings that hold now; the one before stays in the list."""
        run = self._run
        params = self._initial(run.config)
        with self._changed:
            if self._store.current_id == run.id:  # else somebody chose another run meanwhile
                self._put(lambda store: stores.with_reset(store, params))

    def undo_reset(self) -> None:
        """Make the run that was reset current again; what was trained since stays as a run of its own."""
        with self._changed:
            if self._store.can_undo(stores.RESET):
                self._put(stores.reset_undone)

    def undo_train_on(self) -> None:
        """Bring back the network as it was before the own digits; what was trained since stays as a run."""
        self._undo(stores.OWN_DIGITS)

    def restore_best(self) -> None:
        """Load the weights of the epoch with the lowest test cost into the current network.

        Raises:
            ValueError: They are not kept.
        """
        with self._changed:
            self._put(stores.with_best_restored)

    def undo_restore(self) -> None:
        """Bring back the weights that the best took the place of; what was trained since stays as a run."""
        self._undo(stores.RESTORED)

    # Commands: training.

    def start(self) -> None:
        """Train up to the number of epochs that is set, or that many more where they are done."""
        with self._changed:
            run, epochs = self._run, self._run.settings.num_epochs
            if self._phase == "pausing":
                self._say("running")
            elif self._phase != "running":
                self._train_to(epochs if run.epoch < epochs else run.epoch + epochs)

    def resume(self) -> None:
        """Go on to where training was to end."""
        with self._changed:
            if self._phase == "paused" and self._target > self._run.epoch:
                self._train_to(self._target)
            else:
                self.start()

    def one_epoch(self) -> None:
        """Train one epoch; while training, this changes nothing."""
        with self._changed:
            if not self._training:
                self._train_to(self._run.epoch + 1)

    def more(self, num_epochs: int) -> None:
        """Train so many epochs more than was planned, or than are done."""
        with self._changed:
            begin = self._target if self._training else self._run.epoch
            self._train_to(begin + max(1, int(num_epochs)))

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
            if self._training:
                self._cancel()
                self._say("paused")
                self._go_on()

    def change(self, name: str, value: float) -> None:
        """Change one of the settings `CHANGEABLE`; the learning rate changes from the next epoch on."""
        with self._changed:
            run = self._run
            begun = name == "learning_rate" and self._in_epoch
            self._keep(stores.with_changed(self._store, changed(run, name, value, run.epoch + 1 + begun)))
            if name == "num_epochs":
                self._target = max(int(value), run.epoch + self._in_epoch)

    def train_on(self, images: np.ndarray, labels: np.ndarray, num_steps: int = 50) -> None:
        """Train some steps on own digits mixed with training images, before the next epoch; it can be undone.

        Args:
            images: uint8, (n, 28, 28), n from 1 to 1,000.
            labels: Their digits, (n,).
            num_steps: Mini-batches.
        """
        images, labels = np.array(images, np.uint8), np.array(labels, np.uint8)
        few = 1 <= len(labels) <= MAX_OWN_DIGITS
        if not few or images.shape != (len(labels), 28, 28) or labels.max() > 9:
            raise ValueError(
                f"Own digits must be 1 to {MAX_OWN_DIGITS:,} images of 28x28 with labels 0 to 9."
            )
        with self._changed:
            run = self._run
            self._require_memory(run.settings)
            require_room(run.schedule, len(labels))
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

    # What the pool reports.

    def progressed(self, job: Job, step: int, num_steps: int) -> None:
        """Take note of steps done."""
        with self._changed:
            if job is self._job and not drawn_by(job):
                self._step = step
                self._note_pace()
                self._changed.notify_all()

    def finished(self, job: Job, result: Any) -> None:
        """Take in an epoch, or the network after own digits, and ask for what comes next."""
        with self._changed:
            if drawn_by(job):
                self._take_in_drawing(job)
                return
            if job is not self._job:
                return
            before, task = self._run, job.task
            run = with_result(before, task, result)
            self._job, self._step = None, 0
            if isinstance(task, OwnDigitsTask):
                self._digits = None
                self._store = stores.with_undo(self._store, before, stores.OWN_DIGITS)
            self._store = stores.within_memory(stores.with_changed(self._store, run))
            self._on_change()
            self._note_pace()
            if run.broken_in:
                self._digits = None
                self._say("failed", broken_sentence(run))
            elif self._phase == "pausing":
                self._say("paused")
            elif isinstance(task, EpochTask):
                if run.epoch > self._from + 1:  # for the first one operations may have been compiled
                    self._speed.learn(task.config, run.history[-1].seconds)
                if sentence := no_better_sentence(run, self._from):
                    self._say("finished", f"{sentence} {self._restored_sentence()}".rstrip())
            self._go_on()

    def refused(self, job: Job, sentence: str) -> None:
        """Take note that the work cannot be done."""
        with self._changed:
            if job is self._ahead:
                self._ahead = None  # it is tried again when it is needed
            if job is self._job:
                self._cancel()
                self._say("failed", sentence)

    # Below: with the lock held, but for reading.

    @property
    def _run(self) -> Run:
        return stores.required(self._store, self._store.current_id)

    @property
    def _training(self) -> bool:
        return self._phase in ("running", "pausing")

    @property
    def _in_epoch(self) -> bool:
        """Whether an epoch was begun, with the settings that held then."""
        return self._job is not None and isinstance(self._job.task, EpochTask)

    def _train_to(self, epoch: int) -> None:
        if self._run.epoch >= MAX_EPOCHS:
            raise ValueError(f"A network must be trained for at most {MAX_EPOCHS:,} epochs. Got more.")
        epoch = min(epoch, MAX_EPOCHS)
        if not self._training:
            self._require_memory(self._run.settings)
            self._from = self._run.epoch
            self._pace.begin()
        self._target = epoch
        self._say("running")
        self._go_on()

    def _go_on(self) -> None:
        """Ask the pool for what comes next, unless something is under way."""
        if self._job is None and self._phase != "failed" and not self._closed:
            task = next_task(self._run, self._digits, self._target if self._phase == "running" else 0)
            if task is not None:
                self._job = self._submit(task)
            elif self._phase == "running":
                self._say("finished")
        self._changed.notify_all()

    def _submit(self, task: RunTask) -> Job:
        """Ask the pool for a task, or for its images where they are not drawn; return what is waited for."""
        new, ahead = drawing_for(task), self._ahead
        if new and new.drawn != self._drawn:
            self._ahead = None
            return ahead if ahead and drawn_by(ahead) == new.drawn else self._pool.submit(new, self)
        job = self._pool.submit(task, self)
        if (later := drawing_for(task, 1)) and later.epoch < self._target:
            self._ahead = self._pool.submit(later, self)
        return job

    def _take_in_drawing(self, job: Job) -> None:
        """Take note that images are drawn, and go on where training waited for them."""
        if job in (self._job, self._ahead):
            self._drawn = drawn_by(job)
        if job is self._ahead:
            self._ahead = None
        if job is self._job:
            self._job = None
            if self._phase == "pausing":
                self._say("paused")
            self._go_on()

    def _cancel(self) -> None:
        """Give up what is under way; whatever comes of it is not heard any more."""
        for job in filter(None, (self._job, self._ahead)):
            self._pool.cancel(job)
        self._ahead = None
        self._store = self._given_up()
        self._job, self._step, self._digits = None, 0, None

    def _given_up(self) -> RunStore:
        """Return the store as it is when the epoch that was begun is given up."""
        return stores.with_changed(self._store, apply_pending_changes(self._run))

    def _put(self, change: Callable[[RunStore], RunStore]) -> None:
        """Change the current run for another; where the store refuses that, nothing has happened."""
        store = change(self._given_up())
        self._cancel()
        self._store = store
        self._settle()
        self._on_change()
        self._go_on()

    def _keep(self, store: RunStore) -> None:
        """Take a store with the same current run."""
        self._store = store
        self._on_change()
        self._changed.notify_all()

    def _with_untrained(self, store: RunStore, config: TrainConfig) -> RunStore:
        """Return an empty store with an untrained run: of these settings, unless they are too large."""
        try:
            self._require_memory(config)
        except ValueError:
            config = TrainConfig(dataset=config.dataset)
        return stores.with_new(store, config, self._initial(config))

    def _restored_sentence(self) -> str:
        """Load the best weights where the settings want it, and return what to say about that."""
        run = self._run
        if not run.settings.restore_best:
            return ""
        if run.best_epoch not in run.kept:
            return f"The weights of epoch {run.best_epoch} are not kept, so the last ones stay."
        self._store = stores.with_best_restored(self._store)
        self._on_change()
        return f"The weights of epoch {run.best_epoch}, with the lowest test cost, were restored."

    def _undo(self, what: str) -> None:
        with self._changed:
            if self._store.can_undo(what):
                self._put(stores.undone)

    def _settle(self) -> None:
        """Be at rest, as the current run suggests."""
        run = self._run
        self._target = max(run.settings.num_epochs, run.epoch)
        done = "finished" if run.epoch >= self._target else "paused"
        self._say(done if run.epoch else "idle")

    def _say(self, phase: str, message: str = "") -> None:
        self._phase, self._message = phase, message
        self._changed.notify_all()

    def _note_pace(self) -> None:
        if self._training:
            self._pace.note(self._run.epoch * self._run.config.num_steps + self._step)

    def _seconds_left(self, run: Run) -> float:
        if self._target <= run.epoch:
            return 0.0
        pace = self._pace.steps_per_second()
        steps = (self._target - run.epoch) * run.config.num_steps - self._step
        return steps / pace if pace else (self._target - run.epoch) * self._speed.seconds(run.settings)
