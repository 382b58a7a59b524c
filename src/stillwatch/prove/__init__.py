"""Prove that a model was trained on one's answers: keyed marks, tests of a suspect, canaries, a verifiable record.

The rule: a p-value stands only against something that was randomised here (a key, a canary's form). Everything else
is an attribution score and is called that. A found mark says "trained on text that carries the mark"; who took the
text, and why, it does not say.
"""
