"""A server killed while it trains: what it had shown for a second is on the disk."""

import random
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from mnistlab.jobs.autosave import Autosave
from mnistlab.jobs.labs import folder_name, new_token
from tests.conftest import REPOSITORY

PROMISED_SECONDS = 1.0
TRAINING = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from mnistlab.engine.config import TrainConfig
    from mnistlab.jobs.labs import Labs
    from mnistlab.jobs.pool import Pool
    from tests.small_worker import small_dataset

    if __name__ == "__main__":
        labs = Labs(Path(sys.argv[1]), Pool(small_dataset, num_workers=1)).start_keeper()
        config = TrainConfig(hidden=(20,), batch_size=10, train_size=2000, num_epochs=int(sys.argv[3]))
        trainer, shown = labs.open(sys.argv[2], config), 0
        trainer.start()
        while True:
            shown = trainer.wait_for(lambda snapshot: snapshot.run.epoch > shown).run.epoch
            print(shown, time.monotonic(), flush=True)
""")


def training(folder, token, num_epochs):
    """Start a process that trains and says of each epoch when it showed it."""
    return subprocess.Popen(
        [sys.executable, "-c", TRAINING, folder, token, str(num_epochs)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )


def saved_epoch(folder, token):
    store = Autosave(folder / folder_name(token)).load()
    return store.current.epoch if store else 0


def test_what_was_trained_is_there_after_a_kill_with_nobody_asking_for_it(tmp_path):
    token, pause = new_token(), threading.Event()
    process = training(tmp_path, token, 3)
    try:
        assert [process.stdout.readline().split()[0] for _ in range(3)] == ["1", "2", "3"]
        while saved_epoch(tmp_path, token) < 3:
            pause.wait(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert saved_epoch(tmp_path, token) == 3


@pytest.mark.soak
@pytest.mark.parametrize("number", range(20))
def test_no_epoch_that_was_shown_for_a_second_is_lost(tmp_path, number):
    token = new_token()
    process = training(tmp_path, token, 1000)
    lines = [process.stdout.readline()]
    threading.Event().wait(random.Random(number).uniform(0.5, 6.0))
    killed = time.monotonic()
    process.send_signal(signal.SIGKILL)
    lines += process.communicate()[0].splitlines()
    shown = [
        (int(epoch), float(moment)) for epoch, moment in (line.split() for line in lines if line.strip())
    ]
    saved = saved_epoch(tmp_path, token)
    print(f"killed at epoch {shown[-1][0]}, saved {saved}")
    assert saved >= max((epoch for epoch, moment in shown if moment < killed - PROMISED_SECONDS), default=0)
