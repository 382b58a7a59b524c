"""The console: where people look at cases, propose and agree to actions, and hear appeals.

Pages are made on the server; the script only adds keys. Every path but the login and the static files needs a session, and
every change goes through the store, which checks roles and the second person again.
"""
