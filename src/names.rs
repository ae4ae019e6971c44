//! Look-alike repo ids: lists, skeletons, one-edit index. Knows nothing of rules.
