"""The trainer under random orders of commands: against a model, and from several threads at once."""

import random
import sys
import threading
import traceback
from dataclasses import replace

import pytest

from mnistlab.jobs.pool import Pool
from mnistlab.jobs.trainer import Trainer
from mnistlab.runs.run import OwnDigits
from tests.fake_engine import DIGITS, STEPS, FakeExecutor, HandPool, assert_whole, initial, settings

COMMANDS = 40
QUIET_SECONDS = 60.0


class Model:
    """What a trainer has to do, written down once more as plainly as possible, for one run."""

    def __init__(self, num_epochs):
        self.num_epochs = self.target = num_epochs
        self.epoch = self.step = 0
        self.measured = False
        self.phase = "idle"
        self.begun = False

    @property
    def busy(self):
        return not self.measured or self.phase in ("running", "pausing")

    def train_to(self, target):
        self.target = target
        if self.phase not in ("running", "pausing"):
            self.begun = self.begun and not self.measured
        self.phase = "running"
        self.end_if_done()

    def end_if_done(self):
        if self.measured and self.phase == "running" and self.epoch >= self.target:
            self.phase = "finished"

    def start(self):
        if self.phase == "pausing":
            self.phase = "running"
        elif self.phase != "running":
            self.train_to(self.num_epochs if self.epoch < self.num_epochs else self.epoch + self.num_epochs)

    def resume(self):
        if self.phase == "paused" and self.target > self.epoch:
            self.train_to(self.target)
        else:
            self.start()

    def one_epoch(self):
        if self.phase not in ("running", "pausing"):
            self.train_to(self.epoch + 1)

    def more(self):
        self.train_to((self.target if self.phase in ("running", "pausing") else self.epoch) + 2)

    def pause(self):
        if self.phase == "running":
            if self.begun:
                self.phase = "pausing"
            else:
                self.stop()

    def stop(self):
        if self.phase in ("running", "pausing"):
            self.phase, self.step, self.begun = "paused", 0, False

    def set_num_epochs(self, num_epochs):
        in_epoch = self.measured and self.phase in ("running", "pausing")
        self.num_epochs, self.target = num_epochs, max(num_epochs, self.epoch + in_epoch)

    def refuse(self):
        if self.busy and self.phase != "failed":
            self.phase, self.step, self.begun = "failed", 0, False

    def turn(self):
        if not self.busy or self.phase == "failed":
            return
        if not self.measured:
            self.measured, self.begun = True, False
        else:
            self.begun = True
            self.step += 2
            if self.step < STEPS:
                return
            self.epoch, self.step, self.begun = self.epoch + 1, 0, False
        if self.phase == "pausing":
            self.phase = "paused"
        self.end_if_done()

    def seen(self):
        state = "queued" if self.phase == "running" and not self.begun else self.phase
        return state, self.epoch, self.step, self.target


def play(order):
    """Give a trainer and the model the same commands and compare what can be seen after each."""
    pool = HandPool()
    trainer = Trainer(pool, settings(), initial=initial)
    num_epochs = order.randint(1, 4)
    trainer.new(settings(num_epochs=num_epochs))
    model, story = Model(num_epochs), []
    for _ in range(COMMANDS):
        command = order.choice(
            ("turn",) * 8
            + ("start", "resume", "one_epoch", "more", "pause", "stop", "set_num_epochs", "rate", "refuse")
        )
        story.append(command)
        if command == "turn":
            pool.turn()
            model.turn()
        elif command == "refuse":
            pool.refuse("refused")
            model.refuse()
        elif command == "rate":
            trainer.change("learning_rate", order.choice((0.1, 0.2, 0.5)))
        elif command == "set_num_epochs":
            value = order.randint(1, 6)
            trainer.change("num_epochs", value)
            model.set_num_epochs(value)
        elif command == "more":
            trainer.more(2)
            model.more()
        else:
            getattr(trainer, command)()
            getattr(model, command)()
        snapshot = trainer.snapshot()
        seen = snapshot.state, snapshot.run.epoch, snapshot.step, snapshot.target_epoch
        assert seen == model.seen(), story
        assert len(pool.jobs) <= 1, story
    assert_whole(trainer.snapshot().run)


def play_many(count, block=0):
    for seed in range(count):
        play(random.Random(f"{block} {seed}"))


@pytest.mark.parametrize("block", range(10))
def test_random_orders_do_what_the_model_does(block):
    play_many(300, block)


def test_the_model_notices_a_pause_that_does_not_end_the_epoch(monkeypatch):
    monkeypatch.setattr(Trainer, "pause", Trainer.stop)
    with pytest.raises(AssertionError):
        play_many(300)


def storm(trainer, order, run_ids, seen, num_commands):
    """Give random commands from one thread; whatever a run has finished must never be less afterwards."""
    for _ in range(num_commands):
        command = order.randrange(19)
        try:
            if command < 4:
                trainer.start()
            elif command < 6:
                trainer.more(order.randint(1, 3))
            elif command < 8:
                trainer.stop()
            elif command == 8:
                trainer.pause()
            elif command == 9:
                trainer.resume()
            elif command == 10:
                trainer.change("learning_rate", order.choice((0.1, 0.2, 0.3)))
            elif command == 11:
                trainer.change("num_epochs", order.randint(1, 9))
            elif command == 12:
                run_ids.append(trainer.new(settings(seed=order.randint(0, 9))))
            elif command == 13:
                trainer.select(order.choice(run_ids))
            elif command == 14:
                trainer.reset()
            elif command == 15:
                trainer.undo_reset()
            elif command == 16:
                trainer.train_on(*DIGITS, num_steps=order.randint(1, 4))
            elif command == 17:
                trainer.undo_train_on()
            else:
                trainer.delete(order.choice(run_ids))
        except ValueError:
            pass  # a run that another thread deleted: refused in a sentence, as it should be
        snapshot = trainer.snapshot()
        seen.append(snapshot)


def storms(num_storms, num_threads=3, num_commands=30):
    """Let several threads command one trainer on a real pool of fake workers, some of which die."""
    for seed in range(num_storms):
        order = random.Random(seed)
        deaths = [order.randint(1, 40) for _ in range(order.randint(0, 2))]
        pool = Pool(
            num_workers=order.randint(1, 3),
            start_executor=lambda load, rest, deaths=deaths: FakeExecutor(die_at=deaths),
        )
        trainer = Trainer(pool, settings(), initial=initial)
        run_ids, seen = [trainer.new(settings(num_epochs=4))], []
        threads = [
            threading.Thread(
                target=storm,
                args=(trainer, random.Random(f"{seed} {n}"), run_ids, seen, num_commands),
            )
            for n in range(num_threads)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(QUIET_SECONDS)
            assert not thread.is_alive(), f"order {seed} hangs:\n{stacks()}"
        trainer.stop()
        trainer.more(2)
        final = trainer.wait_for(lambda snapshot: not snapshot.active and not snapshot.doing, QUIET_SECONDS)
        trainer.close()
        pool.close()
        assert final.state == "finished", f"order {seed}"
        assert final.run.epoch >= 2
        for run in final.runs:
            assert_whole(run)
        for snapshot in seen[:: max(1, len(seen) // 20)]:
            for run in snapshot.runs:
                assert_whole(run)


def stacks():
    """Return where each thread of this process is."""
    frames = sys._current_frames()
    return "\n".join(
        "".join([f"{thread.name}\n", *traceback.format_stack(frames[thread.ident])])
        for thread in threading.enumerate()
        if thread.ident in frames
    )


def pool_threads():
    return {thread for thread in threading.enumerate() if thread.name.startswith("mnistlab")}


def test_several_threads_at_once_lose_nothing_double_nothing_and_leave_no_thread():
    before = pool_threads()  # of the app, where its pages were tested in this process
    storms(150)
    assert pool_threads() <= before


def test_the_same_when_threads_change_at_every_moment():
    before = pool_threads()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        storms(500, num_commands=12)
    finally:
        sys.setswitchinterval(interval)
    assert pool_threads() <= before


@pytest.mark.soak
def test_ten_thousand_orders_when_threads_change_at_every_moment():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        storms(10_000, num_commands=12)
    finally:
        sys.setswitchinterval(interval)


def test_a_step_done_twice_would_be_noticed():
    pool = HandPool()
    trainer = Trainer(pool, settings(), initial=initial)
    trainer.new(settings())
    pool.turn()
    trainer.start()
    pool.turn()
    job = pool.jobs[0]
    job.task = replace(job.task, step=job.task.step - 1)
    pool.turn()
    pool.turn()
    with pytest.raises(AssertionError):
        assert_whole(trainer.snapshot().run)


def test_own_digits_are_part_of_the_check():
    run_with = None
    pool = HandPool()
    trainer = Trainer(pool, settings(), initial=initial)
    trainer.new(settings())
    pool.turn()
    trainer.train_on(*DIGITS, num_steps=2)
    pool.turn()
    run_with = trainer.snapshot().run
    assert isinstance(run_with.schedule[0], OwnDigits)
    assert_whole(run_with)
