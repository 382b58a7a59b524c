"""Audit a corpus for model-written documents: share, documents, marks of origin; refuses where it cannot tell."""
