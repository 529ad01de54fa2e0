"""What a teacher's link carries besides settings: a short text, what is hidden, and an experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from mnistlab.config import TrainConfig, shown
from mnistlab.experiments import EXPERIMENTS, Experiment
from mnistlab.ui.address import query_of

MAX_NOTE = 400  # characters
CONTROLS = tuple(name for name in TrainConfig.__dataclass_fields__ if name != "order_seed")
PAGES = ("data", "architecture", "backprop", "train", "predict")
BY_SLUG = {experiment.slug: experiment for experiment in EXPERIMENTS}


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """How this lab was prepared; the default is a lab with everything in sight."""

    note: str = ""  # the teacher's words, plain text
    hide: tuple[str, ...] = ()  # settings without a control
    without: tuple[str, ...] = ()  # pages that are not in the menu
    experiment: str = ""  # slug

    @property
    def chosen(self) -> Experiment | None:
        """The experiment on the bench."""
        return BY_SLUG.get(self.experiment)


NAMES = tuple(field.name for field in fields(Lesson))


def query_of_lesson(lesson: Lesson, config: TrainConfig) -> dict[str, str]:
    """Return what a link to this lesson, with these settings, holds."""
    query = {"note": lesson.note, "experiment": lesson.experiment}
    query |= {"hide": ",".join(lesson.hide), "without": ",".join(lesson.without)}
    prepared = lesson.chosen.config if lesson.chosen else TrainConfig()
    return {**query_of(config, prepared), **{name: text for name, text in query.items() if text}}


def lesson_from(query: Mapping[str, Sequence[str]]) -> tuple[Lesson, list[str]]:
    """Read a lesson out of an address, which anybody may have typed.

    Returns:
        The lesson, without what was not good, and a sentence for each such thing.
    """
    complaints: list[str] = []
    given = {name: list(query.get(name, ())) for name in NAMES}
    complaints += [
        f"{name} must be given once. Got it {len(values)} times."
        for name, values in given.items()
        if len(values) > 1
    ]
    texts = {name: values[0] if len(values) == 1 else "" for name, values in given.items()}
    if len(texts["note"]) > MAX_NOTE:
        complaints.append(f"note must be at most {MAX_NOTE} characters long. Got {len(texts['note']):,}.")
        texts["note"] = ""
    if texts["experiment"] and texts["experiment"] not in BY_SLUG:
        complaints.append(
            f"experiment must be one of {', '.join(BY_SLUG)}. Got {shown(texts['experiment'])}."
        )
        texts["experiment"] = ""
    return (
        Lesson(
            note="".join(c for c in texts["note"] if c.isprintable() or c == "\n"),
            hide=known("hide", texts["hide"], CONTROLS, complaints),
            without=known("without", texts["without"], PAGES, complaints),
            experiment=texts["experiment"],
        ),
        complaints,
    )


def known(name: str, text: str, choices: Sequence[str], complaints: list[str]) -> tuple[str, ...]:
    """Return the choices named in a text; add a sentence for the first name that is none."""
    wanted = [word.strip() for word in text.split(",") if word.strip()][:100]
    if wrong := [word for word in wanted if word not in choices]:
        complaints.append(f"{name} must be some of {', '.join(choices)}. Got {shown(wrong[0])}.")
    return tuple(choice for choice in choices if choice in wanted)


def link_to(base: str, config: TrainConfig, lesson: Lesson) -> str:
    """Return the address that opens a lab with these settings, prepared like this."""
    return f"{base}?{urlencode(query_of_lesson(lesson, config))}"
