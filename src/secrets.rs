//! Token matcher, placeholder test and decoders. Knows nothing of rules.
