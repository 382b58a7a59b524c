"""What takes a secret key: hashes of identifiers under the tenant's, and signatures."""
