"""What adding up the gradients of a mini-batch does to a step, in words that follow the numbers."""

from mnistlab.explaining.numerals import plain
from mnistlab.explaining.stepping import Growth

HARDLY = 0.01  # of the average image's gradient: less is hardly any
LEVEL = 0.1  # a curve that ends within a tenth of where it begins is called level


def words_on_growth(growth: Growth) -> str:
    """Return what the sum has to do with the mean, how long the step is, and why the mean rises or falls."""
    count = len(growth.own)
    return (
        "**The sum and the mean.** The cost is a mean, but the step follows the **sum** of the images' "
        f"gradients: a learning rate $\\eta$ acts like ${count}\\,\\eta$ on the mean. {on_the_sum(growth)} "
        f"{on_the_mean(growth)} If you change the mini-batch, change $\\eta$ the other way."
    )


def on_the_sum(growth: Growth) -> str:
    """Return how long the step is beside that of the first image, and how much of the images' cancels."""
    count, first, total = len(growth.own), growth.own[0], growth.summed[-1]
    if not total:
        return f"Here, with {count} images, there is no step: their gradients add up to 0."
    if not first:
        text = f"The first image alone would move nothing; with {count} images the step has a length."
    else:
        times = plain(total / first, 3)
        text = f"Here, with {count} images, it is {times} times as long as with the first alone."
    kept = total / growth.own.sum()
    return f"{text} Of the lengths of all {count} gradients {kept:.0%} are left in the sum; the rest cancels."


def on_the_mean(growth: Growth) -> str:
    """Return whether the lower curve rises or falls, and the larger of its two reasons."""
    first, average, mean = growth.own[0], growth.own.mean(), growth.averaged[-1]
    if abs(mean - first) <= LEVEL * first:
        return "The lower curve, the mean, ends about as high as it begins."
    if mean > first:
        if first >= HARDLY * average:
            return "The lower curve, the mean, rises, for the first image's gradient is below the average."
        return (
            "The lower curve, the mean, rises, for the first image has hardly any gradient: it is learned "
            "already, or its outputs are saturated."
        )
    if mean / average < average / first:
        return "The lower curve, the mean, falls, for what the images disagree on cancels."
    return "The lower curve, the mean, falls, for the first image's gradient is far above the average."
