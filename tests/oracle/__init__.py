"""The oracle: a second opinion on what a run must write, from the same files, by plain loops over plain data.

Written from the words of the documents, and sharing nothing with the pipeline: it imports the standard library
alone (``tests/architecture``). It is slow, and knows a few card numbers and bots only.

``judging.judge`` takes the files of some runs into one output, and gives the tables. ``fraud.episodes`` takes
admitted events and the rules about fraud, and gives the alerts.
"""
