"""The decision service: answers, for each request at a gateway, whether the account may go on.

A builder process reads a source (the store, a run folder, a Parquet file) and writes a snapshot file; the service maps
it into memory and answers from it, never from a database. docs/serve.md tells how gateways call it.
"""
