"""The two ways in which a figure can be absent. Neither ever becomes a number."""


class Unavailable(Exception):
    """Something that the figure needs is not on this machine; the text says what and how to get it."""


class MeasurementFailed(Exception):
    """It is there and was tried, and what came back can't be used; the text says why."""
