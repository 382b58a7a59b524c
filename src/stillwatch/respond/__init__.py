"""Cases and staged actions: what people make of the campaigns that detection finds.

``store`` opens the database and writes as one audited transaction; ``importing`` brings runs in; ``cases``, ``actions``,
``allow``, ``appeals`` and ``policy`` are what people do; ``snapshot`` is what the decision service reads and appends.
"""
