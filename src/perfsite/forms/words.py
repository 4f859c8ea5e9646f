"""The words of forms: what each measure is, how figures are written, and the instructions."""

from __future__ import annotations

from typing import Final

from perfsite.measures import RATINGS, MeasureKind

_ANSWERS: Final = (
    "very dissatisfied",
    "dissatisfied",
    "neither satisfied nor dissatisfied",
    "satisfied",
    "very satisfied",
)

DESCRIPTIONS: Final = {
    "transactions": "How often the service was used, through all channels together",
    "cost": "What the service cost in the period",
    "cost_per_transaction": "What one transaction cost on average",
    "started": "How many transactions people began",
    "completed": "How many transactions people finished",
    **{
        rating: f"How many people answered that they were {answer}"
        for rating, answer in zip(RATINGS, _ANSWERS, strict=True)
    },
    "user_satisfaction": "How satisfied people were, if you have no counts of answers",
    "completion_rate": "Completed out of started, if you have no counts",
    "digital_take_up": "Digital transactions out of all, if you have no counts",
    "availability": "Time up out of the time monitored, if you have no times",
    "uptime": "For how long the service worked",
    "downtime": "For how long the service did not work",
    "unmonitored": "For how long nobody measured whether the service worked",
    "response_time": "How long the service took to answer, on average",
}
"""What each measure is, without a full stop. Those of a site are described by their names."""

KINDS: Final = {
    MeasureKind.COUNT: "Write a whole number, 0 or more.",
    MeasureKind.CURRENCY: "Write an amount, 0 or more, without a currency sign.",
    MeasureKind.SHARE: "Write a share from 0 to 1, or a percentage with its sign, as 88.4%.",
    MeasureKind.SECONDS: "Write seconds, 0 or more.",
    MeasureKind.MILLISECONDS: "Write milliseconds, 0 or more.",
    MeasureKind.NUMBER: "Write a number.",
}

SYMBOLS: Final = (
    ("blank or [x]", "Not available: you do not have the figure."),
    ("[z]", "Not applicable: there can be no such figure."),
    ("[c]", "Confidential: there is a figure, and it must not be published."),
    ("0", "You counted, and there were none. Never write 0 for a figure that you do not have."),
    ("120 [p]", "The figure is provisional."),
    ("120 [e]", "The figure is estimated."),
    ("120 [r]", "The figure was revised: it replaces one that was published."),
    ("120 [b]", "A break in the series: do not compare it with the figures before it."),
)

PERIODS: Final = (
    ("2017", "A year, from January to December."),
    ("2017-Q3", "A quarter of a calendar year: this one is July to September."),
    ("2017-07", "A month."),
    ("2017-W27", "A week, from Monday to Sunday."),
    ("2017-07-03", "A day."),
    ("2016-10/2017-09", "Any run of whole months, by the first and the last of them."),
)

STEPS: Final = (
    "Fill in the figures in the sheet Figures. A row is for the period that it begins with.",
    "Leave a cell blank if you do not have the figure.",
    "Write numbers without separators: 1200, not 1,200.",
    "If something should be said about a row, write it in the column note. It is published.",
    "For more periods, go on below the last row.",
    "Leave the first column formatted as text. Else 2017-07 becomes the first of July.",
    "Do not rename the columns, merge cells or colour-code figures: only what is written is read.",
    "Save the file under its own name, which says which service it is for.",
)

CHANNELS: Final = (
    "A column such as transactions:digital is for one channel, and transactions is for all "
    "channels together. Fill in the total too. If you have only the channels, and they are all "
    "there are, delete the column of the total."
)
TIDY_CHANNELS: Final = (
    "A row without a channel is for all channels together. Fill in the total too. If you have "
    "only the channels, and they are all there are, delete the rows of the total."
)
REFUSED: Final = {
    MeasureKind.COUNT: "A whole number, 0 or more, is expected here.",
    MeasureKind.CURRENCY: "An amount, 0 or more, without a currency sign is expected here.",
    MeasureKind.SHARE: "A share from 0 to 1, or a percentage with its sign, is expected here.",
    MeasureKind.SECONDS: "Seconds, 0 or more, are expected here.",
    MeasureKind.MILLISECONDS: "Milliseconds, 0 or more, are expected here.",
    MeasureKind.NUMBER: "A number is expected here.",
}
OR_A_SYMBOL: Final = "Or write [x] not available, [z] not applicable, [c] confidential."
