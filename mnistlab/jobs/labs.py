"""The labs of this process by session token: opened, autosaved, freed when nobody looks at them."""

import atexit
import contextlib
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

from filelock import BaseFileLock

from mnistlab.engine.config import TrainConfig
from mnistlab.engine.network import Params
from mnistlab.engine.training import initial_params
from mnistlab.jobs.autosave import Autosave
from mnistlab.jobs.memory_limit import require_memory
from mnistlab.jobs.pool import Pool
from mnistlab.jobs.storage import folder_name, locked_folder, state_folder, sweep_folders
from mnistlab.jobs.tasks import WarmTask
from mnistlab.jobs.time_left import Speed
from mnistlab.jobs.trainer import Trainer
from mnistlab.operating_system import free_bytes, release_free_heap
from mnistlab.runs.run_store import EMPTY, without_untouched
from mnistlab.sweeps.sweep_run import Sweeping

logger = logging.getLogger(__name__)

TOKEN = re.compile("[0-9a-f]{32}")
PAUSE_SECONDS = 150.0  # without a viewer: a closed tab stops computing, an untrained lab goes, in 3 minutes
STOP_SECONDS = 170.0  # for an epoch that would not end
FREE_SECONDS = 210.0  # from memory; the files stay
LIVE_SECONDS = 10.0  # since the last touch, when nobody can tell whether a tab is still there
SAVE_SECONDS = 0.5  # between two saves of a lab: what was shown is on the disk within a second
SWEEP_SECONDS = 5.0  # between two looks when nothing happens, and between two attempts to save
FOLDER_SECONDS = 3600.0
MAX_LABS = 400  # in memory
EXIT_SECONDS = 3.0
UNSAVED = "Your runs could not be saved: {}. Until they are, download on Train what you need."


class LabsFull(ValueError):
    """There is no room for one more lab."""


def new_token() -> str:
    """Return a token that nobody can guess: 128 random bits."""
    return secrets.token_hex(16)


class Lab:
    """A trainer and a sweep, when they were last looked at, and what of the trainer is on the disk."""

    def __init__(self, trainer: Trainer, sweeping: Sweeping, autosave: Autosave, now: float):
        self.trainer = trainer
        self.sweeping = sweeping
        self.autosave = autosave
        self.saved = trainer.store
        self.saved_at = -SAVE_SECONDS
        self.seen_at = now
        self.saving = threading.Lock()


class Labs:
    """The labs of a process. `labs()` is the one of this process, which saves and sweeps by itself.

    Args:
        folder: Where they are saved; None: `state_folder()`.
        pool: Where their work is done.
        clock: Seconds; with `sweep` the seam for tests.
        initial: See `Trainer`.
    """

    def __init__(
        self,
        folder: Path | None = None,
        pool: Pool | None = None,
        clock: Callable[[], float] = time.monotonic,
        initial: Callable[[TrainConfig], Params] = initial_params,
    ):
        self.folder = folder or state_folder()
        self.pool = pool or Pool()
        self.speed = Speed()
        self._clock, self._initial = clock, initial
        self._lock = threading.RLock()
        self._labs: dict[str, Lab] = {}
        self._tabs: dict[str, str] = {}  # token -> the tab that holds it
        self._work = threading.Event()
        self._file_lock: BaseFileLock | None = None
        self._closed = self._warmed = False
        self._keeper: threading.Thread | None = None

    def open(
        self,
        token: str,
        config: TrainConfig | None = None,
        is_live: Callable[[str], bool] | None = None,
    ) -> Trainer:
        """Return the trainer of a token, with the runs that were saved for it; this counts as a look at it.

        Args:
            token: Of the session.
            config: Settings of the untrained network that a new lab begins with; None: the defaults.
            is_live: Tells whether a tab is still there; None: it is while its lab is looked at.

        Raises:
            ValueError: It is no token.
            LabsFull: There are too many labs that somebody looks at.
        """
        return self._lab(token, config, is_live).trainer

    def sweeping(self, token: str) -> Sweeping:
        """Return the sweep of a token's lab; this counts as a look at it."""
        return self._lab(token).sweeping

    def claim(self, token: str, tab_id: str, is_live: Callable[[str], bool] | None = None) -> bool:
        """Return whether a tab may have the lab of a token; a second live tab may not and takes a new token.

        Args:
            token: What the tab brings along.
            tab_id: Any name for the tab that no other has.
            is_live: Tells whether a tab is still there; None: it is if the lab was touched a moment ago.
        """
        require_token(token)
        with self._lock:
            holder = self._tabs.get(token, tab_id)
            if holder != tab_id and (is_live or (lambda tab: self._was_touched(token)))(holder):
                return False
            self._tabs[token] = tab_id
            return True

    def warm(self, config: TrainConfig | None = None) -> None:
        """Have a worker load the data and go through the operations of some settings; only once."""
        with self._lock:
            if self._warmed:
                return
            self._warmed = True
        config = config or TrainConfig()
        self.pool.warm(WarmTask(config, self._initial(config)))

    def start_keeper(self) -> "Labs":
        """Lock the folder, start the thread that saves and sweeps, have all saved at exit; return the labs.

        Raises:
            StateFolderInUse: Another server has the folder.
        """
        self.folder, self._file_lock = locked_folder(self.folder)
        self._keeper = threading.Thread(target=self._keep, name="mnistlab-keeper", daemon=True)
        self._keeper.start()
        atexit.register(self.close)
        return self

    def close(self) -> None:
        """Save all labs and end the workers."""
        if self._closed:
            return
        self._closed = True
        self._work.set()
        for lab in self._all():
            lab.trainer.close()
            self._save(lab)
        self.pool.close()
        if self._keeper is not None and self._keeper is not threading.current_thread():
            self._keeper.join(EXIT_SECONDS)
        if self._file_lock is not None:
            self._file_lock.release()
        atexit.unregister(self.close)

    def sweep(self) -> None:
        """Save what is new; pause, stop and free labs that nobody has looked at for some time.

        One that was never trained goes first: all that it is stands in the address of its page.
        """
        now, before = self._clock(), len(self._labs)
        for token, lab in list(self._labs.items()):
            alone = now - lab.seen_at
            if alone >= PAUSE_SECONDS:
                lab.sweeping.stop()
            if alone >= STOP_SECONDS:
                lab.trainer.stop()
            elif alone >= PAUSE_SECONDS:
                lab.trainer.pause()
            if now >= save_due(lab):
                self._save(lab)
            patience = PAUSE_SECONDS if is_untrained(lab) else FREE_SECONDS
            if alone >= patience and lab.saved is lab.trainer.store:
                self._free(token, lab)
        if len(self._labs) < before:
            release_free_heap()

    def sweep_folders(self) -> None:
        """Remove labs from the disk that are too old or too many, and none that is in use."""
        sweep_folders(self.folder, in_use={folder_name(token) for token in list(self._labs)})

    def _lab(
        self,
        token: str,
        config: TrainConfig | None = None,
        is_live: Callable[[str], bool] | None = None,
    ) -> Lab:
        require_token(token)
        with self._lock:
            lab = self._labs.get(token)
            if lab is None:
                self._make_room(is_live)
                lab = self._labs[token] = self._opened(token, config)
            lab.seen_at = self._clock()
            return lab

    def _opened(self, token: str, config: TrainConfig | None) -> Lab:
        autosave = Autosave(self.folder / folder_name(token))
        with contextlib.suppress(OSError):
            os.utime(autosave.folder)  # what is looked at is not old
        trainer = Trainer(
            self.pool,
            config,
            autosave.load() or EMPTY,
            speed=self.speed,
            initial=self._initial,
            on_change=self._work.set,
            require_memory=self._require_memory,
        )
        self._tell_what_is_aside(trainer, autosave)
        sweeping = Sweeping(self.pool, require_memory=self._require_memory)
        return Lab(trainer, sweeping, autosave, self._clock())

    def _require_memory(self, config: TrainConfig, num_networks: int = 1) -> None:
        require_memory(config, free_bytes(), len(self._labs), self.pool.num_workers, num_networks)

    def _make_room(self, is_live: Callable[[str], bool] | None) -> None:
        """Free a lab whose tab is gone when there are too many: an untrained one, else the longest unseen.

        Raises:
            LabsFull: Somebody looks at all of them.
        """
        if len(self._labs) < MAX_LABS:
            return
        for token, lab in sorted(
            self._labs.items(), key=lambda item: (not is_untrained(item[1]), item[1].seen_at)
        ):
            if self._is_in_use(token, lab, is_live):
                continue
            lab.trainer.stop()
            self._save(lab)
            if lab.saved is lab.trainer.store:
                self._let_go(token, lab)
                return
        raise LabsFull(f"There must be at most {MAX_LABS} labs at once. Try again in a few minutes.")

    def _is_in_use(self, token: str, lab: Lab, is_live: Callable[[str], bool] | None) -> bool:
        """Return whether somebody has a lab before his eyes; one just opened has no tab yet."""
        tab = self._tabs.get(token)
        if is_live is None:
            return self._clock() - lab.seen_at < PAUSE_SECONDS
        return is_live(tab) if tab else self._was_touched(token)

    def _free(self, token: str, lab: Lab) -> None:
        with self._lock:
            if self._labs.get(token) is lab and self._clock() - lab.seen_at >= PAUSE_SECONDS:
                self._let_go(token, lab)

    def _let_go(self, token: str, lab: Lab) -> None:
        lab.trainer.close()
        lab.sweeping.stop()
        del self._labs[token]
        self._tabs.pop(token, None)

    def _save(self, lab: Lab) -> None:
        """Write what is new in a lab; where that fails, the lab says so and it is tried again."""
        with lab.saving:
            store = lab.trainer.store
            lab.saved_at = self._clock()
            if store is lab.saved:
                return
            if not without_untouched(store).runs and not lab.autosave.folder.exists():
                lab.saved = store  # what was never trained is its settings, and those are in the address
                return
            try:
                lab.autosave.save(store)
            except Exception as error:  # whatever it is, the other labs have to be saved
                reason = getattr(error, "strerror", None) or type(error).__name__
                sentence = UNSAVED.format(reason)
                if lab.trainer.unsaved != sentence:  # once, not at every attempt
                    logger.error("A lab could not be saved: %r", error)
                lab.trainer.unsaved = sentence
            else:
                lab.saved, lab.trainer.unsaved = store, ""
            self._tell_what_is_aside(lab.trainer, lab.autosave)

    def _tell_what_is_aside(self, trainer: Trainer, autosave: Autosave) -> None:
        """Have a lab say what could not be read, and the log once."""
        if autosave.set_aside and autosave.set_aside != trainer.set_aside:
            logger.warning("%s: %s", autosave.folder, autosave.set_aside)
        trainer.set_aside = autosave.set_aside

    def _was_touched(self, token: str) -> bool:
        lab = self._labs.get(token)
        return lab is not None and self._clock() - lab.seen_at < LIVE_SECONDS

    def _all(self) -> list[Lab]:
        with self._lock:
            return list(self._labs.values())

    def _keep(self) -> None:
        swept = -FOLDER_SECONDS
        while not self._closed:
            try:
                if self._clock() - swept >= FOLDER_SECONDS:
                    swept = self._clock()
                    self.sweep_folders()
                self.sweep()
            except Exception:
                logger.exception("The labs could not be swept.")
            self._work.wait(self._seconds_to_look())
            self._work.clear()

    def _seconds_to_look(self) -> float:
        """Return the time until the next lab is to be saved, or until labs are looked at anyway."""
        dues = [save_due(lab) - self._clock() for lab in self._all() if lab.saved is not lab.trainer.store]
        return max(0.0, min(dues, default=SWEEP_SECONDS))


def save_due(lab: Lab) -> float:
    """Return when a lab may be saved again."""
    return lab.saved_at + (SWEEP_SECONDS if lab.trainer.unsaved else SAVE_SECONDS)


def is_untrained(lab: Lab) -> bool:
    """Return whether a lab holds nothing but settings, and computes nothing."""
    runs = (*without_untouched(lab.trainer.store).runs, *lab.sweeping.snapshot().runs)
    return not runs and not lab.trainer.snapshot().active


def require_token(token: str) -> None:
    """Raise ValueError unless this can be a token of ours."""
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise ValueError("token must be 32 hexadecimal digits. Got something else.")


_labs: Labs | None = None
_starting = threading.Lock()


def labs() -> Labs:
    """Return the labs of this process, started when first asked for."""
    global _labs
    with _starting:
        if _labs is None:
            _labs = Labs().start_keeper()
        return _labs


def stop_labs() -> None:
    """Save the labs of this process and end its workers; `labs()` starts anew."""
    global _labs
    with _starting:
        if _labs is not None:
            _labs.close()
        _labs = None
