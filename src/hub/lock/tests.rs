//! Tests of the lock: text, checks, building, upgrading, verifying.
