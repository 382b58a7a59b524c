"""OpenTelemetry spans of decisions, and structured logs. Neither delays an answer."""

import logging
import os
import sys
from typing import Any

import structlog

from stillwatch.errors import MissingExtraError
from stillwatch.serve.decisions import Decision

PROPAGATED = b"traceparent"


def configure_logs(level: str = "info") -> None:
    """Write logs as one JSON object a line on standard error, from ``level`` (debug, info, warning, error) on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def modules() -> tuple[Any, Any, Any, Any, Any, Any]:
    """The parts of OpenTelemetry in use.

    Raises:
        MissingExtraError: OpenTelemetry is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace import get_current_span
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    except ImportError as error:
        raise MissingExtraError("OpenTelemetry is not installed", todo="pip install '.[serve-otel]' in a checkout of Stillwatch") from error
    return OTLPSpanExporter, Resource, TracerProvider, BatchSpanProcessor, TraceContextTextMapPropagator, get_current_span


class Tracing:
    """Exports a span for each decision if the caller's trace (W3C traceparent) is sampled."""

    def __init__(self) -> None:
        """Export by OTLP over HTTP to the address in the OTEL_* environment variables.

        Raises:
            MissingExtraError: the SDK is not installed.
        """
        exporter, resource, provider, processor, propagator, self._span_of = modules()
        name = os.environ.get("OTEL_SERVICE_NAME", "stillwatch")
        self._provider = provider(resource=resource.create({"service.name": name}))
        self._provider.add_span_processor(processor(exporter()))
        self._tracer = self._provider.get_tracer("stillwatch.serve")
        self._propagator = propagator()

    def span(self, parent: str, surface: str, decision: Decision, started_ns: int, ended_ns: int) -> None:
        """Record a decision as a child of the caller's span.

        Args:
            parent: the caller's ``traceparent`` header; empty if there is none.
            surface: name of the surface.
            decision: the decision.
            started_ns: start, nanoseconds since the epoch.
            ended_ns: end, nanoseconds since the epoch.
        """
        context: Any = self._propagator.extract({"traceparent": parent})
        if not self._span_of(context).get_span_context().trace_flags.sampled:
            return
        attributes = {
            "stillwatch.surface": surface, "stillwatch.decision": decision.decision, "stillwatch.would": decision.would,
            "stillwatch.mode": decision.mode, "stillwatch.case_id": decision.case_id,
            "stillwatch.reason": ",".join(decision.reasons),
        }
        span = self._tracer.start_span("decide", context=context, start_time=started_ns, attributes=attributes)
        span.end(ended_ns)

    def close(self) -> None:
        """Export the remaining spans."""
        self._provider.shutdown()
