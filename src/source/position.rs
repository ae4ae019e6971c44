//! Lines and columns of byte offsets, and the hash of a line as GitHub computes it.
