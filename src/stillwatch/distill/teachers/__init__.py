"""Teachers: what answers requests. One class a kind, chosen by the manifest; all have the same members."""

from collections.abc import Sequence
from typing import Protocol

from stillwatch.distill.exchange import Reply, Request
from stillwatch.distill.manifest import Manifest
from stillwatch.errors import InputError

AGAIN = "Run the same command again to go on"


class BusyError(Exception):
    """No usable answer this time: asked again later, the endpoint may give one."""

    def __init__(
        self, what: str, *, retry_after_s: float | None = None, charged: bool = True, todo: str = AGAIN,
        at_first: type[InputError] | None = None,
    ) -> None:
        """Say what came in place of an answer.

        Args:
            what: came.
            retry_after_s: how long the endpoint asks to wait, if it says.
            charged: whether it may have charged all the same.
            todo: what the user can do where it stays so.
            at_first: what it is where the endpoint never answered yet, so that asking again is unlikely to help.
        """
        super().__init__(what)
        self.retry_after_s, self.charged, self.todo, self.at_first = retry_after_s, charged, todo, at_first


class RefusedError(InputError):
    """The endpoint answers nobody who asks like this, and charged nothing, or for nothing of use."""


class Teacher(Protocol):
    """What a harvest asks."""

    identity: str
    """Digest of what answers: weights, or endpoint and model. Another teacher, another identity."""
    batch: int
    """Requests answered in one call."""
    remote: bool
    """Sent over a network, so that a kill may lose an answer that was charged."""
    writes: bool
    """Gives text token by token, so that answers cost by length."""
    max_length: int
    """Tokens that it reads of a prompt; 0 where that is not known here."""
    cut: int
    """Prompts so far that were longer, and read in part."""
    rejection: str
    """Why an endpoint rejected what it rejected last."""

    def ask(self, requests: Sequence[Request], *, keys: Sequence[str] = ()) -> list[Reply]:
        """Answer each; ``keys`` are sent along as idempotency keys. Raises BusyError where another attempt may do."""

    def tokens(self, text: str) -> int:
        """Tokens of a text, perhaps estimated."""


def load(manifest: Manifest) -> Teacher:
    """The teacher that a manifest declares; raises InputError where it is not there."""
    if manifest.kind == "openai":
        from stillwatch.distill.teachers.endpoint import Endpoint

        return Endpoint(manifest)
    if manifest.kind == "classifier":
        from stillwatch.distill.teachers.classifier import Classifier

        return Classifier(manifest)
    if manifest.kind == "encoder":
        from stillwatch.distill.teachers.encoder import Encoder

        return Encoder(manifest)
    from stillwatch.distill.teachers.language import LanguageModel

    return LanguageModel(manifest)
