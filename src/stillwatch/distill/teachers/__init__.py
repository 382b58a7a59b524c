"""Teachers: models that answer requests. Each kind has a class with the same interface; the manifest chooses it."""

from collections.abc import Sequence
from typing import Protocol

from stillwatch.distill.exchange import Reply, Request
from stillwatch.distill.manifest import Manifest
from stillwatch.errors import InputError

AGAIN = "Run the same command again to go on"


class BusyError(Exception):
    """No usable answer this time; the endpoint may give one later."""

    def __init__(
        self, what: str, *, retry_after_s: float | None = None, charged: bool = True, todo: str = AGAIN,
        at_first: type[InputError] | None = None,
    ) -> None:
        """Make the error.

        Args:
            what: what came instead of an answer.
            retry_after_s: seconds that the endpoint asks to wait, if it says so.
            charged: whether the endpoint may have charged for it.
            todo: what the user can do if it does not pass.
            at_first: error to raise instead if the endpoint has not answered anything yet, since asking again is unlikely to help.
        """
        super().__init__(what)
        self.retry_after_s, self.charged, self.todo, self.at_first = retry_after_s, charged, todo, at_first


class RefusedError(InputError):
    """The endpoint rejects all requests of this configuration; it charged nothing, or for nothing of use."""


class Teacher(Protocol):
    """A model that answers requests."""

    identity: str
    """Digest of the weights, or of endpoint and model; it differs between teachers."""
    batch: int
    """Most requests for one call of :meth:`ask`."""
    remote: bool
    """Whether requests go over a network, so that a kill may lose an answer that was charged."""
    writes: bool
    """Whether it writes text token by token, so that an answer's cost depends on its length."""
    max_length: int
    """Tokens of a prompt that it reads; 0 where the limit is not known."""
    cut: int
    """Prompts asked so far that were longer and read only in part."""
    rejection: str
    """Why the endpoint last rejected a prompt; empty where it has not."""

    def ask(self, requests: Sequence[Request], *, keys: Sequence[str] = ()) -> list[Reply]:
        """Answer requests, in order.

        Args:
            requests: at most ``batch``.
            keys: idempotency keys, one for each request, for endpoints.

        Raises:
            BusyError: there was no usable answer, but another attempt may succeed.
            InputError: another attempt would fail as well.
        """

    def tokens(self, text: str) -> int:
        """Number of tokens of a text; an endpoint's is an estimate."""


def load(manifest: Manifest) -> Teacher:
    """The teacher that a manifest declares; raises InputError where it cannot be loaded."""
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
