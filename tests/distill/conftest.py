"""A manifest that passes, to be changed by tests."""

import pytest


@pytest.fixture
def entries() -> dict[str, object]:
    return {
        "name": "house model", "kind": "openai", "location": "http://127.0.0.1:9/v1", "owner": "Example Ltd",
        "ownership": "own", "licence": "own weights", "terms": "model policy 3.1", "distillation": "allowed",
        "model": "house-1",
    }
