"""Evidence for others: STIX and OCSF exports, signed packets that anybody can check, webhooks, shared indicators.

Above the pipeline, because a packet holds the report and is judged again by the pipeline's own functions.
"""
