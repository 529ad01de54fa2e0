"""A page for the tests of a real server: its lab trains as soon as somebody looks, on made-up digits."""

import os

import streamlit as st

from mnistlab.config import TrainConfig
from mnistlab.jobs.labs import Labs
from mnistlab.jobs.pool import Pool
from tests.small_worker import TRAIN, small_dataset

CONFIG = TrainConfig(hidden=(20,), train_size=TRAIN, batch_size=10, num_epochs=1000, scaling="unit")


@st.cache_resource
def labs():
    """Return the labs of this server."""
    return Labs(pool=Pool(small_dataset, num_workers=1)).start_keeper()


if __name__ == "__main__":
    trainer = labs().open(os.environ["MNISTLAB_TEST_TOKEN"], CONFIG)
    trainer.start()
    st.write(trainer.snapshot().run.epoch)
