"""Students, one module per route.

(a) ``linear``   classifier on hashed n-grams or on a small encoder, from a teacher's labels or probabilities
(b) ``static``, ``layers``   sentence encoder reduced to a table of vectors, or to fewer layers
(c) ``language``   language model trained on cached top-k log-probabilities and on sequences
(d) ``trl_adapter``   language model trained on its own answers, scored by the teacher (TRL's GKD)
"""
